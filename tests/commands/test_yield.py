"""`crmkit report yield`, `site show`, `staff show`: what came of the files, and who did what."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Shell

PEOPLE = {
    "秦玉兰": ("13900541731", "LN", "时间公园"),
    "吴美玲": ("13900541732", "LN", "时间公园"),
    "于玉梅": ("13900541733", "WQ", "朝阳市场"),
}


@pytest.fixture(scope="module")
def worked(pristine, tmp_path_factory):
    """Three files of two sites: one bought and gave half of it back, one gave a false number. Made once."""
    folder = tmp_path_factory.mktemp("yield")
    crm = Shell(folder, Path(shutil.copytree(pristine, folder / "archive")))
    for code in ("LN", "WQ"):
        crm.ok("staff", "add", "--code", code, "--role", "screener")
    for site, method in (("时间公园", "stand"), ("朝阳市场", "solo")):
        crm.ok("site", "add", "--name", site, "--method", method)
    crm.ok("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    for name, (phone, collector, site) in PEOPLE.items():
        came = ("--source", "outreach", "--site", site, "--collector", collector, "--collected-at", "2026-11-18 10:00")
        crm.ok("lead", "add", "--name", name, "--phone", phone, *came)
    crm.ok("lead", "screen", "13900541731", "--outcome", "valid", "--by", "LN", "--now", "2026-11-19T10:00:00+08:00")
    crm.ok("recheck", "answer", "13900541732", "13900541799")
    (order,) = crm.json("order", "add", "--customer", "13900541731", "--item", "HX1:2", "--pay", "396", "--by", "LN")[
        "ids"
    ]
    crm.ok("order", "return", order, "--item", "HX1:1", "--reason", "不合适")
    return crm.archive


@pytest.fixture
def branch(worked, home, tmp_path):
    """The command line in a copy of that archive."""
    return Shell(home, Path(shutil.copytree(worked, tmp_path / "archive")))


def figures(shown):
    """The figures of a `show`, or of a row, by measure."""
    return {one["measure"]: one for one in shown["figures"]}


def test_a_site_shows_what_came_of_its_files_with_the_records_behind_each_number(branch):
    shown = branch.json("site", "show", "时间公园")
    found = figures(shown)
    assert (found["files"]["count"], found["valid"]["count"], found["valid"]["whole"]) == (2, 1, 2)
    assert (found["failed"]["count"], found["failed"]["whole"], found["failed"]["share"]) == (1, 1, 1.0)
    assert (found["buyers"]["count"], found["brought"]["amount"]) == (1, 19800)
    assert (found["in-time"]["count"], found["in-time"]["whole"]) == (1, 1)
    assert found["buyers"]["ids"] == [branch.json("lead", "show", "13900541731")["id"]]
    assert (shown["days_held"], shown["first_on"], shown["last_on"]) == (1, "2026-11-18", "2026-11-18")


def test_a_renamed_site_keeps_its_yield(branch):
    branch.ok("site", "edit", "时间公园", "--set", "name=时代公园")
    assert figures(branch.json("site", "show", "时代公园"))["files"]["count"] == 2
    assert [row["site"] for row in branch.json("report", "yield")] == ["时代公园", "朝阳市场"]


def test_a_period_counts_what_was_collected_in_it(branch):
    assert figures(branch.json("site", "show", "时间公园", "--until", "2026-11-17"))["files"]["count"] == 0
    assert figures(branch.json("site", "show", "时间公园", "--since", "2026-11-18"))["files"]["count"] == 2
    branch.fails(2, "site", "show", "时间公园", "--since", "2026-11-18", "--until", "2026-11-17")


def test_a_staff_member_shows_the_work_done_and_what_is_in_hand(branch):
    branch.ok("callback", "add", "13900541731", "--due", "2026-11-23", "--owner", "LN")
    shown = branch.json("staff", "show", "LN")
    found = figures(shown)
    assert (found["files"]["count"], found["calls"]["count"], found["reached"]["count"]) == (2, 1, 1)
    assert (found["orders"]["count"], found["revenue"]["amount"], found["payments"]["amount"]) == (1, 19800, 39600)
    waiting = branch.json("callback", "list", "--owner", "LN")
    assert waiting
    assert (shown["callbacks_open"], shown["refund_owed"]) == (len(waiting), 19800)
    other = figures(branch.json("staff", "show", "WQ"))
    assert (other["files"]["count"], other["calls"]["count"]) == (1, 0)


def test_a_table_tells_what_is_in_hand_and_the_work_of_a_period(branch):
    shown = branch.ok("staff", "show", "LN")
    assert "orders with revenue" not in shown.out
    assert "crmkit staff show LN --since DATE" in shown.err
    assert "refund_owed     198.00" in shown.out
    assert "1: 198.00 yuan" in branch.ok("staff", "show", "LN", "--since", "2026-11").out


def test_a_table_says_each_share_with_what_it_is_of(branch):
    lines = branch.ok("site", "show", "时间公园").out
    assert "files with a confirmed number" in lines
    assert "1 of 2 (50.0%)" in lines
    assert "198.00 yuan" in lines


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("site", ["时间公园", "朝阳市场"]),
        ("method", ["solo", "stand"]),
        ("collector", ["LN", "WQ"]),
        ("source", ["outreach"]),
    ],
)
def test_the_yield_is_told_by_group(branch, by, groups):
    rows = branch.json("report", "yield", "--by", by)
    assert [row[by] for row in rows] == groups
    assert sum(row["files"] for row in rows) == 3
    assert sum(row["revenue"] for row in rows) == 19800


def test_the_yield_is_sorted_by_a_column_the_greatest_first(branch):
    assert [row["site"] for row in branch.json("report", "yield", "--sort", "revenue")] == ["时间公园", "朝阳市场"]
    first, *_others = branch.json("report", "yield", "--by", "collector", "--sort", "in_time")
    assert first["collector"] == "LN"
    table = branch.ok("report", "yield", "-f", "csv").lines
    assert table[0].startswith("site,files,valid,valid_share")
    assert "198.00" in table[1]


def test_a_group_or_a_column_that_is_none_is_refused(branch):
    branch.fails(1, "report", "yield", "--by", "weather")
    branch.fails(1, "report", "yield", "--sort", "weather")
