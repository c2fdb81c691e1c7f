"""Any folder of foreign files through `lead import -n`, in both languages, under limits of memory and time.

Whatever the files are, each run ends with exit code 0, 1, 2 or 5, a refusal is one sentence in the language of the
user, and no library speaks.

python -m tests.corpora DIR
"""

import contextlib
import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from crmkit import cli

MEMORY = 6 << 30  # bytes of address space; the reader of a workbook has a limit of its own
SECONDS = 150  # of the processor and of the clock
CODES = (0, 1, 2, 5)
LOADED = ("crmkit.commands.lead_import", "crmkit.sheets.read.workbooks", "python_calamine")
LANGUAGES = ("en", "zh")
ERROR, HINT = {"en": "error: ", "zh": "错误："}, {"en": "hint: ", "zh": "提示："}
NOT_OURS = ("Traceback", "panicked", "RUST_BACKTRACE", "memory allocation of", "mistake in crmkit", "crmkit 程序出错")
WORDS = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){2,}")
SHEET = re.compile(r"工作表 [^：]*")  # a sheet's name may be in any language


class Run(NamedTuple):
    """How an import ended."""

    code: int  # below 0: the number of the signal
    out: str
    err: str


class Outcome(NamedTuple):
    """What became of a file, and what is wrong with that; `fault` is "" where nothing is."""

    file: str
    code: int
    said: str
    fault: str


def imported(file: Path, lang: str) -> Run:
    """`crmkit --lang LANG lead import -n FILE`."""
    return _run(["--lang", lang, "lead", "import", "-n", "--source", "outreach", "--", str(file)])


def _run(arguments: list[str]) -> Run:
    """`crmkit ARGUMENTS` in a forked process with limits."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            code = 70
            try:
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
                for number, target in enumerate((os.open(os.devnull, os.O_RDONLY), out.fileno(), err.fileno())):
                    os.dup2(target, number)
                cli.main(arguments)
            except SystemExit as ended:
                code = int(ended.code or 0)
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                with contextlib.suppress(Exception):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)
        code = _ended(child)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
        return Run(code, *texts)


def _ended(child: int) -> int:
    """The exit code of a process, which is given SECONDS."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def fault(file: str, runs: dict[str, Run]) -> str:
    """What is wrong with how a file ended in each language; "" where nothing is."""
    for lang, run in runs.items():
        if run.code not in CODES:
            return f"{lang}: exit {run.code}"
        for words in NOT_OURS:
            if words in run.err:
                return f"{lang}: {words}"
        lines = run.err.splitlines()
        errors = [line for line in lines if line.startswith(ERROR[lang])]
        hints = [line for line in lines if line.startswith(HINT[lang])]
        if len(errors) != (run.code != 0) or len(hints) > 1:
            return f"{lang}: {len(errors)} errors and {len(hints)} hints with exit {run.code}"
    if len({run.code for run in runs.values()}) > 1:
        return f"exit {' and '.join(str(run.code) for run in runs.values())}"
    if "en" in runs and "zh" in runs:
        english = runs["en"].err.replace(file, "")
        for line in runs["zh"].err.replace(file, "").splitlines():
            if line.startswith((ERROR["zh"], HINT["zh"])):
                for words in WORDS.findall(SHEET.sub("", line)):
                    if words in english:
                        return f"zh: {words}"
    return ""


def sweep(folder: Path, run: Callable[[Path, str], Run] = imported, jobs: int = 1) -> Iterator[Outcome]:
    """The outcome of every file below `folder`."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if jobs == 1:
        yield from (_outcome(file, run) for file in files)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_imported_outcome, files, chunksize=4)


def _imported_outcome(file: Path) -> Outcome:
    return _outcome(file, imported)


def _outcome(file: Path, run: Callable[[Path, str], Run]) -> Outcome:
    runs = {lang: run(file, lang) for lang in LANGUAGES}
    english = runs["en"]
    said = next((line for line in english.err.splitlines() if line.startswith(ERROR["en"])), "")
    said = said.removeprefix(ERROR["en"]).replace(str(file), "FILE")
    return Outcome(str(file), english.code, said, fault(str(file), runs))


def table(outcomes: list[Outcome]) -> str:
    """How many files of each kind ended in each way, and the commonest sentences."""
    kinds = sorted({_kind(one) for one in outcomes})
    codes = sorted({one.code for one in outcomes})
    counts = Counter((_kind(one), one.code) for one in outcomes)
    rows = [[kind, *(counts[kind, code] for code in codes)] for kind in kinds]
    said = Counter(_shape(one.said) for one in outcomes if one.said).most_common(25)
    ended = tabulate(rows, ["kind", *(f"exit {code}" for code in codes)], disable_numparse=True)
    return ended + "\n\n" + tabulate([(n, words) for words, n in said], ["files", "sentence"], disable_numparse=True)


def _shape(sentence: str) -> str:
    """A sentence without the sheet and the numbers it names."""
    return re.sub(r"[0-9]+", "N", re.sub(r", .*?: ", ", …: ", sentence, count=1))[:140]


def _kind(outcome: Outcome) -> str:
    return Path(outcome.file).suffix.lower() or "(none)"


def main(folder: str) -> int:
    """Sweep `folder`, print the table and what is broken; 1 where anything is."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"HOME": home, "CRMKIT_ARCHIVE": f"{home}/archive", "CRMKIT_DEBUG": ""}
        options = ["--name", "T", "--branch", "BJ", "--operator", "LN", "--area", "010"]
        made = _run(["-q", "init", f"{home}/archive", *options])
        if made.code:
            sys.exit(made.err)
        for module in LOADED:  # once, not in every process
            import_module(module)
        outcomes = list(sweep(Path(folder), jobs=int(os.environ.get("CRMKIT_TEST_JOBS", "2"))))
    print(table(outcomes))
    broken = [one for one in outcomes if one.fault]
    for one in broken:
        print(f"broken: {one.file}: {one.fault}")
    print(f"{len(outcomes)} files, {len(broken)} broken")
    return 1 if broken or not outcomes else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: sh tests/run.sh corpora DIR")
    sys.exit(main(sys.argv[1]))
