"""A complaint is received, and one step after the other is taken (docs.md: Complaints)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from crmkit.core.complaints.hearing import CHOICES, OPEN, TABLE, Hearing, choices, due, hearing
from crmkit.core.fields import in_yuan, required
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _, enumerated
from crmkit.labels import label
from crmkit.records import Complaint, Customer, Step
from crmkit.records.change import Change
from crmkit.records.complaint import UPHELD


def receive(
    run: Run, customer: Customer, *, at: datetime, how: str, facts: str, wish: str = "", about: str = "",
    staff: str = "", follows: str = "", known: Sequence[Hearing] = (),
) -> Change:  # fmt: skip
    """What `customer` complains of. One of the `known` about the same call, ticket, order or visit is not opened again.

    Raises InvalidError where that one does not say the same, without facts, and for a time in the future.
    """
    there = [one for one in known if about and one.complaint.about == about and (one.state in OPEN or not follows)]
    for one in (present.complaint for present in there):
        told = ((facts, one.facts), (wish, one.wish), (staff, one.staff), (follows, one.follows))
        if all(new.strip() in ("", old) for new, old in told):
            note = _("{id} is about that already").format(id=one.id)
            return Change(ids=(one.id,), counts={"unchanged": 1}, notes=(note,))
    if there:  # what is new must not be lost
        raise _about_that_already(next((one for one in there if one.state in OPEN), there[-1]))
    if at > run.now:
        raise InvalidError(_("{at} lies in the future").format(at=f"{at:%Y-%m-%d %H:%M}"))
    try:
        facts = required(facts)
    except InvalidError:
        raise InvalidError(_("a complaint says what happened"), _("--facts TEXT, in the customer's words")) from None
    complaint = Complaint(
        id=run.id_for(Complaint), customer=customer.id, received_at=at, facts=facts, wish=wish, how=how, about=about,
        staff=staff, follows=follows, by=run.by,
    )  # fmt: skip
    found = found_by(run, hearing(complaint, ()))
    return Change(puts=(found,), ids=(found.id,), counts={"added": 1})


def _about_that_already(present: Hearing) -> InvalidError:
    one = present.complaint
    if present.state not in OPEN:
        hint = _("new facts of one that is over: add --follows {id}")
    elif present.state in TABLE["listen"].states:
        hint = _("write down what is new with crmkit complaint listen {id} --note TEXT")
    else:  # too late for the complaint's own words
        hint = _("write down what is new with crmkit note {customer} TEXT")
    return InvalidError(
        _("{id} is about that already, and says something else").format(id=one.id),
        hint.format(id=one.id, customer=one.customer),
    )


def take(
    run: Run, present: Hearing, what: str, at: datetime, *,
    by: str = "", note: str = "", codes: Mapping[str, str] | None = None, numbers: Mapping[str, int] | None = None,
    until: datetime | None = None,
) -> Change:  # fmt: skip
    """One more step, which happened `at`. InvalidError where it cannot have happened, or something is missing."""
    step = Step(
        id=run.id_for(Step),
        customer=present.complaint.customer,
        about=present.complaint.id,
        what=what,
        at=at,
        recorded_at=run.now,
        by=by or run.by,
        noted_by=run.by if by and by != run.by else "",
        cycle=present.cycle,
        seq=len(present.steps) + 1,
        note=note,
        until=until,
        codes={name: value for name, value in (codes or {}).items() if value},
        numbers={name: value for name, value in (numbers or {}).items() if value},
    )
    if at > run.now:
        raise InvalidError(_("{at} lies in the future").format(at=f"{at:%Y-%m-%d %H:%M}"))
    if at < present.complaint.received_at:
        raise InvalidError(_("{at} is before the complaint").format(at=f"{at:%Y-%m-%d %H:%M}"))
    if until is not None and until <= at:
        raise InvalidError(_("promised for {until}, which is not after {at}").format(
            until=f"{until:%Y-%m-%d %H:%M}", at=f"{at:%Y-%m-%d %H:%M}"))  # fmt: skip
    after = hearing(present.complaint, [*present.steps, step])
    if len(after.misfits) > len(present.misfits):
        raise _refused(present, what)
    return Change(puts=(step, found_by(run, after)), ids=(present.complaint.id,), counts={"added": 1})


def offer(
    run: Run, present: Hearing, at: datetime, texts: Sequence[str], amounts: Mapping[int, int], *,
    reason: str = "", until: datetime | None = None, by: str = "", note: str = "",
) -> Change:  # fmt: skip
    """Something to choose from: two or more, or one and the reason why; `amounts` (fen) by number from 1 on.

    After a reopening it differs from what was offered before. Raises InvalidError.
    """
    offered = {str(number): required(text) for number, text in enumerate(texts, start=1)}
    if len(offered) < CHOICES and not (offered and reason.strip()):
        raise InvalidError(
            _("an offer has two choices or more"), _("--choice TEXT twice, or one with --reason: why there is no other")
        )
    before = {frozenset(choices(one).values()) for one in present.offers if one.cycle < present.cycle}
    if frozenset(offered.values()) in before:
        raise InvalidError(_("that was offered before, and did not satisfy"), _("offer something else"))
    wrong = [number for number in amounts if str(number) not in offered]
    if wrong:
        raise InvalidError(_("there is no choice {number}").format(number=wrong[0]))
    numbers = {str(number): amount for number, amount in amounts.items()}
    return take(
        run, present, "offer", at, codes={**offered, "reason": reason.strip()}, numbers=numbers, until=until, by=by,
        note=note,
    )  # fmt: skip


def agree(run: Run, present: Hearing, at: datetime, choice: int, *, by: str = "", note: str = "") -> Change:
    """The customer chose. InvalidError for a choice that was not offered."""
    standing = present.offers[-1] if present.offers else None
    if standing is not None and str(choice) not in choices(standing):
        raise InvalidError(
            _("there is no choice {number}").format(number=choice),
            _("one of: {choices}").format(choices=", ".join(f"{n} {text}" for n, text in choices(standing).items())),
        )
    promised = standing.numbers.get(str(choice), 0) if standing is not None else 0
    return take(
        run, present, "agree", at, codes={"choice": str(choice)}, numbers={"promised": promised}, by=by, note=note
    )


def carry_out(
    run: Run, present: Hearing, at: datetime, *,
    paid: int = 0, record: str = "", left: bool = False, by: str = "", note: str = "",
) -> Change:  # fmt: skip
    """Part of what was agreed is done; `record` is the id that shows it, `left` says that more is to come.

    Raises InvalidError for more money than was promised, and for none where some is owed and no more is to come.
    """
    owed = present.left
    if present.state == "agreed" and (paid > owed or (owed and not paid and not left)):
        raise InvalidError(
            _("{owed} is to be paid, not {paid}").format(owed=in_yuan(owed), paid=in_yuan(paid)),
            _("--paid {owed}, or --more where more is to come").format(owed=in_yuan(owed)),
        )
    codes = {"record": record, "left": "yes" if left else ""}
    return take(run, present, "carry-out", at, codes=codes, numbers={"paid": paid}, by=by, note=note)


def close(
    run: Run, present: Hearing, at: datetime, *, lesson: str, upheld: str, by: str = ""
) -> Change:  # fmt: skip
    """The end, with what is learnt from it. InvalidError without a lesson, or without saying whether it was upheld."""
    if not lesson.strip():
        raise InvalidError(_("a complaint is closed only with a lesson"), _("--lesson: what changes from now on"))
    if upheld not in UPHELD:
        raise InvalidError(_("was it upheld?"), _("--upheld yes, part or no"))
    codes = {"upheld": upheld, "not-confirmed": "yes" if present.state == "carried-out" else ""}
    return take(run, present, "close", at, note=lesson.strip(), codes=codes, by=by)


def _refused(present: Hearing, what: str) -> InvalidError:
    identifier, state = present.complaint.id, present.state
    if what == "reopen" and present.satisfied == "no":
        return InvalidError(
            _("{id} was opened again before").format(id=identifier),
            _("a person higher up decides: crmkit complaint escalate {id}").format(id=identifier),
        )
    if what in ("call-back", "close") and state == "agreed":
        return InvalidError(
            _("{id}: {owed} of what was promised is not paid").format(id=identifier, owed=in_yuan(present.left)),
            _("crmkit complaint carry-out {id}").format(id=identifier),
        )
    if what == "close" and state == "called-back":
        return InvalidError(
            _("{id}: the customer is not satisfied").format(id=identifier),
            _("crmkit complaint reopen {id}, or escalate").format(id=identifier),
        )
    before = enumerated(label(f"complaint-{one}") for one in TABLE[what].states)
    return InvalidError(
        _("{id} is {state}: that step does not come next").format(id=identifier, state=label(f"complaint-{state}")),
        _("it comes where a complaint is: {states}").format(states=before),
    )


def found_by(run: Run, after: Hearing) -> Complaint:
    """The complaint with what helps to find it."""
    over = after.state in ("closed", "withdrawn")
    return msgspec.structs.replace(
        after.complaint,
        reopened=after.cycle - 1,
        closed=after.cycle if over else min(after.complaint.closed, after.cycle - 1),
        next_at=due(run, after),
    )
