"""The command-line library's own words in the operator's language: usage, headings, what is wrong with a line."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import typer
from typer._click.core import ParameterSource
from typer._click.formatting import HelpFormatter

from crmkit.errors import CrmkitError, InvalidError, NotFoundError, UsageError
from crmkit.i18n import N_, _

WORDS = (  # typer asks the process-wide catalogue for these
    N_("Usage:"), N_("Options"), N_("Commands"), N_("Arguments"), N_("Show this message and exit."), N_("required"),
    N_("default: {default}"),
)  # fmt: skip
SENTENCES = (
    (r"Missing (?:argument|option|parameter) '?([^']+)'?.*", N_("{0} is missing")),
    (r"Missing command\.?", N_("the command is missing")),
    (r"Option '(.+)' requires (?:an|\d+) arguments?\.?", N_("{0} needs a value")),
    (r"Option '(.+)' does not take a value\.?", N_("{0} takes no value")),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", N_("unexpected: {0}")),
    (r"Invalid value for '?([^':]+)'?: (.+) is not a valid int[\w ]*\.?", N_("{0}: {1} is not a whole number")),
    (r"Invalid value for '?([^':]+)'?: (.+) is not a valid float[\w ]*\.?", N_("{0}: {1} is not a number")),
    (r"Invalid value for '?([^':]+)'?: (.+) is not in the range (.+?)\.?", N_("{0}: {1} is not in the range {2}")),
    (r"Invalid value for '?([^':]+)'?: (.+)", N_("{0}: {1}")),
)


OR_MANY = "|-|FILE"  # stands on a help page behind what names one record
ALIKE = 0.65  # the least likeness of two words of which one may be a slip of the finger for the other


NAMING = {  # options whose value names a record or a person, by their metavar; of arguments all are
    "CARD", "CODE", "CUSTOMER", "EVENT", "ID", "KEY", "NUMBER", "ORDER", "PRODUCT", "RUN", "SITE", "STAFF", "TICKET",
}  # fmt: skip


def refuse_blank(param: Any) -> None:
    """See that a blank word is never taken for one that was left out: `undo "$RUN"` with nothing in $RUN.

    UsageError where what was typed for an argument, or for an option that names something, holds nothing.
    """
    read = param.process_value

    def process(ctx: Any, value: Any) -> Any:
        typed = ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
        words = value if isinstance(value, list | tuple) else [value]
        if typed and any(isinstance(word, str) and not word.strip() for word in words):
            name = (param.metavar or param.name.upper()).partition("|-")[0].strip("[]") if argument else param.opts[0]
            raise UsageError(
                _("{name} is empty").format(name=name),
                _("leave it out, or say which one; in a script: is the variable set?"),
            )
        return read(ctx, value)

    argument = param.param_type_name == "argument"
    if argument or param.metavar in NAMING:
        param.process_value = process


class Formatter(HelpFormatter):
    """Help pages with headings in the operator's language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or _("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        """Write a heading such as Options."""
        super().write_heading(_(heading))

    def write_dl(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        """Write a list of names and what they mean."""
        super().write_dl([(name, _(text)) for name, text in rows], *args, **kwargs)


class HelpContext(typer.Context):
    """A command's context that formats its help with our words, and names in errors what was typed."""

    formatter_class = Formatter

    def __exit__(self, kind: Any, problem: Any, trace: Any) -> None:
        """Leave the command; a value that was refused, by its field or by itself, is named by its option."""
        if isinstance(problem, CrmkitError) and problem.field:
            problem.field = option_named(self.command.params, problem.field)
        elif isinstance(problem, CrmkitError) and problem.value:
            problem.field = option_holding(problem.value, self.command.params, self.params)
        elif isinstance(problem, InvalidError | UsageError | NotFoundError):
            problem.field = option_with(problem.problem, self.command.params, self.params)
        super().__exit__(kind, problem, trace)


def option_of(param: Any) -> str:
    """How a parameter is typed: its long option, or the name of the argument."""
    longest = str(max(param.opts, key=len))
    words = re.findall(r"\w+", param.metavar or longest)  # [CUSTOMER...]|-|FILE is CUSTOMER
    return longest if longest.startswith("-") else (words or [longest])[0].upper()


def option_named(params: list[Any], field: str) -> str:
    """How the value of a field is typed; the field itself where it is no parameter, as in `--set FIELD=VALUE`."""
    for param in params:
        names = (param.name, *(option.lstrip("-").replace("-", "_") for option in param.opts))
        if field == option_of(param).lower() or field.replace("-", "_") in names:
            return option_of(param)
    return field


def option_holding(value: str, params: list[Any], typed: Mapping[str, Any]) -> str:
    """The first option with this value, else the first of which it is a part; "" where none has it."""
    texts = {option_of(param): str(typed.get(param.name) or "") for param in params}
    options = {option: text for option, text in texts.items() if option.startswith("--")}
    same = (option for option, text in options.items() if text == value)
    holding = (option for option, text in options.items() if value in text)
    return next(same, "") or next(holding, "")


def option_with(said: str, params: list[Any], typed: Mapping[str, Any]) -> str:
    """The option whose value a message is about; "" where that may be more than one, or what stands without option."""
    about = [
        option_of(param)
        for param in params
        for value in (typed.get(param.name),)
        if any(_is_about(said, str(one)) for one in (value if isinstance(value, list | tuple) else [value]) if one)
    ]
    return about[0] if len(about) == 1 and about[0].startswith("--") and about[0] not in said else ""


def _is_about(said: str, value: str) -> bool:
    found = re.search(rf"(^|[“\"'‘\s：:]){re.escape(value.strip())}($|[”\"'’\s，,。;：:])", said)
    # a mere digit may be anything, unless the message begins with it or quotes it
    return found is not None and (len(value) > 2 or found[1] in ("", "“"))


def refusal(problem: typer.TyperException) -> str:
    """What is wrong with a command line, with what was probably meant, the nearest first."""
    message, ctx = problem.format_message(), getattr(problem, "ctx", None)
    command = re.match(r"No such command '(.+?)'\.", message)
    if command:
        known = ctx.command.list_commands(ctx) if ctx else []
        return _meant(
            N_("there is no command {0}"),
            N_("there is no command {0}; is {1} meant?"),
            command[1],
            near(command[1], known),
        )
    option = re.match(r"No such option: (\S+)", message)
    if option is None:
        return sentence(message)
    shown = [param for param in ctx.command.params if not param.hidden] if ctx else []
    meant = {opt: opt for param in shown for opt in param.opts if opt.startswith("--")}
    if "--format" in meant:  # as other programs have it: --json
        from crmkit.render import FORMATS

        meant |= {f"--{name}": f"-f {name}" for name in FORMATS}
    found = [meant[one] for one in near(option[1], meant)]
    return _meant(N_("there is no option {0}"), N_("there is no option {0}; is {1} meant?"), option[1], found)


def _meant(plain: str, asking: str, word: str, found: list[str]) -> str:
    return _(asking).format(word, ", ".join(found)) if found else _(plain).format(word)


def near(word: str, known: Iterable[str]) -> list[str]:
    """Those of `known` that `word` may be a slip of the finger for, the nearest first; at most three."""
    from difflib import SequenceMatcher

    def likeness(other: str) -> float:
        whole = SequenceMatcher(None, word, other).ratio()
        # of a word that was broken off, and of letters that changed places
        return whole + (0.2 if other.startswith(word) else 0) + (0.2 if sorted(word) == sorted(other) else 0)

    found = sorted(((-likeness(other), other) for other in dict.fromkeys(known)), key=lambda one: one[0])
    best = -found[0][0] if found else 0.0
    return [other for score, other in found if -score >= max(ALIKE, best - 0.1)][:3]


def sentence(message: str) -> str:
    """What the library says of a wrong command line, as our sentence; its own words where it is not known."""
    for pattern, template in SENTENCES:
        match = re.fullmatch(pattern, message.strip())
        if match:
            return _(template).format(*match.groups())
    plain = message.rstrip(".")
    return plain[:1].lower() + plain[1:]
