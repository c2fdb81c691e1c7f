"""The summary sheets of a report: by staff member, by source, site and method, by day."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from crmkit.core.figures import Fact, Figure, Period, figure_of, grouped
from crmkit.core.figures.collecting import COLLECTING
from crmkit.core.figures.yields import grouping
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records.reference import Site, Staff
from crmkit.sheets.report.view import Row, Table
from crmkit.sheets.write.cells import Kind
from crmkit.sheets.write.layout import Column

Figures = Mapping[str, Figure]
Heading = tuple[str, str, Kind]  # measure, title, what is shown of it: count, share, or money = the sum of the amounts


def by_staff(happened: Iterable[Fact], staff: Sequence[Staff]) -> Table:
    """One row for each staff member who is here, and for whoever else something is counted for."""
    headings: tuple[Heading, ...] = (
        ("files", _("Files"), "count"), ("repeat", _("Repeats"), "count"), ("asked", _("Asked again"), "count"),
        ("valid", _("Valid"), "count"), ("false", _("False numbers"), "count"), ("assigned", _("Given"), "count"),
        ("recycled", _("Recycled"), "count"), ("calls", _("Calls"), "count"), ("reached", _("Reached"), "count"),
        ("reached", _("Reached, share"), "share"), ("due", _("Callbacks due"), "count"), ("done", _("Done"), "count"),
        ("on-time", _("On time"), "count"), ("on-time", _("On time, share"), "share"),
        ("overdue", _("Overdue"), "count"), ("messages", _("Messages"), "count"), ("care", _("Care contacts"), "count"),
        ("visits-made", _("Visits made"), "count"), ("attended", _("Guests who came"), "count"),
        ("cards", _("Cards issued"), "count"), ("orders", _("Orders"), "count"),
        ("revenue", _("Revenue, yuan"), "money"), ("payments", _("Received, yuan"), "money"),
        ("refunds", _("Paid back, yuan"), "money"),
    )  # fmt: skip
    measures = {measure for measure, _title, _kind in headings}
    whole = (*happened,)
    found = grouped((fact for fact in whole if fact.measure in measures), lambda fact: fact.staff)
    names = {one.code: one.name for one in staff}
    codes = sorted({one.code for one in staff if not one.left} | {code for code in found if code})
    rows: list[Row] = [
        (code or _("(nobody)"), names.get(code, ""), *_cells(found.get(code, {}), headings))
        for code in ([*codes, ""] if "" in found else codes)
    ]
    return Table(_("Staff"), (Column(_("Code")), Column(_("Name"), widest=14), *_columns(headings)), rows)


def by_source(happened: Iterable[Fact], sites: Sequence[Site], person: Callable[[str], str]) -> Table:
    """What came of the files: by source, by site, by the sites' method, by collector, whom `person` names."""
    headings: tuple[Heading, ...] = (
        ("files", _("Files"), "count"), ("repeat", _("Repeats"), "count"), ("repeat", _("Repeats, share"), "share"),
        ("shared", _("Shared numbers"), "count"), ("asked", _("Asked again"), "count"),
        ("failed", _("Other number said"), "count"), ("valid", _("Valid"), "count"),
        ("valid", _("Valid, share"), "share"), ("tested", _("Tested"), "count"),
        ("false", _("False numbers"), "count"), ("false", _("False, share"), "share"),
        ("suspect", _("Suspect"), "count"), ("in-time", _("Screened in time"), "count"),
        ("in-time", _("In time, share"), "share"), ("buyers", _("Buyers"), "count"),
        ("buyers", _("Buyers, share"), "share"), ("brought", _("Revenue, yuan"), "money"),
    )  # fmt: skip
    collecting = [fact for fact in happened if fact.measure in COLLECTING]
    at_sites = [fact for fact in collecting if fact.site]
    groups = (
        (_("Source"), collecting, "source", label),
        (_("Site"), at_sites, "site", str),
        (_("Method"), at_sites, "method", label),
        (_("Collector"), collecting, "collector", person),
    )
    rows: list[Row] = [
        (kind, shown(name) or _("(not given)"), *_cells(table, headings))
        for kind, counted, group, shown in groups
        for name, table in grouped(counted, grouping(group, sites)).items()
    ]
    return Table(_("Sources"), (Column(_("By")), Column(_("Group"), widest=24), *_columns(headings)), rows)


def by_day(happened: Iterable[Fact], period: Period) -> Table:
    """One row for each day of the period."""
    headings: tuple[Heading, ...] = (
        ("files", _("Files"), "count"), ("repeat", _("Repeats"), "count"), ("suspect", _("Suspect"), "count"),
        ("calls", _("Calls"), "count"), ("reached", _("Reached"), "count"), ("due", _("Callbacks due"), "count"),
        ("done", _("Done"), "count"), ("on-time", _("On time"), "count"), ("messages", _("Messages"), "count"),
        ("visits-made", _("Visits made"), "count"), ("attended", _("Guests who came"), "count"),
        ("cards", _("Cards issued"), "count"), ("orders", _("Orders"), "count"),
        ("revenue", _("Revenue, yuan"), "money"), ("payments", _("Received, yuan"), "money"),
    )  # fmt: skip
    found = grouped(happened, lambda fact: fact.day.isoformat())
    rows: list[Row] = [(day, *_cells(found.get(day.isoformat(), {}), headings)) for day in period.days()]
    return Table(_("Days"), (Column(_("Day"), "day"), *_columns(headings)), rows)


def _columns(headings: Iterable[Heading]) -> list[Column]:
    return [Column(title, kind) for _measure, title, kind in headings]


def _cells(table: Figures, headings: Iterable[Heading]) -> list[object]:
    return [_shown(figure_of(table, measure), kind) for measure, _title, kind in headings]


def _shown(figure: Figure, kind: Kind) -> int | float | None:
    if kind == "share":
        return figure.share
    return (figure.amount or None) if kind == "money" else figure.count
