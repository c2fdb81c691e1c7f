"""`crmkit customer`: one person's whole file, and what it allows. Its verbs are in `customer_*`."""

import typer

from crmkit.commands import customer_consent, customer_show
from crmkit.i18n import _

app = typer.Typer(help=_("One person: the whole file, consents, refusals."), no_args_is_help=True)
customer_show.register(app)
customer_consent.register(app)
