"""`crmkit lead assign`: who looks after a screened file (分配)."""

from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.assigning import load_of, team_of, waiting
from crmkit.queries.finding import find_customer, staff_code
from crmkit.records import Callback, Customer, Staff
from crmkit.records.change import Change

if TYPE_CHECKING:
    pass

WAYS = ("turn", "load", "district")


@verb(_("Give screened files to staff, by default all that nobody has. Example: crmkit lead assign --how load"))
def assign(
    ctx: typer.Context,
    customers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CUSTOMER...]", help=_("Name or part of it, initials, number or its last digits, id.")),
    ] = None,
    how: Annotated[str, typer.Option("--how", help=_("turn, load or district; default: assignment.how"))] = "",
    to: Annotated[str, typer.Option("--to", metavar="STAFF", help=_("To this person."))] = "",
    pin: Annotated[bool, typer.Option("--pin", help=_("The customer chose that person: never recycled."))] = False,
    unpin: Annotated[bool, typer.Option("--unpin", help=_("No longer so."))] = False,
    why: Annotated[str, typer.Option("--why", help=_("Kept with the move; with --to."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Give files to staff by turn, by the fewest in hand, by district, or to one person."""
    _check(customers, how=how, to=to, pin=pin, unpin=unpin, why=why)
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        files = [find_customer(archive, text) for text in customers or ()]
        files = list({file.id: file for file in files}.values())
        if to:
            change = _to_one(archive, run, files, staff_code(archive, to, "--to"), pin, why)
        elif pin or unpin:
            from crmkit.core.assigning.assignment import keep

            change = keep(run, files, pinned=pin)
        else:
            change = _share_out(archive, run, files, how)
        done = session.commit(archive, run, change, "lead assign")
    written(session, done, fmt, show_counts=not customers and not session.quiet)


def _share_out(archive: Archive, run: Run, files: list[Customer], how: str) -> Change:
    from crmkit.core.assigning.assignment import must_be_screened, share_out

    for file in files:
        must_be_screened(file)
    left = [one.code for one in archive.all(Staff) if one.left]
    return share_out(
        run, team_of(archive, run), files or waiting(archive),
        lambda customer: archive.of(Callback, customer), how=how, left=left,
    )  # fmt: skip


def _to_one(archive: Archive, run: Run, files: list[Customer], code: str, pin: bool, why: str) -> Change:
    from crmkit.core.assigning.assignment import give

    (to,) = [one for one in archive.find(Staff, f"staff:{code.casefold()}") if one.code == code]
    return give(
        run, to, load_of(archive, code), files, lambda customer: archive.of(Callback, customer), pinned=pin, why=why
    )  # fmt: skip


def _check(customers: list[str] | None, *, how: str, to: str, pin: bool, unpin: bool, why: str) -> None:
    """Raises UsageError for options that do not go together."""
    if how and how not in WAYS:
        raise UsageError(
            _("{value} is no way to assign").format(value=how), _("one of: {choices}").format(choices=", ".join(WAYS))
        )
    if sum(map(bool, (how, to or pin, unpin))) > 1:
        raise UsageError(_("--how, --to or --pin, and --unpin exclude each other"))
    if (to or pin or unpin) and not customers:
        raise UsageError(_("name the files"), _("by id or phone number"))
    if why and not to:
        raise UsageError(_("--why goes with --to"))
