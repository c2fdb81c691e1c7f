"""Quick notes about a customer."""

from collections.abc import Iterable

from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.records import Customer, Note
from crmkit.records.change import Change


def add(run: Run, customer: Customer, text: str, known: Iterable[Note]) -> Change:
    """A note of now; one that is among the `known` ones of the customer since midnight changes nothing.

    Raises InvalidError for an empty text, a long one, and control characters.
    """
    clean = fields.read("text", text, {"text": fields.required})
    today = run.now.date()
    for one in known:
        if one.text == clean and one.at.astimezone(run.now.tzinfo).date() == today:
            return Change(ids=(one.id,), counts={"unchanged": 1})
    note = Note(id=run.id_for(Note), customer=customer.id, at=run.now, text=clean, by=run.by)
    return Change(puts=(note,), ids=(note.id,), counts={"added": 1})
