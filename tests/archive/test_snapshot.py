"""Snapshots read from an archive: what a change touches, and no more than a rule asks for."""

from unittest import mock

import msgspec
import pytest

from crmkit.archive.archive import Archive, opened
from crmkit.queries.snapshot import snapshot_about, snapshot_after, snapshot_of
from crmkit.records import Callback, Customer, Event, Invitation, Note, Staff
from crmkit.records.change import Change
from tests.archive.desk import Desk
from tests.core.desk import NOW, a_customer, at, staff

QIN, WU = a_customer(1), a_customer(2)
TWIN = a_customer(3, merged_into=QIN.id)
EVENT = Event(id="G2611-00000001", code="1205A", starts_at=at("2026-12-05 09:00"))
OTHER = Event(id="G2611-00000002", code="1212A", starts_at=at("2026-12-12 09:00"))
GUEST = Invitation(id="N2611-00000001", event_id=EVENT.id, customer=QIN.id, number="1205A-LN001-X")
OF_TWIN = Callback(id="B2611-00000001", customer=TWIN.id, purpose="manual", due_at=NOW)
OF_WU = Callback(id="B2611-00000002", customer=WU.id, purpose="manual", due_at=NOW)
LN = staff("LN")


@pytest.fixture
def office(archive):
    Desk(archive).run(lambda _archive: Change(puts=(QIN, WU, TWIN, EVENT, OTHER, GUEST, OF_TWIN, OF_WU, LN)))
    with opened(archive, exclusive=False, wait=5) as opened_archive:
        yield opened_archive


def ids(records) -> set[str]:
    return {record.id for record in records}


def test_a_change_touches_a_person_with_every_merged_file_and_all_that_belongs_to_them(office):
    moved = msgspec.structs.replace(OF_TWIN, priority=90)
    note = Note(id="NT2611-00000001", customer=QIN.id, at=NOW, text="rings back")
    snapshot = snapshot_after(office, Change(puts=(moved, note), drops=(GUEST.id,)))
    assert ids(snapshot[Customer]) == {QIN.id, TWIN.id}
    assert [one.priority for one in snapshot[Callback]] == [90]
    assert ids(snapshot[Note]) == {note.id}
    assert (list(snapshot[Invitation]), list(snapshot[Event])) == ([], [])
    assert ids(snapshot[Staff]) == {LN.id}


def test_of_events_only_those_to_which_somebody_is_invited_are_read_and_one_that_changes_as_it_will_be(office):
    assert ids(snapshot_about(office, [QIN])[Event]) == {EVENT.id}
    later = msgspec.structs.replace(EVENT, starts_at=at("2026-12-06 09:00"))
    snapshot = snapshot_after(office, Change(puts=(later,)))
    assert ids(snapshot[Customer]) == {QIN.id, TWIN.id}  # the guests are touched by it
    assert [one.starts_at for one in snapshot[Event]] == [later.starts_at]


def test_a_type_that_no_rule_asks_for_is_not_read_from_the_archive(office):
    with mock.patch.object(Archive, "all", autospec=True, side_effect=Archive.all) as read:
        snapshot = snapshot_of(office, at_once=(Staff,))
        assert [call.args[1] for call in read.call_args_list] == [Staff]
        assert set(snapshot.customers) == {QIN.id, WU.id}
        assert ids(snapshot[Customer]) == {QIN.id, WU.id, TWIN.id}
    assert [call.args[1] for call in read.call_args_list] == [Staff, Customer]
