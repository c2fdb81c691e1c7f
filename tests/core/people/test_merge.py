from datetime import datetime, timedelta, timezone
from itertools import combinations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.people import deepfile
from crmkit.core.people.merge import choose, distinct, household, merge, merge_all, split, united
from crmkit.core.wording import shown
from crmkit.errors import InvalidError
from crmkit.records import BELONGING, TYPES, Callback, Customer, Decision, Merge, Touch
from crmkit.records.customer import PHONE_STATES, Consent, Phone, Tick
from tests.core.desk import a_run

ZONE = timezone(timedelta(hours=8))
DAY = datetime(2026, 11, 2, 9, tzinfo=ZONE)
RUN = a_run(DAY)


def phone(number, state=""):
    return Phone(raw=number, e164=f"+86{number}", kind="mobile", state=state)


def file(identifier, **fields):
    return Customer(**({"id": identifier, "name": "王秀英", "created_at": DAY, "collected_at": DAY} | fields))


A = file("C2611-aaaaaaaa", phones=(phone("13900000001"),), address="青年路1号", tags=("old",))
B = file("C2611-bbbbbbbb", phones=(phone("13900000002"),), birthday="1953-01-02", notes=("likes opera",))
MOMENTS = st.sampled_from([None, DAY, DAY + timedelta(days=1), DAY - timedelta(days=1)])
SINGLE = ("address", "email", "wechat", "employer", "site", "collector", "owner", "external_id", *deepfile.TEXTS[:3])
TEXTS = st.sampled_from(["", "x", "y"])
CONSENTS = st.lists(
    st.builds(
        Consent, purpose=st.sampled_from(["contact", "health"]), given_at=MOMENTS, how=TEXTS, withdrawn_at=MOMENTS
    ),
    unique_by=lambda c: c.purpose,
    max_size=2,
)
TICKS = st.lists(
    st.builds(Tick, name=st.sampled_from(["helps-others", "wide-circle"]), at=MOMENTS, by=TEXTS),
    unique_by=lambda t: t.name,
    max_size=2,
)
PHONES = st.lists(
    st.builds(
        phone,
        st.sampled_from(["13900000001", "13900000002", "13900000003"]),
        st.sampled_from(["", "confirmed", "wrong"]),
    ),
    unique_by=lambda p: p.e164,
    max_size=3,
)  # fmt: skip


def files(identifier):
    return st.builds(
        file,
        st.just(identifier),
        name=st.sampled_from(["", "王秀英", "王阿姨", "王秀莹"]),
        sex=st.sampled_from(["", "male", "female"]),
        phones=PHONES.map(tuple),
        birthday=st.sampled_from(["", "1953-01-02", "--01-02", "lunar:1953-01-02"]),
        age_about=st.sampled_from([None, 65, 70]),
        collected_at=MOMENTS,
        source=st.sampled_from(["", "shop", "outreach"]),
        **dict.fromkeys(SINGLE, TEXTS),
        referrer=st.sampled_from(["", "C2611-aaaaaaaa", "C2611-bbbbbbbb", "C2611-cccccccc"]),
        stage=st.sampled_from(["", "screened", "buyer", "lost"]),
        grade=st.sampled_from(["", "A", "B"]),
        suspect=st.booleans(),
        shared=st.booleans(),
        household=st.sampled_from(["", "h1", "h2"]),
        do_not_contact=st.sampled_from([(), ("call",), ("sms", "call")]),
        consents=CONSENTS.map(tuple),
        tags=st.sampled_from([(), ("t1",), ("t1", "t2")]),
        notes=st.sampled_from([(), ("n1",), ("n2", "n1")]),
        hobbies=st.sampled_from([(), ("太极拳",), ("唱歌", "太极拳")]),
        health_notes=st.sampled_from(["", "高血压", "失眠"]),
        pinned=st.booleans(),
        ticks=TICKS.map(tuple),
        **dict.fromkeys(deepfile.FIT, st.sampled_from([None, True, False])),
    )  # fmt: skip


PAIR = (files("C2611-aaaaaaaa"), files("C2611-bbbbbbbb"))


def by_id(change):
    return {record.id: record for record in change.puts}


def merged_of(change):
    return next(record for record in change.puts if isinstance(record, Merge))


@settings(max_examples=100)
@given(*PAIR)
def test_nothing_that_a_file_told_is_lost(a, b):
    whole = united(a, b)
    notes = "\n".join(shown(whole))
    for told in (a, b):
        assert {p.e164 for p in told.phones} <= {p.e164 for p in whole.phones}
        assert {*told.tags, *told.do_not_contact, *told.notes} <= {*whole.tags, *whole.do_not_contact, *whole.notes}
        assert {*told.hobbies} <= {*whole.hobbies}
        assert {t.name for t in told.ticks} <= {t.name for t in whole.ticks}
        assert told.health_notes in whole.health_notes
        for field in ("name", "sex", "birthday", "source", *SINGLE):
            value = getattr(told, field)
            assert value in ("", getattr(whole, field)) or f"{value} ({told.id})" in notes
        for field in deepfile.FIT:
            answer = getattr(told, field)
            assert answer in (None, getattr(whole, field)) or f"{field}: {'yes' if answer else 'no'}" in notes
        assert told.age_about is None or whole.age_about is not None


@settings(max_examples=100)
@given(*PAIR)
def test_phones_tags_and_consents_do_not_depend_on_which_file_survives(a, b):
    one, two = united(a, b), united(b, a)
    assert {(p.e164, p.state) for p in one.phones} == {(p.e164, p.state) for p in two.phones}
    assert set(one.tags) == set(two.tags)
    assert set(one.do_not_contact) == set(two.do_not_contact)
    assert set(one.consents) == set(two.consents)
    assert (one.suspect, one.stage, one.grade, one.collected_at) == (
        two.suspect,
        two.stage,
        two.grade,
        two.collected_at,
    )


@settings(max_examples=100)
@given(*PAIR)
def test_a_withdrawn_consent_stays_withdrawn_and_a_confirmed_number_confirmed(a, b):
    whole = united(a, b)
    state = {p.e164: p.state for p in whole.phones}
    withdrawn = {c.purpose for c in whole.consents if c.withdrawn_at}
    for told in (a, b):
        assert {c.purpose for c in told.consents if c.withdrawn_at} <= withdrawn
        assert all(state[p.e164] == "confirmed" for p in told.phones if p.state == "confirmed")


@settings(max_examples=100)
@given(*PAIR)
def test_splitting_a_merge_gives_both_files_back(a, b):
    change = merge(RUN, a, b)
    stored = by_id(change)
    back = by_id(split(RUN, merged_of(change), stored[a.id], stored[b.id]))
    assert (back[a.id], back[b.id]) == (a, b)


@settings(max_examples=80)
@given(*PAIR)
def test_a_split_keeps_what_the_survivor_gained_since(a, b):
    change = merge(RUN, a, b)
    stored = by_id(change)
    grown = msgspec.structs.replace(
        stored[a.id],
        address="a new home",
        phones=(*stored[a.id].phones, phone("13900000009")),
        notes=(*stored[a.id].notes, "moved in spring"),
        tags=(*stored[a.id].tags, "new"),
    )
    back = by_id(split(RUN, merged_of(change), grown, stored[b.id]))
    assert back[a.id].address == "a new home"
    assert back[a.id].phones == (*a.phones, phone("13900000009"))
    assert back[a.id].notes == (*a.notes, "moved in spring")
    assert back[a.id].tags == (*a.tags, "new")
    assert back[b.id] == b


def test_every_text_of_the_deep_file_that_differs_is_kept():
    a, b = (file(f"C2611-{letter * 8}", **dict.fromkeys(deepfile.TEXTS, letter)) for letter in "ab")
    whole = united(a, b)
    assert {getattr(whole, field) for field in deepfile.TEXTS} == {"a"}
    assert [note.partition(": ")[2] for note in shown(whole)] == ["b (C2611-bbbbbbbb)"] * len(deepfile.TEXTS)


def test_the_staff_member_whom_the_person_chose_keeps_the_merged_file():
    chosen = file("C2611-bbbbbbbb", owner="WQ", pinned=True)
    whole = united(file("C2611-aaaaaaaa", owner="LN"), chosen)
    assert (whole.owner, whole.pinned) == ("WQ", True)
    assert "owner: LN (C2611-aaaaaaaa)" in shown(whole)


STATES_OF_NUMBERS = ("", "mismatch", "invalid", "wrong", "confirmed")  # what outlives what: the later


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("states", list(combinations(STATES_OF_NUMBERS, 2)))
def test_what_is_known_of_a_number_outlives_what_is_not(states, order):
    one, other = (file(f"C2611-{n}aaaaaaa", phones=(phone("13900000001", states[n]),)) for n in order)
    (number,) = united(one, other).phones
    assert number.state == states[1]
    assert set(STATES_OF_NUMBERS) == set(PHONE_STATES)


@pytest.mark.parametrize("stages", list(combinations(("", "lost", "screened", "buyer"), 2)))
def test_the_stage_that_tells_more_outlives_the_other(stages):
    one, other = (file(f"C2611-{n}aaaaaaa", stage=stages[n]) for n in (0, 1))
    assert united(one, other).stage == united(other, one).stage == stages[1]


@pytest.mark.parametrize(
    ("survivor", "loser", "kept"),
    [
        ("", "--01-02", "--01-02"), ("", "1953-01-02", "1953-01-02"), ("--01-02", "", "--01-02"),
        ("--01-02", "1953-01-02", "1953-01-02"), ("1953-01-02", "--01-02", "1953-01-02"),
        ("1953-01-02", "1954-01-02", "1953-01-02"), ("--01-02", "--01-03", "--01-02"), ("1953-01-02", "", "1953-01-02"),
        ("lunar:--01-02", "lunar:1953-01-02", "lunar:1953-01-02"), ("--01-02", "lunar:--01-03", "--01-02"),
    ],
)  # fmt: skip
def test_the_birthday_with_its_year_outlives_the_one_without(survivor, loser, kept):
    whole = united(file("C2611-aaaaaaaa", birthday=survivor), file("C2611-bbbbbbbb", birthday=loser))
    assert whole.birthday == kept
    assert len(whole.noted) == len({survivor, loser} - {"", kept})


def test_an_approximate_age_is_told_as_of_the_first_contact():
    """66 in 2023 is 63 in 2020; never 69."""
    first = file("C2611-aaaaaaaa", collected_at=DAY.replace(year=2020))
    later = file("C2611-bbbbbbbb", collected_at=DAY.replace(year=2023), age_about=66)
    whole = united(later, first)
    assert (whole.age_about, whole.collected_at.year) == (63, 2020)
    assert united(first, later).age_about == 63
    unknown = msgspec.structs.replace(later, collected_at=None)
    assert united(unknown, first).age_about == 66
    assert united(later, msgspec.structs.replace(first, collected_at=None)).age_about == 66


@pytest.mark.parametrize(("stated", "noted"), [(63, True), (64, False), (65, False), (66, False), (67, True)])
def test_ages_that_differ_by_more_than_a_year_are_both_kept(stated, noted):
    """62 in 2020 is 65 in 2023; by a year people err."""
    a = file("C2611-aaaaaaaa", collected_at=DAY.replace(year=2020), age_about=62)
    b = file("C2611-bbbbbbbb", collected_at=DAY.replace(year=2023), age_about=stated)
    whole = united(a, b)
    assert whole.age_about == 62
    assert shown(whole) == ([f"age: {stated} (C2611-bbbbbbbb)"] if noted else [])


def test_the_fuller_file_survives_and_of_two_equally_full_ones_the_older():
    bare = file("C2611-cccccccc")
    older = file("C2611-dddddddd", collected_at=DAY - timedelta(days=3))
    assert choose([bare, older, A]) == [A, older, bare]


def test_a_full_name_outlives_a_courtesy_form():
    whole = united(file("C2611-aaaaaaaa", name="王阿姨"), B)
    assert whole.name == "王秀英"
    assert "name: 王阿姨 (C2611-aaaaaaaa)" in shown(whole)


def test_a_suspect_file_stays_suspect_until_one_number_is_confirmed():
    suspect = msgspec.structs.replace(A, suspect=True)
    assert united(suspect, B).suspect
    assert not united(suspect, msgspec.structs.replace(B, phones=(phone("13900000002", "confirmed"),))).suspect


def test_what_belongs_to_the_loser_moves_and_comes_back():
    touch = Touch(id="T2611-aaaaaaaa", customer=B.id, at=DAY)
    callback = Callback(id="B2611-aaaaaaaa", customer=B.id, purpose="screening", due_at=DAY)
    friend = file("C2611-ffffffff", name="李芳", referrer=B.id)
    change = merge(RUN, A, B, [touch, callback, friend])
    stored = by_id(change)
    assert {stored[i].customer for i in (touch.id, callback.id)} == {A.id}
    assert stored[friend.id].referrer == A.id
    assert stored[B.id].merged_into == A.id
    later = Touch(id="T2611-bbbbbbbb", customer=A.id, at=DAY)
    records = [stored[touch.id], stored[callback.id], stored[friend.id], later]
    back = by_id(split(RUN, merged_of(change), stored[A.id], stored[B.id], records))
    assert {back[i] for i in (touch.id, callback.id)} == {touch, callback}
    assert back[friend.id] == friend
    assert later.id not in back


def test_a_call_planned_for_both_files_is_made_once_and_planned_again_after_a_split():
    a, b = file("C2611-00000001"), file("C2611-00000002", phones=(phone(2),))
    due = datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8)))
    mine, theirs, other = (
        Callback(id=f"B2611-0000000{n}", customer=who.id, purpose=purpose, due_at=due)
        for n, (who, purpose) in enumerate([(a, "screening"), (b, "screening"), (b, "thanks")])
    )
    done = by_id(merge(a_run(), a, b, [mine, theirs, other]))
    assert (done[theirs.id].state, done[theirs.id].customer) == ("cancelled", a.id)
    assert (done[other.id].state, done[other.id].customer, mine.id in done) == ("", a.id, False)
    record = next(r for r in done.values() if isinstance(r, Merge))
    back = by_id(split(a_run(), record, done[a.id], done[b.id], [mine, done[theirs.id], done[other.id]]))
    assert (back[theirs.id], back[other.id]) == (theirs, other)


def test_two_households_become_one_and_part_again():
    a, b = (msgspec.structs.replace(c, household=h) for c, h in ((A, "h1"), (B, "h2")))
    husband = file("C2611-ffffffff", name="李建国", household="h2")
    change = merge(RUN, a, b, [husband])
    stored = by_id(change)
    assert stored[husband.id].household == "h1"
    back = by_id(split(RUN, merged_of(change), stored[a.id], stored[b.id], [stored[husband.id]]))
    assert back[husband.id] == husband


def test_a_number_shared_only_between_the_two_is_no_longer_shared():
    a, b = (msgspec.structs.replace(c, shared=True, phones=(phone("13900000001"),)) for c in (A, B))
    third = file("C2611-ffffffff", name="李建国", phones=(phone("13900000001"),), shared=True)
    assert not by_id(merge(RUN, a, b))[a.id].shared
    assert by_id(merge(RUN, a, b, [third]))[a.id].shared
    settled = Decision(id="D2611-aaaaaaaa", a=b.id, b=third.id, verdict="distinct", at=DAY)
    assert not by_id(merge(RUN, a, b, [third, settled]))[a.id].shared


def test_several_losers_end_in_one_file():
    third = file("C2611-cccccccc", phones=(phone("13900000003"),))
    touch = Touch(id="T2611-aaaaaaaa", customer=third.id, at=DAY)
    change = merge_all(RUN, [([A, B, third], [touch])])
    stored = by_id(change)
    assert {p.e164[-1] for p in stored[A.id].phones} == {"1", "2", "3"}
    assert {stored[i].merged_into for i in (B.id, third.id)} == {A.id}
    assert stored[touch.id].customer == A.id
    assert change.counts == {"merged": 2, "moved": 1}


def test_groups_that_touch_each_other_are_merged_one_after_the_other():
    friend = file("C2611-eeeeeeee", name="李芳", referrer=B.id)
    twice = file("C2611-ffffffff", name="李芳")
    change = merge_all(RUN, [([A, B], [friend]), ([twice, friend], [])])
    stored = by_id(change)
    assert stored[friend.id].referrer == A.id
    assert stored[twice.id].referrer == A.id
    assert change.ids == (A.id, twice.id)


def test_a_file_that_is_merged_already_is_refused():
    gone = msgspec.structs.replace(B, merged_into="C2611-ffffffff")
    with pytest.raises(InvalidError, match="merged into C2611-ffffffff already"):
        merge(RUN, A, gone)
    with pytest.raises(InvalidError, match="with itself"):
        merge(RUN, A, A)


def test_a_merge_is_split_once_and_only_the_latest_first():
    change = merge(RUN, A, B)
    stored = by_id(change)
    done = by_id(split(RUN, merged_of(change), stored[A.id], stored[B.id]))
    with pytest.raises(InvalidError):
        split(RUN, done[merged_of(change).id], done[A.id], done[B.id])
    with pytest.raises(InvalidError, match="since"):
        split(RUN, merged_of(change), msgspec.structs.replace(stored[A.id], merged_into="C2611-ffffffff"), stored[B.id])


def test_two_operators_who_merge_or_decide_offline_write_the_same_record():
    other_desk = msgspec.structs.replace(RUN, now=DAY + timedelta(days=40), by="LN")
    assert merged_of(merge(RUN, A, B)).id == merged_of(merge(other_desk, A, B)).id
    assert distinct(RUN, A, B).puts[0].id == distinct(other_desk, B, A).puts[0].id


def test_a_decision_settles_a_shared_number():
    a, b = (msgspec.structs.replace(c, shared=True, phones=(phone("13900000001"),)) for c in (A, B))
    third = file("C2611-ffffffff", name="李建国", phones=(phone("13900000001"),), shared=True)
    assert not by_id(distinct(RUN, a, b))[a.id].shared
    assert by_id(distinct(RUN, a, b, [third]))[a.id].shared


def test_a_household_takes_in_the_members_of_both():
    a, b = (msgspec.structs.replace(c, household=h) for c, h in ((A, ""), (B, "h2")))
    assert {by_id(household(RUN, a, b))[c.id].household for c in (a, b)} == {"h2"}
    assert {by_id(household(RUN, A, B))[c.id].household for c in (A, B)} == {A.id}
    a = msgspec.structs.replace(a, household="h1")
    child = file("C2611-ffffffff", name="李建国", household="h2")
    assert {by_id(household(RUN, a, b, [child]))[c.id].household for c in (a, b, child)} == {"h1"}


def test_every_record_of_a_person_moves_with_the_file():
    assert set(BELONGING) == {record_type for record_type in TYPES if "customer" in record_type.refers}
