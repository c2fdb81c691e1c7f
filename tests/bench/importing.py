"""Taking in a sheet: read, normalise, check for repeats, journal, index, commit."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import IMPORT, Workshop

MEMORY = 500  # MB, for 100,000 rows; above, it may grow with the rows
LINEAR = 1.15  # times what the tenth of the rows takes, ten times: so much is still linear
SHEETS = {50: 1.5, 1_000: 2.0}  # rows of a small sheet → how much more it may take in a large archive
NO_RULES = "no normalising, no repeat check, no journal, no history"
PLAIN = "one header, the first number of a cell alone; nobody is told of a repeat or of a row left out, no history"


def rows(shop: Workshop) -> Iterator[Row]:
    """A small sheet into a large archive; then the same rows from CSV and from a workbook, once more, and a tenth."""
    yield from _small(shop)
    yield from _large(shop)


def _small(shop: Workshop) -> Iterator[Row]:
    large, fresh, sheet = shop.ordinary("into"), shop.folder / "fresh", shop.folder / "few.csv"
    database = shop.folder / "few.db"
    for count, most in SHEETS.items():
        ours, empty = f"import of {count:,} rows into {shop.size:,}", f"import of {count:,} rows into nothing"
        plain = f"phonenumbers + sqlite, {count:,} rows into nothing"

        def new(turn: int, count: int = count) -> None:
            shop.lines(*shop.peer("few_rows", sheet, turn * count + 10_000 * count, count))
            shop.copied(shop.empty(), fresh)
            database.unlink(missing_ok=True)

        samples = shop.race(
            Program(ours, shop.crmkit(large, "lead", "import", sheet, *IMPORT), before=new),
            Program(empty, shop.crmkit(fresh, "lead", "import", sheet, *IMPORT)),
            Program(plain, shop.peer("plain_import", sheet, database)),
        )
        yield timed(ours, samples, ours, empty, Target(most, of="cpu ratio"), floor=empty)
        yield timed(ours, samples, ours, plain, None, PLAIN)


def _large(shop: Workshop) -> Iterator[Row]:
    sheets, tenth = shop.sheets(shop.size), shop.sheets(shop.size // 10)
    fresh, again = shop.folder / "fresh", shop.own(shop.imported(shop.size), "again")
    csv, xlsx, repeated, fewer = (
        f"import {shop.size:,} rows csv", f"import {shop.size:,} rows xlsx", "the same import again",
        f"import {shop.size // 10:,} rows csv",
    )  # fmt: skip
    insert, insert_fewer, loop = (
        "sqlite-utils insert --csv --pk", f"sqlite-utils insert --csv --pk of {shop.size // 10:,}",
        "openpyxl read-only loop",
    )  # fmt: skip
    plain, plain_table = "phonenumbers + sqlite, twenty lines", shop.folder / "plain.db"
    floor_csv, floor_xlsx = "reading csv, storing, one commit", "reading xlsx, storing, one commit"
    new_table, store = shop.folder / "import.db", shop.folder / "store"

    def empty(_turn: int) -> None:
        shop.copied(shop.empty(), fresh)

    def no_table(_turn: int) -> None:
        new_table.unlink(missing_ok=True)
        plain_table.unlink(missing_ok=True)

    def inserting(name: str, sheet: Path) -> Program | None:
        return shop.sqlite_utils(
            name, ["insert", new_table, "leads", sheet, "--csv", "--pk", "编号"], before=no_table
        )  # fmt: skip

    def no_store(_turn: int) -> None:
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()

    def importing(name: str, sheet: Path) -> Program:
        return Program(name, shop.crmkit(fresh, "lead", "import", sheet, *IMPORT), before=empty)

    samples = shop.race(
        importing(csv, sheets / "leads.csv"),
        inserting(insert, sheets / "leads.csv"),
        Program(plain, shop.peer("plain_import", sheets / "leads.csv", plain_table), before=no_table),
        Program(repeated, shop.crmkit(again, "lead", "import", sheets / "leads.csv", *IMPORT)),
        importing(fewer, tenth / "leads.csv"),
        inserting(insert_fewer, tenth / "leads.csv"),
        Program(floor_csv, shop.floor("store", sheets / "leads.csv", store), before=no_store),
    )
    memory = MEMORY * max(1, shop.size / 100_000)
    yield timed(csv, samples, csv, insert, Target(1.75, memory=memory), NO_RULES, floor_csv)
    yield timed(fewer, samples, fewer, insert_fewer, Target(1.75), NO_RULES)
    yield timed(csv, samples, csv, plain, None, PLAIN)
    yield timed(repeated, samples, repeated, csv, Target(0.5), floor=floor_csv)
    yield timed(csv, samples, csv, fewer, Target(LINEAR), times=10)
    samples = shop.race(
        importing(xlsx, sheets / "leads.xlsx"),
        importing(csv, sheets / "leads.csv"),
        Program(loop, shop.peer("openpyxl_read", sheets / "leads.xlsx")),
        Program(floor_xlsx, shop.floor("store", sheets / "leads.xlsx", store), before=no_store),
    )
    yield timed(xlsx, samples, xlsx, csv, Target(1.15, memory=memory), floor=floor_xlsx)
    yield timed(xlsx, samples, xlsx, loop, None, "stores nothing", floor_xlsx)
