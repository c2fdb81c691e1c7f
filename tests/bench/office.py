"""The archive of a branch office after five years: seeded files with three callbacks each and a card for every second.

python -m tests.bench.office ARCHIVE CUSTOMERS
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
from crmkit.core.numbers.card_numbers import next_number
from crmkit.records import Callback, Card, Customer, Product, Record, Staff
from crmkit.records.base import derived_id
from crmkit.records.card import Promises
from crmkit.records.change import Change
from tests.bench.leads import ZONE, Noise, leads
from tests.bench.workshop import INIT, NOW

LAST = datetime.fromisoformat(NOW)
SEED = 3
DAYS = 5 * 365
PURPOSES = ("screening", "thanks", "cadence")
DUE = 200  # callbacks that are open and due on the last day
PLAIN = Noise(standing=0)  # what stands in the files beside it is the office's own
STAFF = ("LN", "WQ", "ZH")


def build(archive: Path, customers: int, seed: int = SEED) -> None:
    """Make the archive in the new folder `archive`, one run a month as an office would have."""
    env = {"PATH": os.environ["PATH"], "HOME": str(archive.parent), "CRMKIT_NOW": NOW}
    subprocess.run([sys.executable, "-m", "crmkit", "init", str(archive), *INIT], env=env, check=True)
    months: dict[str, list[Record]] = {}
    for record in records(customers, seed):
        months.setdefault(record.id[1:5], []).append(record)
    with opened(archive, exclusive=True, wait=10) as office:
        for month in sorted(months):
            at = datetime.strptime(month, "%y%m").replace(day=1, tzinfo=ZONE)
            office.commit(Change(puts=tuple(months[month])), "lead import", run_at=at, by="LN")


def records(customers: int, seed: int) -> Iterator[Record]:
    """Staff, a product, and what five years bring: `customers` files, three callbacks each, a card for every second."""
    chance = random.Random(seed)
    first = LAST - timedelta(days=DAYS)
    for code in STAFF:
        yield Staff(id=derived_id("E", first, code), code=code, name=code, roles=("screener",))
    yield Product(id=derived_id("P", first, "HX1"), code="HX1", name="护膝", price=19800, warranty_months=12)
    due_now = set(chance.sample(range(customers), min(DUE, customers)))
    numbers: dict[str, str] = {}  # the last card number of each month
    for n, lead in enumerate(leads(customers, seed, PLAIN)):
        at = first + timedelta(days=DAYS * n // customers, hours=chance.randrange(1, 9))
        who = derived_id("C", at, str(n))
        person: Customer = msgspec.structs.replace(
            lead.customer, id=who, collected_at=at, owner=chance.choice(STAFF), stage="screened", created_at=at
        )
        yield person
        for m, purpose in enumerate(PURPOSES):
            is_open = m == len(PURPOSES) - 1 and n in due_now
            # as the planner does it: what is due now was set off within the last month, however old the file is
            set_off = LAST - timedelta(days=chance.randrange(1, 30)) if is_open else at
            due_at = LAST.replace(hour=9) if is_open else at + timedelta(days=1 + 30 * m)
            yield Callback(
                id=derived_id("B", set_off, str(n), purpose), customer=who, purpose=purpose, due_at=due_at,
                owner=person.owner, state="" if is_open else "done", plan=f"{purpose}:{who}", reason=purpose,
                created_at=set_off,
            )  # fmt: skip
        if n % 2 == 0:
            month = f"{at:%y%m}"
            numbers[month] = str(next_number("BJ", "LN", at, numbers.get(month, "")))
            yield Card(
                id=derived_id("K", at, str(n)), number=numbers[month], customer=who,
                product="HX1", promises=Promises(reply=2, solution=8, solved=30, follow_up=72), serial=f"SN-{n:07}",
                bought_on=at.date(), created_at=at,
            )  # fmt: skip


if __name__ == "__main__":
    build(Path(sys.argv[1]), int(sys.argv[2]))
