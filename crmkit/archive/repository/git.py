"""git as the archive's history: called with a clean environment and hooks off, nothing of the caller's let in.

Why: archive/docs.md, "git called safely".

A failure of git never loses or blocks data: the files are saved before git is asked. What the repository's own
configuration could make git run (hooks, fsmonitor, filters, replacements, lazy fetches) is switched off, or not
reached: `recording` writes history without the work tree, so that no filter is ever asked.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from crmkit.archive.journal import disk, lock
from crmkit.errors import CrmkitError
from crmkit.i18n import _

TIMEOUT_SECONDS = 120
SLOW_SECONDS = 1
NETWORK_SECONDS = 900  # a first exchange over a slow line
GUARD = "git.running"
NETWORK_GUARD = "git.exchanging"  # of its own: nobody's work shall wait for the network
GUARD_WAIT_SECONDS = 10
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.autocrlf": "false",
    "core.bigFileThreshold": "32m",  # what no archive holds goes through in pieces, not through the memory
    "core.fsync": "all",
    "core.quotePath": "false",
    "core.alternateRefsCommand": "true",  # the program that does nothing: an empty word would be run as well
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.pager": "cat",
    "core.splitIndex": "false",  # programs built on libgit2 read no other form
    "commit.gpgSign": "false",
    "push.gpgSign": "false",
    "log.showSignature": "false",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.allow": "never",  # no transport that is a program of its own
    **{f"protocol.{name}.allow": "always" for name in ("file", "git", "http", "https", "ssh")},
}
SERVER_SETTINGS = {  # of the git that answers for a repository on this machine, besides
    "receive.autogc": "false",
    "receive.denyCurrentBranch": "refuse",  # else a push may check files out, through filters, to wherever it is told
    "receive.certNonceSeed": "",  # no signature is asked for, so that nobody's gpg.program looks at one
}
FIRST_OPENED = (  # by whatever git does; looked at before, since git waits where one of them is a pipe
    "HEAD", "commondir", "config", "config.worktree", "index", "packed-refs", "refs/heads/main", "shallow",
    "info/attributes", "info/exclude", "info/grafts", "objects/info/alternates",
)  # fmt: skip
UNGUARDED = frozenset((  # they change nothing, or make a repository
    "cat-file", "diff-tree", "for-each-ref", "fsck", "init", "log", "ls-files", "ls-tree", "merge-base",
    "rev-list", "rev-parse", "remote", "show", "status", "symbolic-ref",
))  # fmt: skip
NETWORK = frozenset(("bundle", "clone", "fetch", "ls-remote", "pull", "push"))
KEPT = ("PATH", "HOME", "SSH_AUTH_SOCK", "TMPDIR", "USER", "LOGNAME")
KEPT_FOR_NETWORK = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "xdg_config_home")


class GitError(CrmkitError):
    """git refused or failed; what it said is in `detail`, for `-v` only, since it may name paths."""

    code = "git"

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint)
        self.detail = detail


def irregular(path: Path) -> GitError:
    """The error for a pipe or a device where git expects a file."""
    return GitError(_("{file} is not a regular file").format(file=path), _("`crmkit check` says more"))


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
        self.folder = root / ".git"

    def run(
        self, *arguments: str, data: bytes | IO[bytes] | None = None, moment: str = "", author: str = "",
        network: bool = False,
    ) -> bytes:  # fmt: skip
        """What `git ARGUMENTS` prints when it is given `data`; GitError where it fails, takes too long or is not there.

        With `network` it may take longer, and finds the proxies and credential helpers of the user and the machine.
        """
        verb = arguments[0]
        environment = _network() if network else _environment(moment, author, local=verb not in NETWORK)
        given = data if isinstance(data, bytes) else None
        stdin: Any = subprocess.PIPE if given is not None else data or subprocess.DEVNULL
        try:
            with (
                nullcontext(()) if verb in UNGUARDED else self._guard(network) as descriptors,
                subprocess.Popen(
                    self._command(arguments), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    env=environment, pass_fds=descriptors,
                ) as process,
            ):  # fmt: skip
                try:
                    printed, said = self._awaited(process, given, NETWORK_SECONDS if network else TIMEOUT_SECONDS)
                except BaseException:
                    process.kill()
                    raise
                if process.returncode < 0:
                    raise OSError(f"git {verb} was ended by signal {-process.returncode}")
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GitError(_("git could not be run"), detail=str(error)) from None
        if process.returncode != 0:
            raise GitError(_("git {verb} failed").format(verb=verb), detail=said.decode("utf-8", "replace").strip())
        return printed

    def _awaited(self, process: "subprocess.Popen[bytes]", data: bytes | None, seconds: float) -> tuple[bytes, bytes]:
        """What a git has printed to stdout and stderr when it ends within `seconds`. GitError where a pipe holds it up.

        To look for one takes milliseconds, so that is done only for a git that is slow.
        """
        try:
            return process.communicate(data, timeout=SLOW_SECONDS)
        except subprocess.TimeoutExpired:
            self._refuse_irregular()
            return process.communicate(timeout=seconds - SLOW_SECONDS)

    def line(self, *arguments: str) -> str:
        """The first line that `git ARGUMENTS` prints."""
        return self.run(*arguments).decode("utf-8", "replace").partition("\n")[0]

    @contextmanager
    def beside(self, *arguments: str, said: IO[bytes] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
        """`git ARGUMENTS` beside us with its stdin and stdout open, as long as it takes; it ends with the block.

        What it prints to stderr goes into `said`.
        """
        command = self._command(arguments)
        self._refuse_irregular()
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said or subprocess.DEVNULL,
            env=_environment("", "", local=arguments[0] not in NETWORK),
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
        self.run("init", "-q", "--template=", "--object-format=sha1", "-b", "main")

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

    def lock_files(self) -> list[Path]:
        """The lock files that stand in the repository now: of a git at work, or left by one that was killed."""
        return sorted(path for path in self.folder.rglob("*.lock") if path.is_file() and not path.is_symlink())

    def was_cut_off(self) -> bool:
        """True where a git of ours was killed, or is still at work for a command that was. Asked under the lock."""
        try:
            return (self.root / ".crmkit" / GUARD).stat().st_size > 0
        except OSError:
            return False

    def clear_leftovers(self, *, network: bool = False) -> None:
        """Remove what a git that was killed left behind, with `network` one that spoke with another repository.

        Raises GitError where one is still at work.
        """
        try:
            with self._guard(network):
                pass
        except OSError as error:
            raise GitError(_("git could not be run"), detail=str(error)) from None

    def _command(self, arguments: Sequence[str]) -> list[str]:
        if arguments[0] != "init" and (self.folder.is_symlink() or not self.folder.is_dir()):
            raise GitError(_("the archive has no repository of its own"), _("`crmkit check` says more"))
        for path in (self.folder / name for name in FIRST_OPENED):
            if disk.is_irregular(path):
                raise irregular(path)
        command = ["git", "-C", str(self.root), f"--git-dir={self.folder}", f"--work-tree={self.root}"]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        return [*command, *arguments]

    def irregular(self) -> Iterator[Path]:
        """What git may open and then wait for for ever: pipes and devices among its files."""
        yield from disk.irregular_in(self.folder)
        yield from (path for path in disk.irregular_in(self.root) if path.name.startswith(".git"))

    def _refuse_irregular(self) -> None:
        for path in self.irregular():
            raise irregular(path)

    @contextmanager
    def _guard(self, network: bool = False) -> Iterator[tuple[int, ...]]:
        """A locked file that every git we start keeps open, so that none of them is at work when the lock is had.

        Its mark stays where git was cut off. The lock files that this git left are then nobody's, and are removed
        before the next one is started: otherwise a kill in a bad moment would stop the history until a person came.
        """
        mark_file = self.root / ".crmkit" / (NETWORK_GUARD if network else GUARD)
        try:
            descriptor = disk.open_regular(mark_file, os.O_RDWR | os.O_CREAT)
        except FileNotFoundError:
            yield ()  # a repository that is not an archive yet: nobody else works in it
            return
        try:
            if not lock.take(descriptor, fcntl.LOCK_EX, GUARD_WAIT_SECONDS):
                raise OSError("a git that an earlier command started is still at work")
            mark = os.fstat(descriptor)
            if mark.st_size:
                for path in self.lock_files():
                    remotes = path.is_relative_to(self.folder / "refs" / "remotes")
                    if remotes == network and path.stat().st_mtime_ns >= mark.st_mtime_ns:
                        path.unlink(missing_ok=True)
            os.pwrite(descriptor, b"!", 0)
            yield (descriptor,)
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)


def served(verb: str, addresses: Sequence[str], root: Path) -> list[str]:
    """The option by which repositories on this machine, or on a stick, are served by a git that runs nothing of theirs.

    `addresses` may be relative to `root`; `verb` is receive-pack or upload-pack. Empty if all are on other machines.
    Raises CrmkitError if only some are (one option serves all), or for a pipe or device among their files.

    The settings of such a repository are somebody else's: the command line outranks them, and no missing object is
    fetched from where they say. The option is needed because git drops our own settings before it starts the other
    side.
    """
    near = [address for address in addresses if local_path(address)]
    if not near:
        return []
    for address in near:
        place = root / local_path(address)
        for path in (place, *disk.irregular_in(place / ".git" if (place / ".git").is_dir() else place)):
            if disk.is_irregular(path):
                raise CrmkitError(_("{file} is not a regular file").format(file=path))
    if len(near) < len(addresses):
        raise CrmkitError(
            _("a remote has addresses on this machine and elsewhere: {addresses}").format(
                addresses=", ".join(addresses)
            ),
            _("name each in a remote of its own: `git remote set-url --delete`, `git remote add`"),
        )
    import shlex

    words = ["env", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "git"]
    for name, value in (SETTINGS | SERVER_SETTINGS).items():
        words += ["-c", f"{name}={value}"]
    return [f"--{verb}={shlex.join([*words, verb])}"]


def local_path(address: str) -> str:
    """The path of a repository or bundle that git opens itself, "" where the address leads to another machine.

    As git tells them apart: `file://PATH`, or no colon before the first slash.
    """
    scheme, found, rest = address.partition("://")
    if found and scheme.lower() == "file":
        from urllib.parse import unquote

        return "/" + unquote(rest).partition("/")[2]
    if found and re.fullmatch(r"[A-Za-z0-9+.-]+", scheme):
        return ""
    return "" if ":" in address.partition("/")[0] else address


def _network() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k.lower() in KEPT_FOR_NETWORK}
    kept.update(_environment("", "", local=False))
    # the user's and the machine's own settings name certificates, credential helpers and how to reach a host
    del kept["GIT_CONFIG_GLOBAL"], kept["GIT_CONFIG_NOSYSTEM"]
    return kept


def _environment(moment: str, author: str, *, local: bool) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    kept.update(
        LC_ALL="C",
        GIT_TERMINAL_PROMPT="0",
        GIT_EDITOR="true",
        GIT_OPTIONAL_LOCKS="0",
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_ATTR_NOSYSTEM="1",
        GIT_LITERAL_PATHSPECS="1",
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_NO_LAZY_FETCH="1",
    )
    if local:
        kept["GIT_ALLOW_PROTOCOL"] = "none"  # no object that is missing is fetched, by whatever the settings say
    name = author or "crmkit"
    for role in ("AUTHOR", "COMMITTER"):
        kept[f"GIT_{role}_NAME"] = name
        kept[f"GIT_{role}_EMAIL"] = "crmkit@localhost"
        if moment:
            kept[f"GIT_{role}_DATE"] = moment
    return kept
