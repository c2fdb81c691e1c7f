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


@pytest.mark.parametrize("typed", ["-5", "1.5", "x", "1234567890"])
def test_a_number_that_is_none_is_told_from_where_on_it_would_be_one(typed):
    for read, least in ((fields.whole, 0), (fields.quantity, 1)):
        with pytest.raises(InvalidError, match=rf"^{typed} is not a whole number, {least} or more$"):
            read(typed)
    with pytest.raises(InvalidError, match=r"^0 is not a whole number, 1 or more$"):
        fields.quantity("0")
    assert (fields.whole(" 0 "), fields.quantity("1")) == (0, 1)


@pytest.mark.parametrize(
    ("fen", "capitals"),
    [
        # the examples of the rules for filling in bills and vouchers
        (140950, "壹仟肆佰零玖元伍角整"), (600714, "陆仟零柒元壹角肆分"), (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万零柒仟元零伍角叁分"), (1640902, "壹万陆仟肆佰零玖元零贰分"), (32504, "叁佰贰拾伍元零肆分"),
        # and their neighbours
        (0, "零元整"), (5, "伍分"), (50, "伍角整"), (79000, "柒佰玖拾元整"), (1000000, "壹万元整"),
        (10000500, "壹拾万零伍元整"), (10000000000, "壹亿元整"), (10000000500, "壹亿零伍元整"),
        (123456789012, "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元零壹角贰分"), (-9000, "负玖拾元整"),
    ],
)  # fmt: skip
def test_an_amount_in_capitals_is_written_as_on_a_receipt(fen, capitals):
    assert fields.in_capitals(fen) == capitals


@given(st.integers(1, 10**13))
def test_an_amount_in_capitals_says_the_same_number(fen):
    assert _from_capitals(fields.in_capitals(fen)) == fen


def _from_capitals(text: str) -> int:
    """Read as a person does: digits times their places, summed up at 万 and 亿."""
    fen = whole = section = digit = 0
    for char in text.removesuffix("整"):
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(char)
        elif char in "拾佰仟":
            section, digit = section + digit * 10 ** ("拾佰仟".index(char) + 1), 0
        elif char == "万":
            whole, section, digit = whole + (section + digit) * 10**4, 0, 0
        elif char == "亿":
            whole, section, digit = (whole + section + digit) * 10**8, 0, 0
        elif char == "元":
            fen, whole, section, digit = 100 * (whole + section + digit), 0, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[char], 0
    return fen


def test_an_amount_that_no_one_has_is_written_in_capitals_as_well():
    assert fields.in_capitals(10**18) == "壹亿亿元整"
