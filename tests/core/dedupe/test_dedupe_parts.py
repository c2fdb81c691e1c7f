"""Addresses, birth dates and sounds as deduplication reads them."""

from datetime import date, datetime, timedelta, timezone

import pytest
from lunar_python import Lunar

from crmkit.core.dedupe import birthdays
from crmkit.core.people import addresses
from crmkit.core.people.names import look_alike, syllables
from crmkit.records import Customer

DAY = datetime(2026, 11, 2, 9, tzinfo=timezone(timedelta(hours=8)))
HOME = "北京市朝阳区青年路11号院12号楼3单元450室"


@pytest.mark.parametrize(
    ("written", "road", "numbers"),
    [
        (HOME, "青年路", ("11", "12", "3", "450")),
        ("朝阳区 青年路 十一号院 十二号楼 三单元 450", "青年路", ("11", "12", "3", "450")),
        ("青年路11號院12-3-450", "青年路", ("11", "12", "3", "450")),
        ("上海市浦东新区张江镇科苑路88弄3号501室", "科苑路", ("88", "3", "501")),
        ("北京市朝阳区三里屯北街２０号院8号楼四五〇室", "三里屯北街", ("20", "8", "450")),
        ("河北省保定市易县西陵镇五道河村三组", "五道河村", ("3",)),
        ("幸福小区3号楼A座1201", "幸福小区", ("3", "a", "1201")),
    ],
)
def test_an_address_is_read_in_its_parts(written, road, numbers):
    address = addresses.read(written)
    assert (address.road, address.numbers) == (road, numbers)


@pytest.mark.parametrize(
    ("other", "how"),
    [
        ("青年路11号院12-3-450", "home"),
        ("北京青年路11号院12号楼3单元450", "home"),
        ("青年路11号院12号楼450室", "home"),
        ("青年路11号院12号楼3单元451室", "building"),
        ("青年路11号院12号楼", "building"),
        ("青年路11号院13号楼3单元450室", "near"),
        ("青年略11号院12号楼3单元450室", "near"),
        ("青年路", "road"),
        ("光华里11号院12号楼3单元450室", "other"),
        ("青年路8号院2号楼1单元101室", "other"),
    ],
)
def test_two_addresses_agree_as_far_as_they_go(other, how):
    one, two = addresses.read(HOME), addresses.read(other)
    assert addresses.compare(one, two) == addresses.compare(two, one) == how


def test_nothing_written_is_no_address():
    assert addresses.read("") is None
    assert addresses.read(" -- ") is None


def birth(text="", age=None):
    return birthdays.read(Customer(id="C2611-00000000", birthday=text, age_about=age, collected_at=DAY))


@pytest.mark.parametrize(
    ("one", "two", "how"),
    [
        (birth("1953-01-02"), birth("1953-01-02"), "same"),
        (birth("1953-02-15"), birth("lunar:1953-01-02"), "other calendar"),
        (birth("1953-02-15"), birth("1953-01-02"), "other calendar, unsaid"),
        (birth("1952-07-01"), birth("lunar:1952-05-L10"), "other calendar"),
        (birth("1953-01-02"), birth("1958-01-02"), "near"),
        (birth("1953-01-12"), birth("1953-01-21"), "near"),
        (birth("1953-01-02"), birth("1953-02-01"), "near"),
        (birth("1953-01-02"), birth("1951-01-02"), "near"),
        (birth("1953-01-02"), birth("--01-02"), "day"),
        (birth("1953-01-02"), birth("--03-04"), "conflict"),
        (birth("1953-01-02"), birth(age=72), "age"),
        (birth("1953-01-02"), birth(age=68), "age off"),
        (birth("1953-01-02"), birth(age=50), "conflict"),
        (birth("1953-01-02"), birth("1960-11-23"), "conflict"),
        (birth("1953-01-02"), birth(), ""),
    ],
)
def test_birth_dates_agree_in_the_ways_people_tell_them(one, two, how):
    assert birthdays.compare(one, two, lunar=True) == how
    assert birthdays.compare(two, one, lunar=True) == how


@pytest.mark.parametrize("text", ["1953/01/02", "1953-02-30", "soon", "L1953-01-02"])
def test_a_birth_date_put_there_by_another_program_is_no_evidence(text):
    assert birth(text).solar is None
    assert birthdays.compare(birth(text), birth("1990-10-11"), lunar=True) in ("", "conflict")


def test_a_lunar_date_is_told_only_by_people_who_use_that_calendar():
    assert birthdays.compare(birth("1953-02-15"), birth("1953-01-02"), lunar=False) == "conflict"


@pytest.mark.parametrize("year", [1936, 1952, 1968, 1979, 2001])
def test_lunar_dates_fall_where_the_library_puts_them(year):
    for month in range(1, 13):
        there = Lunar.fromYmd(year, month, 15).getSolar()
        day = date(there.getYear(), there.getMonth(), there.getDay())
        assert birthdays.from_lunar(year, month, "15") == day


def test_a_day_that_a_lunar_month_does_not_have_is_none():
    assert birthdays.from_lunar(1953, 1, "30") is None
    assert birthdays.from_lunar(1953, 2, "L01") is None


def test_a_surname_may_read_otherwise_than_the_same_character_in_a_given_name():
    assert syllables("单", "曾") == ("shan", "ceng")
    assert syllables("曾", "秀英") == ("zeng", "xiu", "ying")


def test_characters_written_for_one_another_look_alike():
    assert look_alike("己", "已")
    assert not look_alike("己", "己")
    assert not look_alike("秀", "英")
