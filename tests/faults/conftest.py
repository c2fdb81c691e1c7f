"""Fixtures for fault injection, and its figures: how much was tried, how much went wrong."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.world import COMMANDS, Facts, World, make

Figure = Callable[[str, int, int], None]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, pristine: Path) -> World:
    """Made once; trials work on copies."""
    return make(tmp_path_factory.mktemp("world") / "world", pristine)


@pytest.fixture(scope="session")
def outcome(world: World, tmp_path_factory: pytest.TempPathFactory):
    """`outcome(name)`: the arguments of a command of the table, and the facts before and after it."""
    known: dict[str, tuple[tuple[object, ...], Facts, Facts]] = {}

    def look_up(name: str) -> tuple[tuple[object, ...], Facts, Facts]:
        if name not in known:
            copy = world.copy(tmp_path_factory.mktemp("outcome") / "world")
            arguments = COMMANDS[name](copy)
            old = copy.facts()
            copy.crm.ok(*arguments)
            known[name] = arguments, old, copy.facts()
            assert known[name][1] != known[name][2], name
        return known[name]

    return look_up


@pytest.fixture
def figure(record_property) -> Figure:
    """`figure(fault, tried, bad)` puts a line into the table at the end of `sh tests/run.sh faults`."""

    def record(fault: str, tried: int, bad: int) -> None:
        record_property("figure", (fault, tried, bad))

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    tried: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    for report in [r for outcome in ("passed", "failed") for r in terminalreporter.getreports(outcome)]:
        for name, value in report.user_properties:
            if name == "figure":
                tried[value[0]] += value[1]
                bad[value[0]] += value[2]
    if tried:
        terminalreporter.section("faults")
        terminalreporter.write_line(f"{'tried':>10} {'bad':>5}  fault")
        for fault in tried:
            terminalreporter.write_line(f"{tried[fault]:>10,} {bad[fault]:>5,}  {fault}")
