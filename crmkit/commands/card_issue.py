"""`crmkit card issue`: one card from flags, or many from JSON lines."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.keys import Key, Keys
from crmkit.commands.kit.lines import BatchLines, Line, Lines, RejectedLines, converted
from crmkit.commands.kit.verbs import verb
from crmkit.core import fields
from crmkit.errors import InvalidError, UsageError
from crmkit.i18n import _
from crmkit.queries.cards import sale_of, same_serial, series_of
from crmkit.queries.finding import find_customer, find_product
from crmkit.queries.work import with_callbacks
from crmkit.records import Card, Customer, Staff, type_of
from crmkit.records.base import typed_id
from crmkit.records.change import Change, together

if TYPE_CHECKING:
    from crmkit.core.cards.issuing import CardBatch
    from crmkit.core.collecting.draft import Draft


class CardRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One card to issue, as typed in flags or in a JSON line."""

    customer: str = ""
    name: str = ""
    product: str = ""
    serial: str = ""
    bought_on: str = ""
    bought_at: str = ""
    installed_on: str = ""
    installed_by: str = ""
    replace: bool = False
    reason: str = ""
    key: str = ""


@verb(_("Issue a card. Example: crmkit card issue --customer 13900541731 --product HX1 --serial SN-1"))
def issue(
    ctx: typer.Context,
    lines: Lines = "",
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    name: Annotated[str, typer.Option("--name", help=_("Opens a file where the number is not on file."))] = "",
    product: Annotated[str, typer.Option("--product", metavar="PRODUCT", help=_("Code or name."))] = "",
    serial: Annotated[str, typer.Option("--serial", help=_("Serial number of the unit."))] = "",
    bought_on: Annotated[str, typer.Option("--bought-on", metavar="DATE")] = "",
    bought_at: Annotated[str, typer.Option("--bought-at", metavar="WHERE", help=_("Shop or dealer."))] = "",
    installed_on: Annotated[str, typer.Option("--installed-on", metavar="DATE")] = "",
    installed_by: Annotated[str, typer.Option("--installed-by", metavar="WHO")] = "",
    replace: Annotated[bool, typer.Option("--replace", help=_("Take the place of the unit's card so far."))] = False,
    reason: Annotated[str, typer.Option("--reason", help=_("Why it is replaced."))] = "",
    key: Key = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Issue one card, or with `-` as many as standard input has lines."""
    from crmkit.core.cards.issuing import CardBatch
    from crmkit.core.collecting.known import Known

    typed = CardRequest(
        customer=customer, name=name, product=product, serial=serial, bought_on=bought_on, bought_at=bought_at,
        installed_on=installed_on, installed_by=installed_by, replace=replace, reason=reason,
        key=key,
    )  # fmt: skip
    if lines and typed != CardRequest():
        raise UsageError(_("either - or the flags of one card"))
    batch = BatchLines(lines, rejects, force=force) if lines else None
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        desk = CardBatch(run, *series_of(archive, run), Known(archive.all(Staff)))
        keys = Keys(archive, run, Card, "card issue")
        repeated: list[Change] = []

        def take(one: CardRequest) -> None:
            change = keys.once(
                one.key, msgspec.structs.asdict(one), lambda _run: Change(puts=(_issue(archive, desk, one),))
            )
            for card in change.puts:
                desk.put(card)
            if not change.puts:
                repeated.append(change)

        if batch:
            batch.each(lambda line: take(_request(line)))
        else:
            take(typed)
        change = with_callbacks(archive, run, together(desk.change(), *repeated))
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts({"issued": 0, **change.counts}))
        done = session.commit(archive, run, change, "card issue")
    written(session, done, fmt, show_counts=batch is not None and not session.quiet)
    if batch:
        batch.finish(dry_run=dry_run)


def _request(line: Line) -> CardRequest:
    return converted(line, CardRequest, _("not a card to issue: {problem}"))


def _issue(archive: Archive, desk: "CardBatch", request: CardRequest) -> Card:
    for field in ("customer", "product"):
        if not getattr(request, field):
            raise InvalidError(
                _("the {field} is missing").format(field=field),
                _("a card needs at least --customer ID|PHONE and --product CODE"),
            )
    product = find_product(archive, request.product)
    sale = sale_of(desk.run, msgspec.structs.asdict(request))
    return desk.issue(
        _who(archive, desk, request), product, sale,
        same_serial=same_serial(archive, sale.serial), replace=request.replace, reason=request.reason.strip(),
    )  # fmt: skip


def _who(archive: Archive, desk: "CardBatch", request: CardRequest) -> "Customer | Draft":
    """The customer who is meant; where a whole number is not on file, what a new file would say."""
    from crmkit.core.phones import phones

    reading = phones.of_file(request.customer, archive.settings)
    if type_of(typed_id(request.customer)) or not reading.numbers:
        return find_customer(archive, request.customer)
    known = desk.contacts.known
    for number in reading.numbers:
        for holder in archive.find(Customer, f"phone:{number.e164}"):
            if known.customer(holder.id) is None:
                known.put(holder)
    return desk.find(fields.text(request.name), phones.to_phones(reading))
