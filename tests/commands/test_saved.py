"""What was saved is said: stdout on a full disk, closed or broken after the commit is no refusal (exit 7)."""

import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from unittest import mock

import pytest

from crmkit import cli
from crmkit.records import BY_KIND
from tests.commands.conftest import Desk

BUYER = "13900000001"

# Every writing verb, in an order in which each finds what it needs, {kind:n} for the n-th record that was made
WRITERS = """
site add --name 时间公园 | site edit 时间公园 --set address=青年路1号 | staff add --code ZZ --name 周 --role service
staff mark ZZ praise --note x | staff unmark ZZ {marks:0} --note x
staff edit ZZ --set district=朝阳 | product edit HX1 --set price=200 | product add --code CC --name 茶 --price 5
fault add --code leak --product HX1 | fault edit leak --set minutes=20
lead add --name 孙 --phone 13900000005 --source shop | lead edit 13900000005 --set note=x
lead import sheet.csv --source shop | lead screen 13900000005 --outcome valid | lead assign
customer consent 13900000001 marketing --how form | customer dnc 13900000005 --channel call
customer tick 13900000001 helps-others | recheck answer 13900000001 13900000001 | recheck set 13900000005 gone
dedupe distinct 13900000001 13900000002 | dedupe household 13900000001 13900000002
callback plan | callback add 13900000001 --due 'tomorrow 15:00' | callback snooze {callbacks:0} '+2d 9:30'
callback edit {callbacks:0} --priority 3 | callback done {callbacks:0} --outcome reached
callback cancel {callbacks:1} --reason moved | call log 13900000001 --outcome reached
card issue --customer 13900000001 --product HX1 --serial SN-1 --bought-on today
card print {cards:0} -o cards.xlsx | card replace {cards:0} --serial SN-2 | card void {cards:1} --reason back
event add --code 1205A --name 科普会 --starts '2026-12-05 09:00' | event edit 1205A --set weather=snow
event move 1205A --starts '2026-11-23 11:00' | event invite 1205A 13900000001 | event invite 1205A 13900000002
event deliver {invitations:0} | event answer {invitations:0} accepted | event checkin 1205A {invitations:0}
event assign 1205A | event void {invitations:1} --reason lost | event cancel 1205A --reason hall
order add --customer 13900000001 --item HX1:2 --deposit 100 | order edit {orders:0} --set risk=high
order confirm {orders:0} --phone 13900000001 --address 青年路1号 | order collect {orders:0} --at 'fri 15:00'
order send {orders:0} | order pay {orders:0} --amount 300 | order deliver {orders:0}
order return {orders:0} --item HX1:1 | order refund {orders:0} --amount 200 | order goods-back {returns:0}
order add --customer 13900000001 --item HX1:2 | order cancel {orders:1} --reason no
visit add 13900000001 --purpose courtesy --at 'thu 9:00' | visit confirm {visits:1} --address 青年路1号 --update-file
visit move {visits:1} --at 'thu 10:00' | visit late {visits:1} --note traffic | visit start {visits:1}
visit gift {visits:1} 苹果:declined | visit finish {visits:1} --outcome ok
visit add 13900000001 --purpose courtesy --at 'today 11:00'
visit missed {visits:2} --reason out --now '2026-11-23 11:30'
visit add 13900000001 --purpose courtesy --at 'wed 9:00' | visit cancel {visits:3} --reason away
plan add --mode contract --customer 13900000001 --every 3m --months 12 --price 120 --from 2026-08-01
plan move {plans:0}:2 --to 2027-02-03 | plan visit {plans:0}:1 --at 'fri 9:00'
plan report {plans:0}:1 --condition good
plan settle {plans:0}:1 | plan invoice {plans:0}:1 --number 7 | plan meter {plans:0} --reading 100
plan train {plans:0} | plan skip {plans:0}:3 --reason away | plan review {plans:0} --outcome renew
plan renew {plans:0} | plan notice {plans:1} --by ours
plan add --mode prepaid --customer 13900000001 --paid 1200 --visits 12 | plan use {plans:2} | plan freeze {plans:2}
plan thaw {plans:2} | plan top-up {plans:2} --paid 100 --visits 1 | plan transfer {plans:2} --to 13900000005
plan refund {plans:3} --cause ours | plan add --mode contract --customer 13900000001 --every 1m --months 12
plan end {plans:4} --reason sold
plan add --mode service --customer 13900000001 --months 12 | plan log {plans:5} work-order
plan strength {plans:5} --claim A --proof B --rival C=D
message sent sent.jsonl | customer grade | note 13900000001 下午再打
ticket add --customer 13900000002 --product HX1 --symptom x | ticket promise {tickets:0} 'today 18:00'
ticket wait {tickets:0} | ticket resume {tickets:0} | ticket reply {tickets:0} | ticket solution {tickets:0}
ticket hand {tickets:0} --to LN | ticket accept {tickets:0} | ticket visit {tickets:0} --by LN
ticket work {tickets:0} --taken 5 | ticket solve {tickets:0} --cause wear | ticket refund {tickets:0} --amount 5
ticket follow-up {tickets:0} --outcome busy | ticket reopen {tickets:0} | ticket cancel {tickets:0} --reason withdrawn
complaint add --customer 13900000002 --facts x | complaint listen {complaints:0} | complaint acknowledge {complaints:0}
complaint assess {complaints:0} --severity low | complaint investigate {complaints:0} --cause x
complaint offer {complaints:0} --choice a --choice b | complaint agree {complaints:0} --choice 1
complaint carry-out {complaints:0} | complaint call-back {complaints:0} --satisfied no | complaint reopen {complaints:0}
complaint escalate {complaints:0} | complaint withdraw {complaints:0}
dedupe merge 13900000001 13900000006 --yes | dedupe split {customers:5} --yes
lead edit 13900000002 --set phone=13900000005 | customer release 13900000002 | customer deceased 13900000002
daily --now '2027-06-01 08:00' | undo --yes
"""


# these write as well, and have a test of their own below or in the file of their name
OTHERS = {
    "ticket replace", "dispatch move", "complaint close", "edit",
    "calendar import", "config", "lead recycle", "sync", "repair", "upgrade",
    "conflicts take", "message render", "run",
}  # fmt: skip


def full(shell: Desk, *arguments: object, **env: str) -> tuple[int, str]:
    """The exit code and stderr of `crmkit ARGUMENTS >/dev/full`, in this process."""
    with (
        Path("/dev/full").open("w") as nowhere,
        mock.patch("tests.conftest.redirect_stdout", lambda _stream: redirect_stdout(nowhere)),
    ):
        ran = shell(*arguments, **{"CRMKIT_DEBUG": "", **env})
    return ran.code, ran.err


def runs(shell: Desk) -> list[str]:
    """The runs that are recorded, the newest first."""
    listed = ["git", "log", "--format=%(trailers:key=Crmkit-Run,valueonly,separator=)"]
    return subprocess.run(listed, cwd=shell.archive, capture_output=True, text=True, check=True).stdout.split()


def named(shell: Desk, words: str, seen: dict[str, list[str]]) -> list[str]:
    """The words of a command, each {folder:n} the id or number of a record of that folder; `seen` keeps their order."""
    for folder in BY_KIND:
        known = seen.setdefault(folder, [])
        for path in sorted((shell.archive / folder).glob("*.json")):
            records = json.loads(path.read_text())[folder]
            known += [i for i in sorted(records) if i not in known]
            seen |= {i: [records[i].get("number") or i] for i in records}

    def one(place: re.Match[str]) -> str:
        return seen[seen[place.group(1)][int(place.group(2))]][0]

    return [re.sub(r"\{(\w+):(-?\d+)\}", one, word) for word in shlex.split(words)]


def writing_verbs() -> set[str]:
    """Every verb that takes --dry-run, as the registry knows them."""
    root = cli.command()
    found = set()
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        for verb, leaf in getattr(command, "commands", {"": command}).items():
            if any(param.name == "dry_run" for param in leaf.params):
                found.add(f"{name} {verb}".strip())
    return found


def test_whatever_verb_saved_on_a_full_disk_names_the_run_and_exits_with_saved(office):
    steps = [step.strip() for step in WRITERS.replace("\n", "|").split("|") if step.strip()]
    seen: dict[str, list[str]] = {}
    for step in steps:
        words = named(office, step, seen)
        before = runs(office)
        code, err = full(office, *words)
        after = runs(office)
        assert (step, code, len(after)) == (step, 7, len(before) + 1), err
        assert f"run {after[0]} is saved whole; " in err, step
        assert "the result cannot be printed: No space left on device" in err, step
        assert f"`crmkit undo {after[0]}`" in err, step
    done = {verb for verb in writing_verbs() if any(f"{step} ".startswith(f"{verb} ") for step in steps)}
    assert writing_verbs() - done == OTHERS


def outside(shell: Desk, *arguments: str, where: str) -> tuple[int, str]:
    """The exit code and stderr of crmkit as a process of its own, its stdout being `where` in the shell's words."""
    line = shlex.join([sys.executable, "-m", "crmkit", *arguments]) + f" {where}"
    reader, writer = os.pipe()
    os.close(reader)  # whoever read what is written there has gone
    done = subprocess.run(
        line, shell=True, env={**shell.env, "CRMKIT_DEBUG": ""}, cwd=shell.home, stdout=writer, stderr=subprocess.PIPE,
        check=False,
    )  # fmt: skip
    os.close(writer)
    return done.returncode, done.stderr.decode()


ENDS = {">/dev/full": "No space left on device", ">&-": "Bad file descriptor", "": "Broken pipe"}


@pytest.mark.parametrize("where", ENDS)
def test_a_script_can_tell_saved_from_refused_wherever_stdout_ends(office, where):
    code, err = outside(office, "lead", "add", "--name", "周", "--phone", "13900000007", "-f", "json", where=where)
    told = json.loads(err)["error"]
    assert (code, told["code"], told["runs"]) == (7, "saved", runs(office)[:1])
    assert ENDS[where] in told["message"]
    assert office.json("lead", "show", "13900000007")["name"] == "周"
    code, err = outside(office, "lead", "add", "--name", "周", "--phone", "13900000007", where=where)
    assert code == 4, err  # a refusal stays what it is


@pytest.mark.parametrize("where", ENDS)
def test_who_only_reads_saves_nothing_and_a_reader_that_has_gone_has_read_enough(office, where):
    people = "".join(f"客{n},1390001{n:04}\n" for n in range(200))  # more than one buffer of text
    (office.home / "many.csv").write_text("姓名,电话\n" + people)
    office.ok("lead", "import", "many.csv", "--source", "shop")
    for command in (["lead", "list", "-f", "csv"], ["staff", "list"], ["--version"]):
        code, err = outside(office, *command, where=where)
        if not where:
            assert (code, err) == (0, ""), command
        else:
            assert (code, err) == (1, f"error: the result cannot be printed: {ENDS[where]}\n"), command


@pytest.mark.parametrize("where", ["2>/dev/full", "2>&-", ">/dev/full 2>&1"])
def test_talk_that_nobody_can_hear_changes_nothing(office, where):
    line = shlex.join([sys.executable, "-m", "crmkit", "order", "add", "--customer", BUYER, "--item", "HX1:2"])
    done = subprocess.run(f"{line} >out {where}", shell=True, env=office.env, cwd=office.home, check=False)
    full_too = where == ">/dev/full 2>&1"
    assert done.returncode == (7 if full_too else 0)
    (order,) = office.json("order", "list")
    assert (office.home / "out").read_text() == ("" if full_too else f"{order['id']}\n")


def test_a_result_that_is_not_asked_for_is_not_missed(office):
    assert full(office, "config", "--set", "card.reply=4") == (0, "saved in archive.toml\n")
    assert full(office, "-q", "daily")[0] == 0


def test_what_is_saved_besides_runs_is_named_as_well(office, tmp_path):
    code, err = full(office, "init", tmp_path / "new", "--branch", "BJ")
    assert (code, f"the archive {tmp_path / 'new'} is made; the result cannot be printed" in err) == (7, True)
    assert office.ok("-A", tmp_path / "new", "status").code == 0
    code, err = full(office, "backup", tmp_path / "b.bundle")
    assert (code, f"{tmp_path / 'b.bundle'} is written; the result cannot be printed" in err) == (7, True)


def test_files_that_cannot_be_written_after_the_commit_are_no_refusal(office, tmp_path):
    (office.home / "bad.csv").write_text("姓名,电话\n钱,13900000006\n李,12\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    with mock.patch("crmkit.scratch.file", side_effect=OSError(28, "No space left on device")):
        ran = office.fails(7, "lead", "import", "bad.csv", "--source", "shop", "--rejects", gone / "r.xlsx")
        assert f"run {runs(office)[0]} is saved whole; {gone / 'r.xlsx'} cannot be written" in ran.err
        assert re.search(r"rejected +1\b", ran.out)
        lines = '{"customer": "13900000001", "item": ["HX1:1"]}\n{"customer": "13900000001", "item": ["ZZ:1"]}\n'
        ran = office.fails(7, "order", "add", "-", "--rejects", gone / "r.jsonl", stdin=lines)
    assert "1 of 2 lines were refused: line 2: there is no product ZZ" in ran.err
    assert f"run {runs(office)[0]} is saved whole; " in ran.err
    assert len(office.json("order", "list")) == 1


def test_a_mistake_of_ours_after_the_commit_says_that_it_is_saved(office, monkeypatch):
    def broken(*_arguments, **_options):
        raise LookupError("钱")

    monkeypatch.setattr("crmkit.render.written", broken)
    ran = office("site", "add", "--name", "时间公园", CRMKIT_DEBUG="")
    monkeypatch.undo()
    assert (ran.code, ran.out) == (7, "")
    assert f"run {runs(office)[0]} is saved whole; this is a mistake in crmkit (LookupError)" in ran.err
    assert "钱" not in ran.err
