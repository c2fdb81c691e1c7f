"""Fixtures for fault injection, and its figures: how much was tried, how much went wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.figures import Figures, renewed
from tests.faults.world import COMMANDS, Facts, World, make

README = Path(__file__).with_name("README.md")

Figure = Callable[[str, int, int], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option of `sh tests/run.sh faults`."""
    parser.addoption("--renew-table", action="store_true", help=f"put the figures into {README.name}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the thousand short histories last: they keep every processor busy while the longest tests end."""
    items.sort(key=lambda item: item.nodeid.startswith("tests/faults/test_convergence"))


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table; with --renew-table, put it into README.md too where every test passed."""
    if hasattr(config, "workerinput"):  # which knows of its own share of the tests only
        return
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    figures = Figures()
    for report in reports:
        for name, value in report.user_properties:
            if name == "figure":
                figures.add(*value)
    if not figures.tried:
        return
    terminalreporter.section("faults")
    terminalreporter.write_line(figures.table())
    if config.getoption("--renew-table") and not terminalreporter.getreports("failed"):
        README.write_text(renewed(README.read_text("utf-8"), figures.table()), "utf-8")
        terminalreporter.write_line(f"the table of {README.relative_to(config.rootpath)} is renewed")
