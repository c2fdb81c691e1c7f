"""The yield of a source, site, method or collector; the work of a staff member.

See docs.md: Files, Assignment, Figures.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from crmkit.core.accounts import Ledger
from crmkit.core.figures.counting import Fact
from crmkit.i18n import N_
from crmkit.records import Site
from crmkit.records.typed import Fen

GROUPS = ("source", "site", "method", "collector")
# measure → what it counts, in the order in which it is shown
YIELD = {
    "files": N_("files collected"),
    "contacts": N_("contacts noted"),
    "repeat": N_("contacts of people on file already"),
    "shared": N_("contacts with a number of another person"),
    "valid": N_("files with a confirmed number"),
    "asked": N_("files asked a second time"),
    "failed": N_("files where another number was said"),
    "tested": N_("files with a number tested"),
    "false": N_("files with a false number"),
    "suspect": N_("files under suspicion"),
    "screenable": N_("files due for screening"),
    "in-time": N_("files screened in time"),
    "buyers": N_("files that became buyers"),
    "brought": N_("files that brought revenue"),
}
WORK = {
    "assigned": N_("files given"),
    "recycled": N_("files recycled to others"),
    "calls": N_("calls"),
    "reached": N_("calls that reached the person"),
    "long": N_("first calls that took too long"),
    "quiet-hours": N_("calls in quiet hours"),
    "due": N_("callbacks due"),
    "done": N_("callbacks done"),
    "on-time": N_("callbacks done on time"),
    "overdue": N_("callbacks overdue"),
    "messages": N_("messages sent"),
    "care": N_("care contacts"),
    "visits": N_("appointments for visits"),
    "visits-made": N_("visits made"),
    "over-time": N_("visits over time"),
    "broken": N_("visits with conduct broken"),
    "invited": N_("guests invited"),
    "attended": N_("guests who came"),
    "cards": N_("cards issued"),
    "orders": N_("orders"),
    "revenue": N_("orders with revenue"),
    "payments": N_("payments taken"),
    "refunds": N_("refunds paid"),
}


class DayRange(NamedTuple):
    """On which days something was collected."""

    days: int
    first: date | None
    last: date | None


def grouping(name: str, sites: Iterable[Site]) -> Callable[[Fact], str]:
    """A look-up of the group of a fact, `name` being one of GROUPS; a renamed site is one site."""
    known = {former: site for site in sites for former in (*site.former_names, site.name)}
    groups: Mapping[str, Callable[[Fact], str]] = {
        "source": lambda fact: fact.source,
        "site": lambda fact: known[fact.site].name if fact.site in known else fact.site,
        "method": lambda fact: known[fact.site].method if fact.site in known else "",
        "collector": lambda fact: fact.staff,
    }
    return groups[name]


def days_of(happened: Iterable[Fact]) -> DayRange:
    """The days on which files or contacts were noted down."""
    days = {fact.day for fact in happened if fact.measure in ("files", "contacts")}
    return DayRange(len(days), min(days, default=None), max(days, default=None))


class Load(NamedTuple):
    """What a staff member has in hand at the moment."""

    files_in_hand: int  # looked after, but for the lost ones
    callbacks_open: int
    callbacks_overdue: int  # of these
    visits_open: int  # appointments to keep
    balance: Fen  # still to be collected for orders that they sold
    refund_owed: Fen  # still to be paid back for these


def money_in_hand(sold: Iterable[Ledger]) -> tuple[Fen, Fen]:
    """What is still to be collected for the orders `sold`, and what is still to be paid back for them."""
    accounts = [one.account for one in sold]
    return Fen(sum(one.balance or 0 for one in accounts)), Fen(sum(one.refund_owed for one in accounts))
