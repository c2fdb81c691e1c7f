"""A long history: customers' files added and edited in turn, a run each, as a year of an office leaves it.

python -m tests.bench.runs ARCHIVE RUNS

The commits are written by one `git fast-import`; made by crmkit itself, 10,000 of them would take a quarter of an hour.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from crmkit.archive.journal.transaction import new_run
from crmkit.archive.repository.git import Git
from crmkit.archive.repository.maintenance import maintain
from crmkit.archive.store import stored
from crmkit.archive.store.shards import part_path
from crmkit.records import Customer
from crmkit.records.base import derived_id, month_of
from tests.bench.leads import leads
from tests.bench.workshop import NOW

LAST = datetime.fromisoformat(NOW)
FIRST = LAST - timedelta(days=365)


def add(root: Path, runs: int) -> None:
    """Put `runs` commits on the empty archive at `root`, every second one an edit of the file just added.

    The repository is left as `daily` leaves it.
    """
    os.umask(0o077)
    shards: dict[str, dict[str, bytes]] = {}
    with subprocess.Popen(["git", "-C", root, "fast-import", "--quiet"], stdin=subprocess.PIPE) as git:
        assert git.stdin is not None
        parent = b"from refs/heads/main^0\n"
        for number, (path, customer) in enumerate(_edits(runs)):
            shard = shards.setdefault(path, {})
            shard[customer.id] = _document(customer)
            at = FIRST + (LAST - FIRST) * number / runs
            git.stdin.write(_commit(at, "lead edit" if number % 2 else "lead add") + parent)
            data = _bytes(shard)
            git.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
            parent = b""
    if git.returncode:
        raise RuntimeError("git fast-import failed")
    for path, shard in shards.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(_bytes(shard))
    if not maintain(Git(root)):
        raise RuntimeError("the repository could not be maintained")


def _edits(runs: int) -> Iterator[tuple[str, Customer]]:
    for number, lead in enumerate(leads(runs // 2, seed=5)):
        at = FIRST + (LAST - FIRST) * (2 * number) / runs
        identifier = derived_id("C", at, str(number))
        customer = msgspec.structs.replace(lead.customer, id=identifier, collected_at=at, created_at=at, updated_at=at)
        path = part_path(Customer.kind, month_of(identifier), 1)
        yield path, customer
        yield path, msgspec.structs.replace(customer, notes=("asked again",))


def _document(customer: Customer) -> bytes:
    """The lines of one record in its shard."""
    whole = stored.canonical(Customer.kind, {customer.id: stored.document(customer)})
    return whole[whole.index(b'    "') : whole.rindex(b"\n  }")]


def _bytes(shard: dict[str, bytes]) -> bytes:
    lines = b",\n".join(shard[identifier] for identifier in sorted(shard))
    return b'{\n  "' + Customer.kind.encode() + b'": {\n' + lines + b"\n  }\n}\n"


def _commit(at: datetime, command: str) -> bytes:
    text = new_run(f"{command}: 1 record", run_at=at, by="LN").message.encode()
    head = f"commit refs/heads/main\ncommitter LN <crmkit@localhost> {int(at.timestamp())} +0800\ndata {len(text)}\n"
    return head.encode() + text


if __name__ == "__main__":
    add(Path(sys.argv[1]), int(sys.argv[2]))
