"""Many faults tried, each in a copy of the same archive, on every processor that no other test has."""

import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count

from tests.faults.injection import Fault, run
from tests.faults.jobs import Prepared
from tests.faults.verdict import problems

_numbers = count()
_WORKERS = 1 if "PYTEST_XDIST_WORKER" in os.environ else os.cpu_count() or 1  # xdist has one test on each already


def failures(prepared: Prepared, faults: Sequence[Fault], *, workers: int = _WORKERS) -> dict[Fault, list[str]]:
    """What went wrong after each of `faults` in the prepared command; empty = all is well."""
    one = partial(_tried, prepared)
    if workers == 1:
        return _bad(faults, map(one, faults))
    with ProcessPoolExecutor(workers) as pool:
        return _bad(faults, pool.map(one, faults))


def _tried(prepared: Prepared, fault: Fault) -> list[str]:
    folder = prepared.folder.with_name(f"{prepared.folder.name}-{os.getpid()}-{next(_numbers)}")
    try:
        shell = prepared.copied(folder)
        return problems(prepared, shell, fault, run(prepared, shell, fault))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bad(faults: Iterable[Fault], found: Iterable[list[str]]) -> dict[Fault, list[str]]:
    return {fault: wrong for fault, wrong in zip(faults, found, strict=True) if wrong}


def sample(faults: Sequence[Fault], size: int) -> list[Fault]:
    """`size` of the faults, evenly spread."""
    return list(faults[:: max(1, len(faults) // size)])
