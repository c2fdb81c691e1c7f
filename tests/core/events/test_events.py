import msgspec
import pytest

from crmkit.core.events import events
from crmkit.core.events.events import announcement, eve_window
from crmkit.errors import CrmkitError, InvalidError
from tests.core.desk import NOW, a_run, at
from tests.core.guests import AFTER, DAY, a_guest, an_event

STARTS = at("2026-12-05 09:00")


def test_an_event_in_the_past_is_added_only_when_that_is_said():
    past = at("2026-11-20 09:00")
    with pytest.raises(InvalidError, match="2026-11-20 09:00 is past") as refused:
        events.add(a_run(), "1120A", {}, past)
    assert "--past" in refused.value.hint
    assert events.add(a_run(), "1120A", {}, past, past=True).counts == {"added": 1}


def test_an_event_that_ends_before_it_starts_is_refused():
    with pytest.raises(InvalidError, match="before it starts"):
        events.add(a_run(), "1205A", {}, STARTS, at("2026-12-05 08:00"))


def test_a_code_belongs_to_one_event():
    with pytest.raises(CrmkitError, match="1205A is taken"):
        events.add(a_run(), "1205a", {}, STARTS, taken=[an_event()])


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "party"), ("capacity", "0"), ("capacity", "many"), ("target_old", "-1")]
)
def test_a_field_that_cannot_be_read_is_refused_by_name(field, value):
    with pytest.raises(InvalidError, match=f"^{field}: "):
        events.add(a_run(), "1205A", {field: value}, STARTS)


def test_a_moved_event_stays_as_long_as_it_was_and_says_how_many_to_tell():
    guests = [a_guest(1), a_guest(2, answer="declined"), a_guest(3, state="void")]
    change = events.move(a_run(), an_event(), at("2026-12-12 14:00"), None, guests)
    (moved,) = change.puts
    assert (moved.starts_at, moved.ends_at) == (at("2026-12-12 14:00"), at("2026-12-12 16:30"))
    assert change.notes == ("guests who have to be told: 1; crmkit event guests 1205A",)
    with pytest.raises(InvalidError, match="is past"):
        events.move(a_run(), an_event(), at("2026-11-22 14:00"), None, [])


def test_a_cancelled_event_needs_a_reason_and_is_moved_no_more():
    with pytest.raises(InvalidError, match="only with a reason"):
        events.cancel(a_run(), an_event(), " ", [])
    (gone,) = events.cancel(a_run(), an_event(), "hall not free", []).puts
    assert events.state_on(gone, NOW) == "cancelled"
    with pytest.raises(InvalidError, match="cancelled: hall not free"):
        events.move(a_run(), gone, at("2026-12-12 14:00"), None, [])


def test_an_event_without_an_end_is_over_with_its_day():
    event = an_event(ends_at=None)
    assert events.state_on(event, at("2026-12-05 23:59")) == "coming"
    assert events.state_on(event, at("2026-12-06 00:00")) == "held"
    with pytest.raises(InvalidError, match="is over"):
        events.must_be_coming(event, at("2026-12-06 00:00"))


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({}, "invited", "absent"),
        ({"delivered_at": NOW}, "delivered", "absent"),
        ({"delivered_at": NOW, "answer": "accepted"}, "accepted", "absent"),
        ({"answer": "declined"}, "declined", "declined"),
        ({"answer": "declined", "attended_at": DAY}, "attended", "attended"),
        ({"attended_at": DAY}, "attended", "attended"),
        ({"state": "void", "answer": "accepted"}, "void", "void"),
    ],
)
def test_the_state_of_an_invitation_follows_from_its_times(fields, before, after):
    guest = a_guest(1, **fields)
    assert events.state_of(guest, an_event(), NOW) == before
    assert events.state_of(guest, an_event(), AFTER) == after


def test_nobody_is_absent_from_a_cancelled_event():
    assert events.state_of(a_guest(1), an_event(cancelled_at=NOW), AFTER) == "invited"


def test_guests_are_reminded_between_18_and_20_the_day_before_of_place_route_and_weather():
    event = an_event(place="友谊宾馆", route="地铁4号线", weather="小雪")
    assert eve_window(a_run(), event) == (at("2026-12-04 18:00"), at("2026-12-04 20:00"))
    assert announcement(a_run(), event) == (
        "科普会, 2026-12-05 09:00", "place: 友谊宾馆", "route: 地铁4号线", "weather: 小雪",
    )  # fmt: skip


def test_an_eve_that_is_no_time_of_day_is_refused():
    run = a_run()
    wrong = msgspec.structs.replace(run.settings.event, eve_from="evening")
    run = type(run)(run.now, run.by, msgspec.structs.replace(run.settings, event=wrong))
    with pytest.raises(InvalidError, match="eve_from is 'evening'"):
        eve_window(run, an_event())


def test_only_who_holds_an_invitation_or_accepted_is_reminded():
    guests = [
        a_guest(1), a_guest(2, delivered_at=NOW), a_guest(3, answer="accepted"),
        a_guest(4, delivered_at=NOW, answer="declined"), a_guest(5, delivered_at=NOW, state="void"),
    ]  # fmt: skip
    assert [guest.customer[-1] for guest in guests if events.reminded(guest)] == ["2", "3"]
