"""The least that each work can take: programs of about ten lines that do only what cannot be left out.

`python floors.py NAME ARGUMENT...`. They check nothing, keep no journal and would lose data in a crash.
"""

import json
import sys
from pathlib import Path


def start() -> None:
    """A command line parsed by typer, and nothing done."""
    import typer

    app = typer.Typer(add_completion=False)
    app.command()(lambda: None)
    app([], standalone_mode=False)


def change(archive: str, shard: str) -> None:
    """One record more in a shard, durable, and a commit of it."""
    import subprocess

    path = Path(archive, shard)
    tables = json.loads(path.read_bytes())
    records = next(iter(tables.values()))
    records[f"Z{len(records):07}"] = dict(next(iter(records.values())))
    data = _durable(path, tables)
    commit = f"commit refs/heads/main\ncommitter x <x> {len(records)} +0000\ndata 0\nfrom refs/heads/main^0\n"
    stream = f"{commit}M 100644 inline {shard}\ndata {len(data)}\n".encode() + data
    subprocess.run(["git", "-C", archive, "-c", "core.fsync=all", "fast-import", "--quiet"], input=stream, check=True)


def read(*shards: str) -> None:
    """The records of some shards, decoded by msgspec."""
    import msgspec

    for shard in shards:
        msgspec.json.decode(Path(shard).read_bytes())


def print_all(archive: str) -> None:
    """Every customer on a line, decoded and encoded by msgspec."""
    import msgspec

    for path in sorted(Path(archive, "customers").iterdir()):
        for record in msgspec.json.decode(path.read_bytes())["customers"].values():
            sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")


def store(sheet: str, archive: str) -> None:
    """The rows of a sheet as JSON in parts of 500, durable, with an index of two keys and a commit of all."""
    import sqlite3
    import subprocess

    rows = _rows(sheet)
    db = sqlite3.connect(f"{archive}/index.sqlite")
    db.execute("create table keys (key text, id text, primary key (key, id)) without rowid")
    stream = [b"commit refs/heads/main\ncommitter x <x> 0 +0000\ndata 0\n"]
    for start in range(0, len(rows), 500):
        part = {row[0]: dict(enumerate(row)) for row in rows[start : start + 500]}
        data = _durable(Path(archive, f"{start}.json"), {"customers": part})
        keys = [(key, identifier) for identifier, row in part.items() for key in (row[0], row[2])]
        db.executemany("insert or ignore into keys values (?, ?)", keys)
        stream += [f"M 100644 inline {start}.json\ndata {len(data)}\n".encode(), data, b"\n"]
    db.commit()
    subprocess.run(["git", "-C", archive, "init", "-q"], check=True)
    subprocess.run(["git", "-C", archive, "fast-import", "--quiet"], input=b"".join(stream), check=True)


def _rows(sheet: str) -> list[list[str]]:
    if sheet.endswith(".csv"):
        import csv

        with Path(sheet).open(encoding="utf-8") as file:
            return list(csv.reader(file))[1:]
    from python_calamine import load_workbook

    return load_workbook(sheet).get_sheet_by_index(0).to_python()[1:]


def _durable(path: Path, tables: dict[str, object]) -> bytes:
    import os

    data = json.dumps(tables, ensure_ascii=False, indent=2, sort_keys=True).encode()
    with path.with_suffix(".new").open("wb") as file:
        file.write(data)
        os.fsync(file.fileno())
    path.with_suffix(".new").replace(path)
    return data


def index(archive: str) -> None:
    """Every shard decoded, each record's id and telephone numbers put into a new SQLite table."""
    import sqlite3

    import msgspec

    db = sqlite3.connect(f"{archive}/../floor.sqlite")
    db.execute("drop table if exists keys")
    db.execute("create table keys (key text, id text, primary key (key, id)) without rowid")
    keys = []
    for path in Path(archive).glob("*/*-*.json"):
        for identifier, record in next(iter(msgspec.json.decode(path.read_bytes()).values())).items():
            keys += [(key, identifier) for key in (identifier, *(phone["e164"] for phone in record.get("phones", ())))]
    db.executemany("insert or ignore into keys values (?, ?)", sorted(keys))
    db.commit()


def verify(archive: str) -> None:
    """Every shard decoded, and its SHA-1 as git has it."""
    import hashlib

    import msgspec

    for path in Path(archive).glob("*/*.json"):
        data = path.read_bytes()
        hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        msgspec.json.decode(data)


def group(archive: str) -> None:
    """Every customer decoded and put with those of the same number, and of the same name and birth date."""
    from collections import defaultdict

    import msgspec

    groups = defaultdict(list)
    for path in Path(archive, "customers").iterdir():
        for identifier, record in msgspec.json.decode(path.read_bytes())["customers"].items():
            for key in (
                *(phone["e164"] for phone in record.get("phones", ())),
                record["name"] + record.get("birthday", ""),
            ):
                groups[key].append(identifier)


def past(archive: str, revision: str) -> None:
    """Every file of a commit, as git gives it."""
    import subprocess

    subprocess.run(["git", "-C", archive, "archive", revision], stdout=subprocess.DEVNULL, check=True)


def log(archive: str, shard: str) -> None:
    """The commits that changed a shard."""
    import subprocess

    subprocess.run(["git", "-C", archive, "log", "--format=%H", "main", "--", shard], check=True)


FLOORS = (start, change, read, print_all, store, index, verify, group, past, log)
PROGRAMS = {function.__name__: function for function in FLOORS}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
