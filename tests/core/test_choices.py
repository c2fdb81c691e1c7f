"""Fields that take one of a few codes: every way to type them takes the code and its Chinese word, nothing else."""

import pytest

from crmkit import i18n
from crmkit.core import fields, reference
from crmkit.core.calling import consents
from crmkit.core.collecting import values
from crmkit.core.data import table
from crmkit.core.selling.orders import RISKS
from crmkit.errors import InvalidError
from crmkit.records import Site, Staff, customer, event, message, order, visit, work
from crmkit.records import reference as stored
from crmkit.sheets.labels import label
from tests.core.desk import a_customer, a_run

LISTS = {
    "sex": customer.SEXES, "source": customer.SOURCES, "character": customer.CHARACTERS, "tick": customer.TICKS,
    "consent": customer.CONSENTS, "channel": customer.NO_CONTACT, "event kind": event.EVENT_KINDS,
    "answer": event.ANSWERS, "message channel": message.CHANNELS, "terms": order.TERMS, "risk": RISKS,
    "method of payment": order.METHODS, "role": stored.ROLES, "site kind": stored.SITE_KINDS,
    "site form": stored.SITE_FORMS, "site method": stored.SITE_METHODS, "visit purpose": visit.VISIT_PURPOSES,
    "gift": visit.GIFTS, "callback purpose": work.PURPOSES, "outcome": work.OUTCOMES, "mood": work.MOODS,
}  # fmt: skip
WORDS = {code: words.split() for code, words in table("choices.tsv")}


@pytest.mark.parametrize("name", LISTS)
def test_every_code_of_a_closed_list_has_a_chinese_word_of_its_own(name):
    codes = LISTS[name]
    assert {code: fields.code_of(WORDS[code][0], codes) for code in codes} == {code: code for code in codes}
    assert all(fields.code_of(word, codes) == code for code in codes for word in WORDS[code])


@pytest.mark.parametrize("name", sorted(set(LISTS) - {"method of payment", "gift", "site kind"}))
def test_the_word_that_a_table_shows_is_taken_back(name):
    with i18n.speaking("zh"):
        shown = {label(code): code for code in LISTS[name] if label(code) != code}
    assert {word: fields.code_of(word, LISTS[name]) for word in shown} == shown


@pytest.mark.parametrize("name", LISTS)
def test_anything_else_is_refused_with_the_choices(name):
    with pytest.raises(InvalidError) as refused:
        fields.choice(*LISTS[name])("不存在的词")
    assert refused.value.hint == f"one of: {', '.join(LISTS[name])}"


@pytest.mark.parametrize(
    ("record_type", "field", "typed", "kept"),
    [
        (Staff, "roles", "筛选，Screener,维修", ("screener", "technician")),
        (Staff, "roles", "服务专员", ("service",)),
        (Site, "kind", "公园", "park"),
        (Site, "form", "走出去", "go-out"),
        (Site, "method", "团队设点", "stand"),
    ],
)
def test_reference_data_is_added_and_edited_with_the_words_in_use(record_type, field, typed, kept):
    run = a_run()
    key = reference.NAMED_BY[record_type]
    (added,) = reference.add(run, record_type, {key: "X", field: typed}, ()).puts
    (edited,) = reference.edit(run, record_type(id="X", **{key: "X"}), [f"{field}={typed}"], (), ()).puts
    attribute = "site_kind" if field == "kind" else field
    assert getattr(added, attribute) == getattr(edited, attribute) == kept
    for wrong in ("筛", "screner"):
        with pytest.raises(InvalidError, match=f"{field}: {wrong} is not known"):
            reference.add(run, record_type, {key: "X", field: wrong}, ())
        with pytest.raises(InvalidError, match=f"{field}: {wrong} is not known"):
            reference.edit(run, record_type(id="X", **{key: "X"}), [f"{field}={wrong}"], (), ())


def test_a_role_that_the_settings_name_is_a_role():
    run = a_run()
    own = reference.readers_of(run, Staff)["roles"]
    assert own("screener,speaker") == ("screener", "speaker")
    assert {rule.role for rule in run.settings.callback.rules} - {""} <= set(stored.ROLES)


@pytest.mark.parametrize(("word", "code"), [("外拓", "outreach"), ("电视", "media-tv"), ("转介绍", "referral")])
def test_a_source_is_taken_by_its_word(word, code):
    assert values.source(word) == code


def test_consents_and_channels_are_taken_by_their_words():
    change = consents.refuse(a_run(), a_customer(), ["电话", "短信"], "")
    assert change.puts[0].do_not_contact == ("call", "sms")
