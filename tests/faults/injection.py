"""Faults put into a running command: a kill or an error at one system call of it, or of a git it calls, by strace.

strace counts calls for each process by itself, so a call is named by its process, its name and its number there. The
git that is meant is found by a stand-in on PATH, which counts how often it was called.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Ran, Shell
from tests.faults.jobs import Prepared

STRACE = shutil.which("strace")
GIT = shutil.which("git") or "git"
SECONDS = 120  # a command under strace takes two
CALLS = (
    "openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2", "link",
    "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "flock", "chmod", "close",
)  # fmt: skip
CALLED = re.compile(r"(?:(\d+) +)?(\w+)\((.*)")
CWD = re.compile(r"AT_FDCWD<[^>]*>")
KILL = "signal=KILL"


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and where. With none of these nothing goes wrong."""

    git: int = 0  # the call is one of the n-th git that the command starts, 0 = of crmkit itself
    call: str = ""  # the system call
    number: int = 0  # the how manieth of that process
    does: str = KILL  # what strace injects
    from_then_on: bool = False  # every later call as well
    together: bool = False  # crmkit dies with its git
    blocks: int = -1  # no file may grow larger than so many blocks of 512 bytes

    @property
    def inject(self) -> list[str]:
        """The options of strace."""
        when = f"{self.number}{'+' if self.from_then_on else ''}"
        return ["-e", f"trace={self.call}", "-e", f"inject={self.call}:{self.does}:when={when}"]


def run(prepared: Prepared, shell: Shell, fault: Fault) -> Ran:
    """Run the prepared command with `fault`; the exit code is negative, or 128 and more, where it was killed."""
    command = [sys.executable, "-m", "crmkit", *prepared.arguments]
    env = {**shell.env, "CRMKIT_DEBUG": "", "PYTHONHASHSEED": "0"}
    if fault.git:
        env["PATH"] = f"{_stand_in(shell.home, fault)}:{env['PATH']}"
    elif fault.call:
        command = [str(STRACE), "-o", "/dev/null", *fault.inject, *command]
    elif fault.blocks >= 0:
        command = ["sh", "-c", 'ulimit -f "$0" && exec "$@"', str(fault.blocks), *command]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, env=env, cwd=shell.home, timeout=SECONDS
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def system_calls(prepared: Prepared, folder: Path, *, reads: bool = False) -> list[Fault]:
    """A kill at every write-side system call that the command, or a git it calls, makes on the archive or its remote.

    With `reads` also where crmkit itself opens a file there to read it.
    """
    shell = prepared.copied(folder)
    bin_ = _stand_in(shell.home, Fault())
    subprocess.run(
        [str(STRACE), "-y", "-o", shell.home / "trace.0", "-e", f"trace={','.join(CALLS)}",
         sys.executable, "-m", "crmkit", *prepared.arguments],
        stdin=subprocess.DEVNULL, capture_output=True, check=True, cwd=shell.home, timeout=SECONDS,
        env={**shell.env, "PYTHONHASHSEED": "0", "PATH": f"{bin_}:{shell.env['PATH']}"},
    )  # fmt: skip
    found = []
    for trace in sorted(shell.home.glob("trace.*"), key=lambda path: int(path.suffix[1:])):
        number = int(trace.suffix[1:])
        calls = _calls(trace, (shell.home / "archive", shell.home / "shared.git"), reads=reads and number == 0)
        found += [Fault(git=number, call=call, number=nth) for call, nth in dict.fromkeys(calls)]
    shutil.rmtree(folder)
    return found


def _calls(trace: Path, places: Sequence[Path], *, reads: bool) -> Iterator[tuple[str, int]]:
    """The name and number of every call that changes something at one of `places`, with `reads` of every opening."""
    numbers: Counter[tuple[str, str]] = Counter()
    writable = set()
    for line in trace.read_text("utf-8", "replace").splitlines():
        called = CALLED.match(line)
        if called is None:
            continue
        process, call, rest = called[1] or "", called[2], CWD.sub("", called[3])
        numbers[process, call] += 1
        descriptor = process, rest.rpartition("= ")[2] if call == "openat" else rest.partition(")")[0]
        if call == "openat" and re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest):
            writable.add(descriptor)
        matters = reads if call == "openat" else call != "close"
        if (matters or descriptor in writable) and any(str(place) in rest for place in places):
            yield call, numbers[process, call]


def _stand_in(home: Path, fault: Fault) -> Path:
    """A folder with a git that does what git does, but for `fault`; without one it writes down every call it makes."""
    folder = home / "bin"
    folder.mkdir()
    count = shlex.quote(str(home / "gits"))
    real = f'{shlex.quote(GIT)} "$@"'
    script = f"#!/bin/sh\necho >> {count}\nn=$(wc -l < {count})\n"
    if not fault.call:
        script += f"exec {STRACE} -f -y -o {shlex.quote(str(home))}/trace.$n -e trace={','.join(CALLS)} {real}\n"
    else:
        script += f"[ $n = {fault.git} ] || exec {real}\n"
        strace = f"{STRACE} -f -o /dev/null {shlex.join(fault.inject)} {real}"
        script += f"{strace}\n[ $? = 0 ] || kill -KILL $PPID\n" if fault.together else f"exec {strace}\n"
    (folder / "git").write_text(script, "utf-8")
    (folder / "git").chmod(0o755)
    return folder
