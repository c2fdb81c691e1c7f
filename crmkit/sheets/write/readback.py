"""A workbook that was just written, read back before it takes its name: is it whole?

The sheets are gone through as a stream: held as a table, a hundred thousand rows of them take a hundred megabytes.
"""

import io
import zipfile
import zlib
from xml.parsers import expat

from crmkit.errors import CrmkitError
from crmkit.i18n import _

CHUNK = 1 << 20
ROW = b'<row r="'
PART = "xl/worksheets/sheet{number}.xml"


def last_rows(data: bytes) -> dict[str, int]:
    """The number of the last row in which something stands, by sheet; 0 for an empty one. Raises CrmkitError."""
    from python_calamine import CalamineError, load_workbook

    try:
        titles = load_workbook(io.BytesIO(data)).sheet_names
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return {title: _last_row(book, PART.format(number=number)) for number, title in enumerate(titles, 1)}
    except (CalamineError, zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError) as error:
        raise CrmkitError(_("the workbook cannot be read back: {problem}").format(problem=error)) from None


def _last_row(book: zipfile.ZipFile, name: str) -> int:
    """The number of the last row with a value in a sheet that `Book` wrote; it is parsed to its end."""
    parser = expat.ParserCreate()
    last = b"0"
    begun = b""  # the row that the chunk before broke off in
    with book.open(name) as part:
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
            rows = begun + chunk
            value = max(rows.rfind(b"<v>"), rows.rfind(b"<is>"))
            row = rows.rfind(ROW, 0, max(value, 0))
            if row >= 0:
                last = rows[row + len(ROW) :].partition(b'"')[0]
            begun = rows[max(rows.rfind(ROW), 0) :]
    parser.Parse(b"", True)
    return int(last)
