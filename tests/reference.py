"""What is written from other files of crmkit: the man page crmkit(1) and the table for shells from the commands
themselves, whose texts `crmkit help` shows as well; the defaults as JSON, which each command reads, from the TOML.

python -m tests.reference        write all anew
python -m tests.reference show   print the man page
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from crmkit import __version__, cli, config, i18n
from crmkit.render import FORMATS

# below share/ as an installed environment has it: pyproject.toml names the folder as the wheel's data
PAGE = Path(__file__).parent.parent / "crmkit" / "man" / "share" / "man" / "man1" / "crmkit.1"
COMPLETION = Path(cli.__file__).with_name("completion.json")
DEFAULTS = Path(cli.__file__).with_name("defaults.json")
HEAD = """\
The archive is a folder of readable JSON files whose history is kept in git. Commands are a noun and a verb, or a verb \
alone. What only reads changes nothing; what writes is one commit, takes -n, and is taken back by `crmkit undo`.\
"""
ENVIRONMENT = {
    "CRMKIT_ARCHIVE": "The archive, where -A names none.",
    "CRMKIT_NOW": "Taken as the present time, as --now.",
    "CRMKIT_BY": "Who does it, as --by.",
    "CRMKIT_LANG": "Language of messages, as --lang; else LC_ALL, LC_MESSAGES and LANG.",
    "CRMKIT_FORMAT": "The format of what is printed, as -f.",
    "CRMKIT_WAIT": "Seconds to wait for the archive's lock, as --wait.",
    "CRMKIT_NONINTERACTIVE": "Where it is 1, nothing is asked, even on a terminal.",
    "CRMKIT_FORCE_UNSAFE_DISK": "Where it is 1, writes even to a network disk, as --force-unsafe-disk.",
    "CRMKIT_PAGER": "What shows long tables on a terminal; else PAGER, else less. cat, or nothing, means none.",
    "CRMKIT_DEBUG": "Where it is 1, a mistake of crmkit's own shows its traceback.",
}
FILES = {
    "archive.toml": "In the archive: its settings, every default as a comment to change.",
    "~/.config/crmkit/config.toml": "The user's own settings; the archive's come before them.",
}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command as typed, `lead add`, with its command object."""
    i18n.use("en")
    root = cli.command()
    context = typer.Context(root, info_name="crmkit")
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        if command.hidden:
            continue
        if name in cli.VERBS:
            yield name, command
        else:
            for verb, leaf in command.commands.items():
                if not leaf.hidden:
                    yield f"{name} {verb}", leaf


def page() -> str:
    """The man page in roff: global options, then a paragraph a command with its arguments and options."""
    i18n.use("en")
    root = cli.command()
    lines = [
        '.\\" Written by tests.reference from the commands; change their help texts, not this file.',
        f'.TH CRMKIT 1 "" "crmkit {__version__}" "User Commands"',
        *(".SH NAME", f"crmkit \\- {_roff(root.help[0].lower() + root.help[1:].rstrip('.'))}"),
        *(".SH SYNOPSIS", ".B crmkit", "[OPTIONS] NOUN VERB [ARGUMENTS]", ".br", ".B crmkit help", "[NOUN [VERB]]"),
        *(".SH DESCRIPTION", _roff(HEAD)),
        *(".SH GLOBAL OPTIONS", "They may stand before the command or behind it."),
        *_options(root),
    ]
    noun = ""
    for name, command in commands():
        word = name.partition(" ")[0]
        if word != noun and word in cli.NOUNS:
            lines += [f".SH CRMKIT {word.upper()}", _roff(cli.NOUNS[word].help)]
        elif noun in cli.NOUNS and word in cli.VERBS:
            lines.append(".SH COMMANDS WITHOUT A NOUN")
        noun = word
        help_text, _example, example = command.help.partition("Example: ")
        lines += [f".SS {_roff(synopsis(name, command))}", _roff(help_text.strip())]
        lines += [".PP", f"Example: \\fB{_roff(example)}\\fR"] if example else []
        lines += _options(command)
    lines += [".SH EXIT STATUS", _roff(root.epilog.removeprefix("Exit: "))]
    for title, table in (("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        lines.append(f".SH {title}")
        for key, text in table.items():
            lines += [".TP", f".B {_roff(key)}", _roff(text)]
    return "\n".join([*lines, ""])


def synopsis(name: str, command: Any) -> str:
    """A command with its arguments, as typed: `crmkit lead show CUSTOMER...`."""
    arguments = [_metavar(p) for p in command.params if p.param_type_name == "argument"]
    return " ".join(["crmkit", name, *arguments])


def _options(command: Any) -> list[str]:
    lines = []
    for param in command.params:
        if param.param_type_name == "option" and not param.hidden:
            text = [_roff(" ".join(param.help.split()))] if param.help else []
            lines += [".TP", f".B {_roff(_option(param))}", *text]
    return lines


def _metavar(param: Any) -> str:
    name = re.sub(r"[\[\]]", "", param.metavar or param.name.upper()).replace(" ...", "...")
    name += "..." if param.nargs == -1 and "..." not in name else ""
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    name = ", ".join(sorted(param.opts, key=len))
    if param.is_flag:
        return name
    return f"{name} {(param.metavar or param.name.upper()).strip('[]')}"


def _roff(text: str) -> str:
    """`text` as roff prints it: `-` is a hyphen to it, and a line may not begin with a point or an apostrophe."""
    return re.sub(r"^(?=[.'])", r"\\&", text.replace("\\", r"\e").replace("-", r"\-").replace('"', r"\(dq"))


def defaults() -> str:
    """The table of `defaults.toml`, as JSON, a line for each of its parts."""
    table = tomllib.loads(config.defaults_text())
    parts = (f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in table.items())
    return "{\n" + ",\n".join(parts) + "\n}\n"


KINDS = {  # what a shell completes by: the name of a value on a help page → the kind of what it names
    "STAFF": "staff", "PRODUCT": "product", "CODE:QTY": "product", "SITE": "site", "CUSTOMER": "customer",
    "A": "customer", "B": "customer", "EVENT": "event", "PLAN": "plan", "PLAN:K": "plan",
}  # fmt: skip
OF_NOUNS = {  # the same for those that mean something else with each noun
    ("event", "CODE"): "event", ("callback", "ID"): "callback", ("staff", "CODE"): "staff", ("staff", "NAME"): "staff",
    ("product", "CODE"): "product", ("product", "NAME"): "product", ("site", "NAME"): "site",
}  # fmt: skip


def completion() -> str:
    """The table of what a shell completes: of each command its options and arguments, each with what it takes."""
    table: dict[str, Any] = {"options": _kinds(cli.command(), "")}
    for name, command in commands():
        noun = name.partition(" ")[0]
        arguments = [_kind(param, noun) for param in command.params if param.param_type_name == "argument"]
        table[name] = {"options": _kinds(command, noun), "arguments": arguments}
    lines = (f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in table.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _kinds(command: Any, noun: str) -> dict[str, Any]:
    options = (param for param in command.params if param.param_type_name == "option" and not param.hidden)
    return {opt: _kind(param, noun) for param in options for opt in param.opts}


def _kind(param: Any, noun: str) -> str | list[str]:
    """What a parameter takes: "-" nothing, "" something, a list one of these codes, else the name of a kind."""
    if param.param_type_name == "option" and param.is_flag:
        return "-"
    help_text = param.help or ""
    metavar = re.sub(r"[\[\]]|\.\.\.|\|-\|FILE$|\|-$", "", param.metavar or param.name.upper())
    if "one of: " in help_text:
        return re.split(r"[.\[]", help_text.partition("one of: ")[2])[0].strip().split(", ")
    if param.name == "fmt":
        return list(FORMATS)
    if metavar.islower() and "|" in metavar:
        return metavar.split("|")
    if "FILE" in metavar or metavar == "DIR":
        return "file"
    if metavar == "CODE" and "--event" in param.opts:
        return "event"
    return OF_NOUNS.get((noun, metavar), KINDS.get(metavar, ""))


if __name__ == "__main__":
    if sys.argv[1:] == ["show"]:
        print(page(), end="")
    else:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page(), "utf-8")
        COMPLETION.write_text(completion(), "utf-8")
        DEFAULTS.write_text(defaults(), "utf-8")
