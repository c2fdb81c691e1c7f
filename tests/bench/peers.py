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


def spread(lines: str, count: str, field: str = "") -> None:
    """Print `count` ids spread evenly over a file of them, or of JSON lines in which `field` is neither 0 nor empty."""
    with Path(lines).open(encoding="utf-8") as source:
        found = [line.rstrip() for line in source]
    if field:
        records = map(json.loads, found)
        found = [record["id"] for record in records if record.get(field)]
    print("\n".join(found[:: max(1, len(found) // int(count))][: int(count)]))


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


def plain_import(sheet: str, database: str) -> None:
    """What twenty lines do: one header, numbers by phonenumbers, a table with an index; who is there is updated."""
    import csv
    import sqlite3

    import phonenumbers

    db = sqlite3.connect(database)
    db.execute("create table if not exists leads (phone text primary key, name, address, birthday, sex, wechat, notes)")
    with Path(sheet).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                number = phonenumbers.parse(row["联系电话"].split(" ")[0], "CN")
            except phonenumbers.NumberParseException:
                continue
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            about = (row[title].strip() for title in ("姓名", "家庭住址", "生日", "性别", "微信", "备注"))
            db.execute("insert or replace into leads values (?, ?, ?, ?, ?, ?, ?)", (phone, *about))
    db.commit()


def few_rows(sheet: str, first: str, count: str) -> None:
    """A sheet of `count` people whom nobody knows yet, numbered from `first`."""
    import csv

    with Path(sheet).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("姓名", "联系电话", "家庭住址", "生日", "性别", "微信", "备注"))
        for number in range(int(first), int(first) + int(count)):
            name = "赵钱孙李周吴郑王"[number % 8] + "秀国"[number % 2] + "英强兰庆"[number % 4]
            address = f"青年路{number}号院1号楼"
            writer.writerow((name, f"167{number:08}", address, "1953-01-02", "女", f"wx_{number}", "下午打电话"))


def shards_of(archive: str, *identifiers: str) -> None:
    """Print the paths of the shards that hold some records."""
    wanted = {f'"{identifier}": {{' for identifier in identifiers}
    for path in Path(archive).glob("*/*-*.json"):
        text = path.read_text("utf-8")
        if any(word in text for word in wanted):
            print(path)


ALL = (
    flatten, own_phones, spread, json_load, openpyxl_read, openpyxl_write, cells_of, tinydb_make, tinydb_find,
    tinydb_insert, recfile, plain_import, few_rows, shards_of,
)  # fmt: skip
PROGRAMS = {function.__name__: function for function in ALL}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
