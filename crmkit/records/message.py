"""Written messages that were handed to a gateway (core/docs.md, "Customers")."""

from collections.abc import Iterator
from typing import ClassVar

from crmkit.records.base import Moment, Record
from crmkit.records.typed import Coded, Dialled
from crmkit.records.work import utc_key

CHANNELS = ("sms", "wechat", "letter")


class Message(Record, frozen=True, kw_only=True):
    """One message to one customer; it counts as a contact of the staff member who sent it."""

    kind: ClassVar[str] = "messages"
    letter: ClassVar[str] = "H"
    refers: ClassVar[tuple[str, ...]] = ("customer", "callback")
    event: ClassVar[bool] = True

    customer: str
    at: Moment
    occasion: Coded  # key of the occasion, such as "birthday:2026": one message per person and occasion
    template: str = ""  # name of the template
    channel: Coded = "sms"  # one of CHANNELS
    phone: Dialled = ""  # E.164
    text: str = ""  # as sent
    callback: str = ""  # id of the callback that it fulfils
    by: str = ""  # staff code of who sent it

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, and the occasion; when a letter was sent."""
        yield f"ref:{self.customer}"
        yield f"sent:{self.customer}:{self.occasion}"
        if self.channel == "letter":
            yield f"letter:{utc_key(self.at)}"
