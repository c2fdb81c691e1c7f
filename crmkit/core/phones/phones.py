"""Telephone numbers as people write them, read and shown as they are dialled.

    read("手机:138-0013-8000 / 010-86604709转801").numbers

What cannot be known is refused with the reason; a wrong number is worse than an unread one.
"""

import re
from collections.abc import Iterable
from functools import cache

import msgspec

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.customer import Phone

MAX_LENGTH = 300  # characters of a cell; a longer one is a document
VERDICTS = ("ok", "repaired", "several", "incomplete", "unreadable")

_ORDINARY = re.compile(r"\s*(?:(?:\+?86|0)[ -]?)?(1[3-9][0-9])([ -]?)([0-9]{4})\2([0-9]{4})\s*", re.ASCII)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９＋－　", "0123456789+- ")


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
        return Reading(text, (number,), "", "ok" if digits == text.strip() else "repaired")
    from crmkit.core.phones.reading import read_cell

    return read_cell(text, check_region(region), area)


@cache
def check_region(region: str) -> str:
    """`region` if telephone numbers are known there. Raises InvalidError."""
    if region == "CN":
        return region
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidError(_("{value} is not a region").format(value=region), _("an ISO 3166 code such as CN or HK"))
    return region


def identity(phone: Phone | Number) -> str:
    """What two spellings of one telephone have in common: E.164, with the extension where it has one.

    +8613900541731, +861065881234-801. Two extensions of one number are two telephones (DOMAIN 2).
    """
    return f"{phone.e164}-{phone.ext}" if phone.ext else phone.e164


def line_of(identity: str) -> str:
    """The number (E.164) behind which the extension of an `identity` is reached; without one, the same number."""
    return identity.partition("-")[0]


def has(phones: Iterable[Phone], number: Number) -> bool:
    """Whether `number` is among `phones`; a number typed without an extension stands for all of its extensions."""
    return any(p.e164 == number.e164 and number.ext in ("", p.ext) for p in phones)


def to_phones(reading: Reading) -> tuple[Phone, ...]:
    """The numbers of a reading as parts of a customer's file, each number once."""
    found: dict[str, Phone] = {}
    for number in reading.numbers:
        phone = Phone(raw=number.raw, e164=number.e164, kind=number.kind, ext=number.ext)
        found.setdefault(identity(phone), phone)
    return tuple(found.values())


def national(phone: Phone | Number) -> str:
    """The spelling people dial: 13900541731, 010-86604709-801, 400-812-3123, 95588, +852 9123 4567."""
    number = _dialled(phone)
    if not phone.ext:
        return number
    return f"{number}-{phone.ext}" if phone.kind in ("landline", "service") else f"{number} ext {phone.ext}"


def _dialled(phone: Phone | Number) -> str:
    digits = phone.e164.removeprefix("+86")
    if phone.kind == "mobile":
        return digits
    if phone.kind == "foreign":
        import phonenumbers

        try:
            parsed = phonenumbers.parse(phone.e164)
        except phonenumbers.NumberParseException:  # put there by another program
            return phone.e164
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    from crmkit.core.phones import phone_plan

    if phone_plan.is_short(phone_plan.Dial(phone.e164, phone.kind)):
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
