"""What the commands about figures share: the period, how a figure is shown."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from crmkit.archive.archive import Archive
from crmkit.core.calendar.periods import first_day, last_day
from crmkit.core.fields import in_yuan
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _, titled
from crmkit.records import Callback, Order, Payment, Return, Visit, type_of
from crmkit.records.typed import Code, Price, as_share
from crmkit.records.work import utc_key
from crmkit.result import Row

if TYPE_CHECKING:
    from crmkit.core.figures import Figure, Period
    from crmkit.core.figures.yields import Load


def load_of(archive: Archive, run: Run, code: str) -> "Load":
    """What the staff member `code` has in hand now, by the keys of what is open: what is over is not read."""
    from crmkit.core.accounts import ledgers
    from crmkit.core.figures.yields import Load, money_in_hand

    mine, now = f"due-by:{code}:", utc_key(run.now)
    sold = archive.find(Order, f"sold-by:{code}")
    about = (identifier for order in sold for identifier in archive.ids(f"ref:{order.id}"))
    paid = archive.records(identifier for identifier in about if type_of(identifier) in (Payment, Return))
    balance, refund_owed = money_in_hand(
        ledgers(
            sold,
            (one for one in paid if isinstance(one, Payment)),
            (one for one in paid if isinstance(one, Return)),
        )
    )
    return Load(
        files_in_hand=len(archive.ids(f"owner:{code}")),
        callbacks_open=_callbacks(archive, mine, f"due-by:{code};"),
        callbacks_overdue=_callbacks(archive, mine, f"{mine}{now}"),
        visits_open=sum(one.by == code for one in archive.between(Visit, "visit:", "visit;")),
        balance=balance,
        refund_owed=refund_owed,
    )


def _callbacks(archive: Archive, low: str, high: str) -> int:
    """How many have such keys; counted in the index, but where some are decided and not written yet."""
    if archive.uncommitted.records:
        return len(archive.between(Callback, low, high))
    return archive.index.count(low, high)


def period_of(run: Run, since: str, until: str) -> "Period":
    """The days from `since` to `until`, as typed; "" = without an end. Raises UsageError, InvalidError."""
    from crmkit.core.figures import Period

    first = first_day(since, run.now) if since else date.min
    last = last_day(until, run.now) if until else date.max
    if first > last:
        raise UsageError(_("the period ends on {last}, before it begins on {first}").format(first=first, last=last))
    return Period(first, last, run.now)


def named_period(run: Run, text: str) -> "Period":
    """The period that `text` names: a day, week, month or year, `FROM..UNTIL`, "" = this month.

    Raises UsageError, InvalidError.
    """
    typed = text.strip()
    typed = {"": "this month", "this": "this month", "last": "last month"}.get(typed, typed)
    since, dots, until = typed.partition("..")
    return period_of(run, since, until if dots else since)


def grouped_as(archive: Archive, dimension: str, key: str) -> str:
    """A group of figures as it is shown: codes as such, a fault with its name; what no record says is said."""
    if not key:
        return titled("", _("(not given)"))
    if dimension == "fault":
        from crmkit.queries.tickets import fault_name

        name = fault_name(archive, key)
        return titled(key, name) if name != key else key
    return Code(key) if dimension in ("cause", "source") else key


def figure_rows(found: Mapping[str, "Figure"], words: Mapping[str, str]) -> list[Row]:
    """The figures of the measures in `words`, each with what it is a share of and the ids behind it; amounts in fen."""
    from crmkit.core.figures import OUT_OF, figure_of
    from crmkit.core.figures.counting import IN_DAYS

    return [
        {
            "measure": measure,
            "what": _(text),
            "count": figure.count,
            "of": OUT_OF.get(measure, ""),
            "whole": figure.whole,
            "share": as_share(figure.share),
            "amount": Price(0 if measure in IN_DAYS else figure.amount),  # one figure is not added to another
            **(_of_days(figure) if measure in IN_DAYS else {}),
            "ids": list(figure.ids),
        }
        for measure, text in words.items()
        for figure in (figure_of(found, measure),)
    ]


def _of_days(figure: "Figure") -> Row:
    return {"days": figure.amount, "average": round(figure.amount / figure.count, 1) if figure.count else None}


def figure_fields(found: Mapping[str, "Figure"], words: Mapping[str, str], fmt: str) -> Row:
    """The figures as fields of what a `show` prints: `figures`, with the ids, in json; else a line for each.

    A line says `12 of 30 (40.0%)`; what did not happen has none.
    """
    if fmt in ("json", "jsonl"):
        return {"figures": figure_rows(found, words)}
    from crmkit.core.figures.counting import IN_DAYS

    return {
        text: f"{found[measure].amount}" if measure in IN_DAYS else _said(found[measure])
        for measure, text in words.items()
        if measure in found
    }


def _said(figure: "Figure") -> str:
    said = str(figure.count)
    if figure.share is not None:
        said = _("{count} of {whole} ({share:.1%})").format(count=said, whole=figure.whole, share=figure.share)
    return _("{count}: {yuan} yuan").format(count=said, yuan=in_yuan(figure.amount)) if figure.amount else said
