"""Three-way merge of the files that hold no records: settings and calendars by key, anything else as a whole. Pure."""

from typing import Any

import msgspec

from crmkit import config
from crmkit.archive.merge.merge import Clash, record
from crmkit.archive.store import strict
from crmkit.errors import DamagedError, InvalidError
from crmkit.records.shape import ABSENT, Nested, Shape


def merge_file(
    path: str, base: bytes | None, ours: bytes | None, theirs: bytes | None
) -> tuple[bytes | None, list[Clash]]:  # fmt: skip
    """The file as merged (None = no such file) and what clashed. Raises DamagedError where one cannot be read."""
    if ours == theirs or theirs == base:
        return ours, []
    if ours == base:
        return theirs, []
    shape = Nested() if path.endswith((".json", ".toml")) else Shape()
    was, here, there = (_read(path, data) for data in (base, ours, theirs))
    merged, clashes = record(path, was, here, there, shape)
    as_it_is = [data for data, value in ((ours, here), (theirs, there)) if data is not None and value == merged]
    if as_it_is:
        return max(as_it_is), clashes
    if path.endswith(".toml"):
        return _write_toml(max(data for data in (ours, theirs) if data is not None), merged), clashes
    return msgspec.json.format(msgspec.json.encode(merged, order="sorted"), indent=2) + b"\n", clashes


def _read(path: str, data: bytes | None) -> Any:
    if data is None:
        return ABSENT
    try:
        if path.endswith(".toml"):
            return config.toml(data, path)
        return strict.calendar(data, path) if path.endswith(".json") else data
    except InvalidError as error:
        raise DamagedError(error.message) from None


def _write_toml(text: bytes, wanted: dict[str, Any]) -> bytes:
    import tomlkit

    document = tomlkit.parse(text.decode())
    _align(document, wanted)
    return tomlkit.dumps(document).encode()


def _align(table: Any, wanted: dict[str, Any]) -> None:
    """Make `table` say what `wanted` says, with its comments kept."""
    for name in [name for name in table if name not in wanted]:
        del table[name]
    for name, value in wanted.items():
        if isinstance(value, dict) and isinstance(table.get(name), dict):
            _align(table[name], value)
        elif table.get(name) != value:
            table[name] = value
