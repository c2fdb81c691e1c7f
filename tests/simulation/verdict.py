"""The verdict over a half-year: every sentence that says that a law was broken."""

from collections.abc import Iterator

from tests.simulation import laws
from tests.simulation.branch import Branch


def broken(branch: Branch) -> Iterator[str]:
    """What the office saw and should not have seen, and what the records show."""
    archive = branch.shell.archive
    assert archive is not None
    told = laws.tables(archive)
    yield from branch.violations
    yield from laws.quiet_hours_are_kept(told)
    yield from laws.nothing_is_doubled(told)
    yield from laws.refusals_are_kept(told, branch.refused)
    yield from laws.no_callback_is_lost(told, branch.refused, branch.clock)
    shown = {one["id"]: one for one in branch.ask("order", "list")}
    yield from laws.balances_are_explained(told, shown)
    if branch.crm("check").code:
        yield branch.crm("check").out
