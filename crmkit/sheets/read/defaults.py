"""What holds for all rows of a table: what its titles and the command line say of them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from crmkit.core import values
from crmkit.core.calendar.sheet_dates import Written, moment, read_day
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.sheets.read.blocks import Block
from crmkit.sheets.read.cell_text import cell_text


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says for rows and titles that do not: a source code, a site, a collector, a day."""

    source: str = ""
    site: str = ""
    collector: str = ""
    day: date | None = None


class BlockDefaults:
    """What the rows of one block have where they say nothing themselves. Raises InvalidError where it is asked for."""

    def __init__(self, run: Run, block: Block, defaults: Defaults) -> None:
        self.run = run
        self.block = block
        self.defaults = defaults

    @cached_property
    def site(self) -> str:
        """The site of rows that name none."""
        return self._told("site") or self.defaults.site

    @cached_property
    def collector(self) -> str:
        """The collector of rows that name none."""
        return self._told("collector") or self.defaults.collector

    @cached_property
    def source(self) -> str:
        """The source of rows that name none."""
        return values.source(self._told("source")) or self.defaults.source

    @cached_property
    def day(self) -> Written | None:
        """The day of rows that name none."""
        day = self.defaults.day
        default = Written(day.year, day.month, day.day) if day else None
        text = self._told("date")
        written = read_day(text) if text else None
        if text and written is None and default is None:
            raise InvalidError(
                _("the date above the table, {value}, cannot be read; --date gives one").format(value=text)
            )
        return written or default

    @cached_property
    def near(self) -> date:
        """The day that a row's day without a year is near."""
        today = self.run.now.date()
        return moment(self.day, today, self.run.now).date() if self.day else today

    def _told(self, name: str) -> str:
        told = self.block.context.get(name)
        return "" if told is None else cell_text(told)
