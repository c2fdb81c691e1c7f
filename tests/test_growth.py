"""The work of a command on one record does not grow with the archive: counted, not timed.

Two archives end alike: the same customers and callbacks were added last and are due. The large one has many more from
the months before.
"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmkit.archive.archive import opened
from crmkit.records import Callback, Customer, Plan, Record, Step, Ticket
from crmkit.records.base import derived_id
from crmkit.records.card import Promises
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.conftest import NOW, Shell

SMALL, LARGE = 1_000, 50_000  # records
EVERY = 5  # customer has a ticket; every second one of them a prepaid plan with a use
LATEST = 100  # customers of this month, in either archive
DUE = 20  # of their callbacks
SLACK = 0.05
PER_FILE = {
    "files looked at": 1,  # by that it shows that none was changed by another program
    "bytes read": 150,  # of the index: a line for each of them
    "bytes written": 60,  # a commit names every file of the folder in which one changed
}
PAGES = 12 * 4096  # of the index: a large one has a level more, and keys that shared a page have one each
PACKS = 24  # files in which git keeps large commits, whatever the size of the archive; `daily` counts them
ALLOWED = {"bytes read": PAGES, "bytes written": PAGES, "files looked at": PACKS}
PRESENT = datetime.fromisoformat(NOW)
EVENTS = {"open": "files opened", "sqlite3.connect": "files opened", "subprocess.Popen": "processes started"}

PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)

pytestmark = pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="this system does not count what is read")


def records(count: int) -> Iterator[Record]:
    """So many customers and callbacks, half of each; all but the latest from the two months before this one."""
    for number in range(count // 2):
        at = PRESENT - timedelta(days=1 if number < LATEST else 30 + number % 40, minutes=number % 60)
        e164 = f"+86138{number:08}"
        who = derived_id("C", at, str(number))
        yield Customer(
            id=who, name="秦玉兰", source="outreach",
            phones=(Phone(raw=e164, e164=e164, kind="mobile", state="" if number < DUE else "confirmed"),),
            collected_at=at, created_at=at, owner="LN", stage="screened",
        )  # fmt: skip
        yield Callback(
            id=derived_id("B", at, str(number)), customer=who, purpose="cadence", owner="LN", created_at=at,
            due_at=PRESENT if number < DUE else at, state="" if number < DUE else "done",
        )  # fmt: skip
        if number % EVERY == 0:
            yield Ticket(
                id=derived_id("TK", at, str(number)), customer=who, reported_at=at, promises=PROMISES, created_at=at,
                symptom="打不着火", closed=0 if number < DUE else 1, next_at=PRESENT if number < DUE else None,
            )  # fmt: skip

        if number % (2 * EVERY) == 0:
            plan = derived_id("PL", at, str(number))
            yield Plan(
                id=plan, customer=who, mode="prepaid", starts_on=at.date(), months=12, visits=20, paid=50000,
                paid_on=at.date(), basis="share", created_at=at, next_on=(at + timedelta(days=330)).date(),
            )  # fmt: skip
            yield Step(
                id=derived_id("ST", at, str(number)), customer=who, about=plan, what="use", at=at, recorded_at=at,
                seq=1, numbers={"units": 1}, created_at=at,
            )  # fmt: skip


class Meter:
    """What this process and the processes that it waits for have done so far."""

    def __init__(self) -> None:
        self.events = dict.fromkeys((*EVENTS.values(), "files looked at"), 0)
        self.listed: list[str] = []
        sys.addaudithook(self._count)  # it stays for the life of the process, and counts on

    def _count(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS:
            self.events[EVENTS[event]] += 1
        elif event == "os.scandir" and not isinstance(arguments[0], int):
            self.listed.append(os.fspath(arguments[0]))

    def read(self) -> dict[str, int]:
        """The counts, with the bytes read and written as the system counts them."""
        lines = Path("/proc/self/io").read_text().splitlines()
        system = {name: int(count) for name, count in (line.split(": ") for line in lines)}
        folders = [Path(folder) for folder in self.listed]
        self.events["files looked at"] += sum(1 for folder in folders if folder.is_dir() for _file in folder.iterdir())
        self.listed.clear()
        return {"bytes read": system["rchar"], "bytes written": system["wchar"], **self.events}


class Growth:
    """Two archives, and the work that a command takes in each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meter = Meter()
        self.shells = [self._filled(count) for count in (SMALL, LARGE)]

    def _filled(self, count: int) -> Shell:
        shell = Shell(self.folder, self.folder / f"archive-{count}")
        shell.ok("init", shell.archive, "--branch", "BJ", "--operator", "LN")
        assert shell.archive is not None
        with opened(shell.archive, exclusive=True, wait=10) as archive:
            archive.commit(Change(puts=tuple(records(count))), "lead import", run_at=PRESENT, by="LN")
        shell.ok("lead", "add", "--name", "张秀英", "--phone", "13900541730")  # whom a question finds by initials
        return shell

    @property
    def more_files(self) -> int:
        """How many more the large archive has by now."""
        few, many = (sum(1 for _shard in shell.archive.glob("*/*.json")) for shell in self.shells if shell.archive)
        return many - few

    def grown(self, *words: object, openings: int = 1, **env: str) -> dict[str, tuple[int, int]]:
        """What a command, its modules being loaded, does more of in the large archive: there and in the small one.

        It opens the archive so many times, and looks each time whether another program changed a file.
        """
        works = []
        for shell in self.shells:
            before = self.meter.read()
            shell.ok(*words, **env)
            works.append({name: count - before[name] for name, count in self.meter.read().items()})
        small, large = works
        more_files = self.more_files * openings
        return {
            name: (large[name], small[name])
            for name in small
            if large[name] > small[name] * (1 + SLACK) + PER_FILE.get(name, 0) * more_files + ALLOWED.get(name, 0)
        }


@pytest.fixture(scope="module")
def growth(tmp_path_factory: pytest.TempPathFactory) -> Growth:
    """The two archives."""
    return Growth(tmp_path_factory.mktemp("growth"))


def callback(number: int) -> str:
    """The id of one of the callbacks that are due."""
    return derived_id("B", PRESENT - timedelta(days=1, minutes=number), str(number))


def test_adding_a_file_takes_the_same_work_in_a_large_archive(growth):
    growth.grown("lead", "add", "--name", "李建军", "--phone", "13900541731")
    assert growth.grown("lead", "add", "--name", "王建国", "--phone", "13900541732") == {}


def test_finishing_a_callback_takes_the_same_work_in_a_large_archive(growth):
    growth.grown("callback", "done", callback(1), "--outcome", "reached")
    assert growth.grown("callback", "done", callback(2), "--outcome", "reached") == {}


def test_a_ticket_takes_the_same_work_in_a_large_archive(growth):
    def words(number: int) -> tuple[str, ...]:
        return "ticket", "add", "--customer", f"1380000000{number}", "--symptom", "打不着火"

    growth.grown(*words(6))
    assert growth.grown(*words(7)) == {}


def test_a_use_of_a_plan_takes_the_same_work_in_a_large_archive(growth):
    def words(number: int) -> tuple[str, ...]:
        at = PRESENT - timedelta(days=1, minutes=number % 60)
        return "plan", "use", derived_id("PL", at, str(number))

    growth.grown(*words(10))
    assert growth.grown(*words(20)) == {}


def test_a_sheet_of_few_rows_takes_the_same_work_in_a_large_archive(growth):
    def words(number: int) -> tuple[str, ...]:
        sheet = growth.folder / f"{number}.csv"
        rows = (f"马桂英,1390055{number}1", f"马建国,1390055{number}2", "秦玉兰,13800000008")
        sheet.write_text("\n".join(("姓名,手机", *rows)), "utf-8")
        return "lead", "import", str(sheet)

    growth.grown(*words(411))
    assert growth.grown(*words(412)) == {}


QUESTIONS = (
    ("due",), ("lead", "show", "13800000007"), ("lead", "show", "zhangxy"), ("ticket", "list", "--at-risk", "2h"),
    ("ticket", "list", "--breached"), ("ticket", "show", "13800000005"), ("recheck", "list"),
)  # fmt: skip


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_takes_the_same_work_in_a_large_archive(growth, words):
    growth.grown(*words)
    assert growth.grown(*words) == {}


def test_an_ordinary_morning_a_grade_and_a_notice_after_it_take_the_same_work_in_a_large_archive(growth):
    for day in ("21", "22"):  # what has piled up is done by the first of them
        growth.grown("-q", "daily", CRMKIT_NOW=f"2026-11-{day}T18:00:00+08:00")
    assert growth.grown("-q", "daily", openings=3, CRMKIT_NOW="2026-11-23T18:00:00+08:00") == {}
    for words in (("customer", "grade", "13800000007"), ("lead", "recycle", "--notice")):
        growth.grown(*words, CRMKIT_NOW="2026-11-23T18:30:00+08:00")
        assert growth.grown(*words, CRMKIT_NOW="2026-11-23T18:30:00+08:00") == {}, words


def test_work_that_grows_is_noticed(growth):
    assert {"bytes read", "files opened"} <= growth.grown("lead", "list", "--tag", "nobody's").keys()
