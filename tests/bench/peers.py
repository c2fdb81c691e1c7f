"""What a user would write instead, as programs of their own: `python peers.py NAME ARGUMENT...`."""

import json
import marshal
import sys
from collections import Counter
from pathlib import Path


def flatten(lines: str) -> None:
    """Give each record in a file of JSON lines its first number as `phone`, for tools that want one to a column."""
    path = Path(lines)
    whole = path.with_suffix(".flat")
    with path.open(encoding="utf-8") as source, whole.open("w", encoding="utf-8") as target:
        for line in source:
            record = json.loads(line)
            if "phones" in record:
                record["phone"] = record["phones"][0]["e164"] if record["phones"] else ""
            target.write(json.dumps(record, ensure_ascii=False) + "\n")
    whole.replace(path)


def own_phones(lines: str, count: str) -> None:
    """Print the numbers that one record each has, `count` of them, spread evenly over the file."""
    with Path(lines).open(encoding="utf-8") as source:
        phones = Counter(json.loads(line)["phone"] for line in source)
    own = [phone for phone, held in phones.items() if phone and held == 1]
    print("\n".join(own[:: max(1, len(own) // int(count))]))


def json_load(archive: str) -> None:
    """Read every shard once."""
    for path in Path(archive).glob("*/*.json"):
        with path.open(encoding="utf-8") as file:
            json.load(file)


def openpyxl_read(book: str) -> None:
    """Go over every cell of a workbook."""
    from openpyxl import load_workbook

    for _row in load_workbook(book, read_only=True).active.values:
        pass


def openpyxl_write(cells: str, book: str) -> None:
    """Write a workbook of the same cells, without styles."""
    from openpyxl import Workbook

    made = Workbook(write_only=True)
    for name, rows in marshal.loads(Path(cells).read_bytes()).items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(book)


def cells_of(book: str, cells: str) -> None:
    """The cells of a workbook, for `openpyxl_write`."""
    from python_calamine import CalamineWorkbook

    made = CalamineWorkbook.from_path(book)
    plain = {
        name: [
            [v if isinstance(v, int | float) else str(v) or None for v in row]
            for row in made.get_sheet_by_name(name).to_python()
        ]
        for name in made.sheet_names
    }
    Path(cells).write_bytes(marshal.dumps(plain))


def tinydb_make(lines: str, database: str) -> None:
    """A stock TinyDB database of the records in a file of JSON lines."""
    from tinydb import TinyDB

    with Path(lines).open(encoding="utf-8") as file:
        TinyDB(database).insert_multiple(map(json.loads, file))


def tinydb_find(database: str, phone: str) -> None:
    """The records with a telephone number."""
    from tinydb import TinyDB, where

    print(TinyDB(database).search(where("phone") == phone))


def tinydb_insert(database: str, phone: str) -> None:
    """One more record."""
    from tinydb import TinyDB

    TinyDB(database).insert({"id": phone, "name": "张秀英", "phone": phone})


def recfile(lines: str, target: str) -> None:
    """The same records as a recutils file."""
    with Path(lines).open(encoding="utf-8") as source, Path(target).open("w", encoding="utf-8") as file:
        file.write("%rec: Lead\n%key: Id\n\n")
        for line in source:
            record = json.loads(line)
            file.write(
                "".join(f"{key.capitalize()}: {value}\n" for key, value in record.items() if isinstance(value, str))
                + "\n"
            )


def shards_of(archive: str, *identifiers: str) -> None:
    """Print the paths of the shards that hold some records."""
    wanted = {f'"{identifier}": {{' for identifier in identifiers}
    for path in Path(archive).glob("*/*-*.json"):
        text = path.read_text("utf-8")
        if any(word in text for word in wanted):
            print(path)


ALL = (
    flatten, own_phones, json_load, openpyxl_read, openpyxl_write, cells_of, tinydb_make, tinydb_find, tinydb_insert,
    recfile, shards_of,
)  # fmt: skip
PROGRAMS = {function.__name__: function for function in ALL}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
