"""The sheets to import: seeded leads as an outreach team hands them in, the same rows as CSV and as a workbook.

python -m tests.bench.sheets FOLDER ROWS
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from tests.bench.leads import leads

TITLES = ("编号", "姓名", "联系电话", "家庭住址", "生日", "性别", "邮箱", "微信", "工作单位", "备注", "日期")
SEXES = {"female": "女", "male": "男", "": ""}


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """`count` rows; the id is theirs, for later updates."""
    for lead in leads(count, seed=7):
        person = lead.customer
        phones = " ".join(phone.raw for phone in person.phones)
        yield (
            person.external_id,
            person.name,
            phones,
            person.address,
            person.birthday,
            SEXES[person.sex],
            person.email,
            person.wechat,
            person.employer,
            "; ".join(person.notes),
            "2026-11-20",
        )


def write(folder: Path, count: int) -> None:
    """`leads.csv` and `leads.xlsx` in `folder`."""
    book = Workbook(write_only=True)
    page = book.create_sheet("leads")
    page.append(TITLES)
    with (folder / "leads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for row in rows(count):
            writer.writerow(row)
            page.append(row)
    book.save(folder / "leads.xlsx")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
