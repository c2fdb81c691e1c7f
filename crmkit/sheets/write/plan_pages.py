"""What a customer gets on paper of a plan: its card, its schedule, the condition report of a visit, its account.

Each is on A4 pages of its own, which say how many there are, and bears the id as text and as a code to scan. Nothing
stands there that the paper does not need: a telephone number where somebody goes to the customer, else none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import masked, masked_text, national
from crmkit.core.plans.balance import Balance
from crmkit.core.plans.course import OPEN, PlanCourse, Visiting, intervals
from crmkit.core.plans.money import invoice_on
from crmkit.core.plans.refunds import WORDS, refund_of
from crmkit.core.run import Run
from crmkit.core.tickets.charges import amount
from crmkit.i18n import N_, _, enumerated
from crmkit.labels import label
from crmkit.records import Card, Customer, Plan, Step, Visit
from crmkit.sheets.read.staff_sheets import STRENGTHS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.forms import BOX, TALL, Field, FormLine, declare_styles
from crmkit.sheets.write.papers import (
    WHOLE,
    Paper,
    PaperBlock,
    add_paper,
    beside_code,
    block,
    gap,
    pairs,
    remark,
    signing,
    sum_line,
    table_lines,
    total_lines,
    where_to_ask,
    wide_field,
)
from crmkit.sheets.write.staff_sheets import add_table
from crmkit.sheets.write.strengths import rows_to_fill_in, strength_lines

TICKED, CROSSED = "☑", "—"
TO_FILL_IN = 8  # empty lines of a card whose uses are written down by hand
FEW_UNITS = 3  # in the head of a paper
_TITLES = {
    "card": {1: N_("Month card"), 12: N_("Year card"), 0: N_("Prepaid card")},
    "schedule": {0: N_("Schedule of visits")},
    "report": {0: N_("Condition report")},
    "statement": {0: N_("Statement of account")},
    "strength": {0: N_("Competitive strengths")},
}
PAPERS = tuple(_TITLES)
_REFUNDS = {
    "ours": N_("Refund: our cause"), "customer": N_("Refund: the customer's cause"),
    "seven-days": N_("Refund: within seven days, unused"),
}  # fmt: skip


class PlanFace(NamedTuple):
    """A plan with the records that its papers name."""

    present: PlanCourse
    customer: Customer
    cards: tuple[Card, ...] = ()  # of its units
    products: Mapping[str, str] = {}  # name by code
    staff: Mapping[str, str] = {}  # name by code
    visits: Mapping[str, Visit] = {}  # appointments by id
    k: int | None = None  # of which visit the report is
    earlier: Mapping[str, Card] = {}  # by id, those in whose place `cards` came


def plan_pages(faces: Sequence[PlanFace], paper: str, run: Run, *, mask: bool = False) -> Workbook:
    """One of PAPERS for each plan as a workbook, in the language in use, a sheet for each page.

    With `mask` telephone numbers are hidden wherever they stand.
    """
    write: Callable[[PlanFace, Run, bool], Iterator[PaperBlock]] = {
        "card": _card, "schedule": _schedule, "report": _report, "statement": _statement,
        "strength": _strength,
    }[paper]  # fmt: skip
    papers = []
    for face in faces:
        title, number = _title(face, paper), _number(face)
        told = [number, _("as of {day:%Y-%m-%d}").format(day=face.present.today), run.settings.archive.name]
        head = beside_code(
            wide_field(_("Customer"), face.customer.name),
            *pairs((_("Kind"), label(f"mode-{face.present.plan.mode}")), (_("Valid"), _term(face.present))),
        )
        papers.append(Paper(title, " · ".join(filter(None, told)), number, head, list(write(face, run, mask))))
    book = Workbook(
        title=papers[0].title if papers else _(_TITLES[paper][0]), font=run.settings.report.font, made_at=run.now
    )
    declare_styles(book)
    if paper == "strength":
        add_table(book, STRENGTHS, [row for face in faces for row in rows_to_fill_in(face.present.plan, face.customer)])
    for one in papers:
        add_paper(book, one)
    return book


# what each paper says


def _card(face: PlanFace, run: Run, mask: bool) -> Iterator[PaperBlock]:
    """Whose it is, what is left of it, its visits to tick, its terms."""
    present, plan, left = face.present, face.present.plan, face.present.balance
    yield beside_code(
        *pairs((_("Customer"), face.customer.name), (_("Valid"), _term(present))),
        *_few_units(face),
        *pairs((_("State"), label(f"plan-{present.state}")), (_("Paid, yuan"), _money(left.paid or plan.paid))),
    )
    yield from _many_units(face)
    yield gap()
    if left.kind:
        yield from table_lines(
            ((_("On the card"), 3), (_("Paid for"), 2), (_("Given on top"), 2), (_("Worth, yuan"), 2)), _left(left),
            right=(1, 2, 3),
        )  # fmt: skip
        yield gap()
    if left.kind == "visits" or _ticks(present):
        yield from _boxes(present)
    else:
        yield from _uses(face)
    yield gap()
    yield from _terms(face, run)
    yield where_to_ask(run)


def _schedule(face: PlanFace, run: Run, mask: bool) -> Iterator[PaperBlock]:
    """Every date of a plan, with its window, what became of it and what it came to."""
    present, plan = face.present, face.present.plan
    yield beside_code(
        *pairs((_("Customer"), face.customer.name), (_("Phone"), _phone(face, mask))),
        wide_field(_("Address"), face.customer.address),
        *pairs((_("Kind"), label(f"mode-{plan.mode}")), (_("Valid"), _term(present))),
        *pairs((_("How often"), _every(plan)), (_("Per visit, yuan"), _money(plan.price))),
        *_few_units(face),
    )
    yield from _many_units(face)
    yield gap()
    rows = [
        (
            str(one.k), _on(one.due_on), _window(one), _visit(face, one), label(f"slot-{one.state}"),
            _amount(one.amount), _on(invoice_on(present, one)),
        )
        for one in present.slots
    ]  # fmt: skip
    yield from table_lines(
        (
            (_("Visit"), 1), (_("Due"), 1), (_("Window"), 2), (_("Day of the visit"), 2), (_("State"), 1),
            (_("Amount, yuan"), 1), (_("Invoice due"), 1),
        ),
        rows or [(_("no dates"), *[""] * 6)],
        right=(5,),
    )  # fmt: skip
    settled = [one.amount for one in present.slots if one.amount is not None]
    if settled:
        yield total_lines(sum(settled))
    if any(one.provisional for one in present.slots):
        yield remark(_("Dates that go by a meter, or beyond the public holidays that are known, may still move."))
    yield gap()
    yield from _terms(face, run)
    yield signing(_("Customer: ________________"), _("For us: ________________"))
    yield where_to_ask(run)


def _report(face: PlanFace, run: Run, mask: bool) -> Iterator[PaperBlock]:
    """The condition of each unit at one visit, what is advised, what was settled; boxes where nothing is known yet."""
    present, plan = face.present, face.present.plan
    one = next(one for one in present.slots if one.k == face.k)
    told = [*one.reports.values(), *one.unmade.values()]
    who = dict.fromkeys(face.staff.get(step.by, step.by) for step in told if step.by)
    yield beside_code(
        *pairs((_("Customer"), face.customer.name), (_("Phone"), _phone(face, mask))),
        wide_field(_("Address"), face.customer.address),
        *pairs((_("Visit"), f"{one.k} · {_visit(face, one)}"), (_("Window"), _window(one))),
        *pairs((_("Visitor"), enumerated(who)), (_("State"), label(f"slot-{one.state}"))),
    )
    yield gap()
    units = {unit.card for unit in present.units if not unit.void} | set(one.reports) | set(one.unmade) or {""}
    rows = []
    for place, card in enumerate(sorted(units, key=lambda card: _place(face, card)), 1):
        step = one.reports.get(card) or one.unmade.get(card)
        unit = next((_unit(face, _stood(face, one, step), "\n") for one in face.cards if one.id == card), "")
        rows.append((str(place), unit or label(f"mode-{plan.mode}"), *_found(one, step, card, mask)))
    yield from table_lines(
        ((_("No."), 1), (_("Unit"), 2), (_("Condition"), 1), (_("Finding"), 3), (_("Advice"), 2)), rows,
        least=TALL * 2,
    )  # fmt: skip
    yield gap()
    yield from _settled(face, one)
    yield gap()
    yield signing(_("Customer: ________________"), _("Visitor: ________________"), _("Date: ________________"))
    yield where_to_ask(run)


def _statement(face: PlanFace, run: Run, mask: bool) -> Iterator[PaperBlock]:
    """The account line by line, its sum, and how a refund was reckoned."""
    present, plan, left = face.present, face.present.plan, face.present.balance
    yield beside_code(
        *pairs((_("Customer"), face.customer.name), (_("Kind"), label(f"mode-{plan.mode}"))),
        *pairs((_("Valid"), _term(present)), (_("State"), label(f"plan-{present.state}"))),
        *_few_units(face),
    )
    yield from _many_units(face)
    yield gap()
    if not left.kind:
        yield from _visits_account(face)
    else:
        rows = [
            (
                line.on.isoformat(), label(f"ledger-{line.what}"), _signed(left.kind, line.units),
                _quantity(left.kind, line.left), in_yuan(line.value), in_yuan(line.value_left),
            )
            for line in left.entries
        ]  # fmt: skip
        yield from table_lines(
            (
                (_("Day"), 1), (_("What"), 2), (_counted(left.kind), 1), (_("Remaining"), 1), (_("Worth, yuan"), 2),
                (_("Account, yuan"), 2),
            ),
            rows,
            right=(2, 3, 4, 5),
        )  # fmt: skip
        yield total_lines(left.value_left if left.open else 0, _("Left on the card"))
        yield gap()
        yield from _paid_back(present)
    yield signing(_("Customer: ________________"), _("For us: ________________"), _("Date: ________________"))
    yield where_to_ask(run)


def _strength(face: PlanFace, run: Run, mask: bool) -> Iterator[PaperBlock]:
    """The claims of a service contract beside those of its rivals."""
    yield from strength_lines(face.present.plan, face.customer, _term(face.present))
    yield where_to_ask(run)


# their pieces


def _few_units(face: PlanFace) -> list[FormLine]:
    """The units as a line of the head."""
    few = 0 < len(face.cards) <= FEW_UNITS
    return [wide_field(_("Units served"), "\n".join(_units(face)))] if few else []


def _many_units(face: PlanFace) -> Iterator[PaperBlock]:
    """The units as a table, where the head has no room for them."""
    units = _units(face)
    if len(units) > FEW_UNITS:
        title = _("Units served: {n}").format(n=len(units))
        rows = [[*units[start : start + 3], "", ""][:3] for start in range(0, len(units), 3)]
        yield gap()
        yield from table_lines(((title, 3), ("", 3), ("", 3)), rows)


def _boxes(present: PlanCourse) -> Iterator[PaperBlock]:
    """The visits, used ones ticked with their day; of a card every one that was paid for or given on top."""
    left = present.balance
    yield block(FormLine((Field(_("Visits to tick"), "head", WHOLE),)))
    texts: list[Field] = []
    if left.kind != "visits":
        for one in _ticks(present):
            mark = TICKED if one.done_on else BOX if one.state in OPEN else CROSSED
            day = one.done_on or one.planned_on
            what = "" if one.done_on or one.state in OPEN else f"\n{label(f'slot-{one.state}')}"
            texts.append(Field(f"{mark} {one.k}\n{day or '?'}{what}", "used" if one.done_on else "box"))
    else:
        used = _days_used(present)
        coming = _days_to_come(present)
        for number in range(1, left.issued + 1):
            bonus = _("given on top") if number > left.issued - left.bonus else ""
            if number <= len(used):
                told = (f"{TICKED} {number}", _on(used[number - 1]), bonus)
                texts.append(Field("\n".join(filter(None, told)), "used"))
            else:
                day = next(coming, None) if left.open else None
                mark = BOX if left.open else CROSSED
                texts.append(Field("\n".join(filter(None, (f"{mark} {number}", _on(day), bonus))), "box"))
    least = TALL + 8 + 12 * any(box.text.count("\n") > 1 for box in texts)
    for start in range(0, len(texts), WHOLE):
        row = texts[start : start + WHOLE]
        yield block(FormLine((*row, *[Field("", "box")] * (WHOLE - len(row))), least))


def _ticks(present: PlanCourse) -> list[Visiting]:
    return [one for one in present.slots if one.state != "cancelled"]


def _days_used(present: PlanCourse) -> list[date]:
    """The day of each visit of a card that was used, in their order."""
    return [day for step in present.uses for day in [present.day(step.at)] * step.numbers.get("units", 0)]


def _days_to_come(present: PlanCourse) -> Iterator[date]:
    """The planned day of each visit that is still to be made, once for each unit that stands."""
    for one in present.open_slots:
        if one.planned_on is not None:
            yield from [one.planned_on] * present.visited


def _uses(face: PlanFace) -> Iterator[PaperBlock]:
    """What was used of a card without a number of visits, and lines to write on."""
    left = face.present.balance
    rows = [
        (entry.on.isoformat(), label(f"ledger-{entry.what}"), _signed(left.kind, entry.units),
         _quantity(left.kind, entry.left), "")
        for entry in left.entries
        if entry.what in ("use", "adjust")
    ]  # fmt: skip
    rows += [("", "", "", "", "")] * TO_FILL_IN
    yield from table_lines(
        ((_("Day"), 1), (_("What"), 2), (_counted(left.kind), 1), (_("Remaining"), 1), (_("Signature"), 4)), rows,
        right=(2, 3), least=TALL,
    )  # fmt: skip


def _left(left: Balance) -> Iterator[tuple[str, ...]]:
    """What was paid for, given on top, used and is left."""
    principal, kind = left.issued - left.bonus, left.kind
    gone = min(left.used, principal)
    yield (_("sold or topped up"), _quantity(kind, principal), _quantity(kind, left.bonus), in_yuan(left.paid))
    yield (_("used up to now"), _quantity(kind, gone), _quantity(kind, left.used - gone), in_yuan(left.used_value))
    rest = left.left - left.bonus_left
    yield (_("remaining"), _quantity(kind, rest), _quantity(kind, left.bonus_left), in_yuan(left.value_left))


def _terms(face: PlanFace, run: Run) -> Iterator[PaperBlock]:
    """What was agreed, in sentences."""
    plan = face.present.plan
    said = []
    if plan.mode == "prepaid":
        said.append(_("What was paid for is used first, what was given on top after it."))
        said.append(_("Within 7 days of paying, and unused, all of what was paid is paid back."))
        share = _("Afterwards, what was paid is paid back less the share that was used.")
        listed = _(
            "Afterwards, what was paid is paid back less what was used: at the list price of {price} a visit where you "
            "give the card back, at its share of what was paid where the cause is ours."
        ).format(price=in_yuan(plan.list_price))
        said.append(listed if plan.basis == "list" and plan.list_price else share)
        if plan.named:
            said.append(_("It is made out to your name: what is left does not lapse."))
    else:
        if plan.until_hours:
            said.append(
                _("It ends at {n} hours of the meter, if that is before its last day.").format(n=plan.until_hours)
            )
        if plan.waiting_fee:
            said.append(
                _("Waiting, where a unit is not made available: {price} an hour.").format(
                    price=in_yuan(plan.waiting_fee)
                )
            )
        if plan.mode == "contract":
            said.append(_("Travel is free; parts are charged by the price list."))
        said.append(_("One training in each contract year is free."))
        said.append(_("Notice is given in writing, {n} days before.").format(n=run.settings.plan.notice_days))
    if plan.terms:
        said.append(_("Written terms: {terms}").format(terms=plan.terms))
    text = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(said, 1))
    yield block(FormLine((Field(_("Terms agreed"), "head", WHOLE),)), FormLine((Field(text, "value", WHOLE),)))


def _found(one: Visiting, step: Step | None, card: str, mask: bool) -> tuple[str, str, str]:
    """Condition, finding and advice of a unit; boxes to tick where nobody was there yet."""
    if step is None:
        if one.settled is not None:
            return _("not made available"), "", ""
        ticks = "\n".join(f"{BOX} {label(code)}" for code in ("good", "watch", "repair", "stop"))
        return ticks, "", "\n".join(f"{BOX} {label(code)}" for code in ("none", "watch", "repair", "stop"))
    finding = masked_text(step.note) if mask else step.note
    if card in one.unmade:
        return label(step.codes["outcome"]), finding, ""
    return label(step.codes.get("condition", "")), finding, label(step.codes.get("advice", ""))


def _settled(face: PlanFace, one: Visiting) -> Iterator[PaperBlock]:
    """What a visit came to: units, waiting, parts; nothing before it is settled."""
    plan, step = face.present.plan, one.settled
    if step is None:
        yield remark(_("Not settled yet."))
        return
    numbers = step.numbers
    charged = numbers.get("done", 0) - numbers.get("free", 0)
    rows = []
    if charged or not numbers.get("free"):
        rows.append((_("Units maintained"), f"{charged} × {in_yuan(plan.price)}", in_yuan(charged * plan.price)))
    if numbers.get("free"):
        rows.append((_("Within warranty, free of charge"), str(numbers["free"]), in_yuan(0)))
    if numbers.get("unavailable"):
        rows.append((_("Not made available"), str(numbers["unavailable"]), ""))
    if numbers.get("waited"):
        hours, minutes = divmod(numbers["waited"], 60)
        rows.append((
            _("Waiting"), f"{hours}:{minutes:02} × {in_yuan(plan.waiting_fee)}", in_yuan(numbers.get("waiting", 0)),
        ))  # fmt: skip
    rows += [
        (" ".join(filter(None, (charge.code, face.products.get(charge.code, "")))),
         f"{charge.quantity} × {in_yuan(charge.price)}", in_yuan(amount(charge)))
        for charge in step.charges
    ]  # fmt: skip
    yield from table_lines(((_("Settled"), 5), (_("Quantity"), 2), (_("Amount, yuan"), 2)), rows, right=(1, 2))
    yield total_lines(one.amount or 0)
    due = invoice_on(face.present, one)
    if due is not None and one.amount:
        yield remark(_("The invoice is due by {day}.").format(day=due))


def _visits_account(face: PlanFace) -> Iterator[PaperBlock]:
    """What the visits of a contract came to, and its trainings that were paid for."""
    present, rows, total = face.present, list[tuple[str, ...]](), 0
    for one in present.slots:
        if one.settled is None:
            continue
        numbers, sums = one.settled.numbers, one.amount or 0
        waiting, parts = numbers.get("waiting", 0), sum(map(amount, one.settled.charges))
        total += sums
        number = one.invoiced.codes.get("number", "") if one.invoiced is not None else ""
        due = invoice_on(present, one)
        invoice = number or (_("invoiced") if one.invoiced else _("due by {day}").format(day=due) if sums else "")
        rows.append((
            str(one.k), _on(one.done_on), str(numbers.get("done", 0)), in_yuan(sums - waiting - parts),
            in_yuan(waiting), in_yuan(parts), in_yuan(sums), invoice,
        ))  # fmt: skip
    for step in present.of("train"):
        taken = step.numbers.get("taken", 0)
        total += taken
        told = in_yuan(taken) if taken else _("free")
        rows.append((_("Training"), _on(present.day(step.at)), "", "", "", "", told, ""))
    yield from table_lines(
        (
            (_("Visit"), 1), (_("Day"), 1), (_("Units"), 1), (_("For the units"), 1), (_("Waiting"), 1),
            (_("Parts"), 1), (_("Amount, yuan"), 1), (_("Invoice"), 2),
        ),
        rows or [(_("nothing was settled"), *[""] * 7)],
        right=(2, 3, 4, 5, 6),
    )  # fmt: skip
    yield total_lines(total)


def _paid_back(present: PlanCourse) -> Iterator[PaperBlock]:
    """How a refund was reckoned, what was paid of it, and what is still to be paid."""
    closing = present.closing
    if closing is None or closing.what != "refund":
        return
    left, cause = present.balance, closing.codes.get("cause", "")
    reckoned = refund_of(left.lots, cause, present.day(closing.at), basis=present.plan.basis or "share")
    rows: list[tuple[str, ...]] = [(_(WORDS[line.what]), in_yuan(line.amount)) for line in reckoned[:-1]]
    title = _(_REFUNDS.get(cause, _REFUNDS["ours"]))
    yield from table_lines(((title, WHOLE - 2), (_("Amount, yuan"), 2)), rows, right=(1,))
    yield total_lines(reckoned[-1].amount, _(WORDS["refund"]))
    for step in present.of("refund"):
        if step.numbers.get("paid"):
            yield sum_line(_("Paid back on {day}").format(day=present.day(step.at)), in_yuan(step.numbers["paid"]))
    if left.refund_due:
        yield sum_line(_("Still to be paid back"), in_yuan(left.refund_due), strong=True)
    yield gap()


# their words


def _title(face: PlanFace, paper: str) -> str:
    names, plan = _TITLES[paper], face.present.plan
    if paper == "card" and plan.mode != "prepaid":
        return label(f"mode-{plan.mode}")
    return _(names.get(plan.months, names[0]))


def _number(face: PlanFace) -> str:
    plan = face.present.plan
    return plan.id if face.k is None else f"{plan.id}:{face.k}"


def _units(face: PlanFace) -> list[str]:
    return [_unit(face, card) for card in face.cards]


def _unit(face: PlanFace, card: Card, between: str = " · ") -> str:
    """What a unit is, its serial number, the number of its card."""
    return between.join(filter(None, (face.products.get(card.product, card.product), card.serial, card.number)))


def _stood(face: PlanFace, card: Card, step: Step | None) -> Card:
    """The card of the unit that was visited: the one that stood for it then."""
    return face.earlier.get(step.card, card) if step is not None else card


def _place(face: PlanFace, card: str) -> int:
    """Where a unit stands among those of the plan."""
    return next((place for place, one in enumerate(face.cards) if one.id == card), len(face.cards))


def _phone(face: PlanFace, mask: bool) -> str:
    phone = dial(face.customer)
    number = national(phone) if phone else ""
    return masked(number) if mask else number


def _term(present: PlanCourse) -> str:
    until = str(present.ends_on) if present.ends_on else _("without an end")
    term = f"{present.plan.starts_on} – {until}"
    return f"{term} · " + _("frozen since {day}").format(day=present.frozen) if present.frozen else term


def _visit(face: PlanFace, one: Visiting) -> str:
    """When a visit was made, else when it is to be, and who goes."""
    if one.done_on is not None:
        who = dict.fromkeys(face.staff.get(step.by, step.by) for step in one.reports.values() if step.by)
        return " · ".join((str(one.done_on), *who))
    appointment = face.visits.get(one.visit)
    if appointment is None or one.state != "booked":
        return _on(one.planned_on)
    begins = appointment.begins_at.astimezone(face.present.zone)
    return " · ".join(filter(None, (f"{begins:%Y-%m-%d %H:%M}", face.staff.get(appointment.by, appointment.by))))


def _window(one: Visiting) -> str:
    return f"{one.window_from} – {one.window_to}"


def _on(day: date | None) -> str:
    return day.isoformat() if day else ""


def _every(plan: Plan) -> str:
    """How often, whichever comes first."""
    said = []
    for one in intervals(plan):
        if one.months:
            said.append(_("every {n} months").format(n=one.months) if one.months > 1 else _("every month"))
        elif one.days:
            said.append(_("every {n} days").format(n=one.days))
        else:
            said.append(_("every {n} hours of the meter").format(n=one.hours))
    return _(", or ").join(said)


def _money(fen: int) -> str:
    return in_yuan(fen) if fen else ""


def _amount(fen: int | None) -> str:
    return "" if fen is None else in_yuan(fen)


def _counted(kind: str) -> str:
    """What a card counts in, as the title of a column."""
    return {"visits": _("Visits counted"), "money": _("Yuan")}.get(kind, _("Days"))


def _quantity(kind: str, units: int) -> str:
    return in_yuan(units) if kind == "money" else str(units)


def _signed(kind: str, units: int) -> str:
    return f"{'+' if units > 0 else ''}{_quantity(kind, units)}"
