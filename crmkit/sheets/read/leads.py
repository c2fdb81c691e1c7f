"""A file of leads as drafts, sheet after sheet; mappings made by hand, to be remembered."""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from crmkit import pool
from crmkit.core.collecting.draft import Draft, RowKeys
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import HeaderMap
from crmkit.records.base import derived_id
from crmkit.sheets.read.blocks import Block, walk
from crmkit.sheets.read.defaults import Defaults
from crmkit.sheets.read.grid import Row, letter
from crmkit.sheets.read.headers import ByHand, Header
from crmkit.sheets.read.readings import Readings
from crmkit.sheets.read.rows import Reader
from crmkit.sheets.read.synonyms import squeezed
from crmkit.sheets.read.tables import Source

ROWS = 25  # of a piece
BATCH = 4000  # pieces that are held at a time; a process is copied for each batch, the larger it is the dearer
MOST_COUNTED = ROWS * BATCH

_decoder = msgspec.json.Decoder(list[Draft])


class _Piece(NamedTuple):
    """Rows of one block, one after the other."""

    reader: Reader
    rows: list[Row]


class Read(NamedTuple):
    """One row about a person: where it stands, its cells, and what it says."""

    block: Block
    row: Row
    draft: Draft


def read_leads(
    run: Run, source: Source, by_hand: ByHand, defaults: Defaults, keys: RowKeys, products: Collection[str] = (),
    readings: Readings | None = None, begin: Callable[[int], bool] = lambda _rows: True,
) -> Iterator[Read]:  # fmt: skip
    """Every row of every sheet; of those that were taken in before only so much that it can be told.

    `products` are the codes and names of the price list, casefolded; `readings` hears how the sheets were read. Before
    the first row is read `begin` is told how many there are, MOST_COUNTED for any more, and says whether helpers may
    read them: not where `keys` looks rows up in a database, which a copy of this process must not share. Raises
    InvalidError where the file holds no row, a sheet cannot be read, or `by_hand` names a column that is not there.
    """
    readings = readings or Readings()
    blocks = _rows(source, by_hand, readings, products)
    pieces = _pieces(source, by_hand, blocks, lambda block: Reader(run, block, defaults, keys, products))
    # the first is read alone: what this loads, the helpers that read the others need not load again
    batch, following = list(islice(pieces, 1)), list(islice(pieces, BATCH))
    helped = begin(min(MOST_COUNTED, sum(len(piece.rows) for piece in (*batch, *following))))
    while batch:
        done = pool.each(_drafts, batch) if helped else map(_drafts, batch)
        for piece, (drafts, tally) in zip(batch, done, strict=True):
            readings.add(piece.reader.block, piece.rows, tally)
            for row, draft in zip(piece.rows, _decoder.decode(drafts), strict=True):
                yield Read(piece.reader.block, row, keyed(draft, row, piece.reader, keys))
        batch, following = following or list(islice(pieces, BATCH)), []


def _rows(
    source: Source, by_hand: ByHand, readings: Readings, products: Collection[str]
) -> Iterator[tuple[Block, Row]]:
    for sheet in source.sheets:
        readings.sheet(sheet)
        yield from walk(source.name, sheet, by_hand, readings.passed, products)


def _pieces(
    source: Source, by_hand: ByHand, blocks: Iterator[tuple[Block, Row]], reader_of: Callable[[Block], Reader]
) -> Iterator[_Piece]:
    piece = None
    readers: dict[int, Reader] = {}  # of tables side by side, row by row, by the identity of their blocks
    headers: list[Header] = []
    for block, row in blocks:
        if id(block) not in readers:
            readers[id(block)] = reader_of(block)
            headers.append(block.header)
        if piece is None or piece.reader.block is not block:
            if piece is not None:
                yield piece
            piece = _Piece(readers[id(block)], [])
        elif len(piece.rows) == ROWS:
            yield piece
            piece = _Piece(piece.reader, [])
        piece.rows.append(row)
    if piece is None:
        raise InvalidError(_("{file}: no rows found below a header").format(file=source.name), _way_out(by_hand))
    _refuse_unknown(by_hand, headers)
    yield piece


def _way_out(by_hand: ByHand) -> str:
    """What to do where there are no rows: not what was done already."""
    if by_hand.titles or by_hand.letters:
        return _("the columns are named; is there a row with a name or a number below them?")
    return _("name the columns, for example --map name=A --map phone=B")


def _refuse_unknown(by_hand: ByHand, headers: Sequence[Header]) -> None:
    """Raises InvalidError where a column named by hand stands in no table of the file."""
    there = dict.fromkeys(title for header in headers for title in header.titles if title)
    known = {squeezed(title) for title in there}
    width = max(max(header.width, len(header.titles)) for header in headers)
    missing = [name for name, column in by_hand.typed.items() if column not in known]
    missing += [letter(index) for index in by_hand.letters if index >= width]
    if missing:
        raise InvalidError(
            _("--map: there is no column {column}").format(column=missing[0]),
            _("one of: {choices}").format(choices=", ".join(there) or f"A-{letter(width - 1)}"),
        )


def _drafts(piece: _Piece) -> tuple[bytes, dict[int | str, int]]:
    """The drafts of a piece, encoded (to pickle them takes ten times as long), and the tally of its rows."""
    piece.reader.tally.clear()
    drafts = msgspec.json.encode([piece.reader.draft(row) for row in piece.rows])
    return drafts, dict(piece.reader.tally)


def keyed(draft: Draft, row: Row, reader: Reader, keys: RowKeys) -> Draft:
    """`draft` with its key; read whole where it is not, after all, a row that was taken in before."""
    if not draft.content:
        return draft
    key = keys.next(draft.content)
    whole = reader.draft(row, brief=False) if draft.brief and not keys.taken(key) else draft
    keyed: Draft = msgspec.structs.replace(whole, content="", key=key)
    return keyed


def header_map(run: Run, header: Header, by_hand: ByHand, known: HeaderMap | None) -> HeaderMap | None:
    """The mapping to remember for sheets of this shape; None where nothing was mapped by hand that is not known."""
    fields = {
        squeezed(column.title): column.field
        for column in header.columns
        if column.title and (squeezed(column.title) in by_hand.titles or column.index in by_hand.letters)
    }
    if not fields:
        return None
    remembered = known or HeaderMap(id=derived_id("F", run.now, *header.shape), header=header.shape)
    changed = msgspec.structs.replace(remembered, fields={**remembered.fields, **fields})
    return changed if changed != known else None
