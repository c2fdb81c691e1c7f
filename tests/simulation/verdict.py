"""The verdict over a half-year: every sentence that says that a law was broken."""

from collections.abc import Iterator
from datetime import timedelta

from tests.recount import recount
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
    yield from laws.files_pass_on(told, branch.refused, branch.last)
    yield from laws.balances_are_explained(told, {one["id"]: one for one in branch.ask("order", "list")})
    yield from _months_are_counted_right(branch)
    checked = branch.crm("check")
    if checked.code:
        yield checked.out


def _months_are_counted_right(branch: Branch) -> Iterator[str]:
    """Every figure of every month's workbook is that of the recount from the raw files."""
    month = branch.first.replace(day=1)
    while month <= branch.last:
        now = branch.clock
        said = branch.ask("report", "month", f"{month:%Y-%m}", "-o", "month.xlsx", "--force")
        next_month = (month + timedelta(days=31)).replace(day=1)
        for name, wanted in recount(branch.shell.archive, month, next_month - timedelta(days=1), now).items():
            if name.endswith("_days"):
                continue  # which stand on the cover alone
            measure = name.removesuffix("_fen")
            found = said["amounts" if name.endswith("_fen") else "figures"].get(measure, 0)
            if found != wanted:
                yield f"{month:%Y-%m}: the workbook says {measure} {found}, the records say {wanted}"
        month = next_month
