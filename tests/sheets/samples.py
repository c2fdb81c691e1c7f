"""A small synthetic branch for the sheets: two staff, one site, a few files with all that happened to them."""

import tomllib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from crmkit import config
from crmkit.core.figures import Records
from crmkit.records import Call, Callback, Card, Customer, Order, PhoneCheck, Product, Site, Staff, Touch
from crmkit.records.card import Promises
from crmkit.records.customer import Phone
from crmkit.records.order import OrderItem
from crmkit.records.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 18, tzinfo=ZONE)
NAMES = ("秦玉兰", "吴美玲", "于玉梅", "张淑华", "欧阳建国")
PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)
SITE = Site(id="S2611-00000001", name="时间公园", method="stand")
STAFF = (Staff(id="E2611-00000001", code="LN", name="李娜"), Staff(id="E2611-00000002", code="WQ", name="王强"))
PRODUCT = Product(id="P2611-00000001", code="XA-3", name="磁疗床垫", model="XA-3型", warranty_months=12)


def some_settings(**archive: str) -> Settings:
    """The default settings of a branch in Beijing."""
    table = tomllib.loads(config.defaults_text())
    table["archive"].update({"name": "北京分部", "branch": "BJ"} | archive)
    return msgspec.convert(table, Settings)


def some_records(count: int) -> Records:
    """`count` files collected from 1 November on, seven a day, with all that happened to them."""
    records: dict[str, list] = {name: [] for name in Records._fields}
    for n in range(count):
        day = datetime(2026, 11, 1 + n // 7 % 20, 9, n % 60, tzinfo=ZONE)
        customer = Customer(
            id=f"C2611-{n:08}",
            name=NAMES[n % len(NAMES)],
            sex="female",
            phones=(Phone(raw="", e164=f"+861390000{n:04}", kind="mobile", state=_state(n)),),
            age_about=65,
            source="outreach" if n % 2 else "shop",
            site=SITE.name if n % 2 else "",
            collector="LN",
            collected_at=day,
            stage="buyer" if n % 5 == 0 else "",
            suspect=n % 10 == 3,
            address="北京市朝阳区望京街道8号楼3单元1203室",
            notes=(f"儿子电话 1380000{n:04}",) if n % 4 == 0 else (),
        )
        records["customers"].append(customer)
        _add_events(records, customer, n, day)
    return Records(**records)


def _state(n: int) -> str:
    return "mismatch" if n % 10 == 3 else "confirmed" if n % 3 == 0 else ""


def _add_events(records: dict[str, list], customer: Customer, n: int, day: datetime) -> None:
    result = "mismatch" if customer.suspect else "match"
    if n % 3 == 0:
        records["checks"].append(PhoneCheck(id=f"R2611-{n:08}", customer=customer.id, at=day, result=result))
    if n % 6 == 0:
        records["touches"].append(
            Touch(id=f"T2611-{n:08}", customer=customer.id, at=day, outcome="repeat", collector="WQ", source="shop")
        )
    call = Call(id=f"L2611-{n:08}", customer=customer.id, at=day + timedelta(hours=1), outcome="reached", by="WQ")
    if n % 2:
        records["calls"].append(call)
    records["callbacks"].append(
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
    if customer.stage == "buyer":
        records["cards"].append(a_card(n, customer, day))
        records["orders"].append(
            Order(
                id=f"O2611-{n:08}",
                customer=customer.id,
                ordered_on=day.date(),
                items=(OrderItem(product="XA-3", name="磁疗床垫", quantity=2),),
                total=79000,
            )
        )


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
