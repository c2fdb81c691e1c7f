"""`crmkit upgrade`, and what an archive of a newer crmkit is answered with."""

import pytest


@pytest.fixture
def newer(crm, archive):
    """An archive that a crmkit to come has written."""
    text = (archive / "archive.toml").read_text("utf-8")
    (archive / "archive.toml").write_text(
        text.replace("schema = 1 ", "schema = 99 ") + "[hologram]\nsize = 3\n", "utf-8"
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


def test_the_schema_is_nothing_to_set_by_hand(crm):
    assert "archive.schema" in crm.fails(1, "config", "--set", "archive.schema=2").err


def test_the_past_is_not_upgraded(crm):
    assert "--as-of" in crm.fails(2, "--as-of", "today", "upgrade").err
