"""crmkit due and daily, at a desk on Monday 2026-11-23 at 10:00 (`shop`)."""

import random
import re
from datetime import date, timedelta

import msgspec

from crmkit.records import Assignment, Callback, Message, Visit
from tests.core import desk

COLUMNS = ["kind", "id", "customer", "name", "phone", "due_at", "owner", "what"]
FIELDS = [*COLUMNS, "late", "group"]


def kinds(items):
    return [(item["kind"], item["customer"]) for item in items]


def test_due_lists_the_days_callbacks(shop):
    shop.ok("daily")
    (item,) = shop.json("due")
    assert list(item) == FIELDS
    assert (item["kind"], item["name"], item["owner"]) == ("callback", "秦玉兰", "LN")
    assert shop.ok("due", "-f", "tsv").lines[0].split("\t") == COLUMNS


def test_due_on_a_later_day_shows_more(shop):
    shop.ok("daily")
    assert len(shop.json("due", "--on", "周三")) == 2
    assert shop.json("due", "--on", "yesterday") == []


def test_due_of_one_person_and_how_many_more_belong_to_nobody(shop):
    shop.put(desk.a_customer(5, shared=True, stage="screened", owner="WQ"))
    shop.put(desk.a_customer(6, stage="screened"))
    shop.ok("daily")
    mine = shop.ok("due", "--by", "LN", "-f", "jsonl")
    assert len(mine.lines) == 1
    assert "1 more have no owner" in mine.err
    assert kinds(shop.json("--by", "WQ", "due")) == [("shared", "C2611-00000005")]


def test_due_shows_files_that_nobody_planned_to_screen(shop):
    shop.put(desk.a_customer(5, collected_at=desk.at("2026-11-18 09:00"), source="outreach"))
    assert kinds(shop.json("due")) == [("unscreened", "C2611-00000005"), ("unscreened", "C2611-00000001")]
    assert [item["what"].startswith("3 days late") for item in shop.json("due")] == [True, False]
    shop.ok("daily")
    assert kinds(shop.json("due"))[0] == ("callback", "C2611-00000005")
    assert "unscreened" not in shop.ok("due").out


def test_due_shows_overdue_screenings_first_the_longest_overdue_above(shop):
    shop.put(
        desk.a_customer(5, collected_at=desk.at("2026-11-19 09:00")),
        desk.a_customer(6, collected_at=desk.at("2026-11-17 09:00"), source="outreach"),
        desk.a_customer(7, collected_at=desk.at("2026-11-17 09:00")),
    )
    shop.ok("daily")
    first = shop.json("due")[:3]
    assert [(item["customer"][-1], item["what"]) for item in first] == [
        ("7", "screening: 6 days late"), ("6", "screening: 4 days late"), ("5", "screening: 4 days late"),
    ]  # fmt: skip
    shop.ok("callback", "done", first[0]["id"], "--outcome", "call-later", "--next", "2026-11-25 10:00")
    assert "C2611-00000007" not in [item["customer"] for item in shop.json("due")]


def test_due_shows_screened_files_that_nobody_has(shop):
    shop.put(desk.a_customer(5, stage="screened"))
    assert kinds(shop.json("due"))[-1] == ("unassigned", "C2611-00000005")


def test_due_tells_who_has_a_file_that_it_passes_on_soon(shop):
    file = desk.a_customer(5, stage="screened", owner="WQ")
    for n, day in enumerate(("2026-08-23", "2026-08-24", "2026-08-31", "2026-09-01")):
        who = msgspec.structs.replace(file, id=f"C2611-0000005{n}")
        move = Assignment(id=f"A2608-0000000{n}", customer=who.id, at=desk.at(f"{day} 10:00"), to="WQ", how="turn")
        shop.put(who, move)
    notices = shop.json("--by", "WQ", "due")
    assert kinds(notices) == [("recycle-notice", "C2611-00000051"), ("recycle-notice", "C2611-00000052")]
    assert notices[0]["what"] == "no sale since 2026-08-24: on 2026-11-24 it passes to somebody else"


def test_due_asks_for_the_numbers_of_the_day_a_second_time(shop):
    shop.put(
        desk.a_customer(5, collected_at=desk.at("2026-11-23 09:30"), collector="WQ"),
        desk.a_customer(6, collected_at=desk.at("2026-11-23 09:31")),  # not 30 minutes ago
        desk.a_customer(7, collected_at=desk.at("2026-11-20 09:00")),
    )
    (item,) = [item for item in shop.json("due") if item["kind"] == "recheck"]
    assert (item["customer"], item["owner"]) == ("C2611-00000005", "WQ")
    shop.ok("recheck", "answer", "C2611-00000005", "13900000005")
    assert "recheck" not in shop.ok("due", "-f", "tsv").out


def test_due_shows_numbers_that_two_people_share(shop):
    shop.put(desk.a_customer(5, shared=True, stage="screened", owner="WQ"))
    assert kinds(shop.json("due"))[-1] == ("shared", "C2611-00000005")


def test_due_with_nothing_to_do_is_empty_and_fine(crm):
    assert crm.ok("due").out == ""
    assert crm.json("due") == []


def test_daily_is_silent_with_q_and_does_everything_once(shop):
    ran = shop.ok("-q", "daily")
    assert (ran.out, ran.err) == ("", "")
    assert len(shop.json("callback", "list")) == 2
    assert shop.json("daily")["counts"]["planned"] == 0


def test_daily_catches_up_after_missed_days(shop):
    shop.ok("daily", CRMKIT_NOW="2026-12-01T07:40:00+08:00")
    due = shop.json("due", CRMKIT_NOW="2026-12-01T07:40:00+08:00")
    assert [item["due_at"][:10] for item in due] == ["2026-11-23", "2026-11-25"]


def test_a_dry_daily_writes_nothing(shop):
    shop.ok("daily", "-n")
    assert shop.json("callback", "list") == []


def test_due_shows_letters_and_visits_by_grade_for_a_fortnight(shop):
    shop.put(
        desk.a_customer(5, grade="A", stage="buyer", owner="WQ", collected_at=desk.at("2026-05-20 09:00")),
        desk.a_customer(6, grade="B", stage="buyer", owner="WQ", collected_at=desk.at("2026-05-23 09:00")),
        desk.a_customer(7, grade="A", stage="buyer", owner="WQ", collected_at=desk.at("2026-05-09 09:00")),
        desk.a_customer(8, grade="B", stage="buyer", owner="WQ", collected_at=desk.at("2026-05-23 09:00"),
                        do_not_contact=("call",)),
    )  # fmt: skip
    found = [item for item in shop.json("due", "--by", "WQ") if item["kind"] == "by-grade"]
    assert [(item["customer"][-1], item["phone"][-1:], item["what"].split(":")[0]) for item in found] == [
        ("5", "5", "a visit by grade A"),
        ("6", "6", "a letter by grade B"),
        ("8", "", "a letter by grade B"),
    ]
    assert "C2611-00000007" in [item["id"] for item in shop.json("customer", "cadence")]


def test_what_is_due_by_grade_is_what_customer_cadence_lists_of_that_fortnight(shop):
    """Found by days instead of by reading everything: on every day of a year, with visits and letters before."""
    chance = random.Random(5)
    days = [desk.NOW - timedelta(days=n) for n in range(500)]
    people = [
        desk.a_customer(n, grade=chance.choice("ABC"), stage="buyer", owner="WQ", collected_at=chance.choice(days))
        for n in range(100, 180)
    ]
    visits = [
        Visit(
            id=f"V2611-{n:08d}",
            customer=chance.choice(people).id,
            begins_at=at,
            ends_at=at,
            purpose="courtesy",
            state="done",
        )
        for n, at in enumerate(chance.sample(days, 30))
    ]
    letters = [
        Message(id=f"H2611-{n:08d}", customer=chance.choice(people).id, at=at, occasion=f"{n}", channel="letter")
        for n, at in enumerate(chance.sample(days, 30))
    ]
    shop.put(*people, *visits, *letters)
    seen = set()
    for on in ("2026-11-21", "2026-11-30", "2027-02-28", "2027-03-01", "2027-08-31", "2027-10-01"):
        first = (date.fromisoformat(on) - timedelta(days=13)).isoformat()
        listed = [one for one in shop.json("customer", "cadence", "--on", on) if first <= one["due_on"]]
        due = [one for one in shop.json("due", "--on", on) if one["kind"] == "by-grade"]
        assert sorted((one["id"], one["due_at"][:10]) for one in due) == sorted(
            (one["id"], one["due_on"]) for one in listed
        )
        seen |= {one["id"] for one in due}
    assert len(seen) > 10


def a_full_day(shop):
    """Late screenings, a visit and a call at their times, a call of the day, a number to ask again, a decision."""
    shop.put(
        desk.a_customer(5, collected_at=desk.at("2026-11-18 09:00"), source="outreach"),
        desk.a_customer(6, collected_at=desk.at("2026-11-23 09:00"), name="周玉芬", collector="WQ"),
        desk.a_customer(7, shared=True, stage="screened", owner="WQ"),
        Visit(
            id="V2611-00000001", customer="C2611-00000001", purpose="courtesy", begins_at=desk.at("2026-11-23 15:00"),
            ends_at=desk.at("2026-11-23 16:00"), by="WQ",
        ),
        Callback(id="B2611-00000001", customer="C2611-00000002", purpose="manual", due_at=desk.at("2026-11-23 11:30")),
        Callback(id="B2611-00000002", customer="C2611-00000007", purpose="manual", due_at=desk.at("2026-11-23 08:00")),
        Callback(id="B2611-00000003", customer="C2611-00000007", purpose="manual", due_at=desk.at("2026-11-20 16:00")),
    )  # fmt: skip


def test_a_day_begins_with_what_has_a_time_then_group_by_group(shop):
    a_full_day(shop)
    lines = shop.ok("due").lines
    headings = [line for line in lines if re.fullmatch(r"[a-z ]+: \d+", line)]
    assert headings == ["at its time: 2", "overdue: 2", "to do: 3", "numbers to ask again: 1", "to decide: 1"]
    first = lines.index("at its time: 2")
    assert [line.split()[:2] for line in lines[first + 1 : first + 3]] == [
        ["11:30", "B2611-00000001"], ["15:00", "V2611-00000001"],
    ]  # fmt: skip
    assert lines[-1] == "to do: 9 (at its time 2, overdue 2, to do 3, numbers to ask again 1, to decide 1)"
    assert shop.ok("due", "--sort", "name").out.count("overdue:") == 0


def test_each_thing_says_its_group_and_whether_it_is_late(shop):
    a_full_day(shop)
    told = {item["id"]: (item["group"], item["late"]) for item in shop.json("due")}
    assert told == {
        "C2611-00000001": ("today", False), "C2611-00000005": ("overdue", True), "C2611-00000006": ("recheck", False),
        "C2611-00000007": ("decision", False), "V2611-00000001": ("timed", False), "B2611-00000001": ("timed", False),
        "B2611-00000002": ("today", False), "B2611-00000003": ("overdue", True),
    }  # fmt: skip


def test_a_week_is_a_small_calendar(shop):
    a_full_day(shop)
    days = shop.json("due", "--week")
    assert [day["day"][-2:] for day in days] == ["23", "24", "25", "26", "27", "28", "29"]
    monday = days[0]
    assert (monday["weekday"], monday["callbacks"], monday["visits"], monday["timed"]) == (
        "Mon", 2, 1, ["11:30 李建国", "15:00 秦玉兰"],
    )  # fmt: skip
    assert set(monday["ids"]) >= {"B2611-00000001", "B2611-00000002", "V2611-00000001"}
    table = shop.ok("due", "--week", CRMKIT_LANG="zh").lines
    assert table[2].split()[:2] == ["2026-11-23", "周一"]
    assert table[-1] == "另有：逾期 2，待决定 1"
    assert shop.json("due", "--week", "--on", "2026-10-01")[0]["holiday"] == "国庆节"


def test_status_says_what_needs_attention(shop):
    a_full_day(shop)
    waiting = shop.json("status")["attention"]
    assert (waiting["overdue_callbacks"], waiting["todays_callbacks"], waiting["todays_visits"]) == (1, 2, 1)
    assert (waiting["shared_numbers"], waiting["unassigned"], waiting["conflicts"]) == (1, 0, 0)
    assert shop.ok("status").lines[0] == "attention   overdue_callbacks 1"


def test_status_of_an_archive_with_nothing_to_do_asks_for_no_attention(crm):
    assert set(crm.json("status")["attention"].values()) == {0}
    assert "attention" not in crm.ok("status").out
