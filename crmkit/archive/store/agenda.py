"""What the last morning (`crmkit daily`) found of each customer, and until when that holds: tables of the index.

A morning looks at a customer again once something of theirs was written, or once a moment has come at which time alone
changes what is to be done. Both stand here as `until`: "" for whoever was touched, else the moment in UTC. All others
are as they were found, and `tallies` says of how many the same was counted. So a morning costs what has changed, not
what is stored.

Like all of the index it is derived and disposable: without it, and whenever anything was changed by other means than
a run of crmkit, the next morning looks at everybody.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from crmkit.records import REGISTRY, Card, Customer, Event, Product, Record, Staff

SCHEMA = """
CREATE TABLE agenda (
    id TEXT PRIMARY KEY, until TEXT, counts TEXT, revenue INT, last_on INT, grade TEXT
) WITHOUT ROWID;
CREATE INDEX agenda_until ON agenda (until);
CREATE INDEX agenda_buyers ON agenda (id, revenue, last_on, grade) WHERE revenue IS NOT NULL;
CREATE TABLE tallies (counts TEXT PRIMARY KEY, people INT) WITHOUT ROWID;
CREATE TRIGGER agenda_added AFTER INSERT ON agenda BEGIN
    INSERT INTO tallies VALUES (new.counts, 1) ON CONFLICT (counts) DO UPDATE SET people = people + 1;
END;
CREATE TRIGGER agenda_changed AFTER UPDATE OF counts ON agenda WHEN new.counts != old.counts BEGIN
    UPDATE tallies SET people = people - 1 WHERE counts = old.counts;
    INSERT INTO tallies VALUES (new.counts, 1) ON CONFLICT (counts) DO UPDATE SET people = people + 1;
END;
CREATE TRIGGER agenda_gone AFTER DELETE ON agenda BEGIN
    UPDATE tallies SET people = people - 1 WHERE counts = old.counts;
END;
CREATE TABLE watermark (mark TEXT, run TEXT, whole INT);
"""
TOUCHED = ""  # sorts before every moment
TAKEN = "0"  # touched before the morning began that looks at it now
NEVER = "~"  # sorts behind every moment
NAMED = (Customer, Card, Event, Product, Staff)  # types on which something of others than their owner may depend


class Outlook(NamedTuple):
    """What was found of one customer."""

    until: str = NEVER  # when to look again: a moment in UTC, or one of the three above
    counts: Mapping[str, int] = MappingProxyType({})
    revenue: int | None = None  # of a buyer, in fen; None for everybody else
    last_on: int = 0  # of a buyer: the day of the last order, as an ordinal
    grade: str = ""  # as it is stored


def subjects(records: Iterable[Record]) -> set[str]:
    """The ids of whom and what these records are about: what was found of them holds no longer."""
    found: set[str] = set()
    for one in records:
        found.update(getattr(one, name) for name in REGISTRY[type(one)].whose)
        if isinstance(one, NAMED):
            found.add(one.id)
        if isinstance(one, Customer):
            found.add(one.merged_into)
    return found - {""}


class Agenda:
    """The outlooks of one index; each method raises sqlite3.Error."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def kept(self) -> bool:
        """Whether it is kept up to date: from the beginning of the first morning on."""
        return self.db.execute("SELECT 1 FROM watermark").fetchone() is not None

    def holds(self, mark: str) -> bool:
        """Whether a morning looked at everybody by the same rules; `mark` stands for settings and calendar."""
        return self.db.execute("SELECT 1 FROM watermark WHERE mark = ? AND whole", (mark,)).fetchone() is not None

    def forget(self) -> None:
        """Begin anew: the next morning looks at everybody."""
        self.db.execute("DELETE FROM watermark")
        self.db.execute("DELETE FROM agenda")

    def touch(self, ids: Iterable[str]) -> None:
        """Note that something of these was written."""
        # not INSERT OR REPLACE, which triggers nothing for what it replaces
        query = (
            "INSERT INTO agenda (id, until, counts) SELECT value, '', '{}' FROM json_each(?) WHERE 1"
            " ON CONFLICT (id) DO UPDATE SET"
            " until = '', counts = '{}', revenue = NULL, last_on = NULL, grade = NULL"
        )
        self.db.execute(query, (_listed(ids),))

    def begin(self, mark: str, run: str) -> None:
        """A morning named `run` begins: what is touched from now on is told apart from what it looks at."""
        if not self.holds(mark):
            self.forget()
            self.db.execute("INSERT INTO watermark VALUES (?, '', 0)", (mark,))
        self.db.execute("UPDATE watermark SET run = ?", (run,))
        self.db.execute("UPDATE agenda SET until = ? WHERE until = ?", (TAKEN, TOUCHED))

    def is_of(self, mark: str, run: str) -> bool:
        """Whether no other morning has begun since the one named `run`."""
        return self.db.execute("SELECT 1 FROM watermark WHERE mark = ? AND run = ?", (mark, run)).fetchone() is not None

    def due(self, moment: str) -> list[str]:
        """The ids to look at by that moment (UTC), those that were touched included."""
        # sorted here: SQLite would go through everybody in the order of their ids to spare itself a sort
        return sorted(i for (i,) in self.db.execute("SELECT id FROM agenda WHERE until <= ?", (moment,)))

    def counts(self, looked_at: Iterable[str]) -> Counter[str]:
        """The sum of what was counted of all but these ids."""
        found: Counter[str] = Counter()
        query = (
            "SELECT counts, people FROM tallies WHERE people"
            " UNION ALL SELECT counts, -count(*) FROM json_each(?) JOIN agenda ON agenda.id = value GROUP BY counts"
        )
        for text, n in self.db.execute(query, (_listed(looked_at),)):
            for name, each in msgspec.json.decode(text, type=dict[str, int]).items():
                found[name] += each * n
        return +found  # without those that only the left out had

    def buyers(self, looked_at: Iterable[str]) -> Iterator[tuple[str, int, int, str]]:
        """Of all but these ids who are buyers: id, revenue, day of the last order, and grade."""
        query = (
            "SELECT id, revenue, last_on, grade FROM agenda"
            " WHERE revenue IS NOT NULL AND id NOT IN (SELECT value FROM json_each(?))"
        )
        yield from self.db.execute(query, (_listed(looked_at),))

    def touched(self) -> list[str]:
        """The ids that were touched since the last morning began."""
        return [i for (i,) in self.db.execute("SELECT id FROM agenda WHERE until = ? ORDER BY id", (TOUCHED,))]

    def put(self, looked_at: Iterable[str], found: Iterable[tuple[str, Outlook]]) -> None:
        """What a morning found of those who were not touched meanwhile; `looked_at` are the ids that were due."""
        gone = "DELETE FROM agenda WHERE until != '' AND id IN (SELECT value FROM json_each(?))"
        self.db.execute(gone, (_listed(looked_at),))
        encode = msgspec.json.Encoder(order="sorted").encode
        self.db.executemany(
            "INSERT INTO agenda SELECT ?1, ?2, ?3, ?4, ?5, ?6"
            " WHERE NOT EXISTS (SELECT 1 FROM agenda WHERE id = ?1 AND until = '')"
            " ON CONFLICT (id) DO UPDATE SET until = ?2, counts = ?3, revenue = ?4, last_on = ?5, grade = ?6",
            ((i, one.until, encode(one.counts).decode(), one.revenue, one.last_on, one.grade) for i, one in found),
        )
        self.db.execute("UPDATE watermark SET whole = 1")


def _listed(ids: Iterable[str]) -> str:
    return msgspec.json.encode(sorted(set(ids))).decode()
