"""`crmkit lead assign`: who looks after a screened file (分配)."""

from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.assigning import load_of, team_of, waiting
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.records import Callback, Customer, Staff
from crmkit.records.change import Change

WAYS = ("turn", "load", "district")


@writer(
    _("Give screened files to staff, by default all that nobody has. Example: crmkit lead assign --how load"),
    many="customers",
    counted="",
    shared=("how", "to", "pin", "unpin", "why"),
)
def assign(
    ctx: Context,
    customers: options.WhoMany = None,
    how: Annotated[str, typer.Option("--how", help=_("turn, load or district; default: assignment.how"))] = "",
    to: options.To = "",
    pin: Annotated[bool, typer.Option("--pin", help=_("The customer chose that person: never recycled."))] = False,
    unpin: Annotated[bool, typer.Option("--unpin", help=_("No longer so."))] = False,
    why: Annotated[str, typer.Option("--why", help=_("Kept with the move; with --to."))] = "",
) -> Change:
    """Give files to staff by turn, by the fewest in hand, by district, or to one person."""
    from crmkit.core.assigning import assignment

    how = one_of(how, WAYS, _("{value} is no way to assign"), field="how")
    _check(customers, how=how, to=to, pin=pin, unpin=unpin, why=why)
    ctx.counting = ctx.counting or not customers
    archive, run = ctx.archive, ctx.run
    files = [find_customer(archive, text) for text in customers or ()]
    files = list({file.id: file for file in files}.values())
    if to:
        return _to_one(archive, run, files, staff_code(archive, to, "--to"), pin, why)
    if pin or unpin:
        return assignment.keep(run, files, pinned=pin)
    return _share_out(archive, run, files, how)


def _share_out(archive: Archive, run: Run, files: list[Customer], how: str) -> Change:
    from crmkit.core.assigning import assignment

    for file in files:
        assignment.must_be_screened(file)
    left = [one.code for one in archive.all(Staff) if one.left]
    return assignment.share_out(
        run, team_of(archive, run), files or waiting(archive),
        lambda customer: archive.of(Callback, customer), how=how, left=left,
    )  # fmt: skip


def _to_one(archive: Archive, run: Run, files: list[Customer], code: str, pin: bool, why: str) -> Change:
    from crmkit.core.assigning import assignment

    (to,) = [one for one in archive.find(Staff, f"staff:{code.casefold()}") if one.code == code]
    return assignment.give(
        run, to, load_of(archive, code), files, lambda customer: archive.of(Callback, customer), pinned=pin, why=why
    )  # fmt: skip


def _check(customers: list[str] | None, *, how: str, to: str, pin: bool, unpin: bool, why: str) -> None:
    """Raises UsageError for options that do not go together."""
    if sum(map(bool, (how, to or pin, unpin))) > 1:
        raise UsageError(_("--how, --to or --pin, and --unpin exclude each other"))
    if (to or pin or unpin) and not customers:
        raise UsageError(_("name the files"), _("by id or phone number"))
    if why and not to:
        raise UsageError(_("--why goes with --to"))
