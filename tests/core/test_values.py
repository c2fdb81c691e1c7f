"""Numbers, ages, amounts and words as people write them into a form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core import values
from crmkit.errors import InvalidError


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("65岁左右", 65), ("60多", 60), ("约70", 70), ("七十", 70), ("六十五岁", 65), ("73", 73), ("７３", 73),
        ("70+", 70),
        ("1953年生", 73), ("1953", 73), ("一百零二", 102), ("about 65", 65), ("65 years old", 65),
    ],
)  # fmt: skip
def test_an_age_is_read_as_written(text, years):
    assert values.age(text, 2026) == years


@pytest.mark.parametrize("text", ["不详", "", "60-65", "300", "0", "2030", "老", "13900541731"])
def test_what_is_no_age_is_left_alone(text):
    assert values.age(text, 2026) is None


@pytest.mark.parametrize(
    ("text", "fen"),
    [("198元", 19800), ("1,980.00", 198000), ("￥198.5", 19850), ("1.2万", 1200000), ("免费", None), ("无", None)],
)
def test_an_amount_is_fen(text, fen):
    assert values.fen(text) == fen


@pytest.mark.parametrize("text", ["198/盒", "1.999", "-5", "198+2", "12 34"])
def test_a_figure_that_is_no_amount_is_refused(text):
    with pytest.raises(InvalidError, match="is not an amount"):
        values.fen(text)


@given(st.integers(0, 10**9))
def test_every_amount_in_yuan_and_fen_is_read_back(fen):
    assert values.fen(f"{fen // 100:,}.{fen % 100:02}元") == fen


@pytest.mark.parametrize(("text", "n"), [("2", 2), ("2盒", 2), ("两盒", 2), ("5.0", 5), ("十二瓶", 12), ("若干", None)])
def test_a_quantity_is_a_whole_number(text, n):
    assert values.quantity(text) == n


def test_half_a_unit_is_refused():
    with pytest.raises(InvalidError, match="is not a number of units"):
        values.quantity("2.5")


@pytest.mark.parametrize(
    ("text", "sex"), [("男", "male"), ("女士", "female"), ("F", "female"), ("M.", "male"), ("其他", None)]
)
def test_a_sex_is_read_in_both_languages(text, sex):
    assert values.sex(text) == sex


@pytest.mark.parametrize(
    ("text", "code"), [("电台", "media-radio"), ("shop", "shop"), ("转介绍", "referral"), ("夕阳红", None)]
)
def test_a_source_is_read_in_both_languages(text, code):
    assert values.source(text) == code


@given(st.integers(0, 199))
def test_chinese_numerals_up_to_199(number):
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    text = "一百" if hundreds else ""
    text += f"{digits[tens]}十" if tens else "零" if hundreds and units else ""
    text += digits[units] if units or not text else ""
    assert values.han_number(text) == number


def test_marks_that_cannot_be_seen_are_dropped_and_control_characters_refused():
    assert values.clean("张\u202e秀\u200b英 \n女士") == "张秀英 女士"
    for character in "\x00\x1b\x7f\ud800\ufffe":
        with pytest.raises(InvalidError, match="control character"):
            values.clean(f"张{character}")


@given(st.text(max_size=30) | st.text("a　Ａ１\u00ad\u200b\u202eé ́\t", max_size=12))
def test_text_is_cleaned_and_made_plain_by_the_same_rules_whatever_is_in_it(text):
    invisible = {0x00AD, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF}
    seen = "".join(c for c in text if ord(c) not in invisible)
    assert values.plain(text) in ("", " ".join(unicodedata.normalize("NFKC", seen).split()).casefold())
    try:
        assert values.clean(text) == unicodedata.normalize("NFC", " ".join(seen.split()))
    except InvalidError:
        assert any(unicodedata.category(c) in ("Cc", "Cs", "Cn") for c in text)
