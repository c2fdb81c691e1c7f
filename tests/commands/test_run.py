"""`crmkit run`: many commands in one process, a line each."""

import json

import pytest

WHO = "C2611-00000001"


def test_a_hundred_files_are_added_by_lines_and_each_prints_its_id(crm):
    script = "".join(f"lead add --name 张{n} --phone 13900000{n:03} --source shop\n" for n in range(100))
    ran = crm.ok("run", "-", "--one-commit", stdin=script)
    assert ran.lines == crm.ok("lead", "list", "-f", "ids").lines
    assert len(ran.lines) == 100
    (newest,) = [run for run in crm.json("history") if run["command"] == "run"]
    assert f"all of it is one run: {newest['run']}" in ran.err
    crm.ok("undo", "--yes")
    assert crm.json("lead", "list") == []


def test_without_one_commit_each_line_is_a_run_of_its_own(crm, home):
    (home / "morning.txt").write_text(
        "# the morning's work\n"
        "crmkit staff add --code WQ --name '王 强'\n"
        "\n"
        "lead add --name 张秀英 --phone 13900541731 --address 3#楼  # next door\n"
        "--by WQ note 13900541731 'said: # 5'\n",
        "utf-8",
    )
    before = len(crm.json("history"))
    ran = crm.ok("run", "morning.txt")
    assert len(ran.lines) == 3
    assert crm.json("lead", "show", "13900541731")["address"] == "3#楼"
    assert [run["command"] for run in crm.json("history")[: len(crm.json("history")) - before]] == [
        "note", "lead add", "staff add",
    ]  # fmt: skip
    assert crm.json("history")[0]["by"] == "WQ"
    assert crm.json("staff", "show", "WQ")["name"] == "王 强"


LINES = """
lead edit 13900000001 --set name=甲
lead edit 13900000099 --set name=乙
lead edit 13900000002 --set 'name=丙
run other.txt
nonsense
call log 13900000001 --outcome asleep
lead edit 13900000002 --set name=丁
"""


@pytest.mark.parametrize("flags", [[], ["--one-commit"]])
def test_a_line_that_is_refused_is_told_with_its_number_and_the_others_are_done(shop, flags):
    ran = shop("run", "-", *flags, stdin=LINES)
    assert ran.code == 5
    told = ("5 of 7 lines were refused: line 3: ", "; line 4: a quotation does not end; line 5: a line of `crmkit run`",
            "; line 6: there is no command nonsense; line 7: ", "asleep")  # fmt: skip
    assert [one for one in told if one not in ran.err] == []
    names = {one["id"]: one["name"] for one in shop.json("lead", "list")}
    assert (names[WHO], names["C2611-00000002"]) == ("甲", "丁")


def test_each_line_of_one_commit_sees_those_before_it_and_nothing_of_one_that_was_refused(shop):
    script = (
        "lead add --name 周 --phone 13900000055\n"
        "lead edit 13900000055 --set address=新街5号\n"
        "lead add --name 吴 --phone 13900000055\n"
        "callback add 13900000055 --due 'tomorrow 9:00' --owner NOBODY\n"
        "callback add 13900000055 --due 'tomorrow 9:00'\n"
        "callback list -f jsonl\n"
    )
    ran = shop("run", "-", "--one-commit", stdin=script)
    assert ran.code == 5
    assert "2 of 6 lines were refused: line 3: 13900000055 is held by" in ran.err
    (listed,) = [json.loads(line) for line in ran.lines if line.startswith("{")]
    assert (listed["name"], listed["due_at"][:10]) == ("周", "2026-11-24")
    assert [one["address"] for one in shop.json("lead", "list") if one["name"] == "周"] == ["新街5号"]
    assert len({run["run"] for run in shop.json("history") if run["command"] == "run"}) == 1


def test_a_dry_run_shows_what_each_line_would_change_and_writes_nothing(shop):
    script = f"lead edit {WHO} --set name=甲\nlead edit {WHO} --set address=新街5号\n"
    ran = shop.ok("run", "-", "-n", stdin=script)
    assert "name: 秦玉兰 -> 甲" in ran.out.replace("→", "->")
    assert "新街5号" in ran.out
    assert shop.json("lead", "show", WHO)["name"] == "秦玉兰"


@pytest.mark.parametrize(
    "line", ["sync", "undo --yes", "-q check", "config --set archive.name=x", "--as-of yesterday lead list", "-A x due"]
)
def test_what_cannot_wait_for_others_is_no_part_of_one_commit(shop, line):
    ran = shop.fails(5, "run", "-", "--one-commit", stdin=line)
    assert "1 of 1 lines were refused: line 1: " in ran.err


def test_a_format_for_all_and_a_script_that_is_not_there(shop):
    ran = shop.ok("run", "-", "-f", "json", stdin=f"lead show {WHO}\n")
    assert json.loads(ran.out)["id"] == WHO
    assert "there is no file none.txt" in shop.fails(1, "run", "none.txt").err
    assert "nothing on standard input" in shop.fails(1, "run", "-").err
