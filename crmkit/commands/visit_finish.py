"""`crmkit visit finish`: what came of a visit, and what follows from it for the order that it was about."""

from typing import Annotated

import typer

from crmkit.commands.kit.options import At, VisitId
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.selling import orders
from crmkit.core.visits import outcomes, routes, visits
from crmkit.core.visits.outcomes import Report
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries.visits import errand_of, find_visit, with_appointments
from crmkit.queries.work import with_callbacks
from crmkit.records import Order, Visit, type_of
from crmkit.records.change import Change, together

Points = Annotated[
    list[str] | None,
    typer.Option("--kept", metavar="POINT", help=_("Points of conduct kept; rest = all that were not broken.")),
]
Breaches = Annotated[
    list[str] | None,
    typer.Option("--broken", metavar="POINT", help=_("Points of conduct broken, such as no-gifts; repeatable.")),
]
Gifts = Annotated[
    list[str] | None,
    typer.Option("--gift", metavar="WHAT:FATE", help=_("A gift offered, declined or returned; repeatable.")),
]


@writer(
    _("The visitor has left. Example: crmkit visit finish V2611-7k3q --outcome 'likes it' --kept rest"),
    many="visit",
    form="V",
    then=with_callbacks,
)
def finish(
    ctx: Context,
    visit: VisitId,
    outcome: Annotated[str, typer.Option("--outcome", help=_("What came of it."))] = "",
    started: Annotated[str, typer.Option("--started", metavar="TIME", help=_("Arrival, if not recorded yet."))] = "",
    at: At = "",
    kept: Points = None,
    broken: Breaches = None,
    gifts: Gifts = None,
    not_delivered: Annotated[
        bool, typer.Option("--not-delivered", help=_("The goods of the order were not handed over."))
    ] = False,
    missed: Annotated[
        bool, typer.Option("--missed", help=_("Nobody was there; --outcome is what was found, as of `visit missed`."))
    ] = False,
) -> Change:
    """Finish a visit; the goods that it brought are delivered unless --not-delivered says otherwise."""
    archive, run = ctx.archive, ctx.run
    planned = find_visit(archive, visit)
    if missed:
        if kept or broken or gifts:
            raise InvalidError(_("nobody was there: no points of conduct and no gifts"))
        if ctx.batch and outcomes.is_missed(planned, outcome):
            return Change(counts={"unchanged": 1})
        return with_appointments(archive, run, outcomes.missed(run, planned, visits.need("outcome", outcome)))
    points_kept, points_broken = outcomes.conduct(kept or (), broken or ())
    report = Report(
        outcome=outcome,
        at=parse_moment(at, run.now) if at else None,
        started=parse_moment(started, run.now) if started else None,
        kept=points_kept,
        broken=points_broken,
        gifts=tuple(map(outcomes.gift_of, gifts or ())),
    )
    if ctx.batch and outcomes.is_known(planned, report):
        return Change(counts={"unchanged": 1})
    finished = with_appointments(archive, run, outcomes.finish(run, planned, report))
    (done,) = (record for record in finished.puts if isinstance(record, Visit))
    order = archive.get(Order, done.about) if type_of(done.about) is Order else None
    handed = Change() if order is None or not_delivered else orders.handed_over(run, done, order)
    order = next((record for record in handed.puts if isinstance(record, Order)), order)
    steps = routes.next_steps(done, order, errand_of(archive, done.customer, done.about))
    return together(finished, handed, Change(notes=steps))
