"""The upgrade to schema 2: what crmkit had put into words becomes codes and values, whatever the language was."""

import json
import shutil
from pathlib import Path

import pytest

from crmkit.archive.archive import opened
from crmkit.archive.exchange.sync import take_in
from crmkit.archive.exchange.upgrade import upgrade
from crmkit.archive.repository.git import Git
from crmkit.archive.store import schema, schema_2, stored
from crmkit.core import wording
from crmkit.core.people import merge
from crmkit.errors import CrmkitError
from crmkit.records import Assignment, Conflict, Customer, Merge, Order
from crmkit.records.customer import Noted
from crmkit.records.order import Sign
from tests.archive.desk import NOW, Desk
from tests.archive.stock import git

AT = "2026-11-20T10:00:00+08:00"
C1, C2 = "C2611-00000001", "C2611-00000002"
NOTES = [
    ("address: 青年路1号", {"about": "address", "text": "青年路1号"}),
    ("地址: 青年路1号", {"about": "address", "text": "青年路1号"}),
    (f"工作单位: 首钢 ({C2})", {"about": "employer", "text": "首钢", "file": C2}),
    ("name: 张阿姨", {"about": "name", "text": "张阿姨"}),
    (f"名称: 张阿姨 ({C2})", {"about": "name", "text": "张阿姨", "file": C2}),
    ("名称：张阿姨", {"about": "name", "text": "张阿姨"}),
    ("age: 70", {"about": "age", "text": "70"}),
    (f"年龄：70 ({C2})", {"about": "age", "text": "70", "file": C2}),
    ("sex: female", {"about": "sex", "text": "female"}),
    ("健康意识: 否", {"about": "awareness", "text": "no"}),
    ("awareness: yes", {"about": "awareness", "text": "yes"}),
    ("referred by: 王志明 +8613900541731", {"about": "referrer", "text": "王志明 +8613900541731"}),
    ("介绍人：王志明", {"about": "referrer", "text": "王志明"}),
    ("2026-11-23 wants no contact (call, sms): too many", {
        "about": "no-contact", "on": "2026-11-23", "channels": ["call", "sms"], "text": "too many"}),
    ("2026-11-23 勿扰（all）：太多", {"about": "no-contact", "on": "2026-11-23", "channels": ["all"], "text": "太多"}),
]  # fmt: skip
WRITTEN = ["下午打电话", "address 青年路1号", "联系人: 李四", "sex: 女", "age: about 70", "awareness: 高", "年龄：七十",
           "2026-11-23 too many calls", "address: ", ": x", "", f"moved ({C2})"]  # fmt: skip


@pytest.mark.parametrize(("note", "told"), NOTES)
def test_words_of_either_language_become_codes_and_values(note, told):
    assert schema_2.noted(note) == told


@pytest.mark.parametrize("note", WRITTEN)
def test_what_a_person_wrote_stays_as_it_is(note):
    assert schema_2.noted(note) is None


def test_what_was_noted_before_is_still_a_field_of_the_file_or_has_a_sentence():
    """The words are frozen; a field that came later was never put into words."""
    known = {*Customer.__struct_fields__, *wording.SENTENCES}
    assert {*schema_2.FIELDS, *schema_2._FIELD_OF.values()} - known == set()
    assert len(schema_2._FIELD_OF) == 2 * len(schema_2.FIELDS) + 4


def as_schema_1(root: Path, **tables: dict) -> None:
    """Make of an archive one of schema 1 without an id, which holds these documents."""
    for kind, documents in tables.items():
        (root / kind).mkdir(exist_ok=True)
        (root / kind / "2026-11.json").write_bytes(stored.canonical(kind, documents))
    text = (root / "archive.toml").read_text("utf-8").splitlines(keepends=True)
    text = [line.replace("schema = 2 ", "schema = 1 ") for line in text if not line.startswith("id = ")]
    (root / "archive.toml").write_text("".join(text), "utf-8")
    git(Desk(root), "add", "-A")
    git(Desk(root), "commit", "-q", "-m", "of schema 1")


OLD = {
    "customers": {
        C1: {
            "name": "张秀英",
            "notes": ["下午打电话", "address: 柳荫街2号", "地址: 柳荫街2号", f"名称: 张阿姨 ({C2})"],
        },
        C2: {"name": "张阿姨", "merged_into": C1, "notes": ["x: y"]},
    },
    "merges": {
        "M2611-00000001": {
            "survivor": C1, "loser": C2, "at": AT,
            "before": {"notes": ["下午打电话", "address: 柳荫街2号"], "tags": []},
        },
    },
    "assignments": {
        "A2611-00000001": {"customer": C1, "at": AT, "to": "WQ", "before": "LN", "why": "LN 已离职"},
        "A2611-00000002": {"customer": C1, "at": AT, "to": "WQ", "why": "no sale since 2026-08-23"},
        "A2611-00000003": {"customer": C1, "at": AT, "to": "WQ", "why": "everybody left"},
        "A2611-00000004": {"customer": C1, "at": AT, "to": "", "why": "自 2026-08-23 起未成交"},
    },
    "orders": {
        "O2611-00000001": {
            "customer": C1, "ordered_on": "2026-11-20",
            "risk_sign": "hesitated; twice; 再次询问地址：和平里5号，与 青年路1号 不符; phone asked again: 139",
        },
        "O2611-00000002": {"customer": C1, "ordered_on": "2026-11-20", "risk_sign": "asked again, and again"},
    },
    "conflicts": {
        "X2611-00000001": {"record": C1, "field": ["notes", "地址: 青年路1号"], "other": "地址: 青年路1号"},
        "X2611-00000002": {"record": C1, "field": ["notes", "下午打电话"], "other": "下午打电话"},
    },
}  # fmt: skip


def up(root):
    return upgrade(root, run_at=NOW, by="LN", wait=5)


def test_an_upgrade_mends_every_kind_that_held_words(archive):
    as_schema_1(archive, **OLD)
    done = up(archive)
    assert set(done.ids) == {
        C1,
        "M2611-00000001",
        "X2611-00000001",
        "O2611-00000001",
        *(f"A2611-0000000{n}" for n in (1, 2, 4)),
    }
    with opened(archive, exclusive=False, wait=5) as held:
        customer = held.get(Customer, C1)
        assert customer.notes == ("下午打电话",)
        assert customer.noted == (
            Noted(about="address", text="柳荫街2号"), Noted(about="name", text="张阿姨", file=C2),
        )  # fmt: skip
        assert held.get(Customer, C2).notes == ("x: y",)
        assert held.get(Merge, "M2611-00000001").before == {
            "notes": ["下午打电话"], "noted": [{"about": "address", "text": "柳荫街2号"}], "tags": [],
        }  # fmt: skip
        moves = [(m.why, m.cause, m.since and m.since.isoformat()) for m in held.all(Assignment)]
        assert moves == [
            ("", "left", None), ("", "no-sale", "2026-08-23"), ("everybody left", "", None),
            ("", "no-sale", "2026-08-23"),
        ]  # fmt: skip
        assert [(o.risk_sign, o.signs) for o in held.all(Order)] == [
            ("hesitated; twice", (
                Sign(about="address", said="和平里5号", known="青年路1号"), Sign(about="phone", said="139"),
            )),
            ("asked again, and again", ()),
        ]  # fmt: skip
        conflicts = [(c.field, c.other) for c in held.all(Conflict)]
        assert conflicts == [
            (("noted", "address-青年路1号"), {"about": "address", "text": "青年路1号"}),
            (("notes", "下午打电话"), "下午打电话"),
        ]  # fmt: skip
    assert up(archive).run == ""


def test_a_merge_of_before_the_upgrade_is_still_taken_apart(archive):
    as_schema_1(archive, **OLD)
    up(archive)
    from tests.tables import run

    with opened(archive, exclusive=False, wait=5) as held:
        done = merge.split(run(), held.get(Merge, "M2611-00000001"), held.get(Customer, C1), held.get(Customer, C2))
    (apart, *_others) = done.puts
    assert (apart.notes, apart.noted) == (("下午打电话",), (Noted(about="address", text="柳荫街2号"),))


def test_every_document_comes_out_the_same_a_second_time():
    for kind, documents in OLD.items():
        once = schema_2.without_language(kind, documents)
        assert schema_2.without_language(kind, once) == once


def test_an_archive_without_an_id_gains_the_one_that_every_clone_gains(archive, tmp_path):
    as_schema_1(archive)
    clone = Path(shutil.copytree(archive, tmp_path / "clone"))
    done = [up(root) for root in (archive, clone)]
    ids = [identity(root) for root in (archive, clone)]
    assert ids[0] == ids[1] and len(ids[0]) == 20
    assert all(one.run for one in done)
    assert (archive / "archive.toml").read_bytes() == (clone / "archive.toml").read_bytes()


def identity(root: Path) -> str:
    with opened(root, exclusive=False, wait=5) as archive:
        return archive.settings.archive.id


def test_two_new_archives_have_different_ids(bare, tmp_path):
    for name in ("one", "other"):
        bare.ok("init", tmp_path / name, "--branch", "BJ")
    one, other = (identity(tmp_path / name) for name in ("one", "other"))
    assert one != other and len(one) == len(other) == 20
    assert bare.json("-A", tmp_path / "one", "status")["archive_id"] == one
    assert "archive.id" in bare.fails(1, "-A", tmp_path / "one", "config", "--set", f"archive.id={other}").err


def test_a_restored_backup_is_the_same_archive(crm, archive, bare, tmp_path):
    crm.ok("backup", tmp_path / "b.bundle")
    bare.ok("init", tmp_path / "restored", "--from", tmp_path / "b.bundle")
    assert identity(tmp_path / "restored") == identity(archive)


def test_a_copy_that_became_another_archive_is_not_taken_in(archive, tmp_path):
    other = Path(shutil.copytree(archive, tmp_path / "other"))
    text = (other / "archive.toml").read_text("utf-8")
    (other / "archive.toml").write_text(text.replace(identity(other), "0123456789abcdefghjk"), "utf-8")
    git(Desk(other), "commit", "-q", "-a", "-m", "another archive")
    head = Git(archive).head()
    Git(archive).run("fetch", "-q", str(other), "HEAD")
    theirs = Git(archive).line("rev-parse", "FETCH_HEAD")
    with opened(archive, exclusive=True, wait=5) as held, pytest.raises(CrmkitError) as refused:
        take_in(held, theirs, "origin", run_at=NOW, by="LN")
    assert f"origin is another archive: its archive.id is 0123456789abcdefghjk, here it is {identity(archive)}" in str(
        refused.value.message
    )
    assert Git(archive).head() == head


def test_a_clone_of_the_older_schema_is_taken_in_without_words(archive, tmp_path):
    as_schema_1(archive)
    other = Path(shutil.copytree(archive, tmp_path / "other"))
    up(archive)
    (other / "customers").mkdir()
    (other / "customers" / "2026-11.json").write_bytes(stored.canonical("customers", {C1: OLD["customers"][C1]}))
    git(Desk(other), "add", "-A")
    git(Desk(other), "commit", "-q", "-m", "work")
    Git(archive).run("fetch", "-q", str(other), "HEAD")
    with opened(archive, exclusive=True, wait=5) as held:
        take_in(held, Git(archive).line("rev-parse", "FETCH_HEAD"), "origin", run_at=NOW, by="LN")
    stored_now = json.loads((archive / "customers" / "2026-11.json").read_text("utf-8"))["customers"][C1]
    assert (stored_now["notes"], len(stored_now["noted"])) == (["下午打电话"], 2)
    assert identity(archive) and schema.current() == 2
