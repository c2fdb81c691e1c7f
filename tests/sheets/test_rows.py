"""Rows as drafts: values read by their own readers, the rest kept as notes, refusals naming the cell."""

from datetime import date, datetime

import pytest

from crmkit.sheets.read.defaults import Defaults
from tests.tables import drafts

HEADER = "姓名|手机|"


def one(title, cell, **options):
    """The draft of a row with one more column."""
    (draft,) = drafts(("姓名", "手机", title), ("张秀英", "13900541731", cell), **options)
    return draft


@pytest.mark.parametrize(
    ("title", "cell", "field", "value"),
    [
        ("性别", "女", "sex", "female"), ("年龄", 65.0, "age", 65), ("年龄", "65岁左右", "age", 65), ("年龄",
        "1953年生", "age", 73),
        ("生日", "1953年1月2日", "birthday", "1953-01-02"), ("生日", date(1953, 1, 2), "birthday", "1953-01-02"),
        ("生日", datetime(1953, 1, 2), "birthday", "1953-01-02"), ("生日", 19530102.0, "birthday", "1953-01-02"),
        ("农历生日", "8月15日", "birthday", "lunar:--08-15"), ("出生年月", "1953年2月", "age", 73), ("出生年月",
        "195302", "age", 73), ("邮箱",
        "a@b.cn", "email", "a@b.cn"),
        ("微信", "abc", "wechat", "abc"), ("单位", "铁路局", "employer", "铁路局"), ("编号", 7.0, "external_id", "7"),
        ("标签", "a、b", "tags", ("a", "b")), ("来源", "电台", "source", "media-radio"), ("科普点", "时间公园",
        "site", "时间公园"),
        ("爱好", "合唱、书法", "hobbies", ("合唱", "书法")), ("原单位", "铁路局", "former_employer", "铁路局"),
        ("备注", "下午送货", "notes", ("下午送货",)), ("口味", "合唱", "notes", ("口味: 合唱",)),
    ],
)  # fmt: skip
def test_a_column_fills_its_field(title, cell, field, value):
    assert getattr(one(title, cell), field) == value


@pytest.mark.parametrize(
    ("title", "cell"),
    [("性别", "不清楚"), ("年龄", "老年"), ("生日", "不记得"), ("生日", 19551192), ("邮箱", "没带"), ("来源",
    "夕阳红"), ("日期", "上午")],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_as_a_note(title, cell):
    draft = one(title, cell)
    assert (draft.error, draft.notes) == ("", (f"{title}: {cell}",))


@pytest.mark.parametrize("cell", ["无", "-", "/", "不详", "N/A", " "])
def test_a_word_for_nothing_is_nothing(cell):
    assert one("家庭住址", cell).address == ""
    assert one("口味", cell).notes == ()


@pytest.mark.parametrize(
    ("title", "cell", "reason"),
    [
        ("日期", "2026-02-30", "日期 C2: 2026-02-30 is not a day of the calendar"),
        ("日期", "2026年11月", "日期 C2: 2026年11月 cannot be read as a date"),
        ("日期", 6329.0, "日期 C2: 6329 cannot be read as a date"),
        ("日期", 11.1, "日期 C2: 11.1 cannot be read as a date"),
        ("日期", "3/11/2026", "日期 C2: 3/11/2026 can be read as two different days"),
        ("生日", "1953-02-30", "生日 C2: 1953-02-30 is not a day of the calendar"),
        ("生日", "2030-01-01", "生日 C2: 2030-01-01 is still to come"),
        ("口味", "a\x00b", "口味 C2: it holds the control character U+0000"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_cell(title, cell, reason):
    assert one(title, cell).error == reason


@pytest.mark.parametrize(("quantity", "amount"), [("2.5", "1"), ("2", "198/盒")])
def test_a_purchase_that_cannot_be_read_is_refused(quantity, amount):
    (draft,) = drafts("姓名|手机|产品|数量|金额", f"张秀英|13900541731|护膝|{quantity}|{amount}")
    assert "is not a" in draft.error


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        (datetime(2026, 11, 3), "2026-11-03 00:00"), (datetime(2026, 11, 3, 10, 56), "2026-11-03 10:56"),
        ("11月3日", "2026-11-03 00:00"), (20261103.0, "2026-11-03 00:00"), (11.25, "2025-11-25 00:00"),
    ],
)  # fmt: skip
def test_a_date_is_when_the_file_was_collected(cell, at):
    assert f"{one('日期', cell).at:%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize("titles", ["日期|时刻", "日期|时间", "来电日期|来电时间", "Date|Time"])
def test_a_time_in_a_column_of_its_own_goes_with_the_day(titles):
    (draft,) = drafts(f"姓名|手机|{titles}", "张秀英|13900541731|11月3日|下午3:05")
    assert f"{draft.at:%Y-%m-%d %H:%M}" == "2026-11-03 15:05"


def test_the_row_outranks_the_titles_and_the_titles_the_command_line():
    defaults = Defaults("shop", "甲地", "甲", date(2026, 11, 1))
    titles = "科普点:乙地 收集人:乙 日期:2026.11.2 来源:科普点"
    header = "姓名|手机|科普点|收集人|日期|来源"
    rows = ("张秀英|13900541731|丙地|丙|2026.11.3|电台", "李桂兰|13800541732||||")
    first, second = drafts(titles, header, *rows, defaults=defaults)
    (third,) = drafts(header, rows[1], defaults=defaults)
    said = [(d.site, d.collector, d.at.day, d.source) for d in (first, second, third)]
    assert said == [("丙地", "丙", 3, "media-radio"), ("乙地", "乙", 2, "outreach"), ("甲地", "甲", 1, "shop")]


def test_a_date_above_the_table_that_cannot_be_read_says_so_unless_one_is_given():
    lines = ("日期:11月12日-13日", "姓名|手机", "张秀英|13900541731")
    (draft,) = drafts(*lines)
    assert "11月12日-13日, cannot be read" in draft.error
    (draft,) = drafts(*lines, defaults=Defaults(day=date(2026, 11, 12)))
    assert f"{draft.at:%Y-%m-%d}" == "2026-11-12"


def test_the_source_follows_from_what_the_row_tells():
    assert [d.source for d in drafts("姓名|手机|介绍人|科普点", "A|1|B|", "A|1||C", "A|13900541731||")] == [
        "referral", "outreach", "import",
    ]  # fmt: skip


def test_a_number_that_lost_its_digits_is_refused_and_kept_to_be_seen():
    (draft,) = drafts("姓名|手机|座机", "张秀英|1.39E+10|010-65911234")
    assert draft.numbers == ("+861065911234",)
    assert draft.notes == ("手机: 1.39E+10",)


def test_a_formula_is_text():
    assert one("口味", "=cmd|'/C calc'!A0").notes == ("口味: =cmd|'/C calc'!A0",)
    (draft,) = drafts(("姓名", "手机"), ("=1+1", "13900541731"))
    assert draft.name == "=1+1"


def test_direction_marks_in_a_name_are_dropped():
    (draft,) = drafts("姓名|手机", "张\u202e秀\u200b英|13900541731")
    assert draft.name == "张秀英"


def test_equal_rows_have_equal_keys_whatever_the_order_of_columns_and_the_serial_number():
    (one_way,) = drafts("序号|姓名|手机|口味", "1|张秀英|13900541731|合唱")
    (other,) = drafts("口味|手机|姓名|序号", " 合唱|13900541731|张秀英|27")
    (different,) = drafts("口味|手机|姓名|序号", "书法|13900541731|张秀英|1")
    assert one_way.key == other.key != different.key
