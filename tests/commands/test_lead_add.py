"""`crmkit lead add`."""

import json
import os
import pty
import subprocess
import sys

import pytest

ZHANG = ["--name", "张秀英", "--phone", "139 0054 1731", "--source", "outreach", "--site", "时间公园"]


def test_a_file_holds_what_was_given(crm):
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强")
    added = crm.ok(
        "lead", "add", *ZHANG, "--phone", "65911234转801", "--collector", "王强", "--collected-at",
        "2026-11-20 15:00", "--sex", "女",
        "--birthday", "农历八月十五", "--age", "约70", "--address", "青年路1号", "--note", "合唱", "--tag", "VIP",
    )  # fmt: skip
    shown = crm.json("lead", "show", added.lines[0])
    phones = [(phone["e164"], phone["kind"], phone["ext"]) for phone in shown["phones"]]
    assert phones == [("+8613900541731", "mobile", ""), ("+861065911234", "landline", "801")]
    told = {
        name: shown[name] for name in ("name", "sex", "birthday", "age_about", "address", "notes", "tags", "collector")
    }
    assert told == {
        "name": "张秀英", "sex": "female", "birthday": "lunar:--08-15", "age_about": 70, "address": "青年路1号",
        "notes": ["合唱"], "tags": ["VIP"], "collector": "WQ",
    }  # fmt: skip
    assert (shown["source"], shown["site"], shown["collected_at"]) == (
        "outreach",
        "时间公园",
        "2026-11-20T15:00:00+08:00",
    )
    assert added.err == "new site: 时间公园\n"


def test_a_known_number_answers_who_holds_it_and_waits_for_a_decision(crm):
    identifier = crm.ok("lead", "add", *ZHANG).lines[0]
    for number in ("13900541731", "+86 139-0054-1731", "手机:１３９００５４１７３１"):
        refused = crm.fails(4, "lead", "add", "--name", "李建国", "--phone", number)
        assert refused.err == (
            f"error: 13900541731 is held by {identifier} 张秀英: "
            "source outreach, owner -, last contact 2026-11-21, stage new\n"
            "hint: --touch adds this contact to that file, --household ID or --new opens a file of its own\n"
        )
    assert crm.ok("lead", "list", "-f", "ids").lines == [identifier]


def test_touch_is_another_contact_of_the_same_file(crm):
    identifier = crm.ok("lead", "add", *ZHANG).lines[0]
    again = crm.json("lead", "add", "--name", "张阿姨", "--phone", "13900541731", "--source", "电台", "--touch")
    assert (again["ids"], again["counts"]) == ([identifier], {"added": 0, "repeat": 1})
    touches = crm.json("lead", "show", identifier)["touches"]
    assert {(t["outcome"], t["source"], t["name_given"]) for t in touches} == {
        ("added", "outreach", ""), ("repeat", "media-radio", "张阿姨"),
    }  # fmt: skip


def test_household_and_new_open_files_of_their_own(crm):
    first = crm.ok("lead", "add", *ZHANG).lines[0]
    second = crm.ok("lead", "add", "--name", "李建国", "--phone", "13900541731", "--household", "13900541731").lines[0]
    third = crm.ok("lead", "add", "--name", "王志明", "--phone", "13900541731", "--new").lines[0]
    files = {one["id"]: one for one in crm.json("lead", "list")}
    assert files[first]["household"] == files[second]["household"] != files[third]["household"] == ""
    assert not any(one["shared"] for one in files.values())


def test_the_decisions_exclude_each_other(crm):
    assert "exclude each other" in crm.fails(2, "lead", "add", *ZHANG, "--touch", "--new").err


def test_a_dry_run_shows_and_writes_nothing(crm):
    shown = crm.json("lead", "add", *ZHANG, "-n")
    assert shown["dry_run"] and shown["changes"][shown["ids"][0]]["name"] == [None, "张秀英"]
    assert crm.json("lead", "list") == []


@pytest.mark.parametrize(
    ("flags", "code", "message"),
    [
        (["--phone", "1390054173"], 1, "1390054173 has 10 digits"),
        (["--phone", "13900541731", "--collector", "ZZ"], 1, "nobody on the staff has the code or name ZZ"),
        (["--phone", "13900541731", "--source", "moon"], 1, "moon is not a source"),
        (["--phone", "13900541731", "--birthday", "1953-02-30"], 1, "1953-02-30 is not a day of the calendar"),
        (["--phone", "13900541731", "--collected-at", "2026-02-30"], 1, "2026-02-30"),
        (["--phone", "13900541731", "--name", "a\x1b[31mb"], 1, "control character"),
        (["--phone", "13900541731", "--name", "a\u202eb"], 1, "invisible character"),
        (["--phone", "13900541731", "--referrer", "13800541732"], 1, "no customer has"),
        (["--name", "张秀英"], 1, "no phone number"),
        ([], 2, "nothing to add"),
        (["leads.csv"], 1, "there is no file leads.csv"),
        (["leads"], 2, "leads is neither - nor a sheet"),
    ],
)
def test_what_cannot_be_added_changes_nothing(crm, flags, code, message):
    assert message in crm.fails(code, "lead", "add", *flags).err
    assert crm.json("lead", "list") == []


def test_a_formula_stays_text_in_every_format(crm):
    crm.ok("lead", "add", "--name", "=cmd|'/C calc'!A0", "--phone", "13900541731")
    assert crm.json("lead", "list")[0]["name"] == "=cmd|'/C calc'!A0"
    assert ",'=cmd|" in crm.ok("lead", "list", "-f", "csv").out


def test_json_lines_are_added_with_the_flags_as_their_defaults(crm):
    lines = '{"name": "A", "phone": "13900541731"}\n\n{"name": "B", "phones": ["13800541732", "010-65911234"]}\n'
    assert len(crm.json("lead", "add", "-", "--source", "shop", stdin=lines)["ids"]) == 2
    assert {one["source"] for one in crm.json("lead", "list")} == {"shop"}
    counts = crm.json("lead", "add", "-", "--touch", stdin=lines + '{"name": "C", "phone": "13700541733"}')["counts"]
    assert counts == {"rows": 3, "added": 1, "repeat": 2, "rejected": 0}


def test_contacts_come_as_a_sheet_and_a_number_given_twice_waits_for_a_decision(crm, home):
    (home / "new.csv").write_bytes(
        'name,phone,tags,external_id\n张秀英,13900541731,"VIP,合唱",P-1\n李,13900541731,,\n'.encode("gb18030")
    )
    ran = crm.fails(5, "lead", "add", "new.csv", "--source", "shop", "--encoding", "gb18030")
    assert f"line 3: 13900541731 is held by {ran.lines[0]} 张秀英" in ran.err
    shown = crm.json("lead", "show", ran.lines[0])
    assert (shown["tags"], shown["external_id"], shown["source"]) == (["VIP", "合唱"], "P-1", "shop")


def test_good_lines_are_kept_and_bad_ones_come_back_to_be_mended(crm, home):
    lines = [
        '{"name": "A", "phone": "13900541731"}',
        '{"name": "D", "phone": "13900541731"}',
        '{"name": "E", "phon": "1"}',
        "{",
        '{"name": "F", "phone": "13700541733"}',
    ]
    ran = crm.fails(5, "lead", "add", "-", "--rejects", "bad.jsonl", stdin="\n".join(lines))
    assert len(ran.lines) == 2 and "3 of 5 lines were refused: line 2: 13900541731 is held by" in ran.err
    assert {one["name"] for one in crm.json("lead", "list")} == {"A", "F"}
    bad = [json.loads(line) for line in (home / "bad.jsonl").read_text().splitlines()]
    assert [one.get("name") for one in bad] == ["D", "E", None] and all(one["error"] for one in bad)
    mended = "\n".join(json.dumps(one | {"phone": f"1360054173{n}"}) for n, one in enumerate(bad[:1]))
    assert crm.json("lead", "add", "-", stdin=mended)["counts"]["added"] == 1


def test_what_show_prints_can_be_added_elsewhere(crm, bare, tmp_path):
    crm.ok("lead", "add", *ZHANG, "--phone", "010-65911234")
    shown = crm.json("lead", "show", "13900541731")
    line = {
        name: shown[name] for name in ("name", "phones", "source", "site", "birthday", "tags", "notes", "collected_at")
    }
    bare.ok("init", tmp_path / "other", "--branch", "SH", "--operator", "LN")
    bare.ok("-A", tmp_path / "other", "lead", "add", "-", stdin=json.dumps(line))
    again = bare.json("-A", tmp_path / "other", "lead", "show", "13900541731")
    assert {name: again[name] for name in line} == line


def at_terminal(crm, answers, *typed, **env):
    """Exit code, stdout, and what stood on the terminal, of a command to which these lines are typed."""
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "crmkit", *typed],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env={**crm.env, "TERM": "dumb", **env}, cwd=crm.home,
    )  # fmt: skip
    os.write(ours, answers.encode())
    out, _err = asked.communicate(timeout=60)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the last to write there has gone
        pass
    os.close(ours)
    return asked.returncode, out.decode().split(), said.decode().replace("\r\n", "\n")


def test_called_bare_at_a_terminal_it_asks_for_name_and_number(crm):
    code, out, _said = at_terminal(crm, "张秀英\n13900541731\n", "lead", "add")
    assert (code, crm.json("lead", "show", out[0])["name"]) == (0, "张秀英")


LI = ("lead", "add", "--name", "李建国", "--phone", "13900541731")


def test_a_known_number_asks_at_a_terminal_and_t_notes_it_on_that_file(crm):
    first = crm.ok("lead", "add", *ZHANG).lines[0]
    code, out, said = at_terminal(crm, "x\nT\n", *LI)
    assert (code, out) == (0, [first])
    assert f"13900541731 is held by {first} 张秀英: source outreach" in said
    question = "[t] note it on that file  [h] same household  [n] another person  [q] add nothing: "
    assert said.count(question) == 2  # x is no answer
    assert {t["name_given"] for t in crm.json("lead", "show", first)["touches"]} == {"", "李建国"}


def test_a_known_number_asks_at_a_terminal_for_the_household_of_one_of_several(crm):
    first = crm.ok("lead", "add", *ZHANG).lines[0]
    second = crm.ok(*LI, "--new").lines[0]
    code, out, said = at_terminal(crm, "h\n2\n", "lead", "add", "--name", "王志明", "--phone", "13900541731")
    files = {one["id"]: one["household"] for one in crm.json("lead", "list")}
    assert (code, "whose household:" in said) == (0, True)
    assert files[out[0]] == files[second] != files[first] == ""


def test_a_known_number_asks_at_a_terminal_in_chinese_and_n_is_another_person(crm):
    first = crm.ok("lead", "add", *ZHANG).lines[0]
    code, out, said = at_terminal(crm, "n\n", *LI, CRMKIT_LANG="zh")
    assert "[t] 记到该档案  [h] 同一家人  [n] 另一个人  [q] 不登记" in said
    assert (code, set(crm.ok("lead", "list", "-f", "ids").lines)) == (0, {first, *out})


@pytest.mark.parametrize("answers", ["q\n", "\x04"])
def test_a_known_number_at_a_terminal_is_left_with_q_or_the_end_of_input(crm, answers):
    first = crm.ok("lead", "add", *ZHANG).lines[0]
    code, out, _said = at_terminal(crm, answers, *LI)
    assert (code, out, crm.ok("lead", "list", "-f", "ids").lines) == (4, [], [first])


def test_a_known_number_at_a_terminal_asks_nothing_where_nobody_is_to_be_asked(crm):
    crm.ok("lead", "add", *ZHANG)
    code, _out, said = at_terminal(crm, "t\n", *LI, CRMKIT_NONINTERACTIVE="1")
    assert (code, "[t]" in said, "hint: --touch adds" in said) == (4, False, True)


def test_customer_show_tells_all_that_lead_show_does_and_raw_is_the_record_alone(crm):
    crm.ok("lead", "add", *ZHANG)
    file, whole = crm.json("lead", "show", "13900541731"), crm.json("customer", "show", "13900541731")
    assert {name: whole[name] for name in file} == file
    stored = {name: value for name, value in file.items() if name not in ("fit", "refusal", "touches", "owners")}
    for noun in ("lead", "customer"):
        assert crm.json(noun, "show", "13900541731", "--raw") == stored
