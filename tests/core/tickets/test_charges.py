"""What a service may cost, by the list of the day of work, and what is paid back."""

from datetime import date

import msgspec
import pytest

from crmkit.core.tickets import taking
from crmkit.core.tickets.charges import bill, overcharge, price_on, priced, repriced
from crmkit.core.tickets.taking import state_of
from crmkit.errors import InvalidError
from crmkit.records.reference import DatedPrice
from tests.core.desk import at
from tests.core.tickets.desk import Desk, a_card, part

DAY = date(2026, 11, 18)
TRIP, CHECK, COVER, HOUR = (
    part("TRIP", 3000, "fee"),
    part("CHECK", 2000, "fee"),
    part("COVER", 1500),
    part("H", 4000, "labour"),
)
LINES = tuple(priced(product, 1, DAY) for product in (TRIP, CHECK, COVER))
OUT = date(2026, 11, 17)  # the last day of a warranty that is over


def served(taken: int, *, cause: str = "wear", until: date = OUT, lines=LINES, **fields: object) -> Desk:
    """A ticket that was served at home, and for which so much (fen) was taken."""
    desk = Desk(card=a_card(warranty_until=until))
    desk.take("work", "2026-11-18 15:00", by="ZW", charges=lines, numbers={"taken": taken}, **fields)
    desk.solve("2026-11-18 16:00", cause)
    return desk


@pytest.mark.parametrize(
    ("taken", "until", "cause", "due"),
    [
        (8000, OUT, "wear", 1500),  # 65.00 by the list
        (6500, OUT, "wear", 0),
        (6000, OUT, "wear", 0),
        (2000, date(2026, 11, 18), "defect", 2000),  # the warranty's last day
        (8000, date(2026, 11, 18), "misuse", 1500),  # covers no misuse
    ],
)
def test_what_was_taken_above_the_list_is_paid_back(taken, until, cause, due):
    desk = served(taken, until=until, cause=cause)
    money = bill(desk.course)
    assert (money.list_price, money.charged, money.refund_due) == (6500, taken, due)


def test_several_trips_for_one_repair_cost_one_also_after_it_was_opened_again():
    desk = served(6500)
    desk.reopen("2026-11-19 09:00")
    desk.take(
        "work", "2026-11-19 15:00", charges=(priced(TRIP, 1, DAY), priced(HOUR, 2, DAY)), numbers={"taken": 11000}
    )
    money = bill(desk.course)
    assert (money.list_price, money.refund_due) == (6500 + 8000, 17500 - 14500)


def test_what_the_customer_says_was_charged_counts_where_it_is_more():
    desk = served(6500)
    desk.ask("2026-11-19 10:00", solved="yes", on_time="yes", attitude=3, skill=5, charged=9000)
    assert bill(desk.course).refund_due == 2500
    less = served(6500)
    less.ask("2026-11-19 10:00", solved="yes", on_time="yes", attitude=3, skill=5, charged=100)
    assert bill(less.course).charged == 6500


@pytest.mark.parametrize(("coverage", "payable"), [("goodwill", 0), ("contract", 1500), ("prepaid", 1500), ("", 6500)])
def test_a_contract_covers_the_work_and_goodwill_everything(coverage, payable):
    assert bill(served(0, codes={"coverage": coverage}).course).payable == payable


def test_a_new_unit_in_its_place_is_free():
    desk = Desk(card=a_card(warranty_until=OUT))
    desk.take("work", "2026-11-18 15:00", charges=LINES, numbers={"taken": 6500})
    desk.take("replace", "2026-11-18 16:00", card="K2611-00000002")
    assert bill(desk.course).refund_due == 6500
    assert overcharge(desk.course) is None  # it was right on the day of work


def test_a_ticket_closes_when_everything_is_paid_back():
    desk = served(8000)

    def back(when: str, **fields: object):
        return desk.put(taking.refund(desk.run(when), desk.course, at(when), **fields))

    desk.ask("2026-11-19 10:00")
    assert (state_of(desk.course, bill(desk.course)), desk.ticket.closed) == ("solved", 0)
    back("2026-11-19 11:00", paid=1000)
    assert bill(desk.course).refund_due == 500
    for wrong in (0, 501, -1):
        with pytest.raises(InvalidError, match=r"5.00 is to be paid back for TK2611-00000001, not"):
            back("2026-11-19 11:10", paid=wrong)
    back("2026-11-19 12:00", paid=500)
    assert (state_of(desk.course, bill(desk.course)), desk.ticket.closed) == ("closed", 1)
    with pytest.raises(InvalidError, match="nothing is to be paid back"):
        back("2026-11-19 13:00", paid=500)


def test_a_customer_may_decline_the_money():
    desk = served(8000)
    desk.ask("2026-11-19 10:00")
    desk.put(taking.refund(desk.run("2026-11-19 11:00"), desk.course, at("2026-11-19 11:00"), declined=True))
    assert (bill(desk.course).refund_due, state_of(desk.course, bill(desk.course))) == (0, "closed")


def test_prices_are_those_of_the_day_of_work():
    prices = (DatedPrice(price=2500), DatedPrice(since=date(2026, 6, 1), price=3000),
              DatedPrice(since=date(2027, 1, 1), price=3500))  # fmt: skip
    trip = msgspec.structs.replace(TRIP, price=3500, prices=prices)
    days = [date(2026, 5, 31), date(2026, 6, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [price_on(trip, day) for day in days] == [2500, 3000, 3000, 3500]
    assert price_on(TRIP, DAY) == 3000
    with pytest.raises(InvalidError, match="FREE has no price"):
        priced(msgspec.structs.replace(TRIP, code="FREE", price=None), 1, DAY)


def test_the_prices_of_before_are_kept_when_one_changes():
    first = repriced(TRIP, 3500, DAY)
    assert first == (DatedPrice(price=3000), DatedPrice(since=DAY, price=3500))
    same_day = repriced(msgspec.structs.replace(TRIP, price=3500, prices=first), 3600, DAY)
    assert same_day == (DatedPrice(price=3000), DatedPrice(since=DAY, price=3600))
    assert (
        repriced(msgspec.structs.replace(TRIP, price=None), 3000, DAY) == ()
    )  # the first one holds from the beginning


CHECKED = (priced(part("CHECK", 5000, "fee"), 1, DAY),)


@pytest.mark.parametrize(("cause", "reason", "payable"), [("wear", "declined", 1500), ("wear", "not-repairable", 0)])
def test_of_the_fee_for_finding_the_fault_a_share_is_due_where_the_repair_is_declined(cause, reason, payable):
    desk = Desk(card=a_card(warranty_until=OUT))
    desk.take("work", "2026-11-18 15:00", by="ZW", charges=CHECKED, numbers={"taken": 5000}, codes={"cause": cause})
    assert bill(desk.course).payable == 5000
    when = "2026-11-18 15:30"
    desk.put(taking.cancel(desk.run(when), desk.course, at(when), reason=reason))
    money = bill(desk.course)
    assert (money.list_price, money.payable, money.refund_due) == (5000, payable, 5000 - payable)
    assert (state_of(desk.course, money), desk.ticket.closed) == ("cancelled", 0)  # still to be paid back
    later = "2026-11-18 16:00"
    desk.put(taking.refund(desk.run(later), desk.course, at(later), paid=5000 - payable))
    assert (bill(desk.course).refund_due, desk.ticket.closed, desk.course.misfits) == (0, 1, [])


def test_where_nothing_was_found_the_fee_for_looking_is_not_due_and_the_trip_is():
    desk = served(0, cause="no-fault", lines=(*CHECKED, priced(TRIP, 1, DAY)))
    assert bill(desk.course).payable == 3000


def test_a_repair_of_which_no_fault_was_found_cannot_be_declined():
    desk = Desk()
    for codes in ({}, {"cause": "no-fault"}):
        desk.take("work", "2026-11-18 15:00", charges=CHECKED, codes=codes)
        with pytest.raises(InvalidError, match="no fault was found that could be declined"):
            taking.cancel(desk.run("2026-11-18 16:00"), desk.course, at("2026-11-18 16:00"), reason="declined")


def test_the_share_is_that_of_the_day_on_which_it_was_declined():
    desk = Desk()
    desk.take("work", "2026-11-18 15:00", charges=CHECKED, codes={"cause": "wear"})
    of_ticket = msgspec.structs.replace(desk.settings.ticket, check_declined_percent=33)
    run = msgspec.structs.replace(desk.run("2026-11-18 16:00").settings, ticket=of_ticket)
    desk.settings = run
    desk.put(taking.cancel(desk.run("2026-11-18 16:00"), desk.course, at("2026-11-18 16:00"), reason="declined"))
    desk.settings = msgspec.structs.replace(run, ticket=msgspec.structs.replace(of_ticket, check_declined_percent=90))
    assert bill(desk.course).payable == 1650
