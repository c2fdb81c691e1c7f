"""Bulk work shared out over processes: the same results in the same order, whatever becomes of a helper."""

import errno
import os
import signal
from contextlib import closing
from pathlib import Path

import pytest

from crmkit import pool

US = os.getpid()
PIECES = range(10 * pool.GROUP + 3)


@pytest.fixture(autouse=True)
def processors(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)


def squared(number):
    return number * number, os.getpid()


def test_results_come_in_the_order_of_the_pieces_from_several_processes():
    found = list(pool.each(squared, PIECES))
    assert [result for result, _process in found] == [number * number for number in PIECES]
    assert len({process for _result, process in found} - {US}) == 3


@pytest.mark.parametrize("pieces", [range(pool.GROUP), range(0)])
def test_few_pieces_are_worked_on_here(pieces):
    assert list(pool.each(squared, pieces)) == [(number * number, US) for number in pieces]


def test_one_processor_takes_no_helper(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert {process for _result, process in pool.each(squared, PIECES)} == {US}


def test_an_error_is_raised_at_its_piece():
    def work(number):
        if number == 40:
            raise ValueError("forty")
        return number

    found = []
    with pytest.raises(ValueError, match="forty"):
        for result in pool.each(work, PIECES):
            found.append(result)
    assert found == list(range(40))


def test_what_a_killed_helper_leaves_is_done_here():
    def work(number):
        if number == 100 and os.getpid() != US:
            os.kill(os.getpid(), signal.SIGKILL)
        return squared(number)

    found = dict(zip(PIECES, pool.each(work, PIECES), strict=True))
    assert found[100] == (10_000, US)
    assert {result for result, _process in found.values()} == {number * number for number in PIECES}


def test_helpers_end_when_nobody_listens_any_more():
    def work(number):
        return "x" * 100_000, os.getpid()

    with closing(pool.each(work, PIECES)) as results:
        _result, helper = next(results)
    with pytest.raises(ProcessLookupError):
        os.kill(helper, 0)


def test_results_need_not_fit_into_what_a_helper_may_be_ahead():
    found = list(pool.each(lambda _number: "x" * (pool.AHEAD // 4), PIECES[:50]))
    assert {len(result) for result in found} == {pool.AHEAD // 4}


@pytest.mark.parametrize("allowed", [0, 1, 2])
def test_where_no_more_processes_can_be_made_the_rest_is_done_here(monkeypatch, allowed):
    fork, asked = os.fork, []

    def refused():
        asked.append(None)
        if len(asked) > allowed:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", refused)
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    found = list(pool.each(squared, PIECES))
    assert [result for result, _process in found] == [number * number for number in PIECES]
    assert len({process for _result, process in found} - {US}) == allowed
    assert len(asked) == allowed + 1
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files
