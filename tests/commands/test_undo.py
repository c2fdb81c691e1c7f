"""`crmkit undo`, as it is typed: every kind of run goes back, and what cannot go back is refused by name."""

import subprocess

import pytest

from crmkit.commands.kit.common import Session


def tree(archive) -> str:
    done = subprocess.run(["git", "-C", archive, "rev-parse", "HEAD^{tree}"], capture_output=True, text=True)
    return done.stdout.strip()


def run_of(crm, *arguments) -> str:
    return crm.json(*arguments)["run"]


@pytest.fixture
def customer(crm) -> str:
    """The id of 张秀英."""
    return crm.ok("lead", "add", "--name", "张秀英", "--phone", "13900541731", "--source", "shop").lines[0]


def test_an_edit_goes_back_field_by_field(crm, archive, customer):
    before = tree(archive)
    crm.ok("lead", "edit", customer, "--set", "address=朝阳区", "--set", "name=张秀兰", "--now", "2026-11-22 09:00")
    done = crm.json("undo", "--yes", "--now", "2026-11-23 09:00")
    assert (done["ids"], done["counts"]) == ([customer], {"restored": 1})
    assert tree(archive) == before
    newest = crm.json("history", "--limit", 1)[0]
    assert (newest["run"], newest["command"], newest["records"]) == (done["run"], "undo", 1)


def test_the_preview_shows_the_exact_fields_and_writes_nothing(crm, archive, customer):
    crm.ok("lead", "edit", customer, "--set", "address=朝阳区")
    before = tree(archive)
    preview = crm.ok("undo", "-n", "-f", "json")
    assert preview.json["changes"] == {customer: {"address": ["朝阳区", None]}}
    assert preview.json["dry_run"] and not preview.json["run"]
    assert "would take back" in preview.err
    assert tree(archive) == before and crm.json("lead", "show", customer)["address"] == "朝阳区"


def test_an_import_goes_back_and_can_be_imported_again(crm, archive, home):
    sheet = home / "leads.csv"
    sheet.write_text("姓名,电话\n张秀英,13900541731\n李建国,13800138000\n", "utf-8")
    before = tree(archive)
    crm.ok("lead", "import", sheet, "--source", "outreach", "--site", "时间公园")
    listed = sorted((r["name"], r["source"]) for r in crm.json("lead", "list"))
    crm.ok("undo", "--yes")
    assert tree(archive) == before and crm.json("lead", "list") == []
    crm.ok("lead", "import", sheet, "--source", "outreach", "--site", "时间公园")
    assert sorted((r["name"], r["source"]) for r in crm.json("lead", "list")) == listed


def test_a_change_of_settings_goes_back(crm, archive):
    text = (archive / "archive.toml").read_text("utf-8")
    crm.ok("config", "--set", "card.reply=4")
    preview = crm.json("undo", "-n")
    assert preview["changes"] == {"archive.toml": {"card.reply": [4, None]}}
    crm.ok("undo", "--yes")
    assert (archive / "archive.toml").read_text("utf-8") == text


def test_an_edit_of_the_settings_by_hand_stays_when_the_run_after_it_goes_back(crm, archive):
    text = (archive / "archive.toml").read_text("utf-8").replace("# solved = 30", "solved = 31")
    (archive / "archive.toml").write_text(text, "utf-8")
    crm.ok("config", "--set", "card.reply=4")
    crm.ok("undo", "--yes")
    assert (archive / "archive.toml").read_text("utf-8") == text


def test_two_changes_of_settings_go_back_in_order_only(crm):
    crm.ok("config", "--set", "card.reply=4")
    first = crm.json("history", "--limit", 1)[0]["run"]
    crm.ok("config", "--set", "card.solved=40")
    second = crm.json("history", "--limit", 1)[0]["run"]
    assert second in crm.fails(1, "undo", first, "--yes").err
    crm.ok("undo", "--yes")
    crm.ok("undo", "--yes")
    rows = {r["key"]: r["source"] for r in crm.json("config", "--show")}
    assert rows["card.reply"] == rows["card.solved"] == "default"


def test_a_planning_run_goes_back(crm, archive, customer):
    before = tree(archive)
    crm.ok("callback", "plan")
    if crm.json("callback", "list") == []:
        raise AssertionError("nothing was planned")
    crm.ok("undo", "--yes")
    assert tree(archive) == before


def test_undoing_an_undo_does_the_run_again(crm, archive, customer):
    after = tree(archive)
    undo = run_of(crm, "undo", "--yes")
    assert crm.json("lead", "list") == []
    run_of(crm, "undo", undo, "--yes")
    assert tree(archive) == after


def test_undo_after_undo_goes_on_backwards(crm, archive):
    trees = [tree(archive)]
    for name in ("甲", "乙", "丙"):
        crm.ok("site", "add", "--name", name)
        trees.append(tree(archive))
    for before in reversed(trees[:-1]):
        crm.ok("undo", "--yes")
        assert tree(archive) == before
    assert "no run to take back" in crm.fails(1, "undo", "--yes").err


def test_a_later_run_on_the_same_record_is_named_and_nothing_changes(crm, archive, customer):
    first = run_of(crm, "lead", "edit", customer, "--set", "address=朝阳区")
    second = run_of(crm, "lead", "edit", customer, "--set", "sex=female")
    before = tree(archive)
    for command in (["undo", first, "--yes"], ["undo", first, "-n"]):
        refused = crm.fails(1, *command)
        assert second in refused.err and customer in refused.err and refused.out == ""
    assert tree(archive) == before
    crm.ok("undo", second, "--yes")
    crm.ok("undo", first, "--yes")
    assert crm.json("lead", "show", customer)["address"] == ""


def test_runs_on_other_records_are_not_in_the_way(crm, customer):
    edit = run_of(crm, "lead", "edit", customer, "--set", "address=朝阳区")
    crm.ok("lead", "add", "--name", "李建国", "--phone", "13800138000", "--source", "shop")
    crm.ok("undo", edit, "--yes")
    assert crm.json("lead", "show", customer)["address"] == ""
    assert len(crm.json("lead", "list")) == 2


def test_what_later_records_refer_to_does_not_go_away(crm, customer):
    added = crm.json("history", "--limit", 1)[0]["run"]
    call = crm.json("call", "log", customer, "--outcome", "reached")
    refused = crm.fails(1, "undo", added, "--yes")
    assert customer in refused.err and call["run"] in refused.err
    crm.ok("undo", call["run"], "--yes")
    crm.ok("undo", added, "--yes")
    assert crm.json("lead", "list") == []


def test_a_merge_of_files_goes_back(crm, archive, customer):
    other = crm.ok(
        "lead", "add", "--name", "张秀英", "--phone", "13800138000", "--source", "event", "--address", "朝阳区", "--new"
    ).lines[0]  # fmt: skip
    before = tree(archive)
    crm.ok("dedupe", "merge", customer, other, "--yes")
    assert len(crm.json("lead", "list")) == 1
    assert {customer, other} <= {c["id"] for c in crm.json("history", "13800138000")}
    crm.ok("undo", "--yes")
    assert tree(archive) == before


@pytest.fixture
def card(crm, customer):
    """The outcome of issuing a card to 张秀英."""
    crm.ok("product", "add", "--code", "HX1", "--name", "护膝", "--warranty-months", 12)
    return crm.json("card", "issue", "--customer", customer, "--product", "HX1", "--serial", "SN1")


def test_an_issued_card_becomes_void_and_its_number_is_never_given_again(crm, customer, card):
    assert crm.json("undo", "--yes")["counts"]["void"] == 1
    (void,) = crm.json("card", "list")
    assert (void["state"], void["reason"]) == ("void", f"undo {card['run']}")
    assert crm.json("lead", "show", customer)["stage"] == ""
    crm.ok("card", "issue", "--customer", customer, "--product", "HX1", "--serial", "SN1")
    numbers = {c["number"][:13]: c["state"] for c in crm.json("card", "list")}
    assert numbers == {"BJLN-26110001": "void", "BJLN-26110002": "active"}


def test_a_file_opened_for_a_card_stays_with_it(crm, customer, card):
    issued = crm.json(
        "card", "issue", "--customer", "13800138000", "--name", "陈桂兰", "--product", "HX1", "--serial", "SN2"
    )  # fmt: skip
    undone = crm.ok("undo", issued["run"], "--yes")
    (kept,) = [c["id"] for c in crm.json("lead", "list") if c["name"] == "陈桂兰"]
    assert kept in undone.err
    assert {c["customer"] for c in crm.json("card", "list") if c["state"] == "void"} == {kept}


def test_undoing_the_undo_makes_the_card_good_again(crm, card):
    undo = run_of(crm, "undo", "--yes")
    crm.ok("undo", undo, "--yes")
    assert crm.json("card", "list")[0]["state"] == "active"


def test_a_hand_edit_goes_back_by_its_commit(crm, archive, customer):
    before = tree(archive)
    (shard,) = (archive / "customers").glob("*.json")
    shard.write_text(shard.read_text("utf-8").replace("张秀英", "张秀兰"), "utf-8")
    site = run_of(crm, "site", "add", "--name", "时间公园")
    edit = crm.json("history")[1]
    assert edit["command"] == "archive edit"
    crm.ok("undo", edit["commit"][:10], "--yes")
    crm.ok("undo", site, "--yes")
    assert tree(archive) == before


def test_a_hand_edit_since_is_in_the_way(crm, archive, customer):
    added = crm.json("history", "--limit", 1)[0]["run"]
    (shard,) = (archive / "customers").glob("*.json")
    shard.write_text(shard.read_text("utf-8").replace("张秀英", "张秀兰"), "utf-8")
    assert "an edit by hand" in crm.fails(1, "undo", added, "-n").err
    assert "archive edit" in crm.fails(1, "undo", added, "--yes").err
    assert crm.json("lead", "show", customer)["name"] == "张秀兰"


def test_a_run_is_taken_back_once(crm, customer):
    added = crm.json("history", "--limit", 1)[0]["run"]
    undo = run_of(crm, "undo", "--yes")
    assert undo in crm.fails(1, "undo", added, "--yes").err
    assert crm.json("history")[1]["undone_by"] == undo


def test_the_beginning_of_the_archive_stays(crm, customer):
    first = crm.json("history")[-1]["commit"]
    assert "begins" in crm.fails(1, "undo", first, "--yes").err


def test_without_yes_a_script_is_not_asked(crm, customer):
    refused = crm.fails(2, "undo")
    assert "--yes" in refused.err and "lead add" in refused.err
    assert len(crm.json("lead", "list")) == 1


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 1), ("", 1)])
def test_a_person_is_asked_about_the_run_by_name(crm, customer, monkeypatch, answer, left):
    monkeypatch.setattr(Session, "interactive", True)
    ran = crm("undo", stdin=f"{answer}\n", CRMKIT_DEBUG="")
    assert (ran.code != 0) == bool(left) and "lead add; records: 2; by: LN" in ran.err
    assert len(crm.json("lead", "list")) == left


@pytest.mark.parametrize("name", ["nonsense", "20261121-100000-zzzz", "--nonsense"])
def test_an_unknown_run_is_refused(crm, customer, name):
    assert crm(*["undo", name, "--yes"], CRMKIT_DEBUG="").code in (1, 2)
    assert len(crm.json("lead", "list")) == 1


def test_no_name_stands_in_the_commit(crm, archive, customer):
    crm.ok("undo", "--yes")
    message = subprocess.run(["git", "-C", archive, "log", "-1", "--format=%B"], capture_output=True, text=True).stdout
    assert message.splitlines()[0] == "undo: 2 records"
    assert [line.partition(":")[0] for line in message.splitlines()[2:5]] == [
        "Crmkit-Run",
        "Crmkit-By",
        "Crmkit-Undoes",
    ]


def test_a_record_that_would_no_longer_be_one_is_refused(crm, archive, customer):
    (shard,) = (archive / "customers").glob("*.json")
    text = shard.read_text("utf-8")
    shard.write_text(text.replace('"source": "shop"', '"source": 7'), "utf-8")
    author = ["-c", "user.name=Li", "-c", "user.email=li@example.com"]
    subprocess.run(["git", "-C", archive, *author, "commit", "-qam", "broken"], check=True)
    shard.write_text(text, "utf-8")
    subprocess.run(["git", "-C", archive, *author, "commit", "-qam", "mended"], check=True)
    mended = crm.json("history", "--limit", 1)[0]["commit"]
    assert "source" in crm.fails(1, "undo", mended, "--yes").err
    assert shard.read_text("utf-8") == text


def test_a_run_goes_back_with_the_later_ones_that_build_on_it(crm, customer):
    first = run_of(crm, "lead", "edit", customer, "--set", "address=朝阳区", "--now", "2026-11-22 09:00")
    site = run_of(crm, "site", "add", "--name", "时间公园", "--now", "2026-11-22 09:01")
    second = run_of(crm, "lead", "edit", customer, "--set", "address=海淀区", "--now", "2026-11-22 09:02")
    refused = crm.fails(1, "undo", first, "--yes").err
    assert second in refused and f"`crmkit undo {first} --with-later -n`" in refused
    assert "--yes" in crm.fails(2, "undo", first, "--with-later").err
    shown = crm.ok("undo", first, "--with-later", "-n", "-f", "json")
    assert shown.json["changes"] == {customer: {"address": ["海淀区", None]}} and shown.json["dry_run"]
    lines = [line for line in shown.err.splitlines() if line.startswith("would take back ")]
    assert [line.split()[3] for line in lines] == [second, first]
    done = crm.ok("undo", first, "--with-later", "--yes", "-f", "json", "--now", "2026-11-23 09:00")
    assert done.json["ids"] == [customer] and done.json["counts"] == {"restored": 2}
    assert [line.split()[2] for line in done.err.splitlines() if line.startswith("took back ")] == [second, first]
    history = crm.json("history", "--limit", "5")
    assert [run["command"] for run in history] == ["undo", "undo", "lead edit", "site add", "lead edit"]
    assert history[3]["run"] == site and crm.json("site", "list")[0]["name"] == "时间公园"
    assert not crm.json("lead", "show", customer).get("address")


def test_a_chain_of_which_one_step_is_refused_leaves_every_run_standing(crm, archive):
    added = run_of(crm, "lead", "add", "--name", "王一", "--phone", "13900541801", "--source", "shop")
    (king,) = crm.ok("lead", "list", "--text", "王一", "-f", "ids").out.split()
    crm.ok("product", "add", "--code", "HX7", "--name", "护腕", "--price", "98")
    crm.ok("lead", "edit", king, "--set", "address=朝阳区")
    issue = ("card", "issue", "--customer", king, "--product", "HX7", "--serial", "S9")
    (card,) = crm.json(*issue, "--bought-on", "2026-11-20", "--bought-at", "专卖店")["ids"]
    crm.ok("lead", "edit", king, "--set", "address=海淀区")
    before = crm.json("history")
    for flag in ("-n", "--yes"):
        refused = crm.fails(1, "undo", added, "--with-later", flag).err
        assert f"{card} stay, since their numbers were given out, and name {king}, which it added" in refused
        assert "is saved" not in refused and "took back" not in refused
    assert crm.json("history") == before
    assert crm.json("card", "show", card)["state"] == "active"
    assert crm.json("lead", "show", king)["address"] == "海淀区"


def test_what_a_chain_would_change_is_what_it_changes(crm):
    (king,) = crm.json("lead", "add", "--name", "王一", "--phone", "13900541801", "--source", "shop")["ids"]
    crm.ok("product", "add", "--code", "HX7", "--name", "护腕", "--price", "98")
    issue = ("card", "issue", "--customer", king, "--product", "HX7", "--serial", "S9")
    (card,) = crm.json(*issue, "--bought-on", "2026-11-20", "--bought-at", "专卖店")["ids"]
    issued = crm.json("history", "--limit", "1")[0]["run"]
    crm.ok("callback", "plan")
    shown = crm.json("undo", issued, "--with-later", "-n")
    assert shown["changes"][card]["state"] == [None, "void"]
    done = crm.json("undo", issued, "--with-later", "--yes")
    assert (sorted(done["ids"]), done["counts"]) == (sorted(shown["ids"]), shown["counts"])
    assert crm.json("card", "show", card)["state"] == "void"


def test_the_newest_run_with_later_is_that_run_alone(crm, customer):
    crm.ok("lead", "edit", customer, "--set", "address=朝阳区")
    assert crm.json("undo", "--with-later", "--yes")["counts"] == {"restored": 1}
