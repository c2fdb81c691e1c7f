"""Single values as people write them into a form: numbers, age, sex, amount, source. Dates are in `sheet_dates`.

A reader returns None where the text is no such value. It raises InvalidError only where such a value is clearly meant
but invalid.
"""

import re
import unicodedata
from datetime import datetime, time
from decimal import Decimal

from crmkit.errors import InvalidError
from crmkit.i18n import _

MAX_AGE = 120  # years
MAX_TEXT = 32_767  # characters; what one cell of a workbook holds
_NOTHING = r"- -- — —— / // \ . 无 没有 暂无 不详 未知 未填 空 none null nil nan n/a na #n/a unknown"
BLANKS = frozenset(_NOTHING.split())

SOURCE_WORDS = {
    "media-radio": "电台 广播 收音机 电台广播 radio",
    "media-tv": "电视 电视台 tv television",
    "media-press": "报纸 报刊 杂志 newspaper press magazine",
    "shop": "专卖店 门店 店面 到店 店里 shop store walk-in",
    "outreach": "科普点 科普 外拓 外联 社区 outreach",
    "referral": "转介绍 介绍 老顾客介绍 朋友介绍 推荐 referral referred",
    "event": "会议 活动 联谊会 科普会 旅游会 event",
    "card": "售后服务卡 服务卡 card",
    "import": "导入 import",
}
_SOURCES = {word: code for code, words in SOURCE_WORDS.items() for word in (code, *words.split())}
_SEX_WORDS = {
    "male": "男 男性 男士 先生 m male man mr",
    "female": "女 女性 女士 小姐 太太 f female woman mrs ms",
}
_SEXES = {word: code for code, words in _SEX_WORDS.items() for word in words.split()}

_NONE = ("无", "没有")  # no, in a column of marks
_YES_WORDS = "y yes true t 1 是 有 对 √ ✓ ✔ ☑ ○ ok 已 买 买了 已买 已购 已购买 购买 已成交 成交 购 bought purchased"
_NO_WORDS = "n no false f 0 否 × ✗ ✘ x ☐ 错 未 没买 没购 没购买 未买 未购 未购买 不买 不购 未成交 没 not notbought"
_YES, _NO = frozenset(_YES_WORDS.split()), frozenset(_NO_WORDS.split())
CHARACTER_WORDS = {
    "knowledge": "知识型 知识", "lively": "活泼型 活泼", "quiet": "安静型 安静", "rational": "理智型 理智",
    "emotional": "情绪型 情绪", "bargain": "运气型 运气",
}  # fmt: skip
_CHARACTERS = {word: code for code, words in CHARACTER_WORDS.items() for word in (code, *words.split())}
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "壹": 1}
# The patterns are text, compiled as they are asked for: all of them take 2 ms, and `lead add` needs none.
_INVISIBLE = "[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
_AGE = (
    r"(?:大?约|大概|左右|差不多|今年|年龄|虚岁|周岁|about|aged?|~)*\s*([0-9]{1,3}|[零一二两三四五六七八九十百]{1,5})\s*"
    r"(?:多|来|几|\+|余)?\s*(?:周岁|虚岁|岁|years?|yrs?|y)?\s*(?:多|左右|上下|以上|出头|old)*"
)
_BORN = r"((?:18|19|20)[0-9]{2})\s*(?:年)?\s*(?:生|出生|born)?"
_AMOUNT = r"(?:¥|rmb|cny|人民币)?\s*(-?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(万)?\s*(?:元|圆|块|块钱|元整|rmb|cny|yuan)?"
_UNIT = "[盒瓶件套个台袋包箱支副条只]"
_QUANTITY = rf"([0-9]+)(?:\.0+)?\s*{_UNIT}?|([一二两三四五六七八九十]{{1,3}})\s*{_UNIT}"


def clean(text: str) -> str:
    """`text` without marks that cannot be seen (zero width, direction), spaces folded to one, in normal form C.

    Raises InvalidError for control characters (NUL, ESC ...), for halves of characters, and above MAX_TEXT characters.
    """
    if not text.isprintable():  # which neither a control character nor an invisible mark is
        found = re.search(_CONTROL, text)
        if found is not None:
            raise InvalidError(_("it holds the control character U+{code:04X}").format(code=ord(found[0])))
        text = re.sub(_INVISIBLE, "", text)
    if len(text) > MAX_TEXT:
        raise InvalidError(_("it holds {n} characters, more than {most}").format(n=len(text), most=MAX_TEXT))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def plain(text: str) -> str:
    """`text` for reading a value: full-width forms, capitals and spaces folded; a word for "nothing" becomes ""."""
    visible = text if text.isprintable() else re.sub(_INVISIBLE, "", text)
    folded = " ".join(unicodedata.normalize("NFKC", visible).split()).casefold()
    return "" if folded in BLANKS else folded


def han_number(text: str) -> int | None:
    """The number that Chinese numerals name, up to 199: 七十, 六十五, 廿一, 一百零二; None for anything else."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    hundreds, hundred, rest = text.rpartition("百")
    tens, ten, units = rest.lstrip("零").rpartition("十")
    figures = [hundreds or "零", (tens or "一") if ten else "零", units or "零"]
    if not text or (hundred and not hundreds) or any(f not in _DIGITS for f in figures):
        return None
    values = [_DIGITS[f] for f in figures]
    return values[0] * 100 + values[1] * 10 + values[2]


def age(text: str, year: int) -> int | None:
    """Years of age as written (65岁左右, 60多, 约70, 七十), or from a year of birth (1953年生) as seen in `year`."""
    text = plain(text)
    born = re.fullmatch(_BORN, text)
    if born:
        years: int | None = year - int(born[1])
    else:
        found = re.fullmatch(_AGE, text)
        if not found:
            return None
        years = int(found[1]) if found[1].isdigit() else han_number(found[1])
    return years if years is not None and 0 < years <= MAX_AGE else None


def spelt_moment(at: datetime) -> str:
    """A moment as a message names it: the day, with the time where it is not midnight."""
    return f"{at:%Y-%m-%d}" if at.time() == time() else f"{at:%Y-%m-%d %H:%M}"


def sex(text: str) -> str | None:
    """`male` or `female`; None for anything else."""
    return _SEXES.get(plain(text).rstrip("."))


def yes_or_no(text: str) -> bool | None:
    """Whether a mark or a word says yes (√, Y, 是, 已购) or no (×, N, 否, 未购); None for anything else."""
    word = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return True if word in _YES else False if word in _NO or word in _NONE else None


_ALL = "勿扰 免打扰 拒绝 拒接 拒访 已拒绝 请勿打扰 黑名单 拉黑 退订 全部 所有 一切 all everything refused refuses dnc"
_CHANNELS = {
    "call": "电话 来电 打电话 回访 call calls phone", "sms": "短信 信息 sms text texts", "wechat": "微信 wechat",
    "letter": "信函 信件 邮寄 letter letters post mail", "visit": "上门 拜访 家访 visit visits", "all": _ALL,
}  # fmt: skip
_CHANNEL_WORDS = {word: code for code, words in _CHANNELS.items() for word in words.split()}
# A remark that is nothing else than a refusal, or a death.
_REFUSED = (
    r"(?:本人|客户|顾客|已|明确|表示|说|请|以后|今后)*(?:(?:不要|别|勿|不想|不愿意?|拒绝|不需要|不用)再?"
    r"(?:打|联系|打扰|来电|来电话|致电|打电话|接电话|接听|回访|骚扰|接)(?:电话|我|了|他|她)*|免打扰|拒接电话)"
    r"|(?:please )?(?:do not|don't|never|no more) (?:call|contact|phone|ring)(?:s|ing)?(?: again| me| any ?more)*"
    r"|no calls"
)
_DIED = (
    r"(?:本人|客户|顾客|老人)?(?:已故|已?(?:去世|过世|离世|病故|亡故|身故|故去|逝世))了?"
    r"|\b(?:deceased|died|dead|passed away)\b"
)
_TO_READ = "打扰|电话|来电|联系|回访|骚扰|接听|拒|去世|过世|离世|故|逝|call|contact|died|dead|deceas|passed"
_FINAL = " .。!！,，;；()（）"


def channels(text: str) -> tuple[str, ...] | None:
    """The channels that a person refused, of NO_CONTACT: yes is all of them, no is (); None for anything else."""
    answer = yes_or_no(text)
    if answer is not None:
        return ("all",) if answer else ()
    words = [word for word in re.split(r"[\s,;、/和]+", plain(text).removeprefix("no ")) if word]
    found = {_CHANNEL_WORDS.get(re.sub("^(?:拒绝?|不要|不接|勿)", "", word) or word, "") for word in words}
    if refuses(text):
        return ("all",)
    return tuple(sorted(found)) if found and "" not in found else None


def refuses(text: str) -> bool:
    """Whether a remark says that the person wants no contact, and nothing else: 不要再打电话了, do not call again."""
    word = plain(text).strip(_FINAL)
    return word in _ALL.split()[:7] or re.fullmatch(_REFUSED, word) is not None


def died(text: str) -> bool:
    """Whether a word says that the person has died, and nothing else: 已故, 已去世, deceased."""
    return re.fullmatch(_DIED, plain(text).strip(_FINAL)) is not None


def may_refuse(text: str) -> bool:
    """Whether somewhere in a remark somebody may have refused or died: a person has to read it."""
    text = plain(text)
    return re.search(_TO_READ, text) is not None and bool(re.search(_REFUSED, text) or re.search(_DIED, text))


def character(text: str) -> str | None:
    """The character type that `text` names in either language; None for anything else."""
    return _CHARACTERS.get(plain(text))


def source(text: str) -> str | None:
    """The source code (SOURCES) that `text` names in either language; None for anything else."""
    return _SOURCES.get(plain(text))


def fen(text: str) -> int | None:
    """An amount of money as fen: 198元, ￥1,980.00, 1.2万; None where there is no figure in it.

    Raises InvalidError for a figure that is no amount, a fraction of a fen, or a negative amount.
    """
    text = plain(text)
    if not re.search("[0-9]", text):
        return None
    found = re.fullmatch(_AMOUNT, text)
    if not found:
        raise InvalidError(_("{value} is not an amount of money").format(value=text))
    figure = Decimal(found[1].replace(",", "")) * (1_000_000 if found[2] else 100)
    if figure < 0 or figure != int(figure):
        raise InvalidError(_("{value} is not an amount of money").format(value=text))
    return int(figure)


def quantity(text: str) -> int | None:
    """A whole number of units: 2, 2盒, 两盒, 5.0; None where there is no figure in it.

    Raises InvalidError for any other figure.
    """
    text = plain(text)
    found = re.fullmatch(_QUANTITY, text)
    if found:
        return int(found[1]) if found[1] else han_number(found[2])
    if re.search("[0-9]", text):
        raise InvalidError(_("{value} is not a number of units").format(value=text))
    return None
