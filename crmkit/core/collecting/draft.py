"""What one row of a sheet, or one `lead add`, says about a person: read, but not judged yet.

Rows of sheets are read in `sheets`; what an operator types is read here, strictly: what cannot be read is refused. The
key of a row recognises it in the same or another file. It is a hash of the row's content, of the sheet's site,
collector, date and source, and of how many equal rows stand above it. So the same row again changes nothing, and two
equal rows are two.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from crmkit.core import fields, values
from crmkit.core.phones import phones
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.customer import SEXES, Consent, Phone


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A person as given once. Names of sites, staff and products are as written; empty fields were not given."""

    sheet: str = ""
    row: int = 0  # counted from 1
    content: str = ""  # the row's content, equal however the sheet was saved or sorted; "" = matches nothing
    key: str = ""  # recognises the row: see `RowKeys`
    brief: bool = False  # read only as far as needed to recognise a row imported before
    error: str = ""  # why the row cannot be taken in, naming the cell

    name: str = ""
    phones: tuple[Phone, ...] = ()
    unread: str = ""  # why no number could be read
    said: tuple[str, ...] = ()  # what was kept as a note only or read with a doubt, naming the cell
    sex: str = ""
    birthday: str = ""  # as in Customer
    age: int | None = None  # about, in years, at `at`
    address: str = ""
    email: str = ""
    wechat: str = ""
    employer: str = ""
    district: str = ""
    source: str = ""  # a code
    site: str = ""
    collector: str = ""
    at: datetime | None = None  # when collected
    referrer: str = ""  # id of a customer
    referrer_name: str = ""
    referrer_phones: tuple[str, ...] = ()  # by `phones.identity`
    product: str = ""  # what was bought
    quantity: int | None = None
    amount: int | None = None  # fen
    external_id: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    # the deep file, as in Customer
    ethnicity: str = ""
    former_employer: str = ""
    family: str = ""
    housing: str = ""
    wedding_day: str = ""
    character: str = ""
    buying_habits: str = ""
    hobbies: tuple[str, ...] = ()
    needs: str = ""
    service_style: str = ""
    promotions: str = ""
    health_notes: str = ""  # kept only of those who consented
    employment: str = ""
    colours: str = ""
    habits: str = ""
    values: str = ""
    resting_hours: str = ""
    best_time: str = ""
    looks: str = ""
    met: str = ""
    not_bought: str = ""
    education: bool | None = None
    means: bool | None = None
    awareness: bool | None = None
    matching_need: bool | None = None
    # what the person wants, as in Customer
    do_not_contact: tuple[str, ...] = ()
    deceased: bool = False
    deceased_on: date | None = None
    consents: tuple[Consent, ...] = ()  # each as given or as refused in this row

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers given, by their identity."""
        return tuple(map(identity, self.phones))


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of a row (docs.md: Repeats): `id` is the customer it is now part of."""

    sheet: str
    row: int
    external_id: str
    outcome: str  # added, repeat, shared, unchanged, rejected
    id: str = ""
    reason: str = ""


LENGTH = 24  # hexadecimal digits


class RowKeys:
    """Gives the rows of one file their keys, in their order."""

    def __init__(self, taken: Callable[[str], bool] = lambda key: False) -> None:
        """`taken(key)` says whether a row was taken in before."""
        self.taken = taken
        self._equal_rows = Counter[str]()

    def have(self, content: str) -> bool:
        """Whether a row with this `content` was imported before; most likely the row in hand is that one."""
        return self.taken(_key(content, 1))

    def next(self, content: str) -> str:
        """The key of the next row, with this `content`."""
        first = _key(content, 1)
        self._equal_rows[first] += 1
        number = self._equal_rows[first]
        return first if number == 1 else _key(content, number)


def _key(content: str, number: int) -> str:
    return hashlib.sha256(f"{content}\x1f{number}".encode()).hexdigest()[:LENGTH]


TYPED_TEXTS = (
    "name",
    "site",
    "collector",
    "referrer",
    "address",
    "district",
    "email",
    "wechat",
    "employer",
    "external_id",
)
TYPED_LISTS = ("phone", "tag", "note")
TYPED = (*TYPED_TEXTS, *TYPED_LISTS, "source", "sex", "birthday", "age", "collected_at")
AS_IN_RECORDS = {"phones": "phone", "tags": "tag", "notes": "note", "age_about": "age"}


def draft_of(run: Run, typed: Mapping[str, Sequence[str]], at: datetime | None) -> Draft:
    """The draft of one contact collected `at`; `typed` holds the values given for each of TYPED, also as in records.

    `collector` is a staff code by now, `referrer` a customer id, and `collected_at` has become `at`. Raises
    InvalidError naming field and value.
    """
    typed = {AS_IN_RECORDS.get(name, name): given for name, given in typed.items()}
    unknown = [name for name in typed if name not in TYPED]
    if unknown:
        raise InvalidError(
            _("there is no field {name}").format(name=unknown[0]),
            _("one of: {choices}").format(choices=", ".join(TYPED)),
        )
    if at is not None and at > run.now:
        raise InvalidError(_("collected_at: {value} is still to come").format(value=values.spelt_moment(at)))
    one = {name: given[0] for name, given in typed.items() if given and name not in TYPED_LISTS}
    values_read: dict[str, Any] = {name: fields.text(one.get(name, "")) for name in TYPED_TEXTS}
    source = "referral" if values_read["referrer"] else "outreach" if values_read["site"] else "import"
    numbers, said = _numbers(run, typed.get("phone", ()))
    return Draft(
        **values_read,
        phones=numbers,
        said=said,
        sex=need_sex(one.get("sex", "")),
        birthday=need_birthday(one.get("birthday", ""), run.now.date()),
        age=_age(one.get("age", ""), (at or run.now).year),
        source=need_source(one.get("source", "")) or source,
        at=at,
        tags=tuple(tag for given in typed.get("tag", ()) for tag in fields.words(given)),
        notes=tuple(fields.text(note) for note in typed.get("note", ()) if note.strip()),
    )


def need_sex(value: str) -> str:
    """`male` or `female` from what was typed in either language; "" stays "". Raises InvalidError."""
    found = values.sex(value) if value.strip() else ""
    if found is None:
        raise InvalidError(_("{value} is not a sex").format(value=value), fields.one_of_them(SEXES), field="sex")
    return found


def need_source(value: str) -> str:
    """A source code from what was typed in either language; "" stays "". Raises InvalidError."""
    found = values.source(value) if value.strip() else ""
    if found is None:
        hint = fields.one_of_them(values.SOURCE_WORDS)
        raise InvalidError(_("{value} is not a source").format(value=value), hint, field="source")
    return found


def need_birthday(value: str, today: date) -> str:
    """A birth date as `Customer.birthday` holds it; "" stays "". Raises InvalidError."""
    if not value.strip():
        return ""
    from crmkit.core.calendar import sheet_dates

    found = sheet_dates.birthday(value, today)
    if found is None:
        raise InvalidError(
            _("{value} cannot be read as a birth date").format(value=value),
            _("for example 1953-01-02, 01-02, 农历1953-12-08 or 农历八月十五"),
        )
    return found


def _numbers(run: Run, given: Sequence[str]) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    """The numbers given, each once, and what was assumed to read them."""
    found: dict[str, Phone] = {}
    said = []
    for text in given:
        reading = phones.of_file(text, run.settings)
        if reading.reason or not reading.numbers:
            raise InvalidError(
                _("phone {value}: {problem}").format(
                    value=text, problem=reading.reason or _("there is no number in it")
                )
            )
        said += [reading.repair] if reading.repair else []
        for phone in phones.to_phones(reading):
            found.setdefault(phones.identity(phone), phone)
    return tuple(found.values()), tuple(said)


def _age(text: str, year: int) -> int | None:
    found = values.age(text, year) if text.strip() else None
    if text.strip() and found is None:
        raise InvalidError(_("{value} is not an age in years").format(value=text))
    return found
