"""The whole archive in one file, and an archive out of such a file.

The file is a git bundle: every run that was ever made, and so every file as it stood after each. What belongs to one
clone is not in it: the operator code, the derived index. A backup counts only once it was unpacked and found equal.
"""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crmkit import config, scratch
from crmkit.archive.archive import Archive
from crmkit.archive.journal import disk, transaction
from crmkit.archive.repository import clone
from crmkit.archive.repository.git import Git, GitError, require, served
from crmkit.archive.repository.objects import opened_objects, tree
from crmkit.archive.repository.operator import check_operator, set_operator
from crmkit.archive.store.files import shard_files
from crmkit.archive.store.shards import is_stray
from crmkit.errors import CrmkitError, DamagedError, NotFoundError
from crmkit.i18n import _


@dataclass(frozen=True)
class Backup:
    """A backup that was written and verified."""

    file: Path
    commit: str  # the last run in it
    runs: int
    files: int
    bytes: int


def file_name(branch: str, now: datetime) -> str:
    """`crmkit-BJ-20261121-100000.bundle`: nothing in it tells of a person."""
    return f"crmkit-{branch}-{now:%Y%m%d-%H%M%S}.bundle"


def unrecorded(archive: Archive) -> list[str]:
    """What the history lacks and a backup therefore would: files that differ from the last commit, runs not in it.

    DamagedError where a file is gone that the history holds.
    """
    if transaction.interrupted(archive.root):
        return [".crmkit/journal"]
    waiting = [step.path for _note, journal in transaction.pending(archive.root) for step in journal.steps]
    committed = tree(archive.git, "HEAD")
    changed = []
    with opened_objects(archive.git) as objects:
        for path, entry in committed.items():
            data = disk.read(archive.root / path)
            if data is None:
                raise DamagedError(_("{file} is missing").format(file=path), _("`crmkit repair` brings it back"))
            if data != objects.read(entry.blob):
                changed.append(path)
    return sorted({*waiting, *changed, *(dict(shard_files(archive.root)).keys() - committed.keys())})


def catch_up(archive: Archive) -> None:
    """Have git record what `unrecorded` lists, as far as no run is waiting for the same."""
    lacking = unrecorded(archive)
    if lacking and not transaction.pending(archive.root):
        with suppress(GitError):
            archive.record_edits(lacking)


def write(archive: Archive, file: Path, *, force: bool) -> Backup:
    """Write the backup `file` and verify it. What stood there stays as it is until the new one is known to be good.

    Raises CrmkitError: the file is there (without `force`), is inside the archive, or cannot be written, or the
    history lacks something.
    """
    _refuse_place(archive.root, file, force)
    _refuse_shallow(archive.git.folder)
    lacking = unrecorded(archive)
    if lacking:
        raise CrmkitError(
            _("git has not recorded everything yet: {files}").format(files=", ".join(lacking[:5])),
            _("`crmkit check` says what keeps git from it"),
        )
    with _beside(file) as folder:
        bundle = folder / file.name
        _finish(archive.git, "bundle", "create", "-q", str(bundle), "--all")
        bundle.chmod(disk.PRIVATE_FILE)
        _sync_file(bundle)
        runs = _verify(bundle, archive)
        bundle.replace(file)
        disk.sync_folder(file.parent)
    return Backup(
        file=file,
        commit=archive.git.head(),
        runs=runs,
        files=len(tree(archive.git, "HEAD")),
        bytes=file.stat().st_size,
    )


def is_address(text: str) -> bool:
    """Whether `text` names a repository on another machine: https://host/way, ssh://host/way, user@host:way."""
    return "://" in text or (bool(re.match(r"[^/:]+:", text)) and not Path(text).exists())


def restore(source: Path | str, root: Path, *, operator: str) -> None:
    """Make an archive in the folder `root`, absent or empty, out of a backup, or of another archive's folder.

    A shared repository, in a folder or at an address, becomes the new archive's `origin`. Only objects are taken, never
    the settings, hooks or attributes of the repository they come from. Raises NotFoundError, and CrmkitError or
    DamagedError with nothing left behind.
    """
    require()
    check_operator(operator)
    shared = isinstance(source, str) or (source / "HEAD").is_file()
    if isinstance(source, Path):
        _refuse_unusable(source)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        config.refuse_empty_clone(root)
        raise CrmkitError(
            _("{folder} is not empty; nothing changed").format(folder=root), _("name a new folder for the archive")
        )
    with _beside(root) as folder:
        git = _unpacked(source, folder)
        _bring_out(git, folder)
        git.run("read-tree", "HEAD")
        if shared:
            git.run("remote", "add", "origin", str(source))
        disk.make_folder(folder / ".crmkit")
        set_operator(folder, operator)
        clone.register(folder)
        Archive(folder).index.close()  # reads every file strictly
        folder.replace(root)
        disk.sync_folder(root.parent)


def _refuse_unusable(source: Path) -> None:
    if not source.exists():
        raise NotFoundError(_("there is no {file}").format(file=source))
    for repository in (source, source / ".git") if source.is_dir() else ():
        _refuse_shallow(repository)
    if source.is_dir() and (transaction.interrupted(source) or transaction.pending(source)):
        raise CrmkitError(
            _("git has not recorded everything in {folder} yet").format(folder=source),
            _("run a command there first, for example `crmkit check`"),
        )


def _refuse_shallow(repository: Path) -> None:
    if disk.read(repository / "shallow"):
        folder = repository.parent if repository.name == ".git" else repository
        raise CrmkitError(
            _("{folder} is a shallow clone: it holds a part of the history only").format(folder=folder),
            _("`git -C {folder} fetch --unshallow` brings the rest").format(folder=folder),
        )


def _refuse_place(root: Path, file: Path, force: bool) -> None:
    if file.resolve().is_relative_to(root.resolve()):
        raise CrmkitError(
            _("{file} is inside the archive, and would be lost with it").format(file=file),
            _("name a place on another disk"),
        )
    if disk.is_irregular(file):
        raise CrmkitError(_("{file} is not a regular file").format(file=file))
    if file.exists() and not force:
        raise CrmkitError(_("{file} exists").format(file=file), _("overwrite it with --force"))


def _verify(bundle: Path, archive: Archive) -> int:
    """Unpack `bundle`, read its shards strictly, compare every file with the archive's; the number of its runs."""
    with scratch.folder(scratch.temporary()) as outer:
        folder = outer / "archive"
        folder.mkdir()
        git = _unpacked(bundle, folder)
        _bring_out(git, folder)
        Archive(folder).index.close()
        differing = [path for path in tree(git, "HEAD") if disk.read(folder / path) != disk.read(archive.root / path)]
        if differing or git.head() != archive.git.head():
            raise DamagedError(_("the backup does not hold what the archive holds; it was not kept"))
        return int(git.line("rev-list", "--count", "HEAD"))


def _unpacked(source: Path | str, folder: Path) -> Git:
    """A new repository in `folder` with the history of `source`, every object checked."""
    git = Git(folder)
    try:
        git.create()
        wanted = (f"+{_branch_of(git, source, folder)}:refs/heads/main", "+refs/tags/*:refs/tags/*")
        options = ["-q", "--update-head-ok", "--no-write-fetch-head"]
        options += served("upload-pack", [_location(source)], folder)
        fetch = ("fetch", *options, "--", _location(source), *wanted)
        if isinstance(source, str):
            git.run(*fetch, network=True)
        else:
            _finish(git, *fetch)
    except GitError:
        if isinstance(source, str):
            raise CrmkitError(
                _("{address} cannot be reached or read; nothing was made").format(address=source),
                _("`git ls-remote {address}` shows what git says").format(address=source),
            ) from None
        raise DamagedError(
            _("{file} is no backup, or a damaged one").format(file=source),
            _("it should be a file made by `crmkit backup`, or the folder of an archive"),
        ) from None
    return git


def _branch_of(git: Git, source: Path | str, folder: Path) -> str:
    """The branch with the archive's history: main; else the one that is named first, else the only one."""
    asked = ("ls-remote", *served("upload-pack", [_location(source)], folder), "--", _location(source))
    listing = git.run(*asked, network=isinstance(source, str)).decode()
    names = [line.partition("\t")[2] for line in listing.splitlines()]
    branches = [name for name in names if name.startswith("refs/heads/")]
    if not names:
        raise CrmkitError(
            _("{address} is an empty repository: nobody has sent an archive to it yet").format(address=source),
            _("`crmkit sync` in the archive of whoever began sends it there"),
        )
    return next((name for name in ("refs/heads/main", "HEAD") if name in names), branches[0] if branches else names[0])


def _location(source: Path | str) -> str:
    return source if isinstance(source, str) else str(source.resolve())


def _bring_out(git: Git, folder: Path) -> None:
    """The files of the last commit in `folder`; DamagedError where one is not what an archive holds."""
    with opened_objects(git) as objects:
        for path, entry in tree(git, "HEAD").items():
            if not entry.regular or is_stray(path) or not disk.stays_inside(path):
                raise DamagedError(_("{file} has no place in an archive").format(file=path))
            disk.make_folder((folder / path).parent)
            disk.write_new(folder / path, objects.read(entry.blob))
    if not (folder / config.MARKER).is_file():
        raise DamagedError(_("it holds no {marker}, so it is no archive").format(marker=config.MARKER))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A private folder on the disk of `target`, gone after the block; CrmkitError where that disk refuses something."""
    try:
        with scratch.folder(target.parent) as folder:
            yield folder
    except OSError as error:
        raise CrmkitError(
            _("{file} cannot be written ({problem}); nothing changed").format(file=target, problem=error.strerror)
        ) from None


def _finish(git: Git, *arguments: str) -> None:
    """Run git to its end: years of history may take longer than the time that other calls are given.

    Raises GitError; OSError where it was a disk that refused something.
    """
    with tempfile.TemporaryFile() as said:
        with git.beside(*arguments, said=said) as process:
            process.communicate()
        if process.returncode == 0:
            return
        said.seek(0)
        detail = said.read().decode("utf-8", "replace").strip()
    told = {os.strerror(number): number for number in transaction.REFUSALS} | {"Out of diskspace": errno.ENOSPC}
    for words, number in told.items():
        if words in detail:
            raise OSError(number, os.strerror(number))
    raise GitError(_("git {verb} failed").format(verb=arguments[0]), detail=detail)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
