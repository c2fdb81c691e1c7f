"""Every command on one record, in a large archive: none may take longer, or more memory, than people wait for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.pairs import Program, Row, Target, alone
from tests.bench.single import NAME
from tests.bench.workshop import CRMKIT, Workshop

SECONDS, MEMORY = 0.35, 40
COMPLETION = 0.15
TURNS = 20  # more than there are


def rows(shop: Workshop) -> Iterator[Row]:
    """Each on a record of its own in each turn; then what is offered after Tab."""
    archive = shop.ordinary("commands")
    for name, words in _works(shop, archive).items():
        work = f"{name} at {shop.size:,}"
        samples = shop.race(Program(work, lambda turn, words=words: shop.crmkit(archive, *words(turn))))
        yield alone(work, samples, Target(SECONDS, of="value", unit="s", memory=MEMORY))
    yield from _completions(shop, archive)


def _works(shop: Workshop, archive: Path) -> dict[str, Callable[[int], tuple[Any, ...]]]:
    people = shop.some(4 * TURNS, archive, "lead", "list")
    # each kind of work has people of its own, so that no turn finds what another one left
    shown, edited, called, reporting = [people[n::4] for n in range(4)]
    callbacks = shop.some(TURNS, archive, "callback", "list", "--due", "today")
    tickets = shop.some(TURNS, archive, "ticket", "list")
    plans = shop.some(TURNS, archive, "plan", "list", field="visits_left")
    cards = shop.some(TURNS, archive, "card", "list")
    return {
        "lead add": lambda n: ("lead", "add", "--name", NAME, "--phone", f"1665551{n:04}", "--source", "shop"),
        "lead show": lambda n: ("lead", "show", shown[n]),
        "lead edit": lambda n: ("lead", "edit", edited[n], "--set", "best_time=上午"),
        "note": lambda n: ("note", edited[n], "女儿周末回来"),
        "call log": lambda n: ("call", "log", called[n], "--outcome", "reached"),
        "callback done": lambda n: ("callback", "done", callbacks[n], "--outcome", "reached"),
        "customer show": lambda n: ("customer", "show", shown[n]),
        "customer grade ID": lambda n: ("customer", "grade", shown[n]),
        "card show": lambda n: ("card", "show", cards[n]),
        "ticket add": lambda n: ("ticket", "add", "--customer", reporting[n], "--symptom", "打不着火"),
        "ticket reply": lambda n: ("ticket", "reply", tickets[n]),
        "ticket show": lambda n: ("ticket", "show", tickets[n]),
        "ticket list --at-risk 2h": lambda _n: ("ticket", "list", "--at-risk", "2h"),
        "plan show": lambda n: ("plan", "show", plans[n]),
        "plan use": lambda n: ("plan", "use", plans[n], "--units", "1"),
        "undo": lambda _n: ("undo", "--yes"),
    }


def _completions(shop: Workshop, archive: Path) -> Iterator[Row]:
    for typed in ("lead show ", "lead show 王", "callback done ", "ticket show "):
        work = f"completion of `crmkit {typed}` at {shop.size:,}"
        asked = ["env", "_CRMKIT_COMPLETE=bash", f"COMP_LINE=crmkit {typed}", f"CRMKIT_ARCHIVE={archive}", CRMKIT]
        samples = shop.race(Program(work, asked))
        yield alone(work, samples, Target(COMPLETION, of="value", unit="s"))
