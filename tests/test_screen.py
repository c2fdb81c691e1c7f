"""How a table is fitted: no line is too long, nothing is left out or cut without being said, Chinese counts twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit import screen
from crmkit.cells import as_data, as_words
from crmkit.columns import width
from crmkit.i18n import speaking
from crmkit.records.typed import Fen, Late, Price

NAMES = ("id", "customer", "name", "phone", "due_at", "owner", "what", "note", "total", "balance")
CELLS = st.text(alphabet="ab 秦玉兰", max_size=30) | st.integers(0, 10**6).map(Fen) | st.none() | st.integers(0, 99)
TABLES = st.lists(st.fixed_dictionaries({name: CELLS for name in NAMES}), min_size=1, max_size=5)


def drawn(items, columns, *, wide=False, keep_all=False, names=NAMES):
    table = screen.ScreenTable.of(items, names, str)
    text, said = screen.drawn(table, screen.Screen(columns, 24), wide=wide, keep_all=keep_all)
    return re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n"), said


@given(TABLES, st.integers(20, 200))
def test_no_line_is_longer_than_the_terminal(items, columns):
    assert max(map(width, drawn(items, columns)[0])) <= columns


@given(TABLES, st.integers(40, 200))
def test_a_column_is_shown_or_named_as_left_out(items, columns):
    lines, said = drawn(items, columns)
    shown = lines[0].split()
    left = re.findall("left out: (.*)", said)
    told = left[0].split(", ") if left else []
    if len(lines) > 1 and lines[1].startswith("--"):  # a table
        assert len(shown) + len(told) == len(NAMES)
        assert not {"id", "name"} & {*told}


ROW = {"id": "C2611-00000001", "customer": "C2611-00000002", "name": "欧阳建国", "phone": "+8613900000001"}


def test_what_is_empty_goes_first_then_the_stated_columns_then_from_the_right():
    row = {**ROW, "note": "", "owner": "LN", "site": "时间公园"}
    names = ("id", "customer", "name", "phone", "note", "site", "owner")
    said = {columns: drawn([row], columns, names=names)[1] for columns in (79, 78, 72, 56, 46)}
    assert said == {
        79: "", 78: "left out: note", 72: "left out: customer, note", 56: "left out: customer, note, site",
        46: "left out: customer, note, site, owner",
    }  # fmt: skip


def test_long_texts_are_shortened_before_anything_is_left_out():
    row = {"id": "C2611-00000001", "what": "约定时间已过，请尽快联系并改期" * 3, "owner": "LN"}
    lines, said = drawn([row], 60, names=("id", "what", "owner"))
    assert said == "shortened: what"
    assert lines[2] == "C2611-00000001  约定时间已过，请尽快联系并改期约定时…  LN"


def test_only_money_that_adds_up_has_a_total():
    rows = [{"id": str(n), "price": Price(n), "total": Fen(100 * n), "files": n, "balance": None} for n in (1, 2)]
    names = ("id", "price", "total", "files", "balance")
    assert drawn(rows, 80, names=names)[0][-1].split() == ["3.00"]
    assert len(drawn(rows[:1], 80, names=names)[0]) == 3


def test_what_is_late_is_red_and_an_id_is_dim_and_neither_takes_room():
    table = screen.ScreenTable.of(
        [{"id": "C2611-00000001", "due_at": Late("2026-11-01T09:00:00+08:00")}], ("id", "due_at"), str
    )
    text, _said = screen.drawn(table, screen.Screen(40, 24), wide=False, keep_all=False)
    assert text.split("\n")[2] == "\x1b[2mC2611-00000001\x1b[0m  \x1b[31m2026-11-01 09:00\x1b[0m"


def test_one_long_cell_does_not_clip_the_others_of_its_column():
    rows = [{"id": "1", "phones": "+8613900000001", "note": "n" * 50},
            {"id": "2", "phones": "+8613900000002; +861065881234", "note": "n"}]  # fmt: skip
    lines, said = drawn(rows, 48, names=("id", "phones", "note"))
    assert said == "shortened: phones, note"
    assert lines[3].split()[2] == "…"
    assert [line.split()[1] for line in lines[2:]] == ["+8613900000001", "+8613900000002"]


@pytest.mark.parametrize(("lang", "whole"), [("en", "one; two"), ("zh", "one；two")])
def test_the_entries_of_a_list_are_parted_and_left_out_as_the_language_has_it(lang, whole):
    rows = [{"id": "1", "phones": ["+8613900000002", "+861065881234"], "note": "n" * 50}]
    with speaking(lang):
        assert as_words(["one", "two"]) == whole
        lines, _said = drawn(rows, 48, names=("id", "phones", "note"))
    assert "+8613900000002 …" in lines[2]
    assert as_data(["one", "two"]) == "one; two"
