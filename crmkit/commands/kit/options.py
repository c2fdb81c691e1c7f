"""The options and arguments that several verbs take: one name, one spelling of its help, one meaning each."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from crmkit.core.fields import listed
from crmkit.i18n import _
from crmkit.records.customer import SOURCES
from crmkit.records.order import METHODS
from crmkit.records.plan import MODES
from crmkit.records.visit import VISIT_PURPOSES
from crmkit.records.work import MOODS, OUTCOMES, PURPOSES


def closed(codes: Iterable[str], family: str = "") -> str:
    """The help of an option that takes one of these codes: what may be typed."""
    return _("one of: {choices}").format(choices=listed(codes, family))


Who = Annotated[
    str,
    typer.Argument(
        metavar="CUSTOMER",
        help=_("Name or part of it, initials, number or its last digits, id."),
    ),
]
Whom = Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("The same as an option."))]
WhoIfAny = Annotated[str, typer.Argument(metavar="[CUSTOMER]", help=_("Only this one: name, number or id."))]
OfCustomer = Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Only of this one."))]
Due = Annotated[str, typer.Option("--due", metavar="DATE", help=_("Open and due on or before the end of that day."))]
Owner = Annotated[str, typer.Option("--owner", metavar="STAFF", help=_("Whose it is."))]
Purpose = Annotated[str, typer.Option("--purpose", metavar="PURPOSE", help=closed(PURPOSES))]
Since = Annotated[str, typer.Option("--since", metavar="DATE", help=_("From that day on."))]
Until = Annotated[str, typer.Option("--until", metavar="DATE", help=_("Up to the end of that day."))]
Period = Annotated[
    str,
    typer.Option(
        "--period", metavar="PERIOD",
        help=_("2026-11, 2026-W47, today, 上月, 2026-11-01..2026-11-15; by default this month."),
    ),
]  # fmt: skip
CardNumber = Annotated[
    str, typer.Argument(metavar="NUMBER", help=_("Card number in any spelling, id, or whose it is."))
]
ProductName = Annotated[str, typer.Option("--product", metavar="PRODUCT", help=_("Code or name."))]
Serial = Annotated[str, typer.Option("--serial", help=_("Serial number of the unit."))]
InstalledOn = Annotated[str, typer.Option("--installed-on", metavar="DATE")]
InstalledBy = Annotated[str, typer.Option("--installed-by", metavar="WHO")]
Mask = Annotated[bool, typer.Option("--mask", help=_("Hide phone numbers (138****5678) and leave out notes."))]
NewWorkbook = Annotated[Path, typer.Option("-o", "--output", metavar="FILE.xlsx", help=_("The workbook to write."))]
EventCode = Annotated[str, typer.Argument(metavar="CODE", help=_("Code of the event, or id."))]
InvitationNumber = Annotated[
    str, typer.Argument(metavar="NUMBER", help=_("Number of the invitation, id, or whose it is."))
]
InvitationNumbers = Annotated[
    list[str], typer.Argument(metavar="NUMBER", help=_("Invitation numbers, ids, or whose they are."))
]
Companions = Annotated[int | None, typer.Option("--companions", metavar="N", help=_("How many come along."))]
Over = Annotated[bool, typer.Option("--over", help=_("Also beyond the number of seats."))]
OrderId = Annotated[str, typer.Argument(metavar="ID", help=_("Id of the order, or whose: the one that waits."))]
AtEvent = Annotated[str, typer.Option("--event", metavar="CODE", help=_("Placed at that event."))]
Expected = Annotated[str, typer.Option("--expected", metavar="DATE", help=_("When the goods should arrive."))]
Where = Annotated[str, typer.Option("--address", help=_("Where, if not the address on file."))]
Day = Annotated[str, typer.Option("--on", metavar="DATE", help=_("By default today."))]
Item = Annotated[list[str] | None, typer.Option("--item", metavar="CODE:QTY", help=_("Repeatable."))]
Method = Annotated[str, typer.Option("--method", help=closed(METHODS))]
Receipt = Annotated[str, typer.Option("--receipt", metavar="NUMBER", help=_("Number of the receipt given."))]
Counted = Annotated[bool, typer.Option("--counted", help=_("Counted in the customer's presence."))]
Amount = Annotated[str, typer.Option("--amount", metavar="YUAN", help=_("How much money."))]
At = Annotated[str, typer.Option("--at", metavar="TIME", help=_("By default now."))]
VisitId = Annotated[str, typer.Argument(metavar="ID", help=_("Id of the visit, or whose: the open one."))]
VisitDay = Annotated[str, typer.Option("--on", metavar="DATE", help=_("The day of the appointments."))]
Visitor = Annotated[str, typer.Option("--by", metavar="STAFF", help=_("Who goes."))]
WindowEnd = Annotated[
    str, typer.Option("--until", metavar="TIME", help=_("End of the window; a time alone is that day's."))
]
Minutes = Annotated[
    int | None,
    typer.Option("--minutes", min=1, max=24 * 60, help=_("Planned length; without --until the window's as well.")),
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help=_("Also in quiet hours, because the person asked for that time."))
]
Overlap = Annotated[bool, typer.Option("--overlap", help=_("Although the visitor is expected elsewhere then."))]
Outcome = Annotated[
    str,
    typer.Option("--outcome", help=closed(OUTCOMES)),
]
Caller = Annotated[str, typer.Option("--caller", metavar="STAFF", help=_("Who spoke."))]
Duration = Annotated[str, typer.Option("--duration", help=_("Seconds, or minutes and seconds: 4:30."))]
CallNote = Annotated[str, typer.Option("--note", help=_("What was said or done."))]
Next = Annotated[str, typer.Option("--next", help=_("The next step; a time plans the next call."))]
Dialled = Annotated[str, typer.Option("--phone", help=_("The number dialled, if it was not the first."))]
Objections = Annotated[
    list[str] | None, typer.Option("--objection", metavar="TEXT", help=_("In the customer's words; repeatable."))
]
Mood = Annotated[str, typer.Option("--mood", help=closed(MOODS))]
Promise = Annotated[str, typer.Option("--promise", metavar="TEXT", help=_("What we promised."))]
Refused = Annotated[
    list[str] | None, typer.Option("--dnc", metavar="CHANNEL", help=_("They want no more: all, call, sms ..."))
]

Off = Annotated[bool, typer.Option("--off", help=_("Take it back: it does not hold any more."))]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help=_("The newest so many."))]
UnitCards = Annotated[list[str] | None, typer.Option("--card", metavar="NUMBER", help=_("Card of a unit; repeatable."))]
UnitCard = Annotated[str, typer.Option("--card", metavar="NUMBER", help=_("Number of the unit's card, or id."))]
Whose = Annotated[
    str, typer.Option("--customer", metavar="CUSTOMER", help=_("Whose it is, where nothing else says it."))
]
FirstDay = Annotated[
    str,
    typer.Option("--from", metavar="DATE", help=_("First day; by default today, after a plan the day after its end.")),
]
BonusAmount = Annotated[str, typer.Option("--bonus-amount", metavar="YUAN", help=_("Given on top of a money card."))]
PlanMode = Annotated[str, typer.Option("--mode", help=closed(MODES, "mode-"))]
ReportedBy = Annotated[str, typer.Option("--how", help=_("phone (default), shop, visit or message"))]
AboutStaff = Annotated[str, typer.Option("--staff", metavar="WHO", help=_("Whom it is about."))]
Slot = Annotated[str, typer.Option("--slot", metavar="HALFDAY", help=_("2026-11-16pm, `tomorrow am`."))]
AreaCode = Annotated[str, typer.Option("--area", help=_("Area code of local numbers, for example 010."))]
ByStaff = Annotated[str, typer.Option("--by", metavar="STAFF", help=_("Of this staff member."))]
Every = Annotated[
    list[str] | None,
    typer.Option("--every", metavar="3m", help=_("1m, 3m, 1y, 2w, 500h; repeatable: whichever comes first.")),
]
VisitCount = Annotated[
    int | None, typer.Option("--visits", metavar="N", min=1, max=600, help=_("How many visits, or paid for."))
]
Months = Annotated[int | None, typer.Option("--months", metavar="N", min=1, max=1200, help=_("How long it runs."))]
UntilHours = Annotated[
    int | None,
    typer.Option("--until-hours", metavar="H", min=1, help=_("Of work since the start: it ends there if first.")),
]
VisitPrice = Annotated[str, typer.Option("--price", metavar="YUAN", help=_("For one unit."))]
WaitingFee = Annotated[
    str, typer.Option("--waiting-fee", metavar="YUAN", help=_("An hour, where a unit is not made available."))
]
Paid = Annotated[str, typer.Option("--paid", metavar="YUAN", help=_("Paid beforehand."))]
Bonus = Annotated[int | None, typer.Option("--bonus", metavar="N", min=1, help=_("Visits given on top."))]
Terms = Annotated[str, typer.Option("--terms", metavar="TEXT", help=_("Where the written terms are kept."))]
OverReason = Annotated[str, typer.Option("--over", metavar="REASON", help=_("Although a rule speaks against it: why."))]
FirstVisit = Annotated[str, typer.Option("--first", metavar="DATE", help=_("If not one interval after the start."))]
PlanId = Annotated[
    str,
    typer.Argument(metavar="PLAN", help=_("Id of the plan or its first characters; or whose only one it is.")),
]
OfPlan = Annotated[str, typer.Argument(metavar="[PLAN]", help=_("Of one plan: its id, or whose only one it is."))]
SlotId = Annotated[
    str, typer.Argument(metavar="PLAN[:K]", help=_("The plan and the number of the visit; by default the next one."))
]
PartsUsed = Annotated[list[str] | None, typer.Option("--part", metavar="CODE[:QTY]", help=_("Part used; repeatable."))]
Waited = Annotated[str, typer.Option("--waited", metavar="TIME", help=_("How long: 1.5h or 90min."))]
SlotNumber = Annotated[
    int | None,
    typer.Argument(metavar="[K]", min=1, help=_("Number of the visit, if not behind the plan.")),
]
TicketId = Annotated[
    str, typer.Argument(metavar="TICKET", help=_("Id of the ticket, or whose only open one it is: customer or card."))
]
ComplaintId = Annotated[str, typer.Argument(metavar="ID", help=_("Id of the complaint, or whose: the open one."))]
Begins = Annotated[str, typer.Option("--at", metavar="TIME", help=_("Beginning of the window, as agreed."))]
Reason = Annotated[str, typer.Option("--reason", help=_("Why; it is kept."))]
VisitPurpose = Annotated[
    str,
    typer.Option(
        "--purpose",
        metavar="PURPOSE",
        help=closed(VISIT_PURPOSES),
    ),
]
SiteName = Annotated[str, typer.Option("--site", metavar="SITE", help=_("Outreach point."))]
Collector = Annotated[str, typer.Option("--collector", metavar="STAFF", help=_("Who collected it."))]
Name = Annotated[str, typer.Option("--name")]
Numbers = Annotated[list[str] | None, typer.Option("--phone", help=_("In any spelling; repeatable."))]
Phone = Annotated[str, typer.Option("--phone", metavar="PHONE", help=_("In any spelling."))]
Address = Annotated[str, typer.Option("--address")]
District = Annotated[str, typer.Option("--district", help=_("For assignment and the order of visits."))]
Source = Annotated[str, typer.Option("--source", help=closed(SOURCES))]
Grade = Annotated[str, typer.Option("--grade", help=_("A, B or C"))]
Tag = Annotated[str, typer.Option("--tag")]
Code = Annotated[
    str, typer.Option("--code", help=_("Short code for other records; of an event 1 to 8 letters or digits."))
]
Priority = Annotated[int | None, typer.Option("--priority", min=0, max=100, help=_("Higher comes first."))]
Note = Annotated[str, typer.Option("--note", help=_("Kept with it."))]
StaffName = Annotated[str, typer.Option("--staff", metavar="STAFF", help=_("Only what this one did: code or name."))]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help=_("Set a field; repeatable."))]
Unsets = Annotated[list[str] | None, typer.Option("--unset", metavar="FIELD", help=_("Empty a field; repeatable."))]
WhoMany = Annotated[list[str] | None, typer.Argument(metavar="[CUSTOMER...]", help=_("By default all of them."))]
Named = Annotated[str, typer.Argument(metavar="NAME", help=_("Code, name or id."))]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help=_("The file to write."))]
Workbook = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.xlsx", help=_("The workbook to write."))]
ExternalId = Annotated[
    str, typer.Option("--external-id", metavar="KEY", help=_("Key in the system that it comes from."))
]
CalendarFile = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE.ics", help=_("The calendar to write; else it is printed."))
]
PairA = Annotated[str, typer.Argument(metavar="A", help=_("Id or phone number."))]
PairB = Annotated[str, typer.Argument(metavar="B", help=_("Id or phone number."))]
Template = Annotated[
    str, typer.Option("--template", metavar="NAME", help=_("Else the first in the archive's language."))
]
To = Annotated[str, typer.Option("--to", metavar="STAFF", help=_("Who does it from now on."))]
DoneBy = Annotated[str, typer.Option("--by", metavar="STAFF", help=_("Who did it, if not whoever writes it down."))]
PromisedAt = Annotated[str, typer.Option("--promise", metavar="TIME", help=_("Time that was promised."))]
FaultCode = Annotated[str, typer.Option("--fault", metavar="CODE", help=_("Of `crmkit fault list`."))]
Raw = Annotated[bool, typer.Option("--raw", help=_("The record alone, as it is stored."))]
