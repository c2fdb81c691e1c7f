import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.core.callbacks import Work
from crmkit.core.calling import ics
from crmkit.records import Callback
from tests.core.desk import NOW, a_customer, a_phone, at

EARLIEST = at("2000-01-01 08:00")
CALLBACK = Callback(
    id="B2611-7k3q9xab", customer="C2611-00000001", purpose="screening", due_at=at("2026-11-24 15:00"), reason="新线索"
)


def parsed(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The calendar's properties, and each event's with its alarm's as `VALARM.NAME`: strict, by RFC 5545."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
        line.encode().decode()  # no character is cut in two
    whole, events, open_parts = {}, [], []
    for line in text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n"):
        name, colon, value = line.partition(":")
        assert colon and re.fullmatch("[A-Z-]+", name), line
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert open_parts.pop() == value
        else:
            part = events[-1] if "VEVENT" in open_parts else whole
            key = name if open_parts[-1] != "VALARM" else f"VALARM.{name}"
            assert key not in part
            part[key] = unescaped(value)
    assert open_parts == []
    return whole, events


def unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(\\\\)*\\[^\\;,nN]", value)
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)


def events(**fields: object) -> list[dict[str, str]]:
    return parsed(ics.calendar([Work(CALLBACK, a_customer(**fields))], NOW, EARLIEST, "北京分部", str.upper))[1]


def test_a_calendar_has_what_the_standard_demands():
    whole, (event,) = parsed(ics.calendar([Work(CALLBACK, a_customer())], NOW, EARLIEST, "北京分部", str.upper))
    assert whole["VERSION"] == "2.0"
    assert whole["PRODID"]
    assert whole["X-WR-CALNAME"] == "北京分部"
    assert event["UID"] == "B2611-7k3q9xab@crmkit"
    assert event["DTSTAMP"] == "20261123T020000Z"
    assert event["DTSTART"] == "20261124T070000Z"
    assert event["DTEND"] == "20261124T071500Z"
    assert event["VALARM.ACTION"] == "DISPLAY"
    assert event["VALARM.TRIGGER"] == "-PT10M"


def test_the_event_says_who_why_and_on_which_number():
    (event,) = events(address="北京市朝阳区和平路7号", phones=(a_phone(1, "wrong"), a_phone(2)))
    assert event["SUMMARY"] == "秦玉兰 · SCREENING"
    assert event["DESCRIPTION"].split("\n") == [
        "+8613900000002",
        "北京市朝阳区和平路7号",
        "SCREENING · 新线索",
        CALLBACK.id,
    ]


def test_somebody_without_a_name_is_called_by_the_number():
    assert events(name="")[0]["SUMMARY"] == "+8613900000001 · SCREENING"


def test_an_extension_is_part_of_the_number():
    phone = msgspec.structs.replace(a_phone(), ext="801")
    assert events(phones=(phone,))[0]["DESCRIPTION"].startswith("+8613900000001-801")


def test_the_same_callback_moved_keeps_its_uid():
    moved = msgspec.structs.replace(CALLBACK, due_at=at("2026-12-01 09:00"))
    uids = [
        parsed(ics.calendar([Work(one, a_customer())], NOW, EARLIEST, "", str))[1][0]["UID"]
        for one in (CALLBACK, moved)
    ]
    assert uids[0] == uids[1]


def test_an_overdue_callback_stands_where_it_is_seen():
    text = ics.calendar([Work(CALLBACK, a_customer())], NOW, at("2026-11-30 08:00"), "", str)
    assert parsed(text)[1][0]["DTSTART"] == "20261130T000000Z"


def test_no_callback_is_no_calendar():
    assert ics.calendar([], NOW, EARLIEST, "北京分部", str.upper) == ""
    assert ics.appointments([], NOW, "北京分部", str.upper) == ""


def test_an_event_that_never_changed_is_the_first_of_its_sequence():
    (event,) = events(created_at=at("2026-11-20 09:00"))
    assert (event["SEQUENCE"], event["STATUS"]) == ("0", "CONFIRMED")


CREATED = at("2026-11-20 09:00")


@pytest.mark.parametrize(
    ("callback_at", "person_at", "earliest", "sequence"),
    [
        ("2026-11-20 09:00", "2026-11-01 09:00", EARLIEST, 0),
        ("2026-11-20 09:05", "2026-11-01 09:00", EARLIEST, 300),
        ("2026-11-20 09:05", "2026-11-20 09:06", EARLIEST, 660),  # the person's new number is in the event
        (
            "2026-11-20 09:05",
            "2026-11-01 09:00",
            at("2026-11-25 08:00"),
            262800,
        ),  # overdue: today it stands here
    ],
)
def test_the_sequence_rises_with_whatever_an_event_shows(callback_at, person_at, earliest, sequence):
    callback = msgspec.structs.replace(CALLBACK, created_at=CREATED, updated_at=at(callback_at))
    work = Work(callback, a_customer(updated_at=at(person_at)))
    assert parsed(ics.calendar([work], NOW, earliest, "", str))[1][0]["SEQUENCE"] == str(sequence)


def test_what_is_off_goes_out_once_more_without_whom_it_was_about():
    work = Work(CALLBACK, a_customer(address="北京市朝阳区和平路7号"))
    (event,) = parsed(ics.calendar([], NOW, EARLIEST, "", str.upper, gone=[work]))[1]
    assert event == {
        "UID": "B2611-7k3q9xab@crmkit", "DTSTAMP": "20261123T020000Z", "DTSTART": "20261124T070000Z",
        "DTEND": "20261124T071500Z", "SEQUENCE": "0", "STATUS": "CANCELLED", "SUMMARY": "SCREENING",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["a;b,c\\d", "two\nlines", "two\r\nlines", "ends with \\", "\\n is no new line"])
def test_special_characters_come_back_as_they_were(name):
    assert events(name=name)[0]["SUMMARY"] == name.replace("\r\n", "\n") + " · SCREENING"


def test_control_characters_cannot_break_out_of_a_line():
    (event,) = events(name="秦\x1b[31m\x00\rEND:VEVENT")
    assert event["SUMMARY"] == "秦[31m\nEND:VEVENT · SCREENING"


@pytest.mark.parametrize("end", ["\r", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_what_any_reader_takes_for_a_line_end_is_written_as_one_within_the_text(end):
    text = ics.calendar(
        [Work(CALLBACK, a_customer(name=f"秦{end}END:VEVENT", address=f"a{end}b"))], NOW, EARLIEST, f"x{end}y", str
    )
    assert len(text.splitlines()) == text.count("\r\n")
    whole, (event,) = parsed(text)
    assert (whole["X-WR-CALNAME"], event["SUMMARY"]) == ("x\ny", "秦\nEND:VEVENT · screening")
    assert "a\nb" in event["DESCRIPTION"]


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200d", "\u202e", "\u2066", "\u2060", "\ufeff", "\xad", "\x9b", "\x7f", "\ud800", "\U000e0041"],
)
def test_what_nobody_sees_is_left_out(hidden):
    assert events(name=f"秦{hidden}玉兰")[0]["SUMMARY"] == "秦玉兰 · SCREENING"


def test_an_emoji_of_several_stays_one():
    assert events(name="秦👩\u200d⚕️")[0]["SUMMARY"] == "秦👩\u200d⚕️ · SCREENING"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=200),
    st.text("秦玉兰\U00020000é;,\\ ", max_size=90),
)
def test_any_text_survives_folding_and_escaping(name, address):
    (event,) = events(name=name or "x", address=address)
    assert event["SUMMARY"] == (name or "x") + " · SCREENING"
    assert address in event["DESCRIPTION"]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_times_are_the_same_instant(naive):
    due = naive.replace(microsecond=0, tzinfo=UTC)
    callback = msgspec.structs.replace(CALLBACK, due_at=due)
    (event,) = parsed(ics.calendar([Work(callback, a_customer())], NOW, EARLIEST, "", str))[1]
    assert datetime.strptime(event["DTSTART"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) == due
