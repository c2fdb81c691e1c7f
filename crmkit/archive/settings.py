"""Changing `archive.toml` with its comments kept, as a run like any other."""

import re
import tomllib
from contextlib import suppress
from datetime import datetime
from typing import Any

from crmkit import config
from crmkit.archive.archive import Archive, Done
from crmkit.archive.journal import disk
from crmkit.archive.repository.git import GitError
from crmkit.errors import InvalidError
from crmkit.i18n import _

MADE = ("archive.schema", "archive.id")  # nobody sets them by hand


def change_settings(archive: Archive, values: dict[str, str], *, run_at: datetime, by: str) -> Done:
    """Set each dotted key to its value, typed as its default is. Raises InvalidError; the file stays as it was."""
    import tomlkit

    before = disk.read(archive.root / config.MARKER) or b""
    config.toml(before, config.MARKER)
    document = tomlkit.parse(before.decode())
    defaults = tomllib.loads(config.defaults_text())
    for dotted, text in values.items():
        *tables, key = dotted.split(".")
        default = config.dig(defaults, dotted)
        if default is None or isinstance(default, dict) or config.named_tables(default) or dotted in MADE:
            raise InvalidError(_("there is no setting {key} to set").format(key=dotted), config.nearest(dotted))
        table: Any = document
        for name in tables:
            table = table.setdefault(name, tomlkit.table())
        table[key] = _typed(dotted, text, default)
    data = tomlkit.dumps(document).encode()
    config.settings(config.load_layers(config.toml(data, config.MARKER)))
    changes = {config.MARKER: {key: (None, value) for key, value in values.items()}}
    done = Done(changes=changes, counts={"updated": len(values)}, dry_run=archive.dry_run)
    if archive.dry_run or data == before:
        return done
    with suppress(GitError):  # what was edited by hand before is no part of this run
        archive.record_edits([config.MARKER])
    return archive.commit_files(
        {config.MARKER: data}, {config.MARKER: before}, "config set: 0 records", done, run_at=run_at, by=by
    )


def _typed(key: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, bool):
            return {"true": True, "yes": True, "false": False, "no": False}[text.lower()]
        if isinstance(default, list):
            return _listed(text)
        if isinstance(default, str):
            return _unquoted(text)
        return float(text) if re.search("[.eE]", text) else type(default)(text)
    except (KeyError, ValueError):  # of which TOML's own errors are one
        raise InvalidError(_("{key}: {value} does not fit").format(key=key, value=text), config.expected(key)) from None


def _listed(text: str) -> list[Any]:
    """A list typed as TOML has it, ["solution","solved"], or with commas between."""
    if not text.startswith("["):
        return [word.strip() for word in text.split(",") if word.strip()]
    found = tomllib.loads(f"list = {text}")
    if list(found) != ["list"] or not isinstance(found["list"], list):
        raise ValueError(text)
    return found["list"]


def _unquoted(text: str) -> str:
    """A text typed with the quotes that it has in the file, or without."""
    return str(tomllib.loads(f"text = {text}")["text"]) if re.fullmatch(r'"[^"\\]*"', text) else text
