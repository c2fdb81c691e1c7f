"""What a person needs to hear beside the id: of each kind of record one sentence, on stderr.

A script reads the id on stdout; the operator at the telephone reads the number of the card, what is still to be paid,
when the call is due.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmkit.core.fields import in_yuan
from crmkit.i18n import _, clauses, enumerated
from crmkit.records import (
    Call,
    Callback,
    Card,
    Complaint,
    Event,
    Invitation,
    Order,
    Payment,
    Plan,
    Record,
    Return,
    Ticket,
    Visit,
)

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive
    from crmkit.commands.kit.common import Session
    from crmkit.core.run import Run


def _when(at: Any, run: "Run") -> str:
    from crmkit.core.calendar.dates import spoken

    return spoken(at, run.now)


def _callback(archive: "Archive", run: "Run", callback: Callback) -> Iterator[str]:
    if not callback.state:
        yield _("{id} is due {when}").format(id=callback.id, when=_when(callback.due_at, run))


def _visit(archive: "Archive", run: "Run", visit: Visit) -> Iterator[str]:
    if not visit.state:
        yield _("{id} is {when}").format(id=visit.id, when=_when(visit.begins_at, run))


def _call(archive: "Archive", run: "Run", call: Call) -> Iterator[str]:
    """What is to be looked at: quiet hours, a first call that took too long."""
    from crmkit.core.calling import calls
    from crmkit.queries.work import timetable_of

    first = calls.first_calls(archive.of(Call, call.customer))
    yield from calls.told(run, call, timetable_of(archive), first=call.id in first)
    if call.mood == "annoyed":
        yield _("annoyed: a complaint? crmkit complaint add --about {id} --facts TEXT").format(id=call.id)


def _card(archive: "Archive", run: "Run", card: Card) -> Iterator[str]:
    if not card.state:
        yield _("{id}: card {number}").format(id=card.id, number=card.number)


def _event(archive: "Archive", run: "Run", event: Event) -> Iterator[str]:
    if event.cancelled_at is None:
        yield _("{code} starts {when}").format(code=event.code, when=_when(event.starts_at, run))


def _invitation(archive: "Archive", run: "Run", guest: Invitation) -> Iterator[str]:
    from crmkit.queries.finding import holder_of

    said = [_("invitation {number}").format(number=guest.number), holder_of(archive, guest.customer).name]
    said += [_("seat {seat}").format(seat=guest.seat)] if guest.seat else []
    yield _("{id}: {state}").format(id=guest.customer, state=clauses(said))


def _order(archive: "Archive", run: "Run", order: Order) -> Iterator[str]:
    from crmkit.queries.ledgers import ledger_of

    stands = ledger_of(archive, order).account
    if stands.total is not None and stands.balance is not None:
        total, balance = in_yuan(stands.total), in_yuan(stands.balance)
        yield _("{id}: {total} yuan, to be paid {balance}").format(id=order.id, total=total, balance=balance)
    if stands.refund_owed:
        yield _("{id}: to be paid back {amount}").format(id=order.id, amount=in_yuan(stands.refund_owed))


def _of_order(archive: "Archive", run: "Run", part: Payment | Return) -> Iterator[str]:
    yield from _order(archive, run, archive.get(Order, part.order))


def _ticket(archive: "Archive", run: "Run", ticket: Ticket) -> Iterator[str]:
    """How it stands now: what runs out next, what is still to be asked, what is to be paid back."""
    from crmkit.core.tickets.course import NEXT
    from crmkit.core.tickets.taking import missing
    from crmkit.labels import label
    from crmkit.queries.tickets import found_again, standing_of

    one = standing_of(archive, run, ticket)
    text, soonest = _("{id}: {state}").format(id=ticket.id, state=label(f"ticket-{one.state}")), one.runs_out()
    if one.course.now.waiting:
        text += _(", waiting for the customer")
    if soonest is not None and soonest.due_at is not None:
        text += _(", {clock} until {when}").format(clock=label(soonest.clock), when=_when(soonest.due_at, run))
    following = ("resume",) if one.course.now.waiting else NEXT.get(one.state, ())
    yield clauses((text, _next("ticket", following) if following else ""))
    if other := found_again(archive, run, one):
        yield _("{id}: the same fault as {other}, which was solved: a new unit").format(id=ticket.id, other=other)
    if asked := missing(one.course):
        yield _("{id}: still to be asked: {names}").format(id=ticket.id, names=enumerated(map(label, asked)))
    if one.money.refund_due:
        yield _("{id}: to be paid back {amount}").format(id=ticket.id, amount=in_yuan(one.money.refund_due))


def _complaint(archive: "Archive", run: "Run", complaint: Complaint) -> Iterator[str]:
    """Where it is, what comes next and until when, what of the promised money is still to be paid."""
    from crmkit.core.complaints.hearing import due, following
    from crmkit.labels import label
    from crmkit.queries.complaints import hearing_of

    present = hearing_of(archive, complaint)
    text = _("{id}: {state}").format(id=complaint.id, state=label(f"complaint-{present.state}"))
    if steps := following(present):
        text = clauses((text, _next("complaint", steps)))
        at = due(run, present)
        text += _(", until {when}").format(when=_when(at, run)) if at is not None else ""
    yield text
    if present.state == "agreed" and present.promised:
        yield _("{id}: promised {promised}, paid {paid}, left {left}").format(
            id=complaint.id, promised=in_yuan(present.promised), paid=in_yuan(present.paid), left=in_yuan(present.left)
        )


def _next(noun: str, verbs: Iterable[str]) -> str:
    return _("next: {command}").format(command=f"crmkit {noun} " + _(" or ").join(verbs))


def _plan(archive: "Archive", run: "Run", plan: Plan) -> Iterator[str]:
    """What is due next, what is left, when it ends."""
    from crmkit.labels import label
    from crmkit.queries.plans import course_of

    present = course_of(archive, run, plan)
    said = [label(f"plan-{present.state}")]
    said += [_("next {day}").format(day=plan.next_on)] if plan.next_on else []
    said += [_("until {day}").format(day=present.ends_on)] if present.ends_on else []
    left = present.balance
    if left.kind == "visits" and left.open:
        said.append(_("visits left: {n}").format(n=left.left))
    if left.kind == "money" and left.open:
        said.append(_("{amount} left").format(amount=in_yuan(left.left)))
    yield _("{id}: {state}").format(id=plan.id, state=clauses(said))


TOLD: dict[type[Record], Callable[["Archive", "Run", Any], Iterator[str]]] = {
    Callback: _callback,
    Visit: _visit,
    Call: _call,
    Card: _card,
    Event: _event,
    Invitation: _invitation,
    Order: _order,
    Payment: _of_order,
    Return: _of_order,
    Ticket: _ticket,
    Complaint: _complaint,
    Plan: _plan,
}


def told(archive: "Archive", run: "Run", records: Iterable[Record]) -> list[str]:
    """What is to be heard of `records`, which were staged just now; the same sentence once."""
    return list(
        dict.fromkeys(text for one in records if type(one) in TOLD for text in TOLD[type(one)](archive, run, one))
    )


def put_calendar(session: "Session", output: str, text: str) -> None:
    """Write the calendar `text` to the file `output`, "" = stdout. Without anything in it none is written.

    What stood there is then removed: yesterday's would be taken for today's.
    """
    from crmkit import render
    from crmkit.sheets.write.files import write_file

    if not text:
        if output:
            Path(output).unlink(missing_ok=True)
        session.say(_("nothing to do, so no calendar is written"))
    elif output:
        write_file(Path(output), text.encode())
        session.say(_("written: {file}").format(file=output))
    else:
        render.put(text)
