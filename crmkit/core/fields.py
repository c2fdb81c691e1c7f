"""Typed fields, `--set FIELD=VALUE`: each is read by its own reader, never guessed."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import msgspec

from crmkit.core.data import table
from crmkit.errors import InvalidError
from crmkit.i18n import _, current, speaking
from crmkit.labels import word
from crmkit.records import Record
from crmkit.records.typed import Code

R = TypeVar("R", bound=Record)
Reader = Callable[[str], Any]
MAX_TEXT = 2000
MAX_FEN = 10**13
_YUAN = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(\.[0-9]{1,2}0*)?")


def assign(record: R, sets: Iterable[str], unsets: Iterable[str], readers: Mapping[str, Reader]) -> R:
    """`record` with each FIELD=VALUE of `sets` read and set, and each field of `unsets` emptied.

    Only the fields that `readers` names can be changed. Raises InvalidError.
    """
    values: dict[str, Any] = {}
    for pair in sets:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InvalidError(_("{value} is not FIELD=VALUE").format(value=pair))
        name = _known(name.strip(), readers)
        values[name] = read(name, value, readers)
    for name in unsets:
        values[_known(name, readers)] = emptied(type(record), name)
    own = {_attribute(type(record), name): value for name, value in values.items()}
    return msgspec.structs.replace(record, **own)


def read(name: str, value: str, readers: Mapping[str, Reader]) -> Any:
    """`value` as the field `name` holds it. Raises InvalidError that names the field."""
    try:
        return readers[name](value)
    except InvalidError as error:
        raise InvalidError(error.problem, error.hint, field=name) from None


@contextmanager
def named_as(names: Mapping[str, str]) -> Iterator[None]:
    """An error about one of the fields `names` names it as it was asked for: `ordered_on` as `on`."""
    try:
        yield
    except InvalidError as error:
        error.field = names.get(error.field, error.field)
        raise


def text(value: str) -> str:
    """Text in one line without outer spaces; control characters and more than 2,000 characters are refused."""
    clean = value.strip()
    if len(clean) > MAX_TEXT:
        raise InvalidError(_("{n} characters are too many; the most is {most}").format(n=len(clean), most=MAX_TEXT))
    for character in clean:
        if ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0xD800 <= ord(character) < 0xE000:
            raise InvalidError(_("a control character ({code})").format(code=f"U+{ord(character):04X}"))
        if character in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff":
            raise InvalidError(_("an invisible character ({code})").format(code=f"U+{ord(character):04X}"))
    return clean


def required(value: str) -> str:
    """Text that is not empty."""
    clean = text(value)
    if not clean:
        raise InvalidError(_("it cannot be empty"))
    return clean


def code(value: str) -> str:
    """A short name without spaces, as staff and products have."""
    clean = required(value)
    if any(character.isspace() for character in clean) or len(clean) > 40:
        raise InvalidError(_("{value} is not a code: no spaces, at most 40 characters").format(value=clean))
    return clean


def code_of(value: str, allowed: Iterable[str], family: str = "") -> str:
    """`value` as a code of `allowed`, also from its Chinese word (筛选, 外拓); anything else trimmed, as it is.

    What a table shows for a code of that `family` can be typed for it.
    """
    clean, codes = value.strip(), tuple(allowed)
    if not clean or clean in codes:
        return clean
    if family and (meant := [code for code in codes if _shown(code, family) == clean]):
        return meant[0] if len(meant) == 1 else clean
    folded = clean.casefold()
    named = [code for code in codes if code.casefold() == folded or folded in _choice_words().get(code, ())]
    if not named and not clean.isascii():
        named = [code for code in codes if _shown(code) == clean]
    return named[0] if len(named) == 1 else clean


@cache
def _shown(code: str, family: str = "") -> str:
    """The Chinese word that tables show for a code; "" where they show the code itself."""
    with speaking("zh"):
        told = word(Code(code, family))
    return told if told != code else ""


@cache
def _choice_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.casefold().split()) for code, words in table("choices.tsv")}


def choice(*allowed: str, family: str = "") -> Reader:
    """A reader that takes one of `allowed`, also by its Chinese word, or nothing."""

    def one(value: str) -> str:
        code = code_of(value, allowed, family)
        if code and code not in allowed:
            raise InvalidError(_("{value} is not known").format(value=code), one_of_them(allowed, family))
        return code

    return one


def one_of(name: str, value: str, allowed: Iterable[str], *, family: str = "", needed: bool = False) -> str:
    """The code of `allowed` that was typed for the field `name`, in either language. InvalidError names the field."""
    codes = tuple(allowed)
    code = str(read(name, value, {name: choice(*codes, family=family)}))
    if needed and not code:
        raise InvalidError(_("it cannot be empty"), one_of_them(codes, family), field=name)
    return code


def one_of_them(allowed: Iterable[str], family: str = "") -> str:
    """The hint that lists the codes of a closed list, in the words of whoever reads it."""
    return _("one of: {choices}").format(choices=listed(allowed, family))


def listed(allowed: Iterable[str], family: str = "") -> str:
    """The codes of a closed list as a person may type them: in Chinese by the word of their family, or the first."""
    codes = [code for code in allowed if code]
    if current() != "zh":
        return ", ".join(codes)
    own = {code: _shown(code, family) for code in codes} if family else {}
    return "、".join(own.get(code) or _first_words().get(code) or _shown(code) or code for code in codes)


@cache
def _first_words() -> dict[str, str]:
    return {code: words.split()[0] for code, words in table("choices.tsv")}


def choices(*allowed: str, family: str = "") -> Reader:
    """A reader of a list typed with commas, each one of `allowed`, also by its Chinese word."""
    read_one = choice(*allowed, family=family)
    return lambda value: tuple(dict.fromkeys(read_one(word) for word in words(value)))


def words(value: str) -> tuple[str, ...]:
    """A list typed with commas; the Chinese comma works too."""
    return tuple(text(word) for word in value.replace("，", ",").split(",") if word.strip())


def whole(value: str, least: int = 0) -> int:
    """A whole number, not negative, or from `least` on."""
    typed = value.strip()
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9 or int(typed) < least:
        raise InvalidError(_("{value} is not a whole number, {least} or more").format(value=shown(value), least=least))
    return int(typed)


def quantity(value: str) -> int:
    """How many: a whole number, one or more."""
    return whole(value, 1)


def number(value: str) -> float:
    """A number above zero."""
    try:
        result = float(value)
    except ValueError:
        result = 0.0
    if not 0 < result < 1e9:
        raise InvalidError(_("{value} is not a number above zero").format(value=shown(value)))
    return result


def waited_minutes(value: str) -> int:
    """1.5h, 90min or 1.5 (hours) as minutes; 0 for nothing. Raises InvalidError."""
    text = value.strip().lower().replace("小时", "h").replace("分钟", "min")
    if not text:
        return 0
    minutes = text.endswith("min")
    amount: float = read("waited", text.removesuffix("min").removesuffix("h"), {"waited": number})
    return round(amount if minutes else amount * 60)


def yuan(value: str) -> int:
    """Money typed in yuan, as fen: `790`, `790.50`, `1,980元`, `￥198`."""
    clean = unicodedata.normalize("NFKC", value).strip().removeprefix("¥").removesuffix("元").strip()
    found = _YUAN.fullmatch(clean)
    fen = int(Decimal(clean.replace(",", "")) * 100) if found else -1
    if not 0 <= fen <= MAX_FEN:
        raise InvalidError(_("{value} is not an amount in yuan").format(value=shown(value)))
    return fen


def fen_typed(name: str, typed: str) -> int:
    """The amount typed for the option `name`, in fen; 0 where none was. Raises InvalidError that names it."""
    return int(read(name, typed, {name: yuan})) if typed else 0


def answer_typed(name: str, typed: str) -> str:
    """ "yes" or "no" as typed for the option `name`; "" where nothing was. Raises InvalidError that names it."""
    return ("yes" if read(name, typed, {name: flag}) else "no") if typed else ""


def in_yuan(fen: int) -> str:
    """Fen as people read them: `198000` is `1980.00`."""
    return str((Decimal(fen) / 100).quantize(Decimal("0.01")))


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def in_capitals(fen: int) -> str:
    """Fen in the capital numerals that stand on Chinese receipts: 168032 is 壹仟陆佰捌拾元零叁角贰分.

    By the rules for bills and vouchers: one 零 for zeros between digits, none at the end, 整 after whole yuan or jiao.
    """
    if not fen:
        return "零元整"
    yuan, rest = divmod(abs(fen), 100)
    jiao, cents = divmod(rest, 10)
    text = _whole(yuan) + "元" if yuan else ""
    if jiao:
        text += ("零" if yuan and yuan % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif yuan and cents:
        text += "零"
    text += _DIGITS[cents] + "分" if cents else "整"
    return ("负" if fen < 0 else "") + text


def _whole(number: int) -> str:
    """A whole number above zero, four digits after the other."""
    text, gap = "", False
    for place in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place % 4]
        gap = digit == 0
        if place % 4 == 0 and number // 10**place % 10**4:
            text += _GROUPS[place // 4]
    return text


def shown(value: str) -> str:
    """What was typed, as an error shows it: trimmed, `''` where it is empty."""
    return value.strip() or "''"


def flag(value: str) -> bool:
    """yes or no, in either language."""
    clean = value.strip().lower()
    if clean in ("yes", "true", "1", "是"):
        return True
    if clean in ("no", "false", "0", "", "否"):
        return False
    raise InvalidError(_("{value} is neither yes nor no").format(value=clean))


def day(value: str) -> date | None:
    """An ISO date, or nothing."""
    try:
        return date.fromisoformat(value.strip()) if value.strip() else None
    except ValueError:
        raise InvalidError(
            _("{value} is not a date").format(value=value.strip()), _("write it as 2026-11-21")
        ) from None


def _known(name: str, readers: Mapping[str, Reader]) -> str:
    if name not in readers:
        raise InvalidError(
            _("there is no field {name} to set").format(name=name),
            _("one of: {choices}").format(choices=", ".join(readers)),
        )
    return name


def _attribute(record_type: type[Record], name: str) -> str:
    names = {f.encode_name: f.name for f in msgspec.structs.fields(record_type)}
    return names[name]


def emptied(record_type: type[Record], name: str) -> Any:
    """What a field holds that was emptied. Raises InvalidError where it cannot be."""
    defaults = {f.encode_name: f.default for f in msgspec.structs.fields(record_type)}
    if defaults[name] is msgspec.NODEFAULT:
        raise InvalidError(_("{field} cannot be empty").format(field=name))
    return defaults[name]
