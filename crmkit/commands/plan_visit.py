"""`crmkit plan move`, `skip`, `visit`, `report`, `sheet`, `meter`, `train`: the visits of a plan, what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.common import book_title
from crmkit.commands.kit.walk import Context, Listing, listing, writer
from crmkit.core import fields
from crmkit.core.calendar.dates import parse_day
from crmkit.core.plans import taking
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.labels import word
from crmkit.queries import plans, tickets
from crmkit.queries.finding import find_staff, holder_of, staff_code
from crmkit.queries.orders import moment_at
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card, Step, Visit
from crmkit.records.change import Change, together
from crmkit.records.plan import ADVICES, CONDITIONS
from crmkit.records.typed import Code
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.core.plans.course import PlanCourse
    from crmkit.sheets.write.book import Workbook

SHEET_COLUMNS = ("slot", "planned_on", "window", "by", "name", "phone", "address", "unit", "card_number")


@writer(
    _("One visit on another day; the others stay. Example: crmkit plan move PL2611-7k3q9xab:3 --to 2026-10-12"),
    many="slot",
    counted="moved",
    then=with_callbacks,
)
def move(
    ctx: Context,
    slot: options.SlotId,
    k: options.SlotNumber = None,
    to: Annotated[str, typer.Option("--to", metavar="DATE", help=_("The day."))] = "",
    over: options.OverReason = "",
) -> Change:
    """Move one visit by hand; outside its window only with a reason."""
    archive, run = ctx.archive, ctx.run
    plan, number = plans.find_slot(archive, slot, k)
    if not to:
        raise InvalidError(_("to which day?"), _("--to DATE"), field="to")
    day = plans.moment_on(run, parse_day(to, run.now))
    present = plans.course_of(archive, run, plan)
    return taking.move(run, calendar_of(archive), present, number, day, fields.text(over))


@writer(
    _("A visit that is not made. Example: crmkit plan skip PL2611-7k3q9xab:3 --reason 停产检修"),
    many="slot",
    counted="skipped",
    shared=("reason",),
    then=with_callbacks,
)
def skip(ctx: Context, slot: options.SlotId, k: options.SlotNumber = None, reason: options.Reason = "") -> Change:
    """Leave a visit out, as agreed with the customer."""
    plan, number = plans.find_slot(ctx.archive, slot, k)
    present = plans.course_of(ctx.archive, ctx.run, plan)
    return taking.skip(ctx.run, calendar_of(ctx.archive), present, number, fields.text(reason))


@writer(
    _("Agree on the day and who goes. Example: crmkit plan visit PL2611-7k3q9xab:3 --at 'thu 9:00' --by LN"),
    many="slot",
    counted="booked",
    then=with_callbacks,
)
def visit(
    ctx: Context,
    slot: options.SlotId,
    k: options.SlotNumber = None,
    at: options.Begins = "",
    until: options.WindowEnd = "",
    by: options.Visitor = "",
    over: options.OverReason = "",
    anyway: options.Anyway = False,
    overlap: options.Overlap = False,
) -> Change:
    """Agree on the appointment of a visit: within its window, and within what one person serves a day."""
    from datetime import timedelta

    import msgspec

    from crmkit.core.tickets.dispatch import must_fit
    from crmkit.core.visits import visits
    from crmkit.queries.dispatch import visits_of
    from crmkit.queries.visits import window_of
    from crmkit.queries.work import open_visits_on

    archive, run = ctx.archive, ctx.run
    plan, number = plans.find_slot(archive, slot, k)
    present = plans.course_of(archive, run, plan)
    one = taking.slot_of(present, number)
    if not at:
        raise InvalidError(_("at what time?"), _("--at TIME"), field="at")
    if one.visit and not archive.get(Visit, one.visit).state:
        raise InvalidError(
            _("{id} is that appointment already").format(id=one.visit),
            _("another time for it: crmkit visit move {id} --at TIME").format(id=one.visit),
        )
    units = present.visited
    window = window_of(run, at, until, None, timedelta(minutes=run.settings.visit.minutes))
    taking.must_lie_within(present, one, present.day(window.begins), over)
    if by:
        staff = find_staff(archive, by, "--by")
        must_fit(run, staff, visits_of(archive, run, window.begins.date()), "maintenance", units, over)
    agreed = visits.agree(
        run, holder_of(archive, plan.customer), window, "maintenance",
        by=staff_code(archive, by, "--by") if by else "", about=plan.id, length=run.settings.visit.minutes * units,
        others=open_visits_on(archive, run, window.begins.date()), anyway=anyway, overlap=overlap,
    )  # fmt: skip
    made = next(record for record in agreed.puts if isinstance(record, Visit))
    made = msgspec.structs.replace(made, units=units)
    step = taking.take(
        run, calendar_of(archive), present, "book", run.now, k=one.k, until=window.begins, visit=made.id,
        note=fields.text(over), numbers={"units": units},
    )  # fmt: skip
    return together(Change(puts=(made,), notes=agreed.notes), step)


@writer(
    _("The condition of the units. Example: crmkit plan report PL2611-7k3q9xab:3 --condition watch --finding 链条磨损"),
    many="slot",
    counted="reported",
    form="P",
    then=with_callbacks,
)
def report(
    ctx: Context,
    slot: options.SlotId,
    k: options.SlotNumber = None,
    condition: Annotated[str, typer.Option("--condition", help=options.closed(CONDITIONS))] = "",
    card: options.UnitCards = None,
    finding: Annotated[str, typer.Option("--finding", metavar="TEXT", help=_("What was found."))] = "",
    advice: Annotated[str, typer.Option("--advice", help=options.closed(ADVICES))] = "",
    ticket: Annotated[bool, typer.Option("--ticket", help=_("Open a ticket where repair or stop is advised."))] = False,
    outcome: Annotated[
        str, typer.Option("--outcome", help=_("done (default), unavailable or skipped, with the reason as --finding."))
    ] = "",
    waited: options.Waited = "",
    parts: options.PartsUsed = None,
    at: options.At = "",
    by: options.DoneBy = "",
) -> Change:
    """Write down what was found at each unit, and what is advised; repair and stop ask for a ticket.

    The sheet of `plan sheet`, filled in, is taken back row by row; parts and waiting go into the settlement.
    """
    archive, run = ctx.archive, ctx.run
    plan, number = plans.find_slot(archive, slot, k)
    when = moment_at(run, at)
    present = plans.course_of(archive, run, plan)
    change = taking.report(
        run, calendar_of(archive), present, number, when,
        condition=condition, cards=plans.cards_typed(archive, present, card or ()), finding=fields.text(finding),
        advice=advice, by=staff_code(archive, by, "--by") if by else "", outcome=outcome,
        waited=fields.waited_minutes(waited), charges=tickets.charges_typed(archive, run, when, parts), timed=bool(at),
    )  # fmt: skip
    to_repair = [one for one in change.puts if isinstance(one, Step) and one.codes.get("advice") in ("repair", "stop")]
    if ticket and to_repair and not finding.strip():
        raise InvalidError(_("what was found?"), _("--finding TEXT"), field="finding")
    if ticket:
        return together(change, *(_ticket(ctx, present, step) for step in to_repair))
    for step in to_repair:
        ctx.tell(
            _("{id}:{k}: advice {advice}; open a ticket: {command}").format(
                id=plan.id,
                k=step.numbers["k"],
                advice=word(Code(step.codes["advice"])),
                command=_ticket_command(ctx, present, step),
            )
        )
    return change


def _ticket(ctx: Context, present: "PlanCourse", step: Step) -> Change:
    """A ticket for what was found at a unit: `stop` means that somebody could come to harm."""
    from crmkit.core.tickets.taking import report

    archive, run = ctx.archive, ctx.run
    unit = archive.get(Card, present.unit_of(step.card)) if step.card else None
    return report(
        run, holder_of(archive, present.plan.customer), at=step.at, how="visit", symptom=step.note, card=unit,
        safety=step.codes["advice"] == "stop", earlier=tickets.others_of(archive, unit),
        working=tickets.working_for(archive, run, unit),
    )  # fmt: skip


def _ticket_command(ctx: Context, present: "PlanCourse", step: Step) -> str:
    """The command that opens it."""
    from shlex import quote

    whose = f"--customer {present.plan.customer}"
    if step.card:
        whose = f"--card {ctx.archive.get(Card, present.unit_of(step.card)).number}"
    safety = " --safety" if step.codes["advice"] == "stop" else ""
    return f"crmkit ticket add {whose} --how visit --symptom {quote(step.note) if step.note else 'TEXT'}{safety}"


@listing(
    _("Units to visit; -o is a sheet that plan report takes. Example: crmkit plan sheet --due today -o visits.xlsx"),
    SHEET_COLUMNS,
)
def sheet(ctx: Context, plan: options.OfPlan = "", due: options.Due = "", by: options.Visitor = "") -> Listing:
    """List the units to be visited by today, or a day: of all plans, or of one with its next visit at least."""
    archive, run = ctx.archive, ctx.run
    last = ctx.session.last_day(due, run.now) if due else run.now.date()
    code = staff_code(archive, by, "--by") if by else ""
    found = [plans.find_course(archive, run, plan)] if plan else plans.due_by(archive, run, last)
    rows = [
        row
        for present in found
        for row in plans.units_to_visit(archive, run, present, last, named=bool(plan))
        if code in ("", row["by"])
    ]
    rows.sort(key=lambda row: (str(row["planned_on"]), str(row["by"] or "~"), str(row["window"]), str(row["slot"])))
    return Listing(rows, SHEET_COLUMNS, book=lambda: _to_fill_in(ctx, rows))


def _to_fill_in(ctx: Context, rows: Sequence[Row]) -> "Workbook":
    """The table to fill in, a row for each unit, and the same on paper."""
    from crmkit.sheets.read.staff_sheets import PLAN_VISITS
    from crmkit.sheets.write.staff_sheets import staff_book

    settings, now = ctx.run.settings, ctx.run.now
    told = ("by", "window", "name", "address", "unit", "slot")
    lines = [
        {**{name: str(row[name]) for name in told}, "dial": str(row["phone"]), "day": str(row["planned_on"]),
         "card": str(row["card_number"])}
        for row in rows
    ]  # fmt: skip
    title = book_title(settings, now)
    return staff_book(PLAN_VISITS, lines, title, settings, now)


@writer(
    _("Hours of a unit's meter. Example: crmkit plan meter PL2611-7k3q9xab --reading 420 --at 2026-03-05"),
    many="plan",
    counted="read",
    then=with_callbacks,
)
def meter(
    ctx: Context,
    plan: options.PlanId,
    reading: Annotated[str, typer.Option("--reading", metavar="HOURS", help=_("What the meter shows."))],
    card: options.UnitCard = "",
    replaced: Annotated[bool, typer.Option("--meter-replaced", help=_("The meter was exchanged."))] = False,
    at: options.At = "",
) -> Change:
    """Write down what a meter shows; what is due by hours is reckoned anew."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    if card:
        unit = plans.cards_typed(archive, present, [card])[0]
    elif len(present.units) > 1:
        raise InvalidError(
            _("{id} has {n} units; whose meter is it?").format(id=present.plan.id, n=len(present.units)),
            _("--card NUMBER"),
        )
    else:
        unit = next((one.card for one in present.units), "")
    hours = int(fields.read("reading", reading, {"reading": fields.whole}))
    return taking.meter(
        run, calendar_of(archive), present, moment_at(run, at), hours, card=unit,
        replaced=replaced,
    )  # fmt: skip


@writer(
    _("A training of their people; one a contract year is free. Example: crmkit plan train PL2611-7k3q9xab"),
    many="plan",
    counted="trained",
    then=with_callbacks,
)
def train(
    ctx: Context,
    plan: options.PlanId,
    charge: Annotated[str, typer.Option("--charge", metavar="YUAN", help=_("It is paid for."))] = "",
    at: options.At = "",
    note: options.Note = "",
) -> Change:
    """Write down a training; the free one of a contract year that was not used lapses."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    charged = fields.fen_typed("charge", charge)
    return taking.train(
        run, calendar_of(archive), present, moment_at(run, at), charged=charged, note=fields.text(note)
    )  # fmt: skip
