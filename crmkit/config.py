"""Where every setting comes from: flag > environment > archive.toml > user config > default.

See commands/docs.md, "Precedence of settings".
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import msgspec.inspect

from crmkit.errors import InvalidError, NotFoundError
from crmkit.i18n import LANGUAGES, _
from crmkit.records.settings import Settings

MARKER = "archive.toml"
MAX_BYTES = 1 << 20  # of a file of settings; all defaults with their comments are a fortieth of it
MAX_DEPTH = 16
MAX_NUMBER = 2**63
MAX_PARTS = 32  # of a dotted key
LONG_KEY = rf"""(?<![\w-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){{{MAX_PARTS}}}"""  # tries nothing twice
ENVIRONMENT = {
    "archive": "CRMKIT_ARCHIVE",
    "now": "CRMKIT_NOW",
    "by": "CRMKIT_BY",
    "lang": "CRMKIT_LANG",
    "format": "CRMKIT_FORMAT",
    "wait": "CRMKIT_WAIT",
    "noninteractive": "CRMKIT_NONINTERACTIVE",
    "debug": "CRMKIT_DEBUG",
    "pager": "CRMKIT_PAGER",
    "force_unsafe_disk": "CRMKIT_FORCE_UNSAFE_DISK",
}
DEFAULTS = {"archive": "", "now": "", "by": "", "lang": "", "format": "table", "wait": "10"}

# Settings of other versions, before or after this one: nothing here reads them. Where they stand they are let be.
OF_OTHER_VERSIONS = (
    "plan.visit_notice_days", "plan.warranty_notice_days", "plan.end_notice_days", "plan.invoice_days",
    "plan.free_trainings_per_year", "complaint", "survey", "figures", "privacy", "visit.units_per_worker_per_day",
)  # fmt: skip

Table = dict[str, Any]


class Layers:
    """The tables of settings, strongest first, each with the name of its source."""

    def __init__(self, layers: list[tuple[str, Table]]) -> None:
        self.layers = layers

    def source(self, dotted: str) -> str:
        """The name of the layer that decides `dotted`, a key like `card.reply`."""
        for name, table in self.layers:
            if dig(table, dotted) is not None:
                return name
        return "default"

    def merged(self) -> Table:
        """One table: weaker layers overlaid by stronger ones; in a list of named tables, by name."""
        result: Table = {}
        for _name, table in reversed(self.layers):
            result = _overlay(result, table)
        return result


def find_archive(given: str, environ: Mapping[str, str], start: Path) -> tuple[Path, str]:
    """The archive's folder and the source of that choice: flag, environment, nearest parent folder, user config.

    Raises NotFoundError where there is none.
    """
    chosen, source = given, "flag"
    if not chosen:
        chosen, source = environ.get(ENVIRONMENT["archive"], ""), ENVIRONMENT["archive"]
    if not chosen:
        for folder in (start, *start.parents):
            if (folder / MARKER).is_file():
                return folder, _("folder")
        chosen, source = str(user_config().get("archive", "")), str(user_config_path())
    if not chosen:
        refuse_empty_clone(start)
        raise NotFoundError(
            _("no archive here: neither {folder} nor a folder above it holds {marker}").format(
                folder=start, marker=MARKER
            ),
            _("name one with -A DIR or CRMKIT_ARCHIVE, or make one: crmkit init DIR --branch BJ --operator LN"),
        )
    root = Path(chosen).expanduser().absolute()
    if not (root / MARKER).is_file():
        refuse_empty_clone(root)
        raise NotFoundError(
            _("{folder} is not an archive: it holds no {marker}").format(folder=root, marker=MARKER),
            _("make one there: crmkit init {folder}").format(folder=root),
        )
    return root, source


def refuse_empty_clone(root: Path) -> None:
    """Raise NotFoundError where `root` is a clone with the archive's branch but not its files.

    git checks out the branch that a shared repository names first; one of a plain `git init --bare` names another.
    """
    refs = root / ".git" / "packed-refs"
    packed = refs.read_bytes() if refs.is_file() else b""
    if re.search(rb" refs/remotes/[^/\n]+/main$", packed, re.M) or any(root.glob(".git/refs/remotes/*/main")):
        raise NotFoundError(
            _("{folder} is a clone without the files of its branch main").format(folder=root),
            _("git -C {folder} checkout main").format(folder=root),
        )


def user_config_path() -> Path:
    """`$XDG_CONFIG_HOME/crmkit/config.toml`, by default below `~/.config`."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path(os.environ.get("HOME") or "/") / ".config")
    return Path(base) / "crmkit" / "config.toml"


def user_config() -> Table:
    """The user's own settings; an empty table where there is no file."""
    return read_toml(user_config_path()) if user_config_path().is_file() else {}


def defaults_text() -> str:
    """The commented table of every default."""
    return (Path(__file__).parent / "defaults.toml").read_text("utf-8")


def load_layers(archive_toml: Table) -> Layers:
    """Settings of an archive, strongest layer first."""
    own = {name: value for name, value in user_config().items() if isinstance(value, dict)}
    return Layers([(MARKER, archive_toml), (str(user_config_path()), own), ("default", _defaults())])


@cache
def _defaults() -> Table:
    """Every default, from the JSON that `tests.reference` writes of defaults.toml.

    To read the TOML itself takes 4 to 5 ms, a twentieth of `lead show`.
    """
    table: Table = msgspec.json.decode(Path(__file__).with_name("defaults.json").read_bytes())
    return table


@lru_cache(maxsize=4)
def _parsed(text: str) -> Table:
    """The table of a TOML text. One process asks for an archive's settings several times; nobody changes a table."""
    dotted = [line for line in text.splitlines() if line.count(".") >= MAX_PARTS]
    if any(re.search(LONG_KEY, line) for line in dotted):  # quadratic in the parser
        raise ValueError(_("a key of more than {n} parts").format(n=MAX_PARTS))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # as of a number with thousands of digits
        raise ValueError(_("a number beyond all measure")) from None
    _refuse_odd(table)
    return table


def _refuse_odd(table: Table) -> None:
    """ValueError for what no setting needs: deep nesting, numbers beyond 64 bits, infinity."""
    level: list[Any] = [table]
    for _depth in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, int | float) and not -MAX_NUMBER < value < MAX_NUMBER:  # nor what is none
                raise ValueError(_("a number beyond all measure"))
        if not below:
            return
        level = below
    raise ValueError(_("values nested too deeply"))


def settings(layers: Layers) -> Settings:
    """The typed settings; InvalidError names the file and the key that does not fit."""
    table = _of_this_version(layers.merged())
    try:
        return msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise _misfit(layers, table, str(error)) from None


def _of_this_version(table: Table) -> Table:
    """`table` without the settings of other versions."""
    result = dict(table)
    for dotted in OF_OTHER_VERSIONS:
        name, _dot, key = dotted.partition(".")
        if not key:
            result.pop(name, None)
        elif isinstance(result.get(name), dict):
            result[name] = {own: value for own, value in result[name].items() if own != key}
    return result


def _misfit(layers: Layers, table: Table, problem: str) -> InvalidError:
    """What is wrong with the settings, as one sentence: the library's words name the place as `$.card.working[...]`."""
    what, _at, place = problem.partition(" - at `$.")
    place = place.removesuffix("`")
    unknown = re.fullmatch("Object contains unknown field `(.*)`", what)
    if unknown:
        key = ".".join(part for part in (place, unknown[1]) if part)
        return InvalidError(
            _("{file}: there is no setting {key}").format(file=_file_of(layers, key), key=key), nearest(key)
        )
    key = re.sub(r"\[.*", "", place)
    return InvalidError(
        _("{file}: {key} = {value} does not fit").format(
            file=_file_of(layers, key), key=key, value=json.dumps(dig(table, key), ensure_ascii=False)[:80]
        ),
        expected(key),
    )


def _file_of(layers: Layers, key: str) -> str:
    found = layers.source(key)
    return MARKER if found == "default" else found


def nearest(key: str) -> str:
    """The hint for a key that is none: the nearest that is one."""
    from difflib import get_close_matches

    known = [*flat(_defaults()), *_defaults()]
    near = get_close_matches(key, known, 1)
    near = near or [one for one in known if one.rpartition(".")[2] == key.rpartition(".")[2]][:1]
    if near:
        return _("did you mean {key}?").format(key=near[0])
    return _("`crmkit config --show` lists every setting with its default; a newer crmkit may know more")


def expected(key: str) -> str:
    """The hint for a value that does not fit: what the setting takes."""
    info: Any = msgspec.inspect.type_info(Settings)
    for part in key.split("."):
        info = next((field.type for field in getattr(info, "fields", ()) if field.encode_name == part), info)
    listed = isinstance(info, msgspec.inspect.VarTupleType)
    item = info.item_type if listed else info
    default = json.dumps(dig(_defaults(), key), ensure_ascii=False)
    if isinstance(item, msgspec.inspect.LiteralType):
        return _("one of: {choices}").format(choices=", ".join(map(str, item.values)))
    if isinstance(item, msgspec.inspect.IntType | msgspec.inspect.FloatType):
        if item.le is not None and item.ge is not None and item.le <= 1:
            return _("a share from 0 to 1; the default is {default}").format(default=default)
        return _("a number from {least} on; the default is {default}").format(least=item.ge or 0, default=default)
    if listed:
        return _("a list such as {default}").format(default=default if default != "[]" else '["..."]')
    return _("the default is {default}").format(default=default)


def language(archive: str) -> str:
    """The language that the archive, else the user config, asks for; English where neither does.

    What is wrong with an archive's settings is said by the command that needs them.
    """
    chosen: Any = ""
    with suppress(NotFoundError, InvalidError):
        chosen = dig(read_toml(find_archive(archive, os.environ, Path.cwd())[0] / MARKER), "archive.lang")
    return str((chosen if str(chosen) in LANGUAGES else "") or user_config().get("lang", "") or "en")


def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone `name`. Raises InvalidError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidError(_("{name} is not a time zone").format(name=name), _("for example Asia/Shanghai")) from None


def read_toml(path: Path) -> Table:
    """The table in a TOML file; InvalidError names the file and line of a mistake."""
    with path.open("rb") as file:
        return toml(file.read(MAX_BYTES + 1), path)


def toml(data: bytes, place: Path | str) -> Table:
    """The table of TOML bytes. InvalidError names `place` and what is wrong, however hostile they are.

    Settings are small and flat. What is not would take the parser minutes, or hold numbers that Python cannot print.
    """
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(_("it is larger than {n} KB").format(n=MAX_BYTES // 1024))
        return _parsed(data.decode())
    except RecursionError:
        problem = _("values nested too deeply")
    except ValueError as error:
        problem = str(error)
    raise InvalidError(_("{file} cannot be read: {problem}").format(file=place, problem=problem))


def flat(table: Table, prefix: str = "") -> dict[str, Any]:
    """`{"card": {"reply": 2}}` as `{"card.reply": 2}`."""
    result: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            result.update(flat(value, f"{prefix}{name}."))
        else:
            result[prefix + name] = value
    return result


def named_tables(value: Any) -> TypeGuard[list[Table]]:
    """Whether `value` is a list of tables that have names, such as the callback rules."""
    tables = value if isinstance(value, list) else []
    return bool(tables) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in tables)


def dig(table: Table, dotted: str) -> Any:
    """The value at `dotted`, a key like `card.reply`; None where there is none."""
    value: Any = table
    for part in dotted.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _overlay(under: Table, over: Table) -> Table:
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        if isinstance(value, dict) and isinstance(below, dict):
            result[name] = _overlay(below, value)
        elif named_tables(below) and named_tables(value):
            named = {one["name"]: one for one in value}
            result[name] = [named.pop(one["name"], one) for one in below] + list(named.values())
        else:
            result[name] = value
    return result
