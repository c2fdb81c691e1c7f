"""`crmkit help`: the help pages by name, what is new, and -h wherever --help stands."""

import re

import pytest

from tests.reference import commands


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (["help"], ["--help"]),
        (["help", "lead"], ["lead", "--help"]),
        (["help", "lead", "show"], ["lead", "show", "--help"]),
        (["help", "undo"], ["undo", "--help"]),
        (["help", "help"], ["help", "--help"]),
        (["-h"], ["--help"]),
        (["order", "-h"], ["order", "--help"]),
        (["order", "goods-back", "-h"], ["order", "goods-back", "--help"]),
    ],
    ids=" ".join,
)
def test_help_by_name_is_the_help_page(bare, asked, same):
    shown = bare.ok(*asked).out
    assert shown == bare.ok(*same).out
    assert shown.startswith("Usage: crmkit")


def test_help_needs_no_archive_and_speaks_the_language_that_is_asked_for(bare):
    assert bare.ok("--lang", "zh", "help", "lead", process=True).out.startswith("用法： crmkit lead")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["leed"], "there is no command leed"),
        (["lead", "shw"], "there is no command shw"),
        (["lead", "show", "13900541731"], "unexpected: 13900541731"),
        (["undo", "R1"], "unexpected: R1"),
        (["changes", "lead"], "unexpected: lead"),
    ],
)
def test_help_of_what_is_no_command_is_a_usage_error(bare, words, sentence):
    assert bare.fails(2, "help", *words).err.startswith(f"error: {sentence}")


def test_no_command_uses_h_for_anything_else():
    taken = {name for name, command in commands() for param in command.params if "-h" in param.opts}
    assert taken == set()


def test_what_is_new_has_its_headings_in_both_languages_and_the_newest_day_first(bare):
    shown = bare.ok("help", "changes").out
    headings = re.findall(r"^#+ (.*)", shown, re.M)
    assert [one for one in headings if not re.fullmatch(r"[\x20-\x7e]+ · .*[\u4e00-\u9fff].*", one)] == []
    days = re.findall(r"^## .*· (\d+) 年 (\d+) 月 (\d+) 日$", shown, re.M)
    assert len(days) == shown.count("\n## ") >= 3
    stamps = [tuple(map(int, day)) for day in days]
    assert stamps == sorted(stamps, reverse=True)


def test_every_command_that_the_changes_name_is_one_and_takes_the_options_named_with_it(bare):
    takes = {name: {opt for p in command.params for opt in p.opts} for name, command in commands()}
    takes |= {name.partition(" ")[0]: set() for name in takes if " " in name}  # a noun by itself
    named = re.findall(r"`crmkit ([^`]*)`", bare.ok("help", "changes").out)
    assert len(named) > 20
    for line in named:
        words = [word for word in line.split() if not word.startswith(("-", '"'))]
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in takes), None)
        assert name, f"there is no crmkit {line}"
        assert {word for word in line.split() if word.startswith("-")} <= takes[name], line
