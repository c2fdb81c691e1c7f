"""`crmkit plan log`, `contacts`: service contracts of companies (服务合同)."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing, writer
from crmkit.core import fields
from crmkit.core.plans import service
from crmkit.i18n import _
from crmkit.queries import plans
from crmkit.queries.finding import holder_of, staff_at_work
from crmkit.queries.orders import moment_at
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Plan
from crmkit.records.change import Change
from crmkit.result import Row

COLUMNS = ("id", "customer", "name", "silent_months", "training_by", "missing", "team")


@writer(
    _("Papers, check, team, going live, a contact. Example: crmkit plan log PL2611-7k3q9xab check --passed yes"),
    many="plan",
    counted="added",
    shared=("what",),
    then=with_callbacks,
)
def log(
    ctx: Context,
    plan: options.PlanId,
    what: Annotated[str, typer.Argument(metavar="WHAT", help=options.closed(service.LOGGED))],
    passed: Annotated[str, typer.Option("--passed", help=_("Of a check: yes or no."))] = "",
    role: Annotated[str, typer.Option("--role", help=options.closed(service.TEAM))] = "",
    staff: Annotated[str, typer.Option("--staff", metavar="CODE", help=_("Who it is, of the team."))] = "",
    at: options.At = "",
    note: options.Note = "",
) -> Change:
    """Write down a step of a service contract; nothing goes live before its check is passed."""
    archive, run = ctx.archive, ctx.run
    present = plans.course_of(archive, run, plans.find_plan(archive, plan))
    return service.log(
        run, calendar_of(archive), present, what, moment_at(run, at),
        passed=bool(fields.read("passed", passed, {"passed": fields.flag})) if passed else None, role=role,
        staff=staff_at_work(archive, staff, "--staff") if staff else "", note=fields.text(note),
    )  # fmt: skip


@listing(
    _("Service contracts that nobody was in touch with. Example: crmkit plan contacts --exit-code"), COLUMNS, finds=True
)
def contacts(ctx: Context) -> Iterable[Row]:
    """List service contracts with a month without contact, an untrained customer, or something missing to go live."""
    archive, run = ctx.archive, ctx.run
    rows = []
    for present in plans.courses_of(archive, run, (one for one in archive.all(Plan) if one.mode == "service")):
        if present.closing is not None or present.state == "ended":
            continue
        months, by = service.silent_months(present), service.training_by(present)
        points = [] if present.of("live") else service.missing(present)
        if months or points or by:
            person = holder_of(archive, present.plan.customer)
            rows.append({
                "id": present.plan.id, "customer": person.id, "name": person.name, "silent_months": months,
                "training_by": by.isoformat() if by else None,
                "missing": [point.partition("-")[2] for point in points], "team": service.team(present),
            })  # fmt: skip
    return rows
