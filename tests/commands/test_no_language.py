"""No text in a user's language is stored: whatever the language of the operator, the archive holds the same bytes."""

import gettext
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmkit.records import base
from tests.commands.conftest import Desk
from tests.commands.test_saved import WRITERS, named, writing_verbs
from tests.conftest import ROOT

MARK = "⟦译⟧"  # nobody types it

SAID_OTHERWISE = """姓名,电话,性别,地址,年龄,生日,单位,介绍人,邮箱,民族,健康意识,备注,喜欢的颜色
孙小妹,13900000005,女,青年路1号,,1950-01-02,首钢,没有这人,a@163.com,汉,有,下午打电话,红
孙小妹,13900000005,女,柳荫街2号,,1940-03-04,铁路局,也没有,b@163.com,满,无,上午打电话,绿
钱,13900000006,男,柳荫街2号,60,,铁路局,也没有,,,,,
钱,13900000006,女,柳荫街3号,80,,铁路局,,,,,,
"""
AFTER_LEAD_EDIT = "lead edit 13900000005 --set note=x|"
# what a file, a move and a refusal hold as codes: they must all come up
MORE = f"""{AFTER_LEAD_EDIT} lead import other.csv --source shop | lead import again.csv --source outreach --site 菜市场
| lead edit 13900000001 --set address=青年路9号 --set employer=首钢 --set age_about=60
| lead edit 13900000002 --set address=柳荫街8号 --set employer=铁路局 --set age_about=75
| config --set card.reply=4 | calendar import days.txt --year 2027
| message render birthday --on 2026-11-23 --record -o today.csv |"""
AT_THE_END = """
| lead assign 13900000001 --to ZZ | staff edit ZZ --set left=yes | staff add --code YY --name 吴 --role service
| lead assign
| customer dnc 13900000006 --channel call --reason 烦
| fault add --code QT --name 打不着 | card issue --customer 13900000001 --product HX1 --serial SN-9
| ticket add --card {cards:-1} --fault QT | ticket visit {tickets:-1} --by LN
| dispatch move {visits:-1} --slot '+2d pm' | ticket solve {tickets:-1} --cause defect
| ticket add --card {cards:-1} --fault QT | ticket replace {tickets:-1} --new-serial SN-10
| complaint add --customer 13900000001 --facts x | complaint listen {complaints:-1}
| complaint acknowledge {complaints:-1}
| complaint assess {complaints:-1} --severity low | complaint investigate {complaints:-1} --cause x
| complaint offer {complaints:-1} --choice a --choice b | complaint agree {complaints:-1} --choice 1
| complaint carry-out {complaints:-1} | complaint call-back {complaints:-1} --satisfied yes
| complaint close {complaints:-1} --lesson x --upheld no
| lead recycle --now '2027-09-01 08:00'
"""
# these take in what others wrote, put back what was there, run other verbs, or store what was typed in an editor
TAKING_OVER = {"sync", "repair", "upgrade", "conflicts take", "run", "edit"}


class Marking(gettext.NullTranslations):
    """A catalogue that marks what it translates."""

    def gettext(self, message: str) -> str:
        return f"{MARK}{message}" if message else ""


@pytest.fixture
def marking(office: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The office of test_saved, where everything that is put into words is marked."""
    (office.home / "other.csv").write_text(SAID_OTHERWISE)
    (office.home / "again.csv").write_text(SAID_OTHERWISE.replace("青年路1号", "和平里3号"))
    (office.home / "days.txt").write_text("2027-10-01..2027-10-03, holiday, 国庆节\n")
    monkeypatch.setattr("crmkit.i18n._gettext.translation", lambda *_arguments, **_options: Marking())
    office.env["CRMKIT_LANG"] = "zh"
    return office


def test_whatever_verb_is_used_nothing_that_was_translated_is_stored(marking):
    text = WRITERS.replace("\n", "|").replace(AFTER_LEAD_EDIT, MORE.replace("\n", " ")) + AT_THE_END.replace("\n", " ")
    steps = [step.strip() for step in text.split("|") if step.strip()]
    seen: dict[str, list[str]] = {}
    for step in steps:
        ran = marking(*named(marking, step, seen))
        assert (step, ran.code) == (step, 0), ran.err
    assert stored_words(marking.archive) == []
    assert MARK not in git(marking.archive, "log", "--format=%B")
    done = {verb for verb in writing_verbs() if any(f"{step} ".startswith(f"{verb} ") for step in steps)}
    assert writing_verbs() - done == TAKING_OVER
    codes = set(re.findall('"about": "([^"]*)"', git(marking.archive, "log", "-p")))
    assert codes >= {"name", "birthday", "employer", "referrer", "age", "address", "no-contact", "sex", "email"}
    assert '"cause": "left"' in git(marking.archive, "log", "-p")


def stored_words(archive: Path) -> list[str]:
    """The lines of the archive's files in which a translated text stands."""
    return [line for _path, text in files(archive) for line in text.splitlines() if MARK in line]


def files(archive: Path) -> Iterator[tuple[str, str]]:
    """The files that are the archive's, each with its text."""
    for path in sorted(archive.rglob("*.*")):
        if path.is_file() and not {".git", ".crmkit"} & set(path.parts):
            yield str(path.relative_to(archive)), path.read_text("utf-8")


def git(archive: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=archive, capture_output=True, text=True, check=True).stdout


SHEETS = sorted((ROOT / "examples" / "sheets").glob("*.[cx]*")) + sorted(
    (ROOT / "tests" / "sheets" / "saved").iterdir()
)


def imported(folder: Path, pristine: Path, monkeypatch: pytest.MonkeyPatch, languages: str) -> dict[str, str]:
    """Every file of an archive into which all sample sheets were imported, each in the next of `languages`."""
    counters: dict[str, itertools.count[int]] = {}
    monkeypatch.setattr(base, "_rising", lambda letter: counters.setdefault(letter, itertools.count(1)))
    shell = Desk(folder, Path(shutil.copytree(pristine, folder / "archive")))
    (folder / "said.csv").write_text(SAID_OTHERWISE)
    for sheet, lang in zip([*SHEETS, folder / "said.csv"], itertools.cycle(languages.split()), strict=False):
        ran = shell("--lang", lang, "lead", "import", sheet, "--source", "shop", "--allow-no-phone")
        assert ran.code in (0, 5), ran.err
    files = (
        path for path in shell.archive.rglob("*.*") if path.is_file() and not {".git", ".crmkit"} & set(path.parts)
    )
    return {str(path.relative_to(shell.archive)): path.read_text("utf-8") for path in files}


def test_every_sample_sheet_gives_the_same_bytes_in_either_language(pristine, tmp_path, monkeypatch):
    archives = []
    for languages in ("en", "zh", "zh en"):
        (tmp_path / languages).mkdir()
        archives.append(imported(tmp_path / languages, pristine, monkeypatch, languages))
    english, chinese, mixed = archives
    assert len(SHEETS) == 7 and english["customers/2026-11.json"].count('"about"') > 5
    assert chinese == english
    assert mixed == english


def test_what_was_noted_is_english_as_data_and_in_the_operators_words_in_a_table(shop):
    shop.ok("lead", "edit", "13900000001", "--set", "address=青年路9号", "--set", "note=下午打电话")
    (shop.home / "said.csv").write_text("姓名,电话,地址,性别\n秦玉兰,13900000001,柳荫街8号,女\n")
    shop.ok("lead", "import", "said.csv", "--source", "shop")
    shop.ok("customer", "dnc", "13900000001", "--channel", "call", "--reason", "太多")
    english = ["下午打电话", "address: 柳荫街8号", "2026-11-23 wants no contact (call): 太多"]
    for lang in ("en", "zh"):
        told = shop.json("--lang", lang, "lead", "show", "13900000001")
        assert told["notes"] == english
        assert [one["about"] for one in told["noted"]] == ["address", "no-contact"]
        (line,) = shop.ok("--lang", lang, "lead", "list", "--text", "柳荫街8号", "-f", "jsonl").lines
        assert json.loads(line)["notes"] == english
        assert "; ".join(english) in shop.ok("--lang", lang, "lead", "show", "13900000001", "-f", "csv").out
    shown = shop.ok("--lang", "zh", "lead", "show", "13900000001").out
    assert "地址: 柳荫街8号" in shown and "2026-11-23 勿扰（call）：太多" in shown
    assert "address: 柳荫街8号" in shop.ok("--lang", "en", "lead", "show", "13900000001").out


@pytest.mark.parametrize("change", [("--unset", "notes"), ("--set", "notes=neu")])
def test_notes_that_are_taken_away_take_what_was_noted_with_them(shop, change):
    shop.ok("customer", "dnc", "13900000001", "--channel", "call", "--reason", "太多")
    shop.ok("lead", "edit", "13900000001", *change)
    told = shop.json("lead", "show", "13900000001")
    assert (told["notes"], told["noted"]) == ([] if change[0] == "--unset" else ["neu"], [])


def test_a_table_of_history_tells_what_was_noted_in_words(shop):
    shop.ok("customer", "dnc", "13900000001", "--channel", "call", "--reason", "太多")
    assert "勿扰（call）：太多" in shop.ok("--lang", "zh", "history", "13900000001").out
    (change,) = [c for c in shop.json("history", "13900000001") if c["field"] == "noted"]
    assert change["new"] == [{"about": "no-contact", "channels": ["call"], "on": "2026-11-23", "text": "太多"}]
