"""`check` notices every kind of damage and names its place, and finds nothing in an archive that is in order."""

import os
import shutil
import sqlite3

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmkit import config
from crmkit.archive.archive import opened
from crmkit.archive.health.check import check, problems, unknown
from crmkit.archive.health.problem import Problem
from crmkit.archive.repository.git import Git
from crmkit.archive.store import stored
from crmkit.records import TYPES, Call, Customer, Event, Invitation, Product, Site, Staff, Touch
from tests.archive.desk import NOW, Desk
from tests.archive.stock import ANNA, BRUNO, CARD, CUSTOMERS, NEXT, cut_off, git, put

EVENT = Event(id="G2611-00000001", code="1205A", starts_at=NOW)
GUEST = Invitation(id="N2611-00000001", event_id=EVENT.id, customer=ANNA.id, number="1205A-LN001-M")


def found(desk: Desk) -> list[tuple[str, str]]:
    return [(problem.code, problem.place) for problem in problems(desk.root)]


def only(desk: Desk) -> Problem:
    (problem,) = problems(desk.root)
    return problem


# an archive in order


def test_an_archive_in_order_has_no_problems(desk):
    assert problems(desk.root, deep=True) == []


def test_looking_changes_nothing(desk):
    def state() -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in desk.root.rglob("*") if p.is_file() and ".git" not in p.parts}

    before = state()
    problems(desk.root)
    assert state() == before


def test_a_lost_index_is_no_problem(desk):
    (desk.root / ".crmkit" / "index.sqlite").write_bytes(b"nonsense")
    assert problems(desk.root) == []
    shutil.rmtree(desk.root / ".crmkit")
    assert problems(desk.root) == []


def test_a_run_that_git_has_not_recorded_is_found_and_its_files_are_as_they_should_be(desk):
    (desk.root / ".git" / "index.lock").touch()
    put(desk, msgspec.structs.replace(BRUNO, address="上海"))
    (desk.root / ".git" / "index.lock").unlink()
    assert found(desk) == [("pending", ".crmkit/pending")]
    assert check(desk.root, wait=5) == []  # which does first what every command does


# bytes


def test_a_flipped_bit_is_noticed_where_the_file_still_reads(desk):
    path = desk.root / CUSTOMERS
    seen = path.stat()
    path.write_bytes(path.read_bytes().replace("海淀区".encode(), "海淀匹".encode()))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert only(desk).code == "decayed"


def test_an_edit_by_another_program_is_noticed_until_it_is_recorded(desk):
    path = desk.root / CUSTOMERS
    path.write_bytes(path.read_bytes().replace("海淀区".encode(), "昌平区".encode()))
    assert found(desk) == [("changed", CUSTOMERS)]
    put(desk, msgspec.structs.replace(BRUNO, address="上海"))
    assert problems(desk.root) == []


def test_a_shard_that_no_run_wrote_is_noticed(desk):
    shard = desk.root / "customers" / "2026-10.json"
    shard.write_bytes(stored.canonical("customers", {}))
    assert found(desk) == [("changed", "customers/2026-10.json")]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_bit_counts(desk, data):
    files = [CUSTOMERS, "cards/2026-11.json", config.MARKER, "calendar/2026.json"]
    path = desk.root / data.draw(st.sampled_from(files))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) * 8 - 1))
    path.write_bytes(content[: at // 8] + bytes([content[at // 8] ^ 1 << at % 8]) + content[at // 8 + 1 :])
    found = {problem.place for problem in problems(desk.root)}
    path.write_bytes(content)
    assert str(path.relative_to(desk.root)) in found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_truncation_is_noticed(desk, data):
    path = desk.root / CUSTOMERS
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    found = {problem.place for problem in problems(desk.root)}
    path.write_bytes(content)
    assert found == {CUSTOMERS}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b'{"customers": {', "line 1"),
        (b'{"customers": {}, "customers": {}}', "twice"),
        (b"<<<<<<< HEAD\n{}", "conflict marker"),
        (b'{"touches": {}}', "one table"),
        (b'{"customers": {"C2611-00000001": {"name": 7}}}', "C2611-00000001"),
        (b'{"customers": {"T2611-00000001": {}}}', "another kind"),
    ],
)
def test_what_is_no_shard_is_named_with_its_line(desk, content, words):
    (desk.root / CUSTOMERS).write_bytes(content)
    problem = only(desk)
    assert (problem.code, problem.place) == ("damaged", CUSTOMERS)
    assert words in problem.message and CUSTOMERS in problem.message


def test_a_file_that_is_gone_is_missed(desk):
    (desk.root / CUSTOMERS).unlink()
    (desk.root / "archive.toml").unlink()
    (desk.root / ".gitattributes").unlink()
    assert found(desk) == [("missing", ".gitattributes"), ("missing", "archive.toml"), ("missing", CUSTOMERS)]


@pytest.mark.parametrize(
    "text", ["[archive", "[archive]\nlang = 7\n", "[nonsense]\n", "archive = 3\n", '[archive]\nschema = "x"\n']
)
def test_settings_that_cannot_be_used_are_named(desk, text):
    (desk.root / "archive.toml").write_text(text)
    assert ("damaged", "archive.toml") in found(desk)


def test_an_archive_of_a_newer_crmkit_is_not_called_damaged(desk):
    path = desk.root / "archive.toml"
    path.write_text(path.read_text("utf-8").replace("schema = 2", "schema = 9"), "utf-8")
    (desk.root / CUSTOMERS).write_text('{"customers": {"C2611-00000001": {"name": ["new", "form"]}}}')
    assert ("damaged", "archive.toml") in found(desk)  # this schema is in no commit
    git(desk, "commit", "-qam", "newer")
    assert found(desk) == [("schema", "archive.toml")]


def test_attributes_that_are_not_ours_are_named(desk):
    (desk.root / ".gitattributes").write_text("*.json merge=union filter=evil\n")
    (desk.root / ".gitignore").write_text("\n")
    assert found(desk) == [("damaged", ".gitattributes"), ("damaged", ".gitignore")]


# between records


def test_a_reference_to_a_record_that_is_not_there(desk):
    put(
        desk,
        Touch(id="T2611-00000009", customer="C2611-99999999", at=NOW),
        Call(id="L2611-00000009", customer=ANNA.id, at=NOW, outcome="reached", callback="B2611-99999999"),
        msgspec.structs.replace(BRUNO, referrer="C2512-99999999", household="C2611-88888888"),
        msgspec.structs.replace(NEXT, replaces="K2611-99999999"),
    )
    messages = " ".join(problem.message for problem in problems(desk.root))
    assert {problem.code for problem in problems(desk.root)} == {"reference"}
    for named in ("C2611-99999999", "B2611-99999999", "C2512-99999999", "C2611-88888888", "K2611-99999999"):
        assert named in messages


def test_references_into_a_shard_that_cannot_be_read_are_not_reported_once_more(desk):
    (desk.root / CUSTOMERS).write_bytes(b"")
    assert found(desk) == [("damaged", CUSTOMERS)]


def test_every_field_that_names_a_record_is_looked_at():
    """A new record type says which of its fields name records; these names are used for nothing else."""
    names = {"customer", "callback", "call", "about", "referrer", "replaces", "replaced_by", "merged_into", "survivor"}
    for record_type in TYPES:
        fields = {field.name for field in msgspec.structs.fields(record_type)}
        assert fields & names <= set(record_type.refers), record_type
        assert set(record_type.refers) <= fields, record_type


def test_files_merged_in_a_circle_and_into_nothing(desk):
    third = Customer(id="C2611-00000003", merged_into="C2611-77777777")
    put(
        desk,
        msgspec.structs.replace(ANNA, merged_into=BRUNO.id),
        msgspec.structs.replace(BRUNO, merged_into=ANNA.id),
        third,
    )
    codes = {problem.code: problem.message for problem in problems(desk.root)}
    assert codes.keys() == {"alias", "reference"}
    assert f"{ANNA.id}, {BRUNO.id}" in codes["alias"]
    assert "C2611-77777777" in codes["reference"]


def test_a_chain_of_merges_is_in_order(desk):
    put(desk, Customer(id="C2611-00000003", merged_into=BRUNO.id), msgspec.structs.replace(BRUNO, merged_into=ANNA.id))
    assert problems(desk.root) == []


def test_an_id_in_two_shards(desk):
    second = stored.canonical("customers", {ANNA.id: {"name": "张秀英"}})
    (desk.root / "customers" / "2026-11-2.json").write_bytes(second)
    git(desk, "add", ".")
    git(desk, "commit", "-qam", "by hand")
    assert only(desk).code == "twice" and ANNA.id in only(desk).message


def test_an_id_in_the_shard_of_another_month(desk):
    (desk.root / "customers" / "2026-10.json").write_bytes(stored.canonical("customers", {"C2611-00000005": {}}))
    git(desk, "add", ".")
    git(desk, "commit", "-qam", "by hand")
    assert only(desk).code == "misplaced"


@pytest.mark.parametrize(
    ("records", "named"),
    [
        ((Staff(id="E2611-00000001", code="WQ"), Staff(id="E2611-00000002", code="wq")), "wq"),
        ((Site(id="S2611-00000001", name="公园"), Site(id="S2611-00000002", name="公园")), "公园"),
        ((Product(id="P2611-00000001", code="HX1"), Product(id="P2611-00000002", code="hx1")), "hx1"),
        ((msgspec.structs.replace(NEXT, serial="a1"),), "a1"),
        ((msgspec.structs.replace(NEXT, id="K2611-00000003"),), "operator code"),
        ((EVENT, msgspec.structs.replace(EVENT, id="G2611-00000002", code="1205a")), "1205a"),
        ((EVENT, GUEST, msgspec.structs.replace(GUEST, id="N2611-00000002")), "operator code"),
    ],
)
def test_what_belongs_to_one_record_stands_on_one(desk, records, named):
    put(desk, *records)
    assert only(desk).code == "duplicate" and named in only(desk).message


def test_a_void_card_leaves_its_serial_to_another(desk):
    put(desk, msgspec.structs.replace(CARD, state="void"), msgspec.structs.replace(NEXT, serial="A1"))
    assert problems(desk.root) == []


def test_a_card_number_that_was_left_out(desk):
    put(desk, msgspec.structs.replace(NEXT, id="K2611-00000004", number="BJLN-26110004-K"))
    assert only(desk).code == "gap" and "0003" in only(desk).message


def test_a_card_number_with_a_wrong_character(desk):
    put(desk, msgspec.structs.replace(NEXT, number="BJLN-26110002-T"))
    assert [problem.code for problem in problems(desk.root)] == ["number"]


@pytest.mark.parametrize(("number", "code"), [("1205A-LN003-I", "gap"), ("1205A-LN002-M", "number")])
def test_an_invitation_number_that_was_left_out_or_is_wrong(desk, number, code):
    put(desk, EVENT, GUEST, msgspec.structs.replace(GUEST, id="N2611-00000002", number=number))
    assert [problem.code for problem in problems(desk.root)] == [code]


# the index


def test_an_index_that_says_something_else(desk):
    path = desk.root / ".crmkit" / "index.sqlite"
    with opened(desk.root, exclusive=True, wait=5) as archive, archive.index._writing():
        archive.index.db.execute("DELETE FROM entries WHERE entry LIKE 'number:%'")
    assert sqlite3.connect(path).execute("SELECT COUNT(*) FROM entries WHERE entry LIKE 'number:%'").fetchone() == (0,)
    assert found(desk) == [("index", "cards/2026-11.json")]


# runs that are not complete


def test_an_interrupted_run_is_found_and_then_finished(desk):
    cut_off(desk, msgspec.structs.replace(BRUNO, address="上海"))
    assert [problem.code for problem in problems(desk.root)] == ["unfinished"]
    assert check(desk.root, wait=5) == []
    with opened(desk.root, exclusive=False, wait=5) as archive:
        assert archive.get(Customer, BRUNO.id).address == "上海"


def test_an_interrupted_run_that_cannot_be_finished(desk):
    cut_off(desk, msgspec.structs.replace(BRUNO, address="上海"))
    (desk.root / CUSTOMERS).write_bytes(stored.canonical("customers", {}))
    found = {problem.code: problem for problem in check(desk.root, wait=5)}
    assert "crmkit repair" in found["unfinished"].fix


def test_a_damaged_journal(desk):
    cut_off(desk, msgspec.structs.replace(BRUNO, address="上海"))
    journal = desk.root / ".crmkit" / "journal"
    journal.write_bytes(journal.read_bytes()[:-9])
    assert ("journal", ".crmkit/journal") in [(p.code, p.place) for p in check(desk.root, wait=5)]


def test_what_a_command_left_that_was_killed_before_it_saved(desk):
    stage = desk.root / ".crmkit" / "stage"
    stage.mkdir(exist_ok=True)
    (stage / "20261121-100000-abcd-0").write_bytes(b"{}")
    assert found(desk) == [("leftover", ".crmkit/stage")]
    assert check(desk.root, wait=5) == []


# files


@pytest.mark.parametrize("path", [".", "customers", CUSTOMERS, "archive.toml", ".crmkit", ".git"])
def test_what_others_may_open(desk, path):
    (desk.root / path).chmod(0o755)
    assert found(desk) == [("permissions", path)]


def test_links_are_named(desk, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(desk.root / "customers", elsewhere / "customers")
    shutil.rmtree(desk.root / "customers")
    (desk.root / "customers").symlink_to(elsewhere / "customers")
    (desk.root / "touches" / "2026-10.json").symlink_to("/etc/passwd")
    (desk.root / ".crmkit" / "kept").symlink_to(elsewhere)
    assert {
        ("link", "customers"),
        ("link", "touches/2026-10.json"),
        ("link", ".crmkit/kept"),
        ("missing", CUSTOMERS),
    } <= set(found(desk))


def test_a_pipe_in_the_place_of_a_shard_holds_nothing_up(desk):
    os.mkfifo(desk.root / "customers" / "2026-12.json")
    assert ("irregular", "customers/2026-12.json") in found(desk)


@pytest.mark.parametrize("name", ["2026-11.json.bak", "2026-11.JSON", "notes.txt", ".2026-11.json.swp", "2026-1.json"])
def test_a_stray_file_among_the_records(desk, name):
    (desk.root / "customers" / name).touch()
    assert ("stray", f"customers/{name}") in found(desk)


def test_names_that_differ_in_case_only(desk):
    (desk.root / "Customers").mkdir()
    assert found(desk) == [("case", "Customers")]


def test_other_files_are_mentioned_and_no_problem(desk):
    (desk.root / "readme.txt").touch()
    (desk.root / "2026-10.xlsx").touch()
    assert problems(desk.root) == []
    assert unknown(desk.root) == ["readme.txt"]


# the repository


def test_an_archive_that_was_copied_without_its_history(desk):
    shutil.rmtree(desk.root / ".git")
    assert found(desk) == [("no-history", ".git")]


def test_a_repository_elsewhere(desk, tmp_path):
    shutil.move(desk.root / ".git", tmp_path / "repository")
    (desk.root / ".git").write_text(f"gitdir: {tmp_path}/repository\n")
    assert found(desk) == [("foreign-repository", ".git")]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("filter.evil.clean", "touch /tmp/x"),
        ("merge.evil.driver", "touch /tmp/x"),
        ("diff.evil.textconv", "x"),
        ("include.path", "/dev/null"),
        ("includeIf.gitdir:/.path", "/dev/null"),
        ("core.sshCommand", "x"),
        ("core.hooksPath", "/dev/null"),
        ("core.fsmonitor", "x"),
        ("core.worktree", ".."),
        ("core.pager", "x"),
        ("core.attributesFile", "x"),
        ("gpg.program", "x"),
        ("credential.helper", "x"),
        ("alias.st", "!x"),
        ("url.x.insteadOf", "y"),
        ("remote.origin.uploadpack", "x"),
    ],
)
def test_a_setting_that_makes_git_run_something(desk, key, value):
    git(desk, "config", key, value)
    codes = {problem.code for problem in problems(desk.root)}
    assert "git-setting" in codes
    assert any(key.lower() in problem.message.lower() for problem in problems(desk.root))


def test_settings_that_git_cannot_read(desk):
    (desk.root / ".git" / "config").write_text("[core\n")
    assert ("git-setting", ".git/config") in found(desk)


def test_a_hook(desk):
    hooks = desk.root / ".git" / "hooks"
    hooks.mkdir()
    (hooks / "pre-commit.sample").write_text("#!/bin/sh\n")
    (hooks / "post-merge").write_text("#!/bin/sh\n")
    assert problems(desk.root) == []  # git does not run what is not executable
    for hook in hooks.iterdir():
        hook.chmod(0o700)
    assert found(desk) == [("hook", ".git/hooks/post-merge")]


@pytest.mark.parametrize("name", ["info/attributes", "info/grafts", "objects/info/alternates", "config.worktree"])
def test_what_makes_the_repository_lean_on_something_else(desk, name):
    path = desk.root / ".git" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("* -merge\n")
    assert ("git-setting", f".git/{name}") in found(desk)


def test_the_driver_is_missed(desk):
    git(desk, "config", "merge.crmkit.driver", "false")
    assert found(desk) == [("driver", ".git/config")]


def test_another_branch_and_a_merge_under_way(desk):
    git(desk, "checkout", "-q", "-b", "other")
    assert found(desk) == [("branch", ".git")]


def test_a_lock_that_a_killed_git_left(desk):
    (desk.root / ".git" / "refs" / "heads" / "main.lock").touch()
    assert found(desk) == [("git-lock", ".git/refs/heads/main.lock")]


def test_a_history_that_cannot_be_read(desk):
    (desk.root / ".git" / "refs" / "heads" / "main").write_bytes(b"")
    assert [code for code, _place in found(desk)] == ["history"]


def test_an_object_that_is_damaged_is_found_by_reading_all(desk):
    blob = git(desk, "rev-parse", f"HEAD~1:{CUSTOMERS}")
    (path,) = [p for p in (desk.root / ".git" / "objects").rglob("*") if p.name == blob[2:]]
    path.chmod(0o600)
    path.write_bytes(b"nonsense")
    assert problems(desk.root) == []
    assert {problem.code for problem in problems(desk.root, deep=True)} == {"fsck"}


def test_a_commit_with_a_link_and_with_a_way_out(desk):
    target = Git(desk.root).run("hash-object", "-w", "--stdin", data=b"/etc/passwd").decode().strip()
    inner = Git(desk.root).run("mktree", data=f"120000 blob {target}\t2026-12.json\n".encode()).decode().strip()
    head = Git(desk.root).run("ls-tree", "HEAD")
    tree = Git(desk.root).run("mktree", data=head + f"040000 tree {inner}\torders\n".encode()).decode().strip()
    commit = git(desk, "commit-tree", tree, "-p", "HEAD", "-m", "x")
    git(desk, "update-ref", "HEAD", commit)
    assert ("path", "orders/2026-12.json") in found(desk)
