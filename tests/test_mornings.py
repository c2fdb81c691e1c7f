"""`daily` looks at those whose records changed or whose time has come, and decides what it would by looking at all."""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import Phase, given, reject, settings
from hypothesis import strategies as st

from crmkit.archive.archive import Archive, opened
from crmkit.core.assigning import recycling
from crmkit.core.planning.triggers.trigger import start
from crmkit.core.run import Run
from crmkit.queries import finding
from crmkit.queries.morning import coming, mark_of, outlooks, whom
from crmkit.queries.snapshot import snapshot_of
from crmkit.records import (
    TYPES,
    Assignment,
    Customer,
    Invitation,
    Message,
    Note,
    Payment,
    PhoneCheck,
    Record,
    Return,
    Step,
    Touch,
    Visit,
)
from crmkit.records.change import Change
from tests import worlds
from tests.mornings import apart, both

EXAMPLES = int(os.environ.get("CRMKIT_MORNINGS", 12))
ONE = st.sampled_from([(cls, n) for cls in TYPES for n in range(worlds.EACH.get(cls.kind, 1))])
EDITS = st.lists(ONE.flatmap(lambda one: worlds.record(*one)), max_size=4)
LEAF = st.sampled_from([Touch, PhoneCheck, Note, Message, Step, Assignment, Payment, Return, Invitation])
LATER = st.timedeltas(timedelta(), timedelta(days=3)) | st.timedeltas(timedelta(), timedelta(days=200))


def a_run(archive: Archive, now) -> Run:
    return Run(
        now=now.replace(microsecond=0), by="LN", settings=archive.settings, refusers=finding.Refusals(archive),
        holders=lambda number: finding.holders_of(archive, number),
    )  # fmt: skip


def live(root: Path, now, puts=(), drops=()):
    """Write, then live a morning at `now` that must decide the same by looking at few."""
    with opened(root, exclusive=True, wait=5) as archive:
        if puts or drops:
            archive.commit(Change(puts=tuple(puts), drops=tuple(drops)), "test run", run_at=now, by="LN")
    with opened(root, exclusive=True, wait=5) as archive:
        run = a_run(archive, now)
        archive.index.begin_morning(mark_of(archive), "test")
        try:
            few, everybody = both(archive, run)
        except OverflowError:  # a date in the year 9999
            reject()
        differing = apart(few, everybody)
        assert not differing, f"{differing}"[:3000]
        looked = whom(archive, run)
        archive.commit(few.change, "daily run", run_at=now, by="LN")
        archive.index.put_morning(looked.ids, outlooks(run, few))
    with opened(root, exclusive=False, wait=5) as archive:
        run = a_run(archive, now + timedelta(hours=5))
        passing = (coming(archive, run, start(run, recycling.notice_until(run))), snapshot_of(archive))
        one, other = (recycling.notices(run, recycling.unsold(run, people)) for people in passing)
        assert one == other


def records_of(root: Path) -> dict[str, Record]:
    with opened(root, exclusive=False, wait=5) as archive:
        return {one.id: one for record_type in TYPES for one in archive.all(record_type)}


def consistent(state: dict[str, Record]) -> dict[str, Record]:
    """The same records, each of the customer of what it is about; a plan may be about the card of somebody else."""
    for _turn in range(3):  # a step is about a ticket of a card
        for identifier, one in state.items():
            about = [state.get(getattr(one, name, "")) for name in ("order", "about", "callback", "call")]
            whose = [owner for other in about if (owner := getattr(other, "customer", ""))]
            if whose and not isinstance(one, Visit | Customer) and whose[0] != getattr(one, "customer", whose[0]):
                state[identifier] = msgspec.structs.replace(one, customer=whose[0])
    return state


@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # worlds are slow to shrink
@given(world=worlds.WORLDS, days=st.lists(st.tuples(LATER, EDITS, st.sets(LEAF, max_size=2)), min_size=1, max_size=4))
def test_a_morning_decides_the_same_whether_it_looks_at_few_or_at_everybody(pristine, world, days):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(pristine, Path(folder) / "archive"))
        now = worlds.NOW
        state = consistent({one.id: one for one in world})
        live(root, now, puts=state.values())
        for later, edits, drops in days:
            now += later
            state = records_of(root)
            before = dict(state)
            state |= {one.id: one for one in edits}
            gone = {worlds.identifier(cls.letter, 0) for cls in drops} & state.keys()
            state = consistent({i: one for i, one in state.items() if i not in gone})
            live(root, now, [one for i, one in state.items() if one != before.get(i)], gone)
