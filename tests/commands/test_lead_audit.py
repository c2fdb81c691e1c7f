"""crmkit lead audit, at a desk."""

import pytest

from tests.core import desk

TOLD = {
    "sex": "female", "birthday": "1953-01-02", "address": "青年路1号", "former_employer": "棉纺厂", "needs": "净水",
    "hobbies": ("太极拳",),
}  # fmt: skip


@pytest.fixture
def office(shop):
    """A desk with a complete file, a nearly empty one, and a buyer of whom nobody knows where and when."""
    shop.put(
        desk.a_customer(10, stage="screened", not_bought="再考虑", owner="LN", **TOLD),
        desk.a_customer(11, stage="screened", owner="LN"),
        desk.a_customer(12, stage="buyer", **TOLD),
        desk.a_customer(13, stage="lost"),
    )
    return shop


def test_files_that_lack_something_are_listed_the_emptiest_first(office):
    ran = office.ok("lead", "audit", "-f", "json")
    assert [(one["id"][-2:], one["list"], one["complete"]) for one in ran.json] == [("11", "B", 0.12), ("12", "A", 0.7)]
    assert ran.json[1]["missing"] == ["bought_on", "bought_at", "quantity"]
    assert "1 of 3 files are complete" in ran.err


def test_how_complete_a_file_is_is_read_in_percent_and_kept_as_a_number(office):
    told = {fmt: office.ok("lead", "audit", "--columns", "complete", "-f", fmt).out.split() for fmt in ("table", "csv")}
    assert told == {"table": ["complete", "----------", "12.0%", "70.0%"], "csv": ["complete", "0.12", "0.7"]}


@pytest.mark.parametrize(
    ("flags", "who"),
    [
        (["--grade", "A"], ["12"]), (["--grade", "B"], ["11"]), (["--owner", "LN"], ["11"]),
        (["C2611-00000010"], ["10"]), (["C2611-00000001"], ["01"]),
    ],
)  # fmt: skip
def test_which_files_are_looked_at(office, flags, who):
    assert [one["id"][-2:] for one in office.json("lead", "audit", *flags)] == who


def test_the_exit_code_tells_a_script(office):
    assert office("lead", "audit", "--exit-code").code == 1
    office.ok("lead", "audit", "C2611-00000010", "--exit-code")


def test_an_unknown_list_is_refused(office):
    office.fails(2, "lead", "audit", "--grade", "C")
