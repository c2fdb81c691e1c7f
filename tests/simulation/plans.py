"""The desk for plans: contracts by months and by hours, prepaid cards of visits, money and time, companies' service.

Each plan is a script that makes its visits, takes and gives back money, and comes to one of its ends. What a second
use, a second settlement or a second refund would be is tried, and must be refused.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl

from tests.simulation.service import DAYS, HOURS, MINUTES, Unit, fill, yuan

if TYPE_CHECKING:
    from tests.simulation.branch import Branch, Script
    from tests.simulation.service import ServiceDesk

KINDS = ("contract", "visits", "money", "hours", "service", "time")
TRUCK = "FL1"
OPEN = ("planned", "booked", "missed")


@dataclass
class PlanDesk:
    """The plans of the office, and what was shown of each after every step."""

    branch: "Branch"
    service: "ServiceDesk"
    most: int  # plans that are sold
    plans: list[str] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    trucks: int = 0

    def open(self) -> None:
        """What the contracts are about."""
        self.branch.do("product", "add", "--code", TRUCK, "--name", "叉车", "--price", "800")

    def morning(self, day: date) -> None:
        """Sell a plan of the next kind, until there are as many as there shall be."""
        office = self.branch
        part = (day - office.first).days / len(office.days)
        people = [who for who, person in office.people.items() if person.said == person.phone and not person.refused]
        if people and len(self.plans) < min(self.most, 1 + part * 2 * self.most):
            kind = KINDS[len(self.plans) % len(KINDS)]
            office.begin(self._sold(kind, office.chance.choice(people)), office.clock + MINUTES(20))

    def evening(self, day: date) -> None:
        """Whatever is not in order with a plan is on the list; the office pays back what is due."""
        office = self.branch
        if day.weekday() == 2:
            for plan in office.ask("plan", "list", "--state", "refunding"):
                office.do("plan", "refund", plan["id"], "--amount", yuan(plan["refund_due"]))
                self._must_refuse("plan", "refund", plan["id"], "--amount", "1")
                self._look(plan["id"])

    def called(self, row: dict[str, Any]) -> bool:
        """Calls about plans are calls as any other."""
        return False

    # selling

    def _sold(self, kind: str, customer: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        words: list[object] = {
            "contract": ["--mode", "contract", "--every", "1m", "--months", chance.choice([2, 3, 12]), "--price", "120",
                         "--waiting-fee", "80"],
            "hours": ["--mode", "contract", "--every", "2m", "--every", "100h", "--months", "12", "--until-hours",
                      "400", "--price", "150"],
            "visits": ["--mode", "prepaid", "--paid", "1200", "--visits", "13", "--bonus", "2", "--list-price", "130",
                       "--every", "2w", "--months", "6"],
            "money": ["--mode", "prepaid", "--paid", "500", "--amount", "500", "--bonus-amount", "120"],
            "time": ["--mode", "prepaid", "--paid", "730", "--unlimited", "--months", chance.choice([2, 12])],
            "service": ["--mode", "service", "--months", "12"],
        }[kind]  # fmt: skip
        if kind in ("contract", "hours"):
            for unit in self._trucks(customer, 1 if kind == "hours" else chance.choice([1, 2, 3])):
                words += ["--card", unit.number]
        else:
            words += ["--customer", customer]
        if kind in ("visits", "money") and chance.random() < 0.3:
            words += ["--basis", "share"]
        if chance.random() < 0.7:
            words += ["--terms", "合同柜"]
        plan = office.ask("plan", "add", *words)["ids"][0]
        self.plans.append(plan)
        self._look(plan)
        yield office.clock + HOURS(3)
        script = {"contract": self._contract, "hours": self._hours, "visits": self._visits, "money": self._money,
                  "time": self._time, "service": self._company}[kind]  # fmt: skip
        office.begin(self._end(plan))
        yield from script(plan)

    def _trucks(self, customer: str, count: int) -> list[Unit]:
        office, found = self.branch, list[Unit]()
        for _n in range(count):
            self.trucks += 1
            issued = office.ask("card", "issue", "--customer", customer, "--product", TRUCK, "--serial",
                                f"FL{self.trucks:04}", "--bought-on", office.clock.date())  # fmt: skip
            card = next(one for one in issued["ids"] if one.startswith("K"))
            found.append(Unit(card, office.ask("card", "show", card)["number"], customer, TRUCK, ""))
        self.service.units += found
        return found

    # visits of contracts

    def _contract(self, plan: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        while slot := self._next(plan):
            name = slot["slot"]
            on = date.fromisoformat(slot["planned_on"])
            yield self._at(on - DAYS(chance.choice([1, 3, 6])), 9)
            if not self._is_open(name):
                continue
            luck = chance.random()
            if luck < 0.08:
                office.do("plan", "skip", name, "--reason", "停产检修")
                self._look(plan)
                continue
            if luck < 0.14:  # nobody goes
                yield self._at(date.fromisoformat(slot["window_to"]) + DAYS(1), 9)
                continue
            if luck < 0.3 and on < date.fromisoformat(slot["window_to"]):
                office.do("plan", "move", name, "--to", on + DAYS(1))
                on += DAYS(1)
            on = max(on, office.clock.date() + DAYS(1))
            booked = office.crm("plan", "visit", name, "--at", f"{on} 09:30", "--by", "TE", "--overlap", "-f", "json")
            yield self._at(on, 10)
            if not self._is_open(name):
                continue
            yield from self._made(plan, name, booked.code == 0)

    def _made(self, plan: str, name: str, booked: bool) -> "Script":
        """The visit: a report for each unit but those that were not there; settled once, invoiced later."""
        office, chance = self.branch, self.branch.chance
        units = office.ask("plan", "show", plan)["units"]
        away = [unit for unit in units if chance.random() < 0.15]
        there = [unit for unit in units if unit not in away]
        if booked:
            office.do("visit", "start", self._slot(name)["visit"])
        self._must_refuse("plan", "settle", name)  # without a report
        condition = chance.choice(["good", "good", "watch", "repair"])
        by_sheet = chance.random() < 0.4
        if by_sheet:
            self._by_sheet(plan, name, condition, there, away)
        for unit in [] if by_sheet else there:
            office.do(
                "plan", "report", name, "--card", unit, "--condition", condition, "--finding", "链条", "--by", "TE"
            )
        if booked:
            visit = self._slot(name)["visit"]
            if office.ask("visit", "show", visit)["state"] != "done":
                office.do("visit", "finish", visit, "--outcome", "保养", "--at", office.clock)
        told = bool(away) and not by_sheet
        more: list[object] = [word for unit in away if told for word in ("--unavailable", unit)]
        more += ["--waited", "1.5h"] if told else []
        more += ["--part", "VALVE:2"] if there and chance.random() < 0.4 else []
        office.do("plan", "settle", name, *more)
        self._must_refuse("plan", "settle", name)
        self._look(plan)
        if self._slot(name)["amount"]:
            office.begin(self._invoiced(plan, name), office.clock + DAYS(chance.randrange(1, 20)))
        yield office.clock + HOURS(1)

    def _by_sheet(self, plan: str, name: str, condition: str, there: list[str], away: list[str]) -> None:
        """The sheet of the visit, filled in for each unit, taken back, and taken once more."""
        office = self.branch
        path = office.shell.home / "plans.xlsx"
        office.do("plan", "sheet", plan, "-o", path, "--force")
        book = openpyxl.load_workbook(path)
        entries = {unit: {"Condition": condition, "Finding": "链条"} for unit in there}
        entries |= {unit: {"What became of it": "unavailable"} for unit in away}
        if away:
            entries[away[0]]["Waited (1.5h, 90min)"] = "1.5h"
        filled = sum(fill(sheet, "Card", entries, only=("Visit of a plan", name)) for sheet in book.worksheets)
        book.save(path)
        if filled != len(entries):
            office.violations.append(f"{name}: {filled} of {len(entries)} units are on its sheet")
        first, again = (office.crm("plan", "report", path, "-f", "json") for _n in range(2))
        if first.code or again.code:
            office.violations.append(f"{name}: its sheet was refused: {first.err} {again.err}")
        elif not first.json["run"] or again.json["run"]:
            office.violations.append(f"{name}: its sheet was not taken once: {first.json} {again.json}")

    def _invoiced(self, plan: str, name: str) -> "Script":
        office = self.branch
        office.do("plan", "invoice", name, "--number", f"F{office.commands}")
        self._must_refuse("plan", "invoice", name)
        self._look(plan)
        yield from ()

    def _hours(self, plan: str) -> "Script":
        """A meter is read each week; what is due by its hours is visited."""
        office, chance = self.branch, self.branch.chance
        hours, (unit,) = 0, office.ask("plan", "show", plan)["units"]
        while self._stands(plan):
            yield self._at(office.clock.date() + DAYS(7), 11)
            if not self._stands(plan):
                return
            before, (unit,) = unit, office.ask("plan", "show", plan)["units"]
            if unit != before:  # exchanged: the new one has a meter of its own
                hours = 0
                office.do("plan", "meter", plan, "--reading", hours)
            hours += chance.randrange(5, 40)
            office.do("plan", "meter", plan, "--reading", hours)
            if hours > 20:
                self._must_refuse("plan", "meter", plan, "--reading", hours - 20)
            slot = self._next(plan)
            if slot and slot["planned_on"] and date.fromisoformat(slot["planned_on"]) <= office.clock.date() + DAYS(3):
                yield from self._made(plan, slot["slot"], booked=False)
            self._look(plan)

    # prepaid

    def _visits(self, plan: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        while self._stands(plan) and (slot := self._next(plan)):
            name = slot["slot"]
            yield self._at(date.fromisoformat(slot["planned_on"]), 14)
            if not self._stands(plan) or not self._is_open(name):
                continue
            luck = chance.random()
            if luck < 0.1:
                office.do("plan", "freeze", plan)
                self._must_refuse("plan", "use", name)
                yield self._at(office.clock.date() + DAYS(chance.randrange(3, 20)), 10)
                if self._stands(plan):
                    office.do("plan", "thaw", plan)
                    self._look(plan)
                continue
            office.do("plan", "use", name)
            self._must_refuse("plan", "use", name)
            self._look(plan)
            if luck < 0.2:  # it was none, and comes back once
                step = [step for step in office.ask("plan", "show", plan)["steps"] if step["what"] == "use"][-1]["id"]
                office.do("plan", "use", plan, "--back", step)
                self._must_refuse("plan", "use", plan, "--back", step)
                self._look(plan)
                yield self._at(office.clock.date() + DAYS(1), 10)
            elif luck < 0.35:
                office.do("plan", "top-up", plan, "--paid", "300", "--visits", "3")
                self._look(plan)
            elif luck < 0.42:
                office.do("plan", "use", plan, "--units", "1")
                office.do("undo", "--yes")
                self._look(plan)

    def _money(self, plan: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        while self._stands(plan):
            yield self._at(office.clock.date() + DAYS(chance.randrange(4, 25)), 16)
            if not self._stands(plan):
                return
            left = office.ask("plan", "show", plan)["amount_left"]
            self._must_refuse("plan", "use", plan, "--amount", yuan(left + 1))
            office.do("plan", "use", plan, "--amount", yuan(min(left, chance.randrange(20_00, 180_00))))
            self._look(plan)
            if left < 100_00 and chance.random() < 0.5 and self._stands(plan):
                office.do("plan", "top-up", plan, "--paid", "200", "--amount", "200")
                self._look(plan)

    def _time(self, plan: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        self._must_refuse("plan", "use", plan)
        while self._stands(plan):
            yield self._at(office.clock.date() + DAYS(chance.randrange(10, 40)), 15)
            if self._stands(plan) and chance.random() < 0.3:
                office.do("plan", "freeze", plan)
                yield self._at(office.clock.date() + DAYS(chance.randrange(2, 12)), 10)
                if self._stands(plan, "frozen"):
                    office.do("plan", "thaw", plan)
            self._look(plan)

    # a company

    def _company(self, plan: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        self._must_refuse("plan", "log", plan, "live")
        for words in (("work-order",), ("materials",), ("check", "--passed", "no"), ("check", "--passed", "yes"),
                      ("team", "--role", "consultant", "--staff", "LN"), ("team", "--role", "service", "--staff", "WQ"),
                      ("team", "--role", "specialist", "--staff", "ZH"), ("live",)):  # fmt: skip
            office.crm("plan", "log", plan, *words)
            yield office.clock + HOURS(chance.randrange(1, 30))
        office.do("plan", "train", plan)
        self._must_refuse("plan", "train", plan)
        while self._stands(plan):
            if chance.random() < 0.8:
                office.do("plan", "log", plan, "contact", "--note", "回访")
            self._look(plan)
            yield self._at(office.clock.date() + DAYS(25), 10)

    # the end

    def _end(self, plan: str) -> "Script":
        """One of the ends: paid back for each cause, handed on, notice, renewed, ended, or it runs out."""
        office, chance = self.branch, self.branch.chance
        shown = office.ask("plan", "show", plan)
        prepaid = shown["mode"] == "prepaid"
        if prepaid:
            way = chance.choice(["seven-days", "ours", "customer", "transfer", "nothing", "nothing"])
            yield self._at(office.clock.date() + DAYS(3 if way == "seven-days" else chance.randrange(20, 120)), 17)
            if way == "nothing" or not self._stands(plan):
                return
            yield from self._given_up(plan, way)
            return
        way = chance.choice(["notice", "renew", "renew", "end", "nothing"])
        if way == "end":
            yield self._at(office.clock.date() + DAYS(chance.randrange(30, 160)), 12)
            if self._stands(plan):
                office.do("plan", "end", plan, "--reason", "叉车已出售")
                self._must_refuse("plan", "end", plan, "--reason", "再次")
                self._look(plan)
            return
        review = shown["review_on"]
        if review is None or way == "nothing":
            return
        yield self._at(date.fromisoformat(review), 16)
        if not self._stands(plan):
            return
        if plan not in {row["id"] for row in office.ask("plan", "review")}:
            office.violations.append(f"{plan}: its review was due on {review} and is not on the list")
        if way == "notice":
            office.do("plan", "notice", plan)
            self._must_refuse("plan", "notice", plan)
        else:
            office.do("plan", "review", plan, "--outcome", "renew")
            more: list[object] = [] if shown["mode"] == "service" else ["--price", "130"]
            new = office.ask("plan", "renew", plan, "--terms", "续约", *more)["ids"][0]
            self._must_refuse("plan", "renew", plan)
            self.plans.append(new)
            self._look(new)
            yield self._at(date.fromisoformat(office.ask("plan", "show", new)["starts_on"]), 9)
            office.begin(self._contract(new) if shown["mode"] == "contract" and not shown["until_hours"] else iter(()))
        self._look(plan)

    def _given_up(self, plan: str, way: str) -> "Script":
        office, chance = self.branch, self.branch.chance
        shown = office.ask("plan", "show", plan)
        if way == "transfer":
            people = [who for who, one in office.people.items() if one.said == one.phone and who != shown["customer"]]
            if not people or (shown["visits_left"] or shown["amount_left"] or 0) <= 0:
                return
            new = office.ask("plan", "transfer", plan, "--to", chance.choice(people))["ids"][0]
            self.plans.append(new)
            self._look(plan)
            self._look(new)
            yield office.clock + DAYS(1)
            if shown["every"]:
                office.begin(self._visits(new))
            self._must_refuse("plan", "refund", plan, "--cause", "ours")
            return
        ran = office.crm("plan", "refund", plan, "--cause", way)
        if ran.code:  # seven days are over, or it was used
            if way != "seven-days":
                office.violations.append(f"{plan}: {way} refused: {ran.err}")
            return
        self._look(plan)
        self._must_refuse("plan", "refund", plan, "--cause", "ours")
        owed = office.ask("plan", "show", plan)["refund_due"]
        if owed:
            self._must_refuse("plan", "refund", plan, "--amount", yuan(owed + 1))
        if owed > 1 and chance.random() < 0.3:
            office.do("plan", "refund", plan, "--amount", yuan(owed // 2))
            self._look(plan)
        if shown["every"]:
            self._must_refuse("plan", "use", f"{plan}:1")

    # what is shared

    def _at(self, day: date, hour: int) -> datetime:
        office = self.branch
        wanted = datetime(day.year, day.month, day.day, hour, tzinfo=office.clock.tzinfo)
        return max(wanted, office.clock + MINUTES(1))

    def _look(self, plan: str) -> None:
        self.shown.append(self.branch.ask("plan", "show", plan) | {"shown_on": f"{self.branch.clock.date()}"})

    def _stands(self, plan: str, *more: str) -> bool:
        return self.branch.ask("plan", "show", plan)["state"] in ("upcoming", "active", "ending", *more)

    def _next(self, plan: str) -> dict[str, Any] | None:
        if not self._stands(plan, "frozen"):
            return None
        slots = self.branch.ask("plan", "slots", plan)
        return next((one for one in slots if one["state"] in OPEN[:2] and one["planned_on"]), None)

    def _slot(self, name: str) -> dict[str, Any]:
        plan, _colon, k = name.partition(":")
        return next(one for one in self.branch.ask("plan", "slots", plan) if one["k"] == int(k))

    def _is_open(self, name: str) -> bool:
        return bool(self._slot(name)["state"] in OPEN)

    def _must_refuse(self, *words: object) -> None:
        ran = self.branch.crm(*words)
        if ran.code != 1:
            self.branch.violations.append(f"{self.branch.clock} {words}: exit {ran.code}, not refused")
