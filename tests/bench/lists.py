"""Lists and decisions about all files in a large archive, on an ordinary day: what costs is what is listed."""

from collections.abc import Iterator

from tests.bench.pairs import Program, Row, Target, alone
from tests.bench.workshop import Workshop

SECONDS = 1.0


def rows(shop: Workshop) -> Iterator[Row]:
    """Each in an archive whose daily work was done; what would change something is a dry run."""
    archive = shop.ordinary("lists")
    (someone,) = shop.some(1, archive, "lead", "list")
    works = {
        "recheck list": ("recheck", "list"),
        "lead recycle -n": ("lead", "recycle", "-n"),
        "callback plan -n": ("callback", "plan", "-n"),
        "staff show": ("staff", "show", "LN"),
        "report day": ("report", "day", "today", "--force", "-o", shop.folder / "day.xlsx"),
        "customer grade ID": ("customer", "grade", someone),
        "ticket list --at-risk 2h": ("ticket", "list", "--at-risk", "2h"),
    }
    for name, words in works.items():
        work = f"{name} at {shop.size:,}"
        samples = shop.race(Program(work, shop.crmkit(archive, *words)))
        yield alone(work, samples, Target(SECONDS, of="value", unit="s"))
