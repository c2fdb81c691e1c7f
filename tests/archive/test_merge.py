"""Merging, pure: what each kind of change comes to, and what holds for any work of two or three operators."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.archive.merge.collisions import meetings
from crmkit.archive.merge.merge import changes, edited_at, moment
from crmkit.archive.merge.merge_trees import merge_trees
from crmkit.archive.store import strict
from crmkit.records import BY_KIND, type_of
from crmkit.records.shape import ABSENT, Shape, get, shape_of
from tests.archive.histories import Documents, Files, documents_of, files_of, first_archive, work

C1, C2, C3, L1, L2, M1, B1 = (
    "C2611-00000001", "C2611-00000002", "C2611-00000003", "L2611-00000001", "L2611-00000002", "M2611-00000001",
    "B2611-00000001",
)  # fmt: skip
NINE, TEN, ELEVEN = (f"2026-11-21T{hour:02}:00:00+08:00" for hour in (9, 10, 11))
FILE: dict[str, Any] = {"name": "张秀英", "created_at": NINE, "updated_at": NINE}
HOME = {"raw": "01062345678", "e164": "+861062345678", "kind": "landline"}
MOBILE = {"raw": "13900541731", "e164": "+8613900541731", "kind": "mobile"}
PLANNED = {"customer": C1, "purpose": "thanks", "due_at": TEN, "created_at": NINE, "updated_at": NINE}

seeds = st.integers(0, 2**32)


def merged(base: Documents, ours: Documents, theirs: Documents) -> Documents:
    """The merge of three sets of records, which must be the same with the sides exchanged."""
    sides = [files_of(side) for side in (base, ours, theirs)]
    found = merge_trees(*sides).files
    assert found == merge_trees(sides[0], sides[2], sides[1]).files
    return documents_of(found)


def one(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """The merge of one customer's file, and (field, kept, other) of its conflicts."""
    documents = merged(*({C1: {**FILE, **side}} for side in (base, ours, theirs)))
    return documents[C1], conflicts(documents)


def conflicts(documents: Documents) -> list[Any]:
    found = [document for identifier, document in documents.items() if identifier[0] == "X"]
    return sorted(((tuple(d.get("field", ())), d.get("kept"), d.get("other")) for d in found), key=repr)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        ({}, {"address": "青年路1号"}, {}, {"address": "青年路1号"}),
        ({"owner": "LN"}, {"owner": "LN"}, {}, {}),
        ({}, {"address": "青年路1号"}, {"address": "青年路1号"}, {"address": "青年路1号"}),
        ({}, {"address": "青年路1号"}, {"owner": "WQ"}, {"address": "青年路1号", "owner": "WQ"}),
        ({"tags": ["a", "b"]}, {"tags": ["b"]}, {"tags": ["a", "b", "c"]}, {"tags": ["b", "c"]}),
        ({}, {"tags": ["z"]}, {"tags": ["a"]}, {"tags": ["a", "z"]}),
        ({"tags": ["a"]}, {}, {"tags": ["b"]}, {"tags": ["b"]}),
        ({}, {"phones": [HOME]}, {"phones": [MOBILE]}, {"phones": [HOME, MOBILE]}),
        (
            {"phones": [HOME]},
            {"phones": [{**HOME, "state": "confirmed"}]},
            {"phones": [HOME, MOBILE]},
            {"phones": [{**HOME, "state": "confirmed"}, MOBILE]},
        ),
        (
            {"phones": [HOME]},
            {"phones": [HOME, {**HOME, "ext": "801"}]},
            {"phones": [HOME, {**HOME, "ext": "802"}]},
            {"phones": [HOME, {**HOME, "ext": "801"}, {**HOME, "ext": "802"}]},
        ),
        ({}, {"do_not_contact": ["call"]}, {"do_not_contact": ["sms"]}, {"do_not_contact": ["call", "sms"]}),
        ({"suspect": True}, {}, {"suspect": True, "owner": "WQ"}, {"owner": "WQ"}),
        ({}, {"suspect": True}, {"stage": "screened"}, {"suspect": True, "stage": "screened"}),
        ({"foreign": 1}, {"foreign": 1, "owner": "LN"}, {"foreign": 2}, {"foreign": 2, "owner": "LN"}),
    ],
)  # fmt: skip
def test_what_does_not_clash_is_merged_without_asking(base, ours, theirs, result):
    assert one(base, ours, theirs) == ({**FILE, **result}, [])


def test_the_later_edit_of_a_field_stands_and_both_values_are_listed():
    ours, theirs = {"address": "青年路1号", "updated_at": TEN}, {"address": "和平里3号", "updated_at": ELEVEN}
    document, found = one({}, ours, theirs)
    assert document == {**FILE, **theirs}
    assert found == [(("address",), "和平里3号", "青年路1号")]


def test_an_earlier_edit_stands_against_a_removal():
    document, found = one({"address": "x"}, {"address": "y", "updated_at": TEN}, {"updated_at": ELEVEN})
    assert document["address"] == "y"
    assert found == [(("address",), "y", None)]


def test_times_are_compared_as_times():
    ours = {"address": "x", "updated_at": "2026-11-21T10:00:00+08:00"}  # 02:00 UTC
    theirs = {"address": "y", "updated_at": "2026-11-21T04:00:00+00:00"}
    assert one({}, ours, theirs)[0]["address"] == "y"


def test_a_number_removed_here_and_confirmed_there_stays_and_is_listed():
    confirmed = {**MOBILE, "state": "confirmed"}
    document, found = one({"phones": [MOBILE]}, {}, {"phones": [confirmed]})
    assert document["phones"] == [confirmed]
    assert found == [(("phones", MOBILE["e164"]), confirmed, None)]


def test_two_spellings_of_one_number_are_no_conflict():
    spelled = {**MOBILE, "raw": "139 0054 1731"}
    assert one({}, {"phones": [MOBILE]}, {"phones": [spelled]}) == ({**FILE, "phones": [spelled]}, [])


def test_a_consent_withdrawn_here_and_renewed_there_keeps_both_moments():
    given = {"purpose": "marketing", "given_at": NINE, "how": "form"}
    withdrawn, renewed = {**given, "withdrawn_at": TEN}, {**given, "given_at": ELEVEN}
    document, found = one({"consents": [given]}, {"consents": [withdrawn]}, {"consents": [renewed]})
    assert document["consents"] == [{**given, "given_at": ELEVEN, "withdrawn_at": TEN}]
    assert found == []


def test_of_two_withdrawals_the_last_counts():
    given = {"purpose": "marketing", "given_at": NINE}
    sides = ({"consents": [{**given, "withdrawn_at": at}], "updated_at": at} for at in (TEN, ELEVEN))
    document, found = one({"consents": [given]}, *sides)
    assert (document["consents"], found) == ([{**given, "withdrawn_at": ELEVEN}], [])


def test_a_call_that_was_made_beats_a_cancellation():
    done = {**PLANNED, "state": "done", "call": L1, "attempt": 1, "updated_at": TEN}
    cancelled = {**PLANNED, "state": "cancelled", "attempt": 3, "updated_at": ELEVEN}
    documents = merged({B1: PLANNED}, {B1: done}, {B1: cancelled})
    assert documents == {B1: {**done, "attempt": 3, "updated_at": ELEVEN}}


def test_a_record_removed_here_and_edited_there_stays_and_is_listed():
    edited = {**FILE, "owner": "LN", "updated_at": TEN}
    documents = merged({C1: FILE}, {}, {C1: edited})
    assert documents[C1] == edited
    assert conflicts(documents) == [((), None, None)]


def test_a_removed_record_comes_back_where_the_other_side_speaks_of_it():
    call = {"customer": C1, "at": TEN, "outcome": "reached"}
    documents = merged({C1: {**FILE, "referrer": C2}, C2: FILE}, {}, {C1: {**FILE, "referrer": C2}, C2: FILE, L1: call})
    assert documents.keys() > {C1, C2, L1}
    assert conflicts(documents) == [((), None, None)] * 2


def test_what_one_side_removed_and_the_other_left_alone_is_gone():
    assert merged({C1: FILE, C2: FILE}, {C1: FILE}, {C1: FILE, C2: FILE}) == {C1: FILE}


def test_edits_of_a_file_that_was_merged_into_another_are_listed():
    alias = {**FILE, "merged_into": C2, "updated_at": TEN}
    edited = {**FILE, "name": "张秀兰", "tags": ["lively"], "updated_at": ELEVEN}
    documents = merged({C1: FILE, C2: FILE}, {C1: alias, C2: FILE}, {C1: edited, C2: FILE})
    assert documents[C1]["merged_into"] == C2
    assert conflicts(documents) == [(("name",), "张秀英", "张秀兰"), (("tags", "lively"), None, "lively")]


def test_a_call_with_a_file_that_was_merged_into_another_goes_to_the_surviving_file_and_can_be_split_off_again():
    alias = {**FILE, "merged_into": C2, "updated_at": TEN}
    note = {"survivor": C2, "loser": C1, "at": TEN, "moved": [L1]}
    mine, other = ({"customer": owner, "at": NINE, "outcome": "reached"} for owner in (C1, C2))
    base = {C1: FILE, C2: FILE, L1: mine}
    documents = merged(base, {C1: alias, C2: FILE, L1: other, M1: note}, {**base, L2: mine})
    assert documents[L1]["customer"] == documents[L2]["customer"] == C2
    assert documents[M1]["moved"] == [L1, L2]


def test_two_files_merged_into_each_other_leave_one_that_stands():
    one_way = {C1: {**FILE, "merged_into": C2, "updated_at": TEN}, C2: FILE}
    other_way = {C1: FILE, C2: {**FILE, "merged_into": C1, "updated_at": ELEVEN}}
    documents = merged({C1: FILE, C2: FILE}, one_way, other_way)
    assert "merged_into" not in documents[C1]
    assert documents[C2]["merged_into"] == C1
    assert conflicts(documents) == [(("merged_into",), None, C2)]


def test_a_record_that_both_made_lies_in_one_shard_only():
    here, there = files_of({B1: PLANNED, C1: FILE}), files_of({B1: PLANNED}, {B1: 2})
    found = merge_trees({}, here, there).files
    assert documents_of(found) == {B1: PLANNED, C1: FILE}
    assert found["callbacks/2026-11.json"] == here["callbacks/2026-11.json"]
    assert "callbacks/2026-11-2.json" not in found
    assert merge_trees({}, there, here).files == found


def test_a_record_that_git_itself_left_in_two_shards_is_made_one():
    both = files_of({B1: {**PLANNED, "reason": "x"}}) | files_of({B1: {**PLANNED, "reason": "y"}}, {B1: 2})
    found = documents_of(merge_trees({}, both, files_of({C1: FILE})).files)
    assert found[B1] == {**PLANNED, "reason": "y"}
    assert conflicts(found) == [(("reason",), "y", "x")]


def test_shards_keep_their_bytes_where_nothing_in_them_changed():
    written_by_tinydb = b'{"customers": {"C2611-00000001": {"name": "\\u5f20"}}}'
    found = merge_trees(
        {},
        {"customers/2026-11.json": written_by_tinydb},
        files_of({L1: {"customer": C1, "at": NINE, "outcome": "busy"}}),
    )
    assert found.files["customers/2026-11.json"] == written_by_tinydb


def test_settings_are_merged_by_key_and_keep_their_comments():
    base = b"[card]  # promises\nreply = 2  # hours\nsolution = 8\n[import]\nmax_rows = 5\n"
    ours, theirs = base.replace(b"= 2", b"= 4"), base.replace(b"= 5", b"= 9") + b'[archive]\narea = "010"\n'
    found = merge_trees(*({"archive.toml": text} for text in (base, ours, theirs))).files
    expected = ours.replace(b"= 5", b"= 9") + b'\n[archive]\narea = "010"\n'
    assert found["archive.toml"] == expected


def test_comments_alone_are_no_conflict_and_both_sides_end_with_the_same_ones():
    base, ours, theirs = ({"archive.toml": b"# %s\n[card]\nreply = 2\n" % text} for text in (b"a", b"b", b"c"))
    assert merge_trees(base, ours, theirs).files == merge_trees(base, theirs, ours).files == theirs


def test_a_setting_changed_on_both_sides_is_listed():
    base, ours, theirs = ({"archive.toml": b"[card]\nreply = %d\n" % n} for n in (2, 4, 6))
    documents = documents_of_records(merge_trees(base, ours, theirs).files)
    assert conflicts(documents) == [(("card", "reply"), 6, 4)]


def test_calendars_are_merged_day_by_day():
    path = "calendar/2027.json"
    base, ours, theirs = (
        {path: b'{"year": 2027, "holidays": {%s}}' % days} for days in (b"", b'"2027-01-01": "a"', b'"2027-02-06": "b"')
    )
    found = merge_trees(base, ours, theirs).files
    assert strict.json.loads(found[path]) == {"year": 2027, "holidays": {"2027-01-01": "a", "2027-02-06": "b"}}


def test_of_another_file_changed_on_both_sides_one_version_stands_and_it_is_listed():
    base, ours, theirs = ({"note.txt": text} for text in (b"a", b"b", b"c"))
    found = merge_trees(base, ours, theirs).files
    assert found["note.txt"] == b"c"
    assert conflicts(documents_of_records(found)) == [((), None, None)]


def documents_of_records(files: Files) -> Documents:
    return documents_of({path: data for path, data in files.items() if path.partition("/")[0] in BY_KIND})


def test_numbers_entered_on_both_sides_meet_and_those_that_one_side_knew_do_not():
    holder = {**FILE, "phones": [MOBILE]}
    sides = (
        {C1: holder},
        {C1: holder, C2: {**FILE, "phones": [MOBILE, HOME]}},
        {C1: holder, C3: {**FILE, "phones": [HOME]}},
    )
    found = meetings(merge_trees(*map(files_of, sides)))
    assert [(meeting.what, meeting.ids) for meeting in found] == [("phone", (C2, C3))]


def test_a_record_that_both_made_meets_nobody():
    both = {C2: {**FILE, "phones": [MOBILE]}}
    assert meetings(merge_trees({}, files_of(both), files_of({**both, C3: FILE}))) == []


# whatever the operators did


def scene(seed: int) -> tuple[random.Random, Documents, Documents, Documents]:
    """A base and two operators' work on it."""
    rng = random.Random(seed)
    base = first_archive(rng)
    return rng, base, work(rng, base, rng.randrange(8)), work(rng, base, rng.randrange(8))


@given(seeds)
@settings(max_examples=150)
def test_a_merge_is_valid_and_the_same_from_both_sides(seed):
    _rng, base, ours, theirs = scene(seed)
    merged(base, ours, theirs)  # reads every shard strictly


@given(seeds)
@settings(max_examples=100)
def test_merging_what_is_merged_already_changes_nothing(seed):
    _rng, base, ours, theirs = scene(seed)
    before, mine, other = map(files_of, (base, ours, theirs))
    assert merge_trees(before, before, other).files == other
    assert merge_trees(before, mine, mine).files == mine
    both = merge_trees(before, mine, other).files
    if not any(field == ("merged_into",) for field, *_ in conflicts(documents_of(both))):
        assert merge_trees(before, both, other).files == both


@given(seeds)
@settings(max_examples=150)
def test_no_record_and_no_value_is_lost(seed):
    _rng, base, ours, theirs = scene(seed)
    result = merged(base, ours, theirs)
    for side, other in ((ours, theirs), (theirs, ours)):
        for identifier, document in side.items():
            if document == base.get(identifier):
                continue  # what this side did not touch, the other may have removed
            assert identifier in result
            shape = shape_of(type_of(identifier))
            for path, value in _new_values(base.get(identifier, ABSENT), document, shape):
                assert get(result[identifier], path, shape) == value or _listed(result, identifier, path), path
        untouched = {i for i in base if side.get(i) == base[i] == other.get(i)}
        assert untouched <= result.keys()


def _new_values(base: Any, document: Any, shape: Shape) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The values that a side wrote, down to the last field, apart from those whose type has a rule for them."""
    for path, _old, new in changes(base, document, shape):
        inner = shape
        for name in path:
            inner = inner.member(name)
        parts = inner.opened(new) if new is not ABSENT else {}
        if parts is None and inner.rule is None:
            yield path, new
        for name, part in (parts or {}).items():
            yield from (((*path, name, *rest), value) for rest, value in _new_values(ABSENT, part, inner.member(name)))


def _listed(documents: Documents, identifier: str, path: tuple[str, ...]) -> bool:
    fields = [d.get("field", []) for i, d in documents.items() if i[0] == "X" and d["record"] == identifier]
    return any(tuple(field) == path[: len(field)] for field in fields)


@given(seeds)
@settings(max_examples=100)
def test_three_operators_end_with_the_same_records_in_whichever_order_they_meet(seed):
    rng, base, ours, theirs = scene(seed)
    third = work(rng, base, rng.randrange(8))
    first = merged(base, merged(base, ours, theirs), third)
    second = merged(base, ours, merged(base, theirs, third))
    assert {i for i in first if i[0] != "X"} == {i for i in second if i[0] != "X"}
    for identifier in (i for i in first if i[0] == "C"):
        one_way, other_way = first[identifier], second[identifier]
        for field in ("tags", "notes", "do_not_contact"):
            assert one_way.get(field) == other_way.get(field)
        assert moment(edited_at(one_way)) == moment(edited_at(other_way))
