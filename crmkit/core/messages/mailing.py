"""Who gets a message on an occasion, and what it says to each of them (docs.md: Customers)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crmkit.core.calendar.occasions import FESTIVAL, Occasion, festivals, of_customer
from crmkit.core.calling.callsheet import addressed
from crmkit.core.events import events
from crmkit.core.messages import sms, templates
from crmkit.core.messages.templates import ANY_FESTIVAL, OCCASIONS, used_fields
from crmkit.core.people.reach import barred, dial, warning
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Customer, Event, Invitation
from crmkit.records.rows import MessageTemplate

PERIODS = {"season": "quarter", "keep-in-touch": "month", "letter": "month", "thanks": "day", "reminder": "day"}


@dataclass(frozen=True)
class Addressee:
    """One person to write to, and the occasion (`Message.occasion`): a person gets one message per occasion."""

    customer: Customer
    key: str
    values: Mapping[str, str] = field(default_factory=dict)  # fields that are this person's own


@dataclass(frozen=True)
class Mailing:
    """What goes out: the template, and the fields that are the same for everybody."""

    template: MessageTemplate
    shared: Mapping[str, str]


@dataclass(frozen=True)
class Rendered:
    """The messages, how many people were left out for which reason, and whose refusals stand on their numbers."""

    rows: list[dict[str, Any]]
    counts: dict[str, int]
    notes: tuple[str, ...] = ()


def on_own_day(name: str, customers: Iterable[Customer], day: date) -> Iterator[Addressee]:
    """Those whose birthday or wedding day (`name`) it is on `day`."""
    for customer in customers:
        for occasion in of_customer(customer, day, day):
            if occasion.name == name:
                years = "" if occasion.age is None else str(occasion.age)
                yield Addressee(customer, occasion.key, {"years": years})


def festival_on(run: Run, name: str, day: date) -> Occasion:
    """The festival called `name` ("festival:mid-autumn"; "festival" = whichever) on `day`. InvalidError for none."""
    rows = run.settings.occasion.festivals
    found = [one for one in festivals(rows, day, day) if name in (ANY_FESTIVAL, one.name)]
    if found:
        return found[0]
    ahead = [one for one in festivals(rows, day, date(day.year + 1, 12, 31)) if name in (ANY_FESTIVAL, one.name)]
    if not ahead:
        raise InvalidError(
            _("there is no festival {name}, or it is switched off").format(name=name.removeprefix(FESTIVAL)),
            _("they stand in archive.toml under [[occasion.festivals]]"),
        )
    raise InvalidError(
        _("{day} is no such festival; the next one is {name} on {next}").format(
            day=day, name=ahead[0].name.removeprefix(FESTIVAL), next=ahead[0].day
        ),
        _("add for example --on {day}").format(day=ahead[0].day),
    )


def period_key(occasion: str, day: date) -> str:
    """The key of an occasion without a day of its own: a person gets one such message per quarter, month or day."""
    period = {
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "month": f"{day:%Y-%m}",
        "day": day.isoformat(),
    }[PERIODS[occasion]]
    return f"{occasion}:{period}"


def check_key(key: str) -> str:
    """`key` if it is that of an occasion, such as "birthday:2026". Raises InvalidError."""
    occasion, _colon, when = key.rpartition(":")
    if not when or not (occasion in OCCASIONS or (occasion.startswith(FESTIVAL) and occasion != FESTIVAL)):
        raise InvalidError(
            _("{value} is not the key of an occasion").format(value=key),
            _("write for example birthday:2026, festival:mid-autumn:2026 or event-invitation:1205A"),
        )
    return key


def event_guests(
    occasion: str, event: Event, guests: Iterable[Invitation], now: datetime
) -> list[tuple[str, str, str]]:  # fmt: skip
    """For each guest to whom `occasion` applies: the customer's id, the key, and the number of the invitation.

    An invitation goes to those who have not answered, a reminder to those who are expected, thanks to those who came.
    Raises InvalidError for an event that is over or cancelled, thanks apart.
    """
    if occasion != "event-thanks":
        events.must_be_coming(event, now)
    applies = {
        "event-invitation": lambda guest: events.stands(guest) and not guest.answer,
        "event-reminder": events.reminded,
        "event-thanks": events.attended,
    }[occasion]
    return [(guest.customer, f"{occasion}:{event.code}", guest.number) for guest in guests if applies(guest)]


def event_fields(event: Event, lang: str, now: datetime) -> dict[str, str]:
    """The fields of a template that tell of `event`, in its zone."""
    starts = event.starts_at.astimezone(now.tzinfo)
    day = f"{starts.month}月{starts.day}日" if lang == "zh" else f"{starts.day} {starts:%B}"
    name = event.name or event.code
    return {"event": name, "day": day, "time": f"{starts:%H:%M}", "place": event.place, "route": event.route}


def check(run: Run, mailing: Mailing) -> None:
    """Raise InvalidError where the template fails the lint, or where the mailing lacks one of its fields."""
    templates.check(run, mailing.template, mailing.shared)
    for name in used_fields(mailing.template.text):
        if mailing.shared.get(name) == "":
            raise InvalidError(
                _("template {name} gives {field}, and there is none").format(
                    name=mailing.template.name, field="{" + name + "}"
                )
            )


def render(
    run: Run, mailing: Mailing, addressees: Iterable[Addressee], had: Callable[[Addressee], bool]
) -> Rendered:  # fmt: skip
    """A row for each addressee who passes the gate of the template's channel and who has not had a message (`had`).

    Counts: `rendered`, `unchanged` (had it), and those left out: the keys of `reach.REASONS`, `no-consent` (to
    marketing), `no-address` (no WeChat id or no address), `incomplete` (a field of the template is not on file).
    The mailing has passed `check`.
    """
    used = used_fields(mailing.template.text)
    counts = Counter({"rendered": 0, "unchanged": 0})
    rows = []
    notes = []
    for one in addressees:
        values = {**mailing.shared, **_personal(run, one)}
        why = _left_out(run, mailing.template, one, had)
        if not why and not all(values.get(name) for name in used):
            why = "incomplete"
        counts[why or "rendered"] += 1
        if not why:
            rows.append(_row(mailing.template, one, values))
        if why in ("", "on-hold") and (refusal := warning(run, one.customer)):
            notes.append(_("{id}: {reason}").format(id=one.customer.id, reason=refusal))
    return Rendered(rows, dict(counts), tuple(notes))


def _left_out(run: Run, template: MessageTemplate, one: Addressee, had: Callable[[Addressee], bool]) -> str:
    why = barred(run, one.customer, template.occasion, template.channel)
    if why:
        return why
    if template.occasion in run.settings.message.marketing and not _agreed(one.customer):
        return "no-consent"
    if not _to(one.customer, template.channel):
        return "no-address"
    return "unchanged" if had(one) else ""


def _agreed(customer: Customer) -> bool:
    return any(consent.purpose == "marketing" and consent.given for consent in customer.consents)


def _to(customer: Customer, channel: str) -> str:
    """Where a message by `channel` goes: a number in E.164, a WeChat id, or an address."""
    if channel == "sms":
        phone = dial(customer, channel)
        return phone.e164 if phone else ""
    return customer.wechat if channel == "wechat" else customer.address


def _personal(run: Run, one: Addressee) -> dict[str, str]:
    name = one.customer.name
    return {"name": name, "address_as": addressed(one.customer, run.now.date()), **one.values}


def _row(template: MessageTemplate, one: Addressee, values: Mapping[str, str]) -> dict[str, Any]:
    text = template.text.format(**values)
    by_sms = template.channel == "sms"
    to = _to(one.customer, template.channel)
    return {
        "customer": one.customer.id,
        "name": one.customer.name,
        "occasion": one.key,
        "template": template.name,
        "channel": template.channel,
        "phone": to if by_sms else "",
        "national": _national(to) if by_sms else "",
        "wechat": to if template.channel == "wechat" else "",
        "address": to if template.channel == "letter" else "",
        "text": text,
        "parts": sms.parts(text) if by_sms else None,
    }


def _national(e164: str) -> str:
    """The number as it is dialled within its country, without spaces."""
    import phonenumbers

    return phonenumbers.national_significant_number(phonenumbers.parse(e164))
