from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit.core.people import reach
from crmkit.core.people.merge import united
from crmkit.core.people.reach import SERVICES, barred, dial
from crmkit.errors import InvalidError
from crmkit.records.customer import NO_CONTACT, Consent
from crmkit.records.visit import VISIT_PURPOSES
from crmkit.records.work import PURPOSES
from tests.core.desk import NOW, a_customer, a_phone, a_run

CHANNELS = tuple(channel for channel in NO_CONTACT if channel != "all")
STOPPED = sorted({*PURPOSES, *VISIT_PURPOSES, "birthday", "event"} - SERVICES)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("states", "dialled"),
    [
        (["", ""], 0),
        (["", "confirmed"], 1),
        (["wrong", ""], 1),
        (["invalid", "mismatch", "confirmed"], 2),
        (["mismatch"], None),
        ([], None),
    ],
)
def test_a_confirmed_number_is_dialled_before_an_unknown_one_and_a_false_one_never(states, dialled):
    phones = tuple(a_phone(n, state) for n, state in enumerate(states))
    assert dial(a_customer(phones=phones)) == (None if dialled is None else phones[dialled])


def test_a_text_message_goes_to_a_mobile_number_only():
    landline, mobile = a_phone(1, "confirmed", "landline"), a_phone(2)
    assert dial(a_customer(phones=(landline, mobile)), "sms") == mobile
    assert barred(a_run(), a_customer(phones=(landline,)), "greeting", "sms") == "no-phone"
    assert barred(a_run(), a_customer(phones=(landline,)), "greeting") == ""


def test_no_text_message_goes_to_an_extension_behind_a_mobile_number():
    relay = msgspec.structs.replace(a_phone(1, "confirmed"), ext="9100")
    assert dial(a_customer(phones=(relay, a_phone(2))), "sms") == a_phone(2)
    assert dial(a_customer(phones=(relay, a_phone(2)))) == relay
    assert barred(a_run(), a_customer(phones=(relay,)), "greeting", "sms") == "no-phone"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("purpose", sorted(SERVICES))
def test_a_service_asked_for_goes_on_in_spite_of_a_refusal(purpose, channel):
    withdrawn = Consent(purpose="contact", withdrawn_at=NOW)
    assert barred(a_run(), a_customer(do_not_contact=("all",), consents=(withdrawn,)), purpose, channel) == ""


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("purpose", STOPPED)
def test_everything_else_stops_at_a_refusal(purpose, channel):
    for fields in (
        {"do_not_contact": ("all",)},
        {"do_not_contact": (channel,)},
        {"consents": (Consent(purpose="contact", given_at=EARLIER, withdrawn_at=NOW),)},
        {"consents": (Consent(purpose="marketing", withdrawn_at=NOW),)},
    ):
        assert barred(a_run(), a_customer(**fields), purpose, channel) == "do-not-contact"


def test_other_channels_and_other_consents_do_not_matter():
    assert barred(a_run(), a_customer(do_not_contact=("sms", "visit")), "manual") == ""
    assert barred(a_run(), a_customer(do_not_contact=("call",)), "greeting", "letter") == ""
    assert barred(a_run(), a_customer(consents=(Consent(purpose="health", withdrawn_at=NOW),)), "manual") == ""


@pytest.mark.parametrize(
    ("given_at", "withdrawn_at", "stands", "stops"),
    [
        (NOW, None, True, False),
        (NOW, LATER, False, True),
        (NOW, NOW, False, True),
        (LATER, NOW, True, False),
        (None, NOW, False, True),
        (None, None, False, False),
    ],
)
def test_the_later_of_consent_and_withdrawal_counts_and_of_two_at_once_the_withdrawal(
    given_at, withdrawn_at, stands, stops
):
    consent = Consent(purpose="marketing", given_at=given_at, withdrawn_at=withdrawn_at)
    assert consent.given is stands
    assert a_customer(consents=(consent,)).refused("call") is stops


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"do_not_contact": ("sms",)}, True),
        ({"do_not_contact": ("all",)}, True),
        ({"do_not_contact": ("letter", "visit", "wechat")}, False),
        ({"consents": (Consent(purpose="contact", withdrawn_at=NOW),)}, True),
        ({"consents": (Consent(purpose="marketing", withdrawn_at=NOW, given_at=LATER),)}, False),
        ({"consents": (Consent(purpose="health", withdrawn_at=NOW),)}, False),
    ],
)
def test_only_whoever_refused_calls_or_texts_is_looked_up_for_others_of_the_number(fields, found):
    phone = a_customer().phones[0].e164
    assert (f"refused:{phone}" in set(a_customer(**fields).keys())) is found


def test_a_suspect_file_gets_nothing_but_the_service_that_needs_no_number():
    suspect = a_customer(suspect=True)
    assert {barred(a_run(), suspect, "service", channel) for channel in ("call", "sms")} == {"suspect"}
    assert {barred(a_run(), suspect, "courtesy", channel) for channel in CHANNELS} == {"suspect"}
    assert barred(a_run(), suspect, "delivery", "visit") == ""


def test_a_number_is_needed_only_to_call_and_to_text():
    numberless = a_customer(phones=())
    assert {channel for channel in CHANNELS if barred(a_run(), numberless, "greeting", channel)} == {"call", "sms"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_goes_to_a_file_that_was_merged_into_another(channel):
    assert barred(a_run(), a_customer(merged_into="C2611-00000002"), "delivery", channel) == "merged"


MOMENTS = st.sampled_from([None, EARLIER, NOW, LATER])
CONSENTS = st.lists(
    st.builds(Consent, purpose=st.sampled_from(["contact", "marketing"]), given_at=MOMENTS, withdrawn_at=MOMENTS),
    unique_by=lambda consent: consent.purpose,
    max_size=2,
).map(tuple)
REFUSALS = st.sampled_from([(), ("call",), ("all",), ("sms", "visit")])


@settings(max_examples=100)
@given(st.lists(st.tuples(CONSENTS, REFUSALS), min_size=3, max_size=3), st.sampled_from(CHANNELS))
def test_however_files_are_merged_a_refusal_beats_every_consent_that_is_not_later(told, channel):
    files = [a_customer(n, consents=c, do_not_contact=d) for n, (c, d) in enumerate(told)]
    for one, two, three in permutations(files):
        whole = united(united(one, two), three)
        assert barred(a_run(), whole, "greeting", channel) == _expected(told, channel)
        assert barred(a_run(), whole, "delivery", channel) == ""


def _expected(told, channel):
    """From every word that the person ever said about it, without merging anything."""
    if any({"all", channel} & set(refusals) for _consents, refusals in told):
        return "do-not-contact"
    for purpose in ("contact", "marketing"):
        words = [consent for consents, _refusals in told for consent in consents if consent.purpose == purpose]
        no = max((c.withdrawn_at for c in words if c.withdrawn_at), default=None)
        yes = max((c.given_at for c in words if c.given_at), default=None)
        if no and not (yes and yes > no):
            return "do-not-contact"
    return ""


def test_of_merged_consents_the_words_that_were_said_with_the_latest_stay():
    old = Consent(purpose="contact", given_at=EARLIER, how="form", withdrawn_at=NOW, withdrawn_how="on the phone")
    new = Consent(purpose="contact", given_at=LATER, how="at the shop", withdrawn_at=EARLIER, withdrawn_how="letter")
    (whole,) = united(a_customer(1, consents=(old,)), a_customer(2, consents=(new,))).consents
    expected = {"purpose": "contact", "how": "at the shop", "withdrawn_how": "on the phone"}
    assert msgspec.structs.asdict(whole) == {**expected, "given_at": LATER, "withdrawn_at": NOW}


def test_a_release_is_counted_and_so_is_its_end():
    refuser, other = a_customer(2, do_not_contact=("all",)), a_customer(3, do_not_contact=("call",))
    run = msgspec.structs.replace(a_run(), refusers=lambda number: [refuser, other])
    free = reach.release(run, a_customer(1), [refuser], "sisters")
    (file,) = free.puts
    assert (file.released, file.notes, free.counts) == ((refuser.id,), ("2026-11-23 sisters",), {"released": 1})
    assert [one.id for one in reach.holding(run, file)] == [other.id]
    assert reach.release(run, file, [refuser]).counts == {"unchanged": 1}
    (both,) = reach.release(run, file, [other, refuser]).puts
    assert (both.released, reach.holding(run, both)) == ((refuser.id, other.id), [])
    held = reach.hold_again(run, both, [refuser])
    assert (held.puts[0].released, held.puts[0].notes, held.counts) == ((other.id,), both.notes, {"on-hold": 1})
    assert reach.hold_again(run, both, ()).puts[0].released == ()
    assert reach.hold_again(run, a_customer(1), ()).puts == ()
    with pytest.raises(InvalidError, match="is not held by a refusal of C2611-00000009"):
        reach.release(run, file, [a_customer(9)])
