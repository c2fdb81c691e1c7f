"""The comparable parts of a customer's file, read once per file."""

import re
import unicodedata
from functools import lru_cache

import msgspec

from crmkit.core.dedupe import birthdays
from crmkit.core.people import addresses, names
from crmkit.core.phones.phones import identity
from crmkit.core.wording import searched
from crmkit.records import Customer

_MOBILE_IN_TEXT = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_FALSE_STATES = ("mismatch", "wrong", "invalid")  # a number that proved not to be this person's says nothing
_PLACE = re.compile("^(?:原|退休于|中国)?(?:.{2,3}省)?(?:.{2,3}市|北京|上海|天津|重庆)?")
_FORM = re.compile("(?:有限责任公司|股份有限公司|有限公司|总公司|公司)?(?:\\(.*\\))?(?:已?[退离]休)?$")


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
    noted: frozenset[str]  # numbers found in the notes, and one that is the WeChat name
    birth: birthdays.Birth
    address: addresses.Address | None
    email: str
    wechat: str
    employers: frozenset[str]  # now and formerly: most have retired, and either is written down as the one
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
    """A name as `Person` has it; cached, since two of three people in a long list share theirs."""
    surname, given, sex = name = names.parts(text)
    han = names.is_han(surname + given)
    sound = names.syllables(surname, given) if han else tuple(names.words_of(name))
    letters = "".join(sorted("".join(map(names.accent_free, sound))))
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
        noted=frozenset(
            f"+86{number}"
            for text in (*searched(customer), customer.wechat)
            for number in _MOBILE_IN_TEXT.findall(text)
        ),
        birth=birthdays.read(customer),
        address=addresses.read(customer.address),
        email=_account(customer.email),
        wechat=_account(customer.wechat),
        employers=frozenset(filter(None, map(_workplace, (customer.employer, customer.former_employer)))),
        household=customer.household,
        external_id=customer.external_id,
    )


def _account(text: str) -> str:
    """An account name in one spelling: half-width lower case without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=1 << 16)
def _workplace(text: str) -> str:
    """An employer without the city in front, without the legal form and whether one has retired from there."""
    name = _account(names.simplified(text))
    return _FORM.sub("", _PLACE.sub("", name)) or name
