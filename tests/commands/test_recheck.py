"""crmkit recheck, on Monday 2026-11-23 at 10:00: Qin, Li and Liu gave their numbers at 9:12, Sun wants no contact."""

import pytest

from crmkit.records import Site
from tests.core import desk

QIN, LI, LIU, SUN = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))


@pytest.fixture
def shop(shop):
    shop.put(desk.a_customer(1), desk.a_customer(2, name="李建国"), desk.a_customer(3, name="刘国庆", suspect=True))
    return shop


def listed(shop, *options):
    return [one["id"] for one in shop.json("recheck", "list", *options)]


def test_who_is_due_for_the_second_asking_is_listed_with_the_number_to_compare(shop):
    first = shop.json("recheck", "list")[0]
    assert (first["id"], first["name"], first["phone"]) == (QIN, "秦玉兰", "+8613900000001")
    assert first["due_at"] == "2026-11-23T09:42:00+08:00"
    assert listed(shop) == [QIN, LI, LIU]
    assert shop.ok("recheck", "list", "-f", "ids").lines == [QIN, LI, LIU]


def test_nobody_is_due_before_half_an_hour_has_passed(shop):
    assert listed(shop, "--now", "2026-11-23T09:41:00+08:00") == []


def test_the_list_can_be_narrowed_to_a_site_a_collector_or_recent_days(shop):
    shop.put(desk.a_customer(5, site="时间公园", collector="WQ", collected_at=desk.at("2026-11-20 09:00")))
    five = "C2611-00000005"
    assert listed(shop, "--site", "时间公园") == [five]
    assert listed(shop, "--collector", "WQ") == [five]
    assert listed(shop) == [five, QIN, LI, LIU]
    assert five not in listed(shop, "--since", "today")


def test_the_same_answer_confirms_the_number(shop):
    assert shop.json("recheck", "answer", QIN, "139 0000 0001")["counts"] == {"match": 1}
    assert shop.json("lead", "show", QIN)["phones"][0]["state"] == "confirmed"
    assert QIN not in listed(shop)


def test_another_answer_takes_the_file_out_of_the_calling_lists_until_a_number_is_confirmed(shop):
    shop.ok("callback", "plan")
    ran = shop.ok("recheck", "answer", "13900000001", "13900000009")
    assert "is suspect" in ran.err
    assert shop.json("lead", "show", QIN)["suspect"]
    assert QIN not in [one["customer"] for one in shop.json("callback", "list")]
    shop.ok("recheck", "answer", QIN, "13900000001")
    assert not shop.json("lead", "show", QIN)["suspect"]
    assert QIN in [one["customer"] for one in shop.json("callback", "list")]


def test_a_call_that_is_answered_clears_a_suspect_file(shop):
    shop.ok("recheck", "answer", QIN, "13900000009")
    shop.ok("call", "log", QIN, "--outcome", "reached", "--phone", "13900000001")
    assert not shop.json("lead", "show", QIN)["suspect"]


@pytest.mark.parametrize("result", ["refused", "gone"])
def test_who_did_not_answer_is_not_asked_again(shop, result):
    assert shop.json("recheck", "set", QIN, result)["counts"] == {result: 1}
    assert listed(shop) == [LI, LIU]
    assert not shop.json("lead", "show", QIN)["suspect"]


def test_what_cannot_be_is_refused_and_changes_nothing(shop):
    assert "match is not known" in shop.fails(1, "recheck", "set", QIN, "match").err
    assert "not an answer" in shop.fails(1, "recheck", "answer", QIN, "不知道").err
    assert "no customer" in shop.fails(1, "recheck", "answer", "13900009999", "13900000001").err
    assert listed(shop) == [QIN, LI, LIU]


def test_a_dry_run_shows_the_changes_and_writes_nothing(shop):
    changes = shop.json("recheck", "answer", QIN, "13900000009", "-n")["changes"]
    assert changes[QIN]["suspect"] == [False, True]
    assert listed(shop) == [QIN, LI, LIU]


def test_the_share_of_false_files_is_shown_by_site_method_and_collector(shop):
    park = {"site": "时间公园", "collector": "WQ"}
    shop.put(Site(id="S2611-00000001", name="时间公园", method="stand"))
    shop.put(*(desk.a_customer(n, **park) for n in (5, 6, 7, 8)))
    shop.ok("recheck", "answer", "C2611-00000005", "13900000005")
    shop.ok("recheck", "answer", "C2611-00000006", "13900000009")
    shop.ok("recheck", "set", "C2611-00000007", "gone")
    shop.ok("call", "log", "C2611-00000008", "--outcome", "wrong-number")
    expected = {"files": 4, "asked": 3, "match": 1, "mismatch": 1, "refused": 0, "gone": 1, "tested": 3, "false": 2}
    for group, name in (("site", "时间公园"), ("method", "stand"), ("collector", "WQ")):
        rows = {row[group]: row for row in shop.json("recheck", "stats", "--by", group)}
        assert rows[name] == {group: name, **expected, "false_share": 0.6667}
        assert rows[""]["false_share"] is None


def test_statistics_by_anything_else_are_refused(shop):
    assert "site" in shop.fails(1, "recheck", "stats", "--by", "weather").err


def test_numbers_that_look_made_up_are_asked_first(shop):
    plain = shop.ok("lead", "add", "--name", "李红", "--phone", "13900541771", "--collected-at", "2026-11-20 08:00")
    shop.ok("lead", "add", "--name", "孙芳", "--phone", "13912345678", "--collected-at", "2026-11-20 09:00")
    assert plain.code == 0
    asked = [(row["name"], row["made_up"]) for row in shop.json("recheck", "list") if row["name"] in ("李红", "孙芳")]
    assert asked == [("孙芳", True), ("李红", False)]
