"""Every code of a closed list has its word, and tables in Chinese show it; data keeps the code."""

import ast
import re
import tomllib
from functools import partial
from pathlib import Path

import pytest

from crmkit import config, i18n, labels
from crmkit.cells import as_data, as_words
from crmkit.core.accounts import STATES as ORDER_STATES
from crmkit.core.calling.calls import MARKS
from crmkit.core.care.grading import TIERS
from crmkit.core.care.honour import THREE_A
from crmkit.core.complaints.hearing import TABLE as COMPLAINT_STEPS
from crmkit.core.dedupe.dedupe import TIERS as SUGGESTED
from crmkit.core.events.events import GUEST_STATES, STATES
from crmkit.core.plans.course import KNOWN as PLAN_STEPS
from crmkit.core.plans.refunds import CAUSES
from crmkit.core.plans.service import TEAM
from crmkit.core.plans.taking import PARTIES, REVIEWS
from crmkit.core.tickets.course import TABLE as TICKET_STEPS
from crmkit.core.tickets.taking import REASONS
from crmkit.records import (
    REGISTRY,
    Assignment,
    Call,
    Callback,
    Card,
    Complaint,
    Customer,
    Decision,
    Event,
    Invitation,
    Mark,
    Message,
    Order,
    Payment,
    PhoneCheck,
    Plan,
    Product,
    Site,
    Staff,
    Step,
    Ticket,
    Touch,
    Visit,
    assignment,
    card,
    customer,
    event,
    mark,
    message,
    order,
    plan,
    reference,
    ticket,
    visit,
    work,
)
from crmkit.records.card import Promises
from crmkit.records.complaint import SEVERITIES, UPHELD
from crmkit.records.customer import Noted
from crmkit.records.typed import Code, DayOfYear, VisitPurpose, makers, part
from crmkit.records.visit import Gift
from tests.commands.test_documents import filled

LISTS = {
    "": (
        *customer.SEXES, *customer.SOURCES, *customer.PHONE_KINDS[:2], *customer.TICKS, *customer.CONSENTS,
        *customer.NO_CONTACT, *customer.PHONE_STATES[1:], *work.PURPOSES, *work.OUTCOMES, *work.MOODS, *card.STATES,
        *order.TERMS, *order.RISKS, *order.PAYMENTS, *visit.VISIT_PURPOSES, *visit.CONDUCT, *event.EVENT_KINDS,
        *event.ANSWERS, *message.CHANNELS, *assignment.WAYS, *reference.SITE_METHODS, *THREE_A, *SUGGESTED, *STATES,
        *GUEST_STATES, *MARKS, "open", "done", "cancelled", "stopped", "missed", "under-way", "added", "repeat",
        "shared", "unconfirmed", "overdue", "told", "told-late", "over-time", "broken", "lunar", "solar",
    ),
    "character-": customer.CHARACTERS,
    "pay-": order.METHODS,
    "order-": ORDER_STATES,
    "gift-": visit.GIFTS,
    "role-": reference.ROLES,
    "site-": (*reference.SITE_KINDS, *reference.SITE_FORMS),
    "tier-": TIERS,
}  # fmt: skip


DEFAULTS = tomllib.loads(config.defaults_text())
FESTIVALS = [f"festival:{day['name']}" for day in DEFAULTS["occasion"]["festivals"]]
# what each field of a record may hold that is a code, by record type and name in JSON: its list, and its family
OF_RECORDS = {
    Customer: {
        "sex": (customer.SEXES, ""), "source": (customer.SOURCES, ""), "stage": (("screened", "buyer", "lost"), ""),
        "do_not_contact": (customer.NO_CONTACT, ""), "character": (customer.CHARACTERS, "character-"),
    },
    Touch: {"source": (customer.SOURCES, ""), "outcome": (("added", "repeat", "shared"), "")},
    PhoneCheck: {"result": (("match", "mismatch", "refused", "gone"), "")},
    Decision: {"verdict": (("distinct", "household"), "")},
    Callback: {
        "purpose": (work.PURPOSES, ""), "state": (("done", "cancelled", "stopped"), ""),
        "reason": ([*(rule["name"] for rule in DEFAULTS["callback"]["rules"]), "missed-call"], ""),
    },
    Call: {
        "outcome": (work.OUTCOMES, ""), "direction": (("in", "out"), ""), "mood": (work.MOODS, ""),
    },
    Card: {"state": (("replaced", "void"), "")},
    Order: {"terms": (order.TERMS, ""), "risk": (order.RISKS, "")},
    Staff: {"roles": (reference.ROLES, "role-")},
    Site: {
        "kind": (reference.SITE_KINDS, "site-"), "form": (reference.SITE_FORMS, "site-"),
        "method": (reference.SITE_METHODS, ""),
    },
    Product: {"kind": (reference.PRODUCT_KINDS, "")},
    Assignment: {"how": (assignment.WAYS, "")},
    Event: {"kind": (event.EVENT_KINDS, "")},
    Invitation: {"answer": (event.ANSWERS, ""), "state": (("void",), "")},
    Visit: {
        "purpose": (visit.VISIT_PURPOSES, ""), "state": (("done", "cancelled", "missed"), ""),
        "kept": (visit.CONDUCT, ""), "broken": (visit.CONDUCT, ""),
    },
    Payment: {"what": (order.PAYMENTS, ""), "method": (order.METHODS, "pay-")},
    Message: {
        "occasion": (("birthday:2026", "wedding:2026", *FESTIVALS), ""),
        "channel": (message.CHANNELS, ""),
    },
    Ticket: {"how": (ticket.REPORTED, "report-"), "coverage": (ticket.COVERAGES, "")},
    Plan: {"mode": (plan.MODES, "mode-"), "basis": (plan.BASES, "")},
    Step: {"what": (tuple({**TICKET_STEPS, **COMPLAINT_STEPS, **dict.fromkeys(PLAN_STEPS)}), "step-")},
    Complaint: {"how": (ticket.REPORTED, "report-")},
    Mark: {"what": (mark.MARKS, "mark-")},
}  # fmt: skip
# what the steps of tickets, complaints and plans say with a code of their own, by its name in `codes`
OF_STEPS = {
    "cause": (*ticket.CAUSES, *CAUSES), "how": ("phone", "visit", "shop"), "coverage": ticket.COVERAGES,
    "reason": REASONS, "outcome": (*work.OUTCOMES, *plan.UNIT_OUTCOMES, *REVIEWS),
    "severity": SEVERITIES, "upheld": UPHELD, "condition": plan.CONDITIONS, "advice": plan.ADVICES,
    "satisfied": ("yes", "no"), "passed": ("yes", "no"), "party": PARTIES,
}  # fmt: skip


def _is_code(maker):
    return (maker.func if isinstance(maker, partial) else maker) in (Code, VisitPurpose)


def test_each_coded_field_of_each_record_type_has_its_list():
    """A list of codes (`tuple[Coded, ...]`) has a maker of its own and is named in OF_RECORDS by hand."""
    for record_type in REGISTRY:
        coded = {name for name, maker in makers(record_type).items() if _is_code(maker)}
        assert coded - OF_RECORDS.get(record_type, {}).keys() == set(), record_type


LABELLED = [
    *((f"{kind.__name__}.{name}", *one) for kind, fields in OF_RECORDS.items() for name, one in fields.items()),
    *((f"Step.codes.{name}", codes, "") for name, codes in OF_STEPS.items()),
    ("Step.codes.role", TEAM, "team-"),
]


@pytest.mark.parametrize(("codes", "family"), [one[1:] for one in LABELLED], ids=[one[0] for one in LABELLED])
def test_each_code_of_a_record_has_its_label_in_both_languages(codes, family):
    assert [code for code in codes if family + code.partition(":")[0] not in labels._WORDS] == []
    with i18n.speaking("zh"):
        assert [code for code in codes if re.search("[a-z]", as_words(Code(code, family)))] == []


@pytest.fixture
def in_chinese():
    with i18n.speaking("zh"):
        yield


@pytest.mark.parametrize("family", LISTS)
@pytest.mark.usefixtures("in_chinese")
def test_every_code_has_a_chinese_word_and_stays_itself_in_data(family):
    for name in LISTS[family]:
        code = Code(name, family)
        assert not re.search("[a-z]", as_words(code)), code
        assert as_data(code) == name


def test_what_a_run_counts_has_a_chinese_word():
    """Found where it is counted: the keys of `counts={...}` and of `counts[...]`."""
    names = {"rows", "rejected"}
    for path in Path(labels.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "counts" and isinstance(node.value, ast.Dict):
                keys = [key for key in node.value.keys if isinstance(key, ast.Constant)]
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) in ("counts", "self.counts"):
                keys = [node.slice] if isinstance(node.slice, ast.Constant) else []
            else:
                continue
            names |= {str(key.value) for key in keys}
    assert len(names) > 40
    with i18n.speaking("zh"):
        assert [name for name in sorted(names) if re.search("[a-z]", i18n._(name))] == []


def test_in_english_a_code_is_what_one_types():
    assert [as_words(Code(*pair)) for pair in (("part-paid", "order-"), ("outreach", ""))] == ["part-paid", "outreach"]


@pytest.mark.usefixtures("in_chinese")
def test_codes_that_are_alike_and_keys_are_told_apart():
    shown = [("open", ""), ("open", "order-"), ("card", ""), ("card", "pay-"), ("birthday:2026", ""), ("自己定的", "")]
    assert [labels.word(Code(*pair)) for pair in shown] == [
        "待办", "未付款", "服务卡", "银行卡", "生日 2026", "自己定的",
    ]  # fmt: skip


@pytest.mark.usefixtures("in_chinese")
def test_days_of_the_year_are_written_as_people_write_them():
    days = ("lunar:--01-01", "lunar:1948-10-20", "lunar:--08-L15", "lunar:1953-12-30", "--12-03", "1953-11-25", "", "x")
    assert [as_words(DayOfYear(day)) for day in days] == [
        "农历正月初一", "农历1948年十月二十", "农历闰八月十五", "农历1953年腊月三十", "12月3日", "1953-11-25", "", "x",
    ]  # fmt: skip
    assert as_data(DayOfYear("lunar:--01-01")) == "lunar:--01-01"


@pytest.mark.usefixtures("in_chinese")
def test_parts_are_words_for_people_and_unchanged_in_data():
    gift, promises = part(Gift, {"what": "苹果", "became": "declined"}), part(Promises, {"reply": 2, "solution": 8})
    noted = part(Noted, {"about": "source", "text": "outreach", "file": "C2611-00000006"})
    assert [as_words(one) for one in (gift, promises, noted)] == [
        "苹果 (谢绝)", "答复 2 小时，方案 8 小时", "来源: 外拓 (C2611-00000006)",
    ]  # fmt: skip
    assert [as_data(one) for one in (gift, promises, noted)] == [
        "what=苹果 became=declined", "reply=2 solution=8", "source: outreach (C2611-00000006)",
    ]  # fmt: skip


CODES = re.compile(r"\b(?:outreach|shop|buyer|screened|screening|part-paid|courtesy|stand|park|screener|thanks)\b")


LINES = (
    "lead list", "order list", "callback list", "visit list --state all", "site list", "staff list", "call list",
    "event list --past", "message list", "card list",
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_lists_in_chinese_hold_no_codes_and_csv_no_words(office, line):
    shown = office.ok(*line.split(), CRMKIT_LANG="zh")
    assert len(shown.lines) > 2
    assert CODES.findall(shown.out) == []
    assert office.ok(*line.split(), "-f", "csv").out == office.ok(*line.split(), "-f", "csv", CRMKIT_LANG="zh").out


@pytest.fixture(scope="module")
def office(pristine, tmp_path_factory):
    return filled(pristine, tmp_path_factory.mktemp("office"))
