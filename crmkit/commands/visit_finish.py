"""`crmkit visit finish`: what came of one visit from flags, or of a day's visits from JSON lines."""

from typing import Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.lines import BatchLines, Line, RejectedLines, converted
from crmkit.commands.kit.options import At
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.run import Run
from crmkit.core.selling import orders
from crmkit.core.visits import outcomes, routes
from crmkit.core.visits.outcomes import Report
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.visits import errand_of, find_visit
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


class VisitRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One visit to finish, as typed in flags or in a JSON line."""

    id: str = ""
    outcome: str = ""
    started: str = ""
    at: str = ""
    kept: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    gifts: tuple[str, ...] = ()
    not_delivered: bool = False


@verb(_("The visitor has left. Example: crmkit visit finish V2611-7k3q --outcome 'likes it' --kept rest"))
def finish(
    ctx: typer.Context,
    visit: Annotated[str, typer.Argument(metavar="ID|-", help=_("Id; - reads many, a JSON object a line."))],
    outcome: Annotated[str, typer.Option("--outcome", help=_("What came of it."))] = "",
    started: Annotated[str, typer.Option("--started", metavar="TIME", help=_("Arrival, if not recorded yet."))] = "",
    at: At = "",
    kept: Points = None,
    broken: Breaches = None,
    gifts: Gifts = None,
    not_delivered: Annotated[
        bool, typer.Option("--not-delivered", help=_("The goods of the order were not handed over."))
    ] = False,
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Finish one visit, or with `-` as many as standard input has lines."""
    typed = VisitRequest(
        outcome=outcome, started=started, at=at, kept=tuple(kept or ()), broken=tuple(broken or ()),
        gifts=tuple(gifts or ()), not_delivered=not_delivered,
    )  # fmt: skip
    if visit == "-" and typed != VisitRequest():
        raise UsageError(_("either - or the flags of one visit"))
    batch = BatchLines(visit, rejects, force=force) if visit == "-" else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        round_ = VisitBatch(archive, session.run(archive))
        if batch:
            batch.each(lambda line: round_.finish(_request(line)))
        else:
            round_.finish(msgspec.structs.replace(typed, id=visit))
        change = with_callbacks(archive, round_.run, round_.change())
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts({"done": 0, **change.counts}))
        done = session.commit(archive, round_.run, change, "visit finish")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


class VisitBatch:
    """The visits that one run finishes; each sees what those before it changed."""

    def __init__(self, archive: Archive, run: Run) -> None:
        self.archive = archive
        self.run = run
        self._changes: list[Change] = []
        self._visits: dict[str, Visit] = {}
        self._orders: dict[str, Order] = {}

    def finish(self, request: VisitRequest) -> None:
        """Finish one visit; the errors are those of `outcomes.finish`, and leave nothing behind."""
        found = find_visit(self.archive, request.id)
        finished = outcomes.finish(self.run, self._visits.get(found.id, found), self._report(request))
        (visit,) = (record for record in finished.puts if isinstance(record, Visit))
        order = self._order(visit)
        handed = Change() if order is None or request.not_delivered else orders.handed_over(self.run, visit, order)
        self._orders |= {record.id: record for record in handed.puts if isinstance(record, Order)}
        self._visits[visit.id] = visit
        errand = errand_of(self.archive, visit.customer, visit.about)
        steps = routes.next_steps(visit, self._order(visit), errand)
        self._changes += [finished, handed, Change(notes=steps)]

    def change(self) -> Change:
        """Everything finished so far as one change."""
        return together(*self._changes)

    def _order(self, visit: Visit) -> Order | None:
        """The order that `visit` is about, as it stands by now."""
        if type_of(visit.about) is not Order:
            return None
        return self._orders.get(visit.about) or self.archive.get(Order, visit.about)

    def _report(self, request: VisitRequest) -> Report:
        kept, broken = outcomes.conduct(request.kept, request.broken)
        return Report(
            outcome=request.outcome,
            at=parse_moment(request.at, self.run.now) if request.at else None,
            started=parse_moment(request.started, self.run.now) if request.started else None,
            kept=kept,
            broken=broken,
            gifts=tuple(outcomes.gift_of(text) for text in request.gifts),
        )


def _request(line: Line) -> VisitRequest:
    return converted(line, VisitRequest, _("not a visit to finish: {problem}"))
