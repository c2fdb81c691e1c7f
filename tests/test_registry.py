"""Every record type fills every place: in the registry, and in the table of each room that shows or uses records."""

import pkgutil
import re
from importlib import import_module
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import labels, records
from crmkit.archive.health.check_numbers import WORDS
from crmkit.archive.merge.collisions import UNIQUE
from crmkit.commands.kit.keys import Keyed
from crmkit.commands.sync import SENTENCES
from crmkit.core.care import attention, dossier, timeline
from crmkit.core.figures import FIGURES
from crmkit.queries.contradictions import FINDERS
from crmkit.queries.due import NOTHING_DUE, WORK
from crmkit.records import BELONGING, OF_CUSTOMERS, REGISTRY, TYPES, Customer, Record, owner_of
from crmkit.sheets.report.details import SHEETS
from tests import worlds

TABLES = {  # the table of a room → the record types that have a place in it, filled or None
    "core/care/timeline.py LINES": (timeline.LINES, OF_CUSTOMERS),
    "core/care/dossier.py CONTACTS": (dossier.CONTACTS, BELONGING),
    "core/care/dossier.py PLANS": (dossier.PLANS, BELONGING),
    "core/care/attention.py CONTACTS": (attention.CONTACTS, BELONGING),
    "core/figures/__init__.py FIGURES": (FIGURES, TYPES),
    "queries/due.py WORK or NOTHING_DUE": ({*dict(WORK), *NOTHING_DUE}, TYPES),
    "queries/contradictions.py FINDERS": (FINDERS, TYPES),
    "sheets/report/details.py SHEETS": (SHEETS, TYPES),
}
NUMBERED = [t for t in TYPES if REGISTRY[t].numbers]


def fields(record_type: type[Record]) -> set[str]:
    return {field.name for field in msgspec.structs.fields(record_type)}


def name(record_type: type[Record]) -> str:
    return record_type.__name__


def test_every_record_type_stands_in_the_registry():
    for module in pkgutil.iter_modules(records.__path__):
        import_module(f"crmkit.records.{module.name}")
    assert {t for t in Record.__subclasses__() if t.__module__.startswith("crmkit.")} == set(REGISTRY)


@pytest.mark.parametrize("table", TABLES)
def test_every_record_type_fills_its_place_or_says_that_it_has_none(table):
    filled, needed = TABLES[table]
    assert [name(t) for t in needed if t not in filled] == [], f"missing in crmkit/{table}"
    assert set(filled) <= set(needed)


@pytest.mark.parametrize("record_type", TYPES, ids=name)
def test_what_the_registry_names_the_record_has(record_type):
    whose, named, _unique, numbers = REGISTRY[record_type]
    assert {*whose, *filter(None, [named])} <= fields(record_type)
    assert set(whose) <= set(record_type.refers)
    if numbers:
        assert {"number", "state", "reason", *filter(None, [numbers.alone])} <= fields(record_type)
        assert {"series", "operator", "running"} <= set(re.compile(numbers.form).groupindex)


@pytest.mark.parametrize("record_type", [t for t in TYPES if t is not Customer], ids=name)
def test_whoever_a_record_names_as_a_customer_it_belongs_to(record_type):
    """Fields of ids of customers; a merge, a split, an export and an erasure find the record by them."""
    others = {"about", "referrer"}  # what a record is about is not always a customer; who brought one is another one
    named = [field for field in record_type.refers if field not in others]
    of_customers = {field for field in named if worlds.letter_of(field, record_type) == "C"}
    assert set(REGISTRY[record_type].whose) == of_customers


@settings(max_examples=5)
@given(st.tuples(*(worlds.record(record_type, 0) for record_type in BELONGING)))
def test_what_belongs_to_one_customer_is_found_by_it_in_the_index(some):
    assert [name(type(one)) for one in some if f"ref:{owner_of(one)}" not in set(one.keys())] == []


@settings(max_examples=5)
@given(st.tuples(*(worlds.record(record_type, 0) for record_type in OF_CUSTOMERS)))
def test_what_a_line_of_the_timeline_is_has_a_word(some):
    entries = timeline.timeline(some, timeline.Names(labels.label, worlds.ZONE))
    written = {one.what for one in some if isinstance(one, records.Payment)}  # any text where another program wrote it
    assert {entry.kind for entry in entries} - written - set(labels._WORDS) == set()


@pytest.mark.parametrize("record_type", NUMBERED, ids=name)
def test_a_number_that_is_given_out_has_words_for_what_is_wrong_with_it(record_type):
    numbers, words = REGISTRY[record_type].numbers, WORDS[record_type]
    assert all((*words[:5], bool(words.alone) == bool(numbers.alone), bool(words.alone_hint) == bool(numbers.alone)))


def test_everything_that_should_be_one_alone_has_a_sentence_for_two():
    assert set(SENTENCES) == set(UNIQUE)


def test_every_record_type_that_keeps_the_key_of_a_script_can_be_asked_for_by_it():
    assert set(get_args(Keyed)) == {t for t in TYPES if {"key", "asked"} <= fields(t)}


def test_nothing_is_due_of_what_has_nothing_due():
    assert not NOTHING_DUE & {record_type for record_type, _part in WORK}
