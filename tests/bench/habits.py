"""What people do when they give or write down their particulars twice, and who else looks as if they had."""

from dataclasses import replace
from datetime import date, timedelta

from crmkit.core.calendar.lunar import months
from tests.bench.leads import (
    HER_CHARS,
    HIS_CHARS,
    HOMOPHONES,
    LOOKALIKES,
    SURNAMES,
    TRADITIONAL,
    VARIANT_SURNAMES,
    Home,
    Maker,
    Person,
    email,
    employer,
    phones,
)

DIGITS = "零一二三四五六七八九"
NOT_GIVEN_OUT = ("154", "194")  # beginnings of mobile numbers beside those in use: every program refuses them


# --- one person, written again -------------------------------------------------------------------------------------


def again(m: Maker, p: Person) -> None:
    m.write(p, "again")


def only_name_and_phone(m: Maker, p: Person) -> None:
    m.write(p, "only_name_and_phone", birthday="", address="", sex="", phones=phones(p.mobile))


def courtesy(m: Maker, p: Person) -> None:
    titles = ("阿姨", "女士", "大妈", "奶奶", "姐") if p.sex == "female" else ("大爷", "先生", "师傅", "叔叔", "哥")
    name = m.rng.choice([p.surname + m.rng.choice(titles), p.surname + "老师", "老" + p.surname])
    m.write(p, "courtesy", name=name, birthday="", sex="", phones=phones(p.mobile))


def traditional(m: Maker, p: Person) -> None:
    m.write(p, "traditional", name=(p.surname + p.given).translate(TRADITIONAL))


def spaced_or_titled(m: Maker, p: Person) -> None:
    title = "女士" if p.sex == "female" else "先生"
    name = m.rng.choice([" ".join(p.surname + p.given), p.surname + p.given + title, p.surname + p.given + "(本人)"])
    m.write(p, "spaced_or_titled", name=name)


def homophone(m: Maker, p: Person) -> None:
    _exchanged(m, p, "homophone", HOMOPHONES)


def lookalike(m: Maker, p: Person) -> None:
    _exchanged(m, p, "lookalike", LOOKALIKES)


def other_character(m: Maker, p: Person) -> None:
    if len(p.given) < 2:
        return
    at = m.rng.randrange(len(p.given))
    char = m.rng.choice([c for c in HER_CHARS + HIS_CHARS if c != p.given[at]])
    m.write(p, "other_character", name=p.surname + p.given[:at] + char + p.given[at + 1 :],
            birthday=p.born.isoformat())  # fmt: skip


def variant_surname(m: Maker, p: Person) -> None:
    m.write(p, "variant_surname", name=VARIANT_SURNAMES.get(p.surname, p.surname) + p.given)


def swapped_characters(m: Maker, p: Person) -> None:
    m.write(p, "swapped_characters", name=p.surname + p.given[::-1])


def given_name_first(m: Maker, p: Person) -> None:
    m.write(p, "given_name_first", name=f"{p.given} {p.surname}", birthday=p.born.isoformat())


def missing_character(m: Maker, p: Person) -> None:
    m.write(p, "missing_character", name=p.surname + p.given[-1])


def given_name_only(m: Maker, p: Person) -> None:
    name = p.given if len(p.given) > 1 else p.surname + p.given
    m.write(p, "given_name_only", name=name)


def surname_only(m: Maker, p: Person) -> None:
    name = p.surname + m.rng.choice(["", "某", "某某", "**"])
    m.write(p, "surname_only", name=name, phones=phones(p.mobile))


def pinyin(m: Maker, p: Person) -> None:
    from crmkit.core.people.names import syllables

    read = syllables(p.surname, p.given)
    m.write(p, "pinyin", name=f"{''.join(read[1:])} {read[0]}".title(), phones=phones(p.mobile))


def wrong_digit(m: Maker, p: Person) -> None:
    at = m.rng.randrange(6, len(p.mobile))
    wrong = p.mobile[:at] + str((int(p.mobile[at]) + m.rng.randint(1, 9)) % 10) + p.mobile[at + 1 :]
    m.write(p, "wrong_digit", phones=phones(wrong))


def swapped_digits(m: Maker, p: Person) -> None:
    at = m.rng.randrange(5, len(p.mobile) - 1)
    if at == 5 and p.mobile[3:5] + p.mobile[6] in NOT_GIVEN_OUT:
        at += 1
    wrong = p.mobile[:at] + p.mobile[at + 1] + p.mobile[at] + p.mobile[at + 2 :]
    m.write(p, "swapped_digits", phones=phones(wrong))


def other_of_two_phones(m: Maker, p: Person) -> None:
    landline = p.landline or m.landline()
    m.write(p, "two_phones", phones=phones(p.mobile, landline))
    m.write(p, "other_of_two_phones", phones=phones(landline))


def phone_in_notes(m: Maker, p: Person) -> None:
    m.write(p, "phone_in_notes", phones=phones(m.mobile()), notes=(f"原电话 {p.mobile.removeprefix('+86')}",))


def changed_phone(m: Maker, p: Person) -> None:
    m.write(p, "changed_phone", phones=phones(m.mobile()), birthday=p.born.isoformat(), address=p.home.text())


def changed_phone_and_shorthand(m: Maker, p: Person) -> None:
    m.write(p, "changed_phone_and_shorthand", phones=phones(m.mobile()), address=shorthand(m, p.home))


def changed_phone_and_home(m: Maker, p: Person) -> None:
    m.write(p, "changed_phone_and_home", phones=phones(m.mobile()), birthday=p.born.isoformat(),
            address=m.home().text())  # fmt: skip


def moved(m: Maker, p: Person) -> None:
    m.write(p, "moved", address=m.home().text())


def address_variant(m: Maker, p: Person) -> None:
    m.write(p, "address_variant", address=shorthand(m, p.home))


def wrong_digit_in_birthday(m: Maker, p: Person) -> None:
    slips = []
    text = p.born.isoformat()
    for at in (2, 3, 5, 6, 8, 9):
        for digit in "0123456789":
            try:
                slips.append(date.fromisoformat(text[:at] + digit + text[at + 1 :]).isoformat())
            except ValueError:
                continue
    m.write(p, "wrong_digit_in_birthday", birthday=m.rng.choice([s for s in slips if s != text]))


def day_and_month_swapped(m: Maker, p: Person) -> None:
    born = p.born.replace(month=p.born.day, day=p.born.month) if p.born.day <= 12 else p.born
    m.write(p, "day_and_month_swapped", birthday=born.isoformat())


def lunar_birthday(m: Maker, p: Person) -> None:
    m.write(p, "lunar_birthday", birthday="lunar:" + lunar(p))


def lunar_as_solar(m: Maker, p: Person) -> None:
    try:
        text = date.fromisoformat(lunar(p)).isoformat()
    except ValueError:
        text = p.born.isoformat()
    m.write(p, "lunar_as_solar", birthday=text)


def year_or_day_only(m: Maker, p: Person) -> None:
    if m.rng.random() < 0.5:
        m.write(p, "day_only", birthday=f"--{p.born:%m-%d}")
    else:
        m.write(p, "age_only", birthday="", age_about=2026 - p.born.year + m.rng.randint(-2, 2))


def only_email(m: Maker, p: Person) -> None:
    m.write(p, "only_email", phones=phones(m.mobile()), birthday="", address="", wechat="", email=email(m.rng, p.email))


def only_wechat(m: Maker, p: Person) -> None:
    m.write(p, "only_wechat", phones=phones(m.mobile()), birthday="", address="", email="", wechat=p.wechat.upper())


def only_employer(m: Maker, p: Person) -> None:
    m.write(p, "only_employer", phones=phones(m.mobile()), birthday="", address="", **employer(m.rng, p.employer))


def wechat_is_the_old_number(m: Maker, p: Person) -> None:
    m.write(p, "wechat_is_the_old_number", phones=phones(m.mobile()), wechat=p.mobile.removeprefix("+86"))


def courtesy_with_wechat(m: Maker, p: Person) -> None:
    name = p.surname + ("阿姨" if p.sex == "female" else "先生")
    m.write(p, "courtesy_with_wechat", name=name, birthday="", address="", wechat=p.wechat)


def wrong_sex(m: Maker, p: Person) -> None:
    m.write(p, "wrong_sex", sex="male" if p.sex == "female" else "female")


def two_slips(m: Maker, p: Person) -> None:
    at = m.rng.randrange(6, len(p.mobile))
    wrong = p.mobile[:at] + str((int(p.mobile[at]) + 1) % 10) + p.mobile[at + 1 :]
    m.write(p, "two_slips", phones=phones(wrong), address=shorthand(m, p.home),
            name=(p.surname + p.given).translate(TRADITIONAL))  # fmt: skip


def _exchanged(m: Maker, p: Person, kind: str, table: dict[str, str]) -> None:
    places = [i for i, c in enumerate(p.given) if c in table]
    if not places:
        return
    at = m.rng.choice(places)
    m.write(p, kind, name=p.surname + p.given[:at] + m.rng.choice(table[p.given[at]]) + p.given[at + 1 :])


def lunar(p: Person) -> str:
    """The person's birth date in the lunar calendar, as the archive writes it."""
    born = p.born.toordinal()
    for year in (p.born.year, p.born.year - 1):
        for (number, leap), month in months(year).items():
            if month.first <= born < month.first + month.length:
                return f"{year}-{number:02d}-{'L' if leap else ''}{born - month.first + 1:02d}"
    raise ValueError("a lunar year begins within two solar ones")


def shorthand(m: Maker, h: Home) -> str:
    """The home as other people write it."""
    chinese = f"{h.road}{_chinese(h.yard)}号院{_chinese(h.building)}号楼{_chinese(h.unit)}单元{h.room}"
    return m.rng.choice([
        f"{h.district}{h.road}{h.yard}号院{h.building}-{h.unit}-{h.room}",
        f"{h.road}{h.yard}号{h.building}楼{h.unit}门{h.room}",
        f"北京{h.district}{h.road}{h.yard}号院{h.building}号楼{h.unit}单元{h.room}",
        f"北京市 {h.district} {h.road} {h.yard} 号院 {h.building} 号楼 {h.room} 室",
        f"{h.road}{h.yard}号院{h.building}栋{h.unit}单元{h.room}室",
        chinese,
        h.text().replace("号院", "號院").replace("号楼", "號樓").replace("单元", "單元"),
    ])  # fmt: skip


def _chinese(n: int) -> str:
    tens, ones = divmod(n, 10)
    return ((DIGITS[tens] if tens > 1 else "") + "十" if tens else "") + (DIGITS[ones] if ones or not tens else "")


# --- people who only look alike ------------------------------------------------------------------------------------


def couple(m: Maker) -> None:
    he = m.person(sex="male")
    m.write(he, "couple")
    she = m.person(sex="female", born=he.born + timedelta(days=m.rng.randint(-1500, 2500)), home=he.home,
                   mobile=he.mobile if m.rng.random() < 0.8 else m.mobile(), landline=he.landline,
                   email=he.email if m.rng.random() < 0.5 else None)  # fmt: skip
    m.write(she, "couple")


def couple_of_one_surname(m: Maker) -> None:
    he = m.person(sex="male")
    m.write(he, "couple_of_one_surname")
    she = m.person(sex="female", surname=he.surname, home=he.home, mobile=he.mobile)
    m.write(she, "couple_of_one_surname")


def courtesy_couple(m: Maker) -> None:
    he = m.person(sex="male")
    m.write(he, "courtesy_couple", sex="male")
    she = m.person(sex="female", home=he.home, mobile=he.mobile)
    m.write(she, "courtesy_couple", name=she.surname + "阿姨", birthday="")


def twins(m: Maker) -> None:
    sex = m.rng.choice(("female", "male"))
    one = m.person(sex=sex)
    chars = HER_CHARS if sex == "female" else HIS_CHARS
    shared = m.rng.random() < m.noise.twins_share_character
    given = one.given[0] + m.rng.choice([c for c in chars if c not in one.given]) if shared else None
    two = m.person(sex=sex, surname=one.surname, given=given, born=one.born, home=one.home, landline=one.landline,
                   mobile=one.mobile if m.rng.random() < 0.7 else m.mobile())  # fmt: skip
    if two.given != one.given:
        m.write(one, "twins")
        m.write(two, "twins")


def parent_and_child(m: Maker) -> None:
    parent = m.person()
    similar = m.rng.random() < 0.4
    given = parent.given[0] + m.rng.choice(HIS_CHARS) if similar else None
    child = m.person(surname=parent.surname, given=given, born=parent.born + timedelta(days=m.rng.randint(7300, 12000)),
                     home=parent.home if m.rng.random() < 0.7 else m.home(), mobile=parent.mobile)  # fmt: skip
    if child.given != parent.given:
        m.write(parent, "parent_and_child")
        m.write(child, "parent_and_child")


def siblings(m: Maker) -> None:
    one = m.person(given=m.given("male")[0] + m.rng.choice("国强明"), sex="male")
    two = m.person(surname=one.surname, given=one.given[0] + m.rng.choice("军平华"), sex="male",
                   born=one.born + timedelta(days=m.rng.randint(500, 3000)), home=one.home,
                   mobile=m.rng.choice((one.mobile, m.mobile())))  # fmt: skip
    m.write(one, "siblings")
    m.write(two, "siblings")


def namesakes(m: Maker) -> None:
    one = m.person(surname=m.rng.choice(list(SURNAMES)[:5]))
    two = m.person(surname=one.surname, given=one.given, sex=one.sex)
    m.write(one, "namesakes")
    m.write(two, "namesakes")


def namesakes_of_one_year_and_road(m: Maker) -> None:
    one = m.person()
    born = one.born + timedelta(days=m.rng.randint(3, 200))
    home = replace(m.home(), district=one.home.district, road=one.home.road)
    two = m.person(surname=one.surname, given=one.given, sex=one.sex, born=born, home=home)
    m.write(one, "namesakes_of_one_year_and_road", birthday=one.born.isoformat())
    m.write(two, "namesakes_of_one_year_and_road", birthday=two.born.isoformat())


def neighbours(m: Maker) -> None:
    one = m.person()
    two = m.person(home=replace(one.home, room=one.home.room + 1))
    m.write(one, "neighbours")
    m.write(two, "neighbours")


def switchboard(m: Maker) -> None:
    number = m.landline()
    for _ in range(m.rng.randint(4, 9)):
        m.write(m.person(mobile=number, landline="", employer="青年路机械厂", email="office@qnl.cn"), "switchboard")


def care_home(m: Maker) -> None:
    home = m.home()
    for _ in range(m.rng.randint(4, 8)):
        m.write(m.person(home=home), "care_home")


def reused_number(m: Maker) -> None:
    one = m.person()
    m.write(one, "reused_number")
    m.write(m.person(mobile=one.mobile), "reused_number")


def one_account(m: Maker) -> None:
    """Two of one family with one e-mail or one WeChat between them, and nothing else."""
    one = m.person()
    which = m.rng.choice(("email", "wechat"))
    account = one.email if which == "email" else one.wechat
    two = m.person(**{which: account})
    if two.given != one.given:
        m.write(one, "one_account", **{which: account})
        m.write(two, "one_account", **{which: account})


def namesakes_of_one_employer(m: Maker) -> None:
    one = m.person(employer="首钢总公司")
    born = one.born + timedelta(days=m.rng.randint(400, 9000))
    two = m.person(surname=one.surname, given=one.given, sex=one.sex, born=born, employer=one.employer)
    for who in (one, two):
        m.write(who, "namesakes_of_one_employer", birthday=who.born.isoformat(), employer=one.employer)


def numbers_in_a_row(m: Maker) -> None:
    he = m.person(sex="male")
    she = m.person(sex="female", home=he.home, mobile=f"+{int(he.mobile) + 1}")
    m.write(he, "numbers_in_a_row")
    m.write(she, "numbers_in_a_row")


DUPLICATES = (
    again, only_name_and_phone, courtesy, traditional, spaced_or_titled, homophone, lookalike, other_character,
    variant_surname, swapped_characters, given_name_first, missing_character, given_name_only, surname_only, pinyin,
    wrong_digit, swapped_digits, other_of_two_phones, phone_in_notes, changed_phone, changed_phone_and_shorthand,
    changed_phone_and_home, moved, address_variant, wrong_digit_in_birthday, day_and_month_swapped, lunar_birthday,
    lunar_as_solar, year_or_day_only, wrong_sex, two_slips, only_email, only_wechat, only_employer,
    wechat_is_the_old_number, courtesy_with_wechat,
)  # fmt: skip
NEEDS: dict[object, tuple[str, ...]] = {  # what the first file must tell for the second to be recognised by anybody
    changed_phone: ("birthday", "address"), changed_phone_and_shorthand: ("address",),
    changed_phone_and_home: ("birthday",), other_character: ("birthday",), lunar_birthday: ("birthday",),
    only_email: ("email",), only_wechat: ("wechat",), only_employer: ("employer",), courtesy_with_wechat: ("wechat",),
}  # fmt: skip
STRANGERS = (
    couple, couple_of_one_surname, courtesy_couple, twins, parent_and_child, siblings, namesakes,
    namesakes_of_one_year_and_road, neighbours, switchboard, care_home, reused_number, numbers_in_a_row, one_account,
    namesakes_of_one_employer,
)  # fmt: skip
