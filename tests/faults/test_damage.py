"""Damaged files: `check` notices every flipped bit and every cut, and no damage is ever taken for an empty table."""

import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest

from crmkit.archive.archive import opened
from crmkit.archive.health.check import problems
from crmkit.archive.store import files
from crmkit.errors import CrmkitError
from crmkit.records import Customer, Site, Touch
from tests.conftest import Shell
from tests.faults.jobs import git

KINDS = (Customer, Touch, Site)


@pytest.fixture
def filled(crm: Shell) -> Path:
    """An archive with three customers."""
    for number in range(3):
        command = ("lead", "add", "--name", f"张秀英{number}", "--phone", f"1390054173{number}", "--source", "shop")
        crm.ok(*command, "--site", "时间公园")
    return Path(str(crm.archive))


def flipped(
    files: list[Path], count: int, same: Callable[[bytes, bytes], bool] = bytes.__eq__
) -> Iterator[tuple[Path, bytes]]:
    """`count` times one of `files`, and its bytes with one bit turned over, so that they are not the `same`."""
    rng = random.Random(0)
    while count:
        file = rng.choice(files)
        whole = file.read_bytes()
        data = bytearray(whole)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        if not same(whole, bytes(data)):
            yield file, bytes(data)
            count -= 1


def unpacks_the_same(whole: bytes, other: bytes) -> bool:
    """Whether two files of git unpack to one content: zlib reads over the bits between its last code and the sum."""
    try:
        return zlib.decompress(whole) == zlib.decompress(other)
    except zlib.error:
        return False


def tables(root: Path) -> list[int] | None:
    """How many records of each kind a command finds; None where it refuses to read."""
    try:
        with opened(root, exclusive=False, wait=5) as archive:
            return [sum(1 for _record in archive.all(kind)) for kind in KINDS]
    except CrmkitError:
        return None


def unnoticed(root: Path, damages: Iterator[tuple[Path, bytes]], *, deep: bool = False) -> list[str]:
    """The damages that `check` does not see, or that make records seem never to have been there."""
    whole = tables(root)
    found = []
    for file, data in damages:
        before = file.read_bytes()
        file.write_bytes(data)
        if not problems(root, deep=deep):
            found.append(f"not noticed: {file.name} {data!r}")
        if tables(root) not in (None, whole):
            found.append(f"{tables(root)} instead of {whole}: {file.name} {data!r}")
        file.write_bytes(before)
    assert problems(root) == []
    return found


def parts(root: Path) -> list[Path]:
    """The files of an archive."""
    return [*sorted(root.glob("[!.]*/*.json")), root / "archive.toml"]


def cuts(file: Path, step: int) -> Iterator[tuple[Path, bytes]]:
    """A file cut off at every `step`-th byte."""
    data = file.read_bytes()
    return ((file, data[:length]) for length in range(0, len(data), step))


def test_flipped_bits_are_noticed(filled):
    assert unnoticed(filled, flipped(parts(filled), 60)) == []


def test_cuts_are_noticed(filled):
    assert unnoticed(filled, cuts(filled / "customers" / "2026-11.json", 40)) == []


def test_bits_that_a_disk_loses_are_never_read_as_they_are(filled):
    # what no program has written keeps its times, which here are left out of what is compared
    with mock.patch.object(files, "_print_of", lambda stat: str(stat.st_size)):
        assert tables(filled) == [3, 3, 1]
        for file, data in flipped([filled / kind.kind / "2026-11.json" for kind in KINDS], 30):
            before = file.read_bytes()
            file.write_bytes(data)
            assert tables(filled) is None, data
            assert {problem.code for problem in problems(filled)} <= {"decayed", "damaged", "index"}
            file.write_bytes(before)


def test_a_file_that_git_cannot_read_is_noticed(filled):
    blob = git(filled, "rev-parse", "HEAD:customers/2026-11.json")
    path = filled / ".git" / "objects" / blob[:2] / blob[2:]
    path.chmod(0o600)
    data = path.read_bytes()
    without_head = bytes([data[0] ^ 0xFF]) + data[1:]  # git cannot even tell its length
    assert unnoticed(filled, iter([(path, without_head)]), deep=True) == []


@pytest.mark.fault
def test_a_thousand_flipped_bits_are_noticed(filled, figure):
    bad = unnoticed(filled, flipped(parts(filled), 1000))
    figure("a bit of a file flipped (bad = not noticed by `check`)", 1000, len(bad))
    assert bad == []


@pytest.mark.fault
def test_a_cut_at_any_byte_is_noticed(filled, figure):
    shard = filled / "customers" / "2026-11.json"
    bad = unnoticed(filled, cuts(shard, 1))
    figure("a shard cut off at each of its bytes (bad = not noticed by `check`)", shard.stat().st_size, len(bad))
    assert bad == []


@pytest.mark.fault
def test_a_flipped_bit_of_the_history_is_noticed(filled, figure):
    objects = sorted(path for path in (filled / ".git" / "objects").rglob("*") if path.is_file())
    for path in objects:
        path.chmod(0o600)
    bad = unnoticed(filled, flipped(objects, 200, unpacks_the_same), deep=True)
    figure("a bit of the history flipped (bad = not noticed by `check --deep`)", 200, len(bad))
    assert bad == []
