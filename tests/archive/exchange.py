"""Clones of one archive that exchange their work through a shared repository, in this process."""

import shutil
from pathlib import Path

import msgspec

from crmkit.archive.archive import Archive, opened
from crmkit.archive.git import Git
from crmkit.archive.remote import Remote
from crmkit.archive.sync import Taken, take_in
from crmkit.records import BY_KIND, Customer, Record
from crmkit.records.change import Change
from tests.archive.desk import Desk


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
