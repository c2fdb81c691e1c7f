"""A new archive: its folder, settings, calendar, repository."""

import re
from collections.abc import Callable, Mapping
from importlib import resources
from itertools import groupby
from pathlib import Path

from crmkit import config
from crmkit.archive.journal import disk
from crmkit.archive.repository import clone
from crmkit.archive.repository.git import Git, require
from crmkit.archive.repository.operator import check_operator, set_operator
from crmkit.archive.repository.recording import record
from crmkit.archive.store import schema
from crmkit.archive.store.shards import CALENDARS
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import LANGUAGES, _, speaking
from crmkit.records.base import ARCHIVE_ID, random_text

GITATTRIBUTES = """\
# written by crmkit: shards are merged record by record, and no filter or setting of a clone's git rewrites a file
* -text -ident -filter -working-tree-encoding
*.json merge=crmkit
"""
FORMER_GITATTRIBUTES = """\
# written by crmkit: shards are merged record by record, and no filter rewrites them
*.json -text -ident -filter -working-tree-encoding merge=crmkit
"""  # of archives made before; the next merge of two clones brings them the new one
BEHIND = re.compile(r"(?<=\S) +# ([^\"]*(?:\"[^\"]*\"[^\"]*)*)$")  # no mark within the quotes of a value
LETTERS = re.compile("[a-z]{2}")
NOTHING: Mapping[str, str] = {}
GITIGNORE = "/.crmkit/\n*.xlsx\n*.csv\n*.ics\n"


def create(
    root: Path, *, name: str, branch: str, lang: str, tz: str, area: str, operator: str, run_at: str,
    card: Mapping[str, str] = NOTHING,
) -> None:  # fmt: skip
    """Make an archive in the folder `root`, which must be absent or empty. Raises CrmkitError, InvalidError.

    `card` are settings of the table [card] that are not the default.
    """
    require()
    check_branch(branch)
    check_operator(operator)
    if lang not in LANGUAGES:
        raise InvalidError(_("{value} is not a language").format(value=lang), ", ".join(LANGUAGES))
    refuse_filled(root)
    values: dict[str, str | int] = {"name": name, "branch": branch, "lang": lang, "tz": tz, "area": area}
    values |= {"schema": schema.current(), "id": random_text(ARCHIVE_ID)}
    config.settings(config.load_layers({"archive": values, "card": dict(card)}))
    files: dict[str, bytes | None] = {".gitattributes": GITATTRIBUTES.encode(), ".gitignore": GITIGNORE.encode()}
    for table in resources.files("crmkit").joinpath(CALENDARS).iterdir():
        files[f"{CALENDARS}/{table.name}"] = table.read_bytes()
    files[config.MARKER] = settings_text(values, card).encode()  # last: what makes the folder an archive
    git = Git(root)
    try:
        disk.make_folder(root)
        root.chmod(disk.PRIVATE_FOLDER)
        disk.make_folder(root / ".crmkit")
        set_operator(root, operator)
        git.create()
        disk.make_folder(root / CALENDARS)
        for path, data in files.items():
            disk.write_new(root / path, data or b"")
        disk.sync_folder(root / CALENDARS)
        disk.sync_folder(root)
    except OSError as error:
        raise CrmkitError(
            _("{folder} cannot be written ({problem})").format(folder=root, problem=error.strerror)
        ) from None
    clone.register(root)
    record(git, files, "archive init: 0 records\n\nCrmkit-By: -\n", operator, run_at)


def refuse_filled(root: Path) -> None:
    """Raises CrmkitError where there is something in the folder `root` already."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        config.refuse_empty_clone(root)
        raise CrmkitError(
            _("{folder} is not empty; nothing changed").format(folder=root), _("name a new folder for the archive")
        )


def settings_text(values: Mapping[str, str | int], card: Mapping[str, str] = NOTHING) -> str:
    """`archive.toml`: the given values of its first table and of [card], every other default as a comment.

    Comments are in `lang`.
    """
    given: dict[str, Mapping[str, str | int]] = {"[archive": values, "[card": card}
    lines = []
    section = ""
    with speaking(str(values["lang"])):
        text = with_comments(config.defaults_text(), _)
    for line in text.splitlines():
        section = line.partition("]")[0] if line.startswith("[") else section
        key, _equals, rest = line.partition(" = ")
        if key in given.get(section, NOTHING):
            _default, hash_, comment = rest.partition("#")
            lines.append(f"{key} = {_literal(given[section][key])}".ljust(32) + hash_ + comment)
        elif not line or line.startswith("#") or (line.startswith("[") and not line.startswith("[[")):
            lines.append(line)
        else:
            lines.append(f"# {line}")
    return "\n".join(lines) + "\n"


def with_comments(text: str, worded: Callable[[str], str]) -> str:
    """A text of settings with its comments `worded`: whole paragraphs of them, and each that stands behind a value."""
    lines: list[str] = []
    for is_paragraph, group in groupby(text.splitlines(), lambda line: line.startswith("#")):
        if is_paragraph:
            lines += worded("\n".join(group)).splitlines()
            continue
        for line in group:
            comment = BEHIND.search(line)
            own = comment is not None and LETTERS.search(comment[1])  # the names of festivals are in Chinese for all
            lines.append(line[: comment.start(1)] + worded(comment[1]) if comment and own else line)
    return "\n".join(lines) + "\n"


def check_branch(code: str) -> None:
    """InvalidError unless `code` is 1 to 4 capital letters or digits, as card numbers need."""
    if not re.fullmatch(r"[A-Z0-9]{1,4}", code):
        raise InvalidError(
            _("{code} is not a branch code").format(code=code or '""'), _("use 1 to 4 capital letters, for example BJ")
        )


def _literal(value: str | int) -> str:
    text = str(value)
    if isinstance(value, int):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(c) < 32 or ord(c) == 127 for c in escaped):
        raise InvalidError(_("{value} holds a control character").format(value=ascii(text)))
    return f'"{escaped}"'
