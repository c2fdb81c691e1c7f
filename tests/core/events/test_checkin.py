import pytest

from crmkit.core.events import checkin
from crmkit.core.events.checkin import crowded, enter, seat_guests
from crmkit.errors import InvalidError
from crmkit.records.change import Change, together
from tests.core.desk import NOW, a_run, at
from tests.core.guests import AFTER, DAY, a_guest, an_event


class Door:
    """An evening at the door: each guest comes in after those before."""

    def __init__(self, *guests, now=DAY, **event):
        self.run, self.event, self.guests = a_run(now), an_event(**event), {guest.id: guest for guest in guests}
        self.change = Change()

    def enter(self, guest, **said):
        change = enter(self.run, self.event, list(self.guests.values()), guest, **said)
        self.guests |= {one.id: one for one in change.puts}
        self.change = together(self.change, change)
        return self.guests[guest.id]


def test_a_guest_comes_in_once_with_the_companions_announced():
    door = Door(a_guest(1, companions=2))
    assert door.enter(a_guest(1)).came == 2
    later = door.enter(a_guest(1))
    assert (later.attended_at, later.came) == (DAY, 2)
    change = door.change
    assert change.counts == {"attended": 1, "updated": 0, "unchanged": 1}
    assert [guest.attended_at for guest in change.puts] == [DAY]
    assert change.notes == ("1205A-LN001-M is in already, since 08:40",)


def test_given_again_the_number_of_companions_is_put_right():
    door = Door(a_guest(1, companions=2, attended_at=DAY, came=2))
    assert door.enter(a_guest(1), companions=0).came == 0
    assert door.change.counts["updated"] == 1
    with pytest.raises(InvalidError, match="-1 companions"):
        door.enter(a_guest(1), companions=-1)


def test_who_had_declined_is_let_in_and_void_stays_out():
    door = Door(
        a_guest(1, answer="declined"), a_guest(2, state="void", reason="lost", customer="C2611-00000003"), a_guest(3)
    )
    assert door.enter(a_guest(1)).attended_at == DAY
    assert door.change.notes == ("1205A-LN001-M had declined, and is let in",)
    with pytest.raises(InvalidError, match="is void: lost") as refused:
        door.enter(a_guest(2))
    assert a_guest(3).number in refused.value.hint


def test_nobody_comes_in_before_the_day_or_to_a_cancelled_event():
    with pytest.raises(InvalidError, match="nobody can come in today, 2026-11-23"):
        Door(a_guest(1), now=NOW).enter(a_guest(1))
    with pytest.raises(InvalidError, match="cancelled"):
        Door(a_guest(1), cancelled_at=NOW).enter(a_guest(1))


def test_noted_after_the_event_a_guest_came_when_it_began():
    assert Door(a_guest(1), now=AFTER).enter(a_guest(1)).attended_at == at("2026-12-05 09:00")


def test_a_seat_belongs_to_one_party():
    door = Door(a_guest(1, seat="3-5"), a_guest(2), a_guest(3, seat="9", answer="declined"))
    with pytest.raises(InvalidError, match="seat 4 is that of 1205A-LN001-M"):
        door.enter(a_guest(2), seat="4")
    assert door.enter(a_guest(2), seat="9").seat == "9"


def test_more_people_than_seats_are_said():
    door = Door(a_guest(1), capacity=1)
    door.enter(a_guest(1), companions=1)
    assert crowded(door.event, door.guests.values()) == "2 people are in, and there are 1 seats"
    assert crowded(an_event(capacity=2), door.guests.values()) == ""


def test_parties_sit_side_by_side_in_order_of_numbers_and_who_has_a_seat_keeps_it():
    guests = [
        a_guest(3, companions=1), a_guest(2, seat="1"), a_guest(1, companions=2), a_guest(4, answer="declined"),
        a_guest(5),
    ]  # fmt: skip
    change = seat_guests(an_event(capacity=6), guests)
    assert {guest.customer[-1]: guest.seat for guest in change.puts} == {"1": "2-4", "3": "5-6"}
    assert change.counts == {"seated": 2, "unchanged": 1}
    assert change.notes == ("no seats left side by side for 1 people",)
    seated = {guest.id: guest for guest in change.puts}
    again = seat_guests(an_event(), [seated.get(guest.id, guest) for guest in guests])
    assert {guest.customer[-1]: guest.seat for guest in again.puts} == {"5": "7"}


def test_the_seat_list_is_in_the_order_of_seats_and_ends_with_those_without():
    seats = ["12", "A12", "A3", "2-4", "", "10"]
    guests = sorted((a_guest(n, seat=seat) for n, seat in enumerate(seats, 1)), key=checkin.by_seat)
    assert [guest.seat for guest in guests] == ["2-4", "10", "12", "A3", "A12", ""]


def test_a_seat_of_a_row_is_taken_however_it_is_written():
    door = Door(a_guest(1, seat="A1-3"), a_guest(2))
    for seat in ("A2", "a3", "A3-4", "A03"):
        with pytest.raises(InvalidError, match=r"seat .* is that of 1205A-LN001-M"):
            door.enter(a_guest(2), seat=seat)
    for free in ("B2", "2", "A4-A5"):
        assert door.enter(a_guest(2), seat=free).seat == free


def test_seats_that_run_backwards_are_refused():
    with pytest.raises(InvalidError, match="14-12 is not a seat"):
        Door(a_guest(1)).enter(a_guest(1), seat="14-12")
