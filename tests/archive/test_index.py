"""The index answers as a full scan of the shards would, whatever became of it or of them; and it costs what it must."""

import os
import random
import sqlite3
import sys
from contextlib import closing

import pytest
from tinydb import TinyDB
from tinydb.table import Document, Table

from crmkit.archive.archive import Archive, opened
from crmkit.archive.journal import disk
from crmkit.archive.repository import recording
from crmkit.archive.store import index, strict, tables
from crmkit.archive.store.files import fingerprint, shard_files
from crmkit.archive.store.index import DATABASE, SEAL, Index
from crmkit.archive.store.shards import kind_of_file
from crmkit.errors import CrmkitError, DamagedError
from crmkit.records import BY_KIND, Call, Customer, Site
from crmkit.records.change import Change
from crmkit.records.customer import Phone
from tests.archive.desk import NOW

PHONES = [f"+861390054{n:04d}" for n in range(6)]


@pytest.fixture
def no_history(monkeypatch):
    """git is not asked: these tests are not about it, and make many runs."""
    monkeypatch.setattr(recording, "record", lambda *_arguments: "")


def customer(n, *phones, **fields):
    numbers = tuple(Phone(raw=p, e164=p, kind="mobile") for p in phones)
    return Customer(id=f"C26{n % 12 + 1:02d}-{n:08d}", phones=numbers, **fields)


def commit(root, *puts, drops=()):
    with opened(root, exclusive=True, wait=5) as archive:
        return archive.commit(Change(puts=puts, drops=drops), "test run", run_at=NOW, by="LN")


def scan(root):
    """What every shard says, read without the index: the ids with their shards, and the ids that have each key."""
    ids, keys = {}, {}
    for path, _print in shard_files(root):
        for identifier, record in strict.trusted((root / path).read_bytes(), BY_KIND[kind_of_file(path)]).items():
            ids[identifier] = path
            for key in iter(record.keys()):
                keys.setdefault(key, set()).add(identifier)
    return ids, keys


def assert_true_to(root, *, exclusive=False):
    ids, keys = scan(root)
    with opened(root, exclusive=exclusive, wait=5) as archive:
        index = archive.index
        assert {i: index.shard_of(i) for i in ids} == ids
        assert sum(index.counts().values()) == len(ids)
        found = {}
        for (entry,) in index.db.execute("SELECT entry FROM entries WHERE entry NOT LIKE ' %'"):
            key, _space, identifier = entry.rpartition(" ")
            found.setdefault(key, set()).add(identifier)
        assert found == keys
        for number in PHONES:
            assert {c.id for c in archive.find(Customer, f"phone:{number}")} == keys.get(f"phone:{number}", set())


def test_random_work_edits_and_damage_leave_the_index_true_to_the_shards(archive, no_history, monkeypatch):
    monkeypatch.setattr(Table, "document_id_class", str)
    chance = random.Random(3)
    for step in range(120):
        chance.choice(DEEDS)(archive, chance, step)
        assert_true_to(archive, exclusive=chance.random() < 0.3)


def test_many_records_with_a_key_are_those_that_are_found_one_by_one_in_the_same_order(
    archive, no_history, monkeypatch
):  # fmt: skip
    numbers = [f"+86139005{n:05d}" for n in range(300)]
    for places in (range(0, 300, 2), range(1, 300, 2)):  # in several shards, the second time in those that stand
        commit(archive, *(customer(n, numbers[-n], numbers[n], owner="LN") for n in places))
    with opened(archive, exclusive=False, wait=5) as held:
        held.stage(Change(puts=(customer(7, numbers[7], owner="WQ"),), drops=(customer(9).id,)))
        many = held.find(Customer, "owner:LN"), held.between(Customer, "phone:", "phone;")
        monkeypatch.setattr("crmkit.archive.archive.MANY", 1000)
        assert many == (held.find(Customer, "owner:LN"), held.between(Customer, "phone:", "phone;"))
        assert (len(many[0]), len(many[1])) == (298, 2 * 298 + 1)


def put_some(root, chance, step):
    n = chance.randrange(30)
    commit(root, customer(n, *chance.sample(PHONES, 2), name=str(step)), Site(id=f"S2611-{n:08d}", name=f"点{step}"))


def call_some(root, chance, step):
    commit(root, Call(id=f"L2611-{step:08d}", customer=f"C2601-{chance.randrange(9):08d}", at=NOW, outcome="reached"))


def drop_some(root, chance, _step):
    ids = sorted(i for i in scan(root)[0] if i[0] == "C")
    commit(root, drops=tuple(chance.sample(ids, min(2, len(ids)))))


def edit_with_tinydb(root, chance, step):
    shards = sorted(root.glob("sites/*.json"))
    if shards:
        with TinyDB(chance.choice(shards), encoding="utf-8") as db:
            db.table("sites").insert(Document({"name": f"外{step}"}, doc_id=f"S2611-9{step:07d}"))


def copy_away_and_back(root, chance, _step):
    shards = sorted(root.glob("customers/*.json"))
    if shards:
        path = chance.choice(shards)
        data = path.read_bytes()
        path.unlink()
        path.write_bytes(data)


def lose_index(root, chance, _step):
    (root / ".crmkit" / chance.choice((DATABASE, SEAL))).unlink(missing_ok=True)


def cut_index(root, chance, _step):
    path = root / ".crmkit" / chance.choice((DATABASE, SEAL))
    if path.exists():
        os.truncate(path, chance.randrange(path.stat().st_size + 1))


def spoil_index(root, chance, _step):
    path = root / ".crmkit" / chance.choice((DATABASE, SEAL))
    if path.exists():
        data = bytearray(path.read_bytes())
        for _i in range(20):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)


DEEDS = (
    put_some, put_some, call_some, drop_some, edit_with_tinydb, copy_away_and_back, lose_index, cut_index, spoil_index,
)  # fmt: skip


def test_an_index_that_rotted_without_a_trace_is_left_for_memory(archive, no_history):
    """Its seal still fits, since nothing wrote to it; SQLite finds the damage when it gets there."""
    commit(archive, customer(1, PHONES[0]))
    path = archive / ".crmkit" / DATABASE
    before = path.stat()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * (before.st_size - 100))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (archive / ".crmkit" / SEAL).write_text(Index(archive, _never, writable=False)._print())
    assert_true_to(archive)
    commit(archive, customer(2, PHONES[1]))
    assert_true_to(archive)


def _never(path):
    raise AssertionError(path)


def test_a_reader_on_a_disk_that_cannot_be_written_answers_from_memory(archive, no_history, monkeypatch):
    commit(archive, customer(1, PHONES[0]))
    (archive / ".crmkit" / DATABASE).unlink()
    monkeypatch.setattr(disk, "make_folder", _read_only)
    monkeypatch.setattr(disk, "remove", _read_only)
    real = os.open

    def only_to_read(path, flags, *more, **named):
        if flags & (os.O_WRONLY | os.O_RDWR) and path != os.devnull:
            _read_only(path)
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", only_to_read)
    assert_true_to(archive)
    assert not (archive / ".crmkit" / DATABASE).exists()


def _read_only(*_arguments):
    raise OSError(30, "Read-only file system")


def test_a_shard_that_is_gone_is_missed_with_an_index_and_without_one(archive):
    commit(archive, customer(1), Site(id="S2611-00000001", name="时间公园"))
    (archive / "sites" / "2026-11.json").unlink()
    for _with_index in (True, False):
        with (
            pytest.raises(DamagedError, match=r"sites/2026-11.json is missing"),
            opened(archive, exclusive=False, wait=5),
        ):
            pass
        (archive / ".crmkit" / DATABASE).unlink(missing_ok=True)


def test_bytes_that_changed_without_being_written_are_noticed_when_they_are_read(archive, no_history):
    commit(archive, customer(1, name="张秀英"))
    path = archive / "customers" / "2026-02.json"
    rot(archive, path, "张秀英", "张秀荚")
    with opened(archive, exclusive=False, wait=5) as held, pytest.raises(DamagedError, match="failing disk"):
        held.get(Customer, customer(1).id)


def rot(root, path, old, new):
    """Change bytes behind the back of the index: as it sees the file, nobody touched it."""
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with closing(sqlite3.connect(root / ".crmkit" / DATABASE)) as db, db:
        db.execute("UPDATE files SET print = ? WHERE path = ?", (fingerprint(path), str(path.relative_to(root))))
    (root / ".crmkit" / SEAL).write_text(Index(root, _never, writable=False)._print())


def test_a_file_changed_while_a_command_runs_is_said_to_be_so(archive, no_history):
    commit(archive, customer(1, name="张秀英"))
    path = archive / "customers" / "2026-02.json"
    with opened(archive, exclusive=False, wait=5) as held:
        path.write_text(path.read_text("utf-8").replace("张秀英", "张秀荚"), "utf-8")
        with pytest.raises(CrmkitError, match="meanwhile"):
            held.get(Customer, customer(1).id)


def test_a_record_in_two_shards_is_not_chosen_between(archive, no_history):
    commit(archive, customer(1))
    folder = archive / "customers"
    (folder / "2026-02-2.json").write_bytes((folder / "2026-02.json").read_bytes())
    with opened(archive, exclusive=False, wait=5) as held, pytest.raises(DamagedError, match="two shards"):
        held.get(Customer, customer(1).id)
    (folder / "2026-02-2.json").unlink()


def test_a_command_about_one_record_opens_no_shard_but_its_own(archive, no_history):
    """Counted at the interpreter's own hook for opening files, in an archive of 40 shards."""
    commit(archive, *(customer(n, PHONES[n % 6]) for n in range(12)))
    commit(archive, *(Call(id=f"L{y}{m:02d}-00000001", customer="C2601-00000000", at=NOW, outcome="busy")
                      for y in (24, 25) for m in range(1, 13)))  # fmt: skip
    commit(archive)
    seen = []
    watch.append(seen)
    commit(archive, customer(1, PHONES[1], name="张秀英"))
    watch.clear()
    shards = {path for path in seen if path.startswith(str(archive)) and path.endswith(".json")}
    assert shards == {str(archive / "customers" / "2026-02.json")}


watch = []


def audit(event, arguments):
    if watch and event == "open" and isinstance(arguments[0], str | os.PathLike):
        watch[-1].append(str(arguments[0]))


sys.addaudithook(audit)


def test_readers_together_answer_alike_while_the_index_is_not_there(archive, no_history):
    commit(archive, customer(1, PHONES[0]))
    (archive / ".crmkit" / DATABASE).unlink()
    with opened(archive, exclusive=False, wait=5) as one, opened(archive, exclusive=False, wait=5) as other:
        for held in (one, other):
            assert [c.id for c in held.find(Customer, f"phone:{PHONES[0]}")] == [customer(1).id]


def test_the_seal_is_broken_for_good_before_the_database_is_written(archive, no_history, monkeypatch):
    """And put on again only after the database was made durable: else a power failure could pass a half one off."""
    commit(archive, customer(1))
    seal = archive / ".crmkit" / SEAL
    story = []
    for name in ("remove", "sync_folder", "sync_file"):
        monkeypatch.setattr(disk, name, _noting(story, name, getattr(disk, name)))
    monkeypatch.setattr(tables, "put_file", _noting(story, "write", tables.put_file))
    commit(archive, customer(2))
    broken = story.index(f"remove {seal}")
    durable = story.index(f"sync_folder {seal.parent}", broken)
    first, last = story.index("write"), len(story) - 1 - story[::-1].index("write")
    assert broken < durable < first
    assert last < story.index(f"sync_file {archive / '.crmkit' / DATABASE}")
    assert seal.exists()


def test_keys_are_told_apart_whatever_stands_in_them(archive, no_history):
    names = ["王", "王 五", "王\0五", '王"\\u0000', "王!"]
    sites = [Site(id=f"S2611-{n:08d}", name=name) for n, name in enumerate(names)]
    commit(archive, *sites)
    for exclusive in (False, True):
        with opened(archive, exclusive=exclusive, wait=5) as held:
            for site in sites:
                assert held.find(Site, f"site:{site.name.casefold()}") == [held.get(Site, site.id)]


def test_many_records_of_one_shard_are_read_as_few_are(archive, no_history):
    people = [customer(12 * n, name=f"甲{n}") for n in range(20)]
    commit(archive, *people)
    with opened(archive, exclusive=False, wait=5) as held:
        for person in people:
            assert held.get(Customer, person.id).name == person.name


def test_very_many_ids_are_asked_for_some_at_a_time(archive, no_history, monkeypatch):
    monkeypatch.setattr(index, "AT_ONCE", 3)
    people = [customer(12 * n, name=f"甲{n}") for n in range(8)]
    commit(archive, *people[:5])
    with opened(archive, exclusive=False, wait=5) as held:
        assert held.index.known(one.id for one in people) == {one.id for one in people[:5]}


@pytest.mark.parametrize("sorted_at_a_time", [1, 300, 1 << 20])
def test_an_index_larger_than_the_cache_is_as_true_to_the_shards(
    archive, no_history, monkeypatch, sorted_at_a_time
):  # fmt: skip
    for name, value in (("CACHE_KIB", 0), ("FEW", 0), ("SORTED", sorted_at_a_time)):
        monkeypatch.setattr(tables, name, value)
    commit(archive, *(customer(n, f"+86139{n:08d}", name=f"甲{n}") for n in range(40)))
    assert_true_to(archive)
    commit(archive, *(customer(n, f"+86138{n:08d}", name=f"乙{n}") for n in range(30, 50)), drops=("C2601-00000000",))
    assert_true_to(archive)
    (archive / ".crmkit" / SEAL).unlink()
    assert_true_to(archive, exclusive=True)


def _noting(story, name, real):
    def noted(*arguments, **named):
        story.append(name if name == "write" else f"{name} {arguments[0]}")
        return real(*arguments, **named)

    return noted


def test_an_archive_that_is_only_looked_at_is_not_written_to(archive, no_history):
    commit(archive, customer(1))
    before = {p: p.stat().st_mtime_ns for p in archive.rglob("*")}
    for _i in range(3):
        assert_true_to(archive)
    assert {p: p.stat().st_mtime_ns for p in archive.rglob("*")} == before
    assert Archive(archive).index.counts() == {"customers": 1}


def test_the_shards_of_a_month_are_told_from_those_of_others(archive):
    kept = [Customer(id=f"C26{month}-0000000{n}", name="x") for month in ("01", "10", "11") for n in range(3)]
    (archive / "archive.toml").write_text('[archive]\nbranch = "BJ"\nschema = 2\n[storage]\nshard_records = 2\n')
    with opened(archive, exclusive=True, wait=5) as opened_archive:
        opened_archive.commit(Change(puts=tuple(kept)), "lead add", run_at=NOW, by="LN")
        index = opened_archive.index
        assert index.shards("customers", "2026-10") == {"customers/2026-10.json": 2, "customers/2026-10-2.json": 1}
        assert len(index.shards("customers")) == 6
        assert index.shards("customers", "2026-12") == {}
        assert index.holds("customers") and not index.holds("touches")


def test_records_are_found_that_share_a_value_with_another_one(archive, no_history):
    refused = {"do_not_contact": ("call",)}
    commit(
        archive,
        customer(1, PHONES[0], PHONES[1], **refused),
        customer(2, PHONES[1]),
        customer(3, PHONES[2]),
        customer(4, PHONES[3], **refused),  # nobody else has that number
        customer(5, PHONES[4], **refused),
        customer(6, PHONES[4], **refused),
        customer(7, PHONES[0][:-1]),  # a number that begins another one
    )
    with opened(archive, exclusive=False, wait=5) as held:
        found = {held.get(Customer, i).phones[0].e164 for i in held.index.ids_sharing("refused", "phone")}
        assert found == {PHONES[1], PHONES[4]}
        assert len(held.index.ids_sharing("refused", "phone")) == 3
        by_value = held.index.ids_by_value("refused")
        assert {number: len(ids) for number, ids in by_value.items()} == {
            PHONES[0]: 1, PHONES[1]: 1, PHONES[3]: 1, PHONES[4]: 2,
        }  # fmt: skip
