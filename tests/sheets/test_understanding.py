"""What a sheet says beyond its titles: marks of yes and no, health, cells without a heading, samples, mappings."""

import msgspec
import pytest

from crmkit.core.collecting.draft import Draft
from crmkit.errors import InvalidError
from crmkit.records import Customer
from crmkit.sheets.read.synonyms import FIELDS, field_of, is_health
from tests.tables import drafts

ONE = "张秀英|13900541731"


def read(titles, *rows, **options):
    """The drafts of rows under 姓名, 手机 and more titles."""
    return drafts(f"姓名|手机|{titles}", *(f"{ONE}|{row}" for row in rows), **options)


def bought(titles, row, **options):
    (draft,) = read(titles, row, **options)
    return draft.product, draft.quantity, draft.notes


@pytest.mark.parametrize("title", ["Bought?", "Purchased", "购买产品", "所购产品", "已购产品"])
@pytest.mark.parametrize(
    "mark", ["Y", "N", "yes", "No", "是", "否", "有", "√", "×", "✓", "x", "已购", "未购", "已购买", "1", "0", "true"]
)
def test_a_mark_of_yes_or_no_is_no_product(title, mark):
    assert bought(title, mark) == ("", None, (f"{title}: {mark}",))


def test_a_no_beside_a_product_means_that_it_was_not_bought():
    assert bought("Bought?|Product", "N|护膝") == ("", None, ("Bought?: N", "Product: 护膝"))


def test_a_yes_beside_a_product_means_that_it_was_bought():
    assert bought("Bought?|Product", "Y|护膝") == ("护膝", None, ())
    assert bought("购买产品|产品名称|数量", "√|护膝|2") == ("护膝", 2, ())


def test_a_yes_with_an_amount_and_no_product_stays_a_note():
    assert bought("Bought?|金额", "Y|198") == ("", None, ("Bought?: Y", "金额: 198"))


@pytest.mark.parametrize("cell", ["护膝", "XA-3", "7号泵"])
def test_a_product_is_a_product(cell):
    assert bought("购买产品", cell) == (cell, None, ())


@pytest.mark.parametrize(
    ("titles", "rows", "field", "value"),
    [
        ("来源|渠道", ("老客|电台", "会员|电视"), "source", "media-radio"),
        ("性别|男女", ("不清楚|女", "未填|男"), "sex", "female"),
        ("年龄|岁数", ("老年|65", "中年|70"), "age", 65),
        ("邮箱|Email", ("没带|a@b.cn",), "email", "a@b.cn"),
        ("来源|渠道", ("电台|老客",), "source", "media-radio"),
    ],
)
def test_of_two_columns_for_one_field_the_one_whose_values_are_known_has_it(titles, rows, field, value):
    first, *_others = read(titles, *rows)
    assert getattr(first, field) == value
    assert len(first.notes) == 1


HEALTH_TITLES = (
    "病史", "疾病", "既往病史", "慢性病", "用药", "用药情况", "正在服用的药物", "血压", "血糖", "高血压", "症状",
    "过敏史", "健康状况", "身体状况", "体检结果",
    "备注（病史）", "Medical history", "Diseases", "Medication",
    "Blood pressure", "Blood sugar", "Symptoms", "Allergies", "Health",
    "health_notes", "Diagnosis",
)  # fmt: skip


@pytest.mark.parametrize("title", HEALTH_TITLES)
def test_a_column_about_health_is_no_note(title):
    (draft,) = read(title, "高血压十年")
    assert "高血压十年" in draft.health_notes
    told = msgspec.to_builtins(msgspec.structs.replace(draft, health_notes="", content="", key=""))
    assert "高血压" not in str({name: value for name, value in told.items() if name != "sheet"})


@pytest.mark.parametrize(
    "title", ["健康讲座", "健康意识", "血压计", "Health talk", "健康档案编号", "是否同意记录健康信息", "药店"]
)
def test_words_of_health_about_something_else_are_not_about_health(title):
    assert not is_health(title) or field_of(title) == "awareness"


def test_several_columns_about_health_are_kept_together():
    (draft,) = read("病史|用药|健康状况", "高血压|氨氯地平|尚好")
    assert draft.health_notes == "病史: 高血压; 用药: 氨氯地平; 尚好"
    assert draft.notes == ()


def test_the_health_of_somebody_else_is_nobodys():
    (draft,) = drafts("顾客||子女|||", "姓名|手机|姓名|电话|病史", f"{ONE}|刘小军|13600136000|哮喘")
    assert (draft.health_notes, draft.notes) == ("", ("子女 姓名: 刘小军", "子女 电话: 13600136000"))


def test_of_two_product_columns_the_one_on_the_price_list_has_it():
    from crmkit.sheets.read.blocks import walk
    from crmkit.sheets.read.headers import parse_mapping
    from tests.tables import sheet

    rows = sheet("姓名|手机|购买产品|所购商品", f"{ONE}|老规格|护膝")
    ((block, _row),) = walk("a.csv", rows, parse_mapping((), {}), products=frozenset({"护膝", "xa-3"}))
    assert [(c.title, c.field) for c in block.header.columns[2:]] == [("购买产品", ""), ("所购商品", "product")]


def test_a_mark_below_a_group_about_health_is_about_health():
    (draft,) = drafts("顾客||健康状况|", "姓名|手机|甲|乙", f"{ONE}|√|")
    assert (draft.health_notes, draft.notes) == ("健康状况 甲: √", ())


@pytest.mark.parametrize("mapped", ["note=病史", "tags=病史", "note=C"])
def test_what_is_said_of_health_cannot_be_mapped_to_notes(mapped):
    with pytest.raises(InvalidError, match="what a column says about health is no note"):
        read("病史", "高血压", mapping=[mapped])


def test_a_column_without_a_heading_is_a_note():
    (draft,) = read("备注||", "好||周五回电")
    assert draft.notes == ("好", "周五回电")


def test_numbers_in_front_of_the_first_heading_are_not_used():
    first, second = drafts("|姓名|手机", f"1|{ONE}", f"2|{ONE}")
    assert first.notes == second.notes == ()


@pytest.mark.parametrize("row", ["北京市朝阳区|青年路9号|回电", "a|b|c|d", "||x", "x||  |y"])
def test_a_row_longer_than_its_headings_is_rejected_with_both_counts(row):
    cells = len(f"{ONE}|{row}".split("|"))
    (draft,) = read("地址|备注", row)
    assert draft.error.startswith(f"{cells} cells under 4 headings")
    assert draft.name == ""


def test_empty_cells_behind_the_last_heading_are_nothing():
    (draft,) = read("地址", "青年路1号||  |")
    assert (draft.error, draft.address) == ("", "青年路1号")


@pytest.mark.parametrize(
    "sample",
    ["例：张三|13800138000|", "示例|13800138000|", "（示例）|张三|13800138000", "样例：张三|13800138000|",
    "例如：张三|13800138000|", "e.g. Li Lei|13800138000|", "Example|13800138000|", "【填写示例】|13800138000|"],
)  # fmt: skip
def test_the_sample_row_of_a_form_is_left_out(sample):
    assert [draft.name for draft in drafts("姓名|手机|备注", sample, f"{ONE}|")] == ["张秀英"]


@pytest.mark.parametrize("name", ["例秀英", "样国强", "示范", "Eg Berry", "Samples Ann", "Exampleson"])
def test_a_name_that_begins_like_a_sample_is_a_name(name):
    assert [draft.name for draft in drafts("姓名|手机", f"{name}|13900541731")] == [name]


def test_a_sample_far_down_is_a_row():
    lines = [f"人{n}|1390054{n:04}" for n in range(8)]
    assert len(drafts("姓名|手机", *lines, "示例|13800138000")) == 9


# What a sheet never carries: made by crmkit, decided by people, or kept as records of their own.
NOT_IN_SHEETS = {
    "id", "created_at", "updated_at", "owner", "pinned", "stage", "grade", "suspect", "household", "shared",
    "do_not_contact", "consents", "ticks", "merged_into", "deceased", "deceased_on", "released", "noted",
}  # fmt: skip
OTHER_NAMES = {  # field of Customer → field of a sheet
    "phones": "phone", "age_about": "age", "collected_at": "date", "notes": "note",
}  # fmt: skip
HEADINGS = {
    "name": "姓名 Name", "sex": "性别 Sex", "phone": "电话 Phone", "birthday": "生日 Birthday", "age": "年龄 Age",
    "address": "地址 Address", "email": "邮箱 E-mail", "wechat": "微信 WeChat", "employer": "工作单位 Employer",
    "district": "片区 Territory", "source": "来源 Source", "site": "科普点 Site", "collector": "收集人 Collector",
    "date": "日期 Date", "referrer": "介绍人 Referrer", "external_id": "编号 Reference", "tags": "标签 Tags",
    "note": "备注 Notes",
    "ethnicity": "民族 Ethnicity", "former_employer": "原工作单位 Former_employer", "family": "家庭状况 Family",
    "housing": "房屋情况 Housing", "wedding_day": "结婚纪念日 Wedding_anniversary", "character": "性格 Personality",
    "buying_habits": "消费习惯 Buying_habits", "hobbies": "爱好 Hobbies", "needs": "需求 Needs",
    "service_style": "喜欢的服务方式 Preferred_service", "promotions": "对促销的态度 Attitude_to_promotions",
 "employment": "工作状况 Occupation", "colours": "颜色喜好 Favourite_colours",
    "habits": "生活习惯 Living_habits", "values": "价值观 Values", "resting_hours": "休息时间 Resting_hours",
    "best_time": "方便接电话时间 Best_time_to_call", "looks": "外貌特征 Appearance",
    "health_notes": "病史 Medical_history", "met": "认识经过 How_met", "not_bought": "未购原因 Why_not_bought",
    "education": "文化程度 Education", "means": "经济条件 Means", "awareness": "健康意识 Health_awareness",
    "matching_need": "对口需求 Matching_need",
}  # fmt: skip


def test_every_field_that_a_sheet_can_carry_has_headings_in_both_languages():
    carried = {OTHER_NAMES.get(name, name) for name in Customer.__struct_fields__ if name not in NOT_IN_SHEETS}
    assert carried - set(HEADINGS) == set()
    assert carried - set(FIELDS) == set()
    for field, titles in HEADINGS.items():
        for title in titles.split():
            assert field_of(title.replace("_", " ")) == field, title


@pytest.mark.parametrize(
    "title",
    ["原单位", "原工作单位", "退休单位", "退休前工作单位", "以前的工作单位", "Previous employer", "Retired from"],
)
def test_where_somebody_worked_before_is_the_former_employer(title):
    (draft,) = read(f"{title}|工作单位", "铁路局|居委会")
    assert (draft.former_employer, draft.employer) == ("铁路局", "居委会")


def test_the_deep_file_is_read_from_its_columns():
    (draft,) = read(
        "民族|家庭状况|性格|消费习惯|爱好|健康意识|经济条件|结婚纪念日|文化程度",
        "汉|与老伴同住|知识型|谨慎|合唱、太极|有|无|10月1日|大专",
    )
    assert draft.ethnicity == "汉"
    assert (draft.family, draft.character, draft.buying_habits) == ("与老伴同住", "knowledge", "谨慎")
    assert (draft.hobbies, draft.awareness, draft.means) == (("合唱", "太极"), True, None)
    assert (draft.wedding_day, draft.education, draft.notes) == ("--10-01", None, ("文化程度: 大专",))


def test_every_field_of_the_deep_file_reaches_the_customer():
    from crmkit.core.collecting import contacts
    from crmkit.core.wording import shown
    from tests.tables import run

    told = {
        "ethnicity": "汉", "former_employer": "铁路局", "family": "a", "housing": "b", "wedding_day": "--10-01",
        "character": "lively", "buying_habits": "c", "hobbies": ("d",), "needs": "e", "service_style": "f",
        "promotions": "g", "met": "h", "not_bought": "i", "education": True, "means": False, "awareness": True,
        "matching_need": False, "district": "朝阳", "employment": "j", "colours": "k", "habits": "l", "values": "m",
        "resting_hours": "n", "best_time": "o", "looks": "p",
    }  # fmt: skip
    filed = contacts.new_file(run(), Draft(name="张秀英", **told))
    assert {name: getattr(filed, name) for name in told} == told
    grown = contacts.filled(contacts.new_file(run(), Draft(name="张秀英")), Draft(name="张秀英", **told))
    assert {name: getattr(grown, name) for name in told} == told
    other = contacts.filled(filed, Draft(name="张秀英", family="x", education=False, means=True))
    assert other.family == "a" and other.education is True
    assert shown(other) == ["family: x", "education: no", "means: yes"]


GOOGLE_OLD = (
    "Name|Given Name|Family Name|Nickname|Birthday|Notes|Group Membership|E-mail 1 - Type|E-mail 1 - Value|"
    "Phone 1 - Type|Phone 1 - Value|Phone 2 - Type|Phone 2 - Value|Address 1 - Type|Address 1 - Formatted|"
    "Address 1 - Street|Address 1 - City|Organization 1 - Name|Organization 1 - Title"
)
GOOGLE_NEW = (
    "First Name|Middle Name|Last Name|Organization Name|Birthday|Notes|Labels|E-mail 1 - Label|E-mail 1 - Value|"
    "Phone 1 - Label|Phone 1 - Value|Address 1 - Label|Address 1 - Formatted|Address 1 - Street|Address 1 - City"
)


def test_contacts_of_google_in_their_old_form():
    (draft,) = drafts(
        GOOGLE_OLD,
        "张秀英|秀英|张||1953-01-02|爱唱歌|* myContacts ::: 合唱队|* Home|a@b.cn|Mobile|"
        "+86 139 0054 1731 ::: 010-65911234|Home|13700541733|Home|北京市朝阳区青年路1号|青年路1号|北京|铁路局|主任",
    )
    assert (draft.name, draft.birthday, draft.email, draft.employer) == ("张秀英", "1953-01-02", "a@b.cn", "铁路局")
    assert draft.numbers == ("+8613900541731", "+861065911234", "+8613700541733")
    assert (draft.address, draft.tags) == ("北京市朝阳区青年路1号", ("合唱队",))
    assert draft.notes == ("爱唱歌", "Organization 1 - Title: 主任")


def test_contacts_of_google_in_their_new_form():
    (draft,) = drafts(
        GOOGLE_NEW,
        "秀英||张|铁路局|1953-01-02|爱唱歌|* myContacts|* Home|a@b.cn|Mobile|13900541731|Home|青年路1号|青年路1号|北京",
    )
    assert (draft.name, draft.numbers, draft.address) == ("张秀英", ("+8613900541731",), "青年路1号")
    assert (draft.email, draft.employer, draft.notes, draft.tags) == ("a@b.cn", "铁路局", ("爱唱歌",), ())


ADDRESS_BOOKS = {
    "QQ": "姓名|昵称|电子邮件地址|移动电话|住宅电话|公司|职务|生日|附注",
    "Outlook": "名|姓|电子邮件地址|移动电话|住宅电话|公司|职务|生日|附注",
    "WPS": "姓名|部门|邮箱|手机号|办公电话|公司名称|职位|生日|备注",
    "Outlook, English": "First Name|Last Name|E-mail Address|Mobile Phone|Home Phone|Company|Job Title|Birthday|Notes",
}


@pytest.mark.parametrize("book", ADDRESS_BOOKS)
def test_an_address_book_is_read(book):
    names = ("秀英", "张") if "Outlook" in book else ("张秀英", "")
    (draft,) = drafts(
        ADDRESS_BOOKS[book], "|".join((*names, "a@b.cn|13900541731|010-65911234|铁路局|主任|1953-01-02|爱唱歌"))
    )
    assert (draft.name, draft.email, draft.employer) == ("张秀英", "a@b.cn", "铁路局")
    assert draft.numbers == ("+8613900541731", "+861065911234")
    assert draft.birthday == "1953-01-02"
    assert "爱唱歌" in draft.notes
