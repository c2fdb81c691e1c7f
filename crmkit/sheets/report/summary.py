"""The summary sheets of a report: by staff member, by source, site and method, by day.

Those by staff and by source are blocks, since they are read, not filtered.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from crmkit.core.figures import OUT_OF, Fact, Figure, Period, figure_of, figures, grouped
from crmkit.core.figures.collecting import COLLECTING
from crmkit.core.figures.faults import fault_counts
from crmkit.core.figures.yields import grouping
from crmkit.i18n import N_, _
from crmkit.labels import label
from crmkit.records.reference import Fault, Site, Staff
from crmkit.sheets.report.summary_page import SummaryTable
from crmkit.sheets.report.view import Row, Table, View
from crmkit.sheets.write.cells import Kind
from crmkit.sheets.write.layout import Column

Figures = Mapping[str, Figure]
Heading = tuple[str, str, Kind]  # measure, title, what is shown of it: count, share, or money = the sum of the amounts
FUNNEL = {  # from file to buyer: measure → step
    "files": N_("Files collected"),
    "valid": N_("Number confirmed"),
    "in-time": N_("Screened in time"),
    "buyers": N_("Became buyers"),
}


def by_staff(happened: Iterable[Fact], staff: Sequence[Staff], person: Callable[[str], str]) -> list[SummaryTable]:
    """Files, calls and money, each with a row for every staff member who is here or for whom something is counted."""
    parts: tuple[tuple[str, str, tuple[Heading, ...]], ...] = (
        ("staff_files", _("Files by staff"), (
            ("files", _("Files"), "count"), ("repeat", _("Repeats"), "count"), ("asked", _("Asked again"), "count"),
            ("valid", _("Valid"), "count"), ("valid", _("Valid, share"), "share"),
            ("false", _("False numbers"), "count"), ("assigned", _("Given"), "count"),
            ("recycled", _("Recycled"), "count"),
        )),
        ("staff_calls", _("Calls and visits by staff"), (
            ("calls", _("Calls"), "count"), ("reached", _("Reached"), "count"),
            ("reached", _("Reached, share"), "share"), ("due", _("Callbacks due"), "count"),
            ("done", _("Done"), "count"), ("on-time", _("On time"), "count"),
            ("on-time", _("On time, share"), "share"), ("overdue", _("Overdue"), "count"),
            ("messages", _("Messages"), "count"), ("care", _("Care contacts"), "count"),
            ("visits-made", _("Visits made"), "count"), ("attended", _("Guests who came"), "count"),
        )),
        ("staff_money", _("Money by staff"), (
            ("orders", _("Orders"), "count"), ("revenue", _("Revenue, yuan"), "money"),
            ("payments", _("Received, yuan"), "money"), ("refunds", _("Paid back, yuan"), "money"),
            ("cards", _("Cards issued"), "count"),
        )),
        ("staff_service", _("Service by staff"), (
            ("kept-reply", _("Replies, share"), "share"),
            ("tickets-solved", _("Solved"), "count"), ("by-phone", _("By telephone"), "count"),
            ("first-time", _("Mended the first time"), "count"), ("first-time", _("First time, share"), "share"),
            ("came-again", _("Came again"), "count"),
            ("satisfied", _("Satisfied, share"), "share"), ("plan-kept", _("Visits of plans kept"), "count"),
            ("complaints-upheld", _("Complaints upheld"), "count"),
            ("overcharged", _("Charged too much, yuan"), "money"), ("refund-owed", _("Refund owed, yuan"), "money"),
        )),
    )  # fmt: skip
    here = {one.code for one in staff if not one.left}
    blocks = []
    for name, title, headings in parts:
        measures = {measure for measure, *_rest in headings}
        measures |= {OUT_OF[measure] for measure in measures & OUT_OF.keys()}
        counted = [fact for fact in happened if fact.measure in measures]
        found = grouped(counted, lambda fact: fact.staff)
        who = sorted(here | found.keys(), key=lambda code: (not code, code))
        rows = [(person(code) or _("(nobody)"), *_cells(found.get(code, {}), headings)) for code in who]
        total = (_("Total"), *_cells(figures(counted), headings))
        if found:
            blocks.append(SummaryTable(name, title, (Column(_("Staff")), *_columns(headings)), rows, total))
    return blocks


def by_source(happened: Iterable[Fact], sites: Sequence[Site], person: Callable[[str], str]) -> list[SummaryTable]:
    """What came of the files: as a whole, by source, by site, by the sites' method, by collector."""
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
        ("by_source", _("Source"), collecting, "source", label),
        ("by_site", _("Site"), at_sites, "site", str),
        ("by_method", _("Method"), at_sites, "method", label),
        ("by_collector", _("Collector"), collecting, "collector", person),
    )
    blocks = [
        SummaryTable(
            name,
            title,
            (Column(title, widest=24), *_columns(headings)),
            [
                (shown(group) or _("(not given)"), *_cells(table, headings))
                for group, table in grouped(counted, grouping(how, sites)).items()
            ],
            (_("Total"), *_cells(figures(counted), headings)),
        )
        for name, title, counted, how, shown in groups
        if counted
    ]
    return [_funnel(figures(collecting)), *blocks] if blocks else []


def by_fault(view: View) -> list[SummaryTable]:
    """The tickets reported in the period by fault, by cause and by model, beside the units in service."""
    names = {one.code: one.name for one in view.snapshot[Fault]}
    groups: tuple[tuple[str, str, str, Callable[[str], str]], ...] = (
        ("by_fault", _("Fault"), "fault", lambda code: f"{code} {names[code]}" if names.get(code) else code),
        ("by_cause", _("Cause"), "cause", label),
        ("by_model", _("Model"), "model", str),
    )
    blocks = []
    for name, title, how, shown in groups:
        found = fault_counts(view.snapshot, view.period, how)
        whole = sum(len(one.tickets) for one in found)
        rows = [
            (
                shown(one.group) or _("(not given)"), len(one.tickets), len(one.tickets) / whole, one.units or None,
                len(one.tickets) / one.units if one.units else None,
            )
            for one in found
        ]  # fmt: skip
        columns = (
            Column(title, widest=24), Column(_("Tickets"), "count"), Column(_("Share"), "share"),
            Column(_("Units in service"), "count"), Column(_("Of these units, share"), "share"),
        )  # fmt: skip
        if rows:
            blocks.append(SummaryTable(name, title, columns, rows))
    return blocks


def _funnel(table: Figures) -> SummaryTable:
    files = figure_of(table, "files").count
    steps = {words: figure_of(table, measure).count for measure, words in FUNNEL.items()}
    columns = (Column(_("Step")), Column(_("Files"), "count"), Column(_("Share"), "share"))
    rows: list[Row] = [(_(words), count, count / files if files else None) for words, count in steps.items()]
    return SummaryTable("funnel", _("From file to buyer"), columns, rows)


def by_day(happened: Iterable[Fact], period: Period) -> Table:
    """One row for each day of the period; none where nothing happened."""
    headings: tuple[Heading, ...] = (
        ("files", _("Files"), "count"), ("calls", _("Calls"), "count"), ("repeat", _("Repeats"), "count"),
        ("suspect", _("Suspect"), "count"), ("reached", _("Reached"), "count"), ("due", _("Callbacks due"), "count"),
        ("done", _("Done"), "count"), ("on-time", _("On time"), "count"), ("messages", _("Messages"), "count"),
        ("visits-made", _("Visits made"), "count"), ("attended", _("Guests who came"), "count"),
        ("cards", _("Cards issued"), "count"), ("orders", _("Orders"), "count"),
        ("revenue", _("Revenue, yuan"), "money"), ("payments", _("Received, yuan"), "money"),
    )  # fmt: skip
    measures = {measure for measure, *_rest in headings}
    found = grouped((fact for fact in happened if fact.measure in measures), lambda fact: fact.day.isoformat())
    rows: list[Row] = [(day, *_cells(found.get(day.isoformat(), {}), headings)) for day in period.days()]
    columns = (Column(_("Day"), "day"), *_columns(headings))
    return Table("days", _("Days"), columns, rows if found else [], frozen=1)


def _columns(headings: Iterable[Heading]) -> list[Column]:
    return [Column(title, kind) for _measure, title, kind in headings]


def _cells(table: Figures, headings: Iterable[Heading]) -> list[object]:
    return [_shown(figure_of(table, measure), kind) for measure, _title, kind in headings]


def _shown(figure: Figure, kind: Kind) -> int | float | None:
    if kind == "share":
        return figure.share
    return (figure.amount if kind == "money" else figure.count) or None
