"""The table of the faults, as it is printed and put into README.md."""

from pathlib import Path

import pytest

from tests.faults.figures import BEGIN, END, Figures, renewed


def test_a_fault_in_several_commands_is_one_line_with_each_of_them():
    figures = Figures()
    figures.add("killed at a system call of `lead add`", 250, 0)
    figures.add("killed at a system call of `sync`", 1800, 2)
    figures.add("reads beside them (bad = torn)", 36, 0)
    figures.add("reads beside them (bad = torn)", 4, 0)
    assert figures.table().splitlines()[2:] == [
        "| killed at a system call of | 2,050: `lead add` 250, `sync` 1,800 | 2 |",
        "| reads beside them (bad = torn) | 40 | 0 |",
    ]


def test_the_table_takes_the_place_of_the_old_one_and_of_nothing_else():
    text = f"before\n\n{BEGIN}\n\n| old |\n\n{END}\n\nafter\n"
    assert renewed(text, "| new |") == text.replace("old", "new")
    with pytest.raises(ValueError, match="no place for the figures"):
        renewed("before", "| new |")


def test_the_readme_has_a_place_for_the_table():
    text = Path(__file__).with_name("README.md").read_text("utf-8")
    assert text != renewed(text, "| new |")
