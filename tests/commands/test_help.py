"""`crmkit help`: the help pages by name, what is new, and -h wherever --help stands."""

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
