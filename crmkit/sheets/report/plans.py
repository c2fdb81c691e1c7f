"""The sheets of plans: each with its money, and the visits whose window ended in the period."""

from crmkit.core.figures.plans import courses, ended_in, handed_on, measures, money
from crmkit.core.plans.course import PlanCourse
from crmkit.i18n import _
from crmkit.labels import label, yes
from crmkit.sheets.report.view import Row, Table, View, contact, of_contact, of_customer, of_name, of_record
from crmkit.sheets.write.layout import Column

MONEY = ("prepaid-sold", "prepaid-used", "prepaid-refunded", "prepaid-owed")


def plans(view: View) -> Table:
    """The plans that stood in the period, or of which money moved in it, as they were at its end."""
    columns = (
        of_record(), *of_contact(), Column(_("Kind"), widest=14), Column(_("From"), "day"), Column(_("Until"), "day"),
        Column(_("State")), Column(_("Units"), "count"), Column(_("Visits made"), "count"),
        Column(_("Visits left"), "count"), Column(_("Sold, yuan"), "money"), Column(_("Used, yuan"), "money"),
        Column(_("Paid back, yuan"), "money"), Column(_("Owed to the customer, yuan"), "money"),
        Column(_("Ended in the period")), Column(_("Renewed")), Column(_("Sold by")), of_customer(),
    )  # fmt: skip
    rows: list[Row] = []
    received = handed_on(view.snapshot)
    for present in _courses(view):
        plan, moved, left = present.plan, money(present, view.period, received), present.balance
        ended = present.ends_on is not None and present.ends_on in view.period and present.state != "transferred"
        stood = present.ends_on is None or present.ends_on >= view.period.first
        if not (stood or moved):
            continue
        renewed = ended and present.closing is not None and present.closing.what == "renew"
        rows.append((
            plan.id, *contact(view, plan.customer), label(f"mode-{plan.mode}"), plan.starts_on, present.ends_on,
            label(f"plan-{present.state}"), len(present.units) or None,
            sum(one.done_on is not None for one in present.slots) or None,
            left.left if left.kind == "visits" else None, *(moved.get(measure) for measure in MONEY),
            yes(ended), yes(renewed), view.person(plan.by), plan.customer,
        ))  # fmt: skip
    return Table("plans", _("Plans"), columns, rows)


def visits(view: View) -> Table:
    """The visits of plans whose window ended in the period: kept, or by whose fault not."""
    columns = (
        of_record(), of_name(), Column(_("Visit"), "count"), Column(_("Due"), "day"), Column(_("From"), "day"),
        Column(_("Until"), "day"), Column(_("State")), Column(_("Made"), "day"), Column(_("Ours to make")),
        Column(_("In its window")), Column(_("Amount, yuan"), "money"), of_customer(),
    )  # fmt: skip
    rows: list[Row] = []
    for present in _courses(view):
        for one in ended_in(present, view.period):
            counted = measures(present, one)
            rows.append((
                f"{present.plan.id}:{one.k}", view.name(present.plan.customer), one.k, one.due_on,
                one.window_from, one.window_to,
                label(f"slot-{one.state}"), one.done_on, yes("plan-slots" in counted), yes("plan-kept" in counted),
                one.amount or None, present.plan.customer,
            ))  # fmt: skip
    return Table("plan_visits", _("Visits of plans"), columns, rows)


def _courses(view: View) -> list[PlanCourse]:
    found = courses(view.snapshot, view.period, view.run, view.timetable.calendar)
    return sorted(found, key=lambda present: (present.plan.starts_on, present.plan.id))
