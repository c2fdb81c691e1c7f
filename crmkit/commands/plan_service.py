"""`crmkit plan log`, `contacts`, `strength`: service contracts of companies (服务合同)."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Look, listing, writer
from crmkit.core import fields
from crmkit.core.plans import service, strength
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.queries import plans
from crmkit.queries.finding import holder_of, staff_at_work
from crmkit.queries.orders import moment_at
from crmkit.queries.work import calendar_of, with_callbacks
from crmkit.records import Plan
from crmkit.records.change import Change
from crmkit.result import Row

COLUMNS = ("id", "customer", "name", "silent_months", "training_by", "missing", "team")
STRENGTH_COLUMNS = ("plan", "name", "claim", "proofs", "unproven", "own", "rivals")


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
    what: Annotated[str, typer.Argument(metavar="WHAT", help=options.closed(service.LOGGED, "step-"))],
    passed: Annotated[str, typer.Option("--passed", help=_("Of a check: yes or no."))] = "",
    role: Annotated[str, typer.Option("--role", help=options.closed(service.TEAM, "team-"))] = "",
    staff: Annotated[str, typer.Option("--staff", metavar="CODE", help=_("Who it is, of the team."))] = "",
    at: options.At = "",
    note: options.Note = "",
) -> Change:
    """Write down a step of a service contract; nothing goes live before its check is passed."""
    archive, run = ctx.archive, ctx.run
    present = plans.find_course(archive, run, plan)
    return service.log(
        run, calendar_of(archive), present, what, moment_at(run, at),
        passed=fields.answer_typed("passed", passed), role=role,
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
        points = [] if present.of("live") else plans.missing_codes(present)
        if months or points or by:
            person = holder_of(archive, present.plan.customer)
            rows.append({
                "id": present.plan.id, "customer": person.id, "name": person.name, "silent_months": months,
                "training_by": by.isoformat() if by else None,
                "missing": points, "team": plans.team_row(present),
            })  # fmt: skip
    return rows


def _strengths(ctx: Context, plan: str = "") -> Iterable[Row]:
    """The claims of a service contract, or of all of them, each with what is told beside it."""
    archive = ctx.archive
    chosen = [plans.find_plan(archive, plan)] if plan else (one for one in archive.all(Plan) if one.mode == "service")
    for found in chosen:
        person = holder_of(archive, found.customer)
        for one in found.strengths:
            yield {
                "plan": found.id, "customer": person.id, "name": person.name, "claim": one.claim,
                "proofs": list(one.proofs), "unproven": not one.proofs, "own": one.own,
                "rivals": [f"{rival.name}={rival.value}" for rival in one.rivals],
            }  # fmt: skip


@writer(
    _("A claim beside the rivals'. Example: crmkit plan strength PL2611-7k3q --claim 24小时到场 --rival 甲公司=48小时"),
    many="plan",
    counted="noted",
    form="S",
    look=Look("claim", _strengths, STRENGTH_COLUMNS),
)
def strength_(
    ctx: Context,
    plan: options.PlanId = "",
    claim: Annotated[str, typer.Option("--claim", metavar="TEXT", help=_("What is claimed."))] = "",
    proofs: Annotated[
        list[str] | None, typer.Option("--proof", metavar="TEXT", help=_("What proves it; repeatable."))
    ] = None,
    own: Annotated[str | None, typer.Option("--own", metavar="VALUE", help=_("Their own value."))] = None,
    rivals: Annotated[
        list[str] | None, typer.Option("--rival", metavar="NAME=VALUE", help=_("A rival's value; repeatable."))
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help=_("Take the claim away."))] = False,
) -> Change:
    """Write down a claim, or change it: what is typed takes the place of what was there; without --claim list them.

    `plan print --what strength` is the page, with a table to fill in that comes back here.
    """
    if not claim.strip():
        raise InvalidError(_("what is claimed?"), _("--claim TEXT"))
    found = plans.find_plan(ctx.archive, plan)
    return strength.note(found, fields.text(claim), proofs=proofs, own=own, rivals=rivals, remove=remove)
