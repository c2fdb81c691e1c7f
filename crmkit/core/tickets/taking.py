"""A ticket is reported, and one step after the other is taken with it (docs.md: Tickets)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.cards.cards import promises
from crmkit.core.fields import in_yuan
from crmkit.core.run import Run
from crmkit.core.tickets.again import covered_until, same_fault
from crmkit.core.tickets.charges import Bill, bill
from crmkit.core.tickets.clocks import closed, next_at
from crmkit.core.tickets.course import ANSWERS, OPEN, Course, course
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import N_, _
from crmkit.labels import label
from crmkit.records import Card, Customer, Fault, Plan, Product, Step, Ticket
from crmkit.records.change import Change
from crmkit.records.step import Charge
from crmkit.records.ticket import CAUSES

REASONS = ("duplicate", "mistake", "withdrawn", "declined", "not-repairable")  # for which a ticket is cancelled
BACK_DATED_MINUTES = 5  # until which writing down is part of doing
WORDS = {  # what a step is called in a sentence that refuses it
    "reply": N_("an answer"), "promise": N_("a promised time"), "hand": N_("a hand-over"),
    "accept": N_("an acceptance"), "solution": N_("a solution"), "visit": N_("a visit"), "work": N_("work"),
    "wait": N_("a wait"), "resume": N_("the end of a wait"), "replace": N_("a replacement"),
    "solve": N_("solving it"), "follow-up": N_("asking afterwards"), "refund": N_("a refund"),
    "reopen": N_("opening it again"), "cancel": N_("cancelling it"),
}  # fmt: skip


def report(
    run: Run, customer: Customer, *, at: datetime, how: str, symptom: str, card: Card | None = None,
    product: Product | None = None, fault: Fault | None = None, safety: bool = False, promised: datetime | None = None,
    earlier: Sequence[Course] = (), plans: Sequence[Plan] = (), working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """What `customer` reports about a unit: that of `card`, or one of `product` without a card, or neither.

    The promises are those of the card, else those that a card would have today. `earlier` are the other tickets of the
    unit and of those that it replaced, `plans` those that cover it then, the one that pays first. InvalidError for a
    report in the future, a card that does not stand, a fault that the product does not have, and without a symptom or
    a fault.
    """
    if at > run.now:
        raise InvalidError(_("reported at {at}, which lies in the future").format(at=_minute(run, at)))
    if card is not None:
        _must_stand(card)
    code = card.product if card is not None else (product.code if product is not None else "")
    if not symptom and fault is None:
        raise InvalidError(_("neither a symptom nor a fault"), _("say what does not work: --symptom TEXT"))
    _must_have(fault, code)
    coverage, covered_by = _coverage(run, card, earlier, plans, at)
    ticket = Ticket(
        id=run.id_for(Ticket),
        customer=customer.id,
        reported_at=at,
        promises=card.promises if card is not None else promises(run.settings.card),
        card=card.id if card is not None else "",
        product=code,
        how=how,
        symptom=symptom,
        fault=fault.code if fault is not None else "",
        safety=safety,
        coverage=coverage,
        covered_by=covered_by,
        by=run.by,
    )
    again = same_fault(run, ticket, ticket.fault, earlier)
    ticket = msgspec.structs.replace(ticket, again=again.ticket.id if again is not None else "")
    steps: tuple[Step, ...] = ()
    if promised is not None:
        steps = (_step(run, course(ticket, ()), "promise", at, until=_ahead(run, promised, at)),)
    return Change(puts=(*steps, found_by(run, course(ticket, steps), working)), ids=(ticket.id,), counts={"added": 1})


def take(
    run: Run, present: Course, what: str, at: datetime, *,
    by: str = "", note: str = "", codes: Mapping[str, str] | None = None, numbers: Mapping[str, int] | None = None,
    charges: tuple[Charge, ...] = (), until: datetime | None = None, visit: str = "", card: str = "",
    working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """One more step of a ticket, which happened `at`. InvalidError where it cannot have happened then.

    What is written down later than it happened may come between steps that are there, but contradict none of them.
    """
    if until is not None:
        until = _ahead(run, until, at)
    step = _step(
        run, present, what, at, by=by, note=note, codes=codes, numbers=numbers, charges=charges, until=until,
        visit=visit, card=card,
    )  # fmt: skip
    return _taken(run, present, (step,), working)


def solve(
    run: Run, present: Course, at: datetime, *, cause: str, how: str = "", by: str = "", note: str = "",
    fault: Fault | None = None, charges: tuple[Charge, ...] = (), taken: int = 0, working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """It works again, or nothing was wrong with it. InvalidError without a cause, and for a defect without a fault."""
    if cause not in CAUSES:
        raise InvalidError(
            _("{id} is solved only with its cause").format(id=present.ticket.id),
            _("--cause, one of: {choices}").format(choices=", ".join(CAUSES)),
        )
    _must_have(fault, present.ticket.product)
    if cause == "defect" and fault is None and not present.fault:
        raise InvalidError(_("a defect needs the code of its fault"), _("--fault CODE; crmkit fault list shows them"))
    codes = {"cause": cause, "how": how, "fault": fault.code if fault is not None else ""}
    codes |= _check_fee(run) if cause == "no-fault" else {}
    step = _step(run, present, "solve", at, by=by, note=note, codes=codes, numbers={"taken": taken}, charges=charges)
    return _taken(run, present, (step,), working)


def follow_up(
    run: Run, present: Course, at: datetime, *, outcome: str, answers: Mapping[str, str | int], by: str = "",
    note: str = "", working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """The customer is asked after it was solved; whoever says that it is not opens a second cycle with it.

    `outcome` is reached, refused (would not answer), or why nobody was reached. InvalidError for answers of somebody
    who was not reached.
    """
    if answers and outcome not in ("", "reached"):
        raise InvalidError(_("answers of somebody who was not asked: {outcome}").format(outcome=outcome))
    if outcome in ("", "reached") and "solved" not in {**present.now.answers, **answers}:
        raise InvalidError(
            _("whether it is solved was not asked"), _("--solved yes or no, or --outcome no-answer, or refused")
        )
    codes = {name: value for name, value in answers.items() if isinstance(value, str)}
    numbers = {name: value for name, value in answers.items() if isinstance(value, int)}
    codes["outcome"] = outcome or "reached"
    asked = _step(run, present, "follow-up", at, by=by, note=note, codes=codes, numbers=numbers)
    if answers.get("solved") != "no":
        return _taken(run, present, (asked,), working)
    after = _with(present, asked)
    return _taken(run, present, (asked, _step(run, after, "reopen", at, cycle=after.now.number + 1)), working)


def reopen(
    run: Run, present: Course, at: datetime, *, note: str, mistake: bool = False, working: WorkingTime | None = None
) -> Change:  # fmt: skip
    """A second cycle with four new clocks: it was never really solved. InvalidError where it was, or long ago.

    `mistake` says that it was closed by mistake; a fault that was mended and came back is a ticket of its own.
    """
    ticket, cycle = present.ticket, present.now
    if cycle.done is not None:
        last = cycle.done.at + timedelta(days=run.settings.ticket.reopen_days)
        if at > last:
            raise InvalidError(
                _("{id} was solved on {day}; it can be opened again for {n} days").format(
                    id=ticket.id, day=_day(run, cycle.done.at), n=run.settings.ticket.reopen_days
                ),
                _("what is wrong now is a new one: crmkit ticket add"),
            )
        if cycle.answers.get("solved") == "yes" and not mistake:
            raise InvalidError(
                _("the customer said that {id} was solved").format(id=ticket.id),
                _("a fault that came back is a new one: crmkit ticket add; closed by mistake: --mistake"),
            )
    step = _step(
        run, present, "reopen", at, note=note, codes={"reason": "mistake"} if mistake else None, cycle=cycle.number + 1
    )
    return _taken(run, present, (step,), working)


def refund(
    run: Run, present: Course, at: datetime, *, paid: int = 0, declined: bool = False, by: str = "", note: str = "",
    working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """Money back, or the customer does not want it. InvalidError where nothing or less is due."""
    money = bill(present)
    if not money.refund_due:
        raise InvalidError(_("nothing is to be paid back for {id}").format(id=present.ticket.id))
    if declined:
        codes, numbers = {"outcome": "declined"}, {"declined": money.refund_due}
    else:
        codes, numbers = {}, {"paid": paid}
        if not 0 < paid <= money.refund_due:
            raise InvalidError(
                _("{amount} is to be paid back for {id}, not {paid}").format(
                    amount=in_yuan(money.refund_due), id=present.ticket.id, paid=in_yuan(paid)
                )
            )
    step = _step(run, present, "refund", at, by=by, note=note, codes=codes, numbers=numbers)
    return _taken(run, present, (step,), working)


def cancel(
    run: Run, present: Course, at: datetime, *, reason: str, duplicate: str = "", note: str = "",
    working: WorkingTime | None = None,
) -> Change:  # fmt: skip
    """It is dropped: another ticket says the same, it was a mistake, withdrawn, declined after the fault was found, or
    cannot be repaired. InvalidError without a reason, and for a declined repair of which no cause was found.
    """
    if reason not in REASONS or (reason == "duplicate") != bool(duplicate):
        raise InvalidError(
            _("{id} is cancelled only with a reason").format(id=present.ticket.id),
            _("--reason {reasons}, or --duplicate-of ID").format(reasons=", ".join(REASONS[1:])),
        )
    if reason == "declined" and present.cause in ("", "no-fault", "unknown"):
        raise InvalidError(
            _("{id}: no fault was found that could be declined").format(id=present.ticket.id),
            _("crmkit ticket work {id} --cause ... --charge {fee}; before that: --reason withdrawn").format(
                id=present.ticket.id, fee=run.settings.ticket.check_fee
            ),
        )
    if duplicate == present.ticket.id:
        raise InvalidError(_("{id} cannot be a duplicate of itself").format(id=duplicate))
    codes = {"reason": reason, "duplicate": duplicate}
    codes |= _check_fee(run) if reason in ("declined", "not-repairable") else {}
    numbers = {"percent": run.settings.ticket.check_declined_percent if reason == "declined" else 0}
    return _taken(run, present, (_step(run, present, "cancel", at, note=note, codes=codes, numbers=numbers),), working)


def _check_fee(run: Run) -> dict[str, str]:
    """Says, with the step, that of this fee only its `percent` is due (none without one), by the rule of that day."""
    fee = run.settings.ticket.check_fee
    return {"fee": fee} if fee else {}


def state_of(present: Course, money: Bill) -> str:
    """One of `course.STATES`; it is closed once the customer was asked and nothing is to be paid back any more."""
    done = closed(present) and not money.refund_due and present.now.state == "solved"
    return "closed" if done else present.now.state


def missing(present: Course) -> list[str]:
    """The questions that the customer of a solved ticket was not asked yet."""
    asked = present.now.state == "solved" and not present.now.confirmed
    return [name for name in ANSWERS if name not in present.now.answers] if asked else []


def _taken(run: Run, present: Course, steps: tuple[Step, ...], working: WorkingTime | None) -> Change:
    for step in steps:
        if step.at > run.now:
            raise InvalidError(_("{at} lies in the future").format(at=_minute(run, step.at)))
        if step.at < present.ticket.reported_at:
            raise InvalidError(
                _("{at} is before the report, {reported}").format(
                    at=_minute(run, step.at), reported=_minute(run, present.ticket.reported_at)
                )
            )
    after = _with(present, *steps)
    new = [step for step in after.misfits if step not in present.misfits]
    if new:
        raise _refused(run, present, steps, new[0])
    counts = {"added": len(steps), "back-dated": sum(is_back_dated(step) for step in steps)}
    return Change(puts=(*steps, found_by(run, after, working)), ids=(present.ticket.id,), counts=counts)


def is_known(
    present: Course, what: str, at: datetime | None, *, cause: str, note: str, taken: int, charges: tuple[Charge, ...]
) -> bool:  # fmt: skip
    """Whether such a step is there already; without `at`, at whatever time."""
    return any(
        step.what == what
        and at in (None, step.at)
        and (step.codes.get("cause", ""), step.note, step.charges) == (cause, note, charges)
        and step.numbers.get("taken", 0) == taken
        for step in present.steps
    )


def is_back_dated(step: Step) -> bool:
    """Whether a step was written down later than it happened."""
    return step.recorded_at - step.at >= timedelta(minutes=BACK_DATED_MINUTES)


def _refused(run: Run, present: Course, steps: Sequence[Step], misfit: Step) -> CrmkitError:
    """Why `misfit`, one of `steps` or one that was there, does not fit."""
    ticket = present.ticket
    if misfit not in steps:
        return InvalidError(
            _("{what} at {at} would contradict {other} at {later}").format(
                what=_(WORDS[steps[0].what]), at=_minute(run, steps[0].at),
                other=_(WORDS.get(misfit.what, misfit.what)), later=_minute(run, misfit.at),
            )
        )  # fmt: skip
    then = course(ticket, [step for step in present.steps if step.at <= misfit.at]).now
    if misfit.what in ("wait", "resume") and then.state in OPEN:
        if then.waiting:
            return InvalidError(
                _("{id} waits for the customer already, since {at}").format(
                    id=ticket.id, at=_minute(run, then.pauses[-1][0])
                ),
                _("crmkit ticket resume {id} ends it").format(id=ticket.id),
            )
        return InvalidError(_("{id} does not wait for the customer").format(id=ticket.id))
    return InvalidError(
        _("{what} does not fit: at {at} {id} was {state}").format(
            what=_(WORDS[misfit.what]), at=_minute(run, misfit.at), id=ticket.id, state=label(f"ticket-{then.state}")
        ),
        _("what happened so far: crmkit ticket show {id}").format(id=ticket.id),
    )


def _step(
    run: Run, present: Course, what: str, at: datetime, *,
    by: str = "", note: str = "", codes: Mapping[str, str] | None = None, numbers: Mapping[str, int] | None = None,
    charges: tuple[Charge, ...] = (), until: datetime | None = None, visit: str = "", card: str = "", cycle: int = 0,
) -> Step:  # fmt: skip
    return Step(
        id=run.id_for(Step),
        customer=present.ticket.customer,
        about=present.ticket.id,
        what=what,
        at=at,
        recorded_at=run.now,
        by=by or run.by,
        noted_by=run.by if by and by != run.by else "",
        cycle=cycle or present.now.number,
        seq=len(present.steps) + 1,
        note=note,
        until=until,
        codes={name: value for name, value in (codes or {}).items() if value},
        numbers={name: value for name, value in (numbers or {}).items() if value or name == "charged"},
        charges=charges,
        visit=visit,
        card=card,
    )


def _with(present: Course, *steps: Step) -> Course:
    return course(present.ticket, [*present.steps, *steps])


def found_by(run: Run, after: Course, working: WorkingTime | None) -> Ticket:
    """The ticket with what helps to find it."""
    ticket, number = after.ticket, after.now.number
    money = bill(after)
    over = state_of(after, money) in ("closed", "cancelled") and not money.refund_due
    return msgspec.structs.replace(
        ticket,
        reopened=number - 1,
        closed=number if over else min(ticket.closed, number - 1),
        next_at=None if over else next_at(after, run.now, working),
    )


def _coverage(
    run: Run, card: Card | None, earlier: Sequence[Course], plans: Sequence[Plan], at: datetime
) -> tuple[str, str]:
    """What covers a unit that day, and the id of the plan by which: warranty first, so that no paid visit is used up.

    Goodwill is for a person to give.
    """
    until = covered_until(run, card, earlier) if card is not None else None
    if until is not None and at.astimezone(run.now.tzinfo).date() <= until:
        return "warranty", ""
    if plans:
        return ("prepaid" if plans[0].mode == "prepaid" else "contract"), plans[0].id
    return "none", ""


def _must_stand(card: Card) -> None:
    if card.state == "void":
        raise InvalidError(_("card {number} is void: {reason}").format(number=card.number, reason=card.reason))
    if card.state == "replaced":
        raise InvalidError(
            _("card {number} was replaced").format(number=card.number),
            _("its successor: crmkit card show {id}").format(id=card.replaced_by),
        )


def _must_have(fault: Fault | None, product: str) -> None:
    if fault is not None and fault.products and product and product not in fault.products:
        raise InvalidError(
            _("{fault} is no fault of {product}").format(fault=fault.code, product=product),
            _("those of it: crmkit fault list --product {product}").format(product=product),
        )


def _ahead(run: Run, promised: datetime, at: datetime) -> datetime:
    if promised <= at:
        raise InvalidError(
            _("promised for {until}, which is not after {at}").format(until=_minute(run, promised), at=_minute(run, at))
        )
    return promised


def _minute(run: Run, moment: datetime) -> str:
    return f"{moment.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M}"


def _day(run: Run, moment: datetime) -> str:
    return f"{moment.astimezone(run.now.tzinfo):%Y-%m-%d}"
