"""A week on paper and by name ends as the same week by ids.

Two of the staff see nothing but workbooks, which they fill in; the operator types names and telephone numbers only.
"""

import re
import shutil
import zlib
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import ClassVar

import msgspec
import openpyxl
import pytest

from crmkit.archive.archive import opened
from crmkit.i18n import _, speaking
from crmkit.records import REGISTRY, Product
from crmkit.sheets.read.staff_sheets import word
from tests.commands.conftest import Desk, at_desk
from tests.core import desk

PHONES = {
    "秦玉兰": "13900541731", "李建国": "13900541732", "刘国庆": "13900541733", "孙美玲": "13900541734",
    "赵德胜": "13900541735", "周桂芳": "13900541736",
}  # fmt: skip
EVENT = "1128A"
FOUND = re.compile(r"[A-Z]{1,2}[0-9]{4}-[0-9a-z]{8}")
RANDOM = ("id", "run", "key", "asked")  # a row of a sheet bears a key by which it is known again


class ByPaper:
    """What staff filled in comes back in workbooks, in the language `lang`; the operator names people."""

    def __init__(self, shop: Desk, lang: str) -> None:
        self.shop, self.lang, self.written = shop, lang, 0
        self.thought_of = cycle((lambda name: name, PHONES.get, lambda name: PHONES[name][-4:]))

    def named(self, _kind: str, name: str) -> str:
        """A person, for one of their records, as the operator thinks of them: a name, a telephone, its last digits."""
        return next(self.thought_of)(name)

    def sheet(self, make: tuple[str, ...], rows: dict, take: tuple[str, ...]) -> None:
        """Have a workbook written, filled in by the names of people and the titles of columns, and taken back."""
        self.written += 1
        file = f"sheet{self.written}.xlsx"
        self.shop.ok("--lang", self.lang, *make, "-o", file)
        self.fill(self.shop.home / file, rows)
        self.shop.ok("--lang", self.lang, *take, file)
        again = self.shop.json(*take, file)  # as happens when two people are told to take it back
        assert (again["run"], again["counts"]["unchanged"]) == ("", len(rows))

    def fill(self, path: Path, rows: dict) -> None:
        """Write into the table what staff would choose and write."""
        workbook = openpyxl.load_workbook(path)
        table = workbook.worksheets[0]
        with speaking(self.lang):
            columns = {cell.value: cell.column for cell in table[1]}
            for name, entries in rows.items():
                (line,) = (row[0].row for row in table.iter_rows(min_row=2) if name in [cell.value for cell in row])
                for title, value in entries.items():
                    table.cell(line, columns[_(title)]).value = said(value)
        workbook.save(path)

    def calls(self, owner: str, due: str, rows: dict) -> None:
        self.sheet(
            ("callback", "sheet", "--due", due, "--owner", owner),
            {name: dict(zip(CALL_TITLES, row, strict=False)) for name, row in rows.items()},
            ("callback", "done"),
        )

    def route(self, by: str, rows: dict) -> None:
        self.sheet(
            ("visit", "route", "--by", by),
            {name: dict(zip(VISIT_TITLES, row, strict=False)) for name, row in rows.items()},
            ("visit", "finish"),
        )

    def rechecks(self, rows: dict) -> None:
        titled = {
            name: {"Without an answer" if isinstance(one, Code) else "Number said": one} for name, one in rows.items()
        }
        self.sheet(("recheck", "list"), titled, ("recheck", "answer"))

    def guests(self, rows: dict) -> None:
        titled = {
            name: {"Came": Code("yes"), "Companions who came": n, "Seat taken": seat}
            for name, (n, seat) in rows.items()
        }
        self.sheet(("event", "guests", EVENT), titled, ("event", "checkin", EVENT))


class ByIds:
    """The same, each thing typed by the id of its record."""

    LISTS: ClassVar = {
        "callback": ("callback", "list"), "visit": ("visit", "list"), "order": ("order", "list"),
        "customer": ("lead", "list"), "guest": ("event", "guests", EVENT), "complaint": ("complaint", "list"),
        "ticket": ("ticket", "list"), "card": ("card", "list"),
    }  # fmt: skip

    def __init__(self, shop: Desk) -> None:
        self.shop = shop

    def named(self, kind: str, name: str) -> str:
        (found,) = self.of(kind, name)
        return found

    def of(self, kind: str, name: str) -> list[str]:
        key = "number" if kind == "guest" else "id"
        return [one[key] for one in self.shop.json(*self.LISTS[kind]) if one.get("name") == name]

    def calls(self, owner: str, due: str, rows: dict) -> None:
        listed = {one["name"]: one["id"] for one in self.shop.json("callback", "list", "--due", due, "--owner", owner)}
        for name, row in rows.items():
            self.shop.ok("callback", "done", listed[name], *flags(CALL_FLAGS, row))

    def route(self, by: str, rows: dict) -> None:
        for name, row in rows.items():
            visit, gone = self.named("visit", name), row[len(VISIT_FLAGS) :]
            told = ("missed", visit, "--reason", row[2]) if gone else ("finish", visit, *flags(VISIT_FLAGS, row))
            self.shop.ok("visit", *told)

    def rechecks(self, rows: dict) -> None:
        for name, one in rows.items():
            self.shop.ok("recheck", "answer", self.named("customer", name), one)

    def guests(self, rows: dict) -> None:
        for name, (companions, seat) in rows.items():
            typed = ("--companions", companions, "--seat", seat)
            self.shop.ok("event", "checkin", EVENT, self.named("guest", name), *typed)


class Code(str):
    """A code, of which staff choose the word."""


CALL_TITLES = ("Outcome", "Length (min:sec)", "Mood", "Said", "Next appointment", "Promise")
CALL_FLAGS = ("--outcome", "--duration", "--mood", "--note", "--next", "--promise")
VISIT_TITLES = ("Arrived", "Left", "Outcome", "Points kept", "Points broken", "Nobody there")
VISIT_FLAGS = ("--started", "--at", "--outcome", "--kept", "--broken")
REACHED, NO_ANSWER, DECLINED, LATER = (Code(c) for c in ("reached", "no-answer", "declined", "call-later"))


def said(value: object) -> object:
    """An entry as staff choose or write it."""
    return word(value) if isinstance(value, Code) else value


def flags(names: tuple[str, ...], row: tuple[str, ...]) -> list[str]:
    """The entries of a row as options."""
    return [part for name, value in zip(names, row, strict=False) if value for part in (name, value)]


def clock(shop: Desk, moment: str) -> None:
    """Go on to that time."""
    shop.env["CRMKIT_NOW"] = f"{moment}:00+08:00"


def week(shop: Desk, hand: ByPaper | ByIds) -> None:
    """Monday to Saturday at the branch; `hand` is how things are named, and how they come from the staff."""
    ok, named = shop.ok, hand.named

    clock(shop, "2026-11-23T08:30")
    for name, phone in PHONES.items():
        ok("lead", "add", "--name", name, "--phone", phone, "--source", "outreach", "--address", "青年路1号")
    clock(shop, "2026-11-23T14:00")
    hand.rechecks({"秦玉兰": PHONES["秦玉兰"], "周桂芳": Code("gone")})
    ok("callback", "plan")

    clock(shop, "2026-11-24T09:00")
    for name in PHONES:  # otherwise chance decides whose they are
        owner = "LN" if name in FIRST_CALLS else "WQ"
        ok("callback", "edit", named("callback", name), "--owner", owner, "--priority", "70")

    clock(shop, "2026-11-25T17:00")
    hand.calls("LN", "today", FIRST_CALLS)
    hand.calls("WQ", "today", {
        "刘国庆": (DECLINED, "0:40", Code("annoyed"), "不买"), "赵德胜": (LATER, "", "", "在开会", "明天上午9点"),
    })  # fmt: skip
    ok("event", "add", "--code", EVENT, "--name", "科普会", "--starts", "2026-11-28 09:00", "--capacity", "9")
    for name in ("秦玉兰", "李建国", "赵德胜"):
        ok("event", "invite", EVENT, named("customer", name), "--companions", "1")
    ok("order", "add", named("customer", "秦玉兰"), "--item", "HX1:1", "--pay", "198")
    ok("visit", "add", named("customer", "秦玉兰"), "--purpose", "delivery", "--about", named("order", "秦玉兰"),
       "--at", "2026-11-26 09:00", "--by", "LN")  # fmt: skip
    for name, by in (("李建国", "LN"), ("刘国庆", "WQ"), ("赵德胜", "WQ")):
        ok("visit", "add", named("customer", name), "--purpose", "courtesy", "--at", "2026-11-26 15:00", "--by", by,
           "--overlap")  # fmt: skip
    ok("visit", "confirm", named("visit", "秦玉兰"), "--address", "青年路2号")
    ok("visit", "move", named("visit", "赵德胜"), "--at", "2026-11-26 17:00")

    clock(shop, "2026-11-26T19:00")
    hand.route("LN", {
        "秦玉兰": ("09:05", "09:40", "已装好", Code("rest")),
        "李建国": ("15:10", "15:30", "想再看看", "", Code("no-arguing")),
    })  # fmt: skip
    hand.route("WQ", {
        "刘国庆": ("15:00", "15:20", "不在意", Code("care")), "赵德胜": ("", "", "没人开门", "", "", Code("yes")),
    })  # fmt: skip

    clock(shop, "2026-11-27T10:00")
    ok("order", "add", named("customer", "李建国"), "--item", "HX1:1", "--deposit", "100")
    ok("order", "deliver", named("order", "李建国"))
    ok("order", "pay", named("order", "李建国"), "--amount", "98", "--method", "wechat")
    ok("callback", "snooze", named("callback", "孙美玲"), "2026-11-30 09:30")
    ok("call", "log", named("customer", "周桂芳"), "--outcome", "reached", "--incoming", "--note", "自己打来",
       "--done", named("callback", "周桂芳"))  # fmt: skip
    ok("card", "issue", named("customer", "秦玉兰"), "--product", "HX1", "--serial", "SN-1")
    ok("card", "replace", named("card", "秦玉兰"), "--reason", "卡丢了")
    ok("ticket", "add", "--customer", named("customer", "秦玉兰"), "--product", "HX1", "--symptom", "不热")
    ok("ticket", "reply", named("ticket", "秦玉兰"), "--note", "明天来看")
    ok("complaint", "add", "--customer", named("customer", "刘国庆"), "--facts", "电话太多", "--wish", "别打了")
    ok("complaint", "listen", named("complaint", "刘国庆"), "--note", "听完了")
    ok("complaint", "acknowledge", named("complaint", "刘国庆"), "--promise", "2026-11-27 18:00")
    ok("note", named("customer", "孙美玲"), "女儿周末回来")
    ok("customer", "dnc", named("customer", "刘国庆"), "--channel", "call")
    ok("dedupe", "household", named("customer", "秦玉兰"), named("customer", "李建国"))
    ok("event", "answer", named("guest", "李建国"), "accepted")
    ok("event", "void", named("guest", "赵德胜"), "--reason", "不来了")

    clock(shop, "2026-11-28T09:10")
    hand.guests({"秦玉兰": (1, "A3"), "李建国": (2, "A5")})


FIRST_CALLS = {
    "李建国": (REACHED, "4:30", Code("pleased"), "膝盖疼，问价格", "明天下午3点", "带资料去"), "孙美玲": (NO_ANSWER,),
}  # fmt: skip


def renamed(text: str, names: dict[str, str]) -> str:
    """`text` with names in the place of ids."""
    return FOUND.sub(lambda hit: names.get(hit[0], hit[0]), text)


def ending(shop: Desk) -> dict[str, Counter]:
    """The records of an archive by type, each with what it refers to, without what is random in every archive."""
    with opened(shop.archive, exclusive=False, wait=10) as archive:
        told = {}
        for record_type in REGISTRY:
            for record in archive.all(record_type):
                fields = msgspec.to_builtins(record)
                told[record.id] = (record_type, {name: fields[name] for name in fields if name not in RANDOM})
    names = {one: record_type.__name__ for one, (record_type, _fields) in told.items()}
    for _round in range(3):  # a record is called by what it says, which tells more once those are named that it names
        texts = {one: renamed(f"{fields}", names) for one, (_type, fields) in told.items()}
        names = {one: f"{told[one][0].__name__}-{zlib.crc32(texts[one].encode()):08x}" for one in told}
    ended: dict[str, Counter] = {}
    for one, (record_type, _fields) in told.items():
        ended.setdefault(record_type.__name__, Counter())[texts[one]] += 1
    return ended


@pytest.fixture(scope="module")
def branch(pristine, tmp_path_factory):
    """Makes the command line of a new branch with two staff and a product."""

    def make() -> Desk:
        folder = tmp_path_factory.mktemp("week")
        shop = at_desk(folder, Path(shutil.copytree(pristine, folder / "archive")))
        product = Product(id="P2611-00000001", code="HX1", name="护膝", price=19800)
        shop.put(*(desk.staff(code, "screener", "visitor") for code in ("LN", "WQ")), product)
        return shop

    return make


@pytest.fixture(scope="module")
def by_ids(branch):
    """How the week ends by ids."""
    shop = branch()
    week(shop, ByIds(shop))
    return ending(shop)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_week_of_workbooks_and_names_ends_as_the_week_of_ids(branch, by_ids, lang):
    shop = branch()
    week(shop, ByPaper(shop, lang))
    ended = ending(shop)
    assert {kind: sum(many.values()) for kind, many in ended.items()} == {
        kind: sum(many.values()) for kind, many in by_ids.items()
    }
    for kind, many in by_ids.items():
        assert ended[kind] == many, kind
