"""Put the table of a result of the bench into README.md: `python -m tests.bench.report RESULT.json`."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.pairs import from_json, table

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- table: written by `python -m tests.bench.report RESULT.json` -->", "<!-- end of the table -->"


def rendered(results: dict[str, Any]) -> str:
    """The table with what it was measured on."""
    about = "{size} at commit {commit}, {cores} cores ({machine}), Python {python}:".format_map(results)
    return f"{about}\n\n{table(from_json(results))}"


def renewed(text: str, results: dict[str, Any]) -> str:
    """`text` with the table of `results` in the place of the one between the two marks."""
    before, _begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no place for the table: {BEGIN}")
    return f"{before}{BEGIN}\n\n{rendered(results)}\n\n{END}{after}"


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8"), json.loads(Path(sys.argv[1]).read_text("utf-8"))), "utf-8")
