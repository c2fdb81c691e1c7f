"""The bench's own arithmetic: what it says of samples, and of two results."""

from pathlib import Path

import pytest

from tests.bench.compare import compared
from tests.bench.pairs import Program, Sample, Target, as_json, judge, race, table, timed


def samples(*seconds: float, memory: float = 50) -> list[Sample]:
    return [Sample(s, s / 2, memory) for s in seconds]


OURS, PEER, FLOOR = samples(2, 3, 4), samples(4, 4, 4), samples(1, 1, 1)
RACE = {"ours": OURS, "peer": PEER, "floor": FLOOR}


def test_a_ratio_is_taken_turn_by_turn():
    row = timed("work", RACE, "ours", "peer", Target(0.8))
    assert (row.ours, row.theirs, row.ratio, row.turns, row.holds) == (3, 4, 0.75, 3, True)
    assert row.quartiles == (0.5, 1.0)


def test_where_a_target_is_missed_the_floor_is_told():
    missed = timed("work", RACE, "ours", "peer", Target(0.5), floor="floor")
    held = timed("work", RACE, "ours", "peer", Target(0.8), floor="floor")
    assert (missed.holds, missed.floor, missed.floor_ours) == (False, "floor", 1)
    assert (held.holds, held.floor) == (True, "")
    assert "**no**" in table([missed])
    assert "- work: floor takes 1.000 s, 0.25 × the peer." in table([missed])


def test_memory_is_part_of_a_target():
    assert timed("work", RACE, "ours", "peer", Target(1, memory=40)).holds is False
    assert timed("work", RACE, "ours", "peer", Target(1, memory=60)).holds is True


def test_a_peer_that_is_not_installed_is_reported_as_such():
    row = timed("work", RACE, "ours", "other", Target(1))
    assert (row.peer, row.ratio, row.holds) == ("other: not installed", None, None)
    assert "other: not installed" in table([row])


def test_a_tenth_counts_ten_times():
    row = timed("work", RACE, "ours", "floor", Target(1.15), times=10)
    assert (row.peer, row.theirs, row.ratio) == ("10 × floor", 10, 0.3)


def test_quality_must_be_at_least_the_target():
    row = timed("F1", RACE, "ours", "peer", None)
    assert judge(row, Target(1, at_least=True)).holds is False
    assert judge(row, Target(0.7, at_least=True)).holds is True


def test_programs_run_in_turn_and_are_measured(tmp_path):
    log = tmp_path / "log"
    programs = [Program(name, ["/bin/sh", "-c", f"printf {name} >> {log}"]) for name in "ab"]
    found = race(programs, {}, tmp_path)
    assert log.read_text() == "ab" * 8  # one to warm up, seven that count
    assert [len(of) for of in found.values()] == [7, 7]
    assert all(sample.seconds > 0 and sample.memory > 0 for of in found.values() for sample in of)


def test_a_program_that_fails_stops_the_bench(tmp_path):
    failing = Program("bad", ["/bin/sh", "-c", "echo no such thing >&2; exit 1"])
    with pytest.raises(RuntimeError, match="no such thing"):
        race([failing], {}, Path(tmp_path))


def test_two_results_are_compared_row_by_row():
    old = as_json([timed("work", RACE, "ours", "peer", Target(0.5))], {"commit": "1"})
    faster = {**RACE, "ours": samples(1, 1, 1)}
    new = as_json([timed("work", faster, "ours", "peer", Target(0.5)), timed("new", RACE, "ours", "peer", None)], {})
    assert compared(old, new) == [["work", "peer", "3", "1", "0.333", "0.75", "0.25", "≤ 0.5 ×", "no", "yes"]]
