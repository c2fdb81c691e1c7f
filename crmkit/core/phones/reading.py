"""The numbers of a cell in which more stands than one ordinary mobile number, or none."""

import re
from collections.abc import Sequence
from functools import cache

import msgspec

from crmkit.core.phones import phone_cells, phone_plan, phone_text
from crmkit.core.phones.ordinary import at_a_glance
from crmkit.core.phones.phone_plan import Context, Dial
from crmkit.core.phones.phone_text import HIDDEN, LABELLED, LETTERS, LOST, Chunk
from crmkit.core.phones.phones import Number, Reading, assigned, national
from crmkit.i18n import N_, _

_FLAWS = {
    LETTERS: N_("{number} has letters or signs among its digits"),
    HIDDEN: N_("{number} has hidden digits"),
    LOST: N_("{number} was cut short by a spreadsheet: digits are lost"),
    LABELLED: N_("{number} is labelled as something other than a telephone number"),
}
# letters typed for digits, where digits are beside them
_LETTERS_TYPED = re.compile(r"[0-9][ .-]?[OoIl]|[OoIl][ .-]?[0-9]")
_TYPED_FOR = str.maketrans("OoIl", "0011")
_DROPPED = str.maketrans("", "", "OoIl")
_OF_PEOPLE = ("mobile", "landline")
_OTHER_REGIONS = ("香港", "澳门", "澳門", "台湾", "台灣", "臺灣", "Hong Kong", "HK", "Macau", "Taiwan")


def read_cell(text: str, region: str, area: str, mobile: tuple[str, ...] = ()) -> Reading:
    """The telephone numbers in `text`, a cell or an answer: what `phones.read` says, for any spelling.

    Raises InvalidError where there is no such area code or range of mobile numbers.
    """
    context = Context(region, phone_plan.area_code(area), assigned(mobile))
    ordinary = at_a_glance(text, context.mobile) if region == "CN" else []
    if ordinary:
        numbers = tuple(Number(written, *dial) for written, dial in ordinary)
        return Reading(text, numbers, "", _verdict(text, numbers, ()))
    return thoroughly(text, context)


def thoroughly(text: str, context: Context) -> Reading:
    """As `read_cell`, with the cell taken apart."""
    plain = phone_text.plain(text)
    reading = _taken_apart(text, plain, context)
    return reading if reading.numbers else _with_letters_as_digits(text, plain, context) or reading


def _with_letters_as_digits(text: str, plain: str, context: Context) -> Reading | None:
    """The one number that a cell is when O is 0 and l is 1 (l38OO138000); None where it may as well be another."""
    if not _LETTERS_TYPED.search(plain):
        return None
    as_digits = plain.translate(_TYPED_FOR)
    reading, without = (_taken_apart(text, spelling, context) for spelling in (as_digits, plain.translate(_DROPPED)))
    if len(reading.numbers) != 1 or reading.reason or without.numbers or reading.numbers[0].kind not in _OF_PEOPLE:
        return None
    told = _("{number} is read as {dialled}: letters stand for 0 and 1")
    repair = told.format(number=text.strip(), dialled=national(reading.numbers[0]))
    return msgspec.structs.replace(reading, verdict="repaired", repair=repair)


def _taken_apart(text: str, plain: str, context: Context) -> Reading:
    chunks = phone_text.cut(plain)
    if not chunks:
        return Reading(text, (), _("there is no number in it"), "unreadable")
    if context.area and _other_places(context.area).search(text):
        context = context._replace(area="")
    found, refused = phone_cells.sort_out(chunks, context)
    if refused and context.area:
        # digits nobody can explain may be the area code of a local number beside them
        found, refused = phone_cells.sort_out(chunks, context._replace(area=""))
    numbers: dict[tuple[Dial, str], Number] = {}
    for f in found:
        written = plain[f.start : f.end] if len(found) > 1 else text.strip()
        numbers.setdefault((f.dial, f.ext), Number(written, *f.dial, f.ext))
    numbers_read = tuple(numbers.values())
    reason = "; ".join(_why(part, plain[part[0].start : part[-1].end], context) for part in refused)
    landlines = [f for f in found if f.dial.kind == "landline"]
    lost = [f for f in landlines if _digits(plain[f.start : f.end]).startswith(f.dial.e164.removeprefix("+86"))]
    repair = "; ".join(
        _("{number} is read as {dialled}: the 0 of its area code was lost").format(
            number=plain[f.start : f.end], dialled=national(Number("", *f.dial))
        )
        for f in lost
    )
    return Reading(text, numbers_read, reason, _verdict(text, numbers_read, refused), repair)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _why(chunks: Sequence[Chunk], written: str, context: Context) -> str:
    written = f"+{written}" if chunks[0].plus else written
    flaw = next((chunk.flaw for chunk in chunks if chunk.flaw), "")
    if flaw:
        return _(_FLAWS[flaw]).format(number=written)
    return phone_plan.why_not([chunk.digits for chunk in chunks], written, context, plus=chunks[0].plus)


def _verdict(text: str, numbers: Sequence[Number], refused: Sequence[Sequence[Chunk]]) -> str:
    if len(numbers) > 1:
        return "several"
    if numbers:
        return "ok" if text.strip() == national(numbers[0]) else "repaired"
    return "unreadable" if any(chunk.flaw for part in refused for chunk in part) else "incomplete"


@cache
def _other_places(area: str) -> re.Pattern[str]:
    """Names of places outside `area`: beside one of them a local number is not known to be a number of `area`."""
    own = phone_plan.areas()[area].places
    names = [name for each in phone_plan.areas().values() for name in each.places if name not in own]
    return re.compile("|".join([*names, *_OTHER_REGIONS]))
