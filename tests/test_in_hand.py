"""What somebody has in hand and whom to ask again, found by the keys of what is open, as by reading every record."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crmkit.archive.archive import Archive, opened
from crmkit.core.accounts import ledgers
from crmkit.core.collecting import recheck
from crmkit.core.figures.yields import Load
from crmkit.core.run import Run
from crmkit.queries.counting import load_of
from crmkit.queries.work import rechecks
from crmkit.records import Callback, Customer, Order, Payment, PhoneCheck, Return, Visit
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests import worlds
from tests.core import desk


def load_read(archive: Archive, run: Run, code: str) -> Load:
    """The load of `code`, by reading everything."""
    files = [one for one in archive.all(Customer) if one.owner == code and one.stage != "lost" and not one.merged_into]
    waiting = [one for one in archive.all(Callback) if one.owner == code and not one.state]
    orders = ledgers(archive.all(Order), archive.all(Payment), archive.all(Return))
    sold = [one.account for one in orders if one.order.by == code]
    return Load(
        files_in_hand=len(files),
        callbacks_open=len(waiting),
        callbacks_overdue=sum(one.due_at < run.now for one in waiting),
        visits_open=sum(one.by == code and not one.state for one in archive.all(Visit)),
        balance=sum(one.balance or 0 for one in sold),
        refund_owed=sum(one.refund_owed for one in sold),
    )


def same_by_keys_and_by_reading(archive: Archive, run: Run) -> None:
    for code in worlds.CODES:
        assert load_of(archive, run, code) == load_read(archive, run, code)
    asked = {check.customer for check in archive.all(PhoneCheck)}
    whole = {one.customer.id: one for one in recheck.due(run, archive.all(Customer), asked)}
    assert {one.customer.id: one for one in rechecks(archive, run)} == whole


@settings(max_examples=12, phases=(Phase.explicit, Phase.reuse, Phase.generate))  # worlds are slow to shrink
@given(world=worlds.WORLDS, parted=st.integers(0, 40))
def test_what_is_in_hand_is_the_same_by_its_keys_and_by_reading_everything(pristine, world, parted):
    records = list({one.id: one for one in world}.values())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(pristine, Path(folder) / "archive"))
        with opened(root, exclusive=True, wait=5) as archive:
            archive.commit(Change(puts=tuple(records[parted:])), "test run", run_at=worlds.NOW, by="LN")
        with opened(root, exclusive=False, wait=5) as archive:
            run = Run(now=worlds.NOW.replace(microsecond=0), by="LN", settings=archive.settings)
            same_by_keys_and_by_reading(archive, run)
            archive.stage(Change(puts=tuple(records[:parted])))  # decided, and not written yet
            same_by_keys_and_by_reading(archive, run)


def test_who_has_how_much_in_hand_and_who_is_to_be_asked_again(pristine, tmp_path):
    root = Path(shutil.copytree(pristine, tmp_path / "archive"))
    now = desk.at("2026-11-23 10:00")
    phone = desk.a_customer(1).phones[0]
    proved = msgspec.structs.replace(phone, state="confirmed")
    files = [
        desk.a_customer(1, owner="LN"), desk.a_customer(2, owner="LN", phones=(proved,)),
        desk.a_customer(3, owner="LN", stage="lost"), desk.a_customer(4, owner="LN", deceased=True),
        desk.a_customer(5, owner="WQ", phones=(proved, Phone(raw="1", e164="+8613900000099", kind="mobile"))),
    ]  # fmt: skip
    check = PhoneCheck(id="R2611-00000001", customer=desk.a_customer(3).id, at=now, result="gone")
    callbacks = [
        Callback(id=f"B2611-0000000{n}", customer=files[0].id, purpose="thanks", owner="LN", due_at=now + minutes)
        for n, minutes in enumerate((timedelta(minutes=-1), timedelta(), timedelta(microseconds=-1)))
    ]
    with opened(root, exclusive=True, wait=5) as archive:
        archive.commit(Change(puts=(*files, *callbacks, check)), "test run", run_at=now, by="LN")
    with opened(root, exclusive=False, wait=5) as archive:
        run = Run(now=now, by="LN", settings=archive.settings)
        assert load_of(archive, run, "LN") == Load(3, 3, 2, 0, 0, 0)
        assert [one.customer.id for one in rechecks(archive, run)] == [files[0].id]
