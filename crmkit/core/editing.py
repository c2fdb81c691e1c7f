"""A customer's file as a text to edit, TOML, and what of that text is to be changed.

Only what differs from the text that went out is read: a value stays as it is, in whatever form the file holds it.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from crmkit.core import fields
from crmkit.core.leads import STAGES, LeadNames, finished, readers
from crmkit.core.people.deepfile import FIT, TEXTS
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.core.values import SOURCE_WORDS
from crmkit.errors import CrmkitError, InvalidError
from crmkit.i18n import N_, _
from crmkit.records import Customer
from crmkit.records.change import Change
from crmkit.records.customer import CHARACTERS, GRADES, SEXES

Value = str | int | bool | list[str]
MOST = 1 << 20  # characters of a text; a file with everything in it is a hundredth of that
HEAD = (
    N_('"" or [] empties a field; a line that is taken out changes nothing.'),
    N_("Save and close: what differs is taken."),
)
CLOSED = {"sex": SEXES, "source": SOURCE_WORDS, "stage": STAGES, "grade": GRADES, "character": CHARACTERS}
EDITED = (  # in the order of the text: all that `lead edit --set` knows
    "name", "sex", "phones", "birthday", "age_about", "address", "email", "wechat", "employer", "tags",
    "notes", "source", "site", "collector", "collected_at", "referrer", "owner", "stage", "grade", "suspect",
    "deceased", "deceased_on", "external_id", *TEXTS, "hobbies", "health_notes", *FIT,
)  # fmt: skip
LIST = ("phones", "tags", "hobbies", "notes")
LINE = re.compile(r"\(at line (\d+), column \d+\)")


def values(run: Run, customer: Customer) -> dict[str, Value]:
    """What can be edited of a file, by field, as it is written in the text."""
    own: dict[str, Value] = {}
    for name in EDITED:
        value = getattr(customer, name)
        if name == "phones":
            own[name] = [phones.national(phone) for phone in customer.phones]
        elif isinstance(value, tuple):
            own[name] = list(value)
        elif isinstance(value, datetime):
            own[name] = f"{value.astimezone(run.now.tzinfo):%Y-%m-%d %H:%M}"
        elif isinstance(value, date):
            own[name] = value.isoformat()
        else:
            own[name] = "new" if name == "stage" and not value else "" if value is None else value
    return own


def written(run: Run, customer: Customer) -> str:
    """The text to edit: a line for each field, with its name in the operator's language and what it can be."""
    lines = [f"# {customer.id}", *(f"# {_(line)}" for line in HEAD), ""]
    for name, value in values(run, customer).items():
        if isinstance(value, list) and len(value) > 1:
            text = "\n".join(["[", *(f"  {_literal(one)}," for one in value), "]"])
        else:
            text = f"[{', '.join(map(_literal, value))}]" if isinstance(value, list) else _literal(value)
        choices = fields.listed(CLOSED[name]) if name in CLOSED else 'true, false, ""' if name in FIT else ""
        meaning = ": ".join(filter(None, (_(name) if _(name) != name else "", choices)))
        lines.append(f"{name} = {text}" + (f"  # {meaning}" if meaning else ""))
    return "\n".join(lines) + "\n"


def rewritten(run: Run, before: Customer, text: str, customer: Customer, typed: LeadNames) -> Change:
    """`customer` with what differs in `text` from the file as it was written out, `before`; else as `leads.edit`.

    Raises InvalidError that names the line and the field, also for what somebody else has changed since then.
    """
    out, now = values(run, before), values(run, customer)
    changes: dict[str, Any] = {}
    for name, value in _parsed(text).items():
        if name not in out:
            hint = _("one of: {choices}").format(choices=", ".join(out))
            raise _placed(InvalidError(_("there is no such field"), hint), text, name)
        if value == out[name] and type(value) is type(out[name]):
            continue
        if out[name] != now[name]:
            raise _placed(InvalidError(_("somebody else has changed it: {value}").format(value=now[name])), text, name)
        changes[name] = _read(run, customer, name, value, now[name], text, typed)
    changed = msgspec.structs.replace(customer, **changes)
    if "notes" in changes:
        changed = msgspec.structs.replace(changed, noted=())  # they are shown as one
    try:
        return finished(run, customer, changed, typed)
    except InvalidError as problem:
        if problem.field not in changes:
            raise
        raise _placed(problem, text, problem.field) from None


def _read(run: Run, customer: Customer, name: str, value: Any, written_out: Value, text: str, typed: LeadNames) -> Any:
    """What a value of the text is in the record."""
    read = readers(run, customer, typed)[name]
    if name not in LIST:
        given = _plain(value)
        try:
            if isinstance(value, list | dict):
                raise InvalidError(_("it is one value, not several"))
            return read(given) if given else fields.emptied(Customer, name)
        except CrmkitError as problem:
            raise _placed(problem, text, name, given) from None
    kept = dict(zip(written_out, getattr(customer, name), strict=True)) if isinstance(written_out, list) else {}
    several: dict[Any, Any] = {}
    for one in value if isinstance(value, list) else [value]:
        try:
            if isinstance(one, list | dict):
                raise InvalidError(_("it is one value, not several"))
            for part in [kept[one]] if one in kept else read(_plain(one)):
                several.setdefault(phones.identity(part) if name == "phones" else part, part)
        except CrmkitError as problem:
            raise _placed(problem, text, name, str(one)) from None
    return tuple(several.values())


def _plain(value: Any) -> str:
    """A value as it would be typed behind --set."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        if len(text) > MOST:
            raise ValueError(_("it is larger than {n} KB").format(n=MOST // 1024))
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = LINE.search(str(problem))
        line = int(found[1]) if found else text.count("\n") + 1
        problem_there = LINE.sub("", str(problem)).strip()
        raise InvalidError(
            _("line {line}: {problem}").format(line=line, problem=problem_there),
            _('a text stands between quotes: name = "..."'),
        ) from None
    except RecursionError:
        raise InvalidError(_("values nested too deeply")) from None
    except ValueError as problem:
        raise InvalidError(str(problem)) from None


def _placed(problem: CrmkitError, text: str, name: str, value: str = "") -> InvalidError:
    """`problem` with the line of the field, or that of its value where that stands further down."""
    lines = text.splitlines()
    own = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*=""")
    first = next((n for n, line in enumerate(lines) if own.match(line)), 0)
    until = next((n for n, line in enumerate(lines) if n > first and re.match(r"\s*\w+\s*=", line)), len(lines))
    at = next((n for n in range(first, until) if value and _literal(value) in lines[n]), first)
    sentence = problem.problem if problem.field in ("", name) else problem.message
    said = _("{field}: {problem}").format(field=name, problem=sentence)
    return InvalidError(_("line {line}: {problem}").format(line=at + 1, problem=said), problem.hint)


def _literal(value: Value) -> str:
    """A value as TOML: JSON but for the one control character that JSON lets stand."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
