"""A shard is an ordinary TinyDB database, and what TinyDB writes is taken as our own."""

import subprocess

import pytest
from tinydb import TinyDB, where
from tinydb.table import Document, Table


@pytest.fixture(autouse=True)
def string_ids(monkeypatch):
    monkeypatch.setattr(Table, "document_id_class", str)


def shard(archive, kind):
    (path,) = (archive / kind).glob("*.json")
    return path


def test_plain_tinydb_opens_queries_and_updates_a_shard(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    crm.ok("site", "add", "--name", "老年大学")
    with TinyDB(shard(archive, "sites"), encoding="utf-8") as db:
        sites = db.table("sites")
        (found,) = sites.search(where("name") == "时间公园")
        assert found.doc_id == crm.json("site", "show", "时间公园")["id"]
        sites.update({"kind": "park", "weather": "fine"}, doc_ids=[found.doc_id])
        sites.insert(Document({"name": "和平里社区"}, doc_id="S2611-00000001"))
    assert crm.json("site", "show", "时间公园")["kind"] == "park"
    assert crm.json("site", "show", "和平里社区")["id"] == "S2611-00000001"


def test_the_next_run_commits_the_edit_and_keeps_foreign_fields(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    with TinyDB(shard(archive, "sites"), encoding="utf-8") as db:
        db.table("sites").update({"weather": "fine"})
    crm.ok("site", "edit", "时间公园", "--set", "kind=park")
    log = subprocess.run(["git", "-C", archive, "log", "--format=%s"], capture_output=True, text=True).stdout
    assert log.splitlines()[:2] == ["site edit: 1 record", "archive edit: 1 file changed by hand"]
    assert '"weather": "fine"' in shard(archive, "sites").read_text("utf-8")
    assert subprocess.run(["git", "-C", archive, "status", "--porcelain"], capture_output=True).stdout == b""


def test_shards_are_readable_text_that_does_not_change_when_rewritten(crm, archive):
    crm.ok("site", "add", "--name", "时间公园")
    text = shard(archive, "sites").read_text("utf-8")
    assert text.endswith("}\n") and '  "sites": {\n' in text and '"name": "时间公园"' in text
    crm.ok("site", "edit", "时间公园", "--set", "kind=park")
    crm.ok("site", "edit", "时间公园", "--unset", "kind")
    strip = [line for line in shard(archive, "sites").read_text("utf-8").splitlines() if "updated_at" not in line]
    assert strip == [line for line in text.splitlines() if "updated_at" not in line]
