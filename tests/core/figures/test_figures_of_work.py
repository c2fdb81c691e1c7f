"""Screening, care, sales, events and visits as the figures count them."""

from datetime import date, datetime, timedelta

import pytest

from crmkit.core.figures import Figure, Period, facts, figure_of, figures, grouped
from crmkit.core.figures.yields import money_in_hand
from crmkit.core.snapshot import Snapshot
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Customer,
    Event,
    Invitation,
    Message,
    Order,
    Payment,
    Return,
    Visit,
)
from crmkit.records.customer import Phone
from crmkit.records.order import OrderItem, ReturnedItem
from tests.sheets.samples import NOW, RUN, TIMETABLE, ZONE

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), NOW)
WHO = "C2611-00000001"
ITEM = OrderItem(product="HX1", quantity=2, amount=39600)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def a_file(**fields) -> Customer:
    phone = Phone(raw="", e164="+8613900541731", kind="mobile")
    return Customer(**{"id": WHO, "collected_at": at(2), "source": "shop", "phones": (phone,), **fields})


def a_call(when: datetime, outcome: str = "reached", number: int = 1, **fields) -> Call:
    return Call(id=f"L2611-{number:08}", customer=WHO, at=when, outcome=outcome, **fields)


def an_order(**fields) -> Order:
    fields = {"id": "O2611-00000001", "ordered_on": date(2026, 11, 3), "items": (ITEM,), "total": 39600, **fields}
    return Order(customer=WHO, **fields)


def a_payment(when: datetime, amount: int, what: str = "payment", number: int = 1) -> Payment:
    return Payment(id=f"Y2611-{number:08}", customer=WHO, order="O2611-00000001", at=when, amount=amount, what=what)


def counted(snapshot: Snapshot) -> dict[str, Figure]:
    return figures(facts(snapshot, NOVEMBER, RUN, TIMETABLE))


@pytest.mark.parametrize(
    ("source", "called", "in_time"),
    [
        ("shop", at(2, 17), 1),  # Monday: the same working day
        ("shop", at(3), 0),
        ("outreach", at(4, 19), 1),  # within 2 days
        ("outreach", at(5), 0),
    ],
)
def test_a_screening_is_in_time_up_to_its_last_day_by_source(source, called, in_time) -> None:
    table = counted(Snapshot.of(a_file(source=source), a_call(called)))
    assert (figure_of(table, "in-time").count, figure_of(table, "in-time").whole) == (in_time, 1)


def test_an_unanswered_call_and_a_call_for_another_purpose_screen_nobody() -> None:
    thanks = Callback(id="B2611-00000001", customer=WHO, purpose="thanks", due_at=at(2), state="done")
    calls = [a_call(at(2, 10), "no-answer"), a_call(at(2, 11), number=2, callback=thanks.id)]
    table = counted(Snapshot.of(a_file(), thanks, *calls))
    assert (figure_of(table, "in-time").count, figure_of(table, "in-time").whole) == (0, 1)


@pytest.mark.parametrize(
    "left_out",
    [
        {"collected_at": NOW},  # its last day is still to come
        {"suspect": True},
        {"do_not_contact": ("call",)},
        {"stage": "buyer"},
    ],
)
def test_a_file_that_nobody_had_to_call_is_not_judged(left_out) -> None:
    assert figure_of(counted(Snapshot.of(a_file(**left_out))), "in-time").whole == 0


def test_care_is_a_message_a_call_for_its_own_sake_and_a_courtesy_visit() -> None:
    greeting = Callback(id="B2611-00000001", customer=WHO, purpose="greeting", due_at=at(2))
    screening = Callback(id="B2611-00000002", customer=WHO, purpose="screening", due_at=at(2))
    calls = [a_call(at(3), callback=greeting.id), a_call(at(3), number=2, callback=screening.id)]
    window = {"customer": WHO, "begins_at": at(4), "ends_at": at(4, 10), "state": "done"}
    visits = [
        Visit(id="V2611-00000001", purpose="courtesy", **window),
        Visit(id="V2611-00000002", purpose="collection", **window),
    ]
    message = Message(id="H2611-00000001", customer=WHO, at=at(5), occasion="birthday:2026")
    snapshot = Snapshot.of(greeting, screening, *calls, *visits, message)
    assert set(counted(snapshot)["care"].ids) == {message.id, calls[0].id, visits[0].id}


def test_every_callback_to_somebody_who_had_bought_is_care() -> None:
    use = Callback(id="B2611-00000001", customer=WHO, purpose="first-use", due_at=at(5))
    calls = [
        a_call(at(2), callback=use.id), a_call(at(3), number=2, callback=use.id), a_call(at(4), number=3),
        a_call(at(5), "no-answer", number=4, callback=use.id),
    ]  # fmt: skip
    assert counted(Snapshot.of(use, *calls, an_order(ordered_on=at(3).date())))["care"].ids == (calls[1].id,)
    assert "care" not in counted(Snapshot.of(use, *calls, an_order(ordered_on=at(1).date(), cancelled_at=at(9))))


def test_a_callback_that_is_done_counts_for_whoever_called() -> None:
    call = a_call(at(3), callback="B2611-00000001", by="WQ")
    asked = {"customer": WHO, "purpose": "thanks", "owner": "LN"}
    callbacks = [
        Callback(id="B2611-00000001", due_at=at(3), state="done", call=call.id, **asked),
        Callback(id="B2611-00000002", due_at=at(4), **asked),
    ]
    happened = facts(Snapshot.of(call, *callbacks), NOVEMBER, RUN, TIMETABLE)
    by = grouped(happened, lambda fact: fact.staff)
    assert {who: [figure_of(by[who], name).count for name in ("due", "done", "on-time")] for who in by} == {
        "LN": [1, 0, 0], "WQ": [1, 1, 1],
    }  # fmt: skip


def test_what_comes_back_or_is_paid_after_the_month_changes_nothing_of_it() -> None:
    back = Return(
        id="J2611-00000001", customer=WHO, order="O2611-00000001", asked_at=at(1, month=12),
        items=(ReturnedItem(product="HX1", amount=19800),),
    )  # fmt: skip
    payments = [a_payment(at(3), 10000), a_payment(at(2, month=12), 5000, number=2)]
    order = an_order(terms="deposit")
    table = counted(Snapshot.of(a_file(), order, *payments, back))
    sums = {name: figure_of(table, name).amount for name in ("priced", "returned", "revenue", "balances", "brought")}
    assert sums == {"priced": 39600, "returned": 0, "revenue": 39600, "balances": 29600, "brought": 19800}
    assert (table["payments"].amount, table["deposits"].amount) == (10000, 10000)
    assert figure_of(table, "returns").count == 0


def test_a_cancelled_order_counts_as_given_up_and_leaves_what_is_to_be_paid_back() -> None:
    order = an_order(cancelled_at=at(5), by="LN")
    snapshot = Snapshot.of(order, a_payment(at(3), 10000))
    table = counted(snapshot)
    assert (figure_of(table, "orders").count, table["given-up"].ids) == (0, (order.id,))
    assert (figure_of(table, "revenue").amount, table["owed"].amount) == (0, 10000)
    assert money_in_hand(snapshot.ledgers.values()) == (0, 10000)


def test_guests_of_a_cancelled_event_and_void_invitations_do_not_count() -> None:
    held = Event(id="G2611-00000001", code="1105A", starts_at=at(5))
    off = Event(id="G2611-00000002", code="1106A", starts_at=at(6), cancelled_at=at(4))
    guests = [
        Invitation(id="N2611-00000001", event_id=held.id, customer=WHO, number="1", buyer=True, attended_at=at(5)),
        Invitation(id="N2611-00000002", event_id=held.id, customer="C2611-00000002", number="2", answer="accepted"),
        Invitation(id="N2611-00000003", event_id=held.id, customer="C2611-00000003", number="3", answer="declined"),
        Invitation(id="N2611-00000004", event_id=held.id, customer="C2611-00000004", number="4", state="void"),
        Invitation(id="N2611-00000005", event_id=off.id, customer=WHO, number="5"),
    ]
    table = counted(Snapshot.of(held, off, *guests, an_order(event_id=held.id)))
    numbers = {name: table[name].count for name in ("events", "invited", "attended", "absent", "old-guests")}
    assert numbers == {"events": 1, "invited": 3, "attended": 1, "absent": 1, "old-guests": 1}
    assert (table["guest-buyers"].ids, table["event-orders"].amount) == ((guests[0].id,), 39600)


def test_a_visit_is_over_time_by_the_setting_and_a_notice_late_by_the_appointment() -> None:
    def visit(number: int, minutes: int, **fields) -> Visit:
        done = {"state": "done", "started_at": at(4), "finished_at": at(4) + timedelta(minutes=minutes)}
        return Visit(
            id=f"V2611-{number:08}", customer=WHO, purpose="repair", begins_at=at(4), ends_at=at(4, 10),
            **(done | fields),
        )  # fmt: skip

    visits = [visit(1, 30), visit(2, 31), visit(3, 10, late_at=at(3), late_for=at(4))]
    visits.append(visit(4, 10, late_at=at(4, 10), late_for=at(4)))
    visits.append(visit(5, 0, state="cancelled"))
    table = counted(Snapshot.of(*visits))
    ids = {name: table[name].ids for name in ("over-time", "told", "told-late")}
    assert ids == {"over-time": (visits[1].id,), "told": (visits[2].id,), "told-late": (visits[3].id,)}
    assert table["visits-made"].whole == 4


def test_a_file_passed_on_counts_for_who_got_it_and_one_recycled_for_who_had_it() -> None:
    moves = [
        Assignment(id="A2611-00000001", customer=WHO, at=at(2), to="LN", how="turn"),
        Assignment(id="A2611-00000002", customer=WHO, at=at(3), to="WQ", before="LN", how="recycled"),
        Assignment(id="A2611-00000003", customer=WHO, at=at(4), to="", before="WQ", how="hand"),
    ]
    happened = facts(Snapshot.of(*moves), NOVEMBER, RUN, TIMETABLE)
    assert [(fact.measure, fact.staff) for fact in happened] == [
        ("assigned", "LN"),
        ("assigned", "WQ"),
        ("recycled", "LN"),
    ]


def test_a_call_whose_outcome_nobody_knows_is_a_call_and_nothing_else():
    call = Call(id="L2611-00000001", customer=WHO, at=at(20), outcome="13900000001", by="LN")
    happened = facts(Snapshot.of(a_file(), call), NOVEMBER, RUN, TIMETABLE)
    assert [fact.measure for fact in happened if fact.id == call.id] == ["calls"]
