"""Orders (订单): what was bought, what was paid for it, what came back (core/docs.md, "Orders"). Money is whole fen."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar

import msgspec

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded, CodedMethod, Money, UnitPrice

TERMS = ("full", "deposit", "collection")
SIGNS = ("phone", "address")
RISKS = ("none", "low", "medium", "high")
PAYMENTS = ("payment", "refund")
METHODS = ("cash", "card", "wechat", "alipay", "transfer")


class OrderItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of an order."""

    product: str = ""  # product code, where it is on the price list
    name: str = ""  # as written by the operator
    quantity: int = 1
    price: UnitPrice | None = None  # fen per unit, by the price list's tier on the day of the order
    discount: Money = 0  # fen taken off the line
    reason: str = ""  # why there is a discount
    amount: Money | None = None  # fen, for the whole line: quantity * price - discount


class Sign(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was said otherwise when asked again: a sign that the order will come back (core/docs.md, "Orders")."""

    part_key: ClassVar[tuple[str, ...]] = ("about", "said")
    merging: ClassVar[Mapping[str, Rule]] = {"known": "later"}

    about: str  # one of SIGNS
    said: str
    known: str = ""  # the address on file


class Order(Record, frozen=True, kw_only=True, rename={"event_id": "event"}):
    """A purchase as far as it is known; an imported one may lack its amounts.

    What was paid, refunded and returned are records of their own (Payment, Return); `core.orders` adds them up.
    """

    kind: ClassVar[str] = "orders"
    letter: ClassVar[str] = "O"
    refers: ClassVar[tuple[str, ...]] = ("customer", "event_id")
    merging: ClassVar[Mapping[str, Rule]] = {
        "sent_on": "least",
        "delivered_on": "least",
        "confirmed_at": "greatest",
        "cancelled_at": "least",
        "risk": RISKS,
    }

    customer: str
    ordered_on: date
    items: tuple[OrderItem, ...] = ()
    total: Money | None = None  # fen; the sum of the items' amounts
    channel: str = ""  # shop, event, visit, phone ... as the operator calls it
    event_id: str = ""  # the event at which it was placed; stored and shown as `event`
    by: str = ""  # staff code of who sold it
    terms: Coded = ""  # one of TERMS: paid in full, deposit, or on collection
    collect_at: Moment | None = None  # when the balance is to be collected, as agreed
    confirmed_at: Moment | None = None  # phone and address asked again before the collection (core/docs.md, "Orders")
    address: str = ""  # where to deliver and collect, as confirmed; "" = the file's address
    expected_on: date | None = None  # day on which the goods should arrive
    sent_on: date | None = None
    delivered_on: date | None = None
    invoice: bool = False  # the customer asked for an invoice
    risk: Coded = ""  # one of RISKS: that it will be returned; "" = not judged
    risk_sign: str = ""  # the sign that was seen, in somebody's words
    signs: tuple[Sign, ...] = ()  # shown with it
    cancelled_at: Moment | None = None  # given up before anything was delivered
    reason: str = ""  # why cancelled
    note: str = ""
    row: str = ""  # key of the imported row
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer and the event it belongs to, who sold it, and a script's key."""
        yield f"ref:{self.customer}"
        if self.event_id:
            yield f"ref:{self.event_id}"
        if self.by:
            yield f"sold-by:{self.by}"
        if self.key:
            yield f"key:{self.key}"


class Payment(Record, frozen=True, kw_only=True):
    """Money received for an order, or paid back."""

    kind: ClassVar[str] = "payments"
    letter: ClassVar[str] = "Y"
    refers: ClassVar[tuple[str, ...]] = ("customer", "order", "returned")
    event: ClassVar[bool] = True
    merging: ClassVar[Mapping[str, Rule]] = {"at": "least"}  # differs only where two clones were given one --key

    customer: str
    order: str
    at: Moment
    amount: Money  # fen, above zero
    what: Coded  # one of PAYMENTS
    method: CodedMethod = ""  # one of METHODS
    receipt: str = ""  # number of the receipt that was given
    counted: bool = False  # counted in the customer's presence
    by: str = ""  # staff code of who took it or paid it back
    returned: str = ""  # of a refund, the id of the return that it settles
    note: str = ""
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer and the order it belongs to, the receipt's number, and a script's key."""
        yield f"ref:{self.customer}"
        yield f"ref:{self.order}"
        if self.receipt:
            yield f"receipt:{self.receipt.casefold()}"
        if self.key:
            yield f"key:{self.key}"


class ReturnedItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Units of one product that come back."""

    part_key: ClassVar[tuple[str, ...]] = ("product", "name")

    product: str = ""
    name: str = ""
    quantity: int = 1
    amount: Money = 0  # fen, their share of what was charged


class Return(Record, frozen=True, kw_only=True):
    """Goods that the customer gives back (退货)."""

    kind: ClassVar[str] = "returns"
    letter: ClassVar[str] = "J"
    refers: ClassVar[tuple[str, ...]] = ("customer", "order")
    merging: ClassVar[Mapping[str, Rule]] = {"goods_back_on": "least"}

    customer: str
    order: str
    asked_at: Moment
    items: tuple[ReturnedItem, ...] = ()
    reason: str = ""
    within: bool = False  # asked within the no-reason window (`order.return_days`)
    refund: Money = 0  # fen to be paid back
    goods_back_on: date | None = None
    by: str = ""  # staff code of who took it down
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer and the order it belongs to, and a script's key."""
        yield f"ref:{self.customer}"
        yield f"ref:{self.order}"
        if self.key:
            yield f"key:{self.key}"
