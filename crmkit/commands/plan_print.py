"""`crmkit plan print`: what a customer gets on paper of a plan."""

from typing import TYPE_CHECKING, Annotated

import typer

from crmkit import i18n
from crmkit.archive.archive import Archive
from crmkit.commands.kit import options
from crmkit.commands.kit.batch import refusals, standard_input
from crmkit.commands.kit.common import Force
from crmkit.commands.kit.verbs import verb
from crmkit.commands.kit.walk import reading
from crmkit.core.fields import one_of
from crmkit.core.plans import taking
from crmkit.core.run import Run
from crmkit.errors import CrmkitError, InvalidError, PartialError, UsageError
from crmkit.i18n import _
from crmkit.queries import plans
from crmkit.queries.finding import holder_of
from crmkit.records import Card, Product, Staff, Visit

if TYPE_CHECKING:
    from crmkit.sheets.write.plan_pages import PlanFace


@verb(_("Cards, schedules, reports, accounts. Example: crmkit plan print PL2611-7k3q9xab --what card -o card.xlsx"))
def print_(
    ctx: typer.Context,
    named: Annotated[
        list[str],
        typer.Argument(
            metavar="PLAN[:K]|-",
            help=_("Plans, each on pages of its own; - reads their ids, or JSON lines. K is the visit of a report."),
        ),
    ],
    output: options.NewWorkbook,
    what: Annotated[
        str,
        typer.Option(
            "--what",
            metavar="PAPER",
            help=_("card (default of a prepaid card), schedule, report, statement or strength"),
        ),
    ] = "",
    mask: options.Mask = False,
    force: Force = False,
) -> None:
    """Write a paper of each plan as it stands: the same plan prints the same."""
    from crmkit.sheets.write.files import check_target
    from crmkit.sheets.write.plan_pages import PAPERS, plan_pages

    what = one_of("what", what, PAPERS)
    check_target(output, ".xlsx", force=force)
    if len(named) > 1 and "-" in named:
        raise UsageError(_("either - or several: what is read has its own lines"))
    if named != ["-"] and what != "report" and any(":" in text.replace("：", ":") for text in named):
        raise UsageError(_("a visit is named for its report only"), "--what report")
    refused: list[tuple[int, str]] = []
    texts = dict(enumerate(named, 1)) if named != ["-"] else _lines(refused)
    with reading(ctx) as work, i18n.speaking(work.session.option("lang") or work.archive.settings.archive.lang):
        names = _Names(work.archive)
        papers: dict[str, dict[tuple[str, int | None], PlanFace]] = {}
        for line, text in texts.items():
            try:
                face = _face(work.archive, work.run, names, text, what)
            except CrmkitError as problem:
                if named != ["-"]:
                    raise
                refused.append((line, problem.message))
                continue
            paper = what or _usual(face.present.plan.mode)
            papers.setdefault(paper, {})[face.present.plan.id, face.k] = face
        if len(papers) > 1:
            raise InvalidError(
                _("these plans are of several kinds; which paper?"), _("--what card, schedule, report or statement")
            )
        for paper, faces in papers.items():
            plan_pages(list(faces.values()), paper, work.run, mask=mask).save(output, force=force)
            work.session.say(_("written: {file}").format(file=output))
    if refused:
        sentence = refusals(sorted(refused), len(texts) + sum(line not in texts for line, _why in refused))
        raise PartialError(sentence, _("mend them and print them by themselves"))


def _usual(mode: str) -> str:
    return "card" if mode == "prepaid" else "schedule"


def _lines(refused: list[tuple[int, str]]) -> dict[int, str]:
    """What stands in each line of standard input, by its number: an id, or a JSON object that has one."""
    import json

    found: dict[int, str] = {}
    for number, line in enumerate(standard_input(_("write one id a line")).split("\n"), 1):
        text = line.strip()
        if text.startswith("{"):
            try:
                whole = json.loads(text)
            except ValueError:
                whole = {}
            text = str(whole.get("slot") or whole.get("plan") or whole.get("id") or "")
            if not text:
                refused.append((number, _("the {field} is missing").format(field="id")))
        if text:
            found[number] = text
    return found


class _Names:
    """The names of products and staff, looked up once for all plans."""

    def __init__(self, archive: Archive) -> None:
        self.products = {one.code: one.name for one in archive.all(Product)}
        self.staff = {one.code: one.name for one in archive.all(Staff)}


def _face(archive: Archive, run: Run, names: _Names, text: str, what: str) -> "PlanFace":
    """A plan with the records that its papers name; for a report with the visit: typed, or the last that was made."""
    from crmkit.sheets.write.plan_pages import PlanFace

    plan, number = plans.find_slot(archive, text, None)
    present = plans.course_of(archive, run, plan)
    if what == "strength" and plan.mode != "service":  # no other has claims
        raise InvalidError(_("{id} is not a service contract").format(id=plan.id))
    k = None
    if what == "report":
        made = [one.k for one in present.slots if one.reports]
        k = taking.slot_of(present, number if number is not None or not made else made[-1]).k
    return PlanFace(
        present=present,
        customer=holder_of(archive, plan.customer),
        cards=tuple(archive.get(Card, unit.card) for unit in present.units),
        earlier={one.card: archive.get(Card, one.card) for unit in present.units for one in unit.earlier},
        products=names.products,
        staff=names.staff,
        visits={one.visit: archive.get(Visit, one.visit) for one in present.slots if one.visit},
        k=k,
    )
