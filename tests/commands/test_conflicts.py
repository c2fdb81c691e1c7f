"""`crmkit conflicts`: list what two operators changed differently, and decide."""

from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from crmkit.archive.archive import opened
from crmkit.records import Callback, Conflict, Customer
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.archive.desk import NOW, Desk

PHONE = {"raw": "1", "e164": "+8613900541731", "kind": "mobile", "ext": "", "state": "confirmed"}
CONFIRMED = PHONE | {"number": PHONE["e164"]}
C1, C2 = "C2611-00000001", "C2611-00000002"
NUMBER = "+8613900541731"
CUSTOMER = Customer(
    id=C1, name="张秀英", address="和平里3号", phones=(Phone(raw="1", e164=NUMBER, kind="mobile"),), tags=("lively",)
)


def conflict(number: int, record: str, *field: str, kept: object = None, other: object = None) -> Conflict:
    return Conflict(id=f"X2611-0000000{number}", record=record, field=field, kept=kept, other=other, at=NOW)


@pytest.fixture
def holding(crm, archive: Path):
    """Puts a customer and conflicts into the archive; gives the command line."""

    def put(*conflicts: Conflict):
        Desk(archive).run(lambda _archive: Change(puts=(CUSTOMER, Customer(id=C2, name="刘国庆"), *conflicts)))
        return crm

    return put


def test_none_is_silent_and_exits_with_0(crm):
    assert crm.ok("conflicts", "--exit-code").out == ""
    assert crm.json("conflicts", "list") == []


def test_the_list_shows_what_stands_and_what_the_other_side_wrote(holding):
    crm = holding(conflict(1, C1, "address", kept="和平里3号", other="青年路1号"))
    crm.ok("lead", "edit", C1, "--set", "address=新街5号")
    (row,) = crm.json("conflicts", "list")
    assert (row["record"], row["field"], row["now"], row["kept"], row["other"]) == (
        C1, "address", "新街5号", "和平里3号", "青年路1号",
    )  # fmt: skip
    assert crm.ok("conflicts", "-f", "ids").lines == ["X2611-00000001"]
    assert crm("conflicts", "list", "--exit-code").code == 1
    assert crm("conflicts", "--exit-code").code == 1


def test_kept_leaves_the_record_and_closes_the_conflict(holding):
    crm = holding(conflict(1, C1, "address", kept="和平里3号", other="青年路1号"))
    assert crm.json("conflicts", "take", "X2611", "kept")["counts"] == {"resolved": 1}
    assert crm.json("lead", "show", C1)["address"] == "和平里3号"
    assert crm.json("conflicts") == []
    assert "resolved" in crm.fails(1, "conflicts", "take", "X2611", "kept").err


@pytest.mark.parametrize(
    ("field", "other", "expected"),
    [
        (("address",), "青年路1号", {"address": "青年路1号"}),
        (("address",), None, {"address": ""}),
        (("tags", "lively"), None, {"tags": []}),
        (("tags", "quiet"), "quiet", {"tags": ["lively", "quiet"]}),
        (("phones", NUMBER), None, {"phones": []}),
        (("phones", NUMBER, "state"), "confirmed", {"phones": [CONFIRMED]}),
    ],
)  # fmt: skip
def test_other_writes_the_other_value_where_it_belongs(holding, field, other, expected):
    crm = holding(conflict(1, C1, *field, other=other))
    crm.ok("conflicts", "take", "X2611-00000001", "other")
    shown = crm.json("lead", "show", C1)
    assert {name: shown[name] for name in expected} == expected
    assert crm.json("conflicts") == []


def test_other_is_previewed_by_a_dry_run(holding):
    crm = holding(conflict(1, C1, "address", other="青年路1号"))
    changes = crm.json("conflicts", "take", "X2611-00000001", "other", "-n")["changes"]
    assert changes[C1] == {"address": ["和平里3号", "青年路1号"]}
    assert len(crm.json("conflicts")) == 1


def test_what_was_edited_in_a_file_merged_meanwhile_goes_to_the_surviving_file(holding, archive):
    crm = holding(conflict(1, C1, "owner", other="WQ"))
    alias = msgspec.structs.replace(CUSTOMER, merged_into=C2)
    Desk(archive).run(lambda _archive: Change(puts=(alias,)))
    crm.ok("conflicts", "take", "X2611-00000001", "other")
    assert crm.json("lead", "show", C2)["owner"] == "WQ"


def test_a_record_that_one_side_removed_can_be_removed_unless_something_refers_to_it(holding, archive):
    crm = holding(conflict(1, C1), conflict(2, C2))
    callback = Callback(id="B2611-00000001", customer=C2, purpose="thanks", due_at=NOW)
    Desk(archive).run(lambda _archive: Change(puts=(callback,)))
    crm.ok("conflicts", "take", "X2611-00000001", "other")
    assert crm("lead", "show", C1).code == 1
    assert "B2611-00000001" in crm.fails(1, "conflicts", "take", "X2611-00000002", "other").err


@pytest.mark.parametrize(
    ("record", "field", "hint"),
    [
        ("archive.toml", ("card", "reply"), "config --set"),
        (C1, ("merged_into",), "dedupe"),
        (C1, ("phones", "+8613700000000", "state"), "no phones +8613700000000 any more"),
    ],
)
def test_what_one_value_cannot_settle_is_refused_and_says_what_can(holding, record, field, hint):
    crm = holding(conflict(1, record, *field, other="confirmed"))
    assert hint in crm.fails(1, "conflicts", "take", "X2611-00000001", "other").err
    assert len(crm.json("conflicts")) == 1
    crm.ok("conflicts", "take", "X2611-00000001", "kept")


def test_another_word_than_kept_and_other_is_refused(holding):
    crm = holding(conflict(1, C1, "address", other="青年路1号"))
    assert "edit the record" in crm.fails(1, "conflicts", "take", "X2611-00000001", "青年路1号").err


def test_a_decision_says_when_and_by_whom(holding, archive):
    crm = holding(conflict(1, C1, "address", other="青年路1号"))
    crm.ok("staff", "add", "--code", "WQ")
    crm.ok("--by", "WQ", "conflicts", "take", "X2611-00000001", "kept")
    with opened(archive, exclusive=False, wait=5) as opened_archive:
        decided = opened_archive.get(Conflict, "X2611-00000001")
    assert decided.resolved_by == "WQ"
    assert isinstance(decided.resolved_at, datetime)


def test_many_conflicts_are_decided_by_lines(holding):
    address = conflict(1, C1, "address", kept="和平里3号", other="青年路1号")
    crm = holding(address, conflict(2, C2, "name", kept="刘国庆", other="刘庆"))
    ran = crm.fails(5, "conflicts", "take", "-", "other", "-f", "json", stdin="X2611-00000001\nX2611-00000002\nX2611-9")
    assert ran.json["counts"] == {"rows": 3, "resolved": 2, "unchanged": 0, "rejected": 1}
    assert (crm.json("lead", "show", C1)["address"], crm.json("lead", "show", C2)["name"]) == ("青年路1号", "刘庆")
    assert crm.json("conflicts") == []
