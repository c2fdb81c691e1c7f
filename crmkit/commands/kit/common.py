"""What every command shares: its options, and its session (clock, author, archive)."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from crmkit import config, mistakes, render, selection
from crmkit.archive.journal import place
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries import finding
from crmkit.records.change import Change
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive, Done
    from crmkit.core.figures import Period
    from crmkit.core.run import Run
    from crmkit.records.settings import Settings
    from crmkit.sheets.report import Origin

COMMIT_LENGTH = 12  # characters of a commit's name in a report


class Session(msgspec.Struct, dict=True):
    """The circumstances of this process, from the global options."""

    given: dict[str, Any] = {}  # global options as typed, by name
    joint: "Joint | None" = None  # of a command that is committed together with others
    fmt: str = ""  # the format the command resolved, for errors
    ended: bool = False  # whoever was asked types nothing more

    def option(self, name: str) -> str:
        """The value of a global option: flag > environment > user config > default."""
        value = self.given.get(name)
        if value not in (None, "", False):
            return str(value)
        value = os.environ.get(config.ENVIRONMENT.get(name, ""), "")
        return value or str(config.user_config().get(name, config.DEFAULTS.get(name, "")))

    def source(self, name: str) -> str:
        """Where the value of a global option comes from."""
        if self.given.get(name) not in (None, "", False):
            return "flag"
        variable = config.ENVIRONMENT.get(name, "")
        if os.environ.get(variable):
            return variable
        return str(config.user_config_path()) if name in config.user_config() else "default"

    @property
    def quiet(self) -> bool:
        """True with -q: nothing but the data, and errors."""
        return bool(self.given.get("quiet"))

    @property
    def verbose(self) -> bool:
        """True with -v."""
        return bool(self.given.get("verbose"))

    @property
    def interactive(self) -> bool:
        """True where a person can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get(config.ENVIRONMENT["noninteractive"])

    @cached_property
    def root(self) -> Path:
        """The archive's folder. Raises NotFoundError."""
        return config.find_archive(str(self.given.get("archive") or ""), os.environ, Path.cwd())[0]

    def settings(self) -> "Settings":
        """The settings of the archive, before it is opened. Raises as `root`; InvalidError."""
        return config.settings(config.load_layers(config.read_toml(self.root / config.MARKER)))

    @cached_property
    def wait(self) -> float:
        """Seconds to wait for the lock."""
        try:
            return float(self.option("wait"))
        except ValueError:
            raise UsageError(_("--wait {value} is not a number of seconds").format(value=self.option("wait"))) from None

    def say(self, *texts: str) -> None:
        """Tell the operator something on stderr, a line each, unless -q."""
        for text in texts if not self.quiet else ():
            render.say(text)

    def found(self, line: str) -> None:
        """Say who was found by a part of a name or a number; scripts find by ids and whole numbers."""
        self.say(line)

    def choose(self, question: str, lines: Sequence[str]) -> int | None:
        """The place of the line that a person at the terminal chooses; None where nobody is there, or none is meant."""
        if not self.interactive:
            return None
        render.say(f"{question}:")
        for number, line in enumerate(lines, start=1):
            render.say(f"{number}  {line}")
        sys.stderr.write(_("which one? (1-{n}; Enter: none)").format(n=len(lines)) + " ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip()  # `input` would write to stdout, which is for data
        return int(answer) - 1 if answer in map(str, range(1, len(lines) + 1)) else None

    def letter(self, statement: str, choices: Mapping[str, str]) -> str:
        """The letter of `choices` that a person at the terminal types; the last one where nothing more comes."""
        render.say(statement)
        while True:
            sys.stderr.write("  ".join(f"[{letter}] {meaning}" for letter, meaning in choices.items()) + ": ")
            sys.stderr.flush()
            line = sys.stdin.readline()
            answer = line.strip().casefold() if line else list(choices)[-1]
            if answer in choices:
                return answer

    def answer(self, question: str, default: str = "") -> str:
        """What a person at the terminal types; `default` for an empty line, and where nothing more comes."""
        sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        self.ended = not line
        return line.strip() or default

    @contextmanager
    def reading(self) -> Iterator["Archive"]:
        """The archive, opened to read; with --as-of as it stood then."""
        mistakes.begins("reading")
        finding.ask(self)
        if self.joint:
            yield self._shared(self.joint)
            return
        as_of = self.given.get("as_of")
        if as_of:
            from crmkit.archive.history.past import opened_at
            from crmkit.core.calendar.periods import last_moment

            opening = opened_at(self.root, as_of, moment=lambda tz: last_moment(as_of, self.now(tz)), wait=self.wait)
        else:
            from crmkit.archive.archive import opened

            opening = opened(self.root, exclusive=False, wait=self.wait)
        with opening as archive:
            self.say(*archive.notes())
            yield archive

    @contextmanager
    def glancing(self) -> Iterator["Archive"]:
        """The archive as it stands, while others write; what they touch is to be looked at again before a commit."""
        from crmkit.archive.archive import glanced_at

        with glanced_at(self.root, wait=self.wait) as archive:
            yield archive

    @contextmanager
    def writing(self, dry_run: bool = False) -> Iterator["Archive"]:
        """The archive, opened to write, alone; with `dry_run` nothing will be written."""
        from crmkit.archive.archive import opened

        mistakes.begins("writing")
        finding.ask(self)
        self.refuse_past()
        if self.joint:
            yield self._shared(self.joint)
            return
        if not dry_run:
            self.refuse_unsafe_disk(self.root)
        with opened(self.root, exclusive=True, wait=self.wait, dry_run=dry_run) as archive:
            self.say(*archive.notes())
            yield archive

    def _shared(self, joint: "Joint") -> "Archive":
        if self.given.get("as_of") or self.root != joint.archive.root:
            raise UsageError(_("what is committed as one is about one archive, as it is now"))
        return joint.archive

    def refuse_unsafe_disk(self, root: Path) -> None:
        """Raise CrmkitError where an archive must not be written to, unless --force-unsafe-disk says so."""
        place.refuse(root, forced=bool(self.option("force_unsafe_disk")))

    def refuse_past(self) -> None:
        """Raise UsageError with --as-of."""
        if self.given.get("as_of"):
            raise UsageError(_("--as-of reads the past; it cannot be written to"))

    def now(self, tz: str) -> datetime:
        """The time of this run in the zone `tz`, in whole seconds: --now, CRMKIT_NOW, or the machine's clock."""
        zone = config.zone_of(tz)
        given = self.option("now")
        moment = datetime.now(zone)
        if given:
            from crmkit.core.calendar.dates import parse_moment

            try:
                moment = parse_moment(given, moment.replace(microsecond=0)).astimezone(zone)
            except InvalidError as problem:
                problem.field = "--now" if self.given.get("now") else "CRMKIT_NOW"
                raise
        return moment.replace(microsecond=0)

    def first_day(self, text: str, now: datetime) -> date:
        """The day on which what was typed begins: of a week, a month or a year it is said. Raises InvalidError."""
        from crmkit.core.calendar.periods import first_day, is_period

        day = first_day(text, now)
        if is_period(text, now):
            self.say(_("from {day}").format(day=day))
        return day

    def last_day(self, text: str, now: datetime) -> date:
        """The day with which what was typed ends: of a week, a month or a year it is said. Raises InvalidError."""
        from crmkit.core.calendar.periods import is_period, last_day

        day = last_day(text, now)
        if is_period(text, now):
            self.say(_("up to {day}").format(day=day))
        return day

    def days(self, since: str, until: str, now: datetime) -> tuple[date, date]:
        """The first and the last day of what was typed, "" being without an end. Raises InvalidError, UsageError."""
        first = self.first_day(since, now) if since else date.min
        last = self.last_day(until, now) if until else date.max
        if first > last:
            raise UsageError(_("the period ends on {last}, before it begins on {first}").format(first=first, last=last))
        return first, last

    def run(self, archive: "Archive") -> "Run":
        """The run that rules are given. Raises InvalidError where --by names nobody."""
        from crmkit.archive.repository.operator import operator_of
        from crmkit.core.run import Run

        operator = operator_of(archive.root)
        by = self.option("by") or operator
        if by and by != operator:
            by = finding.staff_code(archive, by, "--by")
        return Run(
            now=self.now(archive.settings.archive.tz), by=by, settings=archive.settings,
            refusers=finding.Refusals(archive), holders=lambda number: finding.holders_of(archive, number),
        )  # fmt: skip

    def commit(self, archive: "Archive", run: "Run", change: Change, command: str) -> "Done":
        """Commit `change` as a run of `command` ("noun verb") and tell the operator what is worth telling."""
        if self.joint:
            done = self.joint.take(change, command, run)
        else:
            done = archive.commit(change, command, run_at=run.now, by=run.by)
        for note in change.notes:
            self.say(note)
        return self.told(done)

    def told(self, done: "Done") -> "Done":
        """`done`; where git could not record it, the operator is told."""
        if done.history_pending:
            render.say(_("saved; history pending: {reason}; the next command tries again").format(reason=done.reason))
            if self.verbose and done.detail:
                render.say(done.detail)
        return done


class Joint:
    """An archive that several commands share: each sees what those before it changed, and all are one commit."""

    def __init__(self, archive: "Archive") -> None:
        self.archive = archive
        self.changes: list[Change] = []  # of the commands that were not refused

    def take(self, change: Change, command: str, run: "Run") -> "Done":
        """Put `change` off until all commands are done; with a dry run, say what would change."""
        from crmkit.archive.archive import Done

        self.changes.append(change)
        self.archive.stage(change)
        if self.archive.dry_run:
            return self.archive.commit(change, command, run_at=run.now, by=run.by)
        return Done(ids=change.ids, counts=change.counts, put_off=True)

    def forget_refused(self) -> None:
        """Drop what a command staged and did not come to commit."""
        self.archive.unstage()
        for change in self.changes:
            self.archive.stage(change)


def get_session(ctx: typer.Context) -> Session:
    """The session of this process."""
    session = ctx.find_root().obj
    if not isinstance(session, Session):
        raise TypeError("the root command makes the session")
    return session


def written(session: Session, done: "Done", fmt: str, *, show_counts: bool = False) -> None:
    """Render what a commit did, and say its counts."""
    run: dict[str, Any] = {"run": done.run, "commit": done.commit, "ids": list(done.ids), "counts": done.counts}
    if done.dry_run:
        run |= {"dry_run": True, "changes": done.changes}
    render.written(run, fmt, show_counts=show_counts)
    if done.dry_run:
        session.say(_("dry run: nothing was written"))
    elif not (done.run or done.put_off or show_counts):
        session.say(_("nothing to change"))


def confirm(session: Session, yes: bool, question: str) -> None:
    """Go on only with --yes or a person's consent. Raises UsageError where nobody can be asked."""
    if yes:
        return
    if not session.interactive:
        raise UsageError(_("this needs a decision: {question}").format(question=question), _("add --yes"))
    if not typer.confirm(question, err=True):
        raise typer.Exit(1)


def origin_of(session: Session, archive: "Archive", kind: str, period: "Period", *, mask: bool) -> "Origin":
    """Where a report comes from, in the archive's language, unless the operator asks for another."""
    from crmkit.archive.history.history import last_run
    from crmkit.sheets.report import Origin

    lang = session.option("lang") or archive.settings.archive.lang
    commit = archive.git.head()[:COMMIT_LENGTH]
    return Origin(archive.settings, commit, last_run(archive.git), lang, kind, period, mask)


def _format(ctx: typer.Context, value: str) -> str:
    session = get_session(ctx)
    session.fmt = render.check_format(value or session.option("format"))
    return session.fmt


def _format_of_list(ctx: typer.Context, value: str) -> str:
    session = get_session(ctx)
    selection.ask(selection.asked._replace(offered=True, save=partial(_save_list, session)))
    return _format(ctx, value)


def book_title(settings: "Settings", now: datetime) -> str:
    """What stands above a list that is written today: the branch and the day."""
    return " · ".join(part for part in (settings.archive.name, f"{now:%Y-%m-%d}") if part)


def _save_list(session: Session, rows: list[Row], columns: Sequence[str]) -> None:
    """Write a list to the workbook that was named: the one made for it, or a plain one. Raises InvalidError."""
    from crmkit import i18n
    from crmkit.cells import as_words, heading
    from crmkit.sheets.write.lists import list_book

    settings, asked = session.settings(), selection.asked
    now = session.now(settings.archive.tz)
    with i18n.speaking(session.option("lang") or settings.archive.lang):
        title = book_title(settings, now)
        book = asked.book() if asked.book else list_book(title, rows, columns, as_words, heading, settings, now)
    book.save(Path(asked.output), force=asked.force)
    session.say(_("written: {file}").format(file=asked.output))


FORMATS = _("table, json, jsonl, csv, tsv, ids")
Format = Annotated[str, typer.Option("-f", "--format", metavar="FORMAT", callback=_format, help=FORMATS)]
# of a verb that prints a list: `cli` gives it the options of `list_options` as well
Listed = Annotated[str, typer.Option("-f", "--format", metavar="FORMAT", callback=_format_of_list, help=FORMATS)]


def list_options(
    sort: Annotated[
        str, typer.Option("--sort", metavar="COLUMN,-COLUMN", help=_("By a column; -COLUMN downwards."))
    ] = "",
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help=_("The first N only."))] = None,
    columns: Annotated[
        str, typer.Option("--columns", metavar="COLUMN,COLUMN", help=_("Of a table, csv or tsv; any field of json."))
    ] = "",
    wide: Annotated[bool, typer.Option("-w", "--wide", help=_("Every column in full, on a terminal too."))] = False,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE.xlsx", help=_("A workbook in place of the screen."))
    ] = "",
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite an existing file."))] = False,
) -> None:
    """Declare the options of `selection.Asked`, by their names there; `cli` gives them to every verb with `Listed`."""


DryRun = Annotated[bool, typer.Option("-n", "--dry-run", help=_("Show what would change; write nothing."))]
Encoding = Annotated[str, typer.Option("--encoding", help=_("Of text; else told by content."))]
Yes = Annotated[bool, typer.Option("--yes", help=_("Do not ask."))]
Force = Annotated[bool, typer.Option("--force", help=_("Overwrite an existing file."))]


def archive_folder(session: Session) -> Path:
    """The archive's folder, also where its settings file is gone. Raises NotFoundError."""
    given = str(session.given.get("archive") or "") or os.environ.get(config.ENVIRONMENT["archive"], "")
    here = Path(given).expanduser().absolute() if given else Path.cwd()
    for folder in (here,) if given else (here, *here.parents):
        if (folder / config.MARKER).is_file():
            break
        if (folder / ".crmkit").is_dir():
            return folder
    return session.root
