"""The shared repository: fetching from it and sending to it. Nothing here touches the archive's files."""

from crmkit.archive.repository.clone import doubtful_remotes, doubtful_settings
from crmkit.archive.repository.git import Git, GitError, served
from crmkit.errors import CrmkitError, DamagedError, NotFoundError
from crmkit.i18n import _

RACES = ("[rejected]", "cannot lock ref", "failed to update ref", "incorrect old value")  # another clone was first
REFUSED = "[remote rejected]"


class RemoteError(CrmkitError):
    """The network or the other side failed; `detail` is what git said, for -v only, since it may name an address."""

    code = "remote"

    def __init__(self, message: str, hint: str, detail: str) -> None:
        super().__init__(message, hint)
        self.detail = detail


class Remote:
    """One remote of an archive's repository."""

    def __init__(self, git: Git, name: str) -> None:
        """Raises NotFoundError where the repository has no remote `name`, CrmkitError where it is on no branch.

        A copied archive may bring settings that make git run programs on the way to a remote: DamagedError names them.
        """
        self.git = git
        self.name = name
        doubtful = doubtful_settings(git)
        if doubtful:
            raise DamagedError(
                _("the archive's own git settings hold {keys}, which can make git run programs").format(
                    keys=", ".join(doubtful)
                ),
                _("`git config --local --unset KEY` takes one out; what you need belongs into `git config --global`"),
            )
        for remote in doubtful_remotes(git):
            if remote.name == name:
                raise DamagedError(
                    remote.why,
                    _("`git -C {folder} remote set-url {name} ADDRESS` names another").format(
                        folder=git.root, name=name
                    ),
                )
        if name not in names(git):
            raise NotFoundError(
                _("the archive has no remote {name}").format(name=name),
                _("`git -C {folder} remote add {name} ADDRESS` names one").format(folder=git.root, name=name),
            )
        try:
            self.branch = git.line("symbolic-ref", "-q", "--short", "HEAD")
        except GitError:
            raise CrmkitError(
                _("the archive's repository is on no branch"), _("`git switch main` goes back to it")
            ) from None

    def fetch(self) -> str:
        """The last commit of the remote's branch, "" where the remote is empty. Raises RemoteError, CrmkitError."""
        wanted = f"+refs/heads/*:refs/remotes/{self.name}/*"
        options = ["--quiet", "--prune", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance"]
        options += self._served("upload-pack")
        try:
            self.git.run("fetch", *options, "--", self.name, wanted, network=True)
        except GitError as error:
            raise self._unreachable(error) from None
        form = "--format=%(refname:lstrip=3) %(objectname)"
        listing = self.git.run("for-each-ref", form, f"refs/remotes/{self.name}").decode()
        tips = dict(line.split(" ") for line in listing.splitlines())
        tips.pop("HEAD", "")
        if tips and self.branch not in tips:
            if len(tips) > 1:
                raise CrmkitError(
                    _("{remote} has no branch {branch}").format(remote=self.name, branch=self.branch),
                    _("it has: {names}").format(names=", ".join(sorted(tips))),
                )
            (self.branch,) = tips  # the shared repository calls it otherwise: whether it is ours its history says
        return tips.get(self.branch, "")

    def push(self, commit: str) -> bool:
        """Send `commit`; False where another clone was first. Raises RemoteError."""
        target = f"{commit}:refs/heads/{self.branch}"
        try:
            options = ("--quiet", "--no-verify", *self._served("receive-pack", "--push"))
            self.git.run("push", *options, "--", self.name, target, network=True)
        except GitError as error:
            if any(sign in error.detail for sign in RACES):
                return False
            if REFUSED not in error.detail:
                raise self._unreachable(error) from None
            raise RemoteError(
                _("{remote} does not take what is sent; everything is saved here").format(remote=self.name),
                _("it should be a bare repository (`git init --bare`); -v shows what git says"),
                error.detail,
            ) from None
        return True

    def names_first(self, commit: str) -> bool:
        """True where a plain `git clone` checks `commit` out, since the remote's HEAD names its branch. RemoteError."""
        try:
            listing = self.git.run(
                "ls-remote", "--quiet", *self._served("upload-pack"), "--", self.name, "HEAD", network=True
            ).decode()
        except GitError as error:
            raise self._unreachable(error) from None
        return listing.startswith(commit)

    def _served(self, verb: str, *which: str) -> list[str]:
        """See `git.served`; `which` as of `git remote get-url`. Raises RemoteError, CrmkitError."""
        try:
            lines = self.git.run("remote", "get-url", *which, "--all", "--", self.name, network=True).decode()
        except GitError as error:
            raise self._unreachable(error) from None
        return served(verb, lines.splitlines(), self.git.root)

    def _unreachable(self, error: GitError) -> RemoteError:
        return RemoteError(
            _("{remote} cannot be reached or read; everything is saved here").format(remote=self.name),
            _("the next `crmkit sync` tries again; -v shows what git says"),
            error.detail,
        )


def names(git: Git) -> list[str]:
    """The names of the remotes."""
    return git.run("remote").decode().split()
