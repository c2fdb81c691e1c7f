"""The appraisal: what everybody did in a period, each number with its records."""

from datetime import date, datetime

import msgspec

from crmkit.core.appraisal import ALWAYS, NUMBERS, Appraisal, appraisals
from crmkit.core.figures import Period, facts
from crmkit.core.figures.service import BRANCH
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.records import Mark, Record, Staff
from tests.core.desk import SETTINGS, TIMETABLE, ZONE, at
from tests.core.tickets.desk import Desk

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
STAFF = (Staff(id="E2611-00000001", code="LN", name="李娜"), Staff(id="E2611-00000002", code="ZW", left=True),
         Staff(id="E2611-00000003", code="YL"))  # fmt: skip


def people(
    *records: Record, now: str = "2026-12-31 10:00", period: tuple[date, date] = NOVEMBER
) -> dict[str, Appraisal]:
    run = Run(now=at(now), by="LN", settings=SETTINGS)
    when = Period(*period, at(now).astimezone(ZONE))
    return {one.staff: one for one in appraisals(run, Snapshot.of(*records), when, TIMETABLE)}


def a_repair() -> Desk:
    desk = Desk(by="LN")
    desk.take("reply", "2026-11-18 10:30", by="LN")
    desk.take("work", "2026-11-18 15:00", by="ZW", numbers={"taken": 2000})
    desk.solve("2026-11-18 18:00", "wear", by="ZW", how="visit")
    desk.ask("2026-11-19 15:00")
    return desk


def test_each_step_counts_for_whoever_took_it_whoever_has_the_ticket_now():
    desk = a_repair()
    desk.reopen("2026-12-02 10:00", mistake=True)
    desk.take("hand", "2026-12-02 11:00", by="YL")
    found = people(*STAFF, desk.ticket, *desk.steps)
    assert {(code, name) for code, one in found.items() for name in one.facts if name.startswith("kept-")} == {
        ("LN", "kept-reply"), ("ZW", "kept-solution"), ("ZW", "kept-solved"), ("LN", "kept-follow_up"),
    }  # fmt: skip
    assert (found["ZW"].figure("satisfied").count, found["ZW"].figure("tickets-solved").ids) == (1, (desk.ticket.id,))
    assert found["YL"].facts == {}
    assert found["ZW"].figure("refund-owed").amount == found["ZW"].figure("overcharged").amount == 2000


def test_who_left_and_who_is_not_on_the_list_are_there_while_their_work_counts():
    desk = a_repair()
    dealer = Desk("2026-11-20 10:00", by="LN")
    dealer.solve("2026-11-20 15:00", "wear", by="利民经销店", how="visit")
    records = [*STAFF, desk.ticket, *desk.steps]
    renamed = msgspec.structs.replace(dealer.ticket, id="TK2611-99999999")
    steps = [msgspec.structs.replace(step, id=f"ST2611-9{number:07}", about=renamed.id)
             for number, step in enumerate(dealer.steps)]  # fmt: skip
    found = people(*records, renamed, *steps)
    assert list(found) == ["LN", "YL", "ZW", "利民经销店"]
    assert found["利民经销店"].figure("tickets-solved").count == 1
    december = people(*records, renamed, *steps, period=(date(2026, 12, 1), date(2026, 12, 31)))
    assert list(december) == ["LN", "YL", "ZW"]  # who left has money to pay back still
    assert list(december["ZW"].facts) == ["refund-owed"]


def test_an_empty_month_has_everybody_who_is_here_and_nothing_counted():
    found = people(*STAFF, period=(date(2025, 1, 1), date(2025, 1, 31)))
    assert [(code, one.facts) for code, one in found.items()] == [("LN", {}), ("YL", {})]
    assert {found["LN"].figure(name).count for name in ALWAYS} == {0}


def mark(number: int, when: datetime, what: str = "", **fields: str) -> Mark:
    return Mark(id=f"MK2611-{number:08}", staff="LN", at=when, what=what, by="WQ", **fields)


def test_marks_count_as_they_stood_at_the_end_of_the_period():
    marks = [
        mark(1, at("2026-11-03 10:00"), "praise", note="来电表扬"), mark(2, at("2026-11-04 10:00"), "gift", note="x"),
        mark(3, at("2026-11-05 10:00"), "conduct", note="y"),
        mark(4, at("2026-11-06 10:00"), withdraws="MK2611-00000002", note="误记"),
        mark(5, at("2026-12-06 10:00"), withdraws="MK2611-00000003", note="误记"),
    ]  # fmt: skip
    november, whole = (
        people(*STAFF, *marks)["LN"],
        people(*STAFF, *marks, period=(NOVEMBER[0], date(2026, 12, 31)))["LN"],
    )
    assert (november.figure("praise").ids, november.figure("marks").ids) == (("MK2611-00000001",), ("MK2611-00000003",))
    assert (whole.figure("praise").count, whole.figure("marks").count) == (1, 0)


def test_the_people_add_up_to_the_branch():
    desk = a_repair()
    records = (*STAFF, desk.ticket, *desk.steps)
    run = Run(now=at("2026-12-31 10:00"), by="LN", settings=SETTINGS)
    when = Period(*NOVEMBER, run.now.astimezone(ZONE))
    counted = [fact for fact in facts(Snapshot.of(*records), when, run, TIMETABLE) if fact.measure in NUMBERS]
    listed = [fact for one in people(*records).values() for name, some in one.facts.items() for fact in some
              if name not in ("praise", "marks")]  # fmt: skip
    assert sorted((one.measure, one.id) for one in listed) == sorted({(one.measure, one.id) for one in counted})
    assert not set(BRANCH) & set(NUMBERS)
