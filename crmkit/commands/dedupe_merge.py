"""`crmkit dedupe merge` and `split`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Format, Yes, confirm, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.errors import AmbiguousError, InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries.dedupe import surroundings
from crmkit.queries.finding import find_customer, find_record
from crmkit.records import Customer, Decision, Merge, type_of
from crmkit.records.base import typed_id


@verb(_("Make one file of several of the same person. Example: crmkit dedupe merge C2611-7k3q C2611-9xab -n"))
def merge(
    ctx: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="A B ...", help=_("Ids or phone numbers."))] = None,
    keep: Annotated[
        str, typer.Option("--keep", metavar="ID", help=_("The file that survives, else the fullest."))
    ] = "",
    all_certain: Annotated[
        bool, typer.Option("--all-certain", help=_("Every pair that is suggested as merge."))
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Merge files; the losers stay as aliases, nothing is dropped."""
    if all_certain == bool(names) or len(names or []) == 1 or (keep and all_certain):
        raise UsageError(_("name two files or more to merge, or use --all-certain"))
    from crmkit.core.people.merge import merge_all

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        groups = _certain(archive) if all_certain else [_named(archive, names or [], keep)]
        groups = [files for files in groups if len(files) > 1]
        if not groups and names:
            session.say(_("{ids} are one file already").format(ids=", ".join(names)))
        if groups and not dry_run:
            confirm(session, yes, _question(groups))
        change = merge_all(run, [(files, surroundings(archive, files)) for files in groups])
        done = session.commit(archive, run, change, "dedupe merge")
    written(session, done, fmt, show_counts=all_certain)


def _named(archive: Archive, texts: Sequence[str], keep: str) -> list[Customer]:
    """The files to merge, the survivor first; one only where they are one file already."""
    from crmkit.core.people.merge import choose

    found = {file.id: file for file in (find_customer(archive, text) for text in texts)}
    if keep:
        kept = find_customer(archive, keep)
        if kept.id not in found:
            raise UsageError(_("--keep {id} is not one of the files to merge").format(id=keep))
        return [kept, *choose(file for file in found.values() if file.id != kept.id)]
    return choose(found.values())


def _certain(archive: Archive) -> list[list[Customer]]:
    """The groups of the certain tier, each with its survivor first."""
    from crmkit.core.dedupe import dedupe
    from crmkit.core.people.merge import choose

    files = {customer.id: customer for customer in archive.all(Customer)}
    decisions = list(archive.all(Decision))
    pairs = dedupe.find(files.values(), decisions=decisions, settings=archive.settings)
    apart = dedupe.decided_pairs(files.values(), decisions)
    certain = dedupe.groups([pair for pair in pairs if pair.suggest != "review"], apart)
    return [choose(files[i] for i in group) for group in certain]


def _question(groups: Sequence[Sequence[Customer]]) -> str:
    if len(groups) > 1:
        return _("merge {n} groups of files?").format(n=len(groups))
    best, *others = groups[0]
    return _("merge {losers} into {survivor}?").format(
        losers=", ".join(f"{c.id} {c.name}" for c in others), survivor=f"{best.id} {best.name}"
    )


@verb(_("Undo a merge. Example: crmkit dedupe split C2611-9xab"))
def split(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="ID", help=_("The file that was merged into another."))],
    yes: Yes = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Separate two files that were merged; what the survivor gained since stays with it."""
    from crmkit.core.people import merge as rules

    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        record = _merge_of(archive, file)
        survivor, loser = (archive.get(Customer, i) for i in (record.survivor, record.loser))
        if not dry_run:
            question = _("split {loser} from {survivor} again?").format(loser=loser.id, survivor=survivor.id)
            confirm(session, yes, question)
        others = [archive.get(Customer, i) for i in record.others]
        change = rules.split(run, record, survivor, loser, [*surroundings(archive, [survivor]), *others])
        done = session.commit(archive, run, change, "dedupe split")
    if not done.dry_run:
        session.say(_("`crmkit dedupe distinct {a} {b}` keeps them apart for good").format(a=survivor.id, b=loser.id))
    written(session, done, fmt)


def _merge_of(archive: Archive, text: str) -> Merge:
    """The merge that `text` names: by its own id, by the file that was merged, or by the survivor of only one."""
    if type_of(typed_id(text)) is Merge:
        record: Merge = find_record(archive, Merge, text)
        return record
    file: Customer = find_record(archive, Customer, text)
    open_merges = [m for m in archive.of(Merge, file.id) if m.split_at is None]
    if file.merged_into:
        open_merges = [m for m in open_merges if m.loser == file.id and m.survivor == file.merged_into]
    if not open_merges:
        raise InvalidError(
            _("{id} was not merged").format(id=file.id), _("`crmkit history ID` shows what happened to it")
        )
    if len(open_merges) > 1:
        raise AmbiguousError(
            _("several files were merged into {id}: {ids}").format(
                id=file.id, ids=", ".join(m.loser for m in open_merges)
            ),
            _("name the one to split off"),
        )
    return open_merges[0]
