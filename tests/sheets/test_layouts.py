"""Sheets in the layouts in which people keep them: the header found, columns understood, rows told from the rest."""

import pytest

from crmkit.core.collecting.draft import Draft
from crmkit.errors import InvalidError
from crmkit.sheets.read.synonyms import field_of
from tests.tables import drafts

WHO = ("张秀英", "+8613900541731")


def who(draft: Draft):
    return draft.name, *draft.numbers


LAYOUTS = {
    "no titles": ("姓名|手机", "张秀英|13900541731"),
    "other order, extra columns": ("关系|电话|爱好|顾客姓名", "邻居|13900541731|合唱|张秀英"),
    "header on row five": ("登记表", "", "2026年11月", "", "姓名|联系电话", "张秀英|13900541731"),
    "English": ("Customer Name,Mobile No.".replace(",", "|"), "张秀英|13900541731"),
    "both languages": ("姓名 Name|电话/Tel", "张秀英|13900541731"),
    "stars and units": ("*姓名（必填）|手机号码:", "张秀英|13900541731"),
    "surname and given name": ("姓|名|手机", "张|秀英|13900541731"),
    "whose number": ("来电人|来电人电话", "张秀英|13900541731"),
    "serial number": ("序号|姓名|联系方式", "1|张秀英|13900541731"),
    "one title over two": ("登记表", "姓名|联系方式|", "|手机|座机", "张秀英|13900541731|"),
    "title keys with values": ("收集人|李娜|联系电话|010-65911234", "姓名|手机", "张秀英|13900541731"),
}


@pytest.mark.parametrize("lines", LAYOUTS.values(), ids=LAYOUTS)
def test_name_and_number_are_found(lines):
    assert [who(draft) for draft in drafts(*lines)] == [WHO]


def test_names_of_the_west_are_given_name_first():
    (draft,) = drafts("Last Name|First Name|Phone", "Berry|Lachlan|13900541731")
    assert draft.name == "Lachlan Berry"


def test_a_header_of_two_rows_says_whose_name_and_number():
    merged = ((0, 0, 0, 1), (0, 2, 0, 3), (0, 4, 0, 5))
    (draft,) = drafts(
        "顾客||介绍人||老伴|", "姓名|电话|姓名|电话|姓名|电话",
        "张秀英|13900541731|李桂兰|13800541732|王志明|13700541733",
        merged=merged,
    )  # fmt: skip
    assert who(draft) == WHO
    assert (draft.referrer_name, draft.referrer_phones) == ("李桂兰", ("+8613800541732",))
    assert draft.notes == ("老伴 姓名: 王志明", "老伴 电话: 13700541733")


def test_several_number_columns_and_several_numbers_in_a_cell_are_all_read():
    (draft,) = drafts("姓名|电话1|电话2|座机", "张秀英|13900541731;13800541732|13700541733|65911234")
    assert draft.numbers == ("+8613900541731", "+8613800541732", "+8613700541733", "+861065911234")


def test_the_parts_of_an_address_are_joined():
    (draft,) = drafts("姓名|手机|省|市|地址", "张秀英|13900541731|北京市|朝阳区|朝阳区青年路1号")
    assert draft.address == "北京市朝阳区青年路1号"
    (draft,) = drafts(
        "name|phone|street_number|address_1|suburb|postcode", "Ann Berry|13900541731|69|Giblin Street|Bittern|4814"
    )
    assert draft.address == "69 Giblin Street Bittern 4814"


CONTEXTS = [
    ("科普点:时间公园    收集人:李娜    日期:2026年11月12日",),
    ("科普点：时间公园", "收集人：李娜", "日期：2026.11.12"),
    ("科普点|时间公园||收集人|李娜||日期|2026-11-12",),
    ("地点：|时间公园|登记人：|李娜|活动日期：|11月12日",),
    ("Site: 时间公园  Collected by: 李娜  Date: 12 Nov 2026",),
]


@pytest.mark.parametrize("titles", CONTEXTS)
def test_titles_name_site_collector_and_date(titles):
    (draft,) = drafts("科普档案登记表", *titles, "姓名|手机", "张秀英|13900541731")
    assert (draft.site, draft.collector, f"{draft.at:%Y-%m-%d}") == ("时间公园", "李娜", "2026-11-12")
    assert draft.source == "outreach"


def test_a_second_table_below_has_its_own_titles_and_header():
    read = drafts(
        "科普点:滨河广场 收集人:李娜", "姓名|手机", "张秀英|13900541731", "", "合计|1人", "",
        "科普点:柳荫社区 收集人:王强", "手机|姓名", "13800541732|李桂兰",
    )  # fmt: skip
    assert [(*who(d), d.site, d.collector) for d in read] == [
        (*WHO, "滨河广场", "李娜"), ("李桂兰", "+8613800541732", "柳荫社区", "王强"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "", "  |　|", "3||", "|合计||58人", "合计:58人", "小计", "总计|2", "Total|2", "本页合计|58",
        "序号|姓名|手机", "填表人:李娜|审核:王强", "制表人|李娜", "审核：", "备注:以上信息仅用于回访", "注：电话已核对",
        "以上共58人,由李娜负责核对。", "Prepared by: Li Na",
    ],
)  # fmt: skip
def test_what_is_no_row_is_passed_over(line):
    read = drafts("序号|姓名|手机", "1|张秀英|13900541731", line, "2|李桂兰|13800541732")
    assert [draft.name for draft in read] == ["张秀英", "李桂兰"]


@pytest.mark.parametrize("line", ["2|合建国|13800541732", "2|李桂兰|不愿留", "2|李桂兰|", "2||13800541732"])
def test_a_row_that_could_be_a_person_is_a_row(line):
    assert len(drafts("序号|姓名|手机", "1|张秀英|13900541731", line)) == 2


def test_a_cell_merged_downwards_counts_for_every_row_it_spans(tmp_path):
    from openpyxl import Workbook

    from crmkit.sheets.read.tables import opened
    from tests.tables import settings

    book = Workbook()
    for row in (["姓名", "手机"], ["张秀英", "13900541731"], ["王志明", None], ["李桂兰", "13800541732"]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "couple.xlsx")
    with opened(str(tmp_path / "couple.xlsx"), settings().import_) as source:
        rows = [row.cells for row in next(source.sheets).rows]
    assert [cells[1] for cells in rows[1:]] == ["13900541731", "13900541731", "13800541732"]


def test_columns_are_named_by_hand_where_titles_say_nothing():
    lines = ("甲|乙|丙", "张秀英|13900541731|太极拳")
    with pytest.raises(InvalidError, match=r"test\.xlsx: no header row found"):
        drafts(*lines)
    (draft,) = drafts(*lines, mapping=["name=甲", "phone=乙"])
    assert (*who(draft), draft.notes) == (*WHO, ("丙: 太极拳",))
    assert [who(draft) for draft in drafts(lines[1], mapping=["name=A", "phone=B"])] == [WHO]


def test_what_is_named_by_hand_outranks_the_title():
    (draft,) = drafts("姓名|联系人|电话", "公司|张秀英|13900541731", mapping=["name=联系人", "note=姓名"])
    assert (*who(draft), draft.notes) == (*WHO, ("公司",))


@pytest.mark.parametrize("typed", ["name", "name=", "colour=A"])
def test_a_mapping_that_is_none_is_refused(typed):
    with pytest.raises(InvalidError, match="not FIELD=COLUMN"):
        drafts("姓名|电话", mapping=[typed])


def test_a_sheet_of_anything_else_is_passed_over():
    assert drafts("填写说明", "请用正楷填写") == []


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("金额（元）", "amount"), ("金额(万元)", ""), ("Amount (USD)", ""), ("配偶电话", ""), ("单位地址", ""),
        ("意向产品", ""), ("介绍人电话", "referrer_phone"), ("被介绍人电话", "phone"), ("Referred by", "referrer"),
        ("出生年月", "birthday"),
        ("编号", "external_id"), ("No.", "ignore"), ("rec_id", "external_id"), ("soc_sec_id", ""), ("栏目", "source"),
    ],
)  # fmt: skip
def test_titles_are_understood_or_left_alone(title, field):
    assert field_of(title) == field


def test_a_product_was_bought_only_beside_a_quantity_or_an_amount():
    (interested,) = drafts("姓名|电话|产品", "张秀英|13900541731|护膝")
    (bought,) = drafts("姓名|电话|产品|数量", "张秀英|13900541731|护膝|2盒")
    assert (interested.product, interested.notes) == ("", ("产品: 护膝",))
    assert (bought.product, bought.quantity) == ("护膝", 2)
