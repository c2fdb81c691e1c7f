"""What two operators wrote down offline of which only one could do it: kept, listed, settled by a person."""

from tests.commands.conftest import FRI, THU, WED, Counter
from tests.conftest import Shell


def meet(mine: Counter, other: Counter) -> str:
    """Both exchange what they did; what the first hears of it."""
    mine.ok("-q", "sync")
    other.ok("-q", "sync")
    return mine.ok("sync").err


def contradicting(shell: Shell) -> list[tuple[str, str, str]]:
    """What is listed: the record, the step that does not count, why."""
    rows = shell.json("conflicts", "list", CRMKIT_NOW=f"{FRI}T18:00:00+08:00")
    return [(row["record"], row["other"][19:], row["why"]["code"]) for row in rows if row["why"]]


def overcharged(counter: Counter) -> str:
    """A ticket of which 15.00 are to be paid back."""
    ticket = counter.report()
    work = (
        "--charge",
        "TRIP",
        "--charge",
        "CHECK",
        "--part",
        "COVER",
        "--taken",
        "80",
        "--coverage",
        "none",
        "--note",
        "过保",
    )
    counter.at(f"{WED} 14:00", "ticket", "work", ticket, "--by", "ZW", *work)
    return ticket


def test_two_who_solve_the_same_ticket_are_told_by_sync_conflicts_and_check_until_somebody_has_looked(both, counter):
    ticket = counter.report()
    mine, other = both(counter)
    mine.at(f"{WED} 15:00", "ticket", "solve", ticket, "--cause", "wear")
    other.at(f"{WED} 14:00", "ticket", "solve", ticket, "--cause", "misuse")
    assert "steps that contradict others: 1; all are kept: `crmkit conflicts`" in meet(mine, other)
    for shell in (mine, other):
        assert contradicting(shell) == [(ticket, "solved · LN · wear", "order")]
    (row,) = mine.json("conflicts", "list")
    assert row["now"] == f"{WED} 14:00 · solved · WQ · misuse"
    (problem,) = mine.fails(6, "check", "-f", "json").json
    assert (problem["code"], problem["place"]) == ("contradiction", "steps")
    assert f"{ticket}: {WED} 15:00 · solved · LN · wear contradicts what is written down" in problem["message"]
    assert f"crmkit conflicts take {row['id']} kept" in problem["fix"]
    assert "it is kept or dropped, not other" in mine.fails(1, "conflicts", "take", row["id"], "other").err
    assert mine.json("conflicts", "take", row["id"], "kept")["counts"] == {"resolved": 1}
    assert contradicting(mine) == [] and mine.ok("-q", "check").out == ""
    assert mine.fails(1, "conflicts", "take", row["id"], "kept").err.startswith(
        f"error: {row['id']} contradicts nothing"
    )
    meet(mine, other)
    assert contradicting(other) == []


def test_the_step_that_is_wrong_is_taken_out_whichever_of_the_two_it_is(both, counter):
    ticket = counter.report()
    mine, other = both(counter)
    mine.at(f"{WED} 15:00", "ticket", "solve", ticket, "--cause", "wear")
    other.at(f"{WED} 14:00", "ticket", "solve", ticket, "--cause", "misuse")
    meet(mine, other)
    (row,) = mine.json("conflicts", "list")
    first = mine.show(ticket)["steps"][0]["id"]
    assert f"crmkit conflicts take {row['id']} or {first} dropped" in row["fix"]
    mine.ok("conflicts", "take", first, "dropped", CRMKIT_NOW=f"{FRI}T10:00:00+08:00")
    assert contradicting(mine) == []
    assert (mine.show(ticket)["cause"], len(mine.show(ticket)["steps"])) == ("wear", 1)
    meet(mine, other)
    assert (contradicting(other), other.show(ticket)["cause"]) == ([], "wear")
    refused = other.fails(1, "conflicts", "take", row["id"], "dropped").err
    assert refused.startswith(f"error: {row['id']} contradicts nothing")
    assert len(other.show(ticket)["steps"]) == 1


def test_money_that_two_paid_back_is_listed(both, counter):
    ticket = overcharged(counter)
    mine, other = both(counter)
    mine.at(f"{THU} 10:00", "ticket", "refund", ticket, "--amount", "15")
    other.at(f"{THU} 09:00", "ticket", "refund", ticket, "--amount", "10")
    meet(mine, other)
    assert contradicting(mine) == contradicting(other) == [(ticket, "money back · LN · 15.00", "paid")]
    assert [one["id"] for one in mine.at(f"{FRI} 10:00", "ticket", "list", "--misfits")] == [ticket]
    assert [step.get("misfit") for step in mine.show(ticket)["steps"] if step["what"] == "refund"] == [None, True]
    assert mine.show(ticket)["refunded"] == 2500  # both stand: the money is out
    (row,) = mine.json("conflicts", "list")
    mine.ok("conflicts", "take", row["id"], "dropped", CRMKIT_NOW=f"{FRI}T10:00:00+08:00")  # that one was never paid
    assert mine.show(ticket)["refund_due"] == 500
    assert [one["id"] for one in mine.at(f"{FRI} 10:00", "ticket", "list", "--refund-due")] == [ticket]


def test_a_second_replacement_is_listed(both, counter):
    first = counter.report(f"{WED} 10:00", "--fault", "no-power")
    counter.at(f"{WED} 11:00", "ticket", "solve", first, "--cause", "defect", "--how", "visit", "--by", "ZW")
    ticket = counter.report(f"{THU} 09:00", "--fault", "no-power")
    mine, other = both(counter)
    mine.at(f"{THU} 10:00", "ticket", "replace", ticket, "--new-serial", "SN-2")
    other.at(f"{THU} 11:00", "ticket", "replace", ticket, "--new-serial", "SN-3")
    meet(mine, other)
    assert contradicting(mine) == contradicting(other)
    ((about, step, why),) = contradicting(mine)
    assert (about, step.split(" · ")[:2], why) == (ticket, ["unit replaced", "WQ"], "order")


def test_what_was_promised_to_whoever_complained_and_two_paid_is_listed(both, counter):
    made = counter.at(f"{WED} 10:00", "complaint", "add", "--customer", "13900541777", "--facts", "等了三天")["ids"][0]
    for what, more in (
        ("acknowledge", ()), ("investigate", ("--cause", "派工漏了")),
        ("offer", ("--choice", "退款:200", "--choice", "保养")), ("agree", ("--choice", "1")),
    ):  # fmt: skip
        counter.at(f"{WED} 11:00", "complaint", what, made, *more)
    mine, other = both(counter)
    mine.at(f"{THU} 10:00", "complaint", "carry-out", made, "--paid", "150")
    other.at(f"{THU} 09:00", "complaint", "carry-out", made, "--paid", "150")
    meet(mine, other)
    assert contradicting(mine) == contradicting(other) == [(made, "carried out · LN · 150.00", "paid")]
    shown = mine.at(f"{FRI} 10:00", "complaint", "show", made)
    assert (shown["state"], shown["paid"]) == ("agreed", 15000)


def test_whoever_solved_first_is_credited_not_whose_step_contradicts(both, counter):
    ticket = counter.report()
    mine, other = both(counter)
    mine.at(f"{WED} 15:00", "ticket", "solve", ticket, "--cause", "wear")
    other.at(f"{WED} 14:00", "ticket", "solve", ticket, "--cause", "misuse")
    meet(mine, other)
    good = ("--solved", "yes", "--on-time", "yes", "--attitude", "5", "--skill", "5", "--charged", "0")
    mine.at(f"{THU} 10:00", "ticket", "follow-up", ticket, *good)
    meet(mine, other)
    for shell in (mine, other):
        assert [one["by"] for one in shell.at(f"{FRI} 10:00", "ticket", "list", "--state", "all")] == ["WQ"]
        rows = shell.at(f"{FRI} 10:00", "report", "figures", "said-on-time", "--period", "2026-11", "--by", "staff")
        assert [(row["staff"], row["numerator"], row["denominator"]) for row in rows] == [("WQ", 1, 1)]
