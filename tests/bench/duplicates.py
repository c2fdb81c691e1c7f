"""Finding files of one person: the time, and what is found, beside the known tools on the same list."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.office import SEED
from tests.bench.pairs import Program, Row, Target, judge, timed
from tests.bench.workshop import LINKAGE, Workshop, has_module

A_FILE = 100  # microseconds
LINEAR = 1.15  # times what the tenth of the files takes, ten times: so much is still linear
LARGEST_FOR_PEERS = 100_000  # files; beyond, the peers' memory is not enough
LACKS = {
    "recordlinkage": "no reasons, no vetoes for households, no merging",
    "splink": "no vetoes for households, no merging; trained on the list itself",
}


def rows(shop: Workshop) -> Iterator[Row]:
    """`dedupe find` beside the peers and beside itself on a tenth; then precision, recall and F1 of each."""
    archive = shop.own(shop.office(shop.size), "duplicates")
    tenth = shop.own(shop.office(shop.size // 10), "duplicates-tenth")
    ours, fewer, floor = (
        f"dedupe find at {shop.size:,}", f"dedupe find at {shop.size // 10:,}", "grouping by two keys"
    )  # fmt: skip
    peers = [name for name in LACKS if shop.size <= LARGEST_FOR_PEERS and has_module(LINKAGE, name)]
    sets = {name: shop.folder / f"{name}.sets" for name in peers}
    samples = shop.race(
        Program(ours, shop.crmkit(archive, "dedupe", "find", "-f", "jsonl")),
        Program(fewer, shop.crmkit(tenth, "dedupe", "find", "-f", "jsonl")),
        *(Program(name, shop.linkage(name, archive), stdout=sets[name]) for name in peers),
        Program(floor, shop.floor("group", archive)),
    )
    if shop.size <= LARGEST_FOR_PEERS:
        yield timed(ours, samples, ours, "recordlinkage", Target(1.0), LACKS["recordlinkage"], floor)
        yield timed(ours, samples, ours, "splink", None, LACKS["splink"])
    yield timed(ours, samples, ours, fewer, Target(LINEAR), times=10)
    each = median(sample.seconds for sample in samples[ours]) / shop.size * 1e6
    yield judge(Row(f"{ours}: for each file", each, "µs"), Target(A_FILE, of="value", unit="µs"))

    groups = [
        json.loads(line) for line in shop.lines(*shop.crmkit(archive, "dedupe", "find", "--groups", "-f", "jsonl"))
    ]
    sets["crmkit"] = shop.folder / "crmkit.sets"
    sets["crmkit"].write_text("".join(json.dumps(group["external_ids"]) + "\n" for group in groups))
    quality = {name: _quality(shop, path) for name, path in sets.items()}
    for place, measure in enumerate(("precision", "recall", "F1")):
        for peer in peers:
            own, other = quality["crmkit"][place], quality[peer][place]
            work = f"dedupe find --groups at {shop.size:,}: {measure}"
            row = Row(work, own, "", peer, other, own / other, turns=1)
            yield judge(row, Target(1.0, at_least=True) if measure == "F1" else None)


def _quality(shop: Workshop, sets: Path) -> list[float]:
    """Precision, recall and F1 of a tool's sets."""
    (line,) = shop.module("tests.bench.dedupe_quality", shop.size, SEED, sets)
    return list(json.loads(line))
