"""`--key`, and receipts: what a script repeats after "saved, but not printed" is written down once."""

import json
import subprocess
import sys

import pytest

from crmkit.records import Product
from tests.commands.conftest import Desk, at_desk
from tests.commands.test_sync import clone, git

BUYER, OTHER = "13900000002", "13900000001"


@pytest.fixture
def till(shop: Desk) -> Desk:
    shop.put(Product(id="P2611-00000001", code="HX1", name="护膝", price=19800))
    return shop


def placed(till: Desk, *flags: str) -> str:
    return str(till.json("order", "add", "--customer", BUYER, "--item", "HX1:5", *flags)["ids"][0])


def money(till: Desk, order: str) -> list[tuple[str, int]]:
    return [(one["what"], one["amount"]) for one in till.json("order", "show", order)["payments"]]


CAREFUL = """
for try in 1 2 3; do
  {crmkit} order pay {order} --amount 98 --counted {flags} >/dev/full && exit 0
done
exit 9
"""


@pytest.mark.parametrize("flags", ["--key till-1-0042", "--receipt 0042"])
def test_a_careful_script_that_repeats_after_a_full_disk_books_the_money_once(till, flags):
    order = placed(till)
    script = CAREFUL.format(crmkit=f"{sys.executable} -m crmkit", order=order, flags=flags)
    done = subprocess.run(["sh", "-c", script], env={**till.env, "CRMKIT_DEBUG": ""}, capture_output=True, check=False)
    assert done.returncode == 9  # it never was told what it wanted to hear
    assert money(till, order) == [("payment", 9800)]
    assert done.stderr.decode().count("is saved whole") == 1


REPEATED = [
    ("order add --customer 13900000002 --item HX1:5 --pay 990", "--pay 100", "orders"),
    ("order pay {order} --amount 98", "--amount 99", "payments"),
    ("order refund {order} --amount 98 --note x", "--amount 99", "payments"),
    ("order return {order} --item HX1:1", "--item HX1:2", "returns"),
    ("card issue --customer 13900000002 --product HX1", "--serial SN-1", "cards"),
    ("call log 13900000002 --outcome reached", "--note x", "calls"),
    ("lead add --name 周 --phone 13900000007 --source shop", "--note x", "customers"),
    ("lead add --name 李建国 --phone 13900000002 --touch", "--note x", "touches"),
]


@pytest.mark.parametrize(("words", "another", "folder"), REPEATED)
def test_a_key_that_is_given_again_answers_with_the_first_record(till, words, another, folder):
    order = placed(till, "--deposit", "500")
    till.ok("order", "return", order, "--all") if "refund" in words else None
    command = words.format(order=order).split()
    first = till.json(*command, "--key", "K 1")
    count = stored(till, folder)
    again = till.ok(*command, "--key", " K 1 ", "-f", "json", CRMKIT_NOW="2026-11-23T10:05:00+08:00")
    assert again.json["ids"] == first["ids"]
    assert (again.json["run"], again.json["counts"]["unchanged"]) == ("", 1)
    assert f"already recorded: {first['ids'][0]}" in again.err
    other = till.fails(4, *command, *another.split(), "--key", "K 1")
    assert "the key K 1 was given before, and for something else" in other.err
    assert stored(till, folder) == count
    assert till.json(*command, "--key", "K 1", "-n")["counts"]["unchanged"] == 1


def stored(till: Desk, folder: str) -> int:
    return sum(len(json.loads(path.read_text())[folder]) for path in (till.archive / folder).glob("*.json"))


def test_a_key_names_one_thing_of_a_verb_and_lives_as_long_as_its_record(till):
    order = placed(till, "--key", "A")
    till.ok("order", "pay", order, "--amount", "98", "--key", "A")  # the key of another verb
    refused = till.fails(4, "order", "refund", order, "--amount", "1", "--key", "A")
    assert "for something else" in refused.err
    till.ok("undo", "--yes")
    assert money(till, order) == []
    till.ok("order", "pay", order, "--amount", "98", "--key", "A")
    assert money(till, order) == [("payment", 9800)]


@pytest.mark.parametrize("flag", ["--key", "--receipt"])
@pytest.mark.parametrize("nothing", ["", " "])
def test_a_key_or_receipt_of_which_nothing_is_left_in_a_script_books_nothing(till, flag, nothing):
    order = placed(till)
    refused = till.fails(2, "order", "pay", order, "--amount", "98", flag, nothing)
    assert f"{flag} is empty" in refused.err
    assert money(till, order) == []


def test_lines_with_keys_can_be_given_again_as_they_are(till):
    lines = [{"customer": BUYER, "item": [f"HX1:{n}"], "pay": "198", "key": f"line-{n}"} for n in (1, 2)]
    text = "".join(json.dumps(line) + "\n" for line in [*lines, lines[0]])
    first = till.json("order", "add", "-", stdin=text)["counts"]
    assert (first["rows"], first["added"], first["unchanged"]) == (3, 2, 1)
    again = till.json("order", "add", "-", stdin=text)["counts"]
    assert (again["rows"], again["added"], again["unchanged"]) == (3, 0, 3)
    assert len(till.json("order", "list")) == 2


def test_what_can_be_done_only_once_needs_no_key(till):
    order = placed(till)
    till.ok("order", "deliver", order)
    assert "nothing to change" in till.ok("order", "deliver", order).err


def test_a_receipt_is_written_down_once_for_an_order(till):
    order, other = placed(till), placed(till)
    till.ok("order", "pay", order, "--amount", "98", "--receipt", "No.42")
    (payment,) = till.json("order", "show", order)["payments"]
    again = till.fails(4, "order", "pay", order, "--amount", "50", "--receipt", "NO.42")
    assert f"receipt No.42 of order {order} is written down already: 98.00 on 2026-11-23, {payment['id']}" in again.err
    assert "No.42 was given before" in till.ok("order", "pay", other, "--amount", "98", "--receipt", "No.42").err
    till.ok("order", "return", order, "--all")
    till.ok("order", "refund", order, "--amount", "50", "--receipt", "No.42")  # quotes the payment's
    till.fails(4, "order", "refund", order, "--amount", "48", "--receipt", "No.42")
    assert money(till, order) == [("payment", 9800), ("refund", 5000)]


def test_two_clones_that_are_given_one_key_book_the_money_once(till, tmp_path):
    order = placed(till)
    shared = tmp_path / "shared.git"
    git("clone", "-q", "--bare", till.archive, shared)
    git("-C", till.archive, "remote", "add", "origin", shared)
    wang = at_desk(till.home, clone(shared, till.home, "WQ").archive)
    for number, desk in enumerate((till, wang)):
        moment = f"2026-11-23T10:0{number}:00+08:00"
        desk.ok("--by", "LN", "order", "pay", order, "--amount", "98", "--key", "K", CRMKIT_NOW=moment)
        desk.ok("--by", "LN", "order", "add", "--customer", OTHER, "--item", "HX1:1", "--pay", "198", "--key", "K")
        desk.ok("sync")
    till.ok("sync")
    for desk in (till, wang):
        assert money(desk, order) == [("payment", 9800)]
        assert [one["amount"] for o in desk.json("order", "list") for one in o["payments"]] == [9800, 19800]
        assert desk.json("conflicts", "list") == []
    (payment,) = till.json("order", "show", order)["payments"]
    assert payment["at"] == "2026-11-23T10:00:00+08:00"


def test_a_receipt_that_two_clones_wrote_down_is_listed_by_check_until_one_of_them_is_taken_back(till, tmp_path):
    order, other = placed(till), placed(till)
    shared = tmp_path / "shared.git"
    git("clone", "-q", "--bare", till.archive, shared)
    git("-C", till.archive, "remote", "add", "origin", shared)
    wang = at_desk(till.home, clone(shared, till.home, "WQ").archive)
    for desk, number in ((till, "No.7"), (wang, "NO.7")):
        desk.ok("order", "pay", order, "--amount", "98", "--receipt", number)
        desk.ok("order", "pay", other, "--amount", "98", "--receipt", f"{desk is till}")
    till.ok("order", "return", order, "--all")
    till.ok("order", "refund", order, "--amount", "98", "--receipt", "No.7")  # quotes the payment's
    till.ok("check")
    till.ok("sync")
    wang.ok("sync")
    ids = sorted(one["id"] for one in wang.json("order", "show", order)["payments"] if one["what"] == "payment")
    (problem,) = json.loads(wang.fails(6, "check", "-f", "json").out)
    said = f"receipt no.7 of order {order} is written down more than once: {', '.join(ids)}"
    assert (problem["code"], problem["message"]) == ("receipt", said)
    wang.ok("undo", next(run["run"] for run in wang.json("history", ids[-1]) if run["command"] == "order pay"), "--yes")
    wang.ok("check")
    assert money(wang, order) == [("payment", 9800), ("refund", 9800)]
