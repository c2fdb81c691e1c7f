"""Plans of two operators who did not know of each other; files that are merged and split; what was before."""

from crmkit.archive.archive import Archive
from crmkit.records import Callback, Card, Customer, Plan, Step, Visit
from tests.commands.plan_desk import WHO, contract, on, prepaid, slots, sold, synced


def test_two_clones_that_plan_offline_write_the_same_calls(two):
    here, clone = two
    plan = contract(here)
    card = prepaid(here, "--visits", "12", "--every", "1m", "--months", "12", "--from", "2026-01-10")
    there = clone()
    here.ok("daily", **on("2026-03-26"))
    there.ok("daily", **on("2026-03-28", "09:00"))
    synced(here, there, **on("2026-03-29"))
    calls = [one for one in here.json("callback", "list", **on("2026-03-29")) if one["purpose"] == "plan-visit"]
    assert sorted((one["due_at"][:10], one["about"]) for one in calls) == [("2026-03-25", plan), ("2026-04-03", card)]
    assert here.json("daily", **on("2026-03-29"))["counts"]["planned"] == 0


def test_a_visit_that_both_used_is_used_once_and_paid_back_once(two):
    here, clone = two
    card = prepaid(here, "--visits", "12", "--every", "1m", "--months", "12")
    there = clone()
    for shell in (here, there):
        shell.ok("plan", "use", f"{card}:1", **on("2026-02-02"))
    synced(here, there, **on("2026-02-03"))
    shown = there.json("plan", "show", card, **on("2026-02-03"))
    assert (shown["visits_left"], [one["why"] for one in shown["misfits"]]) == (11, ["used"])
    assert [one["what"] for one in here.json("plan", "audit", **on("2026-02-03"))] == ["no-terms", "conflict"]
    for shell in (here, there):
        shell.ok("plan", "refund", card, "--cause", "ours", "--amount", "1100", **on("2026-02-04"))
    synced(here, there, **on("2026-02-05"))
    shown = here.json("plan", "show", card, **on("2026-02-05"))
    assert (shown["state"], shown["refund_due"]) == ("refunded", 0)
    assert [one["why"] for one in shown["misfits"]] == ["used", "refunded"]
    found = here.json("conflicts", **on("2026-02-05"))
    assert [(one["record"], one["why"]["code"]) for one in found] == [(card, "used"), (card, "refunded")]
    assert [one["code"] for one in here("check", "-f", "json", **on("2026-02-05")).json] == ["contradiction"] * 2
    here.ok("conflicts", "take", found[0]["id"], "dropped", **on("2026-02-05"))
    here.ok("conflicts", "take", found[1]["id"], "kept", **on("2026-02-05"))
    assert here.json("conflicts", **on("2026-02-05")) == []
    assert here.json("check", **on("2026-02-05")) == []


def test_the_last_visit_that_both_used_is_below_nothing_and_waits_for_a_person(two):
    here, clone = two
    card = prepaid(here, "--visits", "1", "--terms", "A")
    there = clone()
    for shell in (here, there):
        shell.ok("plan", "use", card, **on("2026-02-02"))
    synced(here, there, **on("2026-02-03"))
    (found,) = here.json("conflicts", **on("2026-02-03"))
    assert (found["record"], found["why"]["code"]) == (card, "overdrawn")
    assert here.json("plan", "show", card, **on("2026-02-03"))["visits_left"] == -1
    assert [one["what"] for one in here.json("plan", "audit", **on("2026-02-03"))] == ["overdrawn"]
    here.ok("conflicts", "take", found["id"], "dropped", **on("2026-02-03"))
    assert here.json("plan", "show", card, **on("2026-02-03"))["visits_left"] == 0


def test_a_visit_that_both_settled_is_settled_once_and_one_that_both_agreed_on_stands_as_the_later_one(two):
    here, clone = two
    plan = contract(here)
    here.ok("plan", "report", f"{plan}:1", "--condition", "good", **on("2026-04-01"))
    there = clone()
    for shell in (here, there):
        shell.ok("plan", "settle", f"{plan}:1", **on("2026-04-01"))
    here.ok("plan", "visit", f"{plan}:2", "--at", "2026-07-01 09:00", **on("2026-06-20"))
    there.ok("plan", "visit", f"{plan}:2", "--at", "2026-07-03 09:00", **on("2026-06-21"))
    synced(here, there, **on("2026-06-22"))
    shown = slots(there, plan, "state", "amount", "planned_on", **on("2026-06-22"))
    assert shown[:2] == [("settled", 12000, "2026-04-01"), ("booked", None, "2026-07-03")]
    assert [one["why"] for one in there.json("plan", "show", plan, **on("2026-06-22"))["misfits"]] == ["settled"]
    found = there.json("conflicts", **on("2026-06-22"))
    assert [one["why"]["code"] for one in found] == ["settled", "booked"]
    first = next(one["id"] for one in there.json("visit", "list", **on("2026-06-22")) if "07-01" in one["begins_at"])
    there.ok("visit", "cancel", first, "--reason", "twice", **on("2026-06-22"))
    assert [one["why"]["code"] for one in there.json("conflicts", **on("2026-06-22"))] == ["settled"]
    assert slots(there, plan, "state", "planned_on", **on("2026-06-22"))[1] == ("booked", "2026-07-03")


def test_a_file_that_is_merged_and_split_keeps_its_plan_and_its_calls(fleet):
    fleet.ok("lead", "add", "--name", "秦玉兰", "--phone", "13900541739", "--source", "shop")
    plan = sold(fleet, "--mode", "prepaid", "--customer", "13900541739", "--paid", "1200", "--visits", "12", "--every",
                "1m", "--months", "12")  # fmt: skip
    owner, other = (fleet.json("customer", "show", who)["id"] for who in ("13900541739", WHO))
    fleet.ok("dedupe", "merge", WHO, "13900541739", "--yes")
    fleet.ok("daily", **on("2026-01-27"))
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    assert fleet.json("plan", "list", "--customer", WHO, **on("2026-02-02"))[0]["customer"] == other
    fleet.ok("dedupe", "split", owner, "--yes", **on("2026-02-03"))
    (row,) = fleet.json("plan", "list", **on("2026-02-03"))
    assert (row["customer"], row["visits_left"], row["next"]) == (owner, 11, "2")
    assert fleet.json("plan", "list", "--customer", other, **on("2026-02-03")) == []
    assert fleet("check").code == 0


def test_a_plan_is_shown_as_it_stood_and_undone_whole(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12", "--terms", "A")
    run = fleet.json("history")[0]["commit"]
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    fleet.ok("plan", "refund", plan, "--cause", "ours", "--amount", "500", **on("2026-02-03"))
    before = fleet.json("--as-of", run, "plan", "show", plan, **on("2026-02-03"))
    assert (before["visits_left"], before["state"], len(before["steps"])) == (12, "active", 0)
    assert fleet.json("--as-of", "2026-02-02", "plan", "list", **on("2026-02-03"))[0]["visits_left"] == 11
    fleet.ok("undo", "--yes", **on("2026-02-03"))
    shown = fleet.json("plan", "show", plan, **on("2026-02-03"))
    assert (shown["state"], shown["visits_left"], shown["refund_due"], shown["next"]) == ("active", 11, 0, "2")


def test_a_use_reads_no_other_plan(fleet, monkeypatch):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12")
    prepaid(fleet, "--visits", "12")
    every, read = Archive.all, Archive.of
    asked = []
    monkeypatch.setattr(Archive, "all", lambda self, kind, *rest: asked.append(kind) or every(self, kind, *rest))
    monkeypatch.setattr(Archive, "of", lambda self, kind, about: asked.append((kind, about)) or read(self, kind, about))
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    assert not {Plan, Step, Card, Customer, Callback, Visit} & set(asked)
    assert (Step, plan) in asked


def test_looking_for_contradictions_reads_the_calendar_once_and_no_step_again(fleet, monkeypatch):
    for _each in range(2):
        fleet.ok("plan", "use", prepaid(fleet, "--visits", "12"))
    calendars, read, asked = Archive.calendars, Archive.of, []
    monkeypatch.setattr(Archive, "calendars", lambda self: asked.append("calendars") or calendars(self))
    monkeypatch.setattr(Archive, "of", lambda self, kind, about: asked.append(kind) or read(self, kind, about))
    assert fleet.json("conflicts") == []
    assert (asked.count("calendars"), asked.count(Step)) == (1, 0)
