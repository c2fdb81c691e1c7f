"""Every field that is compared goes through the whole comparison: the same in each way, different, missing."""

from dataclasses import dataclass
from itertools import product
from math import log2

import pytest

from crmkit.core.dedupe import dedupe
from crmkit.core.dedupe.scoring import FIELDS, corroborated, veto
from crmkit.core.dedupe.weights import LEVELS, Evidence
from crmkit.records.customer import Customer, Phone
from tests.core.dedupe.test_dedupe import BORN, CROWD, DAY, HOME, OTHER_HOME
from tests.core.desk import SETTINGS

RARE = "诸葛慧敏"
SIZE = len(CROWD) + 2
ALONE = 0.5 / (SIZE + 1000)  # the chance of what nobody else on the list has


@dataclass(frozen=True)
class Case:
    """Two files that agree in `how` of a field: `a` and `b` are its fields on either side, `others` the rest."""

    a: dict[str, object]
    b: dict[str, object]
    points: float | None = None  # None where the level's own chances tell


def file(number: int, name: str = RARE, **fields: object) -> Customer:
    return Customer(**{"id": f"C2610-{number:08}", "name": name, "collected_at": DAY, **fields})


def phones(*numbers: str) -> tuple[Phone, ...]:
    return tuple(Phone(raw=n, e164=f"+86{n}", kind="mobile") for n in numbers)


def named(a: str, b: str, points: float | None = None) -> Case:
    return Case({"name": a}, {"name": b}, points)


def both(field: str, a: object, b: object, points: float | None = None) -> Case:
    return Case({field: a}, {field: b}, points)


CASES: dict[tuple[str, str], Case] = {
    ("name", "same"): named(RARE, "諸葛慧敏", log2(0.80 / ALONE)),
    ("name", "courtesy"): named("司徒珺瑶", "司徒阿姨", log2(0.97 / ALONE)),
    ("name", "sounds alike"): named("诸葛慧敏", "诸葛惠敏", log2(0.06 / ALONE)),
    ("name", "sounds close"): named("诸葛慧心", "诸葛慧星", log2(0.02 / ALONE)),
    ("name", "looks alike"): named("诸葛雪梅", "诸葛雪海"),
    ("name", "characters swapped"): named("诸葛慧敏", "诸葛敏慧", log2(0.02 / ALONE)),
    ("name", "spelled in pinyin"): named(RARE, "Huimin Zhuge", log2(0.50 / ALONE)),
    ("name", "character missing"): named("诸葛慧敏", "诸葛敏", log2(0.03 / (2 * ALONE))),
    ("name", "surname missing"): named("司徒珺瑶", "珺瑶", log2(0.01 / ALONE)),
    ("name", "one character differs"): named("诸葛慧敏", "诸葛慧琳", log2(0.015 / ALONE)),
    ("name", "surname differs"): named("葛珺瑶", "莫珺瑶", log2(0.001 / ALONE)),
    ("name", "different"): named("诸葛慧敏", "欧阳志强"),
    ("sex", "same"): both("sex", "female", "female"),
    ("sex", "other"): both("sex", "female", "male"),
    ("phone", "same"): both("phones", phones("13900000001"), phones("13900000001"), log2(0.65 / (0.02 / SIZE))),
    ("phone", "one slip"): both("phones", phones("13900000001"), phones("13900000901")),
    ("phone", "other"): both("phones", phones("13900000001"), phones("13812345678")),
    ("birthday", "same"): both("birthday", BORN, BORN, log2(0.80 / ALONE)),
    ("birthday", "other calendar"): both("birthday", "1953-02-15", "lunar:1953-01-02"),
    ("birthday", "other calendar, unsaid"): both("birthday", "1953-02-15", "1953-01-02"),
    ("birthday", "near"): both("birthday", BORN, "1953-01-05"),
    ("birthday", "day"): both("birthday", BORN, "--01-02"),
    ("birthday", "age"): Case({"birthday": BORN}, {"age_about": 72}),
    ("birthday", "age off"): Case({"birthday": BORN}, {"age_about": 68}),
    ("birthday", "conflict"): both("birthday", BORN, "1961-10-20"),
    ("address", "home"): both("address", HOME, "青年路十一号院12-3-450", log2(0.60 / ALONE)),
    ("address", "near"): both("address", HOME, HOME.replace("青年路", "青云路")),
    ("address", "building"): both("address", HOME, HOME.replace("450", "451")),
    ("address", "road"): both("address", HOME, "青年路11号院2号楼1单元101室"),
    ("address", "other"): both("address", HOME, OTHER_HOME),
    ("email", "same"): both("email", "Zhuge@163.com", " zhuge＠163.COM", log2(0.70 / ALONE)),
    ("email", "other"): both("email", "zhuge@163.com", "zhuge@qq.com"),
    ("wechat", "same"): both("wechat", "WX_Zhuge", "wx_zhuge", log2(0.70 / ALONE)),
    ("wechat", "other"): both("wechat", "wx_zhuge", "wx_zhu"),
    ("employer", "same"): Case(
        {"employer": "北京市第九机床厂"}, {"former_employer": "第九機床厂退休"}, log2(0.80 / ALONE)
    ),
    ("employer", "other"): both("employer", "第九机床厂", "第八中学"),
}
WITH_OTHERS = {  # what only a third file makes of it
    ("name", "rival courtesy"), ("phone", "crowd"), ("phone", "same in notes"), ("address", "home of many"),
}  # fmt: skip
TOGETHER = {"phones": phones("13900000001"), "birthday": BORN, "address": HOME}  # so that the pair is suggested at all


def reasons(a: dict[str, object], b: dict[str, object], *others: object) -> dict[str, dedupe.Reason]:
    """Why `find` suggests the pair or keeps it apart, by field."""
    one, two = (file(number, **told) for number, told in enumerate((a, b)))
    for pair in dedupe.find([one, two, *others, *CROWD], decisions=(), settings=SETTINGS):
        if (pair.a, pair.b) == (one.id, two.id):
            return {reason.field: reason for reason in pair.reasons}
    raise AssertionError("nothing is said of the pair")


def with_the_rest(case: Case) -> tuple[dict[str, object], dict[str, object]]:
    """The two sides of a case, and what else the two files must share to be looked at, apart from the field itself."""
    own = {name for name in ({*case.a, *case.b}) if name not in ("employer", "former_employer")}
    own |= {"birthday"} if "age_about" in own else set()
    rest = {name: value for name, value in TOGETHER.items() if name not in own}
    return rest | case.a, rest | case.b


def test_every_field_that_is_compared_and_every_way_to_agree_has_a_case():
    assert set(FIELDS) == set(LEVELS)
    assert {(field, how) for field, levels in LEVELS.items() for how in levels} == set(CASES) | WITH_OTHERS


@pytest.mark.parametrize(("field", "how"), CASES)
def test_a_field_counts_as_it_agrees(field, how):
    case = CASES[field, how]
    said = reasons(*with_the_rest(case))[field]
    level = LEVELS[field][how]
    expected = log2(level.same / level.chance) if case.points is None else case.points
    assert (said.how, said.points) == (how, round(expected, 1))


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("field", "how"), CASES)
def test_a_field_that_is_missing_on_one_side_or_on_both_says_nothing(field, how, swapped):
    case = CASES[field, how]
    a, b = with_the_rest(case)
    empty = {name: value for name, value in a.items() if name not in case.a}
    if field == "name":
        empty["name"] = ""
    sides = (empty, b) if swapped else (b, empty)
    for one, two in (sides, (empty, empty)):
        if {name for name in ("phones", "birthday", "address") if name in one and name in two}:
            assert field not in reasons(one | {"wechat": one.get("wechat", "")}, two)


@pytest.mark.parametrize("field", ["phone", "birthday", "address", "email", "wechat", "employer"])
def test_a_field_that_alone_is_shared_by_two_of_a_rare_name_suggests_them(field):
    case = CASES[field, "same" if field != "address" else "home"]
    one, two = file(0, RARE, **case.a), file(1, RARE, **case.b)
    (pair,) = (p for p in dedupe.find([one, two, *CROWD], decisions=(), settings=SETTINGS) if p.a == one.id)
    certain = field not in ("employer",)
    assert (pair.b, pair.suggest) == (two.id, "merge" if certain else "review")
    assert {reason.field for reason in pair.reasons} == {"name", field}


def test_a_number_of_many_counts_for_nobody_and_a_home_of_many_less():
    desk = [file(n, f"王{name}", phones=phones("13900000009")) for n, name in enumerate("芳兰英梅霞", 10)]
    found = reasons(
        {"phones": phones("13900000009"), "email": "z@b.cn"},
        {"phones": phones("13900000009"), "email": "z@b.cn"},
        *desk,
    )
    assert (found["phone"].how, found["phone"].points) == ("crowd", 0.0)
    hostel = [file(n, f"王{name}", address=HOME) for n, name in enumerate("芳兰英梅霞", 10)]
    found = reasons({"address": HOME, "birthday": BORN}, {"address": HOME, "birthday": BORN}, *hostel)
    assert (found["address"].how, found["address"].points) == (
        "home of many",
        round(log2(0.6 * (SIZE + 1005) / 5.5), 1),
    )


def test_a_number_in_the_notes_or_as_the_wechat_name_is_found():
    new = {"phones": phones("13812345678")}
    for told in ({"notes": ("原电话13900000001",)}, {"wechat": "13900000001"}):
        said = reasons({"phones": phones("13900000001")}, new | told)["phone"]
        assert (said.how, said.points) == ("same in notes", round(log2(0.65 * SIZE / 0.5), 1))


def test_a_courtesy_name_that_fits_two_of_a_number_fits_neither():
    rival = file(2, "诸葛志强", phones=phones("13900000001"))
    a, b = {"phones": phones("13900000001")}, {"phones": phones("13900000001"), "name": "诸葛阿姨", "wechat": "z"}
    assert reasons(a | {"wechat": "z"}, b, rival)["name"].how == "rival courtesy"


@pytest.mark.parametrize(
    ("field", "text"), [("email", "office@b.cn"), ("wechat", "wx_office"), ("employer", "第九机床厂")]
)
def test_what_many_have_counts_less(field, text):
    others = [file(n, f"王{name}", **{field: text}) for n, name in enumerate("芳兰英梅霞", 10)]
    few, many = (
        reasons(TOGETHER | {field: text}, TOGETHER | {field: text}, *them)[field].points for them in ((), others)
    )
    level = LEVELS[field]["same"].same
    assert few == round(log2(level / ALONE), 1)
    assert many == round(log2(level / (5.5 / (SIZE + 1005))), 1)


@pytest.mark.parametrize("account", ["email", "wechat"])
def test_a_family_with_one_account_is_not_one_person(account):
    he, she, child = (
        file(n, name, sex=sex, **{account: "zhuge@163.com"})
        for n, (name, sex) in enumerate((("诸葛志强", "male"), ("王秀英", "female"), ("诸葛志明", "male")))
    )
    pairs = dedupe.find([he, she, child, *CROWD], decisions=(), settings=SETTINGS)
    assert not [p for p in pairs if {p.a, p.b} <= {he.id, she.id, child.id} and p.suggest != "household"]


@pytest.mark.parametrize("account", ["email", "wechat"])
def test_an_account_may_be_a_familys_and_so_tells_less_than_it_would_of_strangers(account):
    one, two = (file(n, name, **{account: "zhuge@163.com"}) for n, name in enumerate(("诸葛志强", "诸葛志")))
    (pair,) = (p for p in dedupe.find([one, two, *CROWD], decisions=(), settings=SETTINGS) if p.a == one.id)
    assert (pair.b, pair.suggest) == (two.id, "review")
    assert pair.score < 0.99


GIVEN, BORN_APART, SEXES = "different given names", "different birth dates", "different sexes"
SIBLINGS = "brothers or sisters as likely as a slip of the pen"
DAYS = ("same", "near", "other calendar", "other calendar, unsaid", "day")
LOOSE = (
    "courtesy", "rival courtesy", "character missing", "surname missing", "one character differs", "surname differs",
)  # fmt: skip
VETOES = [  # how name, phone, birthday, address and sex agree → why it cannot be one person
    *((name, phone, "conflict", home, "", "" if phone == "same" or home != "building" else BORN_APART)
      for name, phone, home in product(
          ("same", "alike", "spelled in pinyin"), ("same", "other"), ("home", "near", "building"))),
    *((name, "same", "conflict", "home", "", BORN_APART) for name in ("courtesy", "surname missing", "sounds alike")),
    ("different", "", "", "", "", GIVEN), ("given name differs", "same", "", "", "", GIVEN),
    ("other", "same", "", "", "", GIVEN), ("given name differs", "one slip", "", "", "", ""),
    ("other", "", "same", "", "", ""),
    *((name, "same", "same", "", "other", SEXES) for name in LOOSE),
    *((name, "same", "same", "", "same", "") for name in LOOSE),
    ("given name differs", "", "same", "", "other", SEXES), ("same", "same", "same", "", "other", ""),
    *(("one character differs", "same", day, "", "", "") for day in DAYS),
    *(("one character differs", "same", day, "home", "", SIBLINGS) for day in ("", "age", "age off")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "phone", "birthday", "address", "sex", "why"), VETOES)
def test_what_speaks_against_one_person_is_outweighed_by_nothing(name, phone, birthday, address, sex, why):
    hows = {"name": name, "phone": phone, "birthday": birthday, "address": address, "sex": sex}
    assert veto({field: Evidence(field, how, 9.0, 9.0) for field, how in hows.items() if how}) == why


@pytest.mark.parametrize(
    ("field", "hows"),
    [
        ("phone", {"same", "same in notes", "one slip"}), ("address", {"home", "home of many", "near", "building"}),
        ("birthday", {"same", "near", "other calendar", "other calendar, unsaid", "day"}),
        ("email", {"same"}), ("wechat", {"same"}), ("employer", {"same"}), ("name", set()), ("sex", set()),
    ],
)  # fmt: skip
def test_a_name_alone_makes_nobody_one_person(field, hows):
    assert {how for how in LEVELS[field] if corroborated({field: Evidence(field, how, 9.0, 9.0)})} == hows
