"""What the plan commands share: finding plans and their dates, their courses, a plan and its dates as rows."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

import msgspec

from crmkit.archive.archive import Archive
from crmkit.core.calendar.hours import Calendar
from crmkit.core.fields import in_yuan, whole
from crmkit.core.people.reach import barred, number_or_why
from crmkit.core.plans import service, taking
from crmkit.core.plans.balance import PREPAID
from crmkit.core.plans.course import WHY, Misfit, PlanCourse, Visiting, course, covers, intervals, missing_reports
from crmkit.core.plans.money import invoice_on
from crmkit.core.plans.refunds import WORDS, RefundLine
from crmkit.core.plans.slots import notice_until
from crmkit.core.plans.units import Unit, units_of
from crmkit.core.run import Run
from crmkit.core.tickets.charges import amount
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _, clauses, titled
from crmkit.labels import label, of_step
from crmkit.queries.cards import cards_until, find_card
from crmkit.queries.finding import find_product, holder_of
from crmkit.queries.open_records import find_open
from crmkit.queries.work import calendar_of
from crmkit.records import Card, Plan, Step, Visit, type_of
from crmkit.records.change import Change, together
from crmkit.records.plan import Strength
from crmkit.records.typed import Code, FenIfAny, SlotDay, fen, late, sentence
from crmkit.result import Row, row

SLOT_COLUMNS = (
    "slot", "due_on", "planned_on", "window_from", "window_to", "visit", "state", "amount", "invoice_due_on",
)  # fmt: skip


def find_plan(archive: Archive, text: str) -> Plan:
    """The plan with this id or the beginning of it, else the only one that stands of the customer or card named.

    Raises NotFoundError, AmbiguousError.
    """
    return find_open(archive, Plan, text)


def find_slot(archive: Archive, text: str, number: int | None) -> tuple[Plan, int | None]:
    """The plan and the number of the visit that are typed as `PLAN:K`, or as PLAN and K; None where no K was typed.

    Raises InvalidError, NotFoundError, AmbiguousError.
    """
    name, colon, typed = text.strip().replace("：", ":").partition(":")
    if colon:
        number = whole(typed)
    return find_plan(archive, name), number


def course_of(
    archive: Archive, run: Run, plan: Plan, calendar: Calendar | None = None, steps: Iterable[Step] | None = None
) -> PlanCourse:  # fmt: skip
    """How a plan stands now; `steps` in the place of those on file."""
    steps = archive.of(Step, plan.id) if steps is None else steps
    return course(plan, steps, calendar or calendar_of(archive), run.now, _units_of(archive, plan))


def find_course(archive: Archive, run: Run, text: str) -> PlanCourse:
    """The plan that somebody named, with what became of it. Raises as `find_plan` does."""
    return course_of(archive, run, find_plan(archive, text))


def _units_of(archive: Archive, plan: Plan) -> tuple[Unit, ...]:
    def find(card: str) -> Card:
        return archive.get(Card, card)

    return units_of(map(find, plan.cards), find)


def found_after(archive: Archive, run: Run, plan: Plan, steps: Iterable[Step]) -> Plan:
    """The plan with what helps to find it, were these its steps."""
    calendar = calendar_of(archive)
    return taking.found_by(run, calendar, course_of(archive, run, plan, calendar, steps))


def covering(archive: Archive, run: Run, some: Iterable[Plan], card: Card | None, at: datetime) -> list[Plan]:
    """Those of `some` plans that covered the unit of that card when it was `at`, contracts before prepaid cards."""
    moment, calendar, plans = at.astimezone(run.now.tzinfo), calendar_of(archive), []
    for plan in some:
        steps = [step for step in archive.of(Step, plan.id) if step.at <= at]
        units = _units_of(archive, plan)
        if covers(course(plan, steps, calendar, moment, units), card.id if card is not None else ""):
            plans.append(plan)
    return sorted(plans, key=lambda plan: (plan.mode == PREPAID, plan.starts_on, plan.id))


def courses_of(archive: Archive, run: Run, plans: Iterable[Plan]) -> Iterator[PlanCourse]:
    """How each of `plans` stands now."""
    calendar = calendar_of(archive)
    for plan in plans:
        yield course_of(archive, run, plan, calendar)


def of_cards(archive: Archive, run: Run, cards: Iterable[Card]) -> list[PlanCourse]:
    """The plans of the units with these cards."""
    found = {plan.id: plan for card in cards for plan in plans_with(archive, card)}
    return list(courses_of(archive, run, found.values()))


def plans_with(archive: Archive, card: Card) -> list[Plan]:
    """The plans of the unit of `card`, sold with it or with one whose place it took, in order of creation."""
    found = {plan.id: plan for one in cards_until(archive, card.id) for plan in archive.of(Plan, one)}
    return list(found.values())


def going_on(archive: Archive, run: Run, old: Card, new: Card) -> Iterator[str]:
    """What is said of the plans of a unit when `new` takes the place of its card; by hours its meter begins anew."""
    exchanged = new.serial.casefold() != old.serial.casefold()
    for present in of_cards(archive, run, [old]):
        plan = present.plan
        if plan.ended_on is not None or present.closing is not None or not plan.cards:
            continue
        if exchanged and (plan.until_hours is not None or any(one.hours for one in intervals(plan))):
            yield _("{id} goes on with unit {number}; what its meter shows: {command}").format(
                id=plan.id, number=new.number,
                command=f"crmkit plan meter {plan.id} --card {new.number} --reading H --at {new.installed_on}",
            )  # fmt: skip
        else:
            yield _("{id} goes on with unit {number}").format(id=plan.id, number=new.number)


def cards_typed(archive: Archive, present: PlanCourse, texts: Iterable[str]) -> list[str]:
    """The ids of the typed cards, each of a unit of the plan. InvalidError for one that is of none."""
    found = []
    for text in texts:
        card = find_card(archive, text)
        if card.id not in present.by_card:
            raise InvalidError(
                _("unit {number} is not one of {id}").format(number=card.number, id=present.plan.id),
                _("its units: crmkit plan show {id}").format(id=present.plan.id),
            )
        found.append(card.id)
    return list(dict.fromkeys(found))


def with_plans(archive: Archive, run: Run, change: Change) -> Change:
    """`change` of appointments, with what it means for the plans that they were agreed for."""
    effects = []
    for visit in change.puts:
        if not isinstance(visit, Visit) or type_of(visit.about) is not Plan:
            continue
        present = course_of(archive, run, archive.get(Plan, visit.about))
        try:
            effect = taking.visited(run, calendar_of(archive), present, visit)
        except InvalidError as problem:  # the visit is over all the same
            effects.append(Change(notes=(clauses((str(problem), problem.hint)),)))
            continue
        notes = (*effect.notes, *_asked(archive, present, visit))
        effects.append(msgspec.structs.replace(effect, notes=notes, ids=(), counts={}))
    return together(change, *effects)


def _asked(archive: Archive, present: PlanCourse, visit: Visit) -> Iterator[str]:
    """What is to be written down of a visit that was made: of whose units the report is missing."""
    one = next((slot for slot in present.slots if slot.visit == visit.id), None)
    if one is None or visit.state != "done" or present.balance.kind:
        return
    lacking = [archive.get(Card, card).number if card else "" for card in sorted(missing_reports(present, one))]
    if lacking:
        slot = f"{present.plan.id}:{one.k}"
        units = ", ".join(filter(None, lacking))
        yield _("{slot}: a report is missing{units}: crmkit plan report {slot} --condition good").format(
            slot=slot, units=f" ({units})" if units else ""
        )


def due_by(archive: Archive, run: Run, day: date) -> list[PlanCourse]:
    """The plans of which something is due by the end of that day, found in the index."""
    return list(courses_of(archive, run, archive.between(Plan, "plan:", f"plan:{day + timedelta(days=1)}")))


def units_to_visit(archive: Archive, run: Run, present: PlanCourse, last: date, *, named: bool) -> Iterator[Row]:
    """The units that are to be visited by the day `last`, a row each; of a `named` plan the next visit at least.

    None of somebody to whom nobody may go.
    """
    person = holder_of(archive, present.plan.customer)
    if barred(run, person, "maintenance", "visit"):
        return
    cards = {unit.card: archive.get(Card, unit.card) for unit in present.units if not unit.void}
    products = {code: find_product(archive, code).name for code in {card.product for card in cards.values()}}
    for one in present.open_slots:
        if one.planned_on is None or not (one.planned_on <= last or (named and one is present.open_slots[0])):
            continue
        visit = archive.get(Visit, one.visit) if one.visit else None
        times = (visit.begins_at, visit.ends_at) if visit else ()
        for unit in sorted(missing_reports(present, one)):
            card = cards.get(unit)
            yield {
                "slot": f"{present.plan.id}:{one.k}", "plan": present.plan.id, "k": one.k,
                "planned_on": one.planned_on.isoformat(),
                "window": "-".join(f"{moment.astimezone(run.now.tzinfo):%H:%M}" for moment in times),
                "by": visit.by if visit else "", "customer": person.id, "name": person.name,
                "phone": number_or_why(person, label), "address": (visit.address if visit else "") or person.address,
                "unit": " ".join(filter(None, (products[card.product] or card.product, card.serial))) if card else "",
                "card_number": card.number if card else "", "visit": one.visit,
            }  # fmt: skip


def listed(archive: Archive, run: Run, present: PlanCourse, calendar: Calendar | None = None) -> Row:
    """A plan as its row: how it stands, what is due next, what is left of it."""
    plan, left = present.plan, present.balance
    person = holder_of(archive, plan.customer)
    following = taking.coming(run, calendar or calendar_of(archive), present)
    next_on, what = following[0] if following else (None, "")
    refund_on = taking.refund_due_on(run, present)
    return row(
        plan,
        customer=person.id,
        name=person.name,
        state=Code(present.state, "plan-"),
        ends_on=present.ends_on.isoformat() if present.ends_on else None,
        next_on=late(next_on.isoformat(), is_late=next_on < present.today) if next_on else None,
        next=next_words(what),
        done=sum(one.state in ("done", "settled") for one in present.slots),
        visits_left=left.left if left.kind == "visits" else None,
        bonus_left=left.bonus_left if left.kind == "visits" else None,
        amount_left=fen(left.left if left.kind == "money" else None),
        used_value=fen(left.used_value if left.kind else None),
        value_left=fen(left.value_left if left.kind else None),
        refund_due=FenIfAny(left.refund_due),
        refund_due_on=refund_on.isoformat() if refund_on else None,
    )


def shown(archive: Archive, run: Run, present: PlanCourse) -> Row:
    """Everything about one plan: its units, dates, readings, its ledger line by line, its steps, its end."""
    plan, calendar = present.plan, calendar_of(archive)
    review = taking.review_on(run, calendar, present)
    year, next_year = taking.contract_year(plan, max(present.today, plan.starts_on))
    numbers = {card: archive.get(Card, card).number for card in present.by_card}
    trained = any(year <= present.day(step.at) < next_year for step in present.of("train"))
    return {
        **listed(archive, run, present, calendar),
        titled("units", _("units by card")): [numbers[unit.card] for unit in present.units],
        N_("exchanged"): list(_exchanged(present, numbers)),
        N_("review_on"): review.isoformat() if review else None,
        N_("notice_until"): (
            notice_until(present.ends_on, run.settings.plan.notice_days).isoformat()
            if present.ends_on and plan.mode != "prepaid"
            else None
        ),
        N_("training_from"): None if plan.mode == "prepaid" else (next_year if trained else year).isoformat(),
        N_("slots"): [_slot_line(present, one) for one in present.slots],
        N_("ledger"): [
            sentence(
                f"{line.on} · {label(f'ledger-{line.what}')} · {_units(left_kind(present), line.units)} · "
                f"{in_yuan(line.value)} = {in_yuan(line.value_left)}",
                on=line.on.isoformat(), what=Code(line.what, "ledger-"), step=line.step, units=line.units,
                left=line.left, value=fen(line.value), value_left=fen(line.value_left),
            )
            for line in present.balance.entries
        ],
        N_("strengths"): [_strength(one) for one in plan.strengths],
        **(_service(present) if plan.mode == "service" else {}),
        N_("steps"): [_step(present, step, numbers) for step in present.steps],
        N_("misfits"): [_misfit(present, one) for one in present.misfits],
    }  # fmt: skip


def _exchanged(present: PlanCourse, numbers: Mapping[str, str]) -> Iterator[Row]:
    """The units whose cards were replaced: by which, and on which day."""
    for unit in present.units:
        for one in unit.earlier:
            old, new = numbers[one.card], numbers[one.after]
            yield sentence(f"{old} → {new} · {one.until}", old=old, new=new, on=one.until.isoformat())


def _strength(one: Strength) -> Row:
    told = [one.claim, *one.proofs, one.own, *(f"{rival.name} = {rival.value}" for rival in one.rivals)]
    if not one.proofs:
        told.insert(1, label("unproven"))
    return sentence(" · ".join(filter(None, told)), **msgspec.to_builtins(one))


def team_row(present: PlanCourse) -> Row:
    """Who serves the customer, by role."""
    return {titled(role, label(f"team-{role}")): staff for role, staff in service.team(present).items()}


def missing_codes(present: PlanCourse) -> list[Code]:
    """What must be there before anything goes live."""
    points = (point.partition("-") for point in service.missing(present))
    return [Code(name, family + dash) for family, dash, name in points]


def _service(present: PlanCourse) -> Row:
    by = service.training_by(present)
    return {
        N_("team"): team_row(present),
        N_("missing"): missing_codes(present),
        N_("silent_months"): service.silent_months(present),
        N_("training_by"): by.isoformat() if by else None,
    }


def next_words(what: str) -> str:
    """What is due next, one of `taking.coming`: a visit is its number in data."""
    return titled(what, _("visit {k}").format(k=what)) if what.isdecimal() else Code(what, "next-")


def slot_row(present: PlanCourse, one: Visiting) -> Row:
    """One date of a plan as its row."""
    invoice = invoice_on(present, one)
    is_late = one.planned_on is not None and one.planned_on < present.today and one.state in ("planned", "booked")
    return {
        "slot": f"{present.plan.id}:{one.k}",
        "plan": present.plan.id,
        "k": one.k,
        "due_on": SlotDay(one.due_on) if one.due_on else None,
        "planned_on": late(str(one.planned_on), is_late=is_late) if one.planned_on else None,
        "window_from": one.window_from.isoformat(),
        "window_to": one.window_to.isoformat(),
        "visit": one.visit,
        "state": Code(one.state, "slot-"),
        "done_on": _day(one.done_on),
        "kept": one.kept if one.done_on else None,
        "condition": Code(_worst(one)),
        "provisional": one.provisional,
        N_("at_hours"): one.by_hours.hours if one.by_hours else None,
        N_("hours_a_day"): round(one.by_hours.a_day, 2) if one.by_hours else None,
        "amount": fen(one.amount),
        "invoice_due_on": _day(invoice),
        "invoiced": one.invoiced is not None,
    }


def refund_rows(lines: Iterable[RefundLine]) -> list[str]:
    """The calculation of a refund, a line each."""
    return [f"{_(WORDS[line.what])}: {in_yuan(line.amount)}" for line in lines]


def slot_words(one: Visiting) -> str:
    """A date in a line: 3. 2026-10-01 → 2026-10-08 (2026-08-17 … 2026-11-16)."""
    moved = f" → {one.planned_on}" if one.planned_on != one.due_on else ""
    text = f"{one.k}. {one.due_on or '?'}{moved} ({one.window_from} … {one.window_to})"
    text += " " + taking.basis(one) if one.by_hours else ""
    return text + (" " + label("provisional") if one.provisional else "")


def left_kind(present: PlanCourse) -> str:
    """What a prepaid card counts in: visits, money or days."""
    return present.balance.kind


def _slot_line(present: PlanCourse, one: Visiting) -> Row:
    values = slot_row(present, one)
    return sentence(f"{slot_words(one)} · {label(f'slot-{one.state}')}", **values)


def _units(kind: str, units: int) -> str:
    return f"{'+' if units > 0 else ''}{in_yuan(units) if kind == 'money' else units}"


def _worst(one: Visiting) -> str:
    found = [step.codes.get("condition", "") for step in one.reports.values()]
    order = ("", "good", "watch", "repair", "stop")
    return max(found, key=lambda code: order.index(code) if code in order else 0, default="")


def _step(present: PlanCourse, step: Step, numbers: Mapping[str, str]) -> Row:
    left_out = ("customer", "about", "created_at", "updated_at", "seq")
    plain = {
        name: value for name, value in row(step).items() if name not in left_out and value not in ("", [], {}, None)
    }
    said = [str(present.day(step.at)), label(f"step-{step.what}")]
    said += [f"{present.plan.id}:{step.numbers['k']}"] if "k" in step.numbers else []
    said += [step.by, *of_step(step.codes, numbers)]
    said += [
        f"{label(name)} {in_yuan(value)}" for name, value in step.numbers.items() if name in ("paid", "due", "amount")
    ]
    said += [f"{charge.code} × {charge.quantity} = {in_yuan(amount(charge))}" for charge in step.charges]
    return sentence(" · ".join(filter(None, [*said, step.note])), **plain)


def _misfit(present: PlanCourse, one: Misfit) -> Row:
    words = f"{present.day(one.step.at)} · {label(f'step-{one.step.what}')} · {one.step.id}: {_(WHY[one.why])}"
    return sentence(words, step=one.step.id, why=one.why)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def moment_on(run: Run, day: date) -> datetime:
    """Noon of a day, as a moment."""
    return datetime.combine(day, datetime.min.time(), run.now.tzinfo) + timedelta(hours=12)
