"""`crmkit dedupe`: find files of one person, merge them, or keep them apart. Merging is in `dedupe_merge`."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from crmkit import pool, render
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session, written
from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.progress import bar
from crmkit.queries.dedupe import surroundings
from crmkit.queries.finding import find_customer
from crmkit.records import Customer, Decision
from crmkit.records.typed import Code

COLUMNS = ("a", "b", "name_a", "name_b", "suggest", "score", "why")
GROUP_COLUMNS = ("ids", "names", "size")


A = Annotated[str, typer.Argument(metavar="A", help=_("Id or phone number."))]
B = Annotated[str, typer.Argument(metavar="B", help=_("Id or phone number."))]
Note = Annotated[str, typer.Option("--note", help=_("Why."))]


@verb(_("Pairs of files that may be one person. Example: crmkit dedupe find --suggest merge"))
def find(
    ctx: typer.Context,
    suggest: Annotated[
        list[str] | None, typer.Option("--suggest", metavar="TIER", help=_("Only merge, review or household."))
    ] = None,
    least: Annotated[float, typer.Option("--min", min=0, max=1, help=_("Only pairs with this score or more."))] = 0,
    as_groups: Annotated[bool, typer.Option("--groups", help=_("Sets of files that are one person each."))] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit with 1 where anything is found."))] = False,
    fmt: Listed = "",
) -> None:
    """Print candidate pairs, best first."""
    from crmkit.core.dedupe import dedupe

    for tier in suggest or ():
        if tier not in dedupe.TIERS:
            raise UsageError(
                _("nothing is suggested as {value}").format(value=tier),
                _("one of: {choices}").format(choices=", ".join(dedupe.TIERS)),
            )
    session = get_session(ctx)
    with session.reading() as archive, bar(quiet=session.quiet) as shown:
        decisions = list(archive.all(Decision))
        files: dict[str, _File] = {}
        aliases: list[Customer] = []

        def customers() -> Iterator[Customer]:
            shown.stage(_("reading the archive"), archive.index.counts().get(Customer.kind, 0))
            for customer in shown.each(archive.all(Customer)):
                files[customer.id] = _File(customer.name, customer.external_id)
                if customer.merged_into:
                    aliases.append(customer)
                yield customer
            shown.stage(_("comparing"), len(files))

        pairs = dedupe.find(
            customers(), decisions=decisions, settings=archive.settings, reached=shown.at,
            each=partial(pool.each, group=1),
        )  # fmt: skip
    wanted = [p for p in pairs if p.score >= least and (not suggest or p.suggest in suggest)]
    if as_groups:
        vetoed = [p for p in pairs if p.suggest == "household" and p not in wanted]
        apart = dedupe.decided_pairs(aliases, decisions)
        rows = [_group_row(group, files) for group in dedupe.groups([*wanted, *vetoed], apart)]
    else:
        rows = [_pair_row(pair, files) for pair in wanted]
    render.rows(rows, GROUP_COLUMNS if as_groups else COLUMNS, fmt)
    if exit_code and rows:
        raise typer.Exit(1)


class _File(msgspec.Struct, frozen=True, gc=False):
    """What is printed of a file; of a million, more cannot be held."""

    name: str
    external_id: str


def _pair_row(pair: Any, files: dict[str, _File]) -> dict[str, Any]:
    reasons = [{"field": r.field, "how": r.how, "points": r.points} for r in pair.reasons]
    return {
        "a": pair.a,
        "b": pair.b,
        "score": pair.score,
        "suggest": Code(pair.suggest),
        "reasons": reasons,
        "external_a": pair.external_a,
        "external_b": pair.external_b,
        "name_a": files[pair.a].name,
        "name_b": files[pair.b].name,
        "why": "; ".join(f"{_(r.field)}: {_(r.how)} {r.points:+.1f}" for r in pair.reasons),
    }


def _group_row(group: tuple[str, ...], files: dict[str, _File]) -> dict[str, Any]:
    members = [files[i] for i in group]
    return {
        "ids": list(group),
        "names": [member.name for member in members],
        "external_ids": [member.external_id for member in members],
        "size": len(group),
    }


@verb(_("Two people: never suggest them again. Example: crmkit dedupe distinct A B"))
def distinct(ctx: typer.Context, a: A, b: B, note: Note = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """Remember that A and B are two people."""
    from crmkit.core.people import merge

    _decide(ctx, "distinct", merge.distinct, (a, b), note, dry_run, fmt)


@verb(_("Two people of one household. Example: crmkit dedupe household A B"))
def household(ctx: typer.Context, a: A, b: B, note: Note = "", dry_run: DryRun = False, fmt: Format = "") -> None:
    """Remember that A and B are two people who share a home or a phone."""
    from crmkit.core.people import merge

    _decide(ctx, "household", merge.household, (a, b), note, dry_run, fmt)


def _decide(
    ctx: typer.Context, verb: str, rule: Callable[..., Any], pair: tuple[str, str], note: str, dry_run: bool, fmt: str
) -> None:
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        files = [find_customer(archive, text) for text in pair]
        change = rule(run, *files, surroundings(archive, files), note)
        done = session.commit(archive, run, change, f"dedupe {verb}")
    written(session, done, fmt)
