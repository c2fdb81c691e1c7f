"""The archive of a branch office after five years.

Seeded files, every field filled at times, with three callbacks each, a card and a ticket for every second, a plan of
some mode for every twentieth.

python -m tests.bench.office ARCHIVE CUSTOMERS

The shards are written straight into the folder and their commits by one `git fast-import`, which takes a tenth of the
time that sixty imports would.
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from crmkit.archive.archive import opened
from crmkit.archive.store import stored
from crmkit.archive.store.shards import part_path
from crmkit.core.calendar.hours import Calendar
from crmkit.core.numbers.card_numbers import next_number
from crmkit.core.plans.course import course as course_of_plan
from crmkit.core.plans.taking import found_by
from crmkit.core.plans.units import Unit
from crmkit.core.run import Run
from crmkit.core.tickets.clocks import next_at
from crmkit.core.tickets.course import course as course_of_ticket
from crmkit.records import Callback, Card, Customer, Plan, Product, Record, Staff, Step, Ticket
from crmkit.records.base import derived_id, month_of
from crmkit.records.card import Promises
from crmkit.records.ticket import COVERAGES, REPORTED
from tests.bench.leads import ZONE, Lead, Noise, decided, leads
from tests.bench.workshop import INIT, NOW
from tests.core.desk import SETTINGS

LAST = datetime.fromisoformat(NOW)
SEED = 3
DAYS = 5 * 365
PURPOSES = ("screening", "thanks", "cadence")
DUE = 200  # callbacks that are open and due on the last day
OPEN = 20  # tickets that are open then
PLAIN = Noise(standing=0)  # what stands in the files beside it is the office's own
DECIDED = 0.1  # of the files say what the office decided: a consent, a grade, a refusal
UNDECIDED = 0.04  # of those wait for somebody's decision, as with a number that two have, or bar somebody else's
WAITING = ("shared", "do_not_contact", "consents")
RECENT = 50  # files of which one may name another
STAFF = ("LN", "WQ", "ZH")
PROMISES = (
    Promises(reply=2, solution=8, solved=30, follow_up=72), Promises(reply=4, solution=24, solved=72, follow_up=96),
)  # fmt: skip
USES = 12  # of each plan, in its first year
EVERY = ("1m", "30d", "5w")
SYMPTOMS = ("打不着火", "漏水", "不制热 ", "噪音大，夜里更响", "no power", "屏幕不亮")
SHARD = SETTINGS.storage.shard_records


def build(archive: Path, customers: int, seed: int = SEED) -> None:
    """Make the archive in the new folder `archive`, a commit a month as an office would have had."""
    env = {"PATH": os.environ["PATH"], "HOME": str(archive.parent), "CRMKIT_NOW": NOW}
    subprocess.run([sys.executable, "-m", "crmkit", "init", str(archive), *INIT], env=env, check=True)
    os.umask(0o077)
    months: dict[str, dict[str, list[Record]]] = {}
    for record in records(customers, seed):
        months.setdefault(month_of(record.id), {}).setdefault(record.kind, []).append(record)
    with subprocess.Popen(["git", "-C", archive, "fast-import", "--quiet"], stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        parent = "from refs/heads/main^0\n"
        for month in sorted(months):
            at = datetime.strptime(month, "%Y-%m").replace(tzinfo=ZONE)
            text = f"lead import: {sum(map(len, months[month].values()))} records\n\nCrmkit-By: LN\n"
            head = f"commit refs/heads/main\ncommitter LN <crmkit@localhost> {int(at.timestamp())} +0800\n"
            git.stdin.write(f"{head}data {len(text)}\n{text}{parent}".encode())
            parent = ""
            for path, data in _shards(months[month], month):
                (archive / path).parent.mkdir(exist_ok=True)
                (archive / path).write_bytes(data)
                git.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    if git.returncode:
        raise RuntimeError("git fast-import failed")
    subprocess.run(["git", "-C", archive, "reset", "-q"], check=True)
    with opened(archive, exclusive=True, wait=10) as office:
        office.index.refresh()


def _shards(kinds: dict[str, list[Record]], month: str) -> Iterator[tuple[str, bytes]]:
    for kind, found in kinds.items():
        for part, start in enumerate(range(0, len(found), SHARD), 1):
            yield part_path(kind, month, part), stored.written(kind, found[start : start + SHARD])


def records(customers: int, seed: int) -> Iterator[Record]:
    """Staff, a product, and what five years bring to `customers` files."""
    chance = random.Random(seed)
    first = LAST - timedelta(days=DAYS)
    for code in STAFF:
        yield Staff(id=derived_id("E", first, code), code=code, name=code, roles=("screener",), created_at=first)
    yield Product(
        id=derived_id("P", first, "HX1"), code="HX1", name="护膝", price=19800, warranty_months=12, created_at=first
    )
    due_now = set(chance.sample(range(customers), min(DUE, customers)))
    numbers: dict[str, str] = {}  # the last card number of each month
    recent: list[Lead] = []
    for n, lead in enumerate(leads(customers, seed, PLAIN)):
        at = first + timedelta(days=DAYS * n // customers, hours=chance.randrange(1, 9))
        who = derived_id("C", at, str(n))
        person: Customer = msgspec.structs.replace(
            lead.customer, id=who, collected_at=at, owner=chance.choice(STAFF), stage="screened", created_at=at
        )
        if n not in due_now and chance.random() < DECIDED:
            person = msgspec.structs.replace(person, **_standing(chance, recent, lead.person))
        recent = [*recent[-RECENT:], Lead(person, lead.person, lead.kind)]
        yield person
        yield from _callbacks(chance, person, n, open_now=n in due_now)
        if n % 2 == 0:
            month = f"{at:%y%m}"
            numbers[month] = str(next_number("BJ", "LN", at, numbers.get(month, "")))
            card = Card(
                id=derived_id("K", at, str(n)), number=numbers[month], customer=who, product="HX1",
                promises=PROMISES[0], serial=f"SN-{n:07}", bought_on=at.date(), created_at=at,
            )  # fmt: skip
            yield card
            yield from _ticket(chance, card, n, open_now=n // 2 < OPEN)
            if n % 20 == 0:
                yield from _plan(card, n // 20)


def _standing(chance: random.Random, recent: list[Lead], person: int) -> dict[str, object]:
    """What the office decided about a file. No alias: it would be found no more, and the truth counts its pairs."""
    about = decided(chance, recent, person)
    left_out = {"merged_into", "created_at", "updated_at", *(WAITING if chance.random() > UNDECIDED else ())}
    return {name: value for name, value in about.items() if name not in left_out}


def _callbacks(chance: random.Random, person: Customer, n: int, *, open_now: bool) -> Iterator[Record]:
    assert person.created_at is not None
    for m, purpose in enumerate(PURPOSES):
        is_open = open_now and m == len(PURPOSES) - 1
        # as the planner does it: what is due now was set off within the last month, however old the file is
        set_off = LAST - timedelta(days=chance.randrange(1, 30)) if is_open else person.created_at
        due_at = LAST.replace(hour=9) if is_open else person.created_at + timedelta(days=1 + 30 * m)
        yield Callback(
            id=derived_id("B", set_off, str(n), purpose), customer=person.id, purpose=purpose, due_at=due_at,
            owner=person.owner, state="" if is_open else "done", plan=f"{purpose}:{person.id}", reason=purpose,
            created_at=set_off,
        )  # fmt: skip


def _ticket(chance: random.Random, card: Card, n: int, *, open_now: bool) -> Iterator[Record]:
    """A ticket that was solved and asked about after three days, or one that was reported within the last hours."""
    assert card.created_at is not None
    at = LAST - timedelta(minutes=chance.randrange(1, 1200)) if open_now else card.created_at + timedelta(hours=5)
    ticket = Ticket(
        id=derived_id("TK", at, str(n)), customer=card.customer, reported_at=at, promises=chance.choice(PROMISES),
        card=card.id, product=card.product, how=REPORTED[n // 2 % len(REPORTED)], safety=n % 50 == 0,
        symptom=SYMPTOMS[n // 2 % len(SYMPTOMS)], coverage=COVERAGES[n // 2 % len(COVERAGES)], by="LN", created_at=at,
    )  # fmt: skip
    if open_now:
        yield msgspec.structs.replace(ticket, next_at=next_at(course_of_ticket(ticket, ()), LAST, None))
        return
    yield msgspec.structs.replace(ticket, closed=1)
    solved, asked = at + timedelta(hours=3), at + timedelta(days=3)
    answers = {"outcome": "reached", "solved": "yes", "on_time": "yes", "attitude": "5", "skill": "5", "charged": "no"}
    for seq, (what, then, codes) in enumerate(
        (("solve", solved, {"cause": "wear", "how": "visit"}), ("follow-up", asked, answers)), 1
    ):
        yield Step(
            id=derived_id("ST", then, str(n), what), customer=card.customer, about=ticket.id, what=what, at=then,
            recorded_at=then, by="WQ", noted_by="LN", cycle=1, seq=seq, codes=codes, note="已修好", created_at=then,
        )  # fmt: skip


def _plan(card: Card, n: int) -> Iterator[Record]:
    """A plan in its second year, by turns a card of visits, of money or for a term, a contract, a service."""
    begun = LAST - timedelta(days=30 * USES + 1 + n % 12)  # so that the next visit is due in two weeks or more
    plan = Plan(
        id=derived_id("PL", begun, str(n)), customer=card.customer, mode="prepaid", starts_on=begun.date(), months=36,
        paid=50000, paid_on=begun.date(), list_price=6000, basis="list", by="WQ", terms="档案柜3", created_at=begun,
    )  # fmt: skip
    changed: dict[str, object]
    match n % 5:
        case 0:
            changed, what, used = {"visits": USES + 20, "bonus": 2, "cards": (card.id,)}, "use", {"units": 1}
        case 1:
            changed, what, used = {"amount": 90000, "bonus_amount": 5000, "price": 4000}, "use", {"units": 4000}
        case 2:
            changed, what, used = {"note": "年卡"}, "contact", {}
        case 3:
            terms = {"every": (EVERY[n % len(EVERY)],), "cards": (card.id,), "price": 8000, "waiting_fee": 3000}
            changed, what, used = {"mode": "contract", "paid": 0, "paid_on": None, "basis": "", **terms}, "report", {}
        case _:
            terms = {"visits": 36, "price": 20000}
            changed, what, used = {"mode": "service", "paid": 0, "paid_on": None, "basis": "", **terms}, "report", {}
    plan = msgspec.structs.replace(plan, **changed)
    steps = []
    for k in range(1, USES + 1):
        at = begun + timedelta(days=30 * k, hours=1)
        number = {"k": k} if what == "report" else {}
        steps.append(Step(
            id=derived_id("ST", at, str(n), str(k), "plan"), customer=plan.customer, about=plan.id, what=what, at=at,
            recorded_at=at, by="ZH", seq=k, numbers={**used, **number}, note=f"第{k}次", created_at=at,
            codes={"condition": "good"} if what == "report" else {}, card=card.id if plan.cards else "",
        ))  # fmt: skip
    yield from steps
    units = (Unit(card.id),) if plan.cards else ()
    present = course_of_plan(plan, steps, CALENDAR, LAST, units)
    yield found_by(Run(now=LAST, by="LN", settings=SETTINGS), CALENDAR, present)


CALENDAR = Calendar.from_json({})

if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
