import tomllib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import config
from crmkit.core.cards import cards
from crmkit.core.cards.cards import Sale
from crmkit.core.run import Run
from crmkit.errors import InvalidError, RepeatError
from crmkit.records.card import Card, Promises, state_on
from crmkit.records.change import Change
from crmkit.records.customer import Customer
from crmkit.records.reference import Product
from crmkit.records.settings import Settings

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
CUSTOMER = Customer(id="C2611-00000001", name="秦玉兰")
BED = Product(id="P2611-00000001", code="XA-3", name="磁疗床垫", model="XA-3", warranty_months=12)


def a_run(now: datetime = NOW, branch: str = "BJ") -> Run:
    table = tomllib.loads(config.defaults_text())
    table["archive"]["branch"] = branch
    return Run(now=now, by="WQ", settings=msgspec.convert(table, Settings))


def issued(sale: Sale, product: Product = BED, customer: Customer = CUSTOMER, **options: object) -> Change:
    given = {"operator": "LN", "last_number": ""} | options
    return cards.issue(a_run(), customer, product, sale, **given)


def card_of(change: Change) -> Card:
    return next(r for r in change.puts if isinstance(r, Card) and r.id == change.ids[0])


SALE = Sale(serial="SN-0001", bought_on=date(2026, 11, 20), bought_at="朝阳店")


def test_an_issued_card_holds_the_sale_the_promises_and_a_number() -> None:
    card = card_of(issued(SALE))
    assert card.number.startswith("BJLN-26110001-")
    assert (card.customer, card.product, card.serial, card.bought_at) == (CUSTOMER.id, "XA-3", "SN-0001", "朝阳店")
    assert card.promises == Promises(reply=2, solution=8, solved=30, follow_up=72)
    assert card.issued_by == "WQ"
    assert state_on(card, NOW.date()) == "active"


def test_the_promises_are_those_of_the_day_of_issue() -> None:
    run = a_run()
    before = card_of(cards.issue(run, CUSTOMER, BED, SALE, operator="LN", last_number=""))
    slower = msgspec.structs.replace(run.settings.card, reply=4, working=("solution",))
    later = Run(now=NOW, by="", settings=msgspec.structs.replace(run.settings, card=slower))
    after = card_of(cards.issue(later, CUSTOMER, BED, SALE, operator="LN", last_number=before.number))
    assert (before.promises.reply, after.promises.reply) == (2, 4)
    assert after.promises.working == ("solution",)


def test_a_card_makes_the_customer_a_buyer_once() -> None:
    buyer = next(r for r in issued(SALE).puts if isinstance(r, Customer))
    assert buyer.stage == "buyer"
    assert not any(isinstance(r, Customer) for r in issued(SALE, customer=buyer).puts)


@pytest.mark.parametrize(
    ("bought", "installed", "months", "last_day"),
    [
        (date(2026, 11, 20), None, 12, date(2027, 11, 20)),
        (date(2026, 11, 18), date(2026, 11, 20), 12, date(2027, 11, 20)),
        (date(2025, 8, 31), None, 6, date(2026, 2, 28)),
        (date(2024, 2, 29), None, 36, date(2027, 2, 28)),
        (date(2026, 11, 20), None, None, None),
        (None, None, 12, None),
    ],
)
def test_the_warranty_runs_from_installation_else_purchase_and_keeps_the_month_end(
    bought: date | None, installed: date | None, months: int | None, last_day: date | None
) -> None:
    product = msgspec.structs.replace(BED, warranty_months=months)
    card = card_of(issued(Sale(bought_on=bought, installed_on=installed), product))
    assert card.warranty_until == last_day


def test_the_last_day_of_the_warranty_is_still_covered() -> None:
    card = card_of(issued(SALE))
    assert state_on(card, date(2027, 11, 20)) == "active"
    assert state_on(card, date(2027, 11, 21)) == "expired"


@settings(max_examples=80, deadline=None)
@given(st.dates(date(2000, 1, 1), NOW.date()), st.integers(1, 120))
def test_a_warranty_ends_on_the_same_day_of_the_month_or_on_the_month_end(bought: date, months: int) -> None:
    last = cards.warranty_until(msgspec.structs.replace(BED, warranty_months=months), Sale(bought_on=bought))
    assert last is not None
    assert (last.year - bought.year) * 12 + last.month - bought.month == months
    next_day = date.fromordinal(last.toordinal() + 1)
    assert last.day == bought.day or (last.day < bought.day and next_day.day == 1)


@pytest.mark.parametrize(
    ("sale", "words"),
    [
        (Sale(bought_on=date(2026, 11, 22)), "bought on 2026-11-22, which is after today"),
        (Sale(installed_on=date(2026, 11, 22)), "installed on 2026-11-22, which is after today"),
        (Sale(bought_on=date(2026, 11, 20), installed_on=date(2026, 11, 19)), "before it was bought"),
    ],
)
def test_dates_that_cannot_be_are_refused(sale: Sale, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        issued(sale)


def test_a_serial_number_with_a_standing_card_is_refused_by_naming_that_card() -> None:
    first = card_of(issued(SALE))
    with pytest.raises(RepeatError, match=first.number) as caught:
        issued(SALE, last_number=first.number, same_serial=[first])
    assert caught.value.exit_code == 4


def test_a_serial_number_whose_card_is_void_is_free_again() -> None:
    first = card_of(issued(SALE))
    gone = card_of(cards.void(a_run(), first, "unit returned"))
    assert card_of(issued(SALE, last_number=first.number, same_serial=[gone])).serial == "SN-0001"


def test_issue_with_replace_retires_the_card_before_and_links_both() -> None:
    first = card_of(issued(SALE))
    change = issued(SALE, last_number=first.number, same_serial=[first], replace=True, reason="misprint")
    new, old = card_of(change), next(r for r in change.puts if r.id == first.id)
    assert isinstance(old, Card)
    assert (new.replaces, old.replaced_by, old.state, old.reason) == (first.id, new.id, "replaced", "misprint")
    assert change.counts == {"issued": 1, "replaced": 1}


def test_serial_numbers_are_tidied_but_not_respelled() -> None:
    assert card_of(issued(Sale(serial=" ｓn-０００１ "))).serial == "sn-0001"


def test_an_exchanged_unit_begins_its_warranty_anew() -> None:
    old = card_of(issued(Sale(serial="SN-1", bought_on=date(2026, 1, 5), installed_by="LI")))
    change = cards.replace(
        a_run(), old, BED, Sale(serial="SN-2"), operator="LN", last_number=old.number, reason="same fault again"
    )
    new = card_of(change)
    assert (new.serial, new.bought_on, new.installed_on, new.installed_by) == (
        "SN-2", date(2026, 1, 5), NOW.date(), "",
    )  # fmt: skip
    assert new.warranty_until == date(2027, 11, 21)


def test_a_new_paper_for_the_same_unit_keeps_its_dates() -> None:
    old = card_of(issued(Sale(serial="SN-1", bought_on=date(2026, 1, 5))))
    longer = msgspec.structs.replace(BED, warranty_months=36)
    new = card_of(cards.replace(a_run(), old, longer, Sale(), operator="LN", last_number=old.number))
    assert (new.serial, new.bought_on, new.warranty_until) == ("SN-1", date(2026, 1, 5), date(2027, 1, 5))
    assert new.number != old.number


def test_a_unit_that_has_a_card_cannot_take_the_place_of_another() -> None:
    one = card_of(issued(Sale(serial="SN-1")))
    two = card_of(issued(Sale(serial="SN-2"), last_number=one.number))
    with pytest.raises(RepeatError, match=two.number):
        cards.replace(a_run(), one, BED, Sale(serial="sn-2"), operator="LN", last_number=two.number, same_serial=[two])


def test_a_card_is_void_only_with_a_reason_and_only_once() -> None:
    card = card_of(issued(SALE))
    with pytest.raises(InvalidError, match="reason"):
        cards.void(a_run(), card, " ")
    gone = card_of(cards.void(a_run(), card, "unit returned"))
    with pytest.raises(InvalidError, match="is void: unit returned"):
        cards.void(a_run(), gone, "again")


def test_a_second_print_counts_as_a_copy() -> None:
    card = card_of(issued(SALE))
    first = cards.printed(a_run(), [card])
    assert (card_of(first).prints, first.counts) == (1, {"printed": 1, "copies": 0})
    second = cards.printed(a_run(), [card_of(first)])
    assert (card_of(second).prints, second.counts) == (2, {"printed": 1, "copies": 1})


def test_a_card_that_no_longer_stands_is_not_printed() -> None:
    gone = card_of(cards.void(a_run(), card_of(issued(SALE)), "unit returned"))
    with pytest.raises(InvalidError, match="void"):
        cards.printed(a_run(), [gone])


def test_without_an_operator_code_nothing_is_issued_and_the_hint_says_what_to_set() -> None:
    with pytest.raises(InvalidError, match="not set") as caught:
        issued(SALE, operator="")
    assert "crmkit config --set operator=" in caught.value.hint


def test_the_serial_number_of_an_exchanged_unit_is_never_issued_again():
    old = card_of(issued(sale=Sale(serial="SN-1")))
    change = cards.replace(a_run(), old, BED, Sale(serial="SN-2"), operator="LN", last_number=old.number)
    retired = next(card for card in change.puts if card.id == old.id)
    for replace in (False, True):
        with pytest.raises(RepeatError, match="the unit sn-1 was exchanged for another: card BJLN-26110001"):
            issued(sale=Sale(serial="sn-1"), same_serial=(retired,), replace=replace)
    other = card_of(issued(sale=Sale(serial="SN-9")))
    with pytest.raises(RepeatError, match="the unit SN-1 was exchanged"):
        cards.replace(
            a_run(), other, BED, Sale(serial="SN-1"), operator="LN", last_number=other.number, same_serial=(retired,)
        )


def test_a_unit_whose_card_is_void_or_whose_paper_was_renewed_can_have_a_card():
    old = card_of(issued(sale=Sale(serial="SN-1")))
    void = cards.void(a_run(), old, "returned unused").puts[0]
    assert card_of(issued(sale=Sale(serial="SN-1"), same_serial=(void,))).serial == "SN-1"
    change = cards.replace(a_run(), old, BED, Sale(), operator="LN", last_number=old.number)
    paper = next(card for card in change.puts if card.id == old.id)
    gone = cards.void(a_run(), card_of(change), "returned").puts[0]
    assert card_of(issued(sale=Sale(serial="SN-1"), same_serial=(paper, gone))).serial == "SN-1"
    with pytest.raises(RepeatError, match="has card"):
        issued(sale=Sale(serial="SN-1"), same_serial=(paper, card_of(change)))


def test_a_unit_that_was_replaced_on_10_september_is_covered_to_the_same_day_of_the_next_year() -> None:
    old = card_of(issued(Sale(serial="SN-1", bought_on=date(2026, 3, 1))))
    year = msgspec.structs.replace(BED, warranty_months=12)
    exchanged = Sale(serial="SN-2", installed_on=date(2026, 9, 10))
    new = card_of(cards.replace(a_run(), old, year, exchanged, operator="LN", last_number=old.number))
    assert (new.warranty_until, new.replaces) == (date(2027, 9, 10), old.id)
