"""The verbs that staff, sites and products share: list, show, edit."""

from collections.abc import Iterable

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing, showing, writer
from crmkit.core import reference
from crmkit.i18n import _
from crmkit.queries.finding import named
from crmkit.records import REGISTRY, Record
from crmkit.records.change import Change
from crmkit.result import Row, row


def register_show(noun: str, record_type: type[Record]) -> None:
    """Give the noun the verb show."""

    @showing(_("Show one, by code, name or id. Example: crmkit {noun} show NAME").format(noun=noun), module=noun)
    def show(ctx: Context, name: options.Named) -> Row:
        return row(named(ctx.archive, noun, record_type, name))


def register(noun: str, record_type: type[Record], columns: tuple[str, ...]) -> None:
    """Give the noun the verbs list and edit."""

    @listing(_("List them. Example: crmkit {noun} list -f csv").format(noun=noun), ("id", *columns), module=noun)
    def list_(ctx: Context) -> Iterable[Row]:
        key = REGISTRY[record_type].named
        return sorted((row(record) for record in ctx.archive.all(record_type)), key=lambda one: str(one[key]))

    @writer(
        _("Change fields. Example: crmkit {noun} edit NAME --set FIELD=VALUE").format(noun=noun),
        many="name",
        counted="updated",
        shared=("sets", "unsets"),
        module=noun,
    )
    def edit(ctx: Context, name: options.Named, sets: options.Sets = None, unsets: options.Unsets = None) -> Change:
        record = named(ctx.archive, noun, record_type, name)
        return reference.edit(ctx.run, record, sets or (), unsets or (), ctx.archive.all(record_type))
