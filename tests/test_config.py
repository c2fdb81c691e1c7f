"""Settings: one table of defaults, layers over it, every value with its source."""

import tomllib

import pytest

from crmkit import config
from crmkit.archive.create import settings_text
from crmkit.errors import InvalidError


def test_the_table_of_defaults_fits_the_types():
    assert config.settings(config.load_layers({})).card.reply == 2


def test_the_written_settings_file_changes_nothing_but_what_was_given():
    text = settings_text({"name": 'a "b" \\', "branch": "BJ", "lang": "zh", "tz": "Asia/Shanghai", "area": "010"})
    assert tomllib.loads(text)["archive"]["name"] == 'a "b" \\'
    assert {key.partition(".")[0] for key in config.flat(tomllib.loads(text))} == {"archive"}


def test_every_default_stands_in_the_written_file_as_a_comment():
    text = settings_text({"name": "x", "branch": "BJ", "lang": "zh", "tz": "Asia/Shanghai", "area": ""})
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [[", "# ")) and (" = " in line or "[[" in line) else line
        for line in text.splitlines()
        if not line.startswith("# ") or " = " in line or line.startswith("# [[")
    )
    written = config.flat(tomllib.loads("\n".join(line for line in uncommented.splitlines() if "`" not in line)))
    defaults = config.flat(tomllib.loads(config.defaults_text()))
    assert set(defaults) == set(written)


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
