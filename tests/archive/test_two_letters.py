"""A kind whose ids begin with two letters, made up here, goes through everything that an archive does with a record."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec
import pytest

from crmkit import records
from crmkit.archive.archive import opened
from crmkit.archive.health.check import check
from crmkit.archive.health.salvage import salvaged
from crmkit.archive.history.history import record_changes
from crmkit.archive.history.reversal import ids_in
from crmkit.archive.repository.git import Git
from crmkit.archive.store import layout
from crmkit.archive.store.shards import kind_of
from crmkit.errors import AmbiguousError, DamagedError, NotFoundError
from crmkit.queries.finding import find_customer, find_record
from crmkit.records import Conflict, Customer, Record, Touch, type_of
from crmkit.records.base import ID_PATTERN, month_of, new_id, typed_id
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk
from tests.archive.exchange import add, desks, sync

ANNA = Customer(id="C2611-00000001", name="张秀英")


class Ticket(Record, frozen=True, kw_only=True, gc=False):
    """A kind to come: `CT` begins with the letter of customers and ends with that of touches."""

    kind: ClassVar[str] = "tickets"
    letter: ClassVar[str] = "CT"
    refers: ClassVar[tuple[str, ...]] = ("customer",)
    customer: str = ""
    symptom: str = ""

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, and its symptom, which may end like another key."""
        yield f"ref:{self.customer}"
        yield f"symptom:{self.symptom}"


ONE = Ticket(id="CT2611-00000001", customer=ANNA.id, symptom="no steam")
TWO = Ticket(id="CT2611-00000002", customer=ANNA.id, symptom="no")


@pytest.fixture
def desk(archive, monkeypatch) -> Desk:
    """An archive with a customer and a ticket."""
    monkeypatch.setitem(records.BY_KIND, "tickets", Ticket)
    monkeypatch.setitem(records._BY_LETTER, "CT", Ticket)
    monkeypatch.setitem(records.REGISTRY, Ticket, records.RecordFacts(records.ONE, "", (), None))
    monkeypatch.setattr(records, "TYPES", (*records.TYPES, Ticket))
    monkeypatch.setattr(layout, "FOLDERS", (*layout.FOLDERS, "tickets"))
    desk = Desk(archive)
    add(desk, ANNA, Touch(id="T2611-00000001", customer=ANNA.id, at=NOW))
    add(desk, ONE)
    return desk


@pytest.mark.parametrize("identifier", ["C2611-7k3q9xab", "CT2611-7k3q9xab"])
def test_an_id_has_one_or_two_letters(identifier):
    assert ID_PATTERN.fullmatch(identifier)
    assert month_of(identifier) == "2026-11"
    assert typed_id(f" {identifier.lower()} ") == identifier


@pytest.mark.parametrize("identifier", ["2611-7k3q9xab", "CTX2611-7k3q9xab", "c2611-7k3q9xab", "CT2611-7k3q9xa"])
def test_an_id_has_no_other_number_of_letters(identifier):
    assert not ID_PATTERN.fullmatch(identifier)
    assert kind_of(identifier) is None


@pytest.mark.parametrize(
    ("text", "record_type"),
    [("C2611-7k3q9xab", Customer), ("C2", Customer), ("C", Customer), ("CT2611-7k3q9xab", Ticket), ("CT2", Ticket),
     ("T2611-7k3q9xab", Touch), ("CX2611-7k3q9xab", None), ("Chen", None), ("CHEN", None), ("CTX2", None),
     ("", None), ("2611", None), ("张秀英", None)],
)  # fmt: skip
def test_the_type_of_an_id_follows_from_all_of_its_letters(desk, text, record_type):
    assert type_of(text) is record_type


def test_no_two_kinds_share_their_letters():
    assert len({one.letter for one in records.TYPES}) == len(records.TYPES)
    assert all(kind_of(new_id(one.letter, NOW)) == one.kind for one in records.TYPES)


def test_it_is_stored_in_a_folder_of_its_own_and_found_by_id_and_keys(desk):
    add(desk, TWO)
    assert (desk.root / "tickets" / "2026-11.json").is_file()
    with opened(desk.root, exclusive=False, wait=5) as archive:
        assert [t.symptom for t in archive.all(Ticket)] == ["no steam", "no"]
        assert [t.id for t in archive.of(Ticket, ANNA.id)] == [ONE.id, TWO.id]
        assert [t.id for t in archive.of(Touch, ANNA.id)] == ["T2611-00000001"]
        assert archive.find(Ticket, "symptom:no") == [archive.get(Ticket, TWO.id)]
        assert archive.index.ids_by_value("symptom") == {"no": [TWO.id], "no steam": [ONE.id]}
        assert archive.index.ids_sharing("ref", "ref") == ["CT2611-00000001", "CT2611-00000002", "T2611-00000001"]
        assert archive.index.ids_between("symptom:no ", "symptom:no~") == [TWO.id, ONE.id]
        assert find_record(archive, Ticket, " ct2611-00000001").id == ONE.id
        with pytest.raises(AmbiguousError, match="CT2611-00000002"):
            find_record(archive, Ticket, "ct26")
        with pytest.raises(NotFoundError):
            find_record(archive, Customer, ONE.id)
        assert find_customer(archive, "c2611-0").id == ANNA.id


def test_the_index_built_anew_finds_the_same(desk):
    (desk.root / ".crmkit" / "index.sqlite").unlink()
    with opened(desk.root, exclusive=True, wait=5) as archive:
        assert archive.index.counts() == {"customers": 1, "tickets": 1, "touches": 1}
        assert [t.id for t in archive.of(Ticket, ANNA.id)] == [ONE.id]


def test_its_history_is_told_and_its_run_taken_back(desk):
    desk.run(lambda a: a_change(a, symptom="leaks"))
    with opened(desk.root, exclusive=False, wait=5) as archive:
        changes = [(c.field, c.old, c.new) for c in record_changes(archive.git, [ONE.id]) if c.field == "symptom"]
    assert changes == [("symptom", "no steam", "leaks"), ("symptom", None, "no steam")]
    desk.undo()
    with opened(desk.root, exclusive=False, wait=5) as archive:
        assert archive.get(Ticket, ONE.id).symptom == "no steam"


def a_change(archive, **values):
    return Change(puts=(msgspec.structs.replace(archive.get(Ticket, ONE.id), **values),))


def test_two_operators_edits_of_it_are_merged_field_by_field_and_a_clash_is_listed(desk, tmp_path):
    li, wang = desks(desk.root, tmp_path, 2)
    li.run(lambda a: a_change(a, symptom="leaks"))
    wang.run(lambda a: a_change(a, symptom="smells"))
    add(wang, TWO)
    for one in (li, wang, li):
        sync(one)
    assert Git(li.root).head() == Git(wang.root).head()
    with opened(li.root, exclusive=False, wait=5) as archive:
        (conflict,) = archive.all(Conflict)
        assert (conflict.record, conflict.field) == (ONE.id, ("symptom",))
        assert {conflict.kept, conflict.other} == {"leaks", "smells"}
        assert archive.get(Ticket, TWO.id).symptom == "no"


def test_check_finds_nothing_wrong_and_names_it_where_its_customer_is_gone(desk):
    assert problems(desk) == []
    add(desk, Ticket(id="CT2611-00000003", customer="C2611-00000009"))
    assert any("CT2611-00000003" in text and "C2611-00000009" in text for text in problems(desk))


def problems(desk):
    return [f"{p.code} {p.message}" for p in check(desk.root, wait=5)]


def test_an_id_of_one_letter_among_those_of_two_is_damage(desk):
    path = desk.root / "tickets" / "2026-11.json"
    path.write_bytes(path.read_bytes().replace(b'"CT2611-', b'"T2611-'))
    refused = pytest.raises(DamagedError, match=r"tickets/2026-11\.json, line 3: an id of another kind")
    with refused, opened(desk.root, exclusive=False, wait=5):
        pass


def test_what_is_left_of_a_damaged_shard_is_told_by_its_ids(desk):
    data = (desk.root / "tickets" / "2026-11.json").read_bytes()
    assert list(salvaged("tickets/2026-11.json", data[:-20])) == [ONE.id]


def test_the_ids_that_a_record_names_are_found_whole():
    assert ids_in({"customer": "C2611-00000001", "about": "CT2611-00000002"}) == {"C2611-00000001", "CT2611-00000002"}
