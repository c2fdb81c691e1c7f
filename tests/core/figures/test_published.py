"""What each figure is, and the worked examples with exact values."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain

import msgspec
import pytest

from crmkit.core.figures import counting, published
from crmkit.core.figures.counting import OUT_OF, Fact, Period
from crmkit.core.figures.published import FigureValue, kind_of, value_of
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Card, Complaint, Customer, Order, Plan, Product, Record, Return, Step
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import SETTINGS, TIMETABLE, ZONE, a_customer, at
from tests.core.tickets.desk import NO_POWER, PROMISES, Desk, a_card

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def tickets(*desks: Desk) -> list[Record]:
    """Their records, with ids of their own."""
    found: list[Record] = []
    for number, desk in enumerate(desks):
        name = f"TK2611-{number:08}"
        found.append(msgspec.structs.replace(desk.ticket, id=name, created_at=desk.ticket.reported_at))
        found += [
            msgspec.structs.replace(step, id=f"ST2611-{number:04}{place:04}", about=name)
            for place, step in enumerate(desk.steps)
        ]
    return found


def happened(records: Iterable[Record], now: str, period: tuple[date, date] = NOVEMBER) -> list[Fact]:
    run = Run(now=at(now), by="LN", settings=SETTINGS)
    return published.counted(Snapshot.of(*records), Period(*period, at(now).astimezone(ZONE)), run, TIMETABLE)


def figure(
    name: str, records: Iterable[Record], now: str = "2026-12-31 10:00", **more: tuple[date, date]
) -> FigureValue:
    return value_of(kind_of(name), counting.figures(happened(records, now, **more)))


def told(value: FigureValue) -> tuple[int, int | None, float | None]:
    share = None if value.share is None else round(value.share, 3)
    return value.top, None if value.denominator is None else len(value.denominator), share


def replied(when: str) -> Desk:
    desk = Desk()
    desk.take("reply", when)
    return desk


def test_seven_kept_one_late_one_broken_and_one_not_due_are_seven_of_nine():
    desks = [*(replied("2026-11-18 11:00") for _n in range(7)), replied("2026-11-18 12:30"), Desk(),
             Desk("2026-11-18 17:00")]  # fmt: skip
    assert told(figure("kept-reply", tickets(*desks), "2026-11-18 17:30")) == (7, 9, 0.778)


def mended(card: int, *, works: int = 1) -> Desk:
    desk = Desk("2026-11-02 09:00", card=a_card(card), fault=NO_POWER)
    for number in range(works - 1):
        desk.take("work", f"2026-11-02 {10 + number}:00", by="ZW")
    desk.solve(f"2026-11-0{2 + (works > 1)} 15:00", by="ZW", how="visit")
    return desk


def test_twenty_mended_fourteen_in_one_visit_and_two_of_them_back_are_twelve_of_twenty():
    once = [mended(number) for number in range(14)]
    twice = [mended(number + 20, works=2) for number in range(6)]
    back = [Desk(f"2026-11-2{number} 09:00", card=a_card(number), fault=NO_POWER) for number in range(2)]
    records = tickets(*once, *twice, *back)
    assert told(figure("first-time", records)) == (12, 20, 0.6)
    assert told(figure("came-again", records)) == (2, 20, 0.1)


def test_what_was_mended_lately_is_provisional_and_not_counted_yet():
    records, kind = tickets(mended(1), mended(2, works=2)), kind_of("first-time")
    for now, shown, young in (("2026-12-02 16:00", (1, 1, 1.0), 1), ("2026-12-31 10:00", (1, 2, 0.5), 0)):
        facts = happened(records, now)
        value = value_of(kind, counting.figures(facts))
        period = Period(*NOVEMBER, at(now).astimezone(ZONE))
        assert (told(value), published.provisional(kind, published.by_measure(facts), period, lambda _fact: "")) == (
            shown,
            {"": young} if young else {},
        )


def order(number: int, day: date, customer: int = 0, **more: object) -> Order:
    known = {"customer": f"C2611-{customer or number:08}", "total": 10000, "by": "LN"} | more
    return Order(id=f"O2611-{number:08}", ordered_on=day, **known)


def people(count: int, **fields: object) -> list[Customer]:
    return [a_customer(number, **fields) for number in range(1, count + 1)]


def complaint(number: int, day: int = 10) -> Complaint:
    return Complaint(
        id=f"CP2611-{number:08}", customer="C2611-00000001", received_at=at(f"2026-11-{day:02} 10:00"), by="LN"
    )


def test_three_complaints_of_four_hundred_active_customers():
    bought = [order(number, date(2026, 3, 1)) for number in range(1, 401)]
    too_old = order(401, date(2025, 10, 31))
    records = [*people(401), *bought, too_old, *(complaint(number) for number in range(3)), complaint(9, 1)]
    assert told(figure("complaint-rate", records[:-1])) == (3, 400, 0.007)
    assert figure("complaint-rate", records[:-1]).share == 0.0075
    assert told(figure("complaint-rate", records))[0] == 4


def test_complaints_per_hundred_units_that_stood_when_the_month_began():
    made = at("2026-06-01 10:00")
    units = [Card(id=f"K2606-{number:08}", number="", customer="C2611-00000001", product="ZJ1", promises=PROMISES,
                  created_at=made) for number in range(48)]  # fmt: skip
    gone = Card(id="K2606-10000000", number="", customer="", product="ZJ1", promises=PROMISES, created_at=made,
                state="void", updated_at=at("2026-10-01 10:00"))  # fmt: skip
    void_later = Card(id="K2606-10000001", number="", customer="", product="ZJ1", promises=PROMISES, created_at=made,
                      state="void", updated_at=at("2026-11-15 10:00"))  # fmt: skip
    bought = Card(id="K2606-10000002", number="", customer="", product="ZJ1", promises=PROMISES,
                  bought_on=date(2026, 10, 31))  # fmt: skip
    value = figure("complaints-per-hundred", [*units, gone, void_later, bought, *(complaint(n) for n in range(2))])
    assert (value.top, len(value.denominator or ()), value.value, value.share) == (2, 50, 4.0, None)


def test_four_units_given_back_of_a_hundred_and_sixty_sold():
    items = (OrderItem(product="HX1", quantity=10, price=1000, amount=10000),)
    sold = [order(number, date(2026, 11, 3), items=items) for number in range(1, 17)]
    fresh = order(90, date(2026, 11, 29), items=items, delivered_on=date(2026, 12, 28))
    back = Return(id="J2612-00000001", customer="C2611-00000001", order=sold[0].id, asked_at=at("2026-12-01 10:00"),
                  items=(ReturnedItem(product="HX1", quantity=4, amount=4000),))  # fmt: skip
    assert told(figure("units-returned", [*people(16), *sold, fresh, back])) == (4, 160, 0.025)


def test_units_of_an_order_are_told_apart_by_their_name_and_those_of_two_lines_are_added_up():
    named = (OrderItem(name="床垫", quantity=2), OrderItem(name="枕头"), OrderItem(product="HX1"),
             OrderItem(product="HX1", price=700))  # fmt: skip
    sold = order(1, date(2026, 11, 3), items=named)
    back = Return(id="J2612-00000001", customer=sold.customer, order=sold.id, asked_at=at("2026-12-01 10:00"),
                  items=(ReturnedItem(name="枕头"), ReturnedItem(product="HX1", quantity=2)))  # fmt: skip
    assert told(figure("units-returned", [*people(1), sold, back])) == (3, 5, 0.6)


def test_twelve_of_forty_five_bought_again():
    """Fifty buyers, of whom five cancelled, and twelve bought on another day; a day is one."""
    first = [order(number, date(2026, 5, 4)) for number in range(1, 51)]
    again = [order(100 + number, date(2026, 6, 4), number) for number in range(1, 13)]
    same_day = [order(200 + number, date(2026, 5, 4), number) for number in range(13, 20)]
    too_early = order(300, date(2025, 11, 30), 20)
    cancelled = [
        Order(id=f"O2611-{number:08}", customer=f"C2611-{number:08}", ordered_on=date(2026, 5, 4), total=10000,
              cancelled_at=at("2026-05-05 10:00"))
        for number in range(46, 51)
    ]  # fmt: skip
    records = [*people(50), *first[:45], *cancelled, *again, *same_day, too_early]
    assert told(figure("bought-again", records)) == (12, 45, 0.267)


def test_fourteen_of_forty_new_buyers_were_referred_before_they_bought():
    known = at("2026-11-01 09:00")
    referred = [a_customer(number, referrer="C2611-00000099", collected_at=known) for number in range(1, 15)]
    others = [a_customer(number, collected_at=known) for number in range(15, 40)]
    after = a_customer(40, referrer="C2611-00000099", collected_at=at("2026-11-20 09:00"))
    orders = [order(number, date(2026, 11, 5)) for number in range(1, 41)]
    old = [a_customer(50, referrer="C2611-00000099"), order(60, date(2026, 1, 5), 50), order(61, date(2026, 11, 5), 50)]
    assert told(figure("referred", [*referred, *others, after, *orders, *old])) == (14, 40, 0.35)


def test_sixty_six_of_two_hundred_were_lost():
    before = [order(number, date(2025, 6, 1)) for number in range(1, 201)]
    still = [order(1000 + number, date(2026, 6, 1), number) for number in range(67, 201)]
    new = [order(2000 + number, date(2026, 6, 1), number) for number in range(201, 230)]
    assert told(figure("lost-customers", [*people(230), *before, *still, *new])) == (66, 200, 0.33)


def closed(number: int, days: int, **codes: str) -> list[Record]:
    one = complaint(number, 2)
    end = at("2026-11-02 10:00") + timedelta(days=days)
    whats = ("acknowledge", "investigate", "offer", "agree", "carry-out", "call-back", "close")
    said = {"offer": {"1": "a", "2": "b"}, "call-back": {"satisfied": "yes"}, "close": {"upheld": "no"}}
    return [one, *(
        Step(id=f"ST2611-{number:04}{place:04}", customer=one.customer, about=one.id, what=what, seq=place, by="WQ",
             at=end, recorded_at=end, codes=said.get(what, {}))
        for place, what in enumerate(whats)
    )]  # fmt: skip


def test_days_to_close_are_a_mean_and_no_share():
    value = figure("days-to-close", [*closed(1, 3), *closed(2, 0), *closed(3, 10)])
    assert (value.top, len(value.denominator or ()), value.share) == (13, 3, None)
    assert value.value == pytest.approx(13 / 3)
    assert told(figure("complaints-once", [*closed(1, 3)])) == (1, 1, 1.0)


def test_a_share_of_nothing_is_none_and_neither_nought_nor_one():
    for kind in published.all_kinds():
        value = value_of(kind, {})
        assert (value.share, value.top) == (None, 0), kind.name
        assert value.value == (0 if kind.unit in ("count", "yuan") else None), kind.name


def asked(count: int) -> list[Record]:
    desks = []
    for _number in range(count):
        desk = Desk()
        desk.solve("2026-11-18 15:00", "wear")
        desk.ask("2026-11-19 10:00")
        desks.append(desk)
    return tickets(*desks)


@pytest.mark.parametrize(("count", "small"), [(1, True), (29, True), (30, False)])
def test_a_share_of_fewer_than_thirty_answers_is_marked_small(count, small):
    records = asked(count)
    assert [figure(name, records).small for name in ("satisfied", "answered-solved")] == [small, small]
    assert figure("kept-reply", records).small is False  # which is no answer


def test_a_month_says_what_was_written_down_later_for_it():
    """A reply of Wednesday that somebody wrote down in December was not there when November ended."""
    late, plain = Desk(), Desk()
    late.take("reply", "2026-11-18 11:00", "2026-12-05 09:00")
    plain.take("reply", "2026-11-18 11:00", "2026-11-18 18:00")  # late, but within the month
    snapshot = Snapshot.of(*tickets(late, plain))
    period = Period(*NOVEMBER, at("2026-12-10 10:00").astimezone(ZONE))
    steps, without = published.revised(snapshot, period)
    assert steps == ["ST2611-00000000"]
    now, then = (figure("kept-reply", [r for t in (Step, type(late.ticket)) for r in one[t]], "2026-12-10 10:00")
                 for one in (snapshot, without))  # fmt: skip
    assert (told(now), told(then), now.same(then)) == ((2, 2, 1.0), (1, 2, 0.5), False)
    during = Period(*NOVEMBER, at("2026-11-30 10:00").astimezone(ZONE))
    assert published.revised(snapshot, during)[0] == []  # the month is not over


def test_figures_by_model_source_cause_and_staff_add_up_to_the_whole():
    desks = [mended(number) for number in range(3)]
    desks[0].take("follow-up", "2026-11-03 10:00", by="LN", codes={"solved": "yes"})
    other = Desk("2026-11-02 09:00", by="WQ")
    other.solve("2026-11-02 12:00", "wear", how="visit", by="YL")
    records = [
        *tickets(*desks, other), a_customer(1, source="shop", site="时代公园"),
        Product(id="P2611-00000001", code="ZJ1", model="ZJ-1A"),
    ]  # fmt: skip
    facts, kind = published.by_measure(happened(records, "2026-12-31 10:00")), kind_of("first-time")
    period, snapshot = Period(*NOVEMBER, at("2026-12-31 10:00").astimezone(ZONE)), Snapshot.of(*records)
    by = {
        name: {key: told(one)[:2] for key, one in
               published.values_by(kind, facts, published.group_by(name, snapshot, period)).items()}
        for name in kind.dimensions
    }  # fmt: skip
    assert by == {
        "staff": {"ZW": (3, 3), "YL": (1, 1)}, "source": {"shop": (4, 4)}, "site": {"时代公园": (4, 4)},
        "product": {"": (1, 1), "ZJ1": (3, 3)}, "model": {"": (1, 1), "ZJ-1A": (3, 3)},
        "fault": {"": (1, 1), "no-power": (3, 3)}, "cause": {"defect": (3, 3), "wear": (1, 1)},
        "month": {"2026-11": (4, 4)},
    }  # fmt: skip


def test_a_rate_of_the_customers_of_the_branch_is_nobody_s_work():
    assert kind_of("complaint-rate").dimensions == ("source", "site")
    assert kind_of("complaints-per-hundred").dimensions == ("product", "model")
    assert "staff" not in kind_of("referred").dimensions


def test_every_share_of_the_workbook_is_a_figure_and_each_says_what_it_is():
    names = [kind.name for kind in published.all_kinds()]
    assert len(names) == len(set(names))
    assert set(OUT_OF) <= set(names)
    told = (*published.WINDOWS, *published.MONEY, *published.RIPENS, *chain(*published.SETTLED.values()))
    assert set(told) <= set(published.WORDS)
    for kind in map(kind_of, published.WORDS):
        assert kind.numerator in published.WORDS
        assert kind.denominator == "" or kind.denominator in published.WORDS


def planned(number: int, *steps: tuple[str, dict[str, int]]) -> list[Record]:
    """A contract of monthly visits, the third of them due on 1 November, with what happened to that one."""
    plan = Plan(
        id=f"PL2608-{number:08}", customer="C2611-00000001", mode="contract", starts_on=date(2026, 8, 1), months=12,
        every=("1m",), price=12000, by="LN",
    )  # fmt: skip
    when = at("2026-11-03 10:00")
    return [plan, *(
        Step(id=f"ST2611-{number:04}{place:04}", customer=plan.customer, about=plan.id, what=what, at=when,
             recorded_at=when, by="ZW", seq=place, numbers={"k": 3} | numbers, codes={"condition": "good"})
        for place, (what, numbers) in enumerate(steps)
    )]  # fmt: skip


def test_forty_five_visits_of_fifty_with_three_of_theirs_are_forty_five_of_forty_seven():
    kept = [one for number in range(45) for one in planned(number, ("report", {}))]
    theirs = [one for number in range(45, 48)
              for one in planned(number, ("settle", {"unavailable": 1, "waited": 60, "amount": 8000}))]  # fmt: skip
    missed = [one for number in range(48, 50) for one in planned(number)]
    skipped = planned(50, ("skip", {}))
    records = [*kept, *theirs, *missed, *skipped]
    assert told(figure("plan-kept", records)) == (45, 47, 0.957)
    assert told(figure("plan-missed", records)) == (2, 47, 0.043)
    assert [figure(name, records).top for name in ("plan-theirs", "plan-skipped")] == [3, 1]


def test_six_of_eight_answers_are_satisfied():
    desks = []
    for attitude in (5, 5, 4, 4, 4, 5, 3, 1):
        desk = Desk()
        desk.solve("2026-11-18 15:00", "wear")
        desk.ask("2026-11-19 10:00", solved="yes", attitude=attitude, skill=4)
        desks.append(desk)
    silent = Desk()
    silent.solve("2026-11-18 15:00", "wear")
    silent.ask("2026-11-19 10:00", "no-answer")
    assert told(figure("satisfied", tickets(*desks, silent))) == (6, 8, 0.75)
