"""`crmkit lead list`, `show` and `edit`."""

import json
import shutil

import pytest

from tests.conftest import Shell

ZHANG = {"name": "张秀英", "phone": "13900541731", "site": "时间公园", "collected_at": "2026-11-12"}
LI = {"name": "李桂兰", "phones": ["13800541732", "010-65911234"], "source": "shop", "district": "朝阳"}
LI |= {"tags": ["VIP"], "notes": "合唱"}
WANG = {"name": "王志明", "address": "青年路1号", "birthday": "1953-01-02"}
LINES = "\n".join(json.dumps(person) for person in (ZHANG, LI, WANG))


@pytest.fixture(scope="module")
def peopled(pristine, tmp_path_factory):
    """An archive with three files, to be read only, and their ids."""
    folder = tmp_path_factory.mktemp("peopled")
    crm = Shell(folder, shutil.copytree(pristine, folder / "archive"))
    crm.ok("staff", "add", "--code", "WQ", "--name", "王强")
    return crm, dict(zip(("zhang", "li", "wang"), crm.json("lead", "add", "-", stdin=LINES)["ids"], strict=True))


@pytest.fixture
def reading(peopled):
    return peopled[0]


@pytest.fixture
def people(peopled):
    return peopled[1]


@pytest.fixture
def writing(peopled, tmp_path):
    """A copy of the archive to write to."""
    return Shell(tmp_path, shutil.copytree(peopled[0].archive, tmp_path / "archive"))


@pytest.mark.parametrize(
    ("flags", "who"),
    [
        ([], ["zhang", "li", "wang"]),
        (["--source", "shop"], ["li"]),
        (["--source", "门店"], ["li"]),
        (["--site", "时间公园"], ["zhang"]),
        (["--since", "2026-11-21"], ["li", "wang"]),
        (["--text", "合唱"], ["li"]),
        (["--text", "65911234"], ["li"]),
        (["--tag", "vip"], ["li"]),
        (["--no-phone"], ["wang"]),
        (["--stage", "new", "--phone"], ["zhang", "li"]),
        (["--suspect"], []),
        (["--shared"], []),
        (["--owner", "王强"], []),
        (["--collector", "WQ"], []),
        (["--unassigned"], ["zhang", "li", "wang"]),
        (["--grade", "A"], []),
        (["--district", "朝阳"], ["li"]),
    ],
)
def test_list_filters(reading, people, flags, who):
    assert sorted(reading.ok("lead", "list", *flags, "-f", "ids").lines) == sorted(people[name] for name in who)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--source", "moon"], "moon is not a source"),
        (["--site", "月亮"], "there is no site 月亮"),
        (["--owner", "ZZ"], "--owner: nobody on the staff has the code or name ZZ"),
        (["--stage", "moon"], "moon is not known"),
        (["--since", "yore"], "'yore'"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(reading, flags, message):
    assert message in reading.fails(1, "lead", "list", *flags).err


def test_lists_pipe_into_show(reading, people):
    ids = reading.ok("lead", "list", "-f", "ids").lines
    names = [reading.json("lead", "show", identifier)["name"] for identifier in ids]
    assert (names[0], sorted(names)) == ("张秀英", ["张秀英", "李桂兰", "王志明"])


def test_show_takes_ids_prefixes_and_phones_in_any_spelling(reading, people):
    for text in (people["li"], people["li"][:-1].lower(), "138-0054-1732", "+86 10 6591 1234"):
        shown = reading.json("lead", "show", text)
        assert (shown["id"], shown["name"]) == (people["li"], "李桂兰")
    assert [phone["e164"] for phone in shown["phones"]] == ["+8613800541732", "+861065911234"]
    assert [touch["outcome"] for touch in shown["touches"]] == ["added"]
    assert len(reading.json("lead", "show", people["li"], "13900541731")) == 2
    assert "no customer has" in reading.fails(1, "lead", "show", "13900541799").err


def test_edit_changes_fields_and_shows_them_first(writing, people):
    sets = [
        "--set",
        "owner=王强",
        "--set",
        "stage=screened",
        "--set",
        "birthday=农历八月十五",
        "--set",
        "note=回电",
        "--set",
        "site=",
    ]
    preview = writing.json("lead", "edit", "13900541731", *sets, "-n")
    assert preview["changes"][people["zhang"]]["owner"] == ["", "WQ"]
    assert writing.json("lead", "show", "13900541731")["owner"] == ""
    writing.ok("lead", "edit", "13900541731", *sets)
    shown = writing.json("lead", "show", "13900541731")
    assert [shown[name] for name in ("owner", "stage", "birthday", "notes", "site")] == [
        "WQ", "screened", "lunar:--08-15", ["回电"], "",
    ]  # fmt: skip
    assert [(move["before"], move["to"], move["how"]) for move in shown["owners"]] == [("", "WQ", "hand")]
    writing.ok("lead", "edit", "13900541731", "--unset", "birthday", "--set", "referrer=13800541732")
    shown = writing.json("lead", "show", "13900541731")
    assert (shown["birthday"], shown["referrer"]) == ("", people["li"])


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("colour=red", "there is no field colour"), ("owner=ZZ", "nobody on the staff"), ("site=月亮",
        "there is no site"),
        ("birthday=1953-02-30", "birthday: 1953-02-30 is not a day of the calendar"), ("phone=123456", "phone: "),
        ("name=a\x1bb", "control character"), ("referrer=13900541799", "no customer has"), ("stage",
        "is not FIELD=VALUE"),
    ],
)  # fmt: skip
def test_an_edit_that_cannot_be_changes_nothing(writing, people, pair, message):
    before = writing.json("lead", "list")
    assert message in writing.fails(1, "lead", "edit", "13900541731", "--set", pair).err
    assert writing.json("lead", "list") == before


def test_notes_about_health_wait_for_the_consent(writing):
    refused = writing.fails(1, "lead", "edit", "13900541731", "--set", "health_notes=高血压")
    assert "has given no consent" in refused.err and "crmkit customer consent" in refused.err
    writing.ok("customer", "consent", "13900541731", "health", "--how", "form of 2026-11-21")
    writing.ok("lead", "edit", "13900541731", "--set", "health_notes=高血压", "--set", "means=yes")
    shown = writing.json("lead", "show", "13900541731")
    assert (shown["health_notes"], shown["fit"]) == ("高血压", {"score": 1, "unknown": 3})


def test_a_number_of_another_person_marks_both_files(writing, people):
    assert "is also that of" in writing.ok("lead", "edit", "13900541731", "--set", "phone=13800541732").err
    assert sorted(writing.ok("lead", "list", "--shared", "-f", "ids").lines) == sorted([people["zhang"], people["li"]])


def test_each_extension_is_found_by_itself_and_the_number_finds_all_of_them(crm):
    one = crm.ok("lead", "add", "--name", "李红", "--phone", "13512345679转9100", "-f", "ids").lines[0]
    other = crm.ok("lead", "add", "--name", "孙芳", "--phone", "13512345679转9101", "-f", "ids").lines[0]
    assert crm.json("lead", "show", "13512345679转9101")["id"] == other
    assert crm("lead", "show", "13512345679转9102").code == 1
    both = crm("lead", "show", "13512345679")
    assert (both.code, one in both.err, other in both.err) == (3, True, True)
    again = crm("lead", "add", "--name", "李红", "--phone", "13512345679转9109")
    assert (again.code, one in again.err, other in again.err) == (4, True, False)
    assert crm("lead", "add", "--name", "刘洋", "--phone", "13512345679转9101").code == 4


def test_a_number_added_by_hand_with_another_extension_is_a_further_number(crm):
    one = crm.ok("lead", "add", "--name", "李红", "--phone", "13512345679转9100", "-f", "ids").lines[0]
    crm.ok("lead", "edit", one, "--set", "phone=13512345679转9101", "--set", "phone=13512345679转9100")
    assert [(p["e164"], p["ext"]) for p in crm.json("lead", "show", one)["phones"]] == [
        ("+8613512345679", "9100"), ("+8613512345679", "9101"),
    ]  # fmt: skip


def test_a_circle_of_referrers_is_refused_wherever_one_is_named(shop):
    grandmother, mother, daughter = (f"C2611-0000000{n}" for n in (1, 2, 4))
    shop.ok("lead", "edit", mother, "--set", f"referrer={grandmother}")
    shop.ok("lead", "edit", daughter, "--set", f"referrer={mother}")
    for referrer in (daughter, mother, grandmother):
        told = shop.fails(1, "lead", "edit", grandmother, "--set", f"referrer={referrer}").err
        assert "referrer" in told
        assert grandmother in told
    told = shop.fails(1, "lead", "add", "--phone", "13900000001", "--referrer", daughter, "--touch").err
    assert f"{daughter} 孙美玲 cannot be the referrer: brought by {mother} 李建国 < {grandmother} 秦玉兰" in told
    done = shop.ok("dedupe", "merge", grandmother, daughter, "--keep", grandmother, "--yes")
    assert f"{grandmother}: {mother} 李建国 cannot be the referrer: brought by {grandmother} 秦玉兰" in done.err
    assert shop.json("lead", "show", grandmother)["referrer"] == ""
    shop.ok("dedupe", "split", daughter, "--yes")
    assert [shop.json("lead", "show", who)["referrer"] for who in (grandmother, mother, daughter)] == [
        "", grandmother, mother,
    ]  # fmt: skip


def test_many_files_are_edited_by_a_sheet_and_the_same_sheet_again_changes_nothing(crm, home):
    ids = [
        crm.ok("lead", "add", "--name", name, "--phone", f"1390000000{n}").lines[0]
        for n, name in enumerate(("王", "李"))
    ]
    (home / "edits.csv").write_text(
        f'customer,set\n{ids[0]},"name=王芳\ntags=VIP"\n{ids[1]},\n{ids[1]},colour=red\n', "utf-8"
    )
    for updated in (2, 0):
        ran = crm.fails(5, "lead", "edit", home / "edits.csv", "--set", "address=青年路1号", "-f", "json")
        assert ran.json["counts"] == {"rows": 3, "updated": updated, "unchanged": 2 - updated, "rejected": 1}
    assert [(one["name"], one["address"]) for one in crm.json("lead", "list")] == [("王芳", ""), ("李", "青年路1号")]
