"""A wrong value is told by the option as it was typed, and what could be typed in the operator's language."""

import pytest

from crmkit import i18n
from crmkit.core.accounts import STATES as ORDER_STATES
from crmkit.core.fields import code_of, listed
from crmkit.records import customer, order, reference, visit, work

WRONG = [
    (("order", "add", "--customer", "C2611-00000001", "--item", "X:1", "--deposit", "abc"), "--deposit", ""),
    (("order", "add", "--customer", "C2611-00000001", "--item", "X:1", "--pay=abc"), "--pay", ""),
    (("lead", "list", "--stage", "abc"), "--stage", "可选：未筛选、已筛选、老顾客、流失"),
    (("callback", "list", "--purpose", "abc"), "--purpose", "可选：筛选、致谢、"),
    (("callback", "list", "--state", "abc"), "--state", "可选：未完成、已完成、已取消、已停止、全部"),
    (("order", "list", "--state", "abc"), "--state", "可选：金额不详、未付款、部分付款、"),
    (("staff", "add", "--code", "ZZ", "--role", "abc"), "--role", "可选：筛选员、服务专员、技师、"),
    (("customer", "dnc", "C2611-00000001", "--channel", "abc"), "--channel", "可选：全部、电话、短信、"),
    (("lead", "list", "--since", "abc"), "--since", ""),
    (("lead", "list", "--limit", "abc"), "--limit", ""),
]


@pytest.mark.parametrize(("typed", "option", "choices"), WRONG, ids=lambda one: "-".join(one[:3]) if one else "")
def test_an_error_names_the_option_as_typed_and_lists_the_choices_in_chinese(shop, typed, option, choices):
    shop.ok("product", "add", "--code", "X", "--price", "1")
    ran = shop(*typed, CRMKIT_LANG="zh", CRMKIT_DEBUG="")
    assert ran.code in (1, 2)
    assert ran.err.startswith(f"错误：{option}：")
    assert ran.err.count("abc") == 1
    assert choices in ran.err


def test_in_english_the_choices_are_the_codes(shop):
    assert shop.fails(1, "lead", "list", "--stage", "abc").err.splitlines() == [
        "error: --stage: abc is not known", "hint: one of: new, screened, buyer, lost",
    ]  # fmt: skip


DATES = [
    ("lead list --since 31", "--since"),  # too short to be found by what the message says
    ("lead list --since never --until never", "--since"),
    ("dispatch list --on 2026-02-30", "--on"),
    ("visit list --on 1066-10-14", "--on"),
    ("report faults --until 明天3点", "--until"),
    ("report figures --period 2026-02-30..2026-03-01", "--period"),
    ("report yield --since 2026-13", "--since"),
    ("ticket list --at-risk soon", "--at-risk"),
    ("plan list --due never", "--due"),
    ("lead list --now never", "--now"),
]


@pytest.mark.parametrize(("line", "option"), DATES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_date_is_told_by_the_option_as_typed(shop, line, option, lang):
    ran = shop(*line.split(), CRMKIT_LANG=lang, CRMKIT_DEBUG="")
    assert ran.code == 1
    assert ran.err.startswith({"en": f"error: {option}: ", "zh": f"错误：{option}："}[lang])


def test_a_wrong_time_of_the_environment_is_told_by_its_variable(shop):
    assert shop("lead", "list", CRMKIT_NOW="never", CRMKIT_DEBUG="").err.startswith("error: CRMKIT_NOW: 'never'")


@pytest.mark.parametrize("typed", [
    ("lead", "edit", "C2611-00000001", "--set", "sex=abc"),  # of no option alone
    ("recheck", "set", "C2611-00000001", "abc"),  # an argument
    ("order", "add", "--customer", "C2611-00000001", "--item", "abc", "--note", "abc"),  # which of the two?
])  # fmt: skip
def test_where_it_cannot_be_known_no_option_is_blamed(shop, typed):
    assert not shop(*typed, CRMKIT_DEBUG="").err.startswith("error: --")


CLOSED = [
    (work.PURPOSES, ""), (work.OUTCOMES, ""), (work.MOODS, ""), (customer.SOURCES, ""), (customer.SEXES, ""),
    (customer.NO_CONTACT, ""), (customer.TICKS, ""), (customer.CHARACTERS, "character-"), (order.METHODS, "pay-"),
    (order.TERMS, ""), (order.RISKS, ""), (ORDER_STATES, "order-"), (visit.VISIT_PURPOSES, ""), (visit.CONDUCT, ""),
    (visit.GIFTS, "gift-"), (reference.ROLES, "role-"), (reference.SITE_KINDS, "site-"), (reference.SITE_METHODS, ""),
]  # fmt: skip


@pytest.mark.parametrize(("codes", "family"), CLOSED)
def test_every_word_that_an_error_lists_can_be_typed(codes, family):
    with i18n.speaking("zh"):
        words = listed(codes, family).split("、")
        assert [code_of(word, codes, family) for word in words] == list(codes)
    assert listed(codes, family) == ", ".join(codes)


def test_a_state_typed_as_the_table_shows_it_filters(shop):
    shop.ok("daily")
    assert shop.ok("callback", "list", "--state", "待办", "-f", "ids", CRMKIT_LANG="zh").lines != []
    assert shop.ok("callback", "list", "--purpose", "筛选", "-f", "ids").lines != []
    assert shop.ok("callback", "list", "--state", "已取消", "-f", "ids", CRMKIT_LANG="zh").lines == []
