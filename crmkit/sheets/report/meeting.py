"""The sheets of visits, events and invitations."""

from crmkit.core.events.event_figures import figures
from crmkit.core.events.events import state_of, state_on
from crmkit.core.figures.events import in_period
from crmkit.core.visits import visits as appointments
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Event, Invitation, Order
from crmkit.records.visit import Visit
from crmkit.sheets.report.view import Row, Table, View, contact, of_contact, of_customer, of_name, of_record
from crmkit.sheets.write.layout import Column

EVENT_COUNTS = (
    "invited", "delivered", "accepted", "declined", "attended", "absent", "old-guests", "new-guests", "companions",
    "bought", "orders",
)  # fmt: skip
EVENT_AMOUNTS = ("orders", "paid-orders", "returned-orders")


def visits(view: View) -> Table:
    """Appointments at customers' homes that begin in the period."""
    columns = (
        of_record(), *of_contact(), Column(_("From"), "moment"), Column(_("Until"), "moment"),
        Column(_("Purpose"), widest=12), Column(_("Address"), widest=28), Column(_("Staff")), Column(_("State")),
        Column(_("Arrived"), "moment"), Column(_("Minutes"), "count"), Column(_("Over time")),
        Column(_("Notice"), widest=12), Column(_("Conduct broken"), widest=20), Column(_("Gifts"), widest=20),
        Column(_("Outcome"), widest=24, free=True), of_customer(),
    )  # fmt: skip
    rows: list[Row] = []
    for one in sorted(view.snapshot[Visit], key=lambda visit: (visit.begins_at, visit.id)):
        if one.begins_at in view.period:
            marks = appointments.marks(view.run, one)
            rows.append((
                one.id, *contact(view, one.customer), one.begins_at, one.ends_at, label(one.purpose),
                view.free(one.address) or view.address(one.customer), view.person(one.by),
                label(appointments.state_of(one)), one.started_at, appointments.minutes(one),
                yes("over-time" in marks), next((label(mark) for mark in marks if mark.startswith("told")), ""),
                "\n".join(label(point) for point in one.broken), _gifts(view, one),
                view.free(one.outcome or one.reason), one.customer,
            ))  # fmt: skip
    return Table("visits", _("Visits"), columns, rows)


def events(view: View) -> Table:
    """The events that start in the period, with their figures."""
    columns = (
        of_record(), Column(_("Event"), widest=18), Column(_("Code")), Column(_("Kind")),
        Column(_("Starts"), "moment"), Column(_("Place"), widest=16), Column(_("Speaker"), widest=10),
        Column(_("Seats"), "count"), Column(_("State")),
        *(
            Column(title, "count")
            for title in (
                _("Invited"), _("Invitations delivered"), _("Accepted"), _("Declined"), _("Attended"), _("Absent"),
                _("Old guests"), _("New guests"), _("Companions"), _("Buyers"), _("Orders"),
            )
        ),
        Column(_("Total, yuan"), "money"), Column(_("Received, yuan"), "money"), Column(_("Returned, yuan"), "money"),
    )  # fmt: skip
    sold = [ledger for ledger in view.snapshot.ledgers.values() if ledger.order.event_id]
    rows: list[Row] = []
    for one in sorted(view.snapshot[Event], key=lambda event: (event.starts_at, event.id)):
        if one.starts_at in view.period:
            guests = [guest for guest in view.snapshot[Invitation] if guest.event_id == one.id]
            placed = [ledger for ledger in sold if ledger.order.event_id == one.id]
            found = {figure.measure: figure for figure in figures(view.run, one, guests, placed)}
            rows.append((
                one.id, view.free(one.name), one.code, label(one.event_kind), one.starts_at, view.free(one.place),
                view.free(one.speaker), one.capacity, label(state_on(one, view.period.now)),
                *(found[measure].count for measure in EVENT_COUNTS),
                *(found[measure].amount for measure in EVENT_AMOUNTS),
            ))  # fmt: skip
    return Table("events", _("Events"), columns, rows)


def invitations(view: View) -> Table:
    """The invitations to the events of the period that were not cancelled."""
    columns = (
        of_record(), of_name(), Column(_("Event")), Column(_("Date"), "day"), Column(_("Number"), widest=16),
        Column(_("Guest")), Column(_("Companions"), "count"), Column(_("Invited by")),
        Column(_("Delivered"), "moment"), Column(_("Answer")), Column(_("State")), Column(_("Attended"), "moment"),
        Column(_("Companions who came"), "count"), Column(_("Ordered there")), Column(_("Seat")),
        Column(_("Reason"), widest=20, free=True), of_customer(),
    )  # fmt: skip
    held = in_period(view.snapshot[Event], view.period)
    bought = {(one.event_id, one.customer) for one in view.snapshot[Order] if one.cancelled_at is None}
    rows: list[Row] = []
    for one in sorted(view.snapshot[Invitation], key=lambda guest: (guest.number, guest.id)):
        if one.event_id in held:
            event = held[one.event_id]
            rows.append((
                one.id, view.name(one.customer), event.code, view.period.day(event.starts_at), one.number,
                label("old-guest" if one.buyer else "new-guest"), one.companions, view.person(one.by),
                one.delivered_at, label(one.answer), label(state_of(one, event, view.period.now)), one.attended_at,
                one.came, yes((one.event_id, one.customer) in bought), one.seat, view.free(one.reason),
                one.customer,
            ))  # fmt: skip
    return Table("invitations", _("Invitations"), columns, rows)


def _gifts(view: View, visit: Visit) -> str:
    return "\n".join(f"{view.free(gift.what)}: {label(f'gift-{gift.became}')}" for gift in visit.gifts)
