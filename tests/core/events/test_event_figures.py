import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.accounts import ledgers
from crmkit.core.events.event_figures import MEASURES, figures, not_bought
from crmkit.records import Payment, Return
from crmkit.records.order import ReturnedItem
from tests.core.desk import NOW, a_run
from tests.core.guests import AFTER, DAY, a_guest, an_event, an_order


def counted(guests, orders=(), payments=(), now=AFTER, returned=(), **event):
    found = figures(a_run(now), an_event(**event), list(guests), ledgers(orders, payments, returned))
    assert [figure.measure for figure in found] == list(MEASURES)
    return {figure.measure: figure for figure in found}


invitations = st.builds(
    dict,
    answer=st.sampled_from(["", "accepted", "declined"]),
    delivered_at=st.sampled_from([None, NOW]),
    attended_at=st.sampled_from([None, DAY]),
    state=st.sampled_from(["", "", "void"]),
    buyer=st.booleans(),
    came=st.integers(0, 3),
)


@settings(max_examples=60)
@given(st.lists(invitations, max_size=12), st.lists(st.integers(1, 12), max_size=8))
def test_the_figures_of_an_event_add_up(made, buyers):
    guests = [a_guest(n, **fields) for n, fields in enumerate(made, 1)]
    orders = [an_order(n, guest) for n, guest in enumerate(buyers, 1)]
    found = counted(guests, orders)
    n = {measure: figure.count for measure, figure in found.items()}
    stayed_away = sum(g.answer == "declined" and g.attended_at is None and not g.state for g in guests)
    assert n["invited"] + n["void"] == len(guests)
    assert n["invited"] == n["accepted"] + n["declined"] + n["unanswered"]
    assert n["invited"] == n["attended"] + n["absent"] + stayed_away
    assert n["attended"] == n["old-guests"] + n["new-guests"] == n["bought"] + n["not-bought"]
    assert n["buyers"] == len(set(buyers))
    assert found["orders"].amount == 100_000 * len(orders)
    assert set(found["not-bought"].ids) == {guest.id for guest in not_bought(an_event(), guests, orders)}
    for measure in set(MEASURES) - {"companions"}:
        assert len(set(found[measure].ids)) == n[measure]


def test_money_counts_what_was_received_for_orders_that_stand():
    orders = [
        an_order(1, 1, terms="deposit"), an_order(2, 2), an_order(3, 3, cancelled_at=AFTER),
        an_order(4, 4, event_id="G2611-00000002"),
    ]  # fmt: skip
    paid = [
        Payment(id="Y2612-00000001", customer="", order=orders[0].id, at=DAY, amount=20_000, what="payment"),
        Payment(id="Y2612-00000002", customer="", order=orders[1].id, at=DAY, amount=100_000, what="payment"),
        Payment(id="Y2612-00000003", customer="", order=orders[1].id, at=AFTER, amount=30_000, what="refund"),
    ]
    found = counted([], orders, paid)
    assert found["orders"].ids == (orders[0].id, orders[1].id)
    amounts = {m: found[m].amount for m in ("orders", "paid-orders", "deposits")}
    assert amounts == {"orders": 200_000, "paid-orders": 90_000, "deposits": 20_000}


def test_an_order_without_a_price_is_counted_and_adds_no_money():
    priced, unpriced, owed, back = (
        an_order(1, 1),
        an_order(2, 2, total=None),
        an_order(3, 3, terms="deposit"),
        an_order(4, 4),
    )
    paid = [Payment(id="Y2612-00000001", customer="", order=back.id, at=DAY, amount=100_000, what="payment")]
    returns = [
        Return(
            id="J2612-00000001",
            customer="",
            order=back.id,
            asked_at=AFTER,
            items=(ReturnedItem(product="HX1", amount=40_000),),
            goods_back_on=AFTER.date(),
        )
    ]
    found = counted([], [priced, unpriced, owed, back], paid, returned=returns)
    ids = {m: found[m].ids for m in ("orders", "paid-orders", "deposits", "returned-orders")}
    assert ids == {
        "orders": (priced.id, unpriced.id, owed.id, back.id), "paid-orders": (back.id,), "deposits": (),
        "returned-orders": (back.id,),
    }  # fmt: skip
    assert [found[m].amount for m in ids] == [300_000, 100_000, 0, 40_000]


def test_what_a_figure_is_a_share_of_is_a_figure_too():
    found = counted([a_guest(1, attended_at=DAY), a_guest(2, answer="declined"), a_guest(3)], [an_order(1, 1)])
    assert {m: (f.count, f.whole) for m, f in found.items() if f.whole is not None} == {
        "delivered": (0, 3), "accepted": (0, 3), "declined": (1, 3), "unanswered": (2, 3), "attended": (1, 3),
        "absent": (1, 3), "old-guests": (0, 1), "new-guests": (1, 1), "bought": (1, 1), "not-bought": (0, 1),
    }  # fmt: skip
    assert found["new-guests"].share == 1


def test_companions_are_counted_as_people_with_the_guests_who_brought_them_behind():
    found = counted([a_guest(1, attended_at=DAY, came=2), a_guest(2, attended_at=DAY), a_guest(3, came=3)])
    assert (found["companions"].count, found["companions"].ids) == (2, (a_guest(1).id,))


@pytest.mark.parametrize(("event", "share"), [({}, 2 / 3), ({"target_old": 30, "target_new": 30}, 1 / 2)])
def test_old_and_new_guests_stand_beside_their_target(event, share):
    found = counted([a_guest(1, attended_at=DAY, buyer=True), a_guest(2, attended_at=DAY)], **event)
    assert (found["old-guests"].share, found["old-guests"].target) == (0.5, share)
    assert found["new-guests"].target == pytest.approx(1 - share)


def test_before_the_event_nobody_is_absent_and_nothing_has_a_share_of_nobody():
    assert counted([a_guest(1)], now=NOW)["absent"].count == 0
    assert counted([])["attended"].share is None
