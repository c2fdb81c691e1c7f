"""Reference data: staff, outreach sites, products; what imports remember."""

from collections.abc import Iterator
from datetime import date
from typing import ClassVar

import msgspec

from crmkit.records.base import Moment, Record
from crmkit.records.typed import Coded, CodedRole, CodedSite, NamedThing, UnitPrice

ROLES = ("screener", "service", "technician", "manager", "dealer", "consultant", "specialist", "speaker")
SITE_KINDS = (
    "community", "park", "market", "exercise", "university", "government", "institution", "retired-cadre",
    "enterprise", "estate", "clinic", "other",
)  # fmt: skip
SITE_FORMS = ("go-out", "come-in")
SITE_METHODS = ("stand", "solo", "check-up", "sponsoring", "experience", "lecture")
PRODUCT_KINDS = ("goods", "part", "labour", "fee")  # goods are sold, the others are charged for a service


class Staff(Record, frozen=True, kw_only=True):
    """A service staff member (服务专员). Other records name staff by `code`."""

    kind: ClassVar[str] = "staff"
    letter: ClassVar[str] = "E"

    code: str
    name: str = ""
    roles: tuple[CodedRole, ...] = ()  # of ROLES, and of those that the settings name
    district: str = ""
    phone: str = ""
    capacity: int = 0  # files to look after at most; 0 = `assignment.capacity`
    left: bool = False  # no longer works here; kept for the records that name them
    city: str = ""
    districts: tuple[str, ...] = ()  # that they serve beside their own
    address: str = ""  # of a dealer
    units_per_day: int = 0  # that they serve at most; 0 = `dispatch.units_per_day`

    def keys(self) -> Iterator[str]:
        """Code and name."""
        yield f"staff:{self.code.casefold()}"
        if self.name and self.name.casefold() != self.code.casefold():
            yield f"staff:{self.name.casefold()}"


class Site(Record, frozen=True, kw_only=True, rename={"site_kind": "kind"}):
    """An outreach point (科普点). Other records name it by `name`; former names keep working."""

    kind: ClassVar[str] = "sites"
    letter: ClassVar[str] = "S"

    name: NamedThing
    site_kind: CodedSite = ""  # one of SITE_KINDS; stored and shown as `kind`
    form: CodedSite = ""  # one of SITE_FORMS
    method: Coded = ""  # one of SITE_METHODS
    address: str = ""
    contact: str = ""
    phone: str = ""
    former_names: tuple[str, ...] = ()

    def keys(self) -> Iterator[str]:
        """Its name and every former name."""
        for name in (self.name, *self.former_names):
            yield f"site:{name.casefold()}"


class Tier(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A unit price that holds from this quantity on."""

    part_key: ClassVar[tuple[str, ...]] = ("quantity",)

    quantity: int
    price: UnitPrice  # fen per unit


class DatedPrice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A price that holds from a day on, until the next one."""

    part_key: ClassVar[tuple[str, ...]] = ("since",)

    since: date | None = None  # None: from the beginning
    price: UnitPrice = 0  # fen per unit


class Product(Record, frozen=True, kw_only=True, rename={"product_kind": "kind"}):
    """Something sold, or charged for a service. Other records name it by `code`."""

    kind: ClassVar[str] = "products"
    letter: ClassVar[str] = "P"

    code: str
    name: NamedThing = ""
    model: str = ""
    price: UnitPrice | None = None  # fen per unit
    tiers: tuple[Tier, ...] = ()  # keyed by quantity
    warranty_months: int | None = None
    daily_use: float | None = None  # units used up a day; gives the run-out date
    product_kind: Coded = ""  # one of PRODUCT_KINDS, "" = goods; stored and shown as `kind`
    prices: tuple[DatedPrice, ...] = ()  # every price since the first change of it; `price` is the latest

    def keys(self) -> Iterator[str]:
        """Code and name."""
        yield f"product:{self.code.casefold()}"
        if self.name and self.name.casefold() != self.code.casefold():
            yield f"product:{self.name.casefold()}"


class Fault(Record, frozen=True, kw_only=True):
    """A fault by its code, and what to do about it when somebody reports it."""

    kind: ClassVar[str] = "faults"
    letter: ClassVar[str] = "FT"

    code: str
    name: NamedThing = ""
    products: tuple[str, ...] = ()  # codes of the products that have it; none: any
    questions: tuple[str, ...] = ()  # to ask
    likely: str = ""  # cause
    steps: tuple[str, ...] = ()  # by which somebody willing is guided on the telephone
    minutes: int = 0  # that a repair takes

    def keys(self) -> Iterator[str]:
        """Code and name."""
        yield f"fault:{self.code.casefold()}"
        if self.name and self.name.casefold() != self.code.casefold():
            yield f"fault:{self.name.casefold()}"


class HeaderMap(Record, frozen=True, kw_only=True):
    """How the columns of one shape of sheet were mapped by hand (`lead import --map`)."""

    kind: ClassVar[str] = "headers"
    letter: ClassVar[str] = "F"

    header: tuple[str, ...]
    fields: dict[str, str] = {}  # column title → field

    def keys(self) -> Iterator[str]:
        """The header it is for."""
        yield "header:" + "|".join(self.header)


class Intake(Record, frozen=True, kw_only=True):
    """One imported file: when, how many rows became what."""

    kind: ClassVar[str] = "imports"
    letter: ClassVar[str] = "I"
    event: ClassVar[bool] = True

    at: Moment
    sha256: str = ""  # of the file
    by: str = ""
    counts: dict[str, int] = {}
