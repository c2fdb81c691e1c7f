"""Appointments as they are agreed, and what came of them: a visit on 2026-11-23, a Monday."""

from datetime import timedelta

import msgspec
import pytest

from crmkit.core.visits import outcomes, visits
from crmkit.core.visits.outcomes import Report
from crmkit.core.visits.visits import Window
from crmkit.errors import InvalidError
from crmkit.records import Customer, Visit
from crmkit.records.customer import Consent
from crmkit.records.visit import CONDUCT, VISIT_PURPOSES, Gift
from tests.core.desk import NOW, a_customer, a_run, at

AT_THREE = Window(at("2026-11-23 15:00"), at("2026-11-23 15:30"))
AFTERWARDS = at("2026-11-23 16:00")


def agreed(customer: Customer | None = None, window: Window = AT_THREE, purpose: str = "courtesy", **fields) -> Visit:
    (visit,) = visits.agree(a_run(), customer or a_customer(), window, purpose, **fields).puts
    return msgspec.structs.replace(visit, created_at=NOW)


def only(change) -> Visit:
    (visit,) = (record for record in change.puts if isinstance(record, Visit))
    return visit


def finished(visit: Visit, **report) -> Visit:
    report = {"outcome": "well", "started": at("2026-11-23 15:00"), "at": at("2026-11-23 15:20")} | report
    return only(outcomes.finish(a_run(AFTERWARDS), visit, Report(**report)))


def test_the_files_owner_goes_unless_another_is_named():
    assert agreed(a_customer(owner="WQ")).by == "WQ"
    assert agreed(a_customer(owner="WQ"), by="ZL").by == "ZL"
    assert agreed().by == "LN"


@pytest.mark.parametrize(
    ("begins", "ends", "why"),
    [
        ("2026-11-23 09:59", "2026-11-23 10:30", "is past"),
        ("2026-11-23 15:00", "2026-11-23 15:00", "cannot end before it begins"),
        ("2026-11-23 15:00", "2026-11-23 14:30", "cannot end before it begins"),
        ("2026-11-23 19:00", "2026-11-24 09:00", "within one day"),
        ("2026-11-23 13:00", "2026-11-23 13:30", "quiet hours"),
        ("2026-11-23 12:15", "2026-11-23 12:45", "quiet hours"),
        ("2026-11-23 12:00", "2026-11-23 15:00", "quiet hours"),
        ("2026-11-24 07:45", "2026-11-24 08:15", "quiet hours"),
        ("2026-11-23 19:50", "2026-11-23 20:01", "quiet hours"),
    ],
)
def test_a_window_that_cannot_be_is_refused(begins, ends, why):
    with pytest.raises(InvalidError, match=why):
        agreed(window=Window(at(begins), at(ends)))


@pytest.mark.parametrize("ends", ["2026-11-23 12:30", "2026-11-23 20:00"])
def test_a_window_may_end_with_the_open_hours(ends):
    assert agreed(window=Window(at(ends) - timedelta(minutes=30), at(ends))).ends_at == at(ends)


def test_quiet_hours_are_open_to_whoever_asked_for_them():
    window = Window(at("2026-11-23 12:45"), at("2026-11-23 13:15"))
    assert agreed(window=window, anyway=True).begins_at == window.begins
    with pytest.raises(InvalidError, match="past"):
        agreed(window=Window(at("2026-11-22 13:00"), at("2026-11-22 13:30")), anyway=True)


def test_an_unknown_purpose_is_refused_with_the_known_ones():
    with pytest.raises(InvalidError, match="purpose: pressure is not known") as refused:
        agreed(purpose="pressure")
    assert all(purpose in refused.value.hint for purpose in VISIT_PURPOSES)


@pytest.mark.parametrize("purpose", ["courtesy", "invitation"])
def test_a_refusal_stops_visits_that_nobody_asked_for(purpose):
    withdrawn = Consent(purpose="contact", given_at=NOW, withdrawn_at=NOW)
    for refusal in ({"do_not_contact": ("visit",)}, {"do_not_contact": ("all",)}, {"consents": (withdrawn,)}):
        with pytest.raises(InvalidError, match="does not want"):
            agreed(a_customer(**refusal), purpose=purpose)


@pytest.mark.parametrize("purpose", sorted(set(VISIT_PURPOSES) - {"courtesy", "invitation"}))
def test_a_service_asked_for_goes_on_in_spite_of_a_refusal(purpose):
    assert agreed(a_customer(do_not_contact=("visit",)), purpose=purpose).purpose == purpose


def test_the_same_appointment_twice_is_refused():
    first = agreed()
    with pytest.raises(InvalidError, match=first.id):
        agreed(others=[first])
    assert agreed(purpose="delivery", others=[first]).purpose == "delivery"
    assert agreed(about="O2611-00000002", others=[first]).about == "O2611-00000002"


def test_two_errands_at_one_door_are_no_clash():
    first = agreed(purpose="collection", about="O2611-00000001")
    assert (
        visits.agree(a_run(), a_customer(), AT_THREE, "collection", about="O2611-00000002", others=[first]).notes == ()
    )


def clashes(begins: str, ends: str, *, by: str = "LN") -> tuple[str, ...]:
    other = agreed(a_customer(2), Window(at(begins), at(ends)), by=by)
    return visits.agree(a_run(), a_customer(), AT_THREE, "courtesy", others=[other], overlap=True).notes


def test_two_visits_of_one_visitor_overlap_only_where_that_is_said():
    other = agreed(a_customer(2))
    refused = "LN is expected elsewhere then: V2611-[a-z0-9]{8}, 2026-11-23 15:00-15:30"
    with pytest.raises(InvalidError, match=refused) as error:
        visits.agree(a_run(), a_customer(), AT_THREE, "courtesy", others=[other])
    assert "--overlap" in error.value.hint
    mine = agreed(window=Window(at("2026-11-23 17:00"), at("2026-11-23 17:30")))
    assert mine.overlap is False
    with pytest.raises(InvalidError, match=refused):
        visits.move(a_run(), mine, AT_THREE, others=[other, mine])
    meant = only(visits.move(a_run(), mine, AT_THREE, others=[other, mine], overlap=True))
    assert meant.overlap is True
    away = Window(at("2026-11-23 16:00"), at("2026-11-23 16:30"))
    assert only(visits.move(a_run(), meant, away, others=[other, meant])).overlap is False


def test_a_long_visit_leaves_less_room_in_a_wide_window():
    wide = Window(at("2026-11-23 14:30"), at("2026-11-23 16:10"))
    other = agreed(a_customer(2), wide, length=40)
    assert agreed(others=[other]).overlap is False  # 40 minutes after it
    with pytest.raises(InvalidError, match="elsewhere"):
        agreed(others=[agreed(a_customer(2), wide, length=90)])


def test_another_visit_of_the_same_person_that_cannot_be_kept_as_well_is_said():
    (note,) = clashes("2026-11-23 14:45", "2026-11-23 15:15")
    assert "LN is expected elsewhere then" in note
    assert "2026-11-23 14:45-15:15" in note
    assert clashes("2026-11-23 15:00", "2026-11-23 15:30")
    assert clashes("2026-11-23 15:00", "2026-11-23 15:59")
    assert clashes("2026-11-23 15:00", "2026-11-23 15:30", by="WQ") == ()


@pytest.mark.parametrize(
    ("begins", "ends"), [("14:30", "15:00"), ("15:30", "16:00"), ("14:30", "18:00"), ("15:00", "16:00")]
)
def test_windows_that_leave_room_for_both_visits_do_not_clash(begins, ends):
    assert clashes(f"2026-11-23 {begins}", f"2026-11-23 {ends}") == ()


def test_moving_keeps_everything_but_the_time_and_looks_at_others_only():
    visit = agreed(note="third floor, no lift")
    later = Window(at("2026-11-24 09:00"), at("2026-11-24 09:30"))
    change = visits.move(a_run(), visit, later, others=[visit])
    assert only(change) == msgspec.structs.replace(visit, begins_at=later.begins, ends_at=later.ends)
    assert change.notes == ()
    with pytest.raises(InvalidError, match="quiet hours"):
        visits.move(a_run(), visit, Window(at("2026-11-24 13:00"), at("2026-11-24 13:30")))


def test_a_confirmed_address_goes_into_the_file_only_when_said():
    customer = a_customer(address="和平路7号")
    visit = agreed(customer)
    same = visits.confirm(a_run(), visit, customer, "和平路7号", "")
    assert (same.puts[0].address, same.puts[0].confirmed_at, same.notes) == ("和平路7号", NOW, ())
    other = visits.confirm(a_run(), visit, customer, "和平路7号", "青年路1号")
    assert [record.id for record in other.puts] == [visit.id]
    assert "--update-file" in other.notes[0]
    both = visits.confirm(a_run(), visit, customer, "和平路7号", "青年路1号", update_file=True)
    assert [record.address for record in both.puts] == ["青年路1号", "青年路1号"]
    assert isinstance(both.puts[1], Customer)


def test_an_address_is_confirmed_only_where_it_was_asked_again():
    assert agreed(address="和平路7号").confirmed_at is None
    assert agreed(address="和平路7号", confirmed=True).confirmed_at == NOW


def test_no_address_cannot_be_confirmed():
    with pytest.raises(InvalidError, match="no address"):
        agreed(confirmed=True)
    with pytest.raises(InvalidError, match="no address"):
        visits.confirm(a_run(), agreed(), a_customer(), "", " ")


def test_told_before_the_window_or_only_after_it_had_begun():
    visit = agreed()
    before = visits.late(a_run(at("2026-11-23 15:00")), visit, "traffic, sorry")
    assert "told" in visits.marks(a_run(), only(before))
    after = visits.late(a_run(at("2026-11-23 15:01")), visit, "traffic, sorry")
    assert "told-late" in visits.marks(a_run(), only(after))
    assert any("marked" in note for note in after.notes)
    with pytest.raises(InvalidError, match="told already"):
        visits.late(a_run(), only(before), "again")
    with pytest.raises(InvalidError, match="note"):
        visits.late(a_run(), visit, "  ")


def test_the_mark_of_a_late_notice_outlives_a_new_time():
    told = only(visits.late(a_run(at("2026-11-23 15:10")), agreed(), "traffic, sorry"))
    later = Window(at("2026-11-24 09:00"), at("2026-11-24 09:30"))
    moved = only(visits.move(a_run(at("2026-11-23 15:11")), told, later))
    assert "told-late" in visits.marks(a_run(), moved)
    again = only(visits.late(a_run(at("2026-11-24 08:00")), moved, "ill, sorry"))
    assert "told" in visits.marks(a_run(), again)


def test_a_visit_is_begun_and_finished_once():
    visit = agreed()
    run = a_run(at("2026-11-23 15:02"))
    begun = only(outcomes.start(run, visit))
    assert (begun.started_at, visits.state_of(begun)) == (run.now, "under-way")
    for again in (
        lambda: outcomes.start(run, begun),
        lambda: visits.cancel(run, begun, "ill"),
        lambda: visits.move(run, begun, AT_THREE),
        lambda: visits.late(run, begun, "sorry"),
    ):
        with pytest.raises(InvalidError, match="under way"):
            again()
    done = only(outcomes.finish(a_run(AFTERWARDS), begun, Report("delivered", at=at("2026-11-23 15:20"))))
    assert (visits.state_of(done), visits.minutes(done)) == ("done", 18)
    for again in (
        lambda: outcomes.finish(a_run(AFTERWARDS), done, Report("delivered")),
        lambda: outcomes.start(a_run(AFTERWARDS), done),
        lambda: outcomes.missed(a_run(AFTERWARDS), done, "out"),
    ):
        with pytest.raises(InvalidError, match="done already"):
            again()


def test_finishing_what_was_not_begun_needs_the_arrival():
    with pytest.raises(InvalidError, match="not begun") as refused:
        outcomes.finish(a_run(AFTERWARDS), agreed(), Report("delivered"))
    assert "--started" in refused.value.hint
    assert visits.minutes(finished(agreed())) == 20


def test_what_was_cancelled_is_not_begun():
    gone = only(visits.cancel(a_run(), agreed(), "she is away"))
    assert (gone.state, gone.reason) == ("cancelled", "she is away")
    with pytest.raises(InvalidError, match="was cancelled"):
        outcomes.start(a_run(AFTERWARDS), gone)
    with pytest.raises(InvalidError, match="reason"):
        visits.cancel(a_run(), agreed(), "")


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ({"outcome": " "}, "outcome"),
        ({"at": at("2026-11-23 14:59")}, "before the arrival"),
        ({"at": at("2026-11-23 16:01")}, "not come yet"),
        ({"started": at("2026-11-23 16:01")}, "not come yet"),
        ({"started": at("2026-11-22 15:00")}, "before the appointment was made"),
    ],
)
def test_times_that_cannot_be_are_refused(report, why):
    with pytest.raises(InvalidError, match=why):
        finished(agreed(), **report)


def test_two_arrivals_contradict_each_other():
    begun = only(outcomes.start(a_run(at("2026-11-23 15:02")), agreed()))
    with pytest.raises(InvalidError, match="begun at 2026-11-23 15:02"):
        finished(begun)
    assert finished(begun, started=None).started_at == at("2026-11-23 15:02")


@pytest.mark.parametrize(("seconds", "marked"), [(30 * 60, False), (30 * 60 + 1, True)])
def test_more_than_the_planned_length_is_marked(seconds, marked):
    done = finished(agreed(), at=at("2026-11-23 15:00") + timedelta(seconds=seconds))
    assert ("over-time" in visits.marks(a_run(), done)) == marked


@pytest.mark.parametrize(
    ("planned", "took", "marked"), [(90, 90, False), (90, 91, True), (20, 21, True), (0, 31, True)]
)
def test_over_time_is_measured_against_the_minutes_planned_for_that_visit(planned, took, marked):
    visit = agreed(length=planned)
    if not planned:  # agreed before its length was written down
        visit = msgspec.structs.replace(visit, planned_minutes=0)
    change = outcomes.finish(
        a_run(at("2026-11-23 18:00")), visit,
        Report("ok", started=at("2026-11-23 15:00"), at=at("2026-11-23 15:00") + timedelta(minutes=took)),
    )  # fmt: skip
    assert ("over-time" in visits.marks(a_run(), only(change))) == marked
    assert [f"more than {planned or 30}:" in note for note in change.notes] == [True] * marked


def test_nobody_at_home_is_known_only_once_the_window_has_begun():
    with pytest.raises(InvalidError, match="begins only at"):
        outcomes.missed(a_run(), agreed(), "out")
    gone = outcomes.missed(a_run(at("2026-11-23 15:00")), agreed(), "nobody opened")
    assert (only(gone).state, only(gone).reason) == ("missed", "nobody opened")
    assert "crmkit visit add" in gone.notes[0]


def test_overdue_is_what_nobody_came_to():
    visit = agreed()
    assert not visits.overdue(a_run(at("2026-11-23 15:30")), visit)
    assert visits.overdue(a_run(at("2026-11-23 15:31")), visit)
    assert not visits.overdue(a_run(AFTERWARDS), finished(visit))


def test_nothing_is_claimed_of_the_conduct_that_nobody_reported():
    assert set(outcomes.checklist(finished(agreed())).values()) == {"unreported"}
    kept, broken = outcomes.conduct(["care，needs"], ["no-gifts"])
    done = finished(agreed(), kept=kept, broken=broken)
    told = {point: word for point, word in outcomes.checklist(done).items() if word != "unreported"}
    assert told == {"no-gifts": "broken", "care": "kept", "needs": "kept"}
    assert "broken" in visits.marks(a_run(), done)


def test_rest_is_every_point_that_is_not_broken():
    kept, broken = outcomes.conduct(["rest"], ["care", "no-arguing"])
    assert set(kept) | set(broken) == set(CONDUCT)
    assert broken == ("no-arguing", "care")
    assert not set(kept) & set(broken)


@pytest.mark.parametrize(
    ("kept", "broken", "why"),
    [
        (["politeness"], [], "politeness"),
        ([], ["rest"], "rest"),
        (["care"], ["care"], "both kept and broken"),
    ],
)
def test_a_report_of_conduct_that_makes_no_sense_is_refused(kept, broken, why):
    with pytest.raises(InvalidError, match=why):
        outcomes.conduct(kept, broken)


def test_two_reports_that_were_merged_leave_the_breach():
    merged = msgspec.structs.replace(agreed(), kept=("care",), broken=("care",))
    assert outcomes.checklist(merged)["care"] == "broken"


def test_gifts_are_kept_with_what_became_of_them():
    assert outcomes.gift_of(" 苹果：declined ") == Gift(what="苹果", became="declined")
    assert outcomes.gift_of("eggs:2 boxes:returned") == Gift(what="eggs:2 boxes", became="returned")
    done = finished(agreed(), gifts=(Gift(what="茶叶", became="returned"),))
    more = only(outcomes.offer(done, Gift(what="苹果", became="declined")))
    assert [gift.what for gift in more.gifts] == ["茶叶", "苹果"]
    with pytest.raises(InvalidError, match="not begun"):
        outcomes.offer(agreed(), Gift(what="苹果", became="declined"))


@pytest.mark.parametrize("text", ["苹果", "苹果:accepted", ":declined", ""])
def test_a_gift_without_its_fate_is_refused(text):
    with pytest.raises(InvalidError, match="became of the gift"):
        outcomes.gift_of(text)
