"""The sheets of callbacks, calls and messages."""

from crmkit.core.calling.calls import marks
from crmkit.core.figures.calling import finished, first_calls, on_time
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.records import Call, Message
from crmkit.records.work import Callback
from crmkit.sheets.report.view import LazyRows, Row, Table, View, contact, of_contact, of_customer, of_record
from crmkit.sheets.write.layout import Column


def callbacks(view: View) -> Table:
    """Callbacks that were due in the period or finished in it."""
    columns = (
        of_record(), *of_contact(), Column(_("Due"), "moment"), Column(_("Purpose"), widest=20), Column(_("Owner")),
        Column(_("State")), Column(_("Done at"), "moment"), Column(_("On time")), Column(_("Outcome"), widest=12),
        Column(_("Note"), widest=28, free=True), of_customer(),
    )  # fmt: skip
    done = finished(view.snapshot)

    def shown(one: Callback) -> bool:
        call = done.get(one.id)
        return one.due_at in view.period or (call is not None and call.at in view.period)

    def row(one: Callback) -> Row:
        call = done.get(one.id)
        return (
            one.id, *contact(view, one.customer), one.due_at, label(one.purpose), view.person(one.owner),
            label(_state(view, one)), call.at if call else None, yes(on_time(one, call, view.period)),
            label(call.outcome) if call else "", view.free(call.note) if call else "", one.customer,
        )  # fmt: skip

    asked = sorted(filter(shown, view.snapshot[Callback]), key=lambda one: (one.due_at, one.customer, one.id))
    rows = LazyRows(asked, row)
    return Table("callbacks", _("Callbacks"), columns, rows, red=((_("State"), label("overdue")),))


def calls(view: View) -> Table:
    """Every call made or taken."""
    columns = (
        of_record(), *of_contact(), Column(_("When"), "moment"), Column(_("Direction")), Column(_("Staff")),
        Column(_("Outcome"), widest=12), Column(_("Duration"), "duration"), Column(_("First call too long")),
        Column(_("In quiet hours")), Column(_("Note"), widest=26, free=True),
        Column(_("Next step"), widest=18, free=True), of_customer(),
    )  # fmt: skip
    first = first_calls(view.snapshot)

    def row(one: Call) -> Row:
        marked = marks(view.run, one, view.timetable, first=one.id in first)
        return (
            one.id, *contact(view, one.customer, one.phone), one.at, label(one.direction or "out"),
            view.person(one.by), label(one.outcome), one.duration, yes("long" in marked),
            yes("quiet-hours" in marked), view.free(one.note), view.free(one.next), one.customer,
        )  # fmt: skip

    made = sorted((one for one in view.snapshot[Call] if one.at in view.period), key=lambda call: (call.at, call.id))
    return Table("calls", _("Calls"), columns, LazyRows(made, row))


def messages(view: View) -> Table:
    """Messages handed to the gateway."""
    columns = (
        of_record(), *of_contact(), Column(_("When"), "moment"), Column(_("Channel")),
        Column(_("Occasion"), widest=20), Column(_("Text"), widest=44, free=True), Column(_("Staff")), of_customer(),
    )  # fmt: skip
    rows: list[Row] = [
        (
            one.id, *contact(view, one.customer, one.phone), one.at, label(one.channel), _occasion(one.occasion),
            view.free(one.text), view.person(one.by), one.customer,
        )
        for one in sorted(view.snapshot[Message], key=lambda message: (message.at, message.id))
        if one.at in view.period
    ]  # fmt: skip
    return Table("messages", _("Messages"), columns, rows)


def _occasion(key: str) -> str:
    """The words for a key such as festival:new-year:2026."""
    return " ".join(label(part) for part in key.split(":"))


def _state(view: View, one: Callback) -> str:
    return one.state or ("overdue" if one.due_at < view.period.now else "open")
