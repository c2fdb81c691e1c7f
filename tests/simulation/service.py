"""The service desk: units are sold with cards, break, are guided, served, charged, replaced; people complain.

The truth that the archive does not know: which unit is weak and fails again in the same way, whether a repair holds,
what a technician really takes, whether somebody is at home. The desk does what the commands tell it to do, no more.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from tests.simulation.branch import Branch, Script

SOLD = {"ZJ1": ("灶具", 12), "QX2": ("清洗机", 0)}  # code → name, months of warranty
NO_WARRANTY = ("QX2", "FL1")
FAULTS = {"no-power": "打不着火", "leak": "漏水", "noise": "响声大"}
LIST = {
    "VALVE": ("part", 20),
    "COVER": ("part", 15),
    "CLEAN": ("labour", 40),
    "TRIP": ("fee", 30),
    "CHECK": ("fee", 50),
}  # yuan
DEARER = {"VALVE": 25, "TRIP": 35}  # from the middle of the time on
WORKERS = {  # code → name, role, district, units a day
    "TE": ("张强", "technician", "朝阳区", 15),
    "TF": ("刘伟", "technician", "海淀区", 2),
    "DL": ("丰台经销", "dealer", "丰台区", 15),
}
NOT_THE_UNIT = ("misuse", "no-fault")
MINUTES, HOURS, DAYS = (lambda n: timedelta(minutes=n)), (lambda n: timedelta(hours=n)), (lambda n: timedelta(days=n))


@dataclass
class Unit:
    """One unit as it is."""

    card: str
    number: str  # of its card
    customer: str
    product: str
    weak: str  # the fault that it has again and again; "" for a sound one
    busy: bool = False  # a ticket is open


@dataclass
class Job:
    """One ticket as whoever serves knows it."""

    ticket: str
    unit: Unit
    fault: str
    pocketed: int = 0  # yuan taken that are not written down
    works: bool = True  # the repair holds


@dataclass
class ServiceDesk:
    """The desk, its units, and what its lists showed."""

    branch: "Branch"
    rate: float = 1  # how much oftener units break than they would
    units: list[Unit] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    breached: dict[datetime, set[str]] = field(default_factory=dict)  # by evening, what the list of breaches showed
    due: dict[date, set[str]] = field(default_factory=dict)  # ids in `due`, by day
    mornings: dict[date, datetime] = field(default_factory=dict)  # when that was read
    prices: list[tuple[date, str, int]] = field(default_factory=list)  # since when, code, fen
    _sheet: dict[str, Job] = field(default_factory=dict)  # for today's sheet, by ticket

    def open(self) -> None:
        """Products, price list, faults, and who is sent."""
        office = self.branch
        for code, (name, months) in SOLD.items():
            warranty = ["--warranty-months", months] if months else []
            office.do("product", "add", "--code", code, "--name", name, "--price", "800", *warranty)
        for code, (kind, price) in LIST.items():
            office.do("product", "add", "--code", code, "--name", code, "--kind", kind, "--price", price)
            self.prices.append((office.first, code, price * 100))
        for code, name in FAULTS.items():
            office.do(
                "fault", "add", "--code", code, "--name", name, "--question", "电池装反了吗", "--step", "断电再试"
            )
        for code, (name, role, district, units) in WORKERS.items():
            office.do("staff", "add", "--code", code, "--name", name, "--role", role, "--district", district,
                      "--units-per-day", units)  # fmt: skip

    def morning(self, day: date) -> None:
        """Read what is due; sell units, and let some of those that are there break."""
        office, chance = self.branch, self.branch.chance
        office.be_at(day, 7, 45)
        self.mornings[day] = office.clock
        self.due[day] = {row["id"] for row in office.ask("due")}
        if day == office.first + (office.last - office.first) / 2:
            for code, price in DEARER.items():
                office.do("product", "edit", code, "--set", f"price={price}")
                self.prices.append((day, code, price * 100))
        wanted = max(8, office.files // 6) * min(1, self.rate * 2 * (day - office.first).days / len(office.days))
        while len(self.units) < wanted and (people := self._reachable()):
            self._sell(chance.choice(people), day)
        for unit in self.units:
            if not unit.busy and chance.random() < self.rate * (0.06 if unit.weak else 0.012):
                office.begin(self._repair(unit), datetime.combine(day, office.clock.time(), office.clock.tzinfo)
                             + MINUTES(chance.randrange(30, 14 * 60)))  # fmt: skip
                unit.busy = True

    def evening(self, day: date) -> None:
        """Take the day's sheet back, pay back what is owed once a week, and read the list of breaches."""
        office = self.branch
        if self._sheet:
            self._take_back(day)
        if day.weekday() == 5:
            self._pay_back()
            self._mark()
        now = office.clock
        self.breached[now] = {row["id"] for row in office.ask("ticket", "list", "--breached")}

    def called(self, row: dict[str, Any]) -> bool:
        """Ask how it was, where the callback is about a ticket."""
        job = self.jobs.get(row["about"])
        if job is None:
            return False
        shown = self.branch.ask("ticket", "show", job.ticket)
        if shown["state"] != "solved":
            return False
        self._ask(job)
        return True

    # selling

    def _reachable(self) -> list[str]:
        return [who for who, person in self.branch.people.items() if person.said == person.phone]

    def _sell(self, customer: str, day: date) -> None:
        office, chance = self.branch, self.branch.chance
        product = chance.choice([*SOLD])
        bought = day - timedelta(days=chance.randrange(0, 3))
        issued = office.ask(
            "card", "issue", "--customer", customer, "--product", product, "--serial", f"SN{len(self.units):05}",
            "--bought-on", bought, "--bought-at", "专卖店",
        )  # fmt: skip
        card = next(one for one in issued["ids"] if one.startswith("K"))
        weak = chance.choice([*FAULTS]) if chance.random() < 0.3 else ""
        self.units.append(Unit(card, office.ask("card", "show", card)["number"], customer, product, weak))

    # a ticket

    def _repair(self, unit: Unit) -> "Script":
        """From the report to the end, as far as it does not hang on a callback."""
        office, chance = self.branch, self.branch.chance
        fault = unit.weak or chance.choice([*FAULTS])
        known = ["--fault", fault] if chance.random() < 0.8 else []
        late = ["--at", office.clock - HOURS(chance.randrange(1, 4))] if chance.random() < 0.1 else []
        promise = ["--promise", office.clock + HOURS(chance.randrange(3, 40))] if chance.random() < 0.3 else []
        reported = office.ask(
            "ticket", "add", "--card", unit.number, "--symptom", FAULTS[fault], *known, *late, *promise
        )
        job = Job(reported["ids"][0], unit, fault)
        self.jobs[job.ticket] = job
        if chance.random() < 0.05:
            office.do("ticket", "cancel", job.ticket, "--reason", "withdrawn")
            unit.busy = False
            return
        yield from self._answer(job)
        if chance.random() < 0.25:
            yield office.clock + MINUTES(20)
            cause = chance.choice([*NOT_THE_UNIT, "defect"])
            if self._new_unit(job):
                return
            office.do("ticket", "solve", job.ticket, "--cause", cause, "--fault", fault, "--how", "phone")
            job.works = chance.random() < 0.8
            if not known and cause not in NOT_THE_UNIT and self._entitled(job):  # told only with the fault
                office.do("ticket", "reopen", job.ticket, "--mistake")
                self._new_unit(job)
        else:
            yield from self._served(job)
        yield from self._after(job)

    def goes_on(self, job: Job) -> "Script":
        """A ticket that somebody else took down."""
        yield from self._answer(job)
        yield from self._served(job)
        yield from self._after(job)

    def _answer(self, job: Job) -> "Script":
        office, chance = self.branch, self.branch.chance
        yield office.clock + MINUTES(chance.choice([5, 20, 70, 200]))
        if chance.random() < 0.15:
            office.do("ticket", "reply", job.ticket, "--outcome", "no-answer")
            yield office.clock + HOURS(chance.randrange(1, 20))
            office.do("ticket", "resume", job.ticket)
        office.do("ticket", "reply", job.ticket, "--note", "指导重装")
        if chance.random() < 0.1:  # written down by mistake, and taken back
            office.do("ticket", "wait", job.ticket)
            office.do("undo", "--yes")
        if chance.random() < 0.25:
            office.do("ticket", "wait", job.ticket, "--note", "周末才在家")
            yield office.clock + HOURS(chance.randrange(2, 70))
            office.do("ticket", "resume", job.ticket)

    def _served(self, job: Job) -> "Script":
        """Somebody goes, once or twice; or a dealer takes it over."""
        office, chance = self.branch, self.branch.chance
        if chance.random() < 0.15:
            office.do("ticket", "hand", job.ticket, "--to", "DL")
            yield office.clock + HOURS(chance.randrange(1, 5))
            office.do("ticket", "accept", job.ticket, "--by", "DL", by="LN")
            yield office.clock + HOURS(chance.randrange(4, 50))
            self._work(job, "DL", last=True)
            return
        trips = chance.choice([1, 1, 1, 2])
        while trips:
            office.do("ticket", "visit", job.ticket, "--auto")
            steps = office.ask("ticket", "show", job.ticket)["steps"]
            visit = office.ask("visit", "show", [step["visit"] for step in steps if "visit" in step][-1])
            if chance.random() < 0.1:
                office.crm("dispatch", "move", visit["id"], "--slot", f"{office.clock.date() + DAYS(2)}pm")
                visit = office.ask("visit", "show", visit["id"])
            yield datetime.fromisoformat(visit["begins_at"]) + MINUTES(chance.randrange(0, 200))
            if chance.random() < 0.08:
                office.do("visit", "missed", visit["id"], "--reason", "无人在家")
                office.do("ticket", "wait", job.ticket)
                yield office.clock + HOURS(chance.randrange(12, 60))
                office.do("ticket", "resume", job.ticket)
                continue
            office.do("visit", "start", visit["id"])
            trips -= 1
            yield office.clock + MINUTES(chance.randrange(10, 60))
            if not trips and office.clock.hour < 20 and chance.random() < 0.3 and not self._entitled(job):
                self._sheet[job.ticket] = job
                office.do("visit", "finish", visit["id"], "--outcome", "已修")
                yield office.clock.replace(hour=21, minute=0) + MINUTES(5)
                continue
            self._work(job, visit["by"], last=not trips)
            office.do("visit", "finish", visit["id"], "--outcome", "已修" if not trips else "缺件")
            yield office.clock + HOURS(chance.randrange(1, 30))

    def _work(self, job: Job, by: str, *, last: bool) -> None:
        """Charges by the list, money by the honesty of whoever serves; solved at the last trip, or a new unit."""
        office, chance = self.branch, self.branch.chance
        if last and not office.ask("ticket", "show", job.ticket)["fault"]:
            office.do("ticket", "work", job.ticket, "--fault", job.fault, "--by", by)
        if last and self._new_unit(job):
            return
        lines = ["--charge", "TRIP"]
        lines += (
            ["--part", f"{chance.choice(['VALVE', 'COVER'])}:{chance.randrange(1, 3)}"] if chance.random() < 0.6 else []
        )
        lines += ["--charge", "CLEAN"] if last else []
        payable = office.ask("ticket", "show", job.ticket)
        lines += ["--charge", "CHECK"] if last and chance.random() < 0.3 else []
        more = ["--coverage", "goodwill", "--note", "老顾客"] if not last and chance.random() < 0.1 else []
        taken = 0 if payable["coverage"] == "warranty" else chance.choice([0, 30, 65, 95])
        if chance.random() < 0.15:
            taken += 50
        if chance.random() < 0.05:
            job.pocketed = 20
        paid = ["--taken", taken] if taken else []
        if not last:
            office.do("ticket", "work", job.ticket, *lines, *paid, *more, "--by", by)
            return
        if chance.random() < 0.06:  # found, and too dear: she keeps it as it is
            office.do(
                "ticket", "work", job.ticket, "--charge", "CHECK", "--cause", "wear", "--fault", job.fault, "--taken",
                chance.choice([15, 50]), "--by", by,
            )  # fmt: skip
            office.do("ticket", "cancel", job.ticket, "--reason", chance.choice(["declined", "not-repairable"]))
            return
        cause = chance.choice(["defect", "defect", "defect", "wear", *NOT_THE_UNIT])
        office.do("ticket", "solve", job.ticket, "--cause", cause, "--fault", job.fault, "--how", "visit", *lines,
                  *paid, "--by", by)  # fmt: skip
        job.works = chance.random() < 0.85

    def _new_unit(self, job: Job) -> bool:
        """Replace the unit where the customer may ask for it by the promise."""
        office, unit = self.branch, job.unit
        if not self._entitled(job):
            return False
        office.do("ticket", "replace", job.ticket, "--new-serial", f"SN-R{office.commands:06}")
        unit.card = office.ask("card", "show", unit.card)["replaced_by"]
        unit.number = office.ask("card", "show", unit.card)["number"]
        job.works = True
        return True

    def _entitled(self, job: Job) -> bool:
        rights = self.branch.ask("ticket", "entitlements", job.ticket)
        return any(one["what"] == "replace" and one["by"] == "promise" for one in rights)

    def _after(self, job: Job) -> "Script":
        """A repair that did not hold and that nobody asked about is reported by the customer."""
        office, chance = self.branch, self.branch.chance
        job.unit.busy = False
        yield office.clock + DAYS(chance.randrange(2, 12))
        shown = office.ask("ticket", "show", job.ticket)
        if not job.works and shown["state"] == "solved" and "solved" in shown["missing"]:
            office.do("ticket", "reopen", job.ticket, "--note", "还是不行")
            office.begin(self._second_round(job))

    def _second_round(self, job: Job) -> "Script":
        job.unit.busy = True
        yield from self._answer(job)
        yield from self._served(job)
        job.works = True
        job.unit.busy = False

    def _ask(self, job: Job) -> None:
        """The five questions."""
        office, chance = self.branch, self.branch.chance
        person = self.branch.people[job.unit.customer]
        if chance.random() > person.answers:
            office.do("ticket", "follow-up", job.ticket, "--outcome", chance.choice(["no-answer", "busy"]))
            return
        if chance.random() < 0.06:
            office.do("ticket", "follow-up", job.ticket, "--outcome", "refused")
            return
        charged = office.ask("ticket", "show", job.ticket)["charged"] // 100 + job.pocketed
        late = chance.choice(["yes", "yes", "no"])
        office.do("ticket", "follow-up", job.ticket, "--solved", "yes" if job.works else "no", "--on-time", late,
                  "--attitude", chance.choice(["good", "fair", "poor"]), "--skill", chance.randrange(1, 6),
                  "--charged", charged)  # fmt: skip
        if not job.works:
            office.begin(self._second_round(job))

    def _pay_back(self) -> None:
        """What was taken above the list, in one sum or two; some do not want it."""
        office, chance = self.branch, self.branch.chance
        for row in office.ask("ticket", "list", "--refund-due"):
            owed = row["refund_due"]
            if chance.random() < 0.15:
                office.do("ticket", "refund", row["id"], "--declined")
                continue
            first = owed // 2 if chance.random() < 0.3 else owed
            office.do("ticket", "refund", row["id"], "--amount", yuan(first))
            if first < owed:
                office.do("ticket", "refund", row["id"], "--amount", yuan(owed - first))
            if office.crm("ticket", "refund", row["id"], "--amount", "1").code != 1:
                office.violations.append(f"{row['id']}: paid back more than was owed")

    def _mark(self) -> None:
        """Praise by hand; what does not hold is withdrawn, and stays on the record."""
        office = self.branch
        mark = office.ask("staff", "mark", "TE", "praise", "--note", "顾客来电表扬")["ids"][0]
        if office.chance.random() < 0.5:
            office.do("staff", "unmark", "TE", mark, "--note", "误记")
            (found,) = [one for one in office.ask("staff", "record", "TE") if one["id"] == mark]
            if not found["withdrawn"]:
                office.violations.append(f"{mark} was withdrawn and does not say so")

    def _take_back(self, day: date) -> None:
        """The day's sheet of the technicians, filled in, taken back, and taken once more."""
        office = self.branch
        path = office.shell.home / "repairs.xlsx"
        office.do("dispatch", "list", "--on", day, "-o", path, "--force")
        book = openpyxl.load_workbook(path)
        filled = 0
        for sheet in book.worksheets:
            filled += fill(sheet, "Ticket", {job.ticket: self._entries(job) for job in self._sheet.values()})
        book.save(path)
        jobs, self._sheet = list(self._sheet.values()), {}
        if not filled:
            office.violations.append(f"{day}: the technicians' sheet has none of {[job.ticket for job in jobs]}")
            return
        first = office.crm("ticket", "work", path, "-f", "json")
        again = office.crm("ticket", "work", path, "-f", "json")
        if first.code or again.code:
            office.violations.append(f"{day}: the technicians' sheet was refused: {first.err} {again.err}")
        elif again.json["run"]:
            office.violations.append(f"{day}: the technicians' sheet changed something the second time")

    def _entries(self, job: Job) -> dict[str, str]:
        charge = self.branch.chance.choice(["", "COVER:1"])
        return {"Arrived": "20:30", "Work done": "换件", "Parts (CODE:QTY)": charge, "Cause of the fault": "wear",
                "Solved": "yes"}  # fmt: skip


def fill(sheet: Any, key: str, entries: dict[str, dict[str, str]], only: tuple[str, str] = ("", "")) -> int:
    """Write `entries` (by the value of the column `key`, by title) into the table of a sheet; how many rows got them.

    `only` is a title and the value without which a row is left alone.
    """
    titles: dict[str, int] = {}
    filled = 0
    for row in sheet.iter_rows():
        texts = {str(cell.value): cell.column for cell in row if cell.value}
        if not titles:
            titles = texts if key in texts and all(one in texts for some in entries.values() for one in some) else {}
            continue
        value = str(row[titles[key] - 1].value)
        if value not in entries or (only[0] and row[titles[only[0]] - 1].value != only[1]):
            continue
        for title, text in entries[value].items():
            sheet.cell(row[0].row, titles[title], text)
        filled += 1
    return filled


def yuan(fen: int) -> str:
    """Fen as they are typed."""
    return f"{fen // 100}.{fen % 100:02}"
