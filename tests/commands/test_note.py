"""crmkit note, at a desk on Monday 2026-11-23 at 10:00."""

import json

import pytest

from crmkit.records import Customer

QIN, LI = "C2611-00000001", "C2611-00000002"


def lines(shop, customer):
    told = shop.json("customer", "show", customer)["timeline"]
    return [(one["at"][:16], one["what"], one["by"]) for one in told if one["kind"] == "note"]


def batch(*notes):
    return "\n".join(json.dumps(note, ensure_ascii=False) for note in notes)


def test_a_note_stands_in_the_timeline_with_its_time_and_who_wrote_it(shop):
    done = shop.json("note", QIN, "  女儿周末回来 ")
    assert (done["counts"], done["ids"][0][:7]) == ({"added": 1}, "NT2611-")
    assert lines(shop, QIN) == [("2026-11-23T10:00", "女儿周末回来", "LN")]
    assert "note" in shop.ok("customer", "show", QIN).out
    assert "备注" in shop.ok("--lang", "zh", "customer", "show", QIN).out


def test_the_same_note_again_that_day_changes_nothing_and_on_another_day_it_is_one_more(shop):
    first = shop.json("note", QIN, "knees hurt")
    again = shop.json("note", QIN, "knees hurt")
    assert (again["counts"], again["ids"], again["run"]) == ({"unchanged": 1}, first["ids"], "")
    shop.ok("note", QIN, "knees hurt", CRMKIT_NOW="2026-11-24T09:00:00+08:00")
    assert [at for at, _what, _by in lines(shop, QIN)] == ["2026-11-24T09:00", "2026-11-23T10:00"]


def test_a_dry_run_writes_nothing(shop):
    done = shop.json("note", QIN, "knees hurt", "-n")
    assert (done["dry_run"], done["counts"]) == (True, {"added": 1})
    assert lines(shop, QIN) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [((), "TEXT: it cannot be empty"), (("a\nb",), "U+000A"), (("x" * 2001,), "2001 characters")],
)
def test_what_is_no_note_is_refused(shop, text, told):
    assert told in shop.fails(1, "note", QIN, *text).err


def test_many_notes_come_as_lines_and_the_wrong_ones_go_back(shop, tmp_path):
    rejects = tmp_path / "back.jsonl"
    typed = batch(
        {"customer": QIN, "text": "one"}, {"customer": QIN, "text": "one"}, {"customer": LI, "text": "two"},
        {"customer": "C2611-9999", "text": "three"}, {"customer": LI, "note": "four"},
    )  # fmt: skip
    ran = shop.fails(5, "note", "-", "--rejects", rejects, "-f", "json", stdin=typed)
    assert json.loads(ran.out)["counts"] == {"rows": 5, "added": 2, "unchanged": 1, "rejected": 2}
    assert [what for _at, what, _by in lines(shop, QIN)] == ["one"]
    assert [json.loads(line).get("text") for line in rejects.read_text("utf-8").splitlines()] == ["three", None]
    assert "either many, or TEXT of one" in shop.fails(2, "note", "-", "text", stdin=typed).err


def test_a_note_moves_with_the_file_and_comes_back_when_it_is_split(shop):
    shop.put(Customer(id="C2611-00000077", name="秦玉兰"))
    shop.ok("note", "C2611-00000077", "knees hurt")
    (merged,) = shop.json("dedupe", "merge", QIN, "C2611-00000077", "--yes")["ids"]
    assert [what for _at, what, _by in lines(shop, merged)] == ["knees hurt"]
    loser = {QIN, "C2611-00000077"} - {merged}
    shop.ok("dedupe", "split", loser.pop(), "--yes")
    assert [what for _at, what, _by in lines(shop, "C2611-00000077")] == ["knees hurt"]
    assert lines(shop, QIN) == []


def test_notes_are_listed_the_newest_first_of_one_customer_or_of_all(shop):
    shop.ok("note", QIN, "knees hurt")
    shop.ok("--by", "WQ", "note", LI, "女儿周末回来", CRMKIT_NOW="2026-11-24T09:00:00+08:00")
    shop.ok("note", QIN, "likes to sing", CRMKIT_NOW="2026-11-25T09:00:00+08:00")

    def texts(*words):
        return [one["text"] for one in shop.json("notes", *words, CRMKIT_NOW="2026-11-26T09:00:00+08:00")]

    assert texts() == ["likes to sing", "女儿周末回来", "knees hurt"]
    assert texts(QIN) == ["likes to sing", "knees hurt"]
    assert texts("--staff", "WQ") == texts("--text", "女儿") == ["女儿周末回来"]
    assert texts("--since", "2026-11-24", "--until", "2026-11-24") == ["女儿周末回来"]
    assert shop.ok("notes", QIN, "-f", "csv").lines[0] == "id,at,customer,name,text,by"
