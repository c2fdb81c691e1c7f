"""Recycling: which files pass on, to whom, and what keeps a file where it is."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.assigning.recycling import cycle, notices, recycle, unsold
from crmkit.core.snapshot import Snapshot
from crmkit.records import Assignment, Callback, Customer, Event, Invitation, Order, Payment, Visit
from tests.core.desk import NOW, a_customer, a_run, at, staff

SERVICE = tuple(staff(code, "service") for code in ("LN", "WQ", "ZM"))
WHO = "C2611-00000001"
DAY = timedelta(days=1)


def a_file(number=1, **fields):
    return a_customer(number, **({"stage": "screened", "owner": "LN"} | fields))


def a_move(day="2026-08-23", to="LN", before="", how="turn", number=1, customer=WHO):
    return Assignment(
        id=f"A2608-{number:08}", customer=customer, at=at(f"{day} 10:00"), to=to, before=before, how=how
    )  # fmt: skip


def an_order(day, **fields):
    return Order(id="O2611-00000001", customer=WHO, ordered_on=date.fromisoformat(day), **fields)


def recycled(file=None, moves=None, now=NOW, members=SERVICE, records=()):
    snapshot = Snapshot.of(file or a_file(), *members, *records, *([a_move()] if moves is None else moves))
    return recycle(a_run(now), snapshot)


def new_owner(change):
    return next((record.owner for record in change.puts if isinstance(record, Customer)), "")


@pytest.mark.parametrize(
    ("assigned", "now", "to"),
    [
        ("2026-08-23", "2026-11-22 23:59", ""), ("2026-08-23", "2026-11-23 00:00", "WQ"),
        ("2026-08-31", "2026-11-29 10:00", ""), ("2026-08-31", "2026-11-30 10:00", "WQ"),  # no 31 November
    ],
)  # fmt: skip
def test_a_file_passes_on_after_three_calendar_months(assigned, now, to):
    change = recycled(moves=[a_move(assigned)], now=at(now))
    assert (new_owner(change), change.counts) == (to, {"recycled": int(bool(to))})


def test_a_move_tells_from_whom_and_why_and_takes_the_callbacks_along():
    callback = Callback(id="B2611-00000001", customer=WHO, purpose="cadence", due_at=NOW, owner="LN")
    change = recycled(records=[callback])
    (move,) = [record for record in change.puts if isinstance(record, Assignment)]
    assert (move.before, move.to, move.how, move.why, move.cause) == ("LN", "WQ", "recycled", "", "no-sale")
    assert move.since == date(2026, 8, 23)
    assert [record.owner for record in change.puts if isinstance(record, Callback)] == ["WQ"]


def test_the_months_count_from_the_latest_assignment_to_the_present_owner():
    moves = [
        a_move("2026-05-01"),
        a_move("2026-09-01", "WQ", "LN", number=2),
        a_move("2026-10-01", "LN", "WQ", number=3),
    ]
    assert not recycled(moves=moves)


def test_an_owner_without_an_assignment_has_the_file_since_it_was_collected():
    assert new_owner(recycled(a_file(collected_at=at("2026-08-01 09:00")), moves=[])) == "WQ"
    assert new_owner(recycled(a_file(), moves=[])) == ""


@pytest.mark.parametrize(
    ("order", "to"),
    [
        (an_order("2026-08-23"), ""), (an_order("2026-11-20"), ""), (an_order("2026-08-22"), "WQ"),
        (an_order("2026-10-01", cancelled_at=NOW), "WQ"),
    ],
)  # fmt: skip
def test_a_sale_since_the_assignment_keeps_the_file(order, to):
    assert new_owner(recycled(records=[order])) == to


PHONE_CALL = Callback(id="B2611-00000001", customer=WHO, purpose="manual", due_at=NOW + DAY, owner="LN")
VISIT = Visit(id="V2611-00000001", customer=WHO, purpose="courtesy", begins_at=NOW + DAY, ends_at=NOW + DAY)
EVENT = Event(id="G2611-00000001", code="1", starts_at=NOW + DAY)
INVITED = Invitation(id="N2611-00000001", event_id=EVENT.id, customer=WHO, number="1", answer="accepted")
OWED = an_order("2026-08-01", total=10000)
PAID = Payment(id="Y2611-00000001", customer=WHO, order=OWED.id, at=NOW, amount=10000, what="payment")


@pytest.mark.parametrize(
    ("file", "records", "reason"),
    [
        (a_file(pinned=True), [], "pinned"),
        (a_file(stage="lost"), [], "lost"),
        (a_file(do_not_contact=("all",)), [], "do-not-contact"),
        (a_file(suspect=True), [], "suspect"),
        (a_file(), [PHONE_CALL], "appointment"),
        (a_file(), [VISIT], "appointment"),
        (a_file(), [EVENT, INVITED], "appointment"),
        (a_file(), [OWED], "open-order"),
        (a_file(), [an_order("2026-08-01", expected_on=date(2026, 11, 30))], "open-order"),
    ],
)
def test_some_files_stay_for_a_reason_that_is_counted(file, records, reason):
    change = recycled(file, records=records)
    assert (new_owner(change), change.counts) == ("", {"recycled": 0, reason: 1})


@pytest.mark.parametrize(
    "records",
    [
        [msgspec.structs.replace(PHONE_CALL, state="done")],
        [msgspec.structs.replace(PHONE_CALL, due_at=NOW - DAY)],
        [msgspec.structs.replace(PHONE_CALL, purpose="cadence")],
        [msgspec.structs.replace(VISIT, state="cancelled")],
        [EVENT, msgspec.structs.replace(INVITED, answer="declined")],
        [msgspec.structs.replace(EVENT, starts_at=NOW - DAY), INVITED],
        [OWED, PAID],
        [msgspec.structs.replace(OWED, row="r1")],
    ],
)
def test_what_is_over_or_was_not_agreed_keeps_no_file(records):
    assert new_owner(recycled(records=records)) == "WQ"


def test_a_file_never_goes_back_within_a_cycle_and_a_new_one_begins_when_all_have_had_it():
    moves = [a_move("2026-02-01"), a_move("2026-05-01", "WQ", "LN", "recycled", 2)]
    assert new_owner(recycled(a_file(owner="WQ"), moves)) == "ZM"
    moves.append(a_move("2026-08-01", "ZM", "WQ", "recycled", 3))
    assert cycle(moves) == {"LN", "WQ", "ZM"}
    assert new_owner(recycled(a_file(owner="ZM"), moves)) == "LN"
    moves.append(a_move("2026-11-01", "LN", "ZM", "recycled", 4))
    assert cycle(moves) == {"ZM", "LN"}


def test_who_left_or_is_full_gets_nothing_and_alone_one_keeps_what_there_is():
    members = (SERVICE[0], msgspec.structs.replace(SERVICE[1], left=True), SERVICE[2])
    assert new_owner(recycled(members=members)) == "ZM"
    assert recycled(members=SERVICE[:1]).counts == {"recycled": 0, "nobody-else": 1}
    full = (SERVICE[0], msgspec.structs.replace(SERVICE[1], capacity=1))
    snapshot = Snapshot.of(a_file(), a_file(2, owner="WQ"), *full, a_move())
    assert recycle(a_run(), snapshot).counts == {"recycled": 0, "no-capacity": 1}


def test_a_notice_is_listed_seven_days_before_and_only_of_what_will_go():
    def noticed(day, file=None):
        run = a_run(at(f"{day} 08:00"))
        return [str(one.passes_on) for one in notices(run, unsold(run, Snapshot.of(file or a_file(), a_move())))]

    assert noticed("2026-11-15") == []
    assert noticed("2026-11-16") == noticed("2026-11-22") == ["2026-11-23"]
    assert noticed("2026-11-23") == []
    assert noticed("2026-11-20", a_file(pinned=True)) == []


def test_two_operators_who_recycle_offline_make_the_same_record():
    one = recycled()
    two = recycled(now=NOW + timedelta(hours=2))
    assert [r.id for r in one.puts if isinstance(r, Assignment)] == [
        r.id for r in two.puts if isinstance(r, Assignment)
    ]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(("LN", "WQ", "ZM", "SY")), st.booleans()), min_size=1, max_size=12),
    st.integers(3, 6),
)
def test_over_the_years_nobody_gets_a_file_back_before_all_have_had_it(files, rounds):
    members = (*SERVICE, staff("SY", "service"))
    customers = {
        one.id: one for one in (a_file(n, owner=code, pinned=pinned) for n, (code, pinned) in enumerate(files))
    }
    moves = [a_move("2026-01-01", one.owner, number=n, customer=one.id) for n, one in enumerate(customers.values())]
    before = dict(customers)
    now = at("2026-04-01 09:00")
    for _round in range(rounds):
        change = recycle(a_run(now), Snapshot.of(*customers.values(), *members, *moves))
        customers |= {record.id: record for record in change.puts if isinstance(record, Customer)}
        moves += [record for record in change.puts if isinstance(record, Assignment)]
        assert not recycle(a_run(now), Snapshot.of(*customers.values(), *members, *moves))  # the same day again
        assert change.counts["recycled"] == sum(not one.pinned for one in customers.values())
        now += timedelta(days=93)
    for identifier, file in customers.items():
        owners = [move.to for move in moves if move.customer == identifier]
        assert len(set(owners[:4])) == len(owners[:4])
        assert all(one != other for one, other in pairwise(owners))
        assert not before[identifier].pinned or file.owner == before[identifier].owner


@settings(max_examples=40)
@given(st.integers(0, 12), st.lists(st.integers(0, 8), min_size=2, max_size=2))
def test_recycled_files_are_spread_by_load(number, load):
    going = [a_file(n) for n in range(number)]
    staying = [
        a_file(100 + 10 * m + n, owner=code, pinned=True) for m, code in enumerate(("WQ", "ZM")) for n in range(load[m])
    ]
    moves = [a_move(number=n, customer=one.id) for n, one in enumerate(going)]
    change = recycle(a_run(), Snapshot.of(*going, *staying, *SERVICE, *moves))
    got = Counter(record.to for record in change.puts if isinstance(record, Assignment))
    after = {code: before + got[code] for code, before in zip(("WQ", "ZM"), load, strict=True)}
    assert change.counts["recycled"] == number
    assert all(after[code] <= min(after.values()) + 1 for code in got)


@pytest.mark.parametrize(("seconds", "to"), [(-1, "WQ"), (0, "WQ"), (1, "")])
@pytest.mark.parametrize("kind", ["visit", "call", "event"])
def test_only_an_appointment_that_is_still_to_come_keeps_a_file(kind, seconds, to):
    when = NOW + timedelta(seconds=seconds)
    appointment = {
        "visit": [Visit(
            id="V2611-00000001", customer=WHO, purpose="courtesy", begins_at=when - DAY, ends_at=when,
        )],
        "call": [Callback(id="B2611-00000001", customer=WHO, purpose="manual", due_at=when)],
        "event": [
            Event(id="G2611-00000001", code="1205A", starts_at=when),
            Invitation(id="N2611-00000001", event_id="G2611-00000001", customer=WHO, number="X", answer="accepted"),
        ],
    }[kind]  # fmt: skip
    assert new_owner(recycled(records=appointment)) == to
