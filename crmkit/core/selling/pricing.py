"""What the items of an order cost: the price list's tiers, agreed prices, discounts with a reason (docs.md: Orders)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from crmkit.core import fields
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.order import OrderItem
from crmkit.records.reference import Product

_MARKS = str.maketrans("：＠＝", ":@=")  # as a Chinese keyboard types them


class WantedItem(NamedTuple):
    """One item as it was asked for."""

    product: str  # code or name, as typed
    quantity: int
    price: int | None = None  # fen per unit, where it was agreed by hand


class Discount(NamedTuple):
    """Money taken off one item."""

    product: str  # code or name, as typed
    amount: int  # fen
    reason: str


def read_item(text: str) -> WantedItem:
    """An item typed as `CODE:QTY` or `CODE:QTY@PRICE` (yuan); a code alone is one unit. Raises InvalidError."""
    head, at, price = text.translate(_MARKS).partition("@")
    product, colon, quantity = head.rpartition(":")
    wanted = WantedItem(
        product=(product if colon else head).strip(),
        quantity=fields.quantity(quantity) if colon else 1,
        price=fields.yuan(price) if at else None,
    )
    if not wanted.product:
        raise InvalidError(
            _("{value} is not CODE:QUANTITY").format(value=fields.shown(text)),
            _("write for example HX1:2, or HX1:2@180 with a price"),
        )
    return wanted


def read_discount(text: str) -> Discount:
    """A discount typed as `CODE=YUAN:REASON`. Raises InvalidError, also where the reason is missing."""
    product, _equals, rest = text.translate(_MARKS).partition("=")
    amount, _colon, reason = rest.partition(":")
    if not product.strip() or not reason.strip():
        raise InvalidError(
            _("{value} is not CODE=YUAN:REASON").format(value=fields.shown(text)),
            _('a discount says why: --discount "HX1=20:old customer"'),
        )
    return Discount(product.strip(), fields.yuan(amount), fields.text(reason))


def list_price(run: Run, product: Product, quantity: int) -> int:
    """Fen per unit when `quantity` units are bought, by the product's tiers, else its price.

    Raises InvalidError where the list says nothing: it covers `order.max_tier_quantity` units, or as far as its
    highest tier, and a product may have no price at all.
    """
    most = max([run.settings.order.max_tier_quantity, *(tier.quantity for tier in product.tiers)])
    if product.tiers and quantity > most:
        raise InvalidError(
            _("{quantity} of {product}: the price list ends at {most}").format(
                quantity=quantity, product=product.code, most=most
            ),
            _("give the price agreed: --item {product}:{quantity}@YUAN").format(
                product=product.code, quantity=quantity
            ),
        )
    reached = [tier for tier in product.tiers if tier.quantity <= quantity]
    price = max(reached, key=lambda tier: tier.quantity).price if reached else product.price
    if price is None:
        raise InvalidError(
            _("{product} has no price for {quantity}").format(product=product.code, quantity=quantity),
            _("give it: --item {product}:{quantity}@YUAN, or crmkit product edit {product} --set price=YUAN").format(
                product=product.code, quantity=quantity
            ),
        )
    return price


def lines(
    run: Run, wanted: Iterable[WantedItem], discounts: Iterable[Discount], product_of: Callable[[str], Product]
) -> tuple[OrderItem, ...]:  # fmt: skip
    """The lines of an order; `product_of` finds a product by what was typed.

    Raises InvalidError as `priced` does, and for a discount that fits no line or several; what `product_of` raises.
    """
    asked = [(product_of(item.product), item) for item in wanted]
    given = [(product_of(discount.product).code, discount) for discount in discounts]
    codes = [product.code for product, _item in asked]
    for code, _discount in given:
        if codes.count(code) != 1:
            raise InvalidError(
                _("a discount on {product}, which stands in {n} lines").format(product=code, n=codes.count(code)),
                _("a discount is for one line; a line's price can also be given: --item CODE:QTY@YUAN"),
            )
    return tuple(
        priced(run, product, item, [discount for code, discount in given if code == product.code])
        for product, item in asked
    )


def priced(run: Run, product: Product, wanted: WantedItem, discounts: Iterable[Discount] = ()) -> OrderItem:
    """The line of an order for `wanted`; `discounts` are those of this line.

    Raises InvalidError where there is no price, or where more is taken off than the line costs.
    """
    price = list_price(run, product, wanted.quantity) if wanted.price is None else wanted.price
    given = list(discounts)
    off = sum(discount.amount for discount in given)
    whole = wanted.quantity * price
    if off > whole:
        raise InvalidError(
            _("{product}: a discount of {off} on {whole}").format(
                product=product.code, off=fields.in_yuan(off), whole=fields.in_yuan(whole)
            ),
            _("no more can be taken off than the items cost"),
        )
    if whole > fields.MAX_FEN:
        raise InvalidError(
            _("{product}: {whole} is more than an order can hold").format(
                product=product.code, whole=fields.in_yuan(whole)
            )
        )
    return OrderItem(
        product=product.code,
        name=product.name,
        quantity=wanted.quantity,
        price=price,
        discount=off,
        reason="; ".join(discount.reason for discount in given),
        amount=whole - off,
    )
