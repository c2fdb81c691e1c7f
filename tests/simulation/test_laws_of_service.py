"""Each law of tickets, complaints and plans says so when it is broken, and nothing when it is kept."""

from datetime import date, datetime

import pytest

from tests.simulation import ledgers, promises

NOW = datetime.fromisoformat("2026-03-20T10:00:00+08:00")
PRICES = [(date(2026, 3, 1), "TRIP", 3000), (date(2026, 3, 10), "TRIP", 3500), (date(2026, 3, 1), "VALVE", 2000)]


def at(text):
    return f"2026-03-{text}:00+08:00"


def step(what, when, **more):
    """A step as `show` prints it, written down when it happened."""
    number = f"ST{what}{when}"
    return {"id": number, "what": what, "at": at(when), "recorded_at": at(when), "cycle": 1, "charges": [], **more}


def ticket(*steps, clocks=(), **more):
    """A ticket of 2 March at 10:00."""
    plain = {
        "id": "T1", "created_at": at("02T10:00"), "reported_at": at("02T10:00"), "card": "K1", "fault": "leak",
        "cause": "", "state": "solved", "payable": 0, "charged": 0, "refund_due": 0, "coverage": "none",
        "promises": {"reply": 2, "solution": 8, "solved": 30, "follow_up": 72},
    }  # fmt: skip
    return {**plain, "steps": list(steps), "clocks": list(clocks), **more}


WAITED = (step("wait", "02T11:00"), step("resume", "02T15:00"), step("solve", "03T20:00", codes={"cause": "wear"}))


def test_a_clock_by_hand_is_later_by_the_waits_that_began_before_it_ran_out():
    found = {one.name: one for one in promises.clocks_by_hand(ticket(*WAITED, step("wait", "06T12:00")))}
    assert [f"{found[name].due:%d %H:%M}" for name in ("reply", "solution", "solved", "follow_up")] == [
        "02 16:00", "02 22:00", "03 20:00", "05 14:00",
    ]  # fmt: skip
    assert found["solved"].stopped == found["reply"].stopped == datetime.fromisoformat(at("03T20:00"))
    assert found["follow_up"].broken_at(NOW)


@pytest.mark.parametrize(
    ("due", "verdict", "many"),
    [("03T20:00", "kept", 0), ("03T16:00", "kept", 1), ("03T20:00", "late", 1)],
)
def test_a_clock_that_is_moved_or_judged_otherwise_breaks_the_law(due, verdict, many):
    clocks = [
        {"clock": name, "cycle": 1, "due_at": at(when), "stopped_at": at("03T20:00"), "verdict": "late"}
        for name, when in (("reply", "02T16:00"), ("solution", "02T22:00"))
    ]
    clocks.append({"clock": "solved", "cycle": 1, "due_at": at(due), "stopped_at": at("03T20:00"), "verdict": verdict})
    last = {"clock": "follow_up", "cycle": 1, "due_at": at("05T14:00"), "stopped_at": None, "verdict": "breached"}
    assert len(list(promises.only_waits_move_a_clock([ticket(*WAITED, clocks=[*clocks, last])], NOW))) == many


def test_a_breach_that_is_not_on_the_list_and_a_ticket_that_is_there_for_none_break_the_law():
    evening = datetime.fromisoformat(at("03T21:00"))
    late, fine = ticket(), ticket(*WAITED)
    assert list(promises.breaches_are_listed([late], {evening: {"T1"}})) == []
    assert len(list(promises.breaches_are_listed([late], {evening: set()}))) == 1
    assert len(list(promises.breaches_are_listed([fine], {evening: {"T1"}}))) == 1
    mornings = {date(2026, 3, 3): datetime.fromisoformat(at("03T07:45"))}
    assert len(list(promises.what_runs_out_is_due_that_morning([late], {date(2026, 3, 3): set()}, mornings))) == 1


def trip(when, taken, **more):
    line = {"code": "TRIP", "quantity": 1, "price": 3000, "what": "fee"}
    return step("work", when, numbers={"taken": taken}, charges=[line], **more)


WEAR = step("solve", "11T11:00", codes={"cause": "wear"})


def test_a_bill_by_hand_goes_by_the_list_of_the_day_and_by_one_trip():
    valve = {"code": "VALVE", "quantity": 2, "price": 2000, "what": "part"}
    two_trips = ticket(trip("03T10:00", 3000), trip("11T10:00", 6000), WEAR | {"charges": [valve]})
    assert promises.bill_by_hand(two_trips, PRICES, "none") == (7000, 9000, 2000)
    assert promises.bill_by_hand(ticket(trip("11T10:00", 3000)), PRICES, "none") == (3500, 3000, 0)
    assert promises.bill_by_hand(two_trips, PRICES, "contract") == (4000, 9000, 5000)
    assert promises.bill_by_hand(two_trips, PRICES, "warranty") == (0, 9000, 9000)


def test_an_overcharge_that_is_forgotten_and_one_that_is_on_no_record_break_the_law():
    told = {"payable": 3000, "charged": 5000}
    forgotten = ticket(trip("03T10:00", 5000), **told, refund_due=2000)
    back = step("refund", "05T10:00", numbers={"paid": 2000})
    paid = ticket(trip("03T10:00", 5000), back, **told)
    declined = ticket(trip("03T10:00", 5000), step("refund", "05T10:00", codes={"outcome": "declined"}), **told)
    covered = {"T1": "none"}
    for one, many in (
        (forgotten, 1),
        (paid, 0),
        (declined, 0),
        (ticket(trip("03T10:00", 5000), back, back, **told), 1),
    ):
        assert len(list(promises.overcharges_end([one], PRICES, covered, NOW))) == many
    marks = [{"what": "overcharge", "about": "T1"}]
    assert list(promises.overcharges_are_on_the_record([paid], marks, PRICES, covered)) == []
    assert len(list(promises.overcharges_are_on_the_record([paid], [], PRICES, covered))) == 1


def test_the_same_fault_without_a_new_unit_breaks_the_law_but_not_after_misuse():
    first = ticket(*WAITED, cause="defect")
    cards = [{"id": "K1", "replaces": ""}, {"id": "K2", "replaces": "K1"}]
    solved = step("solve", "10T20:00", codes={"cause": "defect"})
    second = ticket(solved, id="T2", reported_at=at("09T10:00"), card="K2", cause="defect")
    assert len(list(promises.same_faults_are_replaced([first, second], cards))) == 1
    replaced = ticket(step("replace", "10T20:00", card="K3"), id="T2", reported_at=at("09T10:00"))
    for again in (replaced, second | {"fault": "noise"}, second | {"cause": "misuse"}, second | {"card": "K9"}):
        assert list(promises.same_faults_are_replaced([first, again], cards)) == []
    assert list(promises.same_faults_are_replaced([first | {"cause": "misuse"}, second], cards)) == []


def test_somebody_sent_too_soon_or_beyond_a_day_breaks_the_law():
    sent = ticket(step("visit", "02T10:30", visit="V1"))
    for begins, many in (("02T14:30", 0), ("02T10:30", 1)):
        visits = {"V1": {"begins_at": at(begins)}}
        assert len(list(promises.nobody_is_sent_before_their_half_day([sent], visits))) == many
    day = [{"by": "TF", "begins_at": at("02T14:30"), "units": 2}, {"by": "TF", "begins_at": at("02T15:30")}]
    assert len(list(promises.nobody_goes_beyond_their_day(day, {"TF": 2}))) == 1
    assert list(promises.nobody_goes_beyond_their_day([day[0], day[1] | {"over": "同楼"}], {"TF": 2})) == []


HEARD = (
    step("acknowledge", "02T11:00"), step("investigate", "02T12:00"),
    step("offer", "02T13:00", codes={"1": "退款", "2": "保养"}), step("agree", "02T14:00", numbers={"promised": 200}),
    step("carry-out", "02T15:00", numbers={"paid": 200}),
    step("call-back", "03T10:00", codes={"outcome": "reached", "satisfied": "yes"}),
    step("close", "03T11:00", note="当天核对", codes={"upheld": "yes"}),
)  # fmt: skip


@pytest.mark.parametrize("left_out", range(len(HEARD) - 1))
def test_a_complaint_closed_without_one_of_its_steps_breaks_the_law(left_out):
    def complaint(*steps):
        return {"id": "CP1", "steps": list(steps)}

    assert list(promises.complaints_go_through_their_steps([complaint(*HEARD)])) == []
    without = [one for place, one in enumerate(HEARD) if place != left_out]
    assert len(list(promises.complaints_go_through_their_steps([complaint(*without)]))) == 1
    for place, instead in ((2, {"codes": {"1": "退款"}}), (4, {"numbers": {"paid": 150}}), (6, {"note": ""}),
                           (5, {"codes": {"outcome": "reached", "satisfied": "no"}})):  # fmt: skip
        changed = [one | instead if n == place else one for n, one in enumerate(HEARD)]
        assert len(list(promises.complaints_go_through_their_steps([complaint(*changed)]))) == 1


def line(what, units, left, value, value_left, of=""):
    return {"what": what, "units": units, "left": left, "value": value, "value_left": value_left, "step": of}


def card(*steps, ledger=(), **more):
    """A card of five visits and one on top for 600 yuan, from 31 January."""
    plain = {
        "id": "PL1", "mode": "prepaid", "starts_on": "2026-01-31", "ends_on": "2026-07-30", "last_on": None,
        "months": 6,
        "visits": 5, "bonus": 1, "amount": 0, "bonus_amount": 0, "paid": 60000, "list_price": 15000, "basis": "list",
        "cards": [], "every": ["1m"], "first_on": None, "until_hours": None, "visits_left": 5, "amount_left": None,
        "value_left": 50000, "refund_due": 0, "misfits": [], "slots": [], "price": 0, "waiting_fee": 0,
    }  # fmt: skip
    first = [line("issue", 5, 5, 60000, 60000), line("bonus", 1, 6, 0, 60000)]
    return {**plain, "steps": list(steps), "ledger": [*first, *ledger], **more}


USED = step("use", "02T10:00", numbers={"k": 1, "units": 1})


def test_a_ledger_that_does_not_add_up_breaks_the_law():
    right = card(USED, ledger=[line("use", -1, 5, -10000, 50000, USED["id"])])
    assert list(ledgers.ledgers_add_up([right])) == []
    wrong = card(USED, ledger=[line("use", -1, 5, -12000, 48000, USED["id"])], value_left=48000)
    assert len(list(ledgers.ledgers_add_up([wrong]))) == 2
    assert len(list(ledgers.ledgers_add_up([right | {"visits_left": 6}]))) == 1


@pytest.mark.parametrize(("cause", "due"), [("ours", 50000), ("customer", 45000), ("seven-days", 60000)])
def test_a_refund_that_is_not_by_its_basis_breaks_the_law(cause, due):
    def taken_back(amount, paid=0):
        used = () if cause == "seven-days" else (USED,)
        back = step("refund", "03T10:00", codes={"cause": cause}, numbers={"due": amount, "paid": paid})
        return card(*used, back, refund_due=amount - paid)

    assert list(ledgers.refunds_are_by_their_basis([taken_back(due)])) == []
    assert len(list(ledgers.refunds_are_by_their_basis([taken_back(due + 1)]))) >= 1
    assert len(list(ledgers.refunds_are_by_their_basis([taken_back(due, due + 1)]))) >= 1


def test_a_visit_used_twice_breaks_the_law_unless_two_clones_did_it():
    again = USED | {"id": "ST2"}
    assert len(list(ledgers.nothing_is_used_twice([card(USED, again)]))) == 1
    listed = card(USED, again, misfits=[{"step": "ST2", "why": "used"}])
    assert list(ledgers.nothing_is_used_twice([listed], {"PL1"})) == []
    assert len(list(ledgers.nothing_is_used_twice([listed]))) == 1
    back = step("adjust", "02T11:00", codes={"use": USED["id"]}, numbers={"units": 1})
    assert list(ledgers.nothing_is_used_twice([card(USED, back, again)])) == []


@pytest.mark.parametrize(
    ("instead", "many"),
    [
        ({}, 0), ({"due_on": "2026-03-28"}, 1), ({"planned_on": "2026-04-20"}, 1), ({"planned_on": "2026-01-30"}, 2),
        ({"planned_on": "2026-04-05"}, 1), ({"done_on": "2026-01-30"}, 1),
    ],
)  # fmt: skip
def test_a_date_that_is_not_the_anchor_s_or_outside_the_plan_breaks_the_law(instead, many):
    slot = {"slot": "PL1:2", "k": 2, "due_on": "2026-03-31", "planned_on": "2026-03-31", "window_from": "2026-03-16",
            "window_to": "2026-04-15", "state": "planned", "done_on": None, "provisional": False}  # fmt: skip
    plan = card(slots=[slot | instead])
    assert len(list(ledgers.dates_are_those_of_the_anchor([plan], {"2026-04-06"}, ()))) == many


def test_a_settlement_and_an_end_that_are_not_those_of_the_terms_break_the_law():
    report = step("report", "02T10:00", numbers={"k": 1}, card="K1")
    settled = step("settle", "31T10:00", numbers={"k": 1, "waited": 90, "amount": 24000})
    slot = {"slot": "PL1:1", "k": 1, "amount": 24000, "invoice_due_on": "2026-04-30"}
    contract = card(report, settled, mode="contract", price=12000, waiting_fee=8000, slots=[slot])
    assert list(ledgers.settlements_are_right([contract], PRICES)) == []
    for instead in ({"amount": 12000}, {"invoice_due_on": "2026-05-01"}):
        assert len(list(ledgers.settlements_are_right([contract | {"slots": [slot | instead]}], PRICES))) == 1
    frozen = (step("freeze", "02T10:00"), step("thaw", "12T10:00"))
    assert list(ledgers.ends_are_kept([card()])) == []
    assert list(ledgers.ends_are_kept([card(*frozen, ends_on="2026-08-09")])) == []
    assert len(list(ledgers.ends_are_kept([card(*frozen)]))) == 1


def test_an_exchanged_unit_that_leaves_its_contract_breaks_the_law():
    cards = [{"id": "K1", "number": "N1", "state": "replaced", "replaced_by": "K2"},
             {"id": "K2", "number": "N2", "state": "active", "replaced_by": ""}]  # fmt: skip
    slot = {"slot": "PL1:2", "state": "planned", "planned_on": "2026-04-01"}
    plan = {"id": "PL1", "mode": "contract", "cards": ["K1"], "units": ["N2"], "state": "active", "slots": [slot],
            "ends_on": "2026-12-31"}  # fmt: skip
    assert list(ledgers.exchanged_units_stay([plan], cards)) == []
    cancelled = slot | {"state": "cancelled"}
    for broken in ({"units": ["N1"]}, {"units": []}, {"slots": [cancelled]}):
        assert len(list(ledgers.exchanged_units_stay([plan | broken], cards))) == 1
    past = cancelled | {"planned_on": "2027-01-04"}
    void = [cards[0], cards[1] | {"state": "void"}]
    assert list(ledgers.exchanged_units_stay([plan | {"slots": [past]}], cards)) == []
    assert list(ledgers.exchanged_units_stay([plan | {"slots": [cancelled]}], void)) == []
