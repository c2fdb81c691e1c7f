"""Every verb of `crmkit plan` in every state of a plan: taken or refused, with its exit code; and what contradicts."""

import shutil

import pytest

from tests.commands.plan_desk import WHO, cards, contract, on, prepaid, slots, sold, unchanged
from tests.conftest import Shell

OTHER = "13900541732"
NOW = on("2026-06-10")
LATE = on("2027-03-01")  # when plans of twelve months are over


@pytest.fixture(scope="session")
def states(trucks, tmp_path_factory):
    """An archive with a plan in each state; whoever asks of those that ended by their months asks on a day after it."""
    folder = tmp_path_factory.mktemp("states")
    crm = Shell(folder, shutil.copytree(trucks, folder / "archive"))
    crm.env.update(on("2026-01-01"))
    crm.ok("lead", "add", "--name", "李建国", "--phone", OTHER, "--source", "shop")
    usual = ("--mode", "contract", "--customer", WHO, "--every", "3m", "--months", "12", "--price", "120")
    months = ("--visits", "4", "--every", "3m", "--months", "12", "--list-price", "400")
    found = {"upcoming": sold(crm, *usual, "--from", "2026-12-01")}
    for name in ("active", "ending", "ended", "renewed", "closed"):
        found[name] = sold(crm, *usual, "--from", "2026-01-01")
        crm.ok("plan", "report", f"{found[name]}:1", "--condition", "good", **on("2026-04-01"))
        if name != "closed":
            crm.ok("plan", "settle", f"{found[name]}:1", **on("2026-04-01"))
    for name in ("prepaid", "frozen", "used-up", "expired", "transferred", "refunding", "refunded"):
        found[name] = prepaid(crm, *months)
        crm.ok("plan", "use", f"{found[name]}:1", **on("2026-02-02"))
    found["service"] = sold(crm, "--mode", "service", "--customer", WHO, "--months", "12", "--from", "2026-01-01")
    found["term-over"] = prepaid(crm, "--unlimited", "--months", "12")
    crm.ok("plan", "notice", found["ending"], **NOW)
    crm.ok("plan", "renew", found["renewed"], **NOW)
    crm.ok("plan", "end", found["closed"], "--reason", "sold", **NOW)
    crm.ok("plan", "freeze", found["frozen"], **NOW)
    crm.ok("plan", "use", found["used-up"], "--units", "3", **NOW)
    crm.ok("plan", "transfer", found["transferred"], "--to", OTHER, **NOW)
    for name, paid in (("refunding", "0"), ("refunded", "900")):
        crm.ok("plan", "refund", found[name], "--cause", "ours", "--amount", paid, **NOW)
    return crm, found


STATES = (
    "upcoming", "active", "ending", "ended", "renewed", "closed", "service", "prepaid", "frozen", "used-up", "expired",
    "term-over", "transferred", "refunding", "refunded",
)  # fmt: skip
TABLE = {  # a verb, and in which of these states it is taken: "x"; refused with exit 1: "."
    "move": (("{}:4", "--to", "2026-12-10"), ".xx.x..x.x....."),
    "skip": (("{}:4", "--reason", "停产"), "xxxxx..xxxx...."),
    "visit": (("{}:4", "--at", "2026-12-10 09:00"), ".xx.x..x.x....."),
    "report": (("{}:2", "--condition", "good"), ".xxxx..x.xx...."),
    "settle": (("{}:1",), ".....x........."),
    "invoice": (("{}:1",), ".xxxx.........."),
    "meter": (("{}", "--reading", "9"), ".xxxx.xxxxxx..."),
    "train": (("{}",), ".xx.x.xxxx....."),
    "review": (("{}", "--outcome", "renew"), "xxxx..xxxxxx..."),
    "notice": (("{}",), "xx....xxxx....."),
    "renew": (("{}",), "xx.x..xxxxxx..."),
    "end": (("{}", "--reason", "sold"), ".xx.x.x..x.x..."),
    "freeze": (("{}",), ".......x......."),
    "thaw": (("{}",), "........x......"),
    "use": (("{}", "--units", "1"), ".......x..x...."),
    "top-up": (("{}", "--paid", "100", "--visits", "1"), ".......x.xx...."),
    "transfer": (("{}", "--to", "13900541732"), ".......x..x...."),
    "refund --cause": (("{}", "--cause", "ours"), ".......xxxxx..."),
    "refund --amount": (("{}", "--amount", "1"), ".............x."),
    "log": (("{}", "contact"), "......x........"),
}


@pytest.mark.parametrize("verb", TABLE)
def test_a_verb_is_taken_or_refused_as_the_state_of_the_plan_says(states, verb):
    crm, plans = states
    words, taken = TABLE[verb]
    found = ""
    for name in STATES:
        late = LATE if name in ("ended", "expired", "term-over") else NOW
        typed = [word.format(plans[name]) for word in words]
        ran = crm("plan", verb.split()[0], *typed, "-n", CRMKIT_DEBUG="", **late)
        assert ran.code in (0, 1), ran.err
        found += ".x"[ran.code == 0]
    assert dict(zip(STATES, found, strict=True)) == dict(zip(STATES, taken, strict=True))


def test_a_unit_with_a_report_is_not_settled_as_unavailable_nor_reported_once_it_was(fleet):
    plan = contract(fleet, units=2)
    first, second = cards(fleet)[:2]
    fleet.ok("plan", "report", f"{plan}:1", "--card", first, "--condition", "good", **on("2026-04-01"))
    both = unchanged(fleet, 1, "plan", "settle", f"{plan}:1", "--unavailable", first, "--unavailable", second,
                     **on("2026-04-01"))  # fmt: skip
    assert f"{plan}:1: a unit that has its report was made available" in both
    everything = unchanged(fleet, 1, "plan", "settle", f"{plan}:1", "--unavailable", "all", **on("2026-04-01"))
    assert "a unit that has its report was made available" in everything
    fleet.ok("plan", "settle", f"{plan}:1", "--unavailable", second, **on("2026-04-01"))
    late = unchanged(fleet, 1, "plan", "report", f"{plan}:1", "--card", second, "--condition", "good",
                     **on("2026-04-02"))  # fmt: skip
    assert "that visit is done, skipped or cancelled" in late


def test_nothing_of_a_plan_that_is_over_is_due_any_more(states):
    crm, plans = states
    shown = {name: crm.json("plan", "show", plans[name], **NOW) for name in STATES}
    nothing = [name for name in STATES if shown[name]["next_on"] is None]
    assert nothing == ["closed", "used-up", "transferred", "refunded"]
    assert (shown["refunding"]["next"], shown["refunding"]["next_on"]) == ("refund", "2026-06-25")
    listed = {one["id"] for one in crm.json("plan", "list", **NOW)}
    assert {name for name in STATES if plans[name] not in listed} == {"closed", "transferred", "refunded"}
    everything = {one["id"] for one in crm.json("plan", "list", "--state", "all", **NOW)}
    assert everything >= set(plans.values())
    assert crm.fails(2, "plan", "list", "--state", "asleep").err.startswith("error: --state: there is no state asleep")


def test_visits_that_were_not_made_are_asked_for_until_a_month_after_the_end(fleet):
    plan = contract(fleet)
    asked = [one["id"] for one in fleet.json("due", **on("2027-01-30")) if one["kind"] == "plan-visit"]
    assert asked == [f"{plan}:{k}" for k in (1, 2, 3, 4)]
    assert [one["id"] for one in fleet.json("due", **on("2027-01-31")) if one["kind"] == "plan-visit"] == []
    assert [state for (state,) in slots(fleet, plan, "state", **on("2027-01-31"))] == ["missed"] * 4


def test_no_more_visits_are_due_than_are_paid_for(fleet):
    plan = prepaid(fleet, "--visits", "12", "--every", "1m", "--months", "12")
    fleet.ok("plan", "use", plan, "--units", "10")
    assert fleet.json("plan", "show", plan, **on("2026-02-02"))["next"] == "1"
    fleet.ok("plan", "use", f"{plan}:1", **on("2026-02-02"))
    fleet.ok("plan", "use", f"{plan}:2", **on("2026-03-02"))
    shown = fleet.json("plan", "show", plan, **on("2026-03-02"))
    assert (shown["state"], shown["next"]) == ("used-up", "")


def test_the_successor_of_a_card_that_is_used_up_begins_today(fleet):
    plan = prepaid(fleet, "--visits", "2", "--months", "12")
    fleet.ok("plan", "use", plan, "--units", "2", **on("2026-03-02"))
    new = fleet.json("plan", "renew", plan, **on("2026-03-05"))["ids"][0]
    shown = fleet.json("plan", "show", new, **on("2026-03-05"))
    assert (shown["starts_on"], shown["ends_on"], shown["visits_left"]) == ("2026-03-05", "2027-03-04", 2)


def test_a_card_that_rests_after_its_end_is_not_brought_back_by_it(fleet):
    plan = prepaid(fleet, "--visits", "2", "--months", "3")
    fleet.ok("plan", "freeze", plan, **on("2026-03-21"))
    fleet.ok("plan", "thaw", plan, **on("2026-03-31"))
    assert fleet.json("plan", "show", plan, **on("2026-04-11"))["ends_on"] == "2026-04-10"
    assert "the plan is over" in unchanged(fleet, 1, "plan", "freeze", plan, **on("2026-04-11"))
