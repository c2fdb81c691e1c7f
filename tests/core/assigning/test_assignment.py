"""Who looks after a file: by turn, load, district, or as a person says."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.assigning.assignment import Team, give, keep, share_out
from crmkit.errors import InvalidError
from crmkit.records import Assignment, Callback, Customer
from tests.core.desk import NOW, a_customer, a_run, at, staff

RUN = a_run()
SERVICE = [staff(code, "service") for code in ("LN", "WQ", "ZM")]


def a_file(number, **fields):
    return a_customer(number, **({"stage": "screened"} | fields))


def a_team(members=SERVICE, load=None, recent=(), run=RUN):
    return Team(run, members, load or {}, recent)


def none_planned(customer):
    return ()


def owners(change):
    return {record.id: record.owner for record in change.puts if isinstance(record, Customer)}


def shared_out(files, team=None, how="turn", callbacks_of=none_planned, **options):
    return share_out(RUN, team or a_team(), files, callbacks_of, how=how, **options)


def test_files_go_round_by_turn_the_longest_known_first():
    files = [a_file(n, collected_at=at(f"2026-11-0{9 - n} 09:00")) for n in range(1, 5)]
    change = shared_out(files)
    assert [owners(change)[f"C2611-0000000{n}"] for n in (4, 3, 2, 1)] == ["LN", "WQ", "ZM", "LN"]
    moves = [record for record in change.puts if isinstance(record, Assignment)]
    assert {(move.before, move.how, move.by, move.at) for move in moves} == {("", "turn", "LN", NOW)}
    assert change.counts == {"assigned": 4}


def test_the_turn_goes_on_where_the_last_run_ended():
    first = shared_out([a_file(n) for n in range(4)])
    recent = [record for record in first.puts if isinstance(record, Assignment)]
    assert list(owners(shared_out([a_file(9)], a_team(recent=recent))).values()) == ["WQ"]


@settings(max_examples=40)
@given(st.lists(st.integers(1, 7), min_size=1, max_size=6))
def test_however_often_the_turns_differ_by_one_at_the_most(batches):
    recent, number = [], 0
    for size in batches:
        change = shared_out([a_file(number + n) for n in range(size)], a_team(recent=recent))
        recent += [record for record in change.puts if isinstance(record, Assignment)]
        number += size
    served = Counter({one.code: 0 for one in SERVICE} | Counter(move.to for move in recent))
    assert max(served.values()) - min(served.values()) <= 1


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=3), st.integers(0, 20))
def test_by_load_nobody_gets_a_file_while_another_has_fewer(load, number):
    before = dict(zip(("LN", "WQ", "ZM"), load, strict=True))
    got = Counter(owners(shared_out([a_file(n) for n in range(number)], a_team(load=before), "load")).values())
    after = {code: before[code] + got[code] for code in before}
    assert sum(got.values()) == number
    assert all(after[code] <= min(after.values()) + 1 for code in got)


def test_by_district_whoever_works_there_and_has_the_fewest():
    members = [
        msgspec.structs.replace(one, district=district)
        for one, district in zip(SERVICE, ("朝阳", "朝阳，海淀", ""), strict=True)
    ]
    files = [a_file(1, district="海淀"), a_file(2, district="朝阳"), a_file(3), a_file(4, district="通州")]
    change = shared_out(files, a_team(members), "district")
    assert owners(change) == {"C2611-00000001": "WQ", "C2611-00000002": "LN"}
    assert change.counts == {"assigned": 2, "no-district": 1, "no-staff": 1}


def test_nobody_gets_more_than_there_is_room_for():
    members = [msgspec.structs.replace(SERVICE[0], capacity=2), msgspec.structs.replace(SERVICE[1], capacity=1)]
    change = shared_out([a_file(n) for n in range(5)], a_team(members, {"LN": 1}))
    assert Counter(owners(change).values()) == {"LN": 1, "WQ": 1}
    assert change.counts == {"assigned": 2, "no-capacity": 3}


def test_the_default_capacity_holds_for_whoever_has_none_of_their_own():
    narrow = msgspec.structs.replace(RUN.settings.assignment, capacity=1)
    run = msgspec.structs.replace(RUN, settings=msgspec.structs.replace(RUN.settings, assignment=narrow))
    members = [SERVICE[0], msgspec.structs.replace(SERVICE[1], capacity=3)]
    change = share_out(run, a_team(members, run=run), [a_file(n) for n in range(6)], none_planned)
    assert Counter(owners(change).values()) == {"LN": 1, "WQ": 3}


def test_what_is_not_to_be_given_out_is_counted_by_reason():
    files = [
        a_customer(1), a_file(2, owner="LN"), a_file(3, stage="lost"), a_file(4, do_not_contact=("all",)),
        a_file(5, suspect=True),
    ]  # fmt: skip
    change = shared_out(files)
    assert change.counts == {
        "assigned": 0, "unscreened": 1, "unchanged": 1, "lost": 1, "do-not-contact": 1, "suspect": 1,
    }  # fmt: skip
    assert not change


def test_the_files_of_who_left_go_to_others_and_are_no_longer_pinned():
    members = [msgspec.structs.replace(SERVICE[0], left=True), *SERVICE[1:]]
    change = shared_out([a_file(1, owner="LN", pinned=True)], a_team(members), left=["LN"])
    (file,) = [record for record in change.puts if isinstance(record, Customer)]
    assert (file.owner, file.pinned) == ("WQ", False)
    (move,) = [record for record in change.puts if isinstance(record, Assignment)]
    assert (move.before, move.why, move.cause) == ("LN", "", "left")


def test_without_anybody_of_the_role_nothing_is_given_out():
    with pytest.raises(InvalidError, match="role service"):
        shared_out([a_file(1)], a_team([staff("LN", "screener"), staff("WQ", "service", left=True)]))


def a_callback(number, **fields):
    return Callback(
        id=f"B2611-{number:08}", customer="C2611-00000001", purpose="cadence", due_at=NOW, **fields
    )  # fmt: skip


def test_open_callbacks_go_along_unless_they_are_somebody_elses():
    planned = [
        a_callback(1, owner="LN"), a_callback(2), a_callback(3, owner="ZM"), a_callback(4, owner="LN", state="done"),
        a_callback(5, owner="LN", state="stopped"),
    ]  # fmt: skip
    change = give(RUN, SERVICE[1], 0, [a_file(1, owner="LN")], lambda customer: planned)
    moved = {record.id[-1]: record.owner for record in change.puts if isinstance(record, Callback)}
    assert moved == {"1": "WQ", "2": "WQ", "5": "WQ"}


def test_giving_a_file_by_hand_twice_changes_nothing():
    first = give(RUN, SERVICE[0], 0, [a_file(1)], none_planned, why="neighbours")
    (move,) = [record for record in first.puts if isinstance(record, Assignment)]
    assert (move.to, move.how, move.why) == ("LN", "hand", "neighbours")
    again = give(RUN, SERVICE[0], 1, [a_file(1, owner="LN")], none_planned)
    assert (again.puts, again.counts) == ((), {"assigned": 0, "unchanged": 1})


def test_a_customer_of_the_top_grade_chooses_and_nobody_else():
    change = give(RUN, SERVICE[0], 0, [a_file(1, grade="A")], none_planned, pinned=True)
    (file,) = [record for record in change.puts if isinstance(record, Customer)]
    (move,) = [record for record in change.puts if isinstance(record, Assignment)]
    assert (file.owner, file.pinned, move.how) == ("LN", True, "pinned")
    with pytest.raises(InvalidError, match="may choose"):
        give(RUN, SERVICE[0], 0, [a_file(1, grade="B")], none_planned, pinned=True)


def test_who_had_chosen_somebody_and_is_given_to_another_has_not_chosen_that_one():
    change = give(RUN, SERVICE[1], 0, [a_file(1, grade="A", owner="LN", pinned=True)], none_planned)
    assert [record.pinned for record in change.puts if isinstance(record, Customer)] == [False]


def test_a_file_is_pinned_to_whom_it_has_and_let_go_again():
    pinned = keep(RUN, [a_file(1, grade="A", owner="LN")], pinned=True)
    assert (pinned.puts[0].pinned, pinned.counts) == (True, {"pinned": 1, "unchanged": 0})
    assert keep(RUN, pinned.puts, pinned=True).counts == {"pinned": 0, "unchanged": 1}
    assert not keep(RUN, pinned.puts, pinned=False).puts[0].pinned
    with pytest.raises(InvalidError, match="nobody looks after"):
        keep(RUN, [a_file(1, grade="A")], pinned=True)


@pytest.mark.parametrize(
    ("to", "load", "file", "message"),
    [
        (msgspec.structs.replace(SERVICE[0], left=True), 0, a_file(1), "does not work here"),
        (msgspec.structs.replace(SERVICE[0], capacity=3), 3, a_file(1), "has room for no more"),
        (SERVICE[0], 0, a_customer(1), "not screened"),
    ],
)
def test_what_cannot_be_given_by_hand_is_refused(to, load, file, message):
    with pytest.raises(InvalidError, match=message):
        give(RUN, to, load, [file], none_planned)
