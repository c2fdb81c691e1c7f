"""`crmkit dedupe`."""

import json

import pytest

HOME = "北京市朝阳区青年路11号院12号楼3单元450室"


def add(crm, name, phone, *more):
    return crm.ok(
        "lead", "add", "--name", name, "--phone", phone, "--source", "shop", "--new", "-f", "ids", *more
    ).lines[0]


@pytest.fixture
def twice(crm):
    """One woman on file twice: her number changed."""
    known = ("--birthday", "1953-01-02", "--address", HOME)
    return add(crm, "张秀兰", "13900000001", *known, "--tag", "opera"), add(crm, "張秀蘭", "13812345678", *known)


@pytest.fixture
def couple(crm, home):
    """Husband and wife on one number, as a sheet brings them."""
    (home / "couple.csv").write_text("姓名,性别,电话\n王秀英,女,13900000001\n李建国,男,13900000001\n")
    crm.ok("lead", "import", home / "couple.csv", "--source", "shop")
    return [row["id"] for row in crm.json("lead", "list")]


def test_find_tells_pairs_with_their_reasons(crm, twice):
    (pair,) = crm.json("dedupe", "find")
    assert {pair["a"], pair["b"]} == set(twice)
    assert pair["suggest"] == "merge"
    assert pair["score"] > 0.99
    assert {reason["field"] for reason in pair["reasons"]} >= {"name", "birthday", "address"}
    assert all(set(reason) == {"field", "how", "points"} for reason in pair["reasons"])
    assert crm.json("dedupe", "find", "--suggest", "household") == []
    assert "张秀兰" in crm.ok("dedupe", "find").out


def test_find_can_exit_with_1_and_show_groups(crm, twice):
    assert crm("dedupe", "find", "--exit-code").code == 1
    assert crm("dedupe", "find", "--exit-code", "--suggest", "review").code == 0
    (group,) = crm.json("dedupe", "find", "--groups")
    assert group["ids"] == sorted(twice)
    assert "one of: merge, review, household" in crm.fails(2, "dedupe", "find", "--suggest", "guess").err


def test_find_names_the_keys_of_the_other_system(crm, home):
    (home / "leads.csv").write_text(
        f"编号,姓名,电话,生日,地址\nX1,张秀兰,13900000001,1953-01-02,{HOME}\nX2,张秀兰,13812345678,1953-01-02,{HOME}\n"
    )
    crm.ok("lead", "import", home / "leads.csv", "--source", "shop", "--map", "external_id=编号")
    (pair,) = crm.json("dedupe", "find")
    assert {pair["external_a"], pair["external_b"]} == {"X1", "X2"}


def test_merge_keeps_everything_and_the_loser_stays_an_alias(crm, twice):
    one, two = twice
    done = crm.json("dedupe", "merge", one, two, "--yes")
    assert done["counts"]["merged"] == 1
    (kept,) = done["ids"]
    file = crm.json("lead", "show", kept)
    assert {phone["e164"] for phone in file["phones"]} == {"+8613900000001", "+8613812345678"}
    assert file["tags"] == ["opera"]
    gone = next(i for i in twice if i != kept)
    assert crm.json("lead", "show", gone)["id"] == kept
    assert crm.json("lead", "show", "13812345678")["id"] == kept
    assert crm.json("dedupe", "find") == []
    assert [row["id"] for row in crm.json("lead", "list")] == [kept]
    again = crm.ok("dedupe", "merge", one, two, "--yes", "-f", "json")
    assert "one file already" in again.err
    assert again.json["counts"] == {"merged": 0, "moved": 0}


def test_a_dry_run_of_merge_shows_each_field_and_writes_nothing(crm, twice):
    done = crm.json("dedupe", "merge", *twice, "-n", "--keep", twice[1])
    assert set(done["changes"][twice[1]]) >= {"phones", "tags"}
    assert done["changes"][twice[0]] == {"merged_into": ["", twice[1]]}
    assert crm.json("lead", "show", twice[0])["merged_into"] == ""


def test_merge_asks_first_and_refuses_what_makes_no_sense(crm, twice):
    one, two = twice
    assert "add --yes" in crm.fails(2, "dedupe", "merge", one, two).err
    assert "two files or more" in crm.fails(2, "dedupe", "merge", one, "--yes").err
    assert "--keep" in crm.fails(2, "dedupe", "merge", one, two, "--keep", add(crm, "李芳", "13700000001"), "--yes").err
    assert crm.fails(2, "dedupe", "merge").code == 2


def test_split_gives_both_files_back(crm, twice):
    before = [crm.json("lead", "show", i) for i in twice]
    crm.ok("dedupe", "merge", *twice, "--keep", twice[0], "--yes")
    assert "add --yes" in crm.fails(2, "dedupe", "split", twice[1]).err
    ran = crm.ok("dedupe", "split", twice[1], "--yes")
    assert "dedupe distinct" in ran.err
    after = [crm.json("lead", "show", i) for i in twice]
    for was, now in zip(before, after, strict=True):
        for field in ("name", "phones", "birthday", "address", "tags", "notes", "merged_into"):
            assert now[field] == was[field]
    assert "was not merged" in crm.fails(1, "dedupe", "split", twice[1], "--yes").err


def test_a_split_of_a_file_with_two_merged_into_it_asks_which(crm, twice):
    kept, first = twice
    second, other = add(crm, "张秀兰", "13700000001"), add(crm, "李芳", "13700000009")
    crm.ok("dedupe", "merge", kept, first, second, "--keep", kept, "--yes")
    refused = crm.fails(3, "dedupe", "split", kept, "--yes")
    assert f"several files were merged into {kept}: " in refused.err
    assert first in refused.err and second in refused.err
    assert crm.json("lead", "show", second)["id"] == kept
    assert "was not merged" in crm.fails(1, "dedupe", "split", other, "--yes").err
    # the latest first: the one before it was taken in when the file was smaller
    crm.ok("dedupe", "split", second, "--yes")
    assert crm.json("lead", "show", second)["id"] == second
    assert crm.json("lead", "show", first)["id"] == kept
    done = crm.json("dedupe", "split", kept, "--yes")  # only one is left, which needs no naming
    assert first in done["ids"]
    assert crm.json("lead", "show", first)["id"] == first


def test_all_certain_pairs_are_merged_at_once_and_once_only(crm, twice):
    third = add(crm, "张秀兰", "13700000001", "--birthday", "1953-01-02", "--address", HOME)
    add(crm, "李芳", "13700000002", "--address", HOME)
    done = crm.json("dedupe", "merge", "--all-certain", "--yes")
    assert done["counts"]["merged"] == 2
    (kept,) = done["ids"]
    assert {crm.json("lead", "show", i)["id"] for i in (*twice, third)} == {kept}
    assert len(crm.json("lead", "list")) == 2
    assert crm.json("dedupe", "merge", "--all-certain", "--yes")["counts"]["merged"] == 0


def test_a_couple_is_a_household_and_is_not_suggested_again(crm, couple):
    (pair,) = crm.json("dedupe", "find", "--min", "0")
    assert pair["suggest"] == "household"
    assert crm.json("dedupe", "find", "--min", "0.1") == []
    crm.ok("dedupe", "household", *couple)
    files = [crm.json("lead", "show", i) for i in couple]
    assert files[0]["household"] == files[1]["household"] != ""
    assert not any(file["shared"] for file in files)
    assert crm.json("dedupe", "find") == []


def test_two_people_kept_apart_are_not_suggested_again(crm, twice):
    crm.ok("dedupe", "distinct", *twice, "--note", "sisters")
    assert crm.json("dedupe", "find") == []
    assert crm.json("dedupe", "distinct", *twice, "--note", "sisters")["counts"] == {"distinct": 1}


def lines(*rows):
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def test_pairs_as_find_prints_them_are_merged_in_one_run(crm, twice, home):
    third, other = add(crm, "张秀兰", "13700000001"), add(crm, "李芳", "13700000009")
    found = crm.ok("dedupe", "find", "--suggest", "merge", "-f", "csv").out
    (home / "pairs.csv").write_text(f"{found}{third},{third},,,merge,1,\n{twice[0]},C2601-00000000,,,,,\n", "utf-8")
    assert "this needs a decision: merge " in crm.fails(5, "dedupe", "merge", home / "pairs.csv").err
    assert len(crm.json("lead", "list")) == 4
    ran = crm.fails(5, "dedupe", "merge", home / "pairs.csv", "--yes", "-f", "json")
    assert ran.json["counts"].items() >= {"rows": 3, "merged": 1, "done": 1, "unchanged": 1, "rejected": 1}.items()
    assert {row["id"] for row in crm.json("lead", "list")} == {*ran.json["ids"], third, other}


def test_pairs_are_kept_apart_or_joined_by_lines_that_see_each_other(crm):
    one, two, three = (add(crm, name, f"1390000000{n}") for n, name in enumerate(("王秀英", "李建国", "李芳")))
    pairs = lines({"a": one, "b": two}, {"a": two, "b": three}, {"a": one}, {"a": one, "b": one})
    ran = crm.fails(5, "dedupe", "household", "-", "-f", "json", stdin=pairs)
    assert ran.json["counts"] == {"rows": 4, "household": 2, "unchanged": 0, "rejected": 2}
    assert "line 3: the b is missing; line 4: " in ran.err
    homes = {crm.json("lead", "show", who)["household"] for who in (one, two, three)}
    assert len(homes) == 1 and homes != {""}
    done = crm.json("dedupe", "distinct", "-", "--note", "neighbours", stdin=lines({"a": one, "b": three}))
    assert done["counts"] == {"rows": 1, "distinct": 1, "unchanged": 0, "rejected": 0}
