"""Write `examples/sheets`: four sheets as operators keep them, and what must become of each row.

`python -m tests.make_sheets` writes them anew. The people are made up; the same seed gives the same sheets.
"""

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

FOLDER = Path(__file__).parents[1] / "examples" / "sheets"
SOURCES = {
    "outreach.xlsx": "outreach", "radio.csv": "media-radio", "shop.xlsx": "shop", "referrals.csv": "referral",
}  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
GIVEN = (
    "秀英",
    "桂兰",
    "淑珍",
    "玉芬",
    "凤琴",
    "建华",
    "国强",
    "志明",
    "德福",
    "永贵",
    "文彬",
    "立民",
    "春燕",
    "素芳",
    "月华",
)
STREETS = ("幸福里", "柳荫街", "工人新村", "青松路", "花园东街")
HABITS = ("太极拳", "合唱", "书法", "养花", "下棋")


class Maker:
    """Makes up people, and writes a phone number in one of the many ways in which people write it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = [surname + given for surname in SURNAMES for given in GIVEN]
        self.random.shuffle(self.names)
        self.numbers: set[str] = set()
        self.expected: dict[str, list[dict[str, str]]] = {name: [] for name in SOURCES}

    def person(self) -> dict[str, object]:
        name = self.names.pop()
        return {
            "name": name,
            "sex": self.random.choice("男女"),
            "age": self.random.randint(52, 84),
            "phone": self.number(),
            "address": f"{self.random.choice(STREETS)}{self.random.randint(1, 40)}号楼{self.random.randint(101, 1808)}",
            "habit": self.random.choice(HABITS),
        }

    def number(self) -> str:
        while True:
            number = (
                self.random.choice(["135", "138", "139", "150", "158", "186"]) + f"{self.random.randrange(10**8):08}"
            )
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def spelt(self, number: str) -> object:
        ways = [
            lambda: number,
            lambda: int(number),
            lambda: f" {number[:3]}-{number[3:7]}-{number[7:]}",
            lambda: f"{number[:3]} {number[3:7]} {number[7:]}",
            lambda: "+86" + number,
            lambda: "0" + number,
            lambda: number.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)}),
            lambda: f"手机:{number}",
        ]
        return self.random.choice(ways)()

    def becomes(self, file: str, name: object, outcome: str, sheet: str = "") -> None:
        self.expected[file].append({"sheet": sheet, "name": str(name), "outcome": outcome})


def outreach(maker: Maker) -> tuple[Workbook, list[dict[str, object]]]:
    """A sheet for each site: titles cell by cell, a header of two rows, a total and a signature below."""
    book, people = Workbook(), []
    book.remove(book.active)
    sites = [("滨河广场", "李娜", date(2026, 11, 10)), ("柳荫社区", "王强", date(2026, 11, 12))]
    for site, collector, day in sites:
        sheet = book.create_sheet(site)
        sheet.append(["科普活动顾客登记"])
        sheet.merge_cells("A1:H1")
        sheet.append(["科普点", site, None, "收集人", collector, None, "日期", f"{day:%Y.%m.%d}"])
        sheet.append(["序号", "姓名", "性别", "年龄", "联系方式", None, "家庭住址", "爱好"])
        sheet.append([None, None, None, None, "手机", "座机", None, None])
        sheet.merge_cells("E3:F3")
        for column in "ABCDGH":
            sheet.merge_cells(f"{column}3:{column}4")
        for number in range(1, 31):
            known = people[number] if number in (7, 19) and people and site == "柳荫社区" else None
            someone = known or maker.person()
            phone, landline, outcome = maker.spelt(str(someone["phone"])), None, "repeat" if known else "added"
            name = someone["name"]
            if number == 11:
                name, outcome = maker.names.pop(), "shared"
                phone = maker.spelt(str(people[-1]["phone"]))
            elif number == 15:
                phone, outcome = str(someone["phone"])[:10], "rejected"
            elif number == 23:
                phone, landline = None, f"010-6{maker.random.randrange(10**7):07}"
            elif number == 27:
                phone, outcome = "不方便", "rejected"
            age = maker.random.choice([someone["age"], f"{someone['age']}岁左右", f"约{someone['age']}"])
            sheet.append([number, name, someone["sex"], age, phone, landline, someone["address"], someone["habit"]])
            maker.becomes("outreach.xlsx", name, outcome, site)
            if outcome == "added" and phone is not None:
                people.append(someone)
            if number == 20:
                sheet.append([])
        sheet.append([None, "合计", None, None, "30人"])
        sheet.append(["填表人:" + collector, None, None, None, None, None, "审核:"])
    return book, people


def radio(maker: Maker, people: list[dict[str, object]]) -> bytes:
    """Calls after a programme: GB18030, the day and the time in two columns, courtesy names."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(["来电日期", "时刻", "来电人", "来电号码", "节目", "咨询内容"])
    for number in range(25):
        known = people[number] if number in (4, 13) else None
        someone = known or maker.person()
        day = date(2026, 11, 2) + timedelta(days=number // 2)
        name = f"{str(someone['name'])[0]}{'大爷' if someone['sex'] == '男' else '阿姨'}" if known else someone["name"]
        spelt = f"{day.month}月{day.day}日"
        lines.writerow(
            [
                spelt,
                f"{9 + number % 9}:{number + 10}",
                name,
                maker.spelt(str(someone["phone"])),
                "夕阳正红",
                "睡眠,饮食",
            ]
        )
        maker.becomes("radio.csv", name, "repeat" if known else "added")
    return text.getvalue().encode("gb18030")


def shop(maker: Maker, people: list[dict[str, object]]) -> Workbook:
    """The shop's own list: no titles, an English header with the Chinese one, real dates, purchases."""
    book = Workbook()
    sheet = book.active
    sheet.title = "门店"
    sheet.append(["到店日期", "姓名 Name", "电话1", "电话2", "生日", "购买产品", "数量", "金额（元）", "备注"])
    for number in range(25):
        known = people[number + 8] if number in (3, 16) else None
        someone = known or maker.person()
        boxes = maker.random.choice([None, None, 1, 2, 5])
        born = datetime(2026 - int(str(someone["age"])), maker.random.randint(1, 12), maker.random.randint(1, 28))
        sheet.append([
            datetime(2026, 11, 3 + number % 15), someone["name"], maker.spelt(str(someone["phone"])),
            f"010-8{maker.random.randrange(10**7):07}" if number % 6 == 5 else None,
            born if number % 2 else f"{born:%Y年}{born.month}月{born.day}日",
            "护膝" if boxes else None, boxes, boxes * 198 if boxes else None, "下午送货" if number == 9 else None,
        ])  # fmt: skip
        maker.becomes("shop.xlsx", someone["name"], "repeat" if known else "added", "门店")
    return book


def referrals(maker: Maker, people: list[dict[str, object]]) -> bytes:
    """New people named by old customers: UTF-8 with BOM, semicolons, the old customer at the end."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow(["新顾客姓名", "新顾客电话", "关系", "老顾客", "老顾客电话"])
    for number in range(12):
        someone, old = maker.person(), people[number * 2]
        phone = maker.spelt(str(someone["phone"]))
        lines.writerow([someone["name"], phone, maker.random.choice(["邻居", "舞伴"]), old["name"], old["phone"]])
        maker.becomes("referrals.csv", someone["name"], "added")
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def sheets(seed: int = 20261121) -> tuple[dict[str, Workbook | bytes], str]:
    """The four files, and the text of expected.json."""
    maker = Maker(seed)
    book, people = outreach(maker)
    made = {
        "outreach.xlsx": book, "radio.csv": radio(maker, people), "shop.xlsx": shop(maker, people),
        "referrals.csv": referrals(maker, people),
    }  # fmt: skip
    return made, json.dumps(maker.expected, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    files, expected = sheets()
    for name, content in files.items():
        if isinstance(content, bytes):
            (FOLDER / name).write_bytes(content)
        else:
            content.save(FOLDER / name)
    (FOLDER / "expected.json").write_text(expected, encoding="utf-8")
