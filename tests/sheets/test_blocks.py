"""To look for what stands above and between the rows takes as long as the cells are, not as long as that squared."""

import time

import pytest

from crmkit.sheets.read.blocks import read_context, walk
from crmkit.sheets.read.grid import Row, Sheet
from crmkit.sheets.read.headers import ByHand
from tests.tables import drafts

SHORT, LONGER = 1_000, 16
CELLS = {
    "letters": "x", "words": "ab ", "han": "张", "letters and digits": "a1", "blanks": "a ", "colons": "a:",
    "long words": "x" * 999 + " ", "brackets": "(a", "commas": "a，", "spaced han": "张 ",
}  # fmt: skip


def fastest(work, *arguments):
    def once():
        start = time.process_time()
        work(*arguments)
        return time.process_time() - start

    return min(once() for _turn in range(3))


def looked_through(text):
    list(walk("f", Sheet("", iter([Row(1, ["姓名", "电话"]), Row(2, ["", text]), Row(3, [text, ""])])), ByHand()))
    read_context([Row(1, [text])])


@pytest.mark.parametrize("text", CELLS.values(), ids=CELLS)
def test_a_cell_sixteen_times_as_long_takes_not_much_more_than_sixteen_times(text):
    short, long = ((text * size)[:size] for size in (SHORT, SHORT * LONGER))
    assert fastest(looked_through, long) < fastest(looked_through, short) * LONGER * 4 + 0.01  # squared: 256 times


def test_a_key_is_found_behind_a_long_word_as_before():
    assert read_context([Row(1, ["x" * 30_000 + " 科普点:时间公园  收集人:李娜 Date: 2026-11-03"])]) == {
        "site": "时间公园", "collector": "李娜", "date": "2026-11-03",
    }  # fmt: skip


def test_a_row_of_which_the_cells_cannot_be_told_apart_is_rejected_and_nothing_else():
    sheet = [Row(1, ["姓名", "电话"]), Row(2, ['"a', "b"], "off"), Row(3, ["张秀英", "13900541731"])]
    found = [(row.number, row.error) for _block, row in walk("f", Sheet("", iter(sheet)), ByHand())]
    assert found == [(2, "off"), (3, "")]
    assert len(drafts("姓名|电话", "张秀英|13900541731")) == 1
