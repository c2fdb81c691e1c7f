"""What a damaged file still says, as far as it can be read: to tell what goes with it when an older version returns."""

import json
import re
from collections.abc import Iterator
from typing import Any

from crmkit import config
from crmkit.archive.history.history import changed_fields
from crmkit.archive.store.shards import kind_of_file
from crmkit.errors import InvalidError
from crmkit.records import BY_KIND, type_of
from crmkit.records.base import ID_PATTERN

_KEY = re.compile(r'"(' + ID_PATTERN.pattern.strip("^$") + r')"\s*:\s*')


def lost(path: str, present: bytes | None, restored: bytes | None) -> Iterator[str]:
    """What stands in the file as it is and not in the version that takes its place.

    A record by its id where it goes altogether, `id: field, field` where some of its fields do, a setting by its key.
    Of a record that cannot be read any more only the id is known.
    """
    if path == config.MARKER:
        before, after = _settings(present), _settings(restored)
        yield from sorted(key for key, value in before.items() if after.get(key) != value)
        return
    documents, known = salvaged(path, present), salvaged(path, restored)
    for identifier, document in sorted(documents.items()):
        if identifier not in known:
            yield identifier
        elif document is not None:
            fields = changed_fields([known[identifier]], document)
            if fields:
                yield f"{identifier}: {', '.join(fields)}"


def salvaged(path: str, data: bytes | None) -> dict[str, dict[str, Any] | None]:
    """The documents of a shard by id, however damaged it is; None for one of which nothing but the id is left."""
    kind = kind_of_file(path)
    if not kind or data is None:
        return {}
    text = data.decode("utf-8", "replace")
    found: dict[str, dict[str, Any] | None] = {}
    for key in _KEY.finditer(text):
        if type_of(key[1]) is BY_KIND[kind]:
            found[key[1]] = _object(text, key.end()) or found.get(key[1])
    return found


def _object(text: str, start: int) -> dict[str, Any] | None:
    try:
        value, _end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _settings(data: bytes | None) -> dict[str, Any]:
    try:
        return config.flat(config.toml(data or b"", config.MARKER))
    except InvalidError:
        return {}
