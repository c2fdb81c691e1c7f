"""Whatever records the schema allows: every command that reads ends without a mistake of its own."""

import os
import shutil
import traceback
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from crmkit import cli
from crmkit.archive.archive import opened
from crmkit.records import TYPES, Callback, Customer, Event, Invitation, Order, PhoneCheck
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from crmkit.records.order import OrderItem
from tests import worlds
from tests.conftest import Shell

CUSTOMER, ORDER, CALLBACK, VISIT, EVENT = (worlds.identifier(letter, 0) for letter in "COBVG")
CARD, TICKET, PLAN = "BJLN-26110000-X", worlds.identifier("TK", 0), worlds.identifier("PL", 0)
COMPLAINT = worlds.identifier("CP", 0)
FEW = 3  # worlds; CRMKIT_WORLDS=200 tries so many, others each time
EXAMPLES = int(os.environ.get("CRMKIT_WORLDS", FEW))
NOT_OF_RECORDS = {"init", "completion", "phone parse", "message templates", "message lint", "backup", "help"}
JSON = ("-f", "json")
# Every verb that reads, with the arguments to try it with; FILE stands for a file that is not there yet.
READERS: dict[str, list[tuple[str, ...]]] = {
    "lead list": [(), JSON, ("--unscreened",), ("--text", "张", "-f", "csv"), ("--since", "2026-01-01")],
    "lead show": [(CUSTOMER,), (CUSTOMER, *JSON)],
    "lead audit": [(), (CUSTOMER, *JSON)],
    "customer show": [(CUSTOMER,), (CUSTOMER, *JSON)],
    "customer honour": [(), (CUSTOMER,), JSON],
    "customer referrals": [(), (CUSTOMER,), JSON],
    "customer risk": [(), ("--all",), JSON],
    "customer cadence": [(), JSON],
    "customer birthdays": [("--within", "366d"), JSON],
    "recheck list": [(), JSON],
    "recheck stats": [("--by", by) for by in ("site", "method", "collector")],
    "dedupe find": [(), JSON, ("--groups",)],
    "callback list": [(), ("--state", "all", *JSON)],
    "callback sheet": [(CALLBACK,), (CALLBACK, *JSON), ("--due", "today"), ("--due", "2199-12-31", "-o", "FILE.xlsx")],
    "callback ics": [(), ("-o", "FILE.ics")],
    "call list": [(), JSON, ("--marked",)],
    "card list": [(), ("--state", "expired"), JSON],
    "card show": [(CARD,), (CARD, *JSON)],
    "card verify": [(CARD,)],
    "event list": [(), JSON, ("--past",)],
    "event show": [("E1",), ("E1", *JSON)],
    "event guests": [("E1",), ("E1", *JSON)],
    "event print": [("E1", "-o", "FILE.xlsx")],
    "event eve": [("E1",), ("E1", *JSON)],
    "event seats": [("E1",), ("E1", "-o", "FILE.xlsx")],
    "event figures": [("E1",), ("E1", "--ids", "attended", *JSON)],
    "event followups": [("E1",), ("E1", *JSON)],
    "order list": [(), JSON, ("--balance",), ("--refund-owed",)],
    "order show": [(ORDER,), (ORDER, *JSON)],
    "order print": [(ORDER, "-o", "FILE.xlsx")],
    "visit list": [(), JSON, ("--broken",)],
    "visit show": [(VISIT,), (VISIT, *JSON)],
    "visit gifts": [(), JSON],
    "visit route": [(), ("--on", "2026-11-24", "-o", "FILE.xlsx")],
    "visit ics": [(), ("-o", "FILE.ics")],
    "message list": [(), JSON],
    "report day": [("2026-11-23", "-o", "FILE.xlsx")],
    "report week": [("2026-W47", "-o", "FILE.xlsx")],
    "report month": [("2026-11", "-o", "FILE.xlsx", "--mask")],
    "report yield": [(), ("--by", "source", *JSON), ("--by", "collector")],
    "report figures": [
        (), ("kept-reply", "--period", "2026-11", "--by", "staff", *JSON), ("done", "--records", "numerator"),
    ],
    "report staff": [(), ("2026-11", *JSON), ("2026-11", "-o", "FILE.xlsx", "--mask")],
    "report faults": [(), ("--by", "cause", *JSON), ("--by", "model"), ("--by", "month")],
    "calendar list": [(), JSON, ("--year", "2026")],
    "site show": [("时间公园",), ("时间公园", *JSON)],
    "site list": [(), JSON],
    "staff show": [("LN",), ("LN", *JSON)],
    "staff record": [("LN",), ("LN", *JSON)],
    "staff list": [(), JSON],
    "product show": [("HX1",), ("HX1", *JSON)],
    "product list": [(), JSON],
    "plan list": [(), JSON, ("--overdue",), ("--ending", "30d"), ("--state", "ended", *JSON)],
    "plan show": [(PLAN,), (PLAN, *JSON)],
    "plan slots": [(PLAN,), (PLAN, *JSON)],
    "plan print": [(PLAN, "-o", "FILE.xlsx"), (PLAN, "--what", "statement", "-o", "FILE.xlsx")],
    "plan sheet": [(), JSON, (PLAN,), ("--due", "2199-12-31", "-o", "FILE.xlsx")],
    "plan audit": [(), JSON],
    "plan contacts": [(), JSON],
    "ticket list": [(), JSON, ("--breached",), ("--at-risk", "2h"), ("--state", "all", *JSON), ("--card", CARD)],
    "ticket show": [(TICKET,), (TICKET, *JSON)],
    "ticket figures": [(), JSON, ("--since", "2026-11-01")],
    "ticket entitlements": [(TICKET,), (TICKET, *JSON)],
    "dispatch list": [(), JSON, ("--on", "2026-11-24")],
    "dispatch suggest": [(TICKET,), (TICKET, *JSON)],
    "complaint list": [(), JSON, ("--late",), ("--state", "all", *JSON)],
    "complaint show": [(COMPLAINT,), (COMPLAINT, *JSON)],
    "notes": [(), JSON, (CUSTOMER,), ("--text", "a")],
    "fault show": [("no-power",), ("no-power", *JSON)],
    "fault list": [(), JSON, ("--product", "HX1")],
    "conflicts list": [(), JSON],
    "status": [(), JSON],
    "due": [(), ("--on", "2026-12-31", *JSON)],
    "check": [(), ("--deep",), JSON],
    "history": [(), (CUSTOMER,), (ORDER, *JSON)],
    "schema": [(), ("customers",)],
}  # fmt: skip


def verbs() -> dict[str, Any]:
    """Every command that the registry knows, by "noun verb"."""
    group = cli.command()
    found = {}
    for name in [*cli.NOUNS, *cli.VERBS]:
        group.verb = ""
        command = group.get_command(None, name)
        for verb, leaf in getattr(command, "commands", {"": command}).items():
            found[f"{name} {verb}".strip()] = leaf
    return found


def writes(leaf: Any) -> bool:
    return any(param.name == "dry_run" for param in leaf.params)


def planners() -> list[str]:
    """The verbs that write and need no arguments: with -n they read what they would plan from."""
    return [name for name, leaf in verbs().items() if writes(leaf) and not any(p.required for p in leaf.params)]


def test_every_verb_that_reads_is_tried():
    assert {name for name, leaf in verbs().items() if not writes(leaf)} - NOT_OF_RECORDS == set(READERS)


def filled(pristine: Path, folder: Path, records: tuple[Any, ...]) -> Shell:
    """A shell in an archive that holds `records`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shell = Shell(folder, Path(shutil.copytree(pristine, folder / "archive")))
    shell.env["CRMKIT_NOW"] = worlds.NOW.isoformat()
    with opened(shell.archive, exclusive=True, wait=5) as archive:
        archive.commit(Change(puts=records), "test put", run_at=worlds.NOW, by="LN")
    return shell


def mistakes(shell: Shell) -> dict[str, str]:
    """What went wrong in which command, and where."""
    wrong = {}
    tried = [(name, arguments) for name, some in READERS.items() for arguments in some]
    tried += [(name, ("-n",)) for name in planners()]
    for number, (name, arguments) in enumerate(tried):
        typed = [*name.split(), *(argument.replace("FILE", str(number)) for argument in arguments)]
        try:
            ran = shell(*typed, CRMKIT_LANG="zh" if number % 3 else "en")
        except Exception as mistake:
            where = traceback.extract_tb(mistake.__traceback__)[-1]
            wrong[" ".join(typed)] = f"{mistake!r} at {where.filename}:{where.lineno}"
        else:
            if ran.code not in (0, 1, 3, 5, 6) and (ran.code, arguments) != (2, ("-n",)):  # some verbs need more
                wrong[" ".join(typed)] = f"exit {ran.code}"
    return wrong


@settings(
    max_examples=EXAMPLES, derandomize=EXAMPLES == FEW, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(records=worlds.WORLDS)
def test_every_verb_that_reads_takes_whatever_the_schema_allows(pristine, tmp_path_factory, records):
    assert {type(record) for record in records} == set(TYPES)
    shell = filled(pristine, tmp_path_factory.getbasetemp() / "worlds", records)
    assert mistakes(shell) == {}


def test_a_time_without_an_offset_is_damage_that_is_named(pristine, tmp_path):
    shell = filled(pristine, tmp_path / "naive", (Customer(id=CUSTOMER, name="张秀英", collected_at=worlds.NOW),))
    (shard,) = (shell.archive / "customers").iterdir()
    shard.write_text(shard.read_text("utf-8").replace("T10:00:00+08:00", "T10:00:00"), "utf-8")
    ran = shell.fails(6, "lead", "list")
    assert f"customers/2026-11.json, line 3: {CUSTOMER}: Expected `datetime` with a timezone component" in ran.err


def test_what_undo_would_take_back_is_shown_of_an_order_without_prices(pristine, tmp_path):
    items = (OrderItem(product="HX1", quantity=2),)
    bought = Order(id=ORDER, customer=CUSTOMER, ordered_on=worlds.NOW.date(), items=items)
    shell = filled(pristine, tmp_path / "unpriced", (Customer(id=CUSTOMER, name="张秀英"), bought))
    assert "  items: HX1 × 2 → -" in shell.ok("undo", "-n").lines


def test_codes_that_are_not_known_are_counted_in_no_group(pristine, tmp_path):
    shell = filled(
        pristine, tmp_path / "unknown",
        (
            Customer(
                id=CUSTOMER, name="张秀英", sex="other", birthday="13900000001", age_about=70,
                phones=(Phone(raw="x", e164="x", kind="foreign"),),
            ),
            PhoneCheck(id="R2611-00000000", customer=CUSTOMER, at=worlds.NOW, result="maybe"),
            Callback(id=CALLBACK, customer=CUSTOMER, purpose="chat", due_at=worlds.NOW),
            Event(id=EVENT, code="E1", starts_at=worlds.NOW),
            Invitation(id="N2611-00000000", event_id=EVENT, customer=CUSTOMER, number="E1-1", answer="maybe"),
        ),
    )  # fmt: skip
    (tally,) = shell.json("recheck", "stats", "--by", "site")
    assert (tally["asked"], tally["match"], tally["mismatch"], tally["refused"], tally["gone"]) == (1, 0, 0, 0, 0)
    sheet = shell.json("callback", "sheet", CALLBACK)
    assert (sheet["address_as"], sheet["phone"], len(sheet["steps"])) == ("张秀英", "x", 2)
    counts = {row["measure"]: row["count"] for row in shell.json("event", "figures", "E1")}
    assert (counts["invited"], counts["unanswered"], counts["accepted"]) == (1, 1, 0)
