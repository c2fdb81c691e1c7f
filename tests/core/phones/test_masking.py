import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.phones.phones import masked, masked_text


@pytest.mark.parametrize(
    ("number", "hidden"),
    [
        ("13812345678", "138****5678"),
        ("010-86604709", "010-****4709"),
        ("+852 9123 4567", "+852 **** 4567"),
        ("86604709", "****4709"),
    ],
)
def test_the_middle_of_a_number_is_hidden(number: str, hidden: str) -> None:
    assert masked(number) == hidden


@pytest.mark.parametrize(
    ("note", "hidden"),
    [
        ("儿子电话 13812345678，下午三点后方便", "儿子电话 138****5678，下午三点后方便"),
        ("换号 138-1234-5678/010 86604709", "换号 138-****-5678/010 ****4709"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("2026-11-03 来过，2026年11月3日又来", "2026-11-03 来过，2026年11月3日又来"),
        ("买了 3 盒，780 元，5 号楼 1203", "买了 3 盒，780 元，5 号楼 1203"),
    ],
)
def test_numbers_in_a_note_are_hidden_and_dates_and_small_numbers_are_not(note: str, hidden: str) -> None:
    assert masked_text(note) == hidden


@settings(max_examples=100, deadline=None)
@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.sampled_from(["", "电话", "tel: ", "("]),
    st.sampled_from(["", "。", " 王"]),
)
def test_no_mobile_number_is_left_whole(number: str, before: str, after: str) -> None:
    hidden = masked_text(before + number + after)
    assert number not in re.sub(r"\D", "", hidden)
    assert hidden == f"{before}{number[:3]}****{number[7:]}{after}"
