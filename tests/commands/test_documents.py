"""What every reading verb prints as JSON in an office of several people, states and orders, as `documents.txt` has it.

Names and counts, what is left out and in which order: the ids of the office run against its times, so that no order
comes about by chance. Where a verb is meant to print something else: `python -m tests.commands.test_documents` writes
the file anew; read its diff.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crmkit.core.snapshot import Snapshot
from crmkit.records import TYPES, Customer, Product, Record, Site
from tests import make_sheets
from tests.commands.conftest import Desk, at_desk
from tests.conftest import Shell
from tests.core.desk import staff
from tests.sheets import samples

FILE = Path(__file__).parent / "documents.txt"
PEOPLE = 12
FIRST_LINES = 7
AS_JSON = """
lead list
lead list --unscreened
lead list --source shop
lead list --owner LN --grade A
lead list --stage buyer
lead list --text 建国
lead list --since 2026-11-02
lead show 13900000003
lead audit
lead audit 13900000000
customer show 13900000000
customer show 13900000005
customer honour
customer referrals
customer referrals 13900000000
customer risk --all
customer cadence
customer birthdays --within 60d
recheck list
recheck stats --by site
recheck stats --by method
recheck stats --by collector
dedupe find --min 0
dedupe find --min 0 --groups
callback list
callback list --state all
callback list --by LN
callback sheet --due today
call list
call list --marked
call list --by LN
card list
card list --state expired
card show {card 0}
event list
event list --past
event show 1105A
event guests 1105A
event guests 1128A
event eve 1128A
event seats 1128A
event figures 1105A
event followups 1105A
order list
order list --balance
order list --refund-owed
order show {order 0}
order show {order 5}
visit list
visit list --state all
visit list --broken
visit gifts
visit route --on 2026-11-24
message list
message render birthday --on 2026-11-25
report yield
report yield --by source
report yield --by collector
report yield --by method
site list
site show 时间公园
staff list
staff show WQ
product list
product show XA-3
fault list
conflicts list
status
due
due --on 2026-12-31
due --by WQ
history {customer 3}
calendar list --year 2026
schema
lead assign -n
lead recycle -n
customer grade -n
callback plan -n
daily -n
dedupe merge --all-certain -n
customer dnc 13900000001 --channel call -n
customer release 13900000003 -n
order pay {order 5} --amount 10 -n
order cancel {order 5} --reason 不要了 -n
call log 13900000000 --outcome reached --note 好 -n
callback add 13900000001 --due +1d --purpose manual -n
visit add 13900000001 --purpose courtesy --at "tomorrow 15:00" --by WQ -n
recheck answer 13900000001 13900000001 -n
lead edit 13900000001 --set district=海淀区 -n
event cancel 1128A --reason 下雪 -n
""".strip().splitlines()
AS_TEXT = """
lead list
lead list --unscreened
lead show 13900000003
lead audit
customer show 13900000000
customer honour
customer referrals
customer referrals 13900000000
customer risk --all
customer cadence
customer birthdays --within 60d
customer consent 13900000007
recheck list
recheck stats --by site
dedupe find --min 0
dedupe find --min 0 --groups
callback list --state all
callback sheet --due today
callback ics
call list
call list --marked
card list
card show {card 0}
event list --past
event show 1105A
event guests 1105A
event eve 1128A
event seats 1128A
event figures 1105A
event followups 1105A
order list
order show {order 5}
visit list --state all
visit show {visit 1}
visit gifts
visit route --on 2026-11-24
visit ics
message list
message render birthday --on 2026-11-25
message templates
report yield --by collector
site list
staff list
staff show WQ
product list
status
due
phone parse 139-0000-0001/010-65881234转801
history {customer 3}
calendar list --year 2026
schema
check
lead assign -n
lead recycle -n
callback plan -n
daily -n
order pay {order 5} --amount 10 -n
lead edit 13900000001 --set district=海淀区 -n
lead list -f csv
order list -f csv
lead list -f ids
due -f csv
""".strip().splitlines()


def office() -> Iterator[Record]:
    """The records of the samples, of several owners, grades and states; their ids run against their times."""
    snapshot = Snapshot.of(*samples.some_records(PEOPLE))
    for record_type in TYPES:
        for number, record in enumerate(snapshot[record_type]):
            varied = _varied(record, number)
            text = msgspec.json.encode(varied).decode()
            turned = re.sub(r'"([A-Z])26(\d\d)-(\d{7})(\d)"', _turned, text)
            yield msgspec.json.decode(turned, type=type(record))
    yield Site(id="S2611-00000001", name="时间公园", method="stand", site_kind="park", former_names=("时代公园",))
    yield Site(id="S2611-00000002", name="柳荫社区", method="solo")
    yield Product(id="P2611-00000001", code="XA-3", name="磁疗床垫", price=79000, warranty_months=12, daily_use=0.5)
    yield Product(id="P2611-00000002", code="HX1", name="护膝", price=19800)
    yield staff("LN", "screener", "service")
    yield staff("WQ", "screener", "technician")
    yield staff("SV", "service")
    yield staff("ZX", "speaker", left=True)


def _turned(found: re.Match[str]) -> str:
    letter, month, number, last = found.groups()
    if letter == "G":
        return found[0]
    if letter == "Y":  # payments: the order's number, and their own behind it
        return f'"Y26{month}-{PEOPLE - 1 - int(number):07}{last}"'
    return f'"{letter}26{month}-{PEOPLE - 1 - int(number + last):08}"'


def _varied(record: Any, n: int) -> Record:
    values: dict[str, Any] = {}
    names = record.__struct_fields__
    for field in ("by", "owner", "collector", "issued_by"):
        if field in names:
            values[field] = ("LN", "WQ", "SV")[n % 3]
    if isinstance(record, Customer):
        values |= {
            "owner": ("LN", "", "WQ", "SV")[n % 4], "grade": ("A", "B", "C", "")[n % 4] if record.stage else "",
            "birthday": ("1953-11-25", "--12-03", "lunar:1948-10-20", "", "1960-01-02")[n % 5],
            "district": ("朝阳区", "海淀区", "")[n % 3], "sex": ("female", "male", "")[n % 3],
            "do_not_contact": ("sms",) if n == 4 else ("all",) if n == 7 else (),
            "wedding_day": "--12-20" if n == 2 else "",
            "age_about": (65, None, 71)[n % 3], "tags": ("老知青",) if n % 4 == 1 else (),
            "referrer": f"C2611-{n - 5:08}" if n in (5, 10) else "", "education": (True, None, False)[n % 3],
            "stage": record.stage or ("screened" if n in (2, 9) else ""),
        }  # fmt: skip
    return msgspec.structs.replace(record, **values)


def filled(pristine: Path, folder: Path) -> Desk:
    shell = at_desk(folder, Path(shutil.copytree(pristine, folder / "archive")))
    shell.put(*office())
    for sheet in make_sheets.SOURCES:
        shutil.copy(make_sheets.FOLDER / sheet, folder)
    return shell


@pytest.fixture(scope="module")
def open_office(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return filled(pristine, tmp_path_factory.mktemp("office"))


def typed(line: str) -> list[str]:
    """The words of a line; {order 5} is the id of the order of the fifth person."""
    letters = {record_type.__name__.lower(): record_type.letter for record_type in TYPES}
    named = re.sub(r"\{(\w+) (\d+)\}", lambda m: f"{letters[m[1]]}2611-{PEOPLE - 1 - int(m[2]):08}", line)
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', named)]


def printed(shell: Shell, line: str) -> str:
    """What a verb prints, a line for each row or field, from the second on without what is empty.

    Ids, runs and commits that differ from run to run are named alike.
    """
    ran = shell(*typed(line), "-f", "json")
    if ran.code not in (0, 1):
        raise AssertionError(f"{line}: exit {ran.code}: {ran.err}")
    document = json.loads(ran.out)
    rows = document if isinstance(document, list) else [{name: value} for name, value in document.items()]
    told = rows[:1] + [
        {name: value for name, value in row.items() if value not in ("", None, [], {})} for row in rows[1:]
    ]
    text = "\n".join("  " + json.dumps(row, ensure_ascii=False) for row in told) or "  nothing"
    return _named_alike(shell, text)


def _named_alike(shell: Shell, text: str) -> str:
    made: dict[str, str] = {}
    known = {f"{number:08}" for number in range(PEOPLE)}

    def own(found: re.Match[str]) -> str:
        if found[2] in known or found[2].isdigit():
            return found[0]
        return made.setdefault(found[0], f"{found[1]}-new-{len(made) + 1}")

    text = re.sub(r"\b([A-Z]{1,2}26\d\d)-([0-9a-hjkmnp-tv-z]{8})\b", own, text)
    text = text.replace(str(shell.archive), "ARCHIVE")
    text = re.sub(r"(archive_id\W+)[0-9a-z]{20}", r"\1OWN", text)
    return re.sub(r"\b[0-9a-f]{40}\b|(?<=\")[0-9a-f]{12}(?=\")|\b[0-9]{8}-[0-9]{6}-[0-9a-z]{4}\b", "RUN", text)


def told(shell: Shell, line: str) -> str:
    """The first lines that a verb prints for people, and all that it says beside them."""
    ran = shell(*typed(line), COLUMNS="100")
    if ran.code not in (0, 1, 5, 6):
        raise AssertionError(f"{line}: exit {ran.code}: {ran.err}")
    shown = [f"  {text}".rstrip() or "  ." for text in ran.out.splitlines()]
    if len(shown) > FIRST_LINES:
        shown[FIRST_LINES:] = [f"  ... {len(shown)} lines"]
    said = [f"  > {text}".rstrip() for text in ran.err.splitlines()]
    return _named_alike(shell, "\n".join(shown + said) or "  nothing")


def documents() -> dict[str, str]:
    """As the file has them."""
    parts = (part.partition("\n") for part in FILE.read_text("utf-8").rstrip("\n").split("\n\n"))
    return {line: shown for line, _end, shown in parts}


@pytest.mark.parametrize("line", AS_JSON)
def test_a_verb_prints_the_document_that_it_is_meant_to(open_office: Desk, line: str) -> None:
    assert printed(open_office, line) == documents()[f"{line} -f json"]


@pytest.mark.parametrize("line", AS_TEXT)
def test_a_verb_tells_people_what_it_is_meant_to(open_office: Desk, line: str) -> None:
    assert told(open_office, line) == documents()[line]


@pytest.mark.parametrize("name", make_sheets.SOURCES)
def test_an_import_says_how_it_read_a_sheet(open_office: Desk, name: str) -> None:
    assert told(open_office, _import(name)) == documents()[_import(name)]


def _import(name: str) -> str:
    return f"lead import {name} --source outreach -n"


def write() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pristine = folder / "pristine" / "archive"
        pristine.parent.mkdir()
        init = ("--name", "北京分部", "--branch", "BJ", "--operator", "LN", "--lang", "en", "--area", "010")
        Shell(pristine.parent).ok("init", pristine, *init)
        (folder / "office").mkdir()
        shell = filled(pristine, folder / "office")
        lines = [(f"{line} -f json", printed(shell, line)) for line in AS_JSON]
        lines += [(line, told(shell, line)) for line in (*AS_TEXT, *map(_import, make_sheets.SOURCES))]
        FILE.write_text("\n\n".join(f"{line}\n{shown}" for line, shown in lines) + "\n", "utf-8")


if __name__ == "__main__":
    write()
