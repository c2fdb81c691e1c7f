"""`crmkit plan settle`, `invoice`, `use`, `top-up`, `refund`: the money of a plan."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Look, writer
from crmkit.core import fields
from crmkit.core.fields import in_yuan
from crmkit.core.plans import taking
from crmkit.core.plans.course import PlanCourse, missing_reports
from crmkit.core.plans.money import due_invoices
from crmkit.core.plans.refunds import CAUSES
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import plans, tickets
from crmkit.queries.orders import moment_at
from crmkit.queries.visits import find_visit
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card, Plan, Step
from crmkit.records.change import Change
from crmkit.result import Row

INVOICE_COLUMNS = ("slot", "customer", "name", "settled_on", "amount", "invoice_due_on")
ALL = "all"


@writer(
    _("The money of one visit. Example: crmkit plan settle PL2611-7k3q:1 --unavailable BJLN-26110042-8 --waited 1.5h"),
    many="slot",
    counted="settled",
    then=with_callbacks,
)
def settle(
    ctx: Context,
    slot: options.SlotId,
    k: options.SlotNumber = None,
    unavailable: Annotated[
        list[str] | None,
        typer.Option("--unavailable", metavar="NUMBER|all", help=_("Card of a unit that was not made available.")),
    ] = None,
    waited: options.Waited = "",
    parts: options.PartsUsed = None,
    at: options.At = "",
) -> Change:
    """Settle a visit once: every unit has its report, or was not made available. The invoice is due a month later."""
    archive, run = ctx.archive, ctx.run
    plan, number = plans.find_slot(archive, slot, k)
    present, when = plans.course_of(archive, run, plan), moment_at(run, at)
    number = _to_settle(present) if number is None else number
    texts = unavailable or []
    everything = [unit.card for unit in present.units if not unit.void] or [""]
    theirs = sorted(everything) if texts == [ALL] else plans.cards_typed(archive, present, texts)
    _must_be_reported(ctx, present, number, theirs)
    charges = tickets.charges_typed(archive, run, when, parts)
    change = taking.settle(
        run,
        calendar_of(archive),
        present,
        number,
        when,
        unavailable=theirs,
        waited=fields.waited_minutes(waited),
        charges=charges,
    )
    step = next(record for record in change.puts if isinstance(record, Step))
    total = step.numbers.get("amount", 0)
    ctx.tell(_("{slot}: {amount}").format(slot=f"{plan.id}:{number}", amount=in_yuan(total)))
    return msgspec.structs.replace(change, counts={**change.counts, "amount": total})


def _must_be_reported(ctx: Context, present: PlanCourse, k: int, theirs: Collection[str]) -> None:
    """Raise InvalidError, which names them, where units have no report and were available."""
    one = taking.slot_of(present, k)
    lacking = missing_reports(present, one) - set(theirs)
    if lacking and one.settled is None and one.state != "skipped":
        slot = f"{present.plan.id}:{k}"
        numbers = [ctx.archive.get(Card, card).number for card in sorted(lacking) if card]
        if not numbers:
            raise InvalidError(
                _("{slot} has no report").format(slot=slot), _("crmkit plan report {slot}").format(slot=slot)
            )
        raise InvalidError(
            _("{slot} has no report of {units}").format(slot=slot, units=", ".join(numbers)),
            _("crmkit plan report {slot} --card {unit}, or --unavailable {unit}").format(slot=slot, unit=numbers[0]),
        )


def _invoices(ctx: Context) -> Iterable[Row]:
    """The settled visits that are not invoiced yet, the earliest due first."""
    from crmkit.queries.finding import holder_of
    from crmkit.records.typed import fen, late

    archive, run = ctx.archive, ctx.run
    rows = []
    for present in plans.courses_of(archive, run, archive.all(Plan)):
        for one, due in due_invoices(present):
            person = holder_of(archive, present.plan.customer)
            rows.append({
                "slot": f"{present.plan.id}:{one.k}", "plan": present.plan.id, "k": one.k, "customer": person.id,
                "name": person.name, "settled_on": present.day(one.settled.at).isoformat() if one.settled else None,
                "amount": fen(one.amount), "invoice_due_on": late(due.isoformat(), is_late=due < present.today),
            })  # fmt: skip
    return sorted(rows, key=lambda row: (str(row["invoice_due_on"]), str(row["slot"])))


@writer(
    _("Visits to invoice; with one, it was. Example: crmkit plan invoice PL2611-7k3q9xab:1 --number 0042"),
    many="slot",
    counted="invoiced",
    then=with_callbacks,
    look=Look("slot", _invoices, INVOICE_COLUMNS),
)
def invoice(
    ctx: Context,
    slot: options.SlotId = "",
    k: options.SlotNumber = None,
    number: Annotated[str, typer.Option("--number", metavar="NUMBER", help=_("Of the invoice."))] = "",
    at: options.At = "",
) -> Change:
    """Write down that a visit was invoiced; without one, list those that are to be."""
    archive, run = ctx.archive, ctx.run
    plan, which = plans.find_slot(archive, slot, k)
    present = plans.course_of(archive, run, plan)
    if which is None:
        which = next((one.k for one, _due in due_invoices(present)), None)
    if which is None:
        raise InvalidError(_("{id} has nothing to invoice").format(id=plan.id))
    return taking.take(
        run, calendar_of(archive), present, "invoice", moment_at(run, at), k=which,
        codes={"number": fields.text(number)},
    )  # fmt: skip


@writer(
    _("A visit or an amount of a prepaid card is used. Example: crmkit plan use PL2611-7k3q9xab:3"),
    many="plan",
    counted="used",
    then=with_callbacks,
)
def use(
    ctx: Context,
    plan: options.SlotId,
    k: options.SlotNumber = None,
    visit: Annotated[str, typer.Option("--visit", metavar="VISIT", help=_("Id of the visit at which."))] = "",
    units: Annotated[int | None, typer.Option("--units", metavar="N", min=1, help=_("By default one a unit."))] = None,
    amount: options.Amount = "",
    back: Annotated[str, typer.Option("--back", metavar="STEP", help=_("Take this use back: it was none."))] = "",
    at: options.At = "",
    note: options.Note = "",
) -> Change:
    """Use up what was paid for; a visit of the plan is used once, and never more than is left."""
    archive, run = ctx.archive, ctx.run
    found, number = plans.find_slot(archive, plan, k)
    present, calendar, when = plans.course_of(archive, run, found), calendar_of(archive), moment_at(run, at)
    if back:
        if number is not None or visit or units or amount or at:
            raise InvalidError(_("--back names the whole use; nothing else is said of it but --note"), field="back")
        return taking.give_back(run, calendar, present, back.strip(), fields.text(note))
    if number is None and not units:
        number = _of_the_day(present, when)
    change = taking.use(
        run, calendar, present, when, k=number, visit=find_visit(archive, visit).id if visit else "",
        units=units or 0, amount=fields.fen_typed("amount", amount), note=fields.text(note),
    )  # fmt: skip
    if number is not None and k is None and ":" not in plan.replace("：", ":"):
        ctx.tell(_("taken as visit {k} of {id}").format(k=number, id=found.id))
    return change


@writer(
    _("More is paid onto a card. Example: crmkit plan top-up PL2611-7k3q9xab --paid 500 --visits 5"),
    many="plan",
    counted="topped-up",
    then=with_callbacks,
)
def top_up(
    ctx: Context,
    plan: options.PlanId,
    paid: options.Paid,
    visits: options.VisitCount = None,
    amount: options.Amount = "",
    bonus: options.Bonus = None,
    bonus_amount: options.BonusAmount = "",
    over: options.OverReason = "",
    at: options.At = "",
) -> Change:
    """Add to a prepaid card; above the legal limit only with a reason."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    return taking.top_up(
        run, calendar_of(archive), present, moment_at(run, at), paid=fields.fen_typed("paid", paid),
        visits=visits or 0, bonus=bonus or 0, amount=fields.fen_typed("amount", amount),
        bonus_amount=fields.fen_typed("bonus-amount", bonus_amount), over=fields.text(over),
    )  # fmt: skip


@writer(
    _("What is given back, line by line with -n. Example: crmkit plan refund PL2611-7k3q9xab --cause ours -n"),
    many="plan",
    counted="refunded",
    then=with_callbacks,
)
def refund(
    ctx: Context,
    plan: options.PlanId,
    cause: Annotated[str, typer.Option("--cause", help=options.closed(CAUSES))] = "",
    amount: options.Amount = "",
    at: options.At = "",
    note: options.Note = "",
) -> Change:
    """Take a prepaid card back: the calculation, and the money that is paid with it or after it."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    calendar, when, paid = calendar_of(archive), moment_at(run, at), fields.fen_typed("amount", amount)
    if not cause:
        return taking.pay_back(run, calendar, present, when, paid=paid, note=fields.text(note))
    lines = taking.refund_lines(present, cause, present.day(when))
    ctx.tell(*plans.refund_rows(lines))
    change = taking.refund(run, calendar, present, when, cause=cause, paid=paid, note=fields.text(note))
    told = {line.what: line.amount for line in lines}  # fen, by which a script checks the calculation
    return msgspec.structs.replace(change, counts={**change.counts, **told})


def _to_settle(present: PlanCourse) -> int:
    """The first visit that was made and is not settled."""
    for one in present.slots:
        if (one.reports or one.unmade) and one.state != "skipped" and one.settled is None:
            return one.k
    raise InvalidError(
        _("{id} has no visit to settle").format(id=present.plan.id), _("a visit needs its report: crmkit plan report")
    )


def _of_the_day(present: PlanCourse, when: datetime) -> int | None:
    """The number of the next open visit, where the day lies in its window."""
    day = present.day(when)
    for one in present.open_slots:
        if one.is_within(day):
            return one.k
    return None
