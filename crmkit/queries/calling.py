"""What the commands that write down a call share: options, a refusal heard in it, what is to be looked at in it."""

from collections.abc import Mapping
from dataclasses import replace

from crmkit.archive.archive import Archive
from crmkit.core.run import Run
from crmkit.queries.snapshot import snapshot_about
from crmkit.records import Customer
from crmkit.records.change import Change


def seeing(run: Run, files: Mapping[str, Customer]) -> Run:
    """`run`, in which whoever has a number is seen as the calls before left them in `files`, by id."""
    return replace(run, holders=lambda number: [files.get(one.id, one) for one in run.holders(number)])


def with_refusal(archive: Archive, run: Run, change: Change, customer: Customer, channels: list[str] | None) -> Change:
    """`change`, the call with `customer`, and where they refused `channels` in it, all that this stops."""
    from crmkit.core.people.consents import refuse_in_call

    if not channels:
        return change
    return refuse_in_call(run, change, customer, channels, snapshot_about(archive, [customer]))
