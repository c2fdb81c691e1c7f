"""The sheets of files collected, of repeated and doubtful numbers, and of files passed on."""

from collections.abc import Iterator

from crmkit.core import wording
from crmkit.core.figures.collecting import collected_at, latest_checks, number_state
from crmkit.core.figures.selling import charged_by_customer
from crmkit.i18n import _, in_language
from crmkit.labels import label, yes
from crmkit.records import Assignment, Touch
from crmkit.records.customer import Customer, age_on
from crmkit.sheets.report.view import LazyRows, Row, Table, View, contact, of_contact, of_customer, of_name, of_record
from crmkit.sheets.write.layout import Column


def leads(view: View) -> Table:
    """The files collected."""
    columns = (
        of_record(), *of_contact(), Column(_("Collected"), "moment"), Column(_("Sex")),
        Column(_("Age"), "count", total=False), Column(_("Source")), Column(_("Site"), widest=16),
        Column(_("Collector")), Column(_("Owner")), Column(_("Stage")), Column(_("Screening")),
        Column(_("Asked again")), Column(_("Phone state")), Column(_("Suspect")), Column(_("Revenue, yuan"), "money"),
        Column(_("Address"), widest=30), Column(_("Notes"), widest=24, free=True),
    )  # fmt: skip
    checks = latest_checks(view.snapshot)
    charged = charged_by_customer(view.snapshot)
    screened = {fact.id: "late" for fact in view.happened if fact.measure == "screenable"}
    screened |= {fact.id: "in-time" for fact in view.happened if fact.measure == "in-time"}

    def row(one: Customer) -> Row:
        check = checks.get(one.id)
        return (
            one.id, view.free(one.name), view.phones(one), collected_at(one), label(one.sex),
            age_on(one, view.period.last), label(one.source), view.site(one.site), view.person(one.collector),
            view.person(one.owner), label(one.stage or "new"), label(screened.get(one.id, "")),
            label(check.result) if check else "", label(number_state(one)), yes(one.suspect), charged.get(one.id),
            view.free(one.address), view.free("\n".join(map(in_language, wording.shown(one)))),
        )  # fmt: skip

    files = sorted(_collected(view), key=lambda file: (collected_at(file), file.id))
    return Table("leads", _("Leads"), columns, LazyRows(files, row))


def repeats(view: View) -> Table:
    """Numbers that were on file already, and files whose number failed the second asking."""
    columns = (
        of_record(), *of_contact(), Column(_("Name given"), widest=14), Column(_("What")), Column(_("When"), "moment"),
        Column(_("Source")), Column(_("Site"), widest=16), Column(_("Collector")),
        Column(_("Second answer"), widest=16, free=True), Column(_("Result")), of_customer(),
    )  # fmt: skip
    checks = latest_checks(view.snapshot)
    rows: list[Row] = []
    for touch in view.snapshot[Touch]:
        if touch.outcome in ("repeat", "shared") and touch.at in view.period:
            rows.append((
                touch.id, *contact(view, touch.customer), view.free(touch.name_given), label(touch.outcome), touch.at,
                label(touch.source), view.site(touch.site), view.person(touch.collector), "", "", touch.customer,
            ))  # fmt: skip
    for one in _collected(view):
        check = checks.get(one.id)
        if one.suspect or number_state(one) == "false":
            rows.append((
                one.id, view.free(one.name), view.phones(one), "", label("suspect"),
                check.at if check else collected_at(one), label(one.source), view.site(one.site),
                view.person(one.collector), view.free(check.answer) if check else "",
                label(check.result) if check else "", one.id,
            ))  # fmt: skip
    rows.sort(key=lambda row: (str(row[4]), str(row[5]), str(row[0])))
    return Table("repeats", _("Repeats and suspects"), columns, rows)


def assignments(view: View) -> Table:
    """Files given to a staff member, and taken from one."""
    columns = (
        of_record(), of_name(), Column(_("When"), "moment"), Column(_("From")), Column(_("To")), Column(_("How")),
        Column(_("Reason"), widest=30, free=True), Column(_("Moved by")), of_customer(),
    )  # fmt: skip
    rows: list[Row] = [
        (
            one.id, view.name(one.customer), one.at, view.person(one.before), view.person(one.to), label(one.how),
            view.free(in_language(wording.why(one))), view.person(one.by), one.customer,
        )
        for one in sorted(view.snapshot[Assignment], key=lambda move: (move.at, move.id))
        if one.at in view.period
    ]  # fmt: skip
    return Table("assignments", _("Assignments"), columns, rows)


def _collected(view: View) -> Iterator[Customer]:
    for one in view.snapshot[Customer]:
        at = collected_at(one)
        if not one.merged_into and at is not None and at in view.period:
            yield one
