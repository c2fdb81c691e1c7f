"""Formats, and nothing on a terminal that a terminal would obey."""

import csv
import io
import json
import unicodedata
from contextlib import redirect_stdout
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from crmkit import render
from crmkit.errors import CrmkitError
from crmkit.records import TYPES, Customer, Product
from crmkit.records.customer import Phone
from crmkit.records.reference import Tier
from crmkit.records.typed import Fen, Late, part
from crmkit.result import Told, as_row, part_of_row, row
from tests import worlds

NUMBER = {"e164": "+8613900541731", "ext": ""}
ROWS = [{"id": "C2611-00000001", "name": "张三", "phones": [part(Phone, NUMBER)], "suspect": True}]
SHOWN = [{**ROWS[0], "phones": [{"e164": "+8613900541731", "number": "+8613900541731", "ext": ""}]}]
MOMENT = datetime(2026, 11, 21, 10, tzinfo=UTC)
COLUMNS = ("id", "name", "phones", "suspect")


def printed(capsys, fmt, rows=ROWS):
    render.rows(iter(rows), COLUMNS, fmt)
    return capsys.readouterr().out


def test_json_is_one_document_with_every_field(capsys):
    assert json.loads(printed(capsys, "json")) == SHOWN


def test_an_empty_list_is_an_empty_array_in_json_and_nothing_in_a_table(capsys):
    assert json.loads(printed(capsys, "json", [])) == []
    assert printed(capsys, "table", []) == ""


def test_jsonl_is_one_object_a_line(capsys):
    assert [json.loads(line) for line in printed(capsys, "jsonl", ROWS * 2).splitlines()] == SHOWN * 2


def test_ids_are_one_a_line(capsys):
    assert printed(capsys, "ids", ROWS * 2) == "C2611-00000001\n" * 2


NUMBERS = (
    "+8613900541731", "+86 139 0054 1731", "+861065881234-801", "+8613900541731; +861065881234-801", "-5", "-12.50",
)  # fmt: skip


def test_csv_has_a_header_and_no_live_formula(capsys):
    rows = [{"id": "1", "name": name} for name in ("=cmd|x", "@SUM(1)", "-1+2", "＝1", "+1+cmd|x", *NUMBERS)]
    lines = list(csv.reader(io.StringIO(printed(capsys, "csv", rows))))
    assert lines[0] == list(COLUMNS)
    assert [line[1] for line in lines[1:]] == ["'=cmd|x", "'@SUM(1)", "'-1+2", "'＝1", "'+1+cmd|x", *NUMBERS]
    assert [render.unguarded(line[1]) for line in lines[1:]] == [row["name"] for row in rows]


def test_a_number_has_a_key_that_every_jq_can_name_and_no_value_is_taken_for_a_key(capsys):
    person = Customer(
        id="C2611-00000001", name='"e164": "+861", ', notes='x", "e164": "+862", "y',
        phones=(
            Phone(raw="a", e164="+8613900541731", kind="mobile", state="wrong"),
            Phone(raw="b", e164="+861065881234", kind="landline", ext="801"),
        ),
    )  # fmt: skip
    for fmt in ("json", "jsonl"):
        render.rows([person], COLUMNS, fmt)
        shown = json.loads(capsys.readouterr().out)
        shown = shown[0] if fmt == "json" else shown
        assert [phone["number"] for phone in shown["phones"]] == ["+8613900541731", "+861065881234"]
        assert (shown["name"], shown["notes"], shown["phone"]) == (person.name, person.notes, "+861065881234-801")
        assert "number" not in shown
    render.one(row(person), "json")
    assert json.loads(capsys.readouterr().out)["phones"][1]["number"] == "+861065881234"


def test_money_is_yuan_for_people_and_fen_in_json(capsys):
    product = Product(id="1", code="HX1", price=198000, tiers=(Tier(quantity=5, price=18050),))
    fields = row(product, balance=Fen(0), total=None)
    sale = {name: fields[name] for name in ("id", "price", "balance", "total", "tiers")}
    render.rows([sale], tuple(sale), "csv")
    assert capsys.readouterr().out.splitlines()[1] == "1,1980.00,0.00,,quantity=5 price=180.50"
    render.one(sale, "table")
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines == ["id 1", "price 1980.00", "balance 0.00", "tiers quantity=5 price=180.50"]
    render.rows([sale], ("id", "price"), "json")
    tiers = [{"quantity": 5, "price": 18050}]
    assert json.loads(capsys.readouterr().out) == [
        {"id": "1", "price": 198000, "balance": 0, "total": None, "tiers": tiers}
    ]


def test_a_number_is_money_by_its_type_and_never_by_its_name(capsys):
    render.rows([{"price": 5, "files": Fen(5)}], ("price", "files"), "csv")
    assert capsys.readouterr().out.splitlines()[1] == "5,0.05"


def test_table_columns_line_up_under_chinese_names(capsys):
    rows = [{"id": "1", "name": "欧阳修", "suspect": True}, {"id": "2", "name": "Li", "suspect": True}]
    lines = printed(capsys, "table", rows).splitlines()
    assert lines[2].index("yes") + 3 == lines[3].index("yes")


@given(st.text())
def test_no_text_reaches_the_terminal_with_a_character_it_would_obey(text):
    shown = render.safe_text(text)
    obeyed = {*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)} - {9, 10}
    assert not any(ord(c) in obeyed for c in shown)


def test_escape_sequences_are_made_visible_in_every_format(capsys):
    rows = [{"id": "1", "name": "a\x1b[31mb\u202ec"}]
    for fmt in ("table", "csv", "tsv", "json", "jsonl"):
        out = printed(capsys, fmt, rows)
        assert "\x1b" not in out and "\u202e" not in out and "u001b" in out
    render.rows(rows, COLUMNS, "json")
    assert json.loads(capsys.readouterr().out) == rows


def test_an_error_is_a_sentence_and_a_hint_or_an_object(capsys):
    problem = CrmkitError("no such thing", "look elsewhere")
    render.error(problem, "table")
    assert capsys.readouterr().err == "error: no such thing\nhint: look elsewhere\n"
    render.error(problem, "json")
    assert json.loads(capsys.readouterr().err) == {
        "error": {"code": "refused", "message": "no such thing", "hint": "look elsewhere"}
    }


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 120) | st.none())
def test_a_record_is_printed_in_jsonl_as_its_row_would_be(text, age):
    person = Customer(id="C2611-00000001", name=text, age_about=age, tags=(text,), collected_at=MOMENT)
    assert render.record_line(person) == render.json_text(row(person))


def test_a_record_is_printed_as_its_row_in_every_format(capsys):
    person = Customer(
        id="C2611-00000001", name="张三", collected_at=MOMENT, phones=(Phone(raw="", e164="+86139", kind="mobile"),)
    )
    told = Told(person, {"due_at": Late("2026-11-21"), "suspect": 2})
    for fmt in render.FORMATS:
        assert printed(capsys, fmt, [person]) == printed(capsys, fmt, [row(person)])
        assert printed(capsys, fmt, [told, told]) == printed(capsys, fmt, [as_row(told), as_row(told)])


def typed_apart(value):
    """`value` with the type of each part of it, by which it is printed."""
    inner = value.items() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return type(value), getattr(value, "of", None), value, list(map(typed_apart, inner))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TYPES).flatmap(lambda record_type: worlds.record(record_type, 0)), st.data())
def test_the_part_of_a_row_that_is_asked_for_is_what_the_whole_row_has(record, data):
    """Of whatever type: money, codes and parts keep their types, and what stands beside a record comes before it."""
    told = Told(record, {"due_at": Late("2026-11-21"), "id": "another"}) if data.draw(st.booleans()) else record
    whole = as_row(told)
    names = data.draw(st.lists(st.sampled_from(["no such", *whole]), unique=True))
    for some in (names, list(whole)):
        expected = {name: typed_apart(whole[name]) for name in some if name in whole}
        assert {name: typed_apart(value) for name, value in part_of_row(told, some).items()} == expected
    assert render.record_line(told) == render.json_text(whole)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), JSON, max_size=4), max_size=3))
def test_a_list_in_json_is_written_as_json_writes_it_as_a_whole(rows):
    page = io.StringIO()
    with redirect_stdout(page):
        render.rows(rows, COLUMNS, "json")
    assert page.getvalue() == render.safe_text(json.dumps(rows, ensure_ascii=False, indent=2)) + "\n"


def test_every_single_character_is_printed_as_it_is_or_made_visible():
    made_visible = {c for c in map(chr, range(0x10000)) if render.safe_text(c) != c}
    hidden = {c for c in map(chr, range(0x10000)) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert hidden - set("\n\t") <= made_visible
    assert {"\ufffc", "\ufffd"} <= made_visible
    assert not made_visible & set("\n\t 张é\u00ad")


def test_a_field_that_is_emptied_shows_that_nothing_is_left(capsys):
    changes = {"B2611-00000001": {"state": ["cancelled", ""]}}
    render.written({"run": "", "ids": [], "dry_run": True, "changes": changes}, "table")
    assert "state: cancelled → -\n" in capsys.readouterr().out


def test_what_changed_is_shown_by_the_types_of_the_fields_of_that_record(capsys):
    changes = {
        "O2611-00000001": {
            "total": [None, 79000],
            "items": [[], [{"product": "XA-3", "quantity": 2, "amount": 79000}]],
        },
        "C2611-00000001": {"phones": [[], [{"e164": "+8613900541731", "ext": "801"}]], "age_about": [64, 65]},
        "calendar/2027.json": {"2027-01-01": [None, "holiday 元旦"]},
    }
    render.written({"run": "", "ids": [], "dry_run": True, "changes": changes}, "table")
    assert capsys.readouterr().out.splitlines() == [
        "O2611-00000001", "  total: 790.00", "  items: XA-3 × 2 = 790.00",
        "C2611-00000001", "  phones: 13900541731-801", "  age_about: 64 → 65",
        "calendar/2027.json", "  2027-01-01: holiday 元旦",
    ]  # fmt: skip
