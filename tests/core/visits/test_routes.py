"""The order of a day's visits, and what the visitor takes along."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.accounts import Ledger
from crmkit.core.visits import routes
from crmkit.core.visits.routes import NOTHING, Errand, Stop, in_order, place
from crmkit.records import Card, Event, Invitation, Order, Payment, Return, Visit
from crmkit.records.card import Promises
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import NOW, a_customer, at

MORNING = at("2026-11-23 08:00")
STREETS = ("朝阳区青年路{n}号", "朝阳区和平路{n}号院2号楼", "海淀区学院路{n}号", "{n} Oak Road", "")


def a_stop(number: int, begins: str, ends: str, address: str = "", **customer) -> Stop:
    visit = Visit(
        id=f"V2611-{number:08}",
        customer=f"C2611-{number:08}",
        purpose="courtesy",
        begins_at=at(f"2026-11-23 {begins}"),
        ends_at=at(f"2026-11-23 {ends}"),
        address=address,
    )
    return Stop(visit, a_customer(number, **customer))


def a_route(*stops: Stop) -> list[int]:
    return [int(stop.visit.id[-2:]) for stop in in_order(stops, 30)]


@st.composite
def days(draw: st.DrawFn) -> list[Stop]:
    stops = []
    for number in range(draw(st.integers(0, 9))):
        begins = MORNING + timedelta(minutes=15 * draw(st.integers(0, 40)))
        ends = begins + timedelta(minutes=15 * draw(st.integers(1, 24)))
        address = draw(st.sampled_from(STREETS)).format(n=draw(st.integers(1, 12)))
        stops.append(a_stop(number, f"{begins:%H:%M}", f"{min(ends, at('2026-11-23 23:59')):%H:%M}", address))
    return stops


@given(days(), st.randoms(use_true_random=False), st.sampled_from([0, 30, 60]))
@settings(max_examples=150)
def test_a_route_has_every_stop_once_keeps_the_windows_apart_and_depends_on_nothing_else(stops, chance, minutes):
    route = in_order(stops, minutes)
    assert sorted(stop.visit.id for stop in route) == [stop.visit.id for stop in stops]
    for position, before in enumerate(route):
        for after in route[position + 1 :]:
            assert not after.visit.ends_at <= before.visit.begins_at
    shuffled = list(stops)
    chance.shuffle(shuffled)
    assert in_order(shuffled, minutes) == route
    assert in_order(route, minutes) == route


def test_fixed_appointments_come_at_their_time_wherever_they_are():
    early = a_stop(1, "15:00", "15:30", "海淀区学院路9号")
    late = a_stop(2, "16:00", "16:30", "朝阳区青年路1号")
    assert a_route(late, early) == [1, 2]


def test_whoever_can_wait_does_not_make_an_appointment_late():
    waiting = [a_stop(n, "09:00", "18:00", f"朝阳区青年路{n}号") for n in (1, 2, 3)]
    fixed = a_stop(4, "10:00", "10:30", "海淀区学院路9号")
    assert a_route(*waiting, fixed) == [1, 2, 4, 3]


def test_those_who_can_wait_are_visited_by_district_street_and_number():
    addresses = ("朝阳区青年路11号", "海淀区学院路2号", "朝阳区青年路9号", "朝阳区和平路30号", "海淀区学院路2号院")
    stops = [a_stop(n, "14:30", "20:00", address) for n, address in enumerate(addresses)]
    assert a_route(*stops) == [3, 2, 0, 1, 4]


def test_the_next_stop_is_in_the_same_street_before_a_new_district_is_begun():
    first = a_stop(1, "14:30", "15:00", "海淀区学院路2号")
    others = [a_stop(2, "14:30", "20:00", "朝阳区青年路1号"), a_stop(3, "14:30", "20:00", "海淀区学院路8号")]
    assert a_route(first, *others) == [1, 3, 2]


def test_nobody_knows_where_a_stop_without_address_is_so_it_comes_last():
    stops = [a_stop(1, "14:30", "20:00"), a_stop(2, "14:30", "20:00", "朝阳区青年路1号")]
    assert a_route(*stops) == [2, 1]


@pytest.mark.parametrize(
    ("smaller", "greater"),
    [
        ("青年路9号", "青年路11号"),
        ("青年路九号", "青年路十一号"),
        ("青年路11号院2号楼", "青年路11号院12号楼"),
        ("青年路12号", "青年路12a号"),
        ("3 Oak Road", "12 Oak Road"),
    ],
)
def test_house_numbers_count_as_numbers(smaller, greater):
    assert place(smaller, "") < place(greater, "")


def test_the_district_of_the_address_goes_before_that_of_the_file():
    assert place("北京市朝阳区青年路9号", "海淀").district == "朝阳"
    assert place("青年路9号", "海淀区").district == "海淀"
    assert place("", "海淀区").unknown


def test_a_stop_is_where_it_was_confirmed_else_where_the_order_goes_else_at_home():
    home = a_customer(address="和平路7号")
    visit = a_stop(1, "15:00", "15:30").visit
    assert Stop(visit, home).address == "和平路7号"
    assert Stop(visit, home, Errand(address="青年路1号")).address == "青年路1号"
    confirmed = a_stop(1, "15:00", "15:30", "学院路3号").visit
    assert Stop(confirmed, home, Errand(address="青年路1号")).address == "学院路3号"


ITEMS = (OrderItem(product="HX1", quantity=3, amount=59400), OrderItem(name="暖宝", quantity=1, amount=1000))
ORDER = Order(id="O2611-00000001", customer="C2611-00000001", ordered_on=date(2026, 11, 20), items=ITEMS, total=60400)
DEPOSIT = Payment(customer=ORDER.customer, order=ORDER.id, at=NOW, amount=10000, what="payment")
NAMES = {"HX1": "护膝"}


def errand(order: Order = ORDER, payments=(), returns=()) -> Errand:
    return routes.of_order(Ledger(order, payments, returns), lambda code: NAMES.get(code, code))


def test_the_goods_are_brought_until_they_are_delivered_and_the_balance_until_it_is_paid():
    assert errand() == Errand(("3 × 护膝", "1 × 暖宝"), 60400)
    assert errand(payments=(DEPOSIT,)).collect == 50400
    delivered = Order(**{f: getattr(ORDER, f) for f in ORDER.__struct_fields__} | {"delivered_on": date(2026, 11, 22)})
    assert errand(delivered, (DEPOSIT,)) == Errand((), 50400)


def test_what_came_back_is_neither_brought_nor_paid_for():
    back = Return(
        customer=ORDER.customer, order=ORDER.id, asked_at=NOW,
        items=(ReturnedItem(product="HX1", quantity=3, amount=59400),),
    )  # fmt: skip
    assert errand(returns=(back,)) == Errand(("1 × 暖宝",), 1000)


def test_a_card_says_which_unit_and_an_event_which_invitation():
    promises = Promises(reply=2, solution=8, solved=30, follow_up=72)
    card = Card(number="BJLN-26110042-8", customer="C", product="HX1", promises=promises, serial="SN-1")
    assert routes.of_card(card, NAMES.__getitem__).bring == ("card BJLN-26110042-8: 护膝 SN-1",)
    event = Event(code="1205A", name="联谊会", starts_at=NOW)
    invitation = Invitation(event_id="G", customer="C", number="1205A-003")
    assert routes.of_event(event, invitation).bring == ("invitation 1205A-003 to 联谊会",)
    assert routes.of_event(event, None).bring == ("for 联谊会",)


def next_steps(purpose: str, order: Order | None = None, about: str = "", done: Errand = NOTHING) -> tuple[str, ...]:
    visit = Visit(customer="C2611-1", purpose=purpose, begins_at=NOW, ends_at=NOW, about=about)
    return routes.next_steps(visit, order, done)


def test_a_finished_visit_says_what_is_left_to_type():
    assert next_steps("courtesy") == ()
    assert "crmkit order deliver O2611-00000001" in next_steps("delivery", ORDER, ORDER.id)[0]
    (paid,) = next_steps("collection", ORDER, ORDER.id, Errand(collect=50400))
    assert "crmkit order pay O2611-00000001 --amount 504.00" in paid
    assert "crmkit card issue --customer C2611-1" in next_steps("installation")[0]
    assert next_steps("installation", about="K2611-00000001") == ()
