import pytest

from crmkit.core.events import invitations
from crmkit.errors import CrmkitError, InvalidError
from tests.core.desk import NOW, a_customer, a_run
from tests.core.guests import AFTER, a_guest, an_event


def invited(customer, *guests, now=NOW, event=None, **given):
    """The invitation of `customer` beside `guests`."""
    numbers = [guest.number for guest in guests]
    change = invitations.invite(
        a_run(now), event or an_event(), customer, guests, operator="LN", numbers=numbers, **given
    )  # fmt: skip
    assert change.counts == {"invited": 1}
    return change.puts[0]


def test_one_invitation_for_each_customer_however_often_they_are_invited():
    first = invited(a_customer(1), companions=1, buyer=True)
    assert (first.number, first.companions, first.buyer, first.by) == ("1205A-LN001-M", 1, True, "LN")
    with pytest.raises(CrmkitError, match="invited already, with 1205A-LN001-M"):
        invited(a_customer(1), first)


def test_after_a_void_one_a_customer_is_invited_anew_with_the_next_number():
    assert invited(a_customer(1), a_guest(1, state="void")).number[:11] == "1205A-LN002"


def test_nobody_is_invited_who_refused_both_call_and_visit():
    with pytest.raises(InvalidError, match="does not want to be contacted"):
        invited(a_customer(1, do_not_contact=("all",)))
    with pytest.raises(InvalidError, match="suspect"):
        invited(a_customer(2, suspect=True))
    for number, refused in ((3, "call"), (4, "visit")):
        assert invited(a_customer(number, do_not_contact=(refused,))).number == "1205A-LN001-M"


def test_seats_hold_companions():
    event, guests = an_event(capacity=4), (a_guest(1, companions=1), a_guest(2, answer="declined"))
    with pytest.raises(InvalidError, match="4 seats and 2 are taken: no room for 3 more"):
        invited(a_customer(3), *guests, event=event, companions=2)
    third = invited(a_customer(4), *guests, event=event, companions=1)
    assert third.number[:11] == "1205A-LN003"
    assert invited(a_customer(5), *guests, third, event=event, over=True).number[:11] == "1205A-LN004"


@pytest.mark.parametrize("companions", [-1, 51])
def test_companions_that_cannot_be_are_refused(companions):
    with pytest.raises(InvalidError, match="companions cannot be"):
        invited(a_customer(1), companions=companions)
    with pytest.raises(InvalidError, match="companions cannot be"):
        invitations.answer(a_run(), an_event(), a_guest(1), "accepted", [], companions=companions)


def test_nobody_is_invited_to_what_is_over_or_cancelled():
    with pytest.raises(InvalidError, match="is over"):
        invited(a_customer(1), now=AFTER)
    with pytest.raises(InvalidError, match="is cancelled: rain"):
        invited(a_customer(1), event=an_event(cancelled_at=NOW, reason="rain"))


def test_the_mixture_is_shown_beside_the_target_of_the_event_or_of_the_archive():
    guests = [a_guest(1, buyer=True), a_guest(2), a_guest(3, answer="declined", buyer=True)]
    assert invitations.mixture(a_run(), an_event(), guests) == "1205A: 1 old and 1 new guests invited, target 2 : 1"
    planned = an_event(target_old=40, target_new=25)
    assert invitations.mixture(a_run(), planned, guests).endswith("target 40 : 25")


def test_a_delivery_is_noted_once():
    (delivered,) = invitations.deliver(a_run(), an_event(), a_guest(1)).puts
    assert delivered.delivered_at == NOW
    assert not invitations.deliver(a_run(), an_event(), delivered)
    with pytest.raises(InvalidError, match="was declined"):
        invitations.deliver(a_run(), an_event(), a_guest(1, answer="declined"))
    with pytest.raises(InvalidError, match="is void: lost"):
        invitations.deliver(a_run(), an_event(), a_guest(1, state="void", reason="lost"))


def test_a_later_answer_takes_the_place_of_an_earlier_one_and_needs_room():
    event = an_event(capacity=3)
    (declined,) = invitations.answer(a_run(), event, a_guest(1, seat="4"), "declined", [], reason="ill").puts
    assert (declined.answer, declined.reason, declined.seat) == ("declined", "ill", "")
    others = [declined, a_guest(2, companions=1)]
    (accepted,) = invitations.answer(a_run(), event, declined, "accepted", others).puts
    assert (accepted.answer, accepted.reason) == ("accepted", "")
    with pytest.raises(InvalidError, match="no room for 2 more"):
        invitations.answer(a_run(), event, declined, "accepted", others, companions=1)
    with pytest.raises(InvalidError, match="answer: maybe is not known"):
        invitations.answer(a_run(), event, declined, "maybe", others)


def test_who_accepts_as_invited_is_let_in_although_the_event_was_overbooked():
    guests = [a_guest(1), a_guest(2)]
    (accepted,) = invitations.answer(a_run(), an_event(capacity=1), guests[0], "accepted", guests).puts
    assert accepted.answer == "accepted"


def test_void_needs_a_reason_and_is_no_way_out_once_the_guest_came():
    with pytest.raises(InvalidError, match="only with a reason"):
        invitations.void(a_guest(1), "")
    with pytest.raises(InvalidError, match="its guest came"):
        invitations.void(a_guest(1, attended_at=NOW), "lost")
    (gone,) = invitations.void(a_guest(1), "lost").puts
    assert (gone.state, gone.reason, gone.number) == ("void", "lost", a_guest(1).number)
