"""`repair` brings an archive back into order, loses nothing unsaid, and leaves to a person what is a person's."""

import os
import shutil

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmkit.archive.archive import opened
from crmkit.archive.health.check import problems
from crmkit.archive.health.check_files import DAMAGED
from crmkit.archive.health.repair import RepairOutcome, preview
from crmkit.archive.health.repair import repair as repaired
from crmkit.archive.health.salvage import lost
from crmkit.archive.history.history import revisions
from crmkit.archive.repository.git import Git
from crmkit.archive.store import stored
from crmkit.archive.store.layout import PRIVATE
from crmkit.errors import BusyError, DamagedError, NotFoundError
from crmkit.records import Customer, Touch
from tests.archive.desk import NOW, Desk
from tests.archive.stock import ANNA, BRUNO, CARD, CUSTOMERS, NEXT, cut_off, git, put

CARDS = "cards/2026-11.json"
MOVED = msgspec.structs.replace(BRUNO, address="上海")


def repair(desk: Desk, *wanted: str) -> RepairOutcome:
    return repaired(desk.root, run_at=NOW.replace(hour=15), by="LN", wait=5, wanted=wanted)


def kept(desk: Desk) -> dict[str, bytes]:
    """What lies in .crmkit/damaged, by name without its time."""
    folder = desk.root / PRIVATE / DAMAGED
    return {path.name[16:]: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def files(desk: Desk) -> dict[str, bytes]:
    """Every file of the archive itself."""
    paths = [path for path in desk.root.rglob("*") if path.is_file()]
    return {str(p.relative_to(desk.root)): p.read_bytes() for p in paths if not {PRIVATE, ".git"} & {*p.parts}}


def mended(outcome: RepairOutcome) -> list[tuple[str, str]]:
    return [(one.code, one.place) for one in outcome.mended]


# files


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-9],
        lambda data: bytes(len(data)),
        lambda data: b"<<<<<<< HEAD\n" + data,
        lambda data: data.replace(b'"name"', b'"name": 7, "x"', 1),
        lambda data: data.replace("张秀英".encode(), b"\xff\xfe"),
    ],
)
def test_a_damaged_shard_comes_back_as_the_last_run_left_it(desk, damage):
    before = files(desk)
    path = desk.root / CUSTOMERS
    path.write_bytes(damage(path.read_bytes()))
    present = path.read_bytes()
    outcome = repair(desk)
    (one,) = outcome.mended
    assert (one.code, one.place) == ("damaged", CUSTOMERS)
    assert next(revisions(Git(desk.root), "-n1")).run in one.message
    assert files(desk) == before and outcome.remaining == () and problems(desk.root) == []
    assert kept(desk) == {"customers_2026-11.json": present}
    assert repair(desk).mended == ()


def test_every_file_comes_back(desk):
    before = files(desk)
    for path in before:
        (desk.root / path).write_bytes(b"\x00")
    outcome = repair(desk)
    assert len(outcome.mended) == len(before) == len(kept(desk))
    assert files(desk) == before and problems(desk.root) == []


def test_what_is_missing_comes_back(desk):
    before = files(desk)
    shutil.rmtree(desk.root / "customers")
    (desk.root / "archive.toml").unlink()
    (desk.root / ".gitattributes").unlink()
    assert set(mended(repair(desk))) == {
        ("missing", CUSTOMERS),
        ("missing", "archive.toml"),
        ("missing", ".gitattributes"),
    }
    assert files(desk) == before and problems(desk.root) == []


def test_a_shard_that_decayed_on_the_disk_comes_back(desk):
    before = files(desk)
    path = desk.root / CUSTOMERS
    seen = path.stat()
    path.write_bytes(path.read_bytes().replace("海淀区".encode(), "海淀匹".encode()))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    (one,) = repair(desk).mended
    assert one.code == "decayed" and one.lost == (f"{ANNA.id}: address",)
    assert files(desk) == before


def test_an_edit_by_hand_stays_unless_it_is_named(desk):
    before = files(desk)
    path = desk.root / CUSTOMERS
    path.write_bytes(path.read_bytes().replace("海淀区".encode(), "昌平区".encode()))
    outcome = repair(desk)
    assert (outcome.mended, [problem.code for problem in outcome.remaining]) == ((), ["changed"])
    outcome = repair(desk, CUSTOMERS)
    assert outcome.mended[0].lost == (f"{ANNA.id}: address",) and outcome.remaining == ()
    assert files(desk) == before


@pytest.mark.parametrize("name", ["customers/2026-10.json", "../archive.toml", "nonsense", "/etc/passwd", ""])
def test_a_file_that_the_history_does_not_hold_cannot_be_named(desk, name):
    with pytest.raises(NotFoundError):
        repair(desk, name)


def test_an_older_version_comes_back_where_newer_ones_cannot_be_used_and_the_loss_is_told(desk):
    """The history itself holds damaged versions: somebody committed them with git."""
    path = desk.root / CUSTOMERS
    put(desk, Customer(id="C2611-00000007", name="刘国庆"), msgspec.structs.replace(BRUNO, address="上海", sex="male"))
    good = git(desk, "rev-parse", "--short=12", "HEAD")
    text = path.read_text("utf-8")
    path.write_text(text.replace('"上海"', '["上海"]').replace("刘国庆", "刘国强"), "utf-8")
    git(desk, "commit", "-qam", "one")
    path.write_text(text.replace('"上海"', '["杭州"]').replace("00000007", "00000008"), "utf-8")
    git(desk, "commit", "-qam", "two")
    bad = git(desk, "rev-list", "--abbrev-commit", "--abbrev=12", "-n2", "HEAD").split()
    outcome = repair(desk)
    (one,) = outcome.mended
    assert all(name in one.message for name in bad) and good not in bad
    assert one.lost == (f"{BRUNO.id}: address", "C2611-00000008")
    assert path.read_text("utf-8") == text and outcome.remaining == ()
    newest = next(revisions(Git(desk.root), "-n1"))
    assert (newest.run, newest.by, newest.command, newest.commit) == (outcome.run, "LN", "repair", outcome.commit)
    assert git(desk, "log", "-1", "--format=%s") == "repair: 1 file"


def test_a_shard_of_which_the_history_has_nothing_good_is_left_to_a_person(desk):
    (desk.root / "customers" / "2026-10.json").write_bytes(b"{")
    outcome = repair(desk)
    assert outcome.mended == ()
    assert [(problem.code, problem.place) for problem in outcome.remaining] == [("damaged", "customers/2026-10.json")]
    assert (desk.root / "customers" / "2026-10.json").read_bytes() == b"{"


def test_settings_come_back_from_the_version_before_a_bad_one(desk):
    path = desk.root / "archive.toml"
    good = path.read_bytes()
    path.write_text("[archive\n")
    git(desk, "commit", "-qam", "bad")
    assert repair(desk).remaining == ()
    assert path.read_bytes() == good


def test_attributes_are_written_anew_whatever_the_history_says(desk):
    path = desk.root / ".gitattributes"
    ours = path.read_bytes()
    path.write_text("*.json merge=union\n")
    git(desk, "commit", "-qam", "union")
    assert repair(desk).remaining == ()
    assert path.read_bytes() == ours and git(desk, "show", "HEAD:.gitattributes") + "\n" == ours.decode()


def test_two_repairs_in_one_second_keep_both_damaged_files(desk):
    for content in (b"one", b"two"):
        (desk.root / CUSTOMERS).write_bytes(content)
        repair(desk)
    assert sorted(kept(desk).values()) == [b"one", b"two"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_bytes_stand_there_all_is_well_afterwards(stocked, tmp_path_factory, data):
    desk = Desk(shutil.copytree(stocked, tmp_path_factory.mktemp("damaged") / "archive"))
    before = files(desk)
    places = st.sampled_from([CUSTOMERS, CARDS, "archive.toml", ".gitattributes", "calendar/2026.json"])
    for path in data.draw(st.lists(places, min_size=1, max_size=3, unique=True)):
        half = before[path][: len(before[path]) // 2]
        content = data.draw(st.one_of(st.none(), st.binary(max_size=40), st.just(half)))
        (desk.root / path).unlink() if content is None else (desk.root / path).write_bytes(content)
    repair(desk)
    changed = [problem.place for problem in problems(desk.root) if problem.code == "changed"]
    if changed:  # what reads as a file of its kind may be an edit
        repair(desk, *changed)
    assert files(desk) == before and problems(desk.root) == []


# what is lost


def test_losses_are_read_from_what_is_left_of_the_file():
    old = stored.canonical("customers", {"C2611-00000001": {"name": "a"}, "C2611-00000002": {"name": "b"}})
    new = stored.canonical(
        "customers", {"C2611-00000001": {"name": "a", "address": "x"}, "C2611-00000003": {"name": "c", "sex": "male"}}
    )
    told = ["C2611-00000001: address", "C2611-00000003"]
    assert list(lost(CUSTOMERS, new, old)) == told
    assert list(lost(CUSTOMERS, new[:-30], old)) == told  # of the last record only the id can be read
    assert list(lost(CUSTOMERS, b"garbage" + new[:90], old)) == ["C2611-00000001: address"]
    assert list(lost(CUSTOMERS, None, old)) == list(lost(CUSTOMERS, b"\xff" * 50, old)) == []
    assert list(lost("archive.toml", b'[card]\nreply = 3\n[archive]\nname = "x"', b"[card]\nreply = 2")) == [
        "archive.name",
        "card.reply",
    ]


# runs


def test_a_run_that_was_cut_off_is_finished(desk):
    cut_off(desk, MOVED)
    assert mended(preview(desk.root, wait=5)) == [("unfinished", ".crmkit/journal")]
    assert mended(repair(desk)) == [("unfinished", ".crmkit/journal")]
    with opened(desk.root, exclusive=False, wait=5) as archive:
        assert archive.get(Customer, BRUNO.id).address == "上海"
    assert problems(desk.root) == []


def test_a_run_that_cannot_be_finished_is_taken_back(desk):
    """One of its two files was renamed into place, the staged copy of the other is gone."""
    before = files(desk)
    cut_off(desk, MOVED, msgspec.structs.replace(CARD, prints=1), Touch(id="T2610-00000001", customer=BRUNO.id, at=NOW))
    stage = desk.root / PRIVATE / "stage"
    first, second, third = sorted(stage.iterdir())
    first.rename(desk.root / CARDS)
    second.unlink()
    shutil.move(third, desk.root / "touches" / "2026-10.json")
    with pytest.raises(DamagedError, match=r"missing|damaged"):
        put(desk, BRUNO)
    outcome = repair(desk)
    assert files(desk) == before and outcome.remaining == () and problems(desk.root) == []
    losses = {one.place: one.lost for one in outcome.mended}
    assert losses[CARDS] == (f"{CARD.id}: prints",) and losses["touches/2026-10.json"] == ("T2610-00000001",)
    assert "journal" in "".join(kept(desk))
    put(desk, MOVED)


def test_a_file_edited_in_the_middle_of_a_run_is_left_to_a_person(desk):
    cut_off(desk, MOVED)
    path = desk.root / CUSTOMERS
    path.write_bytes(path.read_bytes().replace("海淀区".encode(), "昌平区".encode()))
    outcome = repair(desk)
    assert [(problem.code, problem.place) for problem in outcome.remaining] == [("changed", CUSTOMERS)]
    put(desk, MOVED)  # takes the edit along, as every writing command does
    assert problems(desk.root) == []


def test_a_damaged_journal_is_set_aside(desk):
    cut_off(desk, MOVED)
    journal = desk.root / PRIVATE / "journal"
    journal.write_bytes(journal.read_bytes()[:-3])
    content = journal.read_bytes()
    outcome = repair(desk)
    assert ("journal", ".crmkit/journal") in mended(outcome) and outcome.remaining == ()
    assert content in kept(desk).values()
    put(desk, MOVED)
    assert problems(desk.root) == []


def test_a_damaged_note_of_a_run_is_set_aside_and_its_files_are_recorded_by_the_next(desk):
    (desk.root / ".git" / "index.lock").touch()
    put(desk, MOVED)
    (desk.root / ".git" / "index.lock").unlink()
    (note,) = (desk.root / PRIVATE / "pending").iterdir()
    note.write_bytes(b"nonsense")
    outcome = repair(desk)
    assert [problem.code for problem in outcome.remaining] == ["changed"]
    put(desk, msgspec.structs.replace(NEXT, prints=1))
    assert problems(desk.root) == []
    assert b"\xe4\xb8\x8a\xe6\xb5\xb7" in Git(desk.root).run("show", f"HEAD:{CUSTOMERS}")


def test_runs_that_git_could_not_record_are_recorded(desk):
    (desk.root / ".git" / "index.lock").touch()
    run = put(desk, MOVED)
    (desk.root / ".git" / "index.lock").unlink()
    assert mended(repair(desk)) == [("pending", ".crmkit/pending")]
    assert next(revisions(Git(desk.root), "-n1")).run == run


# the folder


def test_what_others_may_open_is_closed(desk):
    for path in (desk.root, desk.root / "customers", desk.root / ".git"):
        path.chmod(0o755)
    (desk.root / CUSTOMERS).chmod(0o644)
    assert mended(repair(desk)) == [("permissions", ".")]
    assert problems(desk.root) == []
    assert (desk.root / CUSTOMERS).stat().st_mode & 0o777 == 0o600


def test_links_and_pipes_are_set_aside_and_nothing_behind_them_is_touched(desk, tmp_path):
    before = files(desk)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(desk.root / "customers", elsewhere)
    (desk.root / "customers").symlink_to(elsewhere)
    (desk.root / CARDS).unlink()
    os.mkfifo(desk.root / CARDS)
    (desk.root / "archive.toml").unlink()
    (desk.root / "archive.toml").symlink_to(elsewhere / "2026-11.json")
    (desk.root / "touches" / "2026-09.json").symlink_to("/etc/passwd")
    content = {path: path.read_bytes() for path in elsewhere.iterdir()}
    assert repair(desk).remaining == ()
    assert files(desk) == before and problems(desk.root) == []
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == content
    assert next((desk.root / PRIVATE / DAMAGED).glob("*-customers")).readlink() == elsewhere


def test_a_link_in_the_place_of_the_private_folder_needs_a_person(desk, tmp_path):
    shutil.move(desk.root / PRIVATE, tmp_path / "elsewhere")
    (desk.root / PRIVATE).symlink_to(tmp_path / "elsewhere")
    assert "link" in [problem.code for problem in preview(desk.root, wait=5).remaining]
    (desk.root / CUSTOMERS).write_bytes(b"")
    with pytest.raises(DamagedError):
        repair(desk)


def test_an_index_that_says_something_else_is_removed(desk):
    with opened(desk.root, exclusive=True, wait=5) as archive, archive.index._writing():
        archive.index.db.execute("DELETE FROM entries")
    assert {code for code, _place in mended(repair(desk))} == {"index"}
    assert problems(desk.root) == []


def test_what_only_a_person_can_decide_stays_as_it_is(desk):
    hooks = desk.root / ".git" / "hooks"
    hooks.mkdir()
    (hooks / "post-commit").write_text("#!/bin/sh\n")
    (hooks / "post-commit").chmod(0o700)
    git(desk, "config", "core.fsmonitor", "true")
    (desk.root / "customers" / "notes.txt").touch()
    put(desk, Touch(id="T2611-00000002", customer="C2611-99999999", at=NOW))
    outcome = repair(desk)
    assert outcome.mended == () and outcome.run == ""
    assert {problem.code for problem in outcome.remaining} == {"hook", "git-setting", "stray", "reference"}
    assert (hooks / "post-commit").exists() and git(desk, "config", "core.fsmonitor") == "true"


# the repository


def test_a_copy_without_history_gets_one(desk):
    before = files(desk)
    shutil.rmtree(desk.root / ".git")
    assert mended(repair(desk)) == [("no-history", ".git")]
    assert files(desk) == before and problems(desk.root) == []


@pytest.mark.parametrize("content", [b"", b"\x00" * 41, b"garbage\n", None])
def test_a_branch_that_a_power_failure_spoilt_is_found_again(desk, content):
    head = git(desk, "rev-parse", "HEAD")
    branch = desk.root / ".git" / "refs" / "heads" / "main"
    branch.unlink() if content is None else branch.write_bytes(content)
    (desk.root / CUSTOMERS).write_bytes(b"")
    outcome = repair(desk)
    assert {code for code, _place in mended(outcome)} == {"history", "damaged"}
    assert git(desk, "rev-parse", "HEAD") == head and problems(desk.root) == []


@pytest.mark.parametrize("content", [b"", b"\x00" * 21, None])
def test_a_head_that_a_power_failure_spoilt_is_written_anew(desk, content):
    commits = git(desk, "rev-list", "HEAD")
    head = desk.root / ".git" / "HEAD"
    head.unlink() if content is None else head.write_bytes(content)
    (desk.root / CUSTOMERS).unlink()
    assert repair(desk).remaining == ()
    assert git(desk, "rev-list", "HEAD") == commits and problems(desk.root) == []


def test_a_history_that_is_gone_from_the_disk_is_left_to_a_person(desk):
    shutil.rmtree(desk.root / ".git" / "objects")
    (desk.root / ".git" / "objects").mkdir()
    (desk.root / CUSTOMERS).write_bytes(b"")
    outcome = repair(desk)
    assert outcome.mended == ()
    assert {problem.code for problem in outcome.remaining} == {"history", "damaged"}


def test_the_driver_is_registered(desk):
    git(desk, "config", "merge.crmkit.driver", "false")
    assert mended(repair(desk)) == [("driver", ".git/config")]
    assert problems(desk.root) == []


# circumstances


def test_a_preview_writes_nothing(desk):
    (desk.root / CUSTOMERS).write_bytes(b"")
    (desk.root / CARDS).chmod(0o644)

    def state() -> dict[str, tuple[int, int]]:
        return {str(path): (path.lstat().st_ctime_ns, path.lstat().st_size) for path in desk.root.rglob("*")}

    before = state()
    outcome = preview(desk.root, wait=5)
    assert set(mended(outcome)) == {("damaged", CUSTOMERS), ("permissions", CARDS)}
    assert state() == before


def test_a_repair_waits_for_its_turn(desk):
    (desk.root / "customers").chmod(0o755)
    with opened(desk.root, exclusive=False, wait=5), pytest.raises(BusyError):
        repaired(desk.root, run_at=NOW, by="", wait=0)
