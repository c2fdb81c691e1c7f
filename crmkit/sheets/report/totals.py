"""What the cover of a report tells, and where the records of each line stand: a sheet, and a filter on it."""

from typing import Literal, NamedTuple

from crmkit.i18n import N_, _, clauses
from crmkit.sheets.write.cells import Kind

# What a filter asks of a column, if not a label: not empty, a date in the period, another state, the column's sum.
CONDITIONS = (N_("not empty"), N_("in the period"), N_("not cancelled"), N_("not void"), N_("sum"))

Where = tuple[str, str]  # title of a column, and what stands there: a label or one of CONDITIONS


class Total(NamedTuple):
    """A line of the cover; `sheet` and `where` say where its records stand."""

    measure: str
    words: str
    sheet: str  # key of details.SHEETS
    where: tuple[Where, ...] = ()  # () = every row
    kind: Kind | Literal["days"] = "count"  # money, days = the sum of the records' amounts

    def filter(self) -> str:
        """`where` in words, with the titles and labels as the sheet has them."""
        spelled = (_("{column}: {value}").format(column=_(column), value=_(value)) for column, value in self.where)
        return clauses(spelled)


def _count(measure: str, words: str, sheet: str, *where: Where) -> Total:
    return Total(measure, words, sheet, where)


def _money(measure: str, words: str, sheet: str, column: str, *where: Where) -> Total:
    return Total(measure, words, sheet, ((column, "sum"), *where), "money")


def _days(measure: str, words: str, sheet: str, column: str, *where: Where) -> Total:
    return Total(measure, words, sheet, ((column, "sum"), *where), "days")


DUE, ATTENDED, STANDS = ("Due", "in the period"), ("State", "attended"), ("State", "not cancelled")
TOTALS = {
    N_("Collecting"): (
        _count("files", N_("Files collected"), "leads"),
        _count("valid", N_("Files with a confirmed number"), "leads", ("Phone state", "confirmed")),
        _count("asked", N_("Numbers asked a second time"), "leads", ("Asked again", "not empty")),
        _count("failed", N_("Of these, another number was said"), "leads", ("Asked again", "mismatch")),
        _count("false", N_("Files with a false number, of those tested"), "leads", ("Phone state", "false")),
        _count("suspect", N_("Files under suspicion"), "leads", ("Suspect", "yes")),
        _count("repeat", N_("Repeated numbers, of all contacts"), "repeats", ("What", "repeated number")),
        _count("shared", N_("Numbers shared with another person"), "repeats", ("What", "shared number")),
        _count("in-time", N_("Screened in time, of those due"), "leads", ("Screening", "in time")),
        _count("buyers", N_("Files that became buyers"), "leads", ("Stage", "buyer")),
        _money("brought", N_("Revenue from these files so far, yuan"), "leads", "Revenue, yuan"),
        _count("assigned", N_("Files passed to a staff member"), "assignments", ("To", "not empty")),
        _count("recycled", N_("Files recycled"), "assignments", ("How", "recycled")),
    ),
    N_("Callbacks and calls"): (
        _count("due", N_("Callbacks due"), "callbacks", DUE, STANDS),
        _count("done", N_("Due and done"), "callbacks", DUE, ("State", "done")),
        _count("on-time", N_("Due and done on time"), "callbacks", DUE, ("On time", "yes")),
        _count("overdue", N_("Due and overdue"), "callbacks", ("State", "overdue")),
        _count("finished", N_("Finished in the period, whenever due"), "callbacks", ("Done at", "in the period")),
        _count("calls", N_("Calls"), "calls"),
        _count("reached", N_("Calls that reached the person"), "calls", ("Outcome", "reached")),
        _count("long", N_("First calls that took too long"), "calls", ("First call too long", "yes")),
        _count("quiet-hours", N_("Calls in quiet hours"), "calls", ("In quiet hours", "yes")),
        _count("messages", N_("Messages sent"), "messages"),
    ),
    N_("Visits and events"): (
        _count("visits", N_("Appointments for visits"), "visits", STANDS),
        _count("visits-made", N_("Visits made"), "visits", ("State", "done")),
        _count("visits-missed", N_("Nobody was there"), "visits", ("State", "nobody there")),
        _count("over-time", N_("Visits over the planned time"), "visits", ("Over time", "yes")),
        _count("told-late", N_("Told only after the appointment began"), "visits", ("Notice", "told too late")),
        _count("broken", N_("Visits with conduct broken"), "visits", ("Conduct broken", "not empty")),
        _count("events", N_("Events"), "events", STANDS),
        _count("invited", N_("Guests invited"), "invitations", ("State", "not void")),
        _count("invitations-accepted", N_("Guests who accepted"), "invitations", ("Answer", "accepted")),
        _count("attended", N_("Guests who came"), "invitations", ATTENDED),
        _count("absent", N_("Guests who stayed away"), "invitations", ("State", "absent")),
        _count("old-guests", N_("Of those who came, old guests"), "invitations", ATTENDED, ("Guest", "old guest")),
        _count("guest-buyers", N_("Of those who came, buyers"), "invitations", ATTENDED, ("Ordered there", "yes")),
        _money("event-orders", N_("Ordered at events, yuan"), "events", "Total, yuan", STANDS),
    ),
    N_("Orders and money"): (
        _count("cards", N_("Service cards issued"), "cards"),
        _count("orders", N_("Orders"), "orders", STANDS),
        _count("given-up", N_("Orders cancelled"), "orders", ("State", "cancelled")),
        _count("priced", N_("Orders with a known amount"), "orders", ("Total, yuan", "not empty"), STANDS),
        _money("priced", N_("Ordered, yuan"), "orders", "Total, yuan", STANDS),
        _money("returned", N_("Of this returned, yuan"), "orders", "Returned, yuan", STANDS),
        _money("revenue", N_("Revenue, yuan"), "orders", "Revenue, yuan"),
        _count("balances", N_("Orders with a balance, of any day"), "owed", ("Balance, yuan", "not empty")),
        _money("balances", N_("Balances to collect, yuan"), "owed", "Balance, yuan"),
        _money("owed", N_("Refunds to make, yuan"), "owed", "Refund owed, yuan"),
        _money("payments", N_("Received in the period, yuan"), "payments", "Amount, yuan", ("What", "payment")),
        _money("deposits", N_("Of this deposits, yuan"), "payments", "Amount, yuan", ("Deposit", "yes")),
        _money("refunds", N_("Paid back in the period, yuan"), "payments", "Amount, yuan", ("What", "paid back")),
        _count("returns", N_("Returns asked for"), "returns"),
        _money("returns", N_("Charged before for these, yuan"), "returns", "Charged before, yuan"),
        _count("within", N_("Of these within the no-reason window"), "returns", ("In the no-reason window", "yes")),
    ),
    N_("Service"): (
        _count("tickets", N_("Tickets reported"), "tickets", ("Reported", "in the period")),
        _count("kept-reply", N_("Replies in time, of those promised"), "tickets", ("Reply", "in time")),
        _count("kept-solution", N_("Solutions in time, of those promised"), "tickets", ("Solution", "in time")),
        _count("kept-solved", N_("Repairs in time, of those promised"), "tickets", ("Repair", "in time")),
        _count("kept-follow_up", N_("Follow-ups in time, of those promised"), "tickets", ("Follow-up", "in time")),
        _count("tickets-solved", N_("Tickets solved"), "tickets", ("Solved at", "in the period")),
        _count("by-phone", N_("Of these solved by telephone"), "tickets", ("By telephone", "yes")),
        _count("first-time", N_("Mended the first time"), "tickets", ("Mended the first time", "yes")),
        _count("came-again", N_("The same fault again within 90 days"), "tickets", ("Again within 90 days", "yes")),
        _count("units-replaced", N_("Units replaced"), "tickets", ("Unit replaced", "yes")),
        _count("tickets-reopened", N_("Tickets opened again"), "tickets", ("Opened again", "yes")),
        _count("answered-solved", N_("Customers who say that it is solved"), "tickets",
               ("Says that it is solved", "yes")),
        _count("satisfied", N_("Customers who gave 4 of 5 or more"), "tickets", ("Satisfied", "yes")),
        _count("tickets-unconfirmed", N_("Closed although nobody said that it is solved"), "tickets",
               ("Closed unconfirmed", "yes")),
        _money("overcharged", N_("Charged too much, yuan"), "tickets", "Charged too much, yuan"),
        _money("money-back", N_("Of service charges paid back, yuan"), "tickets", "Paid back, yuan"),
        _money("refund-owed", N_("Of service charges still to pay back, yuan"), "tickets", "Refund owed, yuan"),
        _count("complaints", N_("Complaints received"), "complaints", ("Received", "in the period")),
        _count("complaint-rate", N_("The same, of active customers"), "complaints", ("Received", "in the period")),
        _count("complaints-reopened", N_("Complaints opened again"), "complaints", ("Opened again", "yes")),
        _count("complaints-closed", N_("Complaints closed"), "complaints", ("Closed", "in the period")),
        _count("complaints-once", N_("Closed at the first hearing"), "complaints", ("At the first hearing", "yes")),
        _count("complaints-unconfirmed", N_("Closed without the customer's word"), "complaints",
               ("Closed unconfirmed", "yes")),
        _days("days-to-close", N_("Days to close, on average"), "complaints", "Days to close",
              ("Closed", "in the period")),
        _count("complaints-upheld", N_("Complaints upheld"), "complaints", ("Upheld", "yes")),
    ),
    N_("Plans"): (
        _count("plan-slots", N_("Visits of plans that we had to make"), "plan_visits", ("Ours to make", "yes")),
        _count("plan-kept", N_("Of these made in their window"), "plan_visits", ("In its window", "yes")),
        _count("plan-theirs", N_("Visits with no unit available"), "plan_visits", ("State", "unit not available")),
        _count("plan-skipped", N_("Visits left out as agreed"), "plan_visits", ("State", "left out")),
        _count("plans-ended", N_("Plans that ended"), "plans", ("Ended in the period", "yes")),
        _count("plans-renewed", N_("Of these renewed"), "plans", ("Renewed", "yes")),
        _money("prepaid-sold", N_("Prepaid in the period, yuan"), "plans", "Sold, yuan"),
        _money("prepaid-used", N_("Of prepaid cards used, yuan"), "plans", "Used, yuan"),
        _money("prepaid-refunded", N_("Of prepaid cards paid back, yuan"), "plans", "Paid back, yuan"),
        _money("prepaid-owed", N_("Owed to customers on prepaid cards, yuan"), "plans", "Owed to the customer, yuan"),
    ),
}  # fmt: skip
