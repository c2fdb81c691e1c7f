"""What the event commands share: finding events and invitations, showing them, the records around an event."""

import re
from collections.abc import Iterable

import msgspec

from crmkit.archive.archive import Archive
from crmkit.core.accounts import Ledger
from crmkit.core.events.events import stands, state_of, state_on
from crmkit.core.events.invitations import mixture
from crmkit.core.numbers import invitation_numbers
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.errors import AmbiguousError, InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.queries.finding import find_record, holder_of, is_customer, named
from crmkit.queries.ledgers import ledger_of
from crmkit.queries.open_records import find_open
from crmkit.queries.work import with_callbacks
from crmkit.records import Event, Invitation, Order
from crmkit.records.change import Change
from crmkit.records.typed import DialString
from crmkit.result import Row, row

ID = re.compile(r"N[0-9]{4}-[0-9a-z]*", re.IGNORECASE)


def find_event(archive: Archive, text: str) -> Event:
    """The event by code, id or prefix of an id. Raises NotFoundError, AmbiguousError."""
    return archive.get(Event, named(archive, "event", Event, text).id)


def find_invitation(archive: Archive, text: str) -> Invitation:
    """The invitation with this number, in any spelling, or id. Raises InvalidError, NotFoundError, AmbiguousError."""
    try:
        numbers = invitation_numbers.readings(text)
    except InvalidError:
        if not ID.fullmatch(text.strip()):
            raise
        return find_record(archive, Invitation, text)
    found = [one for number in numbers for one in archive.find(Invitation, f"number:{number.casefold()}")]
    if not found:
        raise NotFoundError(
            _("{number} is a sound number, but no invitation in this archive has it").format(number=text.strip()),
            _("was it written in another clone? `crmkit sync` brings it here"),
        )
    if len(found) > 1:
        raise AmbiguousError(
            _("{value} fits several: {ids}").format(value=text, ids=", ".join(one.number for one in found)),
            _("give it with its hyphens, or the id"),
        )
    return found[0]


def find_guest(archive: Archive, event: Event, text: str) -> Invitation:
    """The invitation to `event` with this number or id, or the one that a customer has to it.

    Raises as `find_invitation` and `find_customer`; InvalidError for one to another event.
    """
    try:
        invitation = find_invitation(archive, text)
    except (InvalidError, NotFoundError) as problem:
        # what begins with the code was meant as a number, and is never taken for somebody's name or telephone
        if text.strip().upper().startswith(event.code) or not is_customer(archive, text):
            raise problem from None
        return find_open(archive, Invitation, text, lambda one: one.event_id == event.id and stands(one))
    if invitation.event_id != event.id:
        other = archive.get(Event, invitation.event_id)
        raise InvalidError(
            _("{number} is for the event {other} ({name}, {when:%Y-%m-%d %H:%M}), not for {code}").format(
                number=invitation.number, other=other.code, name=other.name, when=other.starts_at, code=event.code
            )
        )
    return invitation


def find_coming(archive: Archive, run: Run, text: str) -> Invitation:
    """The invitation by number or id, or the one alone of a customer to an event that is not over.

    Raises as `find_invitation` and `find_customer`.
    """
    try:
        return find_invitation(archive, text)
    except (InvalidError, NotFoundError):
        if not is_customer(archive, text):
            raise

    def coming(invitation: Invitation) -> bool:
        event = archive.get(Event, invitation.event_id)
        return stands(invitation) and state_on(event, run.now) == "coming"

    return find_open(archive, Invitation, text, coming)


def numbers_of(archive: Archive, event: Event, operator: str) -> list[str]:
    """The numbers that `operator` gave out under the event's code, and perhaps some of other series."""
    beginning = invitation_numbers.series(event.code, operator).casefold()
    return [one.number for one in archive.between(Invitation, f"number:{beginning}0", f"number:{beginning}:")]


def with_mixture(archive: Archive, run: Run, change: Change) -> Change:
    """`change`, by which guests are invited, with what it means for callbacks, and a note of old and new guests."""
    notes = [mixture(run, event, guests_of(archive, event)) for event in _events_in(archive, change)]
    return with_callbacks(archive, run, _noted(change, notes))


def _events_in(archive: Archive, change: Change) -> list[Event]:
    ids = dict.fromkeys(one.event_id for one in change.puts if isinstance(one, Invitation))
    return [archive.get(Event, identifier) for identifier in ids]


def _noted(change: Change, notes: Iterable[str]) -> Change:
    return msgspec.structs.replace(change, notes=(*change.notes, *notes))


def guests_of(archive: Archive, event: Event) -> list[Invitation]:
    """Every invitation to `event`, void ones too, in order of numbers."""
    return sorted(archive.of(Invitation, event.id), key=lambda guest: guest.number)


def orders_of(archive: Archive, event: Event) -> list[Ledger]:
    """The orders that name `event`, with what was paid for them and what came back."""
    return [ledger_of(archive, order) for order in archive.of(Order, event.id)]


def guest_row(archive: Archive, run: Run, event: Event, guest: Invitation) -> Row:
    """An invitation as its row: with its state, its event's code, and the customer's present id, name and number."""
    person = holder_of(archive, guest.customer)
    phone = dial(person)
    return row(
        guest,
        state=state_of(guest, event, run.now),
        code=event.code,
        customer=person.id,
        name=person.name,
        phone=DialString(identity(phone)) if phone else "",
    )


def guest_rows(archive: Archive, run: Run, event: Event, guests: Iterable[Invitation]) -> list[Row]:
    """The rows of several invitations to one event."""
    return [guest_row(archive, run, event, guest) for guest in guests]
