"""The day of the technicians: a table to fill in for all, and for each their own pages to write on at the door."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from crmkit.i18n import _
from crmkit.records.settings import Settings
from crmkit.records.ticket import CAUSES
from crmkit.sheets.read.staff_sheets import REPAIRS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.forms import (
    BOX,
    GAP,
    TALL,
    Field,
    FormLine,
    add_block,
    add_page,
    declare_styles,
    packed,
    ticks,
)
from crmkit.sheets.write.staff_sheets import Line, add_table


def repair_pages(
    rows: Sequence[Line], day: date, names: Mapping[str, str], settings: Settings, made_at: datetime
) -> Workbook:  # fmt: skip
    """The repairs of a day, by technician (`by`) and in the order in which they go, as a workbook.

    `names` are by staff code.
    """
    book = Workbook(title=_("Repairs"), font=settings.report.font, made_at=made_at)
    declare_styles(book)
    add_table(book, REPAIRS, rows)
    number = 0
    for code, of_one in groupby(rows, key=lambda row: str(row["by"])):
        own = {str(row["ticket"]): row for row in of_one}
        blocks = {ticket: _block(place, row) for place, (ticket, row) in enumerate(own.items(), 1)}
        who = " ".join(filter(None, (code, names.get(code, "")))) or _("nobody yet")
        heading = _("Repairs of {day:%Y-%m-%d}: {who}, visits: {count}").format(day=day, who=who, count=len(own))
        for tickets in packed(blocks):
            number += 1
            page = add_page(book, f"{number}", heading, _("Fill in the table of this file, or write here."))
            for ticket in tickets:
                add_block(book, page, blocks[ticket], ticket)
    return book


def _block(place: int, row: Line) -> list[FormLine]:
    """One visit: what is known, and room for what was done."""

    def said(field: str) -> str:
        return str(row.get(field) or "")

    told = [
        (_("Address"), "address", "value"), (_("Symptom"), "symptom", "value"), (_("Fault"), "fault", "value"),
        (_("Guide"), "guide", "small"), (_("Done before"), "before", "small"),
    ]  # fmt: skip
    return [
        FormLine((
            Field(f"{place}   {said('window')}", "head", 2), Field(said("name"), "head", 2),
            Field(said("dial"), "head", 2), Field(said("card_number"), "head", 2),
        )),
        *(
            FormLine((Field(title, "label"), Field(said(name), style, 7)))
            for title, name, style in told
            if said(name)
        ),
        FormLine((
            Field(_("Arrived"), "label"), Field("        :", "hint box"), Field(_("Solved"), "label"),
            Field(BOX, "hint box"), Field(_("Taken, yuan"), "label"), Field("", "value"),
            Field(_("Signature"), "label"), Field("", "value"),
        ), TALL),
        FormLine((Field(_("Cause of the fault"), "label", 8),)),
        *ticks(CAUSES),
        FormLine((Field(_("Work done"), "label"), Field("", "value", 7)), TALL),
        FormLine((Field(_("Parts (CODE:QTY)"), "label"), Field("", "value", 7)), TALL),
        FormLine((), GAP),
    ]  # fmt: skip
