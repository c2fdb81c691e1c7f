from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.calendar.dates import number, time_of_day
from crmkit.errors import InvalidError

READ = {
    "15:00": time(15),
    "9:05": time(9, 5),
    "00:00": time(0),
    "23:59:59": time(23, 59, 59),
    "3pm": time(15),
    "3:30 pm": time(15, 30),
    "12am": time(0),
    "12pm": time(12),
    "15点": time(15),
    "0点": time(0),
    "12点": time(12),
    "15时30分": time(15, 30),
    "下午3点": time(15),
    "下午三点": time(15),
    "下午 3点": time(15),
    "下午3:30": time(15, 30),
    "下午15点": time(15),
    "下午12点半": time(12, 30),
    "上午10点半": time(10, 30),
    "上午十点": time(10),
    "上午十一点零五分": time(11, 5),
    "早上8点05": time(8, 5),
    "中午12点": time(12),
    "中午1点": time(13),
    "晚上7点": time(19),
    "晚上七点一刻": time(19, 15),
    "晚上7点三刻": time(19, 45),
    "晚上11点45分": time(23, 45),
    "凌晨2点": time(2),
    "傍晚6点整": time(18),
    "下午2点钟": time(14),
}
NO_TIME = (
    "", "10", "10:5", "9:60", "24:00", "25:00", "24点", "13pm", "0am", "3:75pm", "10:00:60", "上午", "下午25点",
    "下午3", "晚上12点", "凌晨12点", "早上3点", "中午8点", "下午3点60分", "下午3点5", "下午三五点", "点半",
    "3pm下午", "下午3点半半",
)  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_reads_the_time(text):
    assert time_of_day(text) == READ[text]


@pytest.mark.parametrize("text", NO_TIME)
def test_no_time_is_not_read(text):
    assert time_of_day(text) is None


@pytest.mark.parametrize("hour", range(1, 12))
def test_a_bare_hour_that_could_be_morning_or_afternoon_is_refused(hour):
    with pytest.raises(InvalidError, match=f"{hour}点 can be in the morning or in the afternoon"):
        time_of_day(f"{hour}点半")


@given(st.times())
def test_24_hour_times_are_read_as_they_stand(moment):
    moment = moment.replace(microsecond=0)
    assert time_of_day(f"{moment:%H:%M:%S}") == moment


@given(st.integers(12, 19), st.integers(0, 59))
def test_afternoon_means_the_same_in_both_counts(hour, minute):
    in_24 = time_of_day(f"下午{hour}:{minute:02}")
    assert in_24 == time(hour, minute)
    assert time_of_day(f"下午{hour - 12 or 12}:{minute:02}") == in_24


def test_chinese_numbers_up_to_99():
    digits = "零一二三四五六七八九"
    for value in range(1, 100):
        tens, ones = divmod(value, 10)
        written = ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones else "")
        assert number(written) == value
    assert number("两") == 2
