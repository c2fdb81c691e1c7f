"""What came of a visit (上门): begun, finished with its conduct and gifts, nobody at home (docs.md: Events)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.core.visits import visits
from crmkit.core.visits.visits import must_be_planned, must_stand, need
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Visit
from crmkit.records.change import Change
from crmkit.records.visit import CONDUCT, GIFTS, Gift

REST = "rest"  # stands for every point of CONDUCT not reported as broken


@dataclass(frozen=True)
class Report:
    """The visitor's report. A point of conduct in neither list was not reported."""

    outcome: str
    at: datetime | None = None  # departure, if not just now
    started: datetime | None = None  # arrival, where it was not recorded before
    kept: tuple[str, ...] = ()  # points of CONDUCT
    broken: tuple[str, ...] = ()
    gifts: tuple[Gift, ...] = ()


def start(run: Run, visit: Visit, at: datetime | None = None) -> Change:
    """The visitor has arrived, just now or `at`. InvalidError if it was begun or is over, or for an unlikely time."""
    must_be_planned(visit)
    begun = msgspec.structs.replace(visit, started_at=_arrival(run, visit, at or run.now))
    return Change(puts=(begun,), ids=(visit.id,), counts={"started": 1})


def is_known(visit: Visit, report: Report) -> bool:
    """Whether `visit` is done, and all that `report` says stands there already."""
    return (
        visit.state == "done"
        and visit.outcome == report.outcome.strip()
        and report.at in (None, visit.finished_at)
        and report.started in (None, visit.started_at)
        and (visit.kept, visit.broken) == (report.kept, report.broken)
        and set(report.gifts) <= set(visit.gifts)
    )


def made(visit: Visit, until: datetime | None) -> Visit:
    """`visit` as made, which is known from what was done there; its own report may still come. `until` as known."""
    return msgspec.structs.replace(visit, state="done", finished_at=until)


def finish(run: Run, visit: Visit, report: Report) -> Change:
    """The visit is done. A note says where it took longer than planned; the mark stays.

    Raises InvalidError if it was not begun, is over, if an outcome is missing or a time cannot be.
    """
    if visit.state != "done" or visit.outcome:  # one that is only known to be made has no report yet
        must_stand(visit)
    outcome = need("outcome", report.outcome)
    started, finished = _arrival_of(run, visit, report), report.at or run.now
    if finished < started:
        raise InvalidError(
            _("left at {finished:%Y-%m-%d %H:%M}, before the arrival at {started:%Y-%m-%d %H:%M}").format(
                finished=finished, started=started
            )
        )
    _not_to_come(run, finished)
    done = msgspec.structs.replace(
        visit, state="done", started_at=started, finished_at=finished, outcome=outcome, kept=report.kept,
        broken=report.broken, gifts=(*visit.gifts, *report.gifts),
    )  # fmt: skip
    long = "over-time" in visits.marks(run, done)
    note = _("{id} took {minutes} minutes, more than {most}: this is marked").format(
        id=visit.id, minutes=visits.minutes(done), most=visits.planned_minutes(run, visit)
    )
    return Change(puts=(done,), ids=(visit.id,), counts={"done": 1}, notes=(note,) if long else ())


def is_missed(visit: Visit, reason: str) -> bool:
    """Whether it stands there already that nobody was at home, for this `reason`."""
    return visit.state == "missed" and visit.reason == reason.strip()


def missed(run: Run, visit: Visit, reason: str) -> Change:
    """Nobody was at home. Raises InvalidError without a reason, if it is over, or before the appointment."""
    must_stand(visit)
    if run.now < visit.begins_at and visit.started_at is None:
        raise InvalidError(
            _("visit {id} begins only at {begins:%Y-%m-%d %H:%M}").format(
                id=visit.id, begins=visit.begins_at.astimezone(run.now.tzinfo)
            ),
            _("what is not made at all: crmkit visit cancel {id}").format(id=visit.id),
        )
    gone = msgspec.structs.replace(visit, state="missed", reason=need("reason", reason))
    note = _("another appointment with the person: crmkit visit add {customer}").format(customer=visit.customer)
    return Change(puts=(gone,), ids=(visit.id,), counts={"missed": 1}, notes=(note,))


def offer(visit: Visit, gift: Gift) -> Change:
    """A gift that the customer wanted to give at this visit. InvalidError where nobody was there yet."""
    if visit.started_at is None:
        raise InvalidError(
            _("visit {id} was not begun").format(id=visit.id), _("crmkit visit start {id}").format(id=visit.id)
        )
    told = msgspec.structs.replace(visit, gifts=(*visit.gifts, gift))
    return Change(puts=(told,), ids=(visit.id,), counts={"gifts": 1})


def conduct(kept: Iterable[str], broken: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The points kept and broken as typed, `rest` among the kept ones standing for all that are not broken.

    Both in the order of CONDUCT. Raises InvalidError for an unknown point, and for one that is in both.
    """
    told = [point for text in kept for point in fields.choices(*CONDUCT, REST)(text)]
    gone = [point for text in broken for point in fields.choices(*CONDUCT)(text)]
    for point in (*told, *gone):
        if point in told and point in gone:
            raise InvalidError(_("{point} cannot be both kept and broken").format(point=point))
    if REST in told:
        told = [point for point in CONDUCT if point not in gone]
    return tuple(point for point in CONDUCT if point in told), tuple(point for point in CONDUCT if point in gone)


def checklist(visit: Visit) -> dict[str, str]:
    """Each point of CONDUCT as broken, kept or unreported; broken outranks kept."""
    return {
        point: "broken" if point in visit.broken else "kept" if point in visit.kept else "unreported"
        for point in CONDUCT
    }


def gift_of(text: str) -> Gift:
    """A gift typed as WHAT:declined or WHAT:returned, in either language. Raises InvalidError."""
    what, _colon, became = text.replace("：", ":").rpartition(":")
    code = fields.code_of(became, GIFTS)
    if not what.strip() or code not in GIFTS:
        raise InvalidError(
            _("{value} does not say what became of the gift").format(value=fields.shown(text)),
            _("write for example 苹果:declined; one of: {choices}").format(choices=fields.listed(GIFTS)),
        )
    return Gift(what=fields.text(what), became=code)


def _arrival_of(run: Run, visit: Visit, report: Report) -> datetime:
    """When the visitor arrived, as recorded at the door or as told now."""
    if visit.started_at is not None and report.started is not None and report.started != visit.started_at:
        raise InvalidError(
            _("visit {id} was begun at {started:%Y-%m-%d %H:%M} already").format(
                id=visit.id, started=visit.started_at.astimezone(run.now.tzinfo)
            )
        )
    if visit.started_at is not None:
        return visit.started_at
    if report.started is None:
        raise InvalidError(
            _("visit {id} was not begun").format(id=visit.id),
            _("tell the arrival with --started TIME, or before: crmkit visit start {id}").format(id=visit.id),
        )
    return _arrival(run, visit, report.started)


def _arrival(run: Run, visit: Visit, at: datetime) -> datetime:
    _not_to_come(run, at)
    if visit.created_at is not None and at < visit.created_at:
        raise InvalidError(
            _("{at:%Y-%m-%d %H:%M} is before the appointment was made").format(at=at),
            _("it was made at {made:%Y-%m-%d %H:%M}").format(made=visit.created_at.astimezone(run.now.tzinfo)),
        )
    return at


def _not_to_come(run: Run, at: datetime) -> None:
    if at > run.now:
        raise InvalidError(_("{time:%Y-%m-%d %H:%M} has not come yet").format(time=at))
