"""`crmkit report staff`: a row a person, and a workbook with a sheet a person."""

import openpyxl
import pytest

from tests.commands.conftest import FRI, THU, WED, Counter

NOW = {"CRMKIT_NOW": f"{FRI}T10:00:00+08:00"}


@pytest.fixture
def worked(counter: Counter) -> Counter:
    """A ticket that ZW mended and charged too much for, praise for LN, and a dealer who is not on the staff's list."""
    ticket = counter.report()
    counter.at(f"{WED} 11:00", "ticket", "reply", ticket, "--by", "LN")
    counter.at(f"{WED} 15:00", "ticket", "work", ticket, "--charge", "TRIP", "--taken", "80", "--by", "ZW")
    counter.at(f"{WED} 15:30", "ticket", "solve", ticket, "--cause", "misuse", "--by", "ZW", "--how", "visit")
    counter.at(f"{THU} 10:00", "ticket", "follow-up", ticket, "--solved", "yes", "--on-time", "yes", "--attitude", "5",
               "--skill", "4", "--charged", "80")  # fmt: skip
    counter.at(f"{THU} 11:00", "staff", "mark", "LN", "praise", "--note", "顾客 13900541777 来电表扬")
    counter.ticket = ticket
    return counter


def book(worked: Counter, *more: str, name: str = "staff.xlsx", **env: str) -> dict[str, list[tuple[object, ...]]]:
    worked.ok("report", "staff", "2026-11", "-o", name, "--force", *more, **(NOW | env))
    loaded = openpyxl.load_workbook(worked.home / name)
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet] for sheet in loaded}


def test_there_is_a_row_for_everybody_who_is_here_with_what_they_did(worked):
    rows = worked.at(f"{FRI} 10:00", "report", "staff", "2026-11")
    assert [row["staff"] for row in rows] == ["LN", "ZW"]
    ln, zw = rows
    assert (ln["praise"], ln["promises"], ln["promises_kept"], ln["tickets_solved"]) == (1, 2, 2, 0)
    assert (zw["tickets_solved"], zw["promises_kept"], zw["answers"], zw["satisfied"]) == (1, 2, 1, 1)
    assert (zw["marks"], zw["refund_owed"], zw["name"], zw["left"]) == (1, 5000, "", False)
    figures = {one["measure"]: one for one in zw["figures"]}
    assert figures["overcharged"]["ids"] == [worked.ticket]
    assert figures["kept-solved"]["share"] == 1.0
    (only,) = worked.at(f"{FRI} 10:00", "report", "staff", "2026-11", "--by", "ZW")
    assert only == zw
    refused = worked.at(f"{FRI} 10:00", "report", "staff", "2026-11", "--by", "XX", code=1)
    assert "nobody on the staff has the code or name XX" in refused.err


def test_the_workbook_has_a_sheet_a_person_and_each_number_its_records(worked):
    sheets = book(worked, "--lang", "en")
    assert list(sheets) == ["Staff", "LN 李娜", "ZW", "About", "_crmkit"]
    assert [row[0] for row in sheets["Staff"]] == ["Staff", "LN 李娜", "ZW"]
    for title in ("LN 李娜", "ZW"):
        rows = sheets[title]
        assert rows[1][:6] == ("What is counted", "Count", "Of", "Share", "Yuan", "Records from row")
        end = next(number for number, row in enumerate(rows) if row[0] is None)
        for words, count, _of, _share, _yuan, first in rows[2:end]:
            if first is None:
                assert count == 0, words
                continue
            assert (rows[first - 3][0], rows[first - 2][0]) == (words, "ID")  # the heading, the titles
            listed = [row for row in rows[first - 1 :]]
            last = next((number for number, row in enumerate(listed) if row[0] is None), len(listed))
            assert last == count, words
    told = {row[0]: row for row in reversed(sheets["ZW"])}  # the number, not the heading of its list
    assert told["charged too much"][1:5] == (1, None, None, 50)
    assert told["repairs in time"][1:4] == (1, 1, 1)
    (mark,) = [row for row in sheets["ZW"] if row[0] == f"overcharge:{worked.ticket}"]
    assert mark[2:5] == ("陈玉珍", "charged too much", 50)


def test_somebody_who_left_or_is_on_no_list_has_a_sheet_while_their_work_counts(worked):
    worked.at(f"{FRI} 09:00", "staff", "edit", "ZW", "--set", "left=yes")
    rows = worked.at(f"{FRI} 10:00", "report", "staff", "2026-11")
    assert [(row["staff"], row["left"], row["listed"]) for row in rows] == [("LN", False, True), ("ZW", True, True)]
    assert list(book(worked))[1:3] == ["LN 李娜", "ZW"]
    later = worked.at(f"{FRI} 10:00", "report", "staff", "2026-10")
    assert [row["staff"] for row in later] == ["LN"]


def test_an_empty_month_is_a_workbook_too(worked):
    worked.ok("report", "staff", "2025-01", "-o", "empty.xlsx", **NOW)
    loaded = openpyxl.load_workbook(worked.home / "empty.xlsx")
    assert loaded.sheetnames[1:3] == ["LN 李娜", "ZW"]
    assert {row[1].value for row in loaded["ZW"].iter_rows(min_row=3)} == {0}


def test_both_languages_and_the_archive_s_by_default(worked):
    assert [cell for cell in book(worked, CRMKIT_LANG="zh")["ZW"][1]][:2] == ["指标", "数量"]
    assert "collected" in str(book(worked, CRMKIT_LANG="en")["LN 李娜"])


def test_masked_nothing_that_people_wrote_goes_out(worked):
    worked.at(f"{FRI} 09:00", "lead", "edit", "13900541777", "--set", "name=陈玉珍13900541777")
    plain, masked = (str(book(worked, *more)) for more in ((), ("--mask",)))
    assert "来电表扬" in plain and plain.count("13900541777") > 1
    assert "13900541777" not in masked and "来电表扬" not in masked
    assert "139****1777" in masked


def test_what_is_there_is_kept_unless_forced(worked):
    (worked.home / "staff.xlsx").write_bytes(b"mine")
    refused = worked.fails(1, "report", "staff", "2026-11", "-o", "staff.xlsx", **NOW)
    assert "--force" in refused.err
    assert (worked.home / "staff.xlsx").read_bytes() == b"mine"


def test_it_is_refused_as_a_list_of_people_and_the_same_twice(worked):
    for name in ("a.xlsx", "b.xlsx"):
        book(worked, name=name)
    assert (worked.home / "a.xlsx").read_bytes() == (worked.home / "b.xlsx").read_bytes()
    assert "report" in worked.fails(1, "lead", "import", "a.xlsx", "--lang", "en", **NOW).err
