"""`crmkit sync`: exchange work with the other operators through a shared repository."""

from typing import Annotated, Any

import typer

from crmkit import render
from crmkit.archive.exchange.remote import Remote, RemoteError, names
from crmkit.archive.exchange.sync import Taken, take_in
from crmkit.archive.health.check import check
from crmkit.archive.health.problem import BROKEN
from crmkit.archive.merge.collisions import Meeting
from crmkit.archive.repository.git import Git, require
from crmkit.archive.repository.maintenance import maintain
from crmkit.commands.kit.common import DryRun, Format, Session, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import N_, _
from crmkit.queries import contradictions

ATTEMPTS = 5  # how often other clones may be first before it gives up
LISTED = 5  # so many meetings stand in one line of talk, each with so many ids

SENTENCES = {  # unique values that both sides entered
    "phone": N_("phone numbers that both sides entered: {n} ({ids}); `crmkit dedupe find` compares the files"),
    "serial": N_("serial numbers for which both sides issued a card: {n} ({ids})"),
    "number": N_("numbers of cards or invitations that both sides gave out: {n} ({ids})"),
    "operator": N_("two clones give out numbers under one operator code ({ids}); `crmkit config --set operator=CODE`"),
    "staff": N_("staff members that both sides added: {n} ({ids})"),
    "site": N_("sites that both sides added: {n} ({ids})"),
    "product": N_("products that both sides added: {n} ({ids})"),
    "fault": N_("faults that both sides added: {n} ({ids})"),
    "event": N_("events with one code that both sides added: {n} ({ids})"),
}


@verb(_("Fetch, merge, check and send; nothing is lost on either side. Example: crmkit sync"))
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
    if not dry_run:
        maintain(git)
    _report(session, taken, dry_run, fmt)


def _exchange(session: Session, remote: Remote, taken: list[Taken], dry_run: bool) -> None:
    for _attempt in range(ATTEMPTS):
        theirs = remote.fetch()
        with session.writing(dry_run) as archive:  # the network is never waited for under the lock
            run = session.run(archive)
            taken.append(take_in(archive, theirs, remote.name, run_at=run.now, by=run.by))
        session.told(taken[-1].done)
        if taken[-1].done.run:
            _refuse_broken(session)
        if dry_run or taken[-1].head == theirs:
            return
        if remote.push(taken[-1].head):
            if not theirs and not remote.names_first(taken[-1].head):
                session.say(
                    _("in {remote} HEAD names another branch: a plain `git clone` of it brings no files").format(
                        remote=remote.name
                    )
                )
                session.say(
                    _(
                        "a colleague gets in with `crmkit init DIR --from ADDRESS --operator CODE`, and "
                        "`git symbolic-ref HEAD refs/heads/main` in that repository mends it"
                    )
                )
            return
    raise CrmkitError(
        _("other clones keep sending to {remote}; everything is saved here").format(remote=remote.name),
        _("try again in a minute"),
    )


def _refuse_broken(session: Session) -> None:
    """Raise DamagedError where a merge did not end in a sound archive, before anybody else gets it."""
    broken = [problem for problem in check(session.root, wait=session.wait) if problem.code in BROKEN]
    if broken:
        raise DamagedError(
            _("the archive is not sound after the merge, and nothing was sent: {problem}").format(
                problem=broken[0].message
            ),
            _("`crmkit check` lists everything with what to do about it"),
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
    for what, ids_met in _by_kind(found).items():
        session.say(_sentence(what, ids_met))
    if ids:
        session.say(_("values changed on both sides: {n}; both are kept: `crmkit conflicts`").format(n=len(ids)))
    if counts["received"] and not dry_run:
        with session.reading() as archive:
            contradicting = len(contradictions.contradictions(archive, session.run(archive)))
        if contradicting:
            session.say(
                _("steps that contradict others: {n}; all are kept: `crmkit conflicts`").format(n=contradicting)
            )
    session.say(_("records received: {received}, sent: {sent}").format(**counts))
    render.written(done, fmt)


def _by_kind(found: list[Meeting]) -> dict[str, list[tuple[str, ...]]]:
    kinds: dict[str, list[tuple[str, ...]]] = {}
    for meeting in found:
        kinds.setdefault(meeting.what, []).append(meeting.ids)
    return kinds


def _sentence(what: str, met: list[tuple[str, ...]]) -> str:
    listed = "; ".join(", ".join(ids[:LISTED]) for ids in met[:LISTED]) + ("; ..." if len(met) > LISTED else "")
    return _(SENTENCES[what]).format(n=len(met), ids=listed)
