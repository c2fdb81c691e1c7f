"""A file of leads as drafts, read alone or by helpers."""

import os

from crmkit.core.collecting.draft import RowKeys
from crmkit.sheets.read import leads
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.headers import parse_mapping
from crmkit.sheets.read.leads import ROWS, read_leads
from crmkit.sheets.read.tables import opened
from tests.tables import run


def drafts(path, keys=None):
    at = run()
    with opened(str(path), at.settings.import_) as source:
        reads = read_leads(at, source, parse_mapping((), {}), Defaults("outreach"), keys or RowKeys())
        return [read.draft for read in reads]


def sheet(path, rows):
    lines = [f"张秀{n % 97},1390054{n % 9973:04d} 010-8660{n % 9000:04d},2026-11-{n % 28 + 1:02d}" for n in range(rows)]
    path.write_text("\n".join(["姓名,电话,日期", *lines]), "utf-8")
    return path


def test_helpers_read_what_one_process_reads(tmp_path, monkeypatch):
    path = sheet(tmp_path / "a.csv", ROWS * 50)
    by_helpers = drafts(path)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert by_helpers == drafts(path)


def test_a_file_longer_than_what_is_held_at_a_time_is_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(leads, "BATCH", 40)
    rows = ROWS * 40 + ROWS + 1
    found = drafts(sheet(tmp_path / "a.csv", rows))
    assert [draft.row for draft in found] == list(range(2, rows + 2))


def test_of_equal_rows_those_beyond_the_ones_taken_in_before_are_read_whole(tmp_path):
    (tmp_path / "a.csv").write_text("姓名,电话\n" + "张秀英,13900541731\n" * 3, "utf-8")
    first, second, third = drafts(tmp_path / "a.csv")
    assert len({first.key, second.key, third.key}) == 3
    again = drafts(tmp_path / "a.csv", RowKeys({first.key, second.key}.__contains__))
    assert [draft.name for draft in again] == ["", "", "张秀英"]
    assert [draft.key for draft in again] == [first.key, second.key, third.key]
