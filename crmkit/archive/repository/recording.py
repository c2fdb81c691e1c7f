"""Runs and hand edits become commits, each with exactly the files it changed.

A commit is built from bytes (`git fast-import`), not from the work tree: no filter, hook or staged change of anybody
else takes part in it, and it does not need git's index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from crmkit.archive.journal import disk, transaction
from crmkit.archive.repository import clone
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.objects import tree
from crmkit.archive.store import strict
from crmkit.archive.store.files import tracked
from crmkit.archive.store.shards import kind_of_file
from crmkit.errors import DamagedError
from crmkit.i18n import _

BRANCH = "refs/heads/main"
UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "index.lock")
# the shards of one run are no versions of one another: to look for what they share took half of the time
IMPORT = ("fast-import", "--quiet", "--done", "--date-format=raw", "--depth=0")
Files = Mapping[str, bytes | None]  # path relative to the archive → bytes, None = no such file


def record(git: Git, files: Files, message: str, author: str, moment: str, parent: str = "") -> str:
    """Commit exactly `files` on the archive's branch; the commit's name, "" where they stand there so already.

    `moment` is ISO 8601; "" is the machine's time. `parent` is another clone's commit that is taken in: the branch
    moves on to it where it says all, else the new commit has two parents. Raises GitError.
    """
    git.clear_leftovers()
    require_branch(git)
    stood = blobs(git, files)
    if stood is None and has_begun(git):  # never a second beginning beside a history that is only out of sight
        raise GitError(_("the repository has lost its branch main"), _("`crmkit repair` looks for it"))
    changed = _differing(files, stood)
    if parent and git.succeeds("merge-base", "--is-ancestor", parent, BRANCH):
        parent = ""
    if not changed and not parent:
        return ""
    if parent and _says_all(git, parent, changed):
        git.run("update-ref", "-m", "crmkit sync", BRANCH, parent)
        commit = parent
    else:
        parents = ([f"from {BRANCH}^0"] if stood is not None else []) + ([f"merge {parent}"] if parent else [])
        commit = _import(git, _stream(files, changed, message, author, moment, parents))
    with suppress(GitError, OSError):  # git's index is for `git status` only; the next record sees to it again
        _follow(git)
    return commit


def _follow(git: Git) -> None:
    """Let git's index stand where the last commit does; one that git cannot read any more is made anew."""
    try:
        git.run("read-tree", "-i", "-m", "HEAD")
    except GitError:
        (git.folder / "index").unlink(missing_ok=True)
        git.run("read-tree", "HEAD")
    for part in git.folder.glob("sharedindex.*"):  # of an index that was split: nothing needs it now
        part.unlink(missing_ok=True)


def differing(git: Git, files: Files) -> dict[str, bytes | None]:
    """Those of `files` that stand otherwise in the last commit. Raises GitError."""
    return {path: files[path] for path in _differing(files, blobs(git, files))}


def unknown(git: Git, names: Mapping[str, str]) -> list[str]:
    """Those paths of `names`, path → git's name for its bytes, that stand otherwise in the last commit. GitError."""
    stood = (blobs(git, names) or {}) if names else {}
    return [path for path, name in names.items() if stood.get(path) != name]


def record_pending(root: Path, git: Git) -> str:
    """Record every run that git has not recorded yet; the last commit, "" where there was none. Raises GitError."""
    commit = ""
    try:
        for path, run in transaction.pending(root):
            files = transaction.WrittenFiles(root, run)
            commit = record(git, files, run.message, run.by, run.at, run.parent) or commit
            transaction.recorded(root, path)
    except transaction.MeanwhileError as error:  # the run is saved all the same
        raise GitError(error.message) from None
    except OSError as error:
        raise GitError(_("the disk failed while git was told ({problem})").format(problem=error.strerror)) from None
    return commit


def begin(root: Path, git: Git) -> None:
    """See that there is a history: begin one with every file as it is, where a folder was copied without its own.

    A branch of which nothing is left but its log is put back to where it stood last. Raises GitError.
    """
    if _has_branch(git) or git.folder.is_symlink() or git.folder.is_file():
        return
    stood_at = branch_log(git)
    if stood_at:
        git.run("update-ref", "-m", "crmkit repair", BRANCH, stood_at[0])
        return
    git.create()
    files = {path: disk.read(root / path) for path, _print in tracked(root)}
    record(git, files, f"archive begin: {len(files)} files\n\nCrmkit-By: -\n", "", "")
    clone.register(root)


def has_begun(git: Git) -> bool:
    """True where the archive's branch once held a commit, whether or not git can still find it."""
    return _has_branch(git) or bool(branch_log(git))


def branch_log(git: Git) -> list[str]:
    """The commits at which the branch stood, newest first, as git logged them."""
    log = git.folder / "logs" / BRANCH
    lines = log.read_text("utf-8", "replace").splitlines() if log.is_file() else []
    return [words[1] for line in reversed(lines) if len(words := line.split(" ", 2)) > 1]


def head_is_damaged(git: Git) -> bool:
    """True where git's HEAD is nothing that git writes: a power failure may leave it empty."""
    try:
        head = (disk.read(git.folder / "HEAD") or b"").decode()
    except (DamagedError, UnicodeDecodeError):
        return True
    return not re.fullmatch(r"(ref: refs/heads/\S+|[0-9a-f]{40})\n?", head)


def _has_branch(git: Git) -> bool:
    packed = git.folder / "packed-refs"
    return (git.folder / BRANCH).exists() or (packed.is_file() and f" {BRANCH}\n".encode() in packed.read_bytes())


def refuse_missing(root: Path, git: Git) -> None:
    """DamagedError where a shard of the last commit is gone, though no run removed it; nothing where git fails."""
    removed = {step.path for _note, journal in transaction.pending(root) for step in journal.steps}
    try:
        known = blobs(git, ()) or {}
    except GitError:
        return
    for path in sorted(known.keys() - removed):
        if kind_of_file(path) and not (root / path).exists():
            raise strict.missing(path)


def require_branch(git: Git) -> None:
    """GitError where somebody else's git is at work, or has left the branch on which the archive's history lies."""
    for name in UNDER_WAY:
        if (git.folder / name).exists():
            raise GitError(_("another git is at work in the archive, or was killed there"), detail=name)
    try:
        head = (disk.read(git.folder / "HEAD") or b"").decode().strip()
    except (DamagedError, OSError, UnicodeDecodeError) as error:
        raise GitError(_("the repository's HEAD cannot be read"), detail=str(error)) from None
    if head != f"ref: {BRANCH}":
        raise GitError(_("git is not on the branch main; `git checkout main` brings it back"), detail=head)


def blobs(git: Git, paths: Iterable[str]) -> dict[str, str] | None:
    """The blob of each of `paths` in the last commit, of every file for none; None where there is no commit yet."""
    wanted = sorted(paths)
    try:
        if not wanted:
            return {path: entry.blob for path, entry in tree(git, BRANCH).items()}
        listing = git.run("ls-tree", "-z", "--full-tree", BRANCH, "--", *wanted)
    except GitError:
        if git.head():
            raise
        return None
    found = {}
    for line in listing.split(b"\0")[:-1]:
        about, _tab, path = line.partition(b"\t")
        found[path.decode("utf-8", "surrogateescape")] = about.decode().split(" ")[2]
    return found


def _differing(files: Files, stood: Mapping[str, str] | None) -> dict[str, str]:
    """The files that stand otherwise in the last commit, with git's names for their bytes, "" for what is gone."""
    names = {path: _blob(data) for path, data in files.items()}
    return {path: name for path, name in names.items() if (stood or {}).get(path, "") != name}


def _says_all(git: Git, parent: str, changed: Mapping[str, str]) -> bool:
    """True where the commit `parent` follows the last one and holds exactly the last one's files as `changed`."""
    if not git.succeeds("merge-base", "--is-ancestor", BRANCH, parent):
        return False
    lines = git.run("diff-tree", "-r", "-z", "--no-renames", BRANCH, parent).split(b"\0")[:-1]
    differ = {
        path.decode("utf-8", "surrogateescape"): about for about, path in zip(lines[::2], lines[1::2], strict=True)
    }
    blob_there = {path: about.decode().split(" ")[3].strip("0") for path, about in differ.items()}
    return blob_there == {path: name.strip("0") for path, name in changed.items()}


def _import(git: Git, stream: Iterable[bytes]) -> str:
    from tempfile import TemporaryFile

    try:
        # a run may change more than should be held in memory twice; a file without a name leaves nothing behind
        with TemporaryFile(dir=git.folder) as spool:
            spool.writelines(stream)
            spool.seek(0)
            return git.run(*IMPORT, data=spool).decode().strip()
    except GitError:
        for report in git.folder.glob("fast_import_crash_*"):
            report.unlink(missing_ok=True)
        raise


def _blob(data: bytes | None) -> str:
    return disk.blob_name(data) if data is not None else ""


def _stream(
    files: Files, changed: Iterable[str], message: str, author: str, moment: str, parents: list[str]
) -> Iterator[bytes]:
    when = datetime.fromisoformat(moment) if moment else datetime.now().astimezone()
    name = "".join(c for c in author if c.isprintable() and c not in "<>") or "crmkit"
    signature = f"{name} <crmkit@localhost> {int(when.timestamp())} {when:%z}"
    text = message.encode()
    lines = [
        f"commit {BRANCH}", "mark :1", f"author {signature}", f"committer {signature}", f"data {len(text)}",
    ]  # fmt: skip
    yield "\n".join(lines).encode() + b"\n" + text
    yield from (parent.encode() + b"\n" for parent in parents)
    for path in sorted(changed):
        data = files[path]  # of a run they are read one by one
        name = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if data is None:
            yield f"D {name}\n".encode()
        else:
            yield from (f"M 100644 inline {name}\ndata {len(data)}\n".encode(), data, b"\n")
    yield b"\nget-mark :1\ndone\n"
