"""Every list that begins with a day (`--since`) ends with one as well (`--until`), that day included."""

import pytest

from tests import reference
from tests.commands.test_documents import filled

FIELDS = {
    "lead list": "collected_at", "order list": "ordered_on", "message list": "at", "visit gifts": "begins_at",
    "card list": "created_at", "call list": "at",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(pristine, tmp_path_factory):
    return filled(pristine, tmp_path_factory.mktemp("office"))


def test_whatever_can_begin_with_a_day_can_end_with_one():
    for name, command in reference.commands():
        options = {option for param in command.params for option in param.opts}
        assert "--since" not in options or "--until" in options, name


@pytest.mark.parametrize("line", FIELDS)
def test_a_list_ends_with_the_day_included(office, line):
    everything = [row[FIELDS[line]][:10] for row in office.json(*line.split())]
    days = sorted(set(everything))
    within = office.json(*line.split(), "--since", days[0], "--until", days[0])
    assert len(within) == everything.count(days[0]) > 0
    assert office.json(*line.split(), "--until", "2026-10-31") == []
    assert len(office.json(*line.split(), "--until", days[-1])) == len(everything)


def test_a_period_that_ends_before_it_begins_is_refused(office):
    ran = office.fails(2, "order", "list", "--since", "2026-11-02", "--until", "2026-11-01")
    assert "the period ends on 2026-11-01, before it begins on 2026-11-02" in ran.err


def test_history_ends_with_a_day_or_a_moment(office):
    runs = office.json("history")
    assert [run["at"][:10] for run in runs] == ["2026-11-23", "2026-11-21"]
    assert office.json("history", "--until", "2026-11-22") == runs[1:]
    assert office.json("history", "--until", "2026-11-01") == []
    assert "nonsense" in office.fails(1, "history", "--until", "nonsense").err
