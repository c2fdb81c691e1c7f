"""crmkit lead assign, at a desk on Monday 2026-11-23 at 10:00."""

import pytest

from tests.core import desk

SCREENED = [f"C2611-0000001{n}" for n in range(4)]


@pytest.fixture
def office(shop):
    """A desk with two service staff and four screened files."""
    shop.put(
        desk.staff("WQ", "service"),
        desk.staff("ZM", "service"),
        *(desk.a_customer(10 + n, stage="screened", grade="A" if n == 0 else "") for n in range(4)),
    )
    return shop


def owners(office):
    return [office.json("lead", "show", who)["owner"] for who in SCREENED]


def test_all_screened_files_are_given_out_and_again_none(office):
    done = office.json("lead", "assign")
    assert (done["counts"], sorted(done["ids"])) == ({"assigned": 4}, SCREENED)
    assert owners(office) == ["WQ", "ZM", "WQ", "ZM"]
    again = office.json("lead", "assign")
    assert (again["counts"], again["run"]) == ({"assigned": 0}, "")
    assert office.json("lead", "list", "--unassigned", "--stage", "screened") == []


def test_a_dry_run_shows_who_would_get_what(office):
    assert "owner: WQ" in office.ok("lead", "assign", "-n").out
    assert owners(office) == ["", "", "", ""]


def test_an_assignment_can_be_undone(office):
    office.ok("lead", "assign")
    office.ok("undo", "--yes")
    assert owners(office) == ["", "", "", ""]
    assert office.json("lead", "show", SCREENED[0])["owners"] == []


def test_one_file_goes_to_the_person_named_and_its_history_is_shown(office):
    office.ok("callback", "add", SCREENED[1], "--due", "tomorrow 9:00", "--owner", "WQ")
    office.ok("lead", "assign", SCREENED[1], "--to", "WQ")
    office.ok("lead", "assign", SCREENED[1], "--to", "ZM", "--why", "speaks her dialect", "--now", "2026-11-24 09:00")
    moves = office.json("lead", "show", SCREENED[1])["owners"]
    assert [(move["before"], move["to"], move["how"], move["why"]) for move in moves] == [
        ("", "WQ", "hand", ""), ("WQ", "ZM", "hand", "speaks her dialect"),
    ]  # fmt: skip
    assert [one["owner"] for one in office.json("callback", "list")] == ["ZM"]


def test_a_customer_who_chose_is_pinned(office):
    office.ok("lead", "assign", SCREENED[0], "--to", "ZM", "--pin")
    assert office.json("lead", "show", SCREENED[0])["pinned"] is True
    office.ok("lead", "assign", SCREENED[0], "--unpin")
    assert office.json("lead", "show", SCREENED[0])["pinned"] is False
    assert "may choose" in office.fails(1, "lead", "assign", SCREENED[1], "--to", "ZM", "--pin").err


def test_the_files_of_who_left_wait_for_somebody_else(office):
    office.ok("lead", "assign")
    office.ok("staff", "edit", "ZM", "--set", "left=yes")
    assert office.json("lead", "assign")["counts"] == {"assigned": 2}
    assert owners(office) == ["WQ"] * 4


def test_named_files_must_be_screened(office):
    assert "is not screened yet" in office.fails(1, "lead", "assign", SCREENED[0], "C2611-00000001").err
    assert owners(office) == ["", "", "", ""]
    assert office.json("lead", "assign", SCREENED[0], "--how", "load")["counts"] == {"assigned": 1}


def test_who_is_full_gets_no_more(office):
    office.ok("staff", "edit", "WQ", "--set", "capacity=1")
    office.ok("staff", "edit", "ZM", "--set", "capacity=1")
    assert office.json("lead", "assign")["counts"] == {"assigned": 2, "no-capacity": 2}
    assert "has room for no more" in office.fails(1, "lead", "assign", SCREENED[3], "--to", "WQ").err


def test_without_service_staff_it_says_how_to_name_them(shop):
    refused = shop.fails(1, "lead", "assign")
    assert "nobody on the staff has the role service" in refused.err
    assert "crmkit staff edit CODE --set roles=service" in refused.err


@pytest.mark.parametrize(
    "flags",
    [
        ["--how", "luck"], ["--to", "WQ"], ["--pin"], ["X", "--how", "turn", "--to", "WQ"],
        ["X", "--unpin", "--pin"], ["X", "--why", "so"],
    ],
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused(office, flags):
    office.fails(2, "lead", "assign", *flags)


def test_files_named_by_lines_are_shared_out_as_the_lines_before_left_it(office):
    typed = "\n".join([*SCREENED, SCREENED[0], "C2611-00000001"])
    ran = office.fails(5, "lead", "assign", "-", "-f", "json", stdin=typed)
    assert ran.json["counts"] == {"rows": 6, "assigned": 4, "unchanged": 1, "rejected": 1}
    assert owners(office) == ["WQ", "ZM", "WQ", "ZM"]


def test_a_sheet_says_of_each_file_who_gets_it_until_there_is_no_room(office, tmp_path):
    office.ok("staff", "edit", "ZM", "--set", "capacity=1")
    sheet = tmp_path / "moves.csv"
    sheet.write_text(f"customer,to,why\n{SCREENED[0]},WQ,dialect\n{SCREENED[1]},,\n{SCREENED[2]},,\n", "utf-8")
    ran = office.fails(5, "lead", "assign", sheet, "--to", "ZM", "-f", "json")
    assert ran.json["counts"] == {"rows": 3, "assigned": 2, "rejected": 1}
    assert "ZM looks after 1 files already" in ran.err
    assert owners(office) == ["WQ", "ZM", "", ""]
