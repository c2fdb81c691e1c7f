"""Bad input of tickets and complaints: one clear sentence, the right exit code, and nothing changed."""

import hashlib
import subprocess
from collections.abc import Iterator

import pytest

from tests.commands.conftest import FRI, HER, THU, WED, Counter


def everything(counter: Counter) -> str:
    """What the archive holds, and the last commit of its history."""
    digest = hashlib.sha256()
    for path in sorted(counter.archive.rglob("*.json")):
        if ".crmkit" not in path.parts:
            digest.update(str(path).encode() + path.read_bytes())
    head = subprocess.run(["git", "-C", counter.archive, "rev-parse", "HEAD"], capture_output=True, check=True)
    return digest.hexdigest() + head.stdout.decode()


def refused(counter: Counter, when: str, *words: object, code: int = 1) -> str:
    """The one sentence with which it is refused; nothing changed."""
    before = everything(counter)
    ran = counter.fails(code, *words, CRMKIT_NOW=f"{when}:00+08:00")
    assert (ran.out, everything(counter)) == ("", before)
    error, *hints = ran.err.splitlines()
    assert error.startswith("error: ") and len(hints) <= 1 and all(one.startswith("hint: ") for one in hints)
    return error.removeprefix("error: ")


def overcharged(counter: Counter) -> str:
    """A ticket of which 15.00 are to be paid back: 65.00 by the list, 80.00 taken."""
    ticket = counter.report("2027-12-01 10:00")
    work = ("--charge", "TRIP", "--charge", "CHECK", "--part", "COVER", "--taken", "80", "--by", "ZW")
    counter.at("2027-12-01 14:00", "ticket", "work", ticket, *work)
    return ticket


@pytest.fixture
def ticket(counter: Counter) -> Iterator[str]:
    """A ticket of Wednesday at ten."""
    yield counter.report()


@pytest.mark.parametrize(("words", "code", "said"), [
    ("reply {id} --at 2026-11-18T09:59", 1, "2026-11-18 09:59 is before the report, 2026-11-18 10:00"),
    ("solve {id}", 1, "{id} is solved only with its cause"),
    ("work {id} --part GOLD", 1, "--part: there is no product GOLD"),
    ("work {id} --charge GOLD:2", 1, "there is no product GOLD"),
    ("work {id} --at 2026-11-21T10:00", 1, "2026-11-21 10:00 lies in the future"),
    ("add --card SHLN-26110001-8 --symptom x", 1, ""),
    ("solve {id} --cause tired", 2, "--cause: there is no cause tired"),
])  # fmt: skip
def test_a_step_that_cannot_be(counter, ticket, words, code, said):
    told = refused(counter, f"{FRI} 10:00", "ticket", *words.format(id=ticket).split(), code=code)
    assert told == said.format(id=ticket) or (not said and "SHLN-26110001" in told)


def test_a_wait_that_runs_already(counter, ticket):
    counter.at(f"{WED} 11:00", "ticket", "wait", ticket)
    told = refused(counter, f"{WED} 12:00", "ticket", "wait", ticket)
    assert told == f"{ticket} waits for the customer already, since {WED} 11:00"


def test_money_back_twice(counter):
    ticket = overcharged(counter)
    counter.at("2027-12-02 10:00", "ticket", "refund", ticket, "--amount", "10")
    again = ("ticket", "refund", ticket, "--amount")
    assert refused(counter, "2027-12-02 11:00", *again, "10") == f"5.00 is to be paid back for {ticket}, not 10.00"
    counter.at("2027-12-02 11:10", *again, "5")
    assert refused(counter, "2027-12-02 11:20", *again, "5") == f"nothing is to be paid back for {ticket}"
    assert counter.show(ticket, "2027-12-02 12:00")["refund_due"] == 0
    (mark,) = counter.at("2027-12-02 12:00", "staff", "record", "ZW")
    assert (mark["what"], mark["amount"]) == ("overcharge", 1500)  # it stays


def test_a_second_replacement(counter):
    first = counter.report(f"{WED} 10:00", "--fault", "no-power")
    counter.at(f"{WED} 11:00", "ticket", "solve", first, "--cause", "defect")
    second = counter.report(f"{THU} 10:00", "--fault", "no-power")
    counter.at(f"{THU} 11:00", "ticket", "replace", second, "--new-serial", "SN-2")
    told = refused(counter, f"{THU} 12:00", "ticket", "replace", second, "--new-serial", "SN-3")
    assert told == f"card {counter.card} was replaced"


def test_a_ticket_on_a_card_that_is_void(counter):
    counter.at(f"{WED} 09:00", "card", "void", counter.card, "--reason", "退货")
    told = refused(counter, f"{WED} 10:00", "ticket", "add", "--card", counter.card, "--symptom", "x")
    assert told.endswith(f"card {counter.card} is void: 退货")


def test_opening_it_again_after_a_year(counter, ticket):
    counter.at(f"{WED} 11:00", "ticket", "solve", ticket, "--cause", "wear")
    told = refused(counter, "2027-11-18 11:00", "ticket", "reopen", ticket)
    assert told == f"{ticket} was solved on {WED}; it can be opened again for 90 days"


def test_a_dealer_without_a_district(counter, ticket):
    counter.at(f"{WED} 10:10", "staff", "add", "--code", "DL1", "--role", "dealer")
    told = refused(counter, f"{WED} 10:20", "ticket", "visit", ticket, "--by", "DL1")
    assert told == "--by: dealer DL1 has no district and no city"


def test_a_complaint_closed_without_a_lesson_and_one_opened_again_twice(counter):
    made = counter.at(f"{WED} 10:00", "complaint", "add", "--customer", HER, "--facts", "等了三天")["ids"][0]

    def steps(*lines: str) -> None:
        for line in lines:
            verb, *more = line.split()
            counter.at(f"{WED} 12:00", "complaint", verb, made, *more)

    steps("acknowledge", "investigate --cause 漏了", "offer --choice 退款:200 --choice 保养", "agree --choice 1")
    close = ("complaint", "close", made, "--upheld", "yes")
    pay = ("complaint", "carry-out", made, "--paid")
    assert refused(counter, f"{WED} 13:00", *pay, "250") == "200.00 is to be paid, not 250.00"
    counter.at(f"{WED} 13:00", *pay, "150")
    ask = ("complaint", "call-back", made, "--satisfied", "yes")
    assert refused(counter, f"{WED} 14:00", *ask) == f"{made}: 50.00 of what was promised is not paid"
    counter.at(f"{WED} 14:00", *pay, "50")
    counter.at(f"{WED} 15:00", "complaint", "call-back", made, "--satisfied", "no")
    counter.at(f"{WED} 16:00", "complaint", "reopen", made)
    offer = ("complaint", "offer", made, "--choice")
    told = refused(counter, f"{WED} 17:00", *offer, "退款:200", "--choice", "保养")
    assert told == "that was offered before, and did not satisfy"
    counter.at(f"{WED} 17:00", *offer, "换新", "--choice", "退货")
    steps_later = ("agree --choice 1", "carry-out", "call-back --satisfied no")
    for line in steps_later:
        verb, *more = line.split()
        counter.at(f"{WED} 18:00", "complaint", verb, made, *more)
    assert refused(counter, f"{WED} 19:00", "complaint", "reopen", made) == f"{made} was opened again before"
    counter.at(f"{WED} 19:00", "complaint", "escalate", made)
    for line in (
        "offer --choice 退全款 --choice 换新加保",
        "agree --choice 1",
        "carry-out",
        "call-back --satisfied yes",
    ):
        verb, *more = line.split()
        counter.at(f"{WED} 20:00", "complaint", verb, made, *more)
    assert refused(counter, f"{WED} 20:30", *close) == "a complaint is closed only with a lesson"
    counter.at(f"{WED} 20:30", *close, "--lesson", "当天核对")
    assert refused(counter, f"{WED} 21:00", *close, "--lesson", "x") == (
        f"{made} is closed: that step does not come next"
    )


def test_a_ticket_can_open_one_complaint_and_no_second_one(counter, ticket):
    words = ("complaint", "add", "--about", ticket, "--facts", "师傅没来")
    first = counter.at(f"{THU} 10:00", *words)
    before = everything(counter)
    again = counter.at(f"{THU} 11:00", *words)
    assert (again["ids"], again["counts"]) == (first["ids"], {"unchanged": 1})
    assert everything(counter) == before
    other = counter.at(f"{THU} 11:00", "lead", "add", "--name", "陈玉珍", "--phone", "13900541888")["ids"][0]
    counter.at(f"{THU} 11:05", "dedupe", "merge", other, HER, "--yes")
    survivor = counter.at(f"{THU} 12:00", "customer", "show", other)["id"]
    (listed,) = counter.at(f"{THU} 12:00", "complaint", "list")
    assert (listed["id"], listed["customer"], listed["about"]) == (first["ids"][0], survivor, ticket)
