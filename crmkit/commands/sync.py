"""`crmkit sync`: exchange work with the other operators through a shared repository."""

from typing import Annotated, Any

import typer

from crmkit import render
from crmkit.archive.git import Git, require
from crmkit.archive.meetings import Meeting
from crmkit.archive.remote import Remote, RemoteError, names
from crmkit.archive.sync import Taken, take_in
from crmkit.commands.common import DryRun, Format, Session, get_session
from crmkit.errors import CrmkitError
from crmkit.i18n import _

ATTEMPTS = 5  # how often other clones may be first before it gives up
LISTED = 5  # so many ids stand in one line of talk

app = typer.Typer()


@app.command("sync", help=_("Fetch, merge and send; nothing is lost on either side. Example: crmkit sync"))
def sync(
    ctx: typer.Context,
    remote: Annotated[str, typer.Option("--remote", metavar="NAME", help=_("By default origin."))] = "",
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Take in what others sent, and send what was done here. Without a remote there is nothing to do."""
    session = get_session(ctx)
    require()
    git = Git(session.root)
    taken: list[Taken] = []
    if remote or names(git):
        try:
            _exchange(session, Remote(git, remote or "origin"), taken, dry_run)
        except RemoteError as error:
            if session.verbose:
                render.say(error.detail)
            raise
    else:
        session.say(_("no remote: `git remote add origin ADDRESS` in the archive names one"))
    _report(session, taken, dry_run, fmt)


def _exchange(session: Session, remote: Remote, taken: list[Taken], dry_run: bool) -> None:
    for _attempt in range(ATTEMPTS):
        theirs = remote.fetch()
        with session.writing(dry_run) as archive:  # the network is never waited for under the lock
            run = session.run(archive)
            taken.append(take_in(archive, theirs, remote.name, run_at=run.now, by=run.by))
        session.told(taken[-1].done)
        if dry_run or taken[-1].head == theirs or remote.push(taken[-1].head):
            return
    raise CrmkitError(
        _("other clones keep sending to {remote}; everything is saved here").format(remote=remote.name),
        _("try again in a minute"),
    )


def _report(session: Session, taken: list[Taken], dry_run: bool, fmt: str) -> None:
    found = list(dict.fromkeys(meeting for step in taken for meeting in step.meetings))
    ids = [identifier for step in taken for identifier in step.done.ids]
    counts = {
        "received": sum(step.done.counts["received"] for step in taken),
        "sent": taken[-1].done.counts["sent"] if taken else 0,
        "conflicts": len(ids),
    }
    done: dict[str, Any] = {
        "run": next((step.done.run for step in reversed(taken) if step.done.run), ""),
        "commit": taken[-1].head if taken else "",
        "ids": ids,
        "counts": counts,
        "meetings": [meeting._asdict() for meeting in found],
    }
    if dry_run:
        done |= {"dry_run": True, "changes": {}}
    for meeting in found:
        session.say(_sentence(meeting))
    if ids:
        session.say(_("{n} values changed on both sides, both are kept: `crmkit conflicts`").format(n=len(ids)))
    session.say(_("records received: {received}, sent: {sent}").format(**counts))
    render.written(done, fmt)


def _sentence(meeting: Meeting) -> str:
    listed = ", ".join(meeting.ids[:LISTED]) + (" ..." if len(meeting.ids) > LISTED else "")
    sentences = {
        "phone": _("both sides entered the same phone number: {ids}; `crmkit dedupe find` compares them"),
        "serial": _("both sides issued a card for the same serial number: {ids}"),
        "number": _("both sides issued the same card number: {ids}"),
        "operator": _("two clones issue cards under one operator code: {ids}; `crmkit config --set operator=CODE`"),
        "staff": _("both sides added the same staff member: {ids}"),
        "site": _("both sides added the same site: {ids}"),
        "product": _("both sides added the same product: {ids}"),
    }
    return sentences[meeting.what].format(ids=listed)
