"""A file of leads as drafts, sheet after sheet; mappings made by hand, to be remembered."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from crmkit import pool
from crmkit.core.collecting.draft import Draft
from crmkit.core.collecting.rowkeys import RowKeys
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import HeaderMap
from crmkit.records.base import derived_id
from crmkit.sheets.blocks import Block, walk
from crmkit.sheets.grid import Row
from crmkit.sheets.headers import ByHand, Header
from crmkit.sheets.rows import Reader
from crmkit.sheets.standing import Defaults
from crmkit.sheets.synonyms import squeezed
from crmkit.sheets.tables import Source

ROWS = 25  # of a piece
BATCH = 4000  # pieces that are held at a time; a process is copied for each batch, the larger it is the dearer

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


def read_leads(run: Run, source: Source, by_hand: ByHand, defaults: Defaults, keys: RowKeys) -> Iterator[Read]:
    """Every row of every sheet; of those that were taken in before only so much that it can be told.

    Raises InvalidError where the file holds none, or a sheet cannot be read.
    """
    pieces = _pieces(run, source, by_hand, defaults, keys)
    count = 1  # the first is read alone: what this loads, the helpers that read the others need not load again
    while batch := list(islice(pieces, count)):
        for piece, drafts in zip(batch, pool.each(_drafts, batch), strict=True):
            for row, draft in zip(piece.rows, _decoder.decode(drafts), strict=True):
                yield Read(piece.reader.block, row, keyed(draft, row, piece.reader, keys))
        count = BATCH


def _pieces(run: Run, source: Source, by_hand: ByHand, defaults: Defaults, keys: RowKeys) -> Iterator[_Piece]:
    piece = None
    for sheet in source.sheets:
        for block, row in walk(source.name, sheet, by_hand):
            if piece is None or piece.reader.block is not block:
                if piece is not None:
                    yield piece
                piece = _Piece(Reader(run, block, defaults, keys), [])
            elif len(piece.rows) == ROWS:
                yield piece
                piece = _Piece(piece.reader, [])
            piece.rows.append(row)
    if piece is None:
        raise InvalidError(
            _("{file}: no rows found below a header").format(file=source.name),
            _("name the columns, for example --map name=A --map phone=B"),
        )
    yield piece


def _drafts(piece: _Piece) -> bytes:
    """The drafts of a piece, encoded: they come from another process, and to pickle them takes ten times as long."""
    return msgspec.json.encode([piece.reader.draft(row) for row in piece.rows])


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
