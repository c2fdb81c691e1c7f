"""`crmkit event`: what came of it: figures with the records behind them, and whom to follow up."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.options import EventCode
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.events import event_figures
from crmkit.core.people.reach import barred
from crmkit.i18n import _, titled
from crmkit.queries.choices import one_of
from crmkit.queries.events import find_event, guest_row, guests_of, orders_of
from crmkit.queries.finding import holder_of
from crmkit.records import Callback, Invitation, Order
from crmkit.records.typed import Code, Price, as_share
from crmkit.result import Row

FIGURE_COLUMNS = ("measure", "what", "count", "of", "share", "target", "amount")
FOLLOW_COLUMNS = ("number", "customer", "name", "phone", "companions", "owner", "callback", "due_at", "note")
PURPOSE = "after-event"


@listing(_("Invited, came, bought. Example: crmkit event figures 1205A --ids attended"))
def figures(
    ctx: Context,
    code: EventCode,
    ids: Annotated[
        str, typer.Option("--ids", metavar="MEASURE", help=_("The ids of the records that one figure counts."))
    ] = "",
) -> Listing:
    """Print the figures of an event; json has the ids behind each of them."""
    ids = one_of(ids, event_figures.MEASURES, _("there is no measure {value}"), field="ids")
    archive, run = ctx.archive, ctx.run
    event = find_event(archive, code)
    counted = event_figures.figures(run, event, guests_of(archive, event), orders_of(archive, event))
    if ids:
        chosen = next(one for one in counted if one.measure == ids)
        return Listing([{"id": one} for one in chosen.ids], ("id",))
    return Listing([_figure_row(one) for one in counted], FIGURE_COLUMNS)


@listing(_("Who came and bought nothing. Example: crmkit event followups 1205A"), FOLLOW_COLUMNS)
def followups(ctx: Context, code: EventCode) -> Iterable[Row]:
    """List who came and ordered nothing there and may be called, with the callback that is planned for it."""
    archive, run = ctx.archive, ctx.run
    event = find_event(archive, code)
    rows = []
    for guest in event_figures.not_bought(event, guests_of(archive, event), archive.of(Order, event.id)):
        person = holder_of(archive, guest.customer)
        if not barred(run, person, PURPOSE):
            owner = person.owner or guest.by
            rows.append({**guest_row(archive, run, event, guest), "owner": owner, **_planned(archive, guest)})
    return rows


def _planned(archive: Archive, guest: Invitation) -> dict[str, Any]:
    """The follow-up call that is planned or was made for this guest."""
    for one in archive.of(Callback, guest.customer):
        if one.purpose == PURPOSE and one.about in (guest.id, guest.event_id):
            return {"callback": one.id, "due_at": one.due_at.isoformat(), "callback_state": Code(one.state or "open")}
    return {"callback": "", "due_at": "", "callback_state": ""}


def _figure_row(figure: event_figures.EventFigure) -> Row:
    of = event_figures.OUT_OF.get(figure.measure, "")
    return {
        "measure": figure.measure,
        "what": _(event_figures.MEASURES[figure.measure]),
        "count": figure.count,
        "of": titled(of, _(event_figures.MEASURES[of]) if of else ""),
        "whole": figure.whole,
        "share": as_share(figure.share),
        "target": as_share(figure.target),
        "amount": None if figure.amount is None else Price(figure.amount),
        "ids": list(figure.ids),
    }
