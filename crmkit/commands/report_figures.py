"""`crmkit report figures`: each figure with numerator, denominator, window, exclusions and its records (指标)."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, Listing, listing
from crmkit.core.fields import in_yuan
from crmkit.errors import UsageError
from crmkit.i18n import _, clauses, titled
from crmkit.queries.choices import one_of
from crmkit.queries.counting import grouped_as, named_period
from crmkit.queries.snapshot import snapshot_of
from crmkit.queries.work import timetable_of
from crmkit.records.typed import as_share, fen
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.core.figures import Fact
    from crmkit.core.figures.published import ByMeasure, FigureKind, FigureValue
    from crmkit.core.snapshot import Snapshot

FIELDS = ("figure", "what", "numerator", "denominator", "share", "amount", "value", "unit", "window", "excluded")
SHOWN = ("figure", "what", "result", "note", "window", "excluded")
RECORDS = ("part", "id", "day", "staff", "customer", "name", "amount", "figure")
PARTS = ("numerator", "denominator")

FigureName = Annotated[
    str, typer.Argument(metavar="[NAME]", help=_("Only this one, as the list calls it: kept-reply, first-time ..."))
]
Dimension = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="staff|source|site|product|model|fault|cause|month",
        help=_("A row for each of them; of one figure."),
    ),
]
Parts = Annotated[
    str,
    typer.Option(
        "--records", metavar="numerator|denominator", help=_("The records behind it; both: numerator,denominator.")
    ),
]


@listing(_("Figures, numerator and denominator. Example: crmkit report figures kept-reply --period 2026-11 --by staff"))
def figures(
    ctx: Context, name: FigureName = "", period: options.Period = "", by: Dimension = "", records: Parts = ""
) -> Listing:
    """Show numerator, denominator and share of each figure, over which window, without what; or the records."""
    from crmkit.core.figures import published

    asked = (
        published.kind_of(one_of(name, published.WORDS, _("there is no figure {value}"), field="name"))
        if name
        else None
    )
    by = one_of(by, published.DIMENSIONS, _("figures are not counted by {value}"), field="by")
    parts = [
        one_of(part.strip(), PARTS, _("a figure has no {value}"), field="records")
        for part in filter(None, records.replace("，", ",").split(","))
    ]
    snapshot, when, timetable = snapshot_of(ctx.archive), named_period(ctx.run, period), timetable_of(ctx.archive)
    happened = published.by_measure(published.counted(snapshot, when, ctx.run, timetable))
    if asked is None:
        if by or parts:
            raise UsageError(_("of which figure?"), _("crmkit report figures NAME; without a name it lists them"))
        kinds = published.all_kinds()
    else:
        _check(asked, by)
        kinds = [asked]
    group = published.group_by(by, snapshot, when) if by else _whole_branch
    if parts:
        named = (
            titled(one, _("numerator or denominator")) if one == "part" else one for one in RECORDS
        )  # no spare part
        columns = tuple(dict.fromkeys((*([by] if by else ()), *named)))
        return Listing(list(_records(ctx, kinds[0], happened, parts, snapshot, by, group)), columns)
    later, without = published.revised(snapshot, when)
    then = happened
    if later:
        then = published.by_measure(published.counted(without, when, ctx.run, timetable))
    rows = []
    for kind in kinds:
        now, before = (published.values_by(kind, facts, group) for facts in (happened, then))
        nothing, young = published.value_of(kind, {}), published.provisional(kind, happened, when, group)
        for key in sorted(now.keys() | before.keys() | (set() if by else {""})):
            row = _row(ctx, now.get(key, nothing), before.get(key, nothing), later, young.get(key, 0))
            rows.append(({by: grouped_as(ctx.archive, by, key)} if by else {}) | row)
    if any(row["changed"] for row in rows):
        ctx.tell(published.told(later))
    return Listing(rows, (*([by] if by else ()), *(SHOWN if ctx.fmt == "table" else FIELDS)))


def _check(asked: "FigureKind", by: str) -> None:
    """Raise UsageError where a figure is not counted by that dimension."""
    if by and by not in asked.dimensions:
        text = _("{figure} is not counted by {dimension}: not all of its records say it")
        raise UsageError(
            text.format(figure=asked.name, dimension=by),
            _("one of: {choices}").format(choices=", ".join(asked.dimensions)),
        )


def _whole_branch(_fact: "Fact") -> str:
    return ""


def _row(ctx: Context, value: "FigureValue", then: "FigureValue", later: Sequence[str], young: int) -> Row:
    """A figure as it is printed; `then` is what it was before `later` was written down."""
    from crmkit.core.figures.published import WORDS

    kind = value.kind
    changed = None
    if later and not value.same(then):
        changed = {"numerator": then.top, "denominator": _whole(then), "amount": _amount(then), "ids": list(later)}
    row: Row = {
        "figure": kind.name,
        "what": titled(WORDS[kind.name], _(WORDS[kind.name])),
        "numerator": value.top,
        "denominator": _whole(value),
        "share": as_share(value.share),
        "amount": fen(_amount(value)),
        "value": _of_unit(kind.unit, value.value),
        "unit": kind.unit,
        "window": titled(kind.window, _(kind.window)),
        "excluded": titled(kind.excluded, _(kind.excluded)),
        "small": value.small,
        "provisional": young,
        "changed": changed,
    }
    if ctx.fmt == "table":
        row |= {"result": _result(value), "note": clauses(_notes(value, then, changed is not None, young))}
    return row


def _of_unit(unit: str, value: float | None) -> float | None:
    if value is None or unit == "share":
        return as_share(value)
    return fen(int(value)) if unit == "yuan" else round(value, 4)


def _whole(value: "FigureValue") -> int | None:
    return None if value.denominator is None else len(value.denominator)


def _amount(value: "FigureValue") -> int | None:
    return value.numerator.amount if value.kind.unit == "yuan" else None


def _result(value: "FigureValue") -> str:
    """n/N and what it comes to, — where there is nothing to be a share of."""
    unit = value.kind.unit
    if unit == "count":
        return str(value.top)
    if unit == "yuan":
        return _("{count}: {yuan} yuan").format(count=value.numerator.count, yuan=in_yuan(value.numerator.amount))
    if value.value is None:
        return "—"
    shown = {
        "share": f"{value.value:.1%}",
        "days": _("{n:.1f} days").format(n=value.value),
        "per-hundred": _("{n:.2f} per 100").format(n=value.value),
    }[unit]
    return f"{value.top}/{_whole(value)} = {shown}"


def _notes(value: "FigureValue", then: "FigureValue", changed: bool, young: int) -> Iterator[str]:
    if value.small and value.denominator:
        yield _("few answers")
    if young:
        yield _("provisional: {n} too recent").format(n=young)
    if changed:
        yield _("was {result}").format(result=_result(then))


def _records(
    ctx: Context, kind: "FigureKind", happened: "ByMeasure", parts: Sequence[str], snapshot: "Snapshot", by: str,
    group: "Callable[[Fact], str]",
) -> Iterator[Row]:  # fmt: skip
    """The records of the numerator and the denominator, each once."""
    from crmkit.core.figures.counting import IN_DAYS
    from crmkit.core.figures.published import customer_of

    whose = customer_of(snapshot)
    for part in dict.fromkeys(parts):
        measure = kind.numerator if part == "numerator" else kind.denominator
        seen = {fact.id: fact for fact in happened.get(measure, ())}
        for fact in seen.values():
            person = whose(fact.id)
            yield {
                "part": titled(part),
                "id": fact.id,
                "day": f"{fact.day}",
                "staff": fact.staff,
                "customer": person.id if person is not None else "",
                "name": person.name if person is not None else "",
                "amount": None if measure in IN_DAYS else fen(fact.amount or None),
                "figure": kind.name,
                **({by: grouped_as(ctx.archive, by, group(fact))} if by else {}),
            }
