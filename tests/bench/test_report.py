"""The table of the bench in README.md."""

import pytest

from tests.bench.pairs import Sample, Target, alone, as_json, from_json, timed, turns_of
from tests.bench.report import BEGIN, END, README, renewed

ABOUT = {"size": "100k", "commit": "0a1b2c3", "cores": 2, "machine": "x86_64", "python": "3.11.7"}
RACE = {"ours": [Sample(2, 1, 50)] * 3, "peer": [Sample(4, 2, 30)] * 3}


def results(*targets: Target) -> dict[str, object]:
    return as_json([timed("work", RACE, "ours", "peer", target, "no history") for target in targets], ABOUT)


def test_the_table_takes_the_place_of_the_old_one_and_of_nothing_else():
    text = renewed(f"before\n\n{BEGIN}\n\n| old |\n\n{END}\n\nafter\n", results(Target(0.6)))
    assert text.startswith(f"before\n\n{BEGIN}\n\n100k at commit 0a1b2c3, 2 cores (x86_64), Python 3.11.7:\n\n| work ")
    assert "| old |" not in text
    assert "0.50 (0.50–0.50, 3 turns)" in text
    assert "- peer: no history." in text
    assert text.endswith(f"{END}\n\nafter\n")
    with pytest.raises(ValueError, match="no place for the table"):
        renewed("before", results())


def test_the_readme_has_a_place_for_the_table():
    text = README.read_text("utf-8")
    assert "100k at commit 0a1b2c3" in renewed(text, results(Target(1)))


def test_rows_come_back_from_json_as_they_were():
    rows = from_json(results(Target(0.4), Target(0.6, of="cpu ratio")))
    assert as_json(rows, ABOUT) == results(Target(0.4), Target(0.6, of="cpu ratio"))
    assert [(row.holds, row.target) for row in rows] == [(False, "≤ 0.4 ×"), (True, "≤ 0.6 × of cpu")]


def test_a_command_alone_is_held_to_its_own_seconds():
    assert alone("ours", RACE, Target(2, of="value", unit="s")).holds is True
    assert alone("ours", RACE, Target(1.5, of="value", unit="s")).holds is False
    assert alone("ours", RACE, Target(1.5, of="value", unit="s CPU"), cpu=True).holds is True


@pytest.mark.parametrize(("seconds", "turns"), [(0.5, 7), (6, 5), (20, 3), (90, 2)])
def test_what_takes_long_has_fewer_turns(seconds, turns):
    assert turns_of(seconds) == turns
