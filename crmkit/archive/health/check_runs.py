"""Runs that are not complete: interrupted ones, what they left behind, and those that git has not recorded yet."""

from collections.abc import Iterator
from pathlib import Path

from crmkit.archive.health.problem import Problem
from crmkit.archive.journal import disk, transaction
from crmkit.archive.journal.transaction import JOURNAL, PENDING, STAGE, Journal
from crmkit.errors import DamagedError
from crmkit.i18n import _


class Runs:
    """What `.crmkit` says about runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        private = root / ".crmkit"
        self.staged = _listed(private / STAGE)
        self.notes = _listed(private / PENDING)
        self.damaged: list[Path] = []  # the journal and the notes that cannot be read
        self.pending = [journal for journal in map(self._read, self.notes) if journal]
        self.unfinished = self._read(private / JOURNAL) if (private / JOURNAL).is_file() else None

    @property
    def settled(self) -> bool:
        """True where nothing waits to be finished or recorded."""
        return not (self.staged or self.notes or self.unfinished or self.damaged)

    def allowed(self) -> dict[str, set[str]]:
        """What a file may hold after runs that are not recorded: path → SHA-256 of its bytes, "" for no such file."""
        found: dict[str, set[str]] = {}
        for journal in self.pending:
            found |= {step.path: {step.new} for step in journal.steps}
        if self.unfinished:
            found |= {step.path: {step.old, step.new} for step in self.unfinished.steps}
        return found

    def stuck(self) -> bool:
        """True where the unfinished run cannot be finished: a file was changed since, or its staged copy is gone."""
        if self.unfinished is None:
            return False
        stage = self.root / ".crmkit" / STAGE
        for step in self.unfinished.steps:
            present = _digest(self.root / step.path)
            if present != step.new and (present != step.old or (step.new and _digest(stage / step.stage) != step.new)):
                return True
        return False

    def problems(self) -> Iterator[Problem]:
        """What is not complete."""
        for path in self.damaged:
            yield _damaged(str(path.relative_to(self.root)))
        if self.unfinished:
            yield _unfinished(self.unfinished.run, self.stuck())
        elif self.staged and not self.damaged:
            yield Problem(
                "leftover",
                f".crmkit/{STAGE}",
                _("a command was cut off before it saved anything: {count} files are left").format(
                    count=len(self.staged)
                ),
                _("the next command removes them"),
            )
        if self.pending:
            yield Problem(
                "pending",
                f".crmkit/{PENDING}",
                _("git has not recorded these runs: {runs}").format(runs=", ".join(j.run for j in self.pending)),
                _("the next writing command tries again; with -v it says what keeps git from it"),
            )

    def _read(self, path: Path) -> Journal | None:
        try:
            return transaction.read_journal(path)
        except DamagedError:
            self.damaged.append(path)
            return None


def _unfinished(run: str, stuck: bool) -> Problem:
    if stuck:
        return Problem(
            "unfinished",
            f".crmkit/{JOURNAL}",
            _("run {run} was cut off and cannot be finished: its files were changed since").format(run=run),
            _("`crmkit repair` takes it back"),
        )
    return Problem(
        "unfinished",
        f".crmkit/{JOURNAL}",
        _("run {run} was cut off after it was saved").format(run=run),
        _("the next command finishes it"),
    )


def _damaged(path: str) -> Problem:
    return Problem(
        "journal",
        path,
        _("the note of a run is damaged: {file}").format(file=path),
        _("`crmkit repair` sets it aside; what the run wrote is then compared with the history"),
    )


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _digest(path: Path) -> str:
    try:
        data = disk.read(path)
    except DamagedError:
        return "?"
    return disk.digest(data) if data is not None else ""
