"""The records that a rule looks at, read from the archive: all of them, or those of a few customers."""

from collections.abc import Iterable, Sequence

from crmkit.archive.archive import Archive
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import _
from crmkit.progress import UNSEEN, Bar
from crmkit.records import OF_CUSTOMERS, Customer, Event, Invitation, Record, type_of
from crmkit.records.change import Change

NO_CHANGE = Change()


def snapshot_of(archive: Archive, shown: Bar = UNSEEN, at_once: Sequence[type[Record]] = ()) -> Snapshot:
    """Every record of the archive.

    The types of `at_once` are read now, so that they can be used after the archive is closed; the bar shows how far
    that is. Every other type is read when a rule asks for it.
    """
    snapshot = Snapshot(lambda record_type: shown.each(archive.all(record_type)))
    if at_once:
        counts = archive.index.counts()
        shown.stage(_("reading the archive"), sum(counts.get(record_type.kind, 0) for record_type in at_once))
    for record_type in at_once:
        snapshot[record_type]
    return snapshot


def snapshot_after(archive: Archive, change: Change) -> Snapshot:
    """The customers whom `change` touches and all that belongs to them, as they are once it is made."""
    return snapshot_about(archive, _people(archive, change), change)


def snapshot_about(archive: Archive, files: Sequence[Customer], change: Change = NO_CHANGE) -> Snapshot:
    """These files and all that belongs to them, as they are once `change` is made.

    Of records that belong to no customer it has all, but of events only those to which one of the customers is invited:
    a command about one person must not become slower with every event that was ever held.
    """

    def read(record_type: type[Record]) -> Iterable[Record]:
        if record_type is Customer:
            return files
        if record_type is Event:
            put = {record.id for record in change.puts}
            ids = {guest.event_id for guest in snapshot[Invitation]} - put
            return [archive.get(Event, identifier) for identifier in sorted(ids)]
        if record_type in OF_CUSTOMERS:  # one that is about two of them is found twice
            return {one.id: one for file in files for one in archive.of(record_type, file.id)}.values()
        return archive.all(record_type)

    snapshot = Snapshot(read).after(change)
    return snapshot


def snapshot_of_people(archive: Archive, files: Sequence[Customer]) -> Snapshot:
    """As `snapshot_about`, for many people at once: each shard is read once, in the order in which `all` goes."""
    by_type: dict[type[Record] | None, list[str]] = {}
    for identifier in archive.index.ids_of_each("ref", (file.id for file in files)):
        by_type.setdefault(type_of(identifier), []).append(identifier)

    def read(record_type: type[Record]) -> Iterable[Record]:
        if record_type is Customer:
            return files
        if record_type is Event:
            return archive.records({guest.event_id for guest in snapshot[Invitation]})
        if record_type in OF_CUSTOMERS:
            return archive.records(by_type.get(record_type, ()))
        return archive.all(record_type)

    snapshot = Snapshot(read)
    return snapshot


def _people(archive: Archive, change: Change) -> list[Customer]:
    """The customers whom `change` touches, with all files that were merged with theirs, as it leaves them."""
    put = {record.id: record for record in change.puts if isinstance(record, Customer)}
    invited = [one for event in change.puts if isinstance(event, Event) for one in archive.of(Invitation, event.id)]
    todo = [*put, *(name for record in (*change.puts, *invited) if (name := getattr(record, "customer", "")))]
    files: dict[str, Customer] = {}
    while todo:
        identifier = todo.pop()
        if identifier not in files:
            file = put.get(identifier) or archive.get(Customer, identifier)
            files[identifier] = file
            todo += [file.merged_into] if file.merged_into else []
            todo += [alias.id for alias in archive.find(Customer, f"alias:{identifier}")]
    return list(files.values())
