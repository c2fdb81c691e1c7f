from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.collecting.recheck import statistics
from crmkit.core.figures import FIGURES, MEASURES, OUT_OF, Figure, Period, facts, figure_of, figures, grouped
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Call, Callback, Card, Customer, Order, PhoneCheck, Touch
from crmkit.records.card import Promises
from crmkit.records.customer import Phone
from tests.sheets.samples import NOW as SAMPLED
from tests.sheets.samples import TIMETABLE, some_plans, some_records, some_settings, some_tickets

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 10, tzinfo=ZONE)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), NOW)
RUN = Run(now=NOW, by="LN", settings=some_settings())
PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def a_file(number, collected, **fields):
    return Customer(id=f"C2611-{number:08}", collected_at=collected, **fields)


def counted(snapshot: Snapshot, period: Period = NOVEMBER) -> dict[str, Figure]:
    return figures(facts(snapshot, period, RUN, TIMETABLE))


def test_a_period_holds_its_first_and_last_day_whole_and_in_its_own_zone() -> None:
    files = [
        a_file(1, at(1, 0)),
        a_file(2, datetime(2026, 11, 30, 23, 59, tzinfo=ZONE)),
        a_file(3, at(31, 23, month=10)),
        a_file(4, datetime(2026, 10, 31, 16, 30, tzinfo=ZoneInfo("UTC"))),  # 00:30 on 1 November in Shanghai
    ]
    assert counted(Snapshot.of(*files))["files"].ids == (files[0].id, files[1].id, files[3].id)


def test_a_file_without_a_collection_date_counts_where_it_was_written_and_an_alias_counts_nowhere() -> None:
    written = Customer(id="C2611-00000001", created_at=at(3))
    alias = a_file(2, at(3), merged_into=written.id)
    assert counted(Snapshot.of(written, alias))["files"].ids == (written.id,)


def test_false_numbers_are_a_share_of_the_tested_files_as_the_recheck_counts_them() -> None:
    states = [("",), ("confirmed",), ("mismatch",), ("wrong", ""), ("invalid", "confirmed")]
    files = [
        a_file(
            n,
            at(3),
            phones=tuple(Phone(raw="", e164=f"+86139{n}{i}", kind="mobile", state=s) for i, s in enumerate(of)),
        )
        for n, of in enumerate(states)
    ]
    checks = [PhoneCheck(id=f"R2611-{n:08}", customer=files[2].id, at=at(3), result="mismatch") for n in range(2)]
    table = counted(Snapshot.of(*files, *checks))
    assert (table["asked"].count, table["asked"].whole) == (1, 5)
    assert (table["false"].ids, table["false"].whole, table["false"].share) == ((files[2].id, files[3].id), 4, 0.5)
    (tally,) = statistics(files, checks, lambda customer: "")
    assert (tally.asked, tally.false, tally.tested) == (1, 2, 4)


def test_repeats_and_shared_numbers_are_the_touches_of_the_period() -> None:
    outcomes = [("added", 3, 11), ("repeat", 3, 11), ("shared", 4, 11), ("repeat", 3, 10)]
    touches = [
        Touch(id=f"T2611-{n:08}", customer="C2611-00000001", at=at(day, month=month), outcome=outcome)
        for n, (outcome, day, month) in enumerate(outcomes)
    ]
    table = counted(Snapshot.of(*touches))
    assert (table["repeat"].ids, table["shared"].ids) == ((touches[1].id,), (touches[2].id,))


def test_callbacks_due_done_on_time_overdue_and_finished() -> None:
    def callback(number: int, due: datetime, state: str = "", call: str = "") -> Callback:
        return Callback(id=f"B2611-{number:08}", customer="C", purpose="manual", due_at=due, state=state, call=call)

    calls = [
        Call(id="L2611-00000001", customer="C", at=at(10, 20), outcome="reached"),
        Call(id="L2611-00000002", customer="C", at=at(12), outcome="no-answer"),
        Call(id="L2611-00000003", customer="C", at=at(2), outcome="reached"),
    ]
    callbacks = [
        callback(1, at(10, 8), "done", calls[0].id),
        callback(2, at(10), "done", calls[1].id),
        callback(3, at(20)),
        callback(4, at(25)),
        callback(5, at(9), "cancelled"),
        callback(6, at(31, month=10), "done", calls[2].id),
    ]
    table = counted(Snapshot.of(*callbacks, *calls))
    numbers = {name: figure_of(table, name).count for name in ("due", "done", "on-time", "overdue", "finished")}
    assert numbers == {"due": 4, "done": 2, "on-time": 1, "overdue": 1, "finished": 3}
    assert table["on-time"].ids == (callbacks[0].id,)
    assert table["overdue"].ids == (callbacks[2].id,)
    assert (table["reached"].count, table["reached"].whole) == (2, 3)


def test_revenue_is_what_is_known_and_says_of_how_many_orders() -> None:
    orders = [
        Order(id=f"O2611-{n:08}", customer="C", ordered_on=date(2026, 11, n + 1), total=total)
        for n, total in enumerate([79000, None, 1050])
    ]
    table = counted(Snapshot.of(*orders))
    assert (table["priced"].amount, table["priced"].count, table["priced"].whole) == (80050, 2, 3)


def test_cards_count_where_they_were_issued() -> None:
    cards = [
        Card(id=f"K2611-{n:08}", created_at=at(3, month=m), number="", customer="C", product="P", promises=PROMISES)
        for n, m in enumerate([10, 11])
    ]
    assert counted(Snapshot.of(*cards))["cards"].ids == (cards[1].id,)


def test_what_did_not_happen_is_zero_of_its_denominator_and_no_share() -> None:
    empty = figure_of(counted(Snapshot.of()), "reached")
    assert (empty.count, empty.whole, empty.share) == (0, 0, None)
    one = counted(Snapshot.of(a_file(1, at(3))))
    assert (figure_of(one, "asked").count, figure_of(one, "asked").whole, figure_of(one, "asked").share) == (0, 1, 0.0)
    assert figure_of(one, "orders").whole is None


SOURCES, COLLECTORS = st.sampled_from(["shop", "outreach"]), st.sampled_from(["LN", "WQ"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 80), SOURCES, COLLECTORS, st.booleans())))
def test_groups_add_up_to_the_whole_and_no_numerator_leaves_its_denominator(
    rows: list[tuple[int, str, str, bool]],
) -> None:
    files = [
        a_file(n, at(1) + timedelta(days=day - 20), source=source, collector=who, suspect=suspect)
        for n, (day, source, who, suspect) in enumerate(rows)
    ]
    happened = facts(Snapshot.of(*files), NOVEMBER, RUN, TIMETABLE)
    whole = figures(happened)
    for by in ("source", "staff", "day"):
        groups = grouped(happened, lambda fact, by=by: str(getattr(fact, by)))
        for measure in whole:
            ids = [i for table in groups.values() for i in figure_of(table, measure).ids]
            assert sorted(ids) == sorted(whole[measure].ids)
    for measure, figure in whole.items():
        assert measure not in OUT_OF or set(figure.ids) <= set(figure.of or ())


MOMENTS = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 31), timezones=st.timezones())


@given(MOMENTS, st.timezones())
@settings(max_examples=200)
def test_the_day_of_a_moment_decides_whether_a_period_holds_it_whatever_offset_it_has(moment, zone) -> None:
    day = moment.astimezone(zone).date()
    for first in (day + timedelta(days=n) for n in range(-4, 5)):
        period = Period(first, first + timedelta(days=1), NOW.astimezone(zone))
        assert (moment in period) == (first <= day <= period.last)
        assert period.begins_after(moment) == (day < first)
        assert period.ends_before(moment) == (day > period.last)


def test_a_period_of_all_days_there_are_holds_every_moment() -> None:
    ever = Period(date.min, date.max, NOW)
    for moment in (at(1), datetime(1, 1, 2, tzinfo=ZONE), datetime(9999, 12, 30, tzinfo=ZONE)):
        assert moment in ever
        assert not ever.begins_after(moment)
        assert not ever.ends_before(moment)


def test_what_is_counted_for_some_measures_is_what_is_counted_of_them_for_all() -> None:
    records = [*some_records(40), *some_tickets(), *some_plans()]
    period = Period(date(2026, 11, 1), date(2026, 11, 30), SAMPLED)
    run = Run(now=SAMPLED + timedelta(days=40), by="LN", settings=some_settings())
    whole = facts(Snapshot.of(*records), period, run, TIMETABLE)
    counted_by = {measure: counting for counting in FIGURES.values() if counting for measure in counting.measures}
    assert counted_by.keys() == MEASURES.keys()
    assert {fact.measure for fact in whole} > {"files", "calls", "care", "revenue", "mended", "complaints", "plan-kept"}
    for counting in dict.fromkeys(counted_by.values()):
        alone = facts(Snapshot.of(*records), period, run, TIMETABLE, counting.measures[:1])
        assert alone == [fact for fact in whole if counted_by[fact.measure] is counting]
