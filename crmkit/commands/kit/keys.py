"""`--key`: a script names what it writes down, and when it asks again it is given the first record, not a second one.

The key stands on the record, with a digest of what was asked, and is found through the index. The ids of everything
that is written with it follow from it, so that two clones that were given the same key write the same records.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.walk import Context
from crmkit.core.run import Run
from crmkit.errors import RepeatError
from crmkit.i18n import _
from crmkit.records import Call, Card, Order, Payment, Return, Ticket, Touch
from crmkit.records.base import derived_id
from crmkit.records.change import Change

Keyed = Order | Payment | Return | Card | Call | Touch | Ticket

Key = Annotated[
    str, typer.Option("--key", metavar="KEY", help=_("For scripts: given again, nothing is written down twice."))
]


def once(work: Context, record_type: type[Keyed], key: str, decide: Callable[[Run], Change], **named: str) -> Change:
    """What `decide` makes of the run; where `key` was given before, only the id of what it wrote down then.

    What was asked is all that was given, with the ids that a name turned out to be in `named`. Raises RepeatError where
    the key was given for something else.
    """
    asked = {name: value for name, value in {**work.given, **named}.items() if value}
    return Keys(work.archive, work.run, record_type, work.command).once(key, asked, decide)


class Keys:
    """The keys of the records of one type that a verb ("noun verb") writes; those of this run are known as well."""

    def __init__(self, archive: Archive, run: Run, record_type: type[Keyed], verb: str) -> None:
        self._archive = archive
        self._run = run
        self._type = record_type
        self._verb = verb
        self._taken: dict[str, Keyed] = {}

    def once(self, key: str, typed: Mapping[str, Any], decide: Callable[[Run], Change]) -> Change:
        """What `decide` makes of the run; where `key` was given before, only the id of what it wrote down then.

        `typed` is what was asked, as plain values; a `key` among them does not count. Raises RepeatError where the key
        was given for something else.
        """
        key = key.strip()
        if not key:
            return decide(self._run)
        said = msgspec.json.encode({**typed, "key": self._verb}, order="deterministic")
        asked = hashlib.sha256(said).hexdigest()[:16]
        before = self._before(key)
        if before is not None:
            return _recorded(key, before, asked)
        change = decide(replace(self._run, make_id=self._ids(key)))
        first = next(record for record in change.puts if isinstance(record, self._type))
        self._taken[key] = marked = msgspec.structs.replace(first, key=key, asked=asked)
        return msgspec.structs.replace(
            change, puts=tuple(marked if record is first else record for record in change.puts)
        )

    def _before(self, key: str) -> Keyed | None:
        stored = self._archive.find(self._type, f"key:{key}")
        return stored[0] if stored else self._taken.get(key)

    def _ids(self, key: str) -> Callable[[str, Any], str]:
        made: dict[str, int] = {}

        def make(letter: str, now: Any) -> str:
            made[letter] = made.get(letter, 0) + 1
            return derived_id(letter, now, "key", self._verb, key, str(made[letter]))

        # the number of a card belongs to one clone: two cards of one id would lose one of their numbers
        return self._run.make_id if self._type is Card else make


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
