"""What a service costs, what was taken for it, and what is to be paid back (docs.md: Tickets)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from crmkit.core.tickets.course import Course, course
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Product, Step
from crmkit.records.reference import DatedPrice
from crmkit.records.step import Charge

PAID = ("contract", "prepaid")  # coverages that were paid for: they cover the work, and parts are extra


class Bill(msgspec.Struct, frozen=True):
    """The money of a ticket, in fen."""

    list_price: int  # of everything that was charged, at the list's prices of the days of work
    payable: int  # of it, what the customer has to pay
    charged: int  # taken from the customer
    refunded: int
    refund_due: int  # what was taken above `payable`, not paid back yet and not declined


class Overcharge(NamedTuple):
    """What was taken above the list."""

    at: datetime  # when it came to more than was to be paid
    by: str  # staff code of whoever served
    amount: int  # fen


def bill(course: Course) -> Bill:
    """The money of a ticket.

    A fee (a trip, a check) is due once for a repair, however often somebody had to come until it was done. What the
    customer says was charged counts where it is more than what was written down.
    """
    lines = list(_lines(course.steps))
    charged = _charged(course)
    refunds = course.of("refund")
    refunded = sum(step.numbers.get("paid", 0) for step in refunds)
    declined = any(step.codes.get("outcome") == "declined" for step in refunds)
    payable = 0 if course.replaced else _payable(course, lines)
    over = max(charged - payable - refunded, 0)
    return Bill(sum(amount(line) for line in lines), payable, charged, refunded, 0 if declined else over)


def overcharge(course: Course) -> Overcharge | None:
    """What was taken above the list by the bill of the work; None where nothing was.

    It stays what it was when money is paid back. A unit that is replaced later makes the work free, but does not make a
    fault of what was right on the day of work, nor the other way round.
    """
    payable = _payable(course, list(_lines(course.steps)))
    over = _charged(course) - payable
    if over <= 0:
        return None
    taken = 0
    for step in course.steps:
        taken += step.numbers.get("taken", 0)
        told = step.numbers.get("charged", 0) if step.what == "follow-up" else 0
        if max(taken, told) > payable:
            who = step.by if step.what in ("work", "solve") else ""
            return Overcharge(step.at, who or course.worker, over)
    return None


def refunded_too_much(present: Course) -> list[Step]:
    """The refunds that were more than was due: two operators, offline, both paid it, or one wrote it was declined."""
    found = []
    for number, step in enumerate(present.steps):
        if step.what == "refund":
            due = bill(course(present.ticket, present.steps[:number])).refund_due
            if step.numbers.get("paid", 0) + step.numbers.get("declined", 0) > due:
                found.append(step)
    return found


def priced(product: Product, quantity: int, day: date) -> Charge:
    """A charge for so many of a part, labour or fee by the list of `day`. InvalidError where the list has no price."""
    price = price_on(product, day)
    if price is None:
        raise InvalidError(
            _("{code} has no price").format(code=product.code),
            _("crmkit product edit {code} --set price=YUAN").format(code=product.code),
        )
    return Charge(code=product.code, quantity=quantity, price=price, what=product.product_kind or "goods")


def price_on(product: Product, day: date) -> int | None:
    """The price of one unit on `day`, in fen; None where there is none."""
    known = [one for one in product.prices if one.since is None or one.since <= day]
    return max(known, key=lambda one: one.since or date.min).price if known else product.price


def repriced(product: Product, price: int | None, day: date) -> tuple[DatedPrice, ...]:
    """The prices of a product once it costs `price` from `day` on."""
    if price is None:
        return ()
    before = product.prices
    if not before and product.price is not None:
        before = (DatedPrice(price=product.price),)
    kept = tuple(one for one in before if one.since != day)
    return (*kept, DatedPrice(since=day, price=price)) if kept else ()


def amount(line: Charge) -> int:
    """What a charge comes to, in fen."""
    return line.quantity * line.price


def _lines(steps: Iterable[Step]) -> Iterable[Charge]:
    """Every charge that counts; of a fee the first only."""
    fees: set[str] = set()
    for step in steps:
        for line in step.charges:
            if line.what != "fee":
                yield line
            elif line.code not in fees:
                fees.add(line.code)
                yield Charge(code=line.code, price=line.price, what=line.what)


def _charged(course: Course) -> int:
    taken = sum(step.numbers.get("taken", 0) for step in course.steps)
    told = [step.numbers["charged"] for step in course.of("follow-up") if "charged" in step.numbers]
    return max([taken, *told[-1:]])


def _payable(course: Course, lines: list[Charge]) -> int:
    coverage = course.coverage
    if coverage == "goodwill" or (coverage == "warranty" and course.cause != "misuse"):
        return 0
    covered = coverage in PAID
    shares = {
        step.codes["fee"].casefold(): step.numbers.get("percent", 0) for step in course.steps if "fee" in step.codes
    }
    return sum(
        amount(line) * shares.get(line.code.casefold(), 100) // 100
        for line in lines
        if not covered or line.what == "part"
    )
