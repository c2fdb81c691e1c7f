"""An archive with something in it, a shared repository, a second clone; commands to interrupt; what must hold then.

A world lies in one folder and knows no absolute path, so that every trial works on a copy.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Ran, Shell

SHEETS = Path(__file__).resolve().parents[2] / "examples" / "sheets"
_ID = re.compile(r"\b[A-Z]{1,2}[0-9]{4}-[0-9a-z]{8}\b")
_TIME = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\+[0-9:]{5}")
Facts = list[str]


@dataclass(frozen=True)
class World:
    """One copy."""

    folder: Path

    @property
    def archive(self) -> Path:
        """The archive under test."""
        return self.folder / "archive"

    @property
    def crm(self) -> Shell:
        """The command line in it."""
        return Shell(self.folder, self.archive)

    def copy(self, folder: Path) -> "World":
        """The same world elsewhere."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder, symlinks=True)
        return World(folder)

    def facts(self) -> Facts:
        """Everything that the archive says, whatever ids and times it gave: they differ from run to run."""
        found = [(self.archive / "archive.toml").read_text("utf-8")]
        for path in sorted(self.archive.glob("*/*.json")):
            if path.parent.name != "calendar":
                for document in json.loads(path.read_bytes())[path.parent.name].values():
                    text = json.dumps(document, ensure_ascii=False, sort_keys=True)
                    found.append(f"{path.parent.name} " + _TIME.sub("<time>", _ID.sub("<id>", text)))
        return sorted(found)

    def git(self, *arguments: str) -> str:
        """What git says about the archive."""
        done = subprocess.run(["git", "-C", self.archive, *arguments], capture_output=True, text=True, check=True)
        return done.stdout


def make(folder: Path, pristine: Path) -> World:
    """A world with 4 customers, one of them twice, a card, and work of another clone that is not fetched yet."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(pristine, folder / "archive")
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder / "shared.git"], check=True)
    world = World(folder)
    world.git("remote", "add", "origin", "../shared.git")
    crm = world.crm
    crm.ok("staff", "add", "--code", "LN", "--name", "李娜", "--role", "screener")
    crm.ok("site", "add", "--name", "时间公园", "--kind", "park")
    crm.ok("product", "add", "--code", "W1", "--name", "净水器", "--price", "1280", "--warranty-months", "24")
    for name, phone, more in (
        ("张秀英", "13900541731", ("--birthday", "1953-01-02", "--address", "朝阳区和平里3号")),
        ("张秀英", "13900541732", ("--birthday", "1953-01-02", "--address", "朝阳区和平里3号")),
        ("王建国", "13900541733", ()),
        ("刘桂兰", "13900541734", ()),
    ):
        crm.ok("lead", "add", "--name", name, "--phone", phone, "--source", "shop", *more)
    crm.ok("sync")
    subprocess.run(["git", "clone", "-q", "shared.git", "other"], cwd=folder, check=True)
    other = Shell(folder, folder / "other")
    other.ok("config", "--set", "operator=WQ")
    other.ok("lead", "add", "--name", "陈淑芬", "--phone", "13900541735", "--source", "shop")
    other.ok("site", "edit", "时间公园", "--set", "contact=王先生")
    other.ok("sync")
    crm.ok("site", "edit", "时间公园", "--set", "address=和平里")
    crm.ok("lead", "add", "--name", "孙志强", "--phone", "13900541736", "--source", "shop")
    return world


def ids(world: World, name: str) -> list[str]:
    """The ids of the files of that name."""
    return world.crm.ok("lead", "list", "--text", name, "-f", "ids").lines


COMMANDS: dict[str, Callable[[World], tuple[Any, ...]]] = {
    "staff add": lambda _w: ("staff", "add", "--code", "WQ", "--name", "王强"),
    "site edit": lambda _w: ("site", "edit", "时间公园", "--set", "kind=market"),
    "config set": lambda _w: ("config", "--set", "card.reply=4"),
    "lead add": lambda _w: ("lead", "add", "--name", "赵玉兰", "--phone", "13900541737", "--source", "outreach"),
    "lead import": lambda _w: ("lead", "import", SHEETS / "referrals.csv", "--source", "referral"),
    "callback plan": lambda _w: ("callback", "plan"),
    "card issue": lambda _w: (
        "card", "issue", "--customer", "13900541733", "--product", "W1", "--serial", "S1",
        "--bought-on", "2026-11-01", "--bought-at", "本店",
    ),
    "dedupe merge": lambda w: ("dedupe", "merge", *ids(w, "张秀英"), "--yes"),
    "undo": lambda _w: ("undo", "--yes"),
    "sync": lambda _w: ("sync",),
}  # fmt: skip


def settled(world: World, ran: Ran, old: Facts, new: Facts) -> str:
    """Check what must hold after `ran` was cut off or failed; "old" or "new", as what it did was lost or done.

    The next command works and finds nothing wrong; all or nothing of the command is there, all of it where it said so;
    and then work goes on and git has recorded everything.
    """
    check = world.crm("check")
    assert (check.code, check.out) == (0, ""), (check.out, check.err, ran.err)
    facts = world.facts()
    assert facts in (old, new), (set(facts) ^ set(old), ran.err)
    if ran.code == 0 or ran.out:
        assert facts == new, ran
    world.crm.ok("staff", "add", "--code", "Z9", "--name", "赵")
    assert world.crm.json("status")["history_pending"] == 0
    assert world.git("status", "--porcelain") == ""
    assert world.git("log", "-1", "--format=%s").startswith("staff add")
    return "new" if facts == new else "old"
