"""`crmkit customer grade`: who brings the revenue, and how one customer stands."""

import typer

from crmkit import render
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.options import WhoIfAny
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.care import grading
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Card, Customer, Order, Return


@verb(_("Grade all files by what they bought; with a customer, explain. Example: crmkit customer grade"))
def grade(ctx: typer.Context, customer: WhoIfAny = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """Give every file the grade that follows from its orders; again, it changes nothing."""
    session = get_session(ctx)
    if customer:
        if dry_run:
            raise UsageError(_("--dry-run goes with grading all files, not with one"))
        with reading(ctx) as work:
            archive, person = work.archive, find_customer(work.archive, customer)
            bought = archive.all(Order), archive.all(Return), archive.all(Card)
            standings = grading.standings(work.run, archive.all(Customer), *bought)
            (standing,) = (one for one in standings if one.customer.id == person.id)
        render.one(standing.row(), fmt)
        return
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        bought = archive.all(Order), archive.all(Return), archive.all(Card)
        change = grading.grade_all(run, archive.all(Customer), *bought)
        done = session.commit(archive, run, change, "customer grade")
    written(session, done, fmt, show_counts=not session.quiet)
