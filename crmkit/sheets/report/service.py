"""The sheets of tickets and complaints: each with what it counts for in the period, and how it stands."""

from collections import defaultdict

from crmkit.core.complaints.hearing import hearing
from crmkit.core.figures.service import SERVICE, steps_of
from crmkit.core.tickets.clocks import closed
from crmkit.core.tickets.course import course
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Complaint, Step, Ticket
from crmkit.records.card import CLOCKS
from crmkit.sheets.report.view import Row, Table, View, contact, of_contact, of_customer, of_record
from crmkit.sheets.write.layout import Column

Counted = dict[str, int]  # what one ticket or complaint counts for in the period: measure → fen


def tickets(view: View) -> Table:
    """The tickets with which something happened in the period that counts: a promise that ended, money, a repair."""
    columns = (
        of_record(), *of_contact(), Column(_("Reported"), "moment"), Column(_("Product"), widest=16),
        Column(_("Fault")), Column(_("Symptom"), widest=24, free=True), Column(_("State")), Column(_("Done by")),
        Column(_("Reply")), Column(_("Solution")), Column(_("Repair")), Column(_("Follow-up")),
        Column(_("Solved at"), "moment"), Column(_("Cause")), Column(_("By telephone")),
        Column(_("Mended the first time")), Column(_("Again within 90 days")), Column(_("Unit replaced")),
        Column(_("Opened again")), Column(_("Says that it is solved")), Column(_("Satisfied")),
        Column(_("Closed unconfirmed")), Column(_("Charged too much, yuan"), "money"),
        Column(_("Paid back, yuan"), "money"), Column(_("Refund owed, yuan"), "money"), of_customer(),
    )  # fmt: skip
    steps, counted = steps_of(view.snapshot), _counted(view)
    rows: list[Row] = []
    for ticket in sorted(view.snapshot[Ticket], key=lambda ticket: (ticket.reported_at, ticket.id)):
        counts = counted.get(ticket.id)
        if counts is None:
            continue
        present = course(ticket, steps.get(ticket.id, ()))
        confirmed = present.now.state == "solved" and closed(present)
        rows.append((
            ticket.id, *contact(view, ticket.customer), ticket.reported_at, view.product(ticket.product),
            present.fault, view.free(ticket.symptom), label(f"ticket-{'closed' if confirmed else present.now.state}"),
            view.person(present.worker), *(_promise(counts, clock) for clock in CLOCKS),
            present.now.done.at if present.now.done else None, label(present.cause), yes("by-phone" in counts),
            _whether(counts, "first-time", "mended"), yes("came-again" in counts), yes("units-replaced" in counts),
            yes("tickets-reopened" in counts), _whether(counts, "answered-solved", "answered"),
            _whether(counts, "satisfied", "rated"), yes("tickets-unconfirmed" in counts),
            counts.get("overcharged"), counts.get("money-back"), counts.get("refund-owed"), ticket.customer,
        ))  # fmt: skip
    late = tuple((_(title), label("late")) for title in ("Reply", "Solution", "Repair", "Follow-up"))
    return Table("tickets", _("Tickets"), columns, rows, red=late)


def complaints(view: View) -> Table:
    """The complaints that were received, opened again or closed in the period."""
    columns = (
        of_record(), *of_contact(), Column(_("Received"), "moment"), Column(_("What happened"), widest=28, free=True),
        Column(_("What is wished"), widest=18, free=True), Column(_("About"), widest=18), Column(_("State")),
        Column(_("Taken by")), Column(_("Opened again")), Column(_("Closed"), "moment"),
        Column(_("Days to close"), "count", total=False), Column(_("At the first hearing")), Column(_("Upheld")),
        Column(_("Closed unconfirmed")), of_customer(),
    )  # fmt: skip
    steps, counted = steps_of(view.snapshot), _counted(view)
    rows: list[Row] = []
    for one in sorted(view.snapshot[Complaint], key=lambda one: (one.received_at, one.id)):
        counts = counted.get(one.id)
        if counts is None:
            continue
        present = hearing(one, steps.get(one.id, ()))
        rows.append((
            one.id, *contact(view, one.customer), one.received_at, view.free(one.facts), view.free(one.wish),
            one.about, label(f"complaint-{present.state}"), view.person(one.by),
            yes("complaints-reopened" in counts), present.closings[0].at if present.closings else None, present.days,
            yes("complaints-once" in counts), yes("complaints-upheld" in counts),
            yes("complaints-unconfirmed" in counts), one.customer,
        ))  # fmt: skip
    return Table("complaints", _("Complaints"), columns, rows)


def _counted(view: View) -> dict[str, Counted]:
    """What each ticket and complaint counts for, by its id; what a step counts for is its ticket's."""
    found: dict[str, Counted] = defaultdict(dict)
    for fact in view.happened:
        if fact.measure in SERVICE:
            record = view.snapshot.record(fact.id)
            counts = found[record.about if isinstance(record, Step) else fact.id]
            counts[fact.measure] = counts.get(fact.measure, 0) + fact.amount
    return found


def _promise(counts: Counted, clock: str) -> str:
    """What became of a promise; "" where it did not end in the period."""
    if f"promised-{clock}" not in counts:
        return ""
    return label("in-time" if f"kept-{clock}" in counts else "late")


def _whether(counts: Counted, measure: str, whole: str) -> str:
    """Yes or no, of what counts for `whole`; "" of anything else."""
    return (_("yes") if measure in counts else _("no")) if whole in counts else ""
