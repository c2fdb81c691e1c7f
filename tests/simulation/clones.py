"""A second operator with a clone of her own, who works offline and syncs; and two files that turn out to be one person.

What she does to the same ticket or the same visit without knowing of it is kept, and listed as a contradiction.
"""

import subprocess
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.conftest import Ran, Shell
from tests.simulation.service import FAULTS, Job, Unit

if TYPE_CHECKING:
    from tests.simulation.branch import Branch, Script
    from tests.simulation.plans import PlanDesk
    from tests.simulation.service import ServiceDesk

WHO = "WQ"


@dataclass
class SecondOperator:
    """Her clone, and what both did to the same."""

    branch: "Branch"
    service: "ServiceDesk"
    plans: "PlanDesk"
    rate: float = 0.15  # of days on which she works apart
    apart: set[str] = field(default_factory=set)  # tickets and plans that both wrote to
    synced: int = 0

    def open(self) -> None:
        """A shared repository, and a clone of it."""
        office = self.branch
        home, archive = office.shell.home, office.shell.archive
        shared = home / "shared.git"
        subprocess.run(["git", "init", "-q", "--bare", shared], check=True)
        subprocess.run(["git", "-C", str(archive), "remote", "add", "origin", shared], check=True)
        office.do("-q", "sync")
        self.shell = Shell(home, home / "theirs")
        self._do("init", home / "theirs", "--from", shared, "--operator", WHO)

    def morning(self, day: date) -> None:
        """On some days she works apart from noon on; once, two files become one."""
        office = self.branch
        if office.chance.random() < self.rate:
            office.begin(self._apart(), office.clock + timedelta(hours=6))
        if day == office.first + (office.last - office.first) * 2 / 3:
            self._merge()

    def evening(self, day: date) -> None:
        """Nothing."""

    def called(self, row: dict[str, Any]) -> bool:
        """None of hers."""
        return False

    def _apart(self) -> "Script":
        office, chance = self.branch, self.branch.chance
        self._sync()
        begun, hers = office.clock, list[Job]()
        idle = [unit for unit in self.service.units if not unit.busy]
        if idle:
            hers.append(self._reported(chance.choice(idle)))
        yield office.clock.replace(hour=20, minute=30)
        for job in list(self.service.jobs.values()):
            self._solved_too(job, begun.isoformat())
        for plan in self.plans.plans:
            self._used_too(plan, begun.isoformat())
        self._sync()
        for job in hers:
            self.service.jobs[job.ticket] = job
            office.begin(self.service.goes_on(job), office.clock.replace(hour=21, minute=30))

    def _reported(self, unit: Unit) -> Job:
        """She takes a report down; the office goes on with it once it has it."""
        fault = unit.weak or self.branch.chance.choice([*FAULTS])
        told = self._do(
            "ticket", "add", "--card", unit.number, "--symptom", FAULTS[fault], "--fault", fault, "-f", "json"
        )
        job = Job(told.json["ids"][0], unit, fault)
        self._do("ticket", "reply", job.ticket, "--note", "稍后回电")
        unit.busy = True
        return job

    def _solved_too(self, job: Job, since: str) -> None:
        """The office solved it since she heard last: she says so as well."""
        office, chance = self.branch, self.branch.chance
        shown = office.ask("ticket", "show", job.ticket)
        solved = [step["at"] for step in shown["steps"] if step["what"] == "solve" and step["recorded_at"] > since]
        if solved and shown["cycle"] == 1 and chance.random() < 0.5:
            ran = self._crm("ticket", "solve", job.ticket, "--cause", "wear")
            if ran.code == 0:
                self.apart.add(job.ticket)

    def _used_too(self, plan: str, since: str) -> None:
        """The office used a visit of a card since she heard last: she uses it as well."""
        shown = self.branch.ask("plan", "show", plan)
        for step in shown["steps"]:
            used = step["what"] == "use" and step["recorded_at"] > since and "k" in step["numbers"]
            if used and self._crm("plan", "use", f"{plan}:{step['numbers']['k']}").code == 0:
                self.apart.add(plan)

    def _sync(self) -> None:
        """Both send and take; afterwards both clones hold the same."""
        office = self.branch
        office.do("-q", "sync")
        self._do("-q", "sync")
        office.do("-q", "sync")
        self.synced += 1
        command = ("rev-parse", "HEAD^{tree}")
        trees = {
            subprocess.run(["git", "-C", str(shell.archive), *command], check=True, capture_output=True).stdout
            for shell in (office.shell, self.shell)
        }
        if len(trees) > 1:
            office.violations.append(f"{office.clock}: the two clones differ after a sync")

    def _merge(self) -> None:
        """Two customers with tickets or plans were one person all along."""
        office = self.branch
        owners = {unit.customer for unit in self.service.units}
        owners |= {shown["customer"] for shown in self.plans.shown}
        whole = sorted(one for one in owners if not office.people[one].refused)
        if len(whole) > 1:
            office.do("dedupe", "merge", whole[0], whole[1], "--keep", whole[0], "--yes")

    def _crm(self, *words: object) -> Ran:
        office = self.branch
        office.commands += 1
        office.clock += timedelta(minutes=1)
        return self.shell(*words, CRMKIT_NOW=office.clock.isoformat(), CRMKIT_BY=WHO)

    def _do(self, *words: object) -> Ran:
        ran = self._crm(*words)
        assert ran.code == 0, (self.branch.clock, words, ran.err)
        return ran
