"""Orders (订单): what was bought."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

import msgspec

from crmkit.records.base import Record


class OrderItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order."""

    product: str = ""  # product code, where it is on the price list
    name: str = ""  # as written by the operator
    quantity: int = 1
    amount: int | None = None  # fen, for the whole line


class Order(Record, frozen=True, kw_only=True):
    """A purchase as far as it is known (DOMAIN 6)."""

    kind: ClassVar[str] = "orders"
    letter: ClassVar[str] = "O"
    refers: ClassVar[tuple[str, ...]] = ("customer",)

    customer: str
    ordered_on: date
    items: tuple[OrderItem, ...] = ()
    total: int | None = None  # fen
    channel: str = ""
    row: str = ""  # key of the imported row

    def keys(self) -> Iterator[str]:
        """The customer it belongs to."""
        yield f"ref:{self.customer}"
