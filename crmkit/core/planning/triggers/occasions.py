"""What comes back: birthdays, wedding days and festivals, and the next contact after the last.

See docs.md: Calls, Customers.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from crmkit.core.calendar.occasions import BIRTHDAY, FESTIVAL, WEDDING, Occasion, festivals, occurrences
from crmkit.core.planning.triggers.book import Book, Trigger
from crmkit.core.run import Run
from crmkit.records import Customer


def birthdays(run: Run, book: Book) -> Iterator[Trigger]:
    """Every birthday within the horizon."""
    for customer in book.customers.values():
        yield from _ungreeted(book, customer, occurrences(BIRTHDAY, customer.birthday, *_window(run)))


def weddings(run: Run, book: Book) -> Iterator[Trigger]:
    """Every wedding day within the horizon."""
    for customer in book.customers.values():
        yield from _ungreeted(book, customer, occurrences(WEDDING, customer.wedding_day, *_window(run)))


def holidays(run: Run, book: Book) -> Iterator[Trigger]:
    """Every festival within the horizon, for every customer."""
    days = festivals(run.settings.occasion.festivals, *_window(run))
    for customer in book.customers.values():
        yield from _ungreeted(book, customer, iter(days))


def contacts(run: Run, book: Book) -> Iterator[Trigger]:
    """Each customer's latest contact: a call that was answered or a visit, else the collection of the file."""
    latest = {
        one.id: (one.collected_at or one.created_at or run.now).astimezone(book.zone) for one in book.customers.values()
    }
    talks = [(call.customer, call.at) for call in book.calls if call.outcome == "reached"]
    talks += [(visit.customer, visit.finished_at or visit.ends_at) for visit in book.visits if visit.state == "done"]
    for name, at in talks:
        person = book.person(name)
        if person is not None:
            latest[person.id] = max(latest[person.id], at.astimezone(book.zone))
    for customer, at in latest.items():
        yield Trigger(customer, customer, at, day=at.date(), recurs=True, grade=book.customers[customer].grade)


def _ungreeted(book: Book, customer: Customer, days: Iterator[Occasion]) -> Iterator[Trigger]:
    """The occasions for which no message was sent: a person is greeted once."""
    for occasion in days:
        if (customer.id, occasion.key) not in book.greeted:
            yield Trigger(
                customer.id, customer.id, book.start(occasion.day), day=occasion.day, recurs=True,
                name=occasion.name.removeprefix(FESTIVAL), grade=customer.grade,
            )  # fmt: skip


def _window(run: Run) -> tuple[date, date]:
    """As far back as anything is planned, and as far ahead, so that a clock set back takes nothing away."""
    horizon = timedelta(days=run.settings.callback.horizon_days)
    return run.now.date() - horizon, run.now.date() + horizon
