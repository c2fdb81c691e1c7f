"""Service contracts of companies (服务合同): papers, the team of three, the check, contacts (docs.md: Plans)."""

from datetime import date, datetime, timedelta

import msgspec

from crmkit.core.calendar.hours import Calendar
from crmkit.core.calendar.spans import months_after
from crmkit.core.fields import code_of, one_of, one_of_them
from crmkit.core.plans.course import PlanCourse
from crmkit.core.plans.taking import course_after, take
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _, enumerated
from crmkit.labels import label
from crmkit.records.change import Change

LOGGED = ("work-order", "materials", "check", "live", "team", "contact")
TEAM = ("consultant", "customer-service", "specialist")
_DAY = timedelta(days=1)


def log(
    run: Run, calendar: Calendar, present: PlanCourse, what: str, at: datetime, *,
    passed: str = "", role: str = "", staff: str = "", note: str = "",
) -> Change:  # fmt: skip
    """One of LOGGED happened; a check was `passed`, yes or no; a `role` of the team is somebody's.

    InvalidError for going live before all of `missing` is there.
    """
    if present.plan.mode != "service":
        raise InvalidError(_("{id} is not a service contract").format(id=present.plan.id))
    what = code_of(what, LOGGED, "step-")
    if what not in LOGGED:
        raise InvalidError(_("there is no step {value}").format(value=what or "?"), one_of_them(LOGGED, "step-"))
    if passed and what != "check":
        raise InvalidError(_("only a check is passed or not"), field="passed")
    if (role or staff) and what != "team":
        raise InvalidError(
            _("only of the team it is said who it is"), _("crmkit plan log ID team --role ROLE --staff CODE")
        )
    codes = {}
    if what == "check":
        if not passed:
            raise InvalidError(_("was the check passed?"), _("--passed yes or no"))
        codes = {"passed": passed}
    if what == "team":
        role = one_of("role", role, TEAM, family="team-", needed=True)
        if not staff:
            raise InvalidError(_("who is it?"), _("--staff CODE"))
        codes = {"role": role, "staff": staff}
    if what == "live" and (open_points := missing(present)):
        raise InvalidError(
            _("{id} does not go live yet: {missing}").format(
                id=present.plan.id, missing=enumerated(map(label, open_points))
            ),
            _("crmkit plan log {id} WHAT writes each of them down").format(id=present.plan.id),
        )
    change = take(run, calendar, present, what, at, codes=codes, note=note)
    after = course_after(run, calendar, present, change)
    if after.of("live") or not (still := missing(after)):
        return change
    said = _("{id}: missing before it goes live: {missing}")
    return msgspec.structs.replace(
        change, notes=(said.format(id=present.plan.id, missing=enumerated(map(label, still))),)
    )


def missing(present: PlanCourse) -> list[str]:
    """What must be there before anything goes live: papers, the three of the team, a check that was passed last."""
    had = {step.what for step in present.taken}
    points = [f"step-{what}" for what in ("work-order", "materials") if what not in had]
    points += [f"team-{role}" for role in TEAM if role not in team(present)]
    checks = present.of("check")
    return points + ([] if checks and checks[-1].codes.get("passed") == "yes" else ["step-check"])


def team(present: PlanCourse) -> dict[str, str]:
    """Who serves the customer, by role: a staff code."""
    return {step.codes.get("role", ""): step.codes.get("staff", "") for step in present.of("team")}


def silent_months(present: PlanCourse) -> list[str]:
    """The whole months of the contract that are over and in which nobody was in touch with the customer: 2026-03."""
    first = present.plan.starts_on.replace(day=1)
    if present.plan.starts_on.day > 1:
        first = months_after(first, 1)
    last = min(present.today, present.ends_on + _DAY if present.ends_on else present.today)
    touched = {
        f"{present.day(step.at):%Y-%m}" for step in present.taken if step.what in ("contact", "train", "review", "live")
    }
    found, month = list[str](), first
    while (after := months_after(month, 1)) <= last and len(found) < 1200:
        if f"{month:%Y-%m}" not in touched:
            found.append(f"{month:%Y-%m}")
        month = after
    return found


def training_by(present: PlanCourse) -> date | None:
    """The last day for the training of the customer's people, a month after the start; None where they were trained."""
    return None if present.of("train") else months_after(present.plan.starts_on, 1)
