"""Whose columns they are: the customer's, or somebody's who stands in the same row.

A second 姓名 and 手机号 below 负责人, 联系人 and 联系人电话 beside 姓名 and 电话: nobody else's number gets into the
customer's file. It stays as a note under the title of its group. Two tables side by side are two persons a row.

See sheets/docs.md, "Whose columns they are".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from crmkit.i18n import _
from crmkit.sheets.read.grid import letter
from crmkit.sheets.read.synonyms import (
    ALIASES,
    field_of,
    is_contact,
    is_health,
    is_other,
    is_section,
    person_of,
    squeezed,
    uncounted,
)

NAMES = ("name", "given_name", "surname")
REACH = ("phone", "email", "wechat")
OWN = (*REACH, *NAMES, "sex", "age", "birthday", "address", "employer")  # what a person has of their own
OTHER = "other"  # why a column is a note: it is about another person
SECOND = "second"  # another column has the field


@dataclass(slots=True)
class Heading:
    """A column on its way to being understood."""

    index: int
    title: str
    group: str  # what stands above the title in a header of two rows
    field: str
    by_hand: bool = False
    why: str = ""  # of a note
    claim: str = ""  # the field that a note would fill, had another column not got it

    def is_note(self, why: str, whose: str = "") -> None:
        """Make it a note, which names whose it is."""
        if whose and not squeezed(self.title).startswith(squeezed(whose)):
            self.title = f"{whose} {self.title}"
        self.field, self.why, self.claim = "", why, "" if why == OTHER else self.field


class People(NamedTuple):
    """The columns of one table, or of several that stand side by side; `doubt` says what cannot be known."""

    sides: Sequence[list[Heading]]
    doubt: str = ""


def settle_people(headings: list[Heading]) -> People:
    """Make notes of the columns that are about another person than the customer."""
    told = [h for h in headings if h.title or h.by_hand]
    if len({h.group for h in told}) > 1:
        return People([headings], _by_group(told))
    _after_others(told)
    persons = _persons(told)
    if len(persons) == 1:
        _of_contacts(told)
        return People([headings])
    by_hand = [one for one in persons if any(h.by_hand and h.field in ("name", "phone") for h in one)]
    if not by_hand and _is_repeated(told, len(persons)):
        size = len(told) // len(persons)
        return People([told[start : start + size] for start in range(0, len(told), size)])
    _to_their_names(persons)
    own, doubt = (by_hand[0], "") if by_hand else _own(persons)
    for one in persons:
        if one is not own and not doubt:
            _give_up(one, [h for h in own if h.field])
    return People([headings], doubt)


def _by_group(told: Sequence[Heading]) -> str:
    """Make notes of other groups' people in a header of two rows; what cannot be known, "" = nothing."""
    groups: dict[str, list[Heading]] = {}
    for heading in told:
        groups.setdefault(heading.group, []).append(heading)
    named = [group for group, columns in groups.items() if _has(columns, NAMES)]
    by_hand = [h.group for h in told if h.by_hand and h.field in ("name", "phone")]
    full = [group for group in named if _has(groups[group], ("phone",)) and not is_other(group)]
    sure = [group for group in full if is_section(group)]
    candidates = by_hand or sure or full or [group for group in named if not is_other(group)] or named
    own = candidates[0] if candidates else ""
    doubt = ""
    if not by_hand and not sure and (len(full) > 1 or (not full and is_other(own) and len(named) > 1)):
        doubt = _doubt([next(h for h in groups[group] if h.field in NAMES) for group in full or named])
    has_phone = _has(groups.get(own, ()), ("phone",)) or any(h.by_hand and h.field == "phone" for h in told)
    for group, columns in groups.items():
        others = group != own and (is_other(group) or group in named)
        for heading in columns if group != own else ():
            strange = heading.field in REACH and bool(group) and not is_section(group) and has_phone
            if heading.by_hand or heading.field.startswith("referrer"):
                continue
            if others and heading.field == "health_notes":
                heading.field = "ignore"  # nobody asked that person for a consent
            elif (others and heading.field != "ignore") or strange:
                heading.is_note(OTHER, group)
    return doubt


def _after_others(told: Sequence[Heading]) -> None:
    """A second 电话 behind 业务员 is the salesperson's, behind 介绍人 the referrer's."""
    for before, heading in pairwise(told):
        if heading.field != "phone" or heading.by_hand or person_of(heading.title):
            continue
        if not any(h.field == "phone" for h in told[: told.index(before)]):
            continue
        if before.field == "referrer":
            heading.field = "referrer_phone"
        elif before.field == "collector" or (not before.field and is_other(before.title)):
            heading.is_note(OTHER, before.title)


def _persons(told: Sequence[Heading]) -> list[list[Heading]]:
    """The columns by whose name they follow; those before the first name are with it."""
    persons: list[list[Heading]] = [[]]
    plain = any(h.field == "name" and squeezed(h.title) not in ALIASES for h in told)
    for heading in told:
        alias = plain and squeezed(heading.title) in ALIASES
        if heading.field in NAMES and not alias and _has(persons[-1], (heading.field,)):
            persons.append([])
        persons[-1].append(heading)
    return persons


def _of_contacts(told: Sequence[Heading]) -> None:
    """联系人电话 is the customer's number only where there is no other, or the customer is the 联系人."""
    names = [h for h in told if h.field == "name"]
    own = [h for h in told if h.field == "phone" and not is_contact(h.title)]
    for heading in told if own and not any(is_contact(h.title) for h in names) else ():
        if heading.field == "phone" and is_contact(heading.title) and not heading.by_hand:
            heading.is_note(OTHER)


def _is_repeated(told: Sequence[Heading], times: int) -> bool:
    """Whether the same titles come `times` times, counters aside, each time with a name and a number."""
    size, rest = divmod(len(told), times)
    chunks = [told[start : start + size] for start in range(0, len(told), size)] if not rest else []
    alike = {tuple(uncounted(h.title) for h in chunk) for chunk in chunks}
    return len(alike) == 1 and all(_has(chunk, NAMES) and _has(chunk, ("phone",)) for chunk in chunks)


def _to_their_names(persons: Sequence[list[Heading]]) -> None:
    """Put 联系人电话 to the person whose name stands under 联系人, wherever the column is."""
    whose = {person_of(h.title): one for one in persons for h in one if h.field == "name" and person_of(h.title)}
    for one in persons:
        for heading in list(one):
            target = whose.get(person_of(heading.title), one)
            if heading.field == "phone" and target is not one:
                one.remove(heading)
                target.append(heading)


def _own(persons: Sequence[list[Heading]]) -> tuple[list[Heading], str]:
    """The customer among several persons of a row, and what cannot be known, "" = nothing."""
    reached = [one for one in persons if _has(one, ("phone",))]
    first = persons[0]
    if not reached or reached == [first]:
        return first, ""
    if len(reached) == 1:
        (one,) = reached
        name = _name_of(one)
        if all(person_of(h.title) for h in one if h.field == "phone") or not (person_of(name.title)):
            return one, ""
        if is_contact(name.title):
            return first, _doubt([_name_of(first), name])
        first += [h for h in one if h.field in REACH]
        one[:] = [h for h in one if h.field not in REACH]
        return first, ""
    titles = [uncounted(_name_of(one).title) for one in reached]
    if len(set(titles)) < len(titles):
        return reached[0], _doubt([_name_of(one) for one in reached])
    plain = [one for one in reached if not person_of(_name_of(one).title)]
    return (plain or [one for one in reached if not is_contact(_name_of(one).title)] or reached)[0], ""


def _give_up(one: Sequence[Heading], own: Sequence[Heading]) -> None:
    """Make notes of what another person has: up to their last number, or what the customer has as well."""
    name = _name_of(one)
    phones = [h.index for h in one if h.field == "phone" and not h.by_hand]
    titles = {uncounted(h.title) for h in own}
    for heading in one:
        theirs = heading.index <= max(phones, default=-1) or uncounted(heading.title) in titles
        if heading.by_hand or heading.field not in OWN:
            continue
        if heading is name or heading.field == "phone":
            heading.is_note(OTHER if phones else SECOND, name.title if phones and heading is not name else "")
        elif theirs and phones and heading.index > name.index:
            heading.is_note(OTHER, name.title)


def _name_of(one: Iterable[Heading]) -> Heading:
    return next(h for h in one if h.field in NAMES)


def _has(columns: Iterable[Heading], fields: tuple[str, ...]) -> bool:
    return any(h.field in fields for h in columns)


def _doubt(names: Sequence[Heading]) -> str:
    columns = ", ".join(f"{h.title} ({letter(h.index)})" for h in names)
    return _("several columns are names, {columns}: which is the customer, and whose number is which?").format(
        columns=columns
    )


def titled(title: str, group: str, *, again: bool) -> str:
    """The title of a column of a header of two rows; `again` where the same title came before.

    介绍人 over 电话 is 介绍人电话; a second 年龄 below 老伴 is not the customer's.
    """
    if is_other(group):
        return title
    if field_of(group + title) not in ("", "health_notes"):
        return group + title
    apart = is_health(group) or (again and group and not is_section(group))
    return f"{group} {title}" if apart else title
