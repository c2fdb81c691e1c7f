"""Sent messages: each counts as a contact of its sender; none is sent twice (docs.md: Customers)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from crmkit.core.calendar.occasions import day_of
from crmkit.core.fields import one_of_them
from crmkit.core.messages.mailing import check_key
from crmkit.core.planning.planning import STILL_PLANNED
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Callback, Customer, Message, Record
from crmkit.records.change import Change
from crmkit.records.message import CHANNELS

GREETED = "message"  # why a greeting callback was finished without a call


class Sent(NamedTuple):
    """One message as it went out."""

    customer: Customer
    occasion: str  # its key
    text: str
    channel: str = "sms"
    phone: str = ""  # E.164
    template: str = ""


def key_of(customer: str, occasion: str) -> str:
    """The index key under which a customer's message on an occasion is found."""
    return f"sent:{customer}:{occasion}"


def greeted_by_call(run: Run, customer: Customer, occasion: str, callbacks: Iterable[Callback]) -> bool:
    """Whether a greeting of that day was made; `callbacks` are the customer's, `occasion` the key."""
    return any(one.state == "done" for one in _greetings(run, customer, occasion, callbacks))


class Outbox:
    """The messages of one run: at most one per person and occasion."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.puts: dict[str, Record] = {}
        self.ids: list[str] = []
        self.seen: set[str] = set()
        self.unchanged = 0

    def add(self, sent: Sent, earlier: Iterable[Message], callbacks: Iterable[Callback]) -> None:
        """Record a message, and close the greeting callback of that day: nobody is greeted twice.

        `earlier` are the messages with the same `key_of`, `callbacks` the customer's. Raises InvalidError for a message
        without text, of an unknown channel or occasion, or where nobody is named as its sender.
        """
        self._check(sent)
        key = key_of(sent.customer.id, sent.occasion)
        if key in self.seen or any(earlier):
            self.unchanged += 1
            return
        self.seen.add(key)
        greetings = _greetings(self.run, sent.customer, sent.occasion, callbacks)
        planned = next((one for one in greetings if one.state in STILL_PLANNED), None)
        message = Message(
            id=self.run.id_for(Message),
            customer=sent.customer.id,
            at=self.run.now,
            occasion=sent.occasion,
            template=sent.template,
            channel=sent.channel,
            phone=sent.phone,
            text=sent.text,
            callback=planned.id if planned else "",
            by=self.run.by,
        )
        self.ids.append(message.id)
        self.puts[message.id] = message
        if planned is not None:
            self.puts[planned.id] = msgspec.structs.replace(planned, state="done", closing=GREETED)

    def change(self, counts: Mapping[str, int] | None = None) -> Change:
        """Everything recorded. Counts: `recorded`, `unchanged` (had it before), and `counts`."""
        own = {"recorded": len(self.ids), "unchanged": self.unchanged}
        return Change(puts=tuple(self.puts.values()), ids=tuple(self.ids), counts=own | dict(counts or {}))

    def _check(self, sent: Sent) -> None:
        if not self.run.by:
            raise InvalidError(_("nobody is named as the sender"), _("add --by STAFF"))
        if not sent.text.strip():
            raise InvalidError(_("the text is missing"))
        if sent.channel not in CHANNELS:
            raise InvalidError(
                _("there is no channel {value}").format(value=sent.channel),
                one_of_them(CHANNELS),
            )
        check_key(sent.occasion)


def _greetings(run: Run, customer: Customer, occasion: str, callbacks: Iterable[Callback]) -> Iterator[Callback]:
    """The greetings by telephone that were planned for the day of the occasion, even if they were moved since."""
    day = day_of(customer, run.settings.occasion.festivals, occasion)
    for one in callbacks:
        planned_for = (one.planned_for or one.due_at).astimezone(run.now.tzinfo).date()
        if day and one.purpose == "greeting" and (planned_for == day or one.plan.endswith(f":{day}")):
            yield one
