"""`crmkit report`: Excel workbooks for head office."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer
from msgspec.structs import replace

from crmkit import i18n, render
from crmkit.commands.kit.common import Force, Format, Session, get_session, origin_of
from crmkit.commands.kit.options import Mask, NewWorkbook
from crmkit.commands.kit.verbs import verb
from crmkit.core.figures import MEASURES, Period, figures
from crmkit.core.figures.counting import IN_DAYS
from crmkit.i18n import N_, _, titled
from crmkit.progress import Bar, bar
from crmkit.queries.days import snapshot_of_days
from crmkit.queries.finding import Refusals
from crmkit.queries.work import timetable_of
from crmkit.records.typed import Fen

if TYPE_CHECKING:
    from crmkit.sheets.write.book import Workbook


PeriodText = Annotated[str, typer.Argument(metavar="PERIOD")]


@verb(_("The workbook of a day. Example: crmkit report day today -o today.xlsx"))
def day(
    ctx: typer.Context,
    period: PeriodText,
    output: NewWorkbook,
    mask: Mask = False,
    force: Force = False,
    fmt: Format = "",
) -> None:
    """Write the workbook of a day."""
    _write(ctx, "day", period, output, mask=mask, force=force, fmt=fmt)


@verb(_("The workbook of a week. Example: crmkit report week 2026-W47 -o week.xlsx --mask"))
def week(
    ctx: typer.Context,
    period: PeriodText,
    output: NewWorkbook,
    mask: Mask = False,
    force: Force = False,
    fmt: Format = "",
) -> None:
    """Write the workbook of a week, Monday to Sunday."""
    _write(ctx, "week", period, output, mask=mask, force=force, fmt=fmt)


@verb(_("The workbook of a month. Example: crmkit report month 2026-11 -o november.xlsx"))
def month(
    ctx: typer.Context,
    period: PeriodText,
    output: NewWorkbook,
    mask: Mask = False,
    force: Force = False,
    fmt: Format = "",
) -> None:
    """Write the workbook of a calendar month."""
    _write(ctx, "month", period, output, mask=mask, force=force, fmt=fmt)


def _write(
    ctx: typer.Context, kind: Literal["day", "week", "month"], text: str, output: Path, *,
    mask: bool, force: bool, fmt: str,
) -> None:  # fmt: skip
    from crmkit.sheets.write.files import check_target

    check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with bar(quiet=session.quiet) as shown:
        made = _made(session, kind, text, shown, mask=mask)
        shown.stage(_("saving"))
        made.book.save(output, force=force)
    for note in made.book.notes:
        session.say(note)
    written = {
        N_("file"): str(output),
        N_("first"): f"{made.period.first}",
        N_("last"): f"{made.period.last}",
        "commit": made.commit,
    }
    if not (session.quiet and fmt == "table"):
        counts = {titled(name, _(MEASURES[name])): count for name, count in made.counts.items()}
        amounts = {titled(name, _(MEASURES[name])): amount for name, amount in made.amounts.items()}
        render.one(written | {N_("figures"): counts, N_("amounts"): amounts}, fmt)


class _Made(NamedTuple):
    """A workbook to be saved, and what is told of it; the records it was made from are let go of before."""

    book: "Workbook"
    period: Period
    commit: str
    counts: dict[str, int]
    amounts: dict[str, Fen]


def _made(session: Session, kind: Literal["day", "week", "month"], text: str, shown: Bar, *, mask: bool) -> _Made:
    from crmkit.core.calendar.periods import parse_period
    from crmkit.sheets.report import workbook
    from crmkit.sheets.report.headlines import before
    from crmkit.sheets.report.view import READ, View

    with session.reading() as archive:
        run = replace(session.run(archive), refusers=Refusals(archive).at_once())  # it counts on after the lock
        period = Period(*parse_period(kind, text, run.now), now=run.now)
        days = Period(before(kind, period).first, period.last, run.now)  # the cover compares the two
        view = View(
            snapshot_of_days(archive, days, shown, at_once=READ),
            period,
            run,
            timetable_of(archive),
            mask=mask,
        )
        origin = origin_of(session, archive, kind, period, mask=mask)
    with i18n.speaking(origin.lang):
        shown.stage(_("counting"))
        book = workbook(view, origin, shown.stage_of)
    counted = figures(view.happened)
    counts = {name: figure.count for name, figure in counted.items()}
    amounts = {name: Fen(figure.amount) for name, figure in counted.items() if figure.amount and name not in IN_DAYS}
    return _Made(book, period, origin.commit, counts, amounts)
