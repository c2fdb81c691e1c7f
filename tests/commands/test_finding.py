"""Whom a command means by CUSTOMER: found as one thinks of them; several are listed, or chosen from on a terminal."""

import pytest

from crmkit.commands.kit.common import Session

PEOPLE = (  # name, number, sex, address
    ("王建国", "13900541731", "男", "青年路9号"),
    ("王建国", "13800138011", "男", "和平里1号"),
    ("王桂金", "13700541222", "女", ""),
    ("王建国强", "13600541733", "男", ""),
    ("欧阳娜娜", "13600541744", "女", ""),
    ("曾秀英", "010-65881234", "女", ""),
    ("Mary Ann Lee", "13600541766", "女", ""),
    ("李建国", "13600541777", "男", ""),
)


@pytest.fixture
def known(crm):
    """An archive with these people: the shell, and their ids by number."""
    ids = {}
    for name, phone, sex, address in PEOPLE:
        typed = ("--name", name, "--phone", phone, "--sex", sex, "--source", "shop")
        ids[phone] = crm.ok("lead", "add", *typed, *(("--address", address) if address else ())).out.strip()
    return crm, ids


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("1731", "13900541731"), ("541731", "13900541731"), ("1222", "13700541222"), ("1234", "010-65881234"),
        ("5881234", "010-65881234"), ("oynn", "13600541744"), ("欧阳", "13600541744"), ("ouyang", "13600541744"),
        ("娜娜", "13600541744"), ("zengxy", "010-65881234"), ("曾阿姨", "010-65881234"), ("秀英", "010-65881234"),
        ("lee", "13600541766"), ("mary", "13600541766"), ("Mrs Lee", "13600541766"), ("李先生", "13600541777"),
        ("李", "13600541777"), ("王女士", "13700541222"), ("wgj", "13700541222"), ("wangguijin", "13700541222"),
        ("王建国强", "13600541733"), ("wjgq", "13600541733"),
    ],
)  # fmt: skip
def test_one_person_is_found_and_said(known, typed, phone):
    crm, ids = known
    ran = crm.ok("lead", "show", typed, "-f", "ids")
    assert ran.out.split() == [ids[phone]]
    assert ran.err.startswith(ids[phone])
    assert crm.ok("-q", "lead", "show", typed, "-f", "ids").err == ""


@pytest.mark.parametrize("typed", ["王", "wang", "wan", "w", "Wáng"])
def test_a_surname_alone_picks_nobody_out_of_those_who_begin_so(known, typed):
    crm, _ids = known  # 王桂金 begins with wan, g; 吴昂 is w, ang; 王 alone is of a courtesy form
    for name, phone in (("王", "13500541701"), ("吴昂", "13500541702")):
        crm.ok("lead", "add", "--name", name, "--phone", phone, "--source", "shop")
    many = 5 if typed == "王" else 6
    assert f"{typed} fits {many} customers" in crm.fails(3, "customer", "show", typed).err
    assert f"{typed} fits {many} customers" in crm.fails(3, "lead", "screen", typed, "--outcome", "valid", "-n").err


def test_ids_and_whole_numbers_are_silent(known):
    crm, ids = known
    for typed in (ids["13900541731"], ids["13900541731"].lower(), "139 0054 1731", "+86 13900541731", "65881234"):
        assert crm.ok("lead", "show", typed, "-f", "ids").err == ""


def test_several_are_listed_by_what_tells_them_apart(known):
    crm, ids = known
    ran = crm.fails(3, "lead", "show", "王建国")
    first, second = ids["13800138011"], ids["13900541731"]
    assert ran.err.splitlines() == [
        "error: 王建国 fits 2 customers",
        f"  {first}  王建国  138****8011  和平里1号  shop  2026-11-21",
        f"  {second}  王建国  139****1731  青年路9号  shop  2026-11-21",
        "hint: give the id, or more of the name or the number",
    ]
    problem = crm.fails(3, "lead", "show", "王建国", "-f", "json")
    assert '"choices": [{"id": "' + first + '", "name": "王建国", "phone": "138****8011"' in problem.err
    assert "来源" not in crm.fails(3, "--lang", "zh", "lead", "show", "建国").err


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wjg", ["13900541731", "13800138011"]), ("王建", ["13900541731", "13800138011", "13600541733"]),
        ("王先生", ["13900541731", "13800138011", "13600541733"]),
        ("建国", ["13900541731", "13800138011", "13600541777"]),
    ],
)  # fmt: skip
def test_the_closest_names_are_listed_the_newest_first(known, typed, found):
    crm, ids = known
    lines = [line for line in crm.fails(3, "lead", "show", typed).err.splitlines() if line.startswith("  ")]
    assert sorted(line.split()[0] for line in lines) == sorted(ids[phone] for phone in found)


@pytest.mark.parametrize("typed", ["9999", "wxyz", "赵", "173", "Leeds", "BJLN-26110042-8", "C2601-00000000"])
def test_nobody_is_found_by_what_fits_nobody(known, typed):
    crm, _ids = known
    assert f"no customer has the id, number or name {typed}" in crm.fails(1, "lead", "show", typed).err


def test_a_choice_is_offered_on_a_terminal(known, monkeypatch):
    crm, ids = known
    monkeypatch.setattr(Session, "interactive", True)
    ran = crm.ok("customer", "dnc", "王建国", "--channel", "sms", stdin="2\n")
    assert "1  " + ids["13800138011"] in ran.err
    assert "sms" in str(crm.json("lead", "show", ids["13900541731"])["do_not_contact"])
    assert crm.json("lead", "show", ids["13800138011"])["do_not_contact"] == []
    for answer in ("", "3", "x"):
        assert crm.fails(3, "customer", "dnc", "王建国", "--channel", "all", stdin=f"{answer}\n").out == ""


def test_a_merged_file_answers_with_the_one_it_was_merged_into(known):
    crm, ids = known
    kept, gone = ids["13600541777"], ids["13700541222"]
    crm.ok("dedupe", "merge", kept, gone, "--keep", kept, "--yes")
    for typed in ("王桂金", "wgj", "1222", gone):
        assert crm.ok("lead", "show", typed, "-f", "ids").out.split() == [kept]


def test_the_number_of_a_card_an_order_and_a_unit_lead_to_whom_they_belong(known):
    crm, ids = known
    crm.ok("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    sold = ("--product", "HX1", "--serial", "SN-0002", "--bought-on", "2026-11-18", "--bought-at", "专卖店")
    card = crm.json("card", "issue", "--customer", "1777", *sold)["ids"][0]
    number = crm.json("card", "show", card)["number"]
    order = crm.ok("order", "add", "--customer", "oynn", "--item", "HX1:1", "--terms", "full", "-f", "ids").out.strip()
    for typed in (number, number.replace("-", "").lower(), card, "sn-0002"):
        assert crm.ok("lead", "show", typed, "-f", "ids").out.split() == [ids["13600541777"]]
    assert crm.ok("lead", "show", order[:9], "-f", "ids").out.split() == [ids["13600541744"]]


def test_the_number_of_an_invitation_leads_to_the_guest(known):
    crm, ids = known
    crm.ok("event", "add", "--code", "E1205", "--name", "科普会", "--kind", "lecture", "--starts", "2026-12-05 15:00")
    crm.ok("event", "invite", "E1205", "欧阳")
    number = crm.json("event", "guests", "E1205")[0]["number"]
    assert crm.ok("lead", "show", number, "-f", "ids").out.split() == [ids["13600541744"]]


def test_very_many_are_counted_not_listed(crm):
    rows = "\n".join(f"李{chr(0x4E00 + n)},139005{n:05d}" for n in range(70))
    crm.ok("lead", "import", "-", "--source", "shop", stdin=f"姓名,电话\n{rows}\n")
    ran = crm.fails(3, "lead", "show", "李")
    assert ran.err.splitlines()[0] == "error: 李 fits more than 50 customers"
    assert len(ran.err.splitlines()) == 2 + 9
