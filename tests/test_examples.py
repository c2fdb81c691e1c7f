"""The commands in README.md and the scripts in examples/ work as they stand there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOW, Shell, copy_of_the_checkout, untracked

ROOT = Path(__file__).parent.parent
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n```sh\n(.*?)```", re.S)


def environment(home: Path, **more: str) -> dict[str, str]:
    programs = home / "bin"
    programs.mkdir(exist_ok=True)
    launcher = programs / "crmkit"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m crmkit "$@"\n')
    launcher.chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "CRMKIT_NOW": NOW, "LANG": "C.UTF-8", **more}


def sh(script: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["sh", "-eu", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, (script, done.stdout[-2000:], done.stderr[-3000:])
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the examples use."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "archives").mkdir()
    return tmp_path


def examples(name: str, page: str = "README.md") -> list[str]:
    """The lines of a page's blocks of this name, one after the other."""
    found = EXAMPLE.findall((ROOT / page).read_text("utf-8"))
    return [line for block_name, block in found if block_name == name for line in block.splitlines()]


def test_the_tour_in_the_readme(checkout, archive, home):
    lines = examples("tour")
    if shutil.which("jq") is None:  # a convenience of the reader's, not ours to install
        lines = [line for line in lines if "jq" not in line]
    assert len(lines) > 20
    sh("\n".join(lines), checkout, environment(home, CRMKIT_ARCHIVE=str(archive)))
    assert (checkout / "report.xlsx").stat().st_size > 5000


def test_the_walk_from_a_radio_enquiry_to_an_honour_customer_in_the_readme(checkout, archive, home):
    sh("\n".join(examples("walk")), checkout, environment(home, CRMKIT_ARCHIVE=str(archive)))
    crm = Shell(home, archive)
    her = crm.json("customer", "honour", "13700541777", CRMKIT_NOW="2027-06-07 08:00")
    assert (her["honour"], her["three_a"]) == (True, True)
    assert (checkout / "greetings.csv").read_text("utf-8").count("birthday:2027") == 1


def test_the_page_for_operators_in_chinese(checkout, home):
    lines = examples("zh", "examples/README.zh.md")
    assert len(lines) > 40
    ran = sh("\n".join(lines), checkout, environment(home))
    assert "退出码 4" in ran.stdout
    assert {"回访单.xlsx", "回访.ics", "服务卡.xlsx", "月报.xlsx", "备份.bundle", "恢复"} <= {
        path.name for path in checkout.iterdir()
    }
    assert "已撤销" in ran.stderr
    assert Shell(home, checkout / "恢复").json("status")["customers"] > 50


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_quick_start_ends_with_a_workbook_and_leaves_nothing_but_its_archive(tmp_path, home, lang):
    checkout = copy_of_the_checkout(tmp_path / "checkout")
    sh(f"sh examples/quickstart.sh {lang}", checkout, environment(home, PYTHONDONTWRITEBYTECODE="1"))
    assert untracked(checkout) == ["!! archives/quickstart/"]
    made = checkout / "archives" / "quickstart"
    assert (made / "report-2026-11.xlsx").stat().st_size > 5000
    assert (made / "cards.xlsx").stat().st_size > 3000
    crm = Shell(home, made)
    assert crm.json("status")["customers"] > 50


def test_two_operators_end_with_the_same_archive(checkout, home):
    sh("sh examples/two-operators.sh", checkout, environment(home))


def test_a_stove_is_replaced_paid_back_and_asked_about(checkout, archive, home):
    ran = sh("sh examples/after-sales.sh", checkout, environment(home, CRMKIT_ARCHIVE=str(archive)))
    assert "the same fault as TK2612-" in ran.stderr
    first, second = Shell(home, archive).json("ticket", "list", "--state", "all")
    assert [one["state"] for one in (first, second)] == ["closed", "closed"]
    assert (second["again"], second["charged"], second["refunded"], second["refund_due"]) == (
        first["id"],
        6500,
        6500,
        0,
    )
    assert {clock["verdict"] for clock in (*first["clocks"], *second["clocks"])} == {"kept"}
    (mark,) = Shell(home, archive).json("staff", "record", "ZW")
    assert (mark["what"], mark["about"], mark["amount"]) == ("overcharge", second["id"], 6500)
    (heard,) = Shell(home, archive).json("complaint", "list")
    assert (heard["about"], heard["next"]) == (second["id"], ["listen", "acknowledge"])
    assert "guide them" in ran.stderr and f"{second['id']}: to be paid back 65.00" in ran.stderr


def test_the_morning_and_head_office(checkout, archive, home):
    env = environment(home, CRMKIT_ARCHIVE=str(archive))
    crm = Shell(home, archive)
    crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop")
    crm.ok("callback", "add", "13900541731", "--due", "15:00", "--purpose", "manual")  # else no calendar is written
    sh("sh examples/daily.sh . && sh examples/head-office.sh 2026-11 .", checkout, env)
    assert {"callbacks.ics", "callbacks.tsv", "suspects.csv", "report.xlsx", "cards.jsonl"} <= {
        path.name for path in checkout.iterdir()
    }


def test_every_line_of_the_crontab_runs_as_cron_runs_it(checkout, archive, home):
    env = environment(home)
    text = (ROOT / "examples" / "crontab").read_text()
    text = text.replace("/home/li/shop", str(archive)).replace("/home/li/crmkit/.venv/bin", str(home / "bin"))
    (home / "backup").mkdir()
    text = text.replace("/home/li/", f"{home}/")
    settings = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"^[A-Z_]+=", line))
    jobs = [line.split(None, 5)[5] for line in text.splitlines() if re.match(r"^\d", line)]
    assert len(jobs) == 8
    for job in jobs:
        done = subprocess.run(
            ["/bin/sh", "-c", job],
            env={"HOME": str(home), "LOGNAME": "li", "SHELL": "/bin/sh", **settings, "CRMKIT_NOW": env["CRMKIT_NOW"]},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), job
