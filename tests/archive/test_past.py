"""Reading the past: which commit a name, a day or a moment means, and what it leaves behind (nothing)."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from crmkit.archive.archive import Archive, opened
from crmkit.archive.history.history import revisions
from crmkit.archive.history.past import commit_at, opened_at
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.objects import Objects
from crmkit.core.calendar.periods import last_moment
from crmkit.errors import BusyError, CrmkitError, NotFoundError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk, join

SITE = Site(id="S2611-00000001", name="时间公园")


def add(number: int):
    return lambda archive: Change(puts=(Site(id=f"S2611-0000000{number}", name=f"点{number}"),))


def at(archive: Path, text: str):
    return opened_at(archive, text, moment=lambda tz: last_moment(text, NOW + timedelta(days=7)), wait=5)


def commit_of(archive, text, now=NOW):
    return commit_at(Git(archive), text, last_moment(text, now))


@pytest.fixture
def days(archive: Path) -> list[str]:
    """The commits of three runs, at 10:01 on three days from 2026-11-21 on."""
    desk = Desk(archive)
    commits = []
    for number in range(3):
        desk.now = NOW + timedelta(days=number)
        desk.run(add(number))
        commits.append(Git(archive).head())
    return commits


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("2026-11-21", 0),  # a day means its end
        ("2026-11-22", 1),
        ("2026-11-22 10:01", 1),
        ("2026-11-22 10:00", 0),
        ("2026-11-22T10:00:59+08:00", 0),
        ("2026-11-22T02:01:00Z", 1),
        ("11月22日", 1),
        ("-5d", 2),
        ("today", 2),
        ("HEAD", 2),
        ("HEAD~1", 1),
    ],
)
def test_a_moment_means_the_last_run_up_to_it(archive, days, text, run):
    assert commit_of(archive, text, NOW + timedelta(days=7)) == days[run]


def test_a_run_and_a_commit_are_taken_by_name(archive, days):
    run = next(r.run for r in revisions(Git(archive), "HEAD") if r.commit == days[1])
    assert commit_of(archive, run) == commit_of(archive, days[1][:9]) == days[1]


def test_a_run_whose_clock_went_back_does_not_hide_the_ones_before(archive, days):
    desk = Desk(archive)
    desk.now = NOW - timedelta(days=400)
    desk.run(add(7))
    assert commit_of(archive, "2026-11-22") == Git(archive).head()  # the last one in order that is not later


def test_before_the_first_commit_there_was_no_archive(archive, days):
    with pytest.raises(NotFoundError, match="did not exist yet on 2026-11-20T23:59:59"):
        commit_of(archive, "2026-11-20")


@pytest.mark.parametrize("text", ["nonsense", "20261121-100000-zzzz", "-n1", "--all", "1.5", "2026-13-01"])
def test_what_is_neither_a_run_nor_a_commit_nor_a_date_is_not_found(archive, text):
    with pytest.raises(NotFoundError, match="no run or commit"):
        commit_of(archive, text)


def test_of_several_clones_the_line_of_this_one_is_followed(clones):
    ours, theirs = clones
    ours.run(lambda a: Change(puts=(msgspec.structs.replace(a.get(Site, SITE.id), contact="王"),)))
    mine = Git(ours.root).head()
    theirs.now += timedelta(minutes=5)
    theirs.run(lambda a: Change(puts=(msgspec.structs.replace(a.get(Site, SITE.id), address="朝阳"),)))
    join(ours, theirs, msgspec.structs.replace(SITE, contact="王", address="朝阳"))
    assert commit_of(ours.root, "2026-11-21 11:00") == mine


def test_the_past_reads_as_the_archive_did_then(archive, days):
    with at(archive, days[1]) as past:
        assert sorted(site.name for site in past.all(Site)) == ["点0", "点1"]
        assert past.git.head() == days[1]
        assert [r.commit for r in revisions(past.git, "HEAD")][:2] == [days[1], days[0]]
        assert past.settings.archive.branch == "BJ"


def test_an_edit_in_the_work_tree_is_neither_read_nor_touched(archive, days):
    (shard,) = (archive / "sites").glob("*.json")
    shard.write_text("in the middle of an edit")
    before = state(archive)
    with at(archive, "2026-11-21") as past:
        assert [site.name for site in past.all(Site)] == ["点0"]
    assert state(archive) == before


def state(archive: Path) -> dict[Path, tuple[int, int]]:
    found = {path: path.stat() for path in archive.rglob("*")}
    return {path: (stat.st_mtime_ns, stat.st_ino) for path, stat in found.items()}


def test_what_still_stands_is_not_asked_of_git(archive, days, monkeypatch):
    Desk(archive).run(lambda held: Change(puts=(Site(id="S2610-00000001", name="上月"),)))
    read = []
    real = Objects.read
    monkeypatch.setattr(Objects, "read", lambda self, name: read.append(name) or real(self, name))
    with at(archive, days[-1]) as past:
        assert len(list(past.all(Site))) == len(days)
    assert read == []
    with at(archive, days[0]) as past:
        assert len(list(past.all(Site))) == 1
    assert read == [Git(archive).line("rev-parse", f"{days[0]}:sites/2026-11.json")]


def test_the_private_copy_is_gone_afterwards(archive, days, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with at(archive, days[0]) as past:
        (folder,) = tmp_path.glob(".crmkit-scratch-*")
        assert folder.stat().st_mode & 0o077 == 0 and past.root.is_relative_to(folder)
    assert list(tmp_path.glob(".crmkit-scratch-*")) == []


def test_links_and_foreign_files_of_a_commit_are_not_brought_out(archive, days):
    git = Git(archive)
    blob = git.run("hash-object", "-w", "--stdin", data=b"/etc/passwd").decode().strip()
    git.run("update-index", "--add", "--cacheinfo", f"120000,{blob},staff/2026-11.json")
    git.run("update-index", "--add", "--cacheinfo", f"100755,{blob},hooks/pre-commit")
    commit = git.line("commit-tree", git.line("write-tree"), "-p", "HEAD", "-m", "x")
    with at(archive, commit) as past:
        names = {p.relative_to(past.root).parts[0] for p in past.root.iterdir()}
    assert names == {".git", ".crmkit", "archive.toml", "calendar", "sites"}


def test_reading_the_past_keeps_writers_out_for_as_long(archive, days):
    with at(archive, days[0]), pytest.raises(BusyError), opened(archive, exclusive=True, wait=0):
        pass


def test_a_repository_elsewhere_is_not_the_archives_own(archive, days):
    (archive / ".git").rename(archive.parent / "repository")
    (archive / ".git").write_text(f"gitdir: {archive.parent / 'repository'}\n")
    with pytest.raises(CrmkitError), at(archive, days[0]):
        pass


def test_the_date_is_asked_for_in_the_archives_zone(archive, days):
    asked = []

    def moment(tz: str) -> datetime | None:
        asked.append(tz)
        return last_moment("today", NOW)

    with opened_at(archive, "today", moment=moment, wait=5):
        assert asked == ["Asia/Shanghai"]


def test_only_what_is_different_today_is_read_strictly(archive, days, monkeypatch):
    """The rest is known from the index of the present, which a wrong one may not mislead."""
    other = Site(id="S2610-00000001", name="上月")
    Desk(archive).run(lambda held: Change(puts=(other,)))
    Desk(archive).run(lambda held: Change(puts=(msgspec.structs.replace(SITE, address="朝阳区"),)))
    read = []
    real = Archive._read_strictly
    monkeypatch.setattr(Archive, "_read_strictly", lambda self, path: read.append(path) or real(self, path))
    with at(archive, "HEAD~1") as held:
        assert held.get(Site, other.id).name == "上月"
        assert held.get(Site, SITE.id).address == ""
        assert held.find(Site, "site:上月") == [held.get(Site, other.id)]
    assert read == ["sites/2026-11.json"]
    with at(archive, days[0]) as held:
        assert [site.id for site in held.all(Site)] == ["S2611-00000000"]
    (archive / ".crmkit" / "index.sqlite").write_bytes(b"nonsense")
    read.clear()
    with at(archive, "HEAD~1") as held:
        assert held.get(Site, SITE.id).address == ""
    assert {"sites/2026-10.json", "sites/2026-11.json"} <= set(read)
