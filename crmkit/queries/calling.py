"""What the commands that write down a call share: a refusal heard in it."""

from collections.abc import Iterable

from crmkit.archive.archive import Archive
from crmkit.core.fields import words
from crmkit.core.run import Run
from crmkit.queries.snapshot import snapshot_about
from crmkit.records import Customer
from crmkit.records.change import Change


def with_refusal(
    archive: Archive, run: Run, change: Change, customer: Customer, channels: Iterable[str] | None
) -> Change:
    """`change`, the call with `customer`, and where they refused `channels` in it, all that this stops.

    One text may name several channels, with commas.
    """
    from crmkit.core.people.consents import refuse_in_call

    refused = [channel for text in channels or () for channel in words(text)]
    if not refused:
        return change
    return refuse_in_call(run, change, customer, refused, snapshot_about(archive, [customer]))
