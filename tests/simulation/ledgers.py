"""What must hold of plans after any half-year, and after each of their steps: arithmetic over what `plan show` prints.

Each law yields a sentence for whatever breaks it.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

Shown = dict[str, Any]


class Lot(NamedTuple):
    """What was paid at once, and for how much."""

    paid: int  # fen
    units: int  # principal and bonus


def months_on(anchor: date, months: int) -> date:
    """So many months later, the last day of a shorter month."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def day(text: str) -> date:
    """The day of a printed time or date."""
    return date.fromisoformat(text[:10])


def fitting(plan: Shown) -> list[Shown]:
    """The steps that contradict no other."""
    wrong = {one["step"] for one in plan["misfits"]}
    return [step for step in plan["steps"] if step["id"] not in wrong]


def used_value(lots: Iterable[Lot], used: int) -> int:
    """What was used at its share of what was paid, of the earliest first; a part of a fen is the customer's."""
    value = 0
    for lot in lots:
        taken = min(used, lot.units)
        used -= taken
        value += lot.paid * taken // lot.units
    return value


def _sold(plan: Shown) -> Lot:
    """What was paid when it was sold."""
    units = plan["amount"] + plan["bonus_amount"] if plan["amount"] else plan["visits"] + plan["bonus"]
    return Lot(plan["paid"], units)


def _topped_up(step: Shown) -> Lot:
    return Lot(step["numbers"]["paid"], step["numbers"]["units"] + step["numbers"].get("bonus", 0))


def _frozen(steps: Iterable[Shown]) -> tuple[int, bool]:
    """The days between each freeze and its thaw, and whether it still lies frozen."""
    days, since = 0, None
    for step in steps:
        if step["what"] == "freeze":
            since = day(step["at"])
        elif step["what"] == "thaw" and since is not None:
            days, since = days + (day(step["at"]) - since).days, None
    return days, since is not None


def ledgers_add_up(plans: Iterable[Shown]) -> Iterator[str]:
    """Paid less used less refunded is what is left, after every step of a card of visits or of money."""
    for plan in plans:
        if plan["mode"] != "prepaid":
            continue
        for sentence in _lines_add_up(plan):
            yield f"{plan['id']}: {sentence}"
        if plan["visits"] or plan["amount"]:
            for sentence in _steps_add_up(plan):
                yield f"{plan['id']}: {sentence}"


def _lines_add_up(plan: Shown) -> Iterator[str]:
    paid = used = refunded = left = 0
    for line in plan["ledger"]:
        if line["what"] in ("issue", "bonus", "top-up"):
            paid += line["value"]
        elif line["what"] in ("refund", "transfer"):
            refunded -= line["value"]
        else:
            used -= line["value"]
        left += line["units"]
        if line["value_left"] != paid - used - refunded or line["left"] != left:
            yield f"{line}: paid {paid}, used {used}, refunded {refunded}, units {left}"


def _steps_add_up(plan: Shown) -> Iterator[str]:
    lots, used, closed = [_sold(plan)], 0, False
    lines = {line["step"]: line for line in plan["ledger"] if line["step"] and line["what"] != "list-price"}
    for step in fitting(plan):
        numbers = step.get("numbers", {})
        if step["what"] == "top-up":
            lots.append(_topped_up(step))
        elif step["what"] == "use":
            used += numbers["units"]
        elif step["what"] == "adjust":
            used -= numbers["units"]
        elif step["what"] == "transfer" or (step["what"] == "refund" and "due" in numbers):
            closed = True
            continue
        else:
            continue
        left = sum(lot.paid for lot in lots) - used_value(lots, used)
        if step["id"] in lines and lines[step["id"]]["value_left"] != left:
            yield f"after {step['id']} {left} are left, the ledger says {lines[step['id']]['value_left']}"
        elif step["id"] not in lines:
            yield f"{step['id']} {step['what']} is not in the ledger"
    paid, units = sum(lot.paid for lot in lots), sum(lot.units for lot in lots)
    wanted = None if closed else (paid - used_value(lots, used), units - used)
    said = (plan["value_left"], plan["visits_left"] if plan["visits"] else plan["amount_left"])
    if wanted is not None and said != wanted:
        yield f"{wanted} are left, the command says {said}"


def refunds_are_by_their_basis(plans: Iterable[Shown]) -> Iterator[str]:
    """What is due is reckoned by the basis frozen when it was sold; never below nothing, never above what was paid."""
    for plan in plans:
        steps = fitting(plan)
        closing = next((one for one in steps if one["what"] == "refund" and "due" in one["numbers"]), None)
        if closing is None:
            continue
        before = steps[: steps.index(closing)]
        due = closing["numbers"]["due"]
        paid = plan["paid"] + sum(one["numbers"]["paid"] for one in before if one["what"] == "top-up")
        back = sum(one["numbers"].get("paid", 0) for one in steps if one["what"] == "refund")
        if not 0 <= due <= paid or back > due:
            yield f"{plan['id']}: paid {paid}, due {due}, paid back {back}"
        if (plan["refund_due"] or 0) != due - back:
            yield f"{plan['id']}: {due} due, {back} paid back, the command says {plan['refund_due']}"
        if plan["visits"] or plan["amount"]:
            wanted = _due(plan, before, closing["codes"]["cause"], paid)
        else:
            wanted = _due_of_term(plan, before, closing, paid)
        if due != wanted:
            yield f"{plan['id']}: {closing['codes']['cause']}: {wanted} is due, the command says {due}"


def _due(plan: Shown, before: list[Shown], cause: str, paid: int) -> int:
    lots = [_sold(plan), *(_topped_up(one) for one in before if one["what"] == "top-up")]
    used = sum(one["numbers"]["units"] * (1 if one["what"] == "use" else -1) for one in before
               if one["what"] in ("use", "adjust"))  # fmt: skip
    by_list = cause == "customer" and plan["basis"] == "list" and used
    price = 1 if plan["amount"] else plan["list_price"]
    return max(0, paid - (price * used if by_list else used_value(lots, used)))


def _due_of_term(plan: Shown, before: list[Shown], closing: Shown, paid: int) -> int:
    """Of a card for a term: the whole days that are over, without those on which it was frozen."""
    if closing["codes"]["cause"] == "seven-days":
        return paid
    begun = day(plan["starts_on"])
    term = (months_on(begun, plan["months"]) - begun).days
    frozen, _still = _frozen(before)
    used = max(0, min(term, (day(closing["at"]) - begun).days - frozen))
    return paid - paid * used // term


def nothing_is_used_twice(plans: Iterable[Shown], apart: Collection[str] = ()) -> Iterator[str]:
    """No visit is used, settled or invoiced twice; two uses of two clones (`apart`, by plan) are listed as a conflict.

    Nor is more used than there is, but by two clones.
    """
    for plan in plans:
        given_back = {one["codes"]["use"] for one in fitting(plan) if one["what"] == "adjust"}
        counted = Counter(
            (step["what"], step["numbers"]["k"])
            for step in fitting(plan)
            if step["what"] in ("use", "settle", "invoice") and "k" in step.get("numbers", {})
            if step["id"] not in given_back
        )
        visits = Counter(
            step["visit"] for step in fitting(plan) if step["what"] == "use" and step.get("visit")
            and step["id"] not in given_back
        )  # fmt: skip
        for what, many in [*counted.items(), *visits.items()]:
            if many > 1:
                yield f"{plan['id']}: {what} {many} times"
        if plan["id"] not in apart and (plan["misfits"] or min(plan["visits_left"] or 0, plan["amount_left"] or 0) < 0):
            yield f"{plan['id']}: {plan['misfits']}, {plan['visits_left']} visits, {plan['amount_left']} fen left"


def dates_are_those_of_the_anchor(plans: Iterable[Shown], off: Collection[str], on: Collection[str]) -> Iterator[str]:
    """The k-th date is the anchor's, k intervals later; none before it or after the end; only one on a day off moves.

    `off` are public holidays, `on` the make-up workdays.
    """

    def works(one: date) -> bool:
        return str(one) in on or (one.weekday() < 5 and str(one) not in off)

    for plan in plans:
        begun, end = day(plan["starts_on"]), day(plan["ends_on"]) if plan["ends_on"] else date.max
        by_hand = {step["numbers"]["k"] for step in plan["steps"] if step["what"] in ("book", "move")}
        for slot in plan["slots"]:
            wanted = _nth(plan, slot["k"])
            if wanted is not None and slot["due_on"] != str(wanted):
                yield f"{slot['slot']} is due on {slot['due_on']}, not {wanted}"
            if slot["planned_on"] is None or slot["state"] == "cancelled":
                continue
            planned = day(slot["planned_on"])
            first, last = day(slot["window_from"]), day(slot["window_to"])
            if planned < begun or (planned > end and slot["state"] in ("planned", "booked")):
                yield f"{slot['slot']} is planned for {planned}, the plan is from {begun} to {end}"
            if not first <= planned <= last and slot["k"] not in by_hand:
                yield f"{slot['slot']} is planned for {planned}, outside {first} to {last}"
            if slot["done_on"] and day(slot["done_on"]) < begun:
                yield f"{slot['slot']} was made on {slot['done_on']}, before {begun}"
            free = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            if slot["k"] not in by_hand and not works(planned) and any(map(works, free)) and not slot["provisional"]:
                yield f"{slot['slot']} is planned for {planned}, which is no workday"


def _nth(plan: Shown, k: int) -> date | None:
    """The k-th date by hand; None where it hangs on a meter, a first day of its own, or a number of visits."""
    if len(plan["every"]) != 1 or plan["first_on"] or plan["every"][0].endswith("h"):
        return None
    number, unit = int(plan["every"][0][:-1]), plan["every"][0][-1]
    begun = day(plan["starts_on"])
    if unit in "my":
        return months_on(begun, k * number * (12 if unit == "y" else 1))
    return begun + timedelta(days=k * number * (7 if unit == "w" else 1))


def settlements_are_right(
    plans: Iterable[Shown], prices: Iterable[tuple[date, str, int]], cards: Iterable[Shown] = ()
) -> Iterator[str]:
    """A settled visit comes to its units, the waiting and the parts; its invoice is due a month later."""
    dated, after = list(prices), {card["id"]: card["replaced_by"] for card in cards}
    for plan in plans:
        slots = {slot["k"]: slot for slot in plan["slots"]}
        for step in fitting(plan):
            if step["what"] != "settle":
                continue
            numbers, slot = step["numbers"], slots[step["numbers"]["k"]]
            reports = [one for one in fitting(plan) if one["what"] == "report" and one["numbers"]["k"] == numbers["k"]]
            done = [one for one in reports if not one.get("codes", {}).get("outcome")]
            parts = sum(
                line["quantity"] * max((since, fen) for since, code, fen in dated
                                       if code == line["code"] and since <= day(step["at"]))[1]
                for line in step["charges"]
            )  # fmt: skip
            wanted = len({_standing(one.get("card", ""), after) for one in done}) * plan["price"] + parts
            wanted += plan["waiting_fee"] * numbers.get("waited", 0) // 60
            if numbers.get("amount", 0) != wanted or slot["amount"] != wanted:
                yield f"{slot['slot']} came to {slot['amount']}, not {wanted}"
            if slot["invoice_due_on"] != str(months_on(day(step["at"]), 1)):
                yield f"{slot['slot']}, settled {step['at']}: its invoice is due on {slot['invoice_due_on']}"


def exchanged_units_stay(plans: Iterable[Shown], cards: Iterable[Shown]) -> Iterator[str]:
    """The unit in the place of another is served by its plan as that was, and none is served but those."""
    known = {card["id"]: card for card in cards}
    after = {identifier: card["replaced_by"] for identifier, card in known.items()}
    for plan in plans:
        wanted = [known[_standing(card, after)]["number"] for card in plan["cards"]]
        if plan["units"] != wanted:
            yield f"{plan['id']} serves {plan['units']}, not {wanted}"
        stands = plan["state"] in ("upcoming", "active", "ending")
        gone = not any(known[_standing(card, after)]["state"] != "void" for card in plan["cards"])
        for slot in plan["slots"]:
            inside = slot["planned_on"] and slot["planned_on"] <= (plan["ends_on"] or "9")
            if plan["mode"] == "contract" and stands and not gone and slot["state"] == "cancelled" and inside:
                yield f"{slot['slot']} is cancelled, though its plan and its units stand"


def _standing(card: str, after: Mapping[str, str]) -> str:
    """The card (id) that stands for a unit today."""
    while after.get(card):
        card = after[card]
    return card


def ends_are_kept(plans: Iterable[Shown]) -> Iterator[str]:
    """The last day is the one by its months and what it lay frozen, by its hours, by a notice, or by its end."""
    for plan in plans:
        begun = day(plan["starts_on"])
        if plan["last_on"] or not plan["months"]:
            continue
        last = months_on(begun, plan["months"]) - timedelta(days=1)
        frozen, still = _frozen(fitting(plan))
        if still:
            continue  # it still lies: the end moves on
        last += timedelta(days=frozen)
        meters: dict[str, int] = {}  # the last hours of each machine; the contracts by hours are of one unit
        for step in fitting(plan):
            if step["what"] == "meter" and plan["until_hours"]:
                meters[step["card"]] = step["numbers"]["hours"]
                last = min(last, day(step["at"])) if sum(meters.values()) >= plan["until_hours"] else last
            elif step["what"] == "notice":
                last = max(last, day(step["at"]) + timedelta(days=30))
            elif step["what"] == "end":
                last = min(last, day(step["at"]))
        if plan["ends_on"] != str(last):
            yield f"{plan['id']} ends on {plan['ends_on']}, not {last}"
