"""What the commands that write down a call share: options, a refusal heard in it, what is to be looked at in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.customer_consent import planned_of
from crmkit.commands.kit.common import Session
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.work import timetable_of
from crmkit.records import Call, Customer
from crmkit.records.change import Change

Outcome = Annotated[
    str,
    typer.Option(
        "--outcome",
        help=_("reached, no-answer, busy, wrong-number, invalid-number, declined, call-later or dropped"),
    ),
]
Duration = Annotated[str, typer.Option("--duration", help=_("Seconds, or minutes and seconds: 4:30."))]
Note = Annotated[str, typer.Option("--note", help=_("What was said."))]
Next = Annotated[str, typer.Option("--next", help=_("The next step; a time plans the next call."))]
Dialled = Annotated[str, typer.Option("--phone", help=_("The number dialled, if it was not the first."))]
Objections = Annotated[
    list[str] | None, typer.Option("--objection", metavar="TEXT", help=_("In the customer's words; repeatable."))
]
Mood = Annotated[str, typer.Option("--mood", help=_("pleased, neutral, doubtful or annoyed"))]
Promise = Annotated[str, typer.Option("--promise", metavar="TEXT", help=_("What we promised."))]
Refusals = Annotated[
    list[str] | None, typer.Option("--dnc", metavar="CHANNEL", help=_("They want no more: all, call, sms ..."))
]


def seeing(run: Run, files: Mapping[str, Customer]) -> Run:
    """`run`, in which whoever has a number is seen as the calls before left them in `files`, by id."""
    return replace(run, holders=lambda number: [files.get(one.id, one) for one in run.holders(number)])


def with_refusal(archive: Archive, run: Run, change: Change, customer: Customer, channels: list[str] | None) -> Change:
    """`change`, the call with `customer`, and where they refused `channels` in it, all that this stops."""
    from crmkit.core.calling.consents import refuse_in_call

    if not channels:
        return change
    return refuse_in_call(run, change, customer, channels, planned_of(archive, customer))


def say_marks(session: Session, archive: Archive, run: Run, change: Change) -> None:
    """Say of each call in `change` what is to be looked at: quiet hours, a first call that took too long."""
    from crmkit.core.calling import callmarks

    calls = [record for record in change.puts if isinstance(record, Call)]
    timetable = timetable_of(archive)
    for call in calls:
        first = callmarks.first_calls([*archive.of(Call, call.customer), *calls])
        session.say(*callmarks.told(run, call, timetable, first=call.id in first))
