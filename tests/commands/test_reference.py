"""`crmkit site`, `crmkit staff`, `crmkit product`."""

import pytest

CASES = [
    ("site", ["--name", "时间公园", "--kind", "park", "--method", "solo"], "时间公园", "method=lecture"),
    ("staff", ["--code", "LN", "--name", "李娜", "--role", "screener"], "李娜", "district=朝阳"),
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
    assert "roles: screner is not known" in refused.err
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
