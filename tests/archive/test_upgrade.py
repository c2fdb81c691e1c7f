"""Schemas: a newer archive is refused, an older one is brought up to date by a run, its past is read as it would be."""

import subprocess

import pytest

from crmkit.archive.archive import opened
from crmkit.archive.exchange.upgrade import upgrade
from crmkit.archive.history.history import revisions
from crmkit.archive.history.past import opened_at
from crmkit.archive.history.undo import planned
from crmkit.archive.repository.git import Git
from crmkit.archive.store import schema
from crmkit.errors import CrmkitError, DamagedError
from crmkit.records import Site
from crmkit.records.change import Change
from tests.archive.desk import NOW, Desk

SITE = Site(id="S2611-00000001", name="时间公园", contact="王")


def contacts_in_capitals(kind, documents):
    """A migration: contacts of sites are stored with a title."""
    if kind != "sites":
        return documents
    return {i: {**d, "contact": d["contact"] + "先生"} if "contact" in d else d for i, d in documents.items()}


@pytest.fixture
def older(archive, monkeypatch):
    """An archive of schema 2, seen by a crmkit of schema 3."""
    desk = Desk(archive)
    desk.run(lambda a: Change(puts=(SITE, Site(id="S2611-00000002", name="别处"))))
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, contacts_in_capitals))
    return archive


def up(archive, *, dry_run=False):
    return upgrade(archive, run_at=NOW, by="LN", wait=5, dry_run=dry_run)


def site(archive) -> Site:
    with opened(archive, exclusive=False, wait=5) as held:
        return held.get(Site, SITE.id)


def test_a_new_archive_has_the_current_schema(archive):
    assert "\nschema = 2 " in (archive / "archive.toml").read_text("utf-8")
    with opened(archive, exclusive=False, wait=5) as held:
        assert held.settings.archive.schema == schema.current()


def test_an_archive_that_names_none_has_the_first(archive):
    assert schema.schema_of({}) == schema.schema_of({"archive": {"name": "x"}}) == 1


@pytest.mark.parametrize("value", [0, -1, "2", 1.5, None, []])
def test_a_schema_that_is_none_is_refused(value):
    with pytest.raises(DamagedError, match="not a schema"):
        schema.schema_of({"archive": {"schema": value}})


@pytest.mark.parametrize("exclusive", [False, True])
def test_an_older_archive_is_neither_read_nor_written_until_it_is_upgraded(older, exclusive):
    with pytest.raises(DamagedError, match="schema 2") as refused, opened(older, exclusive=exclusive, wait=5):
        pass
    assert "crmkit upgrade" in refused.value.hint


def test_an_upgrade_is_a_run_that_changes_what_the_migration_changes(older):
    done = up(older)
    assert done.ids == (SITE.id,) and done.counts == {"updated": 1}
    assert done.changes == {SITE.id: {"contact": ("王", "王先生")}}
    assert site(older).contact == "王先生"
    newest = next(revisions(Git(older), "HEAD"))
    assert (newest.run, newest.commit, newest.by, newest.command) == (done.run, done.commit, "LN", "upgrade")
    assert subprocess.run(["git", "-C", older, "status", "--porcelain"], capture_output=True).stdout == b""


def test_the_settings_keep_their_comments_and_gain_the_number(older):
    before = (older / "archive.toml").read_text("utf-8")
    up(older)
    assert (older / "archive.toml").read_text("utf-8") == before.replace("schema = 2 ", "schema = 3 ")


def test_a_settings_file_without_a_first_table_gains_it(older):
    (older / "archive.toml").write_text("[card]\nreply = 3\n", "utf-8")
    up(older)
    with opened(older, exclusive=False, wait=5) as held:
        assert (held.settings.archive.schema, held.settings.card.reply) == (3, 3)


def test_a_dry_run_shows_the_fields_and_changes_nothing(older):
    head = Git(older).head()
    done = up(older, dry_run=True)
    assert done.dry_run and done.changes == {SITE.id: {"contact": ("王", "王先生")}}
    assert Git(older).head() == head and b'"contact": "\xe7\x8e\x8b"' in (older / "sites" / "2026-11.json").read_bytes()


def test_upgrading_twice_does_nothing_the_second_time(older):
    up(older)
    head = Git(older).head()
    assert up(older).run == ""
    assert Git(older).head() == head


def test_two_migrations_run_in_order(archive, monkeypatch):
    def step(text):
        return lambda kind, documents: {i: {**d, "name": d["name"] + text} for i, d in documents.items()}

    monkeypatch.setattr(schema, "MIGRATIONS", (step("a"), step("b"), step("c")))
    assert schema.migrated("sites", {"S": {"name": "x"}}, 1) == {"S": {"name": "xabc"}}
    assert schema.migrated("sites", {"S": {"name": "x"}}, 3) == {"S": {"name": "xc"}}


def test_two_clones_that_upgrade_apart_have_the_same_files(clones, monkeypatch):
    ours, theirs = clones
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, contacts_in_capitals))
    up(ours.root)
    up(theirs.root)
    assert ours.tree() == theirs.tree()


def test_a_migration_that_breaks_a_record_changes_nothing(older, monkeypatch):
    breaking = (*schema.MIGRATIONS[:1], lambda kind, documents: {i: {"name": 7} for i in documents})
    monkeypatch.setattr(schema, "MIGRATIONS", breaking)
    before = (older / "sites" / "2026-11.json").read_bytes()
    with pytest.raises(DamagedError, match=SITE.id):
        up(older)
    assert (older / "sites" / "2026-11.json").read_bytes() == before
    assert "schema = 2 " in (older / "archive.toml").read_text("utf-8")


def test_the_past_is_read_in_the_current_schema(older):
    with opened_at(older, "HEAD", moment=lambda tz: None, wait=5) as past:
        assert past.get(Site, SITE.id).contact == "王先生"
    up(older)
    with opened_at(older, "HEAD~1", moment=lambda tz: None, wait=5) as past:
        assert past.get(Site, SITE.id).contact == "王先生"


def test_an_upgrade_cannot_be_taken_back_and_neither_can_what_it_rewrote(older):
    first = next(revisions(Git(older), "HEAD")).run
    run = up(older).run
    with opened(older, exclusive=False, wait=5) as held:
        with pytest.raises(CrmkitError, match="schema 2"):
            planned(held, run)
        with pytest.raises(CrmkitError, match=run):
            planned(held, first)


def test_a_run_that_git_has_not_recorded_yet_is_recorded_before_the_upgrade(archive, monkeypatch):
    desk = Desk(archive)
    (archive / ".git" / "index.lock").touch()
    pending = desk.run(lambda a: Change(puts=(SITE,)))
    (archive / ".git" / "index.lock").unlink()
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, contacts_in_capitals))
    run = up(archive).run
    assert [r.run for r in revisions(Git(archive), "HEAD")][:2] == [run, pending]
