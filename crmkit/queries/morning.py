"""Whom a morning has to look at, fetched for `core.daily`: who was touched since the last one, and whose time has come.

Without an agenda that holds (archive/store/agenda.py) that is everybody.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from crmkit import __version__
from crmkit.archive.archive import Archive
from crmkit.archive.store.agenda import NEVER, Outlook, subjects
from crmkit.core.assigning.recycling import KEPT
from crmkit.core.calendar.spans import utc
from crmkit.core.care.grading import Buyer, buyer_of
from crmkit.core.daily import EVERYBODY, Morning, Sleeping, daily_work, shifted
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import _
from crmkit.progress import UNSEEN, Bar
from crmkit.queries.snapshot import snapshot_of, snapshot_of_people
from crmkit.queries.work import calendar_of
from crmkit.records import Card, Customer, Event, Plan, Product, Staff, Visit, type_of
from crmkit.records.change import Change
from crmkit.records.work import utc_key

FOR_ALL = (Product, Staff)  # what a change of these means, nobody can tell without looking at everybody


class Looked(NamedTuple):
    """Whom a morning looks at."""

    snapshot: Snapshot
    others: Sleeping
    ids: Sequence[str]  # what stood in the agenda for them; none where everybody is looked at


def mark_of(archive: Archive) -> str:
    """What the rules of a morning follow from beside the records: with another one, everybody is looked at."""
    told = msgspec.json.encode([__version__, archive.settings, archive.calendars()], order="sorted", enc_hook=str)
    return hashlib.sha256(told).hexdigest()


def looks_at_all(archive: Archive, run: Run) -> bool:
    """Whether a morning has to look at everybody by `run.now`, which takes long."""
    agenda = archive.index.agenda
    if archive.uncommitted.records or not agenda.holds(mark_of(archive)):
        return True
    return any(type_of(identifier) in FOR_ALL for identifier in agenda.due(utc_key(run.now)))


def whom(archive: Archive, run: Run, shown: Bar = UNSEEN, also: Iterable[str] = ()) -> Looked:
    """Whom a morning looks at by `run.now`, and `also` these, with what is known of the others.

    Raises InvalidError, DamagedError.
    """
    agenda = archive.index.agenda
    if looks_at_all(archive, run):
        shown.stage(_("reading the archive"), sum(archive.index.counts().values()))
        due = agenda.due(utc_key(run.now)) if agenda.holds(mark_of(archive)) else []
        return Looked(snapshot_of(archive, shown), EVERYBODY, due)
    due = [*agenda.due(utc_key(run.now)), *also]
    snapshot, looked_at = _about(archive, due)
    buyers = [(Buyer(identifier, revenue, on), grade) for identifier, revenue, on, grade in agenda.buyers(looked_at)]
    if others := shifted(run, snapshot, buyers):
        snapshot, looked_at = _about(archive, [*due, *others])
    ranking = [buyer for buyer, _grade in buyers if buyer.id not in looked_at]
    return Looked(snapshot, Sleeping(agenda.counts(looked_at), ranking, *loads(archive)), sorted(looked_at))


def coming(archive: Archive, run: Run, moment: datetime) -> Snapshot:
    """Everybody of whom anything may follow from the clock alone by `moment`; all, where no morning told who they are.

    Raises InvalidError, DamagedError.
    """
    if looks_at_all(archive, run):
        return snapshot_of(archive)
    return _about(archive, archive.index.agenda.due(utc_key(max(moment, run.now))))[0]


def _about(archive: Archive, due: Iterable[str]) -> tuple[Snapshot, set[str]]:
    people = people_of(archive, due)
    return snapshot_of_people(archive, people), {*due, *(file.id for file in people)}


def people_of(archive: Archive, subjects: Iterable[str]) -> list[Customer]:
    """The files of the people whom `subjects` are about, with all that were merged with theirs.

    Whose plan or visit is about somebody else's card, or follows their plan, is looked at together with them.
    """
    named = set(subjects)
    things = [identifier for identifier in named if type_of(identifier) in (Card, Event)]
    about = {*things, *archive.index.ids_of_each("ref", things)}
    people = {identifier for identifier in named if type_of(identifier) is Customer}
    people |= {owner for one in archive.records(about) if (owner := getattr(one, "customer", ""))}
    files: dict[str, Customer] = {}
    seen: set[str] = set()
    while todo := people - seen:
        seen |= todo
        found = [one for one in archive.records(todo) if isinstance(one, Customer)]
        files |= {one.id: one for one in found}
        people = {*archive.index.ids_of_each("alias", todo), *_holders(archive, todo)}
        people |= {one.merged_into for one in found if one.merged_into}
    return list(files.values())


def _holders(archive: Archive, people: Collection[str]) -> set[str]:
    """Whose cards and plans the plans and visits of `people` are about, where they are not their own."""
    own = archive.index.ids_of_each("ref", people)
    about: set[str] = set()
    for one in archive.records(identifier for identifier in own if type_of(identifier) in (Plan, Visit)):
        if isinstance(one, Plan):
            about.update((*one.cards, one.replaces))
        if isinstance(one, Visit):
            about.add(one.about)
    others = (identifier for identifier in about.difference(own) if type_of(identifier) in (Card, Plan))
    return {one.customer for one in archive.records(others) if isinstance(one, Card | Plan)}


def loads(archive: Archive) -> tuple[dict[str, int], dict[str, int]]:
    """How many files everybody on the staff looks after, and how many open callbacks they have."""
    codes = [one.code for one in archive.all(Staff)]
    index = archive.index
    files = {code: index.count(f"owner:{code} ", f"owner:{code}!") for code in codes}
    return files, {code: index.count(f"due-by:{code}:", f"due-by:{code};") for code in codes}


def outlooks(run: Run, morning: Morning) -> Iterator[tuple[str, Outlook]]:
    """What `morning` found of each customer whom it looked at, by id."""
    for one in morning.standings:
        file, findings = one.customer, morning.findings
        until = findings.until.get(file.id)
        buyer = buyer_of(one) if one.buyer else None
        yield (
            file.id,
            Outlook(
                NEVER if until is None else utc_key(max(utc(until), utc(run.now))),
                dict(findings.counts.get(file.id, {})),
                buyer.revenue if buyer else None,
                buyer.last_on if buyer else 0,
                file.grade,
            ),
        )


def brought_up_to_date(
    archive: Archive, run: Run, name: str, looked: Looked, morning: Morning
) -> tuple[Looked, Morning]:  # fmt: skip
    """`morning`, which began as `name`, with what was decided of those who were touched since decided again.

    Where that may be anybody, as with other settings or another morning meanwhile, all of it is.
    """
    agenda, mark = archive.index.agenda, mark_of(archive)
    touched = agenda.touched()
    if not agenda.is_of(mark, name) or any(type_of(identifier) in FOR_ALL for identifier in touched):
        archive.index.begin_morning(mark, name)
        looked = whom(archive, run)
        return looked, daily_work(run, calendar_of(archive), looked.snapshot, looked.others)
    return looked, _decided_again(archive, run, touched, looked, morning) if touched else morning


def _decided_again(
    archive: Archive, run: Run, touched: Sequence[str], looked: Looked, morning: Morning
) -> Morning:  # fmt: skip
    people = people_of(archive, touched)
    known = {*touched, *(file.id for file in people)}
    buyers = [buyer_of(one) for one in morning.standings if one.buyer]
    # what these bring may change the grade of others: the next morning sees to that
    others = Sleeping({}, [one for one in (*buyers, *looked.others.buyers) if one.id not in known], *loads(archive))
    again = daily_work(run, calendar_of(archive), snapshot_of_people(archive, people), others)
    first, then = morning.change, again.change
    stay = tuple(record for record in first.puts if not known & subjects([record]))
    ids = {record.id for record in stay}
    counts = Counter(first.counts)
    for identifier in known:
        for name, n in morning.findings.counts.get(identifier, {}).items():
            counts[name.removeprefix(KEPT)] -= n
    change = Change(
        puts=(*stay, *then.puts),
        ids=(*(identifier for identifier in first.ids if identifier in ids), *then.ids),
        counts=dict(counts + Counter(then.counts)),
        notes=tuple(dict.fromkeys((*first.notes, *then.notes))),
    )
    return morning._replace(change=change)
