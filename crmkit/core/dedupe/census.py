"""Frequencies in the list at hand, of names, dates, homes, numbers: agreement in a rare value weighs more."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache

from crmkit.core.dedupe.people import Person
from crmkit.core.people import names
from crmkit.core.people.addresses import Address
from crmkit.core.phones.phones import line_of

Holder = tuple[str, tuple[str, ...]]  # surname, and how the given name sounds; () for a courtesy form

DATES = 20_000  # days in the 55 years in which most customers were born: no date is rarer by chance
OF_NAMES = ("surname", "given", "name", "sounds alike", "sounds close", "characters", "place")
OUTSIDE = 1000  # people who might have been on the list as well


class Census:
    """Counts over one list. A chance is that of two strangers of this list agreeing so."""

    def __init__(self, people: Sequence[Person], crowd: int, shared_numbers: Iterable[str]) -> None:
        self._crowd = crowd
        self.size = max(len(people), 2)
        self._shared = frozenset(shared_numbers)
        self._counts = _counted(people)
        numbers = self._counts["phone"]
        self._holders: defaultdict[str, set[Holder]] = defaultdict(set)
        self._inhabitants: defaultdict[object, set[tuple[str, ...]]] = defaultdict(set)
        for person in people:
            for phone in person.phones:
                if numbers[phone] > 1:
                    self._holders[phone].add((person.surname, tuple(sorted(person.sound[len(person.surname) :]))))
            if person.address and self._counts["home"][person.address.key] > 1:
                self._inhabitants[person.address.key].add(person.sound)
        self._crowds = {phone for phone in self._holders if len(self.holders(phone)) >= crowd}

    def chance(self, what: str, value: object) -> float:
        """The chance that a stranger has `value`; the two compared files are not counted.

        OUTSIDE people who are not on the list are added, half a person of them with the value. So a value that nobody
        else has is rare but not impossible, and a list of ten says little about what is common.
        """
        others = max(self._counts[what][value] - 2, 0)
        return (others + 0.5) / (self.size + OUTSIDE)

    def date_chance(self, written: str) -> float:
        """The chance that a stranger was born on that day; dates such as 1950-01-01 are written too often."""
        return max(self.chance("birthday", written), 1 / DATES)

    def is_crowd(self, phone: str) -> bool:
        """Whether `phone` is a listed shared number, or so many different people have it that it names nobody."""
        return phone in self._shared or line_of(phone) in self._shared or phone in self._crowds

    def holders(self, phone: str) -> set[Holder]:
        """The different people, who have `phone`; courtesy forms of one of them left out."""
        full = {who for who in self._holders[phone] if who[1]}
        surnames = {surname for surname, _ in full}
        return full | {who for who in self._holders[phone] if not who[1] and who[0] not in surnames}

    def is_hostel(self, address: Address) -> bool:
        """Whether too many different people live at this address for a family."""
        return len(self._inhabitants[address.key]) >= self._crowd

    def rivals(self, phones: Iterable[str], surname: str) -> bool:
        """Whether several people of this surname have one of `phones`, so that a courtesy name fits more than one."""
        return any(sum(who[0] == surname for who in self.holders(phone)) > 1 for phone in phones)


def _counted(people: Sequence[Person]) -> Mapping[str, Counter[Hashable]]:
    """How many of `people` have each value, by what it is."""
    counts: dict[str, Counter[Hashable]] = {
        "word": Counter(word for person in people if not person.han for word in person.sound),
        "birthday": Counter(person.birth.written for person in people if person.birth.written),
        "home": Counter(person.address.key for person in people if person.address),
        "email": Counter(person.email for person in people if person.email),
        "wechat": Counter(person.wechat for person in people if person.wechat),
        "employer": Counter(name for person in people for name in person.employers),
        "phone": Counter(phone for person in people for phone in person.phones),
    }
    counts |= {what: Counter() for what in OF_NAMES}
    names = Counter((person.surname, person.given, person.full, person.sound) for person in people if person.han)
    for (surname, given, full, sound), bearers in names.items():
        counts["surname"][surname] += bearers
        counts["given"][given] += bearers
        counts["name"][full] += bearers
        counts["sounds alike"][sound] += bearers
        counts["sounds close"][accent_free(sound)] += bearers
        counts["characters"]["".join(sorted(full))] += bearers
        for place, character in enumerate(given):
            counts["place"][surname, place, character] += bearers
    return counts


@lru_cache(maxsize=1 << 18)
def accent_free(sound: tuple[str, ...]) -> tuple[str, ...]:
    """`sound` without the differences that accents blur."""
    return tuple(map(names.accent_free, sound))
