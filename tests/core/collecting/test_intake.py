"""Where each row belongs: added, repeat, shared, unchanged or rejected (core/docs.md, "Repeats")."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.collecting.draft import RowKeys
from crmkit.core.collecting.intake import OUTCOMES, ImportBatch
from crmkit.core.collecting.known import Known
from crmkit.core.phones.phones import crowds
from crmkit.core.wording import shown
from crmkit.records import Customer, Intake, Order, Product, Site, Staff, Touch
from crmkit.records.customer import Noted
from crmkit.sheets.read.defaults import Defaults
from tests.tables import drafts, run, taken

HEADER = "姓名|手机|地址"
ZHANG = "张秀英|13900541731|青年路1号"


def outcomes(*lines, known=None, header=HEADER, **options):
    """The outcomes of a sheet's rows, and the reception."""
    found, reception = taken(*drafts(header, *lines), known=known, **options)
    return [outcome.outcome for outcome in found], reception


def stored(reception, record_type):
    return [record for record in reception.change("").puts if isinstance(record, record_type)]


def the_customer(known, number="+8613900541731"):
    (customer,) = known.holders([number])
    return customer


def test_a_new_number_opens_a_file_and_notes_the_contact():
    found, reception = outcomes(ZHANG)
    (customer,), (touch,) = stored(reception, Customer), stored(reception, Touch)
    assert found == ["added"]
    assert (customer.name, customer.address, touch.customer, touch.outcome) == (
        "张秀英", "青年路1号", customer.id, "added",
    )  # fmt: skip


@pytest.mark.parametrize("again", ["张秀英", "張秀英", " 张 秀英 ", "张阿姨", "张女士"])
def test_the_same_number_and_a_compatible_name_is_the_same_person(again):
    known = Known()
    found, _reception = outcomes(ZHANG, f"{again}|139 0054 1731|", known=known)
    assert found == ["added", "repeat"]
    assert the_customer(known).name == "张秀英"


@pytest.mark.parametrize("other", ["李建国", "张大爷", "张秀兰"])
def test_the_same_number_and_another_name_is_a_shared_number(other):
    known = Known()
    found, reception = outcomes("张秀英(女)|13900541731|", f"{other}|13900541731|", known=known)
    assert found == ["added", "shared"]
    assert [customer.shared for customer in stored(reception, Customer)] == [True, True]


def test_sex_tells_a_courtesy_name_from_another_persons():
    found, _reception = outcomes("张阿姨|13900541731|", "张建国|13900541731|男", header="姓名|手机|性别")
    assert found == ["added", "shared"]


def test_a_repeat_fills_what_is_empty_and_overwrites_nothing():
    known = Known()
    outcomes("张秀英|13900541731|青年路1号||", "张秀英|13900541731;13800541732|柳荫街2号|女|65", known=known,
             header="姓名|手机|地址|性别|年龄")  # fmt: skip
    customer = the_customer(known)
    assert (customer.address, customer.sex, customer.age_about) == ("青年路1号", "female", 65)
    assert [phone.e164 for phone in customer.phones] == ["+8613900541731", "+8613800541732"]
    assert customer.noted == (Noted(about="address", text="柳荫街2号"),)


@pytest.mark.parametrize(
    ("first", "second", "stored_age", "noted"),
    [
        ("", "68", 64, ()),  # 68 in 2026 is 64 in 2022, when the file was opened
        ("64", "68", 64, ()), ("63", "68", 63, ()), ("65", "68", 65, ()),
        ("62", "68", 62, ("68",)), ("66", "68", 66, ("68",)), ("64", "", 64, ()),
    ],
)  # fmt: skip
def test_an_age_that_is_said_years_later_is_that_of_the_day_on_which_the_file_was_opened(
    first, second, stored_age, noted
):  # fmt: skip
    known = Known()
    lines = (f"张秀英|13900541731|{first}|2022-11-03", f"张秀英|13900541731|{second}|2026-11-03")
    outcomes(*lines, known=known, header="姓名|手机|年龄|日期")
    customer = the_customer(known)
    assert (customer.age_about, customer.collected_at.year) == (stored_age, 2022)
    assert [(one.about, one.text) for one in customer.noted] == [("age", age) for age in noted]


@pytest.mark.parametrize(("stated", "updated"), [("", 64), ("65", 65), ("63", 63), ("62", 64), ("66", 64)])
def test_an_age_under_the_same_key_takes_the_place_of_one_that_is_off_by_more_than_a_year(stated, updated):
    known = Known()
    head = "编号|姓名|手机|年龄|日期"
    outcomes(f"X1|张秀英|13900541731|{stated}|2022-11-03", known=known, header=head)
    outcomes("X1|张秀英|13900541731|68|2026-11-03", known=known, header=head)
    assert (the_customer(known).age_about, the_customer(known).noted) == (updated, ())


def test_a_full_name_takes_the_place_of_a_courtesy_form_which_stays_as_a_note():
    known = Known()
    lines = ("张阿姨|13900541731|", "张秀兰|13900541731|", "张桂英|13900541731|")
    assert outcomes(*lines, known=known)[0] == ["added", "repeat", "shared"]
    names = {c.name: shown(c) for c in known.holders(["+8613900541731"])}
    assert names == {"张秀兰": ["name: 张阿姨"], "张桂英": []}


def test_a_row_whose_numbers_are_of_two_people_goes_to_the_one_of_that_name():
    known = Known()
    found, _reception = outcomes(
        ZHANG,
        "李桂兰|13800541732|",
        "李桂兰|13900541731、13800541732|",
        "王志明|13900541731、13800541732|",
        known=known,
    )
    assert found == ["added", "added", "repeat", "shared"]
    assert [c.name for c in known.holders(["+8613900541731"])] == ["张秀英", "李桂兰", "王志明"]


def test_a_switchboard_recognises_nobody():
    at = run(dedupe={"shared_numbers": ("010-65911234",)})
    found, reception = outcomes(
        "张秀英|010-65911234|", "李桂兰|65911234|", known=Known(crowds=crowds(at.settings)), at=at
    )
    assert found == ["added", "added"]
    assert not any(customer.shared for customer in stored(reception, Customer))


REJECTED = {
    "张秀英||": "no phone number",
    "张秀英|不愿留|": "手机 B2: there is no number in it",
    "张秀英|1390054173|": "手机 B2: 1390054173 has 10 digits; a mobile number has 11",
    "张\x1b[31m秀英|13900541731|": "姓名 A2: it holds the control character U+001B",
    "张秀\x00英|13900541731|": "姓名 A2: it holds the control character U+0000",
    f"{'张' * 101}|13900541731|": "the name has 101 characters",
}


@pytest.mark.parametrize(("line", "reason"), REJECTED.items())
def test_a_row_that_cannot_be_taken_is_rejected_with_the_cell(line, reason):
    (outcome,), reception = taken(*drafts(HEADER, line))
    assert (outcome.outcome, outcome.reason, outcome.row) == ("rejected", reason, 2)
    assert reception.change("").puts == ()


def test_rows_without_a_number_are_taken_when_asked_for():
    lines = ("张秀英||青年路1号", "李桂兰||", "|123|柳荫街2号")
    assert outcomes(*lines, allow_no_phone=True)[0] == ["added", "rejected", "rejected"]
    assert outcomes(*lines)[0] == ["rejected"] * 3


SHEET = [
    "张秀英|13900541731|a",
    "李桂兰|13800541732|b",
    "张秀英|13900541731|a",
    "张阿姨|13900541731|c",
    "王志明|1390054|d",
]


def test_the_same_sheet_again_changes_nothing_also_sorted_and_longer():
    known = Known()
    first, _reception = outcomes(*SHEET, known=known)
    assert first == ["added", "added", "repeat", "repeat", "rejected"]
    again, reception = outcomes(*random.Random(1).sample(SHEET, len(SHEET)), known=known)
    assert Counter(again) == {"unchanged": 4, "rejected": 1}
    assert reception.change("").puts == ()
    longer, _reception = outcomes(*SHEET, "张秀英|13900541731|a", known=known)
    assert longer == ["unchanged"] * 4 + ["rejected", "repeat"]


def test_the_same_row_saved_by_another_program_is_the_same_row():
    from datetime import date, datetime

    header = ("姓名", "手机", "日期", "金额", "产品")
    known = Known()
    first = ("张秀英", 13900541731.0, datetime(2026, 11, 3), 1980.0, "护膝")
    for line in (
        first, ("张秀英", "13900541731", "2026/11/3", "1,980.00", "护膝"), ("张秀英", "13900541731",
        date(2026, 11, 3), 1980, "护膝"),
    ):  # fmt: skip
        (outcome,), _reception = taken(*drafts(header, line), known=known)
        assert outcome.outcome == ("added" if line is first else "unchanged")


@pytest.mark.parametrize("changed", [{"source": "shop"}, {"site": "柳荫社区"}, {"collector": "王强"}])
def test_the_same_person_in_another_sheet_is_a_contact_again(changed):
    known = Known()
    for defaults in (Defaults(), Defaults(**changed)):
        (outcome,), _reception = taken(*drafts(HEADER, ZHANG, defaults=defaults), known=known)
    assert outcome.outcome == "repeat"


def test_an_external_id_updates_the_file_and_says_what():
    known, header = Known(), "编号|姓名|手机|地址"
    assert outcomes("A7|张秀英|13900541731|青年路1号", known=known, header=header)[0] == ["added"]
    (outcome,), _reception = taken(*drafts(header, "A7|张秀英|13800541732|柳荫街2号"), known=known)
    assert (outcome.outcome, outcome.reason) == ("repeat", "updated: phones, address")
    customer = the_customer(known)
    assert (customer.address, [p.e164[-4:] for p in customer.phones]) == ("柳荫街2号", ["1731", "1732"])
    assert outcomes("A7|张秀英|13800541732|柳荫街2号", known=known, header=header)[0] == ["unchanged"]


@pytest.mark.parametrize(
    "later", ["张秀英|13800541732||", "张琇英|13900541731||", "张琇英||1953-01-02|", "张琇英|13800541732||青年路1号"]
)
def test_an_external_id_is_the_same_person_where_anything_else_is_the_same(later):
    known, header = Known(), "编号|姓名|手机|生日|地址"
    outcomes("A7|张秀英|13900541731|1953-01-02|青年路1号", known=known, header=header)
    assert outcomes(f"A7|{later}", known=known, header=header, allow_no_phone=True)[0] == ["repeat"]


def test_an_external_id_that_starts_again_at_one_is_another_person():
    known, header = Known(), "编号|姓名|手机"
    outcomes("1|张秀英|13900541731", known=known, header=header)
    found, _reception = outcomes("1|李桂兰|13800541732", known=known, header=header)
    assert found == ["added"]
    assert the_customer(known).name == "张秀英"


def test_an_external_id_of_a_repeat_is_known_again():
    known, header = Known(), "编号|姓名|手机"
    outcomes("A1|张秀英|13900541731", "A2|张秀英|13900541731", known=known, header=header)
    (outcome,), _reception = taken(*drafts(header, "A2|张秀英|13700541733"), known=known)
    assert (outcome.outcome, outcome.id) == ("repeat", the_customer(known).id)


def test_a_merged_file_stands_for_its_survivor():
    known = Known()
    outcomes(ZHANG, "张秀英|13800541732|", known=known)
    (loser,) = known.holders(["+8613800541732"])
    survivor = the_customer(known)
    known.put(Customer(id=loser.id, merged_into=survivor.id))
    (outcome,), _reception = taken(*drafts(HEADER, "张秀英|13800541732|"), known=known)
    assert (outcome.outcome, outcome.id) == ("unchanged", survivor.id)


def test_sites_and_collectors_are_made_once_and_said():
    known = Known()
    known.put(Staff(id="E2611-00000000", code="WQ", name="王强"))
    known.put(Site(id="S2611-00000000", name="滨河广场", former_names=("河滨广场",)))
    header = "姓名|手机|科普点|收集人"
    lines = ["张秀英|13900541731|时间公园|李娜", "李桂兰|13800541732|时间公园|李娜", "王志明|13700541733|河滨广场|王强"]
    _found, reception = outcomes(*lines, header=header, known=known)
    assert reception.change("").notes == ("new site: 时间公园", "new staff member: 李娜")
    assert [(c.site, c.collector) for c in stored(reception, Customer)] == [
        ("时间公园", "李娜"), ("时间公园", "李娜"), ("滨河广场", "WQ"),
    ]  # fmt: skip


def test_a_rejected_row_makes_no_site():
    _found, reception = outcomes("张秀英|123|时间公园", header="姓名|手机|科普点")
    assert reception.change("").puts == reception.change("").notes == ()


REFERRALS = [
    ("李桂兰|13800541732|张秀英|13900541731", True), ("李桂兰|13800541732||139 0054 1731", True),
    ("李桂兰|13800541732|张秀英|", True), ("李桂兰|13800541732|张阿姨|13900541731", True),
    ("李桂兰|13800541732|王志明|13900541731", False), ("李桂兰|13800541732|张秀英|13700541733", False),
    ("李桂兰|13800541732|张阿姨|", False),
]  # fmt: skip


@pytest.mark.parametrize("known_before", [True, False], ids=["known before", "further down"])
@pytest.mark.parametrize(("line", "linked"), REFERRALS)
def test_a_referrer_is_linked_by_number_or_only_name_or_kept_as_a_note(line, linked, known_before):
    known = Known()
    lines = [f"{ZHANG.rpartition('|')[0]}||", line]
    _found, reception = outcomes(
        *(lines if known_before else lines[::-1]), header="姓名|手机|介绍人|介绍人电话", known=known
    )
    reception.change("")
    referred = the_customer(known, "+8613800541732")
    assert (referred.referrer == the_customer(known).id) is linked
    assert ([one.about for one in referred.noted] == ["referrer"]) is not linked


def test_two_customers_of_a_name_are_not_the_referrer():
    known = Known()
    outcomes(ZHANG, "张秀英|13700541733|", known=known)
    outcomes("李桂兰|13800541732|张秀英", header="姓名|手机|介绍人", known=known)
    assert the_customer(known, "+8613800541732").referrer == ""


def test_a_purchase_is_an_order_and_makes_a_buyer():
    known = Known([Product(id="P2611-00000000", code="HX1", name="护膝")])
    _found, reception = outcomes(
        "张秀英|13900541731|2026-11-03|护膝|5|990元", "李桂兰|13800541732||未购||", "王志明|13700541733||||198",
        header="姓名|手机|日期|购买产品|数量|金额", known=known,
    )  # fmt: skip
    (order,) = stored(reception, Order)
    (item,) = order.items
    assert (order.customer, f"{order.ordered_on}", order.total) == (the_customer(known).id, "2026-11-03", 99000)
    assert (item.product, item.quantity, item.amount) == ("HX1", 5, 99000)
    assert [c.stage for c in stored(reception, Customer)] == ["buyer", "", ""]
    assert the_customer(known, "+8613700541733").notes == ("金额: 198",)


def test_the_import_is_recorded_with_its_counts():
    _found, reception = outcomes(*SHEET)
    (intake,) = stored(reception, Intake)
    assert intake.counts == {"rows": 5, "added": 2, "repeat": 2, "shared": 0, "unchanged": 0, "rejected": 1}


LINES = st.lists(
    st.builds(
        "|".join,
        st.tuples(
            st.sampled_from(["张秀英", "张阿姨", "李桂兰", "王大爷", ""]),
            st.sampled_from(["13900541731", "13800541732", "13900541731;13800541732", "010-65911234", "12", ""]),
            st.sampled_from(["", "青年路1号", "柳荫街2号"]),
        ),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(LINES, st.randoms(use_true_random=False))
def test_counts_add_up_and_again_nothing_changes(lines, shuffler):
    known = Known()
    _found, reception = outcomes(*lines, known=known)
    counts = reception.change("").counts
    assert counts["rows"] == sum(counts[name] for name in OUTCOMES)
    held = {c.id for c in stored(reception, Customer)}
    assert {t.customer for t in stored(reception, Touch)} == held
    shuffler.shuffle(lines)
    again, repeated = outcomes(*lines, known=known)
    assert set(again) <= {"unchanged", "rejected"}
    assert not repeated.change("")


def test_a_row_that_was_taken_in_before_is_read_only_so_far_that_it_is_known_again():
    header, line = "编号|姓名|手机|地址", "A7|张秀英|13900541731|青年路1号"
    known = Known()
    taken(*drafts(header, line), known=known)
    again = ImportBatch(run(), known)
    (draft, twice) = drafts(header, line, line, keys=RowKeys(again.has_taken))
    assert (draft.external_id, draft.name, draft.phones) == ("A7", "", ())
    assert again.take(draft).outcome == "unchanged"
    # the second of two equal rows is another one
    assert twice.name == "张秀英"
    assert not again.has_taken(twice.key)


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ("孙强|13512345679转1111|", "孙强|13512345679转2222|", "shared"),
        ("陈明|010-65881234转801|", "陈明|010-65881234转802|", "shared"),
        ("陈明|010-65881234|", "陈明|010-65881234转802|", "shared"),
        ("陈明|010-65881234转802|", "陈明|010-65881234|", "shared"),
        ("陈明|400-812-3123转1|", "刘洋|400-812-3123转2|", "added"),
        ("李红|13512345679转9100|", "孙芳|13512345679转9101|", "added"),
        ("李红|13512345679转9100|", "孙芳|13512345679|", "added"),
        ("李红|13512345679转9100|", "|13512345679转9101|", "added"),
        ("李红|13512345679转9100|", "李女士|13512345679 ext 9100|", "repeat"),
        ("李红|13512345679转9100|", "孙芳|13512345679转9100|", "shared"),
    ],
)
def test_two_extensions_of_one_number_are_two_telephones(first, second, outcome):
    found, reception = outcomes(first, second)
    assert found == ["added", outcome]
    files = stored(reception, Customer)
    assert [file.shared for file in files] == ([True, True] if outcome == "shared" else [False] * len(files))


def test_a_second_extension_of_a_person_on_file_is_kept_beside_the_first():
    known = Known()
    found, _reception = outcomes(
        "孙强|13512345679转1111;13800541733|", "孙强|13800541733;13512345679转2222|", known=known
    )
    assert found == ["added", "repeat"]
    assert [(p.e164, p.ext) for p in the_customer(known, "+8613800541733").phones] == [
        ("+8613512345679", "1111"), ("+8613800541733", ""), ("+8613512345679", "2222"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "outcome", "reason"),
    [
        ("2027-11-03", "rejected", "收集日期 B1: 2027-11-03 is still to come"),
        ("2026-11-21 10:01", "rejected", "收集日期 B1: 2026-11-21 10:01 is still to come"),
        ("2026-11-21T02:01Z", "rejected", "收集日期 B1: 2026-11-21 10:01 is still to come"),
        ("2026-11-21 10:00", "added", ""),
        ("2025-11-21", "added", ""),
        ("2025-11-19", "added", "collected more than a year ago: 2025-11-19"),
        ("1953-11-03", "added", "collected more than a year ago: 1953-11-03"),
    ],
)
def test_a_day_of_collection_to_come_is_refused_and_one_long_past_is_said(day, outcome, reason):
    (found,), reception = taken(*drafts("手机|收集日期", f"13900541731|{day}"))
    assert (found.outcome, found.reason.replace("B2", "B1")) == (outcome, reason)
    assert reception.old == reason.startswith("collected")


def test_what_is_kept_as_a_note_only_is_said_with_its_cell_and_counted():
    found, reception = taken(
        *drafts("手机|生日|性别|年龄", "13900541731|六月十五|x|六十来岁吧", "1062345678|无|女|66", "13900541733|||"),
    )
    assert [one.reason for one in found] == [
        "年龄 D2: 六十来岁吧 is kept as a note; 生日 B2: 六月十五 is kept as a note; 性别 C2: x is kept as a note",
        "手机 A3: 1062345678 is read as 010-62345678: the 0 of its area code was lost",
        "",
    ]
    assert reception.doubtful == 2


@pytest.mark.parametrize(
    ("first", "second"), [("张秀英", ""), ("", "张秀英"), ("张秀英", "不详"), ("张秀英", "无名氏")]
)
def test_a_number_without_a_name_is_not_silently_the_same_person(first, second):
    found, reception = taken(*drafts(HEADER, f"{first}|13900541731|", f"{second}|13900541731|青年路1号"))
    assert [one.outcome for one in found] == ["added", "shared"]
    assert found[1].reason == f"the number is also that of {found[0].id}"
    assert [customer.shared for customer in stored(reception, Customer)] == [True, True]


def test_two_rows_of_a_number_without_any_name_are_one_file():
    assert outcomes("|13900541731|", "不详|13900541731|青年路1号")[0] == ["added", "repeat"]


@pytest.mark.parametrize("relative", ["张秀英妈妈", "张秀英的女儿", "张秀英老公"])
def test_a_relative_on_the_same_number_is_a_file_of_their_own(relative):
    assert outcomes(ZHANG, f"{relative}|13900541731|")[0] == ["added", "shared"]
