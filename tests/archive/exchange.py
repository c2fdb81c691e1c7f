"""Clones of one archive that exchange their work through a shared repository, in this process."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec

from crmkit.archive.archive import Archive, opened
from crmkit.archive.exchange.remote import Remote
from crmkit.archive.exchange.sync import Taken, take_in
from crmkit.archive.repository.git import Git
from crmkit.archive.store.strict import with_id
from crmkit.records import BY_KIND, Customer, Record, type_of
from crmkit.records.change import Change
from tests.archive.desk import Desk
from tests.archive.histories import Documents, documents_of, first_archive, work


def desks(archive: Path, folder: Path, count: int) -> list[Desk]:
    """`count` clones of `archive` with the remote origin, a bare repository that holds what they began from."""
    shared = folder / "shared.git"
    Git(archive).run("clone", "-q", "--bare", str(archive), str(shared))
    clones = [archive, *(Path(shutil.copytree(archive, folder / f"clone{n}")) for n in range(1, count))]
    for clone in clones:
        Git(clone).run("remote", "add", "origin", str(shared))
    return [Desk(clone) for clone in clones]


def fetch(desk: Desk) -> str:
    return Remote(Git(desk.root), "origin").fetch()


def take(desk: Desk, commit: str) -> Taken:
    with opened(desk.root, exclusive=True, wait=5) as archive:
        return take_in(archive, commit, "origin", run_at=desk.now, by="LN")


def push(desk: Desk, commit: str) -> bool:
    return Remote(Git(desk.root), "origin").push(commit)


def sync(desk: Desk) -> Taken:
    """What `crmkit sync` does."""
    while True:
        theirs = fetch(desk)
        taken = take(desk, theirs)
        if taken.head == theirs or push(desk, taken.head):
            return taken


def join(one: Desk, other: Desk) -> Taken:
    """Take in what another clone recorded, straight from it; nothing is sent."""
    git = Git(one.root)
    git.run("fetch", "-q", str(other.root), "HEAD")
    return take(one, git.line("rev-parse", "FETCH_HEAD"))


def records(desk: Desk) -> dict[str, Record]:
    """Every record that the files hold."""
    with opened(desk.root, exclusive=False, wait=5) as archive:
        return {record.id: record for kind in archive.index.counts() for record in archive.all(BY_KIND[kind])}


def edit(desk: Desk, identifier: str, **values: object) -> None:
    """One run that changes fields of a customer's file."""

    def change(archive: Archive) -> Change:
        return Change(puts=(msgspec.structs.replace(archive.get(Customer, identifier), **values),))

    desk.run(change)


def add(desk: Desk, *new: Record) -> None:
    """One run that adds records."""
    desk.run(lambda archive: Change(puts=new))


def status(desk: Desk) -> str:
    """What git sees in the work tree that its history does not hold; "" where the two agree."""
    return Git(desk.root).run("status", "--porcelain").decode()


def random_history(archive: Path, folder: Path, seed: int) -> None:
    """Two or three clones work and exchange at random, then until all have all; they must end equal, nothing lost.

    They sync through the shared repository, and now and then take in another clone's history straight from it, so that
    histories cross.
    """
    rng = random.Random(seed)
    clones = desks(archive, folder, rng.choice((2, 3)))
    added: set[str] = set()
    removed: set[str] = set()
    _work(rng, clones[0], first_archive(rng), added, removed)
    for _step in range(10):
        desk = rng.choice(clones)
        action = rng.random()
        if action < 0.6:
            _work(rng, desk, work(rng, documents(desk), rng.randrange(1, 5)), added, removed)
        elif action < 0.85:
            sync(desk)
        else:
            join(desk, rng.choice([other for other in clones if other is not desk]))
    for desk in (*clones, *clones):
        sync(desk)
    assert len({Git(desk.root).head() for desk in clones}) == 1
    for desk in clones:
        assert status(desk) == ""
    last = documents(clones[0])
    assert all(documents(desk) == last for desk in clones)
    assert added - removed <= last.keys()


def documents(desk: Desk) -> Documents:
    """Every document that the files hold, each shard read strictly."""
    paths = (path for kind in BY_KIND for path in (desk.root / kind).glob("*.json"))
    return documents_of({str(path.relative_to(desk.root)): path.read_bytes() for path in paths})


def _work(rng: random.Random, desk: Desk, after: Documents, added: set[str], removed: set[str]) -> None:
    before = documents(desk)
    puts = {i: document for i, document in after.items() if document != before.get(i)}
    drops = before.keys() - after.keys()
    added |= puts.keys() - before.keys()
    removed |= drops
    desk.now += timedelta(minutes=rng.randrange(3))
    changed = (with_id(msgspec.convert(document, type_of(i) or Record), i) for i, document in puts.items())
    desk.run(lambda _archive: Change(puts=tuple(changed), drops=tuple(drops)))
