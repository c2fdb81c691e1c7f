"""`crmkit order`."""

import json

import pytest

from crmkit.records import Order, Product
from crmkit.records.order import OrderItem
from crmkit.records.reference import Tier
from tests.core.desk import NOW

BUYER = "13900000002"
ADD = ("order", "add", "--customer", BUYER)


@pytest.fixture
def till(shop):
    """An archive with people and two products."""
    shop.put(
        Product(
            id="P2611-00000001", code="HX1", name="护膝", price=19800, tiers=(Tier(quantity=5, price=18000),),
            daily_use=0.1,
        ),
        Product(id="P2611-00000002", code="CH2", name="茶", price=5000),
    )  # fmt: skip
    return shop


def placed(till, *flags):
    return till.json(*ADD, *flags)["ids"][0]


def callbacks(till, about):
    return {one["purpose"] for one in till.json("callback", "list", "--state", "open") if one["about"] == about}


def test_an_order_is_priced_by_tier_and_shows_how_it_stands(till):
    order = till.json(
        *ADD, "--item", "HX1:5", "--item", "茶:2", "--discount", "HX1=100:old customer", "--deposit", "200",
        "--method", "cash", "--receipt", "0042", "--counted", "--channel", "shop", "--invoice", "--risk", "low",
    )["ids"][0]  # fmt: skip
    shown = till.json("order", "show", order)
    assert [(item["product"], item["price"], item["discount"], item["amount"]) for item in shown["items"]] == [
        ("HX1", 18000, 10000, 80000),
        ("CH2", 5000, 0, 10000),
    ]
    assert {name: shown[name] for name in ("total", "paid", "balance", "state", "terms", "run_out_on", "by")} == {
        "total": 90000, "paid": 20000, "balance": 70000, "state": "part-paid", "terms": "deposit",
        "run_out_on": "2027-01-12", "by": "LN",
    }  # fmt: skip
    (payment,) = shown["payments"]
    assert (payment["amount"], payment["method"], payment["receipt"], payment["counted"]) == (
        20000,
        "cash",
        "0042",
        True,
    )
    assert shown["returns"] == []
    assert till.json("lead", "show", BUYER)["stage"] == "buyer"
    assert {"thanks", "first-use", "reorder"} <= callbacks(till, order)


def test_people_read_yuan_and_a_line_says_what_was_bought(till):
    placed(till, "--item", "HX1:2", "--pay", "396")
    listed = till.ok("order", "list").out
    assert "护膝 × 2 = 396.00" in listed
    assert till.ok("order", "list", "-f", "csv").out.splitlines()[1].split(",")[3:8] == [
        "护膝 × 2 = 396.00", "396.00", "396.00", "0.00", "0.00",
    ]  # fmt: skip


def test_the_history_of_an_order_shows_yuan_to_people_and_fen_in_json(till):
    order = placed(till, "--item", "HX1:2")
    assert [change["new"] for change in till.json("history", order) if change["field"] == "total"] == [39600]
    (total,) = [line for line in till.ok("history", order).lines if " total " in line]
    assert total.endswith("396.00")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--item", "HX2:1"], "there is no product HX2"),
        (["--item", "HX2:1"], "hint: did you mean HX1"),
        (["--item", "枕:1"], "`crmkit product list` shows them"),
        (["--item", "HX1:0"], "0 is not a whole number, 1 or more"),
        (["--item", "HX1:21"], "the price list ends at 20"),
        (["--item", "HX1:1", "--discount", "HX1=20"], "CODE=YUAN:REASON"),
        (["--item", "HX1:1", "--discount", "HX1=200:why"], "a discount of 200.00 on 198.00"),
        (["--item", "HX1:1", "--pay", "199"], "199.00 is more than the total, 198.00"),
        (["--item", "HX1:1", "--pay", "1", "--deposit", "1"], "either a deposit or a payment"),
        (["--item", "HX1:1", "--receipt", "0042"], "without an amount"),
        (["--item", "HX1:1", "--on", "tomorrow"], "after today"),
        (["--item", "HX1:1", "--pay", "198", "--collect-at", "fri 15:00"], "nothing is left to be collected"),
        (["--item", "HX1:1", "--collect-at", "yesterday 15:00"], "is past"),
        ([], "at least one item"),
        (["--item", "HX1:1", "--event", "1205A"], "1205A"),
    ],
)
def test_what_cannot_be_ordered_is_refused_and_changes_nothing(till, flags, words):
    before = till.json("status")
    assert words in till.fails(1, *ADD, *flags).err
    assert till.json("status") == before


def test_who_wants_no_calls_can_still_buy(till):
    order = till.json("order", "add", "--customer", "13900000004", "--item", "CH2", "--terms", "full")["ids"][0]
    assert till.json("order", "show", order)["state"] == "paid"
    assert callbacks(till, order) == set()


def test_many_orders_come_from_json_lines_and_bad_lines_come_back(till):
    lines = [
        {"customer": BUYER, "item": ["HX1:2"], "pay": "396", "on": "2026-11-20"},
        {"customer": BUYER, "item": ["CH2:1", "HX1:1"]},
        {"customer": BUYER, "item": ["ZZ:1"]},
        {"customer": BUYER, "colour": "red"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    ran = till("order", "add", "-", "-f", "json", stdin=text, CRMKIT_DEBUG="")
    counts = ran.json["counts"]
    assert (ran.code, counts["rows"], counts["added"], counts["rejected"]) == (5, 4, 2, 2)
    first, second = till.json("order", "list")
    assert (first["ordered_on"], first["payments"][0]["at"]) == ("2026-11-20", "2026-11-20T00:00:00+08:00")
    assert second["state"] == "open"


def test_payments_up_to_the_balance_and_refunds_up_to_what_is_owed(till):
    order = placed(till, "--item", "HX1:2", "--deposit", "96")
    assert "300.01 is more than the balance" in till.fails(1, "order", "pay", order, "--amount", "300.01").err
    assert "is not an amount" in till.fails(1, "order", "pay", order, "--amount", "lots").err
    till.ok("order", "pay", order, "--amount", "300", "--by", "WQ", "--receipt", "0042", "--at", "9:30")
    assert "0042 was given before" in till.ok(*ADD, "--item", "CH2", "--pay", "50", "--receipt", "0042").err
    shown = till.json("order", "show", order)
    assert (shown["state"], shown["payments"][0]["by"]) == ("paid", "WQ")
    assert "is more than is to be paid back" in till.fails(1, "order", "refund", order, "--amount", "1").err
    returned = till.ok("order", "return", order, "--item", "HX1", "--reason", "too small")
    assert f"crmkit order refund {order} --amount 198.00" in returned.err
    back = till.json("order", "show", order)["returns"][0]
    till.ok("order", "refund", order, "--amount", "198", "--return", back["id"], "--method", "cash")
    shown = till.json("order", "show", order)
    assert (shown["paid"], shown["refunded"], shown["balance"], shown["refund_owed"]) == (39600, 19800, 0, 0)
    assert (shown["state"], back["refund"], back["within"]) == ("part-returned", 19800, True)


def test_never_more_comes_back_than_was_sold_and_what_is_wholly_back_is_not_called_about(till):
    order = placed(till, "--item", "HX1:2", "--terms", "full")
    assert "first-use" in callbacks(till, order)
    assert "3 of HX1 cannot come back" in till.fails(1, "order", "return", order, "--item", "HX1:3").err
    assert "has no CH2" in till.fails(1, "order", "return", order, "--item", "CH2:1").err
    till.fails(2, "order", "return", order)
    till.fails(2, "order", "return", order, "--all", "--item", "HX1:1")
    back = till.json("order", "return", order, "--all")["ids"][0]
    assert callbacks(till, order) == set()
    assert "nothing of order" in till.fails(1, "order", "return", order, "--all").err
    till.ok("order", "goods-back", back)
    shown = till.json("order", "show", order)
    assert (shown["state"], shown["returns"][0]["goods_back_on"]) == ("returned", "2026-11-23")


def test_a_service_card_of_a_returned_product_is_pointed_out(till):
    order = placed(till, "--item", "HX1:1", "--terms", "full")
    till.ok("card", "issue", "--customer", BUYER, "--product", "HX1", "--serial", "SN-1")
    number = till.json("card", "list")[0]["number"]
    assert till.json("order", "show", order)["cards"] == [number]
    assert f"crmkit card void {number}" in till.ok("order", "return", order, "--all").err


def test_a_balance_is_confirmed_and_then_collected_at_home(till):
    till.ok("lead", "edit", BUYER, "--set", "address=青年路11号院12号楼3单元450室")
    order = placed(till, "--item", "HX1:1", "--terms", "collection")
    till.ok("order", "confirm", order, "--phone", BUYER, "--address", "青年路十一号院12-3-450")
    assert till.json("order", "show", order)["confirmed_at"] == NOW.isoformat()
    first = till.ok("order", "collect", order, "--at", "fri 15:00", "--visitor", "WQ")
    assert "not confirmed" not in first.err
    assert till.json("order", "show", order)["collect_at"] == "2026-11-27T15:00:00+08:00"
    till.ok("order", "collect", order, "--at", "thu 15:00")
    (visit,) = till.json("visit", "list", "--state", "all")
    assert (visit["purpose"], visit["about"], visit["by"], visit["begins_at"]) == (
        "collection", order, "WQ", "2026-11-26T15:00:00+08:00",
    )  # fmt: skip
    till.ok("order", "cancel", order, "--reason", "moved away")
    assert till.json("visit", "list", "--state", "all")[0]["state"] == "cancelled"


def test_another_number_at_the_second_asking_leaves_the_order_unconfirmed(till):
    order = placed(till, "--item", "HX1:1")
    ran = till.ok("order", "confirm", order, "--phone", "13911112222", "--address", "和平里3号")
    assert "is not confirmed: phone asked again" in ran.err
    shown = till.json("order", "show", order)
    assert (shown["confirmed_at"], shown["risk"]) == (None, "medium")
    assert "were not confirmed yet" in till.ok("order", "collect", order, "--at", "fri 15:00").err


def test_goods_on_their_way_begin_the_window_when_they_arrive(till):
    order = placed(till, "--item", "HX1:1", "--on", "2026-11-10", "--pay", "198")
    till.ok("order", "send", order, "--on", "2026-11-12", "--expected", "2026-11-14")
    assert till.json("order", "show", order)["return_until"] == "2026-11-23"  # the 21st is a Saturday
    till.ok("order", "deliver", order, "--on", "2026-11-17")
    assert till.json("order", "show", order)["return_until"] == "2026-11-24"
    assert "with the customer already" in till.fails(1, "order", "cancel", order, "--reason", "x").err
    late = {"CRMKIT_NOW": "2026-11-25T10:00:00+08:00"}
    assert "window of" in till.fails(1, "order", "return", order, "--all", **late).err
    till.ok("order", "return", order, "--all", "--reason", "faulty", **late)
    assert till.json("order", "show", order)["returns"][0]["within"] is False


def test_the_list_shows_what_fits_every_option(till):
    paid = placed(till, "--item", "HX1:1", "--pay", "198", "--on", "2026-11-20")
    unpaid = placed(till, "--item", "CH2:1")
    lists = {
        ("--state", "paid"): [paid],
        ("--balance",): [unpaid],
        ("--refund-owed",): [],
        ("--since", "2026-11-21"): [unpaid],
        ("--customer", BUYER): [paid, unpaid],
        ("--customer", "13900000001"): [],
        ("--product", "护膝"): [paid],
        ("--by", "LN"): [paid, unpaid],
        ("--by", "WQ"): [],
    }
    assert {flags: till.ok("order", "list", *flags, "-f", "ids").lines for flags in lists} == lists
    assert "one of: unpriced, open" in till.fails(2, "order", "list", "--state", "bought").err


def test_an_imported_order_without_an_amount_is_listed_and_takes_money_once_its_total_is_stated(till):
    order = Order(
        id="O2611-00000001", customer="C2611-00000002", ordered_on=NOW.date(), items=(OrderItem(name="磁疗枕"),)
    )
    till.put(order)
    (listed,) = till.json("order", "list")
    assert (listed["state"], listed["total"], listed["balance"], listed["run_out_on"]) == ("unpriced", None, None, None)
    assert "order edit O2611-00000001 --set total=YUAN" in till.fails(1, "order", "pay", order.id, "--amount", "5").err
    till.ok("order", "edit", order.id, "--set", "total=198", "--set", "note=as told")
    till.ok("order", "pay", order.id, "--amount", "198")
    assert till.json("order", "show", order.id)["state"] == "paid"


@pytest.mark.parametrize(
    ("deed", "becomes"),
    [
        (("pay", "--amount", "396"), "paid"),
        (("return", "--all"), "returned"),
        (("cancel", "--reason", "moved away"), "cancelled"),
    ],
)
def test_whatever_is_done_to_an_order_can_be_undone(till, deed, becomes):
    order = placed(till, "--item", "HX1:2")
    planned = callbacks(till, order)
    till.ok("order", deed[0], order, *deed[1:])
    assert till.json("order", "show", order)["state"] == becomes
    till.ok("undo", "--yes")
    assert till.json("order", "show", order)["state"] == "open"
    assert callbacks(till, order) == planned


def test_an_order_undone_leaves_nothing_behind(till):
    before = till.json("callback", "list", "--state", "all")
    order = placed(till, "--item", "HX1:2", "--pay", "100", "--collect-at", "fri 15:00")
    till.ok("undo", "--yes")
    till.fails(1, "order", "show", order)
    assert till.json("callback", "list", "--state", "all") == before
    assert till.json("lead", "show", BUYER)["stage"] == ""
    status = till.json("status")
    assert [status.get(kind, 0) for kind in ("orders", "payments", "visits")] == [0, 0, 0]


def test_the_slip_is_written_once_and_never_over_another_file(till, home):
    order = placed(till, "--item", "HX1:2")
    till.ok("order", "print", order, "-o", "slip.xlsx")
    assert (home / "slip.xlsx").stat().st_size > 0
    assert "is there already" in till.fails(1, "order", "print", order, "-o", "slip.xlsx").err
    till.ok("order", "print", order, "-o", "slip.xlsx", "--force")


def test_a_dry_run_shows_the_order_and_places_none(till):
    preview = till.json(*ADD, "--item", "HX1:2", "--pay", "100", "-n")
    assert any("items" in fields for fields in preview["changes"].values())
    assert till.json("order", "list") == []


def test_an_order_is_told_in_words_and_in_json_whole(till):
    order = placed(till, "--item", "HX1:2", "--pay", "100")
    till.ok("order", "pay", order, "--amount", "50", "--method", "wechat", "--receipt", "R-7")
    lines = till.ok("order", "show", order).lines
    assert any(line.startswith("payments") and " · payment · 50.00 · WeChat Pay · R-7 · " in line for line in lines)
    assert {one["amount"] for one in till.json("order", "show", order)["payments"]} == {10000, 5000}


def test_orders_of_one_batch_see_each_others_receipts_and_appointments(till):
    line = {"customer": BUYER, "item": ["HX1:1"], "deposit": "50", "receipt": "0042", "collect_at": "fri 15:00"}
    other = {**line, "customer": "13900000001", "receipt": " 0042 "}
    refused = till.fails(5, "order", "add", "-", "-n", stdin="".join(json.dumps(one) + "\n" for one in (line, other)))
    assert "LN is expected elsewhere then" in refused.err
    other["overlap"] = True
    ran = till.ok("order", "add", "-", stdin="".join(json.dumps(one) + "\n" for one in (line, other)))
    assert "receipt 0042 was given before" in ran.err
    assert "LN is expected elsewhere then" in ran.err


def test_who_asked_for_it_is_visited_in_quiet_hours_to_collect(till):
    order = placed(till, "--item", "HX1:1")
    refused = till.fails(1, "order", "collect", order, "--at", "fri 13:00")
    assert "--anyway" in refused.err
    assert "2026-11-27 Fri 13:00" in till.ok("order", "collect", order, "--at", "fri 13:00", "--anyway").err
    assert "13:30" in till.ok(*ADD, "--item", "HX1:1", "--collect-at", "fri 13:30", "--anyway").err


def test_who_left_is_not_sent_to_collect(till):
    till.ok("staff", "edit", "WQ", "--set", "left=yes")
    order = placed(till, "--item", "HX1:1")
    assert (
        "WQ does not work here" in till.fails(1, "order", "collect", order, "--at", "fri 15:00", "--visitor", "WQ").err
    )


def stage(till, who=BUYER):
    shown = till.json("lead", "show", who)
    return shown["stage"], shown["grade"]


@pytest.mark.parametrize("way", ["cancel", "return"])
def test_who_gave_everything_back_is_no_buyer_any_more(till, way):
    till.ok("lead", "screen", BUYER, "--outcome", "valid")
    order, other = placed(till, "--item", "HX1:2", "--pay", "396"), placed(till, "--item", "CH2")
    till.ok("customer", "grade")
    assert stage(till) == ("buyer", "A")
    till.ok("order", way, order, "--reason", "no", *(["--all"] if way == "return" else []))
    assert stage(till)[0] == "buyer"  # the other order stands
    assert till.json("lead", "audit", BUYER)[0]["list"] == "A"
    gave_back = till.json("order", way, other, "--reason", "no", *(["--all"] if way == "return" else []))
    assert stage(till) == ("screened", "C")
    assert till.json("lead", "audit", BUYER)[0]["list"] == "B"
    till.ok("customer", "grade")
    assert stage(till) == ("screened", "C")
    till.ok("undo", gave_back["run"], "--yes")
    assert stage(till)[0] == "buyer"


def test_a_part_that_comes_back_leaves_a_buyer_and_a_new_order_makes_one_again(till):
    order = placed(till, "--item", "HX1:2", "--pay", "396")
    till.ok("order", "return", order, "--item", "HX1:1")
    assert stage(till)[0] == "buyer"
    till.ok("order", "return", order, "--item", "HX1:1")
    assert stage(till)[0] == ""  # never screened: it stands among those who are to be
    assert BUYER in till.ok("lead", "list", "--unscreened").out
    placed(till, "--item", "CH2")
    assert stage(till)[0] == "buyer"


def test_a_card_that_is_void_makes_no_buyer(till):
    number = till.json("card", "issue", "--customer", BUYER, "--product", "HX1")["ids"][0]
    assert stage(till)[0] == "buyer"
    till.ok("card", "void", number, "--reason", "returned unused")
    assert stage(till)[0] == ""
