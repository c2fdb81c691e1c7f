"""A person in place of the id of a record: the one of theirs that is open, at a desk on Monday 2026-11-23 at 10:00."""

import json

import pytest

from crmkit.records import Product

QIN, LI = "C2611-00000001", "C2611-00000002"
PHONE = "13900000002"  # 李建国
EVENING = {"CRMKIT_NOW": "2026-11-23T20:00:00+08:00"}


@pytest.fixture
def till(shop):
    shop.put(Product(id="P2611-00000001", code="HX1", name="护膝", price=19800))
    return shop


def placed(till, *flags):
    return till.json("order", "add", PHONE, "--item", "HX1:1", *flags)["ids"][0]


def agreed(shop, at):
    return shop.json("visit", "add", PHONE, "--purpose", "courtesy", "--at", at)["ids"][0]


@pytest.mark.parametrize("person", [LI, PHONE, "李建国", "139 0000 0002"])
def test_a_call_is_written_down_by_the_person_as_one_thinks_of_them(busy, person):
    (planned,) = (one["id"] for one in busy.json("callback", "list") if one["customer"] == LI)
    busy.ok("callback", "snooze", person, "2026-11-24 10:00")
    assert busy.json("callback", "done", person, "--outcome", "reached")["ids"][0] == planned
    refused = busy.fails(1, "callback", "cancel", person)
    assert f"{LI} 李建国 has no open callback" in refused.err
    assert f"there is: {planned}  2026-11-24 10:00  screening" in refused.err
    assert "done" in refused.err


def test_several_are_told_apart_with_exit_3_and_in_json_by_their_ids(shop):
    first, second = agreed(shop, "tomorrow 15:00"), agreed(shop, "+2d 9:00")
    refused = shop.fails(3, "visit", "cancel", PHONE, "-f", "json")
    error = json.loads(refused.err)["error"]
    assert error["message"] == f"{LI} 李建国 has 2 open visits"
    assert [one["id"] for one in error["choices"]] == [first, second]
    assert f"{first}  2026-11-24 15:00  courtesy" in shop.fails(3, "visit", "late", PHONE).err
    assert [one["state"] for one in shop.json("visit", "list", "--customer", PHONE)] == ["open", "open"]
    shop.ok("visit", "cancel", second, "--reason", "she is away")
    shop.ok("visit", "move", PHONE, "--at", "tomorrow 16:00")
    shop.ok("visit", "start", PHONE, CRMKIT_NOW="2026-11-24T16:02:00+08:00")
    shop.ok("visit", "finish", PHONE, "--outcome", "好", "--kept", "rest", CRMKIT_NOW="2026-11-24T16:30:00+08:00")
    states = {one["id"]: one["state"] for one in shop.json("visit", "list", "--customer", PHONE, "--state", "all")}
    assert states == {first: "done", second: "cancelled"}
    assert shop.json("visit", "list", "--customer", QIN, "--state", "all") == []


def test_of_orders_the_one_is_meant_that_waits_for_what_is_done(till):
    paid, unpaid = placed(till, "--pay", "198"), placed(till)
    till.ok("order", "deliver", unpaid)
    assert till.json("order", "deliver", "李建国")["ids"] == [paid]
    said = till.ok("order", "pay", PHONE, "--amount", "98").err
    assert said == f"{unpaid}: 198.00 yuan, to be paid 100.00\n"
    refused = till.fails(1, "order", "deliver", PHONE)
    assert "has no order that waits for it" in refused.err
    assert f"{paid}  2026-11-23  护膝  paid  0.00" in refused.err
    assert "there is none at all" in till.fails(1, "order", "pay", QIN, "--amount", "1").err


def test_whoever_is_not_on_file_or_not_told_apart_is_said_as_everywhere(till):
    assert "no customer has the id, number or name 王五" in till.fails(1, "order", "pay", "王五", "--amount", "1").err
    refused = till.fails(1, "order", "pay", "O2611-99999999", "--amount", "1")
    assert "no orders record has the id O2611-99999999" in refused.err


def test_a_key_that_is_given_again_with_the_person_writes_nothing_although_nothing_is_open_any_more(till):
    order = placed(till)
    first = till.json("order", "pay", PHONE, "--amount", "198", "--key", "K")
    again = till.json("order", "pay", PHONE, "--amount", "198", "--key", "K")
    assert (again["ids"], again["run"]) == (first["ids"], "")
    assert till.json("order", "show", order)["paid"] == 19800


def test_a_guest_comes_in_by_name_and_number_of_the_telephone(shop):
    shop.ok("event", "add", "--code", "1123A", "--name", "科普会", "--starts", "2026-11-23 14:00")
    shop.ok("event", "add", "--code", "1124A", "--name", "茶会", "--starts", "2026-11-24 14:00")
    for code in ("1123A", "1124A"):
        shop.ok("event", "invite", code, PHONE)
    came = shop.ok("event", "checkin", "1123A", "李建国", "--seat", "A3")
    assert "李建国; seat A3" in came.err
    assert "is in already" in shop.ok("event", "checkin", "1123A", PHONE).err
    assert "has no such invitation" in shop.fails(1, "event", "checkin", "1123A", QIN).err
    assert "not an invitation number" in shop.fails(1, "event", "checkin", "1123A", "nobody").err


def test_a_call_that_is_logged_says_what_stood_open_and_closes_it_when_told(busy):
    (planned,) = (one["id"] for one in busy.json("callback", "list", "--customer", LI))
    said = busy.ok("call", "log", LI, "--outcome", "no-answer", "-n")
    assert f"{planned} stood open: screening, 2026-11-25" in said.err
    assert f"--done {planned}" in said.err
    assert "stood open" not in busy.ok("call", "log", "孙美玲", "--outcome", "reached", "--incoming").err
    refused = busy.fails(1, "call", "log", QIN, "--outcome", "reached", "--done", planned)
    assert f"{planned} is not of {QIN}" in refused.err
    busy.ok("call", "log", LI, "--outcome", "reached", "--incoming", "--note", "rang himself", "--done", LI)
    (call,) = busy.json("call", "list", LI)
    assert (call["callback"], call["direction"], call["note"]) == (planned, "in", "rang himself")
    assert [one["state"] for one in busy.json("callback", "list", "--customer", PHONE, "--state", "done")] == ["done"]
    assert busy.json("callback", "list", "--customer", PHONE) == []


def test_calls_are_given_to_a_colleague_by_whose_they_are(busy):
    busy.ok("callback", "edit", PHONE, "秦玉兰", "--owner", "WQ")
    assert {one["customer"]: one["owner"] for one in busy.json("callback", "list")} == {LI: "WQ", QIN: "WQ"}
    assert "has no open callback" in busy.fails(1, "callback", "edit", "孙美玲", "--owner", "LN").err


def test_a_complaint_is_heard_by_whose_it_is(shop):
    first = shop.json("complaint", "add", "--customer", PHONE, "--facts", "等了三天")["ids"][0]
    shop.ok("complaint", "listen", "李建国", "--note", "听完了")
    assert [step["what"] for step in shop.json("complaint", "show", PHONE)["steps"]] == ["listen"]
    second = shop.json("complaint", "add", "--customer", PHONE, "--facts", "没人来")["ids"][0]
    refused = shop.fails(3, "complaint", "withdraw", PHONE)
    assert f"{LI} 李建国 has 2 open complaints" in refused.err
    assert f"{second}  2026-11-23 10:00  没人来" in refused.err
    for one in (first, second):
        shop.ok("complaint", "withdraw", one)
    refused = shop.fails(1, "complaint", "withdraw", PHONE)
    assert f"{LI} 李建国 has no open complaint" in refused.err
    assert f"{first}  2026-11-23 10:00  等了三天" in refused.err


def test_a_visit_is_about_the_order_of_whoever_is_named(till):
    done, waiting = placed(till, "--pay", "198"), placed(till, "--pay", "198")
    till.ok("order", "deliver", done)
    typed = ("visit", "add", PHONE, "--purpose", "delivery", "--at", "tomorrow 15:00", "--about")
    assert till.json("visit", "show", till.json(*typed, "李建国")["ids"][0])["about"] == waiting
    assert "has no order that waits for it" in till.fails(1, *typed, "秦玉兰").err
    third = placed(till)
    assert f"{third}  2026-11-23  护膝" in till.fails(3, *typed, PHONE).err
    assert "not a card number" in till.fails(1, *typed, "王五").err


def test_an_invitation_is_answered_by_whose_it_is_while_the_event_is_to_come(shop):
    shop.ok("event", "add", "--code", "1124A", "--name", "茶会", "--starts", "2026-11-24 14:00")
    shop.ok("event", "add", "--code", "1125A", "--name", "科普会", "--starts", "2026-11-25 14:00")
    for code in ("1124A", "1125A"):
        shop.ok("event", "invite", code, PHONE)
    refused = shop.fails(3, "event", "answer", "李建国", "accepted")
    assert "has 2 such invitations" in refused.err
    day = {"CRMKIT_NOW": "2026-11-25T09:00:00+08:00"}
    shop.ok("event", "deliver", PHONE, **day)
    shop.ok("event", "answer", "李建国", "accepted", **day)
    (guest,) = shop.json("event", "guests", "1125A", **day)
    assert (guest["state"], guest["delivered_at"][:10]) == ("accepted", "2026-11-25")
    shop.ok("event", "void", "李建国", "--reason", "ill", **day)
    assert "has no such invitation" in shop.fails(1, "event", "void", PHONE, "--reason", "ill", **day).err
    assert shop.json("event", "guests", "1124A", **day)[0]["state"] == "absent"
    assert "not an invitation number" in shop.fails(1, "event", "void", "王五", "--reason", "ill").err


def test_a_card_is_shown_replaced_and_voided_by_whose_it_is_where_one_stands(till):
    def issued(serial):
        sold = ("--product", "HX1", "--serial", serial, "--bought-on", "2026-11-20")
        return till.json("card", "issue", "--customer", PHONE, *sold)["ids"][0]

    first = issued("SN-1")
    assert till.json("card", "show", "李建国")["id"] == first
    number = till.json("card", "show", first)["number"]
    mistyped = number[:-1] + ("Y" if number[-1] == "X" else "X")
    assert "李建国" not in till.fails(1, "card", "void", mistyped, "--reason", "returned").err
    second = till.json("card", "replace", PHONE, "--reason", "lost")["ids"][0]
    assert till.json("card", "show", PHONE)["id"] == second
    third = issued("SN-3")
    refused = till.fails(3, "card", "void", "李建国", "--reason", "returned")
    assert f"{LI} 李建国 has 2 cards that stand" in refused.err
    assert "SN-3" in refused.err
    till.ok("card", "void", second, "--reason", "returned")
    till.ok("card", "void", "李建国", "--reason", "returned")
    assert till.json("card", "show", third)["state"] == "void"
    assert f"{LI} 李建国 has no card that stands" in till.fails(1, "card", "void", PHONE, "--reason", "again").err
    assert "not a card number" in till.fails(1, "card", "show", "王五").err
