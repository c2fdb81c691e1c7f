"""Strict reading: what is not exactly a shard is refused with its place, and is never taken for an empty table."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.archive.store import stored, strict
from crmkit.errors import DamagedError
from crmkit.records import Customer
from crmkit.records.customer import Phone

ID = "C2611-00000001"
SHARD = stored.canonical(
    "customers",
    {
        f"C2611-0000000{n}": stored.document(
            Customer(name=f"张秀英{n}", phones=(Phone(raw="139", e164="+8613900541731", kind="mobile"),))
        )
        for n in range(1, 4)
    },
)


def read(data):
    strict.table(data, Customer, "customers/2026-11.json")
    return strict.trusted(data, Customer)


def refused(data):
    with pytest.raises(DamagedError) as error:
        read(data)
    assert error.value.message.startswith("customers/2026-11.json, line ")
    assert "repair" in error.value.hint
    return error.value.message


def with_fields(text):
    return f'{{"customers": {{"{ID}": {{{text}}}}}}}'.encode()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "line 1: the file is empty"),
        (b" \n\n", "line 1: the file is empty"),
        (b"\0" * 100, "line 1"),
        (b"\xef\xbb\xbf" + SHARD, "a byte order mark"),
        (SHARD.decode().encode("utf-16"), "not UTF-8"),
        (SHARD.replace("张".encode(), b"\xd5\xc5", 1), "not UTF-8"),
        (b"{}", "not one table"),
        (b"[]", "not one table"),
        (b"null", "not one table"),
        (b'{"customers": []}', "not one table"),
        (b'{"customers": {}, "calls": {}}', "not one table"),
        (b'{"_default": {"1": {}}}', "not one table"),
        (b'{"customers": {"1": {}}}', "without a proper id"),
        (b'{"customers": {"C2611-00000001\\n": {}}}', "without a proper id"),
        (b'{"customers": {"C2611-00000001": []}}', "without a proper id"),
        (b'{"customers": {"L2611-00000001": {}}}', "id of another kind"),
        (with_fields('"name": NaN'), "NaN is not a value"),
        (with_fields('"weight": Infinity'), "Infinity is not a value"),
        (with_fields('"weight": 1e999'), "1e999 is not a value"),
        (with_fields('"age_about": ' + "9" * 30), "is not a value"),
        (with_fields('"weight": ' + "9" * 5000), "is not a value"),
        (with_fields('"weight": -' + "9" * 20), "is not a value"),
        (with_fields(r'"name": "\ud83d"'), "half of a character"),
        (with_fields('"name": 5'), ID),
        (with_fields('"phones": [{"raw": "1"}]'), ID),
        (with_fields('"created_at": "yesterday"'), ID),
        (with_fields('"age_about": 65.5'), ID),
        (with_fields('"deep": ' + "[" * 100 + "]" * 100), "nested too deeply"),
        (with_fields('"deep": ' + "[" * 100_000 + "]" * 100_000), "nested too deeply"),
        (with_fields('"name": "a", "name": "b"'), "the key name twice"),
    ],
)
def test_what_is_no_shard_is_refused(data, what):
    assert what in refused(data)


def test_the_line_of_a_key_that_stands_twice_is_that_of_the_second():
    lines = SHARD.decode().splitlines(keepends=True)
    name = next(n for n, line in enumerate(lines) if "张秀英2" in line)
    lines.insert(name + 1, lines[name].replace("英2", "荚2"))
    assert f"line {name + 2}: the key name twice" in refused("".join(lines).encode())


def test_a_record_that_stands_twice_is_refused_with_the_line_of_the_second():
    lines = SHARD.decode().splitlines(keepends=True)
    text = "".join(lines).replace("C2611-00000003", "C2611-00000001")
    (second,) = [n for n, line in enumerate(text.splitlines(), 1) if '"C2611-00000001"' in line][1:]
    assert f"line {second}: the key C2611-00000001 twice" in refused(text.encode())


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs", "||||||| base", "=======\r"])
def test_conflict_markers_are_refused_with_their_line(marker):
    lines = SHARD.decode().splitlines()
    lines.insert(7, marker)
    assert "line 8: a conflict marker" in refused("\n".join(lines).encode())


@pytest.mark.parametrize("value", ["=======", "<<<<<<< HEAD", "NaN", "1e999", "\\n=======\\n", ">>>>>>> x"])
def test_a_value_that_looks_like_a_marker_is_a_value(value):
    data = stored.canonical("customers", {ID: {"name": json.loads(f'"{value}"')}})
    assert read(data)[ID].name == json.loads(f'"{value}"')
    assert read(with_fields(f'"name": "{value}"'))[ID].name == json.loads(f'"{value}"')


def test_cut_off_anywhere_it_is_refused_but_for_the_line_end_that_says_nothing():
    whole = read(SHARD)
    for length in range(len(SHARD) - 1):
        refused(SHARD[:length])
    assert read(SHARD[:-1]) == whole


def test_what_plain_tinydb_writes_is_read_as_our_own():
    theirs = json.dumps(json.loads(SHARD)).encode()
    assert b"\\u5f20" in theirs
    assert read(theirs) == read(SHARD)
    assert read(json.dumps(json.loads(SHARD), indent=1, ensure_ascii=False).encode()) == read(SHARD)


def test_a_pair_of_surrogate_escapes_is_one_character():
    assert read(with_fields(r'"name": "\ud842\udfb7"'))[ID].name == "𠮷"


def test_fields_of_a_later_version_are_no_damage():
    assert read(with_fields('"weather": {"fine": [1, 2.5, null, true]}'))[ID] == Customer(id=ID)


words = st.text(st.characters(exclude_categories=("Cs",)))
numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(words, values, max_size=4))
def test_any_json_reads_the_same_in_our_form_and_in_that_of_tinydb(fields):
    table = {ID: {f"x{name}": value for name, value in fields.items()}}
    ours = stored.canonical("customers", table)
    assert strict.documents(ours, "customers", "x") == table
    assert strict.documents(json.dumps({"customers": table}).encode(), "customers", "x") == table
    assert stored.canonical("customers", strict.documents(ours, "customers", "x")) == ours


def test_a_record_alone_is_read_as_with_all_the_others():
    """Whatever stands around it: records without a field, ids inside of texts and of nested objects."""
    ids = [f"C2611-0000000{n}" for n in range(5)]
    decoy = f'"\n    "{ids[3]}": {{"name": "x"}}'
    table = {
        ids[0]: {},
        ids[1]: {"name": decoy, "notes": [decoy, "}"], "phones": [{"raw": "}", "e164": "+8613900541731", "kind": "}"}]},
        ids[2]: {"weather": {ids[3]: {"name": "x"}, "}": "{"}},
        ids[3]: {"name": "张秀英"},
        ids[4]: {},
    }
    data = stored.canonical("customers", table)
    assert strict.table(data, Customer, "customers/2026-11.json").canonical
    together = strict.trusted(data, Customer)
    assert {i: strict.trusted_record(data, Customer, i) for i in ids} == together


@pytest.mark.parametrize("order", [sorted, lambda ids: sorted(ids, reverse=True)])
def test_a_record_is_found_wherever_it_stands_and_whatever_the_order(order):
    """Versions of the history may be of another program, which sorts nothing."""
    ids = order(f"C2611-{n:08}" for n in range(0, 74, 2))
    table = {i: {"name": f"{n}" * (n % 5), "notes": [i]} for n, i in enumerate(ids)}
    data = json.dumps({"customers": table}, ensure_ascii=False, indent=2).encode()
    assert {i: json.loads(strict.text_of(data, i)) for i in ids} == table
    assert {strict.text_of(data, f"C2611-{n:08}") for n in (*range(1, 75, 2), 99999999)} == {b""}


def test_the_form_of_a_shard_is_told():
    data = stored.canonical("customers", {"C2611-00000001": {"name": "张秀英"}})
    assert strict.table(data, Customer, "x").canonical
    assert not strict.table(json.dumps(json.loads(data)).encode(), Customer, "x").canonical
