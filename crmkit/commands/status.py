"""`crmkit status`: what is in the archive."""

from crmkit.archive.journal.transaction import pending
from crmkit.archive.repository.operator import operator_of
from crmkit.commands.kit.walk import Context, showing
from crmkit.core.calendar.holidays import to_be_written
from crmkit.i18n import N_, _
from crmkit.queries.cards import without_telephone
from crmkit.queries.due import attention
from crmkit.queries.work import calendar_of
from crmkit.result import Row


@showing(_("What is in the archive, and the last recorded run. Example: crmkit status -f json"))
def status(ctx: Context) -> Row:
    """Show where the archive is, how much it holds, and the last commit."""
    archive, run = ctx.archive, ctx.run
    waiting = attention(archive, run)
    item: Row = {
        N_("archive"): str(ctx.session.root),
        "name": archive.settings.archive.name,
        N_("branch"): archive.settings.archive.branch,
        N_("archive_id"): archive.settings.archive.id,
        N_("operator"): operator_of(archive.root),
        **dict(sorted(archive.index.counts().items())),
        N_("commit"): archive.git.head(),
        N_("history_pending"): len(pending(archive.root)),
        N_("attention"): waiting,
    }
    ctx.tell(*to_be_written(calendar_of(archive), run.now.date()), *without_telephone(archive))
    if ctx.fmt != "table":
        return item
    lines = [f"{_(name)} {n}" for name, n in waiting.items() if n]  # a line for each, and what shows them
    told = [*lines, *([_("crmkit due tells who and what")] if lines else [])]
    return {"attention": told, **{name: value for name, value in item.items() if name != "attention"}}
