"""Parts of a text message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.messages.sms import parts


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # two units each
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # an escaped character is not torn apart
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 134, 2),
        ("您" * 135, 3),
        ("a" * 69 + "您", 1),
        ("a" * 70 + "您", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 67, 3),  # 33 in a part of 67 units
    ],
)
def test_a_message_is_sent_in_so_many_parts(text, number):
    assert parts(text) == number


@given(st.text(max_size=400), st.text(max_size=20))
def test_more_text_never_takes_fewer_parts(text, more):
    assert parts(text) <= parts(text + more)
