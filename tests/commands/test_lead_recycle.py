"""crmkit lead recycle, at a desk on Monday 2026-11-23 at 10:00."""

import pytest

from crmkit.records import Assignment
from tests.core import desk

WHO = "C2611-00000010"


@pytest.fixture
def office(shop):
    """A desk with two service staff, and a file that one of them has had since August."""
    shop.put(
        desk.staff("WQ", "service"),
        desk.staff("ZM", "service"),
        desk.a_customer(10, stage="screened", owner="WQ"),
        Assignment(id="A2608-00000001", customer=WHO, at=desk.at("2026-08-23 10:00"), to="WQ", how="turn"),
    )
    return shop


def test_a_file_passes_on_once_and_says_why(office):
    done = office.json("lead", "recycle")
    assert (done["ids"], done["counts"]) == ([WHO], {"recycled": 1})
    shown = office.json("lead", "show", WHO)
    assert shown["owner"] == "ZM"
    assert [(move["before"], move["to"], move["how"], move["why"]) for move in shown["owners"]] == [
        ("", "WQ", "turn", ""), ("WQ", "ZM", "recycled", "no sale since 2026-08-23"),
    ]  # fmt: skip
    again = office.json("lead", "recycle")
    assert (again["run"], again["counts"]) == ("", {"recycled": 0})


def test_a_dry_run_lists_who_would_move_and_why(office):
    shown = office.ok("lead", "recycle", "--dry-run").out
    assert f"{WHO}\n  owner: WQ → ZM" in shown and "cause: no-sale" in shown and "since: 2026-08-23" in shown
    assert office.json("lead", "show", WHO)["owner"] == "WQ"


def test_a_notice_is_listed_before(office):
    assert office.json("lead", "recycle", "--notice") == []
    (row,) = office.json("lead", "recycle", "--notice", "--now", "2026-11-16 08:00")
    assert row == {
        "id": WHO, "name": "秦玉兰", "owner": "WQ", "assigned_on": "2026-08-23", "passes_on": "2026-11-23",
    }  # fmt: skip


def test_a_notice_after_a_morning_has_whoever_was_changed_since(office):
    """Whom the last morning did not look at passes on no sooner than it said, unless something was written."""
    office.put(
        desk.a_customer(11, stage="screened", owner="WQ"),
        desk.a_customer(12, stage="screened", owner="WQ"),
        Assignment(id="A2608-00000002", customer="C2611-00000011", at=desk.at("2026-08-25 10:00"), to="WQ", how="turn"),
        Assignment(id="A2609-00000003", customer="C2611-00000012", at=desk.at("2026-09-25 10:00"), to="WQ", how="turn"),
    )

    def noticed(day: str) -> list[str]:
        return [one["id"] for one in office.json("lead", "recycle", "--notice", "--now", f"{day} 10:00")]

    office.ok("daily")
    assert (noticed("2026-11-23"), noticed("2026-12-20")) == (["C2611-00000011"], ["C2611-00000012"])
    office.ok("lead", "edit", "C2611-00000011", "--set", "grade=A")
    office.ok("lead", "assign", "C2611-00000011", "--pin")
    assert noticed("2026-11-23") == []
    office.put(
        desk.a_customer(13, stage="screened", owner="ZM"),
        Assignment(id="A2608-00000004", customer="C2611-00000013", at=desk.at("2026-08-26 10:00"), to="ZM", how="turn"),
    )
    assert noticed("2026-11-23") == ["C2611-00000013"]


def test_a_pinned_file_stays_and_is_counted(office):
    office.ok("lead", "edit", WHO, "--set", "grade=A")
    office.ok("lead", "assign", WHO, "--pin")
    assert office.json("lead", "recycle")["counts"] == {"recycled": 0, "pinned": 1}


def test_recycling_can_be_undone(office):
    office.ok("lead", "recycle")
    office.ok("undo", "--yes")
    shown = office.json("lead", "show", WHO)
    assert (shown["owner"], len(shown["owners"])) == ("WQ", 1)


def test_with_nobody_to_look_after_files_nothing_moves(shop):
    assert shop.json("lead", "recycle")["counts"] == {"recycled": 0}
