"""The figures of a period counted a second time, straight from the JSON files of an archive, without crmkit.

It is written from the words of the domain with the standard library alone, so that a mistake in crmkit's counting does
not hide behind itself. It holds for an archive with the default numbers that keeps one zone.
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
SAME_DAY = ("media-radio", "media-tv", "media-press", "shop")
WITHIN, AT_MOST = timedelta(days=2), timedelta(days=4)
FIRST_CALL = 5 * 60  # seconds
VISIT = timedelta(minutes=30)


def recount(archive_dir: Path, first: date, last: date, now: datetime | None = None) -> dict[str, int]:
    """Every number of a report's cover by its measure, sums of money in fen as `MEASURE_fen`.

    `first` and `last` belong to the period; `now` is when the report was made, by default the end of `last`.
    """
    told = _tables(archive_dir)
    period = _Period(first, last, now)
    return {
        **_files(told, period, _Workdays(archive_dir)),
        **_calls(told, period),
        **_visits(told, period),
        **_events(told, period),
        **_money(told, period),
        **_service(told, period),
        **_complaints(told, period),
    }


class _Period:
    def __init__(self, first: date, last: date, now: datetime | None) -> None:
        self.first, self.last = first, last
        self._now = now

    def holds(self, text: str | None) -> bool:
        """Whether a stored day or time lies in the period."""
        return bool(text) and self.first <= date.fromisoformat(str(text)[:10]) <= self.last

    def done_by_then(self, text: str | None) -> bool:
        """Whether something happened in the period or before it."""
        return bool(text) and date.fromisoformat(str(text)[:10]) <= self.last

    def past(self, text: str) -> bool:
        """Whether a stored time lay before the report."""
        moment = datetime.fromisoformat(text)
        return moment < self.now(moment)

    def now(self, like: datetime) -> datetime:
        """When the report was made, in the zone of `like`."""
        midnight = datetime.combine(self.last + timedelta(days=1), time(), like.tzinfo)
        return self._now.astimezone(like.tzinfo) if self._now else midnight


class _Workdays:
    def __init__(self, archive_dir: Path) -> None:
        self._off: set[str] = set()
        self._on: set[str] = set()
        for path in archive_dir.glob("calendar/*.json"):
            year = json.loads(path.read_text("utf-8"))
            self._off |= set(year["holidays"])
            self._on |= set(year["workdays"])

    def next(self, day: date) -> date:
        """`day`, or the first working day after it."""
        while str(day) not in self._on and (day.weekday() > 4 or str(day) in self._off):
            day += timedelta(days=1)
        return day


def _tables(archive_dir: Path) -> Tables:
    found: Tables = defaultdict(dict)
    for path in archive_dir.glob("*/*.json"):
        if path.parent.name != "calendar":
            found[path.parent.name] |= json.loads(path.read_text("utf-8"))[path.parent.name]
    return found


def _files(told: Tables, period: _Period, workdays: _Workdays) -> dict[str, int]:
    """core/docs.md, "Files": what was collected, which numbers were right, who bought, who was passed on."""
    count = Counter[str]()
    answers: dict[str, tuple[str, str, str]] = {}
    for identifier, check in told["rechecks"].items():
        latest = (check["at"], identifier, check["result"])
        answers[check["customer"]] = max(answers.get(check["customer"], latest), latest)
    screened = _first_screenings(told)
    brought = _net_by_customer(told)
    for identifier, one in told["customers"].items():
        collected = one.get("collected_at") or one.get("created_at")
        if one.get("merged_into") or not period.holds(collected):
            continue
        states = {phone.get("state", "") for phone in one.get("phones", ())}
        right = "confirmed" in states
        wrong = not right and bool(states & {"mismatch", "wrong", "invalid"})
        count["files"] += 1
        count["valid"] += right
        count["false"] += wrong
        count["asked"] += identifier in answers
        count["failed"] += identifier in answers and answers[identifier][2] == "mismatch"
        count["suspect"] += bool(one.get("suspect"))
        count["buyers"] += one.get("stage") == "buyer"
        count["brought_fen"] += brought[identifier]
        limit = _screen_until(one.get("source", ""), datetime.fromisoformat(collected), workdays)
        count["in-time"] += identifier in screened and screened[identifier].date() <= limit
    for touch in told["touches"].values():
        if period.holds(touch["at"]) and touch.get("outcome") in ("repeat", "shared"):
            count[touch["outcome"]] += 1
    for move in told["assignments"].values():
        if period.holds(move["at"]):
            count["assigned"] += bool(move.get("to"))
            count["recycled"] += move.get("how") == "recycled"
    return _all(
        count, "files valid asked failed false suspect repeat shared in-time buyers brought_fen assigned recycled"
    )


def _screen_until(source: str, collected: datetime, workdays: _Workdays) -> date:
    """The same working day for media and shop, else 2 days; a file of the late evening is one of the next day."""
    day = collected.date() + timedelta(days=collected.time() >= OPEN_HOURS[-1][1])
    wanted = workdays.next(day) if source in SAME_DAY else day + WITHIN
    return min(wanted, collected.date() + AT_MOST)


def _first_screenings(told: Tables) -> dict[str, datetime]:
    """When each person was first spoken with in a screening, or in a call that nothing had asked for."""
    first: dict[str, datetime] = {}
    for call in told["calls"].values():
        asked_for = told["callbacks"].get(call.get("callback", ""))
        if call["outcome"] in ("reached", "declined") and (asked_for is None or asked_for["purpose"] == "screening"):
            at = datetime.fromisoformat(call["at"])
            first[call["customer"]] = min(first.get(call["customer"], at), at)
    return first


def _calls(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Calls": callbacks by what became of them, calls by what is to be looked at, messages."""
    count = Counter[str]()
    for one in told["callbacks"].values():
        call = told["calls"].get(one.get("call", "")) if one.get("state") == "done" else None
        count["finished"] += call is not None and period.holds(call["at"])
        if period.holds(one["due_at"]) and one.get("state") != "cancelled":
            count["due"] += 1
            count["done"] += one.get("state") == "done"
            count["on-time"] += call is not None and call["at"][:10] <= one["due_at"][:10]
            count["overdue"] += not one.get("state") and period.past(one["due_at"])
    first: dict[str, tuple[datetime, str]] = {}
    for identifier, call in told["calls"].items():
        if call["outcome"] == "reached":
            at = (datetime.fromisoformat(call["at"]), identifier)
            first[call["customer"]] = min(first.get(call["customer"], at), at)
    for identifier, call in told["calls"].items():
        if not period.holds(call["at"]):
            continue
        clock = datetime.fromisoformat(call["at"]).time().replace(second=0)
        ours = call.get("direction") != "in"
        spoken_first = first.get(call["customer"], (None, ""))[1] == identifier
        count["calls"] += 1
        count["reached"] += call["outcome"] == "reached"
        count["quiet-hours"] += ours and not any(start <= clock < end for start, end in OPEN_HOURS)
        count["long"] += ours and spoken_first and (call.get("duration") or 0) > FIRST_CALL
    count["messages"] = sum(period.holds(one["at"]) for one in told["messages"].values())
    return _all(count, "due done on-time overdue finished calls reached long quiet-hours messages")


def _visits(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Events": appointments, whether they were kept, and how."""
    count = Counter[str]()
    for one in told["visits"].values():
        if not period.holds(one["begins_at"]) or one.get("state") == "cancelled":
            continue
        made = one.get("state") == "done"
        count["visits"] += 1
        count["visits-made"] += made
        count["visits-missed"] += one.get("state") == "missed"
        count["broken"] += made and bool(one.get("broken"))
        if one.get("late_at") and one.get("late_for"):
            count["told-late"] += datetime.fromisoformat(one["late_at"]) > datetime.fromisoformat(one["late_for"])
        if made and one.get("started_at") and one.get("finished_at"):
            took = datetime.fromisoformat(one["finished_at"]) - datetime.fromisoformat(one["started_at"])
            count["over-time"] += took > VISIT
    return _all(count, "visits visits-made visits-missed over-time told-late broken")


def _events(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Events": who was invited to the events of the period, who came, who bought there."""
    count = Counter[str]()
    events = {
        identifier: event
        for identifier, event in told["events"].items()
        if period.holds(event["starts_at"]) and not event.get("cancelled_at")
    }
    orders = [one for one in told["orders"].values() if one.get("event") in events and not one.get("cancelled_at")]
    buyers = {(order["event"], order["customer"]) for order in orders}
    count["events"] = len(events)
    count["event-orders_fen"] = sum(order.get("total") or 0 for order in orders)
    for one in told["invitations"].values():
        if one["event"] not in events or one.get("state") == "void":
            continue
        came = bool(one.get("attended_at"))
        answer = one.get("answer", "")
        count["invited"] += 1
        count["invitations-accepted"] += answer == "accepted"
        count["attended"] += came
        count["absent"] += not came and answer != "declined" and _over(events[one["event"]], period)
        count["old-guests"] += came and bool(one.get("buyer"))
        count["guest-buyers"] += came and (one["event"], one["customer"]) in buyers
    return _all(
        count, "events invited invitations-accepted attended absent old-guests guest-buyers event-orders_fen"
    )  # fmt: skip


def _over(event: Document, period: _Period) -> bool:
    starts = datetime.fromisoformat(event["starts_at"])
    if event.get("ends_at"):
        ends = datetime.fromisoformat(event["ends_at"])
    else:
        ends = datetime.combine(starts.date() + timedelta(days=1), time(), starts.tzinfo)
    return ends <= period.now(ends)


def _money(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Orders": as they stood at the end; money in and out, what came back, what is owed for all."""
    count = Counter[str]()
    count["cards"] = sum(period.holds(one.get("created_at")) for one in told["cards"].values())
    received, back = Counter[str](), Counter[str]()
    for payment in told["payments"].values():
        if period.done_by_then(payment["at"]):
            received[payment["order"]] += payment["amount"] * (1 if payment["what"] == "payment" else -1)
    for one in told["returns"].values():
        if period.done_by_then(one["asked_at"]):
            back[one["order"]] += sum(item.get("amount", 0) for item in one["items"])
    for identifier, order in told["orders"].items():
        total, given_up = order.get("total"), period.done_by_then(order.get("cancelled_at"))
        if not period.done_by_then(order["ordered_on"]):
            continue
        wanted = 0 if given_up else max((total or 0) - back[identifier], 0)
        if given_up or total is not None:
            count["owed_fen"] += max(received[identifier] - wanted, 0)
            count["balances_fen"] += max(wanted - received[identifier], 0)
            count["balances"] += wanted > received[identifier]
        if not period.holds(order["ordered_on"]):
            continue
        count["given-up"] += given_up
        count["orders"] += not given_up
        count["revenue_fen"] += wanted
        if not given_up:
            count["returned_fen"] += back[identifier]
            count["priced"] += total is not None
            count["priced_fen"] += total or 0
    deposits = set(_deposits(told))
    for identifier, payment in told["payments"].items():
        if period.holds(payment["at"]):
            count["payments_fen" if payment["what"] == "payment" else "refunds_fen"] += payment["amount"]
            count["deposits_fen"] += payment["amount"] if identifier in deposits else 0
    for one in told["returns"].values():
        if period.holds(one["asked_at"]):
            count["returns"] += 1
            count["returns_fen"] += sum(item.get("amount", 0) for item in one["items"])
            count["within"] += bool(one.get("within"))
    return _all(
        count,
        "cards orders given-up priced priced_fen returned_fen revenue_fen balances balances_fen owed_fen payments_fen "
        "deposits_fen refunds_fen returns returns_fen within",
    )


def _deposits(told: Tables) -> Iterator[str]:
    """The first payment of every order that was sold on a deposit."""
    first: dict[str, tuple[datetime, str]] = {}
    for identifier, payment in told["payments"].items():
        if payment["what"] == "payment":
            at = (datetime.fromisoformat(payment["at"]), identifier)
            first[payment["order"]] = min(first.get(payment["order"], at), at)
    for order, (_at, identifier) in first.items():
        if told["orders"][order].get("terms") == "deposit":
            yield identifier


def _net_by_customer(told: Tables) -> Counter[str]:
    """What each customer's orders of any time come to, without what came back and what was cancelled."""
    back = Counter[str]()
    for one in told["returns"].values():
        back[one["order"]] += sum(item.get("amount", 0) for item in one["items"])
    net = Counter[str]()
    for identifier, order in told["orders"].items():
        if not order.get("cancelled_at") and order.get("total") is not None:
            net[order["customer"]] += max(order["total"] - back[identifier], 0)
    return net


def _all(count: Counter[str], names: str) -> dict[str, int]:
    """The counts of all `names`, also those that stayed at zero."""
    unknown = set(count) - set(names.split())
    if unknown:
        raise KeyError(f"counted and not told: {sorted(unknown)}")
    return {name: count[name] for name in names.split()}


CLOCKS = {  # promise of the card → the steps that keep it
    "reply": ("reply", "solution", "visit", "work", "solve", "replace"),
    "solution": ("solution", "visit", "work", "solve", "replace"),
    "solved": ("solve", "replace"),
    "follow_up": ("follow-up",),
}


def _service(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Tickets": promises of the first round, repairs, money. It holds where nobody waited."""
    count = Counter[str]()
    for name in ("tickets", "tickets-solved", "by-phone", "first-time", "came-again", "units-replaced",
                 "tickets-reopened", "answered-solved", "satisfied", "tickets-unconfirmed",
                 *(f"kept-{clock}" for clock in CLOCKS)):  # fmt: skip
        count[name] = 0
    for name in ("overcharged_fen", "money-back_fen", "refund-owed_fen"):
        count[name] = 0
    for identifier, ticket in told["tickets"].items():
        steps = _steps_of(told, identifier)
        count["tickets"] += period.holds(ticket["reported_at"])
        reported = datetime.fromisoformat(ticket["reported_at"])
        for clock, keeping in CLOCKS.items():
            of_first = [step["at"] for step in steps if step["what"] in keeping and step.get("cycle", 0) < 2]
            if not of_first and clock == "follow_up":
                of_first = [step["at"] for step in steps if step["what"] == "reopen"]
            due = reported + timedelta(hours=ticket["promises"][clock])
            kept = bool(of_first) and datetime.fromisoformat(of_first[0]) <= due
            count[f"kept-{clock}"] += kept and period.holds(of_first[0])
        count["tickets-reopened"] += any(step["what"] == "reopen" and period.holds(step["at"]) for step in steps)
        _repaired(count, told, ticket, steps, period)
        _paid_back(count, steps, period)
    return dict(count)


def _repaired(count: Counter[str], told: Tables, ticket: Document, steps: list[Document], period: _Period) -> None:
    """How a ticket was solved, round by round, and whether the same unit had the same fault again."""
    said = [
        step for step in steps
        if step["what"] == "follow-up" and step.get("codes", {}).get("solved") and period.holds(step["at"])
    ]  # fmt: skip
    count["answered-solved"] += bool(said) and said[-1]["codes"]["solved"] == "yes"
    rated = [step.get("numbers", {}) for step in said if step.get("numbers", {}).get("attitude")]
    count["satisfied"] += bool(rated) and rated[-1]["attitude"] + rated[-1]["skill"] >= 8
    rounds = max((step.get("cycle", 1) for step in steps), default=1)
    mended = False
    counts: set[str] = set()
    for number in range(1, rounds + 1):
        own = [step for step in steps if step.get("cycle", 1) == number]
        done = next((step for step in own if step["what"] in CLOCKS["solved"]), None)
        tries = {step["at"][:10] for step in own if step.get("codes", {}).get("outcome") == "no-answer"}
        unheard = len(tries) > 2 and max(tries) >= str(period.first) and max(tries) <= str(period.last)
        counts |= {"tickets-unconfirmed"} if unheard else set()
        if done is None:
            continue
        codes = done.get("codes", {})
        first = (
            not mended
            and done["what"] == "solve"
            and codes.get("how") != "phone"
            and codes.get("cause") not in ("misuse", "no-fault")
        )
        mended = mended or first
        if not period.holds(done["at"]):
            continue
        counts.add("tickets-solved")
        if done["what"] == "replace":
            counts.add("units-replaced")
            continue
        solved = datetime.fromisoformat(done["at"])
        again = [
            datetime.fromisoformat(other["reported_at"]) - solved
            for other in told["tickets"].values()
            if ticket.get("card") and (other.get("card"), other.get("fault")) == (ticket["card"], ticket.get("fault"))
        ]
        gaps = [gap for gap in again if gap >= timedelta()]
        counts |= {"came-again"} if any(gap <= timedelta(days=90) for gap in gaps) else set()
        counts |= {"by-phone"} if codes.get("how") == "phone" else set()
        if first and period.now(solved) - solved >= timedelta(days=30):
            days = {step["at"][:10] for step in own if step["what"] in ("work", "solve")}
            opened = [step for step in steps if step["what"] == "reopen" and step.get("cycle", 1) == number + 1]
            gaps += [datetime.fromisoformat(step["at"]) - solved for step in opened]
            soon = any(gap <= timedelta(days=30) for gap in gaps)
            counts |= {"first-time"} if len(days) == 1 and number == 1 and not soon else set()
    count.update(dict.fromkeys(counts, 1))


def _paid_back(count: Counter[str], steps: list[Document], period: _Period) -> None:
    """What was taken without anything on the list, and what of it went back; it holds where nothing was charged."""
    taken = [step for step in steps if step.get("numbers", {}).get("taken")]
    back = [step for step in steps if step["what"] == "refund" and step.get("numbers", {}).get("paid")]
    if taken and period.holds(taken[0]["at"]):
        count["overcharged_fen"] += sum(step["numbers"]["taken"] for step in taken)
    count["money-back_fen"] += sum(step["numbers"]["paid"] for step in back if period.holds(step["at"]))
    owed = sum(step["numbers"]["taken"] for step in taken if period.done_by_then(step["at"]))
    count["refund-owed_fen"] += owed - sum(step["numbers"]["paid"] for step in back if period.done_by_then(step["at"]))


def _complaints(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Complaints": received, heard once more, closed; a closing counts in its own month."""
    names = ("complaints", "complaints-reopened", "complaints-closed", "complaints-once", "complaints-upheld",
             "complaint-rate", "complaints-unconfirmed", "days-to-close_days")  # fmt: skip
    count = Counter(dict.fromkeys(names, 0))
    for identifier, complaint in told["complaints"].items():
        steps = _steps_of(told, identifier)
        again = [step for step in steps if step["what"] == "reopen"]
        count["complaints"] += period.holds(complaint["received_at"])
        count["complaint-rate"] += period.holds(complaint["received_at"])
        count["complaints-reopened"] += any(period.holds(step["at"]) for step in again)
        for closing in (step for step in steps if step["what"] == "close" and period.holds(step["at"])):
            count["complaints-closed"] += 1
            count["complaints-once"] += not again
            asked = [step.get("codes", {}) for step in steps if step["what"] == "call-back"]
            escalated = any(step["what"] == "escalate" for step in steps)
            heard = asked and asked[-1].get("satisfied") == "yes"
            count["complaints-unconfirmed"] += not (heard or escalated)
            day, received = (date.fromisoformat(text[:10]) for text in (closing["at"], complaint["received_at"]))
            count["days-to-close_days"] += (day - received).days
            count["complaints-upheld"] += closing.get("codes", {}).get("upheld") in ("yes", "part")
    return dict(count)


def _steps_of(told: Tables, about: str) -> list[Document]:
    return sorted(
        (step for step in told["steps"].values() if step["about"] == about),
        key=lambda step: (step["at"], step.get("seq", 0)),
    )
