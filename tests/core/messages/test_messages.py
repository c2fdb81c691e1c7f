"""Messages that were sent: counted once, for whoever sent them; they fulfil the greeting call of that day."""

import pytest

from crmkit.core.messages.messages import Outbox, Sent, greeted_by_call
from crmkit.errors import InvalidError
from crmkit.records import Callback, Message
from tests.core import desk

RUN = desk.a_run()
PERSON = desk.a_customer(birthday="1953-11-23")


def a_greeting(day="2026-11-23", **fields):
    due = desk.at(f"{day} 08:00")
    known = {"id": "B2611-00000001", "customer": PERSON.id, "purpose": "greeting", "due_at": due, "planned_for": due}
    return Callback(**(known | fields))


def taken(*callbacks, occasion="birthday:2026", earlier=(), run=RUN, text="生日快乐", channel="sms"):
    outbox = Outbox(run)
    outbox.add(Sent(PERSON, occasion, text, channel, phone="+8613900000001", template="own"), earlier, callbacks)
    return outbox.change()


def test_a_message_is_a_contact_of_whoever_sent_it():
    change = taken()
    (message,) = change.puts
    assert change.counts == {"recorded": 1, "unchanged": 0}
    assert (message.customer, message.occasion, message.by, message.at) == (PERSON.id, "birthday:2026", "LN", desk.NOW)
    assert list(message.keys()) == [f"ref:{PERSON.id}", f"sent:{PERSON.id}:birthday:2026"]


def test_letters_are_found_apart():
    (letter,) = taken(occasion="letter:2026-11", channel="letter").puts
    assert list(letter.keys())[-1] == "letter:2026-11-23T02:00:00"


def test_the_same_occasion_is_recorded_once():
    earlier = Message(customer=PERSON.id, at=desk.NOW, occasion="birthday:2026")
    assert taken(earlier=[earlier]).counts == {"recorded": 0, "unchanged": 1}
    outbox = Outbox(RUN)
    for _twice in range(2):
        outbox.add(Sent(PERSON, "birthday:2026", "生日快乐"), (), ())
    assert outbox.change().counts == {"recorded": 1, "unchanged": 1}


@pytest.mark.parametrize(
    "planned",
    [
        a_greeting(),
        a_greeting(state="stopped"),
        a_greeting("2026-11-25", planned_for=desk.at("2026-11-23 08:00")),  # put off by a person
        a_greeting("2026-11-24", planned_for=None, plan=f"birthday:{PERSON.id}:2026-11-23"),
    ],
)
def test_the_greeting_call_of_that_day_is_done(planned):
    message, callback = taken(planned).puts
    assert (message.callback, callback.id, callback.state, callback.closing) == (
        planned.id,
        planned.id,
        "done",
        "message",
    )


@pytest.mark.parametrize(
    "planned",
    [a_greeting(state="done"), a_greeting(state="cancelled"), a_greeting("2026-11-24"), a_greeting(purpose="thanks")],
)
def test_no_other_call_is(planned):
    (message,) = taken(planned).puts
    assert message.callback == ""


def test_a_message_without_a_day_of_its_own_fulfils_no_greeting():
    assert len(taken(a_greeting(), occasion="season:2026-Q4").puts) == 1


def test_a_festival_s_message_fulfils_the_festival_s_greeting():
    assert len(taken(a_greeting("2026-09-25"), occasion="festival:mid-autumn:2026").puts) == 2


def test_who_was_greeted_by_telephone_is_known():
    assert greeted_by_call(RUN, PERSON, "birthday:2026", [a_greeting(state="done")])
    assert not greeted_by_call(RUN, PERSON, "birthday:2026", [a_greeting(), a_greeting(state="cancelled")])


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": " "}, "the text is missing"),
        ({"channel": "fax"}, "there is no channel fax"),
        ({"occasion": "easter:2026"}, "easter:2026 is not the key of an occasion"),
        ({"run": desk.a_run(by="")}, "nobody is named as the sender"),
    ],
)
def test_what_cannot_have_been_sent_is_refused(fields, problem):
    with pytest.raises(InvalidError, match=problem):
        taken(**fields)
