import string
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from crmkit.core.numbers.card_numbers import ParsedCardNumber, next_number, parse, series
from crmkit.errors import InvalidError

NOVEMBER = datetime(2026, 11, 21, 10, tzinfo=UTC)
CHARACTERS = string.digits + string.ascii_uppercase

numbers = st.builds(
    lambda branch, operator, month, last: next_number(
        branch, operator, datetime(2026, month, 1, tzinfo=UTC), last and _number(branch, operator, month, last)
    ),
    st.text(CHARACTERS, min_size=1, max_size=4),
    st.text(CHARACTERS, min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(0, 9998),
)


def _number(branch: str, operator: str, month: int, running: int) -> str:
    body = f"{branch}{operator}26{month:02d}{running:04d}"
    return f"{branch}{operator}-26{month:02d}{running:04d}-{mod_37_36.calc_check_digit(body)}"


def test_the_first_number_of_a_month_is_one_and_the_next_follows_without_a_gap() -> None:
    first = next_number("BJ", "LN", NOVEMBER, "")
    assert str(first).startswith("BJLN-26110001-")
    assert str(next_number("bj", "ln", NOVEMBER, str(first))).startswith("BJLN-26110002-")


def test_the_check_character_covers_the_whole_number_without_hyphens() -> None:
    number = next_number("BJ", "LN", NOVEMBER, _number("BJ", "LN", 11, 41))
    assert str(number) == "BJLN-26110042-8"
    assert mod_37_36.is_valid("BJLN261100428")


def test_a_number_of_another_series_is_not_counted_on() -> None:
    with pytest.raises(InvalidError, match="BJLN-26100041"):
        next_number("BJ", "LN", NOVEMBER, _number("BJ", "LN", 10, 41))


def test_after_9999_the_operator_is_told_to_go_on_under_another_code() -> None:
    with pytest.raises(InvalidError, match="all 9999 cards of 2026-11") as caught:
        next_number("BJ", "LN", NOVEMBER, _number("BJ", "LN", 11, 9999))
    assert "operator=" in caught.value.hint


@pytest.mark.parametrize(
    ("branch", "operator", "setting"),
    [
        ("", "LN", "archive.branch="),
        ("B-J", "LN", "archive.branch="),
        ("BJ", "", "operator="),
        ("BJ", "王", "operator="),
    ],
)
def test_a_missing_or_odd_code_is_refused_and_the_hint_says_what_to_set(
    branch: str, operator: str, setting: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        series(branch, operator, NOVEMBER)
    assert setting in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["bjln-26110042-8", " BJLN261100428 ", "ＢＪＬＮ－２６１１００４２－８", "BJLN—26110042—8", "BJLN 2611 0042 8"],
)
def test_every_spelling_of_a_number_is_read(text: str) -> None:
    assert parse(text) == ParsedCardNumber("BJLN", "2611", 42, "8")


def test_a_letter_o_for_a_zero_is_refused_with_the_number_that_was_meant() -> None:
    with pytest.raises(InvalidError) as caught:
        parse("BJLN-2611OO42-8".replace("OO", "O0"))
    assert "BJLN-26110042-8" in caught.value.hint


def test_digits_changed_over_are_refused_with_the_number_that_was_meant() -> None:
    with pytest.raises(InvalidError) as caught:
        parse("BJLN-26110024-8")
    assert "BJLN-26110042-8" in caught.value.hint


@pytest.mark.parametrize("text", ["", "BJLN", "BJLN-26130042-8", "BJLN-26110000-3", "秦玉兰", "BJLN-26110042"])
def test_what_has_not_the_form_of_a_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="is not a card number"):
        parse(text)


@settings(max_examples=60, deadline=None)
@given(numbers)
def test_a_number_reads_back_as_itself(number: ParsedCardNumber) -> None:
    assert parse(str(number)) == number


@settings(max_examples=30, deadline=None)
@given(numbers, st.data())
def test_any_single_wrong_character_is_noticed(number: ParsedCardNumber, data: st.DataObject) -> None:
    compact = str(number).replace("-", "")
    at = data.draw(st.integers(0, len(compact) - 1))
    for other in CHARACTERS.replace(compact[at], ""):
        with pytest.raises(InvalidError):
            parse(compact[:at] + other + compact[at + 1 :])


def test_neighbours_changed_over_are_noticed_in_all_but_a_hundredth_of_the_cases() -> None:
    swapped = unnoticed = 0
    for running in range(1, 400):
        compact = _number("BJ", "LN", 11, running).replace("-", "")
        for at in range(len(compact) - 1):
            if compact[at] == compact[at + 1]:
                continue
            swapped += 1
            try:
                parse(compact[:at] + compact[at + 1] + compact[at] + compact[at + 2 :])
            except InvalidError:
                continue
            unnoticed += 1
    assert swapped > 3000
    assert unnoticed / swapped < 0.01
