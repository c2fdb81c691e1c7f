"""Strict reading of a shard: what is not exactly a shard is refused with its place, never taken for an empty table."""

import json
from functools import lru_cache
from types import GenericAlias
from typing import Any

import msgspec

from crmkit.errors import DamagedError
from crmkit.i18n import _
from crmkit.records import Record
from crmkit.records.base import ID_PATTERN

MAX_DEPTH = 64
Documents = dict[str, dict[str, Any]]


def documents(data: bytes, kind: str, place: str) -> Documents:
    """The documents of a shard's bytes by id; DamagedError names `place`, the line and the restore command."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _damaged(place, _line(data[: error.start]), _("bytes that are not UTF-8")) from None
    if not text.strip():
        raise _damaged(place, 1, _("the file is empty"))
    if text.startswith("\ufeff"):
        raise _damaged(place, 1, _("a byte order mark"))
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ", "||||||| ")):
            raise _damaged(place, number, _("a conflict marker of git"))
    try:
        tables = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _damaged(place, error.lineno, str(error.msg)) from None
    except _FoundError as error:
        raise _damaged(place, _line_of(text, error.needle), error.what) from None
    except (RecursionError, ValueError) as error:
        raise _damaged(place, 1, str(error)) from None
    if not isinstance(tables, dict) or list(tables) != [kind] or not isinstance(tables[kind], dict):
        raise _damaged(place, 1, _("not one table named {kind}").format(kind=kind))
    escapes = "\\u" in text  # half a character can only stand in an escape, since the bytes are UTF-8
    for identifier, document in tables[kind].items():
        if not ID_PATTERN.match(identifier) or not isinstance(document, dict):
            raise _damaged(place, _line_of(text, f'"{identifier}"'), _("a document without a proper id"))
        if _depth(document) > MAX_DEPTH or (escapes and _has_surrogate(document)):
            raise _damaged(place, _line_of(text, f'"{identifier}"'), _("a value that no record can have"))
    return dict(tables[kind])


def records(data: bytes, record_type: type[Record], place: str) -> dict[str, Record]:
    """The records of a shard's bytes by id, every field checked against its type."""
    found: dict[str, Record] = {}
    text = ""
    for identifier, document in documents(data, record_type.kind, place).items():
        text = text or data.decode("utf-8")
        if identifier[0] != record_type.letter:
            raise _damaged(place, _line_of(text, f'"{identifier}"'), _("an id of another kind"))
        try:
            record = msgspec.convert(document, record_type)
        except msgspec.ValidationError as error:
            raise _damaged(place, _line_of(text, f'"{identifier}"'), f"{identifier}: {error}") from None
        found[identifier] = with_id(record, identifier)
    return found


def trusted(data: bytes, record_type: type[Record]) -> dict[str, Record]:
    """As `records`, for bytes that have been read strictly before: one pass in C."""
    found = _decoder(record_type).decode(data)[record_type.kind]
    return {identifier: with_id(record, identifier) for identifier, record in found.items()}


def with_id(record: Record, identifier: str) -> Record:
    """`record`, freshly decoded, carrying its document id."""
    msgspec.structs.force_setattr(record, "id", identifier)
    return record


def canonical(kind: str, table: Documents) -> bytes:
    """The bytes of a shard: UTF-8, two-space indent, sorted keys, final newline (DESIGN 3)."""
    return msgspec.json.format(msgspec.json.encode({kind: table}, order="sorted"), indent=2) + b"\n"


def document(record: msgspec.Struct) -> dict[str, Any]:
    """`record` as it is stored: fields at their default left out, the id only as the document's key."""
    return {
        key: _stored(value)
        for name, key, default in _fields(type(record))
        if (value := getattr(record, name)) != default and name != "id"
    }


class _FoundError(ValueError):
    def __init__(self, needle: str, what: str) -> None:
        self.needle = needle
        self.what = what


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _FoundError(json.dumps(key, ensure_ascii=False), _("the key {key} twice").format(key=key))
        result[key] = value
    return result


def _no_constant(name: str) -> Any:
    raise _FoundError(name, _("{name} is not a value").format(name=name))


@lru_cache
def _fields(struct: type[msgspec.Struct]) -> tuple[tuple[str, str, Any], ...]:
    return tuple((field.name, field.encode_name, field.default) for field in msgspec.structs.fields(struct))


def _stored(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return document(value)
    if isinstance(value, tuple):
        return [_stored(item) for item in value]
    return msgspec.to_builtins(value)


@lru_cache
def _decoder(record_type: type[Record]) -> msgspec.json.Decoder[dict[str, dict[str, Record]]]:
    table = GenericAlias(dict, (str, record_type))
    return msgspec.json.Decoder(GenericAlias(dict, (str, table)))


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(v) for v in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(v) for v in value), default=0)
    return 0


def _has_surrogate(value: Any) -> bool:
    text = json.dumps(value, ensure_ascii=False)
    return any(0xD800 <= ord(c) <= 0xDFFF for c in text) if not text.isascii() else False


def _line(before: bytes) -> int:
    return before.count(b"\n") + 1


def _line_of(text: str, needle: str) -> int:
    position = text.rfind(needle)
    return text.count("\n", 0, position) + 1 if position >= 0 else 1


def _damaged(place: str, line: int, what: str) -> DamagedError:
    return DamagedError(
        _("{place}, line {line}: {what}").format(place=place, line=line, what=what),
        _("`crmkit repair` brings the newest good version back from the history"),
    )
