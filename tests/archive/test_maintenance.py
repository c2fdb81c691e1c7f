"""The repository stays small, and nothing of the history is lost over it."""

import subprocess

import pytest

from crmkit.archive.repository import maintenance
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.maintenance import is_due, maintain
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import Desk


@pytest.fixture
def busy(archive):
    """An archive after many runs on one shard."""
    desk = Desk(archive)
    for n in range(12):
        desk.run(lambda a, n=n: Change(puts=tuple(Site(id=f"S2611-{n:04d}{m:04d}", name=f"点{m}") for m in range(9))))
    return archive


def stored(archive):
    """Every object of the history, and the kilobytes it takes."""
    git = ["git", "-C", str(archive)]
    objects = subprocess.run([*git, "rev-list", "--objects", "--all"], capture_output=True, text=True, check=True)
    counted = subprocess.run([*git, "count-objects", "-v"], capture_output=True, text=True, check=True).stdout
    numbers = dict(line.split(": ") for line in counted.splitlines())
    return sorted(objects.stdout.split("\n")), int(numbers["size"]) + int(numbers["size-pack"]), int(numbers["packs"])


def test_what_has_gathered_is_packed_when_it_is_due(busy, monkeypatch):
    git = Git(busy)
    before, kilobytes, _packs = stored(busy)
    assert not maintain(git)
    assert stored(busy) == (before, kilobytes, 0)
    monkeypatch.setattr(maintenance, "is_due", lambda _git: True)
    assert maintain(git)
    after, smaller, packs = stored(busy)
    assert (after, packs) == (before, 1)
    assert smaller < kilobytes / 2
    assert list((busy / ".git" / "objects" / "info" / "commit-graphs").glob("*.graph"))
    assert maintain(git)
    assert stored(busy)[2] == 1
    assert subprocess.run(["git", "-C", busy, "fsck", "--full"], capture_output=True, check=True).stdout == b""


def test_it_is_due_by_the_number_of_objects_stored_one_by_one(archive):
    folder = archive / ".git" / "objects" / "17"
    folder.mkdir(exist_ok=True)
    assert not is_due(Git(archive))
    for n in range(8):
        (folder / f"{n:038d}").touch()
    assert is_due(Git(archive))


def test_it_is_due_where_commits_came_packed_and_nothing_is_noted_of_them(busy, tmp_path):
    subprocess.run(["git", "clone", "-q", f"file://{busy}", tmp_path / "clone"], check=True)
    clone = Git(tmp_path / "clone")
    assert is_due(clone)
    assert maintain(clone)
    assert not is_due(clone)


@pytest.mark.parametrize("command", [("daily",), ("sync",)])
def test_daily_and_sync_see_to_it(crm, busy, monkeypatch, command):
    monkeypatch.setattr(maintenance, "is_due", lambda _git: True)
    crm.ok(*command)
    assert stored(busy)[2] == 1
