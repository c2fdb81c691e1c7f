"""Telephone numbers as people write them, read and shown as they are dialled.

    read("手机:138-0013-8000 / 010-86604709转801").numbers

What cannot be known is refused with the reason; a wrong number is worse than an unread one.
"""

import re
from collections.abc import Sequence
from functools import cache

import msgspec

from crmkit.core.phones import phone_cells, phone_plan, phone_text
from crmkit.core.phones.phone_plan import Context
from crmkit.core.phones.phone_text import HIDDEN, LABELLED, LETTERS, LOST, Chunk
from crmkit.errors import InvalidError
from crmkit.i18n import N_, _
from crmkit.records.customer import Phone

MAX_LENGTH = 300  # characters of a cell; a longer one is a document
VERDICTS = ("ok", "repaired", "several", "incomplete", "unreadable")

_ORDINARY = re.compile(r"\s*(?:(?:\+?86|0)[ -]?)?(1[3-9][0-9])([ -]?)([0-9]{4})\2([0-9]{4})\s*", re.ASCII)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９＋－　", "0123456789+- ")
_FLAWS = {
    LETTERS: N_("{number} has letters or signs among its digits"),
    HIDDEN: N_("{number} has hidden digits"),
    LOST: N_("{number} was cut short by a spreadsheet: digits are lost"),
    LABELLED: N_("{number} is labelled as something other than a telephone number"),
}
_OTHER_REGIONS = ("香港", "澳门", "澳門", "台湾", "台灣", "臺灣", "Hong Kong", "HK", "Macau", "Taiwan")


class Number(msgspec.Struct, frozen=True):
    """One number: as it was written, in E.164 (service numbers: +86 and the number), its kind and extension."""

    raw: str
    e164: str
    kind: str  # one of PHONE_KINDS
    ext: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What was read from a cell; `reason` says why something in it was not read, "" where everything was."""

    raw: str
    numbers: tuple[Number, ...] = ()
    reason: str = ""
    verdict: str = "ok"  # one of VERDICTS


def read(text: str, *, region: str = "CN", area: str = "") -> Reading:
    """The telephone numbers in `text`, a cell or an answer.

    `region` is the ISO 3166 code of the country of numbers without a country code, `area` the area code (010, 0571)
    of local numbers; without one they are refused. Raises InvalidError where there is no such region or area code.
    """
    if len(text) > MAX_LENGTH:
        return Reading(text, (), _("this is too long for a telephone number"), "unreadable")
    half_width = text if text.isascii() else text.translate(_HALF_WIDTH)
    ordinary = _ORDINARY.fullmatch(half_width) if region == "CN" else None
    if ordinary is not None:
        digits = ordinary[1] + ordinary[3] + ordinary[4]
        number = Number(text.strip(), "+86" + digits, "mobile")
        return Reading(text, (number,), "", "ok" if digits == text else "repaired")
    return _read_cell(text, Context(check_region(region), phone_plan.area_code(area)))


def _read_cell(text: str, context: Context) -> Reading:
    plain = phone_text.plain(text)
    chunks = phone_text.cut(plain)
    if not chunks:
        return Reading(text, (), _("there is no number in it"), "unreadable")
    if context.area and _other_places(context.area).search(text):
        context = context._replace(area="")
    found, refused = phone_cells.sort_out(chunks, context)
    if refused and context.area:
        # digits nobody can explain may be the area code of a local number beside them
        found, refused = phone_cells.sort_out(chunks, context._replace(area=""))
    numbers = {
        (f.dial, f.ext): Number(plain[f.start : f.end] if len(found) > 1 else text.strip(), *f.dial, f.ext)
        for f in reversed(found)
    }
    numbers_read = tuple(reversed(numbers.values()))
    told = [part for part in refused if not found or sum(len(c.digits) for c in part) > 2]
    reason = "; ".join(_why(part, plain[part[0].start : part[-1].end], context) for part in told)
    return Reading(text, numbers_read, reason, _verdict(text, numbers_read, refused))


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


@cache
def check_region(region: str) -> str:
    """`region` if telephone numbers are known there. Raises InvalidError."""
    if region == "CN":
        return region
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidError(_("{value} is not a region").format(value=region), _("an ISO 3166 code such as CN or HK"))
    return region


def to_phones(reading: Reading) -> tuple[Phone, ...]:
    """The numbers of a reading as parts of a customer's file, each number once."""
    phones = {n.e164: Phone(raw=n.raw, e164=n.e164, kind=n.kind, ext=n.ext) for n in reversed(reading.numbers)}
    return tuple(reversed(phones.values()))


def national(phone: Phone | Number) -> str:
    """The spelling people dial: 13900541731, 010-86604709-801, 400-812-3123, 95588, +852 9123 4567."""
    number = _dialled(phone)
    if not phone.ext:
        return number
    return f"{number}-{phone.ext}" if phone.kind in ("landline", "service") else f"{number} ext {phone.ext}"


def _dialled(phone: Phone | Number) -> str:
    digits = phone.e164.removeprefix("+86")
    if phone.kind == "foreign":
        import phonenumbers

        parsed = phonenumbers.parse(phone.e164)
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if phone.kind == "mobile" or phone_plan.is_short(phone_plan.Dial(phone.e164, phone.kind)):
        return digits
    if phone.kind == "service" and digits[1:3] == "00":
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    code, local = phone_plan.split_landline(digits)
    return f"0{code}-{local}"


def cell_text(value: object) -> str:
    """A spreadsheet cell as text for `read`: 13800138000.0 is 13800138000; an empty cell is "".

    A number with only three digits that are not 0 came out of 1.38E+10, which is how spreadsheets show a long number
    and how they save it as CSV: it is given back in that form, which `read` refuses.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and value >= 10**9 and value % 10 ** (len(str(value)) - 3) == 0:
        return f"{value:.2E}"
    return "" if value is None else str(value)
