"""What is printed in Chinese holds no English word: every sheet and workbook, of every kind of work there is.

All that stands in the archive is Chinese, or a code; so each Latin word that is printed is a text without translation.
Service cards are in both languages on purpose, and are left out.
"""

import ast
import re
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import openpyxl
import pytest

import crmkit
from crmkit.records import Call, Callback, Customer, Event, Invitation, Order, Staff, Touch, Visit
from crmkit.records.customer import SOURCES
from crmkit.records.event import EVENT_KINDS
from crmkit.records.order import OrderItem
from crmkit.records.visit import VISIT_PURPOSES
from crmkit.records.work import MOODS, OUTCOMES, PURPOSES
from tests.core.desk import NOW, a_customer, a_phone, at

# ids, numbers of cards and invitations, digests, sizes of paper; names of fonts and programs are in no cell
CODES = re.compile(
    r"\b[A-Z]{1,2}[0-9]{4}-[0-9a-z]{8}\b|\b[0-9A-Z]+-[0-9A-Z]+-[0-9A-Z]\b|\b[0-9a-f]{12,}\b|Crmkit|crmkit"
    r"|\b[0-9a-z]{20}\b|\b[0-9]{8}-[0-9]{6}-[0-9a-z]{4}\b"  # an archive, a run
)
ENGLISH = re.compile(r"[A-Za-z]*[a-z]{2,}[A-Za-z]*")
STAFF = Staff(id="E2611-00000077", code="ZM", name="周敏", roles=("screener", "service"))


def people() -> list[Customer]:
    """A person from each source; of some age and either sex, one with a refusal beside them."""
    sexes = cycle(("female", "male"))
    return [
        a_customer(
            n, name=name, source=source, sex=next(sexes), stage="screened", owner="ZM", age_about=60 + n,
            address=f"青年路{n}号", district="朝阳", referrer="C2611-00000050" if source == "referral" else "",
            phones=(a_phone(n, "confirmed"), a_phone(n + 40)), do_not_contact=(), notes=("喜欢清静",),
        )
        for n, (source, name) in enumerate(zip(SOURCES, "赵钱孙李周吴郑王冯", strict=True), 50)
    ] + [
        a_customer(70, name="张秀英", phones=(a_phone(50),), do_not_contact=("call",)),
    ]  # fmt: skip


def work() -> list[object]:
    """Each purpose of a callback and of a visit, each outcome of a call, each kind of event, orders in each state."""
    everybody = cycle(one.id for one in people() if one.id != "C2611-00000070")
    released = [a for a in people() if a.id == "C2611-00000050"]
    item = OrderItem(product="HX", name="护膝", quantity=2, price=9900, amount=19800)
    return [
        STAFF,
        *released,
        *(
            Callback(id=f"B2611-{n:08}", customer=next(everybody), purpose=purpose, due_at=NOW, owner="ZM", priority=n)
            for n, purpose in enumerate(PURPOSES * 2)
        ),
        *(
            Visit(
                id=f"V2611-{n:08}", customer=next(everybody), purpose=purpose, by="ZM", address=f"青年路{n}号",
                begins_at=at("2026-11-23 14:30") + timedelta(minutes=40 * n),
                ends_at=at("2026-11-23 15:00") + timedelta(minutes=40 * n),
            )
            for n, purpose in enumerate(VISIT_PURPOSES)
        ),
        *(
            Call(
                id=f"L2611-{n:08}", customer=next(everybody), at=NOW - timedelta(days=n), outcome=outcome, mood=mood,
                direction=direction, by="ZM", note="说好了", promise="周五送去", duration=90,
            )
            for n, (outcome, mood, direction) in enumerate(
                zip(OUTCOMES * 3, cycle(("", *MOODS)), cycle(("", "in")), strict=False)
            )
        ),
        *(
            Touch(id=f"T2611-{n:08}", customer=one.id, at=NOW, source=one.source, outcome="repeat")
            for n, one in enumerate(people())
        ),
        *(
            Event(
                id=f"G2611-{n:08}", code=f"E{n}", name="科普会", event_kind=kind, starts_at=at("2026-11-24 09:00"),
                place="友谊宾馆", capacity=30, speaker="王教授", route="地铁一号线",
            )
            for n, kind in enumerate(EVENT_KINDS)
        ),
        *(
            Invitation(
                id=f"N2611-{n:08}", event_id="G2611-00000000", customer=next(everybody), number=f"E0-LN00{n}-7",
                answer=answer, companions=n, by="ZM", buyer=bool(n % 2),
            )
            for n, answer in enumerate(("", "accepted", "accepted"))
        ),
        *(
            Order(
                id=f"O2611-{n:08}", customer=next(everybody), ordered_on=date(2026, 11, 20 - n), items=(item,),
                total=19800, by="ZM", invoice=bool(n), risk=risk, channel=channel,
            )
            for n, (risk, channel) in enumerate((("", "shop"), ("high", "visit"), ("low", "event")))
        ),
    ]  # fmt: skip


def english(texts: list[str]) -> list[str]:
    """The Latin words among `texts`, each once, with the text in which it stands."""
    found = {}
    for text in texts:
        for word in ENGLISH.findall(CODES.sub("", text)):
            found.setdefault(word, text)
    return [f"{word}: {text}" for word, text in sorted(found.items())]


def cells(path: Path) -> list[str]:
    """Every text of a workbook that people see: cells, names of sheets, headers and footers."""
    book = openpyxl.load_workbook(path)
    found = []
    for sheet in (one for one in book if one.sheet_state == "visible"):
        hidden = {name for name, column in sheet.column_dimensions.items() if column.hidden}
        parts = (sheet.oddHeader, sheet.oddFooter)
        found += [sheet.title, *(part.text or "" for line in parts for part in (line.left, line.center, line.right))]
        seen = (cell for row in sheet.iter_rows() for cell in row if cell.coordinate.rstrip("0123456789") not in hidden)
        found += [str(cell.value) for cell in seen if isinstance(cell.value, str)]
    return [text for text in found if text and not text.startswith("=")]


@pytest.fixture
def branch(shop):
    """An archive of a branch in which there is something of everything."""
    shop.ok("config", "--set", "archive.lang=zh", "--set", "archive.name=北京分部")
    shop.ok("product", "add", "--code", "HX", "--name", "护膝", "--price", "99", "--warranty-months", "12")
    shop.put(*people(), *work())
    shop.ok("customer", "release", "C2611-00000050")
    shop.ok(
        "card", "issue", "--customer", "C2611-00000051", "--product", "HX", "--serial", "88", "--bought-on", "today"
    )
    shop.ok("plan", "add", "--mode", "contract", "--customer", "C2611-00000051", "--every", "3m", "--months", "12",
            "--price", "120", "--waiting-fee", "80", "--from", "2026-06-01")  # fmt: skip
    shop.ok("plan", "add", "--mode", "prepaid", "--customer", "C2611-00000052", "--visits", "6", "--bonus", "1",
            "--paid", "600", "--list-price", "120")  # fmt: skip
    shop.ok("plan", "add", "--mode", "service", "--customer", "C2611-00000053", "--months", "12")
    shop.ok("plan", "strength", "C2611-00000053", "--claim", "准时", "--own", "好", "--rival", "甲公司=一般")
    shop.ok("plan", "report", "C2611-00000051", "1", "--condition", "watch", "--finding", "链条磨损")
    shop.ok("plan", "settle", "C2611-00000051", "1")
    shop.ok("plan", "use", "C2611-00000052")
    shop.ok("plan", "refund", "C2611-00000052", "--cause", "customer")
    return shop


PAPER = [
    ["callback", "sheet", "--due", "today"],
    ["visit", "route"],
    ["event", "print", "E0"],
    ["event", "seats", "E0"],
    ["order", "print", "O2611-00000001"],
    ["plan", "print", "C2611-00000051", "--what", "schedule"],
    ["plan", "print", "C2611-00000051:1", "--what", "report"],
    ["plan", "print", "C2611-00000051:2", "--what", "report"],
    ["plan", "print", "C2611-00000051", "--what", "statement"],
    ["plan", "print", "C2611-00000053", "--what", "strength"],
    ["plan", "print", "C2611-00000052", "--what", "card"],
    ["plan", "print", "C2611-00000052", "--what", "statement"],
    ["report", "day", "2026-11-23"],
    ["report", "month", "2026-11"],
]


@pytest.mark.parametrize("command", PAPER, ids=" ".join)
def test_what_is_printed_in_chinese_holds_no_english_word(branch, command):
    paper = branch.home / "paper.xlsx"
    branch.ok("--lang", "zh", *command, "-o", paper)
    texts = cells(paper)
    assert english(texts) == []
    assert len(texts) > 20


def test_a_call_sheet_says_in_chinese_for_whom_one_speaks(branch):
    paper = branch.home / "calls.xlsx"
    branch.ok("--lang", "zh", "callback", "sheet", "--due", "today", "-o", paper)
    texts = cells(paper)
    for words in ("公司", "售后服务部", "栏目组", "公司（由 赵 介绍）"):
        assert any(words in text for text in texts), words


def test_no_text_to_translate_hides_inside_another():
    """The catalogue is made from the calls that stand for themselves; what is inside another one is not found."""
    hidden = []
    for path in Path(crmkit.__file__).parent.rglob("*.py"):
        source = path.read_text("utf-8")
        perhaps = re.search(r"\b_\([^\n]*N_\(", source)  # parsing every file would take seconds
        for outer in ast.walk(ast.parse(source)) if perhaps else ():
            inside = [inner for part in outer.args for inner in ast.walk(part)] if _marks(outer) else []
            hidden += [f"{path.name}:{inner.lineno}" for inner in inside if _marks(inner)]
    assert hidden == []


def _marks(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
