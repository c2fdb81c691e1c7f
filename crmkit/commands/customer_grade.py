"""`crmkit customer grade`: who brings the revenue, and how one customer stands."""

from typing import TYPE_CHECKING, Annotated

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Card, Customer, Order, Return

if TYPE_CHECKING:
    from crmkit.core.care.grading import Standing
    from crmkit.records.change import Change


@verb(_("Grade all files by what they bought; with a customer, explain. Example: crmkit customer grade"))
def grade(
    ctx: typer.Context,
    customer: Annotated[
        str, typer.Argument(metavar="[CUSTOMER]", help=_("How this one stands; changes nothing."))
    ] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Give every file the grade that follows from its orders; again, it changes nothing."""
    session = get_session(ctx)
    if customer:
        if dry_run:
            raise UsageError(_("--dry-run goes with grading all files, not with one"))
        with session.reading() as archive:
            run, person = session.run(archive), find_customer(archive, customer)
            (standing,) = (one for one in standings_of(archive, run) if one.customer.id == person.id)
        render.one(standing.row(), fmt)
        return
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        done = session.commit(archive, run, graded(archive, run), "customer grade")
    written(session, done, fmt, show_counts=not session.quiet)


def graded(archive: Archive, run: Run) -> "Change":
    """The change that gives every file its grade."""
    from crmkit.core.care.grading import grade_all

    return grade_all(run, archive.all(Customer), archive.all(Order), archive.all(Return), archive.all(Card))


def standings_of(archive: Archive, run: Run) -> "list[Standing]":
    """How everybody stands, the best first."""
    from crmkit.core.care.grading import standings

    return standings(run, archive.all(Customer), archive.all(Order), archive.all(Return), archive.all(Card))
