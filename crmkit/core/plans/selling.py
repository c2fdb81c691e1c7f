"""A plan is sold, renewed, or handed on to somebody else (docs.md: Plans)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from crmkit.core.calendar.hours import Calendar
from crmkit.core.fields import in_yuan, one_of
from crmkit.core.plans import slots
from crmkit.core.plans.course import MOST_MONTHS, PlanCourse, course, intervals
from crmkit.core.plans.taking import a_step as step_of
from crmkit.core.plans.taking import found_by, must_stay_below, taken
from crmkit.core.plans.units import units_of
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records import Card, Customer, Plan
from crmkit.records.change import Change
from crmkit.records.plan import BASES, MODES


def sell(
    run: Run, calendar: Calendar, draft: Plan, *, cards: Sequence[Card] = (), others: Sequence[PlanCourse] = (),
    staying: Collection[str] = (),
) -> Change:  # fmt: skip
    """The plan `draft`, whose `cards` are those of its units; `others` are the plans that these have already.

    `staying` are the cards (ids) of units that took the place of others: they stay whatever their new warranty says.
    What the law or a habit speaks against is refused without a reason in `over`. InvalidError for terms that do not
    fit each other.
    """
    mode = one_of("mode", draft.mode, MODES, needed=True)
    basis = one_of("basis", draft.basis, BASES) or ("list" if draft.list_price else "share")
    if mode != "prepaid" and (draft.basis or draft.list_price):
        raise InvalidError(_("only a prepaid card has a list price, and a basis to be paid back by"))
    every = tuple(text.strip().lower() for text in draft.every)
    for text in every:
        slots.parse_every(text)
    paid = draft.paid or draft.amount
    plan = msgspec.structs.replace(
        draft,
        id=draft.id or run.id_for(Plan),
        mode=mode,
        every=every,
        basis=basis if mode == "prepaid" else "",
        paid=paid,
        paid_on=draft.paid_on or (run.now.date() if paid else None),
        cards=tuple(dict.fromkeys(card.id for card in cards)),
        by=draft.by or run.by,
    )
    _terms_must_fit(plan)
    if plan.paid_on is not None and plan.paid_on > run.now.date():
        raise InvalidError(_("{day} lies in the future").format(day=plan.paid_on), field="paid-on")
    for card in cards:
        _unit_must_fit(plan, card, staying=card.id in staying)
        _must_not_overlap(plan, card, others)
    if mode == "prepaid":
        must_stay_below(run, plan.named, plan.paid, plan.over)
    present = course(plan, (), calendar, run.now, units_of(cards))
    _visits_must_fit(plan, present)
    return Change(puts=(found_by(run, calendar, present),), ids=(plan.id,), counts={"added": 1})


def renew(
    run: Run, calendar: Calendar, present: PlanCourse, draft: Plan, *,
    cards: Sequence[Card], others: Sequence[PlanCourse],
) -> Change:  # fmt: skip
    """A successor with terms of its own, from the day after the end. InvalidError where there is one already."""
    old = present.plan
    if present.closing is not None and present.closing.what == "renew":
        raise InvalidError(
            _("{id} was renewed already").format(id=old.id),
            _("its successor: crmkit plan show {id}").format(id=present.closing.codes.get("successor", "")),
        )
    if present.of("notice"):
        raise InvalidError(_("notice was given for {id}").format(id=old.id))
    change = sell(
        run, calendar, draft, cards=cards, others=[one for one in others if one.plan.id != old.id],
        staying=[unit.card for unit in present.units if unit.earlier],
    )  # fmt: skip
    new = next(one for one in change.puts if isinstance(one, Plan))
    step = step_of(run, present, "renew", run.now, codes={"successor": new.id})
    ended = taken(run, calendar, present, (step,))
    more = (new.price - old.price) or (new.paid - old.paid)
    notes = (_("{amount} more than before").format(amount=in_yuan(more)),) if more > 0 else ()
    return Change(puts=(*change.puts, *ended.puts), ids=(new.id,), counts={"renewed": 1}, notes=notes)


def successor_of(old: Plan, **terms: Any) -> Plan:
    """The plan that comes after `old`, with its terms but for `terms`; nothing is written down of it yet."""
    return msgspec.structs.replace(
        old, created_at=None, updated_at=None, key="", asked="", next_on=None, ended_on=None, replaces=old.id, **terms
    )


def transfer(
    run: Run, calendar: Calendar, present: PlanCourse, at: datetime, to: Customer, *, cards: Sequence[Card] = ()
) -> Change:  # fmt: skip
    """What is left of a prepaid card goes to somebody else, as a card of their own with the same terms."""
    left, old = present.balance, present.plan
    if to.id == old.customer:
        raise InvalidError(_("{id} is theirs already").format(id=old.id))
    if not left.kind or not left.open or left.left <= 0:
        raise InvalidError(_("nothing is left on {id} that could be handed on").format(id=old.id))
    day = present.day(at)
    rest = left.left - left.bonus_left
    new = successor_of(
        old,
        id=run.id_for(Plan),
        customer=to.id,
        cards=tuple(card.id for card in cards),
        starts_on=max(day, old.starts_on),
        first_on=next((one.due_on for one in present.open_slots if one.due_on and one.due_on > day), None),
        last_on=present.ends_on,
        paid=left.value_left,
        paid_on=day,
        visits=rest if left.kind == "visits" else 0,
        bonus=left.bonus_left if left.kind == "visits" else 0,
        amount=rest if left.kind == "money" else 0,
        bonus_amount=left.bonus_left if left.kind == "money" else 0,
    )
    step = step_of(run, present, "transfer", at, codes={"successor": new.id})
    closed = taken(run, calendar, present, (step,))
    found = found_by(run, calendar, course(new, (), calendar, run.now, units_of(cards)))
    return Change(puts=(found, *closed.puts), ids=(new.id,), counts={"transferred": 1})


def _terms_must_fit(plan: Plan) -> None:
    if plan.months > MOST_MONTHS:
        raise InvalidError(
            _("{n} months are too many; the most is {most}").format(n=plan.months, most=MOST_MONTHS), field="months"
        )
    if plan.last_on is not None and plan.last_on < plan.starts_on:
        raise InvalidError(
            _("it would end on {last}, before it begins on {first}").format(last=plan.last_on, first=plan.starts_on)
        )
    if plan.first_on is not None and plan.first_on < plan.starts_on:
        raise InvalidError(
            _("the first visit, {first}, is before the plan begins, {start}").format(
                first=plan.first_on, start=plan.starts_on
            )
        )
    if plan.until_hours is not None and plan.mode != "contract":
        raise InvalidError(_("only a contract ends by hours"), field="until-hours")
    if plan.mode == "contract":
        if not plan.every and not plan.visits:
            raise InvalidError(_("how often are the units visited?"), _("--every 3m, or --visits N"))
        if not plan.months and plan.last_on is None and plan.until_hours is None:
            raise InvalidError(_("when does it end?"), _("--months N, --until-hours H or both"))
        if plan.paid or plan.bonus or plan.amount:
            raise InvalidError(_("a contract is paid visit by visit"), _("paid beforehand: --mode prepaid"))
    if plan.mode == "prepaid":
        _prepaid_must_fit(plan)


def _prepaid_must_fit(plan: Plan) -> None:
    if not plan.paid:
        raise InvalidError(_("how much was paid?"), _("--paid YUAN"))
    # a successor goes on with what was agreed
    if plan.basis == "list" and not (plan.list_price or plan.amount or plan.replaces):
        raise InvalidError(_("what is the list price of a single visit?"), _("--list-price YUAN, or --basis share"))
    if plan.amount and plan.visits:
        raise InvalidError(_("a card is one of visits or of money, not both"), _("--visits N, or --amount YUAN"))
    if plan.bonus and not plan.visits:
        raise InvalidError(_("visits on top of none"), _("--visits N"))
    if plan.bonus_amount and not plan.amount:
        raise InvalidError(_("money on top of none"), _("--amount YUAN"))
    if not plan.amount and not plan.visits and not plan.months and plan.last_on is None:
        raise InvalidError(_("what was paid for?"), _("--visits N, --amount YUAN, or --months N for a term"))


def _visits_must_fit(plan: Plan, present: PlanCourse) -> None:
    """Raise InvalidError where so many visits do not fit into so many months."""
    every = intervals(plan)
    if any(one.hours for one in every) or (not plan.months and not plan.last_on):
        return
    if not every:
        days = (present.ends_on - plan.starts_on).days + 1 if present.ends_on is not None else plan.visits
        if plan.mode == "contract" and plan.visits > days:
            raise InvalidError(
                _("months and visits do not fit: {visits} visits in {days} days").format(visits=plan.visits, days=days),
                _("change --visits or --months"),
            )
        return
    whole = msgspec.structs.replace(plan, visits=0, bonus=0, mode="contract")
    dates = len(course(whole, (), Calendar(), datetime.combine(plan.starts_on, datetime.min.time())).slots)
    if not dates:
        raise InvalidError(
            _("months and visits do not fit: every {every} there is none in {months} months").format(
                every=", ".join(plan.every), months=plan.months
            ),
            _("change --months or --every"),
        )
    if not plan.visits:
        return
    least, most = plan.visits, plan.visits + plan.bonus
    if not least <= dates <= most:
        raise InvalidError(
            _("{visits} visits do not fit into {months} months: every {every} there are {dates}").format(
                visits=plan.visits, months=plan.months, every=", ".join(plan.every), dates=dates
            ),
            _("change --visits, --months or --every"),
        )


def _unit_must_fit(plan: Plan, card: Card, *, staying: bool) -> None:
    if card.state:
        raise InvalidError(
            _("card {number} does not stand: {state}").format(number=card.number, state=label(card.state))
        )
    if card.customer != plan.customer:
        raise InvalidError(
            _("card {number} belongs to another customer").format(number=card.number),
            _("whose it is: crmkit card show {number}").format(number=card.number),
        )
    if plan.over:
        return
    since = card.installed_on or card.bought_on
    if since is not None and plan.starts_on < since:
        raise InvalidError(
            _("the plan begins on {start}, before the unit {number} was delivered on {day}").format(
                start=plan.starts_on, number=card.number, day=since
            ),
            _("a later --from, or --over REASON"),
        )
    warranty = card.warranty_until if plan.mode == "contract" and not staying else None
    if warranty is not None and warranty >= plan.starts_on:
        raise InvalidError(
            _("unit {number} is under warranty until {day}").format(number=card.number, day=warranty),
            _("a later --from, or say why: --over REASON"),
        )


def _must_not_overlap(plan: Plan, card: Card, others: Sequence[PlanCourse]) -> None:
    if plan.over:
        return
    last = course(plan, (), Calendar(), datetime.combine(plan.starts_on, datetime.min.time())).ends_on or date.max
    for other in others:
        standing = other.closing is None or other.closing.what == "renew"
        until = other.ends_on or date.max
        same = other.plan.mode == plan.mode and card.id in other.by_card and other.plan.id != plan.id
        if same and standing and other.plan.starts_on <= last and plan.starts_on <= until:
            raise InvalidError(
                _("{id} covers unit {number} already, until {day}").format(
                    id=other.plan.id, number=card.number, day=other.ends_on or "…"
                ),
                _("a --from after it, crmkit plan renew {id}, or --over REASON").format(id=other.plan.id),
            )


def day_after(present: PlanCourse) -> date | None:
    """The first day after a plan, today where its card is used up before; None where it has no end."""
    if present.state == "used-up":
        return present.today
    return None if present.ends_on is None else present.ends_on + timedelta(days=1)
