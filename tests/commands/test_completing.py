"""What a shell completes: in a real bash, and as zsh and fish are told."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmkit import completing
from tests import reference
from tests.commands.plan_desk import contract

QIN, LI = "C2611-00000001", "C2611-00000002"
BASH = """\
eval "$({crmkit} completion bash)"
crmkit() {{ {crmkit} "$@"; }}
COMP_LINE=$1 COMP_POINT=${{#1}}
_crmkit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def in_bash(shop, line):
    program = f"{sys.executable} -m crmkit"
    words = ["bash", "--norc", "-c", BASH.format(crmkit=program), "bash", line]
    ran = subprocess.run(words, env={**shop.env, "LANG": "C.UTF-8"}, cwd=shop.home, capture_output=True, timeout=60)
    return [one for one in ran.stdout.decode().split("\n") if one]


def offered(shop, line, shell="bash"):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRMKIT_ARCHIVE", str(shop.archive))
        words, last = completing.split(line)
        return list(completing._lines(shell, dict(completing.candidates(words, last)), last))


def test_the_table_is_what_the_commands_take():
    show = "from tests import reference; print(reference.completion(), end='')"
    made = subprocess.run([sys.executable, "-c", show], cwd=reference.PAGE.parents[5], capture_output=True, check=True)
    assert made.stdout.decode() == reference.COMPLETION.read_text("utf-8"), "python -m tests.reference writes it anew"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("crmkit le", ["lead"]), ("crmkit lead sho", ["show"]), ("crmkit customer dn", ["dnc"]),
        ("crmkit lead list --own", ["--owner"]), ("crmkit lead list -f js", ["json", "jsonl"]),
        ("crmkit lead list --format=t", ["table", "tsv"]), ("crmkit -q lead list --owner L", ["LN"]),
        ("crmkit --by W", ["WQ"]), ("crmkit lead list --owner x", []),
        ("crmkit call log x --outcome swi", ["switched-off"]),
        ("crmkit call log x --outcome 关", ["关机"]), ("crmkit callback list --purpose 筛", ["筛选"]),
        ("crmkit lead show 秦", ["秦玉兰"]), ("crmkit lead show qin", ["秦玉兰"]), ("crmkit lead show qyl", ["秦玉兰"]),
        ("crmkit order add --customer 秦", ["秦玉兰"]), (f"crmkit lead show {QIN[:-1]}1", [QIN]),
        ("crmkit lead show 赵", []),
        ("crmkit nonsense ", []), ("crmkit phone parse ", []), ("crmkit lead list --zzz ", []),
    ],
)  # fmt: skip
def test_the_word_under_the_cursor_is_completed(shop, line, found):
    assert offered(shop, line) == found


def test_reference_data_is_offered_by_code_or_by_name(shop):
    shop.ok("product", "add", "--code", "HX1", "--name", "护膝", "--price", "198")
    shop.ok("site", "add", "--name", "时间 公园")
    shop.ok("event", "add", "--code", "1205A", "--name", "科普会", "--kind", "lecture", "--starts", "2026-12-05 15:00")
    assert offered(shop, "crmkit order add --item H") == ["HX1"]
    assert offered(shop, "crmkit product show 护") == ["HX1"]
    assert offered(shop, "crmkit lead list --site 时") == [r"时间\ 公园"]
    assert offered(shop, "crmkit event show ") == ["1205A"]
    assert offered(shop, "crmkit event show ", "zsh") == ["1205A:科普会"]
    assert offered(shop, "crmkit event show ", "fish") == ["1205A\t科普会"]


def test_open_callbacks_are_offered_by_person(busy):
    (planned,) = [one for one in busy.json("callback", "list") if one["customer"] == QIN]
    told = f"秦玉兰 screening {planned['due_at'][:16].replace('T', ' ')}"
    assert offered(busy, "crmkit callback done 秦", "fish") == [f"{planned['id']}\t{told}"]
    assert f"{planned['id']}\t{told}" in offered(busy, "crmkit callback done ", "fish")
    busy.ok("callback", "done", planned["id"], "--outcome", "reached")
    assert offered(busy, "crmkit callback done 秦") == []


def test_a_real_bash_completes_verbs_and_values(shop):
    assert in_bash(shop, "crmkit lead sho") == ["show"]
    assert in_bash(shop, "crmkit lead show qy") == ["秦玉兰"]
    assert in_bash(shop, "crmkit lead list --owner L") == ["LN"]
    assert in_bash(shop, "crmkit call log 'a b' --outcome 停") == ["停机"]


@pytest.mark.parametrize(("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_the_script_is_one_that_the_shell_can_read(shop, shell, check):
    script = shop.ok("completion", shell).out
    assert "_CRMKIT_COMPLETE" in script
    if shutil.which(shell):
        subprocess.run([shell, check], input=script.encode(), check=True, timeout=60)


def test_whatever_is_wrong_nothing_is_said(shop, tmp_path):
    env = {**shop.env, "_CRMKIT_COMPLETE": "bash", "COMP_LINE": "crmkit lead show 秦", "CRMKIT_ARCHIVE": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-m", "crmkit"], env=env, capture_output=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
    assert [one.name for one in tmp_path.iterdir() if one.name not in ("home", "archive")] == []


def test_neither_the_library_nor_the_records_are_loaded_for_it(shop):
    code = "import sys; from crmkit import completing; completing.main(); print(*sys.modules)"
    env = {**shop.env, "_CRMKIT_COMPLETE": "bash", "COMP_LINE": "crmkit lead show qy"}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, timeout=60)
    found, loaded = ran.stdout.decode().split("\n")[:2]
    assert found == "秦玉兰"
    assert {"typer", "msgspec", "crmkit.cli", "crmkit.records", "crmkit.archive"} & set(loaded.split()) == set()


def test_a_line_is_taken_apart_as_the_shell_does():
    assert completing.split('crmkit lead show "王 建" ') == (["lead", "show", "王 建"], "")
    assert completing.split(r"crmkit lead show 王\ 建") == (["lead", "show"], "王 建")
    assert completing.split("crmkit lead show '王 建") == (["lead", "show"], "王 建")
    assert completing.split("crmkit") == ([], "crmkit")
    assert json.loads(reference.COMPLETION.read_text("utf-8"))["lead show"]["arguments"] == ["customer"]
    assert Path(completing.__file__).parent == reference.COMPLETION.parent


def test_plans_that_stand_are_offered_by_person_what_is_due_first_and_by_their_ids(fleet):
    later, soon = (contract(fleet, "--from", day, "--over", "x") for day in ("2026-02-01", "2026-01-01"))
    told = [f"{soon}\t秦玉兰 contract 2026-04-01", f"{later}\t秦玉兰 contract 2026-05-06"]
    assert offered(fleet, "crmkit plan use ", "fish") == told
    assert sorted(offered(fleet, "crmkit plan report 秦", "fish")) == sorted(told)
    assert offered(fleet, f"crmkit plan show pl{soon[2:8]}") == sorted([soon, later])
    fleet.ok("plan", "end", later, "--reason", "sold", CRMKIT_NOW="2026-02-02T10:00:00+08:00")
    assert offered(fleet, "crmkit plan move ") == [soon]
    assert offered(fleet, "crmkit plan move 秦") == [soon]
