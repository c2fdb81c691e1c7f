"""Commands on one record, as typed between two telephone calls, in a large archive and in a small one."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import SQLITE_UTILS, Workshop

SMALL = 1_000
LARGEST_FOR_WHOLE_FILES = 10_000  # customers; beyond, those who read the whole file each time only take up time
NAME = "张秀英"
NO_CHECKS = "no duplicate check, no journal, no history, no check of the number"
NO_CALLS = "no number in another spelling, no calls and callbacks"
NO_ORDER = "no tickets, visits and unanswered calls among them, no order of urgency"
NO_INDEX = "reads and writes the whole file each time; no duplicate check, no journal, no history"


def rows(shop: Workshop) -> Iterator[Row]:
    """Adding, finding and finishing one record; the morning's list."""
    large, small = (shop.own(shop.office(n), f"single-{n}") for n in (shop.size, SMALL))
    peers = Peers(shop)
    yield from _adding(shop, large, small, peers)
    yield from _showing(shop, large, peers)
    yield from _morning(shop, large, peers)
    yield from _finishing(shop, large, peers)


class Peers:
    """The same customers in other stores; each None where its tool is not there."""

    def __init__(self, shop: Workshop) -> None:
        leads = shop.printed(shop.size, "lead")
        self.shop = shop
        self.table = shop.folder / "single.db"
        if SQLITE_UTILS.exists():
            shutil.copy(shop.table(shop.size), self.table)
        self.tinydb = None
        self.recfile = None
        if shop.size > LARGEST_FOR_WHOLE_FILES:
            return
        self.tinydb = shop.once("tinydb.json", lambda path: shop.lines(*shop.peer("tinydb_make", leads, path)))
        if shutil.which("recsel"):
            self.recfile = shop.once("leads.rec", lambda path: shop.lines(*shop.peer("recfile", leads, path)))

    def tiny(self, name: str, verb: str, phone: Callable[[int], str]) -> Program | None:
        """A TinyDB program on the file of customers, about the number of the turn."""
        return Program(name, lambda turn: self.shop.peer(verb, self.tinydb, phone(turn))) if self.tinydb else None

    def recutils(self, name: str, *words: object) -> Program | None:
        """A recutils command on the file of customers; its first word is the tool."""
        return Program(name, [*words, self.recfile]) if self.recfile else None


def new_phone(turn: int) -> str:
    """A number that nobody has yet."""
    return f"1665550{turn:04}"


def _adding(shop: Workshop, large: Path, small: Path, peers: Peers) -> Iterator[Row]:
    ours, at_small = f"lead add at {shop.size:,}", f"lead add at {SMALL:,}"
    insert, stock, records = "sqlite-utils insert", "TinyDB insert", "recins"
    floor = "changing one shard, durable, and one commit"
    row = shop.folder / "row.json"
    shard = next(path for path in sorted((large / "customers").iterdir(), reverse=True))

    def add(archive: Path, turn: int) -> list[object]:
        return shop.crmkit(archive, "lead", "add", "--name", NAME, "--phone", new_phone(turn), "--source", "shop")

    def write_row(turn: int) -> None:
        row.write_text(json.dumps({"id": f"C-{turn}", "name": NAME, "phone": new_phone(turn)}))

    samples = shop.race(
        Program(ours, lambda turn: add(large, turn)),
        shop.sqlite_utils(insert, ["insert", peers.table, "leads", row, "--pk", "id"], before=write_row),
        Program(at_small, lambda turn: add(small, turn)),
        peers.tiny(stock, "tinydb_insert", new_phone),
        peers.recutils(records, "recins", "-t", "Lead", "-f", "Id", "-v", "C-1", "-f", "Name", "-v", NAME, "--force"),
        Program(floor, shop.floor("change", shop.own(shop.office(shop.size), "floor"), shard.relative_to(large))),
    )
    yield timed(ours, samples, ours, insert, Target(1.0), NO_CHECKS, floor)
    yield timed(ours, samples, ours, at_small, Target(1.3 if shop.size >= 1_000_000 else 1.15), floor=floor)
    for other in (stock, records):
        if other in samples:
            yield timed(ours, samples, ours, other, None, NO_INDEX)


def _showing(shop: Workshop, large: Path, peers: Peers) -> Iterator[Row]:
    phones = shop.phones(shop.size)
    ours, query, stock, records = "lead show PHONE", "sqlite-utils query", "TinyDB search", "recsel"
    floor = "reading the customer's shard"
    found = f"select * from leads where phone = '{phones[0]}'"
    samples = shop.race(
        Program(ours, lambda turn: shop.crmkit(large, "lead", "show", phones[turn])),
        shop.sqlite_utils(query, lambda turn: ["query", peers.table, found.replace(phones[0], phones[turn])]),
        peers.tiny(stock, "tinydb_find", lambda turn: phones[turn]),
        peers.recutils(records, "recsel", "-t", "Lead", "-e", f"Phone = '{phones[0]}'"),
        Program(floor, shop.floor("read", sorted((large / "customers").iterdir())[0])),
    )
    yield timed(ours, samples, ours, query, Target(0.75), NO_CALLS, floor)
    for other in (stock, records):
        if other in samples:
            yield timed(ours, samples, ours, other, None, NO_INDEX)


def _finishing(shop: Workshop, large: Path, peers: Peers) -> Iterator[Row]:
    callbacks = shop.lines(*shop.crmkit(large, "callback", "list", "--due", "today", "-f", "ids"))
    ours, update = "callback done", "sqlite-utils update"
    floor = "changing one shard, durable, and one commit"
    samples = shop.race(
        Program(ours, lambda n: shop.crmkit(large, "callback", "done", callbacks[n], "--outcome", "reached")),
        shop.sqlite_utils(
            update, lambda n: ["query", peers.table, f"update callbacks set state = 'done' where id = '{callbacks[n]}'"]
        ),
        Program(floor, shop.floor("change", shop.folder / "floor", sorted_shards(large, "callbacks")[0])),
    )
    yield timed(ours, samples, ours, update, Target(1.25), "no call written down, no next callback, no history", floor)


def _morning(shop: Workshop, large: Path, peers: Peers) -> Iterator[Row]:
    due = shop.lines(*shop.crmkit(large, "callback", "list", "--due", "today", "-f", "jsonl"))
    found = [json.loads(line) for line in due]
    ids = [item[key] for item in found for key in ("id", "customer")]
    ours, floor = f"due, {len(found)} of {3 * shop.size:,}", "reading the shards of what is due"
    join = "sqlite-utils query of the same join"
    question = (
        "select callbacks.*, leads.name, leads.phone, leads.address from callbacks join leads"
        " on leads.id = callbacks.customer where callbacks.due_at >= '2026-11-21' and callbacks.due_at < '2026-11-22'"
        " and callbacks.state = '' order by callbacks.due_at"
    )
    shards = shop.lines(*shop.peer("shards_of", large, *ids))
    samples = shop.race(
        Program(ours, shop.crmkit(large, "due")),
        shop.sqlite_utils(join, ["query", peers.table, question]),
        Program(floor, shop.floor("read", *shards)),
    )
    yield timed(ours, samples, ours, join, Target(1.0), NO_ORDER, floor)


def sorted_shards(archive: Path, kind: str) -> list[Path]:
    """The shards of a kind, relative to the archive."""
    return [path.relative_to(archive) for path in sorted((archive / kind).iterdir())]
