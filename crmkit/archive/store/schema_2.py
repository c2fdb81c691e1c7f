"""Schema 2: no language in records. What crmkit had put into words, in either language, becomes codes and values.

The words are written down here as they were: what a migration makes of an archive must not follow the catalogue.
"""

import re
from typing import Any

from crmkit.archive.store.stored import Documents
from crmkit.records import Assignment, Conflict, Customer, Merge, Order, type_of
from crmkit.records.customer import Noted

FIELDS = {  # field → its Chinese name in notes; in English it was the field itself
    "name": "名称", "birthday": "生日", "owner": "跟进人", "sex": "性别", "address": "地址", "email": "电子邮箱",
    "wechat": "微信", "employer": "工作单位", "external_id": "外部编号", "district": "片区", "ethnicity": "民族",
    "former_employer": "原单位", "family": "家庭情况", "housing": "住房", "wedding_day": "结婚纪念日",
    "character": "性格类型", "buying_habits": "购买习惯", "needs": "需求", "service_style": "服务方式偏好",
    "promotions": "对促销的态度", "met": "结识经过", "not_bought": "未购原因", "source": "来源", "site": "科普点",
    "collector": "收集人", "education": "有文化", "means": "有经济能力", "awareness": "健康意识",
    "matching_need": "有需求",
}  # fmt: skip
_FIELD_OF = {word: field for field, chinese in FIELDS.items() for word in (field, chinese)} | {
    "age": "age", "年龄": "age", "referred by": "referrer", "介绍人": "referrer",
}  # fmt: skip
_ANSWERS = {"yes": "yes", "是": "yes", "no": "no", "否": "no"}
_VALUES = {  # fields whose values are of a form; what is not was written by a person
    "sex": "male|female", "source": "[a-z]+(-[a-z]+)?", "character": "[a-z]+", "age": "[0-9]{1,3}",
    **dict.fromkeys(("education", "means", "awareness", "matching_need"), "|".join(_ANSWERS)),
}  # fmt: skip
_NOTE = re.compile(r"([^:：]+)(?:: |：)(.+?)(?: \((C[0-9]{4}-[0-9a-z]{8})\))?", re.DOTALL)
_DAY = "([0-9]{4}-[0-9]{2}-[0-9]{2})"
_REFUSAL = re.compile(_DAY + r" (?:wants no contact \(([a-z, ]+)\): |勿扰（([a-z, ]+)）：)(.+)", re.DOTALL)
_NO_SALE = re.compile(f"no sale since {_DAY}|自 {_DAY} 起未成交")
_SIGN = re.compile(
    "(?:phone asked again: |再次询问电话：)(?P<phone>.+)"
    "|address asked again: (?P<address>.+), not (?P<known>.+)|再次询问地址：(?P<地址>.+)，与 (?P<原址>.+) 不符",
    re.DOTALL,
)
_LEFT = re.compile(r"(.+?) (?:left|已离职)")


def without_language(kind: str, documents: Documents) -> Documents:
    """The documents of a shard of schema 1 in schema 2."""
    mend = {
        Customer.kind: _split_notes, Merge.kind: _merge, Order.kind: _order, Assignment.kind: _assignment,
        Conflict.kind: _conflict,
    }  # fmt: skip
    return {i: mend[kind](document) for i, document in documents.items()} if kind in mend else documents


def noted(note: str) -> dict[str, Any] | None:
    """What a note says as codes and values, where crmkit had put it into words; None for what a person wrote."""
    refusal = _REFUSAL.fullmatch(note)
    if refusal:
        channels = (refusal[2] or refusal[3]).split(", ")
        return {"about": "no-contact", "channels": channels, "on": refusal[1], "text": refusal[4]}
    found = _NOTE.fullmatch(note)
    about = _FIELD_OF.get(found[1], "") if found else ""
    if not found or not about or not re.fullmatch(_VALUES.get(about, ".+"), found[2], re.DOTALL):
        return None
    text = _ANSWERS[found[2]] if _VALUES.get(about, "").startswith("yes") else found[2]
    return {"about": about, "text": text} | ({"file": found[3]} if found[3] else {})


def _split_notes(file: dict[str, Any]) -> dict[str, Any]:
    notes = file.get("notes", [])
    kept = [one for note in notes if (one := noted(note))]
    if not kept:
        return file
    rest = [note for note in notes if not noted(note)]
    distinct = [one for n, one in enumerate([*file.get("noted", []), *kept]) if one not in kept[:n]]
    return {**{k: v for k, v in file.items() if k != "notes"}, **({"notes": rest} if rest else {}), "noted": distinct}


def _merge(record: dict[str, Any]) -> dict[str, Any]:
    """What the merge changed is told by field, empty ones as well."""

    def fields(before: dict[str, Any]) -> dict[str, Any]:
        return {"noted": [], **before, "notes": [], **_split_notes(before)} if "notes" in before else before

    changed = {"before": fields(record["before"])} if record.get("before") else {}
    others = {i: fields(values) for i, values in record.get("others", {}).items()}
    return {**record, **changed, **({"others": others} if others else {})}


def _assignment(move: dict[str, Any]) -> dict[str, Any]:
    why = move.get("why", "")
    sale, left = _NO_SALE.fullmatch(why), _LEFT.fullmatch(why)
    rest = {name: value for name, value in move.items() if name != "why"}
    if sale:
        return {**rest, "cause": "no-sale", "since": sale[1] or sale[2]}
    return {**rest, "cause": "left"} if left and left[1] == move.get("before") else move


def _order(order: dict[str, Any]) -> dict[str, Any]:
    parts = order.get("risk_sign", "").split("; ")
    found = [(part, _SIGN.fullmatch(part)) for part in parts]
    signs = [_sign(sign) for _part, sign in found if sign]
    if not signs:
        return order
    rest = {name: value for name, value in order.items() if name != "risk_sign"}
    seen = "; ".join(part for part, sign in found if not sign)
    distinct = [one for n, one in enumerate(signs) if one not in signs[:n]]
    return {**rest, **({"risk_sign": seen} if seen else {}), "signs": distinct}


def _sign(found: re.Match[str]) -> dict[str, str]:
    if found["phone"]:
        return {"about": "phone", "said": found["phone"]}
    return {"about": "address", "said": found["address"] or found["地址"], "known": found["known"] or found["原址"]}


def _conflict(conflict: dict[str, Any]) -> dict[str, Any]:
    """A note of a file that one side added or took away."""
    field = conflict.get("field", [])
    if len(field) != 2 or field[0] != "notes" or type_of(conflict.get("record", "")) is not Customer:
        return conflict
    sides = {side: conflict.get(side) for side in ("kept", "other")}
    told = {side: noted(value) if isinstance(value, str) else value for side, value in sides.items()}
    (one, *_more) = [value for value in told.values() if value] or [None]
    if not one:
        return conflict
    key = "-".join(str(one[name]) for name in Noted.part_key if one.get(name))
    return {**conflict, "field": ["noted", key]} | {side: told[side] for side in sides if side in conflict}
