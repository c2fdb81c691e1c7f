"""`crmkit customer grade`: who brings the revenue, and how one customer stands."""

import typer

from crmkit import render
from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.options import WhoIfAny
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.care import grading
from crmkit.core.run import Run
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
            standing = _standing(work.archive, work.run, find_customer(work.archive, customer))
        render.one(standing.row(), fmt)
        return
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        bought = archive.all(Order), archive.all(Return), archive.all(Card)
        change = grading.grade_all(run, archive.all(Customer), *bought)
        done = session.commit(archive, run, change, "customer grade")
    written(session, done, fmt, show_counts=not session.quiet)


def _standing(archive: Archive, run: Run, person: Customer) -> grading.Standing:
    """How one customer stands among all. Of the others only what they bought counts: their files are not read."""
    bought = list(archive.all(Order)), list(archive.all(Return)), list(archive.all(Card))
    aliases = {identifier for ids in archive.index.ids_by_value("alias").values() for identifier in ids}
    buyers = {order.customer for order in bought[0]} - aliases - {person.id}
    among = [person, *(Customer(id=identifier) for identifier in buyers)]
    standing = _of(person, grading.standings(run, among, *bought))
    if standing.buyer and standing.revenue <= 0:  # of others who brought nothing only their files tell
        return _of(person, grading.standings(run, archive.all(Customer), *bought))
    return standing


def _of(person: Customer, standings: list[grading.Standing]) -> grading.Standing:
    return next(one for one in standings if one.customer.id == person.id)
