"""The commands that are interrupted, each with an archive in which it has much to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmkit.archive.store import strict
from crmkit.config import MARKER
from crmkit.records import BY_KIND
from tests.conftest import Shell

ID = re.compile(r"\b[A-Z]{1,2}\d{4}-[0-9a-z]{8}\b")
MARK = "回访点"  # the site that the command after a fault adds
ROWS = 40


@dataclass(frozen=True)
class Job:
    """A command under test."""

    name: str
    prepare: Callable[[Shell], Sequence[str]]  # fills the archive; what is typed then


@dataclass(frozen=True)
class Prepared:
    """A folder with an archive (and whatever else the command needs), made once and copied for every fault."""

    name: str
    folder: Path
    arguments: tuple[str, ...]
    old: list[str]  # the state before the command
    new: list[str]  # the state after it
    known: frozenset[str]  # the ids that the archive held before
    commits: int

    def copied(self, to: Path) -> Shell:
        """A command line in a copy of the folder, whose index knows where it is."""
        shutil.copytree(self.folder, to, symlinks=True)
        shell = Shell(to, to / "archive")
        shell.ok("status", "-f", "json")
        return shell

    def state(self, archive: Path) -> list[str]:
        """What the archive's files say, without what the command after a fault adds; new ids are only told by kind."""
        return [self._unnamed(line) for line in lines(archive) if MARK not in line]

    def _unnamed(self, line: str) -> str:
        return ID.sub(lambda found: found[0] if found[0] in self.known else f"{found[0][0]}*", line)


def prepared(job: Job, pristine: Path, folder: Path) -> Prepared:
    """`job` ready to be run, in the new folder `folder`."""
    folder.mkdir()
    shell = Shell(folder, Path(shutil.copytree(pristine, folder / "archive")))
    arguments = tuple(job.prepare(shell))
    old = lines(folder / "archive")
    known = frozenset(ID.findall("".join(old)))
    first = Prepared(job.name, folder, arguments, old, [], known, commits(folder / "archive"))
    trial = first.copied(folder.with_name(f"{folder.name}-new"))
    trial.ok(*arguments)
    new = sorted(first.state(trial.home / "archive"))
    shutil.rmtree(trial.home)
    assert new != old, "the command has nothing to do"
    return Prepared(job.name, folder, arguments, sorted(old), new, known, first.commits)


def lines(archive: Path) -> list[str]:
    """Every document of every shard and every line of the settings. Raises DamagedError."""
    found = (archive / MARKER).read_text("utf-8").splitlines()
    for kind in BY_KIND:
        for path in sorted((archive / kind).glob("*.json")):
            strict.table(path.read_bytes(), BY_KIND[kind], str(path))
            for identifier, document in strict.documents(path.read_bytes(), kind, str(path)).items():
                found.append(json.dumps([identifier, document], ensure_ascii=False, sort_keys=True))
    return sorted(found)


def commits(archive: Path) -> int:
    """The number of runs that git has recorded."""
    return int(git(archive, "rev-list", "--count", "HEAD"))


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def _lead_add(shell: Shell) -> Sequence[str]:
    shell.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop")
    return "lead", "add", "--name", "刘国庆", "--phone", "13900541732", "--site", "时间公园", "--source", "outreach"


def _lead_import(shell: Shell) -> Sequence[str]:
    shell.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop")
    shell.ok("config", "--set", "storage.shard_records=15")
    rows = [f"顾客{n},139005417{n:02},时间公园{n % 3},青年路{n}号" for n in range(ROWS)]
    (shell.home / "leads.csv").write_text("\n".join(["姓名,电话,地点,地址", *rows]) + "\n", "utf-8")
    return "lead", "import", "leads.csv", "--source", "outreach"


def _dedupe_merge(shell: Shell) -> Sequence[str]:
    people = (("张秀英", "13900541731"), ("张秀英", "13900541732"))
    one, other = (shell.ok("-q", "lead", "add", "--name", n, "--phone", p).out.strip() for n, p in people)
    for person in (one, other):
        shell.ok("call", "log", person, "--outcome", "reached")
    return "dedupe", "merge", one, other, "--yes"


def _undo(shell: Shell) -> Sequence[str]:
    shell.ok(*_lead_import(shell))
    return "undo", "--yes"


def _site_edit(shell: Shell) -> Sequence[str]:
    site = shell.ok("-q", "site", "add", "--name", "时间公园").out.strip()
    return "site", "edit", site, "--set", "kind=park"


def _config_set(shell: Shell) -> Sequence[str]:
    return "config", "--set", "card.reply=4"


def _sync(shell: Shell) -> Sequence[str]:
    person = shell.ok("-q", "lead", "add", "--name", "张秀英", "--phone", "13900541731").out.strip()
    shared = shell.home / "shared.git"
    git(shell.home, "init", "-q", "--bare", "-b", "main", str(shared))
    git(shell.home / "archive", "remote", "add", "origin", "../shared.git")
    shell.ok("sync")
    other = Shell(shell.home, Path(shutil.copytree(shell.home / "archive", shell.home / "other")))
    other.ok("config", "--set", "operator=WQ")
    other.ok("lead", "edit", person, "--set", "address=青年路1号")
    other.ok("lead", "add", "--name", "刘国庆", "--phone", "13900541732", "--site", "时间公园")
    other.ok("sync")
    shutil.rmtree(shell.home / "other")
    shell.ok("lead", "edit", person, "--set", "address=和平里3号", "--set", "birthday=1953-01-02")
    shell.ok("lead", "add", "--name", "王强", "--phone", "13900541733")
    return ("sync",)


def _ticket_replace(shell: Shell) -> Sequence[str]:
    shell.ok("product", "add", "--code", "W1", "--name", "净水器", "--price", "1280", "--warranty-months", "24")
    person = shell.ok("-q", "lead", "add", "--name", "张秀英", "--phone", "13900541731").out.strip()
    bought = (
        "--customer",
        person,
        "--product",
        "W1",
        "--serial",
        "S1",
        "--bought-on",
        "2026-11-01",
        "--bought-at",
        "店",
    )
    card = shell.ok("-q", "card", "issue", *bought).out.strip()
    ticket = shell.ok("-q", "ticket", "add", "--card", card, "--symptom", "漏水").out.strip()
    return "ticket", "replace", ticket, "--new-serial", "S2", "--over", "老顾客"


def _plan_use(shell: Shell) -> Sequence[str]:
    person = shell.ok("-q", "lead", "add", "--name", "张秀英", "--phone", "13900541731").out.strip()
    terms = ("--every", "1m", "--visits", "12", "--months", "12", "--paid", "500")
    plan = shell.ok("-q", "plan", "add", "--mode", "prepaid", "--customer", person, *terms).out.strip()
    return "plan", "use", plan


def _complaint_listen(shell: Shell) -> Sequence[str]:
    shell.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731")
    said = ("--facts", "等了三天没人来", "--wish", "退款")
    complaint = shell.ok("-q", "complaint", "add", "--customer", "13900541731", *said).out.strip()
    return "complaint", "listen", complaint


JOBS = (
    Job("lead add", _lead_add),
    Job("lead import", _lead_import),
    Job("dedupe merge", _dedupe_merge),
    Job("sync", _sync),
    Job("undo", _undo),
    Job("site edit", _site_edit),
    Job("config --set", _config_set),
    Job("ticket replace", _ticket_replace),
    Job("plan use", _plan_use),
    Job("complaint listen", _complaint_listen),
)
