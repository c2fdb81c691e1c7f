"""`crmkit dedupe merge` and `split`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.common import Yes, confirm
from crmkit.commands.kit.walk import Context, writer
from crmkit.errors import AmbiguousError, InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries.dedupe import OF_A_PAIR, surroundings
from crmkit.queries.finding import find_customer, find_record
from crmkit.records import Customer, Decision, Merge, type_of
from crmkit.records.base import typed_id
from crmkit.records.change import Change


@writer(
    _("Make one file of several of the same person. Example: crmkit dedupe merge C2611-7k3q C2611-9xab -n"),
    many="a",
    shared=("yes",),
    also=OF_A_PAIR,
)
def merge(
    ctx: Context,
    a: options.PairA = "",
    b: Annotated[list[str] | None, typer.Argument(metavar="B...", help=_("Ids or phone numbers."))] = None,
    keep: Annotated[
        str, typer.Option("--keep", metavar="ID", help=_("The file that survives, else the fullest."))
    ] = "",
    all_certain: Annotated[
        bool, typer.Option("--all-certain", help=_("Every pair that is suggested as merge."))
    ] = False,
    yes: Yes = False,
) -> Change:
    """Merge files; the losers stay as aliases, nothing is dropped."""
    from crmkit.core.people import merge

    archive, names = ctx.archive, [a, *(b or ())] if a else []
    if all_certain == bool(names) or len(names) == 1 or (keep and all_certain):
        raise UsageError(_("name two files or more to merge, or use --all-certain"))
    ctx.counting = ctx.counting or all_certain
    groups = _certain(archive) if all_certain else [_named(archive, names, keep)]
    groups = [files for files in groups if len(files) > 1]
    if not groups and names:
        ctx.tell(_("{ids} are one file already").format(ids=", ".join(names)))
    if groups and not archive.dry_run:
        confirm(ctx.session, yes, _question(groups))
    return merge.merge_all(ctx.run, [(files, surroundings(archive, files)) for files in groups])


def _named(archive: Archive, texts: Sequence[str], keep: str) -> list[Customer]:
    """The files to merge, the survivor first; one only where they are one file already."""
    from crmkit.core.people import merge

    found = {file.id: file for file in (find_customer(archive, text) for text in texts)}
    if keep:
        kept = find_customer(archive, keep)
        if kept.id not in found:
            raise UsageError(_("--keep {id} is not one of the files to merge").format(id=keep))
        return [kept, *merge.choose(file for file in found.values() if file.id != kept.id)]
    return merge.choose(found.values())


def _certain(archive: Archive) -> list[list[Customer]]:
    """The groups of the certain tier, each with its survivor first."""
    from crmkit.core.dedupe import dedupe
    from crmkit.core.people import merge

    files = {customer.id: customer for customer in archive.all(Customer)}
    decisions = list(archive.all(Decision))
    pairs = dedupe.find(files.values(), decisions=decisions, settings=archive.settings)
    apart = dedupe.decided_pairs(files.values(), decisions)
    certain = dedupe.groups([pair for pair in pairs if pair.suggest != "review"], apart)
    return [merge.choose(files[i] for i in group) for group in certain]


def _question(groups: Sequence[Sequence[Customer]]) -> str:
    if len(groups) > 1:
        return _("merge the files of so many groups: {n}?").format(n=len(groups))
    best, *others = groups[0]
    return _("merge {losers} into {survivor}?").format(
        losers=", ".join(f"{c.id} {c.name}" for c in others), survivor=f"{best.id} {best.name}"
    )


@writer(_("Undo a merge. Example: crmkit dedupe split C2611-9xab"))
def split(
    ctx: Context,
    file: Annotated[str, typer.Argument(metavar="ID", help=_("The file that was merged into another."))],
    yes: Yes = False,
) -> Change:
    """Separate two files that were merged; what the survivor gained since stays with it."""
    from crmkit.core.people import merge

    archive = ctx.archive
    record = _merge_of(archive, file)
    survivor, loser = (archive.get(Customer, i) for i in (record.survivor, record.loser))
    if not archive.dry_run:
        question = _("split {loser} from {survivor} again?").format(loser=loser.id, survivor=survivor.id)
        confirm(ctx.session, yes, question)
        ctx.tell(_("`crmkit dedupe distinct {a} {b}` keeps them apart for good").format(a=survivor.id, b=loser.id))
    others = [archive.get(Customer, i) for i in record.others]
    return merge.split(ctx.run, record, survivor, loser, [*surroundings(archive, [survivor]), *others])


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
