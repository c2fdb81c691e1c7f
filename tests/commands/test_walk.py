"""The walks that verbs share: a batch from lines or a sheet, what it sees of itself, what the operator hears."""

import json

import openpyxl
import pytest

QIN, LI, LIU = "C2611-00000001", "C2611-00000002", "C2611-00000003"


def jsonl(*lines):
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)


@pytest.fixture
def planned_calls(busy):
    return busy.json("callback", "list")


def test_ids_one_a_line_share_the_options_that_may_be_shared(busy, planned_calls):
    ids = [one["id"] for one in planned_calls]
    typed = "\n".join([*ids, ids[0]])
    ran = busy.fails(5, "callback", "cancel", "-", "--reason", "moved away", "-f", "json", stdin=typed)
    counts = json.loads(ran.out)["counts"]
    assert counts == {"rows": len(ids) + 1, "cancelled": len(ids), "unchanged": 0, "rejected": 1}
    closed = busy.json("callback", "list", "--state", "cancelled")
    assert {one["id"]: one["closing"] for one in closed} == dict.fromkeys(ids, "moved away")
    assert busy.json("callback", "list") == []


def test_a_batch_is_one_commit_and_is_taken_back_as_one(busy, planned_calls):
    ids = [one["id"] for one in planned_calls]
    done = json.loads(busy.ok("callback", "cancel", "-", "-f", "json", stdin="\n".join(ids)).out)
    assert len(ids) > 1
    busy.ok("undo", done["run"], "--yes")
    assert [one["id"] for one in busy.json("callback", "list")] == ids


def test_each_line_sees_what_those_before_it_changed(busy, planned_calls):
    one = planned_calls[0]["id"]
    lines = jsonl({"id": one, "outcome": "reached", "note": "first"}, {"callback": one, "outcome": "no-answer"})
    ran = busy.fails(5, "callback", "done", "-", "-f", "json", stdin=lines)
    assert json.loads(ran.out)["counts"]["rejected"] == 1
    assert "line 2" in ran.err
    assert "done" in ran.err
    assert [call["outcome"] for call in busy.json("call", "list")] == ["reached"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_a_batch_in_any_encoding(busy, planned_calls, tmp_path, encoding):
    one = planned_calls[0]["id"]
    sheet = tmp_path / "calls.csv"
    sheet.write_bytes(f"id,outcome,note\n{one},reached,她说周末回来\n".encode(encoding))
    ran = busy.ok("callback", "done", sheet, "-f", "json")
    assert json.loads(ran.out)["counts"]["done"] == 1
    (call,) = busy.json("call", "list")
    assert (call["outcome"], call["note"]) == ("reached", "她说周末回来")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"callback": "ID", "outcome": "reached", "colour": "red"}, "there is no field colour"),
        ({"callback": "ID"}, "the outcome is missing"),
        ({"outcome": "reached"}, "the callback is missing"),
        ({"callback": "ID", "outcome": ["reached"]}, 'outcome: ["reached"] is not text'),
        ({"callback": "ID", "outcome": "asleep"}, "asleep"),
        ({"callback": "B2611-00000000", "outcome": "reached"}, "B2611-00000000"),
    ],
)
def test_what_is_wrong_in_a_line_is_said_with_the_line_and_changes_nothing(busy, planned_calls, line, told):
    typed = {name: planned_calls[0]["id"] if value == "ID" else value for name, value in line.items()}
    ran = busy.fails(5, "callback", "done", "-", stdin=jsonl(typed))
    assert "line 1: " in ran.err
    assert told in ran.err
    assert busy.json("call", "list") == []


def test_refused_lines_come_back_and_are_taken_once_mended(busy, planned_calls, tmp_path):
    first, second = (one["id"] for one in planned_calls[:2])
    back = tmp_path / "back.jsonl"
    lines = jsonl({"id": first, "outcome": "reached"}, {"id": second, "outcome": "asleep"})
    busy.fails(5, "callback", "done", "-", "--rejects", back, stdin=lines)
    (kept,) = map(json.loads, back.read_text("utf-8").splitlines())
    assert (kept["id"], kept["outcome"]) == (second, "asleep")
    assert "asleep" in kept["error"]
    back.write_text(jsonl({**kept, "outcome": "no-answer"}), "utf-8")
    assert json.loads(busy.ok("callback", "done", back, "-f", "json").out)["counts"]["done"] == 1


def test_an_option_of_one_record_beside_many_is_refused(busy):
    ran = busy.fails(2, "callback", "done", "-", "--outcome", "reached", stdin="B2611-00000000")
    assert "either many, or --outcome of one" in ran.err


def test_numbers_are_taken_as_typed_and_out_of_range_is_said(shop):
    lines = jsonl({"customer": QIN, "purpose": "courtesy", "at": "tomorrow 15:00", "minutes": 0})
    assert "minutes" in shop.fails(5, "visit", "add", "-", stdin=lines).err


def test_the_operator_hears_when_a_callback_is_due_and_a_script_only_the_id(busy, planned_calls):
    one = planned_calls[0]["id"]
    ran = busy.ok("callback", "snooze", one, "2026-11-25 10:00")
    assert ran.out == f"{one}\n"
    assert ran.err.startswith(f"{one} is due ")
    assert busy.ok("-q", "callback", "snooze", one, "2026-11-26 10:00").err == ""


@pytest.mark.parametrize(
    ("typed", "counts"),
    [
        (["dnc", "-", "--channel", "call"], {"refused": 2}),
        (["consent", "-", "marketing", "--how", "form"], {"given": 2}),
        (["tick", "-", "speaks-well", "--note", "在会上"], {"ticked": 2}),
    ],
)
def test_what_people_want_is_written_down_for_many_at_once(shop, typed, counts):
    ran = shop.fails(5, "customer", *typed, "-f", "json", stdin=f"13900000001\n{LI}\nC2611-99999999\n")
    wanted = {"rows": 3, "rejected": 1, "unchanged": 0, **counts}
    assert {name: json.loads(ran.out)["counts"].get(name) for name in wanted} == wanted
    again = shop.fails(5, "customer", *typed, "-f", "json", stdin=f"13900000001\n{LI}\nC2611-99999999\n")
    assert json.loads(again.out)["counts"]["unchanged"] == 2


def test_a_line_may_say_itself_what_is_shared_by_the_others(shop):
    lines = jsonl({"customer": QIN}, {"customer": LI, "channel": ["sms", "visit"], "reason": "his wish"})
    shop.ok("customer", "dnc", "-", "--channel", "call", stdin=lines)
    closed = {one: shop.json("lead", "show", one)["do_not_contact"] for one in (QIN, LI)}
    assert closed == {QIN: ["call"], LI: ["sms", "visit"]}


def test_files_held_by_somebody_elses_refusal_are_released_together(shop):
    ran = shop.ok("customer", "release", "-", "--reason", "asked them all", "-f", "json", stdin=f"{QIN}\n{LI}\n")
    assert json.loads(ran.out)["counts"]["unchanged"] == 2


def test_card_numbers_run_on_without_a_gap_over_lines_that_are_refused(shop):
    shop.ok("product", "add", "--code", "HX1", "--name", "护膝")
    shop.ok("card", "issue", LI, "--product", "HX1")
    lines = jsonl(
        {"customer": QIN, "serial": "A"}, {"customer": LI, "serial": "a"}, {"customer": LI, "bought_on": "2030-01-01"},
        {"customer": "13811112222", "name": "吴美玲", "serial": "B"}, {"customer": "13811112222", "serial": "C"},
    )  # fmt: skip
    ran = shop.fails(5, "card", "issue", "-", "--product", "HX1", "-f", "json", stdin=lines)
    counts = json.loads(ran.out)["counts"]
    assert (counts["issued"], counts["rejected"]) == (3, 2)
    cards = shop.json("card", "list")
    assert [one["number"][:13] for one in cards] == [f"BJLN-2611000{n}" for n in (1, 2, 3, 4)]
    assert cards[2]["customer"] == cards[3]["customer"]
    gone = jsonl(*({"number": one["number"]} for one in cards[1:3]))
    assert (
        json.loads(shop.ok("card", "void", "-", "--reason", "x", "-f", "json", stdin=gone).out)["counts"]["void"] == 2
    )
    assert [one["state"] for one in shop.json("card", "list")] == ["active", "void", "void", "active"]


@pytest.fixture
def sold(shop):
    """An archive with two orders, of Qin and Li, and their ids."""
    shop.ok("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    ids = [shop.json("order", "add", one, "--item", "HX1:2", "--deposit", "98")["ids"][0] for one in (QIN, LI)]
    return shop, ids


def test_orders_are_placed_paid_sent_and_delivered_together(sold):
    shop, ids = sold
    lines = jsonl(
        {"customer": QIN, "item": ["HX1:1"]}, {"customer": LI, "item": "HX1:2", "on": "2026-11-20"}, {"id": LI}
    )
    counts = shop.json("order", "add", "-", "--on", "2026-11-21", stdin=lines.replace('{"id"', '{"item": "HX1", "id"'))
    assert counts["counts"]["added"] == 3
    assert [one["ordered_on"] for one in shop.json("order", "list")][:3] == ["2026-11-20", "2026-11-21", "2026-11-21"]
    lines = jsonl(
        {"id": ids[0], "amount": 100}, {"order": ids[0], "amount": "198.01"}, {"order": ids[1], "amount": 298}
    )
    ran = shop.fails(5, "order", "pay", "-", "--method", "cash", "-f", "json", stdin=lines)
    assert (json.loads(ran.out)["counts"]["paid"], json.loads(ran.out)["counts"]["rejected"]) == (2, 1)
    assert "198.01 is more than the balance" in ran.err  # as the line before it left it
    assert [shop.json("order", "show", one)["balance"] for one in ids] == [19800, 0]
    typed = "\n".join(ids)
    assert shop.json("order", "send", "-", "--expected", "+2d", stdin=typed)["counts"]["sent"] == 2
    assert shop.json("order", "deliver", "-", stdin=typed)["counts"]["delivered"] == 2
    assert shop.json("order", "deliver", "-", stdin=typed)["counts"]["unchanged"] == 2
    back = shop.json("order", "return", "-", "--all", stdin=typed)
    assert back["counts"]["returned"] == 2
    assert shop.json("order", "goods-back", "-", stdin="\n".join(back["ids"]))["counts"]["goods-back"] == 2
    lines = jsonl({"id": ids[0], "amount": 198}, {"id": ids[1], "amount": 396})
    assert shop.json("order", "refund", "-", "--method", "cash", stdin=lines)["counts"]["refunded"] == 2


def test_a_confirmation_that_differs_is_no_confirmation_in_the_counts(sold):
    shop, ids = sold
    said = {"phone": "13900000001", "address": "青年路1号"}
    counts = shop.json("order", "confirm", "-", stdin=jsonl({"id": ids[0], **said}, {"id": ids[1], **said}))["counts"]
    assert (counts["confirmed"], counts["match"], counts["mismatch"]) == (1, 1, 1)


def test_a_days_visits_are_begun_and_missed_together(shop):
    ids = [
        shop.json("visit", "add", one, "--purpose", "courtesy", "--at", at)["ids"][0]
        for one, at in ((QIN, "15:00"), (LI, "16:00"))
    ]
    evening = {"CRMKIT_NOW": "2026-11-23T20:00:00+08:00"}
    typed = "\n".join(ids)
    assert shop.json("visit", "start", "-", "--at", "15:05", stdin=ids[0], **evening)["counts"]["started"] == 1
    gift = jsonl({"visit": ids[0], "what": "苹果:declined"})
    assert shop.json("visit", "gift", "-", stdin=gift, **evening)["counts"]["gifts"] == 1
    assert (
        shop.json("visit", "missed", "-", "--reason", "nobody opened", stdin=typed, **evening)["counts"]["missed"] == 2
    )


def test_guests_are_invited_delivered_answered_and_let_in_from_lines(shop):
    shop.ok("event", "add", "--code", "1123A", "--name", "科普会", "--starts", "2026-11-23 14:00", "--capacity", "3")
    lines = jsonl(
        {"customer": QIN}, {"customer": LIU}, {"customer": LI, "companions": 3}, {"customer": LI, "note": "茶"}
    )
    ran = shop.fails(5, "event", "invite", "1123A", "-", "--companions", "1", "-f", "json", stdin=lines)
    counts = json.loads(ran.out)["counts"]
    assert (counts["invited"], counts["rejected"]) == (1, 3)
    shop.ok("event", "invite", "1123A", "-", "--companions", "0", stdin=LI)
    numbers = [one["number"] for one in shop.json("event", "guests", "1123A")]
    assert [number[:11] for number in numbers] == ["1123A-LN001", "1123A-LN002"]  # refused lines use none
    assert ran.err.count("old and") == 1  # said once, not line by line
    typed = "\n".join(numbers)
    assert shop.json("event", "deliver", "-", stdin=typed)["counts"]["delivered"] == 2
    assert shop.json("event", "deliver", *numbers)["counts"]["unchanged"] == 2
    assert shop.json("event", "answer", "-", "accepted", stdin=typed)["counts"]["answered"] == 2
    here = jsonl({"number": numbers[0], "seat": "1-2"}, {"number": numbers[1], "seat": 2}, {"number": LI, "seat": "3"})
    ran = shop.fails(5, "event", "checkin", "1123A", "-", "-f", "json", stdin=here)
    assert json.loads(ran.out)["counts"]["attended"] == 2
    assert f"seat 2 is that of {numbers[0]}" in ran.err


def test_card_numbers_and_invitations_are_heard_on_stderr_and_only_the_id_is_printed(shop):
    shop.ok("product", "add", "--code", "HX1", "--name", "护膝")
    card = shop.ok("card", "issue", LI, "--product", "HX1")
    (identifier,) = card.lines
    assert card.err.startswith(f"{identifier}: card BJLN-26110001-")
    shop.ok("event", "add", "--code", "1123A", "--name", "科普会", "--starts", "2026-11-23 14:00")
    invited = shop.ok("event", "invite", "1123A", LI)
    assert f"{LI}: invitation 1123A-LN001-" in invited.err
    assert "李建国" in invited.err
    assert "1123A starts 2026-11-24 Tue 14:00" in shop.ok("event", "move", "1123A", "--starts", "2026-11-24 14:00").err


def test_keys_of_a_line_that_stand_for_another_or_are_for_people_are_understood(shop):
    lines = jsonl(
        {"customer": QIN, "occasion": "letter:2026-11", "text": "您好", "name": "秦玉兰", "parts": 1, "wechat": None},
        {"id": LI, "occasion": "letter:2026-11", "text": "您好", "colour": "red"},
    )
    ran = shop.fails(5, "message", "sent", "-", "-f", "json", stdin=lines)
    assert json.loads(ran.out)["counts"] == {"rows": 2, "recorded": 1, "unchanged": 0, "failed": 0, "rejected": 1}
    assert "line 2: there is no field colour" in ran.err
    shop.ok("call", "log", "-", stdin=jsonl({"customer": QIN, "outcome": "reached", "by": "WQ"}))
    assert [call["by"] for call in shop.json("call", "list")] == ["WQ"]


def test_what_is_typed_once_need_not_stand_in_each_line_and_a_line_may_say_otherwise(busy, planned_calls):
    first, second = (one["id"] for one in planned_calls[:2])
    lines = jsonl({"id": first}, {"id": second, "until": "2026-11-26 10:00"})
    busy.ok("callback", "snooze", "-", "2026-11-25 10:00", stdin=lines)
    due = {one["id"]: one["due_at"][:10] for one in busy.json("callback", "list")}
    assert (due[first], due[second]) == ("2026-11-25", "2026-11-26")


@pytest.mark.parametrize(
    "header", ["customer,channel", "顾客,渠道", "编号,渠道", "姓名,渠道", "电话,渠道", "姓名,channel,住哪里"]
)
def test_a_sheet_of_ones_own_is_understood_by_its_headings(shop, tmp_path, header):
    who = {"姓名": "李建国", "电话": "13900000002"}.get(header.partition(",")[0], LI)
    sheet = tmp_path / "refusals.csv"
    sheet.write_text(f"{header}\n{who},sms,青年路\n" if "住" in header else f"{header}\n{who},短信\n", "utf-8")
    ran = shop.ok("customer", "dnc", sheet, "-f", "json")
    assert json.loads(ran.out)["counts"]["done"] == 1
    assert shop.json("customer", "show", LI)["do_not_contact"] == ["sms"]
    assert ("住哪里" in ran.err) == ("住" in header)


def test_what_a_list_printed_names_its_records(busy, tmp_path):
    listed = busy.ok("lead", "list", "-f", "jsonl").out
    ran = busy.ok("customer", "dnc", "-", "--channel", "sms", "-f", "json", stdin=listed)
    counts = json.loads(ran.out)["counts"]
    assert (counts["rows"], counts["rejected"]) == (4, 0)
    assert "not read, since this verb has no such fields: " in ran.err
    (tmp_path / "calls.csv").write_text(busy.ok("callback", "list", "-f", "csv").out, "utf-8")
    busy.ok("--lang", "zh", "callback", "list", "-o", tmp_path / "calls.xlsx")
    known = {one["id"] for one in busy.json("callback", "list")}
    for day, name in enumerate(("calls.csv", "calls.xlsx"), 26):
        done = busy.json("callback", "snooze", tmp_path / name, f"2026-11-{day} 10:00")
        assert {*done["ids"]} == known


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ("line 1: this is no JSON object", "line 2: this is no whole JSON", "line 3: the outcome is missing",
                "line 4: no callbacks record has the id")),
        ("zh", ("第 1 行：这不是 JSON 对象", "第 2 行：JSON 不完整", "第 3 行：缺少 结果 (outcome)",
                "第 4 行：回访 中没有编号为")),
    ],
)  # fmt: skip
def test_why_a_line_was_refused_is_told_in_the_operators_words(shop, lang, told):
    lines = '["B2611-1"]\n{"id": "B2611-1"\n' + jsonl({"id": "B2611-1"}, {"id": "B2611-nosuchid", "outcome": "reached"})
    ran = shop.fails(5, "callback", "done", "-", stdin=lines, CRMKIT_LANG=lang)
    assert [one for one in told if one not in ran.err] == [], ran.err
    assert [one for one in ("Expected", "Input data") if one in ran.err] == []


def test_the_hint_says_where_the_refused_lines_are(shop, home):
    line = jsonl({"id": "B2611-nosuchid", "outcome": "reached"})
    typed = ("callback", "done", "-", "--rejects", "back.jsonl")
    assert "--rejects FILE.jsonl keeps them" in shop.fails(5, *typed[:3], stdin=line).err
    assert "without -n they go to back.jsonl" in shop.fails(5, *typed, "-n", stdin=line).err
    assert not (home / "back.jsonl").exists()
    assert "they are in back.jsonl; mend them and give it again" in shop.fails(5, *typed, stdin=line).err
    assert (home / "back.jsonl").exists()


OWN_HEADER = ["服务卡", "备注一", "备注一", "", "error", "故障现象", "故障现象", "备注二"]
OWN_ROW = ["X", "a", "b", "d", "e", "c", "f", "g"]


def own_file(path, header=OWN_HEADER, row=OWN_ROW):
    if path.suffix == ".csv":
        path.write_text("\n".join(",".join(line) for line in (header, row)) + "\n", "utf-8")
    else:
        book = openpyxl.Workbook()
        for line in (header, row):
            book.active.append(line)
        book.save(path)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_refused_row_keeps_every_column_under_its_own_heading(shop, home, ending):
    own_file(home / f"r.{ending}")
    shop.fails(5, "ticket", "add", f"r.{ending}", "--rejects", "back.jsonl")
    kept = json.loads((home / "back.jsonl").read_text("utf-8"))
    assert "X" in kept.pop("error")
    assert kept == {
        "card": "X", "备注一": "a", "备注一 (2)": "b", "D": "d", "error (2)": "e", "symptom": "c", "故障现象": "f",
        "备注二": "g", "not_read": ["备注一", "备注一 (2)", "D", "error (2)", "故障现象", "备注二"],
    }  # fmt: skip


def test_rejects_with_columns_of_somebodys_own_are_taken_once_mended_and_come_back_whole_until_then(
    busy, planned_calls, home
):
    own_file(home / "r.csv", ["id", "outcome", "门店", "created_at"], ["B2611-nosuchid", "reached", "东直门", "昨天"])
    busy.fails(5, "callback", "done", "r.csv", "--rejects", "back.jsonl")
    first = (home / "back.jsonl").read_text("utf-8")
    busy.fails(5, "callback", "done", "back.jsonl", "--rejects", "again.jsonl")
    assert (home / "again.jsonl").read_text("utf-8") == first
    kept = json.loads(first)
    assert (kept["门店"], kept["created_at"]) == ("东直门", "昨天")
    (home / "back.jsonl").write_text(jsonl({**kept, "id": planned_calls[0]["id"]}), "utf-8")
    ran = busy.ok("callback", "done", "back.jsonl")
    assert "not read, since this verb has no such fields: 门店, created_at" in ran.err
    assert [call["outcome"] for call in busy.json("call", "list")] == ["reached"]


def test_all_that_stands_behind_the_last_column_is_given_back(busy, home):
    own_file(home / "r.csv", ["id", "outcome"], ["B2611-nosuchid", "reached", "一", "", "二"])
    busy.fails(5, "callback", "done", "r.csv", "--rejects", "back.jsonl")
    kept = json.loads((home / "back.jsonl").read_text("utf-8"))
    assert (kept["behind the last column"], kept["behind the last column (2)"]) == ("一", "二")
    assert "not_read" not in kept
