"""An archive with a few records of several kinds, to be damaged."""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from unittest import mock

import msgspec

from crmkit.archive.archive import opened
from crmkit.archive.journal import transaction
from crmkit.records import Card, Customer, Record, Touch
from crmkit.records.card import Promises
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk

PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)
ANNA = Customer(id="C2611-00000001", name="张秀英", address="朝阳区")
BRUNO = Customer(id="C2611-00000002", name="李建国")
VISIT = Touch(id="T2611-00000001", customer=ANNA.id, at=NOW)
NEXT = Card(id="K2611-00000002", number="BJLN-26110002-O", customer=ANNA.id, product="HX1", promises=PROMISES)
CARD = msgspec.structs.replace(NEXT, id="K2611-00000001", number="BJLN-26110001-Q", serial="A1")
CUSTOMERS = "customers/2026-11.json"


def stock(folder: Path) -> Path:
    """Fill an empty archive by three runs."""
    desk = Desk(folder)
    put(desk, ANNA, BRUNO)
    put(desk, VISIT, CARD, NEXT)
    put(desk, msgspec.structs.replace(ANNA, address="海淀区"))
    return folder


def copied(stocked: Path, folder: Path) -> Desk:
    """A copy of a stocked archive, with an index of its own, some minutes later."""
    desk = Desk(Path(shutil.copytree(stocked, folder)))
    desk.now = NOW.replace(hour=12)
    with opened(desk.root, exclusive=True, wait=5) as archive:
        assert archive.index.counts()
    return desk


def put(desk: Desk, *records: Record) -> str:
    return desk.run(lambda _archive: Change(puts=records))


def git(desk: Desk, *arguments: str) -> str:
    author = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    done = subprocess.run(["git", "-C", desk.root, *author, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def cut_off(desk: Desk, *records: Record) -> None:
    """A run whose command was killed right after the commit point."""
    with mock.patch.object(transaction, "_apply", side_effect=KeyboardInterrupt), suppress(KeyboardInterrupt):
        put(desk, *records)
    assert transaction.interrupted(desk.root)
