"""Who is written to on an occasion, what they have had already, and the fields that tell of us and of the event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from crmkit.archive.archive import Archive
from crmkit.core.fields import code_of, one_of_them
from crmkit.core.run import Run
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.records import Callback, Customer, Event, Invitation, Message, Staff, Visit

if TYPE_CHECKING:
    from crmkit.core.messages.mailing import Addressee

NAMED_ONLY = ("thanks", "reminder")  # whom these are for is not in the records


@dataclass(frozen=True)
class Wanted:
    """Which people of those whom an occasion concerns."""

    customers: frozenset[str]  # ids; none given = everybody
    grade: str = ""
    owner: str = ""  # staff code
    tag: str = ""

    def fits(self, customer: Customer) -> bool:
        """Whether this is one of them."""
        return (
            (not self.customers or customer.id in self.customers)
            and self.grade in ("", customer.grade)
            and self.owner in ("", customer.owner)
            and (not self.tag or self.tag in customer.tags)
        )


class Had:
    """The greetings that people have had or are to have: messages sent, calls planned and made."""

    def __init__(self, archive: Archive, run: Run) -> None:
        self.run = run
        self.sent = {(one.customer, one.occasion) for one in archive.all(Message)}
        self.greetings: dict[str, list[Callback]] = {}
        for callback in archive.all(Callback):
            if callback.purpose == "greeting":
                self.greetings.setdefault(callback.customer, []).append(callback)

    def __call__(self, addressee: "Addressee") -> bool:
        """Whether this person has been greeted on this occasion, in writing or by telephone."""
        from crmkit.core.messages.messages import greeted_by_call

        customer, key = addressee.customer, addressee.key
        return (customer.id, key) in self.sent or greeted_by_call(self.run, customer, key, self.callbacks(customer.id))

    def callbacks(self, customer: str) -> list[Callback]:
        """The greetings by telephone that were planned for this customer."""
        return self.greetings.get(customer, [])


def addressees(
    archive: Archive, run: Run, occasion: str, day: date, event: Event | None, wanted: Wanted
) -> tuple[str, "Iterable[Addressee]"]:
    """The occasion by its full name, and those of `wanted` whom it concerns on `day`.

    Raises UsageError for an event message without an event and the like, InvalidError for an occasion there is not.
    """
    from crmkit.core.calendar.occasions import BIRTHDAY, WEDDING
    from crmkit.core.messages import mailing, templates

    occasion = code_of(occasion, templates.OCCASIONS)
    if (event is not None) != (occasion in templates.EVENT_OCCASIONS):
        raise UsageError(_("--event CODE goes with {choices}").format(choices=", ".join(templates.EVENT_OCCASIONS)))
    if occasion in NAMED_ONLY and not wanted.customers:
        raise UsageError(_("whom is the {occasion} for? name them with --customer").format(occasion=occasion))
    if event is not None:
        found = mailing.event_guests(occasion, event, archive.of(Invitation, event.id), run.now)
        known = {one.id: one for one in _people(archive, wanted)}
        guests = ((known[who], key, number) for who, key, number in found if who in known)
        return occasion, (mailing.Addressee(who, key, {"invitation": number}) for who, key, number in guests)
    people: Iterable[Customer] = _people(archive, wanted)
    if occasion in (BIRTHDAY, WEDDING):
        return occasion, mailing.on_own_day(occasion, people, day)
    if occasion.partition(":")[0] == templates.ANY_FESTIVAL:
        festival = mailing.festival_on(run, occasion, day)
        return festival.name, (mailing.Addressee(one, festival.key) for one in people)
    if occasion not in mailing.PERIODS:
        raise InvalidError(
            _("there is no occasion {value}").format(value=occasion),
            one_of_them(templates.OCCASIONS),
        )
    if occasion == "letter" and not wanted.customers:
        people = _due_for_a_letter(archive, run, people, day)
    return occasion, (mailing.Addressee(one, mailing.period_key(occasion, day)) for one in people)


def shared_fields(archive: Archive, run: Run, occasion: str, event: Event | None, lang: str) -> dict[str, str]:
    """The fields of a template that are the same for everybody; "" for what is not known. In the language in use."""
    from crmkit.core.calendar.occasions import FESTIVAL
    from crmkit.core.messages.mailing import event_fields
    from crmkit.labels import label

    sender = [one.name for one in archive.find(Staff, f"staff:{run.by.casefold()}") if one.code == run.by]
    fields = {
        "branch": run.settings.archive.name,
        "hotline": run.settings.card.hotline,
        "staff": sender[0] if sender else "",
    }
    if occasion.startswith(FESTIVAL):
        fields["festival"] = label(occasion.removeprefix(FESTIVAL))
    return fields | (event_fields(event, lang, run.now) if event else {})


def _people(archive: Archive, wanted: Wanted) -> Iterator[Customer]:
    if wanted.customers:
        chosen: Iterable[Customer] = (archive.get(Customer, one) for one in sorted(wanted.customers))
    else:
        chosen = archive.all(Customer)
    return (one for one in chosen if wanted.fits(one))


def _due_for_a_letter(archive: Archive, run: Run, people: Iterable[Customer], day: date) -> list[Customer]:
    from crmkit.core.care.cadence import care, due

    had = care(run, archive.all(Visit), archive.all(Message))
    return [one.customer for one in due(run, people, had, day) if one.what == "letter"]
