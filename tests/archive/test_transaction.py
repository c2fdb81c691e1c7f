"""The transaction by itself: what it refuses, what it finishes, and what it leaves to a person."""

import errno
import os
import stat
from pathlib import Path

import pytest

from crmkit.archive.journal import disk, transaction
from crmkit.archive.journal.transaction import Journal, UnwritableError
from crmkit.archive.store import staging
from crmkit.archive.store.tables import Seen
from crmkit.errors import CrmkitError, DamagedError

JOURNAL_DAMAGED = "the journal of an unfinished run is damaged"
PATH = "sites/2026-11.json"
NOTE = Journal(run="20261121-100000-aaaa", message="test", by="LN", at="2026-11-21T10:00:00+08:00")


@pytest.fixture
def root(tmp_path):
    (tmp_path / ".crmkit").mkdir()
    (tmp_path / "sites").mkdir()
    (tmp_path / PATH).write_bytes(b"old")
    return tmp_path


def commit(root, data=b"new", before=b"old", path=PATH):
    return transaction.commit(root, {path: data}, {path: before}, NOTE)


def litter(root):
    stage = root / ".crmkit" / "stage"
    return [path.name for path in stage.iterdir()] if stage.exists() else []


def fails(monkeypatch, name, number, at):
    """Let the disk fail with `number` where `at(path)` says so."""
    real = getattr(disk, name)

    def failing(path, *more):
        if at(Path(path)):
            raise OSError(number, os.strerror(number))
        return real(path, *more)

    monkeypatch.setattr(disk, name, failing)


def test_a_file_that_somebody_else_changed_meanwhile_is_not_overwritten(root):
    (root / PATH).write_bytes(b"edited")
    with pytest.raises(CrmkitError, match="changed by another program meanwhile; nothing changed"):
        commit(root)
    assert ((root / PATH).read_bytes(), litter(root)) == (b"edited", [])


def test_files_of_one_run_on_different_disks_are_refused(root, monkeypatch):
    real = Path.stat

    def elsewhere(path, **more):
        found = real(path, **more)
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10])) if path.name == "sites" else found

    monkeypatch.setattr(Path, "stat", elsewhere)
    with pytest.raises(CrmkitError, match="different disks; nothing changed"):
        commit(root)
    assert ((root / PATH).read_bytes(), litter(root)) == (b"old", [])


@pytest.mark.parametrize("number", transaction.REFUSALS)
def test_a_journal_that_the_disk_refuses_changes_nothing(root, monkeypatch, number):
    fails(monkeypatch, "rename", number, lambda path: path.name == transaction.JOURNAL)
    with pytest.raises(UnwritableError, match="nothing changed"):
        commit(root)
    assert ((root / PATH).read_bytes(), litter(root)) == (b"old", [])


@pytest.mark.parametrize("name", ["rename", "sync_folder"])
def test_where_the_disk_breaks_over_the_journal_the_next_command_decides(root, monkeypatch, name):
    at = {"rename": lambda path: path.name == transaction.JOURNAL, "sync_folder": lambda path: path.name == ".crmkit"}
    (root / ".crmkit" / "stage").mkdir()
    with monkeypatch.context() as broken:
        fails(broken, name, errno.EIO, at[name])
        with pytest.raises(DamagedError, match="the next command saves all of it or nothing") as unknown:
            commit(root)
    assert "crmkit history" in unknown.value.hint
    transaction.recover(root)
    assert ((root / PATH).read_bytes(), litter(root)) == (b"old" if name == "rename" else b"new", [])


def test_a_disk_that_breaks_after_the_journal_leaves_the_run_saved(root, monkeypatch):
    with monkeypatch.context() as broken:
        fails(broken, "rename", errno.EIO, lambda path: path.name.endswith("-0"))
        assert commit(root) == os.strerror(errno.EIO)
    assert (root / PATH).read_bytes() == b"old"
    assert transaction.interrupted(root)
    assert commit(root, b"newer", b"new") == ""
    assert (root / PATH).read_bytes() == b"newer"
    assert len(transaction.pending(root)) == 2


def cut_off(root, monkeypatch):
    """A run that died right after its commit point."""
    with monkeypatch.context() as broken:
        fails(broken, "rename", errno.EIO, lambda path: path.name.endswith("-0"))
        commit(root)


def test_to_finish_a_run_twice_is_to_finish_it_once(root, monkeypatch):
    cut_off(root, monkeypatch)
    journal = (root / ".crmkit" / "journal").read_bytes()
    assert transaction.recover(root)
    (root / ".crmkit" / "journal").write_bytes(journal)
    assert transaction.recover(root)
    assert not transaction.recover(root)
    assert (root / PATH).read_bytes() == b"new"


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (lambda root: (root / PATH).write_bytes(b"third"), "neither as it was before run"),
        (lambda root: (root / PATH).unlink(), "neither as it was before run"),
        (lambda root: next((root / ".crmkit" / "stage").iterdir()).unlink(), "missing or damaged"),
        (lambda root: next((root / ".crmkit" / "stage").iterdir()).write_bytes(b"ne"), "missing or damaged"),
        (lambda root: spoil(root, 0), JOURNAL_DAMAGED),
        (lambda root: spoil(root, -5), JOURNAL_DAMAGED),
        (lambda root: (root / ".crmkit" / "journal").write_bytes(b""), JOURNAL_DAMAGED),
        (lambda root: (root / ".crmkit" / "journal").write_bytes(b"\0" * 300), JOURNAL_DAMAGED),
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_finished_stops_everything_and_overwrites_nothing(root, monkeypatch, what, sentence):
    cut_off(root, monkeypatch)
    what(root)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for _again in range(2):
        with pytest.raises(DamagedError, match=sentence) as damaged:
            transaction.recover(root)
        assert "crmkit repair" in damaged.value.hint
    with pytest.raises(DamagedError, match=sentence):
        commit(root)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def spoil(root, at):
    path = root / ".crmkit" / "journal"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_staged_files_without_a_journal_are_swept_away(root):
    (root / ".crmkit" / "stage").mkdir()
    (root / ".crmkit" / "stage" / "20261121-100000-aaaa-0").write_bytes(b"half of")
    assert transaction.interrupted(root)
    assert transaction.recover(root)
    assert (litter(root), (root / PATH).read_bytes()) == ([], b"old")


def test_what_is_written_is_the_owners_alone(root):
    old = os.umask(0)
    try:
        commit(root, path="calls/2026-11.json", before=None)
    finally:
        os.umask(old)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (root / "calls", root / "calls" / "2026-11.json")}
    assert modes == {"calls": 0o700, "2026-11.json": 0o600}


def test_writing_a_byte_at_a_time_writes_the_whole_file(root, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, bytes(data[:1])))
    commit(root, b"a long shard")
    assert (root / PATH).read_bytes() == b"a long shard"


@pytest.mark.parametrize("make", [lambda p: p.symlink_to("/etc/passwd"), lambda p: os.mkfifo(p), lambda p: p.mkdir()])
def test_what_is_no_plain_file_is_neither_read_nor_replaced(root, make):
    path = root / "calls" / "2026-11.json"
    path.parent.mkdir()
    make(path)
    with pytest.raises((DamagedError, UnwritableError)):
        commit(root, path="calls/2026-11.json", before=None)
    assert not path.is_file() or path.is_symlink()
    assert litter(root) == []


@pytest.mark.parametrize(("number", "works"), [(errno.EINVAL, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_a_file_system_that_cannot_sync_folders_is_written_to_all_the_same(root, monkeypatch, number, works):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    if not works:
        with pytest.raises(CrmkitError):
            commit(root)
        return
    assert commit(root) == ""
    assert (root / PATH).read_bytes() == b"new"


def test_a_foreign_file_among_the_notes_keeps_no_run_from_being_finished(root, monkeypatch):
    cut_off(root, monkeypatch)
    (root / ".crmkit" / "pending").mkdir()
    (root / ".crmkit" / "pending" / ".DS_Store").write_bytes(b"")
    assert transaction.recover(root)
    assert (root / PATH).read_bytes() == b"new"


def test_what_a_large_change_writes_is_spooled_without_a_name_and_reads_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "IN_MEMORY", 5)
    written = {"b": b"1234", "a": b"", "d": b"567890", "c": b"\n"}
    spool = staging.Spool(tmp_path)
    for path, data in written.items():
        spool.put(path, data)
    assert [spool[path] for path in "abcd"] == [b"", b"1234", b"\n", b"567890"]
    assert dict(spool) == written and len(spool) == 4
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):  # so it is in the folder, and not in memory
        staging.Spool(tmp_path / "none").put("a", b"123456")


def test_what_the_index_will_hold_of_the_files_of_a_large_change_reads_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "IN_MEMORY", 5)
    first, second = Seen("a1", True, 2, '[" C2611-00000001","name:张秀英 C2611-00000001"]'), Seen("b2", False, 0, "[]")
    seen = staging.SpooledSeen(tmp_path)
    seen.put("b", first)
    seen.put("a", second)
    assert (dict(seen), len(seen), seen.get("c")) == ({"b": first, "a": second}, 2, None)


def test_a_file_that_changes_while_git_is_told_of_its_run_is_not_recorded_under_it(tmp_path):
    step = transaction.FileStep(path="a", old="", new=disk.digest(b"1"))
    (tmp_path / "a").write_bytes(b"1")
    files = transaction.WrittenFiles(tmp_path, transaction.Journal(run="R", message="", by="", at="", steps=(step,)))
    assert dict(files) == {"a": b"1"}
    (tmp_path / "a").write_bytes(b"2")
    with pytest.raises(transaction.MeanwhileError, match="a was changed by another program"):
        files["a"]
