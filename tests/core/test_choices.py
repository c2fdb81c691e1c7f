"""Fields that take one of a few codes: every way to type them takes the code and its Chinese word, nothing else."""

from itertools import chain

import pytest

from crmkit import i18n
from crmkit.commands import lead_assign, lead_audit, report_yield
from crmkit.core import accounts, callbacks, fields, leads, reference, values
from crmkit.core.assigning import screening
from crmkit.core.calling import calls, callsheet, talking_points
from crmkit.core.care import cadence, dossier, honour
from crmkit.core.collecting import contacts, draft, intake, recheck
from crmkit.core.data import table
from crmkit.core.dedupe import people
from crmkit.core.events import event_figures, events, invitations
from crmkit.core.figures import calling as figures_of_calling
from crmkit.core.figures import screening as figures_of_screening
from crmkit.core.figures import yields
from crmkit.core.messages import mailing, templates
from crmkit.core.people import consents, deepfile, merge, reach
from crmkit.core.phones import reading
from crmkit.core.planning import planning
from crmkit.core.selling.orders import RISKS
from crmkit.errors import InvalidError
from crmkit.labels import label
from crmkit.queries import visits as visit_lookup
from crmkit.queries import work as work_commands
from crmkit.records import (
    BELONGING,
    REGISTRY,
    TYPES,
    Site,
    Staff,
    assignment,
    customer,
    event,
    message,
    order,
    visit,
    work,
)
from crmkit.records import reference as stored
from tests.core.desk import a_customer, a_run

LISTS = {
    "sex": customer.SEXES, "source": customer.SOURCES, "character": customer.CHARACTERS, "tick": customer.TICKS,
    "consent": customer.CONSENTS, "channel": customer.NO_CONTACT, "event kind": event.EVENT_KINDS,
    "answer": event.ANSWERS, "message channel": message.CHANNELS, "terms": order.TERMS, "risk": RISKS,
    "method of payment": order.METHODS, "role": stored.ROLES, "site kind": stored.SITE_KINDS,
    "site form": stored.SITE_FORMS, "site method": stored.SITE_METHODS, "visit purpose": visit.VISIT_PURPOSES,
    "gift": visit.GIFTS, "callback purpose": work.PURPOSES, "outcome": work.OUTCOMES, "mood": work.MOODS,
    "screening": tuple(screening.OUTCOMES),
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
    key = REGISTRY[record_type].named
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


STAGES = ("", "screened", "buyer", "lost")
SAME_CODES = {  # a list of the rules → the record's own, of which it has every code
    "states of numbers in a union": (merge.PHONE_STATES, customer.PHONE_STATES),
    "stages in a union": (merge.STAGES, STAGES),
    "stages that lists show": (leads.STAGES, ("new", *STAGES[1:])),
    "stages that a screening gives": ({to for _call, to in screening.OUTCOMES.values()}, {"", "screened", "lost"}),
    "words for sources": (values.SOURCE_WORDS, customer.SOURCES),
    "words for characters": (values.CHARACTER_WORDS, customer.CHARACTERS),
    "criteria of honour and 3A": ((*customer.HONOUR, honour.WIDE_CIRCLE), customer.TICKS),
    "outlines of calls": (talking_points.STEPS, work.PURPOSES),
    "false numbers in dedupe": (people._FALSE_STATES, recheck.FALSE),
    "numbers that are not the person's": ((*customer.NOT_THEIRS, "mismatch"), recheck.FALSE),
    "ways to give files": (lead_assign.WAYS, assignment.WAYS[:3]),
    "answers to an invitation": (event_figures.MEASURES.keys() & set(event.ANSWERS), event.ANSWERS),
    "states of guests": (events.GUEST_STATES, ("invited", "delivered", *event.ANSWERS, "attended", "absent", "void")),
    "results of a second question": (recheck.RESULTS, ("match", "mismatch", "refused", "gone")),
    "what a file brought": (intake.OUTCOMES, (*intake.TAKEN, "unchanged", "rejected")),
    "states of an order's account": (accounts.STATES, (
        "unpriced", "open", "part-paid", "paid", "part-returned", "returned", "cancelled",
    )),
    "filters of callbacks": (work_commands.STATES, ("open", "all", "done", "cancelled", "stopped")),
    "filters of visits": (visit_lookup.STATES, ("open", "all", "done", "cancelled", "missed")),
    "directions of calls": (calls.DIRECTIONS, ("", "out", "in")),
}  # fmt: skip
SOME_CODES = {  # a list of the rules → the record's own, of which it has some
    "where no more calls are planned": (consents.NO_LONGER_PLANNED, ("done", "cancelled", "missed", "stopped")),
    "closed callbacks": (callbacks.CLOSED, ("done", "cancelled", "stopped")),
    "standing callbacks": (planning.STILL_PLANNED, ("", "stopped")),
    "outcomes of a screening": ({outcome for outcome, _stage in screening.OUTCOMES.values()}, work.OUTCOMES),
    "outcomes that tell of a number": (recheck.SHOWN_BY_CALL, work.OUTCOMES),
    "what they tell": (recheck.SHOWN_BY_CALL.values(), customer.PHONE_STATES),
    "false numbers": (recheck.FALSE, customer.PHONE_STATES),
    "no answer to a second question": (recheck.WITHOUT_ANSWER, recheck.RESULTS),
    "outcomes of dialling": (calls.OF_THE_NUMBER, work.OUTCOMES),
    "what is avoided": (talking_points.AVOID, work.PURPOSES),
    "who speaks": (callsheet._SPEAK_AS, customer.SOURCES),
    "titles": (callsheet._TITLES, customer.SEXES),
    "contacts by number": (reach.BY_NUMBER, customer.NO_CONTACT),
    "consents that are needed": (customer.NEEDED, customer.CONSENTS),
    "services": (reach.SERVICES, (*work.PURPOSES, *visit.VISIT_PURPOSES)),
    "invitations": (invitations.CHANNELS, customer.NO_CONTACT),
    "ways of the cadence": (cadence.WAYS.values(), (*work.PURPOSES, *visit.VISIT_PURPOSES)),
    "calls that are care": (figures_of_calling.CARE_CALLS, work.PURPOSES),
    "the visit that is care": ([figures_of_calling.CARE_VISIT], visit.VISIT_PURPOSES),
    "spoken with at a screening": (figures_of_screening.SPOKEN, work.OUTCOMES),
    "spoken with": (dossier._SPOKEN, work.OUTCOMES),
    "periods of messages": (mailing.PERIODS, templates.OCCASIONS),
    "messages to guests": (templates.EVENT_OCCASIONS, templates.OCCASIONS),
    "closed accounts": (accounts.CLOSED, accounts.STATES),
    "kinds of a person's numbers": (reading._OF_PEOPLE, customer.PHONE_KINDS),
    "kinds that have extensions": (chain(*reading._WITH_EXTENSION.values()), customer.PHONE_KINDS),
    "files that are audited": (lead_audit.AUDITED, STAGES),
    "shares of an event": ({*event_figures.OUT_OF, *event_figures.OUT_OF.values()}, event_figures.MEASURES),
    "columns of a yield": ({*report_yield.COUNTED, *report_yield.SHARES}, yields.YIELD),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME_CODES)
def test_a_list_of_the_rules_has_every_code_of_the_record(name):
    own, records = SAME_CODES[name]
    assert sorted(own) == sorted(records)


@pytest.mark.parametrize("name", SOME_CODES)
def test_a_list_of_the_rules_has_no_code_that_the_record_does_not_have(name):
    own, records = map(list, SOME_CODES[name])
    assert own
    assert [code for code in own if code not in records] == []


FIELDS = {  # lists of names of fields → the struct that has them
    "facts of a union": (merge.NOTED, customer.Customer),
    "the deep file": ((*deepfile.TEXTS, *deepfile.FIT), customer.Customer),
    "filled by a sheet": (contacts.FILLED, customer.Customer),
    "taken as in records": (draft.AS_IN_RECORDS, customer.Customer),
    "lists that are merged": (merge.LISTS, customer.Customer),
    "parts that are merged": (merge.PARTS, customer.Customer),
    "keys of numbers": (merge.PARTS["phones"], customer.Phone),
    "keys of consents": (merge.PARTS["consents"], customer.Consent),
    "keys of ticks": (merge.PARTS["ticks"], customer.Tick),
    "what an event is asked": ({"event_kind" if name == "kind" else name for name in events.READERS}, event.Event),
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_the_rules_name_is_one_of_the_record(name):
    named, struct = FIELDS[name]
    assert named
    assert [field for field in named if field not in struct.__struct_fields__] == []


def test_every_record_of_one_customer_moves_with_the_file():
    of_one = {t for t in TYPES if "customer" in t.__struct_fields__}
    assert set(BELONGING) == of_one
