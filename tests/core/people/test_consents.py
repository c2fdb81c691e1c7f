import re
from datetime import date, timedelta

import pytest

from crmkit.core.people import consents
from crmkit.core.people.reach import barred
from crmkit.core.snapshot import Snapshot
from crmkit.core.wording import shown
from crmkit.errors import InvalidError
from crmkit.records import Callback, Customer, Invitation, Visit
from crmkit.records.change import Change
from crmkit.records.customer import Consent
from tests.core.desk import NOW, a_customer, a_run, at

HOUR = timedelta(hours=1)


def a_callback(number, purpose, state=""):
    return Callback(id=f"B2611-{number:08}", customer="C2611-00000001", purpose=purpose, due_at=NOW, state=state)


def a_visit(number, purpose, state=""):
    return Visit(
        id=f"V2611-{number:08}",
        customer="C2611-00000001",
        purpose=purpose,
        begins_at=NOW,
        ends_at=NOW + HOUR,
        state=state,
    )


PLANNED = Snapshot.of(
    a_callback(1, "greeting"),
    a_callback(2, "balance"),
    a_callback(3, "cadence", "stopped"),
    a_callback(4, "thanks", "done"),
    a_visit(1, "courtesy"),
    a_visit(2, "repair"),
    a_visit(3, "courtesy", "done"),
)


def file_of(change):
    return next(record for record in change.puts if isinstance(record, Customer))


def cancelled(change):
    return [record.id for record in change.puts if not isinstance(record, Customer)]


def test_a_refusal_cancels_at_once_what_it_bars_and_nothing_else():
    change = consents.refuse(a_run(), a_customer(), ["all"], "", PLANNED)
    assert cancelled(change) == ["B2611-00000001", "B2611-00000003", "V2611-00000001"]
    assert {record.state for record in change.puts if not isinstance(record, Customer)} == {"cancelled"}
    assert change.counts == {"refused": 1, "cancelled": 3}
    assert [note.split()[0] for note in change.notes] == ["3", "2"]


def test_a_refused_channel_leaves_the_others():
    change = consents.refuse(a_run(), a_customer(do_not_contact=("sms",)), ["visit"], "", PLANNED)
    assert file_of(change).do_not_contact == ("sms", "visit")
    assert cancelled(change) == ["V2611-00000001"]


def test_the_reason_of_a_refusal_is_kept_in_the_persons_words():
    change = consents.refuse(a_run(), a_customer(notes=("old",)), ["call", "sms"], "too many calls")
    assert shown(file_of(change)) == ["old", "2026-11-23 wants no contact (call, sms): too many calls"]


def test_the_same_refusal_again_changes_nothing():
    refused = a_customer(do_not_contact=("call",))
    change = consents.refuse(a_run(), refused, ["call"], "")
    assert (file_of(change), change.counts) == (refused, {"unchanged": 1, "cancelled": 0})


def test_allowing_a_channel_lifts_that_one_and_all_lifts_every_one():
    refused = a_customer(do_not_contact=("call", "sms"))
    assert file_of(consents.allow(refused, ["call"])).do_not_contact == ("sms",)
    assert file_of(consents.allow(refused, ["all"])).do_not_contact == ()
    assert consents.allow(a_customer(), ["call"]).counts == {"unchanged": 1}


def test_one_channel_cannot_be_allowed_while_all_are_refused():
    with pytest.raises(InvalidError, match="by any channel"):
        consents.allow(a_customer(do_not_contact=("all",)), ["call"])


def test_allowing_says_that_a_withdrawn_consent_still_stops_everything():
    refused = a_customer(do_not_contact=("all",), consents=(Consent(purpose="contact", withdrawn_at=NOW),))
    change = consents.allow(refused, ["all"])
    assert "withdrawn consent still stops" in change.notes[0]
    assert barred(a_run(), file_of(change), "greeting") == "do-not-contact"


def test_a_withdrawal_cancels_and_a_later_consent_counts_again():
    withdrawn = consents.withdraw(a_run(), a_customer(), "marketing", NOW - HOUR, "on the phone", PLANNED)
    assert len(cancelled(withdrawn)) == 3
    again = consents.give(a_run(), file_of(withdrawn), "marketing", NOW, "form")
    assert file_of(again).consents == (
        Consent(purpose="marketing", given_at=NOW, how="form", withdrawn_at=NOW - HOUR, withdrawn_how="on the phone"),
    )
    assert barred(a_run(), file_of(withdrawn), "greeting") == "do-not-contact"
    assert barred(a_run(), file_of(again), "greeting") == ""


def test_a_consent_older_than_the_withdrawal_is_kept_and_does_not_count():
    refused = a_customer(consents=(Consent(purpose="contact", withdrawn_at=NOW),))
    change = consents.give(a_run(), refused, "contact", NOW - HOUR, "form")
    assert "the withdrawal of 2026-11-23 10:00 is not older" in change.notes[0]
    assert barred(a_run(), file_of(change), "greeting") == "do-not-contact"


def test_what_is_older_than_what_is_known_changes_nothing():
    known = a_customer(consents=(Consent(purpose="contact", given_at=NOW, how="form", withdrawn_at=NOW),))
    for moment in (NOW, NOW - HOUR):
        for change in (
            consents.give(a_run(), known, "contact", moment, "letter"),
            consents.withdraw(a_run(), known, "contact", moment, "letter", PLANNED),
        ):
            assert (change.puts, change.ids, change.counts) == ((), (known.id,), {"unchanged": 1})
    later = consents.withdraw(a_run(NOW + HOUR), known, "contact", NOW + HOUR, "letter")
    assert (file_of(later).consents[0].withdrawn_at, later.counts["withdrawn"]) == (NOW + HOUR, 1)


def test_a_withdrawn_consent_to_health_notes_cancels_nothing_and_says_where_notes_are_left():
    assert cancelled(consents.withdraw(a_run(), a_customer(), "health", NOW, "", PLANNED)) == []
    assert consents.withdraw(a_run(), a_customer(), "health", NOW, "").notes == ()
    (note,) = consents.withdraw(a_run(), a_customer(health_notes="knees"), "health", NOW, "").notes
    assert "still has notes about health" in note


@pytest.mark.parametrize(
    ("purpose", "moment", "how", "why"),
    [
        ("sales", NOW, "form", "sales"),
        ("contact", at("2026-11-23 10:01"), "form", "not come yet"),
        ("contact", NOW, " ", "how the consent was given"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(purpose, moment, how, why):
    with pytest.raises(InvalidError, match=why):
        consents.give(a_run(), a_customer(), purpose, moment, how)


def test_a_channel_that_does_not_exist_is_refused():
    with pytest.raises(InvalidError, match="pigeon"):
        consents.refuse(a_run(), a_customer(), ["call", "pigeon"], "")


def test_where_consents_and_channels_stand():
    customer = a_customer(do_not_contact=("sms",), consents=(Consent(purpose="health", given_at=NOW, how="form"),))
    assert [(row["purpose"], row["state"]) for row in consents.consents_of(customer)] == [
        ("contact", ""),
        ("marketing", ""),
        ("health", "given"),
    ]
    assert [row["channel"] for row in consents.channels_of(customer) if not row["allowed"]] == ["sms"]


def test_a_refusal_heard_in_a_call_stops_what_the_call_itself_agreed():
    agreed, finished = a_callback(9, "manual"), a_callback(1, "greeting", "done")
    confirmed = a_customer(tags=("spoken",))
    call = Change(puts=(finished, agreed, confirmed), ids=("B2611-00000001",), counts={"reached": 1})
    change = consents.refuse_in_call(a_run(), call, a_customer(), ["call"], PLANNED)
    states = {record.id: record.state for record in change.puts if not isinstance(record, Customer)}
    assert states == {"B2611-00000001": "done", "B2611-00000003": "cancelled", "B2611-00000009": "cancelled"}
    assert (file_of(change).tags, file_of(change).do_not_contact) == (("spoken",), ("call",))


@pytest.mark.parametrize(
    ("on", "known", "kept"),
    [
        (None, None, None), (NOW.date(), None, NOW.date()), (date(2026, 11, 1), None, date(2026, 11, 1)),
        (None, date(2026, 11, 1), date(2026, 11, 1)), (date(2026, 11, 2), date(2026, 11, 1), date(2026, 11, 2)),
    ],
)  # fmt: skip
def test_a_death_cancels_all_that_is_planned_and_keeps_the_day_that_is_known(on, known, kept):
    guest = Invitation(id="N2611-00000001", event_id="G2611-00000001", customer="C2611-00000001", number="X", seat="3")
    change = consents.deceased(a_run(), a_customer(deceased_on=known), on, PLANNED, [guest])
    assert (file_of(change).deceased, file_of(change).deceased_on) == (True, kept)
    stopped = ["B2611-00000001", "B2611-00000002", "B2611-00000003", "V2611-00000001", "V2611-00000002"]
    assert cancelled(change) == [*stopped, guest.id]
    assert change.ids == ("C2611-00000001", *stopped, guest.id)
    assert {record.state for record in change.puts[1:]} == {"cancelled", "void"}
    assert (change.puts[-1].state, change.puts[-1].seat) == ("void", "")
    assert change.counts == {"deceased": 1, "cancelled": 5, "void": 1}
    assert [re.findall("[0-9]+", note) for note in change.notes] == [["5"], ["1"]]
    again = consents.deceased(a_run(), file_of(change), on, Snapshot.of())
    assert (again.puts, again.counts, again.notes) == ((), {"unchanged": 1, "cancelled": 0, "void": 0}, ())


def test_a_death_is_not_to_come_and_may_have_been_a_mistake():
    with pytest.raises(InvalidError, match="2026-11-24 has not come yet"):
        consents.deceased(a_run(), a_customer(), date(2026, 11, 24), Snapshot.of())
    change = consents.alive(a_customer(deceased=True, deceased_on=date(2026, 11, 1)))
    assert (file_of(change).deceased, file_of(change).deceased_on) == (False, None)
    assert consents.alive(a_customer()).puts == ()
