"""Seeded Chinese leads whose truth is known: 34 kinds of duplicates and 15 kinds of people who only look alike.

`leads(2000, seed=7)` gives the same people on every machine. Every lead names its person, so that a pair is a duplicate
exactly when both leads have the same `person`. Every field of a file is filled at times. Nobody here exists.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from msgspec.structs import replace as replace_struct

from crmkit.records import customer as codes
from crmkit.records.customer import Consent, Customer, Noted, Phone, Tick

WORDS: dict[str, list[str]] = {}
for line in Path(__file__).with_suffix(".tsv").read_text(encoding="utf-8").splitlines():
    if not line.startswith("#"):
        WORDS.setdefault(line.partition("\t")[0], []).extend(line.partition("\t")[2].split())
SURNAMES = {word.rstrip("0123456789"): int(re.sub(r"\D", "", word)) for word in WORDS["surnames"]}
WOMEN, MEN, ROADS, DISTRICTS, PREFIXES = (WORDS[k] for k in ("women", "men", "roads", "districts", "prefixes"))
HER_CHARS, HIS_CHARS = "".join(WORDS["her"]), "".join(WORDS["his"])
HOMOPHONES, LOOKALIKES, VARIANT_SURNAMES = (
    {word[0]: word[1:] for word in WORDS[k]} for k in ("homophones", "lookalikes", "surname variants")
)
TRADITIONAL = str.maketrans({word[0]: word[1] for word in WORDS["traditional"]})
ZONE = timezone(timedelta(hours=8))
WORKPLACES = ("机械厂", "第一中学", "医院", "纺织厂", "小学", "无线电厂", "印刷厂", "粮食局", "百货商场", "建筑公司")
COLLECTED = datetime(2026, 11, 2, 9, tzinfo=ZONE)


@dataclass(frozen=True)
class Home:
    district: str
    road: str
    yard: int
    building: int
    unit: int
    room: int

    def text(self) -> str:
        return f"北京市{self.district}{self.road}{self.yard}号院{self.building}号楼{self.unit}单元{self.room}室"


@dataclass(frozen=True)
class Person:
    number: int
    surname: str
    given: str
    sex: str
    born: date
    mobile: str
    home: Home
    landline: str = ""
    employer: str = ""
    email: str = ""
    wechat: str = ""


@dataclass(frozen=True)
class Lead:
    """One collected file: `person` is the truth, `kind` says how it came about."""

    customer: Customer
    person: int
    kind: str


@dataclass(frozen=True)
class Noise:
    """How often what happens; the defaults are those of a well-kept list."""

    duplicates: float = 0.3  # share of leads that repeat a person
    lookalikes: float = 0.25  # share of leads who are tempting non-duplicates
    pooled_names: float = 0.5  # share of given names from the short pool; the others are put together from characters
    no_birthday: float = 0.25
    no_address: float = 0.15
    no_sex: float = 0.2
    no_employer: float = 0.8
    no_email: float = 0.75
    no_wechat: float = 0.6
    standing: float = 0.1  # share of files of which the office has noted what it decided: consents, grade, refusal ...
    twins_share_character: float = 0.5
    kinds: tuple[str, ...] = ()  # only these kinds of duplicates; none given = all


@dataclass
class Maker:
    rng: random.Random
    noise: Noise
    people: list[Person] = field(default_factory=list)
    files: list[Lead] = field(default_factory=list)

    def given(self, sex: str) -> str:
        if self.rng.random() < self.noise.pooled_names:
            return self.rng.choice(WOMEN if sex == "female" else MEN)
        chars = HER_CHARS if sex == "female" else HIS_CHARS
        return "".join(self.rng.sample(chars, 1 if self.rng.random() < 0.15 else 2))

    def mobile(self) -> str:
        return f"+86{self.rng.choice(PREFIXES)}{self.rng.randrange(10**8):08d}"

    def landline(self) -> str:
        return f"+8610{self.rng.choice('68')}{self.rng.randrange(10**7):07d}"

    def born(self) -> date:
        return date(1936, 1, 1) + timedelta(days=int(self.rng.triangular(0, 14600, 6500)))

    def home(self) -> Home:
        r = self.rng
        return Home(r.choice(DISTRICTS), r.choice(ROADS), r.randint(1, 60), r.randint(1, 20), r.randint(1, 6),
                    r.randint(1, 18) * 100 + r.randint(1, 8))  # fmt: skip

    def person(self, **known: Any) -> Person:
        """Somebody new, apart from what is `known` of them."""
        sex = str(known.get("sex") or self.rng.choice(("female", "female", "male")))
        new = Person(
            len(self.people), self.rng.choices(list(SURNAMES), list(SURNAMES.values()))[0], self.given(sex), sex,
            self.born(), self.mobile(), self.home(),
            self.landline() + self.rng.choice(("", "", ";801", ";8802")) if self.rng.random() < 0.2 else "",
            f"{self.rng.choice(ROADS)[:2]}{self.rng.choice(WORKPLACES)}",
        )  # fmt: skip
        account = f"{self.rng.choice('abcdefghjklmnwxyz')}{self.rng.choice('aeiou')}{self.rng.randrange(10**6):06d}"
        new = replace(
            new, email=f"{account}@{self.rng.choice(('qq.com', '163.com', '126.com', 'sina.cn'))}",
            wechat=new.mobile.removeprefix("+86") if self.rng.random() < 0.3 else f"wx_{account}",
        )  # fmt: skip
        self.people.append(replace(new, **{k: v for k, v in known.items() if v is not None}))
        return self.people[-1]

    def write(self, person: Person, kind: str, **changed: Any) -> None:
        """Put a file of `person` on the list, with whatever was not asked left out and with `changed` put over it."""
        r, noise = self.rng, self.noise
        numbers = [person.mobile] + ([person.landline] if person.landline and r.random() < 0.7 else [])
        fields: dict[str, Any] = {
            "id": f"C2611-{len(self.files):08d}",
            "name": person.surname + person.given,
            "sex": "" if r.random() < noise.no_sex else person.sex,
            "phones": phones(*numbers),
            "birthday": "" if r.random() < noise.no_birthday else person.born.isoformat(),
            "address": "" if r.random() < noise.no_address else person.home.text(),
            "email": "" if r.random() < noise.no_email else email(r, person.email),
            "wechat": "" if r.random() < noise.no_wechat else r.choice((str, str.upper))(person.wechat),
            **({} if r.random() < noise.no_employer else employer(r, person.employer)),
            "source": r.choice(codes.SOURCES),
            "collected_at": COLLECTED + timedelta(minutes=len(self.files)),
            "external_id": f"X{len(self.files):06d}",
        }
        also = random.Random(f"{len(self.files)} {person.number}")  # so that who is a duplicate does not hang on it
        about = told(also, person) | (
            decided(also, self.files, person.number) if also.random() < noise.standing else {}
        )
        customer = Customer(**(about | fields | changed))
        if also.random() < noise.standing:
            wrong = f"+86{also.choice(PREFIXES)}{also.randrange(10**8):08d}"
            customer = replace_struct(customer, phones=called(also, customer.phones, wrong))
        self.files.append(Lead(customer, person.number, kind))


def email(r: random.Random, address: str) -> str:
    """An e-mail address as it is written down."""
    return r.choice(
        [address, address, address.upper(), address.capitalize(), f" {address}", address.replace("@", "＠")]
    )


def employer(r: random.Random, name: str) -> dict[str, str]:
    """A workplace as it is written down, as that of today or as the former one."""
    written = r.choice([name, name, f"北京{name}", f"北京市{name}", f"{name}退休", f"{name}(已退休)", f" {name} "])
    return {r.choice(("employer", "former_employer")): written}


def told(r: random.Random, person: Person) -> dict[str, Any]:
    """What else people tell of themselves, each now and then; nothing of it says who somebody is."""
    known: dict[str, Any] = {
        "district": person.home.district, "site": r.choice(("时间公园", "青年湖早市", "老干部活动站")),
        "collector": r.choice(("LN", "WQ")), "age_about": COLLECTED.year - person.born.year,
        "ethnicity": r.choice(("汉", "回", "满")),
        "family": r.choice(("与老伴同住", "独居", "儿子一家同住")), "housing": r.choice(("自有", "公房", "租住")),
        "wedding_day": r.choice(("1980-10-01", "--05-20", "lunar:1978-12-30")),
        "character": r.choice(codes.CHARACTERS),
        "buying_habits": r.choice(("货比三家", "看重售后")), "hobbies": (r.choice(("书法", "太极拳", "合唱")),),
        "needs": r.choice(("睡眠", "腿脚")), "service_style": r.choice(("上门", "电话")), "promotions": "不喜欢推销",
        "health_notes": r.choice(("血压高", "膝盖疼")), "met": r.choice(("公园早市", "科普讲座")),
        "not_bought": r.choice(("嫌贵", "再想想")), "tags": (r.choice(("老知青", "合唱队")),), "notes": ("下午打电话",),
        **dict.fromkeys(("education", "means", "awareness", "matching_need"), r.random() < 0.5),
    }  # fmt: skip
    kept = {name: value for name, value in known.items() if r.random() < 0.15}
    if person.number % 9 == 0:
        kept |= {
            "employment": "退休", "colours": "红", "habits": "早起", "values": "家庭第一",
            "resting_hours": "13:00-15:00", "best_time": "上午", "looks": "短发",
        }  # fmt: skip
    return kept


def decided(r: random.Random, files: list[Lead], person: int) -> dict[str, Any]:
    """What the office notes in a file of the person of that number, each now and then; a merged one is an alias."""
    others = [lead.customer.id for lead in files if not lead.customer.merged_into]
    same = [lead.customer.id for lead in files if lead.person == person and not lead.customer.merged_into]
    at = COLLECTED + timedelta(days=r.randrange(1, 20))
    known: dict[str, Any] = {
        "referrer": r.choice(others or [""]), "household": r.choice(others or [""]), "owner": r.choice(("LN", "WQ")),
        "pinned": True, "stage": r.choice(("screened", "buyer", "lost")), "grade": r.choice(codes.GRADES),
        "suspect": True, "shared": True, "do_not_contact": (r.choice(codes.NO_CONTACT),),
        "consents": (
            Consent(purpose=r.choice(codes.CONSENTS), given_at=at, how="登记表"),
            Consent(purpose="health", withdrawn_at=at, withdrawn_how="电话里说"),
        ),
        "ticks": (Tick(name=r.choice(codes.TICKS), at=at, by="LN", note="亲眼所见"),),
        "created_at": at, "updated_at": at,
        "noted": (
            Noted(about="address", text="青年路2号", file=(others or [""])[0], on=at.date(), channels=("call",)),
        ),
        "merged_into": r.choice(same or [""]), "released": (r.choice(others),) if others else (), "deceased": True,
        "deceased_on": at.date(),
    }  # fmt: skip
    return {name: value for name, value in known.items() if r.random() < 0.3}


def phones(*numbers: str) -> tuple[Phone, ...]:
    """The parts of a file for numbers such as +8613900000001 and +861065881234;801."""
    return tuple(
        Phone(
            raw=n.replace("+8610", "010-").removeprefix("+86").replace(";", "转"),
            e164=n.partition(";")[0],
            kind="landline" if n.startswith("+8610") else "mobile",
            ext=n.partition(";")[2],
        )
        for n in dict.fromkeys(numbers)
    )


def called(r: random.Random, numbers: tuple[Phone, ...], wrong: str) -> tuple[Phone, ...]:
    """Numbers in the spellings of several people, after some were dialled; a wrong one may stand with them."""
    spelled = [
        replace_struct(
            phone,
            raw=r.choice((phone.raw, phone.e164, f"{phone.raw[:3]} {phone.raw[3:]}", f"手机:{phone.raw}")),
            state=r.choice(("", "confirmed")),
        )
        for phone in numbers
    ]
    if r.random() < 0.2:
        spelled += [replace_struct(phone, state=r.choice(("wrong", "invalid", "mismatch"))) for phone in phones(wrong)]
    return tuple(spelled)


def leads(count: int, seed: int, noise: Noise | None = None) -> list[Lead]:
    """`count` leads, shuffled; the same for the same arguments."""
    from tests.bench.habits import DUPLICATES, NEEDS, STRANGERS

    noise = noise or Noise()
    maker = Maker(random.Random(seed), noise)
    repeats: list[Callable[[Maker, Person], None]] = [
        habit for habit in DUPLICATES if not noise.kinds or habit.__name__ in noise.kinds
    ]
    while len(maker.files) < count:
        dice = maker.rng.random()
        if dice < noise.lookalikes / 2:
            maker.rng.choice(STRANGERS)(maker)
            continue
        person = maker.person()
        if dice <= 1 - noise.duplicates:
            maker.write(person, "first")
            continue
        chosen = [maker.rng.choice(repeats)]
        while maker.rng.random() < 0.15:
            chosen.append(maker.rng.choice(repeats))
        known = {
            "birthday": person.born.isoformat(), "address": person.home.text(), "email": person.email,
            "wechat": person.wechat, "employer": person.employer,
        }  # fmt: skip
        needed = {need: known[need] for repeat in chosen for need in NEEDS.get(repeat, ())}
        maker.write(person, "first", **needed)
        for repeat in chosen:
            repeat(maker, person)
    found = maker.files[:count]
    maker.rng.shuffle(found)
    return found


def true_pairs(listed: list[Lead]) -> set[tuple[str, str]]:
    """Every pair of ids (smaller first) of leads that are one person; aliases left out."""
    by_person: dict[int, list[str]] = {}
    for lead in listed:
        if lead.customer.merged_into:
            continue
        by_person.setdefault(lead.person, []).append(lead.customer.id)
    return {(a, b) if a < b else (b, a) for ids in by_person.values() for i, a in enumerate(ids) for b in ids[i + 1 :]}
