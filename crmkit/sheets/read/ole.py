"""The old binary workbook (.xls) from within: its container, and the few records that decide whether it can be read.

The container (a "compound file") is a small file system: a table of sectors (FAT) chains them to streams, and a second
one the 64-byte pieces of short streams. A workbook is a stream of records, each with its number and its length.
Strings of BIFF8, what Excel writes since 1997, are Unicode whatever the record CODEPAGE says; calamine goes by that
record, and read names of another page than 1200 wrong without a word. Strings of BIFF5 are bytes of that page; calamine
knows only pages with one byte a character. So it is given a copy in which CODEPAGE says 1200: then it reads the first
rightly, and makes of the others one character a byte, which are decoded here.
"""

import codecs
import io
import struct
import sys
from array import array
from collections.abc import Iterator
from typing import IO, NamedTuple

STREAMS = ("workbook", "book")  # of Excel 97 and later, and of Excel 5 and 95
UNICODE = 1200
BIFF5, BIFF8 = 0x0500, 0x0600
WESTERN = "cp1252"  # where a workbook of BIFF5 names no page
_PAGES = {  # of BIFF5, where Python has another name for it
    367: "ascii", UNICODE: "ascii", 936: "gb18030", 10000: "mac_roman", 10001: "shift_jis", 10002: "big5",
    10003: "euc_kr", 10006: "mac_greek", 10007: "mac_cyrillic", 10008: "gb18030", 10029: "mac_latin2",
    10079: "mac_iceland", 10081: "mac_turkish", 20936: "gb18030", 32768: "mac_roman", 32769: WESTERN, 54936: "gb18030",
}  # fmt: skip
_OLDER = (0x0009, 0x0209, 0x0409)  # how the sheets of Excel 2, 3 and 4 begin
_END = 0xFFFFFFFA  # this and above are no sectors but marks
_BOF, _EOF, _CODEPAGE, _FILEPASS, _DATEMODE = 0x0809, 0x000A, 0x0042, 0x002F, 0x0022
_STREAM, _ROOT = 2, 5  # types of directory entries
_ENTRY = 128  # bytes


class DamagedContainerError(Exception):
    """The container leads nowhere, or round in circles."""


class DirectoryEntry(NamedTuple):
    """One entry of the directory."""

    name: str  # in lower case
    kind: int
    first: int  # sector
    size: int
    place: int  # of the entry in the file
    links: tuple[int, int, int]  # the numbers of its neighbours and of the first below it


class OleWorkbook(NamedTuple):
    """What the first records of a workbook say."""

    version: int  # BIFF5, BIFF8; 0 = of Excel 4 and before
    codepage: int | None
    codepage_at: tuple[int, ...]  # where in the file the bytes of each CODEPAGE stand
    encrypted: bool
    since_1904: bool  # whether days are counted from 1904
    hidden: tuple[int, ...]  # where in the file the names of other workbooks stand, the older form of it or embedded


class Container:
    """A compound file, held whole."""

    def __init__(self, data: bytes) -> None:
        """Raises DamagedContainerError where sectors are chained in circles or the header is none."""
        if len(data) < 512:
            raise DamagedContainerError
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise DamagedContainerError
        self._size: int = 1 << shift
        self._mini_size: int = 1 << mini_shift
        self._most = len(data) // self._size + 1  # sectors; a chain that is longer goes round in circles
        directory, self._cutoff, mini_fat, extension = (
            struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60, 68)
        )
        self._fat = self._table(self._fat_sectors(extension))
        self._mini_fat = self._table(self._chain(mini_fat))
        self.entries: dict[str, DirectoryEntry] = {}  # the streams at the top by their names in lower case
        self.others: list[DirectoryEntry] = []  # the streams of embedded objects
        self._mini: list[int] = []  # the sectors that hold the short streams
        self._read_directory(list(self._chain(directory)))

    def pieces(self, name: str) -> Iterator[tuple[int, int]]:
        """Where the stream stands in the file: place and length of each piece, in order."""
        first, left = self.entries[name].first, self.entries[name].size
        short = left < self._cutoff
        size = self._mini_size if short else self._size
        for number in list(self._mini_chain(first) if short else self._chain(first)):  # to its end: is it a circle?
            if left <= 0:
                return
            yield self._mini_place(number) if short else self._place(number), min(size, left)
            left -= size

    def _place(self, sector: int) -> int:
        return (sector + 1) * self._size

    def _mini_place(self, number: int) -> int:
        sector, offset = divmod(number * self._mini_size, self._size)
        if sector >= len(self._mini):
            raise DamagedContainerError
        return self._place(self._mini[sector]) + offset

    def _sector(self, number: int) -> bytes:
        return self.data[self._place(number) : self._place(number + 1)]

    def _table(self, sectors: Iterator[int]) -> "array[int]":
        table = array("I")
        data = b"".join(self._sector(number) for number in sectors)
        table.frombytes(data[: len(data) // 4 * 4])
        if sys.byteorder == "big":
            table.byteswap()
        return table

    def _fat_sectors(self, extension: int) -> Iterator[int]:
        """The sectors of the FAT: the first 109 are named in the header, more in a chain of sectors of their own."""
        yield from (number for number in struct.unpack_from("<109I", self.data, 76) if number < _END)
        for _turn in range(self._most):
            if extension >= _END:
                return
            names = self._sector(extension)
            if len(names) < self._size:
                raise DamagedContainerError
            *numbers, extension = struct.unpack(f"<{self._size // 4}I", names)
            yield from (number for number in numbers if number < _END)
        raise DamagedContainerError

    def _chain(self, first: int) -> Iterator[int]:
        return self._followed(self._fat, first, self._most)

    def _mini_chain(self, first: int) -> Iterator[int]:
        return self._followed(self._mini_fat, first, len(self._mini_fat) + 1)

    def _followed(self, table: "array[int]", number: int, most: int) -> Iterator[int]:
        for _turn in range(most):
            if number >= _END:
                return
            if number >= len(table):
                raise DamagedContainerError
            yield number
            number = table[number]
        raise DamagedContainerError

    def _read_directory(self, sectors: list[int]) -> None:
        found: list[DirectoryEntry] = []
        for sector in sectors:
            for at in range(self._place(sector), min(self._place(sector + 1), len(self.data)) - _ENTRY + 1, _ENTRY):
                length, kind = struct.unpack_from("<HB", self.data, at + 64)
                links = struct.unpack_from("<III", self.data, at + 68)
                first, size = struct.unpack_from("<II", self.data, at + 116)
                name = self.data[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
                found.append(DirectoryEntry(name, kind, first, size, at, links))
        if found and found[0].kind == _ROOT:
            self._mini = list(self._chain(found[0].first))
        top = _top(found)
        streams = [number for number, entry in enumerate(found) if entry.kind == _STREAM]
        if not top & set(streams):  # some programs link their streams wrongly
            top = set(streams)
        for number in streams:
            if number not in top or self.entries.setdefault(found[number].name, found[number]) is not found[number]:
                self.others.append(found[number])


def _top(found: list["DirectoryEntry"]) -> set[int]:
    """The numbers of the entries that stand at the top: a tree that hangs on the first entry."""
    top: set[int] = set()
    waiting = [found[0].links[2]] if found else []
    while waiting:
        number = waiting.pop()
        if number < len(found) and number not in top:
            top.add(number)
            waiting += found[number].links[:2]
    return top


def workbook(container: Container) -> OleWorkbook | None:
    """What the workbook in a container says of itself; None where there is none. Raises DamagedContainerError."""
    name = next((name for name in STREAMS if name in container.entries), "")
    if not name:
        return None
    places = list(container.pieces(name))
    version, codepage, found, encrypted, since_1904 = -1, None, list[int](), False, False
    for record, at, body in _records(b"".join(container.data[place : place + length] for place, length in places)):
        value = struct.unpack_from("<H", body)[0] if len(body) >= 2 else 0
        if version < 0:
            if record != _BOF and record not in _OLDER:
                raise DamagedContainerError
            version = value if record == _BOF else 0
        elif record == _CODEPAGE and body:
            codepage = value
            found += [_in_file(places, at), _in_file(places, at + 1)]
        encrypted = encrypted or record == _FILEPASS
        since_1904 = since_1904 or (record == _DATEMODE and value == 1)
    others = [*container.others, *(entry for other, entry in container.entries.items() if other != name)]
    hidden = tuple(entry.place for entry in others if entry.name in STREAMS)
    return OleWorkbook(version, codepage, tuple(found), encrypted, since_1904, hidden)


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, place and body of each record that is about the whole workbook."""
    at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        if record == _EOF:
            return
        yield record, at + 4, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _in_file(places: list[tuple[int, int]], offset: int) -> int:
    """Where in the file a byte of the stream stands."""
    for place, length in places:
        if offset < length:
            return place + offset
        offset -= length
    raise DamagedContainerError


def as_unicode(data: bytes, book: OleWorkbook) -> IO[bytes]:
    """The file, every CODEPAGE of which says that strings are Unicode, and which holds one workbook.

    calamine prefers the form for Excel 5 where there are both, and takes one that is embedded for the workbook.
    """
    changed = bytearray(data)
    for place in book.hidden:
        changed[place] = ord("_")
    for low, high in zip(book.codepage_at[::2], book.codepage_at[1::2], strict=True):
        changed[low], changed[high] = UNICODE & 0xFF, UNICODE >> 8
    return io.BytesIO(changed)


def encoding(book: OleWorkbook) -> str:
    """The encoding of the texts of a workbook of BIFF5; "" for a page that nothing is known of."""
    if book.codepage is None:
        return WESTERN
    name = _PAGES.get(book.codepage, f"cp{book.codepage}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""
