"""`crmkit customer show`: the whole file of one person, with everything that happened, the newest first."""

from datetime import time
from typing import Any

import typer

from crmkit import render, selection
from crmkit.archive.archive import Archive
from crmkit.cells import as_words
from crmkit.commands.kit.common import Listed
from crmkit.commands.kit.options import Limit, Raw, Who
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.care.dossier import Dossier, facts
from crmkit.core.care.timeline import TOLD, Entry, Names, timeline
from crmkit.core.people.consents import channels_of
from crmkit.i18n import _, clauses
from crmkit.labels import kind, label
from crmkit.queries.finding import find_customer, holder_of
from crmkit.queries.snapshot import snapshot_about
from crmkit.records import Assignment, Customer, Event, Product, Touch
from crmkit.result import Row, collected, row

LINES = ("at", "kind", "what", "by", "id")
WIDTH = 98  # columns of the terminal that the page uses
WHAT_WIDTH = WIDTH - 56  # what the other columns of the timeline leave


@verb(_("Everything about one person. Example: crmkit customer show 13900541731 --limit 20"))
def show(
    ctx: typer.Context,
    customer: Who,
    limit: Limit = None,
    raw: Raw = False,
    fmt: Listed = "",
) -> None:
    """Show one person's file, what it adds up to, and its timeline."""
    with reading(ctx) as work:
        archive, run = work.archive, work.run
        person = find_customer(archive, customer)
        if raw:
            render.one(row(person), fmt)
            return
        dossier = dossier_of(archive, person)
        products = {product.code: product for product in dossier.snapshot[Product]}
        events = {event.id: event for event in dossier.snapshot[Event]}
        records = {record.id: record for record_type in TOLD for record in dossier.snapshot[record_type]}
        told = timeline(records.values(), Names(label, run.now.tzinfo, products, events))[:limit]
        item = row(dossier.customer, **facts(run, dossier))
    if selection.asked.output:
        render.rows([_line(entry) for entry in told], LINES, fmt)
        return
    if fmt == "table":
        with render.paged():
            render.one(_in_words(item, dossier.customer), fmt, breadth=WIDTH)
            render.write("")
            render.rows([_line(entry) for entry in told], LINES, fmt, widths={"what": WHAT_WIDTH})
        return
    lines = [{**entry._asdict(), "at": entry.at.isoformat(), "record": row(records[entry.id])} for entry in told]
    more = collected(run, person, dossier.snapshot[Touch], dossier.snapshot[Assignment])
    render.one({**item, **more, "timeline": lines}, fmt)


def dossier_of(archive: Archive, customer: Customer) -> Dossier:
    """Every record of `customer`, and whom they name."""
    home = archive.find(Customer, f"household:{customer.household}") if customer.household else []
    return Dossier(
        customer=customer,
        snapshot=snapshot_about(archive, [customer]),
        referrer=holder_of(archive, customer.referrer) if customer.referrer else None,
        referred=tuple(archive.find(Customer, f"referrer:{customer.id}")),
        household=tuple(member for member in home if member.id != customer.id),
        aliases=tuple(alias.id for alias in archive.find(Customer, f"alias:{customer.id}")),
    )


def _in_words(item: Row, customer: Customer) -> Row:
    """The file as people read it: codes in words, people by name, parts a line each."""
    closed = [label(row["channel"]) for row in channels_of(customer) if not row["allowed"]]
    ahead = item["next_appointment"]
    when = _joined(as_words(ahead["at"]), label(ahead["kind"]), label(ahead["what"])) if ahead else ""
    return {
        **item,
        "phones": [_joined(as_words(phone), label(phone["state"])) for phone in item["phones"]],
        "sex": label(customer.sex),
        "source": label(customer.source),
        "stage": label(customer.stage or "new"),
        "consents": [_consent(consent) for consent in item["consents"]],
        "do_not_contact": clauses(closed),
        "ticks": [_joined(label(tick["name"]), tick["by"], tick["note"]) for tick in item["ticks"]],
        "referrer": _joined(customer.referrer, item["referrer_name"]),
        "referrer_name": "",
        "referred": [_joined(one["id"], one["name"], label(one["stage"])) for one in item["referred"]],
        "household_members": [_joined(one["id"], one["name"]) for one in item["household_members"]],
        "cards": [_joined(card["number"], card["product"], label(card["state"])) for card in item["cards"]],
        "next_appointment": when,
    }


def _line(entry: Entry) -> Row:
    """A line of the timeline as people read it; of what is known by its day only, the day."""
    at = f"{entry.at:%Y-%m-%d %H:%M}" if entry.at.time() != time.min else f"{entry.at:%Y-%m-%d}"
    return {**entry._asdict(), "at": at, "kind": kind(entry.kind)}


def _consent(consent: dict[str, Any]) -> str:
    moments = (
        (_("given {when}"), consent["given_at"], consent["how"]),
        (_("withdrawn {when}"), consent["withdrawn_at"], consent["withdrawn_how"]),
    )
    told = (_joined(text.format(when=as_words(at)), how) for text, at, how in moments if at)
    return _joined(label(consent["purpose"]), *told)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
