"""`crmkit complaint`: complaints heard to the end (投诉), in ten steps. The steps are in `complaint_step`."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core.complaints import steps
from crmkit.core.complaints.hearing import STATES
from crmkit.core.fields import text
from crmkit.i18n import _
from crmkit.queries import complaints
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.orders import moment_at
from crmkit.records import Complaint
from crmkit.records.change import Change
from crmkit.records.ticket import REPORTED
from crmkit.records.typed import Late
from crmkit.result import Row

COLUMNS = (
    "id", "due_at", "state", "customer", "name", "phone", "facts", "about", "staff", "cycle", "received_at",
)  # fmt: skip


@writer(
    _("Somebody complains. Example: crmkit complaint add --customer 13900541731 --facts '等了三天没人来' --wish 退款"),
    many="lines",
    counted="added",
)
def add(
    ctx: Context,
    customer: options.Whose = "",
    facts: Annotated[str, typer.Option("--facts", help=_("What happened, in the customer's words."))] = "",
    wish: Annotated[str, typer.Option("--wish", help=_("What the customer wants."))] = "",
    about: Annotated[str, typer.Option("--about", metavar="SUBJECT", help=_("Ticket, order, visit or call."))] = "",
    staff: options.AboutStaff = "",
    how: options.ReportedBy = "phone",
    follows: Annotated[
        str, typer.Option("--follows", metavar="ID", help=_("A closed one of which new facts came up."))
    ] = "",
    at: options.At = "",
) -> Change:
    """Take a complaint down; the same call, ticket, order or visit opens one only."""
    archive, run = ctx.archive, ctx.run
    subject = complaints.find_subject(archive, about) if about else None
    person = complaints.who_complains(archive, customer, subject)
    return steps.receive(
        run, person, at=moment_at(run, at),
        how=one_of(how, REPORTED, _("there is no way {value} to report"), field="how"),
        facts=text(facts), wish=text(wish), about=subject.id if subject is not None else "",
        staff=staff_code(archive, staff, "--staff") if staff else "",
        follows=complaints.find_complaint(archive, follows).id if follows else "",
        known=complaints.about_the_same(archive, subject),
    )  # fmt: skip


@listing(_("List complaints, the most urgent first. Example: crmkit complaint list --late"), COLUMNS, finds=True)
def list_(
    ctx: Context,
    late: Annotated[bool, typer.Option("--late", help=_("Something should have been done by now."))] = False,
    state: Annotated[str, typer.Option("--state", help=options.closed((*STATES, "all"), "complaint-"))] = "",
    staff: options.AboutStaff = "",
    customer: options.OfCustomer = "",
) -> Iterable[Row]:
    """List complaints; without --state or a customer those that are not over."""
    archive, run = ctx.archive, ctx.run
    state = one_of(state, (*STATES, "all"), _("there is no state {value}"), "complaint-", field="state")
    code = staff_code(archive, staff, "--staff") if staff else ""
    found: Iterable[Complaint] = complaints.open_complaints(archive)
    if customer:
        found = archive.of(Complaint, find_customer(archive, customer).id)
    elif state in ("closed", "withdrawn", "all"):
        found = archive.all(Complaint)
    rows = [complaints.listed(archive, run, complaints.hearing_of(archive, one)) for one in found]
    return sorted(
        (
            one
            for one in rows
            if state in ("", "all", one["state"])
            if code in ("", one["staff"])
            if not late or isinstance(one["due_at"], Late)
        ),
        key=lambda one: (one["due_at"] or "~", one["received_at"], one["id"]),
    )


@showing(_("One complaint with its steps. Example: crmkit complaint show CP2611-7k3q9xab"))
def show(ctx: Context, complaint: options.ComplaintId) -> Row:
    """Show one complaint."""
    return complaints.shown(ctx.archive, ctx.run, complaints.find_complaint(ctx.archive, complaint))
