"""Old binary workbooks made anew, record by record: what the programs of the day wrote, and what attackers write."""

import struct

from crmkit.sheets.read.grid import OLE_MAGIC

SECTOR, MINI, END, FREE = 512, 64, 0xFFFFFFFE, 0xFFFFFFFF
BIFF8, BIFF5 = 0x0600, 0x0500


def container(streams: dict[str, bytes], embedded: dict[str, bytes] | None = None) -> bytes:
    """A compound file of these streams; those below 4096 bytes lie in the mini stream, as the format has it.

    The streams of an embedded object stand before the others in the directory, in a storage of their own.
    """
    mini, mini_fat, sectors, fat = b"", [], [], []

    def put(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[n : n + SECTOR].ljust(SECTOR, b"\0") for n in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        fat.extend([*range(first + 1, first + len(pieces)), END] if pieces else [])
        return first if pieces else END

    inner = embedded or {}
    top = 1 + len(inner)  # the first entry at the top
    entries = []
    for number, (name, data) in enumerate([*inner.items(), *streams.items()], 1):
        if len(data) < 4096:
            first = len(mini_fat)
            count = -(-len(data) // MINI)
            mini += data.ljust(count * MINI, b"\0")
            mini_fat += [*range(first + 1, first + count), END]
        else:
            first = put(data)
        last = number in (len(inner), len(inner) + len(streams)) and not (inner and number > len(inner))
        entries.append(_entry(name, 2, first, len(data), right=FREE if last else number + 1))
    if inner:
        entries.append(_entry("MBD00000001", 1, 0, 0, child=1))
    mini_at = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(SECTOR, b"\xff")) if mini_fat else END
    root = _entry("Root Entry", 5, put(mini), len(mini), child=top)
    directory = put(b"".join([root, *entries]))
    fat_at = len(sectors)
    fat.append(0xFFFFFFFD)
    sectors.append(struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff"))
    header = OLE_MAGIC + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, mini_at, 1 if mini_fat else 0, END, 0)
    header += struct.pack("<109I", fat_at, *[FREE] * 108)
    return header + b"".join(sectors)


def _entry(name: str, kind: int, first: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", FREE, right, child)
    return (
        text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links + bytes(36)
        + struct.pack("<III", first, size, 0)
    )  # fmt: skip


def record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def biff(
    rows: list[list[str]], codepage: int | None = 1200, version: int = BIFF8, encoding: str = "", extra: bytes = b""
) -> bytes:
    """The stream of a workbook of one sheet; `extra` are records of the globals. Texts of BIFF5 are in `encoding`."""

    def text(value: str, length: str) -> bytes:
        if version == BIFF5:
            data = value.encode(encoding)
            return struct.pack(length, len(data)) + data
        if value.isascii():
            return struct.pack(length, len(value)) + b"\0" + value.encode()
        return struct.pack(length, len(value)) + b"\1" + value.encode("utf-16-le")

    cells = [
        record(0x0204, struct.pack("<HHH", r, c, 0) + text(value, "<H"))
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
    ]
    size = "<IIHHH" if version == BIFF8 else "<HHHHH"
    dimensions = record(0x0200, struct.pack(size, 0, len(rows), 0, max(map(len, rows)), 0))
    sheet = record(0x0809, struct.pack("<HHHHII", version, 0x10, 0, 0, 0, 0)[: 16 if version == BIFF8 else 8])
    sheet += dimensions + b"".join(cells) + record(0x000A)
    start = record(0x0809, struct.pack("<HHHHII", version, 5, 0, 0, 0, 0)[: 16 if version == BIFF8 else 8])
    if codepage is not None:
        start += record(0x0042, struct.pack("<H", codepage))
    start += extra
    name = text("Sheet1", "<B")
    at = len(start) + 4 + 6 + len(name) + 4
    return start + record(0x0085, struct.pack("<IH", at, 0) + name) + record(0x000A) + sheet


def workbook(rows: list[list[str]], *, large: bool = False, stream: str = "Workbook", **how) -> bytes:
    """An .xls; `large` makes its stream too long for the mini stream."""
    data = biff(rows, **how)
    return container({stream: data.ljust(8192, b"\0") if large else data})
