"""What every command costs: the start."""

from collections.abc import Iterator

from tests.bench.pairs import Program, Row, Target, timed
from tests.bench.workshop import CRMKIT, Workshop

VERSION = "crmkit --version"
HELP = "crmkit lead add --help"
PEER = "sqlite-utils --version"
FLOOR = "a typer command that does nothing"


def rows(shop: Workshop) -> Iterator[Row]:
    """The start of crmkit beside that of sqlite-utils."""
    samples = shop.race(
        Program(VERSION, [CRMKIT, "--version"]),
        Program(HELP, [CRMKIT, "lead", "add", "--help"]),
        shop.sqlite_utils(PEER, ["--version"]),
        Program(FLOOR, shop.floor("start")),
    )
    yield timed(VERSION, samples, VERSION, PEER, Target(0.6), floor=FLOOR)
    yield timed(HELP, samples, HELP, PEER, Target(0.9), floor=FLOOR)
