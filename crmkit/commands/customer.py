"""`crmkit customer`: one person's whole file, and what it allows. Its verbs are in `customer_*`."""

import typer

from crmkit.i18n import _

app = typer.Typer(help=_("Customers: the whole file, consents, grades, whom to turn to."), no_args_is_help=True)
VERBS = {
    "show": "customer_show",
    "consent": "customer_consent", "dnc": "customer_consent",
    "release": "customer_state", "deceased": "customer_state",
    "grade": "customer_grade",
    "tick": "customer_honour", "honour": "customer_honour",
    "referrals": "customer_referrals",
    "risk": "customer_attention", "cadence": "customer_attention", "birthdays": "customer_attention",
}  # fmt: skip
