"""Every verb that prints a list writes it to a workbook as well: -o FILE.xlsx."""

import openpyxl
import pytest

from crmkit.cli import lists
from tests.commands.test_documents import filled
from tests.commands.test_readers import verbs

NEEDED = {  # what a list cannot do without; the others stand alone
    "callback sheet": ("--due", "today"), "event guests": ("1128A",), "event eve": ("1128A",),
    "event seats": ("1128A",), "lead show": ("C2611-00000001",), "customer show": ("C2611-00000001",),
    "visit route": ("--on", "2026-11-02"), "event figures": ("1105A",), "event followups": ("1105A",),
}  # fmt: skip


@pytest.fixture(scope="module")
def open_office(pristine, tmp_path_factory):
    return filled(pristine, tmp_path_factory.mktemp("office"))


def lists_of_all() -> list[str]:
    """The verbs that print a list, and that need nothing else than what is known here."""
    found = []
    for name, leaf in verbs().items():
        noun, _space, word = name.partition(" ")
        ready = name in NEEDED or not any(param.required for param in leaf.params)
        if lists(noun, word or noun) and ready and name != "message render":  # whose -o is the file for the gateway
            found.append(name)
    return found


def test_most_verbs_that_print_a_list_are_tried():
    assert len(lists_of_all()) > 30


@pytest.mark.parametrize("name", lists_of_all())
def test_a_list_is_a_workbook_with_a_frozen_header_and_its_ids_as_text(open_office, name):
    path = open_office.home / f"{name}.xlsx"
    ran = open_office(*name.split(), *NEEDED.get(name, ()), "-o", path)
    assert (ran.code, ran.out) == (6 if name == "check" else 0, ""), ran.err
    assert f"written: {path}" in ran.err
    table = openpyxl.load_workbook(path).worksheets[0]
    assert table.freeze_panes == "A2"
    titles = [cell.value for cell in table[1]]
    assert len(set(titles)) == len(titles) > 0
    for row in table.iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert (
                cell.data_type == "s" or cell.value is None or cell.number_format in ("#,##0", "#,##0.00", "0.0%", "@")
            )
