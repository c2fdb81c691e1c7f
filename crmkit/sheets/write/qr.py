"""QR codes in a workbook: what a person would have to copy from paper is scanned instead."""

import io
from typing import Any, Literal

EMU_PER_CM = 360_000
NUMBER_SIZE = 3.0  # cm; 29 modules of 1 mm with the quiet zone: held up at a door or a counter
ID_SIZE = 1.9  # cm; beside the text of a list: the least that a telephone reads without fail, and a little more

Level = Literal["m", "q"]


def qr_png(text: str, level: Level = "q") -> bytes:
    """A QR code of `text` as PNG, with a quiet zone of 4 modules.

    16 capital letters and digits fit version 1 (21 modules) at error correction Q, an id (14 characters, as it is
    written) at M.
    """
    import segno

    picture = io.BytesIO()
    segno.make(text, error=level, micro=False, boost_error=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()


def add_qr(page: Any, png: bytes, column: int, row: int, size: float) -> None:
    """Put the picture `png` on `page` (openpyxl), `size` cm wide, in the cell of `column` and `row` (from 0)."""
    from openpyxl.drawing.image import Image
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
    from openpyxl.drawing.xdr import XDRPositiveSize2D

    extent = int(size * EMU_PER_CM)
    # Image() opens its file with Pillow to learn format and size; both are known here, and Pillow is not needed
    picture = Image.__new__(Image)
    picture.format, picture._data = "png", lambda: png
    marker = AnchorMarker(col=column, row=row, colOff=EMU_PER_CM // 20, rowOff=0)
    picture.anchor = OneCellAnchor(_from=marker, ext=XDRPositiveSize2D(extent, extent))
    page.add_image(picture)


def add_id(page: Any, identifier: str, column: int, row: int) -> None:
    """Put the code of a record's id on `page`, as small as it can be scanned."""
    add_qr(page, qr_png(identifier, "m"), column, row, ID_SIZE)
