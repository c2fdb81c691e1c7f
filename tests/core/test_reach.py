import pytest

from crmkit.core.reach import barred, dial
from crmkit.records.customer import Consent
from tests.core.desk import NOW, a_customer, a_phone


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


@pytest.mark.parametrize("purpose", ["service", "follow-up", "complaint", "plan-visit"])
def test_a_service_asked_for_goes_on_in_spite_of_a_refusal(purpose):
    assert barred(a_customer(do_not_contact=("all",)), purpose) == ""
    assert barred(a_customer(do_not_contact=("all",), suspect=True), purpose) == "suspect"


@pytest.mark.parametrize("purpose", ["screening", "greeting", "manual", "reorder", "balance"])
def test_everything_else_stops_at_a_refusal(purpose):
    assert barred(a_customer(do_not_contact=("call",)), purpose) == "do-not-contact"
    withdrawn = Consent(purpose="contact", given_at=NOW, withdrawn_at=NOW)
    assert barred(a_customer(consents=(withdrawn,)), purpose) == "do-not-contact"


def test_other_channels_and_other_consents_do_not_matter():
    assert barred(a_customer(do_not_contact=("sms", "visit")), "manual") == ""
    assert barred(a_customer(consents=(Consent(purpose="health", withdrawn_at=NOW),)), "manual") == ""
