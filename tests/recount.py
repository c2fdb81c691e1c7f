"""The figures of a period counted a second time, straight from the JSON files of an archive, without crmkit.

It is written from the words of the domain with the standard library alone, so that a mistake in crmkit's counting does
not hide behind itself. It holds for an archive with the default numbers that keeps one zone.
"""

import json
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

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
        **_plans(told, period),
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

QUESTIONS = ("solved", "on_time", "attitude", "skill", "charged")


def _service(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Tickets": promises of the first round by the wall clock, repairs round by round, money."""
    count = Counter[str]()
    for name in ("tickets", "tickets-solved", "by-phone", "first-time", "came-again", "units-replaced",
                 "tickets-reopened", "answered-solved", "satisfied", "tickets-unconfirmed",
                 *(f"kept-{clock}" for clock in CLOCKS)):  # fmt: skip
        count[name] = 0
    for name in ("overcharged_fen", "money-back_fen", "refund-owed_fen"):
        count[name] = 0
    same_unit = _same_unit(told)
    for identifier, ticket in told["tickets"].items():
        steps = _steps_of(told, identifier)
        rounds = _rounds(ticket, steps)
        count["tickets"] += period.holds(ticket["reported_at"])
        for clock in CLOCKS:
            count[f"kept-{clock}"] += period.holds(_kept_at(ticket, rounds, clock))
        count["tickets-reopened"] += any(period.holds(str(one.begun)) for one in rounds[1:])
        count["tickets-unconfirmed"] += any(period.holds(_unconfirmed(one)) for one in rounds)
        _answers(count, steps, period)
        _repaired(count, rounds, period, same_unit[identifier])
        _paid_back(count, ticket, steps, period)
    return dict(count)


class _Round(NamedTuple):
    """From the report, or from a reopening, to the next one."""

    begun: str
    steps: list[Document]  # those that fitted: after the first end nothing but asking and money

    @property
    def done(self) -> Document | None:
        return next((step for step in self.steps if step["what"] in CLOCKS["solved"]), None)


def _rounds(ticket: Document, steps: list[Document]) -> list[_Round]:
    found: list[_Round] = []
    openings = [step for step in steps if step["what"] == "reopen"]
    for number, begun in enumerate([ticket["reported_at"], *(step["at"] for step in openings)], start=1):
        own: list[Document] = []
        for step in steps:
            over = any(one["what"] in (*CLOCKS["solved"], "cancel") for one in own)
            fits = step["what"] in ("follow-up", "refund") if over else step["what"] != "follow-up"
            if max(step.get("cycle", 1), 1) == number and step["what"] != "reopen" and fits:
                own.append(step)
        found.append(_Round(begun, own))
    return found


def _kept_at(ticket: Document, rounds: list[_Round], clock: str) -> str | None:
    """When a promise of the first round was kept; None where it was not, or where it was none."""
    first = rounds[0]
    cancelled = next((step["codes"]["reason"] for step in first.steps if step["what"] == "cancel"), "")
    stops = [step["at"] for step in first.steps if step["what"] in CLOCKS[clock] and _answered(step)]
    if clock == "follow_up" and len(rounds) > 1:
        stops.append(rounds[1].begun)  # whoever says that it is not solved was spoken to
    if not stops or cancelled in ("duplicate", "mistake"):
        return None
    stopped = min(stops, key=datetime.fromisoformat)
    return stopped if datetime.fromisoformat(stopped) <= _due(ticket, first, clock, stopped) else None


def _answered(step: Document) -> bool:
    return step["what"] != "follow-up" or step["codes"].get("outcome", "reached") in ("reached", "refused")


def _due(ticket: Document, first: _Round, clock: str, stopped: str) -> datetime:
    """When the clock runs out that was stopped then: later by every wait for the customer that began before it did."""
    due = datetime.fromisoformat(ticket["reported_at"]) + timedelta(hours=ticket["promises"][clock])
    until = datetime.fromisoformat(stopped)
    for place, step in enumerate(first.steps):
        begins = datetime.fromisoformat(step["at"])
        if step["what"] == "wait" and begins < min(due, until):
            after = (one["at"] for one in first.steps[place + 1 :] if one["what"] in ("resume", *CLOCKS["solved"]))
            ended = next(after, stopped)
            due += min(datetime.fromisoformat(ended), until) - begins
    return due


def _same_unit(told: Tables) -> dict[str, list[datetime]]:
    """Of each ticket, when the same fault was reported of the same unit, or of the one that took its place."""
    units: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    keys: dict[str, tuple[str, str]] = {}
    for identifier, ticket in told["tickets"].items():
        card, fault = ticket.get("card", ""), ticket.get("fault", "")
        while told["cards"].get(card, {}).get("replaces"):
            card = told["cards"][card]["replaces"]
        for one in _rounds(ticket, _steps_of(told, identifier)):
            for step in one.steps:
                fault = step.get("codes", {}).get("fault") or fault
        keys[identifier] = (card, fault)
        if card and fault:
            units[card, fault].append(datetime.fromisoformat(ticket["reported_at"]))
    return {identifier: units[key] for identifier, key in keys.items()}


def _unconfirmed(one: _Round) -> str | None:
    """When a round was closed without the customer's word that it is solved: refused, or not reached on three days."""
    answers: dict[str, object] = {}
    tries = set[str]()
    for step in one.steps:
        if step["what"] == "follow-up":
            if _answered(step):
                answers |= {**step.get("codes", {}), **step.get("numbers", {})}
            else:
                tries.add(step["at"][:10])
            told = answers.get("outcome") == "refused" or all(name in answers for name in QUESTIONS)
            if told or len(tries) > 2:
                return None if answers.get("solved") == "yes" else step["at"]
    return None


def _answers(count: Counter[str], steps: list[Document], period: _Period) -> None:
    """The last answer of the period counts; two marks together are their mean."""
    said = [step for step in steps if step["what"] == "follow-up" and period.holds(step["at"])]
    solved = [step["codes"]["solved"] for step in said if step.get("codes", {}).get("solved")]
    count["answered-solved"] += solved[-1:] == ["yes"]
    rated = [[step["numbers"][name] for name in ("attitude", "skill") if step["numbers"].get(name)]
             for step in said if step.get("numbers")]  # fmt: skip
    rated = [marks for marks in rated if marks]
    count["satisfied"] += bool(rated) and sum(rated[-1]) >= 4 * len(rated[-1])


def _repaired(count: Counter[str], rounds: list[_Round], period: _Period, reports: list[datetime]) -> None:
    """How a ticket was solved, round by round, and whether the same unit had the same fault again."""
    ends = [datetime.fromisoformat(one.done["at"]) for one in rounds if one.done is not None]
    counts, mended = set[str](), False
    for number, one in enumerate(rounds):
        done = one.done
        if done is None:
            continue
        codes, solved = done.get("codes", {}), datetime.fromisoformat(done["at"])
        by_visit = done["what"] == "solve" and codes.get("how") != "phone"
        first = not mended and by_visit and codes.get("cause") not in ("misuse", "no-fault")
        mended |= first
        if not period.holds(done["at"]):
            continue
        counts.add("tickets-solved")
        if done["what"] == "replace":
            counts.add("units-replaced")
            continue
        next_end = min((end for end in ends if end > solved), default=None)
        gaps = [at - solved for at in reports if at >= solved and (next_end is None or at < next_end)]
        counts |= {"came-again"} if any(gap <= timedelta(days=90) for gap in gaps) else set()
        counts |= {"by-phone"} if codes.get("how") == "phone" else set()
        if first and period.now(solved) - solved >= timedelta(days=30):
            days = {step["at"][:10] for step in one.steps if step["what"] in ("work", "solve")}
            gaps += [datetime.fromisoformat(later.begun) - solved for later in rounds[number + 1 : number + 2]]
            soon = any(gap <= timedelta(days=30) for gap in gaps)
            counts |= {"first-time"} if len(days) == 1 and number == 0 and not soon else set()
    count.update(dict.fromkeys(counts, 1))


def _paid_back(count: Counter[str], ticket: Document, steps: list[Document], period: _Period) -> None:
    """What was taken above the list in the period, what went back in it, and what is owed at its end."""
    by_then = [step for step in steps if period.done_by_then(step["at"])]
    before = [step for step in by_then if date.fromisoformat(step["at"][:10]) < period.first]
    over, over_before = (max(_taken(some) - _payable(ticket, some), 0) for some in (by_then, before))
    count["overcharged_fen"] += max(over - over_before, 0)
    back = [step for step in steps if step["what"] == "refund" and step.get("numbers", {}).get("paid")]
    count["money-back_fen"] += sum(step["numbers"]["paid"] for step in back if period.holds(step["at"]))
    replaced = any(one.done is not None and one.done["what"] == "replace" for one in _rounds(ticket, by_then))
    declined = any(step.get("codes", {}).get("outcome") == "declined" for step in by_then if step["what"] == "refund")
    paid = sum(step["numbers"]["paid"] for step in back if period.done_by_then(step["at"]))
    owed = _taken(by_then) - (0 if replaced else _payable(ticket, by_then)) - paid
    count["refund-owed_fen"] += 0 if declined else max(owed, 0)


def _payable(ticket: Document, steps: list[Document]) -> int:
    """By the prices written down with each day of work; a fee is due once, that of the check as its step says."""
    codes = [step.get("codes", {}) for one in _rounds(ticket, steps) for step in one.steps]
    coverage = next((one["coverage"] for one in reversed(codes) if one.get("coverage")), ticket.get("coverage", ""))
    cause = next((one["cause"] for one in reversed(codes) if one.get("cause")), "")
    if coverage == "goodwill" or (coverage == "warranty" and cause != "misuse"):
        return 0
    shares = {step["codes"]["fee"]: step.get("numbers", {}).get("percent", 0) for step in steps
              if "fee" in step.get("codes", {})}  # fmt: skip
    total, fees = 0, set[str]()
    for line in (line for step in steps for line in step.get("charges", ())):
        is_fee = line.get("what") == "fee"
        if (is_fee and line["code"] in fees) or (coverage in ("contract", "prepaid") and line.get("what") != "part"):
            continue
        fees |= {line["code"]} if is_fee else set()
        quantity = 1 if is_fee else line.get("quantity", 1)
        total += line.get("price", 0) * quantity * shares.get(line["code"], 100) // 100
    return total


def _taken(steps: list[Document]) -> int:
    """What was taken, or more, where the customer says so; what she said last counts."""
    told = [step["numbers"]["charged"] for step in steps if step["what"] == "follow-up"
            and "charged" in step.get("numbers", {})]  # fmt: skip
    return max([sum(step.get("numbers", {}).get("taken", 0) for step in steps), *told[-1:]])


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


def _plans(told: Tables, period: _Period) -> dict[str, int]:
    """core/docs.md, "Plans": visits whose window ended, plans that ended, the money of prepaid cards.

    Visits by the hours of a meter are not counted a second time: where there are any, nothing is told of visits.
    """
    visits, ends, fen = ("plan-slots", "plan-kept", "plan-theirs", "plan-skipped"), ("plans-ended", "plans-renewed"), (
        "prepaid-sold_fen", "prepaid-used_fen", "prepaid-refunded_fen", "prepaid-owed_fen")  # fmt: skip
    count = Counter(dict.fromkeys((*visits, *ends, *fen), 0))
    handed_on = {step["codes"]["successor"] for step in told["steps"].values() if step["what"] == "transfer"}

    def now(card: str) -> str:
        """Today's card of a unit."""
        while after := told["cards"].get(card, {}).get("replaced_by"):
            card = after
        return card

    for identifier, plan in told["plans"].items():
        sold = min(plan.get("paid_on") or (plan.get("created_at") or plan["starts_on"])[:10], plan["starts_on"])
        if not period.done_by_then(sold):
            continue
        steps = [step for step in _steps_of(told, identifier) if period.done_by_then(step["at"])]
        life = _Life(plan, steps, period, now)
        if life.ends_on is not None and period.holds(str(life.ends_on)) and life.closed_by != "transfer":
            count["plans-ended"] += 1
            count["plans-renewed"] += life.closed_by == "renew"
        if plan["mode"] == "prepaid":
            for measure, amount in life.money(handed_on=identifier in handed_on).items():
                count[f"prepaid-{measure}_fen"] += amount
        standing = {card for card in map(now, plan.get("cards", ())) if not told["cards"][card].get("state")}
        count.update(life.visits(standing or {""}))
    if any(text.endswith("h") for plan in told["plans"].values() for text in plan.get("every", ())):
        return {name: count[name] for name in (*ends, *fen)}
    return dict(count)


class _Life:
    """A plan as it stood when the period ended, or at the report where that is earlier."""

    def __init__(self, plan: Document, steps: list[Document], period: _Period, now: Callable[[str], str]) -> None:
        self.plan, self.period, self.now = plan, period, now
        self.begun = date.fromisoformat(plan["starts_on"])
        written = next((step["at"] for step in steps), None) or plan.get("created_at")
        like = datetime.fromisoformat(written or f"{self.begun}T00:00:00+08:00")
        self.today = min(period.now(like).date(), period.last)
        self.steps: list[Document] = []
        self.closed_by, self.closed_on = "", date.max
        for step in steps:
            if self.closed_by in ("", "renew") and step["what"] in ("end", "renew", "transfer", "refund"):
                self.closed_by, self.closed_on = step["what"], date.fromisoformat(step["at"][:10])
            elif self.closed_by not in ("", "renew", "refund") and step["what"] in ("use", "top-up"):
                continue
            self.steps.append(step)
        frozen = self._frozen()
        self.last = self._by_its_months()
        self.ends_on = self.last + timedelta(days=frozen) if self.last else None
        meters: dict[str, dict[str, int]] = defaultdict(dict)  # of each unit, the last hours of each of its machines
        for step in self.steps:
            on = date.fromisoformat(step["at"][:10])
            if step["what"] == "meter" and plan.get("until_hours"):
                card = step.get("card", "")
                meters[now(card)][card] = step["numbers"]["hours"]
                if sum(meters[now(card)].values()) >= plan["until_hours"]:
                    self.ends_on = min(self.ends_on or on, on)
            if step["what"] == "notice":
                self.ends_on = max(self.ends_on or on, on + timedelta(days=step["numbers"]["days"]))
            if step["what"] == "end":
                self.ends_on = min(self.ends_on or on, on)

    def _by_its_months(self) -> date | None:
        if self.plan.get("last_on"):
            return date.fromisoformat(self.plan["last_on"])
        months = self.plan.get("months", 0)
        return _months_on(self.begun, months) - timedelta(days=1) if months else None

    def _frozen(self) -> int:
        total, since = 0, None
        for step in self.steps:
            on = date.fromisoformat(step["at"][:10])
            if step["what"] == "freeze":
                since = on
            elif step["what"] == "thaw" and since is not None:
                total, since = total + (on - since).days, None
        return total + (max(0, (self.today - since).days) if since is not None else 0)

    def money(self, *, handed_on: bool) -> dict[str, int]:
        """What was sold, used, paid back in the period, and what is owed at its end."""
        plan, found, period = self.plan, Counter[str](), self.period
        units = plan.get("visits", 0) + plan.get("bonus", 0) or plan.get("amount", 0) + plan.get("bonus_amount", 0)
        by_term = not units
        if by_term:
            if self.last is None:
                return {}
            units = (self.last - self.begun).days + 1
        lots = [(plan.get("paid", 0), units)]
        paid_on = self.begun if by_term else plan.get("paid_on") or plan["starts_on"]
        if not handed_on:
            found["sold"] += lots[0][0] * period.holds(str(paid_on))
        used = due = back = 0
        before = lots[0][0]
        closed, seen = False, set[int]()
        for step in self.steps:
            numbers, inside = step.get("numbers", {}), period.holds(step["at"])
            if step["what"] == "top-up":
                lots.append((numbers["paid"], numbers["units"] + numbers.get("bonus", 0)))
                found["sold"] += numbers["paid"] * inside
                before += numbers["paid"]
            elif step["what"] in ("use", "adjust") and not by_term:
                k = numbers.get("k")
                if step["what"] == "use" and k is not None and k in seen:
                    continue  # by two clones: the first counts
                seen |= {k} if k is not None and step["what"] == "use" else set()
                if step["what"] == "adjust":
                    seen -= {one["numbers"]["k"] for one in self.steps if one["id"] == step["codes"]["use"]
                             and "k" in one["numbers"]}  # fmt: skip
                used = max(0, used + numbers["units"] * (1 if step["what"] == "use" else -1))
            elif step["what"] == "refund" and "due" not in numbers:
                back += numbers.get("paid", 0)
                found["refunded"] += numbers.get("paid", 0) * inside
            elif step["what"] in ("refund", "transfer"):
                if by_term:
                    used = self._days_used(units, date.fromisoformat(step["at"][:10]))
                due, closed = numbers.get("due", 0), True
                back += numbers.get("paid", 0)
                after = due if step["what"] == "refund" else sum(paid for paid, _units in lots) - _value(lots, used)
                found["used"] += (before - after) * inside
                found["refunded"] += numbers.get("paid", 0) * inside
            if not closed:
                left = sum(paid for paid, _units in lots) - _value(lots, used)
                found["used"] += (before - left) * inside
                before = left
        if by_term and not closed:
            used = self._days_used(units, self.today)
        left = sum(paid for paid, _units in lots) - _value(lots, used)
        found["owed"] = max(0, due - back) if closed else left
        return dict(found)

    def _days_used(self, units: int, on: date) -> int:
        return max(0, min(units, (on - self.begun).days - self._frozen()))

    def visits(self, units: set[str]) -> Counter[str]:
        """What became of the visits to these units, by today's cards, whose window ended in the period."""
        count = Counter[str]()
        used = {step["id"]: step["numbers"].get("k") for step in self.steps if step["what"] == "use"}
        for k, first, to in self._windows():
            skipped = done_on = None
            theirs, by_hand, reported, settled = False, to, dict[str, str](), False
            for step in self.steps:
                if step["what"] == "adjust" and used.get(step["codes"]["use"]) == k:
                    done_on, settled = None, False
                if step.get("numbers", {}).get("k") != k:
                    continue
                on = date.fromisoformat(step["at"][:10])
                if step["what"] in ("book", "move") and step.get("until"):
                    by_hand = date.fromisoformat(step["until"][:10])
                skipped = skipped or step["what"] == "skip"
                if step["what"] in ("report", "use", "made") and not step.get("codes", {}).get("outcome"):
                    done_on = min(done_on or on, on)
                if step["what"] == "report":
                    reported[self.now(step.get("card", ""))] = step.get("codes", {}).get("outcome", "")
                settled |= step["what"] in ("use", "settle")
                if step["what"] == "settle":
                    theirs = not step["numbers"].get("done")
            whole = bool(reported) and units <= set(reported)
            if whole and not settled and all(reported.values()):  # nothing was done at any of them
                theirs = "unavailable" in reported.values()
                skipped = skipped or not theirs
            made = settled or whole
            if not self.period.holds(str(to)) or (to >= self.today and done_on is None):
                continue
            until = self.closed_on if self.closed_by not in ("", "renew") else self.today
            missed = max(to, by_hand) < until
            gone = self.closed_by not in ("", "renew") or (self.ends_on is not None and by_hand > self.ends_on)
            if theirs or skipped:
                count["plan-theirs" if theirs else "plan-skipped"] += 1
            elif made or missed or not gone:
                count["plan-slots"] += 1
                count["plan-kept"] += done_on is not None and first <= done_on <= max(to, by_hand)
        return count

    def _windows(self) -> Iterator[tuple[int, date, date]]:
        """Number and window of each visit; the window reaches half an interval to either side, within the plan."""
        plan = self.plan
        every = [text for text in plan.get("every", ()) if not text.endswith("h")]
        last = max(filter(None, (self.last, self.ends_on)), default=self.today + timedelta(days=400))
        most = plan.get("visits", 0)
        if plan["mode"] == "prepaid" and most:
            tops = [step["numbers"] for step in self.steps if step["what"] == "top-up"]
            most += plan.get("bonus", 0) + sum(one["units"] + one.get("bonus", 0) for one in tops)
        if not every:
            if plan["mode"] != "prepaid" and most and self.last is not None:
                days = (last - self.begun).days + 1
                ends = [self.begun + timedelta(days=days * k // most) for k in range(most + 1)]
                yield from ((k, ends[k - 1], ends[k] - timedelta(days=1)) for k in range(1, most + 1))
            return
        first_on = date.fromisoformat(plan["first_on"]) if plan.get("first_on") else None
        anchor = first_on or self.begun
        until = last if first_on else last + timedelta(days=1)
        for k in range(1, (most or 600) + 1):
            place = k - 1 if first_on else k
            due = _nth(anchor, every[0], place)
            if due > until:
                return
            before, after = _nth(anchor, every[0], place - 1), _nth(anchor, every[0], place + 1)
            first = max(self.begun, before + (due - before) // 2 + timedelta(days=1))
            yield k, first, min(last, due + (after - due) // 2)


def _nth(anchor: date, every: str, k: int) -> date:
    number, unit = int(every[:-1]), every[-1]
    if unit in "my":
        return _months_on(anchor, k * number * (12 if unit == "y" else 1))
    return anchor + timedelta(days=k * number * (7 if unit == "w" else 1))


def _months_on(day: date, months: int) -> date:
    """So many months later, the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _value(lots: list[tuple[int, int]], used: int) -> int:
    """What was used, at its share of what was paid, the earliest payment first."""
    value = 0
    for paid, units in lots:
        taken = min(used, units)
        used -= taken
        value += paid * taken // units
    return value


def _steps_of(told: Tables, about: str) -> list[Document]:
    return sorted(
        ({**step, "id": identifier} for identifier, step in told["steps"].items() if step["about"] == about),
        key=lambda step: (step["at"], step.get("seq", 0)),
    )
