"""Claims beside the rivals': what takes the place of what, and what two operators wrote unites."""

from datetime import date

import msgspec
import pytest

from crmkit.archive.merge.merge import record
from crmkit.core.plans.strength import note, rivals_of
from crmkit.errors import InvalidError
from crmkit.records import Plan
from crmkit.records.plan import Rival, Strength
from crmkit.records.shape import shape_of

PLAN = Plan(id="PL2601-00000001", customer="C2611-00000001", mode="service", starts_on=date(2026, 1, 1))


def noted(plan, claim, **said):
    return next(iter(note(plan, claim, **said).puts))


FAST = noted(PLAN, "快", proofs=["工单"], own="20小时", rivals=["甲=48", "乙＝36"])


def test_what_is_given_takes_the_place_of_what_was_there_and_the_rest_stays():
    rivals = (Rival(name="甲", value="48"), Rival(name="乙", value="36"))
    assert FAST.strengths == (Strength(claim="快", proofs=("工单",), own="20小时", rivals=rivals),)
    changed = noted(FAST, "快", proofs=[" 来信 ", "来信", ""], rivals=["甲=47", "甲=46"]).strengths[0]
    assert changed == Strength(claim="快", proofs=("来信",), own="20小时", rivals=(Rival(name="甲", value="46"),))
    assert noted(FAST, "快") == FAST


@pytest.mark.parametrize("text", ["甲", "=48", " ＝48"])
def test_a_rival_without_a_name_or_a_value_is_refused(text):
    with pytest.raises(InvalidError, match="is not NAME=VALUE"):
        note(PLAN, "快", rivals=[text])


def test_the_rivals_of_all_claims_stand_in_the_order_in_which_they_are_named():
    assert rivals_of(noted(FAST, "全", rivals=["丙=1", "甲=2"]).strengths) == ["甲", "乙", "丙"]


def test_claims_proofs_and_rivals_of_two_operators_are_united_without_a_conflict():
    ours = noted(noted(FAST, "快", proofs=["工单", "来信"]), "全", own="98%")
    theirs = noted(noted(FAST, "快", rivals=["甲=48", "乙=36", "丙=次日"]), "省", own="低")
    base, one, other = (msgspec.to_builtins(plan) for plan in (FAST, ours, theirs))
    merged, clashes = record(PLAN.id, base, one, other, shape_of(Plan))
    assert clashes == []
    found = {one["claim"]: one for one in merged["strengths"]}
    assert sorted(found) == sorted(["快", "全", "省"])
    assert found["快"]["proofs"] == ("工单", "来信")
    assert [one["name"] for one in found["快"]["rivals"]] == ["甲", "乙", "丙"]
