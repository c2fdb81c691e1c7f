"""An archive with people in it, at a desk on Monday 2026-11-23 at 10:00."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crmkit.archive.archive import opened
from crmkit.records import Product, Record
from crmkit.records.change import Change
from tests.conftest import Shell
from tests.core import desk

HER = "13900541777"
WED, THU, FRI = "2026-11-18", "2026-11-19", "2026-11-20"


class Desk(Shell):
    """The command line of an operator whose archive can be filled without commands."""

    def put(self, *records: Record) -> None:
        """Store records as a run would."""
        with opened(self.archive, exclusive=True, wait=10) as archive:
            archive.commit(Change(puts=records), "test put", run_at=desk.NOW, by="LN")


@pytest.fixture(scope="session")
def staffed(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with two screeners and four files: two to call, a suspect, one who wants no calls. Made once."""
    folder = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("staffed") / "archive"))
    shell = Desk(folder.parent, folder)
    shell.put(
        desk.staff("LN", "screener"),
        desk.staff("WQ", "screener"),
        desk.a_customer(1, phones=(desk.a_phone(1, "confirmed"),)),
        desk.a_customer(
            2, phones=(desk.a_phone(2, "confirmed"),), name="李建国", sex="male", age_about=70, source="outreach"
        ),
        desk.a_customer(3, phones=(desk.a_phone(3, "mismatch"),), name="刘国庆", suspect=True),
        desk.a_customer(4, name="孙美玲", do_not_contact=("all",)),
    )
    return folder


@pytest.fixture(scope="session")
def planned(staffed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That archive after its first `callback plan`."""
    folder = Path(shutil.copytree(staffed, tmp_path_factory.mktemp("planned") / "archive"))
    at_desk(folder.parent, folder).ok("callback", "plan")
    return folder


@pytest.fixture(scope="session")
def trucks(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a customer who has three trucks that are out of warranty, and a technician. Made once."""
    folder = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("trucks") / "archive"))
    with_trucks(Shell(folder.parent, folder))
    return folder


def with_trucks(crm: Shell) -> Shell:
    """`crm` on New Year's Day of 2026, with three trucks and a technician."""
    crm.env["CRMKIT_NOW"] = "2026-01-01T10:00:00+08:00"
    crm.ok("staff", "add", "--code", "TT", "--name", "Tang", "--role", "technician")
    crm.ok("product", "add", "--code", "FK", "--name", "叉车")
    crm.ok("product", "add", "--code", "CHAIN", "--name", "链条", "--price", "30", "--kind", "part")
    crm.ok("lead", "add", "--name", "秦玉兰", "--phone", "13900541731", "--source", "shop")
    for serial in ("S1", "S2", "S3"):
        crm.ok(
            "card", "issue", "--customer", "13900541731", "--product", "FK", "--serial", serial, "--bought-on",
            "2025-06-01",
        )  # fmt: skip
    return crm


@pytest.fixture
def fleet(trucks: Path, home: Path, tmp_path: Path) -> Shell:
    """The command line in that archive, on New Year's Day of 2026."""
    crm = Shell(home, Path(shutil.copytree(trucks, tmp_path / "archive")))
    crm.env["CRMKIT_NOW"] = "2026-01-01T10:00:00+08:00"
    return crm


def second_clone(shell: Shell, home: Path, operator: str) -> Path:
    """A clone of the archive as it is now, for a second operator; both exchange with a repository beside it."""
    bare, theirs = home / "shared.git", home / "theirs"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", bare], check=True)
    subprocess.run(["git", "-C", shell.archive, "remote", "add", "origin", bare], check=True)
    shell.ok("-q", "sync")
    shell.ok("init", theirs, "--from", bare, "--operator", operator)
    return theirs


@pytest.fixture
def two(fleet: Shell, home: Path) -> tuple[Shell, Callable[[], Shell]]:
    """The archive with the trucks, and what makes the second operator's clone of it as it is then."""

    def clone() -> Shell:
        there = Shell(home, second_clone(fleet, home, "TT"))
        there.env["CRMKIT_NOW"] = fleet.env["CRMKIT_NOW"]
        return there

    return fleet, clone


@pytest.fixture
def shop(staffed: Path, home: Path, tmp_path: Path) -> Desk:
    """The command line in an archive with people."""
    return at_desk(home, Path(shutil.copytree(staffed, tmp_path / "archive")))


@pytest.fixture
def busy(planned: Path, home: Path, tmp_path: Path) -> Desk:
    """The command line in an archive with people and planned screenings."""
    return at_desk(home, Path(shutil.copytree(planned, tmp_path / "archive")))


def at_desk(home: Path, archive: Path) -> Desk:
    """A shell on Monday 2026-11-23 at 10:00."""
    shell = Desk(home, archive)
    shell.env["CRMKIT_NOW"] = desk.NOW.isoformat()
    return shell


@pytest.fixture
def office(shop: Desk) -> Desk:
    """The command line in an archive where every verb that writes has something to write."""
    shop.put(Product(id="P2611-00000001", code="HX1", name="护膝", price=19800))
    (shop.home / "sheet.csv").write_text("姓名,电话\n钱,13900000006\n")
    sent = {"customer": "C2611-00000002", "occasion": "birthday:2026", "text": "生日快乐", "phone": "13900000002"}
    (shop.home / "sent.jsonl").write_text(json.dumps(sent))
    return shop


class Counter(Shell):
    """The command line at a shop's counter, at any time."""

    def at(self, when: str, *words: object, code: int = 0, **env: str):
        """Type something at that time, of which the exit code is known; JSON where it succeeds."""
        now = {"CRMKIT_NOW": f"{when}:00+08:00", **env}
        return self.json(*words, **now) if code == 0 else self.fails(code, *words, **now)

    def report(self, when: str = f"{WED} 10:00", *more: object) -> str:
        """The id of a new ticket for the unit."""
        done = self.at(when, "ticket", "add", "--card", self.card, "--symptom", "打不着火", *more)
        return str(done["ids"][0])

    def show(self, ticket: str, when: str = f"{FRI} 18:00"):
        """The ticket as it stands."""
        return self.at(when, "ticket", "show", ticket)

    def verdicts(self, ticket: str, when: str = f"{FRI} 18:00") -> str:
        """What became of its promises."""
        return " ".join(clock["verdict"] for clock in self.show(ticket, when)["clocks"])


@pytest.fixture(scope="session")
def stocked(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An archive with a stove sold, its card's number, a technician, a price list and a fault. Made once."""
    folder = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("stocked") / "archive"))
    shell = Counter(folder.parent, folder)
    words = [
        "staff add --code LN --name 李娜 --role service", "staff add --code ZW --role technician --district 朝阳区",
        "product add --code ZJ1 --name 灶 --price 800 --warranty-months 12",
        "product add --code TRIP --kind fee --price 30", "product add --code CHECK --kind fee --price 20",
        "product add --code COVER --kind part --price 15", "product add --code HX1 --name 护膝 --price 198",
        "fault add --code no-power --product ZJ1 --question 电池装反了吗 --likely 没电 --step 换电池 --minutes 20",
        "fault add --code leak --product HX1",
        f"card issue --customer {HER} --name 陈玉珍 --product ZJ1 --serial SN-1 --bought-on 2026-11-01",
    ]  # fmt: skip
    for line in words:
        shell.at("2026-11-16 09:00", *line.split())
    (card,) = shell.at("2026-11-16 09:00", "card", "list")
    return folder, str(card["number"])


@pytest.fixture
def counter(stocked: tuple[Path, str], home: Path, tmp_path: Path) -> Counter:
    """The command line in a copy of it."""
    shell = Counter(home, Path(shutil.copytree(stocked[0], tmp_path / "archive")))
    shell.card = stocked[1]
    return shell


Both = Callable[..., tuple[Counter, Counter]]  # made of a counter once it has written what both know


@pytest.fixture
def both(home: Path) -> Both:
    """Two clones of one archive, after whatever was written down before they parted."""
    return lambda counter: (counter, Counter(home, second_clone(counter, home, "WQ")))
