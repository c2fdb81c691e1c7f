"""`crmkit site`, `crmkit staff`, `crmkit product`."""

import pytest

CASES = [
    ("site", ["--name", "时间公园", "--kind", "park", "--method", "solo"], "时间公园", "method=lecture"),
    ("staff", ["--code", "LN", "--name", "李娜", "--role", "screener"], "李娜", "district=朝阳"),
    ("fault", ["--code", "no-power", "--question", "电池装反了吗", "--step", "把电池取出"], "no-power", "minutes=20"),
    ("product", ["--code", "HX1", "--name", "护膝", "--price", "198", "--tier", "5=180"], "HX1", "warranty_months=12"),
]


@pytest.mark.parametrize(("noun", "flags", "name", "change"), CASES)
def test_add_list_show_edit(crm, noun, flags, name, change):
    added = crm.json(noun, "add", *flags)
    (listed,) = crm.json(noun, "list")
    assert [listed["id"]] == added["ids"]
    assert listed.items() <= crm.json(noun, "show", name).items()
    assert listed.items() <= crm.json(noun, "show", listed["id"][:8]).items()
    field, _equals, value = change.partition("=")
    preview = crm.json(noun, "edit", name, "--set", change, "-n")
    assert str(preview["changes"][listed["id"]][field][1]) == value
    assert listed.items() <= crm.json(noun, "show", name).items()
    crm.ok(noun, "edit", name, "--set", change)
    assert str(crm.json(noun, "show", name)[field]) == value
    crm.ok(noun, "edit", name, "--unset", field)
    assert not crm.json(noun, "show", name)[field]


@pytest.mark.parametrize(("noun", "flags", "name", "change"), CASES)
def test_the_same_code_twice_is_refused(crm, noun, flags, name, change):
    crm.ok(noun, "add", *flags)
    assert "is taken" in crm.fails(1, noun, "add", *flags).err
    assert len(crm.json(noun, "list")) == 1


def test_money_is_yuan_on_the_command_line_and_fen_in_records(crm):
    crm.ok("product", "add", "--code", "HX1", "--price", "198.50", "--tier", "5=180", "--tier", "1=198.5")
    product = crm.json("product", "show", "HX1")
    assert product["price"] == 19850
    assert product["tiers"] == [{"quantity": 1, "price": 19850}, {"quantity": 5, "price": 18000}]


@pytest.mark.parametrize("flags", [["--price", "a lot"], ["--price", "1.999"], ["--tier", "5"]])
def test_what_is_not_an_amount_is_refused(crm, flags):
    assert crm.fails(1, "product", "add", "--code", "HX1", *flags).err.startswith("error: ")
    assert crm.json("product", "list") == []


def test_unknown_fields_and_values_are_refused_with_the_choices(crm):
    crm.ok("site", "add", "--name", "时间公园")
    assert "hint: one of: name, kind" in crm.fails(1, "site", "edit", "时间公园", "--set", "colour=red").err
    assert "hint: one of: community" in crm.fails(1, "site", "edit", "时间公园", "--set", "kind=red").err
    assert "cannot be empty" in crm.fails(1, "site", "edit", "时间公园", "--set", "name=").err
    assert "control character" in crm.fails(1, "site", "add", "--name", "a\x1b[31mb").err


def test_a_renamed_site_answers_to_its_former_name(crm):
    crm.ok("site", "add", "--name", "时间公园")
    crm.ok("site", "edit", "时间公园", "--set", "name=朝阳公园")
    assert crm.json("site", "show", "时间公园")["name"] == "朝阳公园"


def test_a_code_is_never_changed_under_the_records_that_name_it(crm):
    crm.ok("staff", "add", "--code", "LN")
    assert "cannot be changed" in crm.fails(1, "staff", "edit", "LN", "--set", "code=WQ").err


def test_an_edit_that_changes_nothing_is_no_run(crm):
    crm.ok("site", "add", "--name", "时间公园")
    before = crm.json("status")["commit"]
    assert crm.json("site", "edit", "时间公园", "--set", "name=时间公园")["run"] == ""
    assert crm.json("status")["commit"] == before


def test_a_role_is_taken_in_chinese_and_an_unknown_one_refused(crm):
    crm.ok("staff", "add", "--code", "SX", "--name", "孙晓", "--role", "筛选", "--role", "service")
    assert [one["roles"] for one in crm.json("staff", "list") if one["code"] == "SX"] == [["screener", "service"]]
    refused = crm.fails(1, "staff", "add", "--code", "SY", "--role", "screner")
    assert "--role: screner is not known" in refused.err
    assert "screener, service, technician" in refused.err
    assert "roles: 筛 is not known" in crm.fails(1, "staff", "edit", "SX", "--set", "roles=筛").err
    crm.ok("staff", "edit", "SX", "--set", "roles=维修")
    assert crm.json("staff", "show", "SX")["roles"] == ["technician"]


def test_what_is_edited_of_a_product_leaves_its_prices(crm):
    crm.ok("product", "add", "--code", "HX1", "--price", "198", "--tier", "5=180")
    crm.ok("product", "edit", "HX1", "--set", "warranty_months=24")
    product = crm.json("product", "show", "HX1")
    assert (product["price"], product["warranty_months"]) == (19800, 24)
    assert product["tiers"] == [{"quantity": 5, "price": 18000}]


def test_a_fault_is_of_its_products_and_guides_whoever_answers_the_telephone(crm):
    for code in ("ZJ1", "ZJ2"):
        crm.ok("product", "add", "--code", code, "--name", f"炉{code}")
    crm.ok(
        "fault", "add", "--code", "no-power", "--name", "打不着火", "--product", "炉ZJ1", "--product", "ZJ2",
        "--question", "电池装反了吗", "--question", "阀门开了吗", "--likely", "电池没电", "--step", "换电池",
        "--step", "再点火", "--minutes", "20",
    )  # fmt: skip
    crm.ok("fault", "add", "--code", "noise", "--product", "ZJ2")
    crm.ok("fault", "add", "--code", "other")
    shown = crm.json("fault", "show", "打不着火")
    assert (shown["products"], shown["minutes"], shown["likely"]) == (["ZJ1", "ZJ2"], 20, "电池没电")
    assert (shown["questions"], shown["steps"]) == (["电池装反了吗", "阀门开了吗"], ["换电池", "再点火"])
    assert [one["code"] for one in crm.json("fault", "list", "--product", "ZJ1")] == ["no-power", "other"]
    crm.ok("fault", "edit", "no-power", "--set", "steps=换电池|等一分钟|再点火", "--unset", "questions")
    shown = crm.json("fault", "show", "no-power")
    assert (shown["steps"], shown["questions"]) == (["换电池", "等一分钟", "再点火"], [])
    assert "there is no product HX9" in crm.fails(1, "fault", "add", "--code", "x", "--product", "HX9").err
    assert "there is no fault x" in crm.fails(1, "fault", "show", "x").err


def test_many_faults_are_read_from_json_lines(crm):
    lines = '{"code": "leak", "minutes": 30}\n{"name": "no code"}\n{"code": "cold", "question": ["a", "b"]}\n'
    ran = crm.fails(5, "fault", "add", "-", "-f", "json", stdin=lines)
    assert "line 2: the code is missing" in ran.err
    assert [(one["code"], one["questions"]) for one in crm.json("fault", "list")] == [
        ("cold", ["a", "b"]),
        ("leak", []),
    ]


def test_prices_of_before_are_kept_with_their_days(crm):
    crm.ok("product", "add", "--code", "TRIP", "--kind", "fee", "--price", "25", CRMKIT_NOW="2026-01-05 10:00")
    crm.ok("product", "edit", "TRIP", "--set", "price=30", CRMKIT_NOW="2026-06-01 10:00")
    shown = crm.json("product", "show", "TRIP")
    assert (shown["kind"], shown["price"]) == ("fee", 3000)
    assert shown["prices"] == [{"since": None, "price": 2500}, {"since": "2026-06-01", "price": 3000}]
    crm.ok("product", "edit", "TRIP", "--set", "prices=25,2026-06-01=30,2027-01-01=35")
    assert [one["price"] for one in crm.json("product", "show", "TRIP")["prices"]] == [2500, 3000, 3500]
    assert "one of: goods, part, labour, fee" in crm.fails(1, "product", "add", "--code", "X", "--kind", "toy").err


@pytest.mark.parametrize(
    ("noun", "sheet", "known"),
    [
        ("staff", 'code,name,roles\nWQ,王强,"screener,service"\nZM,,pilot\n', "WQ"),
        ("site", "name,kind,form\n时间公园,park,go-out\n某处,moon,\n", "时间公园"),
        ("product", 'code,name,price,tiers\nHX1,护膝,198,"1=198,5=180"\nHX2,x,much,\n', "HX1"),
    ],
)
def test_reference_data_come_as_a_sheet_and_are_edited_by_lines(crm, home, noun, sheet, known):
    (home / "sheet.csv").write_text(sheet, "utf-8")
    ran = crm.fails(5, noun, "add", "sheet.csv", "-f", "json")
    assert ran.json["counts"].items() >= {"rows": 2, "added": 1, "rejected": 1}.items()
    assert "line 3: " in ran.err
    lines = "\n".join((known, known, "nobody"))
    field = "model=X" if noun == "product" else "phone=13900000001"
    edited = crm.fails(5, noun, "edit", "-", "--set", field, "-f", "json", stdin=lines)
    assert edited.json["counts"] == {"rows": 3, "updated": 1, "unchanged": 1, "rejected": 1}
    assert crm.json(noun, "show", known)[field.partition("=")[0]] == field.partition("=")[2]


def test_who_is_sent_has_places_and_a_day_of_so_many_units(crm):
    crm.ok(
        "staff", "add", "--code", "DL1", "--role", "dealer", "--district", "朝阳区", "--district", "海淀区",
        "--city", "北京市", "--address", "青年路1号", "--units-per-day", "8",
    )  # fmt: skip
    shown = crm.json("staff", "show", "DL1")
    assert (shown["district"], shown["districts"], shown["city"]) == ("朝阳区", ["海淀区"], "北京市")
    assert (shown["address"], shown["units_per_day"]) == ("青年路1号", 8)
