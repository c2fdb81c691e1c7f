"""The history: runs as git streams them, and what became of a record field by field."""

import subprocess
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crmkit.archive.archive import opened
from crmkit.archive.history.history import (
    WITH_FILES,
    Revision,
    changed_fields,
    find,
    record_changes,
    revisions,
    with_undone,
)
from crmkit.archive.repository.git import Git, GitError
from crmkit.errors import NotFoundError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import Desk, join

SITE = Site(id="S2611-00000001", name="时间公园")


def add(site: Site = SITE):
    return lambda archive: Change(puts=(site,))


def edit(**fields):
    return lambda archive: Change(puts=(msgspec.structs.replace(archive.get(Site, SITE.id), **fields),))


def named(name: str, undoes: str = "") -> Revision:
    at = datetime(2026, 11, 21, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Revision(commit=name, parents=("p",), at=at, run=name, by="LN", command="lead add", records=1, undoes=undoes)


@pytest.mark.parametrize(
    ("newest_first", "standing"),
    [
        ([("r2", ""), ("r1", "")], ["r2", "r1"]),
        ([("u", "r1"), ("r2", ""), ("r1", "")], ["u", "r2"]),
        ([("redo", "u"), ("u", "r1"), ("r1", "")], ["redo", "r1"]),
        ([("u3", "redo"), ("redo", "u"), ("u", "r1"), ("r1", "")], ["u3", "u"]),
        ([("again", "r1"), ("redo", "u"), ("u", "r1"), ("r1", "")], ["again", "redo"]),
    ],
)
def test_an_undo_that_was_undone_takes_nothing_back(newest_first, standing):
    found = with_undone(named(name, undoes) for name, undoes in newest_first)
    assert [revision.run for revision, undone_by in found if not undone_by] == standing


def test_a_field_counts_as_changed_by_a_merge_only_where_it_is_as_in_none_of_its_parents():
    ours, theirs = {"name": "甲", "form": "go-out", "note": "x"}, {"name": "乙", "form": "come-in", "note": "x"}
    assert changed_fields([ours, theirs], {"name": "甲", "form": "come-in", "note": "x"}) == {}
    assert changed_fields([ours, theirs], {"name": "丙", "form": "go-out"}) == {
        "name": ("甲", "丙"),
        "note": ("x", None),
    }
    assert changed_fields([None], {"name": "甲", "updated_at": "2026"}) == {"name": (None, "甲")}


def test_every_revision_says_who_when_and_what(archive):
    desk = Desk(archive)
    run = desk.run(add())
    newest, first = revisions(Git(archive), "HEAD")
    assert (newest.run, newest.by, newest.command, newest.records) == (run, "LN", "test run", 1)
    assert newest.at == desk.now and newest.parents == (first.commit,)
    assert (first.run, first.by, first.command, first.records) == ("", "", "archive init", 0)


def test_what_was_committed_with_git_itself_does_not_pass_for_a_run(archive):
    (archive / "notes.txt").write_text("x")
    author = ["-c", "user.name=Li", "-c", "user.email=li@example.com"]
    subprocess.run(["git", "-C", archive, *author, "add", "notes.txt"], check=True)
    subprocess.run(["git", "-C", archive, *author, "commit", "-qm", "lead add: 5 records"], check=True)
    newest = next(revisions(Git(archive), "HEAD"))
    assert (newest.run, newest.by, newest.command, newest.records) == ("", "Li", "git commit", None)
    assert newest.name == newest.commit[:12]


def test_the_users_own_settings_of_git_change_nothing(archive, home, monkeypatch):
    desk = Desk(archive)
    desk.run(add())
    before = list(revisions(Git(archive), *WITH_FILES, "HEAD"))
    (home / ".gitconfig").write_text(
        "[log]\nshowSignature = true\nshowRoot = false\nfollow = true\nabbrevCommit = true\ndate = relative\n"
        "[color]\nui = always\n[core]\nabbrev = 5\n[diff]\nrenames = copies\n[format]\npretty = oneline\n"
    )
    monkeypatch.setenv("HOME", str(home))
    assert list(revisions(Git(archive), *WITH_FILES, "HEAD")) == before


def test_reading_the_newest_few_does_not_read_the_rest(archive):
    git = Git(archive)
    oldest = git.head()
    commit = "commit refs/heads/main\ncommitter LN <crmkit@localhost> 1800000000 +0800\ndata 3\nrun\n"
    commits = f"{commit}from {oldest}\n" + commit * 3000  # more than a pipe holds
    git.run("fast-import", "--quiet", "--date-format=raw", data=commits.encode())
    (archive / ".git" / "objects" / oldest[:2] / oldest[2:]).unlink()  # whoever reads on to the end fails
    assert len(list(islice(revisions(git, "HEAD"), 20))) == 20
    with pytest.raises(GitError):
        list(revisions(git, "HEAD"))


def test_a_new_repository_without_commits_has_no_history(tmp_path):
    git = Git(tmp_path)
    git.create()
    assert list(revisions(git)) == []


@pytest.mark.parametrize("name", ["20261121-100000-zzzz", "nonsense", "--all", "", "0" * 40])
def test_an_unknown_name_is_not_found(archive, name):
    with pytest.raises(NotFoundError):
        find(Git(archive), name)


def test_a_run_is_found_by_its_name_and_by_its_commit(archive):
    desk = Desk(archive)
    run = desk.run(add())
    commit = Git(archive).head()
    assert find(Git(archive), run).commit == find(Git(archive), commit[:10]).commit == commit


def test_a_record_is_told_field_by_field_newest_first(archive):
    desk = Desk(archive)
    added = desk.run(add())
    desk.run(add(Site(id="S2611-00000002", name="别处")))
    edited = desk.run(edit(name="和平公园", address="朝阳区"))
    found = [(c.revision.run, c.field, c.old, c.new) for c in record_changes(Git(archive), [SITE.id])]
    assert found == [
        (edited, "address", None, "朝阳区"),
        (edited, "name", "时间公园", "和平公园"),
        (added, "name", None, "时间公园"),
    ]


def test_a_record_that_is_gone_and_the_file_it_was_in_still_have_their_history(archive):
    desk = Desk(archive)
    added = desk.run(add())
    undone = desk.undo()
    assert not list((archive / "sites").glob("*.json"))
    found = [(c.revision.run, c.old, c.new) for c in record_changes(Git(archive), [SITE.id])]
    assert found == [(undone, "时间公园", None), (added, None, "时间公园")]


def test_records_of_several_months_and_of_parts_that_are_gone_are_told_together_newest_first(archive):
    (archive / "archive.toml").write_text('[archive]\nbranch = "BJ"\nschema = 2\n[storage]\nshard_records = 1\n')
    desk = Desk(archive)
    sites = [Site(id=f"S26{month}-0000000{n}", name=f"点{n}") for month in (10, 11) for n in (1, 2, 3)]
    runs = [desk.run(add(site)) for site in sites]
    undone = [desk.undo() for _n in range(3)]
    assert not (archive / "sites" / "2026-11.json").exists()
    found = [(c.revision.run, c.id) for c in record_changes(Git(archive), [site.id for site in sites])]
    ids = [site.id for site in sites]
    assert found == [*zip(undone[::-1], ids[3:], strict=True), *zip(runs[::-1], ids[::-1], strict=True)]


def test_both_sides_of_a_merge_are_told_and_what_the_merge_itself_settled(clones):
    ours, theirs = clones
    one, two = ours.run(edit(name="东园")), theirs.run(edit(name="西园", address="朝阳区"))
    join(ours, theirs, msgspec.structs.replace(SITE, name="中园", address="朝阳区"))
    found = {(c.revision.run, c.field, c.old, c.new) for c in record_changes(Git(ours.root), [SITE.id])}
    assert {(one, "name", "时间公园", "东园"), (two, "name", "时间公园", "西园"), ("", "name", "东园", "中园")} <= found
    assert ("", "address", None, "朝阳区") not in found


def test_a_side_that_a_merge_set_aside_is_told_as_well(clones):
    ours, theirs = clones
    one, two = ours.run(edit(name="东园")), theirs.run(edit(name="西园"))
    with opened(ours.root, exclusive=False, wait=5) as archive:
        kept = archive.get(Site, SITE.id)
    join(ours, theirs, kept)
    assert {one, two} <= {c.revision.run for c in record_changes(Git(ours.root), [SITE.id])}


def test_only_the_shards_of_the_records_month_are_read(archive):
    desk = Desk(archive)
    desk.run(add(Site(id="S2610-00000001", name="上月")))
    blob = Git(archive).line("rev-parse", "HEAD:sites/2026-10.json")
    desk.run(add())
    (archive / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert [c.field for c in record_changes(Git(archive), [SITE.id])] == ["name"]
