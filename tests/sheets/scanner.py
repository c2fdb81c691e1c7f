"""A scanner before a print: what a decoder reads of the QR codes of a workbook, as a camera sees them on paper."""

import io
import zipfile
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter

DOTS_PER_CM = 60  # about what a telephone held over a page sees; a module of 1 mm is six dots
TILT = 4  # degrees: nobody holds it straight


def scanned(workbook: bytes, size_cm: float) -> list[str]:
    """What stands in each picture of `workbook`, printed `size_cm` wide: "" where nothing can be read."""
    return [read(picture, size_cm) for picture in pictures(workbook)]


def pictures(workbook: bytes) -> Iterator[bytes]:
    """The PNG pictures of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".png"):
                yield archive.read(name)


def read(picture: bytes, size_cm: float) -> str:
    """The text of the one code in `picture`, seen blurred, grey and tilted."""
    dots = round(size_cm * DOTS_PER_CM)
    seen = Image.open(io.BytesIO(picture)).convert("L").resize((dots, dots), Image.Resampling.BILINEAR)
    page = Image.new("L", (dots * 2, dots * 2), 235)
    page.paste(seen.point(lambda grey: 40 + grey * 190 // 255), (dots // 2, dots // 2))
    page = page.rotate(TILT, fillcolor=235).filter(ImageFilter.GaussianBlur(1.5))
    found = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if len(found) == 1 else ""
