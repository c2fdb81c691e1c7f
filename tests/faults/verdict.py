"""What must hold after a fault, whatever it was."""

import json
from pathlib import Path

from crmkit.archive.journal import transaction
from crmkit.errors import DamagedError
from tests.conftest import Ran, Shell
from tests.faults.injection import Fault
from tests.faults.jobs import MARK, Prepared, commits, git

NOTHING = "nothing changed"
UNTOLD = (  # what a failure says that may have saved
    "saves all of it or nothing", "everything is saved here", "is saved whole", "is not sound after the merge",
)  # fmt: skip
WRITE, CHECK = ("-v", "site", "add", "--name", MARK), ("-q", "check", "--deep")
NEXT = ((("site", "list"), WRITE, CHECK), (WRITE, CHECK), (CHECK, WRITE, CHECK))  # any of them may come first


def problems(prepared: Prepared, shell: Shell, fault: Fault, ran: Ran) -> list[str]:
    """What is wrong in the archive of `shell` after its command ran, or was killed, with `fault`.

    The next command works, `check` is clean, the files are all old or all new, what was acknowledged is there, and git
    has recorded every run once.
    """
    archive = shell.home / "archive"
    killed = ran.code < 0 or ran.code >= 128
    wrong = [] if killed else _untrue(prepared, archive, ran)
    for command in NEXT[fault.number % len(NEXT)]:
        next_ = shell(*command, CRMKIT_DEBUG="")
        if next_.code or next_.err:
            wrong.append(f"then {' '.join(command)}: {next_.code} {next_.out} {next_.err}")
    try:
        state = sorted(prepared.state(archive))
    except DamagedError as error:
        return [*wrong, error.message]
    if state not in (prepared.old, prepared.new):
        wrong.append(f"neither old nor new: {_difference(prepared, state)}")
    if state == prepared.old and (ran.out or ran.code == 0):
        wrong.append("acknowledged, but not there")
    return [*wrong, *_history(prepared, archive, state == prepared.new)]


def _untrue(prepared: Prepared, archive: Path, ran: Ran) -> list[str]:
    """What the command said or left behind that it should not have."""
    wrong = []
    said = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    if "Traceback" in ran.err or "mistake in crmkit" in ran.err or (ran.code and len(said) != 1):
        wrong.append(f"exit {ran.code}, which says: {ran.err}")
    if NOTHING in ran.err and transaction.interrupted(archive):
        wrong.append("it says that nothing changed, and left something behind")
    if ran.code and not any(words in ran.err for words in UNTOLD) and prepared.state(archive) != prepared.old:
        wrong.append(f"changed, though it failed with: {ran.err}")
    return wrong


def _history(prepared: Prepared, archive: Path, new: bool) -> list[str]:
    wrong = []
    if changed := git(archive, "status", "--porcelain"):
        wrong.append(f"git has not recorded {changed}")
    messages = git(archive, "log", f"-{commits(archive) - prepared.commits}", "--format=%s", "--first-parent")
    if "by hand" in messages:
        wrong.append(f"a run was recorded as an edit by hand: {messages}")
    return wrong


def _difference(prepared: Prepared, state: list[str]) -> str:
    return json.dumps(
        {
            name: {"lost": sorted(set(other) - set(state))[:3], "more": sorted(set(state) - set(other))[:3]}
            for name, other in (("old", prepared.old), ("new", prepared.new))
        },
        ensure_ascii=False,
    )
