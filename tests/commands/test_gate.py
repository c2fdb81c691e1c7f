"""Whoever refused to be contacted stands in no list, sheet or export of people to contact (core/docs.md, "Repeats").

Every verb of the command line says here whether it can bring somebody to a person: REACHING has a call of each that
does, QUIET those that do not. The refusal is put into the archive without any command, so that nothing is cancelled by
it: each verb has to pass the gate by itself. Each is first shown to name the person, so that none of these tests can
pass by naming nobody.
"""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from crmkit.core.people.merge import united
from crmkit.records import Callback, Customer, Event, Invitation, Order, Visit
from crmkit.records.customer import Consent
from crmkit.records.order import OrderItem
from tests.commands.conftest import at_desk
from tests.core.desk import NOW, a_customer, a_phone, at, staff
from tests.reference import commands

NEW, BUYER, SILENT, OTHER = (f"C2611-0000002{n}" for n in (1, 2, 3, 4))
# A call of each verb that lists people to contact, plans something with them or gives them to somebody: what it is
# called with, and whom of the three it names. "-n": it plans; what it would change names them.
REACHING = {
    "due": [(["due"], NEW), (["due"], BUYER)],
    "daily": [(["daily", "-n", "-f", "json"], NEW)],
    "callback plan": [(["callback", "plan", "-n", "-f", "json"], NEW)],
    "callback add": [(["callback", "add", BUYER, "--due", "+1d", "-n", "-f", "json"], BUYER)],
    "callback list": [(["callback", "list"], BUYER), (["callback", "list", "--state", "stopped"], BUYER)],
    "callback ics": [(["callback", "ics"], BUYER)],
    "callback sheet": [
        (["callback", "sheet", "--due", "today"], BUYER), (["callback", "sheet", "B2611-00000021"], BUYER),
    ],
    "lead list": [(["lead", "list", "--unscreened"], NEW)],
    "lead assign": [(["lead", "assign", "-n", "-f", "json"], SILENT)],
    "customer risk": [(["customer", "risk"], SILENT)],
    "customer cadence": [(["customer", "cadence"], SILENT)],
    "customer birthdays": [(["customer", "birthdays", "--within", "7d"], BUYER)],
    "event invite": [(["event", "invite", "TOMORROW", NEW, "-n", "-f", "json"], NEW)],
    "event print": [(["event", "print", "TOMORROW", "-o", "cards.xlsx", "--force"], "cards.xlsx")],
    "event eve": [(["event", "eve", "TOMORROW"], BUYER)],
    "event followups": [(["event", "followups", "PAST"], BUYER)],
    "message render": [(["message", "render", "birthday", "--on", "2026-11-25", "-f", "json"], BUYER)],
    "visit add": [
        (["visit", "add", BUYER, "--purpose", "courtesy", "--at", "tomorrow 15:00", "-n", "-f", "json"], BUYER)
    ],
    "visit list": [(["visit", "list"], BUYER)],
    "visit route": [(["visit", "route"], BUYER)],
    "visit ics": [(["visit", "ics"], BUYER)],
}  # fmt: skip
# Verbs that bring nobody to a person: they keep what happened, show what is on file, or look after the archive.
QUIET = {
    "lead": "add import show edit screen recycle audit",
    "customer": "show consent dnc release deceased grade tick honour referrals",
    "recheck": "list answer set stats",  # asked where the form was filled in, not by telephone: test_recheck
    "dedupe": "find merge split distinct household",
    "phone": "parse",
    "callback": "done snooze edit cancel",
    "call": "log list",
    "card": "issue print list show verify void replace",
    "event": "add list show edit move cancel guests deliver answer void checkin assign seats figures",
    "order": "add list show edit confirm collect send deliver cancel pay refund return goods-back print",
    "visit": "show gifts confirm move late cancel start missed gift finish",
    "message": "templates lint sent list",
    "report": "day week month yield faults figures staff",
    "site": "add list show edit",
    "staff": "add list show edit record mark unmark",
    "product": "add list show edit",
    "dispatch": "list suggest move",
    "complaint": "add list show listen acknowledge assess investigate offer agree carry-out call-back close reopen "
    "escalate withdraw",
    "plan": "add list show slots audit move skip visit report sheet meter train settle invoice use top-up refund "
    "print log contacts strength review renew notice end freeze thaw transfer",
    "fault": "add list show edit",
    # what somebody reported is served also where they want no contact otherwise: test_ticket
    "ticket": "add list show entitlements figures reply promise solution wait resume hand accept visit work solve "
    "replace follow-up reopen refund cancel",
    "conflicts": "list take",
    "calendar": "import list",
    "": "init status sync check repair history undo backup upgrade config schema completion help edit note notes run",
}


def test_every_verb_says_whether_it_can_bring_somebody_to_a_person():
    verbs = {name for name, _command in commands()}  # as the registry has them
    quiet = {f"{noun} {verb}".strip() for noun, verbs in QUIET.items() for verb in verbs.split()}
    assert sorted(verbs - quiet - REACHING.keys()) == []  # a new verb: does it pass the gate?
    assert sorted((quiet | REACHING.keys()) - verbs) == []
    assert sorted(quiet & REACHING.keys()) == []


ALL = [(verb, command, person) for verb, calls in REACHING.items() for command, person in calls]
BY_VISIT = ("event print", "visit add", "visit list", "visit route", "visit ics")
IN_ANY_WAY = (
    *BY_VISIT,
    "due",
    "event invite",
    "customer cadence",
    "message render",
)  # not stopped by a refusal of calls alone


def withdrawn(given: timedelta, taken_back: timedelta) -> dict[str, object]:
    """A consent given so long ago, and taken back so long ago."""
    return {"consents": (Consent(purpose="marketing", given_at=NOW - given, withdrawn_at=NOW - taken_back),)}


def with_refuser(person: Customer, **fields: object) -> list[Customer]:
    """`person`, and somebody else who has the same number and refused."""
    other = a_customer(24, name="王强", phones=person.phones, do_not_contact=("all",), **fields)
    return [msgspec.structs.replace(person, household=str(fields.get("household", ""))), other]


def merged(person: Customer) -> list[Customer]:
    """`person` after a file of theirs that refused was merged into it."""
    loser = a_customer(24, name=person.name, do_not_contact=("all",))
    return [united(person, loser), msgspec.structs.replace(loser, merged_into=person.id)]


def replaced(**fields: object):
    return lambda person: [msgspec.structs.replace(person, **fields)]


DAY = timedelta(1)
# how somebody came to be left in peace → the files of that person, and of the other one where there is one
REFUSALS = {
    "all channels": replaced(do_not_contact=("all",)),
    "a withdrawn consent": replaced(**withdrawn(9 * DAY, DAY)),
    "another file of the number": with_refuser,
    "the other of a couple": lambda person: with_refuser(person, household=BUYER),
    "a file merged into this one": merged,
    "deceased": replaced(deceased=True),
}
CALLS = replaced(do_not_contact=("call",))
WILLING = {  # what looks like a refusal, and is none
    "a consent newer than the withdrawal": replaced(**withdrawn(DAY, 9 * DAY)),
    "released by a person": lambda person: [
        msgspec.structs.replace(person, released=(OTHER,)), with_refuser(person)[1]
    ],
    "a household with other numbers": lambda person: [
        msgspec.structs.replace(person, household=OTHER),
        a_customer(24, name="王强", household=OTHER, do_not_contact=("all",)),
    ],
    "a number that was not the refuser's": lambda person: [
        person,
        a_customer(24, name="王强", do_not_contact=("all",), phones=(
            msgspec.structs.replace(person.phones[0], state="wrong"),
        )),
    ],
}  # fmt: skip


def people() -> list[Customer]:
    """A file that nobody has screened, a buyer whom much is planned with, and one of whom nothing was heard since."""
    return [
        a_customer(21, name="赵春梅", collected_at=at("2026-11-18 09:00")),
        a_customer(
            22, name="钱桂英", stage="buyer", grade="A", owner="LN", birthday="1953-11-25", address="青年路1号",
            district="朝阳", phones=(a_phone(22, "confirmed"),), collected_at=at("2026-01-05 09:00"),
        ),
        a_customer(23, name="孙桂芳", stage="buyer", grade="A", collected_at=at("2026-01-05 09:00")),
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
            answer="accepted", answered_at=NOW, by="LN",
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
    """The three as they are before anybody refuses."""
    folder = Path(shutil.copytree(staffed, tmp_path_factory.mktemp("willing") / "archive"))
    shell = at_desk(folder.parent, folder)
    shell.put(staff("SV", "service"), *people(), *planned())
    return shell


@pytest.fixture(scope="module")
def archives(willing, tmp_path_factory: pytest.TempPathFactory):
    """Archives in which one of the three refused in a certain way, each made once."""
    made = {}

    def archive(way, person: str):
        if (way, person) not in made:
            folder = Path(shutil.copytree(willing.archive, tmp_path_factory.mktemp("refusing") / "archive"))
            made[way, person] = at_desk(folder.parent, folder)
            made[way, person].put(*way(next(one for one in people() if one.id == person)))
        return made[way, person]

    return archive


def named(shell, command: list[str], identifier: str) -> bool:
    """Whether a verb names the person, by name, id or number; of a workbook, whether it is written."""
    done = shell(*command)
    if identifier.endswith(".xlsx"):
        return done.code == 0
    person = next(one for one in people() if one.id == identifier)
    # where a person is to decide about the file, the file is named, and its number is not shown
    lines = [line for line in done.out.splitlines() if not {"on-hold", "shared"} & {*line.split()}]
    if "-n" in command and done.code == 0:
        changes = json.loads(done.out)["changes"]
        return any(
            fields.get("customer", ("", ""))[1] == person.id or (i == person.id and "owner" in fields)
            for i, fields in changes.items()
        )
    return any(trace in "\n".join(lines) for trace in (person.id, person.name, person.phones[0].raw))


def whom(person: str) -> str:
    return BUYER if person.endswith(".xlsx") else person


@pytest.mark.parametrize("way", REFUSALS)
@pytest.mark.parametrize(("verb", "command", "person"), ALL, ids=lambda value: value if type(value) is str else "")
def test_no_verb_brings_anybody_to_a_person_who_is_to_be_left_in_peace(willing, archives, way, verb, command, person):
    assert named(willing, command, person)
    assert not named(archives(REFUSALS[way], whom(person)), command, person)


@pytest.mark.parametrize(("verb", "command", "person"), ALL, ids=lambda value: value if type(value) is str else "")
def test_a_refused_channel_stops_what_goes_that_way_and_no_other(archives, verb, command, person):
    assert named(archives(CALLS, whom(person)), command, person) == (
        (verb in IN_ANY_WAY and person != NEW) or verb == "event invite"
    )


@pytest.mark.parametrize("way", WILLING)
@pytest.mark.parametrize("verb", ["due", "callback list", "message render", "event invite", "visit list"])
def test_who_did_not_refuse_is_still_reached(archives, way, verb):
    for command, person in REACHING[verb]:
        assert named(archives(WILLING[way], whom(person)), command, person)


def test_what_they_asked_for_goes_on(archives):
    for way in (REFUSALS["all channels"], with_refuser):
        refusing = archives(way, BUYER)
        refusing.ok("callback", "add", BUYER, "--due", "+1d", "--purpose", "service", "-n")
        refusing.ok("visit", "add", BUYER, "--purpose", "repair", "--at", "tomorrow 15:00", "-n")


def test_nothing_goes_out_to_the_deceased_not_even_what_they_asked_for(archives):
    gone = archives(REFUSALS["deceased"], BUYER)
    for command in (
        ("callback", "add", BUYER, "--due", "+1d", "--purpose", "service", "-n"),
        ("visit", "add", BUYER, "--purpose", "repair", "--at", "tomorrow 15:00", "-n"),
    ):
        assert "the person has died" in gone.fails(1, *command).err
