"""One trigger: what sets off callbacks, whatever its kind."""

from datetime import date, datetime, time

import msgspec

from crmkit.core.run import Run


class Trigger(msgspec.Struct, frozen=True):
    """One thing that happened to one customer, or that comes back for them."""

    id: str  # of the record
    customer: str
    at: datetime  # of a mere day: its first minute
    day: date | None = None  # the day of what has a day of its own: on another day it is another trigger
    recurs: bool = False  # it comes back, and is planned only `callback.ahead_days` ahead
    name: str = ""  # of an occasion
    source: str = ""  # of a file
    grade: str = ""  # of the customer
    purpose: str = ""  # of a finished callback or visit
    about: str = ""  # id of the order, card or invitation that the callback is about
    by: str = ""  # staff code of who sold, visited or invited
    dates: dict[str, date] = {}  # what a rule's `needs` can name


def start(run: Run, day: date) -> datetime:
    """The first minute of `day`."""
    return datetime.combine(day, time(), run.now.tzinfo)
