"""The day route of each visitor: a table to fill in, and five visits on a page to print and write on at the door."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from crmkit.core.calling.callsheet import addressed
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import number_or_why
from crmkit.core.visits.routes import Stop
from crmkit.i18n import _, clauses
from crmkit.labels import label
from crmkit.records.settings import Settings
from crmkit.records.visit import CONDUCT, clash
from crmkit.sheets.read.staff_sheets import VISITS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.forms import (
    COLUMNS,
    GAP,
    TALL,
    Field,
    FormLine,
    add_block,
    add_page,
    declare_styles,
    ticks,
)
from crmkit.sheets.write.staff_sheets import add_table

PER_PAGE = 5


def route_pages(
    routes: Mapping[str, Sequence[Stop]], day: date, names: Mapping[str, str], settings: Settings, made_at: datetime
) -> Workbook:
    """The stops of each visitor (by staff code, in order) as a workbook: the table, a sheet for each page.

    `names` are by code.
    """
    book = Workbook(title=_("Route"), font=settings.report.font, made_at=made_at)
    declare_styles(book)
    if any(routes.values()):
        add_table(book, VISITS, [_row(stop, day, made_at) for stops in routes.values() for stop in stops])
    pages = [(code, first, stops) for code, stops in routes.items() for first in range(0, len(stops), PER_PAGE)] or [
        ("", 0, [])
    ]
    for number, (code, first, stops) in enumerate(pages, 1):
        who = " ".join(part for part in (code, names.get(code, "")) if part) or _("nobody yet")
        title = _("Route of {day:%Y-%m-%d}: {who}, visits: {count}").format(day=day, who=who, count=len(stops))
        page = add_page(book, f"{number}", title, _("Tick what was kept; what nobody can say stays open."))
        for place, stop in enumerate(stops[first : first + PER_PAGE], first + 1):
            clashing = [
                at for at, other in enumerate(stops, 1) if clash(stop.visit, other.visit, settings.visit.minutes)
            ]
            add_block(book, page, _block(book, place, stop, clashing, day), stop.visit.id)
    return book


def _row(stop: Stop, day: date, made_at: datetime) -> dict[str, object]:
    """What the table says of one stop."""
    visit = stop.visit
    begins, ends = (moment.astimezone(made_at.tzinfo) for moment in (visit.begins_at, visit.ends_at))
    return {
        "by": visit.by, "day": day, "window": f"{begins:%H:%M}-{ends:%H:%M}", "name": stop.customer.name,
        "dial": number_or_why(stop.customer, label), "address": stop.address, "purpose": label(visit.purpose),
        "bring": clauses(stop.errand.bring), "collect": in_yuan(stop.errand.collect) if stop.errand.collect else "",
        "id": visit.id,
    }  # fmt: skip


def _block(book: Workbook, number: int, stop: Stop, clashing: Sequence[int], day: date) -> list[FormLine]:
    """One stop; `clashing` are the numbers of those that the visitor cannot keep as well."""
    visit, customer, errand = stop.visit, stop.customer, stop.errand
    zone = book.made_at.tzinfo
    begins, ends = visit.begins_at.astimezone(zone), visit.ends_at.astimezone(zone)
    spoken = addressed(customer, day)
    name = customer.name if spoken == customer.name else f"{customer.name} ({spoken})"
    sure = visit.confirmed_at is not None
    block = [
        FormLine((
            Field(f"{number}   {begins:%H:%M}-{ends:%H:%M}", "head", 2), Field(name, "head", 2),
            Field(number_or_why(customer, label), "head", 2), Field(label(visit.purpose), "head", 2),
        )),
        FormLine((
            Field(_("Address"), "label"), Field(stop.address, "value", 5),
            Field(_("confirmed") if sure else _("address not confirmed"), "sure" if sure else "doubt", 2),
        )),
        FormLine((
            Field(_("Bring"), "label"), Field("\n".join(errand.bring), "value", 4), Field(_("Collect"), "label"),
            Field(in_yuan(errand.collect) if errand.collect else "", "strong", 2),
        )),
        *ticks(CONDUCT),
        FormLine((
            Field(_("Arrived"), "label"), Field("        :", "hint box"), Field(_("Left"), "label"),
            Field("        :", "hint box"), Field(_("Signature"), "label"), Field("", "value", 3),
        ), TALL),
        FormLine((Field(_("Note"), "label"), Field(visit.note, "value", 7))),
        FormLine((Field(_("Outcome"), "label"), Field("", "value", 7)), TALL),
    ]  # fmt: skip
    if clashing:
        text = _("overlaps with {stops}").format(stops=", ".join(map(str, clashing)))
        block.insert(1, FormLine((Field(_("Mind"), "label"), Field(text, "doubt", COLUMNS - 1))))
    return [*block, FormLine((), GAP)]
