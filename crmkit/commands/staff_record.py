"""`crmkit staff record`, `mark`, `unmark`: what is on the record of a member of staff."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing, writer
from crmkit.core import marks
from crmkit.i18n import _
from crmkit.queries.finding import find_staff
from crmkit.queries.snapshot import snapshot_of
from crmkit.records.change import Change
from crmkit.records.mark import MARKS
from crmkit.records.typed import Code, fen
from crmkit.result import Row

COLUMNS = ("id", "at", "what", "about", "amount", "note", "by", "withdrawn")


@listing(_("Marks of a member of staff. Example: crmkit staff record ZW"), COLUMNS)
def record(ctx: Context, name: options.Named) -> Iterable[Row]:
    """List marks by the rules (overcharged, late, conduct, complaints upheld) and by hand, the newest first."""
    staff = find_staff(ctx.archive, name, "NAME")
    return [
        {
            "id": one.id,
            "at": one.at.astimezone(ctx.run.now.tzinfo).isoformat(),
            "staff": one.staff,
            "what": Code(one.what, "mark-"),
            "about": one.about,
            "amount": fen(one.amount or None),
            "note": one.note,
            "by": one.by,
            "withdrawn": one.withdrawn,
        }
        for one in marks.record_of(ctx.run, snapshot_of(ctx.archive), staff.code)
    ]


@writer(_("Praise, or what went wrong. Example: crmkit staff mark ZW praise --note '顾客来电表扬'"), counted="added")
def mark(
    ctx: Context,
    name: options.Named,
    what: Annotated[str, typer.Argument(metavar="WHAT", help=options.closed(MARKS))],
    about: Annotated[
        str, typer.Option("--about", metavar="RECORD", help=_("Id of the ticket, visit or complaint."))
    ] = "",
    note: options.Note = "",
) -> Change:
    """Put a mark on the record by hand."""
    return marks.add(ctx.run, find_staff(ctx.archive, name, "NAME"), what, about=about.strip(), note=note)


@writer(_("A mark does not hold. Example: crmkit staff unmark ZW overcharge:TK2611-7k3q9xab --note 误记"))
def unmark(
    ctx: Context,
    name: options.Named,
    mark: Annotated[str, typer.Argument(metavar="MARK", help=_("Its id, as `staff record` shows it."))],
    note: options.Note = "",
) -> Change:
    """Withdraw a mark; it stays on the record, with the reason."""
    staff = find_staff(ctx.archive, name, "NAME")
    present = marks.record_of(ctx.run, snapshot_of(ctx.archive), staff.code)
    return marks.withdraw(ctx.run, staff, present, mark.strip(), note)
