"""Referrers: the chain upwards, and the check that it makes no circle.

See docs.md: Customers.
"""

from collections.abc import Callable, Iterator

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer


def above(referrer: str, file_of: Callable[[str], Customer | None]) -> Iterator[Customer]:
    """The customer with the id `referrer`, whoever brought them, and so on; a circle is walked once."""
    seen: set[str] = set()
    while referrer and (file := file_of(referrer)) is not None and file.id not in seen:
        yield file
        seen.add(file.id)
        referrer = file.referrer


def circle(customer: str, referrer: str, file_of: Callable[[str], Customer | None]) -> tuple[Customer, ...]:
    """The chain from `referrer` up to `customer`, where that is who brought `referrer`; empty where it is not."""
    chain: list[Customer] = []
    for file in above(referrer, file_of):
        chain.append(file)
        if file.id == customer:
            return tuple(chain)
    return ()


def refuse_circle(customer: str, referrer: str, file_of: Callable[[str], Customer | None], field: str = "") -> None:
    """Raises InvalidError, of `field`, where `customer` brought `referrer`, or is the same."""
    chain = circle(customer, referrer, file_of)
    if chain:
        raise InvalidError(told(chain), field=field)


def told(chain: tuple[Customer, ...]) -> str:
    """A circle as a sentence."""
    first, *others = (f"{file.id} {file.name}".strip() for file in chain)
    if not others:
        return _("{id} cannot be their own referrer").format(id=first)
    return _("{referrer} cannot be the referrer: brought by {chain}").format(referrer=first, chain=" < ".join(others))
