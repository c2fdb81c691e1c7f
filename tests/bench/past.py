"""What became of a record, the archive as it stood, and what each command leaves in the repository for ever."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench.pairs import Program, Row, Target, alone, judge, timed
from tests.bench.single import NAME, new_phone
from tests.bench.workshop import Workshop

RUNS = 10_000
ADDED = 40  # customers, to see how the repository grows
MONTH, DAY = "2026-09", "2026-10-21"  # reported on; a month before the present, when that report stood as it does now


def rows(shop: Workshop) -> Iterator[Row]:
    """`history`, `--as-of`, growth."""
    yield from _history(shop)
    yield from _as_of(shop)
    yield _growth(shop)


def _history(shop: Workshop) -> Iterator[Row]:
    archive = shop.own(shop.long(RUNS), "history")
    someone = shop.some(4, archive, "lead", "list")[2]
    shard = shop.lines(*shop.peer("shards_of", archive, someone))[0]
    ours, floor = f"history ID, {RUNS:,} runs", "git log of the shard"
    samples = shop.race(
        Program(ours, shop.crmkit(archive, "history", someone)),
        Program(floor, shop.floor("log", archive, Path(shard).relative_to(archive))),
    )
    yield alone(ours, samples, Target(0.35, of="value", unit="s CPU"), cpu=True, floor=floor)


def _as_of(shop: Workshop) -> Iterator[Row]:
    archive = shop.own(shop.office(shop.size), "as-of")
    report = ("report", "month", MONTH, "--force", "-o")
    then, now, floor = "--as-of last month, report month", "the same report now", "every file of that commit from git"
    samples = shop.race(
        Program(then, shop.crmkit(archive, "--as-of", DAY, *report, shop.folder / "then.xlsx")),
        Program(now, shop.crmkit(archive, *report, shop.folder / "now.xlsx")),
        Program(floor, shop.floor("past", archive, "main")),
    )
    yield timed(then, samples, then, now, Target(1.5), floor=floor)


def _growth(shop: Workshop) -> Row:
    """KB that a `lead add` leaves, both times after packing as maintenance does it, and as small as git can at all."""
    archive = shop.own(shop.office(shop.size), "growth")
    sizes = {}
    for packing in (("--geometric=2",), ("-a", "-f")):
        before = _packed(shop, archive, packing)
        for turn in range(ADDED):
            phone = new_phone(turn + ADDED * len(sizes))
            shop.lines(*shop.crmkit(archive, "lead", "add", "--name", NAME, "--phone", phone, "--source", "shop"))
        sizes[packing] = (_packed(shop, archive, packing) - before) / ADDED / 1024
    ours, least = sizes.values()
    row = judge(
        Row(f"repository growth per lead add at {shop.size:,}, packed", ours, "KB"), Target(4, of="value", unit="KB")
    )
    if not row.holds:
        row.floor, row.floor_ours = "packing everything anew (git repack -a -f)", least
    return row


def _packed(shop: Workshop, archive: Path, packing: tuple[str, ...]) -> int:
    shop.lines("git", "-C", archive, "repack", "-d", "-q", *packing)
    return sum(path.stat().st_size for path in (archive / ".git").rglob("*") if path.is_file())
