"""One contact as an operator types it (`lead add`), read strictly: what cannot be read is refused."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from crmkit.core import fields, values
from crmkit.core.collecting.draft import Draft
from crmkit.core.phones import phones
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.customer import Phone

TEXTS = ("name", "site", "collector", "referrer", "address", "district", "email", "wechat", "employer", "external_id")
LISTS = ("phone", "tag", "note")
FIELDS = (*TEXTS, *LISTS, "source", "sex", "birthday", "age", "collected_at")
AS_IN_RECORDS = {"phones": "phone", "tags": "tag", "notes": "note", "age_about": "age"}


def draft_of(run: Run, typed: Mapping[str, Sequence[str]], at: datetime | None) -> Draft:
    """The draft of one contact collected `at`; `typed` holds the values given for each of FIELDS, also as in records.

    `collector` is a staff code by now, `referrer` a customer id, and `collected_at` has become `at`. Raises
    InvalidError naming field and value.
    """
    typed = {AS_IN_RECORDS.get(name, name): given for name, given in typed.items()}
    unknown = [name for name in typed if name not in FIELDS]
    if unknown:
        raise InvalidError(
            _("there is no field {name}").format(name=unknown[0]),
            _("one of: {choices}").format(choices=", ".join(FIELDS)),
        )
    if at is not None and at > run.now:
        raise InvalidError(_("collected_at: {value} is still to come").format(value=values.spelt_moment(at)))
    one = {name: given[0] for name, given in typed.items() if given and name not in LISTS}
    values_read: dict[str, Any] = {name: fields.text(one.get(name, "")) for name in TEXTS}
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
        raise InvalidError(
            _("{value} is not a sex").format(value=value), _("one of: {choices}").format(choices="male, female")
        )
    return found


def need_source(value: str) -> str:
    """A source code from what was typed in either language; "" stays "". Raises InvalidError."""
    found = values.source(value) if value.strip() else ""
    if found is None:
        raise InvalidError(
            _("{value} is not a source").format(value=value),
            _("one of: {choices}").format(choices=", ".join(values.SOURCE_WORDS)),
        )
    return found


def need_birthday(value: str, today: date) -> str:
    """A birth date as `Customer.birthday` holds it; "" stays "". Raises InvalidError."""
    if not value.strip():
        return ""
    from crmkit.core.calendar import daytext

    found = daytext.birthday(value, today)
    if found is None:
        raise InvalidError(
            _("{value} cannot be read as a birth date").format(value=value),
            _("for example 1953-01-02, 01-02, 农历1953-12-08 or 农历八月十五"),
        )
    return found


def _numbers(run: Run, given: Sequence[str]) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    """The numbers given, each once, and what was supposed to read them."""
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
