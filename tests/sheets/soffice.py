"""LibreOffice as the reader of last resort: what it prints of a workbook, as text; None where it is not installed."""

import shutil
import subprocess
from pathlib import Path


def printed(workbook: Path) -> list[str] | None:
    """The text of each page that LibreOffice prints of `workbook`; None where it or pdftotext is missing."""
    if not (shutil.which("soffice") and shutil.which("pdftotext")):
        return None
    pdf = _pdf(workbook)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, timeout=60)
    return text.stdout.decode().rstrip("\f").split("\f")


def _pdf(workbook: Path) -> Path:
    profile = f"-env:UserInstallation=file://{workbook.parent}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", workbook.parent, workbook],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return workbook.with_suffix(".pdf")
