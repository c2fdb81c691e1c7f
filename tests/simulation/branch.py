"""A branch office that lives by the commands: seeded people, three staff who do what the day's lists say.

The people are the truth that the archive does not know: whether a number is false, who picks up, who buys, who wants to
be left alone. The staff learn it only by calling and visiting. Everything goes through the command line; nothing here
reads or writes the archive's files.

What goes on for days beside the lists (a repair, a contract) is a script: a generator that yields when it goes on.
"""

import csv
import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Protocol
from unittest import mock

from tests.bench.leads import HER_CHARS, HIS_CHARS, ROADS, SURNAMES
from tests.conftest import Ran, Shell
from tests.simulation.laws import SERVICES

ZONE = timezone(timedelta(hours=8))
STAFF = {"LN": "李娜", "WQ": "王强", "ZH": "赵红"}
DISTRICTS = ("朝阳区", "海淀区", "丰台区")
SITES = ("时间公园", "青年湖早市", "老干部活动站")
PRODUCTS = {  # code → name, yuan, price tier, units used up a day
    "HX1": ("护膝", 198, "5=180", ""),
    "CH2": ("茶盒", 68, "10=60", "0.5"),
    "YY9": ("养生仪", 2980, "", ""),
}
FRIDAY, SATURDAY = 4, 5
MORNING, AFTERNOON = (time(8, 30), time(12, 15)), (time(14, 45), time(19, 45))
EVENT_EVERY = 14  # days
LEAD_TIME = 12  # days from the first invitation to the event


EXTRAS = ("邮箱", "微信", "工作单位", "备注")


def extras(person: "Person") -> tuple[str, ...]:
    """What some write down besides; an e-mail and a WeChat are shared by several, as in a family."""
    number = int(person.phone[-7:])
    wechat = person.phone if number % 3 == 0 else f"wx{number // 4}"
    told = (f"Home{number // 3}@163.com", wechat, "首钢总公司", "下午打电话")
    return tuple(text if (number >> place) % 2 else "" for place, text in enumerate(told))


@dataclass
class Person:
    """One person as they are."""

    name: str
    sex: str
    phone: str
    said: str  # the number they gave, which may be false
    district: str
    address: str
    birthday: str
    answers: float  # chance to pick up
    likes: float  # chance to accept an invitation, and to buy
    tired: float  # chance, at every call, to ask never to be called again
    refused: bool = False


Script = Iterator[datetime]  # does something each time, and says when it goes on


class Desk(Protocol):
    """A part of the office with work of its own."""

    def open(self) -> None:
        """Before the first day."""

    def morning(self, day: date) -> None:
        """Of every day, after the daily run."""

    def evening(self, day: date) -> None:
        """When the day's work is over."""

    def called(self, row: dict[str, Any]) -> bool:
        """Make the call that the callback list shows, if it is this desk's."""


@dataclass
class Branch:
    """The office, its people by customer id, and what its lists showed that they should not have shown."""

    shell: Shell
    seed: int
    files: int
    first: date
    last: date
    people: dict[str, Person] = field(default_factory=dict)
    refused: dict[str, datetime] = field(default_factory=dict)  # by customer id, when
    violations: list[str] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)  # days on which cron did not run
    commands: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.clock = datetime.combine(self.first, time(7), ZONE)
        self.days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        self.collected = 0
        self.receipts = 0
        self.event = ""  # code of the coming event
        self.event_day = self.first
        self.calls = 0
        self.appointments: set[date] = set()
        self.to_deliver: dict[str, date] = {}  # order id → day on which the goods go out
        self.desks: list[Desk] = []
        self._agenda: list[tuple[datetime, int, Script]] = []  # a heap: when which script goes on
        self._scripts = 0

    def live(self) -> None:
        """Every day from the first to the last; the same seed lives the same half-year, ids included."""
        with mock.patch("secrets.token_bytes", random.Random(self.seed).randbytes):
            self._open()
            for desk in self.desks:
                desk.open()
            for day in self.days:
                self._day(day)

    def begin(self, script: Script, at: datetime | None = None) -> None:
        """Let a script run, from `at` or from now on."""
        self._scripts += 1
        heapq.heappush(self._agenda, (at or self.clock, self._scripts, script))

    def _open(self) -> None:
        self.do("init", self.shell.archive, "--name", "北京分部", "--branch", "BJ", "--operator", "LN", "--area", "010")
        for code, name in STAFF.items():
            district = DISTRICTS[list(STAFF).index(code)]
            self.do("staff", "add", "--code", code, "--name", name, "--role", "screener", "--role", "service",
                    "--district", district)  # fmt: skip
        for site in SITES:
            self.do("site", "add", "--name", site, "--kind", "park", "--method", "stand")
        for code, (name, price, tier, daily_use) in PRODUCTS.items():
            more = (["--tier", tier] if tier else []) + (["--daily-use", daily_use] if daily_use else [])
            self.do("product", "add", "--code", code, "--name", name, "--price", price, *more)

    def _day(self, day: date) -> None:
        working = day.weekday() < SATURDAY
        self.be_at(day, 7, 40)
        if self.chance.random() < 0.12 and day != self.last:
            self.missed.append(day)
        else:
            self.do("daily")
        for desk in self.desks:
            desk.morning(day)
        if working:
            self._collect(day)
        if day.weekday() == FRIDAY:  # before the calls: who gets a message is not called for the same birthday
            self._greet()
        self._plan_event(day)
        if day == self.event_day and self.event:
            self._hold_event(day)
        if working:
            calls = self.calls
            self._call_all(day, MORNING)
            if self.calls > calls:
                self.do("lead", "assign")
            self._send_goods(day)
            if day in self.appointments:
                self._visit_all()
            if self.calls > calls:
                self._call_all(day, AFTERNOON)
            if day.weekday() == FRIDAY:
                self._settle()
        self.be_at(day, 21)
        for desk in self.desks:
            desk.evening(day)

    # collecting

    def _collect(self, day: date) -> None:
        workdays = sum(one.weekday() < SATURDAY for one in self.days)
        done = sum(one.weekday() < SATURDAY for one in self.days if one <= day)
        count = self.files * done // workdays - self.collected
        if not count:
            return
        self.be_at(day, 8, 5)
        people = [self._born(self.collected + n) for n in range(count)]
        for n in range(count):  # some give what is on file already: the same person, or a spouse
            if self.people and self.chance.random() < 0.04:
                people[n] = self.chance.choice(list(self.people.values()))
        self.collected += count
        sheet, rows = self.shell.home / "sheet.csv", self.shell.home / "rows.jsonl"
        with sheet.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["姓名", "性别", "联系电话", "家庭住址", "生日", *EXTRAS])
            writer.writerows([p.name, p.sex, p.said, p.address, p.birthday, *extras(p)] for p in people)
        source = self.chance.choice(["outreach", "outreach", "shop", "media-radio"])
        where = ["--site", self.chance.choice(SITES)] if source == "outreach" else []
        by = self.chance.choice(list(STAFF))
        ran = self.crm("lead", "import", sheet, "--source", source, *where, "--collector", by, "--date", f"{day}",
                       "--rejects", self.shell.home / "rejects.xlsx", "--force", "--rows", rows)  # fmt: skip
        assert ran.code in (0, 5), ran.err
        for person, line in zip(people, rows.read_text("utf-8").splitlines(), strict=True):
            row = json.loads(line)
            if row["outcome"] in ("added", "shared"):
                self.people[row["id"]] = person
                self.do("lead", "edit", row["id"], "--set", f"district={person.district}")
                if source == "outreach" and self.chance.random() < 0.5:
                    self.crm("recheck", "answer", row["id"], person.said if person.said == person.phone else "0")

    def _born(self, number: int) -> Person:
        chance = self.chance
        sex = chance.choice(["女", "女", "男"])
        name = chance.choice(list(SURNAMES)) + "".join(chance.choices(HER_CHARS if sex == "女" else HIS_CHARS, k=2))
        phone = f"1{chance.choice(['39', '38', '86', '77'])}{self.seed % 10}{number:07}"
        district = chance.choice(DISTRICTS)
        home = f"{chance.randrange(1, 90)}号{chance.randrange(1, 20)}号楼{chance.randrange(101, 620)}室"
        return Person(
            name=name,
            sex=sex,
            phone=phone,
            said=phone if chance.random() > 0.08 else phone[:-1] + str((int(phone[-1]) + 1) % 10),
            district=district,
            address=f"北京市{district}{chance.choice(ROADS)}{home}",
            birthday=f"{chance.randrange(1938, 1966)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            answers=chance.choice([0.5, 0.8, 0.95]),
            likes=chance.choice([0.05, 0.3, 0.7]),
            tired=1 if number % 10 == 3 else chance.choice([0, 0, 0.02, 0.15]),
        )

    # calling

    def _call_all(self, day: date, hours: tuple[time, time]) -> None:
        """What the list shows, from its top, until the hours are over."""
        self.be_at(day, hours[0].hour, hours[0].minute)
        listed_at = self.clock
        for row in self.ask("callback", "list", "--due", "today"):
            if self.clock.time() >= hours[1]:
                return
            if self.refused.get(row["customer"], listed_at) < listed_at and row["purpose"] not in SERVICES:
                self.violations.append(f"{self.clock}: {row['purpose']} listed for {row['customer']}, who had refused")
            self._call(row)

    def _call(self, row: dict[str, Any]) -> None:
        if any(desk.called(row) for desk in self.desks):
            return
        person = self.people[row["customer"]]
        by = row["owner"] or "LN"
        if person.said != person.phone:
            result = [self.chance.choice(["wrong-number", "invalid-number"])]
        elif self.chance.random() > person.answers:
            result = [self.chance.choice(["no-answer", "busy"])]
        elif self.chance.random() < person.tired and row["purpose"] not in SERVICES:
            result = ["declined", "--duration", "0:40"]
        elif self.chance.random() < 0.05:
            result = ["call-later", "--next", "+2d"]
        else:
            result = ["reached", "--duration", f"{self.chance.randrange(1, 9)}:30"]
        ran = self.crm("callback", "done", row["id"], "--outcome", *result, by=by)
        if ran.code == 1 and "was cancelled" in ran.err:  # a call made since the list was printed settled this one too
            return
        assert ran.code == 0, (row, ran.err)
        self.calls += 1
        if result[0] == "declined":
            self._refuse(row["customer"], by)
        elif result[0] == "reached" and row["purpose"] != "event-eve" and self.chance.random() < person.likes / 6:
            self._sell(row["customer"], by, "phone")

    def _refuse(self, customer: str, by: str) -> None:
        self.people[customer].refused = True
        self.refused[customer] = self.clock
        self.do("customer", "dnc", customer, "--channel", "all", "--reason", "不要再打电话", by=by)

    def _greet(self) -> None:
        """The day's birthdays by message; rendered twice, nobody gets it twice."""
        for _again in range(2):
            told = self.ask("message", "render", "birthday", "-o", "greetings.jsonl", "--force", "--record")
            lines = (self.shell.home / "greetings.jsonl").read_text("utf-8").splitlines()
            for line in lines:
                if self.people[json.loads(line)["customer"]].refused:
                    self.violations.append(f"{line} is for a person who had refused")
        if told["ids"]:
            self.violations.append(f"{told['ids']} were greeted twice")

    # events

    def _plan_event(self, day: date) -> None:
        days = (day - self.first).days
        if days % EVENT_EVERY == 0 and day + timedelta(days=LEAD_TIME) <= self.last:
            self.be_at(day, 8, 10)
            self.event_day = day + timedelta(days=LEAD_TIME)
            self.event = f"E{self.event_day:%m%d}"
            self.do("event", "add", "--code", self.event, "--name", "健康知识联谊会", "--kind", "gathering",
                    "--starts", f"{self.event_day} 15:00", "--place", "会议中心", "--capacity", "400")  # fmt: skip
            self._invite()
        elif self.event and (self.event_day - day).days in (6, 3):
            self._ask_guests(day)

    def _invite(self) -> None:
        files = [c for c in self.ask("lead", "list", "--no-suspect") if c["stage"] in ("screened", "buyer")]
        chosen = self.chance.sample(files, min(len(files), max(4, self.files // 12)))
        lines = [json.dumps({"customer": c["id"], "companions": self.chance.choice([0, 0, 1])}) for c in chosen]
        ran = self.crm("event", "invite", self.event, "-", stdin="\n".join(lines)) if lines else None
        if ran and ran.code:  # whoever refused cannot be invited
            assert ran.code == 5, ran.err
        for guest in self.ask("event", "guests", self.event):
            if self.people[guest["customer"]].refused:
                self.violations.append(f"{guest['customer']} was invited after refusing")

    def _ask_guests(self, day: date) -> None:
        self.be_at(day, 9)
        for guest in self.ask("event", "guests", self.event):
            person = self.people[guest["customer"]]
            if guest["state"] == "invited" and not person.refused and self.chance.random() < 0.7:
                self.do("event", "deliver", guest["number"])
                said = "accepted" if self.chance.random() < person.likes + 0.2 else "declined"
                self.do("event", "answer", guest["number"], said)

    def _hold_event(self, day: date) -> None:
        self.be_at(day, 14, 30)
        guests = self.ask("event", "guests", self.event)
        came = [g for g in guests if g["state"] == "accepted" and self.chance.random() < 0.8]
        if came:
            self.do("event", "checkin", self.event, "-", stdin="".join(f"{g['number']}\n" for g in came))
        self.be_at(day, 16)
        for guest in came:
            if self.chance.random() < self.people[guest["customer"]].likes:
                self._sell(guest["customer"], self.chance.choice(list(STAFF)), "event", "--event", self.event)
        self.event = ""

    # selling

    def _sell(self, customer: str, by: str, channel: str, *more: str) -> None:
        code = self.chance.choice(list(PRODUCTS))
        count = self.chance.choice([1, 1, 2, 5, 12]) if code != "YY9" else 1
        terms = self.chance.choice(["full", "full", "deposit", "collection"])
        how = {
            "full": ["--terms", "full"],
            "deposit": ["--deposit", "50", "--receipt", self._receipt()],
            "collection": ["--terms", "collection"],
        }[terms]
        placed = self.ask("order", "add", "--customer", customer, "--item", f"{code}:{count}", *how,
                          "--channel", channel, *more, by=by)  # fmt: skip
        (order,) = [one for one in placed["ids"] if one[0] == "O"]
        if terms == "full":
            self._pay(order, by)
        self.to_deliver[order] = self.clock.date() + timedelta(days=self.chance.randrange(1, 6))

    def _pay(self, order: str, by: str) -> None:
        balance = self.ask("order", "show", order)["balance"]
        if balance:
            yuan = f"{balance // 100}.{balance % 100:02}"
            self.do("order", "pay", order, "--amount", yuan, "--receipt", self._receipt(), "--counted", by=by)

    def _receipt(self) -> str:
        self.receipts += 1
        return f"R{self.receipts:05}"

    def _send_goods(self, day: date) -> None:
        for order, sent in list(self.to_deliver.items()):
            if day < sent:
                continue
            del self.to_deliver[order]
            if self.chance.random() < 0.04:
                self.do("order", "cancel", order, "--reason", "改变主意")
                continue
            self.do("order", "send", order, "--expected", "+1d")
            self._collect_balance(order)

    def _collect_balance(self, order: str) -> None:
        shown = self.ask("order", "show", order)
        if shown["balance"]:
            person = self.people[shown["customer"]]
            self.do("order", "confirm", order, "--phone", person.said, "--address", person.address)
            day = self.clock.date() + timedelta(days=2)
            while day.weekday() >= SATURDAY:
                day += timedelta(days=1)
            self.do("order", "collect", order, "--at", f"{day} 15:{self.chance.randrange(10, 60)}")
            self.appointments.add(day)

    def _visit_all(self) -> None:
        """The day's visits, as the route lists them."""
        for visit in self.ask("visit", "list", "--on", "today"):
            if visit["purpose"] != "collection":
                continue
            start = datetime.fromisoformat(visit["begins_at"])
            self.clock = max(self.clock, start)
            if self.chance.random() < 0.1:  # nobody asks again: the balance stays open
                self.do("visit", "missed", visit["id"], "--reason", "无人在家")
                continue
            self.do("visit", "start", visit["id"])
            self.clock += timedelta(minutes=self.chance.randrange(10, 45))
            self.do("visit", "finish", visit["id"], "--outcome", "顺利")
            self._pay(visit["about"], visit["by"] or "LN")

    def _settle(self) -> None:
        """Some give goods back; what is owed to people is paid back in the evening."""
        for order in self.ask("order", "list", "--since", "-7d"):
            sent = order["id"] not in self.to_deliver
            if sent and order["state"] in ("paid", "part-paid") and self.chance.random() < 0.08:
                self.do("order", "return", order["id"], "--all", "--reason", "不合适")
        for order in self.ask("order", "list", "--refund-owed"):
            owed = order["refund_owed"]
            self.do("order", "refund", order["id"], "--amount", f"{owed // 100}.{owed % 100:02}")

    # driving the command line

    def crm(self, *words: object, stdin: str = "", by: str = "LN") -> Ran:
        """Run a command now; the next one comes a minute later."""
        self.commands += 1
        now = self.clock.isoformat()
        self.clock += timedelta(minutes=1)
        return self.shell(*words, stdin=stdin, CRMKIT_NOW=now, CRMKIT_BY=by if self.commands > 4 else "")

    def do(self, *words: object, stdin: str = "", by: str = "LN") -> Ran:
        """Run a command that must succeed."""
        ran = self.crm(*words, stdin=stdin, by=by)
        assert ran.code == 0, (self.clock, words, ran.err)
        return ran

    def ask(self, *words: object, by: str = "LN") -> Any:
        """The JSON that a command prints."""
        return self.do(*words, "-f", "json", by=by).json

    def be_at(self, day: date, hour: int, minute: int = 0) -> None:
        """Let the clock stand at a time of `day`, and do what comes before it; it never goes back."""
        until = datetime.combine(day, time(hour, minute), ZONE)
        while self._agenda and self._agenda[0][0] <= until:
            due, number, script = heapq.heappop(self._agenda)
            self.clock = max(self.clock, due)
            following = next(script, None)
            if following is not None:
                heapq.heappush(self._agenda, (following, number, script))
        self.clock = max(self.clock, until)
