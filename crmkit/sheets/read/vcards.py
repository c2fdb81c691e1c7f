"""Rows from vCards (.vcf, 2.1 to 4.0), as telephones and address books export them: one card is one row.

Read in two passes, as JSON lines are: the titles of all cards, then the cards. What is no field of a file (a photo, the
program's own marks) is passed over; everything else becomes a column.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from crmkit.core.people import names
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.read.grid import Row

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
_NOT_READ_WORDS = """
    AGENT CALSCALE CLASS CLIENTPIDMAP GEO KEY KIND LABEL LOGO MAILER MEMBER NAME PHOTO PRODID PROFILE REV SORT-STRING
    SOUND SOURCE TZ VERSION XML
"""
_NOT_READ = frozenset(_NOT_READ_WORDS.split())
_TITLES = {  # properties whose values stand in a column of their own
    "EMAIL": "email", "NOTE": "note", "CATEGORIES": "tags", "UID": "external id", "X-WECHAT": "wechat", "X-QQ": "QQ",
    "TITLE": "job title", "ROLE": "role", "NICKNAME": "nickname", "URL": "web page", "GENDER": "sex", "X-GENDER": "sex",
}  # fmt: skip
_DAYS = {"BDAY": "birthday", "ANNIVERSARY": "wedding day", "X-ANNIVERSARY": "wedding day"}
_NO_TELEPHONE = frozenset(["FAX", "PAGER", "MODEM", "BBS"])
_AT_HOME = ("中国", "china", "cn", "中华人民共和国")
_HEAD = re.compile(r'(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):', re.DOTALL)
_DAY = re.compile(r"(?:([0-9]{4})-?|--)([0-9]{2})-?([0-9]{2})(?:T.*)?")

Card = dict[str, str]  # title → value


def is_vcard(start: str) -> bool:
    """Whether a text that begins like this is made of vCards."""
    return start.lstrip()[: len(BEGIN)].upper() == BEGIN


def rows(text: TextIO, name: str) -> Iterator[Row]:
    """A row of titles, and one for each card, numbered from 1. Raises InvalidError for a card that does not end."""
    begin = text.tell()
    titles: dict[str, int] = {}
    for card in _cards(text, name):
        for title in card:
            titles.setdefault(title, len(titles))
    text.seek(begin)
    yield Row(0, list(titles))
    for number, card in enumerate(_cards(text, name), 1):
        yield Row(number, [card.get(title) for title in titles])


def _cards(text: Iterable[str], name: str) -> Iterator[Card]:
    card: Card | None = None
    depth = 0  # a card within another one is somebody's assistant
    number = 0
    for line in _unfolded(text):
        upper = line.strip().upper()
        if upper == BEGIN:
            depth += 1
            if depth == 1:
                number, card = number + 1, {}
        elif upper == END and card is not None:
            depth -= 1
            if not depth:
                yield _named(card)
                card = None
        elif card is not None and depth == 1:
            _read(card, line)
    if card is not None:
        raise InvalidError(
            _("{file}: card {n} does not end").format(file=name, n=number), _("is the file whole? export it again")
        )


def _unfolded(text: Iterable[str]) -> Iterator[str]:
    """Whole lines: a line that begins with a blank goes on with the one before it, as does one behind a soft break."""
    whole = ""
    for ended in text:
        line = ended.rstrip("\r\n")
        if whole.endswith("=") and "QUOTED-PRINTABLE" in whole.partition(":")[0].upper():
            whole = whole[:-1] + line
        elif line[:1] in (" ", "\t") and whole:
            whole += line[1:]
        else:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def _read(card: Card, line: str) -> None:
    """Add what a line of a card says."""
    found = _HEAD.match(line)
    if found is None:
        return
    key, parameters, raw = found[1].upper(), _parameters(found[2]), line[found.end() :]
    if key in _NOT_READ or key.startswith(("X-AB", "X-PHONETIC", "X-IMAGE", "X-ANDROID")):
        return
    value = _decoded(raw, parameters)
    if key in ("N", "ADR", "ORG"):
        parts = _parts(value)
        {"N": _add_name, "ADR": _add_address, "ORG": _add_employer}[key](card, parts)
    elif key == "FN":
        card.setdefault("full name", _plain(value))
    elif key in ("TEL", "IMPP"):
        _add_number(card, key, _plain(value), parameters)
    elif key in _DAYS:
        _put(card, _DAYS[key], _day(value.strip(), parameters))
    elif key == "GENDER":
        _put(card, "sex", _parts(value)[0])
    else:
        _put(card, _TITLES.get(key, key.removeprefix("X-").casefold()), _plain(value))


def _parameters(text: str) -> set[str]:
    """The parameters of a property in capitals: TYPE=cell and the bare CELL of 2.1 are CELL, others KEY=VALUE."""
    found = set()
    for parameter in re.findall(r';((?:"[^"]*"|[^;"])*)', text):
        key, equals, value = parameter.upper().partition("=")
        values = value.replace('"', "").split(",")
        found |= {f"{key}={one}" for one in values} if equals and key != "TYPE" else set(values if equals else [key])
    return found


def _decoded(raw: str, parameters: set[str]) -> str:
    """The text of a value, whose bytes may be packed and of another character set than the file."""
    charset = next((one.removeprefix("CHARSET=") for one in parameters if one.startswith("CHARSET=")), "UTF-8")
    if {"ENCODING=QUOTED-PRINTABLE", "QUOTED-PRINTABLE"} & parameters:
        data = quopri.decodestring(raw.encode())
    elif {"ENCODING=BASE64", "ENCODING=B", "BASE64"} & parameters:
        try:
            data = base64.b64decode(raw)
        except binascii.Error:
            return ""
    else:
        return raw
    for encoding in ("gb18030" if charset.startswith("GB") else charset, "utf-8", "gb18030"):
        try:  # a telephone says GB2312 and means all of Chinese, or says nothing
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(errors="replace")


def _parts(value: str) -> list[str]:
    """The parts of a value between semicolons, of which one may be a list."""
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(value: str) -> str:
    """A value without escapes; a line end is a blank."""
    return " ".join(re.sub(r"\\(.)", lambda m: " " if m[1] in "nN" else m[1], value).split())


def _add_name(card: Card, parts: list[str]) -> None:
    family, given, *_rest = [*parts, "", ""]
    card.setdefault("family name", family)
    card.setdefault("given name", given)


def _add_address(card: Card, parts: list[str]) -> None:
    box, more, street, city, region, code, country, *_rest = [*parts, *[""] * 7]
    if names.is_han("".join((street, city, region))):
        places = [region, city, street, more, box]
        kept = [p for n, p in enumerate(places) if p and not any(later.startswith(p) for later in places[n + 1 :])]
        whole = "".join(kept)
    else:
        abroad = "" if country.casefold() in _AT_HOME else country
        whole = " ".join(part for part in (box, more, street, city, region, code, abroad) if part)
    _put(card, "address", whole)


def _add_employer(card: Card, parts: list[str]) -> None:
    _put(card, "employer", parts[0])
    _put(card, "department", " ".join(part for part in parts[1:] if part))


def _add_number(card: Card, key: str, value: str, parameters: set[str]) -> None:
    """A telephone number, beside those before it; a fax is none. An account for messages is called by its service."""
    scheme, colon, rest = value.partition(":")
    if key == "IMPP":
        _put(card, scheme.casefold() if colon else "messages", rest if colon else value)
        return
    number = rest if colon and scheme.casefold() == "tel" else value
    number = re.sub(";ext=", "转", number, flags=re.IGNORECASE).partition(";")[0]
    if parameters & _NO_TELEPHONE:
        _put(card, "fax", number)
    elif number:
        card["phone"] = "; ".join(filter(None, (card.get("phone", ""), number)))


def _day(value: str, parameters: set[str]) -> str:
    """A day as it is written in sheets: 1953-01-02, or 01-02 without a year."""
    found = _DAY.fullmatch(value)
    if found is None:
        return _plain(value)
    year = found[1] if f"X-APPLE-OMIT-YEAR={found[1]}" not in parameters else None
    return "-".join(part for part in (year, found[2], found[3]) if part)


def _put(card: Card, title: str, value: str) -> None:
    """Put a value under its title; a second one beside it stands under the title and a counter."""
    value = value.strip()
    counter = 1
    place = title
    while value and card.get(place, value) != value:
        if title == "note":
            card[title] = f"{card[title]} {value}"
            return
        counter += 1
        place = f"{'other ' if counter == 2 else f'other {counter} '}{title}"
    if value:
        card[place] = value


def _named(card: Card) -> Card:
    """The card with one name: in the order of its language, however the telephone displays it."""
    family, given = card.pop("family name", ""), card.pop("given name", "")
    full = card.pop("full name", "")
    structured = family + given if names.is_han(family + given) else f"{given} {family}".strip()
    shown = structured if names.is_han(structured) and family and given else full or structured
    return {"name": shown, **card}
