"""`crmkit event`: who is invited, with which number, and the invitations to print."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.archive.repository.operator import operator_of
from crmkit.commands.kit.common import Force
from crmkit.commands.kit.options import Companions, EventCode, NewWorkbook, Note, OfCustomer, Over, closed
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import Context, Listing, listing, reading, writer
from crmkit.core.events import invitations
from crmkit.core.events.events import GUEST_STATES, expected, invited_twice, state_of
from crmkit.core.people.reach import barred, reason
from crmkit.errors import CrmkitError, NotFoundError, PartialError
from crmkit.i18n import _, clauses
from crmkit.queries.choices import one_of
from crmkit.queries.events import find_event, find_guest, guest_rows, guests_of, numbers_of, with_mixture
from crmkit.queries.finding import find_customer, holder_of, staff_at_work
from crmkit.records import Event, Invitation, Order
from crmkit.records.change import Change, together

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook

GUEST_COLUMNS = ("number", "state", "customer", "name", "phone", "companions", "buyer", "seat", "by", "note", "id")


@writer(
    _("Invite customers. Example: crmkit event invite 1205A 13900541731 --companions 1"),
    many="customers",
    counted="invited",
    shared=("code", "companions", "inviter", "note", "over"),
    also={"by": "inviter"},
    then=with_mixture,
)
def invite(
    ctx: Context,
    code: EventCode,
    customers: Annotated[list[str], typer.Argument(metavar="CUSTOMER", help=_("Names, numbers or ids."))],
    companions: Companions = None,
    inviter: Annotated[
        str, typer.Option("--inviter", metavar="STAFF", help=_("Who invites; else whoever writes it down."))
    ] = "",
    note: Note = "",
    over: Over = False,
) -> Change:
    """Write invitations: to all of many to whom it is possible; of the others the reasons are listed (exit code 5)."""
    archive = ctx.archive
    event = find_event(archive, code)
    by = staff_at_work(archive, inviter, "--inviter") if inviter else ""

    def invited(text: str, *, again: bool) -> Change:
        person, guests = find_customer(archive, text), guests_of(archive, event)
        if again and invitations.invitation_of(guests, person):
            return Change(counts={"unchanged": 1})
        bought = any(order.cancelled_at is None for order in archive.of(Order, person.id))
        operator = operator_of(archive.root)
        return invitations.invite(
            ctx.run, event, person, guests, operator=operator, numbers=numbers_of(archive, event, operator),
            companions=companions or 0, buyer=bought or person.stage == "buyer", by=by, note=note, over=over,
        )  # fmt: skip

    if len(customers) == 1:
        return invited(customers[0], again=ctx.batch)
    changes, left_out = [Change(counts={"invited": 0, "unchanged": 0})], dict[str, str]()
    for text in dict.fromkeys(customers):
        try:
            changes.append(invited(text, again=True))
            archive.stage(changes[-1])
        except CrmkitError as problem:
            left_out[text] = problem.message
    named = len(set(customers))
    if left_out:
        reasons = clauses(why if who in why else f"{who}: {why}" for who, why in left_out.items())
        told = _("{n} of {all} were not invited: {reasons}").format(n=len(left_out), all=named, reasons=reasons)
        ctx.failed = PartialError(told)
    return together(Change(counts={"rows": named}), *changes, Change(counts={"rejected": len(left_out)}))


@listing(_("Who is invited. Example: crmkit event guests 1205A --state accepted"))
def guests(
    ctx: Context,
    code: EventCode,
    state: Annotated[str, typer.Option("--state", help=closed(GUEST_STATES))] = "",
    customer: OfCustomer = "",
) -> Listing:
    """List the invitations to an event in the order of their numbers; as a workbook (-o) to fill in for checkin."""
    state = one_of(state, GUEST_STATES, _("there is no state {value}"), field="state")
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
    output: NewWorkbook,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]", help=_("By default those not delivered yet."))
    ] = None,
    force: Force = False,
) -> None:
    """Write invitations to a workbook, for people who may be visited."""
    from crmkit.sheets.write.files import check_target
    from crmkit.sheets.write.invitations import invitation_pages

    check_target(output, ".xlsx", force=force)
    with reading(ctx) as work:
        archive, run = work.archive, work.run
        event = find_event(archive, code)
        faces = []
        for guest in _to_print(archive, event, numbers or ()):
            person = holder_of(archive, guest.customer)
            why = barred(run, person, invitations.PURPOSE, "visit")
            if why:
                why = reason(run, person, why)
                work.session.say(_("{number} left out: {reason}").format(number=guest.number, reason=why))
            else:
                faces.append((guest, person))
        if not faces:
            raise NotFoundError(_("there is no invitation to print"), _("`crmkit event guests CODE` shows them all"))
        invitation_pages(event, faces, archive.settings, run.now).save(output, force=force)
    work.session.say(_("written: {file}").format(file=output))


def _to_print(archive: Archive, event: Event, numbers: Iterable[str]) -> list[Invitation]:
    """The invitations named; else those that stand, were not declined and are not delivered yet."""
    named = [find_guest(archive, event, number) for number in numbers]
    for guest in named:
        invitations.refuse_void(guest)
    return named or [g for g in guests_of(archive, event) if expected(g) and g.delivered_at is None]
