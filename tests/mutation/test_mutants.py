import ast

import pytest

from tests.mutation.mutants import mutants

SOURCE = '''
"""Documentation is for people."""

LIMIT: int = 3


def chosen(rows: list[str], most: int = LIMIT) -> list[str]:
    """More documentation."""
    found = [row for row in rows if row and row != "老"]
    if len(found) > most and not most == 0:
        raise ValueError("words for people")
    print(_("words for people"), f"{found}, words for people")
    return sorted(found, key=len)[: most - 1]
'''


def changed():
    return {(mutant.kind, mutant.before): mutant.applied(SOURCE) for mutant in mutants(SOURCE)}


def test_every_change_is_one_place_of_a_module_that_can_still_be_read():
    for mutant in mutants(SOURCE):
        after = mutant.applied(SOURCE)
        assert after != SOURCE
        ast.parse(after)
        assert SOURCE.encode()[mutant.begin : mutant.finish].decode() == mutant.before
        assert after.encode()[mutant.begin :].startswith(mutant.after.encode())


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("constant", "3", "LIMIT: int = 4\n"),
        ("comparison", "len(found) > most", "if (len(found) >= most) and not"),
        ("and/or", "len(found) > most and not most == 0", "if (len(found) > most or not most == 0):"),
        ("operand", "len(found) > most and not most == 0", "if (len(found) > most):"),
        ("filter", 'row and row != "老"', "for row in rows if True]"),
        ("code", '"老"', "row != 'x老']"),
        ("condition", "len(found) > most and not most == 0", "if (not (len(found) > most and (not most == 0))):"),
        ("arithmetic", "most - 1", "[: (most + 1)]"),
        ("statement", 'print(_("words for people"), f"{found}, words for people")', "    pass\n"),
        ("result", "return sorted(found, key=len)[: most - 1]", "    return None\n"),
    ],
)
def test_a_change_of_each_kind(kind, before, after):
    assert after in changed()[kind, before]


def test_an_order_is_dropped_and_its_key_is():
    dropped = [mutant.after for mutant in mutants(SOURCE) if mutant.kind == "function"]
    assert dropped == ["list(found)", "sorted(found)"]


def test_what_is_said_to_people_is_left_alone():
    assert not [mutant for mutant in mutants(SOURCE) if mutant.kind == "code" and "people" in mutant.before]
