"""Taking in a sheet: read, normalise, check for repeats, journal, index, commit."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import IMPORT, Workshop

MEMORY = 500  # MB, for 100,000 rows; above, it may grow with the rows
LINEAR = 1.15  # times what the tenth of the rows takes, ten times: so much is still linear
NO_RULES = "no normalising, no repeat check, no journal, no history"


def rows(shop: Workshop) -> Iterator[Row]:
    """The same rows from CSV and from a workbook, once more, and the tenth of them."""
    sheets, tenth = shop.sheets(shop.size), shop.sheets(shop.size // 10)
    fresh, again = shop.folder / "fresh", shop.own(shop.imported(shop.size), "again")
    csv, xlsx, repeated, fewer = (
        f"import {shop.size:,} rows csv", f"import {shop.size:,} rows xlsx", "the same import again",
        f"import {shop.size // 10:,} rows csv",
    )  # fmt: skip
    insert, loop = "sqlite-utils insert --csv --pk", "openpyxl read-only loop"
    floor_csv, floor_xlsx = "reading csv, storing, one commit", "reading xlsx, storing, one commit"
    new_table, store = shop.folder / "import.db", shop.folder / "store"

    def empty(_turn: int) -> None:
        shop.copied(shop.empty(), fresh)

    def no_table(_turn: int) -> None:
        new_table.unlink(missing_ok=True)

    def no_store(_turn: int) -> None:
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir()

    def importing(name: str, sheet: Path) -> Program:
        return Program(name, shop.crmkit(fresh, "lead", "import", sheet, *IMPORT), before=empty)

    samples = shop.race(
        importing(csv, sheets / "leads.csv"),
        shop.sqlite_utils(
            insert, ["insert", new_table, "leads", sheets / "leads.csv", "--csv", "--pk", "编号"], before=no_table
        ),
        Program(repeated, shop.crmkit(again, "lead", "import", sheets / "leads.csv", *IMPORT)),
        importing(fewer, tenth / "leads.csv"),
        Program(floor_csv, shop.floor("store", sheets / "leads.csv", store), before=no_store),
    )
    memory = MEMORY * max(1, shop.size / 100_000)
    yield timed(csv, samples, csv, insert, Target(1.0, memory=memory), NO_RULES, floor_csv)
    yield timed(repeated, samples, repeated, csv, Target(0.5), floor=floor_csv)
    yield timed(csv, samples, csv, fewer, Target(LINEAR), times=10)
    samples = shop.race(
        importing(xlsx, sheets / "leads.xlsx"),
        Program(loop, shop.peer("openpyxl_read", sheets / "leads.xlsx")),
        Program(floor_xlsx, shop.floor("store", sheets / "leads.xlsx", store), before=no_store),
    )
    yield timed(xlsx, samples, xlsx, loop, Target(0.5, memory=memory), "stores nothing", floor_xlsx)
