"""A desk to plan at: a run at a fixed time with the default settings, synthetic customers, the calendar of 2026."""

import json
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

import crmkit
from crmkit import config
from crmkit.core.calendar.hours import Calendar, Opening, Timetable
from crmkit.core.run import Run
from crmkit.records import Customer, Staff
from crmkit.records.customer import Consent, Noted, Phone, Tick
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


def a_full_customer(number: int = 1, **fields: object) -> Customer:
    """A file in which every field is filled, as it stands in an archive after years."""
    known: dict[str, object] = {
        "created_at": NOW - timedelta(days=400), "updated_at": NOW - timedelta(days=1), "name": "秦玉兰",
        "sex": "female", "birthday": "lunar:1953-08-L15", "age_about": 72, "district": "朝阳区", "source": "referral",
        "phones": (
            Phone(raw="010-65881234转801", e164="+861065881234", kind="landline", ext="801", state="confirmed"),
        ),
        "address": "北京市朝阳区青年路11号院12号楼3单元450室", "email": "Qin@163.com", "wechat": "wx_qin",
        "employer": "朝阳区老年大学", "site": "时间公园", "collector": "LN", "referrer": "C2611-00000099",
        "noted": (
            Noted(about="address", text="青年路2号", file="C2611-00000097", on=date(2026, 11, 2), channels=("call",)),
        ),
        "owner": "LN", "deceased": True, "deceased_on": date(2026, 11, 1), "released": ("C2611-00000097",),
        "pinned": True, "stage": "buyer", "grade": "A", "suspect": True, "household": "C2611-00000099", "shared": True,
        "do_not_contact": ("sms",), "external_id": "X1", "tags": ("老知青",), "notes": ("下午打电话",),
        "consents": (
            Consent(purpose="contact", given_at=NOW, how="登记表", withdrawn_at=NOW, withdrawn_how="电话里说"),
        ),
        "ticks": (Tick(name="loves-life", at=NOW, by="LN", note="合唱队队长"),), "ethnicity": "满",
        "former_employer": "第一机床厂", "family": "与老伴同住", "housing": "自有", "wedding_day": "--05-20",
        "character": "lively", "buying_habits": "货比三家", "hobbies": ("书法",), "needs": "睡眠",
        "service_style": "上门", "promotions": "不喜欢",
        "employment": "退休", "colours": "大红", "habits": "早起早睡", "values": "家和万事兴",
        "resting_hours": "13:00-15:00", "best_time": "上午九点后", "looks": "短发，戴眼镜",
        "health_notes": "膝盖疼", "met": "公园早市",
        "not_bought": "再想想", "education": True, "means": True, "awareness": True, "matching_need": True,
        "merged_into": "C2611-00000098",
    }  # fmt: skip
    return a_customer(number, **(known | fields))


def a_phone(number: int = 1, state: str = "", kind: str = "mobile") -> Phone:
    """A number that nobody has."""
    return Phone(raw=f"1390000{number:04}", e164=f"+861390000{number:04}", kind=kind, state=state)


def staff(code: str, *roles: str, left: bool = False) -> Staff:
    """A member of the staff."""
    number = int.from_bytes(code.encode(), "big")
    return Staff(id=f"E2611-{number:08}", code=code, roles=roles, left=left)
