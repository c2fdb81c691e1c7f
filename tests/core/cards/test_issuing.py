from collections.abc import Sequence
from datetime import date

import pytest

from crmkit.core.cards import issuing
from crmkit.core.cards.cards import Sale
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.known import Known
from crmkit.errors import AmbiguousError, InvalidError
from crmkit.records import Card, Customer, Record, Touch
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.core.cards.test_cards import BED, SALE, a_run

PHONE = Phone(raw="13900541731", e164="+8613900541731", kind="mobile")
QIN = Customer(id="C2611-00000001", name="秦玉兰", phones=(PHONE,))


def whose(name: str, *known: Record) -> Customer | Draft:
    return issuing.whose(a_run(), Known(known), name, [PHONE])


def issued(who: Customer | Draft, sale: Sale, last: str = "", units: Sequence[Card] = (), **given: bool) -> Change:
    return issuing.issue(
        a_run(), Known(), who, BED, sale, operator="LN", last_number=last, same_serial=units, **given
    )  # fmt: skip


def of(change: Change, record_type: type) -> list:
    return [record for record in change.puts if isinstance(record, record_type)]


def test_a_card_follows_the_last_number_of_the_series() -> None:
    (first,) = of(issued(QIN, Sale(serial="A")), Card)
    change = issued(QIN, Sale(serial="B"), last=first.number)
    (second,) = of(change, Card)
    assert [card.number[5:13] for card in (first, second)] == ["26110001", "26110002"]
    assert (change.counts, change.ids) == ({"issued": 1, "replaced": 0}, (second.id,))


def test_a_customer_not_on_file_is_opened_and_becomes_a_buyer() -> None:
    change = issued(whose("秦玉兰"), Sale(serial="A"))
    (customer,) = of(change, Customer)
    assert (customer.name, customer.source, customer.stage) == ("秦玉兰", "card", "buyer")
    assert {card.customer for card in of(change, Card)} == {customer.id}
    assert [touch.outcome for touch in of(change, Touch)] == ["added"]


def test_a_refused_card_opens_no_file() -> None:
    with pytest.raises(InvalidError):
        issued(whose("秦玉兰"), Sale(bought_on=date(2030, 1, 1)))


def test_a_number_that_nobody_has_needs_a_name() -> None:
    with pytest.raises(InvalidError, match="nobody on file"):
        whose("")


def test_a_number_on_file_is_its_holder_with_or_without_the_name() -> None:
    assert whose("", QIN) == QIN
    assert whose("秦阿姨", QIN) == QIN


def test_a_number_held_by_another_person_or_by_several_is_not_guessed() -> None:
    husband = Customer(id="C2611-00000002", name="王建国", phones=(PHONE,))
    with pytest.raises(AmbiguousError, match=QIN.id):
        whose("王建国", QIN)
    with pytest.raises(AmbiguousError, match=husband.id):
        whose("", QIN, husband)
    assert whose("王建国", QIN, husband) == husband


def test_a_unit_that_has_a_card_gets_another_only_in_its_place() -> None:
    (first,) = of(issued(QIN, SALE), Card)
    change = issued(QIN, SALE, last=first.number, units=[first], replace=True)
    states = {card.id: card.state for card in of(change, Card)}
    assert states == {first.id: "replaced", change.ids[0]: ""}


def test_what_a_number_finds_is_a_file_or_what_would_be_one() -> None:
    assert isinstance(whose("", QIN), Customer)
    assert isinstance(whose("秦玉兰"), Draft)
