"""Called in the morning, there in the afternoon; the nearest person who has room."""

from datetime import timedelta

import msgspec
import pytest

from crmkit.core.run import Run
from crmkit.core.tickets.dispatch import HalfDay, first_slot, must_fit, parse, proposals, window
from crmkit.errors import CrmkitError, InvalidError
from crmkit.records import Staff, Visit
from tests.core.desk import CALENDAR, SETTINGS, a_customer, a_run, at
from tests.core.desk import staff as member

RUN = a_run()


def working(run=RUN):
    """A run of an archive that sends people on working days only."""
    dispatch = msgspec.structs.replace(SETTINGS.dispatch, days="working")
    return Run(now=run.now, by=run.by, settings=msgspec.structs.replace(SETTINGS, dispatch=dispatch))


@pytest.mark.parametrize(
    ("reported", "every_day", "working_days"),
    [
        ("2026-11-16 09:10", "2026-11-16pm", "2026-11-16pm"),
        ("2026-11-16 11:59", "2026-11-16pm", "2026-11-16pm"),
        ("2026-11-16 12:00", "2026-11-17am", "2026-11-17am"),
        ("2026-11-16 15:00", "2026-11-17am", "2026-11-17am"),
        ("2026-11-16 21:00", "2026-11-17am", "2026-11-17am"),
        ("2026-11-16 05:30", "2026-11-16pm", "2026-11-16pm"),
        ("2026-11-20 15:00", "2026-11-21am", "2026-11-23am"),  # Friday
        ("2026-11-21 09:00", "2026-11-21pm", "2026-11-23am"),  # a day off
        ("2026-09-24 15:00", "2026-09-25am", "2026-09-28am"),  # before Mid-Autumn
        ("2026-10-09 15:00", "2026-10-10am", "2026-10-10am"),  # a Saturday worked in exchange
        ("2026-10-10 09:00", "2026-10-10pm", "2026-10-10pm"),
    ],
)
def test_the_half_day_for_a_report(reported, every_day, working_days):
    assert str(first_slot(RUN, CALENDAR, at(reported))) == every_day
    assert str(first_slot(working(), CALENDAR, at(reported))) == working_days


def test_the_halves_of_a_day_lie_outside_the_quiet_hours():
    slot = parse(RUN, "2026-11-24下午")
    assert (slot, window(RUN, slot)) == (HalfDay(at("2026-11-24 00:00").date(), "pm"),
                                         (at("2026-11-24 14:30"), at("2026-11-24 20:00")))  # fmt: skip
    assert window(RUN, parse(RUN, "tomorrow am")) == (at("2026-11-24 08:00"), at("2026-11-24 12:30"))
    with pytest.raises(InvalidError, match="'soon' is not half a day"):
        parse(RUN, "soon")


def going(code: str, **fields: object) -> Staff:
    return msgspec.structs.replace(member(code, "technician"), **fields)


def booked(code: str, count: int, when: str = "2026-11-24 08:00", units: int = 1) -> list[Visit]:
    return [
        Visit(id=f"V2611-{code}{n:06}".lower(), customer="C2611-00000001", purpose="repair", by=code, units=units,
              begins_at=at(when), ends_at=at(when) + timedelta(hours=4))
        for n in range(count)
    ]  # fmt: skip


def chosen(staff: list[Staff], visits: list[Visit], wanted: int = 1, purpose: str = "repair", **fields: object):
    customer = a_customer(1, district="朝阳区", address="北京市朝阳区青年路9号", **fields)
    slot = parse(RUN, "2026-11-24am")
    found = proposals(
        RUN, CALENDAR, customer, staff, lambda day: [one for one in visits if one.begins_at.date() == day], slot,
        wanted, purpose,
    )  # fmt: skip
    return [(one.by, str(one.slot)[5:], one.near, one.booked) for one in found]


def test_the_nearest_goes_then_who_has_least_then_by_code():
    near, city, far = going("A3", district="朝阳区"), going("A2", city="北京市"), going("A1")
    assert chosen([far, city, near], []) == [
        ("A3", "11-24am", "district", 0), ("A2", "11-24am", "city", 0), ("A1", "11-24am", "branch", 0)
    ]  # fmt: skip
    other = going("A4", districts=("海淀区", "朝阳区"))
    assert [one[0] for one in chosen([near, other], booked("A3", 2))] == ["A4", "A3"]
    dealer = msgspec.structs.replace(member("D1", "dealer"), district="海淀区")
    gone, seller = going("A5", left=True), member("S1", "service")
    assert chosen([dealer, gone, seller], []) == []


def test_what_does_not_fit_goes_to_the_next_person_or_the_next_half_day():
    one, two = going("A1", district="朝阳区"), going("A2")
    fourteen = booked("A1", 14)
    assert chosen([one, two], fourteen)[0][0] == "A1"  # 14 and one fit into 15
    assert [found[0] for found in chosen([one, two], fourteen, wanted=2)] == ["A2"]
    full = booked("A1", 15)
    assert chosen([one], full) == [("A1", "11-25am", "district", 0)]  # the same day has no room in the afternoon either
    assert chosen([one], booked("A1", 1, units=15)) == [("A1", "11-25am", "district", 0)]
    small = going("A1", units_per_day=2)
    assert chosen([small], booked("A1", 2))[0][1] == "11-25am"


def test_a_reserve_is_kept_for_repairs_and_what_is_cancelled_gives_room_back():
    one = going("A1")
    assert chosen([one], booked("A1", 13), purpose="maintenance")[0][1] == "11-25am"
    assert chosen([one], booked("A1", 13))[0][1] == "11-24am"
    states = {"cancelled": "11-24am", "missed": "11-24am", "done": "11-25am"}
    for state, slot in states.items():
        visits = [msgspec.structs.replace(visit, state=state) for visit in booked("A1", 15)]
        assert chosen([one], visits)[0][1] == slot, state


def test_over_capacity_somebody_goes_only_with_a_reason():
    with pytest.raises(CrmkitError, match="A1 has room for 0 units that day, not 1"):
        must_fit(RUN, going("A1"), booked("A1", 15), "repair", 1, "")
    must_fit(RUN, going("A1"), booked("A1", 15), "repair", 1, "gas smell")
