"""`crmkit customer tick`, `honour`: the criteria of honour and 3A customers, ticked by a person."""

from collections import Counter
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.records import Customer

COLUMNS = ("id", "name", "honour", "missing", "three_a", "missing_3a")


@verb(_("Tick a criterion. Example: crmkit customer tick 13900541731 helps-others"))
def tick(
    ctx: typer.Context,
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help=_("Name or part of it, initials, number or its last digits, id."))
    ],
    name: Annotated[
        str,
        typer.Argument(
            metavar="CRITERION",
            help=_("loves-life, helps-others, speaks-well, supports-cause, good-effect or wide-circle"),
        ),
    ],
    off: Annotated[bool, typer.Option("--off", help=_("Take the tick away."))] = False,
    note: Annotated[str, typer.Option("--note", help=_("What was seen."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down that a customer meets a criterion."""
    from crmkit.core.care.honour import tick as ticked

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run, person = session.run(archive), find_customer(archive, customer)
        done = session.commit(archive, run, ticked(run, person, name, off=off, note=note), "customer tick")
    written(session, done, fmt)


@verb(_("Honour and 3A customers, and what is missing. Example: crmkit customer honour"))
def honour(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="[CUSTOMER]")] = "",
    complete: Annotated[bool, typer.Option("--complete", help=_("Only those who meet all five criteria."))] = False,
    fmt: Listed = "",
) -> None:
    """List who is on the way to being an honour or a 3A customer, or show one person's checklists."""
    from crmkit.core.care.honour import Checklist, in_order

    session = get_session(ctx)
    with session.reading() as archive:
        if customer:
            person = find_customer(archive, customer)
            brought = archive.find(Customer, f"referrer:{person.id}")
            render.one(Checklist(person, len(brought)).row(), fmt)
            return
        people = [one for one in archive.all(Customer) if not one.merged_into]
    referred = Counter(one.referrer for one in people)
    lists = [Checklist(one, referred[one.id]) for one in people]
    shown = [one for one in in_order(lists) if (not one.missing if complete else one.begun)]
    render.rows([one.row() for one in shown], COLUMNS, fmt)
