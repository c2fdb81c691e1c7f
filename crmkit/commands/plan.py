"""`crmkit plan`: contracts, prepaid cards, service contracts (保养协议、月卡年卡、服务合同)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.walk import Context, Listing, listing, showing, writer
from crmkit.core import fields
from crmkit.core.calendar.dates import parse_day
from crmkit.core.calendar.spans import day_after, parse_span
from crmkit.core.plans import money, selling, taking
from crmkit.core.plans.course import STATES, course
from crmkit.core.plans.units import units_of
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import plans
from crmkit.queries.cards import find_card
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, holder_of
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card, Plan
from crmkit.records.change import Change
from crmkit.records.plan import MODES
from crmkit.records.typed import Code, fen
from crmkit.result import Row

COLUMNS = (
    "id", "customer", "name", "mode", "starts_on", "ends_on", "state", "next_on", "next", "visits_left", "value_left",
)  # fmt: skip
AUDIT_COLUMNS = ("id", "customer", "name", "what", "amount", "on", "claim")


@writer(
    _(
        "Sell a plan; -n shows its whole life. Example: crmkit plan add --mode contract --card BJLN-26110042-8 "
        "--every 3m --from 2026-12-01 --months 12 --price 120 -n"
    ),
    many="lines",
    counted="added",
    then=with_callbacks,
)
def add(
    ctx: Context,
    mode: options.PlanMode,
    customer: options.Whose = "",
    cards: options.UnitCards = None,
    every: options.Every = None,
    visits: options.VisitCount = None,
    start: options.FirstDay = "",
    months: options.Months = None,
    until_hours: options.UntilHours = None,
    first: options.FirstVisit = "",
    price: options.VisitPrice = "",
    paid: options.Paid = "",
    paid_on: Annotated[str, typer.Option("--paid-on", metavar="DATE", help=_("By default today."))] = "",
    bonus: options.Bonus = None,
    amount: options.Amount = "",
    bonus_amount: options.BonusAmount = "",
    unlimited: Annotated[bool, typer.Option("--unlimited", help=_("Any number of visits within --months."))] = False,
    list_price: Annotated[
        str, typer.Option("--list-price", metavar="YUAN", help=_("Of a single visit; a refund may be reckoned by it."))
    ] = "",
    basis: Annotated[
        str, typer.Option("--basis", help=_("Of a refund for the customer's cause: share or list (with --list-price)."))
    ] = "",
    waiting_fee: options.WaitingFee = "",
    named: Annotated[bool, typer.Option("--named/--unnamed", help=_("Made out to the customer's name."))] = True,
    terms: options.Terms = "",
    over: options.OverReason = "",
    note: options.Note = "",
    key: Key = "",
) -> Change:
    """Sell a plan: its terms are frozen; every date is known before anything is signed."""
    archive, run = ctx.archive, ctx.run
    units = [find_card(archive, text) for text in cards or ()]
    if customer:
        person = find_customer(archive, customer)
    elif units:
        person = holder_of(archive, units[0].customer)
    else:
        raise InvalidError(_("whose plan is it?"), _("--customer CUSTOMER, or --card NUMBER"))
    if unlimited and (visits or amount):
        raise InvalidError(_("any number of visits, or so many: not both"), field="unlimited")
    calendar = calendar_of(archive)
    draft = Plan(
        customer=person.id, mode=mode, starts_on=_day(run, start) or run.now.date(), months=months or 0,
        every=tuple(every or ()), visits=visits or 0, first_on=_day(run, first), until_hours=until_hours,
        price=fields.fen_typed("price", price), paid=fields.fen_typed("paid", paid), paid_on=_day(run, paid_on),
        bonus=bonus or 0, amount=fields.fen_typed("amount", amount),
        bonus_amount=fields.fen_typed("bonus-amount", bonus_amount),
        list_price=fields.fen_typed("list-price", list_price), basis=basis,
        waiting_fee=fields.fen_typed("waiting-fee", waiting_fee), named=named, terms=fields.text(terms),
        over=fields.text(over), note=fields.text(note),
    )  # fmt: skip

    def decide(run: Run) -> Change:
        others = plans.of_cards(archive, run, units)
        owned = [holder_of(archive, unit.customer).id for unit in units]
        same = [_of(unit, owner) for unit, owner in zip(units, owned, strict=True)]
        return selling.sell(run, calendar, draft, cards=same, others=others)

    change = once(ctx, Plan, key, decide, customer=person.id)
    for plan in (one for one in change.puts if isinstance(one, Plan)):
        present = course(plan, (), calendar, run.now, units_of(units))
        if archive.dry_run:
            ctx.tell(*map(plans.slot_words, present.slots))
        if not plan.terms:
            ctx.tell(_("{id} has no written terms yet: --terms").format(id=plan.id))
    return change


@listing(_("List plans, what is due first. Example: crmkit plan list --ending 30d"), COLUMNS, finds=True)
def list_(
    ctx: Context,
    due: options.Due = "",
    ending: Annotated[str, typer.Option("--ending", metavar="SPAN", help=_("It ends within: 30d, 2w, 1m."))] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help=_("Something is late."))] = False,
    mode: options.PlanMode = "",
    state: Annotated[str, typer.Option("--state", help=options.closed((*STATES, "all"), "plan-"))] = "",
    customer: options.OfCustomer = "",
    card: options.UnitCard = "",
) -> Iterable[Row]:
    """List plans; without --state, a customer or a card those that stand."""
    archive, run = ctx.archive, ctx.run
    state = one_of(state, (*STATES, "all"), _("there is no state {value}"), "plan-", field="state")
    mode = one_of(mode, MODES, _("there is no mode {value}"), "mode-", field="mode")
    last = ctx.session.last_day(due, run.now) if due else None
    until = day_after(run.now.date(), parse_span(f"+{ending.strip().lstrip('+')}")) if ending else None
    found: Iterable[Plan]
    if customer:
        found = archive.of(Plan, find_customer(archive, customer).id)
    elif card:
        found = plans.plans_with(archive, find_card(archive, card))
    else:
        found = archive.all(Plan)
    rows = []
    for present in plans.courses_of(archive, run, found):
        over = present.ends_on is not None and present.ends_on < present.today
        closed = present.plan.ended_on is not None or (present.state in ("ended", "renewed") and over)
        if state not in ("", "all", present.state) or mode not in ("", present.plan.mode):
            continue
        if closed and not (state or customer or card):
            continue
        one = plans.listed(archive, run, present)
        next_on = date.fromisoformat(str(one["next_on"])) if one["next_on"] else None
        if last is not None and (next_on is None or next_on > last):
            continue
        if overdue and (next_on is None or next_on >= present.today):
            continue
        if until is not None and (present.ends_on is None or not present.today <= present.ends_on <= until):
            continue
        rows.append(one)
    return sorted(rows, key=lambda one: (str(one["next_on"] or "~"), str(one["id"])))


@showing(_("One plan with its dates, ledger and steps. Example: crmkit plan show PL2611-7k3q9xab"))
def show(ctx: Context, plan: options.PlanId) -> Row:
    """Show one plan."""
    found = plans.find_plan(ctx.archive, plan)
    return plans.shown(ctx.archive, ctx.run, plans.course_of(ctx.archive, ctx.run, found))


@listing(_("Every date of a plan. Example: crmkit plan slots PL2611-7k3q9xab"), plans.SLOT_COLUMNS)
def slots(ctx: Context, plan: options.PlanId) -> Iterable[Row]:
    """List the dates of a plan, from the first to the last."""
    present = plans.find_course(ctx.archive, ctx.run, plan)
    return [plans.slot_row(present, one) for one in present.slots]


@listing(_("What is not in order with plans. Example: crmkit plan audit --exit-code"), AUDIT_COLUMNS, finds=True)
def audit(ctx: Context) -> Listing:
    """List plans without written terms, above the limits, lapsed with a balance, with a refund or an invoice overdue.

    Where two operators used the same visit, or more than there was, it is listed as well; so is a visit without its
    report, a card of money that lapses too early, and each claim of a service contract without proof.
    """
    archive, run = ctx.archive, ctx.run
    rows = [
        {
            "id": present.plan.id, "customer": present.plan.customer,
            "name": holder_of(archive, present.plan.customer).name, "what": Code(one.what, "audit-"),
            "amount": fen(one.amount), "on": one.on.isoformat() if one.on else None, "claim": one.claim,
        }
        for present in plans.courses_of(archive, run, archive.all(Plan))
        for one in money.audit(present, taking.limit_of(run, present.plan.named), taking.refund_due_on(run, present))
    ]  # fmt: skip
    return Listing(rows, AUDIT_COLUMNS)


def _of(card: Card, owner: str) -> Card:
    """The card with the present id of its customer, whose file may have been merged into another."""
    import msgspec

    return msgspec.structs.replace(card, customer=owner)


def _day(run: Run, typed: str) -> date | None:
    return parse_day(typed, run.now) if typed else None
