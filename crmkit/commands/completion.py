"""`crmkit completion`: a completion script, printed for the shell to read."""

import typer

from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import _

SHELLS = ("bash", "zsh", "fish")


@verb(_('Print a completion script. Example: eval "$(crmkit completion bash)"'))
def completion(shell: str) -> None:
    """Print the completion script of bash, zsh or fish."""
    from typer._completion_shared import get_completion_script

    if shell not in SHELLS:
        raise UsageError(_("{value} is not a shell known here").format(value=shell), ", ".join(SHELLS))
    typer.echo(get_completion_script(prog_name="crmkit", complete_var="_CRMKIT_COMPLETE", shell=shell))
