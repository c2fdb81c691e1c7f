"""`crmkit plan review`, `renew`, `notice`, `end`, `freeze`, `thaw`, `transfer`: a plan rests, passes on, ends."""

from typing import Annotated

import msgspec
import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Look, writer
from crmkit.core import fields
from crmkit.core.calendar.dates import parse_day
from crmkit.core.plans import selling, taking
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import plans
from crmkit.queries.cards import find_card
from crmkit.queries.finding import find_customer, holder_of
from crmkit.queries.orders import moment_at
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Card
from crmkit.records.change import Change

REVIEW_COLUMNS = ("id", "customer", "name", "mode", "review_on", "ends_on", "state", "visits_left", "value_left")


def _reviews(ctx: Context) -> list[dict[str, object]]:
    """The plans whose end is to be talked about by today, the earliest end first."""
    archive, run = ctx.archive, ctx.run
    calendar, rows = calendar_of(archive), []
    for present in plans.due_by(archive, run, run.now.date()):
        on = taking.review_on(run, calendar, present)
        if on is not None and on <= present.today:
            rows.append({**plans.listed(archive, run, present, calendar), "review_on": on.isoformat()})
    return sorted(rows, key=lambda row: (str(row["ends_on"]), str(row["id"])))


@writer(
    _("Ends to talk about; with one, what came of it. Example: crmkit plan review PL2611-7k3q --outcome renew"),
    many="plan",
    counted="reviewed",
    then=with_callbacks,
    look=Look("plan", _reviews, REVIEW_COLUMNS),
)
def review(
    ctx: Context,
    plan: options.PlanId = "",
    outcome: Annotated[str, typer.Option("--outcome", help=options.closed(taking.REVIEWS))] = "",
    note: options.Note = "",
) -> Change:
    """Write down the talk about the end, held 30 days before it; without a plan, list those to be held."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    return taking.review(run, calendar_of(archive), present, outcome=outcome, note=fields.text(note))


@writer(
    _("A successor, with its own terms. Example: crmkit plan renew PL2611-7k3q9xab --months 12 --price 130"),
    many="plan",
    counted="renewed",
    then=with_callbacks,
)
def renew(
    ctx: Context,
    plan: options.PlanId,
    start: options.FirstDay = "",
    months: options.Months = None,
    cards: options.UnitCards = None,
    every: options.Every = None,
    visits: options.VisitCount = None,
    until_hours: options.UntilHours = None,
    first: options.FirstVisit = "",
    price: options.VisitPrice = "",
    paid: options.Paid = "",
    bonus: options.Bonus = None,
    amount: options.Amount = "",
    bonus_amount: options.BonusAmount = "",
    terms: options.Terms = "",
    over: options.OverReason = "",
) -> Change:
    """Renew a plan: what is not typed is as before; what it costs more is said."""
    archive, run = ctx.archive, ctx.run
    old = plans.find_plan(archive, plan)
    present = plans.course_of(archive, run, old)
    begins = parse_day(start, run.now) if start else selling.day_after(present)
    if begins is None:
        raise InvalidError(_("{id} has no end; from when on?").format(id=old.id), _("--from DATE"))
    units = [find_card(archive, text) for text in cards or ()] or [
        archive.get(Card, unit.card) for unit in present.units
    ]
    owner = holder_of(archive, old.customer).id
    draft = selling.successor_of(
        old, id="", last_on=None, customer=owner, starts_on=begins, months=months or old.months,
        every=tuple(every) if every else old.every, visits=visits or old.visits,
        until_hours=until_hours or old.until_hours, first_on=parse_day(first, run.now) if first else None,
        price=fields.fen_typed("price", price) if price else old.price,
        paid=fields.fen_typed("paid", paid) or (0 if amount else old.paid), paid_on=None,
        bonus=bonus or (0 if visits else old.bonus), amount=fields.fen_typed("amount", amount) or old.amount,
        bonus_amount=fields.fen_typed("bonus-amount", bonus_amount) or (0 if amount else old.bonus_amount),
        terms=fields.text(terms), over=fields.text(over), by=run.by, note="",
    )  # fmt: skip
    same = [msgspec.structs.replace(unit, customer=holder_of(archive, unit.customer).id) for unit in units]
    return selling.renew(
        run, calendar_of(archive), present, draft, cards=same, others=plans.of_cards(archive, run, same)
    )  # fmt: skip


@writer(
    _("A written notice came in. Example: crmkit plan notice PL2611-7k3q9xab --received 2027-01-20 --by customer"),
    many="plan",
    counted="noticed",
    then=with_callbacks,
)
def notice(
    ctx: Context,
    plan: options.PlanId,
    received: Annotated[str, typer.Option("--received", metavar="DATE", help=_("By default today."))] = "",
    party: Annotated[str, typer.Option("--by", help=_("Whose notice: customer (default) or ours."))] = "",
    note: options.Note = "",
) -> Change:
    """Write down a notice: the plan ends on its own end where it came in time, else after the days of a notice."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    return taking.notice(
        run, calendar_of(archive), present, moment_at(run, received), party=party, note=fields.text(note)
    )


@writer(
    _("A plan is over. Example: crmkit plan end PL2611-7k3q9xab --reason 叉车已出售"),
    many="plan",
    counted="ended",
    shared=("reason",),
    then=with_callbacks,
)
def end(ctx: Context, plan: options.PlanId, reason: options.Reason = "", at: options.Day = "") -> Change:
    """End a plan: what is open of it is cancelled, what was done stays."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    return taking.end(run, calendar_of(archive), present, moment_at(run, at), reason=fields.text(reason))


@writer(
    _("A prepaid card rests; its term goes on after it. Example: crmkit plan freeze PL2611-7k3q9xab --note 搬家"),
    many="plan",
    counted="frozen",
    then=with_callbacks,
)
def freeze(ctx: Context, plan: options.PlanId, at: options.At = "", note: options.Note = "") -> Change:
    """Freeze a prepaid card."""
    return _rest(ctx, plan, "freeze", at, note)


@writer(
    _("A frozen card goes on. Example: crmkit plan thaw PL2611-7k3q9xab"),
    many="plan",
    counted="thawed",
    then=with_callbacks,
)
def thaw(ctx: Context, plan: options.PlanId, at: options.At = "", note: options.Note = "") -> Change:
    """Let a frozen card go on; the days of rest are added to its term."""
    return _rest(ctx, plan, "thaw", at, note)


@writer(
    _("What is left goes to somebody else. Example: crmkit plan transfer PL2611-7k3q9xab --to 13900541731"),
    many="plan",
    counted="transferred",
    then=with_callbacks,
)
def transfer(
    ctx: Context,
    plan: options.PlanId,
    to: Annotated[str, typer.Option("--to", metavar="CUSTOMER", help=_("Name, number or id."))],
    cards: options.UnitCards = None,
    at: options.At = "",
) -> Change:
    """Hand what is left of a prepaid card on, as a card of its own with the same terms."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    units = [find_card(archive, text) for text in cards or ()]
    person = find_customer(archive, to)
    return selling.transfer(run, calendar_of(archive), present, moment_at(run, at), person, cards=units)


def _rest(ctx: Context, plan: str, what: str, at: str, note: str) -> Change:
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    taking.must_be_prepaid(present)
    return taking.take(run, calendar_of(archive), present, what, moment_at(run, at), note=fields.text(note))
