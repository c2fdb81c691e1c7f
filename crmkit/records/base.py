"""What every stored record has in common, and how ids are made.

An id is one or two kind letters + yymm of creation + `-` + 8 Crockford base32 characters in lower case: one letter for
the kinds of the first release, two for every later one; `records.type_of` tells the type of an id. Each record type
names its folder (`kind`), its letters (`letter`), and the keys under which the derived index finds it (`keys`).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

import msgspec

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PAIRS = [a + b for a in ALPHABET for b in ALPHABET]  # two characters for ten bits
_AFTER_LETTERS = "[0-9]{4}-[0-9a-hjkmnp-tv-z]{8}"
ID_PATTERN = re.compile(rf"^[A-Z]{{1,2}}{_AFTER_LETTERS}$")
ID_TAIL = 13  # characters of an id after its letters
ID_LONGEST = 2 + ID_TAIL
_TYPED = re.compile(r"([A-Za-z]{1,2})([0-9].*)")
ARCHIVE_ID = 20  # characters of an `archive.id`: 100 bits
SPACE = 1 << 40  # of the random part of an id: 8 characters of 5 bits
WIDEST_STEP = 1 << 20  # between two ids of one process: seldom the same first five characters

# How a field that two operators changed differently is settled without asking anybody: the smaller or the greater
# value, the value of the later edit, or the one that stands later in a list of states. A value always beats none.
Rule = Literal["least", "greatest", "later"] | tuple[str, ...]


# Of two times of which one has no offset nobody can say which is earlier: a stored one without it is damage.
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=False):
    """One stored document. Records are immutable; `msgspec.structs.replace` makes the changed copy.

    Every default is an empty value (None, "", 0, False, an empty tuple), so that empty fields need not be stored.
    """

    kind: ClassVar[str]
    letter: ClassVar[str]  # with which ids begin: two for every new type, one for those of the first release
    event: ClassVar[bool] = False  # append-only: written once, never edited
    refers: ClassVar[tuple[str, ...]] = ()  # fields that hold the id, or the ids, of records that must be there
    merging: ClassVar[Mapping[str, Rule]] = {  # without a rule: a listed conflict (archive/docs.md, "Merging")
        "created_at": "least",
        "updated_at": "greatest",
        "customer": "later",  # differs only where two merges of files differ, and those are listed
    }

    id: str = ""  # the document id; not stored inside the document
    created_at: Moment | None = None  # when the record was written, in the archive's zone
    updated_at: Moment | None = None

    def keys(self) -> Iterator[str]:
        """The index keys of this record, `name:value`; `ref:ID` for each record it belongs to."""
        return iter(())


def ids_of(letter: str) -> re.Pattern[str]:
    """Matches ids of the kind `letter`, written one after the other."""
    return re.compile(f"({letter}{_AFTER_LETTERS})*")


def typed_id(text: str) -> str:
    """What was typed for an id or its beginning as ids are written, `c2611-7K` → `C2611-7k`; other text stripped."""
    text = text.strip()
    letters = _TYPED.fullmatch(text)
    return letters[1].upper() + letters[2].lower() if letters else text


def month_of(identifier: str) -> str:
    """ "2026-11" for "C2611-7k3q9xab": the month in which the record was created."""
    yymm = identifier[-ID_TAIL:-9]
    return f"20{yymm[:2]}-{yymm[2:]}"


def new_id(letter: str, now: datetime) -> str:
    """A fresh id for a record of kind `letter` created at `now`: random, and greater than those made before it here.

    So the records of one batch, which share a time, sort by id in the order of their rows. Two processes begin at
    random places of a space of 2^40.
    """
    return _id(letter, now, next(_rising(letter)).to_bytes(5, "big"))


@cache
def _rising(_letter: str) -> Iterator[int]:
    """Random numbers below SPACE, each greater than the last."""

    def numbers() -> Iterator[int]:
        from random import SystemRandom, getrandbits  # the latter is seeded anew in a forked process

        while True:
            number = SystemRandom().randrange(SPACE // 2)
            # steps shrink with what is left above: room for some 10^7 numbers before it begins again
            while (step := min(WIDEST_STEP, SPACE - number >> 20)) > 1:
                yield number
                number += 1 + getrandbits(20) % step

    return numbers()


def derived_id(letter: str, month: datetime, *parts: str) -> str:
    """The id that follows from `parts`: two operators who derive the same record offline give it the same id."""
    import hashlib

    return _id(letter, month, hashlib.sha256("\x1f".join(parts).encode()).digest())


def _id(letter: str, month: datetime, random: bytes) -> str:
    number = int.from_bytes(random[:5], "big")
    first, second, third, fourth = number >> 30, number >> 20 & 1023, number >> 10 & 1023, number & 1023
    return f"{letter}{month.year % 100:02}{month.month:02}-{PAIRS[first]}{PAIRS[second]}{PAIRS[third]}{PAIRS[fourth]}"


def random_text(length: int) -> str:
    """So many random characters of those that ids are made of."""
    from random import SystemRandom

    return "".join(SystemRandom().choices(ALPHABET, k=length))


def derived_text(told: str, length: int) -> str:
    """Characters of those that ids are made of, which follow from `told`; up to 32."""
    import hashlib

    return "".join(ALPHABET[byte % 32] for byte in hashlib.sha256(told.encode()).digest()[:length])


def diff(old: Record | None, new: Record) -> dict[str, tuple[Any, Any]]:
    """The fields in which `new` differs from `old`, as name → (old, new) in plain JSON values."""
    before = msgspec.to_builtins(old) if old is not None else {}
    after = msgspec.to_builtins(new)
    return {
        name: (before.get(name), value)
        for name, value in after.items()
        if name not in ("updated_at", "created_at") and before.get(name) != value and (old is not None or value)
    }
