"""The workbook against a second count of the same archive that shares no code with it."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from crmkit.archive.archive import opened
from crmkit.records import Customer, Order, Payment, Return
from crmkit.records.change import Change
from crmkit.records.order import ReturnedItem
from crmkit.sheets.report.totals import TOTALS
from tests.conftest import Shell
from tests.make_demo import DEMO
from tests.recount import recount
from tests.sheets.samples import NOW, ZONE, some_plans, some_records, some_tickets

OF_THEIR_OWN = ("Service", "Plans")  # counted again below, over records of their own
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def cover(path: Path) -> list[tuple[str, float]]:
    """The numbers of a workbook's cover, with their words, from top to bottom."""
    page = openpyxl.load_workbook(path)["Cover"]
    return [(row[0].value, row[4].value) for row in page.iter_rows() if row[7].hyperlink]


def counted(crm: Shell, folder: Path) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """The cover of November as the workbook has it, and as the recount has it."""
    crm.ok("--lang", "en", "report", "month", "2026-11", "-o", "november.xlsx", CRMKIT_NOW=NOW.isoformat())
    numbers = recount(folder, FIRST, LAST, NOW)
    wanted = [
        (total.words, numbers[f"{total.measure}_fen"] / 100 if total.kind == "money" else numbers[total.measure])
        for heading, totals in TOTALS.items()
        for total in totals
        if heading not in OF_THEIR_OWN
    ]
    return cover(crm.home / "november.xlsx"), wanted


def test_the_demo_s_workbook_says_what_its_files_say(home):
    folder = Path(shutil.copytree(DEMO, home / "demo"))
    shown, wanted = counted(Shell(home, folder), folder)
    assert [line for line in shown if line[1]] == [line for line in wanted if line[1]]
    assert dict(shown)["Files collected"] > 30


def test_every_number_of_a_busy_month_is_that_of_the_recount(crm, archive):
    records = some_records(200)
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=tuple(records)), "test put", run_at=NOW, by="LN")
    shown, wanted = counted(crm, archive)
    assert shown == wanted
    assert all(number for _words, number in shown)


def test_every_number_of_service_is_that_of_the_recount_once_nobody_comes_again(crm, archive):
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=(*some_records(6), *some_tickets())), "test put", run_at=NOW, by="LN")
    later = NOW + timedelta(days=40)
    crm.ok("--lang", "en", "report", "month", "2026-11", "-o", "november.xlsx", CRMKIT_NOW=later.isoformat())
    numbers = recount(archive, FIRST, LAST, later)
    wanted = {
        total.words: numbers[f"{total.measure}_fen"] / 100 if total.kind == "money"
        else numbers[f"{total.measure}_days" if total.kind == "days" else total.measure]
        for total in TOTALS["Service"]
    }  # fmt: skip
    shown = dict(cover(crm.home / "november.xlsx"))
    assert {words: shown[words] for words in wanted} == wanted
    assert all(wanted.values())


def test_every_number_of_plans_is_that_of_the_recount(crm, archive):
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=(*some_records(6), *some_plans())), "test put", run_at=NOW, by="LN")
    later = NOW + timedelta(days=40)
    crm.ok("--lang", "en", "report", "month", "2026-11", "-o", "november.xlsx", CRMKIT_NOW=later.isoformat())
    numbers = recount(archive, FIRST, LAST, later)
    wanted = {
        total.words: numbers[f"{total.measure}_fen"] / 100 if total.kind == "money" else numbers[total.measure]
        for total in TOTALS["Plans"]
    }
    shown = dict(cover(crm.home / "november.xlsx"))
    assert {words: shown[words] for words in wanted} == wanted
    assert all(wanted.values())


def test_what_was_handed_on_is_sold_once(crm, archive):
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731")
    crm.ok("lead", "add", "--name", "李建国", "--phone", "13900541732")
    (card,) = crm.json("plan", "add", "--mode", "prepaid", "--customer", "13900541731", "--paid", "600",
                       "--visits", "6")["ids"]  # fmt: skip
    crm.ok("plan", "use", card, "--units", "1")
    crm.ok("plan", "transfer", card, "--to", "13900541732")
    _counts, amounts = november(crm, NOW.isoformat())
    numbers = recount(archive, FIRST, LAST, NOW)
    for measure, fen in (("prepaid-sold", 60000), ("prepaid-used", 10000), ("prepaid-owed", 50000)):
        assert (amounts[measure], numbers[f"{measure}_fen"]) == (fen, fen)


@pytest.mark.parametrize(("kind", "period"), [("day", "2026-11-05"), ("week", "2026-W45")])
def test_json_tells_the_counts_and_the_fen_of_the_recount(crm, archive, kind, period):
    records = some_records(100)
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=tuple(records)), "test put", run_at=NOW, by="LN")
    told = crm.json("report", kind, period, "-o", "r.xlsx", CRMKIT_NOW=NOW.isoformat())
    numbers = recount(archive, date.fromisoformat(told["first"]), date.fromisoformat(told["last"]), NOW)
    sums = {name.removesuffix("_fen"): n for name, n in numbers.items() if name.endswith("_fen") and n}
    counts = {name: n for name, n in numbers.items() if not name.endswith("_fen") and n}
    assert {name: told["amounts"][name] for name in sums} == sums
    assert {name: told["figures"][name] for name in counts} == counts


@pytest.fixture
def a_year_end(crm, archive):
    """Of the orders of October and November: one paid late, one returned and one cancelled after November."""
    person = next(one for one in some_records(1) if isinstance(one, Customer))

    def order(n: int, day: date, **more: object) -> Order:
        return Order(id=f"O2611-{n:08}", customer=person.id, ordered_on=day, total=10000, by="LN", **more)

    def paid(n: int, amount: int, day: int, month: int = 11) -> Payment:
        at = datetime(2026, month, day, 9, tzinfo=ZONE)
        return Payment(
            id=f"Y2611-{n:07}{month % 10}", customer=person.id, order=f"O2611-{n:08}", at=at, amount=amount,
            what="payment", by="LN",
        )  # fmt: skip

    december = datetime(2026, 12, 5, 9, tzinfo=ZONE)
    back = Return(
        id="J2612-00000001", customer=person.id, order="O2611-00000003", asked_at=december, refund=10000,
        items=(ReturnedItem(product="XA-3", name="磁疗床垫", amount=10000),),
    )  # fmt: skip
    puts = (
        person, order(1, date(2026, 10, 20)), order(2, date(2026, 11, 3)), order(3, date(2026, 11, 4)),
        order(4, date(2026, 11, 5), cancelled_at=december), order(5, date(2026, 12, 1)),
        paid(1, 4000, 21, 10), paid(2, 3000, 4), paid(2, 7000, 4, 12), paid(3, 10000, 6), paid(4, 2500, 6), back,
    )  # fmt: skip
    with opened(archive, exclusive=True, wait=0) as store:
        store.commit(Change(puts=puts), "test put", run_at=december, by="LN")
    return crm


def november(crm: Shell, now: str) -> tuple[dict[str, int], dict[str, int]]:
    told = crm.json("report", "month", "2026-11", "-o", "r.xlsx", "--force", CRMKIT_NOW=now)
    return told["figures"], told["amounts"]


def test_what_is_owed_is_that_of_all_orders_at_the_end_of_the_month(a_year_end, archive):
    counts, amounts = november(a_year_end, "2026-12-31T18:00:00+08:00")
    assert (counts["orders"], counts["balances"], amounts["balances"]) == (3, 3, 6000 + 7000 + 7500)
    assert "owed" not in amounts
    numbers = recount(archive, FIRST, LAST, datetime(2026, 12, 31, 18, tzinfo=ZONE))
    assert (numbers["balances"], numbers["balances_fen"], numbers["owed_fen"]) == (3, 20500, 0)


def test_a_month_is_the_same_whenever_it_is_counted(a_year_end, archive):
    before, after = (november(a_year_end, now) for now in ("2026-11-30T23:00:00+08:00", "2026-12-31T18:00:00+08:00"))
    assert before == after
    assert before[1]["revenue"] == 30000
    december = a_year_end.json("report", "month", "2026-12", "-o", "d.xlsx", CRMKIT_NOW="2026-12-31T18:00:00+08:00")
    assert (december["amounts"]["returns"], december["amounts"]["owed"]) == (10000, 10000 + 2500)
    assert december["amounts"]["balances"] == 6000 + 10000
    numbers = recount(archive, date(2026, 12, 1), date(2026, 12, 31), datetime(2026, 12, 31, 18, tzinfo=ZONE))
    assert (numbers["owed_fen"], numbers["returns_fen"], numbers["revenue_fen"]) == (12500, 10000, 10000)
