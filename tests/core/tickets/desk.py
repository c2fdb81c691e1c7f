"""Tickets at the desk: one is reported on Wednesday 2026-11-18 at 10:00, and steps are taken one after the other."""

from datetime import datetime

from crmkit.core.calendar.worktime import WorkingTime
from crmkit.core.run import Run
from crmkit.core.tickets import taking
from crmkit.core.tickets.clocks import TicketClock, clocks
from crmkit.core.tickets.course import Course, course
from crmkit.records import Card, Fault, Product, Step, Ticket
from crmkit.records.card import Promises
from crmkit.records.change import Change
from crmkit.records.settings import Settings
from tests.core.desk import CALENDAR, SETTINGS, a_customer, at

WORK = WorkingTime.of(SETTINGS.hours, CALENDAR)
REPORTED = "2026-11-18 10:00"
PROMISES = Promises(reply=2, solution=8, solved=30, follow_up=72)
NO_POWER = Fault(id="FT2611-00000001", code="no-power", products=("ZJ1",))
NO_SPARK = Fault(id="FT2611-00000002", code="no-spark")


def a_card(number: int = 1, **fields: object) -> Card:
    """The card of a stove."""
    known: dict[str, object] = {
        "id": f"K2611-{number:08}", "number": f"BJLN-2611000{number}-X", "customer": "C2611-00000001",
        "product": "ZJ1", "promises": PROMISES,
    }  # fmt: skip
    return Card(**(known | fields))


def part(code: str, price: int, kind: str = "part") -> Product:
    """Something on the service price list; fen."""
    return Product(id=f"P2611-{code:0>8}".lower(), code=code, price=price, product_kind=kind)


class Desk:
    """One ticket, from its report on; every step is written down when it happens, or at `told`."""

    def __init__(
        self, reported: str = REPORTED, *, card: Card | None = None, told: str = "", by: str = "LN",
        earlier: tuple[Course, ...] = (), work: WorkingTime | None = None, **fields: object,
    ) -> None:  # fmt: skip
        self.by, self.work, self.serial = by, work, 0
        self.settings: Settings = SETTINGS
        run = self.run(told or reported)
        promised = fields.pop("promised", None)
        change = taking.report(
            run, a_customer(1), at=at(reported), how="phone", symptom="does not start", card=card, earlier=earlier,
            working=work, promised=at(str(promised)) if promised else None, **fields,
        )  # fmt: skip
        self.ticket, self.steps = Ticket(customer="", reported_at=run.now, promises=PROMISES), []
        self.put(change)

    def run(self, now: str) -> Run:
        """A run at `now`; ids count up."""

        def make_id(letter: str, moment: datetime) -> str:
            self.serial += 1
            return f"{letter}{moment:%y%m}-{self.serial:08}"

        return Run(now=at(now), by=self.by, settings=self.settings, make_id=make_id)

    def put(self, change: Change) -> Change:
        """Take in what a change stores."""
        for record in change.puts:
            if isinstance(record, Step):
                self.steps.append(record)
            if isinstance(record, Ticket):
                self.ticket = record
        return change

    def take(self, what: str, when: str, told: str = "", **fields: object) -> Change:
        """One step."""
        return self.put(taking.take(self.run(told or when), self.course, what, at(when), working=self.work, **fields))

    def solve(self, when: str, cause: str = "defect", **fields: object) -> Change:
        """It is solved."""
        fields = {"fault": NO_POWER if cause == "defect" else None, **fields}
        return self.put(taking.solve(self.run(when), self.course, at(when), cause=cause, working=self.work, **fields))

    def ask(self, when: str, outcome: str = "reached", **answers: str | int) -> Change:
        """The customer is asked afterwards; with no answers given, all five are good ones."""
        good = {"solved": "yes", "on_time": "yes", "attitude": 5, "skill": 5, "charged": 0}
        given = answers or (good if outcome == "reached" else {})
        return self.put(
            taking.follow_up(self.run(when), self.course, at(when), outcome=outcome, answers=given, working=self.work)
        )

    def reopen(self, when: str, **fields: object) -> Change:
        """It is opened again."""
        return self.put(
            taking.reopen(self.run(when), self.course, at(when), note="still dead", working=self.work, **fields)
        )

    @property
    def course(self) -> Course:
        """How it stands."""
        return course(self.ticket, self.steps)

    def clocks(self, now: str) -> list[TicketClock]:
        """Its clocks as they stand at `now`."""
        return clocks(self.course, at(now), self.work)

    def verdicts(self, now: str) -> str:
        """What became of them, cycle after cycle: "kept kept open open"."""
        return " ".join(clock.verdict for clock in self.clocks(now))
