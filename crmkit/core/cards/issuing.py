"""Issuing a card to whom the shop names: somebody on file, or somebody for whom a file is opened with the card."""

from collections.abc import Sequence

import msgspec

from crmkit.core.cards import cards
from crmkit.core.cards.cards import Sale
from crmkit.core.collecting.contacts import Contacts
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.intake import same_person
from crmkit.core.collecting.known import Known
from crmkit.core.people import names
from crmkit.core.run import Run
from crmkit.errors import AmbiguousError, InvalidError
from crmkit.i18n import _
from crmkit.records import Card, Customer, Product
from crmkit.records.change import Change
from crmkit.records.customer import Phone


def whose(run: Run, known: Known, name: str, phones: Sequence[Phone]) -> Customer | Draft:
    """Whose number this is; where nobody has it, what a new file would say (its source is the card).

    `known` holds the customers who have one of these numbers. Raises AmbiguousError where several have it and the name
    does not tell, or where the only one who has it is another person; InvalidError where a file would have no name.
    """
    by = run.by if known.staff(run.by) else ""
    draft = Draft(name=name.strip(), phones=tuple(phones), source="card", collector=by)
    holders = known.holders(draft.numbers)
    fitting = same_person(draft, holders) if names.normal(draft.name) else None
    if fitting is not None:
        return fitting
    if len(holders) == 1 and not draft.name:
        return holders[0]
    if holders:
        raise AmbiguousError(
            _("the number is held by {ids}").format(ids=", ".join(f"{c.id} {c.name}" for c in holders)),
            _("give the id with --customer, or open a file of its own: crmkit lead add --household ID"),
        )
    if not draft.name:
        raise InvalidError(_("nobody on file has this number"), _("open a file for it with --name"))
    return draft


def issue(
    run: Run, known: Known, who: Customer | Draft, product: Product, sale: Sale, *, operator: str, last_number: str,
    same_serial: Sequence[Card] = (), replace: bool = False, reason: str = "",
) -> Change:  # fmt: skip
    """One card, for a draft with a new file; raises as `cards.issue`. `last_number` is the highest of the series."""
    contacts = Contacts(run, known)
    customer = contacts.open_file(who, outcome="added") if isinstance(who, Draft) else who
    issued = cards.issue(
        run, customer, product, sale, operator=operator, last_number=last_number, same_serial=same_serial,
        replace=replace, reason=reason,
    )  # fmt: skip
    puts = {record.id: record for record in (*contacts.puts(), *issued.puts)}  # of the file, as the card leaves it
    return msgspec.structs.replace(issued, puts=tuple(puts.values()), notes=tuple(contacts.notes))
