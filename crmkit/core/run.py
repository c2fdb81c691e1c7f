"""One run of one command: its clock, its author and its settings, handed to every rule that needs them."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from crmkit.records import Customer
from crmkit.records.base import Record, new_id
from crmkit.records.settings import Settings


class Run(msgspec.Struct, frozen=True):
    """The circumstances of a command. Rules take the time from `now`, never from the machine."""

    now: datetime  # aware, in the archive's zone, whole seconds
    by: str  # staff code of who does it; "" where nobody is known
    settings: Settings
    make_id: Callable[[str, datetime], str] = new_id
    # what a rule about one file has to know of others: who has a number (`phones.identity`), who of them refused
    holders: Callable[[str], Sequence[Customer]] = lambda _number: ()
    refusers: Callable[[str], Sequence[Customer]] = lambda _number: ()

    def id_for(self, record_type: type[Record]) -> str:
        """A fresh id for a record of `record_type` created now."""
        return self.make_id(record_type.letter, self.now)
