"""A file of leads as drafts, sheet after sheet; mappings made by hand, to be remembered."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from crmkit.core.collecting.draft import Draft
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import HeaderMap
from crmkit.records.base import derived_id
from crmkit.sheets.blocks import Block, walk
from crmkit.sheets.grid import Row
from crmkit.sheets.headers import ByHand, Header
from crmkit.sheets.rows import Defaults, Taken, nothing_taken, read_draft
from crmkit.sheets.synonyms import squeezed
from crmkit.sheets.tables import Source


class Read(NamedTuple):
    """One row about a person: where it stands, its cells, and what it says."""

    block: Block
    row: Row
    draft: Draft


def read_leads(
    run: Run, source: Source, by_hand: ByHand, defaults: Defaults, taken: Taken = nothing_taken
) -> Iterator[Read]:
    """Every row of every sheet; of those that were taken in before (`taken`) only so much that it can be told.

    Raises InvalidError where the file holds none, or a sheet cannot be read.
    """
    found = False
    for sheet in source.sheets:
        for block, row in walk(source.name, sheet, by_hand):
            found = True
            yield Read(block, row, read_draft(run, block, row, defaults, taken))
    if not found:
        raise InvalidError(
            _("{file}: no rows found below a header").format(file=source.name),
            _("name the columns, for example --map name=A --map phone=B"),
        )


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
