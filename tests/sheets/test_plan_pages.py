"""What a customer gets on paper of a plan: what stands on it, that nothing is cut, and how it is cut into pages."""

import io
from datetime import date

import msgspec
import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from crmkit.core.plans import selling, taking
from crmkit.core.plans.course import course
from crmkit.core.run import Run
from crmkit.i18n import speaking
from crmkit.records import Plan, Step
from crmkit.records.plan import Rival, Strength
from crmkit.records.step import Charge
from crmkit.sheets.write.cells import lines
from crmkit.sheets.write.forms import COLUMN_WIDTH, WRAPPED
from crmkit.sheets.write.papers import ROOM
from crmkit.sheets.write.plan_pages import PAPERS, PlanFace, plan_pages
from crmkit.sheets.write.qr import ID_SIZE
from tests.core.desk import CALENDAR, a_customer, at
from tests.sheets.samples import NOW, a_card, some_settings
from tests.sheets.scanner import scanned
from tests.sheets.soffice import printed

SETTINGS = some_settings()
BUYER = a_customer(name="秦玉兰", address="青年路11号")
SOLD = at("2026-01-01 10:00")


def a_unit(number):
    card = a_card(number, BUYER, NOW)
    return msgspec.structs.replace(
        card, serial=f"SERIAL-2026-{number:05}", warranty_until=None, bought_on=None, installed_on=None
    )


CARDS = tuple(a_unit(n) for n in (1, 2))


def a_run(time):
    return Run(now=at(time), by="LN", settings=SETTINGS)


def sold(cards=(), **terms):
    known = {"mode": "contract", "starts_on": date(2026, 1, 1), "id": "PL2601-00000001", "terms": "合同柜A-12"}
    draft = Plan(customer=BUYER.id, **(known | terms))
    return next(one for one in selling.sell(a_run("2026-01-01 10:00"), CALENDAR, draft, cards=cards).puts)


def lived(plan, *happened, today="2026-12-01 10:00", cards=()):
    """The course of `plan` after what `happened`: a function of the core's, its time, its arguments."""
    steps = []
    units = selling.units_of(cards)
    for decide, time, args in happened:
        run = a_run(time)
        change = decide(run, CALENDAR, course(plan, steps, CALENDAR, run.now, units), **args)
        steps += [one for one in change.puts if isinstance(one, Step)]
    return course(plan, steps, CALENDAR, at(today), units)


def used(day):
    return taking.use, f"{day} 10:00", {"at": at(f"{day} 10:00")}


def contract(*happened, today="2026-12-01 10:00", cards=CARDS, **terms):
    usual = {"every": ("3m",), "months": 12, "price": 12000, "waiting_fee": 8000}
    return lived(sold(cards, **(usual | terms)), *happened, today=today, cards=cards)


def maintained(day="2026-04-01"):
    """The first visit: one unit has its report, the other was not made available; a part was used."""
    time = at(f"{day} 10:00")
    report = {"k": 1, "at": time, "condition": "watch", "cards": [CARDS[0].id], "finding": "链条磨损", "by": "TT"}
    charge = Charge(code="CHAIN", quantity=2, price=33000, what="part")
    settle = {"k": 1, "at": time, "unavailable": [CARDS[1].id], "waited": 90, "charges": (charge,)}
    return [(taking.report, f"{day} 10:00", report), (taking.settle, f"{day} 11:00", settle)]


def card(*happened, today="2026-12-01 10:00", **terms):
    usual = {"mode": "prepaid", "months": 12, "visits": 12, "bonus": 2, "paid": 120000, "named": True}
    return lived(sold(**(usual | terms)), *happened, today=today)


def claimed():
    """A service contract with a claim that is proven, and one that is not."""
    rivals = tuple(Rival(name=f"第{n}家", value="48小时") for n in range(4))
    proven = Strength(claim="24小时到场", proofs=("工单统计",), own="20小时", rivals=rivals)
    plan = sold(mode="service", months=12, strengths=(proven, Strength(claim="配件齐全")))
    return lived(plan)


def a_print(present, paper, *, cards=(), k=None, mask=False, customer=BUYER, settings=SETTINGS):
    names = {"XA-3": "叉车", "CHAIN": "起升链条"}
    face = PlanFace(present, customer, cards, names, {"TT": "唐志强"}, {}, k)
    run = Run(now=at(f"{present.today} 10:00"), by="LN", settings=settings)
    return plan_pages([face], paper, run, mask=mask)


def sheets(book):
    return openpyxl.load_workbook(io.BytesIO(book.to_bytes())).worksheets


def rows(book):
    return rows_of(sheets(book))


def rows_of(pages):
    return [[cell.value for cell in row if cell.value is not None] for sheet in pages for row in sheet]


def texts(book):
    return [str(value) for row in rows(book) for value in row]


def test_the_used_visits_of_a_card_are_ticked_with_their_day_and_the_bonus_comes_last():
    found = texts(a_print(card(used("2026-02-02"), used("2026-03-02")), "card"))
    boxes = [text for text in found if text[:1] in "☑□"]
    assert boxes[:3] == ["☑ 1\n2026-02-02", "☑ 2\n2026-03-02", "□ 3"]
    assert boxes[11:] == ["□ 12", "□ 13\ngiven on top", "□ 14\ngiven on top"]


def test_the_boxes_still_open_bear_the_days_that_are_planned():
    found = texts(a_print(card(every=("1m",), today="2026-01-01 10:00"), "card"))
    assert [text for text in found if text[:1] == "□"][:2] == ["□ 1\n2026-02-02", "□ 2\n2026-03-02"]


def test_a_unit_that_is_gone_takes_no_box_of_a_planned_day():
    there = (CARDS[0], msgspec.structs.replace(CARDS[1], state="void"))
    plan = sold(CARDS, mode="prepaid", paid=40000, visits=12, every=("1m",), months=12)
    found = texts(a_print(lived(plan, today="2026-01-01 10:00", cards=there), "card"))
    assert [text for text in found if text[:1] == "□"][:2] == ["□ 1\n2026-02-02", "□ 2\n2026-03-02"]


@pytest.mark.parametrize(
    ("terms", "title"),
    [({"months": 1}, "月卡"), ({"months": 12}, "年卡"), ({"months": 0}, "预付卡"), ({"months": 6}, "预付卡")],
)
def test_a_card_is_called_by_its_term(terms, title):
    with speaking("zh"):
        assert texts(a_print(card(**terms), "card"))[0] == title


def test_a_card_tells_principal_bonus_and_what_is_left_as_the_ledger_has_them():
    found = rows(a_print(card(used("2026-02-02"), used("2026-03-02")), "card"))
    assert ["sold or topped up", "12", "2", "1200.00"] in found
    assert ["used up to now", "2", "0", "171.42"] in found
    assert ["remaining", "10", "2", "1028.58"] in found


def test_a_card_of_money_has_its_uses_and_lines_to_write_on():
    plan = card(
        (taking.use, "2026-02-02 10:00", {"at": at("2026-02-02 10:00"), "amount": 48000}),
        visits=0, bonus=0, amount=120000, bonus_amount=10000,
    )  # fmt: skip
    found = rows(a_print(plan, "card"))
    assert ["2026-02-02", "used", "-480.00", "820.00"] in found
    assert ["remaining", "720.00", "100.00", "756.93"] in found


def test_a_card_says_how_a_refund_would_be_reckoned_and_whom_to_ask():
    there = msgspec.structs.replace(SETTINGS.card, hotline="400-812-3123", address="青年路9号")
    settings = msgspec.structs.replace(SETTINGS, card=there)
    said = "\n".join(texts(a_print(card(list_price=15000, basis="list"), "card", settings=settings)))
    assert "at the list price of 150.00 a visit where you give the card back" in said
    assert "Within 7 days of paying, and unused" in said
    assert "Written terms: 合同柜A-12" in said
    assert "Questions: 400-812-3123   Address: 青年路9号" in said
    assert "less the share that was used" in "\n".join(texts(a_print(card(), "card")))


def test_a_card_needs_no_telephone_and_no_address_of_the_customer():
    for paper in ("card", "statement"):
        said = "\n".join(texts(a_print(card(), paper)))
        assert "秦玉兰" in said
        assert not ("13900000001" in said or "青年路11号" in said)


def test_the_schedule_lists_every_date_with_its_window_state_amount_and_invoice():
    found = rows(a_print(contract(*maintained(), today="2026-05-06 10:00"), "schedule", cards=CARDS))
    assert [
        "1", "2026-04-01", "2026-02-16 – 2026-05-16", "2026-04-01 · 唐志强", "settled", "900.00", "2026-05-01",
    ] in found  # fmt: skip
    assert ["4", "2027-01-01", "2026-11-17 – 2026-12-31", "2026-12-31", "planned"] in found
    assert ["Total", "900.00"] in found
    assert ["Total in capitals: RMB 玖佰元整"] in found
    assert "1. Waiting, where a unit is not made available: 80.00 an hour.\n2. Travel" in "\n".join(
        text for row in found for text in row
    )


def test_the_report_tells_each_unit_what_was_settled_and_where_to_sign():
    found = rows(a_print(contract(*maintained()), "report", cards=CARDS, k=1))
    first, second = (f"叉车\n{one.serial}\n{one.number}" for one in CARDS)
    assert ["1", first, "to be watched", "链条磨损", "to be watched"] in found
    assert ["2", second, "not made available"] in found
    assert ["Units maintained", "1 × 120.00", "120.00"] in found
    assert ["Waiting", "1:30 × 80.00", "120.00"] in found
    assert ["CHAIN 起升链条", "2 × 330.00", "660.00"] in found
    assert ["The invoice is due by 2026-05-01."] in found
    assert ["Customer: ________________", "Visitor: ________________", "Date: ________________"] in found


def test_the_report_of_a_visit_to_come_has_boxes_to_tick():
    with speaking("zh"):
        found = rows(a_print(contract(), "report", cards=CARDS, k=2))
    assert [row[2:] for row in found if row[:1] == ["1"]] == [
        ["□ 良好\n□ 需观察\n□ 维修\n□ 停用", "□ 无\n□ 需观察\n□ 维修\n□ 停用"]
    ]
    assert ["尚未结算。"] in found


def test_the_statement_of_a_card_adds_up_line_by_line_to_what_is_paid_back():
    refund = {"at": at("2026-05-06 10:00"), "cause": "ours", "paid": 30000}
    plan = card(used("2026-02-02"), used("2026-03-02"), (taking.refund, "2026-05-06 10:00", refund))
    found = rows(a_print(plan, "statement"))
    ledger = [row for row in found if len(row) == 6][1:]
    assert [row[1:] for row in ledger] == [
        ["paid for", "+12", "12", "1200.00", "1200.00"], ["bonus", "+2", "14", "0.00", "1200.00"],
        ["used", "-1", "13", "-85.71", "1114.29"], ["used", "-1", "12", "-85.71", "1028.58"],
        ["paid back", "-12", "0", "-1028.58", "0.00"],
    ]  # fmt: skip
    for line in (
        ["Left on the card", "0.00"], ["Refund: our cause", "Amount, yuan"], ["paid", "1200.00"],
        ["used, at its share of what was paid", "-171.42"], ["to be paid back", "1028.58"],
        ["Total in capitals: RMB 壹仟零贰拾捌元伍角捌分"], ["Paid back on 2026-05-06", "300.00"],
        ["Still to be paid back", "728.58"],
    ):  # fmt: skip
        assert line in found


def test_the_statement_of_a_contract_parts_units_waiting_and_parts():
    train = {"at": at("2026-06-01 10:00"), "charged": 0}
    paid = train | {"at": at("2026-06-02 10:00"), "charged": 20000}
    happened = [*maintained(), (taking.train, "2026-06-01 10:00", train), (taking.train, "2026-06-02 10:00", paid)]
    found = rows(a_print(contract(*happened), "statement", cards=CARDS))
    assert ["1", "2026-04-01", "1", "120.00", "120.00", "660.00", "900.00", "due by 2026-05-01"] in found
    assert ["Training", "2026-06-01", "free"] in found
    assert ["Training", "2026-06-02", "200.00"] in found
    assert ["Total", "1100.00"] in found


def test_sixty_dates_take_two_pages_each_with_head_code_and_number_of_pages():
    book = a_print(contract(every=("1m",), months=60, cards=()), "schedule")
    first, second = sheets(book)
    assert [one.title for one in (first, second)] == ["PL2601-00000001", "PL2601-00000001 (2)"]
    assert [one.oddFooter.center.text for one in (first, second)] == ["page 1 of 2", "page 2 of 2"]
    found = rows_of((first, second))
    assert sum(row[:2] == ["Visit", "Due"] for row in found) == 2
    dates = [row[0] for row in found if len(row) == 5 and row[0].isdigit()]
    assert dates == [str(k) for k in range(1, 61)]
    assert (
        scanned(a_print(contract(every=("1m",), months=60, cards=()), "schedule").to_bytes(), ID_SIZE)
        == ["PL2601-00000001"] * 2
    )


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_text_is_higher_than_its_row_and_no_page_than_its_paper(paper, lang):
    name = "北京新北方物流仓储设备有限责任公司朝阳第二配送中心"
    long = a_customer(name=name, address="北京市朝阳区十八里店乡吕家营村甲1号北方物流园区C区12号库东侧二层办公室" * 2)
    many = tuple(a_unit(n) for n in range(30))
    finding = "链条有磨损，伸长约1.8%；液压油液位偏低，已补至刻度线。" * 40
    report = {"k": 1, "at": at("2026-04-01 10:00"), "condition": "watch", "cards": [many[0].id], "finding": finding}
    plan = contract((taking.report, "2026-04-01 10:00", report), cards=many)
    with speaking(lang):
        book = a_print(plan, paper, cards=many, k=1 if paper == "report" else None, customer=long)
    for sheet in sheets(book)[paper == "strength" :]:  # before its pages stands the table to fill in
        areas = {str(area).split(":")[0]: area for area in sheet.merged_cells.ranges}
        for row in sheet:
            height = sheet.row_dimensions[row[0].row].height
            assert height <= 409
            for cell in row:
                look = cell.style.removeprefix("crmkit ")
                if cell.value and look in WRAPPED:
                    wide = areas[cell.coordinate].size["columns"] if cell.coordinate in areas else 1
                    room = wide * COLUMN_WIDTH * 11 / cell.font.sz - 2  # widths are told in characters of 11 points
                    assert lines(cell.value, room) * cell.font.sz * 1.2 <= height, cell.value
        assert sum(sheet.row_dimensions[row[0].row].height for row in sheet) <= ROOM + 90
        assert sheet.print_area == f"'{sheet.title}'!$A$1:${get_column_letter(9)}${sheet.max_row}"


def test_a_finding_that_no_row_can_hold_goes_on_in_the_next():
    finding = "链条有磨损。" * 200
    report = {"k": 1, "at": at("2026-04-01 10:00"), "condition": "watch", "finding": finding}
    book = a_print(contract((taking.report, "2026-04-01 10:00", report), cards=()), "report", k=1)
    assert "".join(text.replace("\n", "") for text in texts(book) if "链条" in text) == finding


def test_a_telephone_number_is_masked_in_the_head_and_in_findings():
    report = {"k": 1, "at": at("2026-04-01 10:00"), "condition": "good", "finding": "找张工13900541731"}
    plan = contract((taking.report, "2026-04-01 10:00", report), cards=())
    said = texts(a_print(plan, "report", k=1, mask=True))
    assert "139****0001" in said
    assert "找张工139****1731" in said


def test_the_same_plan_prints_the_same_bytes():
    first, second = (a_print(contract(*maintained()), "schedule", cards=CARDS).to_bytes() for _print in range(2))
    assert first == second


def test_what_libreoffice_prints_is_whole_on_the_pages_that_are_stated(tmp_path):
    path = tmp_path / "schedule.xlsx"
    with speaking("zh"):
        a_print(contract(every=("1m",), months=60, cards=()), "schedule").save(path)
    pages = printed(path)
    told = ["第 1 页，共 2 页", "2026-02-02"], ["第 2 页，共 2 页", "2030-12-31", "约定条款"]
    assert path.stat().st_size > 5000
    assert pages is None or [[word in page for word in words] for page, words in zip(pages, told, strict=True)] == [
        [True, True], [True, True, True],
    ]  # fmt: skip


@pytest.mark.parametrize("terms", [{"amount": 120000}, {"months": 6}])
def test_a_card_that_was_given_back_before_its_first_date_has_no_box_for_each_fen_or_day(terms):
    refund = (taking.refund, "2026-01-02 10:00", {"at": at("2026-01-02 10:00"), "cause": "ours", "paid": 0})
    plan = card(refund, visits=0, bonus=0, every=("1m",), **terms)
    assert {slot.state for slot in plan.slots} == {"cancelled"}
    found = texts(a_print(plan, "card"))
    assert [text for text in found if text[:1] in "☑□—"] == []
    assert "Signature" in found
