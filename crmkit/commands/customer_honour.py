"""`crmkit customer tick`, `honour`: the criteria of honour and 3A customers, ticked by a person."""

from collections import Counter
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Listed
from crmkit.commands.kit.options import Note, Off, Who, WhoIfAny
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import Context, reading, writer
from crmkit.core.care import honour
from crmkit.i18n import N_, _
from crmkit.queries.finding import find_customer
from crmkit.records import Customer
from crmkit.records.change import Change

COLUMNS = ("id", "name", "honour", "missing", "three_a", "missing_3a")


@writer(
    _("Tick a criterion. Example: crmkit customer tick 13900541731 helps-others"),
    many="customer",
    counted=N_("ticked"),
    shared=("name", "off", "note"),
)
def tick(
    ctx: Context,
    customer: Who,
    name: Annotated[
        str,
        typer.Argument(
            metavar="CRITERION",
            help=_("loves-life, helps-others, speaks-well, supports-cause, good-effect or wide-circle"),
        ),
    ],
    off: Off = False,
    note: Note = "",
) -> Change:
    """Write down that a customer meets a criterion."""
    return honour.tick(ctx.run, find_customer(ctx.archive, customer), name, off=off, note=note)


@verb(_("Honour and 3A customers, and what is missing. Example: crmkit customer honour"))
def honour_(
    ctx: typer.Context,
    customer: WhoIfAny = "",
    complete: Annotated[bool, typer.Option("--complete", help=_("Only those who meet all five criteria."))] = False,
    fmt: Listed = "",
) -> None:
    """List who is on the way to being an honour or a 3A customer, or show one person's checklists."""
    with reading(ctx) as work:
        if customer:
            person = find_customer(work.archive, customer)
            brought = work.archive.find(Customer, f"referrer:{person.id}")
            render.one(honour.Checklist(person, len(brought)).row(), fmt)
            return
        people = [one for one in work.archive.all(Customer) if not one.merged_into]
    referred = Counter(one.referrer for one in people)
    lists = [honour.Checklist(one, referred[one.id]) for one in people]
    shown = [one for one in honour.in_order(lists) if (not one.missing if complete else one.begun)]
    render.rows([one.row() for one in shown], COLUMNS, fmt)
