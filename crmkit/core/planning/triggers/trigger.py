"""The one shape that triggers of every kind have."""

from datetime import date, datetime, time

import msgspec

from crmkit.core.run import Run


class Trigger(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened to one customer, or that comes back for them."""

    id: str  # of the record
    customer: str
    at: datetime  # of a day without a time: its first minute
    day: date | None = None  # of an occasion or appointment: on another day it is another trigger
    recurs: bool = False  # it comes back, and is planned only `callback.ahead_days` ahead
    name: str = ""  # of an occasion
    source: str = ""  # of a file
    grade: str = ""  # of the customer
    purpose: str = ""  # of a finished callback or visit
    about: str = ""  # id of the order, card or invitation that the callback is about
    by: str = ""  # staff code of who sold, visited or invited
    dates: dict[str, date] = {}  # what a rule's `needs` can name
    ends: datetime | None = None  # from when on it is no trigger any more, or another one, by time alone


def start(run: Run, day: date) -> datetime:
    """The first minute of `day`."""
    return datetime.combine(day, time(), run.now.tzinfo)
