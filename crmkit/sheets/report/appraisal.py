"""The workbook of the appraisal: everybody in one table, then a sheet a person, each number with its list."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crmkit.core.appraisal import ALWAYS, NUMBERS, SUMS, Appraisal
from crmkit.core.figures import Fact
from crmkit.core.figures.counting import IN_DAYS
from crmkit.core.marks import StaffMark
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Customer,
    Invitation,
    Message,
    Order,
    Payment,
    Plan,
    Record,
    Return,
    Step,
    Ticket,
    Touch,
    Visit,
)  # fmt: skip
from crmkit.sheets.read.workbooks import REPORT_SHEET
from crmkit.sheets.report.origin import Origin, add_origin
from crmkit.sheets.report.summary_page import SummaryTable, add_blocks, declare
from crmkit.sheets.report.view import Row, View
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.layout import Column

LONGEST_TITLE = 31  # characters of the name of a sheet
_NO_TITLE = re.compile(r"[\\\[\]:*?/\x00-\x1f]")

# What is said of a record in a list: in words, never what somebody wrote as they liked.
SAID: dict[type[Record], Callable[[View, Any], str]] = {
    Customer: lambda _view, one: label(one.source),
    Touch: lambda _view, one: label(one.outcome) or label(one.source),
    Assignment: lambda _view, one: label(one.how),
    Callback: lambda _view, one: label(one.purpose),
    Call: lambda _view, one: label(one.outcome),
    Message: lambda _view, one: " ".join(label(part) for part in one.occasion.split(":")),
    Visit: lambda _view, one: label(one.purpose),
    Invitation: lambda _view, one: one.number,
    Card: lambda _view, one: one.number,
    Order: lambda view, one: view.items(one.items),
    Return: lambda view, one: view.items(one.items),
    Payment: lambda _view, one: label(one.what),
    Ticket: lambda view, one: " ".join(filter(None, (view.product(one.product), one.fault))),
    Step: lambda _view, one: label(f"step-{one.what}"),
    Complaint: lambda _view, one: one.about,
    Plan: lambda _view, one: label(f"mode-{one.mode}"),
}


def appraisal_book(view: View, origin: Origin, people: Sequence[Appraisal], marks: Iterable[StaffMark]) -> Workbook:
    """The workbook, still to be saved; `marks` are those of the archive, for what is said of them."""
    heading, period = _("Appraisal"), origin.lines()[_("Period")]
    title = f"{heading} {period}"
    book = Workbook(title=title, font=origin.settings.report.font, made_at=view.period.now)
    columns = [Column(_("Staff")), *(Column(_(one.title), "money" if one.in_fen else "count") for one in SUMS)]
    book.table(_("Staff"), columns, [(view.person(one.staff), *one.sums().values()) for one in people])
    declare(book)
    lists = _Lists(view, marks)
    taken = {_("Staff").casefold(), _("About").casefold(), REPORT_SHEET.casefold()}
    for number, one in enumerate(people, 1):
        numbers = _numbers(view, one, f"staff_{number}")
        add_blocks(book, _free_title(view.person(one.staff), taken), [numbers, *lists.of(one)])
    about: list[Row] = [(name, value) for name, value in origin.lines().items()]
    page_columns = (Column(_("What")), Column(_("Value"), widest=40))
    add_blocks(book, _("About"), [SummaryTable("", title, page_columns, about)])
    add_origin(book, origin, ())
    return book


def _told(one: Appraisal) -> list[str]:
    """The numbers of a sheet: those that are always told, and whatever else counts something."""
    return [name for name in NUMBERS if name in ALWAYS or name in one.facts]


def _numbers(view: View, one: Appraisal, name: str) -> SummaryTable:
    """Every number, with what it is a share of, and the row from which its records stand."""
    columns = (
        Column(_("What is counted"), widest=36), Column(_("Count"), "count"), Column(_("Of"), "count"),
        Column(_("Share"), "share"), Column(_("Yuan"), "money"), Column(_("Records from row"), "count"),
    )  # fmt: skip
    told = _told(one)
    row, rows = len(told) + 2, list[Row]()
    for measure in told:
        figure, first = one.figure(measure), None
        if measure in one.facts:
            row += 3  # an empty row, the heading and the titles
            first = row + 1
            row += len(one.facts[measure])
        whole = figure.whole or None
        count = figure.amount if measure in IN_DAYS else figure.count
        yuan = None if measure in IN_DAYS else figure.amount or None
        rows.append((_(NUMBERS[measure]), count, whole, figure.share, yuan, first))
    return SummaryTable(name, view.person(one.staff), columns, rows)


class _Lists:
    """The lists of records under the numbers."""

    def __init__(self, view: View, marks: Iterable[StaffMark]) -> None:
        self._view = view
        self._marks = {one.id: one for one in marks}

    def of(self, one: Appraisal) -> list[SummaryTable]:
        """One list for each number that counts anything, in the order of the numbers."""
        columns = (
            Column(_("ID"), widest=28), Column(_("Day"), "day"), Column(_("Name"), widest=14),
            Column(_("What"), widest=30), Column(_("Amount, yuan"), "money"), Column(_("Customer ID"), widest=18),
        )  # fmt: skip
        return [
            SummaryTable("", _(NUMBERS[name]), columns, [self._row(name, fact) for fact in facts])
            for name, facts in one.facts.items()
        ]

    def _row(self, measure: str, fact: Fact) -> Row:
        mark = self._marks.get(fact.id)
        record = self._view.snapshot.record(mark.about if mark is not None and mark.about else fact.id)
        customer = fact.id if isinstance(record, Customer) else str(getattr(record, "customer", ""))
        said = label(f"mark-{mark.what}") if mark is not None else ""
        if mark is not None and mark.note and not self._view.mask:
            said = f"{said}: {mark.note}"
        if record is not None and not said and type(record) in SAID:
            said = SAID[type(record)](self._view, record)
        amount = None if measure in IN_DAYS else fact.amount or None
        return (fact.id, fact.day, self._view.name(customer), said, amount, customer)


def _free_title(text: str, taken: set[str]) -> str:
    """A name for a sheet that no other has: at most LONGEST_TITLE characters, without those that none may have."""
    plain = _NO_TITLE.sub(" ", text).strip(" '")[:LONGEST_TITLE].strip() or _("(nobody)")
    title, number = plain, 1
    while title.casefold() in taken:
        number += 1
        title = f"{plain[: LONGEST_TITLE - 4]} {number}"
    taken.add(title.casefold())
    return title
