"""What must hold of tickets and complaints after any half-year: own arithmetic over the JSON that commands print.

Each law yields a sentence for whatever breaks it. It holds for an archive that keeps one zone and whose promises are
those of the wall clock.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

Shown = dict[str, Any]  # what `show -f json` printed

STOPS = {  # clock → the steps by which it is kept
    "reply": ("reply", "solution", "visit", "work", "solve", "replace"),
    "solution": ("solution", "visit", "work", "solve", "replace"),
    "solved": ("solve", "replace"),
    "follow_up": ("follow-up",),
}
ENDS = ("solve", "replace", "cancel")
NOT_THE_UNIT = ("misuse", "no-fault")  # causes after which the same fault proves nothing
SETTLED_WITHIN = timedelta(days=15)  # the office pays back and asks once a week
QUESTIONS = ("solved", "on_time", "attitude", "skill", "charged")


class Clock(NamedTuple):
    """One clock by hand."""

    name: str
    cycle: int
    due: datetime | None  # None while a wait keeps it open
    stopped: datetime | None

    def broken_at(self, now: datetime) -> bool:
        """Whether it has run out and was not stopped."""
        return self.stopped is None and self.due is not None and self.due < now


def moment(text: str) -> datetime:
    """A time as commands print it."""
    return datetime.fromisoformat(text)


def steps_of(shown: Shown, *whats: str, until: datetime | None = None) -> list[Shown]:
    """The steps that fitted, of these kinds (any for none), as far as they were written down by `until`."""
    return [
        step
        for step in shown["steps"]
        if "misfit" not in step
        and (not whats or step["what"] in whats)
        and (until is None or moment(step["recorded_at"]) <= until)
    ]


def clocks_by_hand(ticket: Shown, until: datetime | None = None) -> list[Clock]:
    """Every clock of a ticket, with a pencil: the length of the promise, later by each wait for the customer only."""
    steps = steps_of(ticket, until=until)
    reopened = [step for step in steps if step["what"] == "reopen"]
    found = []
    for number, start in enumerate([ticket["reported_at"], *(step["at"] for step in reopened)], start=1):
        own = [step for step in steps if step.get("cycle", 1) == number and step["what"] != "reopen"]
        ended = next((moment(step["at"]) for step in own if step["what"] in ENDS), None)
        for name, keeping in STOPS.items():
            stops = [moment(step["at"]) for step in own if step["what"] in keeping and _reached(step)]
            stops += [moment(step["at"]) for step in own if step["what"] == "cancel"]
            if name == "follow_up" and len(reopened) >= number:  # whoever says that it does not work was spoken to
                stops.append(moment(reopened[number - 1]["at"]))
            stopped = min(stops, default=None)
            due = _later(moment(start), ticket["promises"][name], _waits(own, ended), stopped)
            found.append(Clock(name, number, due, stopped))
    return found


def _reached(step: Shown) -> bool:
    return step["what"] != "follow-up" or step["codes"]["outcome"] in ("reached", "refused")


def _waits(steps: Iterable[Shown], ended: datetime | None) -> list[tuple[datetime, datetime | None]]:
    waits: list[tuple[datetime, datetime | None]] = []
    for step in steps:
        if step["what"] == "wait":
            waits.append((moment(step["at"]), None))
        elif step["what"] == "resume":
            waits[-1] = (waits[-1][0], moment(step["at"]))
    if waits and waits[-1][1] is None and ended is not None:
        waits[-1] = (waits[-1][0], ended)
    return waits


def _later(
    start: datetime, hours: int, waits: Iterable[tuple[datetime, datetime | None]], stopped: datetime | None
) -> datetime | None:  # fmt: skip
    due = start + timedelta(hours=hours)
    for begins, ends in waits:
        if begins >= due or (stopped is not None and begins >= stopped):
            break
        if ends is None and stopped is None:
            return None
        due += min(filter(None, (ends, stopped))) - begins
    return due


def only_waits_move_a_clock(tickets: Iterable[Shown], now: datetime) -> Iterator[str]:
    """No clock is ever moved by anything but a wait for the customer, and each verdict follows from it."""
    for ticket in tickets:
        said = {(one["clock"], one["cycle"]): one for one in ticket["clocks"] if one["clock"] != "promised"}
        for clock in clocks_by_hand(ticket):
            told = said[clock.name, clock.cycle]
            due, stopped = (moment(text) if text else None for text in (told["due_at"], told["stopped_at"]))
            if stopped != clock.stopped or (due != clock.due and not (clock.stopped is None and due is None)):
                yield f"{ticket['id']} {clock}: the command says due {due}, stopped {stopped}"
            elif told["verdict"] not in _verdicts(clock, now):
                yield f"{ticket['id']} {clock}: the command says {told['verdict']}"


def _verdicts(clock: Clock, now: datetime) -> tuple[str, ...]:
    if clock.stopped is not None:
        return ("kept",) if clock.due is None or clock.stopped <= clock.due else ("late",)
    if clock.due is None:
        return ("waiting",)
    return ("breached",) if clock.due < now else ("open", "waiting")


def a_promised_time_stands(tickets: Iterable[Shown]) -> Iterator[str]:
    """A time agreed with the customer is moved by no wait: the clock shows one of those that were promised."""
    for ticket in tickets:
        promised = {moment(step["until"]) for step in steps_of(ticket) if "until" in step}
        for one in ticket["clocks"]:
            if one["clock"] == "promised" and moment(one["due_at"]) not in promised:
                yield f"{ticket['id']}: {one['due_at']} was never promised"


def breaches_are_listed(tickets: Iterable[Shown], listed: Mapping[datetime, set[str]]) -> Iterator[str]:
    """The list of each evening holds whatever had run out and was not made good by then, and nothing else."""
    shown = list(tickets)
    for evening, ids in listed.items():
        for ticket in shown:
            if moment(ticket["created_at"]) > evening:
                continue
            broken = bool(_broken(ticket, evening))
            if broken != (ticket["id"] in ids):
                yield f"{evening:%Y-%m-%d}: {ticket['id']} is {'not ' if broken else ''}on the list of breaches"


def _broken(ticket: Shown, evening: datetime) -> list[str]:
    """The clocks and promised times that had run out by `evening` and were not made good by what was known then."""
    known = steps_of(ticket, until=evening)
    if any(step["what"] == "cancel" for step in known):
        return []
    if _closed(ticket, evening):
        return []
    broken = [one.name for one in clocks_by_hand(ticket, evening) if one.broken_at(evening)]
    cycles = {step.get("cycle", 1) for step in known} | {1}
    for cycle in cycles:
        own = [step for step in known if step.get("cycle", 1) == cycle]
        promises = [step for step in own if "until" in step]
        for number, step in enumerate(promises):
            until = moment(step["until"])
            kept = [one for one in own if one["what"] in ("work", *ENDS) and one is not step
                    and moment(one["at"]) >= moment(step["at"])]  # fmt: skip
            changed = number + 1 < len(promises) and moment(promises[number + 1]["at"]) <= until
            if until < evening and not kept and not changed:
                broken.append("promised")
    return broken


def _closed(ticket: Shown, evening: datetime) -> bool:
    """Whether it was solved and asked about to the end by then, and nothing owed."""
    known = steps_of(ticket, until=evening)
    last = max([step.get("cycle", 1) for step in known], default=1)
    own = [step for step in known if step.get("cycle", 1) == last]
    if not any(step["what"] in ("solve", "replace") for step in own):
        return False
    asked = [step for step in own if step["what"] == "follow-up"]
    answers = {name for step in asked for name in (*step.get("codes", {}), *step.get("numbers", {}))}
    refused = any(step["codes"]["outcome"] == "refused" for step in asked)
    tries = {step["at"][:10] for step in asked if not _reached(step)}
    return refused or set(QUESTIONS) <= answers or len(tries) >= 3


def what_runs_out_is_due_that_morning(
    tickets: Iterable[Shown], due: Mapping[date, set[str]], mornings: Mapping[date, datetime]
) -> Iterator[str]:  # fmt: skip
    """`due` of a morning names each open ticket of which a clock runs out that day, or ran out before."""
    for ticket in tickets:
        for day, ids in due.items():
            morning = mornings[day]
            if moment(ticket["created_at"]) > morning or _closed(ticket, morning):
                continue
            if any(step["what"] == "cancel" for step in steps_of(ticket, until=morning)):
                continue
            runs_out = [
                one
                for one in clocks_by_hand(ticket, morning)
                if one.stopped is None and one.due is not None and one.due.date() <= day
            ]
            if runs_out and ticket["id"] not in ids:
                yield f"{day}: {ticket['id']} {runs_out[0].name} runs out and is not in due"


class Bill(NamedTuple):
    """The money of a ticket by hand, in fen."""

    payable: int
    taken: int
    owed: int  # taken above what was payable


def bill_by_hand(ticket: Shown, prices: Iterable[tuple[date, str, int]], covered: str) -> Bill:
    """What was to be paid by the price list of each day of work (`prices`: since when, code, fen), and what was taken.

    `covered` is what covers it, warranty or none, where nobody decided otherwise later.
    """
    dated = list(prices)
    steps = ticket["steps"]
    decided = [step["codes"]["coverage"] for step in steps if step.get("codes", {}).get("coverage")]
    causes = [step["codes"]["cause"] for step in steps_of(ticket) if step.get("codes", {}).get("cause")]
    covered = decided[-1] if decided else covered
    payable, fees = 0, set[str]()
    shares = {"CHECK": _share_of_the_check(ticket)}
    for step in steps:
        for line in step["charges"]:
            day = moment(step["at"]).date()
            price = max((since, fen) for since, code, fen in dated if code == line["code"] and since <= day)[1]
            is_fee = line["what"] == "fee"
            if is_fee and line["code"] in fees:
                continue
            fees |= {line["code"]} if is_fee else set()
            if covered in ("contract", "prepaid") and line["what"] != "part":
                continue
            payable += price * (1 if is_fee else line["quantity"]) * shares.get(line["code"], 100) // 100
    replaced = any(step["what"] == "replace" for step in steps_of(ticket))
    misused = bool(causes) and causes[-1] == "misuse"
    if replaced or covered == "goodwill" or (covered == "warranty" and not misused):
        payable = 0
    taken = sum(step.get("numbers", {}).get("taken", 0) for step in steps)
    told = [step["numbers"]["charged"] for step in steps if "charged" in step.get("numbers", {})
            and step["what"] == "follow-up"]  # fmt: skip
    taken = max([taken, *told[-1:]])
    return Bill(payable, taken, max(taken - payable, 0))


def _share_of_the_check(ticket: Shown) -> int:
    """Per cent of the fee for finding the fault: 30 where she declined after it was found, 0 where nothing was."""
    for step in reversed(ticket["steps"]):
        codes = step.get("codes", {})
        if step["what"] == "cancel" and codes["reason"] in ("declined", "not-repairable"):
            return 30 if codes["reason"] == "declined" else 0
        if step["what"] == "solve" and codes["cause"] == "no-fault":
            return 0
    return 100


def overcharges_end(
    tickets: Iterable[Shown], prices: Iterable[tuple[date, str, int]], covered: Mapping[str, str], now: datetime
) -> Iterator[str]:  # fmt: skip
    """Every overcharge ends as a refund or a refusal, is on the list until then, and no more goes back than was due."""
    dated = list(prices)
    for ticket in tickets:
        money = bill_by_hand(ticket, dated, covered[ticket["id"]])
        steps = ticket["steps"]
        back = sum(step["numbers"]["paid"] for step in steps if step["what"] == "refund" and "numbers" in step
                   and "paid" in step["numbers"])  # fmt: skip
        declined = any(
            step["what"] == "refund" and step.get("codes", {}).get("outcome") == "declined" for step in steps
        )
        open_ = 0 if declined else max(money.owed - back, 0)
        said = (ticket["payable"], ticket["charged"], ticket["refund_due"])
        if said != (money.payable, money.taken, open_):
            yield f"{ticket['id']}: the command says payable, charged, refund due {said}, the list {money}, back {back}"
        if open_ and all(now - moment(step["recorded_at"]) > SETTLED_WITHIN for step in steps):
            yield f"{ticket['id']}: {open_} was taken above the list and is not paid back"
        if back > max(money.owed, back if declined else 0) and not _made_free_or_dear_later(ticket):
            yield f"{ticket['id']}: {back} was paid back, {money.owed} were owed"


def _made_free_or_dear_later(ticket: Shown) -> bool:
    """Whether something that changes the bill was written down after money had gone back."""
    whats = [step["what"] for step in ticket["steps"]]
    return "refund" in whats and any(what in ("work", "solve", "follow-up") for what in whats[whats.index("refund") :])


def overcharges_are_on_the_record(
    tickets: Iterable[Shown], marks: Iterable[Shown], prices: Iterable[tuple[date, str, int]],
    covered: Mapping[str, str],
) -> Iterator[str]:  # fmt: skip
    """Each ticket of which more was taken than the list says is on the record of somebody; no other is.

    Not counted is what was right on the day of work and became free by another unit.
    """
    dated = list(prices)
    marked = {mark["about"] for mark in marks if mark["what"] == "overcharge"}
    for ticket in tickets:
        plain = {**ticket, "steps": [step for step in ticket["steps"] if step["what"] != "replace"]}
        owed = bill_by_hand(plain, dated, covered[ticket["id"]]).owed
        if bool(owed) != (ticket["id"] in marked):
            yield f"{ticket['id']}: {owed} too much, {'' if ticket['id'] in marked else 'not '}on the record"


def same_faults_are_replaced(tickets: Iterable[Shown], cards: Iterable[Shown]) -> Iterator[str]:
    """The same fault of the same unit, or of the one that took its place, after it was solved: another unit."""
    replaces = {card["id"]: card["replaces"] for card in cards}

    def unit(card: str) -> str:
        while replaces.get(card):
            card = replaces[card]
        return card

    units: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for ticket in tickets:
        if ticket["card"] and ticket["fault"]:
            units[unit(ticket["card"]), ticket["fault"]].append(ticket)
    for same in units.values():
        same.sort(key=lambda one: one["reported_at"])
        for number, ticket in enumerate(same):
            solved = [one for one in same[:number] if _solved_before(one, moment(ticket["reported_at"]))]
            if not solved or ticket["cause"] in NOT_THE_UNIT or ticket["state"] not in ("solved", "closed"):
                continue
            if not steps_of(ticket, "replace"):
                yield f"{ticket['id']}: the same fault as {solved[0]['id']}, and no new unit"


def _solved_before(ticket: Shown, then: datetime) -> bool:
    """Whether it was solved in the end before `then`, and the unit was to blame."""
    done = steps_of(ticket, "solve", "replace")
    last = max([step.get("cycle", 1) for step in steps_of(ticket)], default=1)
    ends = [step for step in done if step.get("cycle", 1) == last]
    return bool(ends) and moment(ends[0]["at"]) <= then and ticket["cause"] not in NOT_THE_UNIT


def a_new_unit_has_its_reason(tickets: Iterable[Shown], cards: Iterable[Shown]) -> Iterator[str]:
    """Each card that was replaced has one successor, which says so, and a ticket that made it."""
    known = {card["id"]: card for card in cards}
    made = Counter(step["card"] for ticket in tickets for step in steps_of(ticket, "replace"))
    for card in known.values():
        after = card["replaced_by"]
        if (card["state"] == "replaced") != bool(after):
            yield f"card {card['id']} is {card['state']} and replaced by '{after}'"
        elif after and (known[after]["replaces"] != card["id"] or made[after] != 1):
            yield f"card {after} takes the place of {known[after]['replaces']}, made by {made[after]} tickets"


def nobody_goes_beyond_their_day(visits: Iterable[Shown], units: Mapping[str, int]) -> Iterator[str]:
    """Nobody has more units on a day than they serve, but where somebody said why."""
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for visit in visits:
        if visit.get("by") in units and visit.get("state", "") in ("", "done") and not visit.get("over"):
            taken[visit["by"], visit["begins_at"][:10]] += max(visit.get("units", 0), 1)
    for (who, day), many in taken.items():
        if many > units[who]:
            yield f"{who} has {many} units on {day}, and serves {units[who]}"


def nobody_is_sent_before_their_half_day(tickets: Iterable[Shown], visits: Mapping[str, Shown]) -> Iterator[str]:
    """Called in the morning, somebody comes in the afternoon or later; called then, the next morning or later.

    Also of what is opened again, from that moment on.
    """
    for ticket in tickets:
        begun = {1: moment(ticket["reported_at"])}
        begun |= {step["cycle"]: moment(step["at"]) for step in steps_of(ticket, "reopen")}
        for step in steps_of(ticket, "visit"):
            called = begun[step["cycle"]]
            first = called.replace(hour=14, minute=30, second=0)
            if called.hour >= 12:
                first = called.replace(hour=8, minute=0, second=0) + timedelta(days=1)
            begins = moment(visits[step["visit"]]["begins_at"])
            if begins < first:
                yield f"{ticket['id']}: called at {called}, somebody is sent at {begins}"


CHOICES = 2


def complaints_go_through_their_steps(complaints: Iterable[Shown]) -> Iterator[str]:
    """No complaint is closed without its steps, in their order, with what was promised paid and a lesson."""
    for complaint in complaints:
        steps = steps_of(complaint)
        whats = [step["what"] for step in steps]
        if whats.count("close") > 1 or whats.count("reopen") > 1:
            yield f"{complaint['id']}: closed or opened again more than once: {whats}"
        if "close" not in whats:
            continue
        for sentence in _missing(steps, whats):
            yield f"{complaint['id']} is closed: {sentence}"


def _missing(steps: list[Shown], whats: list[str]) -> Iterator[str]:
    needed = ("acknowledge", "investigate", "offer", "agree", "carry-out", "call-back", "close")
    places = [whats.index(what) if what in whats else -1 for what in needed]
    if -1 in places or places != sorted(places):
        yield f"its steps are {whats}"
        return
    for step in steps:
        if step["what"] == "offer":
            choices = [name for name in step["codes"] if name.isdigit()]
            if len(choices) < CHOICES and not step["codes"].get("reason"):
                yield "an offer without a choice, and without the reason"
    agreed = max(place for place, what in enumerate(whats) if what == "agree")
    promised = steps[agreed].get("numbers", {}).get("promised", 0)
    paid = sum(step.get("numbers", {}).get("paid", 0) for step in steps[agreed:] if step["what"] == "carry-out")
    if paid != promised:
        yield f"{promised} was promised, {paid} paid"
    closing = steps[whats.index("close")]
    if not closing.get("note") or closing["codes"].get("upheld") not in ("yes", "part", "no"):
        yield "without a lesson, or without saying whether it was upheld"
    asked = [step for step in steps[agreed:] if step["what"] == "call-back"]
    content = [step["codes"].get("satisfied", "") for step in asked if step["codes"]["outcome"] == "reached"]
    tries = {step["at"][:10] for step in asked if step["codes"]["outcome"] != "reached"}
    if content[-1:] != ["yes"] and len(tries) < 3 and not ("escalate" in whats and content):
        yield "the customer is not content, and not out of reach"
    if whats.count("reopen") and whats.count("offer") > 1:
        offers = [frozenset(text for name, text in step["codes"].items() if name.isdigit())
                  for step in steps if step["what"] == "offer"]  # fmt: skip
        if len(set(offers)) < len(offers):
            yield "the same was offered twice"


def complaints_are_due_in_time(complaints: Iterable[Shown], hours: int = 24, days: int = 3) -> Iterator[str]:
    """By when the next thing is due: acknowledged within a day, called back within three days, holidays included."""
    for complaint in complaints:
        steps = steps_of(complaint)
        last = moment(steps[-1]["at"]) if steps else moment(complaint["received_at"])
        wanted = {
            "received": moment(complaint["received_at"]) + timedelta(hours=hours),
            "carried-out": last + timedelta(days=days),
        }.get(complaint["state"])
        if wanted is not None and moment(complaint["due_at"]) != wanted:
            yield f"{complaint['id']} is due at {complaint['due_at']}, not {wanted}"
