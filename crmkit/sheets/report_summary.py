"""The summary sheets of a report: by staff member, by source, site and method, by day."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from crmkit.core.figures import COLLECTING, Fact, Figure, Period, figure_of, grouped
from crmkit.i18n import _
from crmkit.records.reference import Site, Staff
from crmkit.sheets.book import Column
from crmkit.sheets.labels import label
from crmkit.sheets.report_details import Row, Table

Figures = Mapping[str, Figure]

STAFF_MEASURES = (
    "files", "repeat", "asked", "false", "calls", "reached", "due", "done", "on-time", "overdue", "cards",
)  # fmt: skip


def by_staff(happened: Iterable[Fact], staff: Sequence[Staff]) -> Table:
    """One row for each staff member who is here, and for whoever else something is counted for."""
    columns = (
        Column(_("Code")), Column(_("Name"), widest=14), *_counts(
            _("Files"), _("Repeats"), _("Asked again"), _("False numbers"), _("Calls"), _("Reached")
        ), Column(_("Reached, share"), "share"), *_counts(
            _("Callbacks due"), _("Done"), _("On time")
        ), Column(_("On time, share"), "share"), *_counts(_("Overdue"), _("Cards issued")),
    )  # fmt: skip
    found = grouped((fact for fact in happened if fact.measure in STAFF_MEASURES), lambda fact: fact.staff)
    names = {one.code: one.name for one in staff}
    codes = sorted({one.code for one in staff if not one.left} | {code for code in found if code})
    rows: list[Row] = []
    for code in [*codes, ""] if "" in found else codes:
        table = found.get(code, {})
        rows.append((
            code or _("(nobody)"), names.get(code, ""),
            *_numbers(table, *STAFF_MEASURES[:6]), _share(table, "reached"),
            *_numbers(table, *STAFF_MEASURES[6:9]), _share(table, "on-time"),
            *_numbers(table, *STAFF_MEASURES[9:]),
        ))  # fmt: skip
    return Table(_("Staff"), columns, rows)


def by_source(happened: Iterable[Fact], sites: Sequence[Site], person: Callable[[str], str]) -> Table:
    """How files were collected: by source, by site, by the sites' method, by collector, whom `person` names."""
    columns = (
        Column(_("By")), Column(_("Group"), widest=24), *_counts(
            _("Files"), _("Repeats"), _("Shared numbers"), _("Asked again"), _("Tested"), _("False numbers")
        ), Column(_("False, share"), "share"), *_counts(_("Suspect"), _("Buyers")), Column(_("Buyers, share"), "share"),
    )  # fmt: skip
    collecting = [fact for fact in happened if fact.measure in COLLECTING]
    methods = {name: site.method for site in sites for name in (*site.former_names, site.name)}
    groups = (
        (_("Source"), grouped(collecting, lambda fact: label(fact.source))),
        (_("Site"), grouped([f for f in collecting if f.site], lambda fact: fact.site)),
        (_("Method"), grouped([f for f in collecting if f.site], lambda fact: label(methods.get(fact.site, "")))),
        (_("Collector"), grouped(collecting, lambda fact: person(fact.staff))),
    )
    rows: list[Row] = []
    for kind, tables in groups:
        for name, table in tables.items():
            rows.append((
                kind, name or _("(not given)"),
                *_numbers(table, "files", "repeat", "shared", "asked", "tested", "false"),
                _share(table, "false"), *_numbers(table, "suspect", "buyers"), _share(table, "buyers"),
            ))  # fmt: skip
    return Table(_("Sources"), columns, rows)


def by_day(happened: Iterable[Fact], period: Period) -> Table:
    """One row for each day of the period."""
    columns = (
        Column(_("Day"), "day"), *_counts(
            _("Files"), _("Repeats"), _("Suspect"), _("Calls"), _("Reached"), _("Callbacks due"), _("Done"),
            _("On time"), _("Cards issued"), _("Orders"),
        ),
    )  # fmt: skip
    found = grouped(happened, lambda fact: fact.day.isoformat())
    measures = ("files", "repeat", "suspect", "calls", "reached", "due", "done", "on-time", "cards", "orders")
    rows = [(day, *_numbers(found.get(day.isoformat(), {}), *measures)) for day in period.days()]
    return Table(_("Days"), columns, rows)


def _counts(*titles: str) -> list[Column]:
    return [Column(title, "count") for title in titles]


def _numbers(table: Figures, *measures: str) -> list[int]:
    return [figure_of(table, measure).count for measure in measures]


def _share(table: Figures, measure: str) -> float | None:
    return figure_of(table, measure).share
