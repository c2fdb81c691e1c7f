"""The competitive-strength sheet of a service contract (竞争力表): a table to read, and rows to fill in."""

from collections.abc import Iterator

from crmkit.core.plans.strength import rivals_of
from crmkit.i18n import _
from crmkit.labels import label
from crmkit.records import Customer, Plan
from crmkit.sheets.write.forms import TALL
from crmkit.sheets.write.papers import WHOLE, PaperBlock, beside_code, gap, pairs, table_lines

MOST_RIVALS = 3  # beside each other
EMPTY_ROWS = 8


def strength_lines(plan: Plan, customer: Customer, term: str) -> Iterator[PaperBlock]:
    """Each claim with its proofs, their own value and that of each rival; a claim without proof says so in red."""
    unproven = sum(not one.proofs for one in plan.strengths)
    yield beside_code(
        *pairs((_("Customer"), customer.name), (_("Kind"), label(f"mode-{plan.mode}"))),
        *pairs((_("Valid"), term), (_("Unproven"), str(unproven))),
    )
    rivals = rivals_of(plan.strengths)
    for start in range(0, max(1, len(rivals)), MOST_RIVALS):
        beside = rivals[start : start + MOST_RIVALS]
        each = MOST_RIVALS // max(1, len(beside))
        own = WHOLE - 5 - each * len(beside)
        columns = ((_("Claim"), 2), (_("Proofs"), 3), (_("Own value"), own), *((name, each) for name in beside))
        rows = []
        for one in plan.strengths:
            values = {rival.name: rival.value for rival in one.rivals}
            told = (one.claim, "\n".join(one.proofs) or _("no proof"), one.own)
            rows.append((*told, *(values.get(name, "") for name in beside)))
        yield gap()
        empty = (_("no claims yet"), *[""] * (len(columns) - 1))
        yield from table_lines(columns, rows or [empty], least=TALL, doubt=_("no proof"))
    yield gap()


def rows_to_fill_in(plan: Plan, customer: Customer) -> Iterator[dict[str, object]]:
    """The rows of STRENGTHS: what is claimed already, and empty ones."""
    known: dict[str, object] = {"name": customer.name, "plan": plan.id}
    for one in plan.strengths:
        rivals = "\n".join(f"{rival.name}={rival.value}" for rival in one.rivals)
        yield {**known, "claim": one.claim, "proof": "\n".join(one.proofs), "own": one.own, "rival": rivals}
    yield from [known] * EMPTY_ROWS
