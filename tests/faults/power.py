"""What a power failure may leave on the disk: every state that a recorded sequence of disk operations allows.

A file's content is certain once the file was synced; before that it may be the old, the new, cut off, or zeros. A name
in a folder is certain once the folder was synced; before that any subset of what was done to names may have reached the
disk, in whatever order. A rename reaches it as a whole, and is certain once either folder was synced.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

Tree = dict[str, bytes | None]  # path relative to the archive → content, None = a folder
State = frozenset[tuple[str, bytes | None]]  # a tree as a key
DERIVED = (".git/", ".crmkit/lock", ".crmkit/git.running", ".crmkit/index")  # git's own; thrown away when in doubt


@dataclass(frozen=True)
class Operation:
    """One thing done to the disk."""

    what: str  # create, write, sync, mkdir, rename, remove; "saved" is no operation: the run is promised from here on
    path: str = ""
    target: str = ""  # of a rename
    data: bytes = b""  # the whole content after a write


@dataclass
class Recorder:
    """Writes down what this process does to the files of an archive."""

    root: Path
    operations: list[Operation] = field(default_factory=list)
    _open: dict[int, str] = field(default_factory=dict)

    @contextmanager
    def recording(self) -> Iterator["Recorder"]:
        """Record for the length of the block."""
        kept = {name: getattr(os, name) for name in ("open", "write", "fsync", "mkdir", "replace", "unlink")}
        with ExitStack() as stack:
            for name, real in kept.items():
                stack.enter_context(mock.patch.object(os, name, self._recorded(name, real)))
            yield self

    def saved(self) -> None:
        """Note that from here on the run is promised to the user."""
        self.operations.append(Operation("saved"))

    def _recorded(self, name: str, real: Any) -> Any:
        def call(*arguments: Any, **kwargs: Any) -> Any:
            new = name == "open" and arguments[1] & os.O_CREAT and not Path(arguments[0]).exists()
            result = real(*arguments, **kwargs)
            if name == "open":
                self._open[result] = self._place(arguments[0])
                if new:
                    self._note("create", self._open[result])
            elif name == "write":
                path = self._open.get(arguments[0], "")
                self._note("write", path, data=(self.root / path).read_bytes() if path else b"")
            elif name == "fsync":
                self._note("sync", self._open.get(arguments[0], ""))
            else:
                what = {"replace": "rename", "unlink": "remove"}.get(name, name)
                target = self._place(arguments[1]) if name == "replace" else ""
                self._note(what, self._place(arguments[0]), target)
            return result

        return call

    def _place(self, path: Any) -> str:
        place = os.path.relpath(path, self.root)
        return "" if place.startswith(("../", "/", *DERIVED)) else place

    def _note(self, what: str, path: str, target: str = "", data: bytes = b"") -> None:
        if path:
            self.operations.append(Operation(what, path, target, data))


def tree(root: Path) -> Tree:
    """The files and folders of an archive, without what is derived."""
    paths = {str(path.relative_to(root)): path for path in root.rglob("*")}
    return {
        name: None if path.is_dir() else path.read_bytes()
        for name, path in paths.items()
        if not name.startswith(DERIVED)
    }


@dataclass
class _File:
    content: bytes
    certain: bytes  # the content when it was last synced

    def may_hold(self) -> list[bytes]:
        if self.content == self.certain:
            return [self.content]
        return [self.certain, self.content[: len(self.content) // 2], bytes(len(self.content)), self.content]


def states(before: Tree, operations: Sequence[Operation]) -> dict[State, int]:
    """Every tree that a power failure may leave, at any instant of `operations`, and the runs promised by then."""
    files = {path: _File(data, data) for path, data in before.items() if data is not None}
    certain: dict[str, _File | None] = {path: files.get(path) for path in before}
    present = dict(certain)
    pending: list[tuple[Operation, _File | None]] = []  # done to names, not yet certain
    promised = 0
    found = dict.fromkeys(_now(certain, pending), promised)
    for operation in operations:
        what, path = operation.what, operation.path
        if what == "saved":
            promised += 1
        elif what == "write":
            file = present[path]
            assert file is not None
            file.content = operation.data
        elif what == "sync":
            if (file := present.get(path)) is not None:
                file.certain = file.content
            else:
                synced = [p for p in pending if path in _folders(p[0])]
                certain = _applied(certain, synced)
                pending = [p for p in pending if p not in synced and not _overtaken(p[0], synced)]
        else:
            file = _File(b"", b"") if what == "create" else present.get(path)
            pending.append((operation, file))
            present = _applied(present, pending[-1:])
        for state in _now(certain, pending):
            found[state] = max(found.get(state, 0), promised)
    return found


def _overtaken(operation: Operation, synced: list[tuple[Operation, _File | None]]) -> bool:
    """True for what was done to a name before a rename from it, which takes it along to the disk."""
    return any(later.what == "rename" and operation.path == later.path for later, _file in synced)


def _folders(operation: Operation) -> set[str]:
    return {str(Path(name).parent) for name in (operation.path, operation.target) if name}


def _applied(names: dict[str, _File | None], done: list[tuple[Operation, _File | None]]) -> dict[str, _File | None]:
    after = dict(names)
    for operation, file in done:
        if operation.what in ("create", "mkdir"):
            after[operation.path] = file
            continue
        if after.get(operation.path) is file:
            after.pop(operation.path, None)
        if operation.what == "rename":
            after[operation.target] = file
    return after


def _now(certain: dict[str, _File | None], pending: list[tuple[Operation, _File | None]]) -> Iterator[State]:
    for kept in product((False, True), repeat=len(pending)):
        names = _applied(certain, [p for p, keep in zip(pending, kept, strict=True) if keep])
        reached = {
            path: file for path, file in names.items()
            if all(str(folder) in names for folder in list(Path(path).parents)[:-1])
        }  # fmt: skip
        unsure = {id(file): file for file in reached.values() if file is not None and file.content != file.certain}
        for contents in product(*(file.may_hold() for file in unsure.values())):
            held = dict(zip(unsure, contents, strict=True))
            yield frozenset(
                (path, None if file is None else held.get(id(file), file.content)) for path, file in reached.items()
            )
