"""Settings: one table of defaults, layers over it, every value with its source."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from crmkit import config
from crmkit.archive.exchange.create import settings_text
from crmkit.errors import InvalidError
from tests import reference


def test_the_table_of_defaults_fits_the_types():
    assert config.settings(config.load_layers({})).card.reply == 2


def test_the_written_settings_file_changes_nothing_but_what_was_given():
    text = settings_text({"name": 'a "b" \\', "branch": "BJ", "lang": "zh", "tz": "Asia/Shanghai", "area": "010"})
    assert tomllib.loads(text)["archive"]["name"] == 'a "b" \\'
    assert {key.partition(".")[0] for key in config.flat(tomllib.loads(text))} == {"archive"}


def test_every_default_stands_in_the_written_file_as_a_comment_with_its_value():
    given = {"name": "x", "branch": "BJ", "lang": "en", "tz": "Asia/Shanghai", "area": "0571"}
    text = settings_text(given)
    own = {line for line in config.defaults_text().splitlines() if line and not line.startswith(("#", "["))}
    tables = {line for line in config.defaults_text().splitlines() if line.startswith("[[")}
    lines = [line.removeprefix("# ") if line.removeprefix("# ") in own | tables else line for line in text.splitlines()]
    defaults = tomllib.loads(config.defaults_text())
    defaults["archive"] |= given
    assert tomllib.loads("\n".join(lines)) == defaults
    assert config.flat(tomllib.loads(text)) == {f"archive.{key}": value for key, value in given.items()}


def test_the_defaults_that_are_read_are_those_of_the_commented_file():
    assert reference.defaults() == reference.DEFAULTS.read_text("utf-8"), "python -m tests.reference writes it anew"
    assert config.load_layers({}).merged() == tomllib.loads(config.defaults_text())


def test_comments_in_chinese_change_no_key_and_no_value():
    given = {"name": "n", "branch": "BJ", "lang": "zh", "tz": "UTC", "area": "010", "schema": 1}
    chinese, english = settings_text(given), settings_text(given | {"lang": "en"})
    assert tomllib.loads(chinese) == tomllib.loads(english) | {"archive": given}
    with_values = [uncommented(text) for text in (chinese, english)]
    assert with_values[0] == with_values[1] | {"archive": with_values[1]["archive"] | {"lang": "zh"}}
    assert len(config.flat(with_values[0])) > 60
    comments = [line.rpartition("  # ")[2] for line in chinese.splitlines() if "  # " in line]
    assert [comment for comment in comments if not re.search(r"[\u4e00-\u9fff]", comment)] == []
    assert "第 1、2、3 次无人接听" in chinese
    assert "分部名称，与总部登记的一致" not in english


def uncommented(text):
    """The settings of a written file with every default in force."""
    lines = text.splitlines()
    values = [re.sub(r"^# (?=\[\[|\w+ = )", "", line) for line in lines]
    return tomllib.loads("\n".join(values))


def test_a_stronger_layer_wins_and_names_itself():
    layers = config.load_layers({"card": {"reply": 4}})
    assert (config.settings(layers).card.reply, layers.source("card.reply")) == (4, "archive.toml")
    assert (config.settings(layers).card.solved, layers.source("card.solved")) == (30, "default")


def test_a_rule_replaces_the_one_of_its_name_and_leaves_the_others():
    before = config.settings(config.load_layers({})).callback.rules
    own = {"name": before[0].name, "trigger": "file", "purpose": "screening", "due": "+1d"}
    after = config.settings(config.load_layers({"callback": {"rules": [own]}})).callback.rules
    assert [rule.name for rule in after] == [rule.name for rule in before]
    assert (after[0].due, after[1:]) == ("+1d", before[1:])


@pytest.mark.parametrize("table", [{"card": {"reply": "two"}}, {"card": {"replyy": 2}}, {"cards": {}}])
def test_a_setting_that_does_not_fit_is_refused_by_name(table):
    with pytest.raises(InvalidError, match=r"archive\.toml"):
        config.settings(config.load_layers(table))


def test_a_festival_replaces_the_one_of_its_name_and_leaves_the_others():
    before = config.settings(config.load_layers({})).occasion.festivals
    own = {"name": "national-day", "date": "--10-01", "off": True}
    after = config.settings(config.load_layers({"occasion": {"festivals": [own]}})).occasion.festivals
    assert [one.name for one in after] == [one.name for one in before]
    switched_off = {one.name for one in after if one.off} - {one.name for one in before if one.off}
    assert switched_off == {"national-day"}


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        ({"card": {"replyy": 2}}, "there is no setting card.replyy", "did you mean card.reply?"),
        ({"cards": {}}, "there is no setting cards", "did you mean card?"),
        ({"card": {"reply": "two"}}, 'card.reply = "two" does not fit', "a number from 1 on; the default is 2"),
        ({"card": {"reply": 0}}, "card.reply = 0 does not fit", "a number from 1 on; the default is 2"),
        (
            {"card": {"working": ["soltion"]}}, 'card.working = ["soltion"] does not fit',
            "one of: follow_up, reply, solution, solved",
        ),
        ({"card": {"working": "solved"}}, 'card.working = "solved" does not fit',
         "one of: follow_up, reply, solution, solved"),
        ({"grade": {"a_revenue_share": 80}}, "grade.a_revenue_share = 80 does not fit",
         "a share from 0 to 1; the default is 0.8"),
        ({"hours": {"open": ["8-12"]}}, 'hours.open = ["8-12"] does not fit',
         'a list such as ["08:00-12:30", "14:30-20:00"]'),
        ({"hours": {"week": {"sat": ["25:00-26:00"]}}}, 'hours.week.sat = ["25:00-26:00"] does not fit',
         'a list such as ["..."]'),
        ({"event": {"eve_from": "six"}}, 'event.eve_from = "six" does not fit', 'the default is "18:00"'),
        ({"report": {"chart": 1}}, "report.chart = 1 does not fit", "the default is true"),
        ({"assignment": {"pin_grades": ["D"]}}, 'assignment.pin_grades = ["D"] does not fit', "one of: A, B, C"),
        ({"message": {"colour": "red"}}, "there is no setting message.colour", "did you mean message."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_setting_is_one_sentence_with_its_key(table, message, hint):
    with pytest.raises(InvalidError) as refused:
        config.settings(config.load_layers(table))
    assert refused.value.message == f"archive.toml: {message}"
    assert (refused.value.hint or "").startswith(hint)


def test_the_users_own_file_is_named_where_the_mistake_stands_there(monkeypatch):
    monkeypatch.setattr(config, "user_config", lambda: {"card": {"reply": "soon"}})
    with pytest.raises(InvalidError, match=f"{config.user_config_path()}: card.reply"):
        config.settings(config.load_layers({}))


def test_settings_of_another_version_are_let_be():
    own = {"plan": {"visit_notice_days": 7}, "survey": {"share": 0.2}, "visit": {"units_per_worker_per_day": 9}}
    assert config.settings(config.load_layers(own)).visit.minutes == 30
    assert not {key for key in config.flat(tomllib.loads(config.defaults_text())) if key.startswith("survey.")}


def test_every_setting_is_read_by_something():
    package = Path(config.__file__).parent
    words = set()
    for path in package.rglob("*.py"):
        if path != package / "records" / "settings.py":
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                words |= {node.attr} if isinstance(node, ast.Attribute) else set()
                words |= {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
    keys = config.flat(tomllib.loads(config.defaults_text()))
    of_week = {"sat", "sun"}  # read by their place in the week
    assert {key for key in keys if key.rpartition(".")[2] not in words | of_week} == set()
