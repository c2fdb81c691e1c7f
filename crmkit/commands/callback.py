"""`crmkit callback`: planned calls (回访). Its verbs are in `callback_*`."""

import typer

from crmkit.i18n import _

app = typer.Typer(help=_("Plan, list and finish callbacks."), no_args_is_help=True)
VERBS = {
    "plan": "callback_plan", "add": "callback_plan",
    "list": "callback_list",
    "done": "callback_close", "snooze": "callback_close", "edit": "callback_close", "cancel": "callback_close",
    "sheet": "callback_sheet",
    "ics": "callback_list",
}  # fmt: skip
