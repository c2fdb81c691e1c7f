"""Everything there is to do on a day, of every kind (the list behind `crmkit due`)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from crmkit.core import recheck
from crmkit.core.callbacks import listed
from crmkit.core.reach import barred, dial
from crmkit.i18n import _
from crmkit.records import Call, Callback, Customer

Label = Callable[[str], str]


class Item(NamedTuple):
    """One thing to do."""

    kind: str  # recheck, callback, unanswered, unscreened, shared
    id: str  # of the callback, else of the customer
    customer: str
    name: str
    phone: str  # E.164
    due_at: datetime | None
    owner: str  # staff code
    what: str  # in the operator's language


def rechecks(due: Iterable[recheck.Due]) -> Iterator[Item]:
    """Numbers to ask for a second time, by whoever collected them."""
    for asking in due:
        customer = asking.customer
        what = _("ask for the number once more, and compare: crmkit recheck answer")
        yield _item("recheck", customer.id, customer, asking.due_at, customer.collector, what)


def callbacks(due: Iterable[Callback], customer_of: Callable[[str], Customer], label: Label) -> Iterator[Item]:
    """Calls to make, the most urgent first; only people who may be called."""
    for work in listed(due, customer_of):
        callback = work.callback
        yield _item("callback", callback.id, work.customer, callback.due_at, callback.owner, work.why(label))


def unanswered(
    stopped: Iterable[Callback], customer_of: Callable[[str], Customer], label: Label
) -> Iterator[Item]:  # fmt: skip
    """Callbacks that were never answered: a person decides whether to snooze or to cancel them."""
    for callback in stopped:
        customer = customer_of(callback.customer)
        if not barred(customer, callback.purpose):
            what = _("{purpose}: not reached, {n} times; snooze it or cancel it")
            text = what.format(purpose=label(callback.purpose), n=callback.attempt)
            yield _item("unanswered", callback.id, customer, callback.due_at, callback.owner, text)


def unscreened(
    new: Iterable[Customer],
    callbacks_of: Callable[[str], Iterable[Callback]],
    calls_of: Callable[[str], Iterable[Call]],
) -> Iterator[Item]:
    """Files that should have been screened by now and whose screening is not even planned."""
    for customer in new:
        planned = any(callback.purpose == "screening" for callback in callbacks_of(customer.id))
        spoken = any(call.outcome == "reached" for call in calls_of(customer.id))
        if not planned and not spoken and not barred(customer, "screening"):
            what = _("no screening is planned: crmkit callback plan")
            yield _item("unscreened", customer.id, customer, customer.collected_at, customer.owner, what)


def shared(undecided: Iterable[Customer]) -> Iterator[Item]:
    """Files with a number that is another person's too: the same person, a household, or two people?"""
    for customer in undecided:
        what = _("a number that another person has too: same person, household, or distinct?")
        yield _item("shared", customer.id, customer, customer.collected_at, customer.owner, what)


def _item(kind: str, identifier: str, customer: Customer, due_at: datetime | None, owner: str, what: str) -> Item:
    phone = dial(customer)
    return Item(kind, identifier, customer.id, customer.name, phone.e164 if phone else "", due_at, owner, what)
