"""Plain values that know what they are: which fields are money, codes, parts; and that JSON stays what it was."""

import json
from typing import get_type_hints

import msgspec
import pytest

from crmkit.records import TYPES, Card, Customer, Order, Payment, Plan, Product, Return, Staff, Visit
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.reference import Tier
from crmkit.records.typed import Code, Fen, FenIfAny, PlainPart, Price, makers, plain, typed
from crmkit.result import beside, row, worded
from tests.sheets import samples

MONEY = {
    Payment: {"amount"}, Order: {"total"}, OrderItem: {"price", "discount", "amount"}, ReturnedItem: {"amount"},
    Return: {"refund"}, Product: {"price"}, Tier: {"price"},
    Plan: {"price", "paid", "amount", "bonus_amount", "list_price", "waiting_fee"},
}  # fmt: skip


@pytest.mark.parametrize("struct", [*TYPES, OrderItem, ReturnedItem, Tier])
def test_money_are_exactly_the_fields_that_hold_fen(struct):
    money = {name for name, maker in makers(struct).items() if maker in (Fen, FenIfAny, Price)}
    assert money == MONEY.get(struct, set())


def test_a_renamed_field_is_known_by_its_name_in_json():
    found = typed(Order, {"event": "G2611-00000001", "terms": "full", "total": 5})
    assert (type(found["event"]), type(found["terms"]), type(found["total"])) == (str, Code, Fen)


def test_codes_of_one_spelling_keep_their_families():
    assert [row(Payment(customer="", order="", at=samples.NOW, amount=1, what="refund", method="card"))[name].family
            for name in ("what", "method")] == ["", "pay-"]  # fmt: skip
    assert row(Staff(code="LN", roles=("service",)))["roles"][0].family == "role-"


def test_a_part_knows_its_struct_and_types_its_own_fields():
    item = plain(OrderItem(product="XA-3", amount=0))
    assert (type(item), item.of, type(item["amount"]), item["price"]) == (PlainPart, OrderItem, Fen, None)


def test_a_list_of_codes_is_typed_one_by_one_and_text_beside_the_fields_is_left_alone():
    visit = typed(Visit, {"kept": ["care", "needs"], "marks": ["late"]})
    assert [type(one) for one in (*visit["kept"], *visit["marks"])] == [Code, Code, str]


@pytest.mark.parametrize("record_type", [Customer, Order, Payment, Visit, Card])
def test_typed_or_not_json_is_the_same(record_type):
    records = [one for one in samples.some_records(6) if isinstance(one, record_type)]
    assert records
    for record in records:
        untyped = {**msgspec.to_builtins(record), **worded(record), **beside(record)}
        assert json.dumps(row(record)) == json.dumps(untyped)


def test_every_field_of_closed_words_in_a_record_is_declared_as_one():
    """By the comments of the source: `# one of NAMES` stands at a code, and at nothing else."""
    import inspect
    import re

    for struct in TYPES:
        for name in re.findall(r"^    (\w+): [^\n]*# one of [A-Z]", inspect.getsource(struct), re.MULTILINE):
            assert name in get_type_hints(struct)
            if name not in ("grade", "cause"):
                shown = dict(zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True))[name]
                assert shown in makers(struct), (struct, name)
