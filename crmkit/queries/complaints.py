"""What the complaint commands share: finding complaints and what they are about, a complaint as a row."""

from collections.abc import Iterable

from crmkit.archive.archive import Archive
from crmkit.core.complaints.hearing import Hearing, choices, due, following, hearing
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _, titled
from crmkit.labels import label, of_step
from crmkit.queries.finding import find_customer, find_record, holder_of
from crmkit.queries.open_records import find_open
from crmkit.records import Call, Complaint, Customer, Order, Record, Step, Ticket, Visit, owner_of, type_of
from crmkit.records.base import typed_id
from crmkit.records.step import MONEY
from crmkit.records.ticket import OPEN_LAST
from crmkit.records.typed import Code, DialString, fen, late, sentence
from crmkit.result import Row, row

SUBJECTS = (Ticket, Order, Visit, Call)  # what a complaint can be about


def find_complaint(archive: Archive, text: str) -> Complaint:
    """The complaint by id, or the one alone of a customer that is open. Raises NotFoundError, AmbiguousError."""
    return find_open(archive, Complaint, text)


def find_subject(archive: Archive, text: str) -> Record:
    """The ticket, order, visit or call that `text` names by its id. Raises InvalidError, NotFoundError."""
    record_type = type_of(typed_id(text))
    if record_type not in SUBJECTS:
        raise InvalidError(_("{id} is no ticket, order, visit or call").format(id=text), _("give its id"))
    return find_record(archive, record_type, text)


def hearing_of(archive: Archive, complaint: Complaint) -> Hearing:
    """A complaint with its steps."""
    return hearing(complaint, archive.of(Step, complaint.id))


def open_complaints(archive: Archive) -> list[Complaint]:
    """The complaints that are not over."""
    return archive.between(Complaint, "complaint:", f"complaint:{OPEN_LAST * 2}")


def about_the_same(archive: Archive, subject: Record | None) -> list[Hearing]:
    """The complaints about that record."""
    return [hearing_of(archive, one) for one in archive.of(Complaint, subject.id)] if subject is not None else []


def who_complains(archive: Archive, customer: str, subject: Record | None) -> Customer:
    """The customer who was named, else whose the `subject` is. InvalidError where neither is known."""
    if customer:
        return find_customer(archive, customer)
    if subject is None:
        raise InvalidError(_("who complains?"), _("--customer CUSTOMER, or --about ID"))
    return holder_of(archive, owner_of(subject))


def listed(archive: Archive, run: Run, present: Hearing) -> Row:
    """A complaint as its row."""
    complaint, person = present.complaint, holder_of(archive, present.complaint.customer)
    phone = None if barred(run, person, "complaint") else dial(person)
    at = due(run, present)
    return row(
        complaint,
        customer=person.id,
        name=person.name,
        phone=DialString(identity(phone)) if phone else "",
        state=Code(present.state, "complaint-"),
        cycle=present.cycle,
        escalated=present.escalated,
        due_at=late(at.astimezone(run.now.tzinfo).isoformat(), is_late=at < run.now) if at else "",
        promised=fen(present.promised),
        paid=fen(present.paid),
        next=[Code(what, "step-") for what in following(present)],
        satisfied=Code(present.satisfied),
        tries=len(present.tries),
        days=present.days,
    ) | {titled("left", _("still to be paid")): fen(present.left)}


def shown(archive: Archive, run: Run, complaint: Complaint) -> Row:
    """Everything about one complaint: also what was offered, and its steps."""
    present = hearing_of(archive, complaint)
    return {
        **listed(archive, run, present),
        N_("offers"): [text for one in present.offers for text in _offered(one)],
        N_("steps"): [_step(run, step, step in present.misfits) for step in present.steps],
    }


def _offered(step: Step) -> Iterable[str]:
    for number, text in choices(step).items():
        money = step.numbers.get(number)
        yield f"{number} {text}" + (f" ({in_yuan(money)})" if money else "")


def _step(run: Run, step: Step, misfit: bool) -> Row:
    plain = {name: value for name, value in row(step).items() if value not in ("", [], {}, None)}
    plain = {
        name: value for name, value in plain.items() if name not in ("customer", "about", "created_at", "updated_at")
    }
    said = [f"{step.at.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M}", label(f"step-{step.what}"), step.by]
    said += of_step(step.codes)
    said += [f"{_(name)} {in_yuan(step.numbers[name])}" for name in MONEY if name in step.numbers]
    said += [_("contradicts other steps")] if misfit else []
    return sentence(" · ".join(filter(None, [*said, step.note])), **plain, **({"misfit": True} if misfit else {}))
