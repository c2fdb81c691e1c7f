"""The figures of an event (docs.md: Events): invited, came, bought, each with the records that it counts.

These sums hold, whatever has been recorded:

    invited = accepted + declined + unanswered
    invited = attended + absent + declined and did not come, once the event is over
    attended = old-guests + new-guests = bought + not-bought
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from crmkit.core.accounts import Ledger
from crmkit.core.events.events import attended, bought_at, stands, state_of
from crmkit.core.run import Run
from crmkit.i18n import N_
from crmkit.records import Event, Invitation, Order
from crmkit.records.event import ANSWERS

MEASURES = {  # what each of them counts
    N_("invited"): N_("invitations that stand"),
    N_("delivered"): N_("handed over"),
    N_("accepted"): N_("will come"),
    N_("declined"): N_("will not come"),
    N_("unanswered"): N_("no answer yet"),
    N_("void"): N_("invitations that are void"),
    N_("attended"): N_("guests who came"),
    N_("absent"): N_("guests who stayed away without declining"),
    N_("companions"): N_("people who came along"),
    N_("old-guests"): N_("guests who had bought before"),
    N_("new-guests"): N_("guests who had not bought before"),
    N_("bought"): N_("guests who ordered here"),
    N_("not-bought"): N_("guests who came and ordered nothing"),
    N_("buyers"): N_("customers who ordered here, invited or not"),
    N_("orders"): N_("orders placed here"),
    N_("paid-orders"): N_("orders paid at least in part"),
    N_("deposits"): N_("orders on a deposit that was paid"),
    N_("returned-orders"): N_("orders of which something came back"),
}
OUT_OF = {
    **dict.fromkeys(("delivered", "accepted", "declined", "unanswered", "attended", "absent"), "invited"),
    **dict.fromkeys(("old-guests", "new-guests", "bought", "not-bought"), "attended"),
}  # a share's measure → the measure it is a share of


class EventFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of an event with the records behind it."""

    measure: str  # one of MEASURES
    ids: tuple[str, ...]  # of invitations; of customers for `buyers`, of orders from `orders` on
    count: int
    whole: int | None = None  # what it is a share of, see OUT_OF; None where it is no share
    target: float | None = None  # the share that was planned, 0 to 1
    amount: int | None = None  # fen; None where it is not about money

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to be a share of."""
        return self.count / self.whole if self.whole else None


def figures(
    run: Run, event: Event, guests: Sequence[Invitation], ledgers: Iterable[Ledger]
) -> list[EventFigure]:  # fmt: skip
    """The figures of `event`, one for each of MEASURES in this order.

    `guests` are its invitations, `ledgers` the orders that name it. Cancelled orders do not count.
    """
    told = {ledger.order.id: ledger for ledger in ledgers}
    sold = bought_at(event, [ledger.order for ledger in told.values()])
    records = _guests_by_measure(event, guests, sold, run.now)
    came = [guest for guest in guests if attended(guest)]
    counts = {measure: len(ids) for measure, ids in records.items()} | {"companions": sum(guest.came for guest in came)}
    amounts = {name: 0 for name in ("orders", "paid-orders", "deposits", "returned-orders")}
    for order in sold:
        account, deposit = told[order.id].account, told[order.id].deposit
        for measure, amount, counted in (
            ("orders", account.total or 0, True),
            ("paid-orders", account.paid - account.refunded, account.paid > 0),
            ("deposits", deposit.amount if deposit else 0, deposit is not None),
            ("returned-orders", account.returned, account.returned > 0),
        ):
            if counted:
                records[measure].append(order.id)
                amounts[measure] += amount
    counts |= {measure: len(records[measure]) for measure in amounts}
    old = _share_of_old(run, event)
    targets = {"old-guests": old, "new-guests": 1 - old}
    return [
        EventFigure(
            measure=measure,
            ids=tuple(records[measure]),
            count=counts[measure],
            whole=counts[OUT_OF[measure]] if measure in OUT_OF else None,
            target=targets.get(measure),
            amount=amounts.get(measure),
        )
        for measure in MEASURES
    ]


def not_bought(event: Event, guests: Iterable[Invitation], orders: Iterable[Order]) -> list[Invitation]:
    """The guests who came to `event` and ordered nothing there, in order of numbers."""
    buyers = {order.customer for order in bought_at(event, orders)}
    return sorted((g for g in guests if attended(g) and g.customer not in buyers), key=lambda guest: guest.number)


def _guests_by_measure(
    event: Event, guests: Sequence[Invitation], sold: Sequence[Order], now: datetime
) -> dict[str, list[str]]:  # fmt: skip
    """The ids behind every measure; those about money are still empty."""
    records: dict[str, list[str]] = {measure: [] for measure in MEASURES}
    records["buyers"] = sorted({order.customer for order in sold})
    buyers = set(records["buyers"])
    for guest in sorted(guests, key=lambda guest: guest.number):
        if not stands(guest):
            records["void"].append(guest.id)
            continue
        came = attended(guest)
        for measure, counted in (
            ("invited", True),
            ("delivered", guest.delivered_at is not None),
            (guest.answer if guest.answer in ANSWERS else "unanswered", True),
            ("attended", came),
            ("absent", state_of(guest, event, now) == "absent"),
            ("companions", came and guest.came > 0),
            ("old-guests", came and guest.buyer),
            ("new-guests", came and not guest.buyer),
            ("bought", came and guest.customer in buyers),
            ("not-bought", came and guest.customer not in buyers),
        ):
            if counted:
                records[measure].append(guest.id)
    return records


def _share_of_old(run: Run, event: Event) -> float:
    """The planned share of guests who bought before: the event's own target, else `event.old_per_new`."""
    old, new = event.target_old or 0, event.target_new or 0
    if old + new:
        return old / (old + new)
    return run.settings.event.old_per_new / (run.settings.event.old_per_new + 1)
