"""The numbers of invitations: event code, operator and running number, a check character.

`1205A-LN042-K` is the 42nd invitation that operator LN wrote for the event 1205A. The operator's code belongs to the
clone, so two who invite offline never write the same number. The check character is that of card numbers.
"""

import re
import unicodedata
from collections.abc import Iterable

from crmkit.core.numbers import card_numbers
from crmkit.core.numbers.card_numbers import HYPHENS, check_character
from crmkit.errors import InvalidError
from crmkit.i18n import _

LAST_RUNNING = 999
LONGEST_CODE, LONGEST_OPERATOR = 8, 4
EVENT_CODE = re.compile(rf"[A-Z0-9]{{1,{LONGEST_CODE}}}")
NUMBER = re.compile(rf"([A-Z0-9]{{1,{LONGEST_CODE}}}-[A-Z0-9]{{1,{LONGEST_OPERATOR}}})([0-9]{{3}})-[A-Z0-9]")
COMPACT = re.compile("[A-Z0-9]{2,12}[0-9]{3}[A-Z0-9]")


def event_code(text: str) -> str:
    """The code of an event as it stands on its invitations, in capitals. Raises InvalidError."""
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not EVENT_CODE.fullmatch(code):
        raise InvalidError(
            _("{code} is not an event code: 1 to {most} letters A to Z or digits").format(
                code=text.strip() or '""', most=LONGEST_CODE
            ),
            _("it stands on every invitation; for example the day and a letter: 1205A"),
        )
    return code


def series(code: str, operator: str) -> str:
    """The prefix of all numbers that `operator` writes for the event `code`: `1205A-LN`.

    Raises InvalidError where the clone has no operator code, saying what to set.
    """
    operator = operator.upper()
    if not card_numbers.CODE.fullmatch(operator):
        raise InvalidError(
            _("the operator code is {value}: invitation numbers need 1 to 4 letters or digits").format(
                value=operator or _("not set")
            ),
            _("set one that no other copy of this archive uses: crmkit config --set operator=WQ"),
        )
    return f"{code}-{operator}"


def next_number(beginning: str, written: Iterable[str]) -> str:
    """The number after the highest of this series among those `written`; numbers of other series are passed over.

    Raises InvalidError when the series is used up.
    """
    running = 1 + max(
        (int(found[2]) for found in map(NUMBER.fullmatch, written) if found and found[1] == beginning), default=0
    )
    if running > LAST_RUNNING:
        raise InvalidError(
            _("all {count} invitation numbers of {series} are used up").format(count=LAST_RUNNING, series=beginning),
            _("go on under a second operator code: crmkit config --set operator=WR"),
        )
    body = f"{beginning}{running:03d}"
    return f"{body}-{check_character(body.replace('-', ''))}"


def readings(text: str) -> tuple[str, ...]:
    """The numbers that `text` can be: as written; without hyphens, every way to divide it.

    Lower case, full-width characters and odd hyphens are read. Raises InvalidError for another form or a wrong check
    character; a wrong number is never corrected silently.
    """
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    compact = HYPHENS.sub("", folded)
    if not COMPACT.fullmatch(compact):
        raise InvalidError(
            _("{text} is not an invitation number").format(text=text.strip() or '""'),
            _("an invitation number looks like 1205A-LN042-K"),
        )
    if check_character(compact[:-1]) != compact[-1]:
        raise InvalidError(
            _("{number} has a wrong character: its last one does not fit the others").format(number=folded),
            _("read the number on the invitation once more"),
        )
    if NUMBER.fullmatch(folded):
        return (folded,)
    owners, running, check = compact[:-4], compact[-4:-1], compact[-1]
    return tuple(
        f"{owners[:-length]}-{owners[-length:]}{running}-{check}"
        for length in range(1, LONGEST_OPERATOR + 1)
        if 0 < len(owners) - length <= LONGEST_CODE
    )
