"""`crmkit help`: the help page of crmkit, of a noun or of a verb; `crmkit help changes` tells what is new."""

from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import _

CHANGES = Path(__file__).parents[1] / "changes.md"


@verb(_("This page, or that of a noun or a verb; `help changes`: what is new. Example: crmkit help lead add"))
def help_(
    ctx: typer.Context,
    noun: Annotated[str, typer.Argument(metavar="[NOUN|changes]")] = "",
    verb: Annotated[str, typer.Argument(metavar="[VERB]")] = "",
) -> None:
    """Print a help page; UsageError where there is no such command."""
    root: Any = ctx.find_root().command
    if verb and not hasattr(root.get_command(ctx, noun), "commands"):  # of what has no verbs
        raise UsageError(_("unexpected: {0}").format(verb))
    if noun == "changes":
        typer.echo(CHANGES.read_text("utf-8"), nl=False)
        return
    words = [word for word in (noun, verb) if word]
    root.main([*words, "--help"], prog_name="crmkit", standalone_mode=False)
