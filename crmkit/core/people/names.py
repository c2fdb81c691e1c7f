"""Personal names as people write them: one form for comparison, surname and given name, courtesy forms.

See docs.md: Repeats.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from crmkit.core.data import table

_SEXES = {"男": "male", "女": "female"}
# Text, compiled for the names that need them: of a plain one none is, which spares `lead add` half a millisecond.
_INVISIBLE = (
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Ranges of characters, not patterns: to compile sets of so many takes 2 ms.
_PLAIN_HAN = ("\u4e00", "\u9fff")
_HAN = (_PLAIN_HAN, ("\u3007", "\u3007"), ("\u3400", "\u4dbf"), ("\U00020000", "\U0003ffff"))
_DOTS = "[•‧∙⋅・･．.●]"
_NOT_OF_A_HAN_NAME = r"[\s,、;:'\"_*~×○-]+|x+$"


class Courtesy(NamedTuple):
    """A name with a title: 张阿姨 is ("张", "", "female"); 李建国先生 keeps its given name; 先生 alone has neither."""

    surname: str
    given: str
    sex: str  # as the title tells it; "" where it does not


@cache
def _simplified() -> dict[int, str]:
    return {ord(form): plain for plain, forms in table("simplified.tsv") for form in forms}


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, _simplified()))


@cache
def _words(*kinds: str) -> frozenset[str]:
    return frozenset(word for kind, words in table("names.tsv") if kind in kinds for word in words.split())


@cache
def _titles() -> dict[str, str]:
    """Each title that stands behind a surname, with the sex it tells."""
    sexes = {"female": "female", "male": "male", "title": ""}
    return {word: sex for kind, sex in sexes.items() for word in _words(kind)}


@cache
def _titled() -> re.Pattern[str]:
    """A name and a title of several characters, or of one: 王二姐 too has an elder's rank before such a one."""
    longest_first = sorted((t for t in _titles() if len(t) > 1), key=len, reverse=True)
    short = "".join(t for t in _titles() if len(t) == 1)
    return re.compile(f"(?P<who>.+?)(?:(?P<long>{'|'.join(longest_first)})|[二三四五六七八九]?(?P<short>[{short}]))")


def simplified(text: str) -> str:
    """`text` with each traditional character as its simplified form: for comparison, not for display."""
    return text if _traditional().isdisjoint(text) else text.translate(_simplified())


def is_han(text: str) -> bool:
    """Whether `text` holds a Chinese character."""
    return not text.isascii() and any(first <= character <= last for character in text for first, last in _HAN)


def _is_plain(name: str) -> bool:
    first, last = _PLAIN_HAN
    return all([first <= character <= last for character in name])  # as of no name at all


@lru_cache(maxsize=1 << 18)
def normal(name: str) -> str:
    """`name` in the form in which names are compared, never shown.

    Full-width forms, invisible characters, capitals and runs of spaces are folded; a Chinese name loses its inner
    spaces and becomes simplified, with the surname in front (秀英 王 comes from two columns joined); a placeholder such
    as 不详 becomes "".
    """
    if _is_plain(name):  # as most names are: nothing is to be folded
        text = simplified(name)
        return "" if text in _words("nameless") else text
    text = " ".join(re.sub(_INVISIBLE, "", unicodedata.normalize("NFKC", name).casefold()).split())
    if is_han(text):
        words = simplified(text).split()
        if [len(w) for w in words] == [2, 1] and words[0] not in _words("compound"):
            words.reverse()
        text = re.sub(_DOTS, "·", re.sub(_NOT_OF_A_HAN_NAME, "", "".join(words))).strip("·")
    return "" if text in _words("nameless") else unicodedata.normalize("NFKC", text)


def split(name: str) -> tuple[str, str]:
    """(surname, given name) of a name without title, normalised; no surname for those who have none (阿不都·热合曼).

    A Latin name is read as "given surname", or as "surname, given" where it holds a comma.
    """
    text = normal(name)
    if not is_han(text):
        if "," in text:
            surname, _, given = text.partition(",")
            return surname.strip(), given.strip()
        given, _, surname = text.rpartition(" ")
        return surname, given
    if "·" in text or _has_no_surname(text):
        return "", text
    for length in (4, 2):
        if text[:length] in _words("compound"):
            return text[:length], text[length:]
    return text[:1], text[1:]


@cache
def _beginnings() -> tuple[str, ...]:
    return tuple(_words("no-surname"))


def _has_no_surname(text: str) -> bool:
    """Whether it is a name without a surname in Chinese spelling: 阿依古丽, 扎西, 卓玛."""
    return len(text) > 1 and text.startswith(_beginnings())


@cache
def _of_kin() -> re.Pattern[str]:
    words = sorted(_words("kin", "kin-male", "kin-female"), key=len, reverse=True)
    return re.compile(rf"(?P<who>.+?)(?P<of>家|的|之|家的)?\(?(?P<kin>{'|'.join(words)})\)?")


def _relative(text: str) -> Courtesy | None:
    """A person who is named as a relative of another: 张秀英妈妈, 李家儿子. The whole is the name, without a surname.

    王太太 and 王奶奶 are courtesy forms, and so is 王秀英奶奶: they are Wangs themselves.
    """
    found = _of_kin().fullmatch(text)
    if found is None:
        return None
    kin, mere = found["kin"], len(found["who"]) == 1 or found["who"] in _words("compound")
    if not found["of"] and kin in _titles() and (mere or kin not in _words("kin-always")):
        return None
    sex = "female" if kin in _words("kin-female") else "male" if kin in _words("kin-male") else ""
    return Courtesy("", text, sex)


def courtesy(name: str) -> Courtesy | None:
    """Surname, given name and sex of a name that carries a title or is a mere surname; None for a plain full name."""
    text = normal(name)
    return _han_courtesy(text) if is_han(text) else _latin_courtesy(text)


def _han_courtesy(text: str) -> Courtesy | None:
    relative = _relative(text)
    if relative is not None:
        return relative
    plain, sex = _without_remark(text)
    if plain in _titles() and len(plain) > 1:
        return Courtesy("", "", sex or _titles()[plain])
    if len(plain) == 1 or plain in _words("compound"):
        return Courtesy(plain, "", sex)
    if len(plain) == 2 and plain[0] in "老小大" and plain[1] not in _titles():
        return Courtesy(plain[1], "", sex)
    found = _titled().fullmatch(plain)
    if found is not None:
        surname, given = split(found["who"])
        if found["long"] and len(given) <= 2:
            return Courtesy(surname, given, sex or _titles()[found["long"]])
        if found["short"] and not given:
            return Courtesy(surname, "", sex or _titles()[found["short"]])
    return Courtesy(*split(plain), sex) if plain != text else None


def _without_remark(text: str) -> tuple[str, str]:
    """A Chinese name without a remark in brackets that tells the sex or repeats a title, and the sex told."""
    plain, bracket, remark = text.rstrip(")").partition("(")
    if bracket and plain and (remark in _SEXES or remark in _titles() or remark == "本人"):
        return plain, _SEXES.get(remark, _titles().get(remark, ""))
    return text, ""


def _latin_courtesy(text: str) -> Courtesy | None:
    title, _, rest = text.partition(" ")
    for kind, sex in (("latin-female", "female"), ("latin-male", "male"), ("latin-title", "")):
        if title.rstrip(".") in _words(kind):
            return Courtesy(*split(rest), sex)
    return None


@lru_cache(maxsize=1 << 18)
def parts(name: str) -> Courtesy:
    """Surname, given name and sex as far as the name tells them, with or without a title."""
    return courtesy(name) or Courtesy(*split(name), "")


def fuller(one: str, other: str) -> str:
    """`one`, unless it is a mere courtesy form or missing and `other` is a full name."""
    return other if parts(other).given and not parts(one).given else one or other


def compatible(a: str, b: str) -> bool:
    """Whether `a` and `b` can be the same person's name, judged by the names alone (docs.md: Repeats).

    They are the same after normalisation, or one is a courtesy form of the same surname and no sex contradicts it. A
    missing name contradicts nothing. Latin names may differ in case, spaces and the order of their words.
    """
    one, two = parts(a), parts(b)
    if one.sex and two.sex and one.sex != two.sex:
        return False
    if not (one.surname or one.given) or not (two.surname or two.given):
        return True
    if one.given and two.given:
        return same(one, two)
    if courtesy(a) is None and courtesy(b) is None:
        return normal(a) == normal(b)
    return one.surname == two.surname


def same(one: Courtesy, two: Courtesy) -> bool:
    """Whether two full names are equal, titles aside; the words of a Latin name may be joined or change places."""
    if is_han(one.surname + one.given):
        return one.surname + one.given == two.surname + two.given
    words, others = words_of(one), words_of(two)
    return "".join(words) == "".join(others) or sorted(words) == sorted(others)


def words_of(name: Courtesy) -> list[str]:
    """The words of a Latin name, given name first, without punctuation."""
    return re.findall(r"[^\W_]+", f"{name.given} {name.surname}".replace("'", ""))


# An accent folds these: 林/凌, 陈/岑, 周/邹 are heard for one another.
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def readings() -> dict[str, str]:
    """Character → its main syllable without tone."""
    return {one: syllable for syllable, characters, *_ in table("pinyin.tsv") for one in characters}


@cache
def surname_readings() -> dict[str, str]:
    """Those that read otherwise as a surname: 曾 reads zeng and 单 reads shan."""
    return {one: syllable for syllable, _, *surnames in table("pinyin.tsv") for one in "".join(surnames)}


@cache
def _lookalikes() -> dict[str, set[str]]:
    alike: dict[str, set[str]] = {}
    for row in table("lookalikes.tsv"):
        for character in row[0]:
            alike.setdefault(character, set()).update(row[0])
    return alike


def syllables(surname: str, given: str) -> tuple[str, ...]:
    """The toneless syllables of a Chinese name; a character without a known reading stands for itself."""
    first, rest = surname_readings(), readings()
    return tuple(first.get(c) or rest.get(c, c) for c in surname) + tuple(rest.get(c, c) for c in given)


@cache
def accent_free(syllable: str) -> str:
    """`syllable` with the differences folded that southern accents do not make."""
    for told_apart, heard in _ACCENTS:
        syllable = syllable.replace(told_apart, heard)
    return syllable


def look_alike(a: str, b: str) -> bool:
    """Whether one character is easily read or written for the other: 己 and 已, 晴 and 睛."""
    return a != b and is_han(a) and b in _lookalikes().get(a, ())
