"""The demo archive that ships with the code works for whoever copies it."""

import shutil
from pathlib import Path

from tests.conftest import Shell
from tests.make_demo import DEMO


def test_a_copy_can_be_read_written_and_reported(home):
    folder = Path(shutil.copytree(DEMO, home / "demo"))
    crm = Shell(home, folder)
    assert crm.json("status")["customers"] > 30
    assert len(crm.json("card", "list")) == 3
    assert crm.json("due")
    done = crm.json("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop")
    assert done["commit"] and crm.json("status")["history_pending"] == 0
    crm.ok("report", "month", "2026-11", "-o", home / "report.xlsx")


def test_the_demo_ships_without_a_repository_of_its_own():
    assert DEMO.is_dir()
    assert not [path for name in (".git", ".crmkit") for path in DEMO.rglob(name)]
