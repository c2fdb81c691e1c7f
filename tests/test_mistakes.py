"""What crmkit says of its own mistakes, what it writes down of them, and how a reader goes on without a record."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from crmkit import render
from crmkit.commands import callback_list
from crmkit.core import due, leads
from crmkit.core.assigning import audit
from crmkit.core.calling import callsheet
from crmkit.core.care import celebrations, grading
from crmkit.core.dedupe import people
from crmkit.records import Call, Callback, Customer, Order, Staff
from crmkit.sheets.report.view import View
from tests.commands.conftest import Desk, at_desk
from tests.core.desk import NOW, a_customer, a_phone

BAD, GOOD, CALL_BACK = "C2611-00000066", "C2611-00000067", "B2611-00000066"
NAMES = {BAD: "赵春梅", GOOD: "钱桂英"}


@pytest.fixture
def office(home: Path, archive: Path) -> Desk:
    """Two customers with a callback that is due, a call and an order each; they share a home."""
    desk = at_desk(home, archive)
    desk.put(
        Staff(id="E2611-00000001", code="LN", roles=("screener",)),
        *(
            a_customer(
                n, id=who, name=name, email="x@b.cn", address="青年路11号院12号楼3单元450室", owner="LN",
                birthday="--11-23", stage="buyer", phones=(a_phone(n),),
            )
            for n, (who, name) in enumerate(NAMES.items(), 1)
        ),
        *(Callback(id=f"B2611-{who[6:]}", customer=who, purpose="thanks", due_at=NOW, owner="LN") for who in NAMES),
        *(Call(id=f"L2611-{who[6:]}", customer=who, at=NOW - timedelta(1), outcome="reached") for who in NAMES),
        *(Order(id=f"O2611-{who[6:]}", customer=who, ordered_on=NOW.date()) for who in NAMES),
    )  # fmt: skip
    desk.env["CRMKIT_DEBUG"] = ""
    return desk


def stumbles(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """Let the function `name` of `owner` make a mistake at the customer BAD, or at what belongs to them."""
    real = getattr(owner, name)

    def broken(*arguments: object, **options: object) -> object:
        for one in (*arguments, *options.values()):
            if BAD in (getattr(one, "id", ""), getattr(one, "customer", "")):
                raise LookupError("赵春梅 13900000001")
        return real(*arguments, **options)

    monkeypatch.setattr(owner, name, broken)


@pytest.mark.parametrize(
    ("command", "owner", "name"),
    [
        (["lead", "list"], leads.LeadFilter, "fits"),
        (["due"], due, "_item"),
        (["callback", "list"], callback_list, "_listed"),
        (["callback", "sheet", "--due", "today"], callsheet, "addressed"),
        (["lead", "audit"], audit, "_is_told"),
        (["customer", "birthdays"], celebrations, "_row"),
    ],
)
@pytest.mark.parametrize("fmt", ["table", "json", "csv"])
def test_a_list_goes_on_without_the_record_that_a_rule_stumbles_over(office, monkeypatch, command, owner, name, fmt):
    typed = [*command, "-f", fmt]
    whole = office.ok(*typed)
    assert all(who in whole.out for who in NAMES.values())
    stumbles(monkeypatch, owner, name)
    ran = office(*typed)
    assert ran.code == 6
    assert NAMES[GOOD] in ran.out
    assert NAMES[BAD] not in ran.out
    assert f"this is a mistake in crmkit (LookupError) in `{' '.join(command[:2])}`" in ran.err
    assert f"left out, with all that belongs to them: {BAD if name != '_listed' else CALL_BACK}; the rest" in ran.err
    assert NAMES[BAD] not in ran.err
    assert "13900000001" not in ran.err


def test_duplicates_are_found_without_the_file_that_a_rule_stumbles_over(office, monkeypatch):
    twin = a_customer(3, id="C2611-00000068", name=NAMES[GOOD], phones=(a_phone(2),))
    office.put(twin)
    assert len(office.json("dedupe", "find")) > 1
    stumbles(monkeypatch, people, "read")
    ran = office("dedupe", "find", "-f", "json")
    assert (ran.code, [(pair["a"], pair["b"]) for pair in ran.json]) == (6, [(GOOD, twin.id)])


def test_a_workbook_is_made_without_the_file_that_a_rule_stumbles_over(office, monkeypatch):
    stumbles(monkeypatch, View, "phones")
    ran = office("report", "month", "2026-11", "-o", "november.xlsx")
    assert ran.code == 6
    assert f"left out, with all that belongs to them: {BAD}; " in ran.err
    book = openpyxl.load_workbook(office.home / "november.xlsx")
    cells = {cell for sheet in book for row in sheet.values for cell in row}
    assert (NAMES[GOOD] in cells, NAMES[BAD] in cells) == (True, False)


def test_a_mistake_at_the_one_record_that_was_asked_for_names_it_and_prints_nothing(office, monkeypatch):
    stumbles(monkeypatch, callsheet, "addressed")
    ran = office("callback", "sheet", CALL_BACK, "-f", "json")
    assert (ran.code, ran.out) == (1, "")
    said = json.loads(ran.err)["error"]
    assert said["message"] == f"this is a mistake in crmkit (LookupError) in `callback sheet`, at the record {BAD}"


def test_a_mistake_at_every_record_is_no_records_fault(office, monkeypatch):
    office.put(*(a_customer(n, id=f"C2611-{n:08}", phones=()) for n in range(100, 110)))

    def broken(_filter: object, _customer: Customer) -> bool:
        raise LookupError

    monkeypatch.setattr(leads.LeadFilter, "fits", broken)
    ran = office("lead", "list")
    assert (ran.code, ran.out) == (1, "")


def test_a_writer_never_goes_on_without_a_record(office, monkeypatch):
    stumbles(monkeypatch, grading, "_standing")
    before = office.ok("history").out
    for typed in (["customer", "grade"], ["customer", "grade", "-n"]):
        ran = office(*typed)
        assert (ran.code, ran.out) == (1, "")
    monkeypatch.undo()
    assert office.ok("history").out == before


def test_what_was_printed_is_not_printed_twice(office, monkeypatch):
    real = render.record_line

    def broken(record: Customer) -> str:
        if record.id == GOOD:
            raise LookupError
        return real(record)

    monkeypatch.setattr(render, "record_line", broken)
    ran = office("lead", "list", "-f", "jsonl")
    assert (ran.code, [json.loads(line)["id"] for line in ran.lines]) == (1, [BAD])


def test_the_report_of_a_mistake_holds_places_and_no_data(office, monkeypatch):
    stumbles(monkeypatch, leads.LeadFilter, "fits")
    ran = office("lead", "list", "--text", "赵春梅", "--no-suspect", "-fjson", "--owner=LN")
    (file,) = (office.home / ".local" / "state" / "crmkit").iterdir()
    assert f"{file} says where, without names and numbers" in ran.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    report = json.loads(text)
    assert (report["command"], report["options"]) == ("lead list", ["--text", "--no-suspect", "-f", "--owner"])
    assert report["record"] == "C"
    assert [mistake["type"] for mistake in report["mistakes"]] == ["LookupError"]
    assert report["mistakes"][0]["at"][-1].startswith("tests.test_mistakes:")
    assert any(place.startswith("crmkit.commands.lead_list:") for place in report["mistakes"][0]["at"])
    assert set(report) == {
        "crmkit", "python", "platform", "libraries", "command", "options", "record", "mistakes",
    }  # fmt: skip
    for private in ("赵春梅", "\\u8d75", "13900000001", BAD, str(office.home), "LN"):
        assert private not in text
    office("lead", "list", "--text", "赵春梅", "--no-suspect", "-fjson", "--owner=LN")
    assert len(list(file.parent.iterdir())) == 1


def test_the_report_stands_where_the_user_keeps_state_and_is_not_needed(office, monkeypatch, tmp_path):
    stumbles(monkeypatch, callsheet, "addressed")
    office("callback", "sheet", CALL_BACK, XDG_STATE_HOME=str(tmp_path / "state"))
    assert len(list((tmp_path / "state" / "crmkit").iterdir())) == 1
    (tmp_path / "file").touch()
    ran = office("callback", "sheet", CALL_BACK, XDG_STATE_HOME=str(tmp_path / "file"))
    assert "run it again with CRMKIT_DEBUG=1" in ran.err
