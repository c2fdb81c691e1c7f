import json

import pytest


def parsed(shell, *arguments, **options):
    return [json.loads(line) for line in shell.ok("phone", "parse", *arguments, **options).lines]


def test_each_text_gives_one_json_line(bare):
    first, second = parsed(bare, "010-86604709转801", "1390054173")
    assert first == {
        "raw": "010-86604709转801",
        "numbers": [{"e164": "+861086604709", "number": "+861086604709", "kind": "landline", "ext": "801"}],
        "reason": "",
        "verdict": "repaired",
    }
    assert (second["numbers"], second["verdict"]) == ([], "incomplete")
    assert "10 digits" in second["reason"]


def test_each_line_of_stdin_gives_one_json_line_even_an_empty_one(bare):
    lines = b"13900541731\r\n\n" + "没有\n".encode() + b"\xff13900541731\n"
    assert [len(one["numbers"]) for one in parsed(bare, "-", stdin=lines)] == [1, 0, 0, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lines_are_read_in_any_encoding(bare, encoding):
    lines = "１３９００５４１７３１ 转801\r\n没有".encode(encoding)
    read = parsed(bare, "-", stdin=lines)
    assert [(one["raw"], [n["number"] for n in one["numbers"]]) for one in read] == [
        ("１３９００５４１７３１ 转801", ["+8613900541731"]),
        ("没有", []),
    ]


def test_nothing_on_stdin_gives_no_line(bare):
    assert parsed(bare, "-", stdin=b"") == []


def test_a_line_that_is_a_json_string_is_decoded_first(bare):
    one, two, three = parsed(bare, "-", stdin='"13900541731\\n15819951506"\n"13900541731\n["13900541731"]\n')
    assert one["raw"] == "13900541731\n15819951506"
    assert len(one["numbers"]) == 2
    assert two["raw"] == '"13900541731'
    assert three["raw"] == '["13900541731"]'


def test_control_characters_leave_as_harmless_json(bare):
    out = bare.ok("phone", "parse", "-", stdin=b'"\\u001b[31m\\u202e13900541731"\n').out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert json.loads(out)["raw"] == "\x1b[31m\u202e13900541731"


def test_local_numbers_take_the_area_of_the_option_else_of_the_archive(bare, crm):
    assert parsed(bare, "86604709")[0]["numbers"] == []
    assert parsed(crm, "86604709")[0]["numbers"][0]["e164"] == "+861086604709"
    assert parsed(crm, "--area", "0571", "86604709")[0]["numbers"][0]["e164"] == "+8657186604709"


def test_numbers_of_another_region(bare):
    assert parsed(bare, "--region", "hk", "9123 4567")[0]["numbers"][0] == {
        "e164": "+85291234567",
        "number": "+85291234567",
        "kind": "foreign",
        "ext": "",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--region", "XX"), "XX is not a region"), (("--area", "0999999"), "0999999 is not an area code")],
)
def test_an_unknown_region_or_area_is_refused(bare, options, said):
    assert said in bare.fails(1, "phone", "parse", *options, "13900541731").err


def test_an_archive_that_was_named_must_be_there(bare):
    bare.fails(1, "-A", "nowhere", "phone", "parse", "13900541731")


def test_reasons_are_given_without_a_text_to_parse(bare):
    bare.fails(2, "phone", "parse")
