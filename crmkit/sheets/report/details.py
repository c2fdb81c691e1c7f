"""The detail sheets of a report: one row for each record that its figures count, the record's id first."""

from collections.abc import Callable, Iterator, Mapping

from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Conflict,
    Customer,
    Decision,
    Event,
    Fault,
    HeaderMap,
    Intake,
    Invitation,
    Mark,
    Merge,
    Message,
    Note,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Record,
    Return,
    Site,
    Staff,
    Step,
    Ticket,
    Touch,
    Visit,
)  # fmt: skip
from crmkit.sheets.report import calling, collecting, meeting, plans, selling, service
from crmkit.sheets.report.view import Table, View

Sheet = tuple[str, Callable[[View], Table]]

# Every record type, in the fixed order of the workbook: its detail sheet, by the name that the cover's totals use, None
# where it has none.
SHEETS: Mapping[type[Record], Sheet | None] = {
    Customer: ("leads", collecting.leads),
    Touch: ("repeats", collecting.repeats),
    Assignment: ("assignments", collecting.assignments),
    Callback: ("callbacks", calling.callbacks),
    Call: ("calls", calling.calls),
    Message: ("messages", calling.messages),
    Visit: ("visits", meeting.visits),
    Event: ("events", meeting.events),
    Invitation: ("invitations", meeting.invitations),
    Card: ("cards", selling.cards),
    Order: ("orders", selling.orders),
    Payment: ("payments", selling.payments),
    Return: ("returns", selling.returns),
    PhoneCheck: None,  # in the row of its file
    Decision: None,
    Merge: None,
    Staff: None,
    Site: None,
    Product: None,
    HeaderMap: None,
    Intake: None,
    Conflict: None,
    Note: None,
    Mark: None,
    Fault: None,
    Ticket: ("tickets", service.tickets),
    Complaint: ("complaints", service.complaints),
    Plan: ("plans", plans.plans),
    Step: None,
}

# Besides them, of records that have a sheet already.
MORE: tuple[Sheet, ...] = (
    ("owed", selling.owed),
    ("plan_visits", plans.visits),
)


def tables(view: View) -> Iterator[Table]:
    """The detail sheets that have rows, one after the other; what leaves the house masked has no notes."""
    for _name, make in (*filter(None, SHEETS.values()), *MORE):
        table = make(view)
        if table.rows:
            yield table.without_free() if view.mask else table
