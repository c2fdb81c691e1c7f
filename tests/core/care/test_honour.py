"""Criteria that a person ticks, and what is still missing."""

import pytest

from crmkit.core.care.honour import Checklist, in_order, tick
from crmkit.errors import InvalidError
from crmkit.records.customer import HONOUR, Tick
from tests.core import desk

RUN = desk.a_run()


def ticked(*names, **fields):
    return desk.a_customer(ticks=tuple(Tick(name=name, at=desk.NOW, by="WQ") for name in names), **fields)


def test_a_tick_says_when_by_whom_and_why():
    change = tick(RUN, desk.a_customer(), "helps-others", note="带邻居来")
    assert change.puts[0].ticks == (Tick(name="helps-others", at=desk.NOW, by="LN", note="带邻居来"),)
    assert change.counts == {"ticked": 1}


def test_ticked_again_it_stays_the_first_one_s_and_may_get_a_note():
    before = ticked("helps-others")
    assert tick(RUN, before, "helps-others").counts == {"unchanged": 1}
    (after,) = tick(RUN, before, "helps-others", note="again").puts
    assert after.ticks == (Tick(name="helps-others", at=desk.NOW, by="WQ", note="again"),)


def test_a_tick_can_be_taken_away_once():
    (after,) = tick(RUN, ticked("helps-others", "speaks-well"), "helps-others", off=True).puts
    assert [one.name for one in after.ticks] == ["speaks-well"]
    assert tick(RUN, after, "helps-others", off=True).counts == {"unchanged": 1}


def test_a_criterion_that_there_is_not_is_refused():
    with pytest.raises(InvalidError, match="criterion: rich is not known"):
        tick(RUN, desk.a_customer(), "rich")


def test_an_honour_customer_meets_all_five():
    assert Checklist(ticked(*HONOUR), 0).row()["honour"] is True
    assert Checklist(ticked(*HONOUR[1:]), 0).missing == [HONOUR[0]]


@pytest.mark.parametrize(
    ("grade", "ticks", "referred", "missing"),
    [
        ("A", ("wide-circle",), 1, []),
        ("B", ("wide-circle",), 2, ["strong-buyer"]),
        ("A", (), 1, ["wide-circle"]),
        ("A", ("wide-circle",), 0, ["refers-others"]),
    ],
)
def test_3a_needs_a_strong_buyer_a_wide_circle_and_a_referred_file(grade, ticks, referred, missing):
    assert Checklist(ticked(*ticks, grade=grade), referred).missing_3a == missing


def test_who_is_nearest_comes_first():
    lists = [
        Checklist(desk.a_customer(1), 0),
        Checklist(ticked(*HONOUR[:2], id="C2611-00000002"), 0),
        Checklist(ticked(*HONOUR, id="C2611-00000003"), 0),
    ]
    assert [one.customer.id[-1] for one in in_order(lists)] == ["3", "2", "1"]
    assert [one.begun for one in lists] == [False, True, True]


def test_a_note_holds_no_character_that_a_terminal_would_obey():
    with pytest.raises(InvalidError, match=r"U\+202E"):
        tick(RUN, desk.a_customer(), "helps-others", note="\u202etsa")
