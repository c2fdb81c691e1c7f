"""The detail sheets of a report: one row for each record that its figures count, the record's id first."""

from collections.abc import Callable

from crmkit.sheets.report import calling, collecting, meeting, selling
from crmkit.sheets.report.view import Table, View

# Every detail sheet by the name that the cover's totals use, in the fixed order; an empty one has its header only.
SHEETS: dict[str, Callable[[View], Table]] = {
    "leads": collecting.leads,
    "repeats": collecting.repeats,
    "assignments": collecting.assignments,
    "callbacks": calling.callbacks,
    "calls": calling.calls,
    "messages": calling.messages,
    "visits": meeting.visits,
    "events": meeting.events,
    "invitations": meeting.invitations,
    "cards": selling.cards,
    "orders": selling.orders,
    "payments": selling.payments,
    "returns": selling.returns,
}


def tables(view: View) -> dict[str, Table]:
    """Every detail sheet by its name in SHEETS."""
    return {name: sheet(view) for name, sheet in SHEETS.items()}
