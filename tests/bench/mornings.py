"""One run of `crmkit daily`, watched from outside: `python mornings.py CRMKIT ARCHIVE TIME [beside]`.

Prints JSON: the seconds of the whole run and its greatest memory, the seconds for which it had the archive to itself
(as /proc/locks tells, twice in a hundredth of a second), and with `beside` what a loop of `lead add` and `lead show`
went through meanwhile: how many commands, the longest, and those that ended with exit 75.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread
from time import perf_counter, sleep

STEP = 0.005  # seconds
BUSY = 75  # the exit code of a command that waited in vain


def held_for(pid: int, lock: Path, done: Event) -> float:
    """The seconds for which a process holds the writers' lock, until `done` is set."""
    inode = f":{lock.stat().st_ino} "
    held, before = 0.0, perf_counter()
    while not done.wait(STEP):
        now = perf_counter()
        lines = Path("/proc/locks").read_text().splitlines()
        if any(inode in line and f" WRITE {pid} " in line and "->" not in line for line in lines):
            held += now - before
        before = now
    return held


def watched(words: list[str], archive: str, env: dict[str, str], beside: bool) -> dict[str, float]:
    """The figures of one run."""
    found: dict[str, float] = {}
    done = Event()
    start = perf_counter()
    process = subprocess.Popen([*words, "-q", "daily"], env=env, stdout=subprocess.DEVNULL)
    lock = Path(archive, ".crmkit", "lock")
    watch = Thread(target=lambda: found.update(held=held_for(process.pid, lock, done)))
    loop = Thread(target=lambda: found.update(_meanwhile(words, env, done)))
    watch.start()
    if beside:
        loop.start()
    _pid, status, usage = os.wait4(process.pid, 0)
    found["whole"] = perf_counter() - start
    found["memory"] = usage.ru_maxrss / 1024
    done.set()
    watch.join()
    if beside:
        loop.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or found.get("failed"):
        raise SystemExit(f"daily: exit {process.returncode}; {found.get('failed', 0):g} commands beside it failed")
    return found


def _meanwhile(words: list[str], env: dict[str, str], done: Event) -> dict[str, float]:
    longest = 0.0
    number = busy = failed = 0
    while not done.is_set():
        phone = f"1669{int(env['CRMKIT_NOW'][8:10]):02}{number:05}"
        for verb in (["add", "--name", "张秀英", "--source", "shop", "--phone", phone], ["show", phone]):
            start = perf_counter()
            ran = subprocess.run([*words, "-q", "lead", *verb], env=env, stdout=subprocess.DEVNULL, check=False)
            longest = max(longest, perf_counter() - start)
            busy += ran.returncode == BUSY
            failed += ran.returncode not in (0, BUSY)
        number += 1
        sleep(STEP)
    return {"commands": 2 * number, "longest": longest, "busy": busy, "failed": failed}


if __name__ == "__main__":
    crmkit, archive, moment, *beside = sys.argv[1:]
    figures = watched([crmkit, "-A", archive], archive, {**os.environ, "CRMKIT_NOW": moment}, bool(beside))
    print(json.dumps(figures))
