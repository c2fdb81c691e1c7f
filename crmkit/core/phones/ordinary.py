"""Cells in which complete numbers stand as everybody writes them, one or several in a row: read at a glance.

To take such a cell apart costs fifty times as much, and says the same.
"""

import re

from crmkit.core.phones.phone_plan import Dial, areas, is_assigned

_MOBILE = re.compile("1[3-9][0-9]{9}")
_LANDLINE = re.compile("0([0-9]{2,3})-([2-9][0-9]{6,7})")


def at_a_glance(text: str, beginnings: frozenset[str]) -> list[tuple[str, Dial]]:
    """The mainland numbers of such a cell, as they are written and as they are dialled; nothing of any other cell.

    `beginnings` as `Context.mobile`.
    """
    found = [(number, dial) for number in text.split(" ") if (dial := _dial(number, beginnings))]
    return found if len(found) == text.count(" ") + 1 == len({dial for _number, dial in found}) else []


def _dial(number: str, beginnings: frozenset[str]) -> Dial | None:
    if _MOBILE.fullmatch(number) and is_assigned(number, beginnings):
        return Dial("+86" + number, "mobile")
    landline = _LANDLINE.fullmatch(number)
    area = areas().get(landline[1]) if landline else None
    if landline is None or area is None or len(landline[2]) not in area.lengths:
        return None
    return Dial("+86" + landline[1] + landline[2], "landline")
