"""The workbook against a second count of the same archive that shares no code with it."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from crmkit.archive.archive import opened
from crmkit.records.change import Change
from crmkit.sheets.report.totals import TOTALS
from tests.conftest import Shell
from tests.make_demo import DEMO
from tests.recount import recount
from tests.sheets.samples import NOW, some_records

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def cover(path: Path) -> list[tuple[str, float]]:
    """The numbers of a workbook's cover, with their words, from top to bottom."""
    page = openpyxl.load_workbook(path)["Cover"]
    return [(row[0].value, row[1].value) for row in page.iter_rows() if isinstance(row[1].value, (int, float))]


def counted(crm: Shell, folder: Path) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The cover of November as the workbook has it, and as the recount has it."""
    crm.ok("--lang", "en", "report", "month", "2026-11", "-o", "november.xlsx", CRMKIT_NOW=NOW.isoformat())
    numbers = recount(folder, FIRST, LAST, NOW)
    wanted = [
        (total.words, numbers[f"{total.measure}_fen"] / 100 if total.kind == "money" else numbers[total.measure])
        for totals in TOTALS.values()
        for total in totals
    ]
    return cover(crm.home / "november.xlsx"), wanted


def test_the_demo_s_workbook_says_what_its_files_say(home):
    folder = Path(shutil.copytree(DEMO, home / "demo"))
    shown, wanted = counted(Shell(home, folder), folder)
    assert shown == wanted
    assert dict(shown)["Files collected"] > 30


def test_every_number_of_a_busy_month_is_that_of_the_recount(crm, archive):
    records = some_records(200)
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=tuple(records)), "test put", run_at=NOW, by="LN")
    shown, wanted = counted(crm, archive)
    assert shown == wanted
    assert all(number for _words, number in shown)


@pytest.mark.parametrize(("kind", "period"), [("day", "2026-11-05"), ("week", "2026-W45")])
def test_json_tells_the_counts_and_the_fen_of_the_recount(crm, archive, kind, period):
    records = some_records(100)
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=tuple(records)), "test put", run_at=NOW, by="LN")
    told = crm.json("report", kind, period, "-o", "r.xlsx", CRMKIT_NOW=NOW.isoformat())
    numbers = recount(archive, date.fromisoformat(told["first"]), date.fromisoformat(told["last"]), NOW)
    sums = {name.removesuffix("_fen"): n for name, n in numbers.items() if name.endswith("_fen") and n}
    counts = {name: n for name, n in numbers.items() if not name.endswith("_fen") and n}
    assert {name: told["amounts"][name] for name in sums} == sums
    assert {name: told["figures"][name] for name in counts} == counts
