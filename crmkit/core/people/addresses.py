"""Addresses as people write them: 北京市朝阳区青年路11号院12号楼3单元450室 is 青年路十一号院12-3-450."""

import re
import unicodedata
from functools import lru_cache

import msgspec

from crmkit.core.people.names import is_han, simplified
from crmkit.core.values import han_number

_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "两": "2"}
_HAN_NUMBER = re.compile("[〇零一二两三四五六七八九十百]+(?=[号院楼栋幢座单门室层户弄组区])")
_ADMIN = re.compile(
    "^(?:中国)?(?:.{2,3}?省|.{2,7}?自治区)?(?:.{2,6}?(?:市|自治州))?(?P<district>.{1,4}?(?:[^小园社厂校]区|县|旗))?"
    "(?:.{1,4}?街道(?:办事处)?|.{1,3}?[镇乡])?"
)
_NUMBER = re.compile(r"0*([0-9]+[a-z]?|[a-z](?=[座栋区号楼]))")
_SEPARATORS = re.compile(r"[\s,、.;:()·]+")


class Address(msgspec.Struct, frozen=True, gc=False):
    """An address in the parts that can be compared."""

    road: str  # name of road, estate or village without the regions above it; a Latin address whole
    numbers: tuple[str, ...]  # yard, building, entrance, room, as far as given
    han: bool
    door: bool  # the numbers go down to one door

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """The same for most spellings of one address."""
        return (self.road[-3:] if self.han else self.road), self.numbers


def read(text: str) -> Address | None:
    """The parts of `text`; None where nothing is written."""
    text = _folded(text)
    if not is_han(text):
        words = re.findall(r"[0-9a-z]+", text.replace("'", ""))
        return Address(" ".join(words), tuple(w for w in words if w[0].isdigit()), False, True) if words else None
    text = _HAN_NUMBER.sub(lambda m: _figures(m[0]), text)
    found = _NUMBER.search(text)
    road = _road(text[: found.start()] if found else text)
    numbers = tuple(_NUMBER.findall(text))
    return Address(road, numbers, True, len(numbers) > 2 or (len(numbers) == 2 and len(numbers[1]) > 2))


def district(text: str) -> str:
    """The district, county or banner that a Chinese address names: 朝阳区; "" where it names none."""
    regions = _ADMIN.match(_folded(text))
    return (regions["district"] or "") if regions else ""


@lru_cache(maxsize=1 << 16)
def _road(head: str) -> str:
    """What stands before the first number, without the regions."""
    return _ADMIN.sub("", head, count=1) or head


def _folded(text: str) -> str:
    """`text` in half-width lower case; a Chinese one in simplified characters without spaces and marks."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if not is_han(text):
        return text
    return simplified(text if text.isalnum() else _SEPARATORS.sub("", text))


def _figures(text: str) -> str:
    """A number in Chinese numerals (十一, 一百零三) or digit by digit (四五〇) in figures; else itself."""
    if not set(text) & set("十百"):
        return "".join(_DIGITS[c] for c in text)
    number = han_number(text)
    return text if number is None else str(number)


def compare(a: Address, b: Address) -> str:
    """How two addresses agree.

    home (one door), "near" (one door but for a slip or an omission), building (as far as given, or next door), road,
    other; "" where nothing can be said.
    """
    if a.han != b.han:
        return ""
    if not a.han:
        return _compare_latin(a, b)
    if not same_road(a.road, b.road):
        return "near" if a.numbers == b.numbers and a.door and one_character_off(a.road, b.road) else "other"
    if a.numbers == b.numbers:
        return "home" if a.door else "building"
    short, long = sorted((a.numbers, b.numbers), key=len)
    if not short:
        return "road"
    if short[-1] == long[-1] and len(short) > 1 and _within(short, long):
        return "home" if b.door and a.door else "near"
    if short == long[: len(short)]:
        return "building"
    if len(short) == len(long) > 1:
        differing = [(x, y) for x, y in zip(short, long, strict=True) if x != y]
        if len(differing) == 1:
            return "building" if short[:-1] == long[:-1] else "near"
    return "road" if short[0] == long[0] else "other"


def same_road(a: str, b: str) -> bool:
    """Whether two road names agree once one of them may still have its region in front."""
    return a == b or (min(len(a), len(b)) > 1 and (a.endswith(b) or b.endswith(a)))


def one_character_off(a: str, b: str) -> bool:
    """Whether two names of roads differ in one character only."""
    return len(a) == len(b) > 2 and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether the numbers of `short` stand in `long` in the same order."""
    rest = iter(long)
    return all(number in rest for number in short)


def _compare_latin(a: Address, b: Address) -> str:
    from rapidfuzz.fuzz import ratio, token_sort_ratio

    alike = max(ratio(a.road, b.road), token_sort_ratio(a.road, b.road))
    if alike >= 90:
        return "home" if a.numbers == b.numbers else "near"
    if alike >= 68:
        return "near"
    return "building" if alike >= 58 else "other"
