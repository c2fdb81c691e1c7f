"""`crmkit ticket`: from the report to the five questions, typed."""

import openpyxl
import pytest

from crmkit.archive.store.index import Index
from tests.commands.conftest import FRI, HER, THU, WED
from tests.commands.test_filled_in import fill


def test_a_stove_is_reported_served_overcharged_paid_back_and_asked_about(counter):
    ticket = counter.report(f"{WED} 10:00", "--fault", "no-power", "--promise", "16:00")
    assert ticket.startswith("TK2611-")
    counter.at(f"{WED} 10:20", "ticket", "reply", ticket, "--note", "电池是好的")
    counter.at(f"{WED} 10:30", "ticket", "solution", ticket)
    for what, when in (("wait", f"{WED} 11:00"), ("resume", f"{WED} 12:00")):
        counter.at(when, "ticket", what, HER)  # whose only open one it is
    work = ("--part", "COVER:1", "--charge", "TRIP", "--charge", "CHECK", "--taken", "80", "--by", "ZW")
    counter.at(f"{WED} 15:00", "ticket", "work", ticket, *work)
    counter.at(f"{WED} 15:30", "ticket", "solve", ticket, "--cause", "misuse", "--how", "visit", "--by", "ZW")
    shown = counter.show(ticket, f"{WED} 16:00")
    assert (shown["state"], shown["cause"], shown["by"], shown["coverage"]) == ("solved", "misuse", "ZW", "warranty")
    assert (shown["charged"], shown["list_price"], shown["refund_due"]) == (8000, 6500, 1500)
    assert {c["clock"]: (c["due_at"][:16], c["verdict"]) for c in shown["clocks"]} == {
        "reply": (f"{WED}T12:00", "kept"), "solution": (f"{WED}T18:00", "kept"), "solved": (f"{THU}T17:00", "kept"),
        "follow_up": ("2026-11-21T11:00", "open"), "promised": (f"{WED}T16:00", "kept"),
    }  # fmt: skip
    (planned,) = counter.at(f"{WED} 16:00", "callback", "list", "--purpose", "follow-up")
    assert (planned["due_at"][:16], planned["about"]) == ("2026-11-21T08:00", ticket)
    counter.at(f"{THU} 09:00", "ticket", "refund", ticket, "--amount", "10")
    asked = ("--solved", "yes", "--on-time", "是", "--attitude", "好", "--skill", "4", "--charged", "80")
    done = counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, *asked)
    assert done["counts"]["added"] == 1
    (called,) = counter.at(f"{THU} 10:00", "call", "list")
    assert (called["callback"], called["outcome"]) == (planned["id"], "reached")
    assert counter.show(ticket)["state"] == "solved"  # five yuan are owed
    counter.at(f"{THU} 11:00", "ticket", "refund", ticket, "--amount", "5")
    shown = counter.show(ticket)
    assert (shown["state"], shown["refund_due"], shown["refunded"]) == ("closed", 0, 1500)
    answers = shown["steps"][-2]
    assert answers["codes"] == {"outcome": "reached", "solved": "yes", "on_time": "yes"}
    assert answers["numbers"] == {"attitude": 5, "skill": 4, "charged": 8000}
    assert (
        "nothing is to be paid back"
        in counter.at(FRI + " 09:00", "ticket", "refund", ticket, "--amount", "5", code=1).err
    )


def test_whoever_is_at_the_telephone_hears_the_guide_of_the_fault_and_the_next_promise(counter):
    ran = counter.ok(
        "ticket", "add", "--card", counter.card, "--fault", "no-power", "--safety",
        CRMKIT_NOW=f"{WED} 10:00",
    )  # fmt: skip
    said = ran.err.splitlines()
    assert said[:6] == [
        "danger: tell them to switch it off and not to touch it, and send somebody at once",
        "cost: warranty · until 2027-11-01",
        "ask: 电池装反了吗", "likely: 没电", "if they are willing, guide them:", "1. 换电池",
    ]  # fmt: skip
    following = "next: crmkit ticket reply or visit or solve"
    assert f"{ran.out.strip()}: open, reply until 2026-11-18 Wed 12:00 (today); {following}" in said


def test_the_account_of_the_clocks_adds_up(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "wait", ticket)
    counter.at(f"{WED} 15:00", "ticket", "resume", ticket)
    counter.at(f"{WED} 15:40", "ticket", "reply", ticket)
    lines = [one for one in counter.show(ticket)["account"] if one["clock"] == "reply"]
    assert [(one["what"], one["begins_at"][11:16], one["ends_at"][11:16], one["counted"]) for one in lines] == [
        ("running", "10:00", "11:00", 3600), ("waiting", "11:00", "15:00", 0), ("running", "15:00", "15:40", 2400)
    ]  # fmt: skip
    text = counter.ok("ticket", "show", ticket, CRMKIT_NOW=f"{WED} 16:00").out
    assert "reply · 2026-11-18 15:00 - 2026-11-18 15:40 · running · +0:40 = 1:40" in text


def test_the_same_fault_again_is_a_new_unit_whose_card_knows_the_tickets_of_the_old_one(counter):
    first = counter.report(f"{WED} 10:00", "--fault", "no-power")
    refused = counter.at(f"{WED} 10:05", "ticket", "replace", first, "--new-serial", "SN-2", code=1)
    assert "nothing entitles to another unit yet" in refused.err
    counter.at(f"{WED} 11:00", "ticket", "solve", first, "--cause", "defect", "--how", "visit")
    counter.at(f"{THU} 11:00", "ticket", "follow-up", first, "--outcome", "refused")
    second = counter.report("2026-12-02 09:00", "--fault", "no-power")
    assert counter.show(second, "2026-12-02 10:00")["again"] == first
    rights = counter.at("2026-12-02 09:10", "ticket", "entitlements", second)
    assert [(one["what"], one["by"], one["until"], one["reason"]) for one in rights] == [
        ("replace", "promise", "", "again"), ("repair", "promise", "2027-11-01", "warranty")
    ]  # fmt: skip
    assert [one["source"] for one in rights] == ["card", "card"]
    done = counter.at("2026-12-02 09:30", "ticket", "replace", second, "--new-serial", "SN-2")
    assert done["counts"]["issued"] == 1
    again = counter.at("2026-12-02 09:40", "ticket", "replace", second, "--new-serial", "SN-3", code=1)
    assert "was replaced" in again.err
    rights = counter.at("2026-12-02 10:00", "ticket", "entitlements", second)
    assert [(one["what"], one["until"], one["reason"]) for one in rights] == [("repair", "2027-12-02", "warranty")]
    old, new = counter.at("2026-12-02 10:00", "card", "list")
    assert (old["state"], new["serial"], new["warranty_until"]) == ("replaced", "SN-2", "2027-12-02")
    assert (
        "was replaced"
        in counter.at("2026-12-03 10:00", "ticket", "add", "--card", old["number"], "--symptom", "x", code=1).err
    )
    found = counter.at("2026-12-03 10:00", "ticket", "list", "--card", new["number"])
    assert {one["id"] for one in found} == {first, second}
    third = counter.at("2026-12-03 10:00", "ticket", "add", "--card", new["number"], "--fault", "no-power")["ids"][0]
    assert counter.show(third, "2026-12-03 10:00")["again"] == second


def test_a_fault_that_is_found_to_be_the_same_only_at_the_unit_is_told(counter):
    first = counter.report(f"{WED} 10:00", "--fault", "no-power")
    counter.at(f"{WED} 11:00", "ticket", "solve", first, "--cause", "defect")
    second = counter.report(f"{THU} 10:00")
    told = f"{second}: the same fault as {first}, which was solved: a new unit"
    ran = counter.ok("ticket", "work", second, "--fault", "no-power", CRMKIT_NOW=f"{THU} 15:00")
    assert told in ran.err
    ran = counter.ok("ticket", "work", second, "--cause", "misuse", CRMKIT_NOW=f"{THU} 15:10")
    assert told not in ran.err
    counter.ok("ticket", "work", second, "--cause", "defect", CRMKIT_NOW=f"{THU} 15:20")
    counter.at(f"{THU} 16:00", "ticket", "replace", second, "--new-serial", "SN-9")
    assert told not in counter.ok("ticket", "follow-up", second, "--outcome", "refused", CRMKIT_NOW=f"{FRI} 09:00").err


def test_what_is_opened_again_in_the_afternoon_is_visited_the_next_morning(counter):
    ticket = counter.report(f"{WED} 10:00", "--fault", "no-power")
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "defect", "--how", "phone")
    counter.at(f"{THU} 15:00", "ticket", "reopen", ticket, "--note", "还是不行")
    assert counter.at(f"{THU} 15:10", "dispatch", "suggest", ticket)[0]["slot"] == f"{FRI}am"


def test_never_really_solved_is_a_second_cycle_of_the_same_ticket(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "no-fault", "--how", "phone")
    counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, "--solved", "no")
    shown = counter.show(ticket, f"{THU} 10:30")
    assert (shown["state"], shown["cycle"]) == ("open", 2)
    assert [clock["cycle"] for clock in shown["clocks"]] == [1] * 4 + [2] * 4
    assert counter.verdicts(ticket, f"{THU} 12:30") == "kept kept kept kept breached open open open"
    listed = counter.at(f"{THU} 12:30", "ticket", "list", "--breached")
    assert [(one["id"], one["next_clock"], one["next_at"][:16]) for one in listed] == [
        (ticket, "reply", f"{THU}T12:00")
    ]


def test_lists_for_cron(counter):
    early, late = counter.report(f"{WED} 08:30"), counter.report(f"{WED} 10:00")
    waiting = counter.report(f"{WED} 10:01")
    counter.at(f"{WED} 10:05", "ticket", "reply", waiting, "--outcome", "no-answer")
    counter.at(f"{WED} 10:06", "ticket", "hand", late, "--to", "ZW")

    def ids(*words: str, when: str = f"{WED} 10:10") -> list[str]:
        return [one["id"] for one in counter.at(when, "ticket", "list", *words)]

    assert ids() == [early, late, waiting]
    assert (ids("--at-risk", "30min"), ids("--at-risk", "2h"), ids("--breached")) == ([early], [early, late], [])
    assert ids("--breached", when=f"{WED} 11:00") == [early]
    assert ids("--at-risk", "2h", when=f"{WED} 11:00") == [late]
    assert ids("--at-risk", "8h", "--clock", "solution") == [early, late]
    assert (ids("--waiting"), ids("--by", "ZW"), ids("--state", "replied")) == ([waiting], [late], [waiting])
    assert counter.fails(1, "ticket", "list", "--breached", "--exit-code", CRMKIT_NOW=f"{WED} 11:00").out != ""
    counter.ok("ticket", "list", "--breached", "--exit-code", CRMKIT_NOW=f"{WED} 10:10")
    assert "there is no clock tea" in counter.fails(2, "ticket", "list", "--clock", "tea").err
    assert "is not a span of time" in counter.fails(1, "ticket", "list", "--at-risk", "soon").err


@pytest.mark.parametrize(
    ("before", "words", "code", "said"),
    [
        ([], ["reply", "--at", "2026-11-18 09:59"], 1, "2026-11-18 09:59 is before the report, 2026-11-18 10:00"),
        ([], ["reply", "--at", "2026-11-18 19:00"], 1, "2026-11-18 19:00 lies in the future"),
        (["wait"], ["wait"], 1, "waits for the customer already"),
        ([], ["resume"], 1, "does not wait for the customer"),
        ([], ["solve"], 1, "is solved only with its cause"),
        ([], ["solve", "--cause", "tired"], 2, "there is no cause tired"),
        ([], ["solve", "--cause", "defect"], 1, "a defect needs the code of its fault"),
        ([], ["solve", "--cause", "defect", "--fault", "leak"], 1, "leak is no fault of ZJ1"),
        ([], ["work"], 2, "nothing to write down"),
        ([], ["work", "--note", " "], 2, "give --part, --charge, --taken or --note"),
        ([], ["work", "--charge", "GOLD"], 1, "there is no product GOLD"),
        ([], ["work", "--part", "COVER:0"], 1, "part: 0 is not a whole number, 1 or more"),
        ([], ["work", "--taken", "a lot"], 1, "taken: "),
        ([], ["follow-up", "--solved", "yes"], 1, "asking afterwards does not fit"),
        (["solve --cause wear"], ["follow-up"], 1, "whether it is solved was not asked"),
        (["solve --cause wear"], ["follow-up", "--solved", "yes", "--skill", "9"], 1, "skill: 9 is not from 1 to 5"),
        ([], ["refund", "--amount", "5"], 1, "nothing is to be paid back"),
        ([], ["refund"], 1, "either --amount YUAN or --declined"),
        ([], ["cancel"], 1, "is cancelled only with a reason"),
        ([], ["replace"], 1, "which unit is it now?"),
        ([], ["visit"], 1, "who goes?"),
        ([], ["visit", "--by", "ZW", "--slot", "soon"], 1, "'soon' is not half a day"),
        ([], ["visit", "--by", "ZW", "--slot", "2026-11-18am"], 1, "the half day 2026-11-18am is over"),
        ([], ["work", "--part", "COVER:-1"], 1, "part: -1 is not a whole number, 1 or more"),
        ([], ["promise"], 1, "which time was promised?"),
        ([], ["promise", "2026-11-18 09:00"], 1, "promised for 2026-11-18 09:00, which is not after"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(counter, before, words, code, said):
    ticket = counter.report()
    for line in before:
        verb, *more = line.split()
        counter.at(f"{WED} 12:00", "ticket", verb, ticket, *more)
    stands = counter.show(ticket)
    verb, *more = words
    assert said in counter.at(f"{WED} 18:00", "ticket", verb, ticket, *more, code=code).err
    assert counter.show(ticket) == stands


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--symptom", "x"], "whose unit is it?"),
        (["--customer", HER, "--product", "HX1"], "neither a symptom nor a fault"),
        (["--customer", "13900000000", "--symptom", "x"], "13900000000"),
        (["--card", "BJLN-26119999-X", "--symptom", "x"], "BJLN-26119999-X"),
        (["--card", "SHLN-26110001-8", "--symptom", "x"], "SHLN-26110001"),
        (["--customer", HER, "--symptom", "x", "--at", "2026-11-19 10:00"], "lies in the future"),
        (["--customer", HER, "--symptom", "x", "--fault", "leak"], "leak is no fault of ZJ1"),
        (["--customer", HER, "--symptom", "x", "--fault", "none"], "there is no fault none"),
    ],
)
def test_what_cannot_be_reported_is_refused(counter, words, said):
    assert said in counter.at(f"{WED} 10:00", "ticket", "add", *words, code=1).err
    assert counter.at(f"{WED} 10:00", "ticket", "list", "--state", "all") == []


def test_a_void_card_has_no_ticket(counter):
    counter.at(f"{WED} 09:00", "card", "void", counter.card, "--reason", "unit returned")
    refused = counter.at(f"{WED} 10:00", "ticket", "add", "--card", counter.card, "--symptom", "x", code=1)
    assert "is void: unit returned" in refused.err


def test_without_a_card_there_is_a_ticket_as_well(counter):
    done = counter.at(f"{WED} 10:00", "ticket", "add", "--customer", HER, "--product", "HX1", "--symptom", "线头")
    shown = counter.show(done["ids"][0])
    assert (shown["card"], shown["product"], shown["promises"]["reply"], shown["coverage"]) == ("", "HX1", 2, "none")


def test_a_script_that_asks_twice_gets_one_ticket(counter):
    words = ("ticket", "add", "--card", counter.card, "--symptom", "x", "--key", "call-77")
    first, again = counter.at(f"{WED} 10:00", *words), counter.at(f"{WED} 10:00", *words)
    assert (again["ids"], again["counts"]) == (first["ids"], {"unchanged": 1})
    other = counter.at(
        f"{WED} 10:00", "ticket", "add", "--card", counter.card, "--symptom", "y", "--key", "call-77", code=4
    )
    assert "was given before, and for something else" in other.err


def test_many_are_answered_at_once(counter):
    one, two = counter.report(), counter.report(f"{WED} 10:05")
    lines = f'{one}\n{{"ticket": "{two}", "note": "guided"}}\nTK2611-00000000\n'
    ran = counter.fails(5, "ticket", "reply", "-", "-f", "json", stdin=lines, CRMKIT_NOW=f"{WED} 11:00")
    assert "line 3: no tickets record has the id TK2611-00000000" in ran.err
    assert [counter.show(ticket)["state"] for ticket in (one, two)] == ["replied", "replied"]


def test_two_who_solve_it_offline_are_both_kept_and_the_contradiction_is_told(counter, both):
    ticket = counter.report()
    counter, other = both(counter)
    counter.at(f"{WED} 15:00", "ticket", "solve", ticket, "--cause", "wear")
    other.at(f"{WED} 14:00", "ticket", "solve", ticket, "--cause", "misuse")
    other.at(f"{WED} 14:10", "ticket", "follow-up", ticket, "--solved", "yes", "--attitude", "5")
    for shell in (counter, other, counter):
        shell.ok("-q", "sync")
    mine, yours = counter.show(ticket), other.show(ticket)
    assert mine == yours
    assert (mine["cause"], [step["what"] for step in mine["steps"]]) == ("misuse", ["solve", "follow-up", "solve"])
    assert [step["misfit"] for step in mine["steps"] if "misfit" in step] == [True]
    assert [one["id"] for one in counter.at(f"{FRI} 10:00", "ticket", "list", "--misfits")] == [ticket]


def test_an_undone_step_is_gone_and_the_clocks_run_as_before(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "wait", ticket)
    counter.ok("undo", "--yes", CRMKIT_NOW=f"{WED} 11:01")
    shown = counter.show(ticket, f"{WED} 11:02")
    assert (shown["steps"], shown["waiting"], shown["next_at"][:16]) == ([], False, f"{WED}T12:00")
    assert [one["id"] for one in counter.at(f"{WED} 11:02", "ticket", "list", "--at-risk", "1h")] == [ticket]


def test_a_refusal_does_not_stop_the_service_that_was_asked_for(counter):
    counter.at(f"{WED} 09:00", "customer", "dnc", HER, "--channel", "all")
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear")
    (planned,) = counter.at(f"{WED} 12:00", "callback", "list", "--purpose", "follow-up")
    assert planned["about"] == ticket


def test_the_timeline_and_the_tickets_follow_a_merged_file(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "reply", ticket)
    other = counter.at(f"{WED} 11:00", "lead", "add", "--name", "陈玉珍", "--phone", "13900541888")["ids"][0]
    counter.at(f"{WED} 11:05", "dedupe", "merge", other, HER, "--yes")
    file = counter.at(f"{WED} 12:00", "customer", "show", other)
    assert {one["kind"] for one in file["timeline"]} >= {"ticket", "step"}
    assert [one["customer"] for one in counter.at(f"{WED} 12:00", "ticket", "list")] == [file["id"]]


def test_called_in_the_morning_somebody_comes_in_the_afternoon(counter):
    ticket = counter.report()
    counter.at(f"{WED} 10:10", "ticket", "promise", ticket, "17:00")
    done = counter.at(f"{WED} 10:20", "ticket", "visit", ticket, "--auto")
    assert done["counts"]["visits"] == 1
    (agreed,) = counter.at(f"{WED} 10:30", "visit", "list", "--by", "ZW")
    assert (agreed["begins_at"][:16], agreed["ends_at"][:16]) == (f"{WED}T14:30", f"{WED}T20:00")
    assert (agreed["about"], agreed["purpose"]) == (ticket, "repair")
    shown = counter.show(ticket, f"{WED} 10:30")
    assert (shown["state"], shown["by"], shown["agreed_at"][:16]) == ("arranged", "ZW", f"{WED}T20:00")
    counter.at(f"{WED} 15:00", "visit", "start", agreed["id"])
    counter.at(f"{WED} 15:30", "visit", "finish", agreed["id"], "--outcome", "换了电池")
    assert counter.at(f"{WED} 16:00", "callback", "list", "--purpose", "service") == []  # asked once it is solved


def test_whoever_goes_at_a_time_that_was_agreed_has_room_then(counter):
    counter.at(f"{WED} 09:00", "staff", "edit", "ZW", "--set", "units_per_day=1")
    counter.at(f"{WED} 09:00", "staff", "add", "--code", "YL", "--role", "technician")
    for _full in range(2):
        one = counter.report(f"{WED} 09:30")
        counter.at(f"{WED} 09:30", "ticket", "visit", one, "--auto", "--at", f"{THU} 09:00")
    booked = [one["by"] for one in counter.at(f"{WED} 09:40", "visit", "list", "--on", THU)]
    assert sorted(booked) == ["YL", "ZW"]
    both = counter.at(
        f"{WED} 09:50", "ticket", "visit", one, "--auto", "--at", f"{THU} 15:00", "--slot", "thu pm", code=1
    )
    assert "either --slot or --at" in both.err


def test_who_or_what_the_card_is_not_of_is_refused(counter):
    counter.at(f"{WED} 09:00", "lead", "add", "--name", "李建国", "--phone", "13700541779")
    words = ("ticket", "add", "--card", counter.card, "--symptom", "打不着火")
    other = counter.at(f"{WED} 10:00", *words, "--customer", "13700541779", code=1)
    assert f"card {counter.card} belongs to another customer" in other.err
    goods = counter.at(f"{WED} 10:00", *words, "--customer", HER, "--product", "HX1", code=1)
    assert f"card {counter.card} is of ZJ1" in goods.err
    counter.at(f"{WED} 10:00", *words, "--customer", HER, "--product", "ZJ1")


def test_a_ticket_is_cancelled_for_one_reason(counter):
    one, two = counter.report(), counter.report(f"{WED} 10:05")
    words = ("ticket", "cancel", one, "--duplicate-of", two)
    assert (
        "either --reason or --duplicate-of" in counter.at(f"{WED} 10:10", *words, "--reason", "withdrawn", code=1).err
    )
    counter.at(f"{WED} 10:10", *words, "--reason", "duplicate")
    assert counter.show(one, f"{WED} 10:15")["state"] == "cancelled"


def test_a_dealer_of_whom_no_place_is_known_is_not_sent_and_does_not_take_over(counter):
    counter.at(f"{WED} 09:00", "staff", "add", "--code", "DL1", "--role", "dealer")
    ticket = counter.report()
    for words in (("hand", ticket, "--to", "DL1"), ("accept", ticket, "--by", "DL1"), ("visit", ticket, "--by", "DL1")):
        assert counter.at(f"{WED} 10:10", "ticket", *words, code=1).err.splitlines() == [
            f"error: {words[2]}: dealer DL1 has no district and no city",
            "hint: crmkit staff edit DL1 --set districts=...",
        ]  # fmt: skip
    assert counter.show(ticket)["steps"] == []
    counter.at(f"{WED} 10:20", "ticket", "work", ticket, "--by", "DL1")  # what was done is written down all the same
    counter.at(f"{WED} 10:30", "staff", "edit", "DL1", "--set", "districts=朝阳区")
    counter.at(f"{WED} 10:40", "ticket", "accept", ticket, "--by", "DL1")


WRONG = [
    (1, "list --at-risk xx", "--at-risk: 'xx' is not a span of time", "write for example 2h, 30min or 1d"),
    (2, "list --state xx", "--state: there is no state xx", "open, replied, arranged, solved, closed, cancelled, all"),
    (2, "list --clock xx", "--clock: there is no clock xx", "reply, solution, solved, follow_up, promised"),
    (2, "add --how xx --symptom a", "--how: there is no way xx to report", "phone, shop, visit, message"),
    (2, "reply {id} --outcome xx", "--outcome: there is no outcome xx", "reached, no-answer, busy,"),
    (2, "solve {id} --cause xx", "--cause: there is no cause xx", "defect, misuse, wear, installation, transport,"),
    (2, "solve {id} --cause wear --how xx", "--how: there is no way xx to solve it", "phone, visit, shop"),
    (2, "work {id} --cause xx", "--cause: there is no cause xx", "defect, misuse, wear,"),
    (2, "work {id} --coverage xx --note a", "--coverage: there is no coverage xx", "warranty, contract, prepaid,"),
    (2, "cancel {id} --reason xx", "--reason: there is no reason xx", "duplicate, mistake, withdrawn, declined,"),
    (2, "follow-up {id} --outcome xx", "--outcome: there is no outcome xx", "reached, no-answer,"),
    (1, "follow-up {id} --solved yes --attitude xx", "--attitude: xx is not from 1 to 5", "good, fair, poor"),
    (1, "follow-up {id} --solved yes --skill 6", "--skill: 6 is not from 1 to 5", "good, fair, poor"),
    (1, "visit {id} --by ZW --slot xx", "--slot: 'xx' is not half a day", "2026-11-16pm"),
]


@pytest.mark.parametrize(("code", "words", "said", "known"), WRONG, ids=lambda one: str(one).replace(" ", "_"))
def test_a_word_that_is_not_known_is_told_with_its_option_and_those_that_are(counter, code, words, said, known):
    ticket = counter.report()
    typed = [part.format(id=ticket) for part in words.split()]
    typed += ["--customer", HER] if typed[0] == "add" else []
    error, hint = counter.at(f"{THU} 09:00", "ticket", *typed, code=code).err.splitlines()
    assert error == f"error: {said}"
    assert known in hint
    assert counter.show(ticket)["steps"] == []
    assert [one["id"] for one in counter.at(f"{THU} 09:00", "ticket", "list")] == [ticket]


def test_a_dealer_takes_over_and_the_clocks_run_on(counter):
    counter.at(f"{WED} 09:00", "staff", "add", "--code", "DL1", "--role", "dealer")
    ticket = counter.report()
    refused = counter.at(f"{WED} 10:05", "ticket", "visit", ticket, "--by", "DL1", code=1)
    assert "dealer DL1 has no district and no city" in refused.err
    refused = counter.at(f"{WED} 10:05", "ticket", "hand", ticket, "--to", "DL1", code=1)
    assert "dealer DL1 has no district and no city" in refused.err
    assert [one["by"] for one in counter.at(f"{WED} 10:05", "dispatch", "suggest", ticket)] == ["ZW"]
    counter.at(f"{WED} 10:06", "staff", "edit", "DL1", "--set", "districts=海淀区")
    counter.at(f"{WED} 10:10", "ticket", "hand", ticket, "--to", "DL1")
    counter.at(f"{WED} 11:00", "ticket", "accept", ticket, "--by", "DL1")
    assert [(c["clock"], c["due_at"][11:16]) for c in counter.show(ticket)["clocks"]][:2] == [
        ("reply", "12:00"), ("solution", "18:00")
    ]  # fmt: skip
    assert counter.show(ticket)["by"] == "DL1"


def test_a_duplicate_is_cancelled_with_the_ticket_that_says_the_same(counter):
    first, second = counter.report(), counter.report(f"{WED} 10:30")
    itself = counter.at(f"{WED} 11:00", "ticket", "cancel", second, "--duplicate-of", second, code=1)
    assert "cannot be a duplicate of itself" in itself.err
    counter.at(f"{WED} 11:00", "ticket", "cancel", second, "--duplicate-of", first)
    shown = counter.show(second)
    assert (shown["state"], shown["steps"][0]["codes"]) == ("cancelled", {"reason": "duplicate", "duplicate": first})
    assert [one["id"] for one in counter.at(f"{WED} 11:00", "ticket", "list")] == [first]
    assert [one["id"] for one in counter.at(f"{WED} 11:00", "ticket", "list", "--state", "cancelled")] == [second]


def test_a_ticket_is_not_opened_again_after_a_year(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear")
    refused = counter.at("2027-11-18 11:00", "ticket", "reopen", ticket, code=1)
    assert "it can be opened again for 90 days" in refused.err
    counter.at(f"{THU} 11:00", "ticket", "reopen", ticket, "--note", "还是打不着")
    assert counter.show(ticket)["cycle"] == 2


def test_due_and_daily_carry_what_runs_out_that_day(counter):
    ticket = counter.report(f"{WED} 10:00")
    waiting = counter.report(f"{WED} 10:05")
    counter.at(f"{WED} 10:06", "ticket", "wait", waiting)

    def items(when: str, *words: str) -> list[tuple[object, ...]]:
        found = [one for one in counter.at(when, "due", *words) if one["kind"] == "ticket"]
        return [(one["id"], (one["due_at"] or "")[:16], one["owner"], one["late"], one["what"]) for one in found]

    assert items(f"{WED} 10:10") == [(ticket, f"{WED}T12:00", "LN", False, "reply: 打不着火")]
    assert items(f"{WED} 13:00") == [(ticket, f"{WED}T12:00", "LN", True, "reply was promised: 打不着火")]
    counter.at(f"{WED} 13:00", "ticket", "solve", ticket, "--cause", "wear", "--taken", "20")
    assert items(f"{WED} 13:10") == []  # the question is due on Saturday
    assert items(f"{WED} 13:10", "--on", "2026-11-21")[0][1] == "2026-11-21T10:00"
    counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, "--outcome", "refused")
    assert items(f"{THU} 10:10") == [(ticket, "", "LN", False, "to be paid back 20.00: 打不着火")]
    assert "ticket 1" in counter.ok("daily", CRMKIT_NOW=f"{THU} 10:10").err


def test_what_is_due_is_told_by_the_name_of_its_fault_where_nobody_said_more(counter):
    counter.at(f"{WED} 09:00", "fault", "edit", "no-power", "--set", "name=不通电")
    counter.at(f"{WED} 10:00", "ticket", "add", "--card", counter.card, "--fault", "no-power")
    counter.at(f"{WED} 10:00", "ticket", "add", "--card", counter.card, "--fault", "no-power", "--symptom", "响一声")
    found = [one["what"] for one in counter.at(f"{WED} 10:10", "due") if one["kind"] == "ticket"]
    assert sorted(found) == ["reply: 不通电", "reply: 响一声"]


def test_whoever_is_not_reached_to_be_asked_is_tried_again_and_counted_apart(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear")
    counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, "--outcome", "关机")
    (planned,) = counter.at(f"{THU} 10:00", "callback", "list", "--purpose", "follow-up")
    assert planned["due_at"][:10] == THU  # three hours later
    shown = counter.show(ticket, f"{THU} 11:00")
    assert (shown["state"], shown["clocks"][3]["verdict"]) == ("solved", "open")
    assert shown["missing"] == ["solved", "on_time", "attitude", "skill", "charged"]


def test_the_day_of_a_technician_tells_the_ticket_and_what_was_done_before(counter):
    first = counter.report(f"{WED} 08:30", "--fault", "no-power")
    counter.at(f"{WED} 09:00", "ticket", "solve", first, "--cause", "wear", "--how", "visit", "--note", "换了电池")
    second = counter.report(f"{WED} 10:00", "--fault", "no-power")
    (offered,) = counter.at(f"{WED} 10:05", "dispatch", "suggest", second)
    assert offered == {"by": "ZW", "slot": f"{WED}pm", "near": "branch", "booked": 0, "left": 15}
    counter.at(f"{WED} 10:10", "ticket", "visit", second, "--auto")
    (going,) = counter.at(f"{WED} 10:15", "dispatch", "list", "--on", WED, "--by", "ZW")
    assert (going["ticket"], going["fault"], going["card_number"]) == (second, "no-power", counter.card)
    assert (going["guide"], going["before"]) == (["电池装反了吗", "换电池"], [f"{first} no-power wear 换了电池"])
    (done,) = going["done_before"]
    assert (done["ticket"], done["on"], done["cause"], done["what"], done["notes"]) == (
        first, WED, "wear", "solve", ["换了电池"]
    )  # fmt: skip
    listed = ("dispatch", "list", "--on", WED, "--columns", "before")
    told = {fmt: counter.ok(*listed, "-f", fmt, CRMKIT_LANG="zh").out for fmt in ("table", "csv")}
    assert f"{first} no-power 磨损 换了电池" in told["table"] and f"{first} no-power wear 换了电池" in told["csv"]


def test_a_visit_is_moved_with_its_promise_and_over_capacity_only_with_a_reason(counter):
    counter.at(f"{WED} 09:00", "staff", "add", "--code", "YL", "--role", "technician", "--units-per-day", "1")
    one, two = counter.report(), counter.report(f"{WED} 10:05")
    counter.at(f"{WED} 10:10", "ticket", "visit", one, "--by", "YL")
    full = counter.at(f"{WED} 10:15", "ticket", "visit", two, "--by", "YL", code=1)
    assert "YL has room for 0 units that day, not 1" in full.err
    counter.at(f"{WED} 10:20", "ticket", "visit", two, "--by", "ZW")
    visit = next(one["id"] for one in counter.at(f"{WED} 10:20", "dispatch", "list") if one["ticket"] == two)
    nothing = counter.at(f"{WED} 10:25", "dispatch", "move", visit, code=2)
    assert "to which half day, or to whom?" in nothing.err
    refused = counter.at(f"{WED} 10:25", "dispatch", "move", visit, "--by", "YL", code=1)
    assert "--over REASON" in refused.err
    counter.at(f"{WED} 10:30", "dispatch", "move", visit, "--by", "YL", "--over", "就在隔壁")
    assert counter.at(f"{WED} 10:35", "visit", "show", visit)["over"] == "就在隔壁"
    counter.at(f"{WED} 10:40", "dispatch", "move", visit, "--slot", "tomorrow am")
    shown = counter.show(two, f"{WED} 10:45")
    assert (shown["by"], shown["agreed_at"][:16]) == ("YL", f"{THU}T12:30")
    assert [clock["verdict"] for clock in shown["clocks"] if clock["clock"] == "promised"] == ["open"]


def test_the_figures_of_a_month_have_their_records(counter):
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear", "--how", "phone", "--by", "ZW")
    found = {one["measure"]: one for one in counter.at(f"{THU} 10:00", "ticket", "figures", "--since", "2026-11-01")}
    assert (found["kept-reply"]["count"], found["kept-reply"]["whole"], found["kept-reply"]["share"]) == (1, 1, 1.0)
    assert (found["by-phone"]["ids"], found["kept-follow_up"]["share"]) == ([ticket], None)
    shown = counter.at(f"{THU} 10:00", "staff", "show", "ZW")
    assert next(one for one in shown["figures"] if one["measure"] == "tickets-solved")["ids"] == [ticket]


def test_what_was_overcharged_is_on_the_record_of_whoever_served_until_it_is_withdrawn(counter):
    ticket = counter.report()
    counter.at(f"{WED} 15:00", "ticket", "work", ticket, "--charge", "TRIP", "--taken", "80", "--by", "ZW")
    counter.at(f"{WED} 15:30", "ticket", "solve", ticket, "--cause", "misuse", "--by", "ZW")
    counter.at(f"{WED} 16:00", "ticket", "refund", ticket, "--amount", "50")
    counter.at(f"{WED} 17:00", "staff", "mark", "ZW", "表扬", "--note", "顾客来电表扬")
    praise, over = counter.at(f"{THU} 09:00", "staff", "record", "ZW")
    assert (praise["what"], praise["note"], praise["by"]) == ("praise", "顾客来电表扬", "LN")
    assert (over["id"], over["amount"], over["withdrawn"]) == (
        f"overcharge:{ticket}",
        5000,
        "",
    )  # it stays, though paid
    assert counter.at(f"{THU} 09:00", "staff", "record", "LN") == []
    bare = counter.at(f"{THU} 09:10", "staff", "unmark", "ZW", over["id"], code=1)
    assert "withdrawn only with a reason" in bare.err
    counter.at(f"{THU} 09:10", "staff", "unmark", "ZW", over["id"], "--note", "收的是另一台的钱")
    assert counter.at(f"{THU} 09:20", "staff", "record", "ZW")[1]["withdrawn"] == "收的是另一台的钱"
    again = counter.at(f"{THU} 09:30", "staff", "unmark", "ZW", over["id"], "--note", "x")
    assert again["counts"] == {"unchanged": 1}
    assert "ZW has no mark MK2611-00000000" in counter.at(
        f"{THU} 09:30", "staff", "unmark", "ZW", "MK2611-00000000", "--note", "x", code=1).err  # fmt: skip
    assert "a mark says what it is for" in counter.at(f"{THU} 09:30", "staff", "mark", "ZW", "gift", code=1).err


def test_what_was_overcharged_stays_when_it_is_paid_back_and_when_the_unit_is_replaced(counter):
    def told() -> list[tuple[object, ...]]:
        marks = counter.at(f"{FRI} 09:00", "staff", "record", "ZW")
        rows = counter.at(f"{FRI} 09:00", "ticket", "figures", "--since", "2026-11-01")
        figures = [(one["count"], one["amount"], one["ids"]) for one in rows if one["measure"] == "overcharged"]
        return [*((one["what"], one["at"][:16], one["amount"]) for one in marks), *figures]

    ticket = counter.report()
    work = ("--charge", "CHECK", "--taken", "30", "--coverage", "none", "--note", "过保", "--by", "ZW")
    counter.at(f"{WED} 15:00", "ticket", "work", ticket, *work)
    expected = [("overcharge", f"{WED}T15:00", 1000), (1, 1000, [ticket])]
    assert told() == expected
    counter.at(f"{WED} 16:00", "ticket", "refund", ticket, "--amount", "10")
    assert told() == expected
    counter.at(f"{WED} 17:00", "ticket", "replace", ticket, "--new-serial", "D-2", "--over", "x")
    assert told() == expected
    assert (
        " 已收 30.00 " in counter.ok("ticket", "show", ticket, "--lang", "zh", CRMKIT_NOW=f"{FRI}T09:00:00+08:00").out
    )


def test_what_breaks_is_counted_beside_the_units_in_service(counter):
    one = counter.report(f"{WED} 10:00", "--fault", "no-power")
    two, three = counter.report("2026-12-02 10:00", "--fault", "no-power"), counter.report("2026-12-03 10:00")
    counter.at("2026-12-03 11:00", "ticket", "cancel", three, "--reason", "mistake")
    counter.at("2026-12-03 11:00", "ticket", "solve", one, "--cause", "misuse")

    def counts(*words: str):
        found = counter.at("2026-12-04 10:00", "report", "faults", *words)
        return [(row["group"], row["ids"], row["units"], row["per_hundred"]) for row in found]

    both = sorted((one, two))
    assert [(group, sorted(ids), units, per) for group, ids, units, per in counts()] == [("no-power", both, 1, 200.0)]
    counter.at("2026-12-04 09:00", "fault", "edit", "no-power", "--set", "name=不通电")
    assert counts()[0][0] == "no-power"
    told = counter.ok("report", "faults", "--lang", "zh", CRMKIT_NOW="2026-12-04T10:00:00+08:00").out
    assert "不通电" in told and "no-power" not in told
    assert counts("--by", "month") == [("2026-11", [one], 1, 100.0), ("2026-12", [two], 1, 100.0)]
    assert counts("--by", "cause", "--until", "2026-11-30") == [("misuse", [one], 1, 100.0)]
    assert counts("--by", "model")[0][0] == "灶"
    assert "there is no group colour" in counter.at(f"{FRI} 10:00", "report", "faults", "--by", "colour", code=2).err


def test_the_technicians_sheet_comes_back_filled_in_once(counter, home):
    one, two, three = (counter.report(f"{WED} 10:0{n}", "--fault", "no-power") for n in range(3))
    for ticket in (one, two, three):
        counter.at(f"{WED} 10:10", "ticket", "visit", ticket, "--by", "ZW", "--over", "同楼")
    counter.ok("--lang", "zh", "dispatch", "list", "--on", WED, "-o", "day.xlsx", CRMKIT_NOW=f"{WED}T10:20:00+08:00")
    sheet = home / "day.xlsx"
    fill(sheet, {
        (one, "Arrived"): "15:00", (one, "Work done"): "换了外壳", (one, "Parts (CODE:QTY)"): "COVER:2",
        (one, "Taken, yuan"): "30", (one, "Cause of the fault"): "磨损", (one, "Solved"): "是",
        (two, "Work done"): "没人", (two, "Taken, yuan"): "abc",
    })  # fmt: skip
    later = {"CRMKIT_NOW": f"{THU}T09:00:00+08:00"}
    counter.fails(5, "--lang", "zh", "ticket", "work", "day.xlsx", "--rejects", "back.xlsx", **later)
    (solved,) = [step for step in counter.show(one)["steps"] if step["what"] == "solve"]
    assert (solved["by"], solved["at"], solved["note"]) == ("ZW", f"{WED}T15:00:00+08:00", "换了外壳")
    assert [counter.show(ticket)["state"] for ticket in (one, two, three)] == ["solved", "arranged", "arranged"]
    fill(home / "back.xlsx", {(two, "Taken, yuan"): ""})
    counts = counter.json("ticket", "work", "back.xlsx", **later)["counts"]
    assert (counts["rows"], counts["added"], counts["rejected"]) == (1, 1, 0)
    fill(sheet, {(two, "Taken, yuan"): ""})
    again = counter.json("ticket", "work", "day.xlsx", **later)
    assert (again["run"], again["counts"]["rows"], again["counts"]["unchanged"]) == ("", 2, 2)


def test_what_the_technicians_sheet_says_is_read_before_the_archive_is_closed(counter, monkeypatch):
    abandoned = []
    abandon = Index._abandon
    monkeypatch.setattr(Index, "_abandon", lambda index: (abandoned.append(index.root), abandon(index)))
    counter.at(f"{WED} 10:10", "ticket", "visit", counter.report(), "--by", "LN")
    counter.ok("dispatch", "list", "--on", WED, "-o", "day.xlsx", CRMKIT_NOW=f"{WED}T10:20:00+08:00")
    pages = openpyxl.load_workbook(counter.home / "day.xlsx").worksheets
    assert any("李娜" in str(cell.value) for page in pages for row in page for cell in row)
    assert abandoned == []


def test_where_nobody_has_room_in_time_the_promise_that_is_at_risk_is_told(counter):
    ticket = counter.report(f"{WED} 15:00")  # to be solved by Thursday 21:00

    def told(slot: str) -> list[str]:
        ran = counter.ok("ticket", "visit", ticket, "--by", "ZW", "--slot", slot, "-n", CRMKIT_NOW=f"{WED} 16:00")
        return [line for line in ran.err.splitlines() if "may end later" in line]

    assert told(f"{THU}pm") == []
    assert told(f"{FRI}am") == [f"{ticket} was promised to be solved until {THU} 21:00: the visit may end later"]


def agreed_visits(counter) -> list[tuple[str, str, str]]:
    """Of every visit when it begins, its state and the reason."""
    every = counter.at(f"{FRI} 18:00", "visit", "list", "--state", "all")
    return [(one["begins_at"][:16], one["state"], one["reason"]) for one in every]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (f"{WED} 11:00", ("cancel", "--reason", "withdrawn")),
        (f"{WED} 11:00", ("solve", "--cause", "misuse", "--how", "phone")),
        (f"{WED} 15:00", ("solve", "--cause", "misuse", "--how", "phone")),
        (f"{WED} 11:00", ("solve", "--cause", "misuse", "--how", "shop", "--by", "ZW")),
    ],
)
def test_nobody_goes_for_a_ticket_that_is_over(counter, when, words):
    ticket = counter.report()
    counter.at(f"{WED} 10:10", "ticket", "visit", ticket, "--auto")
    what, *more = words
    ran = counter.ok("ticket", what, ticket, *more, CRMKIT_NOW=when)
    (visit,) = counter.at(f"{WED} 16:00", "visit", "list", "--state", "all")
    assert f"{visit['id']} is cancelled: {ticket} needs no visit any more" in ran.err.splitlines()
    assert agreed_visits(counter) == [(f"{WED}T14:30", "cancelled", ticket)]
    assert counter.at(when, "dispatch", "list") == []
    counter.ok("undo", "--yes", CRMKIT_NOW=when)
    assert agreed_visits(counter) == [(f"{WED}T14:30", "open", "")]


@pytest.mark.parametrize(
    ("when", "words", "finished"),
    [
        (f"{WED} 14:20", ("work", "--by", "ZW"), f"{WED}T14:20"),  # early, by whoever was to come
        (f"{WED} 16:00", ("work", "--solved", "--cause", "wear"), f"{WED}T16:00"),
        (f"{THU} 09:00", ("solve", "--cause", "wear", "--how", "visit"), None),  # when on Wednesday is not known
        (f"{THU} 09:00", ("replace", "--new-serial", "SN-9", "--over", "x", "--at", f"{WED} 17:00"), f"{WED}T17:00"),
    ],
)
def test_what_was_done_there_makes_the_visit_whose_own_report_may_still_come(counter, when, words, finished):
    ticket = counter.report()
    counter.at(f"{WED} 10:10", "ticket", "visit", ticket, "--by", "ZW")
    what, *more = words
    counter.at(when, "ticket", what, ticket, *more)
    (visit,) = counter.at(when, "visit", "list", "--state", "all")
    assert (visit["state"], visit["started_at"], (visit["finished_at"] or "")[:16]) == ("done", None, finished or "")
    told = ("visit", "finish", visit["id"], "--started", f"{WED} 14:15", "--outcome", "ok", "--broken", "no-gifts")
    counter.at(f"{THU} 10:00", *told, "--at", f"{WED} 17:00")
    shown = counter.at(f"{THU} 10:00", "visit", "show", visit["id"])
    assert (shown["state"], shown["outcome"], shown["minutes"]) == ("done", "ok", 165)
    assert "done already" in counter.at(f"{THU} 10:00", *told, code=1).err


def test_work_done_before_makes_no_visit_and_one_piece_of_work_makes_one(counter):
    ticket = counter.report()
    counter.at(f"{WED} 10:10", "ticket", "visit", ticket, "--by", "ZW")
    counter.at(f"{WED} 10:20", "ticket", "work", ticket, "--by", "LN", "--note", "电话里看过")
    assert agreed_visits(counter) == [(f"{WED}T14:30", "open", "")]
    counter.at(f"{WED} 10:30", "ticket", "visit", ticket, "--by", "ZW", "--slot", f"{THU}am")
    counter.at(f"{THU} 10:00", "ticket", "work", ticket, "--by", "ZW")
    assert agreed_visits(counter) == [(f"{WED}T14:30", "open", ""), (f"{THU}T08:00", "done", "")]


def test_a_time_promised_with_a_visit_is_not_kept_by_what_was_done_in_the_minute_before(counter):
    ticket = counter.report()
    counter.at(f"{WED} 10:20", "ticket", "work", ticket, "--by", "LN")
    counter.at(f"{WED} 10:20", "ticket", "visit", ticket, "--by", "ZW")
    (promised,) = [one for one in counter.show(ticket, f"{WED} 11:00")["clocks"] if one["clock"] == "promised"]
    assert (promised["verdict"], promised["due_at"][:16]) == ("open", f"{WED}T20:00")


def test_what_was_answered_is_told_with_its_question(counter):
    ticket = counter.report(f"{WED} 10:00", "--fault", "no-power")
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear", "--how", "phone")
    asked = ("--solved", "yes", "--on-time", "no", "--attitude", "5", "--skill", "4", "--charged", "0")
    counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, *asked)
    printed = counter.ok("--lang", "zh", "ticket", "show", ticket, CRMKIT_NOW=f"{THU} 11:00").out
    answers = next(line for line in printed.splitlines() if "售后回访" in line)
    told = {"解决 是", "准时 否", "接通", "态度 5", "技术 4", "已收费 0.00"}
    assert set(answers.split(" · ")[3:]) == told
    assert "承诺      答复 2 小时，方案 8 小时，解决 30 小时，回访 72 小时" in printed
    assert "已结轮次  1" in printed


def test_the_figures_add_up_no_money_of_different_figures_and_tell_the_days_to_close(counter):
    ticket = counter.report()
    counter.at(f"{WED} 15:00", "ticket", "work", ticket, "--charge", "TRIP", "--taken", "80", "--by", "ZW")
    counter.at(f"{WED} 15:30", "ticket", "solve", ticket, "--cause", "wear", "--by", "ZW")
    counter.at(f"{THU} 09:00", "ticket", "refund", ticket, "--amount", "20")
    complaint = counter.at(f"{THU} 09:00", "complaint", "add", "--about", ticket, "--facts", "多收")["ids"][0]
    for when, *words in (
        (f"{THU} 09:10", "acknowledge"), (f"{THU} 09:20", "investigate", "--cause", "x"),
        (f"{THU} 09:30", "offer", "--choice", "a", "--choice", "b"), (f"{THU} 09:40", "agree", "--choice", "1"),
        (f"{THU} 09:50", "carry-out"), (f"{FRI} 09:00", "call-back", "--satisfied", "yes"),
        (f"{FRI} 10:00", "close", "--upheld", "yes", "--lesson", "x"),
    ):  # fmt: skip
        counter.at(when, "complaint", words[0], complaint, *words[1:])
    printed = counter.ok("--lang", "zh", "ticket", "figures", CRMKIT_NOW=f"{FRI} 18:00").out.splitlines()
    assert printed[0].split() == ["指标", "内容", "数量", "基数", "比例", "金额", "平均天数"]
    assert [line.split() for line in printed if "投诉结案天数" in line] == [
        ["days-to-close", "投诉结案天数", "1", "0.00", "1.0"]
    ]
    assert not printed[-1].startswith(("-", " "))  # no line of sums
    found = {one["measure"]: one for one in counter.at(f"{FRI} 18:00", "ticket", "figures")}
    assert (found["overcharged"]["amount"], found["money-back"]["amount"]) == (8000, 2000)
    assert (found["days-to-close"]["days"], found["days-to-close"]["average"]) == (1, 1.0)


def test_the_titles_of_the_desk_are_those_of_the_desk(counter):
    ticket = counter.report()
    offered = counter.ok("--lang", "zh", "dispatch", "suggest", ticket, CRMKIT_NOW=f"{WED} 10:10").out.splitlines()
    assert offered[0].split() == ["经办人", "时段", "远近", "已约", "余量"]
    assert list(counter.at(f"{WED} 10:10", "dispatch", "suggest", ticket)[0]) == [
        "by",
        "slot",
        "near",
        "booked",
        "left",
    ]
    counter.at(f"{WED} 10:10", "ticket", "visit", ticket, "--auto")
    day = counter.ok("--lang", "zh", "dispatch", "list", CRMKIT_NOW=f"{WED} 10:20").out.splitlines()
    assert (day[0].split()[:2], day[0].split()[-1]) == (["经办人", "编号"], "以前处理")


def test_a_sheet_of_reports_is_read_by_the_words_of_the_desk(counter, home):
    (home / "reports.csv").write_text(f"卡号,故障现象,方式,报修时间\n{counter.card},打不着火,电话,{WED} 08:00\n")
    counts = counter.at(f"{WED} 09:00", "ticket", "add", "reports.csv")["counts"]
    assert (counts["rows"], counts["added"], counts["rejected"]) == (1, 1, 0)
    (ticket,) = counter.at(f"{WED} 09:00", "ticket", "list")
    assert (ticket["card_number"], ticket["reported_at"][:16]) == (counter.card, f"{WED}T08:00")
    assert (ticket["symptom"], ticket["how"]) == ("打不着火", "phone")


def test_a_unit_is_not_replaced_by_itself(counter):
    ticket = counter.report()
    serial = counter.at(f"{WED} 10:05", "card", "show", counter.card)["serial"]
    words = ("ticket", "replace", ticket, "--over", "x", "--new-serial", f" {serial.lower()} ")
    ran = counter.at(f"{WED} 11:00", *words, code=1)
    assert f"{serial} is the serial number of the unit that is replaced" in ran.err
    assert [one["state"] for one in counter.at(f"{WED} 11:00", "card", "list")] == ["active"]
    rights = counter.ok("--lang", "zh", "ticket", "entitlements", ticket, CRMKIT_NOW=f"{WED} 11:00").out.splitlines()
    assert rights[0].split() == ["内容", "依据", "截止", "原因", "来源", "所涉记录"]
