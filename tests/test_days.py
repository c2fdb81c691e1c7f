"""The contacts that a day's report reads are enough: every fact and row is as if it had read all of them."""

import shutil
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from crmkit.archive.archive import Archive, opened
from crmkit.core.figures import Fact, Period, facts
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.queries.days import CONTACTS, snapshot_of_days
from crmkit.queries.finding import Refusals
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import Call, Callback, Customer, Order, Record, Visit
from crmkit.records.change import Change
from crmkit.sheets.report.details import tables
from crmkit.sheets.report.headlines import before
from crmkit.sheets.report.view import READ, View
from tests import worlds
from tests.sheets.samples import NOW, TIMETABLE, some_plans, some_records, some_tickets

EACH = 3  # records of a type
CONCERNED = (Customer, *CONTACTS, Order, Visit)


def both(archive: Archive, period: Period) -> tuple[View, View]:
    """What the workbook of a period is made from, read in part and whole."""
    run = Run(now=period.now, by="LN", settings=archive.settings, refusers=Refusals(archive).at_once())
    days = Period(before("day", period).first, period.last, period.now)
    few, everything = snapshot_of_days(archive, days, at_once=READ), snapshot_of(archive, at_once=READ)
    return View(few, period, run, TIMETABLE), View(everything, period, run, TIMETABLE)


def told(view: View, period: Period) -> Counter[Fact]:
    return Counter(facts(view.snapshot, period, view.run, view.timetable))


def read(snapshot: Snapshot) -> int:
    return sum(len(snapshot[record_type]) for record_type in CONTACTS)


def commit(root: Path, records: list[Record], now: datetime) -> None:
    with opened(root, exclusive=True, wait=5) as archive:
        archive.commit(Change(puts=tuple(records)), "test put", run_at=now, by="LN")


@pytest.mark.parametrize("length", [1, 7])
def test_every_row_and_fact_of_a_busy_month_s_days_is_there(archive, length):
    commit(archive, [*some_records(60), *some_tickets(), *some_plans()], NOW)
    parts = wholes = 0
    with opened(archive, exclusive=False, wait=5) as store:
        for day in range(1, 31, 3):
            first = date(2026, 11, day)
            period = Period(first, first + timedelta(days=length - 1), NOW)
            few, everything = both(store, period)
            for one in (period, before("day", period)):
                assert told(few, one) == told(everything, one)
            assert [(t.name, list(t.rows)) for t in tables(few)] == [(t.name, list(t.rows)) for t in tables(everything)]
            parts += read(few.snapshot)
            wholes += read(everything.snapshot)
    assert 0 < parts < wholes / 2


WORLD = st.tuples(*(worlds.record(cls, n) for cls in CONCERNED for n in range(EACH)))


@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # worlds are slow to shrink
@given(world=WORLD)
def test_of_any_contacts_the_facts_of_every_day_of_theirs_are_there(pristine, world):
    moments = [getattr(one, name, None) for one in world for name in ("at", "due_at", "collected_at", "created_at")]
    days = {moment.date() for moment in moments if moment is not None and 2 < moment.year < 9998}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(pristine, Path(folder) / "archive"))
        commit(root, list(world), worlds.NOW)
        with opened(root, exclusive=False, wait=5) as archive:
            for day in sorted(days):
                period = Period(day, day, worlds.NOW)
                try:
                    few, everything = both(archive, period)
                    assert told(few, period) == told(everything, period)
                except OverflowError:  # a date in the year 9999
                    reject()


MINE, THEIRS = "C2611-00000001", "C2611-00000002"
LONG_AGO, LATELY = NOW - timedelta(days=40), NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("due_at", "state", "called_at", "measures"),
    [
        (LONG_AGO, "done", NOW, {"finished", "calls", "reached", "first-calls", "care"}),
        (LONG_AGO, "", NOW, {"calls", "reached", "first-calls", "care"}),
        (NOW, "done", LATELY, {"planned", "due", "done", "on-time"}),
    ],
)
def test_a_callback_and_the_call_for_it_that_somebody_else_got_are_found_by_each_other(
    archive, due_at, state, called_at, measures
):  # fmt: skip
    call = Call(
        id="L2611-00000001", customer=THEIRS, at=called_at, outcome="reached", callback="B2610-00000001", by="WQ"
    )
    callback = Callback(
        id=call.callback, customer=MINE, purpose="greeting", due_at=due_at, owner="LN", state=state,
        call=call.id if state else "",
    )  # fmt: skip
    files = (Customer(id=who, name="秦玉兰", collected_at=LONG_AGO) for who in (MINE, THEIRS))
    commit(archive, [*files, callback, call], NOW)
    with opened(archive, exclusive=False, wait=5) as store:
        period = Period(NOW.date(), NOW.date(), NOW)
        few, everything = both(store, period)
        assert told(few, period) == told(everything, period)
        assert {fact.measure for fact in few.happened} == measures
