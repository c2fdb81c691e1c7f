"""The walks that verbs share: one change or a batch of them, a list, one record.

A verb is a function of what it works with and of what was typed. A writer returns the change that it decided on; the
walk opens the archive, commits, prints, and adds the options that all writers have. With `many` the same function takes
a batch: each line is one call, which sees what the lines before it changed, and all of them are one commit.
"""

import copy
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec
import typer
from typer._click.core import ParameterSource

from crmkit import render, selection
from crmkit.commands.kit import notices
from crmkit.commands.kit.batch import (
    ABOUT_ALL,
    Batch,
    BatchFile,
    BatchOptions,
    LineFields,
    Rejects,
    batch_in,
)
from crmkit.commands.kit.common import DryRun, Encoding, Force, Format, Listed, Session, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.errors import CrmkitError, RepeatError, UsageError
from crmkit.i18n import _
from crmkit.records.change import Change, together
from crmkit.result import Row, Told
from crmkit.usage import OR_MANY, option_of

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive, Done
    from crmkit.core.run import Run
    from crmkit.records import Record
    from crmkit.sheets.write.book import Workbook


class Context(msgspec.Struct):
    """What a verb works with, and what the operator is to hear of it."""

    session: Session
    archive: "Archive"
    run: "Run"
    command: str  # as typed: "visit confirm"
    fmt: str = "table"  # in which format it will be printed
    batch: bool = False
    given: Mapping[str, Any] = {}  # what was typed for the record at hand
    counting: bool = False  # print the counts of the run in place of its ids, as of most batches
    told: list[str] = []
    failed: CrmkitError | None = None  # raised once what could be done is committed and printed

    def tell(self, *texts: str) -> None:
        """Say something once all is done; of a batch nothing is said line by line."""
        self.told += () if self.batch else texts


class Look(NamedTuple):
    """What a writer prints, instead of writing, where the parameter `unless` was not typed.

    Whatever else `rows` does not take is of a change: typed alone, it is refused.
    """

    unless: str
    rows: "Rows"
    columns: tuple[str, ...]


class Listing(NamedTuple):
    """Rows whose columns are known only now, or of which not each is a finding."""

    rows: "Iterable[Row] | Iterable[Record] | Iterable[Told]"
    columns: tuple[str, ...]
    found: bool | None = None  # whether --exit-code is 1; by default where there are any rows
    book: "Callable[[], Workbook] | None" = None  # makes the workbook of -o, if it is more than the list


Effects = Callable[["Archive", "Run", Change], Change]  # what a change means for other records, once for all of it
Decide = Callable[..., Change]
Ask = Callable[[Session, dict[str, Any]], None]
Settle = Callable[[Session, RepeatError, dict[str, Any]], bool]
Options = dict[str, tuple[Any, Any]]  # the options that a walk adds: annotation and default, by name
Rows = Callable[..., "Iterable[Row] | Iterable[Record] | Listing"]
ExitCode = Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 where there are any."))]
CONTEXT = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)


def writer(
    help: str,
    *,
    many: str = "",
    counted: str = "done",
    shared: tuple[str, ...] = (),
    also: Mapping[str, str] | None = None,
    form: str = "",
    ask: Ask | None = None,
    settle: Settle | None = None,
    then: Effects | None = None,
    tells: bool = True,
    look: Look | None = None,
    module: str = "",
) -> Callable[[Decide], Decide]:
    """Make `decide(work, ...) -> Change` a verb that writes.

    For batches:
    - `many`: the parameter that `-` or a file may replace; an argument of its own, if there is no such parameter.
    - `counted`: what a line that changed something counts as; any other is unchanged. Empty: the rule counts.
    - `shared`: options typed once for all lines; a line may override them.
    - `also`: more keys of a line → the parameters they set; "" for a key that is ignored.
    - `form`: letter of the staff sheet that the verb takes back.

    For a single record:
    - `ask` adds answers from the terminal to the arguments, before the archive is locked.
    - `look` may print a list in place of the change.
    - `settle` is called with what is on file already; if it adds an answer and returns True, the verb runs again.
    - `tells`: say on stderr what `notices` has to say of the change.

    `then` adds to the change, once, what follows for other records.
    """

    def register(decide: Decide) -> Decide:
        own = parameters = _own(decide)
        needed = [name for name, one in parameters.items() if one.default is inspect.Parameter.empty]
        extra: Options = {"dry_run": (DryRun, False), "fmt": (Format, "")}
        if many:
            extra = {"rejects": (Rejects, None), "force": (Force, False), "encoding": (Encoding, ""), **extra}
            named = _or_many(own[many]) if many in own else _parameter(many, BatchFile, "")
            own = {many: named, **own} if many not in own else own
            own = {name: named if name == many else _optional(one) for name, one in own.items()}

        def run_verb(ctx: typer.Context, dry_run: bool, fmt: str, **given: Any) -> None:
            options = BatchOptions(given.pop("rejects", None), given.pop("force", False), given.pop("encoding", ""))
            session, batch = get_session(ctx), None
            common = {name: given[name] for name in shared if given[name] is not None}
            if many and (source := batch_in(given[many])):
                _refuse_beside(ctx, {many, *shared})
                fields = LineFields(ctx, many, [name for name in needed if name not in common], also or {})
                batch = Batch(source, fields, session, options, form)
            else:
                _refuse_without(ctx, needed)
                if many not in parameters and given.get(many):
                    raise UsageError(
                        _("{value} is neither - nor a sheet").format(value=given[many]), _("add --help to the command")
                    )
                if ask:
                    ask(session, given)
            if many not in parameters:
                given.pop(many, None)
            if look and batch is None and not given[look.unless]:
                _look(ctx, look, fmt, given)
                return

            def decided_and_committed() -> tuple[Context, "Done"]:
                with session.writing(dry_run) as archive:
                    run, many_now = session.run(archive), batch is not None
                    work = Context(session, archive, run, command_of(ctx), fmt, batch=many_now, counting=many_now)

                    def decided(values: Mapping[str, Any]) -> Change:
                        work.given = values
                        return decide(work, **values)

                    if batch:
                        change = _each(work, batch, lambda line: decided({**common, **line}), counted)
                    else:
                        change = decided(given)
                        archive.stage(change)
                        work.tell(*notices.told(archive, work.run, change.puts) if tells else ())
                    if then:
                        change = then(archive, work.run, change)
                    done = session.commit(archive, work.run, change, work.command)
                return work, done

            while True:
                try:
                    work, done = decided_and_committed()
                    break
                except RepeatError as known:  # the lock is free again: nobody waits for a person
                    if batch or not settle or not settle(session, known, given):
                        raise
            session.say(*work.told)
            written(session, done, fmt, show_counts=work.counting and not session.quiet)
            if batch:
                session.say(*batch.notes())
                batch.finish(dry_run=dry_run)
            if work.failed:
                raise work.failed

        verb(help, module)(_typed(run_verb, decide, own, extra))
        return decide

    return register


def listing(
    help: str,
    columns: tuple[str, ...] = (),
    *,
    finds: bool = False,
    widths: Mapping[str, int] = render.NO_LIMITS,
    module: str = "",
) -> Callable[[Rows], Rows]:
    """Make `rows(work, ...)` a verb that prints a list with `columns`, or with those of the `Listing` it returns.

    With `finds` it takes --exit-code: 1 where there is something in the list. `widths` clip columns of a table.
    """

    def register(rows: Rows) -> Rows:
        extra: Options = {"fmt": (Listed, "")}
        if finds:
            extra = {"exit_code": (ExitCode, False), **extra}

        def run_verb(ctx: typer.Context, fmt: str, exit_code: bool = False, **given: Any) -> None:
            with reading(ctx, fmt) as work:
                found = rows(work, **given)
                named = found if isinstance(found, Listing) else Listing(found, columns)
                whole: list[Any] = list(named.rows)  # the lock is not held while somebody reads page by page
            work.session.say(*work.told)
            selection.ask(selection.asked._replace(book=named.book))
            render.rows(whole, named.columns, fmt, widths=widths)
            if exit_code and (bool(whole) if named.found is None else named.found):
                raise typer.Exit(1)

        verb(help, module)(_typed(run_verb, rows, _own(rows), extra))
        return rows

    return register


def showing(help: str, *, module: str = "") -> Callable[[Callable[..., Row]], Callable[..., Row]]:
    """Make `show(work, ...) -> Row` a verb that prints one record, field by field."""

    def register(show: Callable[..., Row]) -> Callable[..., Row]:
        def run_verb(ctx: typer.Context, fmt: str, **given: Any) -> None:
            with reading(ctx, fmt) as work:
                item = show(work, **given)
            work.session.say(*work.told)
            render.one(item, fmt)

        verb(help, module)(_typed(run_verb, show, _own(show), {"fmt": (Format, "")}))
        return show

    return register


@contextmanager
def reading(ctx: typer.Context, fmt: str = "table") -> Iterator[Context]:
    """What a verb works with that only reads."""
    session = get_session(ctx)
    with session.reading() as archive:
        yield Context(session, archive, session.run(archive), command_of(ctx), fmt)


def command_of(ctx: typer.Context) -> str:
    """The verb as it is called, with its noun: "visit confirm"."""
    words: list[str] = []
    at: Any = ctx
    while at.parent is not None:
        words.insert(0, str(at.info_name))
        at = at.parent
    return " ".join(words)


def _each(work: Context, batch: Batch, decide: Callable[[Mapping[str, Any]], Change], counted: str) -> Change:
    """The changes of all lines as one, with the counts of the run."""
    changes: list[Change] = []
    taken = {counted: 0, "unchanged": 0} if counted else {}

    def take(line: Mapping[str, Any]) -> None:
        change = decide(line)
        if counted:
            taken[counted if work.archive.alters(change) else "unchanged"] += 1
        work.archive.stage(change)
        changes.append(change)

    batch.each(take)
    change = together(*changes)
    return msgspec.structs.replace(change, counts=batch.counts({**change.counts, **taken}))


def _look(ctx: typer.Context, look: Look, fmt: str, given: Mapping[str, Any]) -> None:
    taken = _own(look.rows)
    for name in given:
        if name not in taken and ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise _missing(next(param for param in ctx.command.params if param.name == look.unless))
    with reading(ctx, fmt) as work:
        rows: list[Any] = list(look.rows(work, **{name: given[name] for name in taken}))
    render.rows(rows, look.columns, fmt)


def _refuse_beside(ctx: typer.Context, allowed: set[str]) -> None:
    """Raise UsageError where beside a batch there are options of one record."""
    for param in ctx.command.params:
        typed = ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE
        if param.expose_value and typed and param.name not in (*allowed, *ABOUT_ALL):
            raise UsageError(
                _("either many, or {option} of one").format(option=option_of(param)), _("put it into each line")
            )


def _refuse_without(ctx: typer.Context, needed: Sequence[str]) -> None:
    """Raise UsageError where something is not typed that a single record needs."""
    for param in ctx.command.params:
        if param.name in needed and ctx.params[str(param.name)] is None:
            raise _missing(param)


def _missing(param: Any) -> UsageError:
    return UsageError(_("{0} is missing").format(option_of(param)), _("add --help to the command"))


def _own(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of a verb's function, without what it works with."""
    return dict(list(inspect.signature(function).parameters.items())[1:])


def _or_many(parameter: inspect.Parameter) -> inspect.Parameter:
    """The parameter that names one record, described as what can name many as well."""
    named = parameter.annotation
    info = copy.copy(named.__metadata__[0])
    info.metavar += OR_MANY
    info.help = _("{help} Many: - reads JSON lines, FILE a sheet or JSON lines.").format(help=info.help or "").strip()
    return parameter.replace(annotation=Annotated[named.__origin__, info])


def _optional(parameter: inspect.Parameter) -> inspect.Parameter:
    """The parameter as one that need not be typed, since of many records it stands in each line."""
    if parameter.default is not inspect.Parameter.empty:
        return parameter
    named = parameter.annotation
    info = copy.copy(named.__metadata__[0])
    info.help = f"{info.help or ''} [{_('required')}]".strip()
    return parameter.replace(annotation=Annotated[named.__origin__ | None, info], default=None)


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _typed(
    run_verb: Callable[..., None],
    function: Callable[..., Any],
    own: Mapping[str, inspect.Parameter],
    extra: Options,
) -> Callable[..., None]:
    """`run_verb` with the name of `function`, and with the parameters from which typer makes the command line."""
    more = {name: _parameter(name, annotation, default) for name, (annotation, default) in extra.items()}
    parameters = [CONTEXT, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in {**own, **more}.values())]
    annotations = {one.name: one.annotation for one in parameters}
    run_verb.__name__, run_verb.__doc__, run_verb.__module__ = function.__name__, function.__doc__, function.__module__
    vars(run_verb)["__signature__"] = inspect.Signature(parameters)
    run_verb.__annotations__ = annotations
    return run_verb
