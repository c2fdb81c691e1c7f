"""crmkit customer, at a desk on Monday 2026-11-23 at 10:00 (`shop`, and with screenings planned `busy`)."""

from wcwidth import wcswidth

QIN, LI, SUN = "C2611-00000001", "C2611-00000002", "C2611-00000004"


def standing(shop, customer=QIN):
    return {row["purpose"]: row["state"] for row in shop.json("customer", "consent", customer)}


def closed(shop, customer=QIN):
    return [row["channel"] for row in shop.json("customer", "dnc", customer) if not row["allowed"]]


def test_a_consent_is_given_withdrawn_and_given_again(shop):
    shop.ok("customer", "consent", QIN, "marketing", "--how", "form", "--on", "-3d")
    assert standing(shop) == {"contact": "", "marketing": "given", "health": ""}
    shop.ok("customer", "consent", QIN, "marketing", "--withdraw", "--how", "on the phone", "--on", "yesterday")
    assert standing(shop)["marketing"] == "withdrawn"
    assert closed(shop) == ["call", "sms", "wechat", "letter", "visit"]
    shop.ok("customer", "consent", "13900000001", "marketing", "--how", "at the shop")
    (row,) = [row for row in shop.json("customer", "consent", QIN) if row["purpose"] == "marketing"]
    assert row == {
        "purpose": "marketing",
        "given_at": "2026-11-23T10:00:00+08:00",
        "how": "at the shop",
        "withdrawn_at": "2026-11-22T23:59:00+08:00",
        "withdrawn_how": "on the phone",
        "state": "given",
    }


def test_a_consent_and_a_withdrawal_of_the_same_day_leave_the_person_in_peace(shop):
    shop.ok("customer", "consent", QIN, "contact", "--withdraw", "--on", "today")
    assert "not older" in shop.ok("customer", "consent", QIN, "contact", "--how", "form", "--on", "today").err
    assert standing(shop)["contact"] == "withdrawn"


def test_a_refusal_stops_the_planned_calls_at_once_and_undo_brings_them_back(busy):
    ran = busy.ok("customer", "dnc", QIN, "--channel", "all", "--reason", "too many calls")
    assert "1 planned calls and visits are cancelled" in ran.err
    assert QIN not in busy.ok("callback", "list").out
    assert busy.json("callback", "plan")["counts"]["planned"] == 0
    assert closed(busy) == ["call", "sms", "wechat", "letter", "visit"]
    assert "too many calls" in busy.json("lead", "show", QIN)["notes"][0]
    busy.ok("undo", "--yes")
    assert QIN in busy.ok("callback", "list").out
    assert closed(busy) == []


def test_a_refused_channel_is_lifted_again(shop):
    shop.ok("customer", "dnc", LI, "--channel", "call", "--channel", "sms")
    assert closed(shop, LI) == ["call", "sms"]
    shop.ok("customer", "dnc", LI, "--channel", "call", "--off")
    assert closed(shop, LI) == ["sms"]
    assert "by any channel" in shop.fails(1, "customer", "dnc", SUN, "--channel", "call", "--off").err


def test_the_same_again_changes_nothing(shop):
    shop.ok("customer", "dnc", LI, "--channel", "call")
    again = shop.json("customer", "dnc", LI, "--channel", "call")
    assert (again["run"], again["counts"]["unchanged"]) == ("", 1)


def test_a_dry_run_writes_nothing(shop):
    assert "do_not_contact" in shop.ok("customer", "dnc", LI, "--channel", "call", "-n").out
    shop.ok("customer", "consent", LI, "contact", "--how", "form", "-n")
    assert (closed(shop, LI), standing(shop, LI)["contact"]) == ([], "")


def test_what_cannot_be_is_refused_and_changes_nothing(shop):
    assert "how the consent was given" in shop.fails(1, "customer", "consent", QIN, "contact").err
    assert "sales" in shop.fails(1, "customer", "consent", QIN, "sales", "--how", "form").err
    assert "not come yet" in shop.fails(1, "customer", "consent", QIN, "contact", "--how", "x", "--on", "+1d").err
    assert "PURPOSE is missing" in shop.fails(2, "customer", "consent", QIN, "--withdraw").err
    assert "--channel is missing" in shop.fails(2, "customer", "dnc", QIN, "--off").err
    assert "pigeon" in shop.fails(1, "customer", "dnc", QIN, "--channel", "pigeon").err
    assert (closed(shop), standing(shop)["contact"]) == ([], "")


def test_show_tells_the_whole_file_and_its_timeline_newest_first(busy):
    busy.ok("call", "log", QIN, "--outcome", "reached", "--note", "knees")
    busy.ok("callback", "add", QIN, "--due", "tomorrow 15:00", "--reason", "leaflet")
    shown = busy.json("customer", "show", "13900000001")
    assert (shown["id"], shown["name"], shown["last_contact"]) == (QIN, "秦玉兰", "2026-11-23T10:00:00+08:00")
    assert [line["kind"] for line in shown["timeline"]] == ["callback", "call", "callback"]
    assert {line["record"]["customer"] for line in shown["timeline"]} == {QIN}
    assert shown["timeline"][0]["what"] == "own appointment · leaflet · open"
    assert shown["timeline"][1]["what"] == "outgoing · reached · knees"
    assert shown["timeline"][2]["what"] == "screening · cancelled · no longer called for"
    assert (shown["next_appointment"]["what"], shown["next_appointment"]["at"]) == (
        "manual",
        "2026-11-24T15:00:00+08:00",
    )
    assert {"revenue", "paid", "balance", "refund_owed", "referred", "household_members", "cards"} <= set(shown)


def test_show_prints_a_page_of_a_hundred_columns_in_both_languages(busy):
    busy.ok("lead", "edit", QIN, "--set", "note=" + "爱听京剧，" * 30)
    busy.ok("call", "log", QIN, "--outcome", "reached", "--note", "knees " * 30)
    for lang, word in (("en", "being contacted given"), ("zh", "秦玉兰")):
        busy.ok("customer", "consent", QIN, "contact", "--how", "form", "--on", "now")
        page = busy.ok("--lang", lang, "customer", "show", QIN).out
        assert word in page
        assert max(wcswidth(line) for line in page.splitlines()) <= 100


def test_show_names_the_people_around(shop):
    shop.ok("lead", "edit", QIN, "--set", f"referrer={LI}")
    shop.ok("dedupe", "household", QIN, LI)
    shown = shop.json("customer", "show", LI)
    assert [one["id"] for one in shown["referred"]] == [QIN]
    assert [one["id"] for one in shown["household_members"]] == [QIN]
    assert shop.json("customer", "show", QIN)["referrer_name"] == "李建国"
    assert [line["kind"] for line in shop.json("customer", "show", QIN, "--limit", "1")["timeline"]] == ["decision"]
