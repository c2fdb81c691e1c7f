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
from crmkit.records.settings import Settings

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
    repair: str = ""  # what had to be supposed to read a number that is not written as one


def of_file(text: str, settings: Settings, area: str = "") -> Reading:
    """The numbers in `text` by which a person can be reached, as the settings of an archive have it.

    `area` goes before the archive's own. Short service numbers (95588, 12345) are no person's number and are refused.
    """
    reading = read(text, area=area or settings.archive.area, mobile=settings.phone.mobile)
    kinds = [number.kind for number in reading.numbers]
    if "service" not in kinds:
        return reading
    short = [n for n in reading.numbers if n.kind == "service" and n.e164[3:6] not in ("400", "800")]
    if not short:
        return reading
    kept = tuple(number for number in reading.numbers if number not in short)
    why = (_("{number} is a service number, no person's").format(number=national(number)) for number in short)
    verdict = reading.verdict if len(kept) > 1 else "repaired" if kept else "unreadable"
    return Reading(text, kept, "; ".join(filter(None, (*why, reading.reason))), verdict, reading.repair)


def read(text: str, *, region: str = "CN", area: str = "", mobile: tuple[str, ...] = ()) -> Reading:
    """The telephone numbers in `text`, a cell or an answer.

    `region` is the ISO 3166 code of the country of numbers without a country code, `area` the area code (010, 0571)
    of local numbers; without one they are refused. `mobile` lists the beginnings of mobile numbers ("130-139", "162");
    without any all from 13 to 19 are. Raises InvalidError where there is no such region, area code or range.
    """
    if len(text) > MAX_LENGTH:
        return Reading(text, (), _("this is too long for a telephone number"), "unreadable")
    half_width = text if text.isascii() else text.translate(_HALF_WIDTH)
    digits = ordinary_mobile(half_width, assigned(mobile)) if region == "CN" else ""
    if digits:
        number = Number(text.strip(), "+86" + digits, "mobile")
        return Reading(text, (number,), "", "ok" if digits == text.strip() else "repaired")
    from crmkit.core.phones.reading import read_cell

    return read_cell(text, check_region(region), area, mobile)


def crowds(settings: Settings) -> frozenset[str]:
    """The shared numbers of offices and switchboards (`shared_numbers` under [dedupe]), by identity."""
    area = settings.archive.area
    texts = settings.dedupe.shared_numbers
    return frozenset(identity(n) for text in texts for n in read(text, area=area).numbers)


def ordinary_mobile(text: str, beginnings: frozenset[str]) -> str:
    """The 11 digits of the one mainland mobile number that `text` is, as everybody writes it; "" for anything else.

    A fast path: taking such a cell apart costs fifty times as much, with the same result. `beginnings` as for
    `is_assigned`.
    """
    found = _ORDINARY.fullmatch(text)
    if found is None:
        return ""
    digits = found[1] + found[3] + found[4]
    return digits if found[1] in beginnings or is_assigned(digits, beginnings) else ""  # most begin with three listed


@cache
def assigned(ranges: tuple[str, ...]) -> frozenset[str]:
    """The beginnings of mobile numbers that `ranges` ("130-139", "162") list, each of three digits or more.

    Raises InvalidError.
    """
    found: set[str] = set()
    for text in ranges:
        first, _dash, last = text.replace(" ", "").partition("-")
        last = last or first
        if not re.fullmatch(r"(1[0-9]{2,6})-(1[0-9]{2,6})", f"{first}-{last}") or len(last) != len(first):
            raise InvalidError(
                _("{value} is not a range of mobile numbers").format(value=text), _("for example 130-139 or 162")
            )
        found |= {str(number) for number in range(int(first), int(last) + 1)}
    return frozenset(found)


def is_assigned(number: str, beginnings: frozenset[str]) -> bool:
    """Whether a mobile number of 11 digits begins as one of `beginnings`; without any, all do."""
    return not beginnings or any(number[:length] in beginnings for length in range(3, 8))


_RUN = re.compile(r"(\d)\1{6}")
_PAIRS = re.compile(r"(\d\d)\1{3}")
_COUNTED = ("01234567890123456789", "98765432109876543210")


def looks_made_up(phone: Phone | Number) -> bool:
    """Whether it may be the first number that came to mind (docs.md: Phones): 13888888888, 13912345678, 13800138000."""
    digits = phone.e164.removeprefix("+86")[-8:]
    if phone.kind not in ("mobile", "landline") or not phone.e164.startswith("+86"):
        return False
    counted = any(digits[at : at + 7] in steps for at in (0, 1) for steps in _COUNTED)
    brand = phone.kind == "mobile" and phone.e164[3:] == f"{phone.e164[3:6]}00{phone.e164[3:6]}000"  # 13800138000
    return counted or brand or _RUN.search(digits) is not None or _PAIRS.fullmatch(digits) is not None


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
    """The key of a telephone, equal for all spellings: E.164, with the extension where it has one.

    +8613900541731, +861065881234-801. Two extensions of one number are two telephones (docs.md: Phones).
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
    return f"{number}-{phone.ext}" if phone.kind != "foreign" else f"{number} ext {phone.ext}"


def as_dialled(number: str) -> str:
    """The `national` spelling of an identity (+861065881234-801); what is none stays as it is."""
    line, _hyphen, extension = number.partition("-")
    if mobile := ordinary_mobile(line, frozenset()):  # as most are
        return national(Number("", f"+86{mobile}", "mobile", extension))
    if not (line.startswith("+") and line[1:].isdecimal()):
        return number
    from crmkit.core.phones.numbering_plan import DialContext, identify

    # not by `read`, which would first take it apart as it does what people type: a ninth of `due`
    dial = identify([line[1:]], DialContext(), plus=True, alone=True)
    return national(Number("", *dial, extension)) if dial else number


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
    from crmkit.core.phones import numbering_plan

    if numbering_plan.is_short(numbering_plan.Dial(phone.e164, phone.kind)):
        return digits
    if phone.kind == "service" and digits[1:3] == "00":
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    code, local = numbering_plan.split_landline(digits)
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


# A date is left alone; 7 to 15 digits, with single separators among them, can be a phone number.
_DATE_OR_PHONE = (
    r"(?P<date>(?<!\d)(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}(?!\d))|(?<!\d)\d(?:[-\s.·－—]?\d){6,14}(?!\d)"
)


def masked(number: str) -> str:
    """`number`, in any spelling, with the four digits before the last four hidden."""
    digits = [at for at, char in enumerate(number) if char.isdigit()]
    hidden = set(digits[-8:-4])
    return "".join("*" if at in hidden else char for at, char in enumerate(number))


def masked_text(text: str) -> str:
    """`text` with everything in it hidden that can be a phone number; dates stay."""
    return re.sub(_DATE_OR_PHONE, lambda found: found[0] if found["date"] else masked(found[0]), text)
