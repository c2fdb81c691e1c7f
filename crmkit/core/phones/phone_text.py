"""Tokenizing a cell: characters normalized, groups of digits, and what the text between them means."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# how a group of digits is joined to the one before it, from tight to loose
DASH, SPACE, COMMA, SIGN, EXT = "dash", "space", "comma", "sign", "ext"
SLASH, TILDE, LIST, APART = "slash", "tilde", "list", "apart"
# why a group of digits may not be read
LETTERS, HIDDEN, LOST, LABELLED = "letters", "hidden", "lost", "labelled"
_DOUBTFUL = "doubtful"  # something beside the digits that could be a digit, were the number not complete without it

_INVISIBLE = re.compile(
    "[\x00\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202d\u2060-\u206f\u20e3\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)
_LIST_SIGN = re.compile("[\u2460-\u249b\u24ea\u24f5-\u24ff\u2776-\u2793]")  # ① ⑴ ⒈ ❶
_RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u2089]")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u2212\u2500\u2501\u30fc", "-"),
        **dict.fromkeys("·•‧∙⋅・_", "."),
        **dict.fromkeys("[{〔【「『〈《<", "("),
        **dict.fromkeys("]}〕】」』〉》>", ")"),
        **dict.fromkeys('"`´‘’“”', "'"),
        **dict.fromkeys("、|¦│。&\u2028\u2029\r\n\t\x0b\x0c", ";"),
        **dict.fromkeys("\u2800", " "),
        **dict.fromkeys("〜∼", "~"),
        **dict.fromkeys("\\⁄∕", "/"),
        **dict.fromkeys("\x1b\u202e×∗✱□■◆◇█●口囗?\ufffd", "*"),  # a hidden digit, or an order that is not what one sees
    }
)
_NUMERALS = "零〇○一二三四五六七八九幺"
_VALUES = str.maketrans(_NUMERALS, "0001234567891")
_WRITTEN_OUT = re.compile(rf"(?<!\d)(?<!\d[ .-])[{_NUMERALS}](?:[ .-]?[{_NUMERALS}]){{6,}}(?![ .-]?\d)")
_LIST_NUMBER = re.compile(r"(?:(?<![\d+.(-])\(?[1-9][.):;] *|(?<=[机话码])[1-9] +)(?=\(?\+|0\d\d|1[3-9]\d)")
_SPREADSHEET_NUMBER = re.compile(r"(?<![\d.])(\d{5,})\.00?(?![\d.])")
_SCIENTIFIC = re.compile(r"(?<![\d.])(\d)\.(\d+)[eE]\+?(\d\d)(?!\d)")

_SOFT = r"[ .()'=:+-]*"
_JOINED = re.compile(_SOFT)
_SLASHED = re.compile(rf"{_SOFT}[/~]{_SOFT}")
_LISTED = re.compile(rf"(?:{_SOFT}(?:[;,/~和或及与]|or|and|以及|或者)){{1,4}}{_SOFT}")
_TO_EXTENSION = r"请?[转轉][接拨撥]?(?:分[机機])?|分[机機]|[内內][线線]|ext(?:ension|n)?"
_EXTENSION = re.compile(rf"[ .,;(-]*(?:{_TO_EXTENSION})[号號]?[ .:=#-]*", re.IGNORECASE)
_EXTENSION_SIGN = re.compile(r" *[xX#][ .:]*")  # x may also hide a digit
_COMMA = re.compile(" *, *")  # between numbers, or before an extension
# a * behind a number that is complete without what follows hides no digit
_COMPLETE = r"(?<!\d)(?:1[3-9](?:[ -]?\d){9}|\(?0\d{2,3}\)?[ -]?\d{7,8}|[48]00[ -]?\d{3,4}[ -]?\d{3,4})"
_STAR = re.compile(rf"({_COMPLETE}) ?[*∗✱] ?(?=\d{{2,6}}(?![\d*]))")
_MASKED = re.compile(r"\.{2,}|-{3,}|\*{2,}")
_PLUS = re.compile(r"\+[ (]*$")
_EXPONENT = re.compile(r"[eE][+-]?")
_LOOKALIKE = re.compile(r"(?<![A-Za-z(])[OoIl]+(?![A-Za-z):])")  # but (O) and O: are labels: office
_LATIN = "A-Za-z\u00aa-\u02ff\u0370-\u052f@"
_WORD_BEFORE = re.compile(rf"[{_LATIN}]+$")
_WORD_BEHIND = re.compile(rf"[{_LATIN}]+")
_SIGN_BEFORE = re.compile(rf"(?:[*{_NUMERALS}][-.()]*|[{_NUMERALS}]{{2,}}[-.() ]*)$")
_SIGN_BEHIND = re.compile(rf"[-.()]*[*{_NUMERALS}]|[-.() ]*[{_NUMERALS}]{{2,}}")
_PHONE_WORDS = frozenset({
    "tel", "telephone", "phone", "mobile", "mob", "cell", "cellphone", "call", "home", "office", "work", "hp", "ph",
    "no", "wechat", "weixin", "wx", "vx", "sj", "dh", "t", "m", "h", "p", "c", "v",
})  # fmt: skip
_OTHER_LABEL = re.compile(
    r"(?:qq|身份证|邮编|邮政编码|传真|fax|工号|编号|[账帐卡]号|账户|银行卡|会员|尾号|房号|门牌)号?码?[ .:(]*$",
    re.IGNORECASE,
)
_PHONE_LABEL = re.compile(r"电话|手机|同号|tel|phone|mobile", re.IGNORECASE)
_UNIT = re.compile(r" ?(?:周?岁|号(?!码)|单元|分(?!机)|[栋幢座弄室楼层门户元块盒瓶套年月日点次个人位期后])")
_CERTAIN = re.compile(r"1(?!79)[3-9]\d{9}|0\d{2,}")  # complete without what stands beside; 179: carrier's prefix
_GLUED = re.compile(r"(?:1[3-9]\d{9}){2,3}")


class Chunk(NamedTuple):
    """A group of digits, how it is joined to the one before, and why it may not be read ("" = it may)."""

    digits: str
    gap: str
    plus: bool
    flaw: str
    start: int
    end: int


class Gap(NamedTuple):
    """What stands between two groups of digits: how they are joined, and what it means for either."""

    kind: str
    plus: bool = False
    flaw_before: str = ""
    flaw_behind: str = ""


def plain(text: str) -> str:
    """`text` with every spelling of a character as one: digits as 0-9, dashes as -, list separators as `;`.

    A character that may stand for a digit but cannot be known becomes `*`.
    """
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _RAISED.sub("*", _LIST_SIGN.sub(";", text))
        text = unicodedata.normalize("NFKC", text)
        text = re.sub(r"[^\W0-9]", lambda m: str(unicodedata.decimal(m[0], m[0])), text)
    text = _STAR.sub(r"\1#", text).translate(_PLAIN)
    text = re.sub(r"\s", " ", text)
    text = _WRITTEN_OUT.sub(lambda m: m[0].translate(_VALUES), text)
    text = _SCIENTIFIC.sub(_all_digits, _SPREADSHEET_NUMBER.sub(r"\1", text))
    return _LIST_NUMBER.sub(";", text)


def _all_digits(match: re.Match[str]) -> str:
    """1.3800138000E10 as digits; left as it is where the spreadsheet dropped some of them."""
    whole, fraction, exponent = match[1], match[2], int(match[3])
    return whole + fraction if len(fraction) == exponent else match[0]


def cut(text: str) -> list[Chunk]:
    """The groups of digits in plain text; amounts (80岁, 3单元) are taken for text."""
    spans: list[tuple[int, int, Gap]] = []
    at = 0
    for match in re.finditer(r"\d+", text):
        start, end = match.span()
        gap = _gap(text[at:start], bool(spans), True)
        if end - start <= 4 and gap.kind != DASH and _UNIT.match(text, end):
            continue
        spans.append((start, end, gap))
        at = end
    last = _gap(text[at:], True, False)
    chunks: list[Chunk] = []
    for position, (start, end, gap) in enumerate(spans):
        behind = spans[position + 1][2] if position + 1 < len(spans) else last
        chunks += _chunks(text[start:end], gap, behind, start)
    return chunks


def _chunks(digits: str, gap: Gap, behind: Gap, start: int) -> list[Chunk]:
    flaws = {gap.flaw_behind, behind.flaw_before} - {""}
    if _CERTAIN.fullmatch(digits):
        flaws -= {_DOUBTFUL, LABELLED} if digits[0] == "1" else {_DOUBTFUL}
    flaw = min(flaws, default="").replace(_DOUBTFUL, LETTERS)
    kind = APART if gap.kind == EXT and len(digits) > 6 else gap.kind
    if kind == COMMA and not 2 <= len(digits) <= 4:
        kind = LIST  # too long or too short for an extension
    if _GLUED.fullmatch(digits):
        return [
            Chunk(digits[i : i + 11], LIST if i else kind, gap.plus and not i, flaw, start + i, start + i + 11)
            for i in range(0, len(digits), 11)
        ]
    return [Chunk(digits, kind, gap.plus, flaw, start, start + len(digits))]


@lru_cache(maxsize=2048)
def _gap(text: str, before: bool, behind: bool) -> Gap:
    """What a stretch of text between, before or after digits means for them."""
    inside = before and behind
    sign = _PLUS.search(text)
    plus = sign is not None and not (inside and text == "+")
    body = text[: sign.start()] if sign and plus else text
    if _MASKED.search(body) and not re.search(r"\w", body):
        return Gap(DASH if inside else APART, plus, HIDDEN, HIDDEN)
    if _JOINED.fullmatch(body):
        if plus or not inside:
            return Gap(LIST if inside else APART, plus)
        return Gap(DASH if re.search(r"[-.():]", body) else SPACE)
    if _SLASHED.fullmatch(body):
        return Gap(TILDE if "~" in body else SLASH, plus)
    if inside and _COMMA.fullmatch(body):
        return Gap(COMMA, plus)
    if _LISTED.fullmatch(body):
        return Gap(LIST, plus)
    if inside and _EXTENSION.fullmatch(body):
        return Gap(EXT)
    if inside and _EXTENSION_SIGN.fullmatch(body):
        return Gap(SIGN)
    if _EXPONENT.fullmatch(body):
        return Gap(DASH, False, LOST, LOST)
    if _LOOKALIKE.search(body):
        return Gap(DASH if inside else APART, plus, LETTERS, LETTERS)
    alone = _DOUBTFUL if inside and len(body) == 1 else ""
    return Gap(APART, plus, _flaw_before(body) or alone, _flaw_behind(body) or alone)


def _flaw_before(text: str) -> str:
    """What `text` does to the digits before it."""
    word = _WORD_BEHIND.match(text)
    if word and word[0].lower() not in _PHONE_WORDS:
        return _flaw_of(word[0])
    return _DOUBTFUL if _SIGN_BEHIND.match(text) else ""


def _flaw_behind(text: str) -> str:
    """What `text` does to the digits behind it."""
    word = _WORD_BEFORE.search(text)
    if word and word[0].lower() not in _PHONE_WORDS:
        return _flaw_of(word[0])
    if _OTHER_LABEL.search(text) and not _PHONE_LABEL.search(text):
        return LABELLED
    return _DOUBTFUL if _SIGN_BEFORE.search(text) else ""


def _flaw_of(word: str) -> str:
    # a name may touch a complete number (Axel13800138000); a single letter may be a digit, an @ makes it an address
    return LETTERS if len(word) == 1 or "@" in word else _DOUBTFUL
