"""How common each name, date, home and number is in the list at hand: what is rare speaks louder."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from crmkit.core.people.dedupe import pinyin
from crmkit.core.people.dedupe.addresses import Address
from crmkit.core.people.dedupe.people import Person

Holder = tuple[str, tuple[str, ...]]  # surname, and how the given name sounds; () for a courtesy form

DATES = 20_000  # days in the 55 years in which most customers were born: no date is rarer by chance
OUTSIDE = 1000  # people who might have been on the list as well


class Census:
    """Counts over one list. A chance is that of two strangers of this list agreeing so."""

    def __init__(self, people: Sequence[Person], crowd: int, shared_numbers: Iterable[str]) -> None:
        self._crowd = crowd
        self.size = max(len(people), 2)
        self._shared = frozenset(shared_numbers)
        self._counts: dict[str, Counter[object]] = defaultdict(Counter)
        self._holders: defaultdict[str, set[Holder]] = defaultdict(set)
        self._inhabitants: defaultdict[object, set[tuple[str, ...]]] = defaultdict(set)
        for person in people:
            self._count(person)
        self._crowds = {phone for phone in self._holders if len(self.holders(phone)) >= crowd}

    def _count(self, person: Person) -> None:
        counts = self._counts
        if person.han:
            counts["surname"][person.surname] += 1
            counts["given"][person.given] += 1
            counts["name"][person.full] += 1
            counts["sounds alike"][person.sound] += 1
            counts["sounds close"][accent_free(person.sound)] += 1
            counts["characters"]["".join(sorted(person.full))] += 1
            for place, character in enumerate(person.given):
                counts["place"][person.surname, place, character] += 1
        else:
            counts["word"].update(person.sound)
        if person.birth.written:
            counts["birthday"][person.birth.written] += 1
        if person.address:
            counts["home"][person.address.key] += 1
            self._inhabitants[person.address.key].add(person.sound)
        if person.employer:
            counts["employer"][person.employer] += 1
        for phone in person.phones:
            self._holders[phone].add((person.surname, tuple(sorted(person.sound[len(person.surname) :]))))

    def chance(self, what: str, value: object) -> float:
        """The chance that a stranger too has `value`; the two files that are being compared are left out.

        The list is taken together with the people outside, among whom half a person has it: so a value that nobody
        else has is rare, not impossible, and a list of ten says little about what is common.
        """
        others = max(self._counts[what][value] - 2, 0)
        return (others + 0.5) / (self.size + OUTSIDE)

    def date_chance(self, written: str) -> float:
        """The chance that a stranger was born on that day; dates such as 1950-01-01 are written too often."""
        return max(self.chance("birthday", written), 1 / DATES)

    def is_crowd(self, phone: str) -> bool:
        """Whether `phone` is a listed shared number, or so many different people have it that it names nobody."""
        return phone.partition(";")[0] in self._shared or phone in self._crowds

    def holders(self, phone: str) -> set[Holder]:
        """The different people, who have `phone`; courtesy forms of one of them left out."""
        full = {who for who in self._holders[phone] if who[1]}
        surnames = {surname for surname, _ in full}
        return full | {who for who in self._holders[phone] if not who[1] and who[0] not in surnames}

    def is_hostel(self, address: Address) -> bool:
        """Whether so many different people live behind this door that it is no family's home."""
        return len(self._inhabitants[address.key]) >= self._crowd

    def rivals(self, phones: Iterable[str], surname: str) -> bool:
        """Whether several people of this surname have one of `phones`, so that a courtesy name fits more than one."""
        return any(sum(who[0] == surname for who in self.holders(phone)) > 1 for phone in phones)


def accent_free(sound: tuple[str, ...]) -> tuple[str, ...]:
    """`sound` without the differences that accents blur."""
    return tuple(map(pinyin.accent_free, sound))
