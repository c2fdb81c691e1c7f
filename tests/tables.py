"""Sheets in memory for tests, and a run to read them in."""

import tomllib
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from crmkit import config
from crmkit.core.collecting.draft import RowKeys
from crmkit.core.collecting.intake import ImportBatch
from crmkit.core.collecting.known import Known
from crmkit.core.run import Run
from crmkit.records.settings import Settings
from crmkit.sheets.read.blocks import walk
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.grid import Row, Sheet
from crmkit.sheets.read.headers import parse_mapping
from crmkit.sheets.read.leads import keyed
from crmkit.sheets.read.rows import Reader

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def settings(**sections):
    """The default settings, with `sections` (name → dict) changed."""
    table = tomllib.loads(config.defaults_text())
    for name, changed in {"archive": {"area": "010"}, **sections}.items():
        table[name] = table[name] | changed
    return msgspec.convert(table, Settings)


def run(now=NOW, **sections):
    return Run(now=now, by="LN", settings=settings(**sections))


def sheet(*lines, name="", merged=()):
    """A sheet whose rows are tuples, or text with | between the cells."""
    rows = [line.split("|") if isinstance(line, str) else list(line) for line in lines]
    return Sheet(name, iter([Row(n, [c or None for c in cells]) for n, cells in enumerate(rows, 1)]), merged)


def drafts(*lines, name="", merged=(), mapping=(), defaults=None, at=None, keys=None):
    """What is read from such a sheet."""
    given, keys = at or run(), keys or RowKeys()
    read = walk("test.xlsx", sheet(*lines, name=name, merged=merged), parse_mapping(mapping, {}))
    readers = ((Reader(given, block, defaults or Defaults(), keys), row) for block, row in read)
    return [keyed(reader.draft(row), row, reader, keys) for reader, row in readers]


def taken(*sheets, known=None, at=None, **options):
    """The outcomes of importing drafts, and the reception; the records stay in `known`."""
    reception = ImportBatch(at or run(), known if known is not None else Known(), **options)
    outcomes = [reception.take(draft) for draft in sheets]
    return outcomes, reception
