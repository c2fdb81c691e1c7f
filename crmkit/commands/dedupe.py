"""`crmkit dedupe`: find files of one person, merge them, or keep them apart. Merging is in `dedupe_merge`."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from crmkit import pool
from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Listing, listing, writer
from crmkit.i18n import _, clauses
from crmkit.progress import bar
from crmkit.queries.choices import one_of
from crmkit.queries.dedupe import OF_A_PAIR, surroundings
from crmkit.queries.finding import find_customer
from crmkit.records import Customer, Decision
from crmkit.records.change import Change
from crmkit.records.typed import Code

COLUMNS = ("a", "b", "name_a", "name_b", "suggest", "score", "why")
GROUP_COLUMNS = ("ids", "names", "size")


@listing(_("Pairs of files that may be one person. Example: crmkit dedupe find --suggest merge"), finds=True)
def find(
    ctx: Context,
    suggest: Annotated[
        list[str] | None, typer.Option("--suggest", metavar="TIER", help=_("Only merge, review or household."))
    ] = None,
    least: Annotated[float, typer.Option("--min", min=0, max=1, help=_("Only pairs with this score or more."))] = 0,
    as_groups: Annotated[bool, typer.Option("--groups", help=_("Sets of files that are one person each."))] = False,
) -> Listing:
    """Print candidate pairs, best first."""
    from crmkit.core.dedupe import dedupe

    suggest = [one_of(tier, dedupe.TIERS, _("nothing is suggested as {value}"), field="tier") for tier in suggest or ()]
    archive = ctx.archive
    with bar(quiet=ctx.session.quiet) as shown:
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
        return Listing([_group_row(group, files) for group in dedupe.groups([*wanted, *vetoed], apart)], GROUP_COLUMNS)
    return Listing([_pair_row(pair, files) for pair in wanted], COLUMNS)


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
        "why": clauses(f"{_(r.field)}: {_(r.how)}" + (f" {r.points:+.1f}" if r.points else "") for r in pair.reasons),
    }


def _group_row(group: tuple[str, ...], files: dict[str, _File]) -> dict[str, Any]:
    members = [files[i] for i in group]
    return {
        "ids": list(group),
        "names": [member.name for member in members],
        "external_ids": [member.external_id for member in members],
        "size": len(group),
    }


@writer(
    _("Two people: never suggest them again. Example: crmkit dedupe distinct A B"),
    many="a",
    counted="distinct",
    shared=("note",),
    also=OF_A_PAIR,
)
def distinct(ctx: Context, a: options.PairA, b: options.PairB, note: options.Note = "") -> Change:
    """Remember that A and B are two people."""
    from crmkit.core.people import merge

    one, other = (find_customer(ctx.archive, text) for text in (a, b))
    return merge.distinct(ctx.run, one, other, surroundings(ctx.archive, [one, other]), note)


@writer(
    _("Two people of one household. Example: crmkit dedupe household A B"),
    many="a",
    counted="household",
    shared=("note",),
    also=OF_A_PAIR,
)
def household(ctx: Context, a: options.PairA, b: options.PairB, note: options.Note = "") -> Change:
    """Remember that A and B are two people who share a home or a phone."""
    from crmkit.core.people import merge

    one, other = (find_customer(ctx.archive, text) for text in (a, b))
    return merge.household(ctx.run, one, other, surroundings(ctx.archive, [one, other]), note)
