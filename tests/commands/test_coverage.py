"""What covers a unit on the day of the report: warranty, then a contract, then a prepaid card; goodwill by hand."""

import pytest

from tests.commands.conftest import FRI, HER, THU, WED, Counter

AFTER = "2027-11-02"  # the day after its warranty


def sold(counter: Counter, *words: object, when: str = f"{WED} 09:00") -> str:
    """The id of a plan that covers the unit."""
    plan = ("plan", "add", "--customer", HER, "--from", "2026-11-18", "--months", "24", "--terms", "HT-1")
    return str(counter.at(when, *plan, *words)["ids"][0])


def contract(counter: Counter, *words: object) -> str:
    return sold(counter, "--mode", "contract", "--card", counter.card, "--every", "6m", "--price", "100", "--over",
                "保内", *words)  # fmt: skip


def prepaid(counter: Counter, *words: object) -> str:
    return sold(counter, "--mode", "prepaid", "--visits", "2", "--paid", "200", "--list-price", "120", *words)


def cover(counter: Counter, when: str = f"{AFTER} 10:00") -> tuple[str, str]:
    """What covers a report of that time, and the id of the plan."""
    shown = counter.show(counter.report(when), when)
    assert shown["covered"]["coverage"] == shown["coverage"]
    assert shown["covered"]["plan"] == shown["covered_by"]
    return shown["coverage"], shown["covered_by"]


def test_a_company_s_service_contract_is_about_no_goods(counter):
    sold(counter, "--mode", "service")
    assert cover(counter) == ("none", "")


def test_the_order_is_warranty_contract_prepaid_none(counter):
    assert cover(counter) == ("none", "")
    card = prepaid(counter, "--card", counter.card)
    assert cover(counter) == ("prepaid", card)
    agreement = contract(counter)
    assert cover(counter) == ("contract", agreement)
    assert cover(counter, "2027-11-01 10:00") == ("warranty", "")
    assert cover(counter, "2028-11-19 10:00") == ("none", "")  # the term of both is over


def test_a_card_that_is_used_up_or_frozen_covers_nothing_on_that_day(counter):
    card = prepaid(counter, "--card", counter.card)
    counter.at(f"{AFTER} 09:00", "plan", "use", card)
    assert cover(counter) == ("prepaid", card)
    counter.at(f"{AFTER} 11:00", "plan", "freeze", card)
    assert cover(counter, f"{AFTER} 12:00") == ("none", "")
    assert cover(counter, f"{AFTER} 10:30") == ("prepaid", card)  # written down later, as it was then
    counter.at(f"{AFTER} 13:00", "plan", "thaw", card)
    counter.at(f"{AFTER} 13:30", "plan", "use", card)
    assert cover(counter, f"{AFTER} 14:00") == ("none", "")


def test_a_contract_that_was_ended_or_names_another_unit_covers_nothing(counter):
    agreement = contract(counter)
    counter.at(f"{AFTER} 09:00", "plan", "end", agreement, "--reason", "搬走")
    assert cover(counter, "2027-11-03 10:00") == ("none", "")
    issue = ("card", "issue", "--customer", HER, "--product", "ZJ1", "--serial", "SN-9", "--bought-on", "2026-11-01")
    counter.at(f"{THU} 09:00", *issue)
    other = next(one["number"] for one in counter.at(f"{THU} 09:00", "card", "list") if one["serial"] == "SN-9")
    mine, counter.card = counter.card, str(other)
    contract(counter)
    counter.card = mine
    assert cover(counter, "2027-11-03 10:00") == ("none", "")


def test_a_card_without_units_is_for_all_that_the_customer_has(counter):
    card = prepaid(counter)
    assert cover(counter) == ("prepaid", card)
    bare = ("ticket", "add", "--customer", HER, "--product", "HX1", "--symptom", "松了")
    ticket = counter.at(f"{THU} 10:00", *bare)["ids"][0]
    assert counter.show(ticket)["covered_by"] == card


def test_whoever_takes_the_call_hears_what_covers_it_and_why(counter):
    report = ("ticket", "add", "--card", counter.card, "--symptom", "x", "-n")
    at = {when: f"{when}T10:00:00+08:00" for when in (WED, AFTER)}
    assert "cost: warranty · until 2027-11-01" in counter.ok(*report, CRMKIT_NOW=at[WED]).err
    assert "cost: none · warranty until 2027-11-01" in counter.ok(*report, CRMKIT_NOW=at[AFTER]).err
    agreement = contract(counter)
    assert f"cost: contract · {agreement}" in counter.ok(*report, CRMKIT_NOW=at[AFTER]).err


def test_by_hand_it_is_decided_with_a_reason_that_is_shown(counter):
    ticket = counter.report()
    ran = counter.at(f"{WED} 11:00", "ticket", "work", ticket, "--coverage", "goodwill", "--taken", "5", code=1)
    assert ran.err == "error: why is it goodwill?\nhint: decided by hand, it needs --note TEXT\n"
    assert counter.show(ticket)["steps"] == []
    counter.at(f"{WED} 11:00", "ticket", "work", ticket, "--coverage", "goodwill", "--note", "老顾客", "--taken", "5")
    shown = counter.show(ticket)
    assert shown["covered"] == {"coverage": "goodwill", "plan": "", "until": None, "note": "老顾客"}
    assert (shown["coverage"], shown["refund_due"]) == ("goodwill", 500)


@pytest.mark.parametrize(("reason", "due"), [("declined", 3500), ("not-repairable", 5000)])
def test_a_declined_repair_costs_a_share_of_the_check_and_the_rest_is_paid_back(counter, reason, due):
    counter.at(f"{WED} 09:00", "product", "edit", "CHECK", "--set", "price=50")
    ticket = counter.report(f"{AFTER} 10:00")
    work = ("ticket", "work", ticket, "--charge", "CHECK", "--cause", "wear", "--taken", "50", "--by", "ZW")
    counter.at(f"{AFTER} 14:00", *work)
    counter.at(f"{AFTER} 14:30", "ticket", "cancel", ticket, "--reason", reason)
    assert [one["id"] for one in counter.at(f"{AFTER} 15:00", "ticket", "list", "--refund-due")] == [ticket]
    assert counter.show(ticket, f"{AFTER} 15:00")["refund_due"] == due
    counter.at(f"{AFTER} 16:00", "ticket", "refund", ticket, "--amount", f"{due // 100}")
    assert counter.at(f"{AFTER} 17:00", "ticket", "list") == []


def test_a_reason_that_is_not_known_is_named_with_those_that_are(counter):
    ticket = counter.report()
    ran = counter.at(f"{WED} 11:00", "ticket", "cancel", ticket, "--reason", "vanished", code=2)
    assert "there is no reason vanished" in ran.err
    assert "duplicate, mistake, withdrawn, declined, not-repairable" in ran.err
    assert counter.show(ticket, f"{FRI} 10:00")["state"] == "open"
