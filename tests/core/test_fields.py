import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core import fields
from crmkit.errors import InvalidError


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("790", 79000), ("790.50", 79050), ("790.5", 79050), ("790.500", 79050), (" 1,980元 ", 198000),
        ("￥198", 19800), ("１，９８０", 198000), ("1,234,567.89", 123456789), ("0", 0),
    ],
)  # fmt: skip
def test_money_is_read_as_people_write_it(typed, fen):
    assert fields.yuan(typed) == fen


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "1,98", "19,80", "1980,", "1.234", "1e3", "1e9999999", "NaN", "-5", "Infinity", "1 980", "9" * 13, "￥"],
)
def test_money_that_could_be_something_else_is_refused(typed):
    with pytest.raises(InvalidError, match=r"is not an amount in yuan"):
        fields.yuan(typed)


@given(st.integers(0, fields.MAX_FEN))
def test_an_amount_that_was_written_out_is_read_back(fen):
    assert fields.yuan(fields.in_yuan(fen)) == fen


def test_an_error_shows_that_nothing_was_typed():
    for read in (fields.whole, fields.number, fields.yuan):
        with pytest.raises(InvalidError, match=r"^'' is not"):
            read(" ")
