"""How ids are made: random where a process begins, then rising, so that a batch sorts in the order of its rows."""

import os
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crmkit.records import base
from crmkit.records.base import ID_PATTERN, new_id

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_ids_of_one_process_rise_and_are_ids():
    made = [new_id("C", NOW) for _n in range(5000)]
    assert made == sorted(set(made))
    assert all(ID_PATTERN.match(one) for one in made)


def test_each_kind_of_record_begins_at_a_place_of_its_own():
    firsts = {new_id(letter, NOW)[6:] for letter in "CTOLVR"}
    assert len(firsts) == 6


def test_two_processes_begin_at_different_places():
    starts = {next(base._rising(f"begin {n}")) for n in range(200)}
    assert len(starts) == 200
    assert min(starts) < base.SPACE // 20 and max(starts) > base.SPACE // 2 - base.SPACE // 20


def test_a_forked_process_goes_its_own_way():
    reading, writing = os.pipe()
    new_id("C", NOW)
    child = os.fork()
    if not child:
        os.write(writing, " ".join(new_id("C", NOW) for _n in range(30)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 10_000).decode().split()[-10:]
    os.close(reading)
    os.close(writing)
    assert len(theirs) == 10
    assert not {new_id("C", NOW) for _n in range(30)} & set(theirs)


@pytest.mark.parametrize("space", [1 << 24, 1 << 26])
def test_where_the_space_ends_it_begins_again_below_it(space, monkeypatch):
    monkeypatch.setattr(base, "SPACE", space)
    numbers = base._rising(f"end {space}")
    made = [next(numbers) for _n in range(400)]
    assert max(made) < space
    assert len(set(made)) == 400
