"""Steps that contradict each other: two operators, offline, each wrote down what only one of them could do.

Nothing of it is stored, since it follows from the steps, which are all kept. A person looks at it: either one of the
steps is taken out, or both stay as they are and a resolved `Conflict` says that somebody has seen it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from crmkit.archive.archive import Archive
from crmkit.core.complaints.hearing import hearing
from crmkit.core.conflicts import CONTRADICTION
from crmkit.core.fields import in_yuan
from crmkit.core.run import Run
from crmkit.core.tickets.charges import refunded_too_much
from crmkit.core.tickets.course import all_fit, course
from crmkit.i18n import N_, _
from crmkit.labels import label, of_step
from crmkit.queries.work import calendar_of
from crmkit.records import TYPES, Complaint, Conflict, Plan, Record, Step, Ticket, Visit, type_of
from crmkit.records.change import Change
from crmkit.records.step import MONEY, in_order
from crmkit.records.typed import sentence
from crmkit.result import Row, row

if TYPE_CHECKING:
    from crmkit.core.calendar.hours import Calendar

Found = Iterable[tuple[Step, str, str]]  # a step that does not fit, and why: a code, and in words
Calendars = Callable[[], "Calendar"]  # the archive's calendar, read once and only where there are plans
Finder = Callable[[Archive, Run, Calendars, Any, Sequence[Step]], Found]  # of a record and its steps
ORDER, PAID = N_("it does not come after the others"), N_("more was paid than was due")


class Contradiction(NamedTuple):
    """A step that contradicts those before it."""

    subject: Record  # the ticket, complaint or plan
    step: Step
    why: str  # a code
    words: str  # the same for people
    before: Step | None  # the step of the same kind that counts, or the last one before it


def contradictions(archive: Archive, run: Run) -> list[Contradiction]:
    """All that nobody has looked at yet, in the order of time. Reads every step once."""
    steps = defaultdict(list)
    for step in archive.all(Step):
        steps[step.about].append(step)
    calendar = cache(partial(calendar_of, archive))
    found: list[Contradiction] = []
    for record_type in TYPES:
        if finder := FINDERS[record_type]:
            for subject in archive.all(record_type):
                if own := steps.pop(subject.id, None):
                    found += _of(archive, run, calendar, finder, subject, own)
    return sorted(found, key=lambda one: (one.step.at, one.step.id))


def contradictions_of(archive: Archive, run: Run, step: Step) -> list[Contradiction]:
    """Those in which that step is one of the two."""
    record_type = type_of(step.about)
    finder = FINDERS[record_type] if record_type is not None else None
    if record_type is None or finder is None:
        return []
    subject, own = archive.get(record_type, step.about), archive.of(Step, step.about)
    found = _of(archive, run, partial(calendar_of, archive), finder, subject, own)
    return [one for one in found if step in (one.step, one.before)]


def without(archive: Archive, run: Run, step: Step) -> Change:
    """That step is taken out; what it is about is found by what follows from the others."""
    from crmkit.core.complaints import steps
    from crmkit.core.tickets import taking
    from crmkit.queries import plans, tickets

    subject = archive.get(type_of(step.about) or Record, step.about)
    others = [one for one in archive.of(Step, step.about) if one.id != step.id]
    found: Record = subject
    if isinstance(subject, Ticket):
        found = taking.found_by(run, course(subject, others), tickets.working_of(archive, subject))
    elif isinstance(subject, Complaint):
        found = steps.found_by(run, hearing(subject, others))
    elif isinstance(subject, Plan):
        found = plans.found_after(archive, run, subject, others)
    return Change(puts=(found,), drops=(step.id,), ids=(step.id,), counts={"resolved": 1})


def listed(one: Contradiction) -> Row:
    """A contradiction as a row of `conflicts list`: what counts now, and the step that does not fit."""
    shape = Conflict(id=one.step.id, record=one.subject.id, field=(one.step.what,), at=one.step.at)
    now = said(one.before) if one.before is not None else None
    why = sentence(one.words, code=one.why)
    return row(shape, field="", now=now, other=said(one.step), why=why, fix=fix(one))


def message(one: Contradiction) -> str:
    """It in a sentence."""
    return _("{id}: {step} contradicts what is written down: {why}").format(
        id=one.subject.id, step=said(one.step), why=one.words
    )


def fix(one: Contradiction) -> str:
    """What a person does about it."""
    ids = _(" or ").join(step.id for step in (one.step, one.before) if step is not None)
    return _(
        "which is wrong? crmkit conflicts take {ids} dropped; both are true: crmkit conflicts take {id} kept"
    ).format(ids=ids, id=one.step.id)


def said(step: Step) -> str:
    """A step in words: when, what, by whom, the money."""
    words = [f"{step.at:%Y-%m-%d %H:%M}", label(f"step-{step.what}"), step.by, *of_step(step.codes)]
    words += [in_yuan(step.numbers[name]) for name in MONEY if name in step.numbers]
    return " · ".join(filter(None, words))


def _of(
    archive: Archive, run: Run, calendar: Calendars, finder: Finder, subject: Record, steps: Sequence[Step]
) -> Iterator[Contradiction]:  # fmt: skip
    for step, why, words in finder(archive, run, calendar, subject, steps):
        if not any(one.field == CONTRADICTION for one in archive.find(Conflict, f"about:{step.id}")):
            yield Contradiction(subject, step, why, words, _before(step, steps))


def _before(step: Step, steps: Sequence[Step]) -> Step | None:
    ordered = in_order(steps)
    earlier = ordered[: ordered.index(step)]
    alike = [one for one in earlier if one.what == step.what]
    return next(reversed(alike or earlier), None)


def _ticket(_archive: Archive, _run: Run, _calendar: Calendars, ticket: Ticket, steps: Sequence[Step]) -> Found:
    if all_fit(ticket, steps) and all(step.what != "refund" for step in steps):
        return
    present = course(ticket, steps)
    yield from ((step, "order", _(ORDER)) for step in present.misfits)
    yield from ((step, "paid", _(PAID)) for step in refunded_too_much(present))


def _complaint(
    _archive: Archive, _run: Run, _calendar: Calendars, complaint: Complaint, steps: Sequence[Step]
) -> Found:  # fmt: skip
    for step in hearing(complaint, steps).misfits:
        yield (step, "paid", _(PAID)) if step.what == "carry-out" else (step, "order", _(ORDER))


def _plan(archive: Archive, run: Run, calendar: Calendars, plan: Plan, steps: Sequence[Step]) -> Found:
    from crmkit.core.plans.course import WHY
    from crmkit.queries.plans import course_of

    present = course_of(archive, run, plan, calendar(), steps)
    found = {one.step.id: one.why for one in present.misfits}
    found |= {line.step: "overdrawn" for line in present.balance.entries if line.what == "use" and line.left < 0}
    agreed: dict[int, str] = {}  # the appointment of each visit that stands; of two operators each may have made one
    for step in present.of("book"):
        if step.visit and not archive.get(Visit, step.visit).state:
            k = step.numbers.get("k", 0)
            if agreed.setdefault(k, step.visit) != step.visit:
                found[step.id] = "booked"
    yield from ((step, found[step.id], _(WHY[found[step.id]])) for step in present.steps if step.id in found)


# what in the steps of a record contradicts itself, by record type; None = of it nothing is written down in steps
FINDERS: dict[type[Record], Finder | None] = {
    **dict.fromkeys(TYPES),
    Ticket: _ticket,
    Complaint: _complaint,
    Plan: _plan,
}
