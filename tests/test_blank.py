"""A blank word is never taken for one that was left out: every command, found from the registry of commands."""

from collections.abc import Iterator
from typing import Any

import pytest

from crmkit import usage
from tests.reference import commands


def places() -> Iterator[tuple[str, str]]:
    """Every argument, and every option that names something: the command, and its parameter."""
    for command, leaf in commands():
        for param in leaf.params:
            if param.param_type_name == "argument" or (param.metavar in usage.NAMING and not param.hidden):
                yield command, param.name


def typed(leaf: Any, blank: str, word: str) -> list[str]:
    """`word` where the parameter `blank` belongs, x for every other argument."""
    words = []
    for param in leaf.params:
        if param.param_type_name == "argument":
            words.append(word if param.name == blank else "x")
        elif param.name == blank:
            words += [param.opts[0], word]
    return words


PLACES = list(places())


def test_there_are_many_places():
    assert len(PLACES) > 100
    assert {("undo", "name"), ("backup", "target"), ("repair", "files")} <= set(PLACES)


@pytest.mark.parametrize("word", ["", "  ", "\u3000"])
def test_a_blank_word_is_a_mistake_of_the_line(crm, word):
    leaves = dict(commands())
    wrong = []
    for command, name in PLACES:
        told = crm(*command.split(), *typed(leaves[command], name, word), CRMKIT_DEBUG="")
        if told.code != 2 or "is empty" not in told.err:
            wrong.append((command, name, told.code, told.err))
    assert wrong == [], "\n".join(map(str, wrong))


def test_undo_of_nothing_takes_nothing_back(crm):
    crm.ok("site", "add", "--name", "时间公园")
    assert "RUN is empty" in crm.fails(2, "undo", "", "--yes").err
    assert [site["name"] for site in crm.json("site", "list")] == ["时间公园"]
