"""What must hold after any half-year: read from the archive's raw files, without crmkit's own code.

Each law yields a sentence for every record that breaks it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

Document = dict[str, Any]
Tables = dict[str, dict[str, Document]]

OPEN_HOURS = ((time(8), time(12, 30)), (time(14, 30), time(20)))
EVE_HOURS = (time(18), time(20))
SERVICES = {"service", "follow-up", "complaint", "plan-visit", "arrival", "balance"}
MONTHS_3 = timedelta(days=92)
SLACK = timedelta(days=9)  # the longest run of days off, in October, and the day before it


def tables(archive: Path) -> Tables:
    """Every record of an archive, by kind and id."""
    found: Tables = defaultdict(dict)
    for path in sorted(archive.glob("*/*.json")):
        if path.parent.name != "calendar":
            found[path.parent.name] |= json.loads(path.read_text("utf-8"))[path.parent.name]
    return found


def moment(text: str) -> datetime:
    """A stored time; the simulation's archive keeps one zone, so its clock is that of the wall."""
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    """The day of a stored time or date."""
    return date.fromisoformat(text[:10])


def quiet_hours_are_kept(told: Tables) -> Iterator[str]:
    """No callback is due outside the hours in which people may be called (core/docs.md, "Calls")."""
    for identifier, one in told["callbacks"].items():
        due = moment(one["due_at"]).time()
        if not any(start <= due < end for start, end in OPEN_HOURS):
            yield f"{identifier} {one['purpose']} is due at {one['due_at']}"
        if one["purpose"] == "event-eve" and not EVE_HOURS[0] <= moment(one["planned_for"]).time() < EVE_HOURS[1]:
            yield f"{identifier} reminds of an event at {one['planned_for']}"


def nothing_is_doubled(told: Tables) -> Iterator[str]:
    """One callback for one reason; never two of a purpose, about the same thing, for a person on one day."""
    planned = [one for one in told["callbacks"].values() if one.get("plan")]
    for plan, count in Counter(one["plan"] for one in planned).items():
        if count > 1:
            yield f"{plan} was planned {count} times"
    # what two files had each before they were made one was planned for two people
    before = {moved: merge["loser"] for merge in told["merges"].values() for moved in merge["moved"]}
    days = Counter(
        (before.get(identifier, one["customer"]), one["purpose"], one.get("about"), day(one["due_at"]))
        for identifier, one in told["callbacks"].items()
        if one.get("plan") and one.get("state") != "cancelled" and not one.get("attempt")
    )
    for who, count in days.items():
        if count > 1:
            yield f"{who} has {count} callbacks"


def refusals_are_kept(told: Tables, refused: dict[str, datetime]) -> Iterator[str]:
    """Nobody who refused is called, except for a service that they asked for; nothing else stays open for them."""
    purpose = {identifier: one["purpose"] for identifier, one in told["callbacks"].items()}
    for identifier, one in told["calls"].items():
        since = refused.get(one["customer"])
        if since and moment(one["at"]) > since and purpose.get(one.get("callback", ""), "") not in SERVICES:
            yield f"{identifier} called a person who had refused"
    for identifier, one in told["callbacks"].items():
        if one["customer"] in refused and not one.get("state") and one["purpose"] not in SERVICES:
            yield f"{identifier} {one['purpose']} is still open for a person who refused"
    for identifier, one in told["messages"].items():
        since = refused.get(one["customer"])
        if since and moment(one["at"]) > since:
            yield f"{identifier} was sent to a person who had refused"


def no_callback_is_lost(told: Tables, refused: dict[str, datetime], until: datetime) -> Iterator[str]:
    """Every file was to be screened, every order thanked for, every guest reminded (core/docs.md, "Calls")."""
    found: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for one in told["callbacks"].values():
        found[one["customer"], one["purpose"]].append(one)

    def wanted_on(one: Document) -> date:
        return day(one.get("planned_for") or one["due_at"])

    def missing(customer: str, purpose: str, first: date, last: date, why: str) -> Iterator[str]:
        if customer in refused and refused[customer].date() <= last + SLACK:
            return
        if last + SLACK >= until.date():  # not due yet
            return
        if not any(first <= wanted_on(one) <= last + SLACK for one in found[customer, purpose]):
            yield f"{why}: no {purpose} from {first} to {last}"

    for identifier, one in told["customers"].items():
        collected = one.get("collected_at")
        spoken = any(call["customer"] == identifier and call["outcome"] == "reached" for call in told["calls"].values())
        callable_ = one.get("phones") and not _suspect(told, identifier) and one.get("stage", "") in ("", "buyer")
        if collected and callable_ and not spoken:
            yield from missing(identifier, "screening", day(collected), day(collected), f"file {identifier}")
    gone = _wholly_returned(told)
    for identifier, one in told["orders"].items():
        placed, who = day(one["ordered_on"]), one["customer"]
        if not one.get("cancelled_at") and identifier not in gone and not _suspect(told, who):
            yield from missing(who, "thanks", placed, placed + timedelta(days=1), f"order {identifier}")
            yield from missing(who, "first-use", placed, placed + timedelta(days=7), f"order {identifier}")
    bought = {(one["customer"], one.get("event")) for one in told["orders"].values() if not one.get("cancelled_at")}
    for identifier, one in told["invitations"].items():
        event = told["events"][one["event"]]
        held, who = day(event["starts_at"]), one["customer"]
        if one.get("state") == "void" or event.get("cancelled_at") or _suspect(told, who):
            continue
        eve = held - timedelta(days=1)
        if one.get("answer") == "accepted" and day(one["answered_at"]) < eve:
            yield from missing(who, "event-eve", eve, eve - SLACK, f"invitation {identifier}")
        if one.get("attended_at") and (who, one["event"]) not in bought:
            yield from missing(who, "after-event", held, held + timedelta(days=2), f"invitation {identifier}")


def files_pass_on(told: Tables, refused: dict[str, datetime], until: date) -> Iterator[str]:
    """A file without a sale for three months goes to somebody who did not have it yet (core/docs.md, "Assignment")."""
    sold: dict[str, date] = {}
    for one in told["orders"].values():
        sold[one["customer"]] = max(day(one["ordered_on"]), sold.get(one["customer"], date.min))
    had: dict[str, list[Document]] = defaultdict(list)
    for one in sorted(told["assignments"].values(), key=lambda move: move["at"]):
        had[one["customer"]].append(one)
    for customer, moves in had.items():
        for number, move in enumerate(moves):
            if move["how"] == "recycled" and move["to"] in {m["to"] for m in moves[max(0, number - 2) : number]}:
                yield f"{move['to']} got {customer} back within a round of three"
        file, since = told["customers"][customer], day(moves[-1]["at"])
        waits = _suspect(told, customer) or file.get("stage") == "lost" or customer in refused or file.get("pinned")
        appointed = any(
            one["customer"] == customer and not one.get("state") and one.get("purpose") == "manual"
            for one in told["callbacks"].values()
        )
        if not waits and not appointed and sold.get(customer, date.min) < since and since + MONTHS_3 + SLACK < until:
            yield f"{file['owner']} still has {customer} since {since}"


def balances_are_explained(told: Tables, shown: dict[str, Document]) -> Iterator[str]:
    """What `order show` says of an order (`shown`, by id) is the sum of its items, payments and returns, in fen."""
    for identifier, order in told["orders"].items():
        if order.get("total") is None:
            continue
        sums = Counter[str]()
        for one in told["payments"].values():
            if one["order"] == identifier:
                sums[one["what"]] += one["amount"]
        back = sum(
            item.get("amount", 0)
            for one in told["returns"].values()
            if one["order"] == identifier
            for item in one["items"]
        )
        total = sum(item["amount"] for item in order["items"])
        owed = 0 if order.get("cancelled_at") else total - back
        kept = sums["payment"] - sums["refund"]
        wanted = {"total": total, "paid": sums["payment"], "balance": max(owed - kept, 0)}
        said = {name: shown[identifier][name] for name in wanted}
        if said != wanted:
            yield f"order {identifier} says {said}, its records say {wanted}"
        if kept < 0 or sums["refund"] > sums["payment"] or back > total:
            yield f"order {identifier}: money went below zero"


def _wholly_returned(told: Tables) -> set[str]:
    sold: Counter[str] = Counter()
    for identifier, order in told["orders"].items():
        sold[identifier] = sum(item.get("quantity", 1) for item in order.get("items", ()))
    for one in told["returns"].values():
        sold[one["order"]] -= sum(item.get("quantity", 1) for item in one["items"])
    return {identifier for identifier, left in sold.items() if left <= 0}


def _suspect(told: Tables, customer: str) -> bool:
    one = told["customers"][customer]
    return bool(one.get("suspect") or one.get("merged_into"))
