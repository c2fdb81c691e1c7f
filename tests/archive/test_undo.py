"""The rule of undo, and its proof in real histories: taking a run back leaves the archive as it was before the run."""

import random
import shutil

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.archive.archive import opened
from crmkit.archive.history.reversal import Altered, OverlapError, decide, ids_in, put_back
from crmkit.archive.history.undo import chain, planned, rehearsed, summed, take_back, target
from crmkit.errors import CrmkitError
from crmkit.records import Callback, Customer, Merge, Record, Site, Touch
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk, join

VALUES = st.one_of(
    st.integers(0, 3), st.sampled_from(["", "时间公园", "park"]), st.lists(st.integers(0, 2), max_size=2)
)
DOCUMENTS = st.dictionaries(st.sampled_from("abcdef"), VALUES)
ITEMS = st.one_of(st.none(), DOCUMENTS, st.binary(max_size=4))
SITE = Site(id="S2611-00000001", name="时间公园")
C1, C2, K1, B1 = "C2611-00000001", "C2611-00000002", "K2611-00000001", "B2611-00000001"


def changed(before: dict, after: dict) -> set[str]:
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


@given(before=ITEMS, after=ITEMS)
def test_what_stands_as_the_run_left_it_becomes_what_it_was(before, after):
    assert put_back(before, after, after) == before


@given(before=DOCUMENTS, after=DOCUMENTS, other=DOCUMENTS)
def test_fields_that_only_others_changed_stay_as_they_are(before, after, other):
    ours = changed(before, after)
    apart = {name: value for name, value in other.items() if name not in ours}
    assert put_back(before, after, {**after, **apart}) == {**before, **apart}


@given(before=DOCUMENTS, after=DOCUMENTS, data=st.data())
def test_a_field_that_the_run_changed_and_others_changed_again_is_refused(before, after, data):
    ours = sorted(changed(before, after))
    if not ours:
        return
    name = data.draw(st.sampled_from(ours))
    value = data.draw(st.sampled_from(["another", 99]))
    with pytest.raises(OverlapError):
        put_back(before, after, {**after, name: value})


@given(before=DOCUMENTS, after=DOCUMENTS, other=DOCUMENTS)
def test_undoing_the_undo_does_it_again(before, after, other):
    ours = changed(before, after)
    now = {**after, **{name: value for name, value in other.items() if name not in ours}}
    undone = put_back(before, after, now)
    assert put_back(now, undone, undone) == now


@pytest.mark.parametrize(
    "item",
    [
        Altered(None, {"a": 1}, {"a": 1, "b": 2}),
        Altered(None, {"a": 1}, None),
        Altered({"a": 1}, None, {"a": 1}),
        Altered(b"old", b"new", b"newer"),
    ],
)
def test_an_added_or_removed_record_or_another_file_is_taken_back_whole_or_not_at_all(item):
    with pytest.raises(OverlapError):
        put_back(*item)


def added(document: dict) -> Altered:
    return Altered(None, document, document)


def test_a_numbered_record_becomes_void_and_holds_what_it_names():
    card = {"number": "BJLN-26110001-Q", "customer": C1}
    customer = {"name": "陈桂兰", "referrer": C2}
    altered = {
        ("cards/2026-11.json", K1): added(card),
        ("customers/2026-11.json", C1): added(customer),
        ("customers/2026-11.json", C2): added({"name": "李建国"}),
        ("callbacks/2026-11.json", B1): added({"customer": C1, "about": K1}),
    }
    assert decide(altered, "undo 20261121-100000-abcd") == {
        ("cards/2026-11.json", K1): {**card, "state": "void", "reason": "undo 20261121-100000-abcd"},
        ("customers/2026-11.json", C1): customer,
        ("customers/2026-11.json", C2): {"name": "李建国"},
        ("callbacks/2026-11.json", B1): None,
    }


def test_a_voided_number_comes_back_when_the_undo_is_undone():
    card = {"number": "BJLN-26110001-Q", "customer": C1}
    void = {**card, "state": "void", "reason": "undo 20261121-100000-abcd"}
    place = ("cards/2026-11.json", K1)
    assert decide({place: Altered(card, void, void)}, "undo") == {place: card}


def test_ids_are_found_wherever_they_stand():
    assert ids_in({"a": [{"b": f"installed:{K1}"}], "c": C1, "d": "C2611"}) == {K1, C1}


def edit(**fields):
    return lambda archive: Change(puts=(msgspec.structs.replace(archive.get(Site, SITE.id), **fields),))


def a_run(rnd: random.Random):
    """A run that adds, edits or removes a few records, or all of that."""
    kind, letter = rnd.choice([(Customer, "C"), (Site, "S")])

    def make(archive):
        present = list(archive.all(kind))
        chosen = rnd.sample(present, min(len(present), rnd.randint(0, 3)))
        news = [
            kind(id=f"{letter}26{rnd.choice(['10', '11'])}-{rnd.randrange(10**8):08d}", name=f"人{rnd.random()}")
            for _n in range(rnd.randint(1, 4))
        ]
        cut = rnd.randint(0, len(chosen))
        edits = [msgspec.structs.replace(r, name=f"{r.name}改", address=rnd.choice(["", "朝阳"])) for r in chosen[:cut]]
        return Change(puts=(*news, *edits), drops=tuple(r.id for r in chosen[cut:]))

    return make


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_taking_back_run_after_run_walks_back_through_the_very_same_trees(seed, tmp_path_factory, pristine):
    rnd = random.Random(seed)
    desk = Desk(shutil.copytree(pristine, tmp_path_factory.mktemp("desk") / "archive"))
    trees = [desk.tree()]
    for _n in range(4):
        desk.run(a_run(rnd))
        trees.append(desk.tree())
    undos = []
    for tree in reversed(trees[:-1]):
        undos.append(desk.undo())
        assert desk.tree() == tree
    for name, tree in zip(reversed(undos), trees[1:], strict=True):  # and forward again
        desk.undo(name)
        assert desk.tree() == tree


def test_the_default_is_the_newest_run_that_stands(archive):
    desk = Desk(archive)
    first = desk.run(lambda a: Change(puts=(Site(id="S2611-00000001", name="甲"),)))
    second = desk.run(lambda a: Change(puts=(Site(id="S2611-00000002", name="乙"),)))

    def newest() -> str:
        with opened(archive, exclusive=False, wait=5) as held:
            return target(held).run

    assert newest() == second
    undo = desk.undo()
    assert newest() == first
    desk.undo(undo)
    assert newest() == second


def test_runs_that_cancelled_each_other_out_are_not_in_the_way(archive):
    desk = Desk(archive)
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000001", name="甲"),)))
    tree = desk.tree()
    edit = desk.run(lambda a: Change(puts=(Site(id="S2611-00000001", name="甲", address="朝阳"),)))
    desk.undo(desk.run(lambda a: Change(puts=(Site(id="S2611-00000001", name="甲", address="朝阳", form="go-out"),))))
    desk.undo(edit)
    assert desk.tree() == tree


def test_a_refusal_names_the_runs_that_stand_and_no_others(archive):
    desk = Desk(archive)
    first = desk.run(lambda a: Change(puts=(SITE,)))
    gone = desk.run(edit(contact="王"))
    undo = desk.undo()
    in_the_way = desk.run(edit(address="朝阳区"))
    with pytest.raises(CrmkitError) as refused:
        desk.undo(first)
    assert in_the_way in refused.value.message
    assert gone not in refused.value.message and undo not in refused.value.message


def test_an_edit_by_hand_of_another_field_is_in_the_way_even_before_git_has_it(archive):
    desk = Desk(archive)
    desk.run(lambda a: Change(puts=(SITE,)))
    run = desk.run(edit(contact="王"))
    (path,) = (archive / "sites").glob("*.json")
    path.write_text(path.read_text("utf-8").replace('"name": ', '"address": "朝阳区",\n      "name": '), "utf-8")
    with opened(archive, exclusive=False, wait=5) as held, pytest.raises(CrmkitError, match="an edit by hand"):
        planned(held, run)


@pytest.mark.parametrize(
    "later",
    [
        Touch(id="T2611-00000001", customer=C1, at=NOW),
        Callback(id=B1, customer=C2, purpose="manual", due_at=NOW, plan=f"renewal:{C1}"),
        Merge(id="M2611-00000001", survivor=C2, loser=C2, at=NOW, before={"referrer": C1}),
    ],
)
def test_what_a_later_record_names_anywhere_stays(archive, later):
    desk = Desk(archive)
    added = desk.run(lambda a: Change(puts=(Customer(id=C1, name="张秀英"),)))
    run = desk.run(lambda a: Change(puts=(later,)))
    with pytest.raises(CrmkitError, match=f"refer to {C1}.*{run}.*{later.id}"):
        desk.undo(added)
    desk.undo(run)
    desk.undo(added)


def test_what_the_run_itself_refers_to_is_not_in_the_way(archive):
    desk = Desk(archive)
    tree = desk.tree()
    desk.run(lambda a: Change(puts=(Customer(id=C1, name="张秀英"), Touch(id="T2611-00000001", customer=C1, at=NOW))))
    desk.undo()
    assert desk.tree() == tree


def test_a_run_that_git_has_not_recorded_cannot_be_taken_back(archive):
    desk = Desk(archive)
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000001", name="甲"),)))
    (archive / ".git" / "index.lock").touch()
    desk.run(lambda a: Change(puts=(Site(id="S2611-00000002", name="乙"),)))
    with opened(archive, exclusive=False, wait=5) as held, pytest.raises(CrmkitError, match="not recorded"):
        planned(held)


def site(desk: Desk) -> Site:
    with opened(desk.root, exclusive=False, wait=5) as archive:
        return archive.get(Site, SITE.id)


def test_after_a_sync_only_the_fields_of_the_run_go_back(clones):
    ours, theirs = clones
    run = ours.run(edit(site_kind="park"))
    theirs.run(edit(address="朝阳区"))
    join(ours, theirs, msgspec.structs.replace(site(ours), address="朝阳区"))
    ours.undo(run)
    assert (site(ours).site_kind, site(ours).address) == ("", "朝阳区")


def test_after_a_sync_that_settled_the_same_field_the_other_clones_run_is_named(clones):
    ours, theirs = clones
    run = ours.run(edit(address="海淀区"))
    other = theirs.run(edit(address="朝阳区"))
    join(ours, theirs, msgspec.structs.replace(site(ours), address="朝阳区"))
    with pytest.raises(CrmkitError, match=other):
        ours.undo(run)


def test_a_later_run_on_another_field_of_the_record_is_in_the_way(clones):
    ours, _theirs = clones
    run = ours.run(edit(address="海淀区"))
    later = ours.run(edit(contact="王"))
    with pytest.raises(CrmkitError, match=f"{later}.*{SITE.id}"):
        ours.undo(run)


def test_a_merge_itself_cannot_be_taken_back(clones):
    ours, theirs = clones
    ours.run(edit(contact="王"))
    theirs.run(edit(address="朝阳区"))
    join(ours, theirs, msgspec.structs.replace(site(ours), address="朝阳区"))
    with pytest.raises(CrmkitError, match="joins or begins"):
        ours.undo("HEAD")


# with what builds on it


def take_back_with_later(desk: Desk, name: str) -> tuple[list[str], set[str]]:
    """The runs that were taken back, newest first, and which records the rehearsal said would change."""
    with opened(desk.root, exclusive=True, wait=5) as archive:
        revisions = chain(archive, name)
        plans = rehearsed(archive, revisions)
        for plan in plans:
            take_back(archive, plan, run_at=desk.now, by="LN")
    return [revision.name for revision in revisions], {key for key, both in summed(plans).changes.items() if both}


def bare(record: Record) -> Record:
    """A record without its stamps, which follow every change."""
    return msgspec.structs.replace(record, updated_at=None)


def records_of(desk: Desk) -> dict[str, Record]:
    with opened(desk.root, exclusive=False, wait=5) as archive:
        return {record.id: bare(record) for kind in (Customer, Site, Callback) for record in archive.all(kind)}


@pytest.mark.parametrize("seed", range(6))
def test_a_chain_ends_with_every_record_of_it_as_before_the_run_and_all_others_as_they_are(archive, seed):
    rnd = random.Random(seed)
    desk = Desk(archive)
    states, runs = [records_of(desk)], []
    for _number in range(8):
        runs.append(desk.run(a_run(rnd)))
        states.append(records_of(desk))
    changes = {
        run: {i for i in {**one, **two} if one.get(i) != two.get(i)}
        for run, one, two in zip(runs, states, states[1:], strict=False)
    }
    number = rnd.randrange(5)
    before, last = states[number], states[-1]
    taken, shown = take_back_with_later(desk, runs[number])
    assert taken[-1] == runs[number] and taken == [run for run in reversed(runs) if run in taken]
    after = records_of(desk)
    assert {i for i in changes[runs[number]] if after.get(i) != before.get(i)} == set()
    apart = last.keys() - set().union(*(changes[run] for run in taken))
    assert {i for i in apart if after.get(i) != last[i]} == set()
    assert shown == {i for i in {**last, **after} if last.get(i) != after.get(i)}


def test_what_refers_to_an_added_record_goes_with_it_and_nothing_else(archive):
    desk = Desk(archive)
    desk.run(lambda a: Change(puts=(SITE,)))
    adds = desk.run(lambda a: Change(puts=(Customer(id=C1, name="陈桂兰"),)))
    desk.run(edit(address="朝阳"))
    calls = desk.run(lambda a: Change(puts=(Callback(id=B1, customer=C1, purpose="manual", due_at=NOW),)))
    renames = desk.run(lambda a: Change(puts=(Customer(id=C1, name="陈桂芳"),)))
    assert take_back_with_later(desk, adds)[0] == [renames, calls, adds]
    assert [record.address for record in records_of(desk).values()] == ["朝阳"]


def test_a_run_that_was_taken_back_already_is_no_part_of_a_chain(archive):
    desk = Desk(archive)
    adds = desk.run(lambda a: Change(puts=(SITE,)))
    edits = desk.run(edit(address="朝阳"))
    desk.undo(edits)
    assert take_back_with_later(desk, adds)[0] == [adds]
    with opened(desk.root, exclusive=False, wait=5) as held, pytest.raises(CrmkitError, match="taken back already"):
        chain(held, adds)


def test_an_edit_by_hand_stands_in_the_way_of_a_chain(archive):
    desk = Desk(archive)
    adds = desk.run(lambda a: Change(puts=(SITE,)))
    path = archive / "sites" / "2026-11.json"
    path.write_bytes(path.read_bytes().replace("时间公园".encode(), "博物馆".encode()))
    with opened(archive, exclusive=False, wait=5) as held, pytest.raises(CrmkitError, match="an edit by hand"):
        chain(held, adds)
