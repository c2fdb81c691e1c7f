"""The sweep of foreign files: it goes through all of a folder, and it sees what is wrong."""

import os
import subprocess
import sys

import pytest

from tests import corpora
from tests.conftest import ROOT
from tests.corpora import Run
from tests.sheets import oldfiles
from tests.sheets.test_foreign import FOREIGN, PEOPLE, looping, xlsx

FILES = {
    "good.xlsx": xlsx(), "deep/er/good.xls": oldfiles.workbook(PEOPLE, codepage=936), "empty.csv": b"",
    "circle.xls": looping("directory"), "noise.csv": bytes(range(256)) * 20, "cut.xlsx": xlsx()[:3000],
    "some.csv": '姓名,电话\n张秀英,13900541731\n王芳,"1"2\n'.encode(), "off.jsonl": b'{"a": NaN}',
    "a name,with: marks.txt": b"x",
    **{f"{name}.xls": FOREIGN[name][0] for name in ("html", "png", "xml 2003", "docx", "sylk")},
}  # fmt: skip


def test_a_folder_of_foreign_files_ends_in_results_and_sentences(tmp_path):
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    ran = subprocess.run(
        [sys.executable, "-m", "tests.corpora", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}, check=False,
    )  # fmt: skip
    *_table, last = ran.stdout.splitlines()
    assert (ran.returncode, last) == (0, f"{len(FILES)} files, 0 broken"), ran.stdout + ran.stderr
    counts = [line.split() for line in ran.stdout.splitlines()]
    assert counts[0] == ["kind", "exit", "0", "exit", "1", "exit", "5"]
    assert (
        [".csv", "0", "2", "1"] in counts and [".xlsx", "1", "1", "0"] in counts and [".xls", "1", "6", "0"] in counts
    )
    assert "FILE is a web page, not a workbook" in ran.stdout


def test_an_empty_folder_is_no_success(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "tests.corpora", str(tmp_path)], cwd=ROOT, capture_output=True, timeout=60
    )
    assert ran.returncode == 1


REFUSED = Run(1, "", "error: f.xls is damaged, or no workbook\nhint: save it again\n")
REFUSED_ZH = Run(1, "", "错误：f.xls 已损坏，或不是工作簿\n提示：请重新保存\n")
WRONG = {
    "a signal": (Run(-6, "", ""), REFUSED_ZH, "en: exit -6"),
    "a mistake of ours": (Run(1, "", "error: a mistake in crmkit (KeyError)\n"), REFUSED_ZH, "en: mistake in crmkit"),
    "damage": (Run(6, "", "error: x\n"), REFUSED_ZH, "en: exit 6"),
    "a traceback": (Run(1, "", "Traceback (most recent call last):\n"), REFUSED_ZH, "en: Traceback"),
    "no sentence": (Run(1, "", ""), REFUSED_ZH, "en: 0 errors and 0 hints with exit 1"),
    "two sentences": (Run(1, "", "error: a\nerror: b\n"), REFUSED_ZH, "en: 2 errors and 0 hints with exit 1"),
    "an error that is none": (Run(0, "", "error: a\n"), Run(0, "", ""), "en: 1 errors and 0 hints with exit 0"),
    "a difference": (Run(0, "", ""), REFUSED_ZH, "exit 0 and 1"),
    "a librarys words": (
        Run(1, "", "error: f.xls: invalid token at line 3\n"), Run(1, "", "错误：f.xls：invalid token at line 3\n"),
        "zh: invalid token at line",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("english", "chinese", "expected"), WRONG.values(), ids=WRONG)
def test_what_must_not_be_is_a_fault(english, chinese, expected):
    assert corpora.fault("f.xls", {"en": english, "zh": chinese}) == expected


def test_a_refusal_in_both_languages_is_none_nor_is_the_name_of_a_sheet():
    assert corpora.fault("f.xls", {"en": REFUSED, "zh": REFUSED_ZH}) == ""
    named = {
        "en": Run(1, "", "error: f.xls, sheet All of it here: no header row found\n"),
        "zh": Run(1, "", "错误：f.xls, 工作表 All of it here：没有找到表头行\n"),
    }
    assert corpora.fault("f.xls", named) == ""


def test_every_file_below_the_folder_is_tried_in_both_languages(tmp_path):
    for name in ("b", "a/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    seen = []

    def run(file, lang):
        seen.append((file.name, lang))
        return Run(7, "", "")

    assert [one.fault for one in corpora.sweep(tmp_path, run)] == ["en: exit 7", "en: exit 7"]
    assert seen == [("c", "en"), ("c", "zh"), ("b", "en"), ("b", "zh")]
