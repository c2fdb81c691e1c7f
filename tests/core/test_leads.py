"""Customer files: searching, editing, adding by hand."""

from datetime import date, datetime

import msgspec
import pytest

from crmkit import i18n
from crmkit.core.collecting.draft import draft_of
from crmkit.core.collecting.intake import add, held_by
from crmkit.core.collecting.known import Known
from crmkit.core.leads import LeadFilter, LeadNames, edit
from crmkit.core.people.deepfile import fit
from crmkit.errors import AmbiguousError, InvalidError, RepeatError
from crmkit.records import Assignment, Callback, Customer, Decision, Touch
from crmkit.records.customer import Consent, Phone
from tests.tables import NOW, run


def customer(number="13900541731", **fields):
    numbers = (Phone(raw=number, e164=f"+86{number}", kind="mobile", state="confirmed"),) if number else ()
    return Customer(**{"id": f"C2611-{number[-8:]:0>8}", "name": "张秀英", "phones": numbers, **fields})


ZHANG = customer(
    source="outreach", site="时间公园", collector="LN", owner="WQ", address="青年路1号", notes=("爱好: 太极拳",),
    tags=("VIP",), district="朝阳", grade="A",
    collected_at=datetime(2026, 11, 12, 9, tzinfo=NOW.tzinfo),
)  # fmt: skip


@pytest.mark.parametrize(
    "wanted",
    [
        {}, {"source": "outreach"}, {"site": "时间公园"}, {"collector": "LN"}, {"owner": "WQ"}, {"stage": "new"},
        {"owner": None}, {"district": "朝阳"}, {"grade": "A"},
        {"since": date(2026, 11, 12)}, {"text": "秀英"}, {"text": "張"}, {"text": "太極"}, {"text": "青年路"},
        {"text": "0054 1731"}, {"tag": "vip"}, {"suspect": False}, {"shared": False}, {"with_phone": True},
    ],
)  # fmt: skip
def test_a_list_shows_what_fits(wanted):
    assert LeadFilter(**wanted).fits(ZHANG)


@pytest.mark.parametrize(
    "wanted",
    [
        {"source": "shop"}, {"site": "时间"}, {"collector": "WQ"}, {"owner": "LN"}, {"owner": ""},
        {"grade": "B"}, {"district": "海淀"}, {"stage": "buyer"}, {"text": "541"},
        {"since": date(2026, 11, 13)}, {"text": "李"}, {"tag": "V"}, {"suspect": True}, {"shared": True},
        {"with_phone": False},
    ],
)  # fmt: skip
def test_a_list_leaves_out_what_does_not_fit(wanted):
    assert not LeadFilter(**wanted).fits(ZHANG)


def test_an_alias_is_in_no_list():
    assert not LeadFilter().fits(customer(merged_into="C2611-00000000"))


PLANNED = Callback(id="B2611-00000001", customer=ZHANG.id, purpose="cadence", due_at=NOW, owner="WQ")
THEIRS = Callback(id="B2611-00000002", customer=ZHANG.id, purpose="screening", due_at=NOW, owner="ZM")


def names(*others):
    def refuse(text):
        raise InvalidError(f"unknown {text}")

    return LeadNames(
        staff=lambda text: {"李娜": "LN"}.get(text) or refuse(text),
        site=lambda text: text,
        customer=lambda text: text,
        moment=datetime.fromisoformat,
        holders=lambda number: [other for other in others if number in {p.e164 for p in other.phones}],
        file=lambda identifier: customer(id=identifier),
        callbacks=lambda customer: [PLANNED, THEIRS],
    )


def edited(*sets, unsets=(), others=()):
    change = edit(run(), ZHANG, sets, unsets, names(*others))
    return change.puts[0]


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("name=李桂兰", "李桂兰"), ("sex=女", "female"), ("birthday=农历八月十五", "lunar:--08-15"), ("age_about=70",
        70),
        ("source=电台", "media-radio"), ("owner=李娜", "LN"), ("stage=buyer", "buyer"), ("stage=new", ""),
        ("grade=A", "A"),
        ("district=朝阳", "朝阳"), ("ethnicity=回族", "回族"), ("former_employer=棉纺厂", "棉纺厂"),
        ("family=与女儿同住", "与女儿同住"),
        ("housing=自有", "自有"), ("wedding_day=1976-10-01", "1976-10-01"), ("character=lively", "lively"),
        ("hobbies=太极拳，唱歌", ("太极拳", "唱歌")), ("needs=净水", "净水"), ("not_bought=再考虑", "再考虑"),
        ("education=是", True),
        ("means=no", False), ("awareness=unknown", None), ("matching_need=", None),
        ("suspect=yes", True), ("tags=a,b", ("a", "b")), ("notes=", ()), ("external_id=A7", "A7"),
    ],
)  # fmt: skip
def test_a_field_is_set_by_its_own_reader(pair, value):
    assert getattr(edited(pair), pair.partition("=")[0]) == value


@pytest.mark.parametrize(
    "pair",
    [
        "colour=red", "sex=x", "birthday=1953-02-30", "birthday=yesterday", "age_about=old", "source=x", "owner=ZZ",
        "stage=x", "grade=D", "suspect=maybe", "phones=123", "phones=13900541731 12", "phone=", "note=", "name",
        "shared=yes", "character=happy", "wedding_day=soon", "education=maybe", "health_notes=高血压", "pinned=yes",
        "name=a\x1bb",
    ],
)  # fmt: skip
def test_what_a_field_cannot_hold_is_refused(pair):
    with pytest.raises(InvalidError):
        edited(pair)


def test_a_number_and_a_note_are_added_and_what_is_known_of_a_number_stays():
    changed = edited("phone=138 0054 1732", "note=回电", "phone=13900541731")
    assert [(phone.e164[-4:], phone.state) for phone in changed.phones] == [("1731", "confirmed"), ("1732", "")]
    assert changed.notes == ("爱好: 太极拳", "回电")
    replaced = edited("phones=138 0054 1732、13900541731")
    assert [(phone.e164[-4:], phone.state) for phone in replaced.phones] == [("1732", ""), ("1731", "confirmed")]


def test_unset_empties_a_field():
    assert edited(unsets=["address", "phones"]).address == edited(unsets=["notes"]).owner.replace("WQ", "") == ""


def test_notes_about_health_need_the_consent_that_holds():
    def noted(*consents):
        file = msgspec.structs.replace(ZHANG, consents=consents)
        return edit(run(), file, ["health_notes=高血压"], (), names()).puts[0].health_notes

    assert noted(Consent(purpose="health", given_at=NOW)) == "高血压"
    for refused in (
        Consent(purpose="contact", given_at=NOW),
        Consent(purpose="health", given_at=NOW, withdrawn_at=NOW),
        Consent(purpose="health"),
    ):
        with pytest.raises(InvalidError, match="consent") as error:
            noted(refused)
        assert "customer consent" in error.value.hint


def test_what_is_noted_about_health_can_be_taken_out_without_a_consent():
    file = msgspec.structs.replace(ZHANG, health_notes="高血压")
    assert edit(run(), file, (), ["health_notes"], names()).puts[0].health_notes == ""


def test_fit_counts_what_is_there_and_what_is_unknown():
    assert fit(ZHANG) == (0, 4)
    assert fit(msgspec.structs.replace(ZHANG, education=True, means=True, awareness=False)) == (2, 1)


def test_another_owner_is_a_move_that_is_recorded_and_takes_the_callbacks_along():
    change = edit(run(), ZHANG, ["owner=李娜"], (), names())
    (move,) = [record for record in change.puts if isinstance(record, Assignment)]
    assert (move.before, move.to, move.how, move.by) == ("WQ", "LN", "hand", "LN")
    assert [(c.id, c.owner) for c in change.puts if isinstance(c, Callback)] == [(PLANNED.id, "LN")]
    assert len(edit(run(), ZHANG, ["address=x"], (), names()).puts) == 1


def test_a_number_of_another_person_marks_both_files():
    other = customer("13800541732", name="李桂兰")
    change = edit(run(), ZHANG, ["phone=13800541732"], (), names(other))
    assert [record.shared for record in change.puts] == [True, True]
    assert other.id in change.notes[0]


def contact(**typed):
    return draft_of(run(), {name: [value] for name, value in typed.items()}, None)


def added(known, decision="", household=None, **typed):
    return add(run(), contact(**typed), known, decision=decision, household=household)


def test_a_known_number_answers_who_holds_it():
    last = {ZHANG.id: datetime(2026, 11, 20, tzinfo=NOW.tzinfo)}
    with pytest.raises(RepeatError) as refused:
        add(run(), contact(name="李建国", phone="139 0054 1731"), Known([ZHANG]), last_contact=last)
    assert refused.value.message == (
        f"13900541731 is held by {ZHANG.id} 张秀英: source outreach, owner WQ, last contact 2026-11-20, stage new"
    )
    assert refused.value.exit_code == 4


def test_who_holds_a_number_is_told_in_the_words_of_the_operator():
    with i18n.speaking("zh"):
        said = held_by(ZHANG, ZHANG.phones, None)
    assert "来源 外拓，" in said and said.endswith("阶段 未筛选")
    assert "outreach" not in said


def test_touch_adds_a_contact_to_the_file():
    change = added(Known([ZHANG]), "touch", name="张阿姨", phone="13900541731", source="电台")
    (touch,) = [record for record in change.puts if isinstance(record, Touch)]
    assert (touch.customer, touch.name_given, touch.source) == (ZHANG.id, "张阿姨", "media-radio")
    assert (change.ids, change.counts) == ((ZHANG.id,), {"added": 0, "repeat": 1})


def test_touch_does_not_choose_between_two_people():
    known = Known([ZHANG, customer("13900541731", id="C2611-00000001", name="王志明")])
    with pytest.raises(AmbiguousError):
        added(known, "touch", name="李桂兰", phone="13900541731")


def test_a_household_is_two_files_and_a_decision():
    change = added(Known([ZHANG]), "household", ZHANG, name="李建国", phone="13900541731")
    files = {record.name: record for record in change.puts if isinstance(record, Customer)}
    assert files["李建国"].household == files["张秀英"].household != ""
    (decision,) = [record for record in change.puts if isinstance(record, Decision)]
    assert (decision.verdict, {decision.a, decision.b}) == ("household", {c.id for c in files.values()})


def test_new_is_a_file_of_its_own_that_is_not_asked_about_again():
    change = added(Known([ZHANG]), "new", name="李建国", phone="13900541731")
    (file,) = [record for record in change.puts if isinstance(record, Customer)]
    (decision,) = [record for record in change.puts if isinstance(record, Decision)]
    assert (file.shared, decision.verdict) == (False, "distinct")


@pytest.mark.parametrize("decision", ["touch", "new"])
def test_a_decision_about_a_number_nobody_has_is_no_obstacle(decision):
    assert added(Known(), decision, name="李建国", phone="13900541731").counts["added"] == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"phone": "123"}, {"phone": "13900541731 1380054173"}, {"birthday": "1953-02-30"}, {"sex": "x"}, {"age": "old"},
        {"source": "x"}, {"colour": "red"}, {"name": "a\x1bb"},
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_refused(typed):
    assert added(Known(), name="张秀英", phone="13900541731").counts["added"] == 1
    with pytest.raises(InvalidError):
        added(Known(), **{"name": "张秀英", "phone": "13900541731"} | typed)


def test_without_a_number_a_name_needs_an_address_or_a_birth_date():
    with pytest.raises(InvalidError, match="no phone number"):
        added(Known(), name="张秀英")
    assert added(Known(), name="张秀英", birthday="1953-01-02").counts["added"] == 1
