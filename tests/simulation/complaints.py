"""The desk for complaints: each goes through its ten steps, in one of the ways in which that can end."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.simulation.branch import Branch, Script
    from tests.simulation.service import ServiceDesk

CONTENT, UNREACHABLE, AGAIN, UP = "content", "unreachable", "again", "up"  # how she takes what was carried out
PROMISED = 200  # yuan of the first choice


@dataclass
class ComplaintDesk:
    """The complaints of the office."""

    branch: "Branch"
    service: "ServiceDesk"
    rate: float = 1
    complaints: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Nothing."""

    def morning(self, day: date) -> None:
        """Somebody complains about a ticket, or about something that is on no record."""
        office, chance = self.branch, self.branch.chance
        if chance.random() < 0.05 * self.rate and self.branch.people:
            office.begin(self._heard(), office.clock + timedelta(minutes=chance.randrange(30, 600)))

    def evening(self, day: date) -> None:
        """What is late is on the list: nothing more is due before its time."""
        now = self.branch.clock.isoformat()
        for row in self.branch.ask("complaint", "list", "--late"):
            if not row["due_at"] or row["due_at"] >= now:
                self.branch.violations.append(f"{row['id']} is listed as late before {row['due_at']}")

    def called(self, row: dict[str, Any]) -> bool:
        """The call whether it is really settled is made by the script of the complaint."""
        return row["about"] in self.complaints

    def _heard(self) -> "Script":
        office, chance = self.branch, self.branch.chance
        customer = chance.choice([*office.people])
        about, staff = [], []
        tickets = [job for job in self.service.jobs.values() if job.unit.customer == customer]
        if tickets and chance.random() < 0.7:
            about, staff = ["--about", tickets[-1].ticket], ["--staff", "TE"]
        told = office.ask("complaint", "add", "--customer", customer, "--facts", "等了三天没人来", *about, *staff)
        if told["counts"].get("unchanged"):
            return
        one = told["ids"][0]
        self.complaints.append(one)
        yield office.clock + timedelta(hours=chance.choice([1, 5, 30]))
        office.do("complaint", "listen", one, "--note", "原话")
        office.do("complaint", "acknowledge", one, "--promise", office.clock + timedelta(days=2))
        if chance.random() < 0.1:
            office.do("complaint", "withdraw", one, "--note", "不追究了")
            return
        yield office.clock + timedelta(hours=chance.randrange(1, 40))
        office.do("complaint", "assess", one, "--severity", chance.choice(["low", "medium", "high"]))
        office.do("complaint", "investigate", one, "--cause", "派工漏了", *(["--whose", "TE"] if staff else []))
        way = chance.choice([CONTENT, CONTENT, CONTENT, UNREACHABLE, AGAIN, UP])
        yield from self._settled(one, "一")
        if way == UNREACHABLE:
            for _n in range(3):
                office.do("complaint", "call-back", one, "--outcome", "no-answer")
                yield office.clock + timedelta(days=1)
            self._close(one)
            return
        if way in (AGAIN, UP):
            office.do("complaint", "call-back", one, "--satisfied", "no")
            self._must_refuse("complaint", "close", one, "--lesson", "x", "--upheld", "no")
            office.do("complaint", "reopen", one)
            yield from self._settled(one, "二")
        if way == UP:
            office.do("complaint", "call-back", one, "--satisfied", "no")
            self._must_refuse("complaint", "reopen", one)
            office.do("complaint", "escalate", one, "--note", "报总部")
            office.do("complaint", "investigate", one, "--cause", "总部核实")
            yield from self._settled(one, "三")
        office.do("complaint", "call-back", one, "--satisfied", "yes")
        self._close(one)

    def _settled(self, one: str, round_: str) -> "Script":
        """An offer, her choice, and what was promised."""
        office, chance = self.branch, self.branch.chance
        choices = [f"第{round_}次退款:{PROMISED}", f"第{round_}次免费保养"]
        if chance.random() < 0.2:
            office.do("complaint", "offer", one, "--choice", choices[0], "--reason", "只有这一种")
        else:
            office.do("complaint", "offer", one, "--choice", choices[0], "--choice", choices[1])
        yield office.clock + timedelta(hours=chance.randrange(1, 30))
        office.do("complaint", "agree", one, "--choice", "1")
        yield office.clock + timedelta(hours=chance.randrange(1, 50))
        self._must_refuse("complaint", "carry-out", one, "--paid", PROMISED + 50)
        if chance.random() < 0.3:
            office.do("complaint", "carry-out", one, "--paid", "150", "--more")
            self._must_refuse("complaint", "close", one, "--lesson", "x", "--upheld", "no")
            office.do("complaint", "carry-out", one, "--paid", "50")
        else:
            office.do("complaint", "carry-out", one, "--paid", PROMISED)
        yield office.clock + timedelta(hours=chance.randrange(1, 90))

    def _close(self, one: str) -> None:
        self._must_refuse("complaint", "close", one, "--upheld", "yes")
        upheld = self.branch.chance.choice(["yes", "part", "no"])
        self.branch.do("complaint", "close", one, "--lesson", "派工后当天核对", "--upheld", upheld)

    def _must_refuse(self, *words: object) -> None:
        ran = self.branch.crm(*words)
        if ran.code != 1:
            self.branch.violations.append(f"{words}: exit {ran.code}, not refused")
