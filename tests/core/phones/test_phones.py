"""`phone_cells.jsonl` holds hard cells with their numbers; an extension is written behind an x, no number as []."""

import json
import re
import time
import unicodedata
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from crmkit.core.phones.numbering_plan import DialContext, areas, usual
from crmkit.core.phones.phones import as_dialled, cell_text, identity, looks_made_up, national, of_file, read, to_phones
from crmkit.core.phones.reading import read_any
from crmkit.errors import InvalidError
from crmkit.records.customer import PHONE_KINDS
from tests import tables

CELLS = [json.loads(line) for line in (Path(__file__).parent / "phone_cells.jsonl").read_text("utf-8").splitlines()]
READINGS = Path(__file__).parent / "readings.txt"  # `python -m tests.core.phones.test_phones` writes it; read its diff
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


def told(cell):
    """Everything that is read from a hard cell, as one line: numbers with kind and extension, what was not read."""
    reading = read(cell["cell"], area=cell.get("area", ""))
    found = [f"{n.e164}{f'x{n.ext}' if n.ext else ''} {n.kind} {n.raw!r}" for n in reading.numbers]
    said = [text for text in (reading.reason, reading.repair) if text]
    return f"{reading.verdict}: {'; '.join(found) or 'nothing'}{''.join(f' | {text}' for text in said)}"


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_a_hard_cell_is_read_as_it_ever_was(number):
    as_ever = READINGS.read_text("utf-8").splitlines()[number]
    assert f"{CELLS[number]['cell']!r} -> {told(CELLS[number])}" == as_ever


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
@example(cell="2000000O")
@example(cell="l3800138OOO")
def test_reading_never_invents_digits(cell):
    plain = unicodedata.normalize("NFKC", cell)
    reading = read(cell, area="010")
    if "letters stand for 0 and 1" in reading.repair:
        plain = plain.translate(str.maketrans("Ol", "01"))  # which the operator is told
    written = re.sub(r"\D", "", plain)
    for number in reading.numbers:
        national_digits = re.sub(r"^\+(86(10)?)?", "", number.e164)
        assert national_digits in written
        assert number.ext in written


@settings(max_examples=300)
@given(number=mobiles, at=st.integers(0, 10), extra=st.sampled_from("0123456789OlIx*王"), spaced=st.booleans())
def test_a_mobile_number_with_a_character_too_many_or_too_few_is_not_read(number, at, extra, spaced):
    def spell(text):
        return f"{text[:3]}-{text[3:7]}-{text[7:]}" if spaced else text

    shortened = number[:at] + number[at + 1 :]
    # 180.. without its 1 is a toll-free number like any other, 130.. without its 3 one of Beijing that lost its 0
    assume(not shortened.startswith(("400", "800", "10")))
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
        ("139OO54173", "139OO54173 has letters or signs among its digits"),
        ("010-65881234/801", "801 has 3 digits: too few, or without its area code"),
        ("13900541731 8001", "13900541731 8001 has 15 digits; a mobile number has 11"),
        ("13900541731-32", "13900541731-32 has 13 digits; a mobile number has 11"),
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
        ("13900541731转8001", "13900541731-8001"),
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
    assert read(cell, area=area) == read_any(cell, DialContext(area=area))


def test_ten_thousand_ordinary_cells_are_read_quickly():
    cells = [f"13{i:09d}" for i in range(5000)] + [f"0139-{i:04d}-1731" for i in range(4000)]
    cells += [f"13900541731;010-8{i:07d}" for i in range(1000)]
    started = time.process_time()
    assert all(read(cell).numbers for cell in cells)
    assert time.process_time() - started < 1.5  # 0.1 s measured; ten times that on a busy machine


SETTINGS = tables.settings()
EXTENSIONS = [
    "{}-{}", "{} - {}", "{},{}", "{}，{}", "{}*{}", "{} * {}", "{}＊{}", "{}#{}", "{}转{}", "{}轉{}", "{} 转 {}",
    "{} ext {}", "{} ext. {}", "{}x{}", "{};ext={}", "{}(分机{})", "{}分機{}", "{}转接{}",
]  # fmt: skip


@settings(max_examples=300)
@given(
    number=st.one_of(mobiles, landlines().map("0{0[0]}-{0[1]}".format), landlines().map("0{0[0]} {0[1]}".format)),
    form=st.sampled_from(EXTENSIONS),
    ext=st.text("0123456789", min_size=2, max_size=4),
)
def test_every_spelling_of_an_extension_is_one_telephone(number, form, ext):
    digits = re.sub(r"\D", "", number).removeprefix("0")
    assume(len(ext) != 2 or not 0 < int(ext) - int(digits[-2:]) < 10)  # 35 behind ..34 may be the next number
    (read_number,) = read(form.format(number, ext)).numbers
    assert identity(read_number) == f"+86{digits}-{ext}"
    (again,) = read(national(read_number)).numbers
    assert identity(again) == identity(read_number)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("010-65881234/35", ["+861065881234", "+861065881235"]),
        ("010-65881234、35", ["+861065881234", "+861065881235"]),
        ("010-65881234/1240", ["+861065881234", "+861065881240"]),
        ("13512345678/79", ["+8613512345678", "+8613512345679"]),
        ("0571-87654321/5/6", ["+8657187654321", "+8657187654325", "+8657187654326"]),
        ("010-65881234~40", ["+861065881234"]),
        ("010-65881234/801", ["+861065881234"]),
        ("010-65881234-35", []),
    ],
)
def test_a_second_number_of_which_only_the_end_is_written_is_read_or_said(cell, found):
    reading = read(cell)
    assert [n.e164 for n in reading.numbers] == found
    assert bool(reading.reason) == (len(found) < 2)


@pytest.mark.parametrize(
    ("cell", "e164"),
    [
        ("00 852 2123 4567", "+85221234567"),
        ("00-852-21234567", "+85221234567"),
        ("00 1 415 555 2671", "+14155552671"),
        ("00 81 3 1234 5678", "+81312345678"),
        ("00 86 139 0054 1731", "+8613900541731"),
    ],
)
def test_a_blank_behind_the_00_changes_nothing(cell, e164):
    assert numbers(cell) == [e164]


@pytest.mark.parametrize(
    ("cell", "dialled"),
    [
        ("10-62345678", "010-62345678"),
        ("1062345678", "010-62345678"),
        ("00861062345678", "010-62345678"),
        ("75582345678", "0755-82345678"),
        ("2162345678", "021-62345678"),
        ("21-62345678转801", "021-62345678-801"),
    ],
)
def test_a_landline_that_lost_its_0_is_read_and_marked(cell, dialled):
    reading = read(cell)
    assert [national(n) for n in reading.numbers] == [dialled]
    assert (reading.reason, reading.verdict) == ("", "repaired")
    lost = f"is read as {dialled.rpartition('-801')[0] or dialled}: the 0 of its area code was lost"
    assert (lost in reading.repair) == (not cell.startswith("00"))


@pytest.mark.parametrize("cell", ["391-2345678", "3912345678", "755-2345678", "7558234567"])
def test_what_may_be_a_mobile_number_without_its_1_is_not_taken_for_a_landline(cell):
    assert numbers(cell) == []


@pytest.mark.parametrize(
    ("cell", "e164"),
    [("l38OO541731", "+8613800541731"), ("138oo54173I", "+8613800541731"), ("O1O-62345678", "+861062345678"),
     ("0571-8765432l", "+8657187654321")],
)  # fmt: skip
def test_letters_for_1_and_0_are_read_where_one_number_is_possible_and_marked(cell, e164):
    reading = read(cell)
    assert [n.e164 for n in reading.numbers] == [e164]
    assert (reading.reason, reading.verdict) == ("", "repaired")
    assert reading.repair == f"{cell} is read as {national(reading.numbers[0])}: letters stand for 0 and 1"


@pytest.mark.parametrize("cell", ["13800541731l", "1380OO541731", "l13800541731", "138OO541731/O", "138OO54173"])
def test_letters_among_digits_that_may_mean_another_number_are_not_read(cell):
    assert numbers(cell) == []


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("17951123456", "17951123456: no mobile number begins with 179"),
        ("15412345678", "15412345678: no mobile number begins with 154"),
        ("+86 194 1234 5678", "+86 194 1234 5678: no mobile number begins with 194"),
        ("95588", "95588 is a service number, no person's"),
        ("12345", "12345 is a service number, no person's"),
        ("010-95588", "010-95588 is a service number, no person's"),
    ],
)
def test_what_is_no_persons_number_is_refused_with_the_reason(cell, reason):
    reading = of_file(cell, SETTINGS)
    assert (reading.numbers, reading.reason.startswith(reason)) == ((), True), reading.reason


def test_a_service_number_beside_a_persons_leaves_the_persons():
    reading = of_file("95588/13900541731", SETTINGS)
    assert ([n.e164 for n in reading.numbers], reading.reason) == (
        ["+8613900541731"], "95588 is a service number, no person's",
    )  # fmt: skip
    assert [n.e164 for n in of_file("400-812-3123", SETTINGS).numbers] == ["+864008123123"]


def test_a_new_range_of_mobile_numbers_is_a_setting():
    more = tables.settings(phone={"mobile": ["130-139", "1541", "194"]})
    assert [n.e164 for n in of_file("15412345678/19412345678", more).numbers] == ["+8615412345678", "+8619412345678"]
    assert of_file("15422345678", more).numbers == of_file("19512345678", more).numbers == ()
    assert [n.e164 for n in of_file("154 1234 5678", more).numbers] == ["+8615412345678"]
    with pytest.raises(InvalidError, match="13x is not a range"):
        of_file("13900541731", tables.settings(phone={"mobile": ["13x"]}))


@pytest.mark.parametrize(
    ("cell", "made_up"),
    [
        ("13800138000", True), ("13900139000", True), ("13888888888", True), ("13912345678", True),
        ("13987654321", True), ("13801234567", True), ("13800000000", True), ("13812121212", True),
        ("010-88888888", True), ("13900541731", False), ("13800138001", False), ("010-86604709", False),
        ("13877777701", False), ("13812345608", False), ("+852 9888 8888", False), ("400-888-8888", False),
    ],
)  # fmt: skip
def test_a_number_that_looks_made_up_is_told(cell, made_up):
    (number,) = read(cell).numbers
    assert looks_made_up(number) == made_up


@pytest.mark.parametrize(
    ("groups", "usual_"),
    [
        ("138 0013 8000", True), ("138 00138000", True), ("1380013 8000", True), ("13 800 138 000", True),
        ("1380 0138 000", False), ("13800 138000", False),
        ("010 86604709", True), ("010 8660 4709", True), ("0571 86604709", True), ("0571 8660 4709", True),
        ("0335 866 4709", True), ("0335 8664709", True), ("010 866 04709", False), ("010 866047 09", False),
        ("0571 8 6604709", False), ("0000 86604709", False), ("0000 8660 4709", False),
    ],
)  # fmt: skip
def test_digits_in_the_groups_that_people_write_are_told_from_others(groups, usual_):
    assert usual(groups.split()) == usual_


if __name__ == "__main__":
    READINGS.write_text("".join(f"{cell['cell']!r} -> {told(cell)}\n" for cell in CELLS), "utf-8")


@pytest.mark.parametrize(
    ("identity", "dialled"),
    [
        ("+8613900541731", "13900541731"), ("+8613900541731-12", "13900541731-12"),
        ("+861065881234", "010-65881234"), ("+861065881234-801", "010-65881234-801"),
        ("+863104464638", "0310-4464638"), ("+864008123123", "400-812-3123"), ("+8695588", "95588"),
        ("+85291234567", "+852 9123 4567"), ("+85291234567-8", "+852 9123 4567 ext 8"),
        ("+86106588123", "+86106588123"), ("+99", "+99"), ("+", "+"), ("", ""), ("unknown", "unknown"),
    ],
)  # fmt: skip
def test_an_identity_is_told_as_people_dial_it_and_what_is_none_stays(identity, dialled):
    assert as_dialled(identity) == dialled
