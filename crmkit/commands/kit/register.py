"""The verbs that staff, sites and products share: list, show, edit."""

from typing import Annotated, TypeVar

import typer

from crmkit import render
from crmkit.commands.kit.changing import changing
from crmkit.commands.kit.common import DryRun, Format, Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.core import reference
from crmkit.i18n import _
from crmkit.queries.finding import named
from crmkit.records import REGISTRY, Record
from crmkit.result import row

R = TypeVar("R", bound=Record)

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("Code, name or id."))]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help=_("Set a field; repeatable."))]
Unset = Annotated[list[str] | None, typer.Option("--unset", metavar="FIELD", help=_("Empty a field; repeatable."))]


def add(
    ctx: typer.Context, noun: str, record_type: type[Record], typed: dict[str, str], dry_run: bool, fmt: str
) -> None:
    """Add a record from what was typed."""
    with changing(ctx, f"{noun} add", dry_run, fmt) as (archive, run, decide):
        decide(reference.add(run, record_type, typed, archive.all(record_type)))


def register_show(module: str, noun: str, record_type: type[Record]) -> None:
    """Give the noun the verb show."""

    @verb(_("Show one, by code, name or id. Example: crmkit {noun} show NAME").format(noun=noun), module)
    def show(ctx: typer.Context, name: Name, fmt: Format = "") -> None:
        with get_session(ctx).reading() as archive:
            item = row(named(archive, noun, record_type, name))
        render.one(item, fmt)


def register(module: str, noun: str, record_type: type[Record], columns: tuple[str, ...]) -> None:
    """Give the noun the verbs list and edit."""

    @verb(_("List them. Example: crmkit {noun} list -f csv").format(noun=noun), module)
    def list_(ctx: typer.Context, fmt: Listed = "") -> None:
        with get_session(ctx).reading() as archive:
            key = REGISTRY[record_type].named
            rows = sorted((row(record) for record in archive.all(record_type)), key=lambda r: str(r[key]))
        render.rows(rows, ("id", *columns), fmt)

    @verb(_("Change fields. Example: crmkit {noun} edit NAME --set FIELD=VALUE").format(noun=noun), module)
    def edit(
        ctx: typer.Context,
        name: Name,
        sets: Set = None,
        unsets: Unset = None,
        dry_run: DryRun = False,
        fmt: Format = "",
    ) -> None:
        with changing(ctx, f"{noun} edit", dry_run, fmt) as (archive, run, decide):
            record = named(archive, noun, record_type, name)
            decide(reference.edit(run, record, sets or (), unsets or (), archive.all(record_type)))
