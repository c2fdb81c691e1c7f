"""Whoever refused to be contacted stands in no list, sheet or export of people to contact (DOMAIN 4 and 12).

The refusal is put into the file without any command, so that nothing is cancelled by it: each list has to pass the
gate by itself. Every list is first shown to name the person, so that none of these tests can pass by naming nobody.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmkit.records import Callback, Customer, Event, Invitation, Order, Visit
from crmkit.records.customer import Consent
from crmkit.records.order import OrderItem
from tests.commands.conftest import at_desk
from tests.core.desk import NOW, a_customer, a_phone, at

NEW, BUYER, SILENT = "C2611-00000021", "C2611-00000022", "C2611-00000023"
LISTS = [  # a command that lists people to contact, and whom of the three it names
    (["due"], NEW),
    (["due"], BUYER),
    (["callback", "list"], BUYER),
    (["callback", "list", "--state", "stopped"], BUYER),
    (["callback", "ics"], BUYER),
    (["callback", "sheet", "--due", "today"], BUYER),
    (["recheck", "list"], NEW),
    (["lead", "list", "--unscreened"], NEW),
    (["customer", "risk"], SILENT),
    (["customer", "cadence"], SILENT),
    (["customer", "birthdays", "--within", "7d"], BUYER),
    (["event", "eve", "TOMORROW"], BUYER),
    (["event", "followups", "PAST"], BUYER),
    (["message", "render", "birthday", "--on", "2026-11-25", "-f", "json"], BUYER),
    (["visit", "list"], BUYER),
    (["visit", "route"], BUYER),
    (["visit", "ics"], BUYER),
]
REFUSALS = {
    "all channels": {"do_not_contact": ("all",)},
    "a withdrawn consent": {"consents": (Consent(purpose="marketing", given_at=NOW - timedelta(9), withdrawn_at=NOW),)},
}


def people(**refusal: object) -> list[Customer]:
    """A file that nobody has screened, a buyer whom much is planned with, and one of whom nothing was heard since."""
    return [
        a_customer(21, name="赵春梅", collected_at=at("2026-11-18 09:00"), **refusal),
        a_customer(
            22, name="钱桂英", stage="buyer", grade="A", owner="LN", birthday="1953-11-25", address="青年路1号",
            district="朝阳", phones=(a_phone(22, "confirmed"),), collected_at=at("2026-01-05 09:00"), **refusal,
        ),
        a_customer(
            23, name="孙桂芳", stage="buyer", grade="A", owner="LN", collected_at=at("2026-01-05 09:00"),
            **refusal,
        ),
    ]  # fmt: skip


def planned() -> list[Callback | Event | Invitation | Order | Visit]:
    """What stands with the buyer: a call of each kind, a visit, an event tomorrow and one that is past."""
    item = OrderItem(name="tea", quantity=1, price=10000, amount=10000)
    events = {"TOMORROW": at("2026-11-24 09:00"), "PAST": at("2026-11-22 09:00")}
    return [
        Callback(id="B2611-00000021", customer=BUYER, purpose="cadence", due_at=NOW, owner="LN"),
        Callback(id="B2611-00000022", customer=BUYER, purpose="reorder", due_at=NOW, owner="LN", state="stopped"),
        Visit(
            id="V2611-00000021", customer=BUYER, purpose="courtesy", begins_at=at("2026-11-23 15:00"),
            ends_at=at("2026-11-23 15:30"), by="LN",
        ),
        *(
            Event(id=f"G2611-0000002{n}", code=code, name=code, event_kind="lecture", starts_at=starts)
            for n, (code, starts) in enumerate(events.items())
        ),
        Invitation(
            id="N2611-00000021", event_id="G2611-00000020", customer=BUYER, number="TOMORROW-LN001-7",
            answer="accepted", delivered_at=NOW, answered_at=NOW, by="LN",
        ),
        Invitation(
            id="N2611-00000022", event_id="G2611-00000021", customer=BUYER, number="PAST-LN001-7",
            answer="accepted", attended_at=at("2026-11-22 09:00"), by="LN",
        ),
        *(
            Order(
                id=f"O2603-0000000{n}", customer=SILENT, ordered_on=date(2026, n, 1), items=(item,), total=10000
            )
            for n in (1, 2, 3)
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def willing(staffed: Path, tmp_path_factory: pytest.TempPathFactory):
    """The three as they are before they refuse."""
    folder = Path(shutil.copytree(staffed, tmp_path_factory.mktemp("willing") / "archive"))
    shell = at_desk(folder.parent, folder)
    shell.put(*people(), *planned())
    return shell


@pytest.fixture(scope="module", params=REFUSALS)
def refusing(request: pytest.FixtureRequest, willing, tmp_path_factory: pytest.TempPathFactory):
    """The same three, who refused."""
    folder = Path(shutil.copytree(willing.archive, tmp_path_factory.mktemp("refusing") / "archive"))
    shell = at_desk(folder.parent, folder)
    shell.put(*people(**REFUSALS[request.param]))
    return shell


def named(shell, command: list[str], identifier: str) -> bool:
    """Whether a list names the person, by name, id or number."""
    person = next(one for one in people() if one.id == identifier)
    out = shell.ok(*command).out
    return any(trace in out for trace in (person.id, person.name, person.phones[0].raw))


@pytest.mark.parametrize(("command", "person"), LISTS, ids=lambda value: " ".join(value) if type(value) is list else "")
def test_no_list_names_a_person_who_refused(willing, refusing, command, person):
    assert named(willing, command, person)
    assert not named(refusing, command, person)


def test_nobody_who_refused_can_be_planned_with_or_invited_and_no_sheet_is_printed_for_them(refusing):
    refusing.fails(1, "callback", "add", BUYER, "--due", "+1d")
    refusing.fails(1, "callback", "sheet", "B2611-00000021")
    refusing.fails(1, "visit", "add", BUYER, "--purpose", "courtesy", "--at", "tomorrow 15:00")
    refusing.fails(1, "event", "invite", "TOMORROW", NEW)


def test_what_they_asked_for_goes_on(refusing):
    refusing.ok("callback", "add", BUYER, "--due", "+1d", "--purpose", "service", "-n")
    refusing.ok("visit", "add", BUYER, "--purpose", "repair", "--at", "tomorrow 15:00", "-n")
