"""A desk to plan at: a run at a fixed time with the default settings, synthetic customers, the calendar of 2026."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

import crmkit
from crmkit import config
from crmkit.core.calendar.hours import Calendar, Opening, Timetable
from crmkit.core.planning.triggers import Book
from crmkit.core.run import Run
from crmkit.records import Customer, Staff
from crmkit.records.customer import Phone
from crmkit.records.rows import CallbackRule
from crmkit.records.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
HOLIDAYS = Path(crmkit.__file__).parent / "calendar"
CALENDAR = Calendar.from_json({"calendar/2026.json": json.loads((HOLIDAYS / "2026.json").read_text("utf-8"))})
OPENING = Opening.parse(["08:00-12:30", "14:30-20:00"])
TIMETABLE = Timetable(OPENING, CALENDAR)
SETTINGS = msgspec.convert(tomllib.loads(config.defaults_text()), Settings)


def at(text: str) -> datetime:
    """A moment in Shanghai: "2026-11-23 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


NOW = at("2026-11-23 10:00")  # a Monday


def a_run(now: datetime = NOW, *rules: CallbackRule, by: str = "LN", **callback_settings: int) -> Run:
    """A run with the default settings; `rules` take the place of the default ones."""
    rules = rules or SETTINGS.callback.rules
    callback = msgspec.structs.replace(SETTINGS.callback, rules=rules, **callback_settings)
    return Run(now=now, by=by, settings=msgspec.structs.replace(SETTINGS, callback=callback))


def a_customer(number: int = 1, **fields: object) -> Customer:
    """A file with one unconfirmed mobile number, collected on the desk's morning by a radio programme."""
    known: dict[str, object] = {
        "id": f"C2611-{number:08}",
        "name": "秦玉兰",
        "phones": (a_phone(number),),
        "source": "media-radio",
        "collected_at": at("2026-11-23 09:12"),
    }
    return Customer(**(known | fields))


def a_phone(number: int = 1, state: str = "", kind: str = "mobile") -> Phone:
    """A number that nobody has."""
    return Phone(raw=f"1390000{number:04}", e164=f"+861390000{number:04}", kind=kind, state=state)


def a_book(*customers: Customer, **records: object) -> Book:
    """The records of a small archive."""
    standing = {customer.id: customer for customer in customers if not customer.merged_into}
    merged = {customer.id: customer for customer in customers if customer.merged_into}
    return Book(zone=ZONE, customers=standing, merged=merged, **records)


def staff(code: str, *roles: str, left: bool = False) -> Staff:
    """A member of the staff."""
    number = int.from_bytes(code.encode(), "big")
    return Staff(id=f"E2611-{number:08}", code=code, roles=roles, left=left)
