"""The command reference of README.md, written from the commands themselves.

python -m tests.reference        bring the README up to date
python -m tests.reference show   print it
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from crmkit import cli, i18n

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- reference: written by tests.reference -->"
END = "<!-- end of reference -->"


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


def text() -> str:
    """The reference as Markdown: a line a command, its arguments and options below."""
    lines = [BEGIN, ""]
    for name, command in commands():
        arguments = " ".join(_metavar(p) for p in command.params if p.param_type_name == "argument")
        lines.append(f"- **`crmkit {name}{' ' + arguments if arguments else ''}`** {command.help}")
        options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
        if options:
            lines.append("  " + " ".join(f"`{_option(p)}`" for p in options))
    return "\n".join([*lines, "", END])


def update() -> None:
    """Replace the reference in the README."""
    whole = README.read_text("utf-8")
    before, _begin, rest = whole.partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(before + text() + after, "utf-8")


def _metavar(param: Any) -> str:
    name = re.sub(r"[\[\]]", "", param.metavar or param.name.upper()).replace(" ...", "...")
    name += "..." if param.nargs == -1 and "..." not in name else ""
    return name if param.required else f"[{name}]"


def _option(param: Any) -> str:
    name = "|".join(sorted(param.opts, key=len))
    if param.is_flag:
        return name
    return f"{name} {(param.metavar or param.name.upper()).strip('[]')}"


if __name__ == "__main__":
    if sys.argv[1:] == ["show"]:
        print(text())
    else:
        update()
