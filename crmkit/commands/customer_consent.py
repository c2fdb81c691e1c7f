"""`crmkit customer consent`, `dnc`: what a person allows and refuses."""

from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import DryRun, Format, get_session, written
from crmkit.commands.kit.options import Who
from crmkit.commands.kit.verbs import verb
from crmkit.core.calendar.dates import parse_moment
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer
from crmkit.queries.snapshot import snapshot_about

CONSENT_COLUMNS = ("purpose", "state", "given_at", "how", "withdrawn_at", "withdrawn_how")
CHANNEL_COLUMNS = ("channel", "allowed")


@verb(_("What the person consented to. Example: crmkit customer consent 13900541731 marketing --how form"))
def consent(
    ctx: typer.Context,
    customer: Who,
    purpose: Annotated[str, typer.Argument(metavar="[PURPOSE]", help=_("contact, marketing or health"))] = "",
    how: Annotated[str, typer.Option("--how", help=_("On what form, in what words."))] = "",
    on: Annotated[str, typer.Option("--on", metavar="TIME", help=_("When, if not just now."))] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help=_("Refused, or taken back."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write down a consent or its withdrawal; without a purpose, show where all of them stand."""
    from crmkit.core.people import consents

    session = get_session(ctx)
    if not purpose:
        if how or on or withdraw:
            raise UsageError(_("consent to what? give contact, marketing or health"))
        with session.reading() as archive:
            rows = consents.consents_of(find_customer(archive, customer))
        render.rows(rows, CONSENT_COLUMNS, fmt)
        return
    with session.writing(dry_run) as archive:
        run, person = session.run(archive), find_customer(archive, customer)
        at = _moment(run, on, latest=withdraw)
        if withdraw:
            change = consents.withdraw(run, person, purpose, at, how, snapshot_about(archive, [person]))
        else:
            change = consents.give(run, person, purpose, at, how)
        done = session.commit(archive, run, change, "customer consent")
    written(session, done, fmt)


@verb(_("Whom not to contact, and how. Example: crmkit customer dnc 13900541731 --channel call"))
def dnc(
    ctx: typer.Context,
    customer: Who,
    channels: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="CHANNEL", help=_("all, call, sms, wechat, letter, visit; repeatable")),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=_("In the person's words."))] = "",
    off: Annotated[bool, typer.Option("--off", help=_("They may be contacted again."))] = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Stop contacts by a channel, at once; without a channel, show which are open."""
    from crmkit.core.people import consents

    session = get_session(ctx)
    if not channels:
        if reason or off:
            raise UsageError(_("which channel? for example --channel all"))
        with session.reading() as archive:
            rows = consents.channels_of(find_customer(archive, customer))
        render.rows(rows, CHANNEL_COLUMNS, fmt)
        return
    with session.writing(dry_run) as archive:
        run, person = session.run(archive), find_customer(archive, customer)
        if off:
            change = consents.allow(person, channels)
        else:
            change = consents.refuse(run, person, channels, reason, snapshot_about(archive, [person]))
        done = session.commit(archive, run, change, "customer dnc")
    written(session, done, fmt)


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
