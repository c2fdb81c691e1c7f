"""Blocking: only pairs that agree in at least one key are compared.

Every key is so narrow that strangers seldom share it, however long the list: the work grows with the list, not with its
square. Each kind of key has its own pass, so only the keys of one kind are in memory at a time.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from crmkit.core.dedupe import birthdays
from crmkit.core.dedupe.people import Person
from crmkit.core.people import addresses, names

Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]  # as `map`, and as `pool.each`

WIDEST = 40  # files under one key; more of them are compared only where they agree in a second key too


class Pass(NamedTuple):
    """One kind of key, and what else must hold of two files that share one."""

    keys: Callable[[Person], Iterator[Hashable]]
    admits: Callable[[Person, Person], bool] = lambda _a, _b: True


def candidates(people: Sequence[Person], each: Each = map) -> list[tuple[int, int]]:
    """Index pairs (smaller first) that share a key, each pair once, in order; the passes are made with `each`."""
    size = len(people)

    def found_in(one: Pass) -> "array[int]":
        pairs = (pair for block in _blocks(people, one.keys) for pair in combinations(block, 2))
        return array("Q", {i * size + j for i, j in pairs if one.admits(people[i], people[j])})

    return [divmod(pair, size) for pair in sorted(set().union(*each(found_in, PASSES)))]


def _blocks(people: Sequence[Person], keys_of: Callable[[Person], Iterator[Hashable]]) -> Iterator[list[int]]:
    """The indexes of files that share a key, in order; most keys have one file only and need no list."""
    first: dict[int, int] = {}
    blocks: dict[int, list[int]] = {}
    for index, person in enumerate(people):
        for key in map(hash, keys_of(person)):  # two keys of one hash cost a comparison, a key itself much memory
            one = first.setdefault(key, index)
            if one != index:
                block = blocks.setdefault(key, [one])
                if block[-1] != index:
                    block.append(index)
    for members in blocks.values():
        yield from [members] if len(members) <= WIDEST else _narrowed(members, people)


def _narrowed(members: list[int], people: Sequence[Person]) -> Iterator[list[int]]:
    """The blocks of those of `members` that agree in one more key."""
    finer: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index in members:
        for key in _further(people[index]):
            finer[key].append(index)
    yield from (block for block in finer.values() if 1 < len(block) <= WIDEST)


def _further(p: Person) -> Iterator[Hashable]:
    """What two members of one family or one office do not share."""
    yield p.letters
    if p.birth.year is not None:
        yield "year", p.birth.year
    if p.birth.day:
        yield "day", p.birth.day
    if p.birth.solar:
        yield p.birth.solar
    if p.address:
        yield "road", p.address.road[-3:]
        yield p.address.numbers


def _numbers(p: Person) -> Iterator[Hashable]:
    for phone in p.phones | p.noted:
        yield phone.partition(";")[0]


def _beginnings(p: Person) -> Iterator[Hashable]:
    """One typing error leaves the beginning or the end of a number unchanged."""
    for phone in p.phones:
        yield phone.partition(";")[0][:-6], p.letters


def _ends(p: Person) -> Iterator[Hashable]:
    for phone in p.phones:
        yield phone.partition(";")[0][-5:], *(part[:1] for part in p.sound[:1])


def _one_slip(a: Person, b: Person) -> bool:
    return any(birthdays.slipped(x, y) for x in a.phones for y in b.phones)


def _accounts(p: Person) -> Iterator[Hashable]:
    yield from filter(None, (p.email, p.wechat))


def _workplaces(p: Person) -> Iterator[Hashable]:
    """A name with an employer: few of a large staff have the same name."""
    for name in p.employers:
        yield p.letters, name


def _doors(p: Person) -> Iterator[Hashable]:
    """A home address, also with one of its inner numbers left out."""
    if p.address and p.address.door:
        road, numbers = p.address.road[-2:], p.address.numbers
        yield road, numbers
        for place in range(1, len(numbers) - 1):
            yield road, numbers[:place] + numbers[place + 1 :]


def _one_home(a: Person, b: Person) -> bool:
    """Whether two people live behind one door, or near each other with names that may be one."""
    return _names_alike(a, b) or _agreement(a, b) == "home"


def _agreement(a: Person, b: Person) -> str:
    return addresses.compare(a.address, b.address) if a.address and b.address else ""


def _birthdays(p: Person) -> Iterator[Hashable]:
    """A name with one of the days that its bearer may have been born on: 1953-04-12 by the lunar calendar is 05-24."""
    birth = p.birth
    if birth.solar:
        yield p.letters, birth.solar
    if birth.written and not birth.lunar and p.han:
        meant = birthdays.from_lunar(int(birth.written[:4]), int(birth.written[4:6]), birth.written[6:])
        if meant:
            yield p.letters, meant


def _parts_of_birthdays(p: Person) -> Iterator[Hashable]:
    """A name with the parts of a birth date that one typing error leaves unchanged."""
    birth = p.birth
    if birth.day:
        yield p.letters, birth.day
    if birth.written:
        year, month, day = birth.written[:4], birth.written[4:6], birth.written[6:]
        yield p.letters, year, month
        yield p.letters, year, "", day
        yield p.letters, year[:3], "".join(sorted(year[3:] + month + day))


def _born(p: Person) -> Iterator[Hashable]:
    """A birth date with a part of a name: of Latin names, any word may be mistyped."""
    if p.birth.solar:
        yield from ((p.birth.solar, part) for part in p.sound) if p.han else (p.birth.solar,)


def _addresses(p: Person) -> Iterator[Hashable]:
    """A name with the parts of an address that an omission leaves unchanged."""
    if p.address and p.address.numbers:
        numbers = p.address.numbers
        road = p.address.road[-2:]
        yield p.letters, road, numbers[0]
        yield p.letters, road, "", numbers[-1]
        yield p.letters, numbers


def _words(p: Person) -> Iterator[Hashable]:
    """Names in letters, where any word may be mistyped."""
    if not p.han:
        for word in p.sound:
            yield word[:4], p.birth.year
            yield word[:4], p.birth.day


def _streets(p: Person) -> Iterator[Hashable]:
    """Names and addresses in letters: a number or a word of the street, with the beginning or end of a name."""
    if p.han or p.address is None:
        return
    street = [word for word in p.address.road.split() if not word[0].isdigit()]
    for number in p.address.numbers:
        for word in p.sound:
            yield "beginning", word[:3], number
            yield "ending", word[-3:], number
        for word in street:
            yield "street", word[:5], number
    for word in p.sound:
        for part in street:
            yield "both", word[:4], part[:5]


def _one_place(a: Person, b: Person) -> bool:
    return _agreement(a, b) in ("home", "near", "building")


def _names_alike(a: Person, b: Person) -> bool:
    """Whether two Chinese names have two parts in common, or one that is all there is of it, or easily misread."""
    if not a.han or not b.han or min(len(a.sound), len(b.sound)) < 2:
        return True
    return sum(part in b.sound for part in a.sound) > 1 or any(map(names.look_alike, a.full, b.full))


def _days_agree(a: Person, b: Person) -> bool:
    return birthdays.compare(a.birth, b.birth, lunar=True) != "conflict"


PASSES = (
    Pass(_numbers), Pass(_beginnings, _one_slip), Pass(_ends, _one_slip), Pass(_accounts), Pass(_workplaces),
    Pass(_doors, _one_home),
    Pass(_birthdays), Pass(_parts_of_birthdays, _days_agree), Pass(_born, _names_alike),
    Pass(_addresses, _one_place), Pass(_words), Pass(_streets, _one_place),
)  # fmt: skip
