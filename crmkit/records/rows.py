"""The rows of the tables in the settings, each headed `[[...]]`: one rule, occasion or template each."""

from typing import Literal

import msgspec


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file; a key it does not know is refused, so that a typo cannot pass for a setting."""


class Cadence(Section, frozen=True, kw_only=True):
    """How often customers of one grade get a letter or a visit (core/docs.md, "Calls")."""

    name: str
    grade: str  # A, B, C
    what: str  # letter, visit
    every: str  # "+6m"
    off: bool = False  # switched off


class Festival(Section, frozen=True, kw_only=True):
    """A festival on which customers are greeted (core/docs.md, "Customers")."""

    name: str
    date: str  # every year: "--10-01", or by the lunar calendar "lunar:--08-15"
    off: bool = False  # switched off


class Headline(Section, frozen=True, kw_only=True):
    """A figure at the head of a report's cover, with the bounds beyond which it is shown red or green."""

    name: str  # measure of a line of the cover
    show: Literal["count", "share", "yuan"]
    red: float  # beyond it the figure is bad; of a share itself, else of how many times the last period's it is
    green: float  # from it on the figure is good; where it is less than `red`, less is better
    off: bool = False  # not shown


class MessageTemplate(Section, frozen=True, kw_only=True):
    """The text of messages for one occasion (core/docs.md, "Customers")."""

    name: str
    occasion: str  # one of core.templates.OCCASIONS, or "festival:" and the name of one
    text: str  # with {fields}
    lang: Literal["en", "zh"]
    channel: str = "sms"  # one of records.message.CHANNELS
    off: bool = False  # switched off


class CallbackRule(Section, frozen=True, kw_only=True):
    """One row of the table of callback plans (core/docs.md, "Calls")."""

    name: str
    trigger: str  # one of core.triggers.TRIGGERS
    purpose: str
    due: str  # "+2d", "+1m", "-30d" from the trigger's day
    sources: tuple[str, ...] = ()  # of the file; none given = every source, "" = a file without one
    grades: tuple[str, ...] = ()  # of the customer, where the trigger tells it; none given = every grade
    after_purpose: str = ""  # of a finished callback or visit: its purpose
    needs: str = ""  # date field of the trigger to count from; without it the rule does not apply
    at: str = ""  # time of day "HH:MM", or the key of [event] that holds it; none given = the first open minute
    until: str = ""  # it serves nobody later: a time of that day, or the end of "+3d" after it; none given = no end
    day_off: Literal["next", "previous", "keep"] = "next"  # where it goes if that day is no working day
    late: Literal["call", "skip"] = "call"  # what if the trigger comes only after the day: call at once, or not at all
    latest: str = ""  # never later than this, "+4d" from the trigger's day, even on a day off
    priority: int = 50
    role: str = ""  # given to staff with this role where the file has no owner
    off: bool = False  # switched off
