"""What a batch counts has a Chinese word, whichever verb counts it."""

import ast

import pytest

from crmkit import i18n
from crmkit.core.assigning.screening import COUNTED
from crmkit.core.collecting.recheck import WITHOUT_ANSWER
from crmkit.core.events.invitations import ANSWERS
from crmkit.core.people.reach import REASONS
from crmkit.labels import counted_as
from crmkit.records.work import OUTCOMES
from tests.conftest import ROOT

COMPUTED = (  # keys that stand in no `counts`, but come from a rule
    *OUTCOMES, *COUNTED.values(), *WITHOUT_ANSWER, "match", "mismatch", *ANSWERS, *REASONS,
    "screened", "same-day", "too-old", "unscreened", "nobody-else", "lost", "no-consent", "no-address", "unchanged",
    "no-capacity", "lapsed",
    "pinned", "unpinned", "reopened", "moved", "planned", "removed", "restored", "void", "callbacks",
    "callbacks_cancelled", "callbacks_moved", "back-dated", "rows", "added", "repeat", "shared", "rejected",
)  # fmt: skip


def literal_keys():
    """Each key of a `counts={...}` and each `counted="..."` of the code."""
    for path in (ROOT / "crmkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.keyword) or node.arg not in ("counts", "counted"):
                continue
            for part in ast.walk(node.value):
                keys = part.keys if isinstance(part, ast.Dict) else [part] if node.arg == "counted" else []
                texts = [text for key in keys if key for text in ast.walk(key) if isinstance(text, ast.Constant)]
                yield from (text.value for text in texts if isinstance(text.value, str) and text.value)


def test_every_count_of_a_run_has_a_chinese_word_and_stays_its_key_in_data():
    keys = {*COMPUTED, *literal_keys()}
    assert {"merged", "callbacks_moved", "ticked", "asked_no_more"} <= keys
    with i18n.speaking("zh"):
        words = {key: counted_as(key) for key in keys}
        assert sorted(key for key, word in words.items() if word.shown.isascii()) == []
    assert {key: str(word) for key, word in words.items()} == {key: key for key in keys}


def test_counts_on_a_chinese_screen_hold_no_english_word(busy):
    shown = busy.ok("callback", "plan", CRMKIT_LANG="zh").out
    assert [line.split() for line in shown.splitlines() if line[:1] not in ("", "-")] == [
        ["项目", "条数"], ["已安排", "0"], ["未变", "2"], ["疑似假档", "1"], ["勿扰", "1"],
    ]  # fmt: skip


def test_a_state_that_is_not_known_is_named_by_its_option(shop):
    for noun in ("callback", "visit", "order", "ticket", "complaint", "plan", "card"):
        assert "error: --state: " in shop.fails(2, noun, "list", "--state", "xx").err, noun


@pytest.mark.parametrize(
    ("verb", "choices"),
    [
        (("callback", "list"), "open, done, cancelled, stopped, all"),
        (("order", "add"), "full, deposit, collection"),
        (("lead", "add"), "male, female"),
        (("lead", "add"), "media-radio, media-tv, media-press, shop"),
        (("card", "list"), "active, expired, replaced, void"),
        (("recheck", "set"), "refused, gone"),
    ],
)
def test_a_closed_list_stands_in_the_help(bare, verb, choices):
    shown = " ".join(bare.ok(*verb, "--help").out.split())
    assert f"one of: {choices}" in shown
