"""Who gets a message, what it says, and who is left out."""

from datetime import date

import msgspec
import pytest

from crmkit.core.messages import mailing
from crmkit.core.messages.mailing import Addressee, Mailing, render
from crmkit.errors import InvalidError
from crmkit.records import Event, Invitation
from crmkit.records.customer import Consent
from crmkit.records.rows import MessageTemplate
from tests.core import desk
from tests.core.messages.test_templates import a_run

RUN = a_run()
SHARED = {"branch": "北京分部", "hotline": "", "staff": ""}
TODAY = desk.NOW.date()


def a_mailing(text="【{branch}】{address_as}，生日快乐", occasion="birthday", channel="sms", **shared):
    template = MessageTemplate(name="own", occasion=occasion, lang="zh", text=text, channel=channel)
    return Mailing(template, {**SHARED, **shared})


def rendered(person, sent=None, had=False, **fields):
    addressee = Addressee(person, "birthday:2026", fields)
    return render(RUN, sent or a_mailing(), [addressee], lambda one: had)


def why(person, sent=None, **fields):
    """The count under which this person was left out; "rendered" for nobody left out."""
    counts = rendered(person, sent, **fields).counts
    return next(name for name, n in counts.items() if n)


def test_a_row_says_to_whom_on_what_number_and_what():
    (row,) = rendered(desk.a_customer(sex="female", age_about=70)).rows
    assert row == {
        "customer": "C2611-00000001",
        "name": "秦玉兰",
        "occasion": "birthday:2026",
        "template": "own",
        "channel": "sms",
        "phone": "+8613900000001",
        "national": "13900000001",
        "wechat": "",
        "address": "",
        "text": "【北京分部】秦阿姨，生日快乐",
        "parts": 1,
    }


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "rendered"),
        ({"do_not_contact": ("sms",)}, "do-not-contact"),
        ({"do_not_contact": ("all",)}, "do-not-contact"),
        ({"do_not_contact": ("call",)}, "rendered"),
        ({"consents": (Consent(purpose="marketing", withdrawn_at=desk.NOW),)}, "do-not-contact"),
        ({"suspect": True}, "suspect"),
        ({"phones": ()}, "no-phone"),
        ({"phones": (desk.a_phone(1, kind="landline"),)}, "no-phone"),
        ({"phones": (desk.a_phone(1, "wrong"),)}, "no-phone"),
        ({"merged_into": "C2611-00000009"}, "merged"),
    ],
)
def test_everybody_passes_the_gate(fields, reason):
    assert why(desk.a_customer(**fields)) == reason


@pytest.mark.parametrize(
    ("consents", "reason"),
    [
        ((), "no-consent"),
        ((Consent(purpose="contact", given_at=desk.NOW),), "no-consent"),
        ((Consent(purpose="marketing", given_at=desk.NOW),), "rendered"),
    ],
)
def test_marketing_needs_the_consent_to_it(consents, reason):
    sent = a_mailing("【{branch}】请参加活动，退订回T", "event-invitation")
    assert why(desk.a_customer(consents=consents), sent) == reason


def test_who_had_it_is_unchanged():
    assert rendered(desk.a_customer(), had=True).counts == {"rendered": 0, "unchanged": 1}


def test_a_field_that_a_person_lacks_leaves_them_out():
    sent = a_mailing("【{branch}】{years}年")
    assert why(desk.a_customer(), sent, years="") == "incomplete"
    assert why(desk.a_customer(), sent, years="73") == "rendered"


def test_a_letter_needs_an_address_and_no_telephone():
    sent = a_mailing("{address_as}：{branch}", "letter", "letter")
    assert why(desk.a_customer(phones=()), sent) == "no-address"
    (row,) = rendered(desk.a_customer(phones=(), address="北京市朝阳区1号"), sent).rows
    assert (row["address"], row["phone"], row["parts"]) == ("北京市朝阳区1号", "", None)


def test_health_notes_never_get_into_a_message():
    person = desk.a_customer(health_notes="高血压", needs="降压", not_bought="太贵")
    (row,) = rendered(person).rows
    assert not any(word in str(row) for word in ("高血压", "降压", "太贵"))
    with pytest.raises(InvalidError, match=r"there is no field \{health_notes\}"):
        mailing.check(RUN, a_mailing("【{branch}】{health_notes}"))


def test_a_name_is_put_in_as_it_is():
    (row,) = rendered(desk.a_customer(name="{branch}{x!r}")).rows
    assert "{branch}{x!r}" in row["text"]


def test_a_field_that_nobody_could_fill_is_refused_by_name():
    with pytest.raises(InvalidError, match=r"template own gives \{staff\}, and there is none"):
        mailing.check(RUN, a_mailing("【{branch}】{staff}"))


def test_birthdays_and_wedding_days_of_the_day_by_both_calendars():
    people = [
        desk.a_customer(1, birthday="1953-11-23"),
        desk.a_customer(2, birthday="lunar:1950-10-15"),
        desk.a_customer(3, birthday="1953-11-24", wedding_day="--11-23"),
    ]
    born = [
        (one.customer.id[-1], one.key, one.values["years"]) for one in mailing.on_own_day("birthday", people, TODAY)
    ]
    assert born == [("1", "birthday:2026", "73"), ("2", "birthday:2026", "76")]
    wed = [(one.customer.id[-1], one.key, one.values["years"]) for one in mailing.on_own_day("wedding", people, TODAY)]
    assert wed == [("3", "wedding:2026", "")]


def test_a_festival_is_kept_on_its_day_only():
    day = date(2026, 9, 25)
    assert mailing.festival_on(RUN, "festival", day).key == "festival:mid-autumn:2026"
    assert mailing.festival_on(RUN, "festival:mid-autumn", day).key == "festival:mid-autumn:2026"
    with pytest.raises(InvalidError, match="the next one is mid-autumn on 2027-09-15"):
        mailing.festival_on(RUN, "festival:mid-autumn", date(2026, 9, 26))
    with pytest.raises(InvalidError, match="there is no festival labour-day, or it is switched off"):
        mailing.festival_on(RUN, "festival:labour-day", date(2026, 5, 1))


@pytest.mark.parametrize(
    ("occasion", "key"),
    [("season", "season:2026-Q4"), ("keep-in-touch", "keep-in-touch:2026-11"), ("thanks", "thanks:2026-11-23")],
)
def test_what_has_no_day_of_its_own_has_a_period(occasion, key):
    assert mailing.period_key(occasion, TODAY) == key == mailing.check_key(key)


@pytest.mark.parametrize("key", ["birthday", "easter:2026", "festival:", "festival::2026", "", "birthday:"])
def test_what_is_no_key_of_an_occasion_is_refused(key):
    with pytest.raises(InvalidError, match="is not the key of an occasion"):
        mailing.check_key(key)


def test_event_messages_go_to_those_whom_they_concern():
    event = Event(id="G2611-00000001", code="1205A", starts_at=desk.at("2026-12-05 09:30"), place="市文化宫")
    states = [{}, {"answer": "accepted"}, {"answer": "declined"}, {"attended_at": desk.NOW}, {"state": "void"}]
    guests = [
        Invitation(event_id=event.id, customer=f"C{n}", number=f"1205A-{n}", **state)
        for n, state in enumerate(states)
    ]  # fmt: skip

    def who(occasion, now=desk.NOW):
        return [customer for customer, _key, _number in mailing.event_guests(occasion, event, guests, now)]

    assert who("event-invitation") == ["C0", "C3"]
    assert "C2" not in who("event-reminder") and "C4" not in who("event-reminder")
    assert who("event-thanks", desk.at("2026-12-06 09:00")) == ["C3"]
    with pytest.raises(InvalidError):
        who("event-reminder", desk.at("2026-12-06 09:00"))
    cancelled = msgspec.structs.replace(event, cancelled_at=desk.NOW)
    with pytest.raises(InvalidError):
        mailing.event_guests("event-invitation", cancelled, guests, desk.NOW)


def test_an_event_is_told_in_the_language_of_the_template():
    event = Event(code="1205A", starts_at=desk.at("2026-12-05 09:30"), place="市文化宫")
    told = mailing.event_fields(event, "zh", desk.NOW)
    assert (told["event"], told["day"], told["time"], told["place"]) == ("1205A", "12月5日", "09:30", "市文化宫")
    assert mailing.event_fields(event, "en", desk.NOW)["day"] == "5 December"
