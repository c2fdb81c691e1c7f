"""The day route of each visitor to print: five visits on an A4 page, with room for what is written down at the door."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from crmkit.core.calling.callsheet import addressed
from crmkit.core.fields import in_yuan
from crmkit.core.people.reach import dial
from crmkit.core.phones.phones import identity
from crmkit.core.visits.routes import Stop
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records.settings import Settings
from crmkit.records.visit import CONDUCT
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.forms import BOX, GAP, LINE, TALL, Field, FormLine, add_line, add_page, declare_styles

PER_PAGE = 5


def route_pages(
    routes: Mapping[str, Sequence[Stop]], day: date, names: Mapping[str, str], settings: Settings, made_at: datetime
) -> Workbook:
    """The stops of each visitor (by staff code, in order) as a workbook, a sheet for each page; `names` are by code."""
    book = Workbook(title=_("Route"), font=settings.report.font, made_at=made_at)
    declare_styles(book)
    pages = [(code, first, stops) for code, stops in routes.items() for first in range(0, len(stops), PER_PAGE)] or [
        ("", 0, [])
    ]
    for number, (code, first, stops) in enumerate(pages, 1):
        who = " ".join(part for part in (code, names.get(code, "")) if part) or _("nobody yet")
        title = _("Route of {day:%Y-%m-%d}: {who}, visits: {count}").format(day=day, who=who, count=len(stops))
        page = add_page(book, f"{number}", title, _("Tick what was kept; what nobody can say stays open."))
        for place, stop in enumerate(stops[first : first + PER_PAGE], first + 1):
            _add_stop(book, page, place, stop, day)
    return book


def _add_stop(book: Workbook, page: Any, number: int, stop: Stop, day: date) -> None:
    visit, customer, errand = stop.visit, stop.customer, stop.errand
    zone = book.made_at.tzinfo
    phone = dial(customer)
    begins, ends = visit.begins_at.astimezone(zone), visit.ends_at.astimezone(zone)
    spoken = addressed(customer, day)
    name = customer.name if spoken == customer.name else f"{customer.name} ({spoken})"
    sure = visit.confirmed_at is not None
    lines: tuple[tuple[Field, ...], ...] = (
        (
            Field(f"{number}   {begins:%H:%M}-{ends:%H:%M}", "head", 2),
            Field(name, "head", 2),
            Field(identity(phone) if phone else "", "head", 2),
            Field(label(visit.purpose), "head", 2),
        ),
        (
            Field(_("Address"), "label", 1),
            Field(stop.address, "value", 5),
            Field(_("confirmed") if sure else _("address not confirmed"), "sure" if sure else "doubt", 2),
        ),
        (
            Field(_("Bring"), "label", 1),
            Field("\n".join(errand.bring), "value", 4),
            Field(_("Collect"), "label", 1),
            Field(in_yuan(errand.collect) if errand.collect else "", "strong", 2),
        ),
        tuple(Field(f"{BOX} {label(point)}", "point", 1) for point in CONDUCT),
        (
            Field(_("Arrived"), "label", 1),
            Field("", "value", 1),
            Field(_("Left"), "label", 1),
            Field("", "value", 1),
            Field(_("Signature"), "label", 1),
            Field("", "value", 3),
        ),
        (Field(_("Note"), "label", 1), Field(visit.note, "value", 7)),
        (Field(_("Outcome"), "label", 1), Field("", "value", 7)),
    )
    for fields, least in zip(lines, (LINE, LINE, LINE, TALL, TALL, LINE, TALL), strict=True):
        add_line(book, page, FormLine(fields, least))
    add_line(book, page, FormLine((), GAP))
