"""The office of the bench is one that the product itself could have left."""

from pathlib import Path

import msgspec
import pytest

from crmkit.archive.archive import opened
from crmkit.archive.health.check import problems
from crmkit.core.plans.course import course as course_of_plan
from crmkit.core.tickets.clocks import closed
from crmkit.core.tickets.course import course as course_of_ticket
from crmkit.records import Customer, Plan, Step, Ticket
from crmkit.records.plan import MODES
from tests.bench import office

CUSTOMERS = 4000
NEVER = {"merged_into", "updated_at"}  # no file of this office is an alias, and none was edited


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("office") / "archive"
    office.build(root, CUSTOMERS)
    return root


def test_check_finds_nothing_in_it(archive):
    assert [problem for problem in problems(archive) if problem.code != "driver"] == []


def test_half_of_the_files_have_a_ticket_and_the_twentieth_a_plan_of_every_mode(archive):
    with opened(archive, exclusive=False, wait=5) as found:
        steps: dict[str, list[Step]] = {}
        for step in found.all(Step):
            steps.setdefault(step.about, []).append(step)
        plans, tickets = list(found.all(Plan)), list(found.all(Ticket))
        assert (len(tickets), len(plans)) == (CUSTOMERS // 2, CUSTOMERS // 20)
        assert {plan.mode for plan in plans} == set(MODES)
        assert all(len(steps[plan.id]) == office.USES for plan in plans)
        assert all(not course_of_plan(p, steps[p.id], office.CALENDAR, office.LAST).misfits for p in plans)
        courses = [course_of_ticket(ticket, steps.get(ticket.id, ())) for ticket in tickets]
        assert all(not course.misfits and closed(course) == bool(course.ticket.closed) for course in courses)
        assert sum(not closed(course) for course in courses) == office.OPEN


def test_every_field_of_its_files_is_filled_at_times(archive):
    with opened(archive, exclusive=False, wait=5) as found:
        filled = {
            field.name
            for customer in found.all(Customer)
            for field in msgspec.structs.fields(Customer)
            if getattr(customer, field.name) not in ("", None, (), False)
        }
    assert {field.name for field in msgspec.structs.fields(Customer)} - filled == NEVER
