"""`crmkit lead`: customer files. Its verbs are in `lead_*`."""

import typer

from crmkit.i18n import _

app = typer.Typer(help=_("Collect, import, list and edit customer files."), no_args_is_help=True)
VERBS = {
    "add": "lead_add",
    "import": "lead_import",
    "list": "lead_list",
    "show": "lead_show",
    "edit": "lead_edit",
    "screen": "lead_screen",
    "assign": "lead_assign",
    "recycle": "lead_recycle",
    "audit": "lead_audit",
}  # fmt: skip
