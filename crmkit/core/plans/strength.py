"""The competitive strengths of a company under a service contract (竞争力表): claim, proofs, own value, rivals'."""

import re
from collections.abc import Sequence

import msgspec

from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records import Plan
from crmkit.records.change import Change
from crmkit.records.plan import Rival, Strength

_RIVAL = re.compile(r"([^=＝]+)[=＝](.*)", re.DOTALL)


def note(
    plan: Plan, claim: str, *, proofs: Sequence[str] | None = None, own: str | None = None,
    rivals: Sequence[str] | None = None, remove: bool = False,
) -> Change:  # fmt: skip
    """What is given of a claim takes the place of what was there, None stays; `rivals` are texts NAME=VALUE.

    InvalidError for a plan of another mode, for a claim to take away that is not there, for a rival without a name.
    """
    if plan.mode != "service":
        raise InvalidError(_("{id} is not a service contract").format(id=plan.id))
    had = next((one for one in plan.strengths if one.claim == claim), None)
    if remove:
        if had is None:
            raise InvalidError(
                _("{id} has no claim {claim}").format(id=plan.id, claim=claim),
                _("those there are: crmkit plan strength {id}").format(id=plan.id),
            )
        return _changed(plan, tuple(one for one in plan.strengths if one is not had))
    old = had or Strength(claim=claim)
    new = Strength(
        claim=claim,
        proofs=old.proofs if proofs is None else tuple(dict.fromkeys(filter(None, map(str.strip, proofs)))),
        own=old.own if own is None else own.strip(),
        rivals=old.rivals if rivals is None else _rivals(rivals),
    )
    if had is None:
        return _changed(plan, (*plan.strengths, new))
    return _changed(plan, tuple(new if one is had else one for one in plan.strengths))


def rivals_of(strengths: Sequence[Strength]) -> list[str]:
    """Everybody whose value is told of some claim, in the order in which they are named."""
    return list(dict.fromkeys(name for one in strengths for name in (rival.name for rival in one.rivals)))


def _rivals(texts: Sequence[str]) -> tuple[Rival, ...]:
    """By their names, of one that is named twice what was said last."""
    named: dict[str, Rival] = {}
    for text in filter(None, map(str.strip, texts)):
        found = _RIVAL.fullmatch(text)
        if found is None or not found[1].strip():
            raise InvalidError(_("{value} is not NAME=VALUE").format(value=text), field="rival")
        named[found[1].strip()] = Rival(name=found[1].strip(), value=found[2].strip())
    return tuple(named.values())


def _changed(plan: Plan, strengths: tuple[Strength, ...]) -> Change:
    return Change(puts=(msgspec.structs.replace(plan, strengths=strengths),), ids=(plan.id,), counts={"noted": 1})
