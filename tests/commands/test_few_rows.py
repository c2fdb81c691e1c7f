"""A sheet of few rows asks the archive about each, one of many reads the archive first: with the same results."""

import csv
import random
import re
import shutil
from collections import defaultdict
from datetime import timedelta
from itertools import count

import pytest

from crmkit.archive.archive import opened
from crmkit.commands import lead_import
from crmkit.core.collecting.known import Known
from crmkit.records import Customer, Staff, Touch, base
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.conftest import Shell
from tests.tables import NOW

SHEETS = 5
TITLES = ("编号", "姓名", "联系电话", "地址", "介绍人", "介绍人电话", "购买产品", "科普点", "备注")
NAMES = ("张秀英", "張秀英", "张阿姨", "李建国", "秀英 张", "王志明", "不详", "", "Mary Lee", "Ｍary Lee", "欧阳建国")
ONLY = [f"赵{given}" for given in "春夏秋冬东西南北"]  # of one person each
MOBILES = [f"1390054173{digit}" for digit in range(8)]
OFFICE = "01065881234"
NUMBERS = (*MOBILES, OFFICE, *(f"010-65881234转{ext}" for ext in (801, 802, 803)), "13800541700转5", "13800541700")
EVERYBODYS = "01062345678"  # of a switchboard, as the settings say


def phone(text):
    line, _, ext = text.replace("-", "").partition("转")
    e164 = f"+86{line.removeprefix('0')}"
    return Phone(raw=text, e164=e164, ext=ext, kind="mobile" if line.startswith("1") else "landline")


def files(chance):
    """Files as years leave them: merged, shared, refusing, brought by others; with touches of other systems."""
    made = []
    for number in range(40):
        at = NOW - timedelta(days=chance.choice([0, 40]), minutes=number)
        own = base.derived_id("C", at, str(number))
        merged = chance.choice(made).id if made and chance.random() < 0.15 else ""
        made.append(
            Customer(
                id=own, name=chance.choice(NAMES) if number % 5 else ONLY[number // 5], collected_at=at,
                created_at=at, merged_into=merged,
                phones=tuple(map(phone, chance.sample(NUMBERS, chance.randrange(3)))),
                external_id=chance.choice(["", f"X{number % 9}"]), address=chance.choice(["", "青年路1号"]),
                referrer=chance.choice(made).id if made and chance.random() < 0.4 else "",
                do_not_contact=("call",) if chance.random() < 0.1 else (),
            )
        )  # fmt: skip
        yield made[-1]
        yield Touch(
            id=base.derived_id("T", at, str(number)), customer=own, at=at, external_id=f"X{chance.randrange(12)}",
            row=f"{chance.randrange(9):024}", created_at=at,
        )  # fmt: skip


def rows(chance, ids, earlier):
    """Rows with what the archive knows and what it does not, some of them of earlier sheets."""
    for _row in range(chance.choice([3, 20, 60])):
        if earlier and chance.random() < 0.3:
            yield chance.choice(earlier)
            continue
        numbers = chance.sample((*NUMBERS, EVERYBODYS, f"137{chance.randrange(10**8):08}"), chance.choice([0, 1, 1, 2]))
        yield (
            chance.choice(["", f"X{chance.randrange(14)}", chance.choice(ids)]), chance.choice(NAMES),
            "；".join(numbers), chance.choice(["", "青年路1号", "和平街2号"]),
            chance.choice(["", *NAMES, *ONLY, "趙東"]),
            chance.choice([""] * 9 + MOBILES), chance.choice(["", "", "护膝"]), chance.choice(["", "时间公园"]),
            chance.choice(["", "第二次来"]),
        )  # fmt: skip


@pytest.fixture
def both(home, archive, tmp_path):
    """The same archive twice: for who asks and for who reads all."""
    settings = archive / "archive.toml"
    text = settings.read_text("utf-8")
    for line, changed in (
        ("shard_records = 500 ", "shard_records = 7 "), ("shared_numbers = []", f'shared_numbers = ["{EVERYBODYS}"]'),
    ):  # fmt: skip
        text = re.sub(f"(?m)^#? ?{re.escape(line)}", changed, text)
    settings.write_text(text, "utf-8")
    with opened(archive, exclusive=True, wait=10) as filled:
        staff = Staff(id=base.derived_id("E", NOW, "WQ"), code="WQ", name="王青", created_at=NOW)
        people = (*files(random.Random(14)), staff)
        filled.commit(Change(puts=people), "lead import", run_at=NOW - timedelta(days=1), by="LN")
    return {
        "asked": Shell(home, archive), "read": Shell(home, shutil.copytree(archive, tmp_path / "read")),
    }  # fmt: skip


def stored(shell):
    return {str(path.relative_to(shell.archive)): path.read_bytes() for path in shell.archive.glob("*/*.json")}


def test_a_small_sheet_ends_as_it_would_with_the_whole_archive_in_memory(both, home, monkeypatch):
    chance, earlier, outcomes = random.Random(41), [], set()
    ids = both["read"].ok("lead", "list", "-f", "ids").lines
    asked = []
    monkeypatch.setattr(Known, "ask", lambda self, stored, ask=Known.ask: (asked.append(1), ask(self, stored))[1])
    for sheet in range(SHEETS):
        lines = list(rows(chance, ids, earlier))
        earlier += lines
        with (home / "leads.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([TITLES, *lines])
        first, said = chance.randrange(base.SPACE // 2), {}
        for way, shell in both.items():
            made = defaultdict(lambda first=first: count(first))  # the same ids; not in the order of the sheets
            monkeypatch.setattr(base, "_rising", made.__getitem__)
            monkeypatch.setattr(lead_import, "ROW_AS_RECORDS", 0 if way == "asked" else 10**9)
            words = ("lead", "import", "leads.csv", "--allow-no-phone", "--rows", f"{way}.jsonl", "--force")
            ran = shell(*words, "-f", "json")
            assert ran.code in (0, 5), ran.err
            said[way] = (ran.code, ran.json["counts"], ran.json["ids"], ran.err, (home / f"{way}.jsonl").read_text())
        assert said["asked"] == said["read"], sheet
        assert stored(both["asked"]) == stored(both["read"]), sheet
        outcomes.update(outcome for outcome, n in said["read"][1].items() if n)
    assert len(asked) == SHEETS
    assert outcomes == {"rows", "added", "repeat", "shared", "unchanged", "rejected"}
