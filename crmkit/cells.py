"""How a value is shown in a cell, by its type: as data (csv, tsv: the same in every language), and as people read it.

`DATA` and `WORDS` are the only places that know how a type looks. Where a value comes as plain JSON, `records.typed`
has given it its type.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from crmkit.core.fields import in_yuan
from crmkit.core.wording import in_words
from crmkit.i18n import N_, Worded, _, current, semicolon
from crmkit.records.card import Promises
from crmkit.records.customer import Noted, Phone, Tick
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.typed import (
    CardNumber,
    Code,
    DayOfYear,
    DialString,
    Fen,
    FenIfAny,
    InvitationNumber,
    Late,
    PlainPart,
    Price,
    RoundsClosed,
    Seconds,
    Sentence,
    Share,
    SlotDay,
    ThingName,
    Times,
    VisitPurpose,
    WrittenTerms,
)
from crmkit.records.visit import Gift

MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "腊")
DAYS = (
    *(f"初{n}" for n in "一二三四五六七八九十"), *(f"十{n}" for n in "一二三四五六七八九"), "二十",
    *(f"廿{n}" for n in "一二三四五六七八九"), "三十",
)  # fmt: skip
Tell = Callable[[Any], str]  # the text of a value within a value
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def as_data(value: Any) -> str:
    """`value` as it stands in csv and tsv: codes as they are, money in yuan."""
    return _cell(value, DATA)(value, as_data)


def as_words(value: Any) -> str:
    """`value` as it stands in a table: codes in the words of the language in use."""
    return _cell(value, WORDS)(value, as_words)


def heading(name: str, values: Iterable[Any] = ()) -> str:
    """The title of the column `name` with these `values`: in English as data has it, else also by their type."""
    if current() == "en":
        return name
    if isinstance(name, Worded):  # which says itself what it is called
        return name.shown
    titles = {TITLES[type(value)] for value in values if type(value) in TITLES}
    return _(titles.pop() if len(titles) == 1 else name)


def _cell(value: Any, table: Mapping[type, Callable[[Any, Tell], str]]) -> Callable[[Any, Tell], str]:
    kind = value.of if isinstance(value, PlainPart) else type(value)
    return table.get(kind) or table.get(PlainPart if isinstance(value, PlainPart) else kind) or _other


def _other(value: Any, _tell: Tell) -> str:
    return str(value)


def _text(value: str, _tell: Tell) -> str:
    text = str(value)
    return text[:16].replace("T", " ") if _MOMENT.match(text) else text


def _list(value: list[Any] | tuple[Any, ...], tell: Tell) -> str:
    return "; ".join(map(tell, value))


def _worded_list(value: list[Any] | tuple[Any, ...], tell: Tell) -> str:
    return semicolon().join(map(tell, value))


def _fields(value: Mapping[str, Any], tell: Tell) -> str:
    shown = {name: tell(one) for name, one in value.items()}
    return " ".join(f"{name}={text}" for name, text in shown.items() if text)


def _named_fields(value: Mapping[str, Any], tell: Tell) -> str:
    """Fields by their titles; in English as data has them, unless they say themselves what they are called."""
    if current() == "en" and not any(isinstance(name, Worded) for name in value):
        return _fields(value, tell)
    shown = (
        (name.shown if isinstance(name, Worded) else heading(name, [one]), tell(one)) for name, one in value.items()
    )
    return (", " if current() == "en" else "，").join(f"{title} {text}" for title, text in shown if text)


def _promises(value: Mapping[str, Any], tell: Tell) -> str:
    """The promises of a card, in hours; which of them count working time only."""
    if current() == "en":
        return _fields(value, tell)
    within = _("{n} hours")
    hours = [f"{heading(name)} {within.format(n=tell(one))}" for name, one in value.items() if name != "working"]
    working = [heading(name) for name in value.get("working") or ()]
    return "，".join([*hours, *([f"{heading('working')} {'、'.join(working)}"] if working else [])])


def _phone(phone: Mapping[str, Any], _tell: Tell) -> str:
    return str(phone["e164"]) + (f"-{phone['ext']}" if phone.get("ext") else "")


def _national(phone: Mapping[str, Any], _tell: Tell) -> str:
    from crmkit.core.phones.phones import as_dialled, national

    if not phone.get("kind"):  # as where only what changed is told
        return as_dialled(_phone(phone, _tell))
    return national(Phone(raw="", e164=phone["e164"], kind=phone["kind"], ext=phone.get("ext", "")))


def _dialled(number: DialString, _tell: Tell) -> str:
    from crmkit.core.phones.phones import as_dialled

    return as_dialled(number)


def _item(item: Mapping[str, Any], tell: Tell) -> str:
    """A line of an order or a return: what, how many, for how much."""
    text = f"{item.get('name') or item.get('product')} × {item.get('quantity', 1)}"
    amount = item.get("amount")  # a stored item has no field that is empty
    return text if amount is None else f"{text} = {tell(amount)}"


def _yearly(day: str, tell: Tell) -> str:
    """A birthday as Chinese readers write it: 农历1953年八月十五, 12月3日."""
    calendar, lunar, written = day.rpartition("lunar:")
    year, month, number = written.rsplit("-", 2) if written.count("-") > 1 else ("", "", "")
    if (
        current() == "en"
        or calendar
        or not (month + number).replace("L", "").isdigit()
        or (year.strip("-") and not lunar)
    ):
        return tell(str(day))
    named = f"{year}年" if year.strip("-") else ""
    if not lunar:
        return f"{int(month)}月{int(number)}日"
    leap = "闰" if "L" in month + number else ""
    return f"农历{named}{leap}{MONTHS[int(month.strip('L')) - 1]}月{DAYS[int(number.strip('L')) - 1]}"


def _gift(gift: Mapping[str, Any], tell: Tell) -> str:
    return f"{gift['what']} ({tell(gift['became'])})"


def _tick(tick: Mapping[str, Any], tell: Tell) -> str:
    return f"{tell(tick['name'])} ({beside})" if (beside := tick.get("note") or tick.get("by")) else tell(tick["name"])


def _code(code: Code, _tell: Tell) -> str:
    from crmkit.labels import word

    return word(code)


DATA: Mapping[type, Callable[[Any, Tell], str]] = {
    type(None): lambda _value, _tell: "",
    bool: lambda value, _tell: _("yes") if value else "",
    Fen: lambda value, _tell: in_yuan(value),
    Price: lambda value, _tell: in_yuan(value),
    FenIfAny: lambda value, _tell: in_yuan(value),
    str: _text,
    Late: _text,
    DialString: _text,
    list: _list,
    tuple: _list,
    dict: _fields,
    PlainPart: _fields,
    Sentence: _fields,
    Phone: _phone,
    OrderItem: _item,
    ReturnedItem: _item,
    Noted: lambda value, _tell: str(in_words(msgspec.convert(dict(value), Noted))),
}
WORDS: Mapping[type, Callable[[Any, Tell], str]] = {
    **DATA,
    Code: _code,
    VisitPurpose: _code,
    Phone: _national,
    DialString: _dialled,
    FenIfAny: lambda value, _tell: in_yuan(value) if value else "",
    Share: lambda value, _tell: f"{value:.1%}",
    Seconds: lambda value, _tell: f"{'-' if value < 0 else ''}{abs(value) // 3600}:{abs(value) % 3600 // 60:02}",
    DayOfYear: _yearly,
    Worded: lambda value, _tell: value.shown,
    list: _worded_list,
    tuple: _worded_list,
    dict: _named_fields,
    PlainPart: _named_fields,
    Promises: _promises,
    Sentence: lambda value, _tell: value.words,
    Gift: _gift,
    Tick: _tick,
    Noted: lambda value, _tell: in_words(msgspec.convert(dict(value), Noted)).shown,
}
TITLES: Mapping[type, str] = {  # of a column in which such values stand, where its name alone does not say it
    ThingName: N_("name of a thing"),
    CardNumber: N_("number of a card"),
    InvitationNumber: N_("number of an invitation"),
    RoundsClosed: N_("rounds that are over"),
    VisitPurpose: N_("purpose of a visit"),
    WrittenTerms: N_("terms of a plan"),
    Times: N_("number of visits"),
    SlotDay: N_("day by the rule"),
}
