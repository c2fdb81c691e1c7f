"""The archive of a branch office after five years: seeded files with three callbacks each and a card for every second.

python -m tests.bench.office FOLDER [CUSTOMERS]
"""

import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from crmkit.archive.archive import opened
from crmkit.records import Callback, Card, Customer, Product, Record, Staff
from crmkit.records.base import derived_id
from crmkit.records.card import Promises
from crmkit.records.change import Change
from tests.bench.leads import ZONE, leads
from tests.conftest import Shell

LAST = datetime(2026, 11, 21, 10, tzinfo=ZONE)  # the shell's present
DAYS = 5 * 365
PURPOSES = ("screening", "thanks", "cadence")
DUE = 200  # callbacks that are open and due on the last day
STAFF = ("LN", "WQ", "ZH")


def build(folder: Path, customers: int, seed: int = 3) -> Shell:
    """Make the archive `folder`/archive-N, one run a month as an office would have; the shell to use it with."""
    shell = Shell(folder, folder / f"archive-{customers}")
    shell.ok("init", shell.archive, "--branch", "BJ", "--operator", "LN", "--area", "010")
    months: dict[str, list[Record]] = {}
    for record in records(customers, seed):
        months.setdefault(record.id[1:5], []).append(record)
    with opened(shell.archive, exclusive=True, wait=10) as archive:
        for month in sorted(months):
            at = datetime.strptime(month, "%y%m").replace(day=1, tzinfo=ZONE)
            archive.commit(Change(puts=tuple(months[month])), "lead import", run_at=at, by="LN")
    return shell


def records(customers: int, seed: int) -> Iterator[Record]:
    """Staff, a product, and what five years bring: `customers` files, three callbacks each, a card for every second."""
    chance = random.Random(seed)
    first = LAST - timedelta(days=DAYS)
    for code in STAFF:
        yield Staff(id=derived_id("E", first, code), code=code, name=code, roles=("screener",))
    yield Product(id=derived_id("P", first, "HX1"), code="HX1", name="护膝", price=19800, warranty_months=12)
    due_now = set(chance.sample(range(customers), min(DUE, customers)))
    running: dict[str, int] = {}
    for n, lead in enumerate(leads(customers, seed=seed)):
        at = first + timedelta(days=DAYS * n // customers, hours=chance.randrange(1, 9))
        who = derived_id("C", at, str(n))
        person: Customer = msgspec.structs.replace(
            lead.customer, id=who, collected_at=at, owner=chance.choice(STAFF), stage="screened", created_at=at
        )
        yield person
        for m, purpose in enumerate(PURPOSES):
            is_open = m == len(PURPOSES) - 1 and n in due_now
            due_at = LAST.replace(hour=9) if is_open else at + timedelta(days=1 + 30 * m)
            yield Callback(
                id=derived_id("B", at, str(n), purpose), customer=who, purpose=purpose, due_at=due_at,
                owner=person.owner, state="" if is_open else "done", plan=f"{purpose}:{who}", reason=purpose,
                created_at=at,
            )  # fmt: skip
        if n % 2 == 0:
            month = f"{at:%y%m}"
            running[month] = running.get(month, 0) + 1
            yield Card(
                id=derived_id("K", at, str(n)), number=f"BJLN-{month}{running[month]:04}-0", customer=who,
                product="HX1", promises=Promises(reply=2, solution=8, solved=30, follow_up=72), serial=f"SN-{n:07}",
                bought_on=at.date(), created_at=at,
            )  # fmt: skip


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), int((sys.argv[2:] or ["100000"])[0])).archive)
