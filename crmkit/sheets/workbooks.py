"""Rows from workbooks: xlsx, xls, ods; what could harm the machine is refused before a workbook is opened."""

from collections.abc import Iterator
from typing import IO, Any

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.settings import ImportSettings
from crmkit.sheets import zipcheck
from crmkit.sheets.grid import OLE_MAGIC, Cell, Merged, Row, Sheet

CHUNK = 1 << 20
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def sheets(file: IO[bytes], name: str, limits: ImportSettings, encoding: str) -> Iterator[Sheet]:
    """Every worksheet in order, hidden ones too. Raises InvalidError; `encoding` does not matter to workbooks."""
    if file.read(8) == OLE_MAGIC:
        _refuse_encrypted(file, name)
    else:
        zipcheck.check(file, name, limits)
    file.seek(0)
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum, load_workbook

    try:
        with load_workbook(file) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    data = workbook.get_sheet_by_name(sheet.name)
                    zipcheck.check_extent(name, sheet.name, *(data.end or (0, 0)), limits)
                    merged = tuple((r1, c1, r2, c2) for (r1, c1), (r2, c2) in data.merged_cell_ranges or ())
                    yield Sheet(sheet.name, _rows(data, merged), merged, data.height)
    except PasswordError:
        raise _encrypted(name) from None
    except CalamineError as error:
        raise InvalidError(
            _("{file} is damaged or no workbook: {problem}").format(file=name, problem=error),
            _("open it in a spreadsheet program and save it again"),
        ) from None


def _rows(data: Any, merged: tuple[Merged, ...]) -> Iterator[Row]:
    """Rows from A1 on; a cell merged downwards counts for every row that it spans."""
    left = [None] * (data.start[1] if data.start else 0)
    downwards = {(r1, c1): r2 for r1, c1, r2, _c2 in merged if r2 > r1}
    held: dict[int, tuple[int, Cell]] = {}  # column → last row of the merge, value
    for index, cells in enumerate(data.iter_rows()):
        row: list[Cell] = [*left, *(None if cell == "" else cell for cell in cells)]
        for column, (last, value) in list(held.items()):
            row[column] = value if row[column] is None else row[column]
            if index >= last:
                del held[column]
        for column, value in enumerate(row):
            if (index, column) in downwards and value is not None:
                held[column] = (downwards[index, column], value)
        yield Row(index + 1, row)


def _refuse_encrypted(file: IO[bytes], name: str) -> None:
    file.seek(0)
    tail = b""
    while chunk := file.read(CHUNK):
        if ENCRYPTED in tail + chunk:
            raise _encrypted(name)
        tail = chunk[-len(ENCRYPTED) :]


def _encrypted(name: str) -> InvalidError:
    return InvalidError(
        _("{file} is protected by a password").format(file=name),
        _("open it with the password and save a copy without one"),
    )
