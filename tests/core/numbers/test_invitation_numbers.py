import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.numbers.invitation_numbers import NUMBER, event_code, next_number, readings, series
from crmkit.errors import InvalidError

codes = st.from_regex("[A-Z0-9]{1,8}", fullmatch=True)
operators = st.from_regex("[A-Z0-9]{1,4}", fullmatch=True)


@settings(max_examples=60)
@given(codes, st.lists(operators, min_size=1, max_size=3, unique=True), st.lists(st.integers(0, 2), max_size=40))
def test_numbers_are_unique_and_without_gaps_for_each_operator(code, clones, turns):
    written: list[str] = []
    for turn in turns:
        written.append(next_number(series(code, clones[turn % len(clones)]), written))
    assert len(set(written)) == len(written)
    running: dict[str, list[int]] = {}
    for number in written:
        found = NUMBER.fullmatch(number)
        assert found
        running.setdefault(found[1], []).append(int(found[2]))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in running.values())


@settings(max_examples=60)
@given(codes, operators, st.integers(1, 999))
def test_a_number_is_read_in_any_spelling(code, operator, running):
    beginning = series(code, operator)
    number = next_number(beginning, [f"{beginning}{running - 1:03}-X"])
    assert readings(number) == (number,)
    assert readings(f" {number.lower()} ") == (number,)
    assert number in readings(number.replace("-", ""))
    assert number in readings(number.replace("-", " — "))


def test_a_wrong_character_is_refused_and_not_put_right():
    number = next_number("1205A-LN", [])
    assert number == "1205A-LN001-M"
    with pytest.raises(InvalidError, match="wrong character"):
        readings("1205A-LN002-M")
    with pytest.raises(InvalidError, match="not an invitation number"):
        readings("BJ")


def test_a_series_ends_with_its_999th_number():
    with pytest.raises(InvalidError, match="used up"):
        next_number("1205A-LN", ["1205A-LN999-X"])


def test_numbers_need_an_operator_code_and_say_what_to_set():
    with pytest.raises(InvalidError, match="operator code is not set") as refused:
        series("1205A", "")
    assert "crmkit config --set operator=" in refused.value.hint


@pytest.mark.parametrize("text", ["", "冬至会", "1205-A", "ABCDEFGHI"])
def test_a_code_that_cannot_stand_in_a_number_is_refused(text):
    with pytest.raises(InvalidError, match="not an event code"):
        event_code(text)


def test_a_code_is_kept_in_capitals():
    assert event_code(" １２05a ") == "1205A"
