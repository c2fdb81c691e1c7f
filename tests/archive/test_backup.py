"""Backups: whole, verified, brought back as they were, and nothing hostile brought out of them."""

import os
import shutil
import stat
import subprocess

import pytest

from crmkit.archive.archive import opened
from crmkit.archive.exchange import backup
from crmkit.archive.repository.git import Git
from crmkit.errors import CrmkitError, DamagedError, NotFoundError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk

SITE = Site(id="S2611-00000001", name="时间公园")


@pytest.fixture
def desk(archive):
    """An archive with one site."""
    made = Desk(archive)
    made.run(lambda a: Change(puts=(SITE,)))
    return made


def write(desk, file, *, force=False):
    with opened(desk.root, exclusive=False, wait=5) as archive:
        return backup.write(archive, file, force=force)


@pytest.fixture
def bundle(desk, tmp_path):
    """A backup of that archive."""
    return write(desk, tmp_path / "shop.bundle").file


def files(root) -> dict[str, bytes]:
    paths = [path for path in root.rglob("*") if path.is_file()]
    relative = {path.relative_to(root): path for path in paths}
    return {str(name): path.read_bytes() for name, path in relative.items() if name.parts[0] not in (".git", ".crmkit")}


def test_what_comes_back_is_the_archive_with_its_history(desk, bundle, tmp_path):
    backup.restore(bundle, tmp_path / "back", operator="WQ")
    assert files(tmp_path / "back") == files(desk.root)
    assert Git(tmp_path / "back").head() == Git(desk.root).head()
    assert Git(tmp_path / "back").run("status", "--porcelain") == b""
    Desk(tmp_path / "back").run(lambda a: Change(puts=(Site(id="S2611-00000002", name="别处"),)))
    with opened(tmp_path / "back", exclusive=False, wait=5) as archive:
        assert [site.name for site in archive.all(Site)] == ["时间公园", "别处"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("fatal: sha1 file '<stdout>' write error. Out of diskspace", "No space left on device"),
        ("fatal: sha1 file '<stdout>' write error: No space left on device", "No space left on device"),
        ("fatal: cannot create 'x.bundle': Read-only file system", "Read-only file system"),
    ],
)
def test_a_disk_that_refuses_a_backup_is_named_with_its_reason(desk, tmp_path, monkeypatch, said, problem):
    script = f'case "$*" in *" bundle create "*) echo "{said}" >&2; exit 128;; esac\nexec {shutil.which("git")} "$@"\n'
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").write_text(f"#!/bin/sh\n{script}")
    (tmp_path / "bin" / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    file = tmp_path / "shop.bundle"
    with pytest.raises(CrmkitError) as refused:
        write(desk, file)
    assert refused.value.message == f"{file} cannot be written ({problem}); nothing changed"
    assert sorted(path.name for path in tmp_path.glob("*bundle*")) == []


def test_the_backup_says_what_is_in_it(desk, tmp_path):
    made = write(desk, tmp_path / "shop.bundle")
    assert (made.commit, made.runs, made.files) == (Git(desk.root).head(), 2, len(files(desk.root)))
    assert made.bytes == (tmp_path / "shop.bundle").stat().st_size


@pytest.fixture
def lax_umask():
    """What most machines start with."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_backup_and_archive_can_be_read_by_their_owner_only(lax_umask, bundle, tmp_path):
    backup.restore(bundle, tmp_path / "back", operator="")
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "back").stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "back" / "sites").iterdir()} == {0o600}


def test_a_file_that_is_there_is_kept_unless_forced(desk, bundle):
    before = bundle.read_bytes()
    with pytest.raises(CrmkitError, match="exists"):
        write(desk, bundle)
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000002", name="别处"),)))
    assert bundle.read_bytes() == before
    assert write(desk, bundle, force=True).runs == 3


def test_a_backup_inside_the_archive_is_refused(desk):
    with pytest.raises(CrmkitError, match="inside the archive"):
        write(desk, desk.root / "sites" / "shop.bundle")


def test_where_it_cannot_be_written_nothing_is_left(desk, tmp_path):
    with pytest.raises(CrmkitError, match="cannot be written"):
        write(desk, tmp_path / "nowhere" / "shop.bundle")
    (tmp_path / "shop.bundle").mkdir()
    with pytest.raises(CrmkitError, match="cannot be written"):
        write(desk, tmp_path / "shop.bundle", force=True)
    assert [path.name for path in tmp_path.iterdir() if "crmkit" in path.name] == []


def test_edits_by_hand_are_not_left_out_silently(desk, tmp_path):
    path = desk.root / "archive.toml"
    path.write_text(path.read_text("utf-8").replace("# solved = 30", "solved = 31"), "utf-8")
    with pytest.raises(CrmkitError, match=r"archive\.toml"):
        write(desk, tmp_path / "shop.bundle")
    with opened(desk.root, exclusive=True, wait=5) as archive:
        backup.catch_up(archive)
    write(desk, tmp_path / "shop.bundle")
    backup.restore(tmp_path / "shop.bundle", tmp_path / "back", operator="")
    assert "\nsolved = 31" in (tmp_path / "back" / "archive.toml").read_text("utf-8")


def test_a_run_that_git_has_not_recorded_is_not_left_out_silently(desk, tmp_path):
    (desk.root / ".git" / "index.lock").touch()
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000002", name="别处"),)))
    with pytest.raises(CrmkitError, match=r"sites/2026-11\.json"):
        write(desk, tmp_path / "shop.bundle")
    with pytest.raises(CrmkitError, match="not recorded"):
        backup.restore(desk.root, tmp_path / "back", operator="")
    assert not (tmp_path / "back").exists()


def test_a_missing_shard_is_damage_and_no_edit(desk, tmp_path):
    (desk.root / "sites" / "2026-11.json").unlink()
    with pytest.raises(DamagedError, match="missing"):
        write(desk, tmp_path / "shop.bundle")


@pytest.mark.parametrize("place", [0.001, 0.05, 0.3, 0.6, 0.99])
def test_a_damaged_backup_is_refused_and_leaves_nothing(bundle, tmp_path, place):
    data = bytearray(bundle.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    bundle.write_bytes(data)
    with pytest.raises(DamagedError):
        backup.restore(bundle, tmp_path / "back", operator="")
    assert [p.name for p in tmp_path.iterdir() if "back" in p.name] == []


def test_a_truncated_backup_and_a_file_that_is_none_are_refused(bundle, tmp_path):
    bundle.write_bytes(bundle.read_bytes()[:-100])
    (tmp_path / "text").write_text("hello")
    for source in (bundle, tmp_path / "text", tmp_path):
        with pytest.raises(DamagedError, match="no backup"):
            backup.restore(source, tmp_path / "back", operator="")
    with pytest.raises(NotFoundError):
        backup.restore(tmp_path / "nothing", tmp_path / "back", operator="")


def test_a_folder_that_is_not_empty_stays_as_it_is(bundle, tmp_path):
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "mine").touch()
    with pytest.raises(CrmkitError, match="not empty"):
        backup.restore(bundle, tmp_path / "back", operator="")
    (tmp_path / "back" / "mine").unlink()
    backup.restore(bundle, tmp_path / "back", operator="")
    assert (tmp_path / "back" / "archive.toml").is_file()


def test_an_archives_folder_serves_as_a_backup_but_its_settings_and_hooks_do_not(desk, tmp_path):
    witness = tmp_path / "witness"
    hooks = desk.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {witness}\n")
        (hooks / name).chmod(0o755)
    for key, value in {
        "core.fsmonitor": f"touch {witness}",
        "uploadpack.packObjectsHook": f"touch {witness};",
        "filter.evil.smudge": f"touch {witness}",
        "user.name": "somebody",
    }.items():
        subprocess.run(["git", "-C", desk.root, "config", key, value], check=True)
    backup.restore(desk.root, tmp_path / "back", operator="WQ")
    assert not witness.exists()
    assert files(tmp_path / "back") == files(desk.root)
    config = (tmp_path / "back" / ".git" / "config").read_text()
    assert "somebody" not in config and "evil" not in config and 'merge "crmkit"' in config
    assert not list((tmp_path / "back" / ".git").glob("hooks/*"))


@pytest.mark.parametrize(
    ("mode", "path"), [("120000", "sites/link.json"), ("100644", ".crmkit/clone.toml"), ("100644", "staff/x.json")]
)
def test_what_has_no_place_in_an_archive_is_not_brought_out(desk, tmp_path, mode, path):
    git = Git(desk.root)
    blob = git.run("hash-object", "-w", "--stdin", data=b"/etc/passwd").decode().strip()
    git.run("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}")
    commit = git.line("commit-tree", git.line("write-tree"), "-p", "HEAD", "-m", "x")
    git.run("update-ref", "HEAD", commit)
    with pytest.raises(DamagedError):
        backup.restore(desk.root, tmp_path / "back", operator="")
    assert not (tmp_path / "back").exists()


def test_a_backup_that_does_not_unpack_to_the_archive_is_not_kept(desk, bundle, tmp_path, monkeypatch):
    before = bundle.read_bytes()
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000002", name="别处"),)))
    monkeypatch.setattr(backup, "_unpacked", lambda source, folder: _older(bundle, folder))
    with pytest.raises(DamagedError, match="does not hold"):
        write(desk, bundle, force=True)
    assert bundle.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if "bundle" in p.name] == ["shop.bundle"]


def test_an_edit_in_the_middle_of_a_backup_is_noticed(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "unrecorded", lambda archive: [])
    with (desk.root / "archive.toml").open("a") as file:
        file.write("# edited meanwhile\n")
    with pytest.raises(DamagedError, match="does not hold"):
        write(desk, tmp_path / "shop.bundle")
    assert not (tmp_path / "shop.bundle").exists()


def _older(bundle, folder):
    git = Git(folder)
    git.create()
    git.run("fetch", "-q", "--update-head-ok", str(bundle), "+HEAD:refs/heads/main")
    return git


def test_the_name_of_the_file_tells_nothing_of_a_person():
    assert backup.file_name("BJ", NOW) == "crmkit-BJ-20261121-100000.bundle"
