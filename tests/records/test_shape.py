"""Taking records apart by name: what is opened closes again as it was, and every rule is for a field that exists."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.records import TYPES, Customer
from crmkit.records.customer import Consent, Phone
from crmkit.records.reference import Tier
from crmkit.records.shape import ABSENT, get, put, shape_of

PHONES = shape_of(Customer).member("phones")
MOBILE = {"raw": "1", "e164": "+8613900541731", "kind": "mobile"}


@pytest.mark.parametrize("struct", [*TYPES, Phone, Consent, Tier])
def test_every_rule_and_every_key_of_a_part_is_for_a_field_that_exists(struct):
    fields = {field.encode_name for field in msgspec.structs.fields(struct)}
    own = struct.__dict__.get("merging", {})
    assert set(own) <= fields
    assert set(getattr(struct, "part_key", ())) <= fields


def test_two_parts_of_one_name_are_both_kept():
    twice = [MOBILE, {**MOBILE, "state": "wrong"}, {**MOBILE, "ext": "801"}]
    members = PHONES.opened(twice)
    assert list(members) == ["+8613900541731", "+8613900541731#2", "+8613900541731-801"]
    assert PHONES.closed(members) == twice


def test_an_empty_list_is_the_same_as_none():
    assert PHONES.opened([]) == PHONES.opened(ABSENT) == {}
    assert PHONES.closed({}) is ABSENT


DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=3),
        "tags": st.lists(st.sampled_from("abc"), min_size=1, unique=True),
        "phones": st.lists(st.sampled_from(["+861", "+862", "+863"]), min_size=1, unique=True).map(
            lambda numbers: [{**MOBILE, "e164": number} for number in numbers]
        ),
    },
)
PATHS = st.sampled_from([("name",), ("tags", "a"), ("phones", "+861")])


@given(DOCUMENTS, PATHS)
def test_what_is_put_somewhere_is_found_there_and_taking_it_away_leaves_the_rest(document, path):
    shape = shape_of(Customer)
    new = {"name": "x", "tags": "a", "phones": {**MOBILE, "e164": "+861", "state": "wrong"}}[path[0]]
    written = put(document, path, new, shape)
    assert get(written, path, shape) == new
    assert put(document, path, get(document, path, shape), shape) == document
    gone = put(written, path, ABSENT, shape)
    assert get(gone, path, shape) is ABSENT
    others = {name: value for name, value in document.items() if name != path[0]}
    assert {name: value for name, value in gone.items() if name != path[0]} == others
