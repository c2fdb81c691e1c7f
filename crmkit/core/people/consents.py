"""Consents and refusals, and what a refusal cancels at once. Whether a person may be contacted says `reach`.

See docs.md: Calls, Refusals.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from crmkit.core.fields import one_of, text
from crmkit.core.people.reach import unwanted
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Callback, Customer, Invitation, Visit
from crmkit.records.change import Change, together
from crmkit.records.customer import CONSENTS, NO_CONTACT, Consent, Noted
from crmkit.records.typed import Code, plain

Planned = Callback | Visit
CLOSING = "do-not-contact"  # why what was planned is cancelled
DECEASED = "deceased"
NOTHING = Snapshot.of()
NO_LONGER_PLANNED = ("done", "cancelled", "missed")


def give(run: Run, customer: Customer, purpose: str, at: datetime, how: str) -> Change:
    """The person consented to `purpose` at `at`; the latest consent of each purpose is kept, with how it was given.

    Raises InvalidError for an unknown purpose, a time to come, or a consent without how it was given.
    """
    present = _present(run, customer, purpose, at)
    if not text(how):
        raise InvalidError(
            _("it is not said how the consent was given"), _('for example: --how "form of 2026-11-21, signed"')
        )
    if present.given_at is not None and present.given_at >= at:
        return Change(ids=(customer.id,), counts={"unchanged": 1})
    consent = msgspec.structs.replace(present, given_at=at, how=text(how))
    change = Change(puts=(_with(customer, consent),), ids=(customer.id,), counts={"given": 1})
    if consent.given:
        return change
    note = _("{id}: the withdrawal of {time:%Y-%m-%d %H:%M} is not older, and counts")
    return msgspec.structs.replace(change, notes=(note.format(id=customer.id, time=consent.withdrawn_at),))


def withdraw(
    run: Run, customer: Customer, purpose: str, at: datetime, how: str, snapshot: Snapshot = NOTHING
) -> Change:  # fmt: skip
    """The person refused or withdrew consent to `purpose` at `at`; plans that need it are cancelled.

    Raises InvalidError for an unknown purpose or a time to come.
    """
    present = _present(run, customer, purpose, at)
    if present.withdrawn_at is not None and present.withdrawn_at >= at:
        return Change(ids=(customer.id,), counts={"unchanged": 1})
    consent = msgspec.structs.replace(present, withdrawn_at=at, withdrawn_how=text(how))
    change = _stopping(_with(customer, consent), snapshot, {"withdrawn": 1})
    if purpose != "health" or not customer.health_notes or consent.given:
        return change
    note = _("{id} still has notes about health: crmkit lead edit {id} --unset health_notes")
    return msgspec.structs.replace(change, notes=(*change.notes, note.format(id=customer.id)))


def refuse(
    run: Run, customer: Customer, channels: Sequence[str], reason: str, snapshot: Snapshot = NOTHING
) -> Change:  # fmt: skip
    """The person wants no contact by `channels`; plans that this bars are cancelled.

    The reason is kept as a note of the file. Raises InvalidError for a channel that is not one of NO_CONTACT.
    """
    wanted = {*customer.do_not_contact, *_channels(channels)}
    noted = customer.noted
    if text(reason):
        told = Noted(about="no-contact", text=text(reason), on=run.now.date(), channels=tuple(channels))
        noted = (*noted, told)
    after = msgspec.structs.replace(
        customer, do_not_contact=tuple(channel for channel in NO_CONTACT if channel in wanted), noted=noted
    )
    return _stopping(after, snapshot, {"refused" if wanted - {*customer.do_not_contact} else "unchanged": 1})


def refuse_in_call(
    run: Run, call: Change, customer: Customer, channels: Sequence[str], snapshot: Snapshot
) -> Change:  # fmt: skip
    """`call` (the change of a call) together with the refusal heard in it; see `refuse`."""
    after = {record.id: record for record in call.puts}
    person = after.get(customer.id, customer)
    refusal = refuse(run, person if isinstance(person, Customer) else customer, channels, "", snapshot.after(call))
    both = together(call, refusal)
    return msgspec.structs.replace(both, puts=tuple({record.id: record for record in both.puts}.values()))


def allow(customer: Customer, channels: Sequence[str]) -> Change:
    """The person may be contacted again by `channels`; "all" lifts every channel. What was cancelled stays cancelled.

    Raises InvalidError for an unknown channel, and for a single one while all of them are refused.
    """
    lifted = set(_channels(channels))
    if "all" in customer.do_not_contact and "all" not in lifted:
        raise InvalidError(
            _("{id} wants no contact by any channel").format(id=customer.id),
            _("--channel all --off lifts that; then refuse single channels"),
        )
    kept = () if "all" in lifted else tuple(channel for channel in customer.do_not_contact if channel not in lifted)
    after = msgspec.structs.replace(customer, do_not_contact=kept)
    note = _("{id}: a withdrawn consent still stops every contact; see crmkit customer consent {id}")
    return Change(
        puts=(after,) if after != customer else (),
        ids=(customer.id,),
        counts={"allowed" if after != customer else "unchanged": 1},
        notes=(note.format(id=customer.id),) if after.refused("all") and not kept else (),
    )


def deceased(
    run: Run, customer: Customer, on: date | None, snapshot: Snapshot, invitations: Iterable[Invitation] = ()
) -> Change:  # fmt: skip
    """The person has died, `on` that day where it is known: all that is planned is cancelled.

    `invitations` to coming events are made void. The file keeps its history. Files of the same household or number are
    not changed. Raises InvalidError for a day to come.
    """
    if on is not None and on > run.now.date():
        raise InvalidError(_("{day} has not come yet").format(day=on))
    after = msgspec.structs.replace(customer, deceased=True, deceased_on=on or customer.deceased_on)
    stopped = [_cancelled(one, DECEASED) for one in _planned(snapshot)]
    void = [msgspec.structs.replace(one, state="void", reason=DECEASED, seat="") for one in invitations]
    notes = [_("{n} planned calls and visits are cancelled").format(n=len(stopped))] if stopped else []
    notes += [_("invitations that are void: {n}").format(n=len(void))] if void else []
    return Change(
        puts=(*((after,) if after != customer else ()), *stopped, *void),
        ids=(customer.id, *(one.id for one in (*stopped, *void))),
        counts={"deceased" if after != customer else "unchanged": 1, "cancelled": len(stopped), "void": len(void)},
        notes=tuple(notes),
    )


def alive(customer: Customer) -> Change:
    """It was a mistake: the person lives. The planner plans again what its rules ask for."""
    after = msgspec.structs.replace(customer, deceased=False, deceased_on=None)
    changed = after != customer
    return Change(puts=(after,) if changed else (), ids=(customer.id,), counts={"alive" if changed else "unchanged": 1})


def consents_of(customer: Customer) -> list[dict[str, Any]]:
    """Each purpose with its state: given, withdrawn, or "" where the person was never asked."""
    known = {consent.purpose: consent for consent in customer.consents}
    found = [known.get(purpose, Consent(purpose=purpose)) for purpose in CONSENTS]
    return [{**plain(consent), "state": Code(_state(consent))} for consent in found]


def channels_of(customer: Customer) -> list[dict[str, Any]]:
    """Each channel, and whether it may be used for more than a service the person asked for."""
    return [
        {
            "channel": Code(channel),
            "refused": bool({"all", channel} & {*customer.do_not_contact}),
            N_("allowed"): not customer.refused(channel),
        }
        for channel in NO_CONTACT
        if channel != "all"
    ]


def _state(consent: Consent) -> str:
    return "given" if consent.given else "withdrawn" if consent.withdrawn_at is not None else ""


def _present(run: Run, customer: Customer, purpose: str, at: datetime) -> Consent:
    purpose = one_of("purpose", purpose, CONSENTS, needed=True)
    if at > run.now:
        raise InvalidError(_("{time:%Y-%m-%d %H:%M} has not come yet").format(time=at))
    found = (consent for consent in customer.consents if consent.purpose == purpose)
    return next(found, Consent(purpose=purpose))


def _with(customer: Customer, consent: Consent) -> Customer:
    others = {one.purpose: one for one in customer.consents} | {consent.purpose: consent}
    return msgspec.structs.replace(
        customer, consents=tuple(others[purpose] for purpose in CONSENTS if purpose in others)
    )


def _channels(channels: Sequence[str]) -> Sequence[str]:
    return [one_of("channel", channel, NO_CONTACT, needed=True) for channel in channels]


def _stopping(customer: Customer, snapshot: Snapshot, counts: dict[str, int]) -> Change:
    """`customer`, with their unwanted plans cancelled. A note says how many go on."""
    planned = _planned(snapshot)
    stopped = [one for one in planned if unwanted(customer, one.purpose, _channel(one))]
    notes = [_("{n} planned calls and visits are cancelled").format(n=len(stopped))] if stopped else []
    if len(planned) > len(stopped):
        notes.append(
            _("{n} go on: a service they asked for, or by another channel").format(n=len(planned) - len(stopped))
        )
    return Change(
        puts=(customer, *(_cancelled(one, CLOSING) for one in stopped)),
        ids=(customer.id, *(one.id for one in stopped)),
        counts={**counts, "cancelled": len(stopped)},
        notes=tuple(notes),
    )


def _planned(snapshot: Snapshot) -> list[Planned]:
    """The calls and visits that are still to be made."""
    planned: list[Planned] = [*snapshot[Callback], *snapshot[Visit]]
    return [one for one in planned if one.state not in NO_LONGER_PLANNED]


def _channel(planned: Planned) -> str:
    return "visit" if isinstance(planned, Visit) else "call"


def _cancelled(planned: Planned, why: str) -> Planned:
    if isinstance(planned, Visit):
        return msgspec.structs.replace(planned, state="cancelled", reason=why)
    return msgspec.structs.replace(planned, state="cancelled", closing=why)
