"""The stored form: what a record is written as, for every type and whatever its fields hold."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.archive.store import stored, strict
from crmkit.records import TYPES, Customer
from crmkit.records.customer import Phone
from crmkit.records.packed import stored_form

zones = st.sampled_from((UTC, timezone(timedelta(hours=8))))
st.register_type_strategy(datetime, st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=zones))
anything = st.none() | st.text() | st.lists(st.integers(0, 9)) | st.dictionaries(st.text(), st.text())
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))  # as strict reading has it
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))


def values_of(type_):
    """Values of the type of a field; hypothesis knows none for Any."""
    if type_ is Any:
        return anything
    if get_origin(type_) is dict:
        return st.dictionaries(st.text(), values_of(get_args(type_)[1]))
    return st.from_type(type_)


@pytest.mark.parametrize("record_type", TYPES, ids=lambda record_type: record_type.kind)
@settings(max_examples=15)
@given(data=st.data())
def test_what_is_written_is_read_as_it_was_in_one_pass(record_type, data):
    identifier = f"{record_type.letter}2611-00000001"
    fields = {field.name: values_of(field.type) for field in msgspec.structs.fields(record_type)}
    record = data.draw(st.fixed_dictionaries(fields).map(lambda values: record_type(**values | {"id": identifier})))
    written = stored.canonical(record_type.kind, {identifier: stored.document(record)})
    assert strict.trusted(written, record_type) == {identifier: record}
    table = strict.table(written, record_type, "x")
    assert (list(table.records), table.canonical) == ([identifier], True)
    assert list(table.records[identifier].keys()) == list(record.keys())
    assert isinstance(table.records[identifier], stored_form(record_type))


def test_fields_at_their_default_are_left_out_and_so_is_the_id():
    anna = Customer(
        id="C2611-00000001", name="张秀英", phones=(Phone(raw="1390", e164="+8613900541731", kind="mobile"),)
    )
    assert stored.document(anna) == {
        "name": "张秀英",
        "phones": [{"raw": "1390", "e164": "+8613900541731", "kind": "mobile"}],
    }


def test_fields_of_a_later_version_are_canonical_but_not_of_the_stored_form():
    written = stored.canonical("customers", {"C2611-00000001": {"name": "张秀英", "weather": "fine"}})
    table = strict.table(written, Customer, "x")
    assert table.canonical
    assert table.records == {"C2611-00000001": Customer(id="C2611-00000001", name="张秀英")}
