"""crmkit daily: the morning's run, at a desk on Monday 2026-11-23 (`shop`)."""

import subprocess

from crmkit.core import daily as core_daily
from tests.core import desk

LATER = "2026-11-30T07:40:00+08:00"


def commits(shop):
    return int(subprocess.run(["git", "-C", shop.archive, "rev-list", "--count", "HEAD"], capture_output=True).stdout)


def test_daily_is_one_commit_and_the_second_run_none(shop):
    before = commits(shop)
    shop.ok("daily")
    assert commits(shop) == before + 1
    again = shop.json("daily")
    assert (again["commit"], again["counts"]["planned"], again["counts"]["graded"]) == ("", 0, 0)
    assert commits(shop) == before + 1


def test_daily_says_what_the_day_brings_and_with_q_nothing(shop):
    assert "to do today: callback 1" in shop.ok("daily").err
    ran = shop.ok("-q", "daily")
    assert (ran.out, ran.err) == ("", "")


def test_daily_says_how_many_days_it_missed(shop):
    shop.ok("daily")
    assert "days without a run: 6" in shop.ok("daily", CRMKIT_NOW=LATER).err
    assert "without a run" not in shop.ok("daily", CRMKIT_NOW=LATER).err


def test_daily_refuses_a_clock_that_has_gone_back_and_changes_nothing(shop):
    shop.ok("daily", CRMKIT_NOW=LATER)
    before = commits(shop)
    ran = shop.fails(1, "-q", "daily", CRMKIT_NOW="2026-11-28T07:40:00+08:00")
    assert "2026-11-28 07:40" in ran.err and "2026-11-30 07:40" in ran.err and "--clock-is-right" in ran.err
    assert commits(shop) == before
    shop.ok("-q", "daily", "--clock-is-right", CRMKIT_NOW="2026-11-28T07:40:00+08:00")
    shop.ok("-q", "daily", CRMKIT_NOW="2026-11-28T07:41:00+08:00")


def test_daily_in_a_new_clone_learns_from_the_history_that_the_clock_is_wrong(shop):
    shop.ok("daily", CRMKIT_NOW=LATER)
    (shop.archive / ".crmkit" / "daily").unlink()
    shop.fails(1, "daily", CRMKIT_NOW="2026-11-28T07:40:00+08:00")


def test_a_dry_daily_neither_writes_nor_remembers(shop):
    shop.ok("daily", "-n", CRMKIT_NOW=LATER)
    assert not (shop.archive / ".crmkit" / "daily").exists()
    shop.ok("daily")


def test_a_damaged_note_of_the_last_run_is_no_obstacle(shop):
    shop.ok("daily")
    (shop.archive / ".crmkit" / "daily").write_bytes(b"\xff yesterday")
    shop.ok("daily")
    assert (shop.archive / ".crmkit" / "daily").stat().st_mode & 0o777 == 0o600


def test_daily_recycles_grades_and_plans_for_the_new_owner_in_one_run(shop):
    shop.put(
        desk.a_customer(5, collected_at=desk.at("2026-07-01 09:00"), stage="screened", owner="LN", source="outreach"),
        desk.a_customer(6, collected_at=desk.at("2026-11-20 09:00"), stage="buyer", owner="LN"),
    )
    for code in ("LN", "WQ"):
        shop("staff", "add", "--code", code, "--name", code)
        shop.ok("staff", "edit", code, "--set", "roles=screener,service")
    counts = shop.json("daily")["counts"]
    assert (counts["recycled"], counts["graded"]) == (1, len(shop.json("lead", "list")))
    assert shop.json("lead", "show", "C2611-00000005")["owner"] == "WQ"
    assert shop.json("daily")["counts"]["recycled"] == 0


def while_deciding(monkeypatch, *lines):
    """Let other processes do this, one after the other, after what they find there was read and before the commit."""
    ran = []
    real = core_daily.daily_work

    def decide(*arguments):
        decided = real(*arguments)
        ran.extend(line() for line in lines if len(ran) < len(lines))
        return decided

    monkeypatch.setattr(core_daily, "daily_work", decide)
    return ran


def test_while_daily_decides_others_read_and_write_without_waiting(shop, monkeypatch):
    add = ("--wait", "0", "lead", "add", "--name", "吴桂芳", "--phone", "13900541799", "--source", "outreach")
    show = ("--wait", "0", "lead", "show", "13900541799")
    ran = while_deciding(monkeypatch, lambda: shop(*add, process=True), lambda: shop(*show, process=True))
    shop.ok("daily")
    assert [(one.code, one.err) for one in ran] == [(0, ""), (0, "")]
    calls = shop.json("callback", "list", "--customer", "13900541799")
    assert [(one["purpose"], one["state"]) for one in calls] == [("screening", "open")]


def test_what_was_written_while_daily_decided_is_decided_again(shop, monkeypatch):
    """Somebody who refuses meanwhile is not planned to be called; everybody else is, as it was decided."""
    ids = [shop.ok("-q", "lead", "add", "--name", f"吴{n}", "--phone", f"1390054170{n}").out.strip() for n in (1, 2)]
    days_later = {"CRMKIT_NOW": "2026-11-25T07:40:00+08:00"}
    for one in ids:
        shop.ok("lead", "edit", one, "--set", "birthday=1953-11-30")
    refuse = ("--wait", "0", "customer", "dnc", ids[0], "--channel", "all")
    ran = while_deciding(monkeypatch, lambda: shop(*refuse, process=True, **days_later))
    shop.ok("daily", **days_later)
    assert [one.code for one in ran] == [0], ran[0].err
    greetings = [
        [call for call in shop.json("callback", "list", "--customer", one) if call["purpose"] == "greeting"]
        for one in ids
    ]
    assert [len(calls) for calls in greetings] == [0, 1]


def test_a_morning_after_a_morning_looks_only_at_what_changed(shop, monkeypatch):
    shop.ok("daily")
    shop.ok("daily")
    looked = []
    real = core_daily.daily_work
    monkeypatch.setattr(core_daily, "daily_work", lambda *given: looked.append(len(given[2].customers)) or real(*given))
    everybody = len(shop.json("lead", "list"))
    shop.ok("daily")
    one = shop.ok("-q", "lead", "add", "--name", "吴桂芳", "--phone", "13900541799").out.strip()
    shop.ok("daily")
    shop.ok("config", "--set", "callback.ahead_days=8")
    shop.ok("daily")
    shop.ok("lead", "edit", one, "--set", "tags=x")
    shop.ok("undo", "--yes")
    shop.ok("daily")
    assert looked == [0, 1, everybody + 1, 1]


def test_what_asks_for_a_part_of_the_morning_counts_as_if_everybody_were_looked_at(shop):
    """`callback plan`, `lead recycle` and `customer grade ID` say the same before a morning and after one."""
    customers = shop.ok("lead", "list", "-f", "ids").lines

    def told():
        graded = [shop.json("customer", "grade", one) for one in customers]
        return [shop.json(*verb, "-n")["counts"] for verb in (("callback", "plan"), ("lead", "recycle"))], graded

    shop.ok("daily")
    (shop.archive / ".crmkit" / "index.seal").unlink()  # the index is built anew, and knows of no morning
    by_everybody = told()
    shop.ok("daily")
    assert told() == by_everybody
    assert by_everybody[0][0]["unchanged"] > 0 and len(customers) > 1
