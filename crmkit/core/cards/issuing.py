"""Issuing several cards in one run: every card sees those before it, and a customer not on file is opened."""

from collections.abc import Iterable, Sequence

from crmkit.core.cards import cards
from crmkit.core.cards.cards import Sale
from crmkit.core.collecting.contacts import Contacts
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.intake import same_person
from crmkit.core.collecting.known import Known
from crmkit.core.numbers.card_numbers import next_number
from crmkit.core.people import names
from crmkit.core.run import Run
from crmkit.errors import AmbiguousError, InvalidError
from crmkit.i18n import _
from crmkit.records import Card, Customer, Product, Record
from crmkit.records.change import Change, together
from crmkit.records.customer import Phone


class CardBatch:
    """Where cards are issued. `known` holds the customers who have one of the numbers that will be given."""

    def __init__(self, run: Run, operator: str, last_number: str, known: Known) -> None:
        """`last_number` is the highest card number of the operator's series this month, "" where there is none."""
        self.run = run
        self.operator = operator
        self.last_number = last_number
        self.contacts = Contacts(run, known)
        self._cards: dict[str, Card] = {}  # every card put by this run, by id
        self._counts: list[Change] = []  # ids and counts of each issue

    def find(self, name: str, phones: Sequence[Phone]) -> Customer | Draft:
        """Whose number this is; where nobody has it, what a new file would say (its source is the card).

        Raises AmbiguousError where several have the number and the name does not tell, or where the only one who has
        it is another person; InvalidError where a file would have no name.
        """
        by = self.run.by if self.contacts.known.staff(self.run.by) else ""
        draft = Draft(name=name.strip(), phones=tuple(phones), source="card", collector=by)
        holders = self.contacts.known.holders(draft.numbers)
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
        self, who: Customer | Draft, product: Product, sale: Sale, *,
        same_serial: Iterable[Card] = (), replace: bool = False, reason: str = "",
    ) -> Card:  # fmt: skip
        """One card, for a draft with a new file; the errors are those of `cards.issue`, and leave nothing behind.

        `same_serial` are the cards of the archive with the serial number of `sale`.
        """
        run, last = self.run, self.last_number
        serial = cards.tidy_serial(sale.serial).casefold()
        present = {card.id: card for card in same_serial}
        present |= {i: card for i, card in self._cards.items() if serial and card.serial.casefold() == serial}
        held = tuple(present.values())
        cards.check_sale(run, sale, held, replace=replace)
        next_number(run.settings.archive.branch, self.operator, run.now, last)
        if isinstance(who, Draft):
            customer = self.contacts.open_file(who, outcome="added")
        else:
            customer = self.contacts.known.customer(who.id) or who
        change = cards.issue(
            run, customer, product, sale, operator=self.operator, last_number=last, same_serial=held, replace=replace,
            reason=reason,
        )  # fmt: skip
        for record in change.puts:
            if isinstance(record, Card):
                self._cards[record.id] = record
            else:
                self.contacts.put(record)
        card = self._cards[change.ids[0]]
        self.last_number = card.number
        self._counts.append(Change(ids=change.ids, counts=change.counts))
        return card

    def put(self, card: Record) -> None:
        """Take `card`, issued by this run, as it is now."""
        if isinstance(card, Card):
            self._cards[card.id] = card

    def change(self) -> Change:
        """Everything issued and opened so far as one change; its ids are those of the cards."""
        opened = Change(puts=self.contacts.puts(), notes=tuple(self.contacts.notes))
        return together(opened, Change(puts=tuple(self._cards.values())), *self._counts)
