"""Invitations (请柬): written, delivered, answered, made void (docs.md: Events). Check-in is in `checkin`."""

from collections.abc import Iterable, Sequence

import msgspec

from crmkit.core import fields
from crmkit.core.events.events import expected, must_be_coming, stands
from crmkit.core.numbers.invitation_numbers import next_number, series
from crmkit.core.people.reach import barred, unreachable
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, Event, Invitation
from crmkit.records.change import Change
from crmkit.records.event import ANSWERS

PURPOSE = "invitation"
CHANNELS = ("call", "visit")  # the ways in which people are invited
MOST_COMPANIONS = 50


def invitation_of(guests: Iterable[Invitation], customer: Customer) -> Invitation | None:
    """The invitation of `customer` among `guests` that stands."""
    return next((guest for guest in guests if stands(guest) and guest.customer == customer.id), None)


def invite(
    run: Run, event: Event, customer: Customer, guests: Sequence[Invitation], *, operator: str,
    numbers: Iterable[str] = (), companions: int = 0, buyer: bool = False, by: str = "", note: str = "",
    over: bool = False,
) -> Change:  # fmt: skip
    """One invitation for `customer` and companions; `buyer` says that they bought before.

    `guests` are the event's invitations so far, `numbers` those that begin with its code. Raises CrmkitError for who is
    invited already; InvalidError for an event that is over or cancelled, for a clone without operator code, for who may
    not be contacted, and where the seats do not suffice unless `over` says so.
    """
    must_be_coming(event, run.now)
    beginning = series(event.code, operator)
    former = invitation_of(guests, customer)
    if former is not None:
        raise CrmkitError(
            _("{id} is invited already, with {number}").format(id=customer.id, number=former.number),
            _("one invitation for each customer; companions: crmkit event answer NUMBER accepted --companions N"),
        )
    refuse_barred(run, customer)
    check_companions(companions)
    if not over:
        check_room(event, guests, 1 + companions)
    invitation = Invitation(
        id=run.id_for(Invitation),
        event_id=event.id,
        customer=customer.id,
        number=next_number(beginning, numbers),
        companions=companions,
        buyer=buyer,
        by=by or run.by,
        note=fields.text(note),
    )
    return Change(puts=(invitation,), ids=(invitation.id,), counts={"invited": 1})


def deliver(run: Run, event: Event, invitation: Invitation) -> Change:
    """`invitation` was handed over; again, it changes nothing.

    Raises InvalidError for one that is void or declined, and for an event that is over or cancelled.
    """
    must_be_coming(event, run.now)
    refuse_void(invitation)
    if invitation.answer == "declined":
        raise InvalidError(
            _("{number} was declined").format(number=invitation.number),
            _("if that changed: crmkit event answer {number} accepted").format(number=invitation.number),
        )
    if invitation.delivered_at is not None:
        return Change(ids=(invitation.id,), counts={"delivered": 0, "unchanged": 1})
    delivered = msgspec.structs.replace(invitation, delivered_at=run.now)
    return Change(puts=(delivered,), ids=(invitation.id,), counts={"delivered": 1, "unchanged": 0})


def answer(
    run: Run, event: Event, invitation: Invitation, said: str, guests: Sequence[Invitation], *,
    companions: int | None = None, reason: str = "", over: bool = False,
) -> Change:  # fmt: skip
    """What the customer said: one of ANSWERS. A later answer takes the place of an earlier one.

    `companions` as they are announced now, None = as invited; `guests` are all invitations of the event. Raises
    InvalidError for another answer, a void invitation, an event that is over or cancelled, and where too few seats
    are left unless `over`.
    """
    said = fields.one_of("answer", said, ANSWERS, needed=True)
    must_be_coming(event, run.now)
    refuse_void(invitation)
    with_them = invitation.companions if companions is None else companions
    check_companions(with_them)
    others = [guest for guest in guests if guest.id != invitation.id]
    more = not expected(invitation) or with_them > invitation.companions
    if said == "accepted" and more and not over:
        check_room(event, others, 1 + with_them)
    answered = msgspec.structs.replace(
        invitation,
        answer=said,
        answered_at=run.now,
        companions=with_them,
        reason=fields.text(reason),
        seat=invitation.seat if said == "accepted" else "",
    )
    return Change(puts=(answered,), ids=(invitation.id,), counts={said: 1})


def void(invitation: Invitation, reason: str) -> Change:
    """`invitation` made void: its number is never given out again, its customer can be invited again.

    Raises InvalidError without a reason, and for one that is void already or was used to come in.
    """
    refuse_void(invitation)
    if invitation.attended_at is not None:
        raise InvalidError(_("{number} was used: its guest came").format(number=invitation.number))
    if not reason.strip():
        raise InvalidError(_("an invitation is made void only with a reason"), _('say why: --reason "lost"'))
    gone = msgspec.structs.replace(invitation, state="void", reason=fields.text(reason), seat="")
    return Change(puts=(gone,), ids=(invitation.id,), counts={"void": 1})


def taken(guests: Iterable[Invitation]) -> int:
    """The seats taken by `guests` and their companions: those who came, else those who are expected."""
    return sum(
        1 + (guest.companions if guest.attended_at is None else guest.came) for guest in guests if expected(guest)
    )


def check_room(event: Event, guests: Iterable[Invitation], wanted: int) -> None:
    """Raises InvalidError where `event` has not as many seats left beside those of `guests`."""
    sat = taken(guests)
    if event.capacity is not None and sat + wanted > event.capacity:
        raise InvalidError(
            _("the event {code} has {capacity} seats and {taken} are taken: no room for {wanted} more").format(
                code=event.code, capacity=event.capacity, taken=sat, wanted=wanted
            ),
            _("go beyond the number of seats with --over"),
        )


def check_companions(companions: int) -> None:
    """Raises InvalidError for a number of companions that cannot be."""
    if not 0 <= companions <= MOST_COMPANIONS:
        raise InvalidError(
            _("{n} companions cannot be").format(n=companions),
            _("a number from 0 to {most}").format(most=MOST_COMPANIONS),
        )


def refuse_barred(run: Run, customer: Customer) -> None:
    """Raises InvalidError for a customer who may be invited neither by phone nor by a visit."""
    why = [barred(run, customer, PURPOSE, channel) for channel in CHANNELS]
    if all(why):
        raise unreachable(run, customer, why[-1])


def refuse_void(invitation: Invitation) -> None:
    """Raises InvalidError for an invitation that is void."""
    if not stands(invitation):
        raise InvalidError(
            _("invitation {number} is void: {reason}").format(number=invitation.number, reason=invitation.reason),
            _("`crmkit event invite` writes a new one"),
        )


def mixture(run: Run, event: Event, guests: Iterable[Invitation]) -> str:
    """Old and new guests who are expected beside the target (`event.old_per_new` where the event has none)."""
    coming = [guest for guest in guests if expected(guest)]
    old = sum(guest.buyer for guest in coming)
    target_old: float = event.target_old or 0
    target_new = event.target_new or 0
    if not target_old and not target_new:
        target_old, target_new = run.settings.event.old_per_new, 1
    return _("{code}: {old} old and {new} new guests invited, target {target_old:g} : {target_new:g}").format(
        code=event.code, old=old, new=len(coming) - old, target_old=target_old, target_new=target_new
    )
