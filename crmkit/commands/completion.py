"""`crmkit completion`: a completion script, printed for the shell to read."""

import typer

from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import _


@verb(_('Print a completion script. Example: eval "$(crmkit completion bash)"'))
def completion(shell: str) -> None:
    """Print the completion script of bash, zsh or fish."""
    from crmkit.completing import SCRIPTS

    if shell not in SCRIPTS:
        raise UsageError(_("{value} is not a shell known here").format(value=shell), ", ".join(SCRIPTS))
    typer.echo(SCRIPTS[shell], nl=False)
