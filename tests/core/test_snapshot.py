from datetime import date

from crmkit.core.snapshot import Snapshot
from crmkit.records import Callback, Customer, Order, Payment, Return, Visit
from crmkit.records.change import Change
from crmkit.records.order import OrderItem, ReturnedItem
from tests.core.desk import NOW, a_customer

QIN, WU = a_customer(1), a_customer(2)
TWIN = a_customer(3, merged_into=QIN.id)
TRIPLET = a_customer(4, merged_into=TWIN.id)


def an_order(number: int, **fields: object) -> Order:
    items = (OrderItem(product="HX1", quantity=1, amount=1000),)
    return Order(
        id=f"O2611-{number:08}", customer=QIN.id, ordered_on=date(2026, 11, 1), total=1000, items=items, **fields
    )


def test_a_type_is_read_when_it_is_asked_for_and_once():
    asked = []

    def read(record_type):
        asked.append(record_type)
        return iter([QIN, WU]) if record_type is Customer else iter(())

    snapshot = Snapshot(read)
    assert asked == []
    assert (list(snapshot[Customer]), list(snapshot[Customer]), list(snapshot[Visit])) == ([QIN, WU], [QIN, WU], [])
    assert set(snapshot.customers) == {QIN.id, WU.id}
    assert asked == [Customer, Visit]


def test_a_merged_file_gives_its_survivor_and_one_that_is_gone_nobody():
    snapshot = Snapshot.of(QIN, TWIN, TRIPLET)
    assert [snapshot.person(one.id) for one in (QIN, TWIN, TRIPLET, WU)] == [QIN, QIN, QIN, None]
    assert (set(snapshot.customers), set(snapshot.merged)) == ({QIN.id}, {TWIN.id, TRIPLET.id})


def test_after_a_change_what_it_puts_is_there_what_it_drops_is_not_and_the_rest_as_before():
    call = Callback(id="B2611-00000001", customer=QIN.id, purpose="manual", due_at=NOW)
    elder = a_customer(1, name="秦玉")
    before = Snapshot.of(QIN, WU, call)
    after = before.after(Change(puts=(elder, TWIN), drops=(WU.id,)))
    assert list(after[Customer]) == [elder, TWIN]
    assert list(after[Callback]) == [call]
    assert list(before[Customer]) == [QIN, WU]
    assert list(after.after(Change(drops=(call.id,)))[Callback]) == []


def test_an_order_stands_unless_it_was_cancelled_or_came_back_as_a_whole():
    kept, off, back = an_order(1), an_order(2, cancelled_at=NOW), an_order(3)
    paid = Payment(id="Y2611-00000001", customer=QIN.id, order=kept.id, at=NOW, amount=400, what="payment")
    came = Return(
        id="J2611-00000001", customer=QIN.id, order=back.id, asked_at=NOW,
        items=(ReturnedItem(product="HX1", quantity=1, amount=1000),),
    )  # fmt: skip
    snapshot = Snapshot.of(kept, off, back, paid, came)
    assert [ledger.order.id for ledger in snapshot.standing_orders] == [kept.id]
    assert {order: ledger.account.state for order, ledger in snapshot.ledgers.items()} == {
        kept.id: "part-paid", off.id: "cancelled", back.id: "returned",
    }  # fmt: skip
    assert snapshot.ledgers[kept.id].account.balance == 600
