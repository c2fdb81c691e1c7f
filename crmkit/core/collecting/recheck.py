"""The repeat-phone check (重复确认): the number asked a second time, and what calls show about it (docs.md: Repeats).

A number is confirmed by the same answer, or by a call that reached the person. A file becomes suspect by a different
answer, or by a call that shows its last usable number to be false. It is then in no calling list until a number is
confirmed.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from crmkit.core.fields import code_of, one_of
from crmkit.core.phones.phones import identity, looks_made_up, national
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, PhoneCheck, Site
from crmkit.records.change import Change
from crmkit.records.customer import Phone

RESULTS = ("match", "mismatch", "refused", "gone")
WITHOUT_ANSWER = ("refused", "gone")
FALSE = ("mismatch", "wrong", "invalid")  # states of a number that is not the person's
# what the outcome of a call shows about the number: any answer for the person confirms it
SHOWN_BY_CALL = {
    "reached": "confirmed", "declined": "confirmed", "call-later": "confirmed",
    "wrong-number": "wrong", "invalid-number": "invalid", "suspended": "invalid",
}  # fmt: skip


class Recheck(NamedTuple):
    """A file whose number is to be asked again."""

    customer: Customer
    collected_at: datetime
    due_at: datetime
    made_up: bool = False  # a number of it looks made up: it is asked first


def due(run: Run, customers: Iterable[Customer], asked: Container[str]) -> Iterator[Recheck]:
    """The files whose number was never asked a second time and is not confirmed, from `recheck.after_minutes` on.

    `asked` holds the ids of the customers who have a check already.
    """
    wait = timedelta(minutes=run.settings.recheck.after_minutes)
    for customer in customers:
        collected = customer.collected_at or customer.created_at
        if collected is None or collected + wait > run.now or customer.id in asked:
            continue
        if customer.merged_into or customer.deceased:
            continue
        states = {phone.state for phone in customer.phones}
        # asked in person: a refusal of visits counts, one of calls does not
        if "" in states and "confirmed" not in states and not customer.refused("visit"):
            made_up = any(not phone.state and looks_made_up(phone) for phone in customer.phones)
            yield Recheck(customer, collected, collected + wait, made_up)


def answer(run: Run, customer: Customer, text: str) -> Change:
    """What the person said when asked again: `match` where it is a number of the file, else `mismatch`.

    A different answer makes the file suspect, unless another of its numbers is confirmed; the answer is kept with the
    check. `refused` and `gone` in place of an answer are those results. Raises InvalidError where the file has no
    number, or the answer has no digits.
    """
    if code_of(text, WITHOUT_ANSWER) in WITHOUT_ANSWER:
        return set_result(run, customer, text)
    if not customer.phones:
        raise InvalidError(
            _("{id} has no number to compare with").format(id=customer.id),
            _("add it: crmkit lead edit {id} --set phone=NUMBER").format(id=customer.id),
        )
    if not any(char.isdigit() for char in text):
        raise InvalidError(
            _("{answer} is not an answer to the question for the number").format(answer=text or '""'),
            _("`crmkit recheck set ID refused` where the person did not say it, `gone` where they had left"),
        )
    said = _said(run, customer, text)
    known = next((phone for phone in customer.phones if identity(phone) in said), None)
    check = _check(
        run, customer, "match" if known else "mismatch", text, identity(known) if known else next(iter(said), "")
    )
    if known is not None:
        changed = with_state(customer, identity(known), "confirmed")
        return _change(check, customer, changed, ())
    doubted = min(customer.phones, key=lambda phone: ("", "confirmed", *FALSE).index(phone.state))
    changed = with_state(customer, identity(doubted), "mismatch")
    if any(phone.state == "confirmed" for phone in changed.phones):
        return _change(check, customer, changed, ())
    note = _("{id} is suspect: {answer} is not {number}; no calls until a number is confirmed").format(
        id=customer.id, answer=text, number=national(doubted)
    )
    return _change(check, customer, msgspec.structs.replace(changed, suspect=True), (note,))


def is_known(checks: Iterable[PhoneCheck], text: str) -> bool:
    """Whether one of `checks`, those of a customer, holds this answer, or this result where there was none."""
    result = code_of(text, WITHOUT_ANSWER)
    return any(check.answer == text or (not check.answer and check.result == result) for check in checks)


def set_result(run: Run, customer: Customer, result: str) -> Change:
    """The person gave no answer: `refused` or `gone`. The numbers stay as they are. Raises InvalidError."""
    result = one_of("result", result, WITHOUT_ANSWER, needed=True)
    return _change(_check(run, customer, result, "", ""), customer, customer, ())


def after_call(run: Run, customer: Customer, outcome: str, number: str) -> Change:
    """What a call to `number` (an identity) shows about it: confirmed by an answer, wrong or invalid by those outcomes.

    Wrong and invalid hold for every file with the number (docs.md: Repeats).
    """
    if outcome not in SHOWN_BY_CALL or not number:
        return Change()
    state = SHOWN_BY_CALL[outcome]
    changed = with_state(customer, number, state)
    elsewhere = [(other, _shown_by_another(other, number, state)) for other in run.holders(number)]
    others = [after for before, after in elsewhere if after != before and before.id != customer.id]
    note = _("{id} is suspect: it has no number left; no calls until one is confirmed").format(id=customer.id)
    notes = [note] if changed.suspect and not customer.suspect else []
    if others:
        ids = ", ".join(other.id for other in others)
        notes.append(_("the number is also that of {id}: what was found holds there as well").format(id=ids))
    return Change(puts=(*((changed,) if changed != customer else ()), *others), notes=tuple(notes))


def as_learnt(customer: Customer, number: str, others: Iterable[Customer]) -> Customer:
    """`customer` with a new `number` (an identity) that `others` have too: false here if it is false there.

    Not if it is confirmed for one of them: then the question is only whose it is.
    """
    states = {p.state for one in others if one.id != customer.id for p in one.phones if identity(p) == number}
    found = next((state for state in ("invalid", "wrong") if state in states and "confirmed" not in states), "")
    return _shown_by_another(customer, number, found) if found else customer


def _shown_by_another(other: Customer, number: str, state: str) -> Customer:
    """`other`, after a call showed the `state` of a number that it shares with another file.

    Invalid: for every file. Wrong: for all but the file where it was confirmed, whose person answers there. An answer
    only shows that the number exists and can be tried again, not whose it is.
    """
    present = next((phone.state for phone in other.phones if identity(phone) == number), "")
    if state == "invalid" or (state == "wrong" and present != "confirmed"):
        return with_state(other, number, state)
    return with_state(other, number, "") if state == "confirmed" and present == "invalid" else other


def _said(run: Run, customer: Customer, text: str) -> tuple[str, ...]:
    """The numbers in an answer; a local number is taken in the area of the file's own landline first."""
    from crmkit.core.phones import phones
    from crmkit.core.phones.numbering_plan import split_landline

    areas = [
        split_landline(phone.e164.removeprefix("+86"))[0] for phone in customer.phones if phone.kind == "landline"
    ]  # fmt: skip
    for area in (*areas, ""):
        numbers = phones.of_file(text, run.settings, area).numbers
        if numbers:
            return tuple(map(identity, numbers))
    return ()


def _check(run: Run, customer: Customer, result: str, text: str, number: str) -> PhoneCheck:
    return PhoneCheck(
        id=run.id_for(PhoneCheck),
        customer=customer.id,
        at=run.now,
        result=result,
        answer=text,
        e164=number,
        by=run.by,
    )


def _change(check: PhoneCheck, before: Customer, after: Customer, notes: tuple[str, ...]) -> Change:
    puts = (check, after) if after != before else (check,)
    return Change(puts=puts, ids=(before.id, check.id), counts={check.result: 1}, notes=notes)


def with_state(customer: Customer, number: str, state: str) -> Customer:
    """The file with that state of a number: a confirmed one clears the file; without a usable one it is suspect."""
    if all(identity(phone) != number for phone in customer.phones):
        return customer
    numbers = tuple(_in_state(phone, state) if identity(phone) == number else phone for phone in customer.phones)
    states = {phone.state for phone in numbers}
    suspect = "confirmed" not in states and (
        states <= set(FALSE) or (customer.suspect and (state != "" or "mismatch" in states))
    )
    return msgspec.structs.replace(customer, phones=numbers, suspect=suspect)


def _in_state(phone: Phone, state: str) -> Phone:
    return msgspec.structs.replace(phone, state=state)


class Tally(NamedTuple):
    """How the numbers of one group of files turned out."""

    group: str
    files: int = 0
    asked: int = 0
    match: int = 0  # by the latest asking of each file
    mismatch: int = 0
    refused: int = 0
    gone: int = 0
    tested: int = 0  # files whose number was shown to be right or false, by an answer or by a call
    false: int = 0  # of those, files with a false number and no confirmed one

    @property
    def false_share(self) -> float | None:
        """The share of false files among the tested ones, 0 to 1; None where none was tested."""
        return self.false / self.tested if self.tested else None


def statistics(
    customers: Iterable[Customer], checks: Iterable[PhoneCheck], group_of: Callable[[Customer], str]
) -> list[Tally]:  # fmt: skip
    """The tally of each group, `group_of` naming the group of a file, in order of that name."""
    latest = {check.customer: check.result for check in sorted(checks, key=lambda check: (check.at, check.id))}
    groups: dict[str, dict[str, int]] = {}
    for customer in customers:
        if customer.merged_into or not customer.phones:
            continue
        result = latest.get(customer.id, "")
        states = {phone.state for phone in customer.phones}
        counts = groups.setdefault(group_of(customer), dict.fromkeys(Tally._fields[1:], 0))
        counts["files"] += 1
        counts["asked"] += bool(result)
        if result in RESULTS:  # another program may have written what we do not know
            counts[result] += 1
        counts["tested"] += bool(states - {""})
        counts["false"] += bool(states & set(FALSE)) and "confirmed" not in states
    return [Tally(name, **groups[name]) for name in sorted(groups)]


def method_of(sites: Iterable[Site]) -> Callable[[Customer], str]:
    """A look-up of the method (stand, lecture ...) of the site at which a file was collected; "" where unknown."""
    methods: Mapping[str, str] = {name: site.method for site in sites for name in (*site.former_names, site.name)}
    return lambda customer: methods.get(customer.site, "")
