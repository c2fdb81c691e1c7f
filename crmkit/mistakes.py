"""What crmkit does when it makes a mistake itself: an exception that no rule raises to refuse something.

It names the command and the record, and writes a report for whoever looks after crmkit, which holds no personal data.
A command that only reads is run again without that record, as long as nothing of its answer was printed: one file that
a rule stumbles over must not keep a whole office from its list of the day.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from crmkit import __version__

MOST = 8  # records that a reader goes on without; where there are more, it is not the record's fault
LIBRARIES = ("msgspec", "openpyxl", "python-calamine", "tinydb", "typer")

left_out: set[str] = set()  # ids of the records that this command goes on without
_doing: set[str] = set()  # of "reading", "writing", "printing", what the command has begun


def forget() -> None:
    """A command begins."""
    left_out.clear()
    _doing.clear()


def begins(what: str) -> None:
    """Note that the command begins to be "reading" or "writing" an archive, or "printing" its answer."""
    _doing.add(what)


def is_left_out(record: Any) -> bool:
    """Whether `record` is left out, or belongs to a customer who is."""
    return record.id in left_out or getattr(record, "customer", "") in left_out


def may_go_on(problem: Exception) -> bool:
    """Whether to run the command again without the record at which `problem` arose, which from now on is left out."""
    if _doing != {"reading"} or len(left_out) == MOST:
        return False
    found = next((i for i in _records(problem.__traceback__) if i not in left_out), "")
    left_out.update(filter(None, [found]))
    return bool(found)


def record_of(problem: Exception) -> str:
    """The id of the record at which `problem` arose, "" where that is not known."""
    return next(_records(problem.__traceback__), "")


def _records(trace: TracebackType | None) -> Iterator[str]:
    """The ids of the records that were being worked on, from the innermost function outwards."""
    import msgspec

    from crmkit.records.base import ID_PATTERN

    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    for frame in reversed(frames):
        for value in frame.f_locals.values():
            parts = [value]
            if isinstance(value, msgspec.Struct | tuple):
                parts += [getattr(value, name, None) for name in ("id", "customer")]
            for part in parts:
                identifier = getattr(part, "id", None) if isinstance(part, msgspec.Struct) else part
                if isinstance(identifier, str) and ID_PATTERN.match(identifier):
                    yield identifier


def write_report(problem: Exception, command: str, options: Sequence[str]) -> Path | None:
    """The file that says what happened where; None where it cannot be written.

    It holds types, places in the code and names of options: no value, no text of an exception, no id, no path. One
    mistake has one file, however often it is made.
    """
    import hashlib
    import json
    import platform
    from importlib.metadata import version

    from crmkit.records.base import ID_TAIL

    causes = []
    cause: BaseException | None = problem
    while cause is not None:
        causes.append({"type": type(cause).__name__, "at": list(_places(cause.__traceback__))})
        cause = cause.__cause__ or cause.__context__
    report = {
        "crmkit": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "libraries": {name: version(name) for name in LIBRARIES},
        "command": command,
        "options": list(options),
        "record": record_of(problem)[:-ID_TAIL],  # the letters of its kind
        "mistakes": causes,
    }
    text = json.dumps(report, indent=2) + "\n"
    path = state_folder() / f"mistake-{hashlib.sha256(text.encode()).hexdigest()[:8]}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return path


def _places(trace: TracebackType | None) -> Iterator[str]:
    """Where in which modules the exception came through, outermost first."""
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next


def state_folder() -> Path:
    """`$XDG_STATE_HOME/crmkit`, by default below `~/.local/state`: never within an archive, whose history is shared."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path(os.environ.get("HOME") or "/") / ".local" / "state")
    return Path(base) / "crmkit"


def command_of(arguments: Sequence[str], root: Any) -> tuple[str, list[str]]:
    """The noun and verb that were typed, and the names of their options; nothing else that was typed."""
    words = [word for word in arguments if not word.startswith("-")]
    names: list[str] = []
    known = list(root.params)
    group = root
    for word in words:
        found = group.get_command(None, word) if hasattr(group, "get_command") else None
        if found is not None:
            names.append(word)
            known += found.params
            group = found
    typed = [word.partition("=")[0] if word.startswith("--") else word[:2] for word in arguments if word[:1] == "-"]
    own = {option for param in known for option in (*param.opts, *param.secondary_opts)}
    return " ".join(names), [option for option in typed if option in own]
