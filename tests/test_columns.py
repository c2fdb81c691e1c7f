from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from crmkit.columns import clipped, padded, width, wrapped

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
