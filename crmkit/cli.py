"""The command line: registers commands lazily, holds the global options, maps errors to exit codes. No logic."""

import copy
import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.main import get_params_convertors_ctx_param_name_from_function

from crmkit import __version__, i18n, interrupts, mistakes, selection, usage
from crmkit.commands.kit.verbs import verb_of
from crmkit.errors import CrmkitError, LeftOutError, PartialError, SavedError, StoppedError, UsageError
from crmkit.i18n import N_, _


class Noun(NamedTuple):
    """A noun of the command line: its help, and its verbs by module, in the order of its help page."""

    help: str
    modules: Mapping[str, str]  # module → its verbs, separated by spaces
    alone: str = ""  # the verb that is meant where none is named

    @property
    def places(self) -> dict[str, str]:
        """The module of each verb."""
        return {word: module for module, words in self.modules.items() for word in words.split()}


NOUNS = {
    "lead": Noun(N_("Collect, import, list and edit customer files."), {
        "lead_add": "add", "lead_import": "import", "lead_list": "list", "lead_show": "show", "lead_edit": "edit",
        "lead_screen": "screen", "lead_assign": "assign", "lead_recycle": "recycle", "lead_audit": "audit",
    }),
    "customer": Noun(N_("Customers: the whole file, consents, grades, whom to turn to."), {
        "customer_show": "show", "customer_consent": "consent dnc", "customer_state": "release deceased",
        "customer_grade": "grade", "customer_honour": "tick honour", "customer_referrals": "referrals",
        "customer_attention": "risk cadence birthdays",
    }),
    "recheck": Noun(N_("Ask for a phone number a second time, and compare."), {"recheck": "list answer set stats"}),
    "dedupe": Noun(N_("Find files of the same person; merge or keep apart."), {
        "dedupe": "find distinct household", "dedupe_merge": "merge split",
    }),
    "phone": Noun(N_("Read phone numbers in any spelling."), {"phone": "parse"}),
    "callback": Noun(N_("Plan, list and finish callbacks."), {
        "callback_plan": "plan add", "callback_list": "list ics", "callback_close": "done snooze edit cancel",
        "callback_sheet": "sheet",
    }),
    "call": Noun(N_("Log and list telephone calls."), {"call_log": "log", "call": "list"}),
    "card": Noun(N_("Issue, print and check service cards."), {
        "card_issue": "issue", "card_print": "print", "card": "list show verify void replace",
    }),
    "event": Noun(N_("Plan events, invite guests, check them in, count what came of it."), {
        "event": "add list show edit move cancel", "event_invite": "invite guests print",
        "event_reply": "deliver answer void", "event_checkin": "eve checkin assign seats",
        "event_after": "figures followups",
    }),
    "order": Noun(N_("Place orders; payments, deliveries, balances, returns."), {
        "order_add": "add", "order": "list show edit", "order_delivery": "confirm collect send deliver cancel",
        "order_pay": "pay refund return goods-back", "order_print": "print",
    }),
    "plan": Noun(N_("Contracts, prepaid cards: dates, balances, what is owed at the end."), {
        "plan": "add list show slots audit", "plan_visit": "move skip visit report sheet meter train",
        "plan_money": "settle invoice use top-up refund", "plan_end": "review renew notice end freeze thaw transfer",
        "plan_service": "log contacts strength", "plan_print": "print",
    }),
    "visit": Noun(N_("Appointments at home, the day's route, what came of them."), {
        "visit": "add list show gifts", "visit_change": "confirm move late cancel", "visit_day": "start missed gift",
        "visit_finish": "finish", "visit_route": "route ics",
    }),
    "message": Noun(N_("Messages for birthdays, festivals and other occasions."), {
        "message": "templates lint list", "message_render": "render", "message_sent": "sent",
    }),
    "calendar": Noun(N_("Public holidays and make-up workdays."), {"calendar": "import list"}),
    "report": Noun(N_("Excel workbooks for head office; figures."), {
        "report": "day week month", "report_yield": "yield", "report_faults": "faults", "report_figures": "figures",
        "report_staff": "staff",
    }),
    "site": Noun(N_("Outreach points."), {"site": "add show list edit"}),
    "staff": Noun(N_("Service staff."), {"staff": "add show list edit", "staff_record": "record mark unmark"}),
    "product": Noun(N_("Products, prices and warranties."), {"product": "add show list edit"}),
    "ticket": Noun(N_("Units that do not work: promises, what was done, what it cost."), {
        "ticket": "add list show entitlements figures", "ticket_step": "reply promise solution wait resume hand accept",
        "ticket_work": "visit work solve replace", "ticket_after": "follow-up reopen refund cancel",
    }),
    "dispatch": Noun(N_("Who goes where in which half of the day."), {"dispatch": "list suggest move"}),
    "complaint": Noun(N_("Complaints, heard to the end in ten steps."), {
        "complaint": "add list show",
        "complaint_step": "listen acknowledge assess investigate offer agree carry-out call-back close reopen escalate "
        "withdraw",
    }),
    "fault": Noun(N_("Faults by code: what to ask, likely cause, guidance."), {"fault": "add list show edit"}),
    "conflicts": Noun(N_("What two operators changed differently, or both did."), {
        "conflicts": "list take",
    }, alone="list"),
}  # fmt: skip
VERBS = {
    "edit": N_("A customer's file in your editor."),
    "note": N_("Write down a note about a customer."),
    "notes": N_("What was written down with `note`."),
    "init": N_("Make an archive."),
    "status": N_("What is in the archive."),
    "due": N_("Everything to do today."),
    "daily": N_("What cron runs each morning: plan callbacks, catch up missed days."),
    "sync": N_("Exchange work with the other operators."),
    "check": N_("Look for damage in the archive."),
    "repair": N_("Mend what can be mended without a person."),
    "history": N_("The runs, newest first; or what became of one record, field by field."),
    "run": N_("Do many commands, a line each."),
    "undo": N_("Take a run back."),
    "backup": N_("Put the whole archive with its history into one file."),
    "upgrade": N_("Bring an older archive to the form of this crmkit."),
    "config": N_("Show or set settings."),
    "schema": N_("The JSON Schema of a record type."),
    "completion": N_("Print a completion script for bash, zsh or fish."),
    "help": N_("This page, or that of a noun or a verb; `help changes`: what is new."),
}
PASSED_ON = ("archive", "as_of", "now", "by", "lang", "quiet", "verbose", "wait", "force_unsafe_disk")


class ClosedPipe(Exception):
    """Nobody reads what is printed any more. The library would end the process where it sees a BrokenPipeError."""

    def __init__(self, error: BrokenPipeError) -> None:
        super().__init__(error)
        self.error = error


class LazyGroup(TyperGroup):
    """Imports a command's module only when that command is used."""

    verb = ""  # what is called of a noun, where that is known

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command, in the order of the help page."""
        return [*NOUNS, *VERBS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, loaded now; None where there is no such command."""
        if cmd_name not in NOUNS and cmd_name not in VERBS:
            return None
        made = typer.Typer(rich_markup_mode=None, add_completion=False)  # plain text, no boxes
        command: Any
        if cmd_name in NOUNS:
            places = NOUNS[cmd_name].places
            # where a verb is named only that one is made, and no module of another is imported
            for word in [self.verb] if self.verb in places else places:
                found = verb_of(places[word], word)
                made.command(word, help=found.help)(found.function)
            made.callback(help=_(NOUNS[cmd_name].help), no_args_is_help=True)(_nothing)
            command = typer.main.get_group(made)
        else:
            found = verb_of(cmd_name, cmd_name)
            made.command(cmd_name, help=found.help)(found.function)
            command = typer.main.get_command(made)
        leaves = command.commands.values() if isinstance(command, TyperGroup) else [command]
        for leaf in leaves:
            if lists(cmd_name, str(leaf.name)):
                self._take_list_options(leaf)
        command.name = cmd_name
        for leaf in leaves:
            for param in leaf.params:
                usage.refuse_blank(param)
            self._take_globals(leaf)
            leaf.short_help = (leaf.help or "").partition(_("Example:"))[0].strip()
            leaf.context_class = usage.HelpContext
        command.context_class = usage.HelpContext
        return command

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the library does; of a noun whose verb is named only that verb is made ready."""
        first = args[1] if len(args) > 1 else "-"
        if args[0] in NOUNS and NOUNS[args[0]].alone and first.startswith("-") and first not in ("-h", "--help"):
            args.insert(1, NOUNS[args[0]].alone)
        self.verb = args[1] if len(args) > 1 else ""
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """As the library does, but for a closed pipe: what was saved before it is to be said."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ClosedPipe(error) from None

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands, without loading them."""
        nouns = {name: noun.help for name, noun in NOUNS.items()}
        for title, table in ((_("Nouns"), nouns), (_("Commands"), VERBS)):
            with formatter.section(title):
                formatter.write_dl([(command, _(text)) for command, text in table.items()])

    def _take_list_options(self, leaf: Any) -> None:
        from crmkit.commands.kit.common import list_options

        taken = {option for param in leaf.params for option in param.opts}
        params: list[Any] = get_params_convertors_ctx_param_name_from_function(list_options)[0]
        for param in params:
            if not taken & set(param.opts):
                param.expose_value, param.callback = False, _ask
                leaf.params.append(param)

    def _take_globals(self, leaf: Any) -> None:
        # global options are understood behind the verb as well, unless the verb has one of that name
        taken = {option for param in leaf.params for option in param.opts}
        for param in self.params:
            if param.name in PASSED_ON and not taken & set(param.opts):
                hidden: Any = copy.copy(param)
                hidden.hidden, hidden.expose_value, hidden.callback = True, False, _remember
                leaf.params.append(hidden)


def lists(name: str, word: str) -> bool:
    """Whether the verb `word` of the noun `name`, or the verb that is both, prints a list."""
    from crmkit.commands.kit.common import Listed

    function = verb_of(NOUNS[name].places[word] if name in NOUNS else name, word).function
    return Listed in function.__annotations__.values()


def _nothing() -> None:
    pass


def _remember(ctx: typer.Context, param: Any, value: Any) -> None:
    if value:
        ctx.find_root().obj.given[param.name] = value
        if param.name == "quiet":
            selection.ask(selection.asked._replace(quiet=True))


def _ask(_ctx: typer.Context, param: Any, value: Any) -> None:
    selection.ask(selection.asked._replace(**{param.name: value}))


app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},  # every command below takes them over
)


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"crmkit {__version__}\n")
        raise typer.Exit


@app.callback(help="crmkit")
def root(
    ctx: typer.Context,
    archive: Annotated[str, typer.Option("-A", "--archive", metavar="DIR")] = "",
    as_of: Annotated[str, typer.Option("--as-of", metavar="REV|DATE")] = "",
    now: Annotated[str, typer.Option("--now", metavar="TIME")] = "",
    by: Annotated[str, typer.Option("--by", metavar="STAFF")] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en")] = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose")] = False,
    wait: Annotated[str, typer.Option("--wait", metavar="SECONDS")] = "",
    force_unsafe_disk: Annotated[bool, typer.Option("--force-unsafe-disk")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Hand the global options to the command."""
    from crmkit.commands.kit.common import Session

    outer: Session = ctx.obj or Session()  # of a `run`, whose lines are commands like any other
    typed = {name: ctx.params[name] for name in PASSED_ON if ctx.params[name] or name not in outer.given}
    ctx.obj = Session(given={**outer.given, **typed}, joint=outer.joint)
    selection.ask(selection.Asked(quiet=ctx.obj.quiet))


HELP = {
    "archive": N_("The archive; else $CRMKIT_ARCHIVE, else the nearest folder above with an archive.toml."),
    "as_of": N_("Answer from the archive as it stood at a commit or on a date."),
    "now": N_("Take this as the present time."),
    "by": N_("Who does it: a staff code."),
    "lang": N_("Language of messages."),
    "quiet": N_("Say nothing beyond the result."),
    "verbose": N_("Say more."),
    "wait": N_("How long to wait for the archive's lock."),
    "force_unsafe_disk": N_("Write even to a network disk or a folder that a sync program copies."),
    "version": N_("Show the version."),
}


def command() -> Any:
    """The root command, its texts in the language in use."""
    group = typer.main.get_command(app)
    group.context_class = usage.HelpContext
    group.help = _("Lead collection, callbacks, service cards and reports over a flat-file archive.")
    group.epilog = _(
        "Exit: 0 done; 1 refused, invalid or not found; 2 usage; 3 ambiguous; 4 repeated phone, serial or receipt; "
        "5 a batch done in part; 6 damaged; 7 saved, but not printed or not all files written: do not repeat it; "
        "75 busy."
    )
    param: Any
    for param in group.params:
        if param.name in HELP:
            param.help = _(HELP[param.name])
    return group


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code (commands/docs.md, "Exit codes")."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    os.umask(0o077)  # whatever this process makes holds customers' data
    sys.exit(_flushed(_run(arguments), arguments))


def _flushed(code: int, arguments: list[str]) -> int:
    """The exit code once everything is printed, which only now may turn out to be impossible."""
    try:
        sys.stdout.flush()
    except OSError as problem:
        # done (0) or done in part (5); every other code has been told already
        if code in (0, PartialError.exit_code):
            code = _unprinted(problem, arguments, code)
        _give_up(sys.stdout)
    try:
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)
    return code


def _unprinted(problem: OSError, arguments: list[str], code: int = 0) -> int:
    """Say that the result cannot be printed. Whoever only read, into a pipe that was closed, has read enough."""
    sentence = _("the result cannot be printed: {problem}").format(problem=problem.strerror or problem)
    told = interrupts.after_saving(CrmkitError(sentence))
    if isinstance(problem, BrokenPipeError) and not isinstance(told, SavedError):
        return code
    return _fail(told, arguments)


def _give_up(stream: Any) -> None:
    # what is left in its buffer would be tried again at the end of the process, and change the exit code
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _replace_closed_streams() -> None:
    # whoever started us may have closed one; else the next file that is opened, the lock perhaps, takes its number
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            # to write a result to it fails as it would have failed; talk is for those who listen
            flags = os.O_RDONLY if name == "stdout" else os.O_RDWR
            os.dup2(os.open(os.devnull, flags), number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _run(arguments: list[str]) -> int:
    interrupts.forget()
    try:
        i18n.use(_language(arguments))
        result = _result(arguments)
        if result == StoppedError.exit_code:  # which typer makes of Ctrl-C
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0
    except CrmkitError as problem:
        return _fail(problem, arguments)
    except typer.TyperException as problem:
        if problem.format_message().startswith(_("Usage:")):
            sys.stdout.write(problem.format_message() + "\n")
            return 2
        return _fail(UsageError(usage.refusal(problem), _("add --help to the command")), arguments)
    except (typer.Abort, KeyboardInterrupt):
        with suppress(OSError):
            sys.stderr.write("\n")
        return _fail(interrupts.stopped(), arguments)
    except interrupts.EndedError as ended:
        ended.end()
        return 128 + ended.number
    except ClosedPipe as problem:
        return _unprinted(problem.error, arguments)
    except OSError as problem:
        if problem.filename is None:
            return _unprinted(problem, arguments)
        return _fail(CrmkitError(f"{problem.filename}: {problem.strerror or problem}"), arguments)
    except Exception as problem:
        if os.environ.get("CRMKIT_DEBUG"):
            raise
        return _fail(CrmkitError(*_mistake(problem, arguments, mistakes.record_of(problem))), arguments)


def line(arguments: list[str], session: Any) -> CrmkitError | None:
    """Do one command of a `run`, whose session is `session`; what was wrong with it, if anything."""
    try:
        code = _result(arguments, session)
    except CrmkitError as problem:
        return problem
    except typer.TyperException as problem:
        return UsageError(usage.refusal(problem))
    except (OSError, ClosedPipe):
        raise  # the next would fare no better
    except Exception as problem:
        if os.environ.get("CRMKIT_DEBUG"):
            raise
        return CrmkitError(*_mistake(problem, arguments, mistakes.record_of(problem)))
    return CrmkitError(_("exit code {code}").format(code=code)) if isinstance(code, int) and code else None


def _result(arguments: list[str], outer: Any = None) -> Any:
    """What the command returns; one that only reads goes on without a record at which we make a mistake."""
    mistakes.forget()
    first: Exception | None = None
    while True:
        try:
            result = command().main(args=arguments, prog_name="crmkit", standalone_mode=False, obj=outer)
        except (CrmkitError, typer.TyperException, typer.Abort, OSError, ClosedPipe):
            if first is None:
                raise
            raise first from None  # it cannot be answered without that record
        except Exception as problem:
            first = first or problem
            if os.environ.get("CRMKIT_DEBUG") or not mistakes.may_go_on(problem):
                raise first from None
        else:
            return result if first is None else _fail(_left_out(first, arguments), arguments)


def _left_out(problem: Exception, arguments: list[str]) -> LeftOutError:
    ids = ", ".join(sorted(mistakes.left_out))
    sentence, hint = _mistake(problem, arguments, "")
    left_out = _("left out, with all that belongs to them: {ids}; the rest is complete").format(ids=ids)
    return LeftOutError(f"{sentence}; {left_out}", hint)


def _mistake(problem: Exception, arguments: list[str], record: str) -> tuple[str, str]:
    """The sentence and the hint for a mistake of ours, once the report is written."""
    name, options = "", list[str]()
    with suppress(Exception):
        name, options = mistakes.command_of(arguments, command())
    kind = type(problem).__name__
    sentence = _("this is a mistake in crmkit ({kind}) in `{command}`").format(kind=kind, command=name)
    if record:
        sentence = _("{problem}, at the record {id}").format(problem=sentence, id=record)
    report = mistakes.write_report(problem, name, options)
    if report is None:
        return sentence, _("run it again with CRMKIT_DEBUG=1 and report what it prints, without names and numbers")
    return sentence, _("{file} says where, without names and numbers: send it to whoever looks after crmkit").format(
        file=report
    )


def _fail(problem: Any, arguments: list[str]) -> int:
    from crmkit import render

    problem = interrupts.after_saving(problem)
    render.error(problem, _value(arguments, "-f", "--format") or os.environ.get("CRMKIT_FORMAT", ""))
    return int(problem.exit_code)


def _language(arguments: list[str]) -> str:
    chosen = _value(arguments, "--lang") or i18n.guess(dict(os.environ))
    if not chosen and arguments != ["--version"]:  # which needs no settings, and shall answer at once
        from crmkit import config

        chosen = config.language(_value(arguments, "-A", "--archive"))
    if chosen and chosen not in i18n.LANGUAGES:
        raise UsageError(_("{value} is not a language").format(value=chosen), ", ".join(i18n.LANGUAGES))
    return chosen or "en"


def _value(arguments: list[str], *names: str) -> str:
    """The value of an option, before the command line is parsed: the language of errors depends on it."""
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name in names:
            return value if equals else "".join(arguments[position + 1 : position + 2])
    return ""
