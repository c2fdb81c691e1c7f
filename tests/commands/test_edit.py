"""`crmkit edit`."""

import stat
from pathlib import Path

import pytest

from crmkit.core import editing
from crmkit.core.leads import readers
from tests.commands.test_lead_add import at_terminal
from tests.core.desk import a_customer, a_run

WHO = "13900541731"


@pytest.fixture
def shop(crm):
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强")
    crm.ok(
        "lead", "add", "--name", "张秀英", "--phone", WHO, "--phone", "65911234转801", "--source", "shop",
        "--birthday", "农历八月十五", "--note", "合唱", "--note", "怕冷", "--tag", "VIP",
    )  # fmt: skip
    return crm


def sed(script):
    """An editor that does this with the text."""
    return {"EDITOR": f"sed -i '{script}'"}


def test_the_text_names_every_field_that_lead_edit_sets():
    run, customer = a_run(), a_customer()
    assert sorted(editing.EDITED) == sorted(readers(run, customer, None).keys() - {"phone", "note"})


def test_what_was_changed_in_the_editor_is_shown_and_committed_as_one_run(shop):
    before = shop.json("lead", "show", WHO)
    ran = shop.ok(
        "edit", "张秀", **sed('s/^name = .*/name = "张秀兰"/; s/^sex = ""/sex = "女"/; s/^ *"怕冷",/"怕冷", "爱唱歌",/')
    )
    after = shop.json("lead", "show", WHO)
    assert (ran.lines, after["name"], after["sex"], after["notes"]) == (
        [before["id"]], "张秀兰", "female", ["合唱", "怕冷", "爱唱歌"],
    )  # fmt: skip
    assert "name: 张秀英 → 张秀兰\nsex: female\nnotes: 合唱; 怕冷 → 合唱; 怕冷; 爱唱歌\n" in ran.err.replace(
        "sex: 女", "sex: female"
    )
    assert [one["command"] for one in shop.json("history")][:1] == ["edit"]
    untouched = [name for name in before if name not in ("name", "sex", "notes", "updated_at")]
    assert {n: before[n] for n in untouched} == {n: after[n] for n in untouched}


def test_a_text_that_is_left_as_it_was_changes_nothing(shop):
    runs = shop.json("history")
    ran = shop.ok("edit", WHO, EDITOR="true")
    assert (ran.out, ran.err, shop.json("history")) == ("", "nothing to change\n", runs)


def test_lists_and_values_are_emptied_by_nothing_between_the_quotes_and_a_line_taken_out_stays(shop):
    shop.ok("edit", WHO, **sed('s/^tags = .*/tags = []/; s/^birthday = .*/birthday = ""/; /^source/d'))
    after = shop.json("lead", "show", WHO)
    assert (after["tags"], after["birthday"], after["source"]) == ([], "", "shop")


def test_a_number_more_and_an_unchanged_one_keep_what_is_known_of_them(shop):
    shop.ok("edit", WHO, **sed('s/^ *"13900541731",/"13900541731", "138 0054 1732",/'))
    phones = shop.json("lead", "show", WHO)["phones"]
    assert [(one["e164"], one["raw"], one["ext"]) for one in phones] == [
        ("+8613900541731", "13900541731", ""), ("+8613800541732", "138 0054 1732", ""),
        ("+861065911234", "65911234转801", "801"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            's/^sex = .*/sex = "blue"/',
            "line 6: sex: blue is not a sex\nhint: one of: male, female; what you wrote is kept in ",
        ),
        ('s/^ *"13900541731",/"13900541731",\\n"1390",/', "line 9: phones: 1390"),
        ('s/^owner = .*/owner = "ZZ"/', "owner: staff: nobody on the staff has the code or name ZZ"),
        ('s/^health_notes = .*/health_notes = "膝盖"/', "health_notes: C2611-"),
        (f's/^referrer = .*/referrer = "{WHO}"/', "referrer: C2611-"),
        ("s/^sex = .*/sex = blue/", "line 6: Invalid value"),
        ('s/^sex = .*/colour = "blue"/', "line 6: colour: there is no such field"),
        ('s/^sex = .*/sex = ["female"]/', "line 6: sex: it is one value, not several"),
        ("s/^birthday = .*/birthday = 2030-01-01/", "birthday: 2030-01-01"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field_and_line_and_the_text_is_kept(shop, tmp_path, script, message):
    before = shop.json("lead", "show", WHO)
    ran = shop.fails(1, "edit", WHO, **sed(script), TMPDIR=str(tmp_path))
    kept = Path(ran.err.split("kept in ")[1].strip())
    assert message in ran.err and ran.err.startswith("error: line ")
    assert (stat.S_IMODE(kept.stat().st_mode), kept.read_text("utf-8").count("张秀英")) == (0o600, 1)
    assert shop.json("lead", "show", WHO) == before
    kept.unlink()


def test_the_text_is_the_operators_own_and_gone_afterwards(shop, tmp_path):
    look = tmp_path / "look"
    shop.ok("edit", WHO, EDITOR=f'sh -c \'stat -c "%a %n" "$0" >{look}\'', process=True, TMPDIR=str(tmp_path))
    mode, path = look.read_text().split()
    assert (mode, Path(path).exists(), Path(path).parent.exists()) == ("600", False, False)


def test_visual_comes_before_editor_and_without_either_nothing_is_run(shop):
    assert "neither $VISUAL nor $EDITOR" in shop.fails(2, "edit", WHO).err
    assert "nothing to change" in shop.ok("edit", WHO, VISUAL="true", EDITOR="false").err
    assert "the editor ended with 1" in shop.fails(1, "edit", WHO, EDITOR="false").err
    assert "the editor /no/such does not start" in shop.fails(1, "edit", WHO, EDITOR="/no/such -x").err


def test_a_dry_run_shows_and_writes_nothing(shop):
    ran = shop.json("edit", WHO, "-n", **sed('s/^name = .*/name = "李"/'))
    assert ran["changes"][ran["ids"][0]] == {"name": ["张秀英", "李"]}
    assert shop.json("lead", "show", WHO)["name"] == "张秀英"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(shop, tmp_path):
    other = tmp_path / "other.sh"
    other.write_text(f"crmkit=$1; shift; $crmkit lead edit {WHO} --set name=李 >/dev/null; sed -i 's/张秀英/王/' $1\n")
    shim = tmp_path / "crmkit"
    shim.write_text('#!/bin/sh\nexec python3 -m crmkit "$@"\n')
    shim.chmod(0o755)
    ran = shop.fails(1, "edit", WHO, EDITOR=f"sh {other} {shim}", process=True, TMPDIR=str(tmp_path))
    assert "line 5: name: somebody else has changed it: 李" in ran.err
    assert shop.json("lead", "show", WHO)["name"] == "李"


def test_at_a_terminal_a_text_with_a_mistake_is_offered_again_as_it_was_typed(shop, tmp_path):
    editor = tmp_path / "editor.sh"
    editor.write_text(
        'if grep -q "sex = .blue" "$1"; then sed -i \'s/blue/女/\' "$1"; '
        'else sed -i \'s/^sex = .*/sex = "blue"/; s/张秀英/张秀兰/\' "$1"; fi\n'
    )
    code, _out, said = at_terminal(shop, "e\n", "edit", WHO, EDITOR=f"sh {editor}", CRMKIT_LANG="zh")
    after = shop.json("lead", "show", WHO)
    assert (code, after["sex"], after["name"]) == (0, "female", "张秀兰")
    assert "第 6 行" in said and "[e] 再改  [q] 不改了" in said
