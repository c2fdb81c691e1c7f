"""Clones that exchange their work: they end equal, nothing is lost, and nothing of the other side is trusted."""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from crmkit.archive.archive import opened
from crmkit.archive.exchange.sync import take_in
from crmkit.archive.exchange.upgrade import upgrade
from crmkit.archive.health.check import check
from crmkit.archive.journal import disk
from crmkit.archive.repository import recording
from crmkit.archive.repository.clone import driver
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.recording import record
from crmkit.archive.store import schema
from crmkit.errors import CrmkitError, DamagedError
from crmkit.records import Call, Callback, Conflict, Customer
from crmkit.records.customer import Phone
from tests.archive.desk import NOW, Desk
from tests.archive.exchange import add, desks, edit, fetch, join, push, records, status, sync, take
from tests.conftest import Shell

C1 = "C2611-00000001"
CUSTOMER = Customer(id=C1, name="张秀英", phones=(Phone(raw="1", e164="+8613900541731", kind="mobile"),))


@pytest.fixture
def two(archive: Path, tmp_path: Path) -> list[Desk]:
    """Two clones that both hold the file of 张秀英."""
    add(Desk(archive), CUSTOMER)
    return desks(archive, tmp_path, 2)


def head(desk: Desk) -> str:
    return Git(desk.root).head()


def assert_equal(*clones: Desk) -> None:
    assert len({head(desk) for desk in clones}) == 1
    for desk in clones:
        assert status(desk) == ""
        assert records(desk) == records(clones[0])


def test_each_gets_the_others_work(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    add(li, Customer(id="C2611-00000002", name="刘国庆"))
    edit(wang, C1, owner="WQ")
    sync(li)
    taken = sync(wang)
    sync(li)
    assert_equal(li, wang)
    assert records(li)[C1] == msgspec.structs.replace(
        CUSTOMER,
        address="青年路1号",
        owner="WQ",
        created_at=records(li)[C1].created_at,
        updated_at=records(li)[C1].updated_at,
    )
    assert taken.done.counts == {"received": 2, "sent": 1, "conflicts": 0}


def test_a_merge_is_one_run_with_both_histories_and_says_nothing_personal(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    sync(li)
    attributes = (wang.root / ".gitattributes").stat()
    run = sync(wang).done.run
    assert (wang.root / ".gitattributes").stat() == attributes  # what stays as it is is not written again
    body = Git(wang.root).run("log", "-1", "--format=%P%n%B").decode()
    assert len(body.splitlines()[0].split()) == 2
    assert body.splitlines()[1:] == ["sync merge: 1 record", "", f"Crmkit-Run: {run}", "Crmkit-By: LN", "", ""][:5]


def test_who_did_nothing_moves_on_without_a_run_of_its_own(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    sync(li)
    taken = sync(wang)
    assert (taken.done.run, head(wang)) == ("", head(li))
    before = head(wang)
    assert sync(wang).done.counts == {"received": 0, "sent": 0, "conflicts": 0}
    assert head(wang) == before


def test_the_same_field_is_a_conflict_that_both_clones_hold(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    edit(wang, C1, address="和平里3号")
    sync(li)
    (identifier,) = sync(wang).done.ids
    sync(li)
    assert_equal(li, wang)
    conflict = records(li)[identifier]
    assert isinstance(conflict, Conflict)
    assert (conflict.record, conflict.field, conflict.kept, conflict.other) == (
        C1,
        ("address",),
        "和平里3号",
        "青年路1号",
    )
    assert records(li)[C1].address == "和平里3号"


def test_a_push_that_came_too_late_is_merged_again(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    taken = take(li, fetch(li))
    sync(wang)
    assert not push(li, taken.head)
    sync(li)
    sync(wang)
    assert_equal(li, wang)
    assert records(li)[C1].owner == "WQ"


def test_clones_that_take_in_each_other_unseen_end_with_the_same_files_again_and_again(two):
    li, wang = two
    for round_ in range(3):
        edit(li, C1, address=f"青年路{round_}号", tags=(*records(li)[C1].tags, f"li{round_}"))
        edit(wang, C1, address=f"和平里{round_}号", tags=(*records(wang)[C1].tags, f"wang{round_}"))
        theirs = {desk.root: head(desk) for desk in two}
        for one, other in ((li, wang), (wang, li)):
            Git(one.root).run("fetch", "-q", str(other.root), theirs[other.root])
            take(one, theirs[other.root])
        assert li.tree() == wang.tree()
        assert head(li) != head(wang)
    assert set(records(li)[C1].tags) == {f"{who}{round_}" for who in ("li", "wang") for round_ in range(3)}
    assert sum(isinstance(record, Conflict) for record in records(li).values()) == 3


def test_a_record_that_both_planned_into_different_parts_is_one(two):
    li, wang = two
    planned = Callback(id="B2611-00000001", customer=C1, purpose="thanks", due_at=NOW)
    add(li, planned)
    (wang.root / "archive.toml").write_text("[archive]\nschema = 2\n[storage]\nshard_records = 1\n")
    add(wang, Callback(id="B2611-00000002", customer=C1, purpose="thanks", due_at=NOW), planned)
    sync(li)
    sync(wang)
    sync(li)
    assert_equal(li, wang)
    assert sorted(p.name for p in (li.root / "callbacks").iterdir()) == ["2026-11.json"]


def test_settings_and_calendars_edited_by_hand_go_along(two):
    li, wang = two
    (li.root / "calendar" / "2031.json").write_text('{"year": 2031, "holidays": {}, "workdays": {}}')
    text = (li.root / "archive.toml").read_text()
    (li.root / "archive.toml").write_text(text.replace("# reply = 2", "reply = 4"))
    sync(li)
    sync(wang)
    assert "\nreply = 4" in (wang.root / "archive.toml").read_text()
    assert (wang.root / "calendar" / "2031.json").is_file()
    assert_equal(li, wang)


def test_another_archive_is_refused(two, pristine, tmp_path):
    stranger = Path(shutil.copytree(pristine, tmp_path / "stranger"))
    shutil.rmtree(stranger / ".git")
    Git(stranger).create()
    record(Git(stranger), {"archive.toml": (stranger / "archive.toml").read_bytes()}, "another", "", "")
    before = head(two[0])
    with pytest.raises(CrmkitError, match="nothing in common"):
        join(two[0], Desk(stranger))
    assert (head(two[0]), status(two[0])) == (before, "")


def put(path: str, data: bytes = b"") -> object:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return change


def file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "customers")
    (root / "customers").write_text("no folder")


@pytest.mark.parametrize(
    "damage",
    [
        put("customers/2026-11.json"),
        put("customers/2026-11.json", b"<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"),
        put("customers/2026-11.json", b'{"customers": {"C2611-00000001": {"name": 5}}}'),
        put("customers/2026-11.json", b'{"customers": {"K2611-00000001": {}}}'),
        put("archive.toml", b"[card\n"),
        put("archive.toml", b"[card]\nno_such_setting = 1\n"),
        put("customers/.gitattributes", b"*.json merge=union\n"),
        put(".gitmodules", b"[submodule]\n"),
        put(".crmkit/clone.toml", b'operator = "XX"\n'),
        put("notes\x1b[2J.txt"),
        lambda root: (root / "archive.toml").unlink(),
        lambda root: (root / "link.json").symlink_to("/etc/passwd"),
        file_for_folder,
    ],
    ids=[
        "empty", "markers", "wrong-type", "wrong-kind", "toml", "unknown-setting", "attributes", "submodules",
        "private", "escape", "no-settings", "symlink", "file-for-folder",
    ],
)  # fmt: skip
def test_what_is_no_archive_is_refused_and_nothing_changes(two, damage):
    li, wang = two
    damage(wang.root)
    Git(wang.root).run("add", "-A", "-f", ".")
    Git(wang.root).run("commit", "-q", "-m", "made with git itself")
    push(wang, head(wang))
    edit(li, C1, owner="LN")
    before = (head(li), records(li))
    with pytest.raises(DamagedError, match="origin"):
        sync(li)
    assert (head(li), records(li), status(li)) == (*before, "")


def test_no_driver_filter_hook_or_attribute_of_a_hostile_archive_is_run(two, tmp_path):
    li, wang = two
    pwned = tmp_path / "pwned"
    evil = f"touch {pwned}; cat"
    record(Git(wang.root), {".gitattributes": b"*.json merge=evil filter=evil ident\n"}, "hostile", "", "")
    edit(wang, C1, owner="WQ")
    push(wang, head(wang))
    edit(li, C1, address="青年路1号")
    theirs = fetch(li)
    git = Git(li.root)
    for key in (
        "merge.evil.driver",
        "filter.evil.smudge",
        "filter.evil.clean",
        "merge.crmkit.driver",
        "core.fsmonitor",
    ):
        git.run("config", key, evil)
    hooks = li.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-merge", "post-checkout", "pre-push", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {pwned}\n")
        (hooks / name).chmod(0o755)
    take(li, theirs)
    assert not pwned.exists()
    assert records(li)[C1].owner == "WQ"
    assert "evil" not in (li.root / ".gitattributes").read_text()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("remote.origin.uploadpack", "touch PWNED; git-upload-pack"),
        ("remote.origin.receivepack", "touch PWNED; git-receive-pack"),
        ("core.sshCommand", "touch PWNED; ssh"),
        ("credential.helper", "!touch PWNED"),
        ("include.path", "../evil"),
        ("url.ext::touch PWNED .insteadOf", "/"),
    ],
)
def test_settings_of_the_archive_that_run_programs_on_the_way_to_a_remote_are_refused(two, tmp_path, key, value):
    li, _wang = two
    edit(li, C1, owner="LN")
    pwned = tmp_path / "pwned"
    Git(li.root).run("config", key.replace("PWNED", str(pwned)), value.replace("PWNED", str(pwned)))
    with pytest.raises(DamagedError, match=r"remote\.origin|core\.sshcommand|credential|include|url"):
        sync(li)
    assert not pwned.exists()


def test_a_remote_that_is_a_program_is_not_run(two, tmp_path):
    li, _wang = two
    Git(li.root).run("remote", "set-url", "origin", f"ext::touch {tmp_path / 'pwned'}")
    with pytest.raises(DamagedError, match="makes git run a program"):
        fetch(li)
    assert not (tmp_path / "pwned").exists()


def contacts_with_a_title(kind, documents):
    """A migration that rewrites every file."""
    return {i: {**d, "name": d["name"] + "女士"} if "name" in d else d for i, d in documents.items()}


def test_an_older_schema_is_merged_as_the_current_one_and_a_newer_one_is_refused(two, monkeypatch):
    li, wang = two
    edit(li, C1, owner="LN")
    edit(wang, C1, address="和平里3号")
    sync(wang)  # the shared repository has the older schema
    with monkeypatch.context() as newer:
        newer.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, contacts_with_a_title))
        upgrade(li.root, run_at=NOW, by="LN", wait=5)
        taken = sync(li)
        assert (records(li)[C1].name, records(li)[C1].address) == ("张秀英女士", "和平里3号")
        assert taken.done.ids == ()
    with pytest.raises(DamagedError, match="schema 3") as refused:
        sync(wang)
    assert "newer crmkit" in refused.value.hint


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_at_any_instant_of_a_merge_leaves_old_or_new_and_the_next_sync_completes_it(two, tmp_path, monkeypatch):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, address="和平里3号")
    sync(li)
    old = records(wang)
    trees = set()
    point = 1
    finished = False
    while not finished:
        clone = Desk(Path(shutil.copytree(wang.root, tmp_path / f"crash{point}")))
        left = point

        def dies_at_its_turn() -> None:
            nonlocal left
            left -= 1
            if not left:
                raise Crash

        theirs = fetch(clone)
        with monkeypatch.context() as patch:
            patch.setattr(disk, "_point", dies_at_its_turn)
            try:
                take(clone, theirs)
                finished = True
            except Crash:
                pass
        with opened(clone.root, exclusive=True, wait=5):
            pass  # the next command mends what was interrupted
        assert status(clone) == ""
        now = records(clone)
        assert now == old or any(isinstance(record, Conflict) for record in now.values())
        merge = take(clone, theirs).head
        assert len(Git(clone.root).line("log", "-1", "--format=%P", merge).split()) == 2
        trees.add(Git(clone.root).line("rev-parse", f"{merge}^{{tree}}"))
        point += 5
    assert point > 10
    assert len(trees) == 1


def test_a_merge_that_git_fails_to_record_is_recorded_with_both_histories_by_the_next_command(two, monkeypatch):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    sync(li)

    def full(*_arguments: object) -> None:
        raise GitError("git update-ref failed")

    theirs = fetch(wang)
    with monkeypatch.context() as patch:
        patch.setattr(recording, "record", full)
        assert take(wang, theirs).done.history_pending
        with pytest.raises(CrmkitError, match="not recorded"):
            take(wang, theirs)
    edit(wang, C1, stage="screened")
    parents = Git(wang.root).line("log", "-1", "--format=%P", "HEAD^").split()
    assert parents[1] == theirs
    sync(wang)
    sync(li)
    assert_equal(li, wang)


# for those who type `git merge` themselves


def git(desk: Desk, *arguments: str) -> "subprocess.CompletedProcess[str]":
    identity = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x", "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x"}
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(desk.root.parent), **identity}
    return subprocess.run(["git", "-C", desk.root, *arguments], env=environment, capture_output=True, text=True)


def test_a_merge_by_git_itself_merges_record_by_record(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    add(li, Customer(id="C2611-00000002", name="刘国庆"))
    edit(wang, C1, owner="WQ")
    add(wang, Call(id="L2611-00000001", customer=C1, at=NOW, outcome="reached"))
    sync(li)
    merge = git(wang, "pull", "-q", "--no-rebase", "origin", "main")
    assert merge.returncode == 0, merge.stderr
    assert (records(wang)[C1].address, records(wang)[C1].owner) == ("青年路1号", "WQ")
    assert "C2611-00000002" in records(wang)


def test_a_clash_in_a_merge_by_git_itself_is_git_s_conflict_and_crmkit_waits_until_it_is_over(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, address="和平里3号")
    sync(li)
    merge = git(wang, "pull", "-q", "--no-rebase", "origin", "main")
    assert merge.returncode == 1
    assert f"{C1} address" in merge.stderr
    assert "和平里" not in merge.stderr
    records(wang)  # the shard is a proper one all the same
    with pytest.raises(DamagedError, match="unfinished"):
        edit(wang, C1, owner="WQ")
    assert git(wang, "merge", "--abort").returncode == 0
    assert len(sync(wang).done.ids) == 1


def test_a_new_clone_registers_the_driver_with_its_first_run_and_throws_out_a_false_one(two, tmp_path):
    clone = Desk(tmp_path / "fresh")
    git(two[0], "clone", "-q", str(tmp_path / "shared.git"), str(clone.root))
    edit(clone, C1, owner="WQ")
    assert Git(clone.root).line("config", "merge.crmkit.driver") == driver()
    Git(clone.root).run("config", "merge.crmkit.driver", "touch pwned")
    edit(clone, C1, owner="LN")
    assert Git(clone.root).line("config", "merge.crmkit.driver") == driver()
    assert records(clone)[C1].name == "张秀英"


def test_a_new_clone_is_closed_to_others_before_anything_else_and_checks_clean(two, tmp_path):
    clone = tmp_path / "fresh"
    old = os.umask(0o022)
    try:
        git(two[0], "clone", "-q", str(tmp_path / "shared.git"), str(clone))
    finally:
        os.umask(old)
    assert clone.stat().st_mode & 0o077
    assert check(clone, wait=5) == []
    assert not [path for path in (clone, *clone.glob("*/*.json")) if path.stat().st_mode & 0o077]
    clone.chmod(0o755)  # whoever opens it afterwards may mean it, and is told
    Shell(tmp_path, clone).ok("site", "add", "--name", "时间公园")
    assert [problem.code for problem in check(clone, wait=5)] == ["permissions"]


def test_the_driver_runs_no_code_from_the_archive(two):
    li, wang = two
    (wang.root / "msgspec.py").write_text("open('pwned', 'w')\n")
    (wang.root / "crmkit").mkdir()
    (wang.root / "crmkit" / "__init__.py").write_text("open('pwned', 'w')\n")
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    sync(li)
    assert git(wang, "pull", "-q", "--no-rebase", "origin", "main").returncode == 0
    assert not (wang.root / "pwned").exists()


def test_nothing_is_written_by_a_dry_run(two):
    li, wang = two
    edit(li, C1, address="青年路1号")
    edit(wang, C1, owner="WQ")
    sync(li)
    before = head(wang)
    with opened(wang.root, exclusive=True, wait=5, dry_run=True) as archive:
        taken = take_in(archive, fetch(wang), "origin", run_at=NOW, by="LN")
    assert taken.done.counts == {"received": 1, "sent": 1, "conflicts": 0}
    assert (head(wang), records(wang)[C1].address) == (before, "")
