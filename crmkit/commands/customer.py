"""`crmkit customer`: one person's whole file, and what it allows. Its verbs are in `customer_*`."""

import typer

from crmkit.commands import (
    customer_attention,
    customer_consent,
    customer_grade,
    customer_honour,
    customer_referrals,
    customer_show,
)
from crmkit.i18n import _

app = typer.Typer(help=_("Customers: the whole file, consents, grades, whom to turn to."), no_args_is_help=True)
customer_show.register(app)
customer_consent.register(app)
customer_grade.register(app)
customer_honour.register(app)
customer_referrals.register(app)
customer_attention.register(app)
