"""What each figure is: numerator, denominator, window, exclusions, and by what it can be counted (docs.md: Figures).

A figure is called as its numerator's measure is. What was written down after the period for a day of it is found by
`revised`: without it the figures are what they were when the period ended.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from crmkit.core.calendar.hours import Timetable
from crmkit.core.figures import MEASURES, facts
from crmkit.core.figures.counting import IN_DAYS, OUT_OF, Fact, Figure, Period, figure_of, figures
from crmkit.core.figures.loyalty import LOYALTY, loyalty
from crmkit.core.figures.service import AGAIN, ANSWERS, BRANCH, MATURE, SERVICE
from crmkit.core.run import Run
from crmkit.core.snapshot import Snapshot
from crmkit.i18n import N_, _
from crmkit.records import Card, Complaint, Customer, Order, Plan, Product, Step, Ticket
from crmkit.records.card import CLOCKS
from crmkit.records.change import Change

FEW_IDS = 5  # that are named in a sentence
FEW = 30  # answers, below which a share of them says little
MONEY = (
    "brought", "revenue", "balances", "owed", "payments", "refunds", "deposits", "overcharged", "money-back",
    "refund-owed", "prepaid-sold", "prepaid-used", "prepaid-refunded", "prepaid-owed",
)  # fmt: skip
PER_HUNDRED = {"complaints-per-hundred": ("complaints", "units-in-service")}
WORDS = {**MEASURES, **LOYALTY, "complaints-per-hundred": N_("complaints per 100 units in service")}
# Figures of what was solved that are known only after so long, and what of it is settled already.
RIPENS = {"mended": MATURE, "came-again": AGAIN}
SETTLED = {"first-time": ("mended", "by-phone", "units-replaced"), "came-again": ("units-replaced",)}

_DAY = N_("what happened in the period")
_SOLVED = N_("solved in the period")
_ASKED = N_("asked in the period; the last answer of each ticket")
_CLOSED = N_("closed in the period")
_COHORT = N_("the 12 months up to the end of the period")
WINDOWS: Mapping[str, tuple[str, str]] = {  # figure → window, exclusions
    **dict.fromkeys(
        (f"kept-{clock}" for clock in CLOCKS),
        (
            N_("stopped in time or run out in the period; first cycle"),
            N_("not due yet, waiting for the customer, cancelled as a duplicate or by mistake"),
        ),
    ),
    "tickets": (N_("reported in the period"), ""),
    "tickets-solved": (_SOLVED, ""),
    "by-phone": (_SOLVED, ""),
    "first-time": (
        N_("solved in the period by a visit, 30 days ago or more"),
        N_("solved by telephone, replaced, misuse, nothing found"),
    ),
    "came-again": (N_("solved in the period, the same fault reported within 90 days"), N_("replaced units")),
    "units-replaced": (_SOLVED, ""),
    "tickets-closed": (_CLOSED, ""),
    "tickets-unconfirmed": (_CLOSED, N_("cancelled tickets")),
    "refund-owed": (N_("owed at the end of the period, whenever it was taken"), N_("refunds that were declined")),
    **dict.fromkeys(ANSWERS.values(), (_ASKED, N_("not reached, would not answer"))),
    "complaints": (N_("received in the period"), ""),
    "complaint-rate": (
        N_("received in the period; customers who bought or were served in the 12 months before it"), ""
    ),
    "complaints-per-hundred": (N_("received in the period; units in service when it began"), ""),
    **dict.fromkeys(
        ("complaints-closed", "complaints-once", "complaints-upheld", "complaints-unconfirmed", "days-to-close"),
        (_CLOSED, N_("complaints withdrawn")),
    ),
    **dict.fromkeys(
        ("plan-kept", "plan-missed"),
        (N_("the window ended in the period"), N_("unit not available, left out as agreed")),
    ),
    **dict.fromkeys(("plan-theirs", "plan-skipped", "plan-slots"), (N_("the window ended in the period"), "")),
    "plans-renewed": (N_("ended in the period"), N_("plans handed on to somebody else")),
    "plans-ended": (N_("ended in the period"), N_("plans handed on to somebody else")),
    **dict.fromkeys(("customers-active", "units-in-service"), (N_("when the period began"), "")),
    "prepaid-owed": (N_("left at the end of the period"), ""),
    **dict.fromkeys(("done", "on-time", "overdue", "due"), (N_("due in the period"), N_("cancelled callbacks"))),
    **dict.fromkeys(
        ("files", "valid", "asked", "failed", "false", "suspect", "buyers", "brought"),
        (N_("files collected in the period"), N_("files merged into others")),
    ),
    "in-time": (N_("files collected in the period"), N_("not due yet, may not be called")),
    **dict.fromkeys(("balances", "owed"), (N_("all orders, at the end of the period"), "")),
    "units-returned": (N_("ordered in the period, delivered 7 days ago or more"), N_("orders cancelled")),
    "bought-again": (_COHORT, N_("orders given back as a whole; two orders of a day are one")),
    "referred": (N_("first order in the period"), N_("referrers named after the order")),
    "lost-customers": (
        N_("bought or served in the 12 months before the last 12; neither in the last 12"), N_("erased files")
    ),
}  # fmt: skip

_PEOPLE = ("source", "site")
_UNIT = ("product", "model")
_REPAIR = (*_UNIT, "fault", "cause")
DIMENSIONS = ("staff", "source", "site", "product", "model", "fault", "cause", "month")
ByMeasure = Mapping[str, Sequence[Fact]]


class FigureKind(NamedTuple):
    """What a figure is."""

    name: str
    numerator: str  # measures
    denominator: str  # "" = none: a plain count or sum
    unit: str  # share, count, yuan, days, per-hundred
    window: str
    excluded: str
    dimensions: tuple[str, ...]

    @property
    def of_answers(self) -> bool:
        """Whether it is a share of answers, of which FEW say little."""
        return self.numerator in ANSWERS.values()


class FigureValue(NamedTuple):
    """A figure counted."""

    kind: FigureKind
    numerator: Figure
    denominator: tuple[str, ...] | None  # ids

    @property
    def top(self) -> int:
        """The number above the line."""
        return self.numerator.amount if self.kind.unit == "days" else self.numerator.count

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to be a share of, and of what is no share."""
        return self.top / len(self.denominator) if self.kind.unit == "share" and self.denominator else None

    @property
    def value(self) -> float | int | None:
        """What the figure comes to in its unit: a share, a number, fen, days on average, so many per hundred."""
        if self.kind.unit in ("count", "yuan"):
            return self.numerator.amount if self.kind.unit == "yuan" else self.top
        if not self.denominator:
            return None
        return (100 if self.kind.unit == "per-hundred" else 1) * self.top / len(self.denominator)

    @property
    def small(self) -> bool:
        """Whether it is a share of too few answers."""
        return self.kind.of_answers and self.denominator is not None and len(self.denominator) < FEW

    def same(self, other: "FigureValue") -> bool:
        """Whether both count the same records with the same amount."""
        return (set(self.numerator.ids), self.numerator.amount, set(self.denominator or ())) == (
            set(other.numerator.ids), other.numerator.amount, set(other.denominator or ())
        )  # fmt: skip


def counted(snapshot: Snapshot, period: Period, run: Run, timetable: Timetable) -> list[Fact]:
    """Everything that figures are made of."""
    return [*facts(snapshot, period, run, timetable), *loyalty(snapshot, period)]


def kind_of(name: str) -> FigureKind:
    """What the figure `name`, one of WORDS, is."""
    numerator, denominator = PER_HUNDRED.get(name, (name, OUT_OF.get(name, "")))
    if name in IN_DAYS:
        denominator = "complaints-closed"
    unit = (
        "per-hundred" if name in PER_HUNDRED
        else "days" if name in IN_DAYS
        else "share" if denominator
        else "yuan" if name in MONEY
        else "count"
    )  # fmt: skip
    return FigureKind(name, numerator, denominator, unit, *WINDOWS.get(name, (_DAY, "")), _dimensions(name))


def all_kinds() -> list[FigureKind]:
    """The figures that are listed where none is asked for: every share, and all of service, plans and money."""
    below = {OUT_OF[name] for name in OUT_OF} - {"tickets-solved", "complaints-closed", "tickets-closed", "due"}
    whole = (*SERVICE, *BRANCH, *MONEY, *LOYALTY)
    listed = (
        name for name in WORDS
        if name in OUT_OF or name in PER_HUNDRED or (name in whole and name not in below)
    )  # fmt: skip
    return [kind_of(name) for name in listed]


def value_of(kind: FigureKind, table: Mapping[str, Figure]) -> FigureValue:
    """The figure of what `figures` gave."""
    whole = figure_of(table, kind.denominator).ids if kind.denominator else None
    return FigureValue(kind, figure_of(table, kind.numerator), whole)


def by_measure(happened: Iterable[Fact]) -> ByMeasure:
    """What happened, by what it counts for."""
    found: dict[str, list[Fact]] = {}
    for fact in happened:
        found.setdefault(fact.measure, []).append(fact)
    return found


def values_by(kind: FigureKind, happened: ByMeasure, group: Callable[[Fact], str]) -> dict[str, FigureValue]:
    """The figure of each group, in order of their names."""
    groups: dict[str, list[Fact]] = {}
    for measure in (kind.numerator, kind.denominator):
        for fact in happened.get(measure, ()):
            groups.setdefault(group(fact), []).append(fact)
    return {name: value_of(kind, figures(groups[name])) for name in sorted(groups)}


def group_by(dimension: str, snapshot: Snapshot, period: Period) -> Callable[[Fact], str]:
    """A look-up of the group of a fact, `dimension` being one of DIMENSIONS; "" where nothing is known."""
    if dimension == "staff":
        return lambda fact: fact.staff
    if dimension == "month":
        return lambda fact: f"{fact.day:%Y-%m}"
    found = _Records(snapshot, period.last, period.day)
    looks: Mapping[str, Callable[[Fact], str]] = {
        "source": lambda fact: fact.source or found.source(fact.id),
        "site": lambda fact: fact.site or found.site(fact.id),
        "product": lambda fact: found.product(fact.id),
        "model": lambda fact: found.model(fact.id),
        "fault": lambda fact: found.said(fact.id, "fault"),
        "cause": lambda fact: found.said(fact.id, "cause"),
    }
    return looks[dimension]


def customer_of(snapshot: Snapshot) -> Callable[[str], Customer | None]:
    """A look-up of the customer of a fact's record, by its id."""
    return _Records(snapshot).person


def provisional(
    kind: FigureKind, happened: ByMeasure, period: Period, group: Callable[[Fact], str]
) -> dict[str, int]:  # fmt: skip
    """By group, of how many tickets it is not known yet whether the figure will count them: solved too lately."""
    ripe = RIPENS.get(kind.denominator) or RIPENS.get(kind.name)
    if ripe is None:
        return {}
    known = {fact.id for measure in (*SETTLED[kind.name], kind.numerator) for fact in happened.get(measure, ())}
    young = {
        fact.id: group(fact)
        for fact in happened.get("tickets-solved", ())
        if fact.id not in known and period.day(period.now) - fact.day < ripe
    }
    return Counter(young.values())


def revised(snapshot: Snapshot, period: Period) -> tuple[list[str], Snapshot]:
    """What was written down after the period for a day of it or before: the ids, and the records without them."""
    last = period.last
    if last == date.max or period.day(period.now) <= last:
        return [], snapshot

    def later(happened: datetime, written: datetime | None) -> bool:
        return written is not None and period.day(happened) <= last < period.day(written)

    found = [
        *(one.id for one in snapshot[Step] if later(one.at, one.recorded_at)),
        *(one.id for one in snapshot[Ticket] if later(one.reported_at, one.created_at)),
        *(one.id for one in snapshot[Complaint] if later(one.received_at, one.created_at)),
    ]
    return found, snapshot.after(Change(drops=tuple(found))) if found else snapshot


def told(later: Sequence[str]) -> str:
    """The sentence about what was written down later, a few by their ids."""
    first, more = ", ".join(later[:FEW_IDS]), " …" if len(later) > FEW_IDS else ""
    return _("what was written down after the period changed its figures: {ids}").format(ids=first + more)


def changes(
    snapshot: Snapshot, period: Period, run: Run, timetable: Timetable, now: Mapping[str, Figure]
) -> tuple[list[str], dict[str, Figure]]:
    """What was written down after the period, and the figures that it changed, as they were: by their measure."""
    later, without = revised(snapshot, period)
    if not later:
        return [], {}
    then = figures(facts(without, period, run, timetable))
    return later, {
        name: figure_of(then, name)
        for name in sorted(now.keys() | then.keys())
        if _same(figure_of(now, name)) != _same(figure_of(then, name))
    }


def _same(figure: Figure) -> tuple[object, ...]:
    return set(figure.ids), figure.amount, set(figure.of or ())


def _dimensions(name: str) -> tuple[str, ...]:
    """By what a figure can be counted: where its numerator and its denominator both fall into the same groups."""
    if name in LOYALTY:
        return _PEOPLE
    if name == "complaints-per-hundred":
        return _UNIT
    if name in BRANCH:
        return _PEOPLE
    more: tuple[str, ...] = ()
    if name.startswith("complaints") or name in IN_DAYS:
        more = _UNIT
    elif name in SERVICE:
        more = _REPAIR
    elif name.startswith(("plan", "prepaid")) or name == "cards":
        more = _UNIT
    return ("staff", *_PEOPLE, *more, "month")


class _Records:
    """The records that facts name, by id."""

    def __init__(
        self, snapshot: Snapshot, last: date = date.max, day: Callable[[datetime], date] = datetime.date
    ) -> None:
        """What steps say counts up to `last`; `day` gives the local day of a moment."""
        self._snapshot, self._last, self._day = snapshot, last, day
        self._said: dict[str, dict[str, str]] = {}
        self._products = {product.code: product for product in snapshot[Product]}

    def person(self, identifier: str) -> Customer | None:
        """The customer of a record."""
        return self._snapshot.person(str(getattr(self._snapshot.record(identifier), "customer", "") or identifier))

    def source(self, identifier: str) -> str:
        """Where the customer of a record comes from."""
        person = self.person(identifier)
        return person.source if person is not None else ""

    def site(self, identifier: str) -> str:
        """The outreach site at which that customer was met."""
        person = self.person(identifier)
        return person.site if person is not None else ""

    def product(self, identifier: str) -> str:
        """The code of the product that a record is about."""
        record = self._snapshot.record(identifier)
        if isinstance(record, (Ticket, Card)):
            return record.product
        if isinstance(record, (Step, Complaint)):
            return self.product(record.about) if record.about else ""
        if isinstance(record, Plan):
            return self.product(record.cards[0]) if record.cards else ""
        if isinstance(record, Order):
            return record.items[0].product if record.items else ""
        return ""

    def model(self, identifier: str) -> str:
        """The model of that product, its name where it has none."""
        code = self.product(identifier)
        product = self._products.get(code)
        return (product.model or product.name or code) if product is not None else code

    def said(self, identifier: str, code: str) -> str:
        """The fault or the cause of a ticket, as its steps say it by the end of the period."""
        record = self._snapshot.record(identifier)
        ticket = record.about if isinstance(record, Step) else identifier
        if not self._said:
            for step in sorted(self._snapshot[Step], key=lambda step: (step.at, step.seq, step.id)):
                if self._day(step.at) <= self._last:
                    known = self._said.setdefault(step.about, {})
                    known |= {name: step.codes[name] for name in ("fault", "cause") if step.codes.get(name)}
        found = self._snapshot.record(ticket)
        reported = found.fault if isinstance(found, Ticket) and code == "fault" else ""
        return self._said.get(ticket, {}).get(code, "") or reported
