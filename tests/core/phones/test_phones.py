"""`phone_cells.jsonl` holds hard cells with their numbers; an extension is written behind an x, no number as []."""

import json
import re
import time
import unicodedata
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crmkit.core.phones.phone_plan import Context, areas
from crmkit.core.phones.phones import cell_text, identity, national, read, to_phones
from crmkit.core.phones.reading import thoroughly
from crmkit.errors import InvalidError
from crmkit.records.customer import PHONE_KINDS

CELLS = [json.loads(line) for line in (Path(__file__).parent / "phone_cells.jsonl").read_text("utf-8").splitlines()]
FULL_WIDTH = str.maketrans("0123456789+-()", "０１２３４５６７８９＋－（）")
INVISIBLE = ("\u200b", "\ufeff", "\u202d", "\u200e", "\u00ad")

mobiles = st.builds("1{}{}".format, st.sampled_from("3456789"), st.text("0123456789", min_size=9, max_size=9))


@st.composite
def landlines(draw):
    code = draw(st.sampled_from(sorted(areas())))
    size = draw(st.sampled_from(areas()[code].lengths)) - 1
    return code, draw(st.sampled_from("2345678")) + draw(st.text("0123456789", min_size=size, max_size=size))


def numbers(cell, **where):
    return [n.e164 + (f"x{n.ext}" if n.ext else "") for n in read(cell, **where).numbers]


def in_groups(number, sizes, separator):
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return separator.join([*parts, number[at:]])


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c['kind']}: {c['cell']!r}")
def test_no_cell_gives_a_number_that_is_not_in_it(cell):
    assert set(numbers(cell["cell"], area=cell.get("area", ""))) <= set(cell["numbers"])


def test_nearly_all_hard_cells_are_read():
    hard = [cell for cell in CELLS if cell["numbers"]]
    unread = [c["cell"] for c in hard if numbers(c["cell"], area=c.get("area", "")) != c["numbers"]]
    assert len(hard) > 350
    assert len(unread) <= len(hard) * 0.01, unread


@pytest.mark.parametrize("cell", CELLS, ids=lambda c: f"{c['kind']}: {c['cell']!r}")
def test_a_cell_that_is_not_read_says_why(cell):
    reading = read(cell["cell"], area=cell.get("area", ""))
    assert reading.numbers or reading.reason
    assert (reading.verdict in ("incomplete", "unreadable")) == (not reading.numbers)
    assert (reading.verdict == "several") == (len(reading.numbers) > 1)
    assert all(number.kind in PHONE_KINDS for number in reading.numbers)


@settings(max_examples=150)
@given(
    number=mobiles,
    prefix=st.sampled_from(
        ["", "+86", "+86 ", "0086-", "86", "(86)", "+86 86 ", "0", "17951", "12593 ", "手机：", "tel:"]
    ),
    sizes=st.sampled_from([(), (3, 4), (3,), (7,), (4, 4), (3, 3), (3, 2, 2, 2)]),
    separator=st.sampled_from([*"-–—－. ·\u3000\u00a0", " - "]),
    invisible=st.sampled_from(INVISIBLE),
    full_width=st.booleans(),
)
def test_any_spelling_of_a_mobile_number_reads_as_that_number(
    number, prefix, sizes, separator, invisible, full_width
):  # fmt: skip
    spelling = prefix + in_groups(number, sizes, separator) + invisible
    assert numbers(spelling.translate(FULL_WIDTH) if full_width else spelling) == ["+86" + number]


@settings(max_examples=150)
@given(
    landline=landlines(),
    form=st.sampled_from(
        ["0{}-{}", "0{} {}", "(0{}){}", "0{}{}", "+86-{}-{}", "86 {} {}", "+86 0{} {}", "17951 0{}{}"]
    ),
    split=st.booleans(),
    ext=st.sampled_from(["", "-801", "转801", " ext. 801", "x801", "#801", "（分机801）"]),
)
def test_any_spelling_of_a_landline_reads_as_that_number(landline, form, split, ext):
    code, local = landline
    written = form.format(code, f"{local[:-4]}-{local[-4:]}" if split and "{}{}" not in form else local) + ext
    assert numbers(written) == [f"+86{code}{local}{'x801' if ext else ''}"]


@settings(max_examples=300)
@given(cell=st.text(st.sampled_from("0123456789" * 3 + "138086 -+()/;x转.OlE王电话０①"), max_size=40))
def test_reading_never_invents_digits(cell):
    written = re.sub(r"\D", "", unicodedata.normalize("NFKC", cell))
    for number in read(cell, area="010").numbers:
        national_digits = re.sub(r"^\+(86(10)?)?", "", number.e164)
        assert national_digits in written
        assert number.ext in written


@settings(max_examples=300)
@given(number=mobiles, at=st.integers(0, 10), extra=st.sampled_from("0123456789OlIx*王"), spaced=st.booleans())
def test_a_mobile_number_with_a_character_too_many_or_too_few_is_not_read(number, at, extra, spaced):
    def spell(text):
        return f"{text[:3]}-{text[3:7]}-{text[7:]}" if spaced else text

    shortened = number[:at] + number[at + 1 :]
    assume(not shortened.startswith(("400", "800")))  # 180.. without its 1 is a toll-free number like any other
    assert numbers(spell(shortened)) == []
    if at < 10:
        assert numbers(spell(number[: at + 1] + extra + number[at + 1 :])) == []


@settings(max_examples=100)
@given(
    found=st.lists(mobiles, min_size=1, max_size=4, unique=True),
    separator=st.sampled_from([*";,、/|\n；，", " 或 ", " "]),
)
def test_a_list_of_numbers_in_one_cell_is_read_in_order(found, separator):
    assert numbers(separator.join(found)) == ["+86" + number for number in found]


@pytest.mark.parametrize("region", ["HK", "MO", "TW", "US", "JP", "SG", "GB", "KR", "AU", "DE"])
@pytest.mark.parametrize("form", ["+{} {}", "+{}-{}", "00{} {}", "00{}{}", "(+{}){}"])
def test_a_number_abroad_is_read_with_its_prefix(region, form):
    example = phonenumbers.example_number(region)
    cell = form.format(example.country_code, example.national_number)
    reading = read(cell)
    assert numbers(cell) == [f"+{example.country_code}{example.national_number}"]
    assert reading.numbers[0].kind == "foreign"


def test_area_codes_and_lengths_agree_with_libphonenumber():
    later = {"754", "851"}  # all converted to eight digits
    for code, area in areas().items():
        for length in (7, 8):
            number = phonenumbers.parse(f"+86{code}{'5' * length}")
            valid = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
            assert code in later or (length in area.lengths) == valid, code


def test_numbers_of_another_region_are_read_by_its_rules():
    assert numbers("9123 4567", region="HK") == ["+85291234567"]
    assert numbers("+86 139 0054 1731", region="HK") == ["+8613900541731"]
    assert numbers("(866) 539-1234", region="US") == ["+18665391234"]
    assert numbers("13900541731", region="US") == []


def test_an_unknown_region_or_area_code_is_refused():
    with pytest.raises(InvalidError, match="XX is not a region"):
        read("1", region="XX")
    with pytest.raises(InvalidError, match="0999999 is not an area code"):
        read("1", area="0999999")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1390054173", "1390054173 has 10 digits; a mobile number has 11"),
        ("0571-8765432", "0571-8765432 has 7 digits behind its area code; there it takes 8"),
        ("0378-2912345", "0378-2912345 begins with an area code that does not exist"),
        ("86604709", "86604709 needs its area code"),
        ("1.39E+10", "1.39E+10 was cut short by a spreadsheet: digits are lost"),
        ("139****1731", "139****1731 has hidden digits"),
        ("139OO541731", "139OO541731 has letters or signs among its digits"),
        ("+44 20 7946", "+44 20 7946 is not a valid number of the country it names"),
        ("1-866-539-1234", "1-866-539-1234 may be a mobile number or one of North America"),
        ("没有", "there is no number in it"),
        ("1" * 301, "this is too long for a telephone number"),
        ("13900541731/8001", "8001 has 4 digits: too few, or without its area code"),
    ],
)
def test_the_reason_names_what_was_not_read(cell, reason):
    assert read(cell).reason == reason


def test_the_verdict_tells_plain_from_repaired_cells():
    assert read("13900541731").verdict == "ok"
    assert read("010-86604709").verdict == "ok"
    assert read("+86 139-0054-1731").verdict == "repaired"
    assert read("010 86604709").verdict == "repaired"


def test_the_raw_spelling_is_kept_with_each_number():
    assert [n.raw for n in read(" 139-0054-1731 ").numbers] == ["139-0054-1731"]
    assert [n.raw for n in read("家010-86604709转801；139 0054 1731").numbers] == ["010-86604709转801", "139 0054 1731"]


def test_a_file_holds_each_number_once():
    phones = to_phones(read("010-86604709；010-86604709-801；13900541731；010-86604709转801；010 8660 4709"))
    assert list(map(identity, phones)) == ["+861086604709", "+861086604709-801", "+8613900541731"]


@pytest.mark.parametrize(
    ("cell", "dialled"),
    [
        ("+8613800135678", "13800135678"),
        ("+861086604709", "010-86604709"),
        ("010 8660 4709 转 801", "010-86604709-801"),
        ("+863125012345", "0312-5012345"),
        ("+864008123123", "400-812-3123"),
        ("+8695588", "95588"),
        ("+861095588", "010-95588"),
        ("+85291234567", "+852 9123 4567"),
        ("13900541731转8001", "13900541731 ext 8001"),
    ],
)
def test_a_number_is_shown_as_it_is_dialled_and_reads_back(cell, dialled):
    (number,) = read(cell).numbers
    assert national(number) == dialled
    assert numbers(dialled) == numbers(cell)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13800138000.0, "13800138000"),
        (13800138000, "13800138000"),
        ("13800138000", "13800138000"),
        (1086604709.0, "1086604709"),
        (13800000000.0, "1.38E+10"),
        (13800138000.5, "13800138000.5"),
        (None, ""),
        (0, "0"),
    ],
)
def test_a_number_cell_becomes_text_without_losing_digits(value, text):
    assert cell_text(value) == text


def test_a_number_cell_that_lost_its_digits_is_not_read():
    assert read(cell_text(13800000000.0)).numbers == ()
    assert numbers(cell_text(13800138000.0)) == ["+8613800138000"]


ordinary = st.one_of(mobiles, landlines().map("0{0[0]}-{0[1]}".format))


@given(
    st.one_of(
        st.lists(ordinary, min_size=1, max_size=4).map(" ".join),
        st.text("0123456789 -", max_size=26),
        st.builds(
            "{}{}{}".format, st.sampled_from(["", " ", "+86", "0", "　"]), ordinary, st.sampled_from(["", "\n", "-801"])
        ),
        mobiles.map(lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}".translate(FULL_WIDTH)),
    ),
    st.sampled_from(["", "10", "571"]),
)
@settings(max_examples=600)
def test_what_is_read_at_a_glance_is_what_the_thorough_reader_reads(cell, area):
    assert read(cell, area=area) == thoroughly(cell, Context(area=area))


def test_ten_thousand_ordinary_cells_are_read_quickly():
    cells = [f"13{i:09d}" for i in range(5000)] + [f"0139-{i:04d}-1731" for i in range(4000)]
    cells += [f"13900541731;010-8{i:07d}" for i in range(1000)]
    started = time.process_time()
    assert all(read(cell).numbers for cell in cells)
    assert time.process_time() - started < 1.5  # 0.1 s measured; ten times that on a busy machine
