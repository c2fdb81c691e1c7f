"""The ten steps of a complaint: which may follow which, what money is owed, and by when the next one is due."""

from datetime import datetime

import pytest

from crmkit.core.complaints import steps
from crmkit.core.complaints.hearing import Hearing, due, following, hearing
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.records import Complaint, Step
from crmkit.records.change import Change
from tests.core.desk import SETTINGS, a_customer, at

MONDAY = "2026-11-23"


class Case:
    """One complaint, received on Monday at ten."""

    def __init__(self) -> None:
        self.serial, self.steps = 0, []
        change = steps.receive(
            self.run("10:00"), a_customer(1), at=at(f"{MONDAY} 10:00"), how="phone", facts="等了三天", wish="退款"
        )
        (self.complaint,) = (one for one in change.puts if isinstance(one, Complaint))

    def run(self, time: str, day: str = MONDAY) -> Run:
        def make_id(letter: str, moment: datetime) -> str:
            self.serial += 1
            return f"{letter}{moment:%y%m}-{self.serial:08}"

        return Run(now=at(f"{day} {time}"), by="LN", settings=SETTINGS, make_id=make_id)

    @property
    def now(self) -> Hearing:
        return hearing(self.complaint, self.steps)

    def put(self, change: Change) -> None:
        self.steps += [one for one in change.puts if isinstance(one, Step)]
        (self.complaint,) = (one for one in change.puts if isinstance(one, Complaint))

    def take(self, what: str, time: str = "11:00", day: str = MONDAY, **fields: object) -> None:
        run = self.run(time, day)
        self.put(steps.take(run, self.now, what, run.now, **fields))

    def offer(self, *texts: str, amounts: dict[int, int] | None = None, **fields: object) -> None:
        run = self.run("13:00")
        self.put(steps.offer(run, self.now, run.now, texts, amounts or {}, **fields))

    def agreed(self, promised: int = 20000) -> "Case":
        self.take("acknowledge")
        self.take("investigate")
        self.offer("退款", "保养", amounts={1: promised})
        run = self.run("14:00")
        self.put(steps.agree(run, self.now, run.now, 1))
        return self

    def pay(self, paid: int, time: str = "15:00", *, left: bool = False) -> None:
        run = self.run(time)
        self.put(steps.carry_out(run, self.now, run.now, paid=paid, left=left))

    def ask(self, satisfied: str, day: str, outcome: str = "reached") -> None:
        self.take("call-back", "09:00", day, codes={"satisfied": satisfied, "outcome": outcome})

    def close(self, day: str, lesson: str = "当天核对", upheld: str = "yes") -> None:
        run = self.run("10:00", day)
        self.put(steps.close(run, self.now, run.now, lesson=lesson, upheld=upheld))


def test_what_comes_next_and_until_when():
    case = Case()
    assert (following(case.now), due(case.run("10:01"), case.now)) == (
        ("listen", "acknowledge"), at("2026-11-24 10:00"),
    )  # fmt: skip
    case.agreed()
    assert following(case.now) == ("carry-out",)
    case.pay(20000)
    assert (following(case.now), due(case.run("16:00"), case.now)) == (("call-back",), at("2026-11-26 15:00"))
    case.ask("no", "2026-11-24")
    assert following(case.now) == ("reopen", "escalate")
    case.take("reopen", day="2026-11-24")
    assert (following(case.now), case.now.cycle) == (("offer",), 2)


@pytest.mark.parametrize(("paid", "left"), [((15000,), 5000), ((15000, 5000), 0), ((1, 1), 19998)])
def test_money_is_paid_in_parts_until_what_was_promised_is_reached(paid, left):
    case = Case().agreed()
    for amount in paid:
        case.pay(amount)
    assert (case.now.left, case.now.state) == (left, "carried-out" if not left else "agreed")


def test_more_than_was_promised_is_refused_and_so_is_nothing_at_all():
    case = Case().agreed()
    for wrong in (25000, 0):
        with pytest.raises(InvalidError, match=r"200.00 is to be paid, not"):
            case.pay(wrong)
    case.pay(15000)
    with pytest.raises(InvalidError, match=r"50.00 is to be paid, not 50.01"):
        case.pay(5001)
    with pytest.raises(InvalidError, match=r"50.00 of what was promised is not paid"):
        case.ask("yes", "2026-11-24")


def test_what_two_paid_who_did_not_know_of_each_other_is_kept_and_the_second_does_not_count():
    case = Case().agreed()
    before = list(case.steps)
    case.pay(15000, "15:00")
    (mine,) = case.steps[len(before) :]
    case.steps = before
    case.pay(15000, "16:00")
    present = hearing(case.complaint, [*case.steps, mine])
    assert ([step.at for step in present.misfits], present.paid, present.state) == (
        [at(f"{MONDAY} 16:00")], 15000, "agreed",
    )  # fmt: skip


def test_it_is_opened_again_once_with_another_offer_then_goes_up_and_is_closed_with_a_lesson():
    case = Case().agreed(0)
    case.pay(0)
    case.ask("no", "2026-11-24")
    case.take("reopen", day="2026-11-24")
    with pytest.raises(InvalidError, match="that was offered before"):
        case.offer("保养", "退款")
    with pytest.raises(InvalidError, match="an offer has two choices or more"):
        case.offer("换新")
    run = case.run("11:00", "2026-11-24")
    case.put(steps.offer(run, case.now, run.now, ["换新"], {}, reason="没有别的型号"))
    case.put(steps.agree(run, case.now, run.now, 1))
    case.put(steps.carry_out(run, case.now, run.now))
    case.ask("no", "2026-11-25")
    with pytest.raises(InvalidError, match="was opened again before") as refused:
        case.take("reopen", day="2026-11-25")
    assert "escalate" in refused.value.hint
    assert following(case.now) == ("escalate",)


def test_days_to_close_count_to_the_first_closing_and_new_facts_are_a_new_one():
    case = Case().agreed(0)
    case.pay(0)
    case.ask("yes", "2026-11-26")
    for lesson, upheld, words in (("", "yes", "only with a lesson"), ("x", "", "was it upheld")):
        with pytest.raises(InvalidError, match=words):
            case.close("2026-11-26", lesson, upheld)
    case.close("2026-11-26")
    assert (case.now.state, case.now.days, following(case.now), case.complaint.closed) == ("closed", 3, (), 1)
    with pytest.raises(InvalidError, match="that step does not come next"):
        case.take("investigate", day="2026-11-27")


def test_whoever_is_not_reached_on_three_days_is_closed_unconfirmed():
    case = Case().agreed(0)
    case.pay(0)
    for day in ("24", "24", "25"):
        case.ask("", f"2026-11-{day}", "no-answer")
    with pytest.raises(InvalidError, match="that step does not come next"):
        case.close("2026-11-25")
    case.ask("", "2026-11-26", "busy")
    case.close("2026-11-26")
    assert (case.now.state, case.now.closings[0].codes["not-confirmed"]) == ("closed", "yes")
