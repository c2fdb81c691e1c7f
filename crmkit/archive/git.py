"""git as the archive's history: called with a clean environment, hooks off, nothing from the caller's settings (A5).

A failure of git never loses or blocks data: the files are saved before git is asked.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crmkit.errors import CrmkitError
from crmkit.i18n import _

TIMEOUT_SECONDS = 120
NETWORK_SECONDS = 900  # a first exchange over a slow line
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.fsync": "all",
    "core.quotePath": "false",
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "commit.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",  # no transport that is a program of its own
    **{f"protocol.{name}.allow": "always" for name in ("file", "git", "http", "https", "ssh")},
    "fetch.fsckObjects": "true",
}


class GitError(CrmkitError):
    """git refused or failed; what it said is in `detail`, for `-v` only, since it may name paths."""

    code = "git"

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint)
        self.detail = detail


def require() -> None:
    """Raise CrmkitError where git is not installed."""
    if shutil.which("git") is None:
        raise CrmkitError(
            _("git is not installed, and the archive's history is kept in it; nothing changed"),
            _("install it, for example: apt-get install git"),
        )


class Git:
    """The repository of one archive."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _command(self, arguments: Iterable[str]) -> list[str]:
        command = ["git", "-C", str(self.root), f"--git-dir={self.root / '.git'}", f"--work-tree={self.root}"]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        return [*command, *arguments]

    def run(
        self, *arguments: str, data: bytes | None = None, moment: str = "", author: str = "", network: bool = False
    ) -> bytes:  # fmt: skip
        """What `git ARGUMENTS` prints; GitError where it fails, takes too long or is not there.

        With `network` it may take longer, and finds the proxies and credential helpers of the user and the machine.
        """
        try:
            done = subprocess.run(
                self._command(arguments), input=data, capture_output=True,
                timeout=NETWORK_SECONDS if network else TIMEOUT_SECONDS,
                env=_network() if network else _environment(moment, author),
                stdin=subprocess.DEVNULL if data is None else None,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GitError(_("git could not be run"), detail=str(error)) from None
        if done.returncode != 0:
            detail = done.stderr.decode("utf-8", "replace").strip()
            raise GitError(_("git {verb} failed").format(verb=arguments[0]), detail=detail)
        return done.stdout

    def line(self, *arguments: str) -> str:
        """The first line that `git ARGUMENTS` prints."""
        return self.run(*arguments).decode("utf-8", "replace").partition("\n")[0]

    @contextmanager
    def beside(self, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        """`git ARGUMENTS` running beside us with its stdin and stdout open; it ends with the block."""
        with subprocess.Popen(
            self._command(arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_environment("", ""),
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.terminate()

    def lines(self, *arguments: str) -> Iterator[str]:
        """The lines that `git ARGUMENTS` prints, as they come; GitError where it fails. May be left early."""
        with self.beside(*arguments) as process:
            for line in process.stdout or ():
                yield line.decode("utf-8", "replace").rstrip("\n")
            if process.wait() != 0:
                raise GitError(_("git {verb} failed").format(verb=arguments[0]))

    def create(self) -> None:
        """Make an empty repository with the branch `main`, without templates."""
        self.run("init", "-q", "--template=", "-b", "main")

    def record(self, paths: Iterable[str], message: str, author: str, moment: str) -> str:
        """Commit exactly `paths` as they are now; the commit's name, "" where nothing differed from the last one."""
        listed = b"\0".join(path.encode() for path in sorted(set(paths)))
        self.run("add", "-A", "--pathspec-from-file=-", "--pathspec-file-nul", data=listed)
        if self.succeeds("diff", "--cached", "--quiet"):
            return ""
        self.run(
            "commit", "-q", "--no-verify", "--allow-empty-message", "-m", message, moment=moment, author=author
        )  # fmt: skip
        return self.line("rev-parse", "HEAD")

    def record_merge(self, parent: str, paths: Iterable[str], message: str, author: str, moment: str) -> None:
        """Record `paths` as they are now, and that they take in the commit `parent`.

        The history moves on to `parent` where that says all, else by a commit with two parents. Nothing happens where
        it was taken in already.
        """
        if self.succeeds("merge-base", "--is-ancestor", parent, "HEAD"):
            return
        listed = b"\0".join(path.encode() for path in sorted(set(paths)))
        self.run("update-index", "--add", "--remove", "-z", "--stdin", data=listed)
        commit, tree = parent, self.line("write-tree")
        diverged = not self.succeeds("merge-base", "--is-ancestor", "HEAD", parent)
        if diverged or tree != self.line("rev-parse", f"{parent}^{{tree}}"):
            parents = ("-p", "HEAD", "-p", parent)
            made = self.run("commit-tree", tree, *parents, data=message.encode(), moment=moment, author=author)
            commit = made.decode().strip()
        self.run("update-ref", "-m", "crmkit sync", "HEAD", commit)

    def succeeds(self, *arguments: str) -> bool:
        """True where `git ARGUMENTS` exits with 0."""
        try:
            self.run(*arguments)
        except GitError:
            return False
        return True

    def head(self) -> str:
        """The name of the last commit, "" where there is none."""
        try:
            return self.line("rev-parse", "-q", "--verify", "HEAD")
        except GitError:
            return ""


def _network() -> dict[str, str]:
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "xdg_config_home")
    kept = {k: v for k, v in os.environ.items() if k.lower() in names}
    kept.update(_environment("", ""))
    del kept["GIT_CONFIG_NOSYSTEM"]  # the machine's own settings name its certificates and credential helper
    return kept


def _environment(moment: str, author: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "SSH_AUTH_SOCK", "TMPDIR", "USER", "LOGNAME")}
    kept.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_EDITOR="true",
        GIT_OPTIONAL_LOCKS="0",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_ATTR_NOSYSTEM="1",
        GIT_LITERAL_PATHSPECS="1",
    )
    name = author or "crmkit"
    for role in ("AUTHOR", "COMMITTER"):
        kept[f"GIT_{role}_NAME"] = name
        kept[f"GIT_{role}_EMAIL"] = "crmkit@localhost"
        if moment:
            kept[f"GIT_{role}_DATE"] = moment
    return kept
