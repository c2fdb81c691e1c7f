"""The keys by which a file is found again by a part of its name or number."""

import pytest

from crmkit.core.people.names import readings, simplified
from crmkit.records import Customer
from crmkit.records.customer import Phone
from crmkit.spelling import FIRST, LAST, initial, name_keys, tail_key


def test_the_initials_are_those_of_the_readings_traditional_characters_as_their_simplified_form():
    for code in range(FIRST, LAST + 1):
        character = chr(code)
        syllable = readings().get(simplified(character), "")
        assert initial(character) == (syllable[:1] or "~"), character


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("王建国", ["wjg", "jg"]), ("王芳", ["wf"]), ("欧阳娜娜", ["oynn", "nn"]), ("張秀英", ["zxy", "xy"]),
        ("阿不都·热合曼", ["abdrhm", "hm"]), ("Mary Lee", ["ml", "mary", "lee"]), ("王 芳", ["wf"]), ("龑", ["~"]),
        ("王Lee", ["wl", "lee"]), ("", []), ("...", []), ("一二三四五六七八九十", ["yesswlqb", "qb"]),
    ],
)  # fmt: skip
def test_a_name_stands_under_its_initials_its_given_name_and_its_words(name, keys):
    assert name_keys(name) == tuple(f"called:{key} {name}" for key in keys)


def test_a_long_name_stands_there_with_its_beginning():
    (key, *_more) = name_keys("王" * 100)
    assert key == "called:" + "w" * 8 + " " + "王" * 40


def test_the_last_digits_of_a_number_are_the_beginning_of_its_key():
    assert tail_key("+8613900541731") == "tail:13714500"
    assert tail_key("+8613900541731").startswith(tail_key("1731"))
    assert not tail_key("+8613900541731").startswith(tail_key("1730"))


def test_an_alias_is_found_by_its_name_and_not_by_a_number():
    phone = Phone(raw="1", e164="+8613900541731", kind="mobile")
    one = Customer(id="C2611-00000001", name="王芳", phones=(phone,))
    assert {"called:wf 王芳", "tail:13714500", "phone:+8613900541731"} <= set(one.keys())
    alias = Customer(id="C2611-00000002", name="王芳", phones=(phone,), merged_into=one.id)
    assert set(alias.keys()) == {"called:wf 王芳", "alias:C2611-00000001"}
