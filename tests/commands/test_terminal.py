"""Lists on a real terminal: they fit, say what was left out, count, add up, and go through the pager."""

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import termios

import openpyxl
import pytest

from crmkit import screen
from crmkit.columns import width
from tests.commands.conftest import at_desk
from tests.commands.test_documents import AS_TEXT, filled, typed
from tests.core.desk import a_customer

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def office(pristine, tmp_path_factory):
    return filled(pristine, tmp_path_factory.mktemp("office"))


def on_terminal(shell, columns, rows, *typed, **env):
    """What `crmkit` prints on a terminal of that size, and what it says beside it."""
    here, there = pty.openpty()
    fcntl.ioctl(here, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    running = subprocess.Popen(
        [sys.executable, "-m", "crmkit", *typed], stdin=subprocess.DEVNULL, stdout=there, stderr=subprocess.PIPE,
        env={**shell.env, "TERM": "xterm", **env}, cwd=shell.home,
    )  # fmt: skip
    os.close(there)
    read = b""
    try:
        while part := os.read(here, 65536):
            read += part
    except OSError:  # the last to write there has gone
        pass
    os.close(here)
    said = running.communicate(timeout=60)[1].decode()
    assert running.returncode == 0, said
    return read.decode().replace("\r\n", "\n"), said


@pytest.mark.parametrize(("columns", "lang"), [(80, "zh"), (100, "en"), (44, "en")])
def test_orders_fit_a_terminal_and_say_what_was_left_out(office, columns, lang):
    shown, said = on_terminal(office, columns, 50, "order", "list", CRMKIT_LANG=lang)
    lines = ESCAPES.sub("", shown).splitlines()
    assert max(map(width, lines)) <= columns
    assert lines[-1] == {"zh": "共 3 条", "en": "3 in all"}[lang]
    assert [line.split()[0] for line in lines[2:5]] == [f"O2611-000000{n}" for n in ("06", "11", "01")]
    if columns == 80:
        assert said == "有截短的列：商品；未显示的列：已付、应退款、预计用完、经办人；加 -w 全部显示\n"
        assert lines[-2].split() == ["2370.00", "1290.00"]
    if columns == 100:
        assert said == "left out: refund_owed, run_out_on; -w shows all\n"


FREE = ("ics", "-n", "-f", "schema", "phone parse", "check", "staff show", "site show")  # no tables of records


@pytest.mark.parametrize("line", [line for line in AS_TEXT if not any(word in line for word in FREE)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_whatever_is_read_fits_a_terminal_of_eighty_columns(office, line, lang, monkeypatch):
    monkeypatch.setattr(screen, "attached", lambda: screen.Screen(80, 24))
    monkeypatch.setattr(screen, "page", lambda text, _terminal: sys.stdout.write(text))
    ran = office(*typed(line), CRMKIT_LANG=lang)
    assert ran.code in (0, 1)
    assert [shown for shown in ESCAPES.sub("", ran.out).splitlines() if width(shown) > 80] == []


def test_ids_are_dim_and_wide_shows_every_column_in_full(office):
    shown, said = on_terminal(office, 60, 50, "order", "list", "-w")
    assert "\x1b[2mO2611-00000006\x1b[0m" in shown
    assert said == ""
    assert ESCAPES.sub("", shown).splitlines()[0].split() == [
        "id", "ordered_on", "name", "items", "total", "paid", "balance", "refund_owed", "state", "run_out_on", "by",
    ]  # fmt: skip


def test_a_narrow_terminal_has_a_line_for_each_field(office):
    shown, _said = on_terminal(office, 30, 50, "order", "list", "--limit", "1", "--columns", "name,total")
    assert shown.splitlines()[:2] == ["name   秦玉兰", "total  790.00"]


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_whoever_wants_no_colour_gets_the_same_table_fitted_without_any(office, plain):
    coloured, said_in_colour = on_terminal(office, 60, 50, "order", "list")
    shown, said = on_terminal(office, 60, 50, "order", "list", **plain)
    assert "\x1b[2m" in coloured
    assert shown == ESCAPES.sub("", coloured)
    assert max(map(width, shown.splitlines())) <= 60
    assert said == said_in_colour


def test_a_dumb_terminal_has_no_pager_and_one_without_colour_has(office):
    assert "12 in all" in on_terminal(office, 80, 10, "lead", "list", PAGER="head -1", TERM="dumb")[0]
    assert len(on_terminal(office, 80, 10, "lead", "list", PAGER="head -1", NO_COLOR="1")[0].splitlines()) == 1


def test_what_is_longer_than_the_terminal_goes_through_the_pager_as_gits_does(office):
    pager = 'awk {print(NR":"ENVIRON["LESS"])}'
    shown, _said = on_terminal(office, 80, 10, "lead", "list", CRMKIT_PAGER=f"awk '{pager[4:]}'", PAGER="false")
    assert shown.splitlines() == [f"{n}:FRX" for n in range(1, 16)]
    short, _said = on_terminal(office, 80, 40, "lead", "list", CRMKIT_PAGER="false")
    assert "12 in all" in short


def test_a_pager_that_is_left_early_or_is_not_there_harms_nothing(office):
    first, _said = on_terminal(office, 80, 10, "lead", "list", PAGER="head -1")
    assert len(first.splitlines()) == 1
    whole, _said = on_terminal(office, 80, 10, "lead", "list", PAGER="/nowhere/less")
    assert "12 in all" in whole


def test_a_customers_page_is_shown_as_one(office):
    shown, _said = on_terminal(office, 80, 10, "customer", "show", "13900000000", PAGER="grep -c .")
    assert int(shown) > 20


def test_rows_are_sorted_limited_and_their_columns_chosen_in_every_format(office):
    def listed(*typed, **env):
        return office.ok("lead", "list", *typed, **env)

    assert listed("--sort", "-name,id", "--limit", "2", "-f", "ids").lines == ["C2611-00000001", "C2611-00000006"]
    limited = listed("--sort", "owner", "--limit", "3", "--columns", "owner,birthday", "-f", "csv")
    assert limited.lines == ["owner,birthday", "LN,1953-11-25", "LN,1960-01-02", "LN,"]
    assert limited.err == "3 of 12\n"
    assert listed("-q", "--limit", "1").err == ""
    assert listed("--limit", "12").err == ""
    assert listed("--columns", "编号，跟进人", "--limit", "1", "-f", "tsv", CRMKIT_LANG="zh").lines[0] == "id\towner"
    assert [one["id"][-2:] for one in office.json("order", "list", "--sort", "-balance")] == ["01", "06", "11"]
    unknown = office.fails(2, "lead", "list", "--sort", "age")
    assert "--sort: there is no column age" in unknown.err


def test_a_verb_with_an_option_of_that_name_keeps_its_own(office):
    assert len(office.ok("history", "--limit", "1").lines) == 3
    assert office.ok("report", "yield", "--sort", "files").lines[2].startswith(("时间公园", " "))


def test_an_empty_list_says_so_on_a_terminal_and_nothing_in_a_pipe(pristine, home, tmp_path):
    shell = at_desk(home, shutil.copytree(pristine, tmp_path / "archive"))
    assert on_terminal(shell, 80, 24, "lead", "list") == ("", "nothing to show\n")
    assert shell.ok("lead", "list").out == ""


def test_a_workbook_of_the_day_holds_all_of_it_although_a_terminal_shows_the_first_few(office, tmp_path, monkeypatch):
    monkeypatch.setattr(screen, "attached", lambda: screen.Screen(80, 24))
    shell = at_desk(tmp_path, shutil.copytree(office.archive, tmp_path / "archive"))
    shell.put(*(a_customer(50 + number, stage="screened") for number in range(12)))
    assert "to decide: 4 of 14" in ESCAPES.sub("", shell.ok("due", CRMKIT_PAGER="cat").out)
    shell.ok("due", "-o", tmp_path / "day.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "day.xlsx").active.iter_rows(values_only=True)
    assert sum(any(str(cell).startswith("C2611-000000") for cell in row) for row in cells) > 14
