"""`--key`: a script names what it writes down, and when it asks again it is given the first record, not a second one.

The record keeps the key and a digest of the request; the index finds it. All ids of the run are derived from the key,
so two clones with the same key write the same records.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from crmkit.commands.kit.walk import Context
from crmkit.core.run import Run
from crmkit.errors import RepeatError
from crmkit.i18n import _
from crmkit.records import Call, Card, Order, Payment, Plan, Return, Ticket, Touch
from crmkit.records.base import derived_id
from crmkit.records.change import Change

Keyed = Order | Payment | Return | Card | Call | Touch | Ticket | Plan

Key = Annotated[
    str, typer.Option("--key", metavar="KEY", help=_("For scripts: given again, nothing is written down twice."))
]


def once(work: Context, record_type: type[Keyed], key: str, decide: Callable[[Run], Change], **named: str) -> Change:
    """What `decide` makes of the run; where `key` was given before, only the id of what it wrote down then.

    What was asked is all that was given, with the ids that a name turned out to be in `named`. Raises RepeatError where
    the key was given for something else.
    """
    key = key.strip()
    if not key:
        return decide(work.run)
    typed = {name: value for name, value in {**work.given, **named}.items() if value}
    said = msgspec.json.encode({**typed, "key": work.command}, order="deterministic")
    asked = hashlib.sha256(said).hexdigest()[:16]
    for before in work.archive.find(record_type, f"key:{key}"):
        return _recorded(key, before, asked)
    # the number of a card belongs to one clone: two cards of one id would lose one of their numbers
    run = work.run if record_type is Card else msgspec.structs.replace(work.run, make_id=_ids(work.command, key))
    change = decide(run)
    first = next(record for record in change.puts if isinstance(record, record_type))
    marked = msgspec.structs.replace(first, key=key, asked=asked)
    return msgspec.structs.replace(change, puts=tuple(marked if record is first else record for record in change.puts))


def _ids(command: str, key: str) -> Callable[[str, Any], str]:
    made: dict[str, int] = {}

    def make(letter: str, now: Any) -> str:
        made[letter] = made.get(letter, 0) + 1
        return derived_id(letter, now, "key", command, key, str(made[letter]))

    return make


def _recorded(key: str, before: Keyed, asked: str) -> Change:
    identifier = before.customer if isinstance(before, Touch) else before.id
    if before.asked != asked:
        raise RepeatError(
            _("the key {key} was given before, and for something else: {id}").format(key=key, id=identifier),
            _("a new thing needs a key of its own"),
        )
    return Change(
        ids=(identifier,), counts={"unchanged": 1}, notes=(_("already recorded: {id}").format(id=identifier),)
    )
