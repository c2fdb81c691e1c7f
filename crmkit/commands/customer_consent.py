"""`crmkit customer consent`, `dnc`: what a person allows and refuses."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from crmkit.commands.kit.options import Off, Reason, Who
from crmkit.commands.kit.walk import Context, Look, writer
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.people import consents
from crmkit.core.run import Run
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.queries.snapshot import snapshot_about
from crmkit.records.change import Change
from crmkit.result import Row

CONSENT_COLUMNS = ("purpose", "state", "given_at", "how", "withdrawn_at", "withdrawn_how")
CHANNEL_COLUMNS = ("channel", "allowed")


def _consents(ctx: Context, customer: str) -> Iterable[Row]:
    return consents.consents_of(find_customer(ctx.archive, customer))


def _channels(ctx: Context, customer: str) -> Iterable[Row]:
    return consents.channels_of(find_customer(ctx.archive, customer))


@writer(
    _("What the person consented to. Example: crmkit customer consent 13900541731 marketing --how form"),
    many="customer",
    shared=("purpose", "how", "on", "withdraw"),
    look=Look("purpose", _consents, CONSENT_COLUMNS),
)
def consent(
    ctx: Context,
    customer: Who,
    purpose: Annotated[str, typer.Argument(metavar="[PURPOSE]", help=_("contact, marketing or health"))] = "",
    how: Annotated[str, typer.Option("--how", help=_("On what form, in what words."))] = "",
    on: Annotated[str, typer.Option("--on", metavar="TIME", help=_("When, if not just now."))] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help=_("Refused, or taken back."))] = False,
) -> Change:
    """Write down a consent or its withdrawal; without a purpose, show where all of them stand."""
    person = find_customer(ctx.archive, customer)
    at = _moment(ctx.run, on, latest=withdraw)
    if withdraw:
        return consents.withdraw(ctx.run, person, purpose, at, how, snapshot_about(ctx.archive, [person]))
    return consents.give(ctx.run, person, purpose, at, how)


@writer(
    _("Whom not to contact, and how. Example: crmkit customer dnc 13900541731 --channel call"),
    many="customer",
    shared=("channel", "reason", "off"),
    look=Look("channel", _channels, CHANNEL_COLUMNS),
)
def dnc(
    ctx: Context,
    customer: Who,
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="CHANNEL", help=_("all, call, sms, wechat, letter, visit; repeatable")),
    ] = None,
    reason: Reason = "",
    off: Off = False,
) -> Change:
    """Stop contacts by a channel, at once; without a channel, show which are open."""
    person = find_customer(ctx.archive, customer)
    if off:
        return consents.allow(person, channel or ())
    return consents.refuse(ctx.run, person, channel or (), reason, snapshot_about(ctx.archive, [person]))


def _moment(run: Run, text: str, *, latest: bool) -> datetime:
    """The moment that `text` names, now for "". A mere day: its first minute, or its last one that has passed.

    So a consent and a withdrawal written down for the same day leave the person in peace.
    """
    if not text:
        return run.now
    at = parse_moment(text, run.now, time.min)
    if not latest or at.time() != time.min:
        return at
    return min(run.now, at + timedelta(days=1, minutes=-1)) if at <= run.now else at
