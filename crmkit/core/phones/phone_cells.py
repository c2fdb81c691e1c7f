"""From groups of digits to the numbers of a cell: which groups belong together, and what is left over."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from crmkit.core.phones.phone_plan import Context, Dial, identify, is_short, split_landline, usual
from crmkit.core.phones.phone_text import APART, COMMA, DASH, EXT, LIST, SIGN, SLASH, SPACE, TILDE, Chunk
from crmkit.records.customer import PHONE_KINDS

_MOBILE = re.compile(r"1[3-9]\d{9}")
_WITH_EXTENSION = {DASH: ("mobile", "landline", "service"), SIGN: PHONE_KINDS, COMMA: ("mobile", "landline", "service")}
_BETWEEN = (LIST, SLASH, TILDE)
_MOST_GROUPS = 20  # of one number: a digit at a time, with prefixes


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


def sort_out(chunks: Sequence[Chunk], context: Context) -> Sorted:
    """The numbers among the groups of digits of one cell. A group that could belong to two numbers belongs to none.

    Short numbers (95588) count where they stand alone or in a list: elsewhere they may be a tail or a house number. A
    local number behind a full landline number of the same list takes over its area code (010-86604709/86604710).
    """
    result = Sorted([], [])
    for run in _split(chunks, (APART,)):
        if any(chunk.gap in (COMMA, *_BETWEEN) for chunk in run[1:]) and usual([c.digits for c in run]):
            dial = None if any(c.flaw for c in run) else _dial(run, context, alone=True)
            if dial is not None:
                result.found.append(Found(dial, "", run[0].start, run[-1].end))
                continue
        here = context
        before: Found | None = None  # the number that stands right before this part
        for part in _split(run, _BETWEEN):
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


def _split(chunks: Sequence[Chunk], gaps: tuple[str, ...]) -> list[list[Chunk]]:
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


def _area_of(found: Found, context: Context) -> Context:
    if found.dial.kind != "landline":
        return context
    return context._replace(area=split_landline(found.dial.e164.removeprefix("+86"))[0])


def _ways(chunks: Sequence[Chunk], context: Context) -> list[list[Found]]:
    """At most two of the ways in which all `chunks` form numbers one after another; as one number if they form one."""
    whole = _as_one(chunks, context, alone=True)
    if whole is not None:
        return [[whole]]
    known: dict[tuple[int, str], list[list[Found]]] = {}

    def onwards(start: int, here: Context) -> list[list[Found]]:
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


def _as_one(chunks: Sequence[Chunk], context: Context, *, alone: bool) -> Found | None:
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


def _dial(chunks: Sequence[Chunk], context: Context, *, alone: bool) -> Dial | None:
    return identify([c.digits for c in chunks], context, plus=chunks[0].plus, alone=alone)


def _keep_the_certain(chunks: Sequence[Chunk], context: Context, result: Sorted) -> None:
    """Sort chunks that do not all form numbers: keep what stands between spaces as a full number, refuse the rest.

    One or two digits before it could be digits of its own, up to five behind it an extension, digits behind a foreign
    prefix are foreign, and 179.. may be a carrier's prefix with half of a number.
    """
    parts: list[list[Chunk]] = []
    for part in _split(chunks, (SPACE,)):
        tailed = len(part) > 1 and _MOBILE.fullmatch(part[0].digits) and not _as_one(part, context, alone=False)
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
