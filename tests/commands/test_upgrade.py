"""`crmkit upgrade`, and what an archive of a newer crmkit is answered with."""

import tomllib
from pathlib import Path

import pytest

from crmkit import config
from crmkit.archive.store import schema

OLD = Path(__file__).with_name("archive-0.1.0.toml")


def with_a_title(kind, documents):
    """A migration: the contacts of sites get a title."""
    return {i: {**d, "contact": d["contact"] + "先生"} for i, d in documents.items()} if kind == "sites" else documents


@pytest.fixture
def newer(crm, archive):
    """An archive that a crmkit to come has written."""
    text = (archive / "archive.toml").read_text("utf-8")
    (archive / "archive.toml").write_text(
        text.replace("schema = 2 ", "schema = 99 ") + "[hologram]\nsize = 3\n", "utf-8"
    )
    return archive


def test_an_archive_that_is_up_to_date_stays_as_it_is(crm):
    before = crm.json("history")
    assert crm.json("upgrade")["counts"] == {"updated": 0}
    assert crm.json("upgrade", "-n")["dry_run"]
    assert crm.json("history") == before


@pytest.mark.parametrize(
    "command",
    [["status"], ["site", "list"], ["site", "add", "--name", "x"], ["undo", "--yes"], ["upgrade"], ["history"]],
)
def test_a_newer_archive_is_refused_with_one_sentence(crm, newer, command):
    refused = crm.fails(6, *command)
    assert refused.out == "" and "schema 99" in refused.err.splitlines()[0]
    assert "newer crmkit" in refused.err


def test_an_older_archive_says_what_to_do_and_is_usable_afterwards(crm, monkeypatch):
    crm.ok("site", "add", "--name", "时间公园", "--contact", "王")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, with_a_title))
    assert "crmkit upgrade" in crm.fails(6, "site", "list").err
    assert "王 → 王先生" in crm.ok("upgrade", "-n").out
    assert "crmkit upgrade" in crm.fails(6, "site", "list").err
    assert crm.json("upgrade")["counts"] == {"updated": 1}
    assert crm.json("site", "show", "时间公园")["contact"] == "王先生"
    newest = crm.json("history", "--limit", 1)[0]
    assert (newest["command"], newest["records"]) == ("upgrade", 1)


def test_the_schema_is_nothing_to_set_by_hand(crm):
    assert "archive.schema" in crm.fails(1, "config", "--set", "archive.schema=2").err


def test_the_past_is_not_upgraded(crm):
    assert "--as-of" in crm.fails(2, "--as-of", "today", "upgrade").err


def test_an_archive_with_every_setting_of_the_first_version_is_used_as_any_other(crm, archive, home):
    (archive / "archive.toml").write_bytes(OLD.read_bytes())
    crm.ok("upgrade")
    crm.ok("config", "--set", "card.reply=4")
    sheet = home / "a.csv"
    sheet.write_text("姓名,电话\n张秀英,13900541731\n", "utf-8")
    for command in (
        ["status"],
        ["check"],
        ["due"],
        ["daily"],
        ["upgrade"],
        ["lead", "import", sheet],
        ["undo", "--yes"],
    ):
        assert "error" not in crm.ok(*command).err
    assert crm.json("lead", "list") == []
    kept = config.flat(tomllib.loads((archive / "archive.toml").read_text("utf-8")))
    expected = {**config.flat(tomllib.loads(OLD.read_text("utf-8"))), "card.reply": 4}
    assert {key: value for key, value in kept.items() if not key.startswith("archive.")} == {
        key: value for key, value in expected.items() if not key.startswith("archive.")
    }
    assert {"plan.visit_notice_days", "survey.share", "privacy.retention_months"} <= kept.keys()


def test_no_setting_of_the_first_version_was_given_another_meaning():
    # one that is renamed or goes away belongs into config.OF_OTHER_VERSIONS; one of another type would be refused
    old = config.flat(tomllib.loads(OLD.read_text("utf-8")))
    known = config.flat(tomllib.loads(config.defaults_text()))
    gone = {
        key for key in old if not any(key == other or key.startswith(f"{other}.") for other in config.OF_OTHER_VERSIONS)
    }
    assert gone - known.keys() == set()
    assert {key for key in gone if type(old[key]) is not type(known[key])} == set()
