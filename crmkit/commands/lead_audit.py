"""`crmkit lead audit`: what customers' files still lack."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _, titled
from crmkit.queries.finding import find_customer, staff_code
from crmkit.records import Card, Customer, Order, Return
from crmkit.records.typed import Share
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.core.assigning.audit import Audit

T = TypeVar("T", Order, Card, Return)

COLUMNS = ("id", "name", "owner", "list", "complete", "missing")
AUDITED = ("screened", "buyer")  # stages; a first contact asks for name and phone only


@listing(_("What files of buyers (A) and others (B) lack. Example: crmkit lead audit --grade A"), finds=True)
def audit(
    ctx: Context,
    customers: options.WhoMany = None,
    grade: Annotated[str, typer.Option("--grade", metavar="A|B", help=_("A: who has bought, B: who has not."))] = "",
    owner: options.Owner = "",
) -> Listing:
    """List files that lack a required field, the emptiest first; files named are shown in any case."""
    from crmkit.core.assigning.audit import LISTS

    if grade and grade not in LISTS:
        raise UsageError(
            _("{value} is not known").format(value=grade), _("one of: {choices}").format(choices=", ".join(LISTS))
        )
    archive, run = ctx.archive, ctx.run
    code = staff_code(archive, owner, "--owner") if owner else ""
    every = _named(archive, run, customers) if customers else _all(archive, run)
    found = [one for one in every if grade in ("", one.list) and code in ("", one.customer.owner)]
    shown = sorted((one for one in found if one.missing or customers), key=lambda one: (one.share, one.customer.id))
    complete = sum(not one.missing for one in found)
    ctx.tell(_("{complete} of {files} files are complete").format(complete=complete, files=len(found)))
    return Listing([_row(one) for one in shown], COLUMNS, found=complete < len(found))


def _named(archive: Archive, run: Run, texts: Iterable[str]) -> Iterable["Audit"]:
    from crmkit.core.assigning import audit

    for text in texts:
        person = find_customer(archive, text)
        orders, cards = archive.of(Order, person.id), archive.of(Card, person.id)
        yield audit.audit(run, person, orders, cards, archive.of(Return, person.id))


def _all(archive: Archive, run: Run) -> Iterable["Audit"]:
    from crmkit.core.assigning import audit

    orders = _by_customer(archive.all(Order))
    cards = _by_customer(archive.all(Card))
    returns = _by_customer(archive.all(Return))
    for person in archive.all(Customer):
        if not person.merged_into and person.stage in AUDITED:
            yield audit.audit(run, person, orders[person.id], cards[person.id], returns[person.id])


def _by_customer(records: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for record in records:
        found[record.customer].append(record)
    return found


def _row(one: "Audit") -> Row:
    return {
        "id": one.customer.id,
        "name": one.customer.name,
        "owner": one.customer.owner,
        "list": one.list,
        "complete": Share(round(one.share, 2)),
        "missing": list(map(titled, one.missing)),
    }
