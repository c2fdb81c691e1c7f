"""The command line's contract: exit codes, streams, languages, start-up."""

import json
import subprocess
import sys

import pytest

from crmkit import render, usage
from crmkit.archive.archive import Archive
from tests.conftest import Shell


def test_version(bare):
    assert bare.ok("--version").out.startswith("crmkit 0.")


def test_an_unknown_command_or_option_is_a_usage_error(crm):
    assert crm.fails(2, "nonsense").err.startswith("error: ")
    assert "hint: " in crm.fails(2, "site", "list", "--nonsense").err
    assert crm.fails(2, "site", "show").out == ""


def test_an_unknown_format_is_a_usage_error(crm):
    assert "xml is not a format" in crm.fails(2, "site", "list", "-f", "xml").err


def test_errors_are_objects_where_json_was_asked_for(crm):
    error = json.loads(crm.fails(1, "site", "show", "nowhere", "-f", "json").err)["error"]
    assert error["code"] == "not-found" and "nowhere" in error["message"] and error["hint"]


def test_the_format_can_come_from_the_environment(crm):
    crm.ok("site", "add", "--name", "时间公园")
    assert crm.ok("site", "list", CRMKIT_FORMAT="json").json[0]["name"] == "时间公园"


def test_global_options_are_understood_behind_the_verb(crm, archive):
    crm.env.pop("CRMKIT_ARCHIVE")
    assert crm.ok("site", "list", "-A", archive, "-q").out == ""
    assert crm.ok("-A", archive, "site", "list").out == ""


def test_without_an_archive_one_sentence_says_what_to_do(bare):
    ran = bare.fails(1, "site", "list")
    assert "no archive here" in ran.err and "hint: " in ran.err


def test_a_folder_without_settings_is_not_an_archive(bare, home):
    assert "is not an archive" in bare.fails(1, "-A", home, "site", "list").err


def test_the_nearest_folder_above_is_the_archive(crm, archive):
    below = archive / "some" / "where"
    below.mkdir(parents=True)
    inside = Shell(below)
    inside.ok("site", "add", "--name", "时间公园")
    assert crm.json("site", "list")[0]["name"] == "时间公园"


def test_works_from_cron_with_a_bare_environment(archive, home):
    done = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m crmkit -A {archive} site add --name 老年大学 -q"],
        env={"HOME": str(home), "LOGNAME": "x", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"},
        capture_output=True,
        cwd="/",
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("S")


def test_prints_chinese_under_the_c_locale(crm):
    crm.ok("site", "add", "--name", "时间公园", LC_ALL="C", process=True)
    assert "时间公园" in crm.ok("site", "list", LC_ALL="C", process=True).out


def test_a_closed_pipe_is_not_an_error(crm, archive):
    for number in range(5):
        crm.ok("site", "add", "--name", f"公园{number}")
    done = subprocess.run(
        f"{sys.executable} -m crmkit site list -f ids | head -1", shell=True, env=crm.env, capture_output=True
    )
    assert done.stderr == b"" and done.stdout.startswith(b"S")


def test_an_unknown_author_is_refused_and_nothing_is_written(crm):
    ran = crm.fails(1, "--by", "NOBODY", "site", "add", "--name", "时间公园")
    assert "NOBODY" in ran.err
    assert crm.json("site", "list") == []


def test_a_date_that_is_none_is_one_sentence(crm):
    ran = crm.fails(1, "--now", "2026-13-45", "site", "add", "--name", "x")
    assert ran.err.count("\n") <= 2


def broken(*_arguments, **_options):
    raise LookupError("秦玉兰 13900541731")


def test_a_mistake_of_ours_is_one_sentence_that_tells_nothing_of_the_data(crm, monkeypatch):
    monkeypatch.setattr(render, "rows", broken)
    ran = crm("site", "list", CRMKIT_DEBUG="")
    assert (ran.code, ran.out) == (1, "")
    assert "this is a mistake in crmkit (LookupError)" in ran.err
    assert "秦玉兰" not in ran.err
    assert "139" not in ran.err


def test_a_mistake_of_ours_is_told_in_full_where_that_is_asked_for(crm, monkeypatch):
    monkeypatch.setattr(render, "rows", broken)
    with pytest.raises(LookupError):
        crm("site", "list", CRMKIT_DEBUG="1")


@pytest.mark.parametrize("when", ["before", "after"])
def test_ctrl_c_says_what_was_saved_even_when_it_comes_while_the_result_is_printed(crm, monkeypatch, when):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(*((render, "written") if when == "after" else (Archive, "commit")), interrupt)
    ran = crm("site", "add", "--name", "时间公园", CRMKIT_DEBUG="")
    monkeypatch.undo()
    assert ran.code == 130
    sites = [site["name"] for site in crm.json("site", "list")]
    if when == "after":
        (newest, *_older) = crm.json("history")
        assert f"run {newest['run']} is saved whole" in ran.err
        assert sites == ["时间公园"]
    else:
        assert "before anything of this run was saved" in ran.err
        assert sites == []


def test_lock_and_archive_options_are_checked(crm):
    assert "not a number of seconds" in crm.fails(2, "--wait", "soon", "site", "list").err


def test_the_default_help_lists_every_noun(bare):
    out = bare.ok("--help").out
    assert all(f"  {noun} " in out for noun in ("lead", "card", "callback", "report", "init"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list_of_verbs_says_what_each_does_without_its_example(crm, lang):
    listed = crm("--lang", lang, "event", "--help", process=True).out
    assert "checkin" in listed
    assert "crmkit event checkin" not in listed
    assert "..." not in listed.replace("[ARGS]...", "")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("lead list --limit x", "--limit: 'x' is not a whole number"),
        ("lead list --limit 1.5", "--limit: '1.5' is not a whole number"),
        ("dedupe find --min x", "--min: 'x' is not a number"),
    ],
)
def test_what_is_no_number_is_told_with_its_option(crm, typed, told):
    assert crm.fails(2, *typed.split()).err.splitlines()[0] == f"error: {told}"


def test_closed_standard_streams_are_not_an_error(crm, archive):
    def run(redirection):
        line = f"{sys.executable} -m crmkit phone parse - {redirection}"
        return subprocess.run(line, shell=True, env=crm.env, capture_output=True)

    assert run("<&-").returncode == run("</dev/null").returncode
    assert b"mistake" not in run("<&-").stderr
    assert run("</dev/null >&-").stderr == b""
    assert b"Traceback" not in run("</dev/null 2>&-").stdout


def test_what_the_library_says_in_words_of_its_own_is_said_as_it_says_it():
    assert usage.sentence("Something That nobody knows.") == "something That nobody knows"
    assert usage.sentence("") == ""


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("laed list", "there is no command laed; is lead meant?"),
        ("orders list", "there is no command orders; is order meant?"),
        ("statsu", "there is no command statsu; is status meant?"),
        ("cal list", "there is no command cal; is call meant?"),
        ("lead lsit", "there is no command lsit; is list meant?"),
        ("phone prase 1", "there is no command prase; is parse meant?"),
        ("lead list --onwer LN", "there is no option --onwer; is --owner meant?"),
        ("lead list --json", "there is no option --json; is -f json meant?"),
        ("lead show 1 --csv", "there is no option --csv; is -f csv meant?"),
        ("xyzzy", "there is no command xyzzy"),
        ("lead list --zzzz", "there is no option --zzzz"),
    ],
)
def test_a_slip_of_the_finger_is_answered_with_what_was_meant(crm, typed, told):
    assert crm.fails(2, *typed.split()).err.splitlines()[0] == f"error: {told}"
