"""A refusal follows the number (core/docs.md, "Repeats"): under whatever name it comes in again, it is not rung."""

import json

from crmkit.records import Callback, Customer, Event, Invitation, Visit
from tests.conftest import Shell
from tests.core.desk import NOW, a_customer, a_phone, at

NUMBER = "13900541731"
WIFE, REFUSER, OTHER = "C2611-00000031", "C2611-00000032", "C2611-00000033"


def refusal_of(identifier: str) -> str:
    return f"the number is also that of {identifier} 张秀英, who wants no contact"


def archive_with_a_refusal(shell: Shell) -> str:
    """The id of 张秀英, who was reached on NUMBER and said: never again."""
    refuser = shell.ok("lead", "add", "--name", "张秀英", "--phone", NUMBER, "-f", "ids").out.strip()
    shell.ok("customer", "dnc", refuser, "--channel", "all", "--reason", "不要再打")
    return refuser


def test_a_sheet_that_brings_the_number_of_a_refuser_is_told_so_and_nothing_goes_out(shop, tmp_path):
    refuser = archive_with_a_refusal(shop)
    sheet, rows = tmp_path / "next.csv", tmp_path / "rows.jsonl"
    sheet.write_text(f"姓名,电话\n张阿姨,{NUMBER}\n李建国,{NUMBER}\n", "utf-8")
    shop.ok("lead", "import", sheet, "--rows", rows)
    first, second = (json.loads(line) for line in rows.read_text("utf-8").splitlines())
    assert (first["outcome"], first["id"], first["reason"]) == ("repeat", refuser, "")
    assert (second["outcome"], second["reason"]) == ("shared", refusal_of(refuser))
    planned = shop.json("callback", "plan", "-f", "json")
    assert planned["counts"]["on-hold"] == 1
    assert second["id"] not in {one["customer"] for one in shop.json("callback", "list", "--due", "+9d", "-f", "json")}
    rendered = shop.ok("message", "render", "keep-in-touch", "-f", "json")
    assert second["id"] not in {row["customer"] for row in json.loads(rendered.out)}
    assert f"{second['id']}: {refusal_of(refuser)}" in rendered.err
    assert (
        f"{second['id']}: {refusal_of(refuser)}" in shop.fails(1, "callback", "add", second["id"], "--due", "+1d").err
    )
    (item,) = (one for one in shop.json("due", "-f", "json") if one["kind"] == "on-hold")
    assert (item["id"], item["phone"]) == (second["id"], "")
    assert item["what"].startswith(refusal_of(refuser))


def test_a_known_number_says_that_its_holder_wants_no_contact_before_anything_is_decided(shop):
    refuser = archive_with_a_refusal(shop)
    told = shop.fails(4, "lead", "add", "--name", "王强", "--phone", NUMBER).err
    assert f"{NUMBER} is held by {refuser} 张秀英: " in told
    assert ", stage new, who wants no contact" in told


def test_another_file_a_household_and_a_second_number_are_held_alike(shop):
    refuser = archive_with_a_refusal(shop)
    new = shop.ok("lead", "add", "--name", "王强", "--phone", NUMBER, "--new", "-f", "ids")
    home = shop.ok("lead", "add", "--name", "张大明", "--phone", NUMBER, "--household", refuser, "-f", "ids")
    second = shop.ok("lead", "edit", "C2611-00000001", "--set", f"phone={NUMBER}", "-f", "ids")
    for done in (new, home, second):
        held = done.out.strip()
        assert (
            f"{refusal_of(refuser)}: {held} is held until somebody decides, crmkit customer release {held}" in done.err
        )
        for command in (
            ("callback", "add", held, "--due", "+1d"),
            ("visit", "add", held, "--purpose", "courtesy", "--at", "tomorrow 15:00"),
        ):
            assert refusal_of(refuser) in shop.fails(1, *command).err
        assert shop.json("lead", "show", held, "-f", "json")["refusal"] == refusal_of(refuser)
        assert shop.json("customer", "show", held, "-f", "json")["refusal"] == refusal_of(refuser)


def test_the_second_number_of_a_refuser_is_not_rung_either(shop):
    refuser = archive_with_a_refusal(shop)
    shop.ok("lead", "edit", refuser, "--set", "phone=13900541732")
    held = shop.ok("lead", "add", "--name", "王强", "--phone", "13900541732", "--new", "-f", "ids").out.strip()
    assert refusal_of(refuser) in shop.fails(1, "callback", "add", held, "--due", "+1d").err


def pair(**refusal: object) -> list[Customer]:
    """A woman with a call planned, and somebody with the same number who refused."""
    phone = a_phone(31, "confirmed")
    return [
        a_customer(31, name="钱桂英", phones=(phone,), stage="screened", owner="LN"),
        a_customer(32, name="张秀英", phones=(phone,), **(refusal or {"do_not_contact": ("all",)})),
    ]


def test_a_person_who_looked_releases_the_file_and_may_take_that_back(shop):
    shop.put(*pair(), Callback(id="B2611-00000031", customer=WIFE, purpose="manual", due_at=NOW, owner="LN"))

    def listed() -> list[str]:
        return [one["refusal"] for one in shop.json("callback", "list", "-f", "json") if one["customer"] == WIFE]

    assert listed() == []
    tried = shop.json("customer", "release", WIFE, "-n", "-f", "json")
    assert tried["changes"] == {WIFE: {"released": [[], [REFUSER]]}}
    assert listed() == []
    done = shop.json("customer", "release", WIFE, "--reason", "his wife, who wants our calls", "-f", "json")
    assert (done["ids"], done["counts"]["released"]) == ([WIFE], 1)
    assert listed() == [refusal_of(REFUSER)]  # whose refusal it is stands there all the same
    sheet = shop.json("callback", "sheet", "B2611-00000031", "-f", "json")
    assert (sheet["refusal"], sheet["notes"]) == (refusal_of(REFUSER), ["2026-11-23 his wife, who wants our calls"])
    assert shop.json("customer", "release", WIFE, "-f", "json")["counts"]["unchanged"] == 1
    shop.ok("customer", "release", WIFE, "--off")
    assert listed() == []
    shop.ok("undo", "--yes")
    assert listed() == [refusal_of(REFUSER)]
    assert shop.json("lead", "show", REFUSER, "-f", "json")["do_not_contact"] == ["all"]


def test_a_release_is_from_one_refusal_and_another_still_holds(shop):
    third = a_customer(33, name="王强", phones=(a_phone(31),), do_not_contact=("call",))
    shop.put(*pair(), third)
    shop.ok("customer", "release", WIFE, "--from", REFUSER)
    told = shop.fails(1, "callback", "add", WIFE, "--due", "+1d").err
    assert f"{OTHER} 王强, who wants no contact" in told
    shop.ok("customer", "release", WIFE, "--from", OTHER)
    shop.ok("callback", "add", WIFE, "--due", "+1d", "-n")
    told = shop.fails(1, "customer", "release", WIFE, "--from", "C2611-00000001").err
    assert f"{WIFE} is not held by a refusal of C2611-00000001" in told


def test_no_calls_on_a_number_stops_calls_there_and_no_visits(shop):
    shop.put(*pair(do_not_contact=("call",)))
    shop.fails(1, "callback", "add", WIFE, "--due", "+1d")
    shop.ok("visit", "add", WIFE, "--purpose", "courtesy", "--at", "tomorrow 15:00", "-n")


def test_a_refusal_that_is_lifted_or_merged_away_holds_nobody(shop):
    shop.put(*pair())
    shop.ok("customer", "dnc", REFUSER, "--channel", "all", "--off")
    shop.ok("callback", "add", WIFE, "--due", "+1d", "-n")
    shop.ok("customer", "dnc", REFUSER, "--channel", "all")
    shop.fails(1, "callback", "add", WIFE, "--due", "+1d", "-n")


def test_a_release_outlives_the_merge_of_the_refusers_files(shop):
    shop.put(*pair(), a_customer(33, name="张秀英", birthday="1953-01-02", address="青年路1号"))
    shop.ok("customer", "release", WIFE)
    shop.ok("dedupe", "merge", REFUSER, OTHER, "--keep", OTHER, "--yes")
    shop.ok("callback", "add", WIFE, "--due", "+1d", "-n")
    shop.ok("dedupe", "split", REFUSER, "--yes")
    assert shop.json("lead", "show", WIFE, "-f", "json")["released"] == [REFUSER]


def test_the_number_of_an_office_that_many_share_holds_nobody(shop):
    shop.put(*pair())
    shop.ok("config", "--set", f'dedupe.shared_numbers=["{a_phone(31).raw}"]')
    shop.ok("callback", "add", WIFE, "--due", "+1d", "-n")


def test_a_deceased_person_is_left_out_of_everything_and_the_household_is_not(shop):
    home = {"household": WIFE, "stage": "screened", "owner": "LN"}
    shop.put(
        a_customer(31, name="钱桂英", phones=(a_phone(31, "confirmed"),), **home),
        a_customer(33, name="孙国强", phones=(a_phone(31, "confirmed"),), **home),
        *(
            Callback(id=f"B2611-0000003{n}", customer=who, purpose="service", due_at=NOW, owner="LN")
            for n, who in enumerate((WIFE, OTHER))
        ),
        Visit(
            id="V2611-00000031", customer=WIFE, purpose="repair", begins_at=at("2026-11-24 15:00"),
            ends_at=at("2026-11-24 15:30"), by="LN",
        ),
        *(
            Event(id=f"G2611-0000003{n}", code=f"E{n}", event_kind="lecture", starts_at=at(f"2026-11-{day} 09:00"))
            for n, day in enumerate((20, 30))
        ),
        *(
            Invitation(id=f"N2611-0000003{n}", event_id=f"G2611-0000003{n}", customer=WIFE, number=f"E{n}-LN001-7")
            for n in range(2)
        ),
    )  # fmt: skip
    done = shop.ok("customer", "deceased", WIFE, "--on", "2026-11-20", "-f", "json")
    assert json.loads(done.out)["counts"] | {} == {
        "deceased": 1, "cancelled": 2, "void": 1, "callbacks": 0, "callbacks_cancelled": 0, "callbacks_moved": 0,
    }  # fmt: skip
    assert "2 planned calls and visits are cancelled" in done.err
    assert [
        one["customer"] for one in shop.json("callback", "list", "-f", "json") if one["customer"] in (WIFE, OTHER)
    ] == [OTHER]
    (closed,) = shop.json("callback", "list", "--state", "cancelled", "-f", "json")
    assert (closed["customer"], closed["closing"]) == (WIFE, "deceased")
    states = {one["event"]: one["state"] for one in shop.json("event", "guests", "E1", "-f", "json")}
    assert set(states.values()) <= {"void"}
    file = shop.json("customer", "show", WIFE, "-f", "json")
    assert (file["deceased"], file["deceased_on"], file["household"]) == (True, "2026-11-20", WIFE)
    assert "the person has died" in shop.fails(1, "callback", "add", WIFE, "--due", "+1d").err
    assert [one["id"] for one in shop.json("lead", "list", "--deceased", "-f", "json")] == [WIFE]
    assert WIFE not in {one["id"] for one in shop.json("lead", "list", "--no-deceased", "-f", "json")}
    shop.fails(1, "customer", "deceased", WIFE, "--on", "2026-11-24")
    shop.fails(2, "customer", "deceased", WIFE, "--on", "2026-11-20", "--off")
    assert shop.json("customer", "deceased", WIFE, "-f", "json")["counts"]["unchanged"] == 1
    shop.ok("customer", "deceased", WIFE, "--off")
    shop.ok("callback", "add", WIFE, "--due", "+1d", "-n")


def test_what_the_planner_had_planned_comes_back_when_the_death_was_a_mistake(busy):
    (before,) = (one for one in busy.json("callback", "list", "-f", "json") if one["customer"] == "C2611-00000001")
    busy.ok("customer", "deceased", "C2611-00000001")
    assert busy.json("callback", "plan", "-f", "json")["counts"]["planned"] == 0
    busy.ok("customer", "deceased", "C2611-00000001", "--off")
    (after,) = (one for one in busy.json("callback", "list", "-f", "json") if one["customer"] == "C2611-00000001")
    assert (after["id"], after["due_at"]) == (before["id"], before["due_at"])


def test_the_deceased_are_edited_merged_and_named_in_chinese(shop):
    shop.ok("lead", "edit", "C2611-00000001", "--set", "deceased=是", "--set", "deceased_on=2026-11-20")
    assert shop.json("lead", "show", "C2611-00000001", "-f", "json")["deceased_on"] == "2026-11-20"
    shop.put(a_customer(33, name="秦玉兰"))
    shop.ok("dedupe", "merge", "C2611-00000001", OTHER, "--keep", OTHER, "--yes")
    assert shop.json("lead", "show", OTHER, "-f", "json")["deceased"] is True
    told = shop.fails(1, "--lang", "zh", "callback", "add", OTHER, "--due", "+1d").err
    assert "已故" in told


def test_an_answered_call_of_any_verb_clears_a_suspect_file_and_brings_its_callbacks_back(shop):
    suspect = "C2611-00000003"
    for verb in (
        ("call", "log", suspect, "--outcome", "reached"),
        ("lead", "screen", suspect, "--outcome", "valid"),
        ("lead", "screen", suspect, "--outcome", "refused"),
    ):
        tried = shop.json(*verb, "-n", "-f", "json")["changes"][suspect]
        assert tried["suspect"] == [True, False], verb
        assert tried["phones"][1][0]["state"] == "confirmed", verb
    shop.put(Callback(id="B2611-00000031", customer=suspect, purpose="manual", due_at=NOW, owner="LN"))
    shop.ok("product", "add", "--code", "TEA", "--name", "tea", "--price", "20")
    shop.ok("order", "add", "--customer", suspect, "--item", "TEA:1", "--pay", "20")
    assert suspect not in {one["customer"] for one in shop.json("callback", "list", "-f", "json")}
    shop.ok("callback", "done", "B2611-00000031", "--outcome", "reached")
    assert {"thanks", "first-use"} <= {
        one["purpose"] for one in shop.json("callback", "list", "-f", "json") if one["customer"] == suspect
    }


def test_a_number_found_false_is_false_for_every_file_of_a_batch_and_for_the_next_sheet(shop, tmp_path):
    shop.put(*pair(do_not_contact=("letter",)))
    lines = tmp_path / "calls.jsonl"
    told = [{"customer": REFUSER, "outcome": "invalid-number"}, {"customer": WIFE, "outcome": "no-answer"}]
    shop.ok("call", "log", "-", stdin="".join(json.dumps(line) + "\n" for line in told))
    states = [shop.json("lead", "show", who, "-f", "json") for who in (REFUSER, WIFE)]
    assert [(file["phones"][0]["state"], file["suspect"]) for file in states] == [("invalid", True)] * 2
    lines.write_text(f"姓名,电话\n王强,{a_phone(31).raw}\n", "utf-8")
    new = shop.json("lead", "import", lines, "-f", "json")["ids"][-1]
    file = shop.json("lead", "show", new, "-f", "json")
    assert (file["phones"][0]["state"], file["suspect"]) == ("invalid", True)
    shop.ok("call", "log", WIFE, "--outcome", "reached")
    assert shop.json("lead", "show", new, "-f", "json")["phones"][0]["state"] == ""
