"""Very many records held small: whatever is asked, the answer is as from a dict of the objects."""

from datetime import UTC, datetime

import msgspec
import pytest

from crmkit.core.collecting.known import Known
from crmkit.records import Customer, Touch, packed
from crmkit.records.customer import Phone
from crmkit.records.packed import Packed
from tests.core.collecting.test_intake import HEADER, the_customer
from tests.tables import drafts, taken

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
ANNA = Customer(
    id="C2611-00000001", name="张秀英", phones=(Phone(raw="1390", e164="+8613900541731", kind="mobile"),), created_at=AT
)
LI = Customer(id="C2611-00000002", name="李桂兰", notes=("下午打电话",), education=False)
TOUCH = Touch(id="T2611-00000001", customer=ANNA.id, at=AT, outcome="added")
LATER = msgspec.structs.replace(ANNA, name="张秀英女士")


@pytest.mark.parametrize("loose", [0, 1, 2, 100])
def test_records_stand_in_the_order_of_their_first_state_in_their_last(monkeypatch, loose):
    monkeypatch.setattr(packed, "LOOSE", loose)
    records = Packed([ANNA, TOUCH, LI, LATER])
    assert list(records) == [LATER, TOUCH, LI]
    assert list(records.ids()) == [ANNA.id, TOUCH.id, LI.id]
    assert [records.get(ANNA.id), records[LI.id], records.get("C2611-00000009")] == [LATER, LI, None]
    assert (len(records), LATER in records, ANNA in records, ANNA.id in records) == (3, True, False, False)
    with pytest.raises(KeyError):
        records["C2611-00000009"]


def test_records_in_their_stored_form_have_every_field_and_no_id():
    first, second = packed.forms(Customer, [ANNA, LI])
    assert (first.id, first.phones[0].e164, second.education, second.name) == ("", "+8613900541731", False, "李桂兰")
    assert msgspec.json.decode(msgspec.json.encode(second)) == {
        "name": "李桂兰", "notes": ["下午打电话"], "education": False,
    }  # fmt: skip


@pytest.mark.parametrize("loose", [0, 2, 100])
def test_rows_belong_where_they_do_however_few_records_are_held_as_objects(monkeypatch, loose):
    monkeypatch.setattr(packed, "LOOSE", loose)
    known = Known()
    lines = (
        "张秀英|13900541731|青年路1号", "李桂兰|13800541732|柳荫街2号", "张阿姨|13900541731|", "李建国|13800541732|",
        "张秀英|13900541731;13700541733|", "王志明|1390054|",
    )  # fmt: skip
    first, reception = taken(*drafts(HEADER, *lines), known=known)
    assert [one.outcome for one in first] == ["added", "added", "repeat", "shared", "repeat", "rejected"]
    assert [phone.e164 for phone in the_customer(known).phones] == ["+8613900541731", "+8613700541733"]
    puts = list(reception.change("").puts)
    assert [(one.name, one.shared) for one in puts if isinstance(one, Customer)] == [
        ("张秀英", False), ("李桂兰", True), ("李建国", True),
    ]  # fmt: skip
    assert sum(isinstance(one, Touch) for one in puts) == 5
    again, reception = taken(*drafts(HEADER, *lines), known=known)
    assert [one.outcome for one in again] == ["unchanged"] * 5 + ["rejected"]
    assert reception.change("").puts == ()
