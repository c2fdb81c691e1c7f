"""What must hold between numbers that are given out, of cards and invitations: each once, and none left out.

Which record types have such a number, and how it reads, stands in `records.REGISTRY`; here is what is said of them.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from crmkit.archive.health.problem import Problem
from crmkit.i18n import N_, _
from crmkit.records import REGISTRY, Card, Invitation, Record

LISTED = 5  # so many missing numbers stand in a message
UNDONE = N_("`crmkit history {id}` shows who changed it; `crmkit undo RUN` takes that back")


class Numbered(NamedTuple):
    """What of a record is compared with others of its type."""

    id: str
    number: str
    alone: str  # unique among records that are not void; "" for none and for void records
    series: str  # "BJLN-2611"; "" where the number is none
    month: str  # "2026-11", in which its series is given out; "" where it goes on from month to month
    running: int


class Words(NamedTuple):
    """What is said about the numbers of one record type; `_hint` is what to do about it."""

    odd: str
    repeated: str
    repeated_hint: str
    gap: str
    gap_hint: str
    alone: str = ""
    alone_hint: str = ""


WORDS: Mapping[type[Record], Words] = {
    Card: Words(
        odd=N_("{id}: {number} is not a card number, or one with a wrong character"),
        repeated=N_("two clones use one operator code: the card number {number} was given to {ids}"),
        repeated_hint=N_(
            "give one clone a code of its own (`crmkit config --set operator=WQ`) and replace all but one of the cards"
        ),
        gap=N_("of the cards {series} these numbers are missing: {numbers}"),
        gap_hint=N_("a card is never removed, only made void: `crmkit history` shows which run or edit did"),
        alone=N_("the serial number {serial} has several active cards: {ids}"),
        alone_hint=N_("make the wrong ones void with `crmkit card void`"),
    ),
    Invitation: Words(
        odd=N_("{id}: {number} is not an invitation number, or one with a wrong character"),
        repeated=N_("two clones use one operator code: the invitation number {number} was given to {ids}"),
        repeated_hint=N_(
            "give one clone a code of its own (`crmkit config --set operator=WQ`); make all but one void and write anew"
        ),
        gap=N_("of the invitations {series} these numbers are missing: {numbers}"),
        gap_hint=N_("an invitation is never removed, only made void: `crmkit history` shows which run or edit did"),
    ),
}


def numbered(record_type: type[Record], records: Collection[Record]) -> list[Numbered]:
    """What of the records of one type is compared; nothing where their type has no number."""
    numbers = REGISTRY[record_type].numbers
    if numbers is None:
        return []
    from stdnum.iso7064 import mod_37_36

    form = re.compile(numbers.form)
    found = []
    for record in records:
        number, state = (str(getattr(record, field)) for field in ("number", "state"))
        alone = str(getattr(record, numbers.alone)).casefold() if numbers.alone and not state else ""
        taken = form.fullmatch(number)
        if taken is None or not mod_37_36.is_valid(number.replace("-", "")):
            found.append(Numbered(record.id, number, alone, "", "", 0))
            continue
        yymm = taken.groupdict().get("yymm")
        month = f"20{yymm[:2]}-{yymm[2:]}" if yymm else ""
        found.append(Numbered(record.id, number, alone, taken["series"], month, int(taken["running"])))
    return found


class Numbers:
    """The numbers of the records of one type."""

    def __init__(self, record_type: type[Record]) -> None:
        self.type = record_type
        self.words = WORDS[record_type]
        self.places: dict[str, str] = {}  # id → its shard
        self.odd: dict[str, str] = {}  # what is no number → the first id that has it
        self.ids: dict[str, list[str]] = defaultdict(list)  # number → ids
        self.alone: dict[str, list[str]] = defaultdict(list)  # what one that stands has alone → their ids
        self.running: dict[tuple[str, str], set[int]] = defaultdict(set)  # series and month → running numbers

    def take(self, path: str, found: Iterable[Numbered]) -> None:
        """Note the numbers that the shard at `path` holds."""
        for one in found:
            self.places[one.id] = path
            self.ids[one.number].append(one.id)
            if one.alone:
                self.alone[one.alone].append(one.id)
            if one.series:
                self.running[one.series, one.month].add(one.running)
            else:
                self.odd.setdefault(one.number, one.id)

    def problems(self, unread: Collection[str]) -> Iterator[Problem]:
        """What does not fit; of the months in `unread` ("2026-11") not all records are known."""
        for number, identifier in self.odd.items():
            said, hint = _(self.words.odd).format(id=identifier, number=number), _(UNDONE).format(id=identifier)
            yield Problem("number", self.places[identifier], said, hint)
        for number, ids in self.ids.items():
            if len(ids) > 1:
                said = _(self.words.repeated).format(number=number, ids=", ".join(ids))
                yield Problem("duplicate", self.places[ids[-1]], said, _(self.words.repeated_hint))
        for serial, ids in self.alone.items():
            if len(ids) > 1:
                said = _(self.words.alone).format(serial=serial, ids=", ".join(ids))
                yield Problem("duplicate", self.places[ids[-1]], said, _(self.words.alone_hint))
        for (series, month), numbers in sorted(self.running.items()):
            missing = sorted(set(range(1, max(numbers))) - numbers)
            # a series without a month of its own may go on in any of them
            if missing and not (month in unread if month else unread):
                said = _(self.words.gap).format(series=series, numbers=self._listed(missing))
                yield Problem("gap", self.type.kind, said, _(self.words.gap_hint))

    def _listed(self, missing: list[int]) -> str:
        numbers = REGISTRY[self.type].numbers
        digits = numbers.digits if numbers else 0
        more = len(missing) - LISTED
        return ", ".join(f"{n:0{digits}}" for n in missing[:LISTED]) + (f" + {more}" if more > 0 else "")
