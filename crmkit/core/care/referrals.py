"""Referral chains (转介绍): who brought whom, and what came of it (docs.md: Customers)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from crmkit.records import Customer
from crmkit.records.typed import Fen, Price

ChildrenOf = Callable[[str], list[Customer]]  # customer id → the files that this customer brought
BoughtBy = Callable[[str], tuple[bool, int]]  # customer id → is a buyer, revenue in fen


class Node(NamedTuple):
    """One person of a chain."""

    customer: Customer
    level: int  # 0 = the first of the chain


class Yield(NamedTuple):
    """What came of the files that one person brought."""

    files: int
    buyers: int
    amount: Price  # returns taken off


def chain(root: Customer, children_of: ChildrenOf) -> Iterator[Node]:
    """`root` and everybody below, each one behind whoever brought them, in the order in which they came.

    Nobody is listed twice, so two files that name each other as referrer make no endless chain.
    """
    seen = {root.id}
    waiting = [Node(root, 0)]
    while waiting:
        node = waiting.pop()
        yield node
        brought = [child for child in children_of(node.customer.id) if child.id not in seen]
        seen.update(child.id for child in brought)
        waiting += [Node(child, node.level + 1) for child in sorted(brought, key=_came, reverse=True)]


def came_of(people: list[Customer], bought: BoughtBy) -> Yield:
    """How many files `people` are, how many of them bought, and for how much."""
    purchases = [bought(person.id) for person in people]
    amount = Price(sum(amount for _buyer, amount in purchases))
    return Yield(len(people), sum(buyer for buyer, _amount in purchases), amount)


def chain_rows(root: Customer, children_of: ChildrenOf, bought: BoughtBy) -> list[dict[str, Any]]:
    """A row for each person of the chain, with what came of everybody whom that person brought, directly or not."""
    nodes = list(chain(root, children_of))
    return [_row(node, came_of(_below(nodes, place), bought), bought) for place, node in enumerate(nodes)]


def referrers(people: Mapping[str, Customer], bought: BoughtBy) -> list[dict[str, Any]]:
    """A row for each of `people` (by id) who brought somebody, the most fruitful first.

    `files`, `buyers` and `amount` are of those whom they brought themselves, `chain_` of those below as well.
    """
    children: dict[str, list[Customer]] = {}
    for person in people.values():
        if person.referrer in people and person.referrer != person.id:
            children.setdefault(person.referrer, []).append(person)

    def children_of(identifier: str) -> list[Customer]:
        return children.get(identifier, [])

    rows = []
    for identifier in children:
        referrer = people[identifier]
        direct = came_of(children[identifier], bought)
        below = came_of([node.customer for node in chain(referrer, children_of) if node.level], bought)
        whole = {f"chain_{name}": value for name, value in below._asdict().items()}
        rows.append({"id": identifier, "name": referrer.name, **direct._asdict(), **whole})
    return sorted(rows, key=lambda row: (-row["buyers"], -row["amount"], -row["files"], row["id"]))


def _below(nodes: list[Node], place: int) -> list[Customer]:
    """Everybody below the node at `place`: those that follow it on a lower level, up to the next that is not."""
    found: list[Customer] = []
    for node in nodes[place + 1 :]:
        if node.level <= nodes[place].level:
            break
        found.append(node.customer)
    return found


def _row(node: Node, below: Yield, bought: BoughtBy) -> dict[str, Any]:
    buyer, amount = bought(node.customer.id)
    return {
        "id": node.customer.id,
        "level": node.level,
        "name": node.customer.name,
        "referrer": node.customer.referrer,
        "collected_at": _came(node.customer)[0],
        "buyer": buyer,
        "revenue": Fen(amount),
        **below._asdict(),
    }


def _came(customer: Customer) -> tuple[str, str]:
    at = customer.collected_at or customer.created_at
    return (at.isoformat() if at else ""), customer.id
