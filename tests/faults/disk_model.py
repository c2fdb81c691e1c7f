"""What a power failure may leave on a disk, out of the operations that a program asked for.

The model: the content of a file is sure once the file was fsynced; before that it may be there, be missing, or be
there in part. An entry of a folder is sure once the folder was fsynced; of the operations on entries after that, any
subset may have been done. A rename from one folder to another is one operation, sure once either folder was fsynced.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from typing import Any
from unittest import mock

Tree = dict[str, bytes | None]  # path → content, None for a folder


@dataclass(frozen=True)
class Operation:
    """One request to the disk. `data` is a file's whole content after a write."""

    kind: str  # create write sync rename remove folder sync-folder; or `done`, a note of the program under test
    path: str
    target: str = ""
    data: bytes = b""


@dataclass
class Recorder:
    """Notes what is asked of the disk below `root`, by way of the functions of `os`."""

    root: Path
    operations: list[Operation] = field(default_factory=list)
    _open: dict[int, str] = field(default_factory=dict)

    def done(self, what: str) -> None:
        """Note that the program under test has reported `what` as done."""
        self.operations.append(Operation("done", what))

    @contextmanager
    def recording(self) -> Iterator["Recorder"]:
        """Note everything until the end of the block."""
        with mock.patch.multiple(
            os, open=self._wrap_open(), write=self._wrap_write(), fsync=self._wrap_fsync(),
            replace=self._wrap_replace(), unlink=self._wrap_unlink(), mkdir=self._wrap_mkdir(),
        ):  # fmt: skip
            yield self

    def _name(self, path: Any) -> str:
        place = Path(path).absolute()
        return str(place.relative_to(self.root)) if place.is_relative_to(self.root) else ""

    def _note(self, kind: str, path: Any, target: Any = None, data: bytes = b"") -> None:
        name = self._name(path)
        if name and not name.startswith(".git/") and Path(name).name not in ("lock", "git.running"):
            self.operations.append(Operation(kind, name, self._name(target) if target is not None else "", data))

    def _wrap_open(self) -> Any:
        real = os.open

        def opened(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
            new = bool(flags & os.O_CREAT) and not Path(path).exists()
            descriptor = real(path, flags, mode, **more)
            if new:
                self._note("create", path)
            self._open[descriptor] = str(Path(path).absolute())
            return descriptor

        return opened

    def _wrap_write(self) -> Any:
        real = os.write

        def write(descriptor: int, data: Any) -> int:
            n = int(real(descriptor, data))
            path = self._open.get(descriptor, "")
            self._note("write", path, data=Path(path).read_bytes() if self._name(path) else b"")
            return n

        return write

    def _wrap_fsync(self) -> Any:
        real = os.fsync

        def fsync(descriptor: int) -> None:
            real(descriptor)
            path = Path(self._open[descriptor])
            self._note("sync-folder" if path.is_dir() else "sync", path)

        return fsync

    def _wrap_replace(self) -> Any:
        real = os.replace

        def replace(source: Any, target: Any) -> None:
            real(source, target)
            self._note("rename", source, target)

        return replace

    def _wrap_unlink(self) -> Any:
        real = os.unlink

        def unlink(path: Any) -> None:
            real(path)
            self._note("remove", path)

        return unlink

    def _wrap_mkdir(self) -> Any:
        real = os.mkdir

        def mkdir(path: Any, mode: int = 0o777) -> None:
            real(path, mode)
            self._note("folder", path)

        return mkdir


def tree_of(root: Path) -> Tree:
    """Everything below `root`, git's folder apart."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if not name.startswith(".git/") and name != ".git":
            found[name] = None if path.is_dir() else path.read_bytes()
    return found


def states(before: Tree, operations: list[Operation]) -> Iterator[tuple[Tree, list[str]]]:
    """Every state that a failure after any of the operations may leave, with what had been reported as done by then."""
    for n in range(len(operations) + 1):
        happened = operations[:n]
        done = [o.path for o in happened if o.kind == "done"]
        seen: list[Tree] = []
        for state in _after(before, happened):
            if state not in seen:
                seen.append(state)
                yield state, done


def _after(before: Tree, happened: list[Operation]) -> Iterator[Tree]:
    files, contents, sure = _as_the_program_saw(before, happened)
    unsure = [i for i, o in enumerate(happened) if _is_entry(o) and not _made_sure(o, happened[i + 1 :])]
    for n in range(len(unsure) + 1):
        for lost in combinations(unsure, n):
            names = _names(before, happened, files, set(lost))
            dirty = sorted({f for f in names.values() if f is not None and contents[f] != sure[f]})
            for fates in product(range(3), repeat=len(dirty)):
                left = dict(contents)
                for number, fate in zip(dirty, fates, strict=True):
                    whole = contents[number]
                    left[number] = (whole, sure[number], whole[: len(whole) // 2])[fate]
                yield {path: None if number is None else left[number] for path, number in names.items()}


def _as_the_program_saw(
    before: Tree, happened: list[Operation]
) -> tuple[dict[int, int], dict[int, bytes], dict[int, bytes]]:  # fmt: skip
    """The file that each operation is about, by number; the content of each file; and as much of it as is sure."""
    numbers = {path: n for n, path in enumerate(path for path, data in before.items() if data is not None)}
    contents = {n: before[path] or b"" for path, n in numbers.items()}
    sure = dict(contents)
    files: dict[int, int] = {}
    for i, o in enumerate(happened):
        if o.kind == "create":
            numbers[o.path] = len(contents)
            contents[numbers[o.path]] = sure[numbers[o.path]] = b""
        if o.path not in numbers:
            continue
        files[i] = numbers[o.path]
        if o.kind == "write":
            contents[files[i]] = o.data
        elif o.kind == "sync":
            sure[files[i]] = contents[files[i]]
        elif o.kind == "rename":
            numbers[o.target] = numbers.pop(o.path)
        elif o.kind == "remove":
            del numbers[o.path]
    return files, contents, sure


def _names(before: Tree, happened: list[Operation], files: dict[int, int], lost: set[int]) -> dict[str, int | None]:
    """The entries of all folders where the operations `lost` were not made."""
    numbers = {path: n for n, path in enumerate(path for path, data in before.items() if data is not None)}
    names: dict[str, int | None] = {path: numbers.get(path) for path in before}
    for i, o in enumerate(happened):
        if i in lost:
            continue
        if o.kind == "folder":
            names[o.path] = None
        elif o.kind == "create":
            names[o.path] = files[i]
        elif o.kind == "rename":
            names.pop(o.path, None)
            names[o.target] = files[i]
        elif o.kind == "remove":
            names.pop(o.path, None)
    return {path: number for path, number in names.items() if _reachable(path, names)}


def _reachable(path: str, names: dict[str, Any]) -> bool:
    return all(str(folder) in names for folder in Path(path).parents if str(folder) != ".")


def _is_entry(operation: Operation) -> bool:
    return operation.kind in ("create", "rename", "remove", "folder")


def _made_sure(operation: Operation, later: list[Operation]) -> bool:
    folders = {str(Path(name).parent) for name in (operation.path, operation.target) if name}
    return any(o.kind == "sync-folder" and o.path in folders for o in later)
