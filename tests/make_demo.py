"""The demo archive in archives/demo: synthetic people from the sample sheets, a few days of work on them.

python -m tests.make_demo    make it anew (ids are random, so every file changes)
"""

import shutil
import tempfile
from pathlib import Path

from tests.conftest import Shell

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "archives" / "demo"
SHEETS = ROOT / "examples" / "sheets"


def make(folder: Path) -> None:
    """Make the demo archive in `folder`, which must not exist, as a branch would have after some days."""
    crm = Shell(folder.parent, folder)
    crm.ok("init", folder, "--name", "北京分部", "--branch", "BJ", "--operator", "LN", "--lang", "zh", "--area", "010")
    crm.ok("staff", "add", "--code", "LN", "--name", "李娜", "--role", "screener")
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强", "--role", "screener", "--role", "service")
    crm.ok(
        "product",
        "add",
        "--code",
        "HX1",
        "--name",
        "护膝",
        "--price",
        "198",
        "--tier",
        "5=180",
        "--warranty-months",
        12,
    )
    for sheet, source in (("outreach.xlsx", "outreach"), ("shop.xlsx", "shop"), ("referrals.csv", "referral")):
        assert crm(
            "lead", "import", SHEETS / sheet, "--source", source, "--rejects", folder.parent / f"{sheet}-rejects.xlsx"
        ).code in (0, 5)
    crm.ok("callback", "plan")
    due = crm.ok("callback", "list", "--due", "today", "-f", "ids").lines
    crm.ok("callback", "done", due[0], "--outcome", "reached", "--note", "方便时再联系")
    crm.ok("callback", "done", due[1], "--outcome", "no-answer")
    for number, buyer in enumerate(crm.ok("lead", "list", "--stage", "buyer", "-f", "ids").lines[:3], 1):
        bought = ("--serial", f"SN-{number:04}", "--bought-on", "2026-11-18", "--bought-at", "专卖店")
        crm.ok("card", "issue", "--customer", buyer, "--product", "HX1", *bought)


def ship() -> None:
    """Replace archives/demo; the archive's own repository and private folder stay out of the code's."""
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "demo"
        make(made)
        for private in (".git", ".crmkit"):
            shutil.rmtree(made / private)
        shutil.rmtree(DEMO, ignore_errors=True)
        shutil.copytree(made, DEMO)


if __name__ == "__main__":
    ship()
