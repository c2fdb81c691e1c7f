"""Fixtures for fault injection."""

from pathlib import Path
from typing import Any

import pytest

from tests.faults.world import COMMANDS, Facts, World, make


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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures that the tests have noted: what was tried, how often, with what result."""
    reports = [r for found in terminalreporter.stats.values() for r in found if getattr(r, "when", "") == "call"]
    noted = [(r.nodeid.partition("tests/faults/")[2], *p) for r in reports for p in r.user_properties]
    if noted:
        terminalreporter.section("figures")
    for test, name, value in sorted(noted):
        terminalreporter.write_line(f"{test}: {name} {value}")
