"""`crmkit report`."""

import gettext
import stat

import openpyxl
import pytest

from crmkit import i18n
from crmkit.archive.store.index import Index
from crmkit.core.figures import MEASURES


@pytest.fixture
def branch(crm):
    """An archive with one product and one card."""
    crm.ok("product", "add", "--code", "HX1", "--name", "护膝", "--warranty-months", "12")
    crm.ok(
        "card", "issue", "--customer", "13900541731", "--name", "秦玉兰", "--product", "HX1", "--serial", "SN-1",
        "--bought-on", "2026-11-18",
    )  # fmt: skip
    return crm


def sheets(path):
    workbook = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in workbook}


def on_the_cover(path):
    """What stands beside each text of the cover."""
    rows = [[value for value in row if value is not None] for row in sheets(path)["Cover"]]
    return {name: value for row in rows for name, value in zip(row, [*row[1:], None], strict=False)}


@pytest.mark.parametrize(
    ("kind", "period", "first", "last"),
    [
        ("day", "today", "2026-11-21", "2026-11-21"),
        ("week", "2026-W47", "2026-11-16", "2026-11-22"),
        ("month", "2026-11", "2026-11-01", "2026-11-30"),
    ],
)
def test_each_period_gives_a_workbook_with_the_archive_s_commit(branch, home, kind, period, first, last):
    commit = branch.json("status")["commit"]
    done = branch.json("report", kind, period, "-o", "report.xlsx")
    assert (done["first"], done["last"], done["figures"]["cards"]) == (first, last, 1)
    assert commit.startswith(done["commit"])
    cover = on_the_cover(home / "report.xlsx")
    assert (cover["Archive as of commit"], cover["Service cards issued"]) == (done["commit"], 1)
    assert stat.S_IMODE((home / "report.xlsx").stat().st_mode) == 0o600


def test_what_was_refused_is_read_before_the_archive_is_closed(branch, home, monkeypatch):
    abandoned = []
    abandon = Index._abandon
    monkeypatch.setattr(Index, "_abandon", lambda index: (abandoned.append(index.root), abandon(index)))
    for name, phone in (("李建国", "13900541732"), ("王梅", "13900541732")):
        branch.ok("lead", "add", "--name", name, "--phone", phone, "--collected-at", "2026-11-16 10:00", "--new")
    branch.ok("customer", "dnc", "王梅")
    assert branch.json("report", "month", "2026-11", "-o", "report.xlsx")["figures"]["files"] == 3
    assert abandoned == []


def test_the_same_command_twice_gives_the_same_bytes(branch, home):
    for name in ("a.xlsx", "b.xlsx"):
        branch.ok("report", "month", "2026-11", "-o", name)
    assert (home / "a.xlsx").read_bytes() == (home / "b.xlsx").read_bytes()


def test_an_existing_file_is_kept_unless_forced(branch, home):
    (home / "report.xlsx").write_bytes(b"mine")
    assert "--force" in branch.fails(1, "report", "month", "2026-11", "-o", "report.xlsx").err
    assert (home / "report.xlsx").read_bytes() == b"mine"
    branch.ok("report", "month", "2026-11", "-o", "report.xlsx", "--force")
    assert "Cover" in sheets(home / "report.xlsx")


def test_mask_hides_phone_numbers(branch, home):
    branch.ok("report", "month", "2026-11", "-o", "open.xlsx")
    branch.ok("report", "month", "2026-11", "-o", "masked.xlsx", "--mask")
    values = [
        {str(value) for rows in sheets(home / name).values() for row in rows for value in row}
        for name in ("open.xlsx", "masked.xlsx")
    ]
    assert ["13900541731" in found for found in values] == [True, False]
    assert "139****1731" in values[1]


def test_an_empty_period_is_a_workbook_too(branch, home):
    branch.ok("report", "month", "2025-01", "-o", "empty.xlsx")
    assert [title for title in sheets(home / "empty.xlsx") if not title.startswith("_")] == ["Cover"]
    assert "Nothing happened in this period." in on_the_cover(home / "empty.xlsx")


def test_the_workbook_speaks_the_language_of_the_archive_whatever_the_terminal_speaks(branch, home, archive):
    chinese = gettext.translation("crmkit", i18n.LOCALE_DIR, ["zh_CN"])
    branch.ok("config", "--set", "archive.lang=zh")
    branch.ok("report", "day", "today", "-o", "zh.xlsx", LANG="en_US.UTF-8")
    branch.ok("--lang", "en", "report", "day", "today", "-o", "en.xlsx")
    assert list(sheets(home / "zh.xlsx"))[:2] == [chinese.gettext("Cover"), chinese.gettext("Leads")]
    assert "Cover" in sheets(home / "en.xlsx")


def test_a_period_that_is_none_is_refused(branch, home):
    branch.fails(1, "report", "month", "13", "-o", "report.xlsx")
    branch.fails(1, "report", "month", "2026-11", "-o", "report.pdf")
    assert list(home.glob("report.*")) == []


def test_a_week_is_named_by_its_number_or_by_a_day_in_it(branch):
    told = [branch.json("report", "week", period, "-o", f"{n}.xlsx") for n, period in enumerate(("2026-W47", "today"))]
    assert [(one["first"], one["last"]) for one in told] == [("2026-11-16", "2026-11-22")] * 2


def test_each_count_of_a_report_is_told_in_chinese_by_its_own_meaning(branch):
    counted = branch.json("report", "month", "2026-11", "-o", "counts.xlsx")["figures"]
    told = branch.ok("--lang", "zh", "report", "month", "2026-11", "-o", "words.xlsx").out
    with i18n.speaking("zh"):
        words = {name: i18n._(MEASURES[name]) for name in counted}
        assert [name for name, text in MEASURES.items() if i18n._(text) == text] == []
    assert [name for name, count in counted.items() if f"{words[name]} {count}" not in told] == []
    assert "应付" not in told.split("金额")[0]
    assert len({words[name] for name in words}) == len(words)


def test_each_count_of_a_report_is_told_in_english_by_what_it_counts(branch):
    told = branch.ok("report", "month", "2026-11", "-o", "words.xlsx").out
    (figures,) = (line for line in told.splitlines() if line.startswith("figures"))
    assert "files collected 1, files that became buyers 1" in figures and "=" not in figures
