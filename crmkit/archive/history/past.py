"""Reading the past: the archive as it stood at a run, a commit or a moment, opened beside the work tree.

The files of that commit are copied into a private temporary folder. Its repository borrows the archive's objects, so
every reader works on the past as it does on the present, history included. An older schema is read in the current
one. Time does not go back: what is due or expired is reckoned from now, or from --now.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from crmkit import config, scratch
from crmkit.archive.archive import Archive
from crmkit.archive.history.history import find, revisions
from crmkit.archive.journal import disk, lock
from crmkit.archive.repository.git import Git, require
from crmkit.archive.repository.objects import opened_objects, tree
from crmkit.archive.repository.operator import operator_of, set_operator
from crmkit.archive.store.files import fingerprint
from crmkit.archive.store.schema import migrated_files
from crmkit.errors import NotFoundError
from crmkit.i18n import _
from crmkit.records import BY_KIND

OURS = re.compile(rf"^({re.escape(config.MARKER)}|(calendar|{'|'.join(BY_KIND)})/[^/]+\.json)$")


@contextmanager
def opened_at(
    root: Path, text: str, *, moment: Callable[[str], datetime | None], wait: float
) -> Iterator[Archive]:  # fmt: skip
    """The archive at `root` as it stood at `text`: a run, a commit, a moment, or a day, which means its end.

    `moment(tz)` is what `text` says as a date in a zone; None where it is none.

    Raises NotFoundError, BusyError, DamagedError.
    """
    require()
    with lock.held(root / ".crmkit", exclusive=False, wait=wait, command=lock.command_name()):
        settings = config.load_layers(config.read_toml(root / config.MARKER)).merged()
        commit = commit_at(Git(root), text, moment(str(settings["archive"]["tz"])))
        with scratch.folder(scratch.temporary()) as folder:
            copy = folder / root.name
            with closing(Archive(root)) as present:
                blobs = _copy(root, commit, copy, present.standing())
                present.lend_index(copy, blobs)
            archive = Archive(copy)
            try:
                yield archive
            finally:
                archive.index.close()


def commit_at(git: Git, text: str, moment: datetime | None) -> str:
    """The commit that `text` means: the last run up to `moment`, where `text` can be read as a date, which is that one.

    Of a history that joins several clones, the line of this one is followed (first parents). Raises NotFoundError.
    """
    if moment is None:
        return find(git, text).commit
    until = f"--before={moment.isoformat()}"
    found = next(revisions(git, "--first-parent", "-n1", until, "HEAD"), None)
    if found is None:
        first = next(revisions(git, "--first-parent", "--reverse", "HEAD"))
        raise NotFoundError(
            _("the archive did not exist yet on {moment}: it begins on {first}").format(
                moment=moment.isoformat(), first=first.at.isoformat()
            ),
            _("`crmkit history` lists the runs"),
        )
    return found.commit


def _copy(root: Path, commit: str, copy: Path, standing: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The archive's own files of `commit` in the new folder `copy`, and a repository that stands there.

    What is still the same in the work tree, as `Index.standing` tells, is copied from there, which takes a fifth of
    the time. Returns git's name for each file that is there as the commit holds it.
    """
    git = Git(root)
    blobs = {}
    with opened_objects(git) as objects:
        for path, entry in tree(git, commit).items():
            if entry.regular and OURS.match(path):
                target = copy / path
                target.parent.mkdir(parents=True, exist_ok=True)
                blob, print_ = standing.get(path, ("", ""))
                if blob != entry.blob or not _copied(root / path, target, print_):
                    target.write_bytes(objects.read(entry.blob))
                blobs[path] = entry.blob
    disk.make_folder(copy / ".crmkit")
    for path, data in migrated_files(copy)[0].items():
        (copy / path).write_bytes(data)
        del blobs[path]
    set_operator(copy, operator_of(root))
    here = Git(copy)
    here.create()
    borrowed = root / git.run("rev-parse", "--git-path", "objects").decode("utf-8", "surrogateescape")[:-1]
    (copy / ".git" / "objects" / "info").mkdir(parents=True, exist_ok=True)
    alternates = _quoted(os.fsencode(borrowed)) + b"\n"
    (copy / ".git" / "objects" / "info" / "alternates").write_bytes(alternates)
    here.run("update-ref", "--no-deref", "HEAD", commit)
    return blobs


def _quoted(path: bytes) -> bytes:
    """A path as git writes it in its files: a line end, or a quotation mark at the beginning, is then part of it."""
    text = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + text + b'"'


def _copied(source: Path, target: Path, print_: str) -> bool:
    """Whether `target` has become a copy of `source` as it was when it had that fingerprint."""
    try:
        shutil.copyfile(source, target, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return fingerprint(source) == print_
