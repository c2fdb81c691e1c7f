"""Many records in one call: lines of `crmkit run`, a sheet on stdin."""

import json
from collections.abc import Iterator

from tests.bench.pairs import Program, Row, Target, alone, timed
from tests.bench.single import NAME
from tests.bench.workshop import Workshop

FEW, MANY = 100, 1_000
EACH, AT_ONCE = 5.5, 5.0  # seconds of processor time


def rows(shop: Workshop) -> Iterator[Row]:
    """A commit for each line; one commit for all; the same records as JSON lines."""
    archive = shop.own(shop.office(shop.size), "many")
    lines, records = shop.folder / "lines.txt", shop.folder / "lines.jsonl"
    each, singly, at_once, read = (
        f"crmkit run of {FEW} adds, a commit each", f"{FEW} single adds by xargs",
        f"crmkit run --one-commit of {MANY:,} adds", f"lead add FILE of {MANY:,} lines",
    )  # fmt: skip

    def phones(first: int, count: int, turn: int) -> list[str]:
        return [f"170{number:08}" for number in range(first + turn * count, first + (turn + 1) * count)]

    def typed(first: int, count: int, turn: int) -> None:
        add = f"lead add --name {NAME} --source shop --phone"
        lines.write_text("".join(f"{add} {phone}\n" for phone in phones(first, count, turn)))

    def written(turn: int) -> None:
        told = ({"name": NAME, "source": "shop", "phone": phone} for phone in phones(200_000, MANY, turn))
        records.write_text("".join(f"{json.dumps(record)}\n" for record in told))

    run = shop.crmkit(archive, "-q", "run", lines)
    one_by_one = ["xargs", "-a", lines, "-L1", *shop.crmkit(archive, "-q")]
    samples = shop.race(
        Program(each, run, before=lambda turn: typed(0, FEW, turn)),
        Program(singly, one_by_one, before=lambda turn: typed(300_000, FEW, turn)),
    )
    yield alone(each, samples, Target(EACH, of="value", unit="s CPU"), cpu=True)
    yield timed(each, samples, each, singly, None)
    samples = shop.race(
        Program(at_once, [*run, "--one-commit"], before=lambda turn: typed(100_000, MANY, turn)),
        Program(read, shop.crmkit(archive, "-q", "lead", "add", records), before=written),
    )
    for work in (at_once, read):
        yield alone(work, samples, Target(AT_ONCE, of="value", unit="s CPU"), cpu=True)
