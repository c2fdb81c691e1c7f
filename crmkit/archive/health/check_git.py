"""The repository of an archive: there, its own, and with nothing in it that makes git run a program or look elsewhere.

Looking at it follows and runs nothing. crmkit itself is guarded against all of this (see `git`); an operator who types
`git` in a folder that came from somebody else is not.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from crmkit.archive.health.check_files import irregular
from crmkit.archive.health.problem import ANEW, Problem
from crmkit.archive.repository import clone
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.recording import require_branch
from crmkit.i18n import _

POINTERS = (  # files by which a repository leans on another, leaves history out, or rewrites what it reads
    "commondir", "config.worktree", "info/attributes", "info/grafts", "objects/info/alternates", "shallow",
)  # fmt: skip
LISTED = 20  # so many findings of `git fsck` are reported


def repository_problems(root: Path) -> Iterator[Problem]:
    """What is wrong with the repository, apart from what its commits hold."""
    git = Git(root)
    if not git.folder.is_symlink() and not git.folder.exists():
        yield Problem(
            "no-history",
            ".git",
            _("the archive has no history: its .git folder was not copied along"),
            _("the next writing command begins one"),
        )
        return
    if git.folder.is_symlink() or not git.folder.is_dir():
        yield Problem(
            "foreign-repository",
            ".git",
            _(".git is not a folder but points to a repository elsewhere"),
            _("look where it points; without it `crmkit repair` begins a history here"),
        )
        return
    blocked = [str(path.relative_to(root)) for path in git.irregular()]
    if blocked:
        yield from map(irregular, blocked)
        return
    yield from _settings(git)
    yield from _hooks(git)
    yield from _pointers(git)
    yield from _state(git)


def deep_problems(root: Path) -> Iterator[Problem]:
    """What `git fsck` finds when it reads every object of the history."""
    try:
        Git(root).run("fsck", "--full", "--no-dangling", "--no-progress")
    except GitError as error:
        for line in (error.detail or error.message).splitlines()[:LISTED]:
            yield Problem(
                "fsck",
                ".git",
                _("git finds: {line}").format(line=line),
                _("the newest files are not touched by this; for older ones fetch from another clone or a backup"),
            )


def _settings(git: Git) -> Iterator[Problem]:
    try:
        names, remotes = clone.doubtful_settings(git), clone.doubtful_remotes(git)
    except GitError:
        yield Problem(
            "git-setting",
            ".git/config",
            _("git cannot read its settings"),
            _("`git config --list` in the archive's folder names the line; mend it there"),
        )
        return
    for name in names:
        yield Problem(
            "git-setting",
            ".git/config",
            _("the setting {name} may make git run a program or look elsewhere").format(name=name),
            _("unless you set it yourself: git config --unset-all {name}").format(name=name),
        )
    for remote in remotes:
        fix = _("unless you set it yourself: git remote remove {name}").format(name=remote.name)
        yield Problem("remote", ".git/config", remote.why, fix)
    if not clone.is_registered(git.root):
        yield Problem(
            "driver",
            ".git/config",
            _("the merge driver of crmkit is not registered"),
            _("the next writing command registers it"),
        )


def _hooks(git: Git) -> Iterator[Problem]:
    folder = git.folder / "hooks"
    for hook in sorted(folder.iterdir()) if folder.is_dir() else ():
        if hook.suffix != ".sample" and hook.is_file() and hook.stat().st_mode & 0o111:
            yield Problem(
                "hook",
                f".git/hooks/{hook.name}",
                _("the program {file} is run by whoever types git here").format(file=f".git/hooks/{hook.name}"),
                _("unless you put it there yourself, remove it"),
            )


def _pointers(git: Git) -> Iterator[Problem]:
    for name in POINTERS:
        path = git.folder / name
        if path.is_symlink() or (path.exists() and path.stat().st_size):
            yield Problem(
                "git-setting",
                f".git/{name}",
                _("{file} makes this history depend on something else, or incomplete").format(file=f".git/{name}"),
                _(ANEW),
            )
    for name in ("config", "HEAD", "objects", "refs", "hooks", "info"):
        if (git.folder / name).is_symlink():
            yield Problem(
                "link",
                f".git/{name}",
                _("{file} is a symbolic link, not a part of this archive").format(file=f".git/{name}"),
                _(ANEW),
            )


def _state(git: Git) -> Iterator[Problem]:
    try:
        require_branch(git)
    except GitError as error:
        yield Problem("branch", ".git", error.message, error.detail)
    for path in git.lock_files():
        at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        yield Problem(
            "git-lock",
            str(path.relative_to(git.root)),
            _("a git is at work, or was killed: its lock file is of {time}").format(time=f"{at:%Y-%m-%d %H:%M}"),
            _("when no git runs in this archive any more, remove the file"),
        )
