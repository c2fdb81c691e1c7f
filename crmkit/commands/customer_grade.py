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
    """How one customer stands among all; of the others what the last morning found is enough, where there was one."""
    from crmkit.queries.morning import whom

    looked = whom(archive, run, also=(person.id,))
    found = looked.snapshot
    bought = found[Order], found[Return], found[Card]
    return _of(person, grading.standings(run, found.customers.values(), *bought, others=looked.others.buyers))


def _of(person: Customer, standings: list[grading.Standing]) -> grading.Standing:
    return next(one for one in standings if one.customer.id == person.id)
