"""Strict reading of a shard: what is not exactly a shard is refused with its place, never taken for an empty table."""

import json
import math
import re
from functools import lru_cache
from types import GenericAlias
from typing import Any, NamedTuple, TypeVar

import msgspec

from crmkit.archive.store.stored import Documents, formatted
from crmkit.errors import DamagedError
from crmkit.i18n import N_, _
from crmkit.records import Record, type_of
from crmkit.records.base import ID_PATTERN, ID_TAIL, ids_of
from crmkit.records.packed import stored_form

F = TypeVar("F", bound=msgspec.Struct)
MAX_DEPTH = 64
DEEP = b"\n" + b"  " * MAX_DEPTH  # in canonical bytes
MAX_CALENDAR = 1 << 20  # bytes; a year takes three thousand
_RECORD = b'\n    "'  # before the id of a record of a canonical shard, and nowhere else in it
MAX_DIGITS = 19  # what fits into 64 bits
CONFLICT = re.compile(r"(<<<<<<<|>>>>>>>|\|\|\|\|\|\|\|) |=======\r?$")
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
RESTORE = N_("`crmkit repair` brings the newest good version back from the history")


class ShardTable(NamedTuple):
    """What stands in a shard."""

    records: dict[str, Record]  # by id; to look at, not to keep: most are of the type's stored form
    canonical: bool  # its bytes are what `stored.canonical` writes


def documents(data: bytes, kind: str, place: str) -> Documents:
    """The documents of a shard's bytes by id; DamagedError names `place`, the line and the restore command.

    Bytes that are exactly what `stored.canonical` writes can hold neither a key twice nor a number or text that no JSON
    has: one pass in C. Whatever else there is (a shard that TinyDB wrote, damage) is looked at piece by piece.
    """
    return _read(data, kind, place)[0]


def _read(data: bytes, kind: str, place: str) -> tuple[Documents, bool]:
    tables = _canonical_tables(data)
    is_canonical = tables is not None
    if not is_canonical:
        tables = _tables(data, place)
    if not isinstance(tables, dict) or list(tables) != [kind] or not isinstance(tables[kind], dict):
        raise _damaged(place, 1, _("not one table named {kind}").format(kind=kind))
    table: Documents = tables[kind]
    if not all(map(ID_PATTERN.fullmatch, table)) or set(map(type, table.values())) - {dict}:
        odd = next(i for i, found in table.items() if not ID_PATTERN.fullmatch(i) or not isinstance(found, dict))
        raise _at(data, odd, place, _("a document without a proper id"))
    return table, is_canonical


def table(data: bytes, record_type: type[Record], place: str) -> ShardTable:
    """What stands in a shard's bytes, every field checked against its type. Raises DamagedError.

    Bytes that are just what their own records would be written as are read in one pass; all others as `documents` does.
    """
    written = _as_written(data, record_type)
    if written is not None:
        return ShardTable(written, True)
    found, is_canonical = _read(data, record_type.kind, place)
    for identifier in found:
        if type_of(identifier) is not record_type:
            raise _at(data, identifier, place, _("an id of another kind"))
    try:
        return ShardTable(trusted(data, record_type), is_canonical)
    except msgspec.MsgspecError as whole:
        for identifier, document in found.items():
            try:
                msgspec.convert(document, record_type)
            except msgspec.ValidationError as error:
                raise _at(data, identifier, place, f"{identifier}: {error}") from None
        raise _damaged(place, 1, str(whole)) from None


def _as_written(data: bytes, record_type: type[Record]) -> dict[str, Record] | None:
    """The records of bytes in which nothing else stands, None where anything else does."""
    if DEEP in data:
        return None
    try:
        tables = _stored_decoder(record_type).decode(data)
        if list(tables) != [record_type.kind] or formatted(tables) != data:
            return None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    table = tables[record_type.kind]
    length = len(record_type.letter) + ID_TAIL
    if set(map(len, table)) - {length} or not _ids(record_type.letter).fullmatch("".join(table)):
        return None
    return {identifier: with_id(record, identifier) for identifier, record in table.items()}


def _canonical_tables(data: bytes) -> Any:
    """The tables of bytes that `canonical` wrote, None where they are anything else."""
    if DEEP in data:
        return None
    try:
        tables = _plain.decode(data)
        return tables if formatted(tables) == data else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return None


def _tables(data: bytes, place: str) -> Any:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _damaged(place, data.count(b"\n", 0, error.start) + 1, _("bytes that are not UTF-8")) from None
    if not text.strip():
        raise _damaged(place, 1, _("the file is empty"))
    if text.startswith("\ufeff"):
        raise _damaged(place, 1, _("a byte order mark"))
    for number, line in enumerate(text.split("\n"), 1):
        if CONFLICT.match(line):
            raise _damaged(place, number, _("a conflict marker of git"))
    try:
        tables = json.loads(
            text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite, parse_int=_small
        )
        if _depth(tables) > MAX_DEPTH:
            raise RecursionError
    except json.JSONDecodeError as error:
        raise _damaged(place, error.lineno, str(error.msg)) from None
    except _RepeatedError as error:
        what = _("the key {key} twice").format(key=error.key)
        raise _damaged(place, _line_of_second(text, error.key), what) from None
    except _NoValueError as error:
        what = _("{text} is not a value").format(text=error.text[:40])
        raise _damaged(place, _line_of(text, f": {error.text}"), what) from None
    except RecursionError:
        raise _damaged(place, 1, _("values nested too deeply")) from None
    if SURROGATE_ESCAPE.search(text):
        _refuse_surrogates(tables, text, place)
    return tables


def calendar(data: bytes, place: str) -> dict[str, Any]:
    """The table of public holidays in the bytes of a calendar. DamagedError names `place`."""
    if len(data) > MAX_CALENDAR:
        raise _damaged(place, 1, _("it is larger than {n} KB").format(n=MAX_CALENDAR // 1024))
    try:
        table: dict[str, Any] = _calendar.decode(data)
    except RecursionError:
        raise _damaged(place, 1, _("values nested too deeply")) from None
    except msgspec.MsgspecError as error:
        raise _damaged(place, 1, str(error)) from None
    return table


def trusted(data: bytes, record_type: type[Record]) -> dict[str, Record]:
    """The records, by id, of bytes that are known to be in order: one pass in C. Raises msgspec errors."""
    found = _decoder(record_type).decode(data)[record_type.kind]
    for identifier, record in found.items():
        msgspec.structs.force_setattr(record, "id", identifier)
    return found


def trusted_parts(data: bytes, kind: str, form: type[F]) -> dict[str, F]:
    """Of the records of such bytes only the fields that the struct `form` has, by id. Raises msgspec errors."""
    return _parts_decoder(form).decode(data)[kind]


def trusted_documents(data: bytes, kind: str) -> Documents:
    """The documents, by id, of bytes that are known to be in order. Raises msgspec errors."""
    table: Documents = _plain.decode(data)[kind]
    return table


def trusted_record(data: bytes, record_type: type[Record], identifier: str) -> Record:
    """One record of a shard that is canonical and holds it: only its own lines are looked at."""
    return with_id(_record_decoder(record_type).decode(text_of(data, identifier)), identifier)


def text_of(data: bytes, identifier: str) -> bytes:
    """The text of one record of a shard laid out as a canonical one, b"" where it does not hold it."""
    key = b'\n    "%s": ' % identifier.encode()
    found = _by_halves(data, key)
    begin = (data.find(key) if found < 0 else found) + len(key)
    if begin < len(key):
        return b""
    end = data.index(b"}", begin) if data.startswith(b"{}", begin) else data.index(b"\n    }", begin) + len(b"\n    ")
    return data[begin : end + 1]


def _by_halves(data: bytes, key: bytes) -> int:
    """Where `key`, the beginning of a record, stands in a shard whose ids are in order; else mostly -1.

    10 µs in a shard of 500 records, where a search from its front takes 85: a tenth of a batch of many people.
    """
    low, high = 0, len(data)
    while low < high:
        middle = (low + high) // 2
        at = data.find(_RECORD, middle, high + len(_RECORD) - 1)
        there = data[at : at + len(key)] if at >= 0 else b""
        if there == key:
            return at
        if at >= 0 and there < key:
            low = at + 1
        else:
            high = middle
    return -1


def missing(place: str) -> DamagedError:
    """The error for a shard that is gone, although no run removed it."""
    return DamagedError(_("{file} is missing").format(file=place), _(RESTORE))


def with_id(record: Record, identifier: str) -> Record:
    """`record`, freshly decoded, carrying its document id."""
    msgspec.structs.force_setattr(record, "id", identifier)
    return record


_plain = msgspec.json.Decoder()
_calendar = msgspec.json.Decoder(dict[str, Any])


class _RepeatedError(ValueError):
    def __init__(self, key: str) -> None:
        self.key = key


class _NoValueError(ValueError):
    def __init__(self, text: str) -> None:
        self.text = text


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _value in pairs]
        raise _RepeatedError(next(key for key in keys if keys.count(key) > 1))
    return result


def _no_constant(text: str) -> Any:
    raise _NoValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NoValueError(text)
    return number


def _small(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise _NoValueError(text)
    return int(text)


@lru_cache
def _decoder(record_type: type[Record]) -> msgspec.json.Decoder[dict[str, dict[str, Record]]]:
    table = GenericAlias(dict, (str, record_type))
    return msgspec.json.Decoder(GenericAlias(dict, (str, table)))


@lru_cache
def _parts_decoder(form: type[F]) -> msgspec.json.Decoder[dict[str, dict[str, F]]]:
    return msgspec.json.Decoder(GenericAlias(dict, (str, GenericAlias(dict, (str, form)))))


@lru_cache
def _stored_decoder(record_type: type[Record]) -> msgspec.json.Decoder[dict[str, dict[str, Record]]]:
    form: type[Record] = stored_form(record_type)
    return _decoder(form)


@lru_cache
def _ids(letter: str) -> re.Pattern[str]:
    """What the ids of a table are one after the other."""
    return ids_of(letter)


@lru_cache
def _record_decoder(record_type: type[Record]) -> msgspec.json.Decoder[Record]:
    return msgspec.json.Decoder(record_type)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(v) for v in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(v) for v in value), default=0)
    return 0


def _refuse_surrogates(tables: Any, text: str, place: str) -> None:
    # half of a surrogate pair can only have come as an escape; json.loads lets it through
    whole = json.dumps(tables, ensure_ascii=False)
    found = next((c for c in whole if 0xD800 <= ord(c) <= 0xDFFF), "")
    if found:
        raise _damaged(place, _line_of(text.lower(), f"\\u{ord(found):04x}"), _("half of a character"))


def _line_of(text: str, needle: str) -> int:
    position = text.rfind(needle)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _line_of_second(text: str, key: str) -> int:
    """The line on which an object of a file with one key a line has `key` again."""
    begins = json.dumps(key, ensure_ascii=False) + ":"
    depths: list[int] = []  # of the objects that are open and have the key
    for number, line in enumerate(text.split("\n"), 1):
        depth = len(line) - len(line.lstrip())
        depths = [d for d in depths if d <= depth]
        if line.lstrip().startswith(begins):
            if depth in depths:
                return number
            depths.append(depth)
    return 1


def _at(data: bytes, identifier: str, place: str, what: str) -> DamagedError:
    return _damaged(place, _line_of(data.decode("utf-8"), json.dumps(identifier, ensure_ascii=False) + ":"), what)


def _damaged(place: str, line: int, what: str) -> DamagedError:
    return DamagedError(
        _("{place}, line {line}: {what}").format(place=place, line=line, what=what),
        _(RESTORE),
    )
