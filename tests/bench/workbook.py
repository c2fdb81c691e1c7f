"""The month's workbook for head office, with as many detail rows as the office has customers."""

from collections.abc import Iterator

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import Workshop


def rows(shop: Workshop) -> Iterator[Row]:
    """The workbook beside plain openpyxl writing the same cells."""
    archive = shop.own(shop.imported(shop.size), "workbook")
    book, cells = shop.folder / "month.xlsx", shop.folder / "cells"
    words = shop.crmkit(archive, "report", "month", "2026-11", "-o", book, "--force")
    shop.lines(*words)
    shop.lines(*shop.peer("cells_of", book, cells))
    ours, plain = f"month workbook, {shop.size:,} detail rows", "openpyxl write-only of the same cells"
    samples = shop.race(
        Program(ours, words), Program(plain, shop.peer("openpyxl_write", cells, shop.folder / "plain.xlsx"))
    )
    yield timed(ours, samples, ours, plain, Target(1.1, memory=300), "no figures, no styles, no print layout", plain)
