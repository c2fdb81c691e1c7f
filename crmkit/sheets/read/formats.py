"""What a file is, told by its first bytes, whatever its name says: what is no table is refused by what it is.

Many programs name a web page .xls, since Excel opens it. Read as text with separators, its markup became customers.
"""

import codecs
import re
from typing import NamedTuple

from crmkit.errors import InvalidError
from crmkit.i18n import N_, _

START = 4096  # bytes that are looked at
SAVE_AS = N_("open it in a spreadsheet program and save it as xlsx")
COPY_OUT = N_("copy the table into a spreadsheet program and save it as xlsx")
UNPACK = N_("unpack it, and import the workbook inside")


class Foreign(NamedTuple):
    """A kind of file that is not read, and the way out."""

    name: str
    hint: str


WEB_PAGE = Foreign(N_("a web page"), SAVE_AS)
XML_2003 = Foreign(N_("an XML spreadsheet of Excel 2003"), SAVE_AS)
FLAT_ODS = Foreign(N_("a spreadsheet in one XML file (fods)"), SAVE_AS)
XML = Foreign(N_("an XML file"), SAVE_AS)
OLD_EXCEL = Foreign(N_("a sheet of Excel 2, 3 or 4"), SAVE_AS)
BARE_EXCEL = Foreign(N_("a sheet of Excel 5 without its container"), SAVE_AS)
SYLK = Foreign(N_("a SYLK sheet"), SAVE_AS)
DIF = Foreign(N_("a DIF sheet"), SAVE_AS)
LOTUS = Foreign(N_("a Lotus or Quattro sheet"), SAVE_AS)
WORKS = Foreign(N_("a Works sheet"), SAVE_AS)
DBASE = Foreign(N_("a dBase table"), SAVE_AS)
NUMBERS = Foreign(N_("a Numbers, Pages or Keynote file"), N_("export it as xlsx"))
WORD = Foreign(N_("a Word document"), COPY_OUT)
SLIDES = Foreign(N_("a PowerPoint presentation"), COPY_OUT)
MAIL = Foreign(N_("an Outlook message"), N_("save the attachment, and import that"))
TEXT_DOCUMENT = Foreign(N_("an OpenDocument file of another kind"), COPY_OUT)
RTF = Foreign(N_("an RTF document"), COPY_OUT)
PDF = Foreign(N_("a PDF document"), COPY_OUT)
PICTURE = Foreign(N_("a picture"), N_("type the table into a spreadsheet program and save it as xlsx"))
DATABASE = Foreign(N_("a database"), N_("export the table as csv or xlsx"))
ARCHIVE = Foreign(N_("a packed archive"), UNPACK)
PROGRAM = Foreign(N_("a program"), "")

_MAGIC: tuple[tuple[bytes, Foreign], ...] = (
    (b"{\\rtf", RTF), (b"%PDF", PDF), (b"%!PS", PDF),
    (b"\x89PNG", PICTURE), (b"\xff\xd8\xff", PICTURE), (b"GIF8", PICTURE), (b"II*\0", PICTURE), (b"MM\0*", PICTURE),
    (b"\x1f\x8b", ARCHIVE), (b"BZh", ARCHIVE), (b"\xfd7zXZ\0", ARCHIVE), (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE), (b"\x28\xb5\x2f\xfd", ARCHIVE), (b"PK\x05\x06", ARCHIVE),
    (b"SQLite format 3\0", DATABASE), (b"\0\1\0\0Standard ", DATABASE),
    (b"\x7fELF", PROGRAM), (b"MZ\x90\0", PROGRAM),
    (b"\x09\0\x04\0", OLD_EXCEL), (b"\x09\2\6\0", OLD_EXCEL), (b"\x09\4\6\0", OLD_EXCEL),
    (b"\x09\x08\x08\0", BARE_EXCEL), (b"\x09\x08\x10\0", BARE_EXCEL),
    (b"\0\0\2\0", LOTUS), (b"\0\0\x1a\0", LOTUS), (b"\xff\0\2\0\4\4", WORKS),
)  # fmt: skip
_HTML = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|meta|base|link|style|script|table|thead|tbody|tr|t[dh]|div|span|p|br|hr|"
    r"h[1-6]|b|i|font|center|form)(?:\s[^<]*)?/?>)",
    re.IGNORECASE,
)
_BOOK_2003 = re.compile(r"urn:schemas-microsoft-com:office:spreadsheet|<(?:ss:)?workbook[\s>]", re.IGNORECASE)
_SYLK = re.compile(r"ID;P[^\r\n]*[\r\n]+(?:[PFBCOW];|NN;|E[\r\n])")
_DIF = re.compile(r"TABLE\s*[\r\n]+0,1[\r\n]")
_MHTML = re.compile(r"mime-version:|content-type:\s*multipart/related", re.IGNORECASE)
_COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_STREAMS = {"worddocument": WORD, "powerpoint document": SLIDES, "__properties_version1.0": MAIL}  # of OLE containers


def refuse_foreign(start: bytes, name: str) -> None:
    """Raise InvalidError where the file that begins with `start` is of a known kind that is not read."""
    found = _by_bytes(start) or _by_text(start)
    if found:
        raise refusal(name, found)


def refusal(name: str, kind: Foreign) -> InvalidError:
    """What a file is, and what to do with it."""
    return InvalidError(_("{file} is {kind}, not a workbook").format(file=name, kind=_(kind.name)), _(kind.hint))


def of_container(streams: set[str]) -> Foreign | None:
    """What a compound file without a workbook is, by the names of its streams in lower case."""
    return next((kind for stream, kind in _STREAMS.items() if stream in streams), None)


def of_zip(names: set[str]) -> Foreign:
    """What a zip without a workbook is, by the names of its files in lower case."""
    if any(name.startswith("word/") for name in names):
        return WORD
    if any(name.startswith("ppt/") for name in names):
        return SLIDES
    if any(name.endswith(".iwa") for name in names) or "index.zip" in names:
        return NUMBERS
    return TEXT_DOCUMENT if "mimetype" in names else ARCHIVE


def _by_bytes(start: bytes) -> Foreign | None:
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return PICTURE
    if start[:2] == b"BM" and start[6:10] == bytes(4):
        return PICTURE
    return DBASE if _is_dbase(start) else None


def _is_dbase(start: bytes) -> bool:
    if len(start) < 33 or start[0] not in (0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5):
        return False
    return 1 <= start[2] <= 12 and 1 <= start[3] <= 31 and int.from_bytes(start[8:10], "little") > 32


def _by_text(start: bytes) -> Foreign | None:
    encoding = next((encoding for bom, encoding in _BOMS.items() if start.startswith(bom)), "latin-1")
    text = start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")
    bare = _COMMENT.sub("", text) if text.startswith("<!--") else text
    if text.startswith("<?xml") or _BOOK_2003.match(bare):
        if _BOOK_2003.search(text):
            return XML_2003
        if "<office:document" in text:
            return FLAT_ODS
        return WEB_PAGE if re.search(r"<(?:!doctype\s+)?html[\s>]", text, re.IGNORECASE) else XML
    if _HTML.match(bare):
        return WEB_PAGE
    if _SYLK.match(text):
        return SYLK
    if _DIF.match(text):
        return DIF
    if _MHTML.search(text.partition("\n\n")[0][:1000]) and re.match(r"[\w-]+:", text):
        return WEB_PAGE
    return None
