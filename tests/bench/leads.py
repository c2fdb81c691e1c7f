"""Seeded Chinese leads whose truth is known: 29 kinds of duplicates and 13 kinds of people who only look alike.

`leads(2000, seed=7)` gives the same people on every machine. Every lead names its person, so that a pair is a duplicate
exactly when both leads have the same `person`. Nobody here exists.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from crmkit.records.customer import Customer, Phone

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
            self.born(), self.mobile(), self.home(), self.landline() if self.rng.random() < 0.2 else "",
            f"{self.rng.choice(ROADS)[:2]}{self.rng.choice(('机械厂', '中学', '医院', '纺织厂'))}"
            if self.rng.random() < 0.15 else "",
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
            "employer": person.employer if r.random() < 0.6 else "",
            "source": "outreach",
            "collected_at": COLLECTED + timedelta(minutes=len(self.files)),
            "external_id": f"X{len(self.files):06d}",
        }
        customer = Customer(**(fields | changed))
        self.files.append(Lead(customer, person.number, kind))


def phones(*numbers: str) -> tuple[Phone, ...]:
    return tuple(
        Phone(
            raw=n.replace("+8610", "010-").removeprefix("+86"),
            e164=n,
            kind="landline" if n.startswith("+8610") else "mobile",
        )
        for n in dict.fromkeys(numbers)
    )


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
        repeat = maker.rng.choice(repeats)
        known = {"birthday": person.born.isoformat(), "address": person.home.text()}
        maker.write(person, "first", **{need: known[need] for need in NEEDS.get(repeat, ())})
        repeat(maker, person)
        while maker.rng.random() < 0.15:
            maker.rng.choice(repeats)(maker, person)
    found = maker.files[:count]
    maker.rng.shuffle(found)
    return found


def true_pairs(listed: list[Lead]) -> set[tuple[str, str]]:
    """Every pair of ids (smaller first) of leads that are one person."""
    by_person: dict[int, list[str]] = {}
    for lead in listed:
        by_person.setdefault(lead.person, []).append(lead.customer.id)
    return {(a, b) if a < b else (b, a) for ids in by_person.values() for i, a in enumerate(ids) for b in ids[i + 1 :]}
