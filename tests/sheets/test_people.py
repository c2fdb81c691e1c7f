"""Two people in one row: nobody else's number gets into the customer's file, and what cannot be known is refused."""

import random

import pytest

from crmkit.errors import InvalidError
from tests.tables import drafts

WHO, NUMBER = "张秀英", "+8613900541731"
THEIRS = "13600136000"


def only(*lines, **options):
    """The one draft of a sheet, which has the customer's own number and no other."""
    (draft,) = drafts(*lines, **options)
    assert (draft.name, draft.numbers) == (WHO, (NUMBER,))
    return draft


@pytest.mark.parametrize(
    "group",
    [
        "负责人", "紧急联系人", "子女", "业务员", "家属", "采集人", "配偶", "第二联系人", "紧急联系方式", "子女信息",
        "儿子", "老伴", "Emergency contact", "Next of kin", "Son's details", "Sales person",
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["联系人", "顾客信息", ""])
def test_what_stands_under_another_persons_group_is_a_note_with_the_group(first, group):
    head = f"{first}||{group}|", "姓名|手机号|姓名|手机号"
    draft = only(*head, f"{WHO}|13900541731|刘主管|{THEIRS}")
    assert draft.notes == (f"{group} 姓名: 刘主管", f"{group} 手机号: {THEIRS}")


@pytest.mark.parametrize("group", ["负责人", "紧急联系人", "子女", "邻居", "介绍信人"])
def test_a_number_alone_under_another_persons_group_is_a_note(group):
    draft = only(f"顾客|||{group}", "姓名|年龄|手机|电话", f"{WHO}|65|13900541731|{THEIRS}")
    assert draft.notes == (f"{group} 电话: {THEIRS}",)


def test_the_group_of_another_person_may_stand_first():
    draft = only("业务员||顾客|", "姓名|电话|姓名|电话", f"刘主管|{THEIRS}|{WHO}|13900541731")
    assert draft.notes == ("业务员 姓名: 刘主管", f"业务员 电话: {THEIRS}")


def test_groups_about_the_customer_divide_nothing():
    (draft,) = drafts("基本信息||联系方式|", "姓名|年龄|手机|座机", f"{WHO}|65|13900541731|010-65911234")
    assert draft.numbers == (NUMBER, "+861065911234")
    assert (draft.age, draft.notes) == (65, ())


def test_a_title_over_the_whole_table_is_no_group():
    draft = only("登记表||", "姓名|手机号|备注", f"{WHO}|13900541731|好")
    assert draft.notes == ("好",)


@pytest.mark.parametrize(
    ("titles", "notes"),
    [
        ("姓名|电话|联系人|联系人电话", ("联系人: 刘主管", f"联系人电话: {THEIRS}")),
        ("姓名|电话|联系人|电话", ("联系人: 刘主管", f"联系人 电话: {THEIRS}")),
        ("顾客姓名|顾客电话|收货人|收货人电话", ("收货人: 刘主管", f"收货人电话: {THEIRS}")),
        ("Name|Phone|Contact person|Contact person phone",
         ("Contact person: 刘主管", f"Contact person phone: {THEIRS}")),
        ("姓名|电话|朋友|朋友手机", ("朋友: 刘主管", f"朋友手机: {THEIRS}")),
        ("姓名|手机|紧急联系人|紧急联系人电话", ("紧急联系人: 刘主管", f"紧急联系人电话: {THEIRS}")),
        ("姓名|手机|子女姓名|子女电话", ("子女姓名: 刘主管", f"子女电话: {THEIRS}")),
        ("姓名|手机|子女|电话", ("子女: 刘主管", f"子女 电话: {THEIRS}")),
    ],
)  # fmt: skip
def test_somebody_beside_the_customer_is_kept_as_notes(titles, notes):
    assert only(titles, f"{WHO}|13900541731|刘主管|{THEIRS}").notes == notes


def test_a_salespersons_number_behind_the_salesperson_is_theirs():
    draft = only("姓名|手机|业务员|电话", f"{WHO}|13900541731|刘主管|{THEIRS}")
    assert (draft.collector, draft.notes) == ("刘主管", (f"业务员 电话: {THEIRS}",))


def test_a_number_behind_the_referrer_is_the_referrers():
    draft = only("姓名|手机|介绍人|电话", f"{WHO}|13900541731|李桂兰|{THEIRS}")
    assert (draft.referrer_name, draft.referrer_phones, draft.notes) == ("李桂兰", (f"+86{THEIRS}",), ())


@pytest.mark.parametrize(
    "titles", ["姓名|联系人电话", "联系人|联系人电话", "顾客|联系电话", "姓名|业务员|电话", "公司|联系人|电话"]
)
def test_the_only_number_is_the_customers(titles):
    cells = [WHO if "人" in title or title in ("姓名", "顾客") else "x" for title in titles.split("|")]
    cells = ["李娜" if title == "业务员" else cell for title, cell in zip(titles.split("|"), cells, strict=True)]
    cells = ["13900541731" if "电话" in title else cell for title, cell in zip(titles.split("|"), cells, strict=True)]
    only(titles, "|".join(cells))


def test_a_form_of_address_beside_the_name_is_the_same_person():
    (draft,) = drafts("姓名|称呼|手机|备用电话", f"{WHO}|张阿姨|13900541731|010-65911234")
    assert draft.numbers == (NUMBER, "+861065911234")
    assert draft.notes == ("称呼: 张阿姨",)


PAIRS = (f"{WHO}|13900541731", "李建国|13800541732")


@pytest.mark.parametrize(
    "titles",
    ["姓名|电话||姓名|电话", "姓名1|电话1||姓名2|电话2", "Name|Phone||Name|Phone", "姓名|电话|住址|姓名|电话|住址"],
)
def test_two_tables_side_by_side_are_two_people_a_row(titles):
    read = drafts(titles, "||".join(PAIRS), "王桂兰|13700541777||赵玉珍|13600541700", "钱建军|13500541708||")
    assert [(draft.name, draft.numbers) for draft in read] == [
        (WHO, (NUMBER,)), ("李建国", ("+8613800541732",)), ("王桂兰", ("+8613700541777",)),
        ("赵玉珍", ("+8613600541700",)), ("钱建军", ("+8613500541708",)),
    ]  # fmt: skip


def test_three_tables_with_serial_numbers_are_three_people_a_row():
    head = "|".join(["序号|姓名|电话"] * 3)
    read = drafts(head, f"1|{WHO}|13900541731|2|李建国|13800541732|3|王桂兰|13700541777", "合计||||||||3")
    assert [draft.name for draft in read] == [WHO, "李建国", "王桂兰"]
    assert all(len(draft.numbers) == 1 for draft in read)


@pytest.mark.parametrize(
    "lines",
    [
        ("姓名|电话|地址|姓名|电话", f"{WHO}|13900541731|x|刘主管|{THEIRS}"),
        ("姓名|联系人|电话", f"公司|{WHO}|13900541731"),
        ("父亲||母亲|", "姓名|电话|姓名|电话", f"{WHO}|13900541731|刘主管|{THEIRS}"),
        ("甲方||乙方|", "姓名|电话|姓名|电话", f"{WHO}|13900541731|刘主管|{THEIRS}"),
    ],
)
def test_what_cannot_be_known_is_refused_and_the_hint_helps(lines):
    with pytest.raises(InvalidError, match="several columns are names") as refused:
        drafts(*lines)
    assert "--map name=A --map phone=B" in refused.value.hint
    columns = {"name": lines[-1].split("|").index(WHO), "phone": lines[-1].split("|").index("13900541731")}
    draft = only(*lines, mapping=[f"{name}={'ABCDE'[index]}" for name, index in columns.items()])
    assert f"+86{THEIRS}" not in draft.numbers
    if THEIRS in lines[-1]:
        assert any(note.endswith(f"电话: {THEIRS}") for note in draft.notes)


def test_of_two_tables_side_by_side_one_can_be_chosen_by_hand():
    (draft,) = drafts("姓名|电话||姓名|电话", "||".join(PAIRS), mapping=["name=A", "phone=B"])
    assert (draft.name, draft.numbers) == (WHO, (NUMBER,))
    assert draft.notes == ("姓名: 李建国", "姓名 电话: 13800541732")


def test_a_group_row_printed_again_on_the_next_page_is_no_row():
    head = "联系人||负责人|", "姓名|手机号|姓名|手机号"
    read = drafts(*head, f"{WHO}|13900541731|刘主管|{THEIRS}", *head, f"王桂兰|13700541777|刘主管|{THEIRS}")
    assert [(draft.name, draft.numbers) for draft in read] == [(WHO, (NUMBER,)), ("王桂兰", ("+8613700541777",))]


OWN_TITLES = ["性别", "年龄", "地址", "备注", "口味", "座机", "序号", "来源", "日期", "微信", "单位"]
OTHERS = ["负责人", "紧急联系人", "子女", "业务员", "家属", "配偶", "Emergency contact", "采集人"]


@pytest.mark.parametrize("seed", range(3))
def test_in_no_order_of_groups_and_columns_does_anybody_elses_number_get_into_the_file(seed):
    chance = random.Random(seed)
    for _turn in range(150):
        own = [("顾客", "姓名", WHO), ("", "手机", "13900541731")]
        own += [("", title, "") for title in chance.sample(OWN_TITLES, chance.randrange(5))]
        other = [(chance.choice(OTHERS), "姓名", "刘主管"), ("", chance.choice(["手机", "电话", "联系方式"]), THEIRS)]
        groups = [own, other] if chance.random() < 0.5 else [other, own]
        columns = [column for group in groups for column in group]
        lines = ["|".join(column[row] for column in columns) for row in range(3)]
        assert only(*lines).notes[-1].endswith(THEIRS), lines


@pytest.mark.parametrize("seed", range(3))
def test_any_headings_are_read_or_refused(seed):
    chance = random.Random(seed)
    titles = [
        *OWN_TITLES,
        *OTHERS,
        "",
        "姓名",
        "电话",
        "联系人",
        "联系人电话",
        "介绍人",
        "病史",
        "Bought?",
        "产品",
        "姓名2",
        "电话2",
    ]
    cells = [WHO, "13900541731", "", "√", "N", "2", "例：张三", "合计", "2026-11-03"]
    refused = 0
    for _turn in range(200):
        width = chance.randint(1, 8)
        lines = [tuple(chance.choice(["", "", "顾客", *OTHERS]) for _n in range(width))]
        lines += [tuple(chance.choice(titles) for _n in range(width)) for _n in range(chance.randint(1, 2))]
        lines += [tuple(chance.choice(cells) for _n in range(width + chance.choice([0, 0, 1]))) for _n in range(2)]
        try:
            drafts(*lines)
        except InvalidError as error:
            refused += 1
            assert error.message and error.hint
    assert 0 < refused < 100
