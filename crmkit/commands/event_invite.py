"""`crmkit event`: who is invited, with which number, and the invitations to print."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.archive.repository.operator import operator_of
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.lines import BatchLines, Line, RejectedLines, converted
from crmkit.commands.kit.options import EventCode
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.events.events import GUEST_STATES, expected, invited_twice, state_of
from crmkit.core.events.invitations import PURPOSE, InvitationBatch, refuse_void
from crmkit.core.numbers.invitation_numbers import series
from crmkit.core.people.reach import barred, reason
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, NotFoundError, PartialError, UsageError
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.events import find_event, find_guest, guest_rows, guests_of  # fmt: skip
from crmkit.queries.finding import find_customer, holder_of, staff_at_work
from crmkit.queries.work import with_callbacks
from crmkit.records import Customer, Event, Invitation, Order

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook

GUEST_COLUMNS = ("number", "state", "customer", "name", "phone", "companions", "buyer", "seat", "by", "note")


class GuestRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One invitation, as in a JSON line."""

    customer: str
    companions: int = 0
    by: str = ""
    note: str = ""


@verb(_("Invite customers. Example: crmkit event invite 1205A 13900541731 --companions 1"))
def invite(
    ctx: typer.Context,
    code: EventCode,
    customers: Annotated[
        list[str],
        typer.Argument(metavar="CUSTOMER", help=_("Ids or phone numbers; - reads many, a JSON object a line.")),
    ],
    companions: Annotated[int, typer.Option("--companions", metavar="N", help=_("Invited with each of them."))] = 0,
    note: Annotated[str, typer.Option("--note")] = "",
    over: Annotated[bool, typer.Option("--over", help=_("Also beyond the number of seats."))] = False,
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write invitations: to all of many to whom it is possible; of the others the reasons are listed (exit code 5)."""
    if "-" in customers and (len(customers) > 1 or companions or note):
        raise UsageError(_("either - or customers with their companions"))
    batch = BatchLines("-", rejects, force=force) if customers == ["-"] else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        desk = _desk(archive, run, find_event(archive, code))
        invited_before: list[str] = []
        left_out: dict[str, str] = {}
        if batch:
            batch.each(lambda line: _take(archive, desk, _request(line), over, invited_before))
        elif len(customers) == 1:
            _invite(archive, desk, find_customer(archive, customers[0]), companions, "", note, over)
        else:
            named = dict.fromkeys(customers)
            requests = (GuestRequest(customer=text, companions=companions, note=note) for text in named)
            left_out = _left_out(lambda request: _take(archive, desk, request, over, invited_before), requests)
        change = with_callbacks(archive, run, desk.change())
        counts = {**change.counts, "unchanged": len(invited_before)}
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts(counts))
        elif len(customers) > 1:
            counts = {"rows": len(set(customers)), **counts, "rejected": len(left_out)}
            change = msgspec.structs.replace(change, counts=counts)
        done = session.commit(archive, run, change, "event invite")
    if not batch:
        session.say(
            *(_("{id}: invitation {number}").format(id=one.customer, number=one.number) for one in desk.written)
        )
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)
    elif left_out:
        raise PartialError(
            _("{n} of {all} were not invited: {reasons}").format(
                n=len(left_out), all=len(set(customers)),
                reasons="; ".join(why if who in why else f"{who}: {why}" for who, why in left_out.items()),
            )
        )  # fmt: skip


@listing(_("Who is invited. Example: crmkit event guests 1205A --state accepted"))
def guests(
    ctx: Context,
    code: EventCode,
    state: Annotated[str, typer.Option("--state", metavar="|".join(GUEST_STATES))] = "",
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
) -> Listing:
    """List the invitations to an event in the order of their numbers; as a workbook (-o) to fill in for checkin."""
    one_of(state, GUEST_STATES, _("there is no state {value}"))
    archive, run = ctx.archive, ctx.run
    event = find_event(archive, code)
    person = find_customer(archive, customer).id if customer else ""
    invited = guests_of(archive, event)
    chosen = [
        guest for guest in invited if state in ("", state_of(guest, event, run.now)) and person in ("", guest.customer)
    ]
    people = {guest.id: holder_of(archive, guest.customer) for guest in chosen}
    for numbers in invited_twice(invited):
        ctx.tell(_("one customer has {numbers}: make one void").format(numbers=", ".join(numbers)))

    def to_fill_in() -> "Workbook":
        from crmkit.sheets.write.seats import seat_list

        return seat_list(event, chosen, people, run.settings, run.now)

    return Listing(guest_rows(archive, run, event, chosen), GUEST_COLUMNS, book=to_fill_in)


@verb(_("Invitations to print, 6 on a page. Example: crmkit event print 1205A -o cards.xlsx"))
def print_(
    ctx: typer.Context,
    code: EventCode,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help=_("The workbook to write."))],
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]", help=_("By default those not delivered yet."))
    ] = None,
    force: Force = False,
) -> None:
    """Write invitations to a workbook, for people who may be visited."""
    from crmkit.sheets.write.files import check_target
    from crmkit.sheets.write.invitations import invitation_pages

    check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        event = find_event(archive, code)
        faces = []
        for guest in _to_print(archive, event, numbers or ()):
            person = holder_of(archive, guest.customer)
            why = barred(run, person, PURPOSE, "visit")
            if why:
                why = reason(run, person, why)
                session.say(_("{number} left out: {reason}").format(number=guest.number, reason=why))
            else:
                faces.append((guest, person))
        if not faces:
            raise NotFoundError(_("there is no invitation to print"), _("`crmkit event guests CODE` shows them all"))
        invitation_pages(event, faces, archive.settings, run.now).save(output, force=force)
    session.say(_("written: {file}").format(file=output))


def _desk(archive: Archive, run: Run, event: Event) -> InvitationBatch:
    operator = operator_of(archive.root)
    beginning = series(event.code, operator).casefold()
    written_so_far = archive.between(Invitation, f"number:{beginning}", f"number:{beginning}~")
    numbers = [one.number for one in written_so_far]
    return InvitationBatch(run, event, operator, guests_of(archive, event), numbers=numbers)


def _request(line: Line) -> GuestRequest:
    return converted(line, GuestRequest, _("not an invitation: {problem}"))


def _take(
    archive: Archive, desk: InvitationBatch, request: GuestRequest, over: bool, invited_before: list[str]
) -> None:
    person = find_customer(archive, request.customer)
    if desk.of(person):
        invited_before.append(person.id)
        return
    by = staff_at_work(archive, request.by, "by") if request.by else ""
    _invite(archive, desk, person, request.companions, by, request.note, over)


def _left_out(take: Callable[[GuestRequest], None], requests: Iterable[GuestRequest]) -> dict[str, str]:
    """Whom of `requests` one after the other `take` refuses, as they were named, with the reasons."""
    found = {}
    for request in requests:
        try:
            take(request)
        except CrmkitError as problem:
            found[request.customer] = problem.message
    return found


def _invite(
    archive: Archive, desk: InvitationBatch, person: Customer, companions: int, by: str, note: str, over: bool
) -> Invitation:  # fmt: skip
    bought = any(order.cancelled_at is None for order in archive.of(Order, person.id))
    buyer = bought or person.stage == "buyer"
    return desk.invite(person, companions=companions, buyer=buyer, by=by, note=note, over=over)


def _to_print(archive: Archive, event: Event, numbers: Iterable[str]) -> list[Invitation]:
    """The invitations named; else those that stand, were not declined and are not delivered yet."""
    named = [find_guest(archive, event, number) for number in numbers]
    for guest in named:
        refuse_void(guest)
    return named or [g for g in guests_of(archive, event) if expected(g) and g.delivered_at is None]
