import tabulate
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from crmkit.columns import clipped, drawn_up, padded, width, wrapped
from crmkit.render import safe_text
from crmkit.screen import DIM, RED, coloured

TEXTS = st.text(alphabet="ab 秦玉兰，", max_size=40)
WIDTHS = st.integers(min_value=2, max_value=20)


@given(TEXTS, WIDTHS)
def test_clipped_text_fits_and_says_that_it_was_clipped(text, width):
    short = clipped(text, width)
    assert wcswidth(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(TEXTS, WIDTHS)
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text, width):
    lines = wrapped(text, width)
    assert all(wcswidth(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_lines_break_at_spaces_and_chinese_anywhere():
    assert wrapped("call after three", 11) == ["call after", "three"]
    assert wrapped("下午三点以后", 7) == ["下午三", "点以后"]


@given(st.text(alphabet="ab 秦玉兰，Ａ１é…·\u0301한あ"))
def test_a_width_is_what_terminals_take(text):
    assert width(text) == wcswidth(text)
    assert wcswidth(padded(text, 120)) == 120


def test_every_character_is_as_wide_as_terminals_take_it():
    shown = [c for c in map(chr, range(32, 0x20000)) if not 0xD800 <= ord(c) < 0xE000 and safe_text(c) == c]
    assert [c for c in shown if width(c) != wcswidth(c)] == []
    assert [c for c in shown if width(f"王{c}") != wcswidth(f"王{c}")] == []


CELL = st.text(alphabet="ab 0秦玉兰，…·é\u0301한あ😀", max_size=9) | st.text().map(safe_text)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.tuples(st.lists(CELL, min_size=n, max_size=n), st.lists(st.lists(CELL, min_size=n, max_size=n)))
    ),
    st.sets(st.integers(0, 3)),
    st.sampled_from([0, 2]),
)
def test_a_table_is_drawn_as_tabulate_draws_it(table, right, padding):
    """Which did it until it took a tenth of the time of a short list to import."""
    titles, lines = table
    titles = [" ".join(title.split()) for title in titles]
    lines = [[cell.replace("\n", " ").replace("\t", " ") for cell in line] for line in lines] or [list(titles)]
    if lines[0][:1]:
        lines[0][0] = coloured(lines[0][0], RED if padding else DIM)
    alignment = ["right" if place in right else "left" for place in range(len(titles))]
    before, tabulate.MIN_PADDING = tabulate.MIN_PADDING, padding
    try:
        theirs = tabulate.tabulate(lines, titles, "simple", disable_numparse=True, colalign=alignment)
    finally:
        tabulate.MIN_PADDING = before
    drawn = list(drawn_up(titles, lines, right=right, padding=padding))
    assert drawn == [line.rstrip() for line in theirs.split("\n")]
