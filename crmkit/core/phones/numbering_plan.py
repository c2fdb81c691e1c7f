"""The numbering plan: which groups of digits are a telephone number, and of which kind.

Mainland rules are our own: libphonenumber lags behind new mobile ranges, refuses service numbers and strips prefixes
from inside numbers (docs.md: Phones). It is used for numbers abroad.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from crmkit.core.data import table
from crmkit.core.phones.phones import is_assigned
from crmkit.errors import InvalidError
from crmkit.i18n import _

_IP_DIAL = r"(?:179\d\d|1259[03]|10193|1180\d)?"  # carriers' prefixes for cheap long-distance calls, as in old lists
_CHINA = r"(?P<china>(?:0{0,2}86)*)"
_MOBILE = re.compile(rf"{_IP_DIAL}{_CHINA}0?(?P<number>1[3-9]\d{{9}})")
_LANDLINE = re.compile(rf"{_IP_DIAL}{_CHINA}(?P<trunk>0?)(?P<number>10\d{{8}}|[2-9]\d{{8,10}})")
_TOLL_FREE = re.compile(rf"{_CHINA}(?P<number>[48]00\d{{7}})")
_SHORT = re.compile(
    r"95\d{3,4}|951\d{5}|950\d{5}|950\d{8}|96\d{3,4}|10[01]\d\d|1010\d{4}|1008611|11[168]\d\d|11[68]114|12[0-3]\d\d"
)
_GREATER_CHINA = re.compile(r"85[23]\d{8}|886\d{8,10}")  # Hong Kong, Macau, Taiwan: often written without the plus
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_USUAL_MOBILE = {(3, 4, 4), (3, 8), (7, 4), (2, 3, 3, 3)}  # the last: 13,800,138,000
_USUAL_LOCAL = {(7,), (8,), (3, 4), (4, 4)}
_NORTH_AMERICAN = {(1, 10), (1, 3, 7), (1, 3, 3, 4)}


class Dial(NamedTuple):
    """A number as it is dialled: E.164 (service numbers: +86 and the number) and one of PHONE_KINDS."""

    e164: str
    kind: str


class Area(NamedTuple):
    """An area code: the lengths of the numbers behind it, and the places it serves."""

    lengths: tuple[int, ...]
    places: tuple[str, ...]


class DialContext(NamedTuple):
    """How digits without a country code are to be taken."""

    region: str = "CN"  # ISO 3166 code of the country
    area: str = ""  # area code without 0 for numbers that have none; "" = such numbers are refused
    mobile: frozenset[str] = frozenset()  # the beginnings of mobile numbers (`assigned`); none = any from 13 to 19


@cache
def areas() -> dict[str, Area]:
    """Every area code of mainland China, without its leading 0."""
    rows = table("area_codes.tsv")
    return {code: Area(tuple(map(int, lengths)), tuple(places.split())) for code, lengths, places in rows}


@cache
def area_code(text: str) -> str:
    """An area code as typed (010, 10, 0571) without its leading 0. Raises InvalidError where there is no such code."""
    code = text.strip().removeprefix("0")
    if code and code not in areas():
        raise InvalidError(
            _("{value} is not an area code of mainland China").format(value=text), _("for example 010 or 0571")
        )
    return code


def split_landline(number: str) -> tuple[str, str]:
    """A landline number without 0 as area code and local number; ("", number) where no such area code exists."""
    code = number[:2] if number[:1] == "2" or number.startswith("10") else number[:3]
    return (code, number[len(code) :]) if code in areas() else ("", number)


def identify(groups: Sequence[str], context: DialContext, *, plus: bool = False, alone: bool = False) -> Dial | None:
    """The number that `groups` of digits form together; None where they form none or are ambiguous.

    `plus` says that a + stands before them, `alone` that nothing is joined to them (short numbers need that).
    """
    digits = "".join(groups)
    if plus or digits.startswith("00"):
        bare = digits.lstrip("0")
        domestic = bare.startswith("86")
        return _domestic(bare, groups, context, plus, alone) if domestic else _abroad("+" + bare, groups)
    if context.region != "CN":
        return _abroad(digits, groups, context.region)
    if _GREATER_CHINA.fullmatch(digits):
        return _abroad("+" + digits, groups)
    return _domestic(digits, groups, context, plus, alone) or _local(digits, groups, context.area, alone)


def _domestic(digits: str, groups: Sequence[str], context: DialContext, plus: bool, alone: bool) -> Dial | None:
    return (
        _mobile(digits, groups, context.mobile)
        or _landline(digits, groups, plus)
        or _toll_free(digits, groups)
        or (_short(digits, groups, plus) if alone else None)
    )


def usual(groups: Sequence[str]) -> bool:
    """Whether people group a number's digits like this: 138 0013 8000, 010 86604709. Weak separators need it."""
    sizes = tuple(map(len, groups))
    if groups[0].startswith("0") and groups[0][1:] in areas():
        return sizes[1:] in _USUAL_LOCAL
    return sizes in _USUAL_MOBILE


def _mobile(digits: str, groups: Sequence[str], beginnings: frozenset[str]) -> Dial | None:
    match = _MOBILE.fullmatch(digits)
    if match is None or not is_assigned(match["number"], beginnings):
        return None
    # 1-866-539-1234 is as good a number of North America, whose exchanges begin with 2 to 9
    if not match["china"] and tuple(map(len, groups)) in _NORTH_AMERICAN and digits[4] in "23456789":
        return None
    # 17951-138001: the carrier's prefix and a number with digits missing
    if len(digits) == 11 and re.fullmatch(_IP_DIAL, groups[0]):
        return None
    return Dial("+86" + match["number"], "mobile")


def _landline(digits: str, groups: Sequence[str], plus: bool) -> Dial | None:
    match = _LANDLINE.fullmatch(digits)
    if match is None:
        return None
    code, local = split_landline(match["number"])
    if not code or len(local) not in areas()[code].lengths or local[0] in "01":
        return None
    behind = _groups_of(local, groups)
    if match["trunk"]:
        # 0731-44646389, 073144646389, but not 07314-4646389: whose area code is that?
        in_one = groups[-2] + groups[-1] if len(groups[-1]) == 4 and len(groups) > 1 else groups[-1]
        sure = bool(behind) or len(in_one) >= len(match["number"])
    else:
        # without its 0 an area code may also be what is left of a mobile number: 86-561-3777-031
        whole = groups[-1].endswith(match["number"])
        sure = whole and (code[0] in "12" or plus or len(local) == 8)
        sure = sure if match["china"] and not behind else whole or behind in _USUAL_LOCAL
        if not match["china"]:
            # the 0 that a spreadsheet drops; but 391-2345678 may be 1391-2345678 with a digit missing
            sure = sure and (whole or groups[0] == code) and (code[0] in "12" or len(local) == 8)
    return Dial("+86" + code + local, "landline") if sure else None


def _groups_of(local: str, groups: Sequence[str]) -> tuple[int, ...]:
    """The sizes of the last groups, if together they are `local`; else ()."""
    for count, total in enumerate(accumulate(map(len, reversed(groups))), start=1):
        if total == len(local) and count < len(groups):
            return tuple(map(len, groups[-count:]))
    return ()


def _toll_free(digits: str, groups: Sequence[str]) -> Dial | None:
    match = _TOLL_FREE.fullmatch(digits)
    # 80-0635-9369 is what is left of 180-0635-9369
    if match is None or any(len(group) < 3 and group != "86" for group in groups):
        return None
    return Dial("+86" + match["number"], "service")


def _short(digits: str, groups: Sequence[str], plus: bool) -> Dial | None:
    """95588, and 010-95588 as it is dialled from elsewhere."""
    number = digits.removeprefix("86") if plus or groups[0] == "86" else digits
    if _SHORT.fullmatch(number) and len(groups) <= 3:
        return Dial("+86" + number, "service")
    code, rest = split_landline(number.removeprefix("0"))
    if code and (plus or groups[0] == "0" + code) and _SHORT.fullmatch(rest):
        return Dial("+86" + code + rest, "service")
    return None


def is_short(dial: Dial) -> bool:
    """Whether this is a short service number, such as 95588."""
    return dial.kind == "service" and _SHORT.fullmatch(dial.e164.removeprefix("+86")) is not None


def _local(digits: str, groups: Sequence[str], area: str, alone: bool) -> Dial | None:
    if not area or len(digits) not in areas()[area].lengths or digits[0] in "019":
        return None
    if _DATE.fullmatch(digits) or not (len(groups) == 1 or (alone and tuple(map(len, groups)) in {(3, 4), (4, 4)})):
        return None
    return Dial("+86" + area + digits, "landline")


def _abroad(number: str, groups: Sequence[str], region: str | None = None) -> Dial | None:
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    # +8-434... is not Vietnam's +84 but a country code with a digit missing
    first = next((group.lstrip("0") for group in groups if group.strip("0")), "")
    split_code = region is None and not first.startswith(str(parsed.country_code))
    if split_code or not phonenumbers.is_valid_number(parsed):
        return None
    return Dial(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), "foreign")


def why_not(groups: Sequence[str], written: str, context: DialContext, *, plus: bool = False) -> str:
    """The sentence that says why `groups` of digits, `written` so, are no number."""
    digits = "".join(groups)
    count = len(digits)
    national = re.sub(r"^(?:0{0,2}86)+(?=0?1[3-9]|0[1-9])", "", digits)
    if (plus and not digits.startswith("86")) or (digits.startswith("00") and national == digits):
        return _("{number} is not a valid number of the country it names").format(number=written)
    if context.region != "CN":
        return _("{number} is not a number of {region}").format(number=written, region=context.region)
    if re.match(r"0?1[3-9]", national):
        found = len(national.removeprefix("0"))
        if found == 11 and not is_assigned(national.removeprefix("0"), context.mobile):
            return _(
                "{number}: no mobile number begins with {digits} (phone.mobile in archive.toml lists them)"
            ).format(number=written, digits=national.removeprefix("0")[:3])
        if found == 11:
            return _("{number} may be a mobile number or one of North America").format(number=written)
        return _("{number} has {count} digits; a mobile number has 11").format(number=written, count=found)
    if national.startswith("0"):
        return _why_no_landline(national[1:], written)
    if count in (7, 8) and digits[0] not in "01" and not context.area:
        return _("{number} needs its area code").format(number=written)
    if count < 11:
        return _("{number} has {count} digits: too few, or without its area code").format(number=written, count=count)
    return _("{number} has {count} digits and is no number of a known kind").format(number=written, count=count)


def _why_no_landline(number: str, written: str) -> str:
    code, local = split_landline(number)
    if not code:
        return _("{number} begins with an area code that does not exist").format(number=written)
    if len(local) in areas()[code].lengths and local[0] not in "01":
        return _("{number}: it is not clear where the area code ends").format(number=written)
    if len(local) in areas()[code].lengths:
        return _("{number}: no number behind an area code begins with {digit}").format(number=written, digit=local[0])
    return _("{number} has {count} digits behind its area code; there it takes {wanted}").format(
        number=written, count=len(local), wanted=" / ".join(map(str, areas()[code].lengths))
    )
