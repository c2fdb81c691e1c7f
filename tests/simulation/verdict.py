"""The verdict over a half-year: every sentence that says that a law was broken."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from tests.recount import recount
from tests.simulation import laws, ledgers, promises
from tests.simulation.branch import Branch
from tests.simulation.office import Office
from tests.simulation.service import WORKERS


def broken(office: Office) -> Iterator[str]:
    """What the office saw and should not have seen, and what the records and the commands show."""
    branch = office.branch
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
    yield from promises.nobody_goes_beyond_their_day(
        told["visits"].values(), {who: one[3] for who, one in WORKERS.items()}
    )
    yield from _service(office)
    yield from _plans(office, archive)
    yield from _months_are_counted_right(branch)
    for found in branch.crm("check", "-f", "json").json:
        if found["code"] != "contradiction" or not any(one in found["message"] for one in office.second.apart):
            yield f"check: {found['code']} {found['message']}"


def _service(office: Office) -> Iterator[str]:
    desk, tickets, now = office.service, office.tickets, office.branch.clock
    yield from promises.only_waits_move_a_clock(tickets, now)
    yield from promises.a_promised_time_stands(tickets)
    yield from promises.breaches_are_listed(tickets, desk.breached)
    yield from promises.what_runs_out_is_due_that_morning(tickets, desk.due, desk.mornings)
    yield from promises.overcharges_end(tickets, desk.prices, office.covered, now)
    yield from promises.overcharges_are_on_the_record(tickets, office.marks, desk.prices, office.covered)
    yield from promises.same_faults_are_replaced(tickets, office.cards)
    yield from promises.a_new_unit_has_its_reason(tickets, office.cards)
    yield from promises.nobody_is_sent_before_their_half_day(
        tickets, laws.tables(office.branch.shell.archive)["visits"]
    )
    yield from promises.complaints_go_through_their_steps(office.heard)
    yield from promises.complaints_are_due_in_time(office.heard)
    contradictions = {ticket["id"] for ticket in tickets if any("misfit" in step for step in ticket["steps"])}
    for alone in contradictions - office.second.apart:
        yield f"{alone}: its steps contradict each other, though nobody worked apart"


def _plans(office: Office, archive: Path) -> Iterator[str]:
    calendars = [json.loads(path.read_text("utf-8")) for path in archive.glob("calendar/*.json")]
    off = {day for one in calendars for day in one["holidays"]}
    yield from ledgers.ledgers_add_up(office.sold)
    yield from ledgers.refunds_are_by_their_basis(office.sold)
    yield from ledgers.nothing_is_used_twice(office.sold, office.second.apart)
    yield from ledgers.dates_are_those_of_the_anchor(
        office.sold, off, {day for one in calendars for day in one["workdays"]}
    )
    yield from ledgers.settlements_are_right(office.sold, office.service.prices, office.cards)
    yield from ledgers.exchanged_units_stay(office.sold[-len(office.plans.plans) :], office.cards)
    yield from ledgers.ends_are_kept(office.sold)


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
            found = said["figures" if measure == name else "amounts"].get(measure, 0)
            if found != wanted:
                yield f"{month:%Y-%m}: the workbook says {measure} {found}, the records say {wanted}"
        month = next_month
