from datetime import date

import pytest

from crmkit.core.cards.cards import Sale
from crmkit.core.cards.issuing import CardBatch
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.known import Known
from crmkit.errors import AmbiguousError, InvalidError, RepeatError
from crmkit.records import Card, Customer, Record, Touch
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.core.cards.test_cards import BED, SALE, a_run

PHONE = Phone(raw="13900541731", e164="+8613900541731", kind="mobile")
QIN = Customer(id="C2611-00000001", name="秦玉兰", phones=(PHONE,))


def a_desk(*known: Record) -> CardBatch:
    return CardBatch(a_run(), "LN", "", Known(known))


def of(change: Change, record_type: type) -> list:
    return [record for record in change.puts if isinstance(record, record_type)]


def test_numbers_of_one_run_follow_without_a_gap_and_a_refused_row_takes_none() -> None:
    desk = a_desk(QIN)
    first = desk.issue(QIN, BED, Sale(serial="A"))
    with pytest.raises(RepeatError, match=first.number):
        desk.issue(QIN, BED, Sale(serial="a"))
    with pytest.raises(InvalidError):
        desk.issue(QIN, BED, Sale(serial="B", bought_on=date(2030, 1, 1)))
    second = desk.issue(QIN, BED, Sale(serial="B"))
    assert [card.number[5:13] for card in (first, second)] == ["26110001", "26110002"]
    assert desk.change().counts == {"issued": 2, "replaced": 0}
    assert desk.change().ids == (first.id, second.id)


def test_a_customer_not_on_file_is_opened_once_and_becomes_a_buyer() -> None:
    desk = a_desk()
    desk.issue(desk.find("秦玉兰", [PHONE]), BED, Sale(serial="A"))
    desk.issue(desk.find("", [PHONE]), BED, Sale(serial="B"))
    change = desk.change()
    (customer,) = of(change, Customer)
    assert (customer.name, customer.source, customer.stage) == ("秦玉兰", "card", "buyer")
    assert {card.customer for card in of(change, Card)} == {customer.id}
    assert [touch.outcome for touch in of(change, Touch)] == ["added"]


def test_a_refused_card_opens_no_file() -> None:
    desk = a_desk()
    with pytest.raises(InvalidError):
        desk.issue(desk.find("秦玉兰", [PHONE]), BED, Sale(bought_on=date(2030, 1, 1)))
    assert desk.change().puts == ()


def test_a_number_that_nobody_has_needs_a_name() -> None:
    with pytest.raises(InvalidError, match="nobody on file"):
        a_desk().find("", [PHONE])


def test_a_number_on_file_is_its_holder_with_or_without_the_name() -> None:
    desk = a_desk(QIN)
    assert desk.find("", [PHONE]) == QIN
    assert desk.find("秦阿姨", [PHONE]) == QIN


def test_a_number_held_by_another_person_or_by_several_is_not_guessed() -> None:
    husband = Customer(id="C2611-00000002", name="王建国", phones=(PHONE,))
    with pytest.raises(AmbiguousError, match=QIN.id):
        a_desk(QIN).find("王建国", [PHONE])
    with pytest.raises(AmbiguousError, match=husband.id):
        a_desk(QIN, husband).find("", [PHONE])
    assert a_desk(QIN, husband).find("王建国", [PHONE]) == husband


def test_a_unit_issued_twice_in_one_run_is_refused_unless_it_replaces() -> None:
    desk = a_desk(QIN)
    first = desk.issue(QIN, BED, SALE)
    second = desk.issue(QIN, BED, SALE, replace=True)
    states = {card.id: card.state for card in of(desk.change(), Card)}
    assert states == {first.id: "replaced", second.id: ""}


def test_what_a_number_finds_is_a_file_or_what_would_be_one() -> None:
    assert isinstance(a_desk(QIN).find("", [PHONE]), Customer)
    assert isinstance(a_desk().find("秦玉兰", [PHONE]), Draft)
