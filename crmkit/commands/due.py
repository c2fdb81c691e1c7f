"""`crmkit due`: everything to do today, of every kind."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.common import Format, get_session
from crmkit.commands.work import customer_of, end_of
from crmkit.core import due as work
from crmkit.core import recheck
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.records import Call, Callback, Customer, PhoneCheck
from crmkit.records.work import utc_key

COLUMNS = ("kind", "id", "customer", "name", "phone", "due_at", "owner", "what")

app = typer.Typer(add_completion=False)


@app.command(help=_("Everything to do today; with --by one person's. Example: crmkit due --by LN"))
def due(
    ctx: typer.Context,
    on: Annotated[str, typer.Option("--on", metavar="DATE", help=_("Everything to do by the end of that day."))] = "",
    fmt: Format = "",
) -> None:
    """List everything to do by the end of a day."""
    from crmkit.dates import parse_day

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        day = parse_day(on, run.now) if on else run.now.date()
        items = list(_items(archive, run, day))
    mine = session.given.get("by")
    unassigned = sum(not item.owner for item in items)
    rows = [_row(item) for item in items if not mine or item.owner == run.by]
    render.rows(rows, COLUMNS, fmt)
    if mine and unassigned:
        session.say(_("{n} more have no owner").format(n=unassigned))


def _items(archive: Archive, run: Run, day: date) -> Iterator[work.Item]:
    from crmkit.sheets.labels import label

    who = customer_of(archive)
    begin, end = utc_key(end_of(day - timedelta(days=1), run)), utc_key(end_of(day, run))
    collected = archive.between(Customer, f"new:{begin}", f"new:{end}")
    asked = {customer.id for customer in collected if archive.of(PhoneCheck, customer.id)}
    late = run.now - timedelta(days=archive.settings.screening.max_days)
    oldest = run.now - timedelta(days=archive.settings.callback.horizon_days)
    yield from work.rechecks(recheck.due(run, collected, asked))
    yield from work.callbacks(archive.between(Callback, "due:", f"due:{end}"), who, label)
    yield from work.unanswered(archive.find(Callback, "stopped:"), who, label)
    yield from work.unscreened(
        archive.between(Customer, f"new:{utc_key(oldest)}", f"new:{utc_key(late)}"),
        lambda customer: archive.of(Callback, customer),
        lambda customer: archive.of(Call, customer),
    )
    yield from work.shared(archive.find(Customer, "shared:"))


def _row(item: work.Item) -> dict[str, object]:
    return {**item._asdict(), "due_at": item.due_at.isoformat() if item.due_at else ""}
