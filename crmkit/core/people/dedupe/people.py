"""What of a customer's file can tell whether two files are one person, read once per file."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crmkit.core.people import names
from crmkit.core.people.dedupe import addresses, birthdays, pinyin
from crmkit.records import Customer

_MOBILE_IN_TEXT = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_FALSE_STATES = ("mismatch", "wrong", "invalid")  # a number that proved not to be this person's says nothing


@dataclass(slots=True)
class Person:
    """One file, ready to be compared; every part may be empty."""

    id: str
    surname: str
    given: str
    han: bool  # the name is written in Chinese characters
    full: str  # the name as it is compared
    sound: tuple[str, ...]  # syllables of a Chinese name, or the words of a Latin one
    letters: str  # the letters of the sound in alphabetical order: the same for homophones, in any order of the words
    sex: str  # on file, else as a title tells it
    phones: frozenset[str]  # e164, with ";ext" where there is an extension
    noted: frozenset[str]  # numbers found in the notes
    birth: birthdays.Birth
    address: addresses.Address | None
    email: str
    wechat: str
    employer: str
    household: str
    external_id: str


def read(customer: Customer) -> Person:
    """The comparable parts of `customer`."""
    name = names.parts(customer.name)
    han = names.is_han(name.surname + name.given)
    sound = pinyin.syllables(name.surname, name.given) if han else tuple(names.words_of(name))
    return Person(
        id=customer.id,
        surname=name.surname,
        given=name.given,
        han=han,
        full=name.surname + name.given if han else " ".join(names.words_of(name)),
        sound=sound,
        letters="".join(sorted("".join(map(pinyin.accent_free, sound)))),
        sex=name.sex or customer.sex,
        phones=frozenset(f"{p.e164};{p.ext}".rstrip(";") for p in customer.phones if p.state not in _FALSE_STATES),
        noted=frozenset(_numbers_in(customer.notes)),
        birth=birthdays.read(customer),
        address=addresses.read(customer.address),
        email=customer.email.strip().casefold(),
        wechat=customer.wechat.strip().casefold(),
        employer=names.simplified(customer.employer).strip().casefold(),
        household=customer.household,
        external_id=customer.external_id,
    )


def _numbers_in(notes: Iterable[str]) -> set[str]:
    return {f"+86{number}" for note in notes for number in _MOBILE_IN_TEXT.findall(note)}
