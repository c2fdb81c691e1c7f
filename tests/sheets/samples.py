"""A small synthetic branch for the sheets: two staff, one site, a few files with all that happened to them."""

import tomllib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from crmkit import config
from crmkit.core.calendar.hours import Calendar, Opening, Timetable
from crmkit.core.run import Run
from crmkit.records import (
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Customer,
    Event,
    Invitation,
    Message,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Record,
    Return,
    Site,
    Staff,
    Step,
    Ticket,
    Touch,
    Visit,
)
from crmkit.records.card import Promises
from crmkit.records.customer import Phone
from crmkit.records.order import OrderItem, ReturnedItem
from crmkit.records.settings import Settings
from crmkit.records.visit import Gift

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 18, tzinfo=ZONE)
NAMES = ("秦玉兰", "吴美玲", "于玉梅", "张淑华", "欧阳建国")
EVENTS = (
    Event(id="G2611-00000001", code="1105A", name="科普会", event_kind="lecture", starts_at=NOW - timedelta(days=16)),
    Event(id="G2611-00000002", code="1128A", name="联谊会", event_kind="gathering", starts_at=NOW + timedelta(days=7)),
)  # fmt: skip
PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)
SITE = Site(id="S2611-00000001", name="时间公园", method="stand", former_names=("时代公园",))
STAFF = (Staff(id="E2611-00000001", code="LN", name="李娜"), Staff(id="E2611-00000002", code="WQ", name="王强"))
PRODUCT = Product(id="P2611-00000001", code="XA-3", name="磁疗床垫", model="XA-3型", warranty_months=12)


def some_settings(**archive: str) -> Settings:
    """The default settings of a branch in Beijing."""
    table = tomllib.loads(config.defaults_text())
    table["archive"].update({"name": "北京分部", "branch": "BJ"} | archive)
    return msgspec.convert(table, Settings)


TIMETABLE = Timetable(Opening.parse(some_settings().hours.open), Calendar())
RUN = Run(now=NOW, by="LN", settings=some_settings())


def some_plans() -> list[Record]:
    """Plans of the first customer: a visit that was made, one that could not be, one left out; a renewal; two cards."""
    whose = {"customer": "C2611-00000000", "by": "LN"}

    def contract(n: int, **terms: object) -> Plan:
        known = {"mode": "contract", "starts_on": date(2026, 8, 1), "months": 12, "every": ("1m",), "price": 12000}
        return Plan(id=f"PL2608-{n:08}", **whose, **(known | terms))

    def card(n: int) -> Plan:
        sold = date(2026, 11, 2)
        return Plan(id=f"PL2611-{n:08}", mode="prepaid", starts_on=sold, paid=120000, paid_on=sold, visits=12, **whose)

    def step(n: int, plan: str, what: str, day: int, **more: object) -> Step:
        at = datetime(2026, 11, day, 10, tzinfo=ZONE)
        return Step(id=f"ST2611-{n:08}", about=plan, what=what, at=at, recorded_at=at, **whose, **more)

    made, away, skipped = (contract(n) for n in range(3))
    over = contract(3, starts_on=date(2025, 12, 1), every=("1y",))
    used, back = card(0), card(1)
    third = {"numbers": {"k": 3}}
    return [
        made, away, skipped, over, used, back,
        step(0, made.id, "report", 3, codes={"condition": "good"}, **third),
        step(1, made.id, "settle", 4, numbers={"k": 3, "done": 1, "amount": 12000}),
        step(2, away.id, "settle", 4, numbers={"k": 3, "unavailable": 1, "waited": 60, "amount": 8000}),
        step(3, skipped.id, "skip", 5, note="away", **third),
        step(4, over.id, "renew", 6, codes={"successor": made.id}),
        step(5, used.id, "use", 9, numbers={"units": 2}),
        step(6, back.id, "use", 9, numbers={"units": 1}),
        step(7, back.id, "refund", 10, codes={"cause": "ours"}, numbers={"due": 110000, "paid": 110000}),
    ]  # fmt: skip


def some_tickets() -> list[Record]:
    """Five tickets and four complaints of the first customer, so that each figure of service counts one at least."""
    whose = {"customer": "C2611-00000000", "by": "LN"}
    unit = {"card": "K2611-00000000", "product": "XA-3", "fault": "no-heat"}
    good = {"solved": "yes", "on_time": "yes"}
    all_good = {"attitude": 5, "skill": 5, "charged": 0}
    steps: list[Record] = []

    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=ZONE)

    def then(about: str, *whats: tuple[str, int, dict[str, str], dict[str, int]], cycle: int = 1) -> None:
        for hour, (what, day, codes, numbers) in enumerate(whats, 11):
            steps.append(Step(
                id=f"ST2611-9{len(steps):07}", about=about, what=what, at=at(day, hour), recorded_at=at(day, hour),
                codes=codes, numbers=numbers, cycle=cycle, seq=len(steps), **whose,
            ))  # fmt: skip

    def ticket(n: int, day: int, **fields: object) -> Ticket:
        return Ticket(
            id=f"TK2611-{n:08}", reported_at=at(day, 10), promises=PROMISES, symptom="不热", **whose, **fields
        )

    once, twice, again, phone, dear = (
        ticket(0, 2), ticket(1, 3, **unit), ticket(2, 10, **unit), ticket(3, 5), ticket(4, 6)
    )  # fmt: skip
    visited = {"how": "visit", "cause": "wear"}
    then(once.id, ("reply", 2, {}, {}), ("solve", 2, visited, {}), ("follow-up", 3, good, all_good))
    then(twice.id, ("work", 3, {}, {}), ("solve", 4, visited, {}))
    then(again.id, ("replace", 11, {}, {}))
    then(phone.id, ("solve", 5, {"how": "phone", "cause": "no-fault"}, {}))
    then(phone.id, ("reopen", 7, {}, {}), ("solve", 7, {"how": "phone", "cause": "no-fault"}, {}), cycle=2)
    then(dear.id, ("work", 9, {}, {"taken": 20000}), ("solve", 9, visited, {}), ("refund", 9, {}, {"paid": 15000}))
    nobody = {"outcome": "no-answer"}
    then(dear.id, *(("follow-up", day, nobody, {}) for day in (10, 11, 12)))

    def complaint(n: int) -> Complaint:
        return Complaint(id=f"CP2611-{n:08}", received_at=at(2 + n, 10), facts="修理工态度不好", **whose)

    content, heard_twice, fresh, away = complaint(0), complaint(1), complaint(2), complaint(3)
    begun = (("acknowledge", 5, {}, {}), ("investigate", 5, {"whose": "WQ"}, {}))
    offered = (("offer", 6, {"1": "退款", "2": "换新"}, {}), ("agree", 6, {}, {}), ("carry-out", 6, {}, {}))
    told, over = ("call-back", 7, {"satisfied": "yes"}, {}), ("close", 7, {"upheld": "part"}, {})
    then(content.id, *begun, *offered)
    then(content.id, told, over)
    then(heard_twice.id, *begun, *offered)
    then(heard_twice.id, ("call-back", 7, {"satisfied": "no"}, {}), ("reopen", 7, {}, {}))
    then(heard_twice.id, *((what, 8, *rest) for what, _day, *rest in offered))
    then(heard_twice.id, ("call-back", 9, {"satisfied": "yes"}, {}), ("close", 9, {"upheld": "no"}, {}))
    then(away.id, *begun, *offered)
    then(away.id, *(("call-back", day, nobody, {}) for day in (7, 8, 9)), ("close", 10, {"upheld": "no"}, {}))
    return [once, twice, again, phone, dear, content, heard_twice, fresh, away, *steps]


def some_records(count: int) -> list[Record]:
    """`count` files collected from 1 November on, seven a day, with all that happened to them."""
    records: list[Record] = [*(EVENTS if count else ())]
    for n in range(count):
        day = datetime(2026, 11, 1 + n // 7 % 20, 9, n % 60, tzinfo=ZONE)
        customer = Customer(
            id=f"C2611-{n:08}",
            name=NAMES[n % len(NAMES)],
            sex="female",
            phones=(Phone(raw="", e164=f"+861390000{n:04}", kind="mobile", state=_state(n)),),
            age_about=65,
            source="outreach" if n % 2 else "shop",
            site=("", SITE.name, "", SITE.former_names[0])[n % 4],
            collector="LN",
            collected_at=day,
            stage="buyer" if n % 5 == 0 else "",
            suspect=n % 10 == 3,
            address="北京市朝阳区望京街道8号楼3单元1203室",
            notes=(f"儿子电话 1380000{n:04}",) if n % 4 == 0 else (),
        )
        records.append(customer)
        _add_events(records, customer, n, day)
    return records


def _state(n: int) -> str:
    return "mismatch" if n % 10 == 3 else "confirmed" if n % 3 == 0 else ""


def _add_events(records: list[Record], customer: Customer, n: int, day: datetime) -> None:
    result = "mismatch" if customer.suspect else "match"
    if n % 3 == 0:
        records.append(PhoneCheck(id=f"R2611-{n:08}", customer=customer.id, at=day, result=result))
    if n % 6 == 0:
        outcome = "repeat" if n % 4 else "shared"
        records.append(
            Touch(id=f"T2611-{n:08}", customer=customer.id, at=day, outcome=outcome, collector="WQ", source="shop")
        )
    call = Call(
        id=f"L2611-{n:08}", customer=customer.id, at=day + timedelta(hours=1 + 4 * (n % 8 == 5)), outcome="reached",
        by="WQ", duration=100 + 2 * n % 360,
    )  # fmt: skip
    if n % 2:
        records.append(call)
    records.append(
        Callback(
            id=f"B2611-{n:08}",
            customer=customer.id,
            purpose="screening",
            due_at=day + timedelta(hours=2),
            owner="WQ",
            state="done" if n % 2 else "",
            call=call.id if n % 2 else "",
        )
    )
    to, how = ("", "hand") if n % 11 == 10 else ("WQ", "recycled" if n % 7 == 0 else "turn")
    records.append(Assignment(id=f"A2611-{n:08}", customer=customer.id, at=day, to=to, how=how))
    if n % 4 == 0:
        records.append(
            Message(
                id=f"H2611-{n:08}", customer=customer.id, at=day, occasion="birthday:2026", text="生日快乐！", by="WQ",
                phone=customer.phones[0].e164,
            )
        )  # fmt: skip
    _meet(records, customer, n, day)
    if customer.stage == "buyer":
        records.append(a_card(n, customer, day))
        _sell(records, customer, n, day)


def _meet(records: list[Record], customer: Customer, n: int, day: datetime) -> None:
    """A visit in five different endings, and an invitation in six."""
    took = timedelta(minutes=20 + 5 * (n % 4))
    visit = Visit(
        id=f"V2611-{n:08}", customer=customer.id, purpose="courtesy", begins_at=day + timedelta(hours=6),
        ends_at=day + timedelta(hours=7), by="WQ", state=("done", "missed", "cancelled", "", "done")[n % 5],
    )  # fmt: skip
    if visit.state == "done":
        visit = msgspec.structs.replace(
            visit, started_at=visit.begins_at, finished_at=visit.begins_at + took, outcome="已讲解",
            broken=("no-arguing",) if n % 10 == 4 else (),
            gifts=(Gift(what="水果", became="declined"),) if n % 10 == 5 else (),
        )  # fmt: skip
    if n % 5 == 3:
        told = visit.begins_at + timedelta(minutes=10 if n % 2 else -60)
        visit = msgspec.structs.replace(visit, late_at=told, late_for=visit.begins_at, late="路上堵车，非常抱歉")
    records.append(visit)
    came = n % 6 == 0
    records.append(
        Invitation(
            id=f"N2611-{n:08}", event_id=EVENTS[n % 2].id, customer=customer.id, number=f"{EVENTS[n % 2].code}-{n:03}",
            companions=n % 3, buyer=n % 4 == 0, by="LN", delivered_at=day if n % 2 else None,
            answer=("accepted", "", "declined")[n % 3], state="void" if n % 6 == 5 else "",
            attended_at=EVENTS[n % 2].starts_at if came else None, came=n % 3 if came else 0,
        )
    )  # fmt: skip


def _sell(records: list[Record], customer: Customer, n: int, day: datetime) -> None:
    """Orders paid in full, on a deposit, unpaid, returned in part, cancelled after a payment, and of unknown amount."""
    kind = n // 5 % 6
    order = Order(
        id=f"O2611-{n:08}", customer=customer.id, ordered_on=day.date(), by="WQ", terms="deposit" if kind == 1 else "",
        items=(OrderItem(product="XA-3", name="磁疗床垫", quantity=2, amount=None if kind == 5 else 79000),),
        total=None if kind == 5 else 79000, event_id=EVENTS[0].id if n % 2 == 0 else "",
        cancelled_at=day + timedelta(days=1) if kind == 4 else None,
    )  # fmt: skip
    records.append(order)
    for number, amount in enumerate(((79000,), (20000, 9000), (), (79000,), (5000,), ())[kind]):
        records.append(
            Payment(
                id=f"Y2611-{n:07}{number}", customer=customer.id, order=order.id, at=day + timedelta(days=number),
                amount=amount, what="payment", by="WQ",
            )
        )  # fmt: skip
    if kind == 3:
        back = Return(
            id=f"J2611-{n:08}", customer=customer.id, order=order.id, asked_at=day + timedelta(days=1), refund=39500,
            items=(ReturnedItem(product="XA-3", name="磁疗床垫", amount=39500),), reason="不合适", within=n < 50,
        )  # fmt: skip
        records.append(back)
        records.append(
            Payment(
                id=f"Y2611-{n:07}9", customer=customer.id, order=order.id, at=day + timedelta(days=1), amount=30000,
                what="refund", returned=back.id, by="WQ",
            )
        )  # fmt: skip


def a_card(n: int, customer: Customer, issued: datetime, prints: int = 0) -> Card:
    """The card of one unit."""
    return Card(
        id=f"K2611-{n:08}",
        created_at=issued,
        number=f"BJLN-2611{n:04}-8",
        customer=customer.id,
        product="XA-3",
        promises=PROMISES,
        serial=f"SN-{n:06}",
        bought_on=date(2026, 11, 1),
        bought_at="朝阳专卖店",
        warranty_until=date(2027, 11, 1),
        issued_by="LN",
        prints=prints,
    )
