"""Which pairs are worth comparing: those that agree in at least one key. All others are never looked at."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from crmkit.core.people.dedupe.people import Person

WIDEST = 40  # files under one key; more of them are compared only where they agree in a second key too


def candidates(people: Sequence[Person]) -> Iterator[tuple[int, int]]:
    """Index pairs (smaller first) that share a key, each pair once."""
    blocks: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, person in enumerate(people):
        for key in set(_keys(person)):
            blocks[key].append(index)
    partners: defaultdict[int, set[int]] = defaultdict(set)
    for members in blocks.values():
        for block in _narrowed(members, people):
            for place, one in enumerate(block):
                partners[one].update(block[place + 1 :])
    for one in sorted(partners):
        for other in sorted(partners.pop(one)):
            yield one, other


def _narrowed(members: list[int], people: Sequence[Person]) -> Iterator[list[int]]:
    """`members` as one block where they are few, else the blocks of those that agree in one more key."""
    if len(members) <= WIDEST:
        yield members
        return
    finer: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index in members:
        for key in ((people[index].letters,), *_further(people[index])):
            finer[key].append(index)
    yield from (block for block in finer.values() if 1 < len(block) <= WIDEST)


def _keys(p: Person) -> Iterator[tuple[object, ...]]:
    for phone in p.phones | p.noted:
        number = phone.partition(";")[0]
        yield "phone", number
        yield "beginning", number[:-6], p.letters  # one slip, wherever it is, leaves the beginning or the end alone
        yield "end", number[-5:]
    for field in ("email", "wechat"):
        if getattr(p, field):
            yield field, getattr(p, field)
    if p.address and p.address.door:
        yield "door", p.address.road[-2:], p.address.numbers[0], p.address.numbers[-1]
    for further in _further(p):
        yield p.letters, *further
    yield from _han_keys(p) if p.han else _latin_keys(p)


def _further(p: Person) -> Iterator[tuple[object, ...]]:
    """What besides the name may agree where no number does; a name alone never makes a pair."""
    if p.birth.year is not None:
        yield "year", p.birth.year
    if p.birth.day:
        yield "day", p.birth.day
    if p.birth.solar:
        yield "born", p.birth.solar
    if p.address:
        yield "road", p.address.road[-3:]
        yield "numbers", p.address.numbers


def _han_keys(p: Person) -> Iterator[tuple[object, ...]]:
    if p.birth.solar:
        for syllable in p.sound:
            yield "born", p.birth.solar, syllable


def _latin_keys(p: Person) -> Iterator[tuple[object, ...]]:
    """Keys for names and addresses in letters, where any word may be mistyped."""
    if p.birth.solar:
        yield "born", p.birth.solar
    for word in p.sound:
        yield "word and year", word[:4], p.birth.year
        yield "word and day", word[:4], p.birth.day
    if p.address is None:
        return
    street = [word for word in p.address.road.split() if not word[0].isdigit()]
    for number in p.address.numbers:
        for word in p.sound:
            yield "beginning and number", word[:3], number
            yield "ending and number", word[-3:], number
        for word in street:
            yield "street", word[:5], number
