"""`crmkit card print`: cards on A4 pages, and how often each was printed."""

from typing import Annotated

import typer

from crmkit.commands.kit.common import DryRun, Force, Format, get_session, written
from crmkit.commands.kit.options import NewWorkbook
from crmkit.commands.kit.verbs import verb
from crmkit.core.cards import cards
from crmkit.i18n import _
from crmkit.queries.cards import find_card, without_telephone
from crmkit.queries.finding import find_product, holder_of


@verb(_("Cards to print, 6 on a page. Example: crmkit card print BJLN-26110042-8 -o cards.xlsx"))
def print_(
    ctx: typer.Context,
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER", help=_("Card numbers or ids."))],
    output: NewWorkbook,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Write the cards to a workbook and count the print; what was printed before is marked a copy."""
    from crmkit.sheets.write.cards import Face, card_pages
    from crmkit.sheets.write.files import check_target

    check_target(output, ".xlsx", force=force)
    session = get_session(ctx)
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        chosen = {card.id: card for card in (find_card(archive, number) for number in numbers)}
        change = cards.printed(run, list(chosen.values()))
        faces = [
            Face(
                card=card,
                customer=holder_of(archive, card.customer),
                product=find_product(archive, card.product),
            )
            for card in chosen.values()
        ]
        if not dry_run:
            card_pages(faces, archive.settings, run.now).save(output, force=force)
        done = session.commit(archive, run, change, "card print")
        session.say(*without_telephone(archive))
    if not dry_run:
        session.say(_("written: {file}").format(file=output))
    written(session, done, fmt)
