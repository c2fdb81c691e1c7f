"""Parsing cells that are not just one ordinary mobile number: `phones.read` for any spelling.

`phone_text` cuts a cell into groups of digits. Here they become numbers: which groups belong together, what they are by
`numbering_plan`, and why the rest was not read.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import msgspec

from crmkit.core.phones import numbering_plan, phone_text
from crmkit.core.phones.numbering_plan import Dial, DialContext, areas, identify, is_short, split_landline, usual
from crmkit.core.phones.phone_text import (
    APART,
    COMMA,
    DASH,
    EXT,
    HIDDEN,
    LABELLED,
    LETTERS,
    LIST,
    LOST,
    SIGN,
    SLASH,
    SPACE,
    TILDE,
    Chunk,
)
from crmkit.core.phones.phones import Number, Reading, assigned, national, ordinary_mobile
from crmkit.i18n import N_, _
from crmkit.records.customer import PHONE_KINDS

_LANDLINE = re.compile("0([0-9]{2,3})-([2-9][0-9]{6,7})")
_WITH_EXTENSION = {DASH: ("mobile", "landline", "service"), SIGN: PHONE_KINDS, COMMA: ("mobile", "landline", "service")}
_BETWEEN = (LIST, SLASH, TILDE)
_MOST_GROUPS = 20  # of one number: a digit at a time, with prefixes
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
    context = DialContext(region, numbering_plan.area_code(area), assigned(mobile))
    ordinary = read_ordinary(text, context.mobile) if region == "CN" else []
    if ordinary:
        numbers = tuple(Number(written, *dial) for written, dial in ordinary)
        return Reading(text, numbers, "", _verdict(text, numbers, ()))
    return read_any(text, context)


def read_any(text: str, context: DialContext) -> Reading:
    """As `read_cell`, with the cell taken apart."""
    plain = phone_text.plain(text)
    reading = _taken_apart(text, plain, context)
    return reading if reading.numbers else _with_letters_as_digits(text, plain, context) or reading


def read_ordinary(text: str, beginnings: frozenset[str]) -> list[tuple[str, Dial]]:
    """A fast path: the numbers of a cell with nothing but complete mainland numbers, as written and dialled; else none.

    `beginnings` as `DialContext.mobile`.
    """
    found = [(number, dial) for number in text.split(" ") if (dial := _ordinary(number, beginnings))]
    return found if len(found) == text.count(" ") + 1 == len({dial for _number, dial in found}) else []


def _ordinary(number: str, beginnings: frozenset[str]) -> Dial | None:
    if _is_mobile(number, beginnings):
        return Dial("+86" + number, "mobile")
    landline = _LANDLINE.fullmatch(number)
    area = areas().get(landline[1]) if landline else None
    if landline is None or area is None or len(landline[2]) not in area.lengths:
        return None
    return Dial("+86" + landline[1] + landline[2], "landline")


def _is_mobile(digits: str, beginnings: frozenset[str] = frozenset()) -> bool:
    """Whether these are the 11 digits of a mobile number, and nothing else."""
    return digits != "" and ordinary_mobile(digits, beginnings) == digits


class Found(NamedTuple):
    """A number and the stretch of plain text it was read from."""

    dial: Dial
    ext: str
    start: int
    end: int


class Sorted(NamedTuple):
    """What a cell holds: its numbers, and the groups of digits that are none."""

    found: list[Found]
    refused: list[Sequence[Chunk]]


def sort_out(chunks: Sequence[Chunk], context: DialContext) -> Sorted:
    """The numbers among the groups of digits of one cell. A group that could belong to two numbers belongs to none.

    Short numbers (95588) count where they stand alone or in a list: elsewhere they may be a tail or a house number. A
    local number behind a full landline number of the same list takes over its area code (010-86604709/86604710).
    """
    result = Sorted([], [])
    for run in _parts(chunks, (APART,)):
        if any(chunk.gap in (COMMA, *_BETWEEN) for chunk in run[1:]) and usual([c.digits for c in run]):
            dial = None if any(c.flaw for c in run) else _dial(run, context, alone=True)
            if dial is not None:
                result.found.append(Found(dial, "", run[0].start, run[-1].end))
                continue
        here = context
        before: Found | None = None  # the number that stands right before this part
        for part in _parts(run, _BETWEEN):
            twin = _twin(part, before) if before else None
            if twin is not None:
                result.found.append(twin)
                continue
            ways = _ways(part, here)
            listed = part[0].gap not in (SLASH, TILDE) and len(part) < len(run)
            if len(ways) == 1 and (listed or len(part) == len(chunks) or not is_short(ways[0][0].dial)):
                result.found.extend(ways[0])
            else:
                _keep_the_certain(part, here, result)
            for found in result.found[-1:]:
                here = _area_of(found, here)
                before = found if found.end == part[-1].end else None
    return result


def _parts(chunks: Sequence[Chunk], gaps: tuple[str, ...]) -> list[list[Chunk]]:
    parts: list[list[Chunk]] = []
    for chunk in chunks:
        if not parts or chunk.gap in gaps:
            parts.append([])
        parts[-1].append(chunk)
    return parts


def _twin(part: Sequence[Chunk], before: Found) -> Found | None:
    """The number of which only the last digits are written, behind a / or in a list: 010-65881234/35 is …1235."""
    last, number = part[0], before.dial.e164
    if (
        len(part) > 1
        or last.gap == TILDE
        or last.flaw
        or last.plus
        or before.ext
        or before.dial.kind not in ("mobile", "landline")
    ):
        return None
    digits, replaced = last.digits, number[-len(last.digits) :]
    if len(digits) > 4 or digits[:-2] != replaced[:-2] or digits == replaced:
        return None  # 801 behind 65881234 may be an extension
    return Found(before.dial._replace(e164=number[: -len(digits)] + digits), "", before.start, last.end)


def _area_of(found: Found, context: DialContext) -> DialContext:
    if found.dial.kind != "landline":
        return context
    return context._replace(area=split_landline(found.dial.e164.removeprefix("+86"))[0])


def _ways(chunks: Sequence[Chunk], context: DialContext) -> list[list[Found]]:
    """At most two of the ways in which all `chunks` form numbers one after another; as one number if they form one."""
    whole = _as_one(chunks, context, alone=True)
    if whole is not None:
        return [[whole]]
    known: dict[tuple[int, str], list[list[Found]]] = {}

    def onwards(start: int, here: DialContext) -> list[list[Found]]:
        if start == len(chunks):
            return [[]]
        if (start, here.area) not in known:
            ways: list[list[Found]] = []
            for end in range(start + 1, min(len(chunks), start + _MOST_GROUPS) + 1):
                if chunks[end - 1].digits == "86" and end < len(chunks):
                    continue  # the country code of the next number, not an extension
                local = here._replace(area="") if start and chunks[start].gap == DASH else here
                found = _as_one(chunks[start:end], local, alone=False)
                if found is not None:
                    ways += [[found, *rest] for rest in onwards(end, _area_of(found, here))]
            known[start, here.area] = ways[:2]
        return known[start, here.area]

    return onwards(0, context)


def _as_one(chunks: Sequence[Chunk], context: DialContext, *, alone: bool) -> Found | None:
    """The number that `chunks` form together, the last of them perhaps as its extension."""
    *base, last = chunks
    inner = {c.gap for c in base[1:]}
    if any(c.flaw for c in chunks) or any(c.plus for c in chunks[1:]) or inner & {EXT, SIGN, COMMA}:
        return None
    joint = last.gap if base else ""
    dial, ext = None, ""
    if joint not in (EXT, SIGN, COMMA):
        dial = _dial(chunks, context, alone=alone)
    if dial is None and (joint == EXT or (joint in _WITH_EXTENSION and 2 <= len(last.digits) <= 5)):
        dial, ext = _dial(base, context, alone=alone and joint == EXT), last.digits
        if joint != EXT and dial is not None and dial.kind not in _WITH_EXTENSION[joint]:
            return None
        if joint != EXT and dial is not None and _may_count_on(dial, ext):
            return None
    return Found(dial, ext, chunks[0].start, last.end) if dial is not None else None


def _may_count_on(dial: Dial, ext: str) -> bool:
    """Whether 35 behind 010-65881234 may be the next number as well as an extension."""
    return len(ext) == 2 and 0 < int(ext) - int(dial.e164[-2:]) < 10


def _dial(chunks: Sequence[Chunk], context: DialContext, *, alone: bool) -> Dial | None:
    return identify([c.digits for c in chunks], context, plus=chunks[0].plus, alone=alone)


def _keep_the_certain(chunks: Sequence[Chunk], context: DialContext, result: Sorted) -> None:
    """Sort chunks that do not all form numbers: keep what stands between spaces as a full number, refuse the rest.

    One or two digits before it could be digits of its own, up to five behind it an extension, digits behind a foreign
    prefix are foreign, and 179.. may be a carrier's prefix with half of a number.
    """
    parts: list[list[Chunk]] = []
    for part in _parts(chunks, (SPACE,)):
        tailed = len(part) > 1 and _is_mobile(part[0].digits) and not _as_one(part, context, alone=False)
        parts += [part[:1], part[1:]] if tailed else [part]
    sizes = [0, *(sum(len(c.digits) for c in part) for part in parts), 0]
    foreign = any(c.plus or c.digits.startswith("00") for c in chunks)
    rest: list[Chunk] = []
    for position, part in enumerate(parts, start=1):
        touched = sizes[position - 1] in (1, 2) or 1 <= sizes[position + 1] <= 5 or part[0].digits.startswith("179")
        found = None if foreign or touched else _as_one(part, context._replace(area=""), alone=False)
        if found is None:
            rest += part
        else:
            result.found.append(found)
    if rest:
        result.refused.append(rest)


def _with_letters_as_digits(text: str, plain: str, context: DialContext) -> Reading | None:
    """The one number of a cell when O is 0 and l is 1 (l38OO138000); None where it is ambiguous."""
    if not _LETTERS_TYPED.search(plain):
        return None
    as_digits = plain.translate(_TYPED_FOR)
    reading, without = (_taken_apart(text, spelling, context) for spelling in (as_digits, plain.translate(_DROPPED)))
    if len(reading.numbers) != 1 or reading.reason or without.numbers or reading.numbers[0].kind not in _OF_PEOPLE:
        return None
    told = _("{number} is read as {dialled}: letters stand for 0 and 1")
    repair = told.format(number=text.strip(), dialled=national(reading.numbers[0]))
    return msgspec.structs.replace(reading, verdict="repaired", repair=repair)


def _taken_apart(text: str, plain: str, context: DialContext) -> Reading:
    chunks = phone_text.cut(plain)
    if not chunks:
        return Reading(text, (), _("there is no number in it"), "unreadable")
    if context.area and _other_places(context.area).search(text):
        context = context._replace(area="")
    found, refused = sort_out(chunks, context)
    if refused and context.area:
        # digits nobody can explain may be the area code of a local number beside them
        found, refused = sort_out(chunks, context._replace(area=""))
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


def _why(chunks: Sequence[Chunk], written: str, context: DialContext) -> str:
    written = f"+{written}" if chunks[0].plus else written
    flaw = next((chunk.flaw for chunk in chunks if chunk.flaw), "")
    if flaw:
        return _(_FLAWS[flaw]).format(number=written)
    return numbering_plan.why_not([chunk.digits for chunk in chunks], written, context, plus=chunks[0].plus)


def _verdict(text: str, numbers: Sequence[Number], refused: Sequence[Sequence[Chunk]]) -> str:
    if len(numbers) > 1:
        return "several"
    if numbers:
        return "ok" if text.strip() == national(numbers[0]) else "repaired"
    return "unreadable" if any(chunk.flaw for part in refused for chunk in part) else "incomplete"


@cache
def _other_places(area: str) -> re.Pattern[str]:
    """Names of places outside `area`: a local number beside one of them may not belong to `area`."""
    own = numbering_plan.areas()[area].places
    names = [name for each in numbering_plan.areas().values() for name in each.places if name not in own]
    return re.compile("|".join([*names, *_OTHER_REGIONS]))
