"""What a run found of each customer, and when time alone may change it.

A rule looks at the records of one customer and at the clock. So as long as nothing of theirs is written, what it found
holds until a moment that it can name. Too early a moment costs a look, too late a one would be a mistake.
"""

from datetime import datetime


class Findings:
    """Of each customer, by id: what was counted, and the moment from which on it may be otherwise."""

    def __init__(self) -> None:
        self.counts: dict[str, dict[str, int]] = {}
        self.until: dict[str, datetime] = {}

    def count(self, customer: str, name: str) -> None:
        """One more of what `name` counts, of this customer."""
        found = self.counts.setdefault(customer, {})
        found[name] = found.get(name, 0) + 1

    def holds_until(self, customer: str, moment: datetime) -> None:
        """What was found of this customer holds until `moment` at most; `run.now` = it may change at any time."""
        known = self.until.get(customer)
        if known is None or moment < known:
            self.until[customer] = moment
