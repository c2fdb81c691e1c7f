"""`crmkit history` and `--as-of`, as they are typed."""

import json

import pytest


@pytest.fixture
def week(crm):
    """Three days of work on one customer; the customer's id."""
    crm.ok("staff", "add", "--code", "WQ", "--name", "王芹", "--now", "2026-11-16 09:00")
    customer = crm.ok(
        "lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop", "--now", "2026-11-17 09:00"
    ).lines[0]  # fmt: skip
    crm.ok("lead", "edit", customer, "--set", "address=朝阳区", "--now", "2026-11-18 09:00", "--by", "WQ")
    crm.ok("lead", "edit", customer, "--set", "address=海淀区", "--now", "2026-11-19 09:00")
    return customer


def test_runs_are_listed_newest_first(crm, week):
    runs = crm.json("history")
    assert [(r["command"], r["by"], r["records"]) for r in runs] == [
        ("lead edit", "LN", 1),
        ("lead edit", "WQ", 1),
        ("lead add", "LN", 2),
        ("staff add", "LN", 1),
        ("archive init", "", 0),
    ]
    assert runs[0]["at"] == "2026-11-19T09:00:00+08:00"


def test_the_listed_run_is_the_one_that_the_command_named(crm):
    done = crm.json("site", "add", "--name", "时间公园")
    newest = crm.json("history", "--limit", 1)[0]
    assert (newest["run"], newest["commit"]) == (done["run"], done["commit"])


def test_runs_are_chosen_by_number_time_and_author(crm, week):
    def chosen(*options):
        return [r["at"][:10] for r in crm.json("history", *options) if r["command"] != "archive init"]

    assert chosen("--limit", 2) == ["2026-11-19", "2026-11-18"]
    assert chosen("--since", "2026-11-18") == ["2026-11-19", "2026-11-18"]
    assert chosen("--since", "2026-11-18 09:01") == ["2026-11-19"]
    assert chosen("--by", "WQ") == chosen("--by", "王芹") == ["2026-11-18"]
    assert chosen("--by", "nobody") == []


def test_a_record_is_told_field_by_field(crm, week):
    told = [(c["at"][:10], c["by"], c["old"], c["new"]) for c in crm.json("history", week) if c["field"] == "address"]
    assert told == [("2026-11-19", "LN", "朝阳区", "海淀区"), ("2026-11-18", "WQ", None, "朝阳区")]
    assert {c["id"] for c in crm.json("history", week)} == {week}
    assert crm.json("history", week)[0]["run"] == crm.json("history", "--limit", 1)[0]["run"]


def test_a_record_is_found_by_phone_prefix_and_spelling(crm, week):
    whole = crm.json("history", week)
    for text in ("139 0054 1731", week[:8], week.lower()):
        assert crm.json("history", text) == whole
    assert crm.json("history", week, "--by", "WQ") == [c for c in whole if c["by"] == "WQ"]
    assert crm.json("history", week, "--limit", 2) == whole[:2]


def test_records_of_other_kinds_have_a_history_too(crm, week):
    staff = crm.json("staff", "show", "WQ")["id"]
    assert {c["field"] for c in crm.json("history", staff)} == {"code", "name"}


def test_a_record_that_was_taken_back_is_still_known(crm):
    site = crm.ok("site", "add", "--name", "时间公园").lines[0]
    crm.ok("undo", "--yes")
    assert [(c["command"], c["old"], c["new"]) for c in crm.json("history", site)] == [
        ("undo", "时间公园", None),
        ("site add", None, "时间公园"),
    ]


@pytest.mark.parametrize("text", ["C2611-00000000", "K2611-00000000", "13900541731", "C2611"])
def test_an_unknown_record_is_not_found(crm, text):
    assert crm.fails(1, "history", text).out == ""


def test_a_hand_edit_is_listed_and_its_fields_have_a_commit_instead_of_a_run(crm, archive):
    site = crm.ok("site", "add", "--name", "时间公园").lines[0]
    (shard,) = (archive / "sites").glob("*.json")
    shard.write_text(shard.read_text("utf-8").replace("时间公园", "和平公园"), "utf-8")
    crm.ok("site", "add", "--name", "别处")
    edit = crm.json("history")[1]
    assert (edit["command"], edit["by"], edit["records"]) == ("archive edit", "", None)
    newest = crm.json("history", site)[0]
    assert (newest["run"], newest["old"], newest["new"]) == (edit["run"], "时间公园", "和平公园")
    assert edit["run"] == edit["commit"][:12]


def test_no_name_or_number_stands_in_the_list_of_runs(crm, week):
    out = crm.ok("history", "-f", "json").out
    assert "张秀英" not in out and "13900541731" not in out


@pytest.mark.parametrize("fmt", ["table", "jsonl", "csv", "tsv", "ids"])
def test_every_format(crm, week, fmt):
    out = crm.ok("history", "-f", fmt).out
    assert crm.json("history", "--limit", 1)[0]["run"] in out
    if fmt == "ids":
        assert len(out.splitlines()) == 5
    if fmt == "jsonl":
        assert json.loads(out.splitlines()[1])["by"] == "WQ"


def test_the_past_is_read_by_day_run_and_commit(crm, week):
    runs = crm.json("history")
    for then in ("2026-11-18", "2026-11-18 23:00", runs[1]["run"], runs[1]["commit"][:10]):
        assert crm.json("--as-of", then, "lead", "show", week)["address"] == "朝阳区", then
        assert crm.json("lead", "show", week, "--as-of", then)["address"] == "朝阳区", then
    assert crm.json("--as-of", "2026-11-16", "lead", "list") == []
    assert crm.json("lead", "show", week)["address"] == "海淀区"


def test_the_past_knows_its_own_history_only(crm, week):
    assert len(crm.json("--as-of", "2026-11-17", "history")) == 3
    assert crm.json("--as-of", "2026-11-17", "status")["commit"] == crm.json("history")[2]["commit"]


def test_the_settings_of_the_past_are_shown_and_the_folder_of_the_present(crm, archive, week):
    crm.ok("config", "--set", "card.reply=4")
    run = crm.json("history", "--limit", 2)[1]["run"]

    def reply(*options):
        return {row["key"]: row["value"] for row in crm.json(*options, "config", "--show")}["card.reply"]

    assert (reply(), reply("--as-of", run)) == (4, 2)
    assert crm.json("--as-of", run, "status")["archive"] == str(archive)


def test_the_past_cannot_be_written(crm, week):
    for command in (
        ["site", "add", "--name", "别处"],
        ["lead", "edit", week, "--set", "sex=female"],
        ["undo", "--yes"],
    ):
        assert "--as-of" in crm.fails(2, "--as-of", "2026-11-17", *command).err


def test_the_past_of_before_the_archive_or_of_nothing_known_is_refused(crm, week):
    before = crm.fails(1, "--as-of", "2020-01-01", "status")
    assert "did not exist yet" in before.err and before.out == ""
    assert "no run or commit nonsense" in crm.fails(1, "--as-of", "nonsense", "status").err


def test_now_stays_now_when_the_past_is_read(crm, week):
    crm.ok("product", "add", "--code", "HX1", "--warranty-months", 1)
    crm.ok("card", "issue", "--customer", week, "--product", "HX1", "--serial", "SN1", "--bought-on", "2026-11-01")
    card = crm.json("history", "--limit", 1)[0]["run"]
    (active,) = crm.json("--as-of", card, "card", "list")
    (expired,) = crm.json("--as-of", card, "card", "list", CRMKIT_NOW="2027-03-01T10:00:00+08:00")
    assert (active["state"], expired["state"]) == ("active", "expired")
