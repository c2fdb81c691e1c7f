"""What a shell completes after Tab: verbs, options, codes, and what is in the archive.

A key was pressed and somebody waits: neither the command line's library nor the records are imported, and the archive
is not opened. What can be typed stands in a table that `tests.reference` writes (`completion.json`); the index is read
as it lies there, without its seal: what it does not know yet is not offered. Nothing is ever said, whatever is wrong.
"""

import io
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from pkgutil import get_data
from typing import Any

VARIABLE = "_CRMKIT_COMPLETE"  # holds the shell; COMP_LINE the line up to the cursor
ID_LONGEST = 15  # characters of an id, with a space in the place of a second letter
MOST = 50  # people whose names are offered
OPEN = 12  # callbacks or plans that are offered: each is read for whom it is

SCRIPTS = {
    "bash": """\
_crmkit() {
    local IFS=$'\\n'
    COMPREPLY=($(_CRMKIT_COMPLETE=bash COMP_LINE="${COMP_LINE:0:COMP_POINT}" crmkit 2>/dev/null))
}
complete -o default -o nosort -F _crmkit crmkit
""",
    "zsh": """\
#compdef crmkit
_crmkit() {
    local -a found
    found=("${(@f)$(_CRMKIT_COMPLETE=zsh COMP_LINE="${(j: :)words[1,CURRENT]}" crmkit 2>/dev/null)}")
    if [[ -n "$found" ]]; then _describe -V crmkit found -U; else _files; fi
}
compdef _crmkit crmkit
""",
    "fish": """\
function __crmkit
    set -l found (_CRMKIT_COMPLETE=fish COMP_LINE=(commandline -cp | string collect) crmkit 2>/dev/null)
    if set -q found[1]
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c crmkit -f -a '(__crmkit)'
""",
}


def main() -> None:
    """Print what may stand in the place of the last word of $COMP_LINE, for the shell in $_CRMKIT_COMPLETE."""
    shell = os.environ.get(VARIABLE, "")
    with suppress(Exception):  # no answer is an answer; a message would stand in the middle of the line
        words, last = split(os.environ.get("COMP_LINE", ""))
        found = dict(candidates(words, last))
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write("".join(f"{line}\n" for line in _lines(shell, found, last)))
        sys.stdout.flush()


def split(line: str) -> tuple[list[str], str]:
    """The words of a line behind the name of the program, and the one that is being typed."""
    words, word, quote, there = list[str](), "", "", False
    characters = iter(line)
    for character in characters:
        if character == "\\" and quote != "'":
            word += next(characters, "")
        elif character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif character.isspace() and not quote:
            words, word, there = [*words, word] if there else words, "", False
            continue
        else:
            word += character
        there = True
    return words[1:], word


def candidates(words: list[str], last: str) -> Iterator[tuple[str, str]]:
    """What may be typed in the place of `last` behind `words`, each with what it means ("" where that is plain)."""
    table: dict[str, dict[str, Any]] = json.loads(get_data("crmkit", "completion.json") or b"{}")
    name, arguments, before = _place(table, words)
    known = table.get(name, {})
    options: dict[str, Any] = table["options"] | known.get("options", {})
    if before in options and options[before] != "-":
        yield from _values(options[before], words, last)
    elif last.startswith("-"):
        if "=" in last:
            option, _equals, value = last.partition("=")
            for one, told in _values(options.get(option, ""), words, value):
                yield f"{option}={one}", told
        yield from ((option, "") for option in options if option.startswith(last) and option.startswith("--"))
    elif name in table:
        kinds = known["arguments"]
        if kinds:
            yield from _values(kinds[min(arguments, len(kinds) - 1)], words, last)
    else:
        begun = f"{name} " if name else ""
        offered = {
            one[len(begun) :].partition(" ")[0]: "" for one in table if one != "options" and one.startswith(begun)
        }
        yield from ((one, "") for one in offered if one.startswith(last))


def _place(table: dict[str, Any], words: list[str]) -> tuple[str, int, str]:
    """The command as far as it is typed, how many arguments stand behind it, and the word before the present one."""
    name, arguments, skipped = "", 0, False
    for word in words:
        options = table["options"] | table.get(name, {}).get("options", {})
        if skipped:
            skipped = False
        elif word.startswith("-") and word != "-":
            skipped = options.get(word, "-") != "-" and "=" not in word
        elif name in table:
            arguments += 1
        else:
            name = f"{name} {word}".strip()
    return name, arguments, words[-1] if words and skipped else ""


def _values(kind: str | list[str], words: list[str], last: str) -> Iterator[tuple[str, str]]:
    if isinstance(kind, list):
        yield from _codes(kind, last)
        return
    if kind in ("", "file"):
        return
    root = archive_of(words)
    if kind in REFERENCE:
        yield from _reference(root, *REFERENCE[kind], last)
    elif kind == "customer" or kind in WAITING:
        with closing(sqlite3.connect(f"{(root / '.crmkit' / 'index.sqlite').as_uri()}?immutable=1", uri=True)) as index:
            yield from _people(root, index, last) if kind == "customer" else _waiting(root, index, kind, last)


def _codes(codes: list[str], last: str) -> Iterator[tuple[str, str]]:
    """Codes of a closed list, or their Chinese words where one is begun."""
    if last.isascii():
        yield from ((code, "") for code in codes if code.startswith(last))
        return
    from crmkit.core.data import table

    for code, texts in table("choices.tsv"):
        if code in codes:
            yield from ((text, code) for text in texts.split() if text.startswith(last))


REFERENCE = {  # kind → its folder, and the field by which it is named
    "staff": ("staff", "code"), "product": ("products", "code"), "site": ("sites", "name"), "event": ("events", "code"),
}  # fmt: skip


def _reference(root: Path, folder: str, field: str, last: str) -> Iterator[tuple[str, str]]:
    begun = last.casefold()
    for path in sorted((root / folder).glob("*.json")):
        for record in json.loads(path.read_bytes())[folder].values():
            named, told = str(record.get(field, "")), str(record.get("name", ""))
            if not record.get("left") and (named.casefold().startswith(begun) or told.casefold().startswith(begun)):
                yield named, told if told != named else ""


def _people(root: Path, index: sqlite3.Connection, last: str) -> Iterator[tuple[str, str]]:
    """Names that begin with what was typed, or sound so; of an id begun the ids."""
    if last[:1] in "Cc" and last[1:5].isdecimal() and len(last) > 1:
        yield from ((entry[1:], "") for entry in _entries(index, f" C{last[1:].lower()}", MOST))
        return
    yield from dict.fromkeys((name, "") for name, _identifier in _named(index, last))


def _named(index: sqlite3.Connection, last: str) -> Iterator[tuple[str, str]]:
    """Names that fit what was typed, with the ids of their files; nothing where nothing was typed."""
    from crmkit.core.people import called

    sought = called.folded(last)
    for letters in called.beginnings(last) if sought else ():
        for entry in _entries(index, f"called:{letters}", MOST * 4):
            name = entry[:-ID_LONGEST].partition(" ")[2].strip()
            if called.fit(sought, name) in (called.WHOLE, called.SOUNDS, called.BEGINS):
                yield name, entry[-ID_LONGEST:].strip()


# kind → letters of its ids, how the index names those that wait, the field of those that are over, what is told
WAITING = {
    "callback": ("B", "due:", "state", ("purpose", "due_at")),
    "plan": ("PL", "plan:", "ended_on", ("mode", "next_on")),
}  # fmt: skip


def _waiting(root: Path, index: sqlite3.Connection, kind: str, last: str) -> Iterator[tuple[str, str]]:
    """The ids of open records: that begin so, of the person whose name was begun, else those due first."""
    letters, due, over, told = WAITING[kind]
    begun = last[: len(letters)].upper() + last[len(letters) :].lower()
    if begun.startswith(letters) and begun[len(letters) :][:4].isdecimal():
        yield from ((entry[1:], "") for entry in _entries(index, f" {begun}", MOST))
        return
    shards: dict[str, dict[str, Any]] = {}

    def record(identifier: str) -> dict[str, Any]:
        query = "SELECT path FROM entries JOIN files ON file = no WHERE entry = ?"
        (path,) = index.execute(query, (f" {identifier}",)).fetchone()
        if path not in shards:
            shards[path] = json.loads((root / path).read_bytes())
        found: dict[str, Any] = shards[path][path.partition("/")[0]][identifier]
        return found

    if last:
        people = {identifier: name for name, identifier in _named(index, last)}
        owned = [(entry[-ID_LONGEST:].strip(), name) for who, name in list(people.items())[:OPEN]
                 for entry in _entries(index, f"ref:{who} ", MOST)]  # fmt: skip
        ids = [(one, name) for one, name in owned if one.startswith(letters) and one[len(letters)].isdecimal()]
    else:
        ids = [(entry[-ID_LONGEST:].strip(), "") for entry in _entries(index, due, OPEN)]
    for identifier, name in ids[: 2 * OPEN]:
        found = record(identifier)
        if not found.get(over):
            said = (str(found.get(field) or "")[:16].replace("T", " ") for field in told)
            yield identifier, " ".join(filter(None, (name or str(record(found["customer"]).get("name", "")), *said)))


def _entries(index: sqlite3.Connection, beginning: str, most: int) -> Iterator[str]:
    query = "SELECT DISTINCT entry FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry LIMIT ?"
    for (entry,) in index.execute(query, (beginning, beginning + "\U0010ffff", most)):
        yield entry


def archive_of(words: list[str]) -> Path:
    """The archive that the line names, the environment, or the nearest folder above that holds one."""
    named = [after for word, after in pairwise(words) if word in ("-A", "--archive")]
    given = named[-1] if named else os.environ.get("CRMKIT_ARCHIVE", "")
    here = Path(given).expanduser().absolute() if given else Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "archive.toml").is_file()), here)


def _lines(shell: str, found: dict[str, str], last: str) -> Iterable[str]:
    """The candidates as the shell reads them; bash has no descriptions, and takes what stands behind its last break."""
    if shell == "fish":
        return [f"{one}\t{told}" if told else one for one, told in found.items()]
    if shell == "zsh":
        escaped = ((one.replace("\\", "\\\\").replace(":", "\\:"), told) for one, told in found.items())
        return [f"{one}:{told}" if told else one for one, told in escaped]
    begun = max(last.rfind(mark) for mark in ":=") + 1
    return [_quoted(one[begun:]) for one in found]


def _quoted(text: str) -> str:
    return "".join(f"\\{c}" if c in " \\'\"&|;()<>$`*?[]#~!{}" else c for c in text)
