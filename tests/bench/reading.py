"""Work that reads everything: the whole list, the check, the index made anew."""

from collections.abc import Iterator

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import Workshop

JSON_LOAD = "json.load of all shards"


def rows(shop: Workshop) -> Iterator[Row]:
    """The list of all customers, `check`, and a command that finds no index."""
    archive = shop.own(shop.office(shop.size), "reading")
    listing, dump, floor = (
        f"lead list -f jsonl of {shop.size:,}",
        "sqlite-utils rows --nl",
        "decoding and encoding each",
    )
    samples = shop.race(
        Program(listing, shop.crmkit(archive, "lead", "list", "-f", "jsonl")),
        shop.sqlite_utils(dump, lambda _turn: ["rows", shop.table(shop.size), "leads", "--nl"]),
        Program(floor, shop.floor("print_all", archive)),
    )
    yield timed(listing, samples, listing, dump, Target(1.5), floor=floor)

    check, rebuild = "check", "index made anew (status)"
    verify, index = "decoding and hashing all shards", "decoding all shards into a table of keys"

    def remove_index(_turn: int) -> None:
        for path in (archive / ".crmkit").glob("index*"):
            path.unlink()

    samples = shop.race(
        Program(rebuild, shop.crmkit(archive, "status"), before=remove_index),
        Program(check, shop.crmkit(archive, "check")),
        Program(JSON_LOAD, shop.peer("json_load", archive)),
        Program(verify, shop.floor("verify", archive)),
        Program(index, shop.floor("index", archive)),
    )
    yield timed(
        check, samples, check, JSON_LOAD, Target(2.0), "no comparison with the history, no rule checked", verify
    )
    yield timed(rebuild, samples, rebuild, JSON_LOAD, Target(1.5), floor=index)
