"""Programs timed in turn, and what came of it: rows of one table.

A race runs every program once to warm up and then all of them in turn, A B C A B C, so that whatever else the machine
does falls on each alike. A ratio is taken within each turn; a row shows its median and quartiles. What takes long has
fewer turns: a median of seven is for what takes tenths of a second.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

TURNS = 7  # counted, after the one to warm up
SECONDS = 30.0  # for which a race may go on after that, where it still has the least number of turns
LEAST, LEAST_OF_ALL = 3, 2  # the second where a turn takes more than VERY_LONG
VERY_LONG = 45.0  # seconds
LONG = 10.0  # seconds: where one of the programs takes longer, the first turn counts as well
MB = 1024  # of the KiB in which Linux counts a process's peak memory


class Sample(NamedTuple):
    """One run of one program, with all processes that it started and waited for."""

    seconds: float
    cpu: float  # seconds of processor time, its own and the system's for it
    memory: float  # MB, the greatest of any one of its processes


Words = Sequence[object]


def _nothing(_turn: int) -> None:
    pass


@dataclass(frozen=True)
class Program:
    """What to run; `words` may depend on the turn, and `before` makes things ready for it, untimed."""

    name: str
    words: Words | Callable[[int], Words]
    before: Callable[[int], object] = _nothing
    stdout: Path = Path(os.devnull)

    def run(self, turn: int, env: dict[str, str], folder: Path) -> Sample:
        """One sample. RuntimeError with what it said where it fails."""
        self.before(turn)
        words = [str(word) for word in (self.words(turn) if callable(self.words) else self.words)]
        errors = folder / "stderr"
        with self.stdout.open("wb") as out, errors.open("wb") as err:
            start = perf_counter()
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=folder)
            _pid, status, usage = os.wait4(process.pid, 0)
            seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"{' '.join(words)}: exit {process.returncode}\n{errors.read_text()[-2000:]}")
        return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MB)


Race = dict[str, list[Sample]]  # the samples of each program, by its name


def race(programs: Sequence[Program], env: dict[str, str], folder: Path) -> Race:
    """Run `programs` in turn."""
    samples: Race = {program.name: [] for program in programs}

    def turn(number: int) -> None:
        for program in programs:
            samples[program.name].append(program.run(number, env, folder))

    turn(0)
    took = [first.seconds for (first,) in samples.values()]
    turns = turns_of(sum(took))
    if max(took) > LONG:
        turns -= 1
    else:
        samples = {program.name: [] for program in programs}
    for number in range(1, turns + 1):
        turn(number)
    return samples


def turns_of(seconds: float) -> int:
    """How many turns of so many seconds there are."""
    return max(LEAST_OF_ALL if seconds > VERY_LONG else LEAST, min(TURNS, int(SECONDS / seconds)))


@dataclass(frozen=True)
class Target:
    """What a row must hold: a bound on the ratio to the peer, or on our own value."""

    bound: float
    of: str = "ratio"  # or "cpu ratio", or "value"
    at_least: bool = False
    unit: str = "×"
    memory: float | None = None  # MB, at most

    def __str__(self) -> str:
        said = f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"
        said += " of cpu" if self.of == "cpu ratio" else ""
        return said + (f", ≤ {self.memory:g} MB" if self.memory else "")


@dataclass
class Row:
    """One line of the table; everything in it can be written as JSON."""

    work: str
    ours: float
    unit: str = "s"
    peer: str = ""
    theirs: float | None = None
    ratio: float | None = None
    quartiles: tuple[float, float] | None = None  # of the ratio
    cpu_ratio: float | None = None
    memory: float | None = None  # MB
    peer_memory: float | None = None
    turns: int = 1
    target: str = ""
    holds: bool | None = None  # None where there is no target
    lacks: str = ""  # what the peer does not do
    floor: str = ""  # the unavoidable work, said where the target is missed
    floor_ours: float | None = field(default=None)  # seconds


def timed(work: str, samples: Race, ours: str, peer: str, target: Target | None, lacks: str = "",
          floor: str = "", times: float = 1) -> Row:  # fmt: skip
    """The row of two programs of a race; a third may be the floor. The peer's time counts `times` times.

    A peer that is not installed leaves a row without ratio.
    """
    if peer not in samples:
        own = samples[ours]
        return Row(work, median(s.seconds for s in own), peer=f"{peer}: not installed", turns=len(own),
                   memory=max(s.memory for s in own), target=str(target or ""))  # fmt: skip
    pairs = list(zip(samples[ours], samples[peer], strict=True))
    ratios = [a.seconds / (b.seconds * times) for a, b in pairs]
    low, _middle, high = quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    row = Row(
        work=work,
        ours=median(a.seconds for a, _b in pairs),
        peer=peer if times == 1 else f"{times:g} × {peer}",
        theirs=median(b.seconds for _a, b in pairs) * times,
        ratio=median(ratios),
        quartiles=(low, high),
        cpu_ratio=median(a.cpu / (b.cpu * times) for a, b in pairs),
        memory=max(a.memory for a, _b in pairs),
        peer_memory=max(b.memory for _a, b in pairs),
        turns=len(pairs),
        lacks=lacks,
    )
    judge(row, target)
    if floor and row.holds is False:
        row.floor = floor
        row.floor_ours = median(sample.seconds for sample in samples[floor])
    return row


def alone(work: str, samples: Race, target: Target, *, cpu: bool = False, floor: str = "") -> Row:
    """The row of the program `work` of a race, by its own seconds, with `cpu` by those of the processor."""
    own = samples[work]
    seconds = median(s.cpu if cpu else s.seconds for s in own)
    row = Row(work, seconds, "s CPU" if cpu else "s", memory=max(s.memory for s in own), turns=len(own))
    judge(row, target)
    if floor and row.holds is False:
        row.floor = floor
        row.floor_ours = median(sample.seconds for sample in samples[floor])
    return row


def judge(row: Row, target: Target | None) -> Row:
    """`row` with its target, and whether it holds."""
    if target is None:
        return row
    value = {"ratio": row.ratio, "cpu ratio": row.cpu_ratio, "value": row.ours}[target.of]
    holds = value is not None and (value >= target.bound if target.at_least else value <= target.bound)
    row.target = str(target)
    row.holds = holds and (not target.memory or (row.memory or 0) <= target.memory)
    return row


def table(rows: Sequence[Row]) -> str:
    """`rows` as a Markdown table, below it what the peers leave out and the floors of what was missed."""
    from tabulate import tabulate

    lines = [_line(row) for row in rows]
    titles = ("work", "ours", "beside", "ratio (quartiles)", "cpu ratio", "peak MB (beside)", "target", "holds")
    text = tabulate(lines, titles, tablefmt="pipe", disable_numparse=True)
    lacks = dict.fromkeys(f"- {row.peer}: {row.lacks}." for row in rows if row.lacks)
    floors = [
        f"- {row.work}: {row.floor} takes {_number(row.floor_ours)} s"
        + (f", {row.floor_ours / row.theirs:.2f} × the peer." if row.theirs else ".")
        for row in rows
        if row.floor_ours is not None
    ]
    for title, found in (("What the peers do not do", list(lacks)), ("Floors, where a target is missed", floors)):
        if found:
            text += f"\n\n{title}:\n\n" + "\n".join(found)
    return text


def _line(row: Row) -> list[str]:
    beside = f"{row.peer}: {_number(row.theirs)} {row.unit}" if row.theirs is not None else row.peer
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
    if row.quartiles:
        ratio += f" ({row.quartiles[0]:.2f}–{row.quartiles[1]:.2f}, {row.turns} turns)"
    cpu = f"{row.cpu_ratio:.2f}" if row.cpu_ratio is not None else ""
    memory = f"{row.memory:.0f}" if row.memory else ""
    memory += f" ({row.peer_memory:.0f})" if row.peer_memory else ""
    holds = {True: "yes", False: "**no**", None: ""}[row.holds]
    return [row.work, f"{_number(row.ours)} {row.unit}", beside, ratio, cpu, memory, row.target, holds]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


def from_json(results: dict[str, Any]) -> list[Row]:
    """The rows that `as_json` put into `results`."""
    return [Row(**{**row, "quartiles": row["quartiles"] and tuple(row["quartiles"])}) for row in results["rows"]]


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> dict[str, Any]:
    """What `compare` reads: the circumstances and the rows."""
    return {**about, "rows": [asdict(row) for row in rows]}


def say(text: str) -> None:
    """Tell how far the bench is."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
