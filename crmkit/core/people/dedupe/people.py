"""What of a customer's file can tell whether two files are one person, read once per file."""

import re
from functools import lru_cache

import msgspec

from crmkit.core.people import names
from crmkit.core.people.dedupe import addresses, birthdays, pinyin
from crmkit.core.phones.phones import identity
from crmkit.records import Customer

_MOBILE_IN_TEXT = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_FALSE_STATES = ("mismatch", "wrong", "invalid")  # a number that proved not to be this person's says nothing
TEXTS = ("email", "wechat", "employer")  # fields of `Person` that are the same or not: counted and compared alike


class Person(msgspec.Struct, frozen=True, gc=False):
    """One file, ready to be compared; every part may be empty."""

    id: str
    surname: str
    given: str
    han: bool  # the name is written in Chinese characters
    full: str  # the name as it is compared
    sound: tuple[str, ...]  # syllables of a Chinese name, or the words of a Latin one
    letters: str  # the letters of the sound in alphabetical order: the same for homophones, in any order of the words
    sex: str  # on file, else as a title tells it
    phones: frozenset[str]  # by their identity
    noted: frozenset[str]  # numbers found in the notes
    birth: birthdays.Birth
    address: addresses.Address | None
    email: str
    wechat: str
    employer: str
    household: str
    external_id: str


class _Name(msgspec.Struct, frozen=True, gc=False):
    surname: str
    given: str
    han: bool
    full: str
    sound: tuple[str, ...]
    letters: str
    sex: str


@lru_cache(maxsize=1 << 18)
def _name(text: str) -> _Name:
    """A name as `Person` has it; of a hundred thousand people two thirds share theirs with somebody."""
    surname, given, sex = name = names.parts(text)
    han = names.is_han(surname + given)
    sound = pinyin.syllables(surname, given) if han else tuple(names.words_of(name))
    letters = "".join(sorted("".join(map(pinyin.accent_free, sound))))
    return _Name(surname, given, han, surname + given if han else " ".join(sound), sound, letters, sex)


def read(customer: Customer) -> Person:
    """The comparable parts of `customer`."""
    name = _name(customer.name)
    return Person(
        id=customer.id,
        surname=name.surname,
        given=name.given,
        han=name.han,
        full=name.full,
        sound=name.sound,
        letters=name.letters,
        sex=name.sex or customer.sex,
        phones=frozenset(identity(p) for p in customer.phones if p.state not in _FALSE_STATES),
        noted=frozenset(f"+86{number}" for note in customer.notes for number in _MOBILE_IN_TEXT.findall(note)),
        birth=birthdays.read(customer),
        address=addresses.read(customer.address),
        email=customer.email.strip().casefold(),
        wechat=customer.wechat.strip().casefold(),
        employer=names.simplified(customer.employer).strip().casefold(),
        household=customer.household,
        external_id=customer.external_id,
    )
