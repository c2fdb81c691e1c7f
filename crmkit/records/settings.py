"""The settings of an archive as typed values; every default stands in `crmkit/defaults.toml`."""

from typing import Annotated, Literal

from msgspec import Meta

from crmkit.records.rows import Cadence, CallbackRule, Festival, Headline, MessageTemplate, Section

Count = Annotated[int, Meta(ge=0, le=10**9)]
Positive = Annotated[int, Meta(ge=1, le=10**9)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Share = Annotated[float, Meta(ge=0, le=1)]
_CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
Clock = Annotated[str, Meta(pattern=f"^{_CLOCK}$")]  # "18:00"
Hours = Annotated[str, Meta(pattern=f"^{_CLOCK} *- *(?:{_CLOCK}|24:00)$")]  # "08:00-12:30"
ArchiveId = Annotated[str, Meta(pattern="^([0-9a-hjkmnp-tv-z]{16,64})?$")]  # none only of an archive of schema 1
Grade = Literal["A", "B", "C"]


class ArchiveSettings(Section, frozen=True, kw_only=True):
    """Who keeps this archive."""

    name: str
    branch: str
    tz: str
    lang: Literal["en", "zh"]
    area: str
    schema: int
    id: ArchiveId


class RecheckSettings(Section, frozen=True, kw_only=True):
    """When a number is asked a second time (core/docs.md, "Repeats")."""

    after_minutes: Count


class PhoneSettings(Section, frozen=True, kw_only=True):
    """How telephone numbers are read."""

    mobile: tuple[str, ...]


class ScreeningSettings(Section, frozen=True, kw_only=True):
    """By when a new file is called (core/docs.md, "Files")."""

    max_days: Count
    role: str


class WeekSettings(Section, frozen=True, kw_only=True):
    """Weekdays whose working hours are not `hours.working`; none = no work on that day."""

    mon: tuple[Hours, ...] | None = None
    tue: tuple[Hours, ...] | None = None
    wed: tuple[Hours, ...] | None = None
    thu: tuple[Hours, ...] | None = None
    fri: tuple[Hours, ...] | None = None
    sat: tuple[Hours, ...]
    sun: tuple[Hours, ...]


class HoursSettings(Section, frozen=True, kw_only=True):
    """Quiet hours and working time (core/docs.md, "Calls"); ranges are "HH:MM-HH:MM" of local time."""

    open: tuple[Hours, ...]
    working: tuple[Hours, ...]
    week: WeekSettings


class CallSettings(Section, frozen=True, kw_only=True):
    """How a call should go (core/docs.md, "Calls")."""

    no_answer: tuple[str, ...]
    screening_minutes: Positive


class CardSettings(Section, frozen=True, kw_only=True):
    """What a card promises (core/docs.md, "Cards"); hours."""

    reply: Positive
    solution: Positive
    solved: Positive
    follow_up: Positive
    working: tuple[Literal["reply", "solution", "solved", "follow_up"], ...]
    hotline: str
    address: str


class TicketSettings(Section, frozen=True, kw_only=True):
    """How tickets are judged and charged."""

    again_months: Count
    reopen_days: Positive
    check_fee: str
    check_declined_percent: Percent


class ComplaintSettings(Section, frozen=True, kw_only=True):
    """By when a complaint is answered and called back (core/docs.md, "Complaints")."""

    acknowledge_hours: Positive
    call_back_days: Positive


class DispatchSettings(Section, frozen=True, kw_only=True):
    """Who is sent to a customer, and when (core/docs.md, "Tickets")."""

    morning: Hours
    afternoon: Hours
    days: Literal["all", "working"]
    units_per_day: Positive
    reserve_units: Count


class PlanSettings(Section, frozen=True, kw_only=True):
    """What holds for contracts and prepaid cards (core/docs.md, "Plans")."""

    review_days: Positive
    notice_days: Count
    refund_days: Positive
    free_in_warranty: Count
    named_limit: Count
    unnamed_limit: Count


class AssignmentSettings(Section, frozen=True, kw_only=True):
    """Who gets a file, and when it is passed on (core/docs.md, "Assignment")."""

    how: Literal["turn", "load", "district"]
    role: str
    capacity: Count
    pin_grades: tuple[Grade, ...]
    recycle_months: Positive
    notice_days: Count


class AuditSettings(Section, frozen=True, kw_only=True):
    """The fields that a file must have (core/docs.md, "Files"); a = of a buyer, b = of anybody else."""

    a: tuple[str, ...]
    b: tuple[str, ...]


class EventSettings(Section, frozen=True, kw_only=True):
    """Invitations, seats and follow-ups (core/docs.md, "Events")."""

    eve_from: Clock
    eve_until: Clock
    deliver_days: Count
    old_per_new: float


class VisitSettings(Section, frozen=True, kw_only=True):
    """Appointments at home (core/docs.md, "Events")."""

    minutes: Positive


class OrderSettings(Section, frozen=True, kw_only=True):
    """Deposits, returns and balances (core/docs.md, "Orders")."""

    return_days: Count
    max_tier_quantity: Positive


class GradeSettings(Section, frozen=True, kw_only=True):
    """What makes a grade (core/docs.md, "Customers"); tiers in yuan within `spend_months`."""

    a_revenue_share: Share
    spend_months: Positive
    silver: Count
    gold: Count
    star: Count


class RiskSettings(Section, frozen=True, kw_only=True):
    """When a silence is longer than usual (core/docs.md, "Customers")."""

    factor: float
    min_contacts: Count
    min_days: Count


class CadenceSettings(Section, frozen=True, kw_only=True):
    """The table of letters and visits."""

    due_days: Count
    rules: tuple[Cadence, ...]


class OccasionSettings(Section, frozen=True, kw_only=True):
    """Days to greet on."""

    festivals: tuple[Festival, ...]


class MessageSettings(Section, frozen=True, kw_only=True):
    """What messages must and must not say (core/docs.md, "Customers")."""

    greetings: tuple[str, ...]
    marketing: tuple[str, ...]
    max_parts: Positive
    opt_out_words: tuple[str, ...]
    promotion_words: tuple[str, ...]
    health_words: tuple[str, ...]
    allowed_words: tuple[str, ...]
    templates: tuple[MessageTemplate, ...]


class DailySettings(Section, frozen=True, kw_only=True):
    """The morning's run."""

    clock_slack_hours: Count


class DedupeSettings(Section, frozen=True, kw_only=True):
    """How alike two files must be (core/docs.md, "Duplicates")."""

    crowd: Positive
    shared_numbers: tuple[str, ...]


class ImportSettings(Section, frozen=True, kw_only=True):
    """What a sheet may be at the most before it is refused."""

    max_rows: Positive
    max_megabytes: Positive
    max_columns: Positive
    max_memory_megabytes: Positive
    max_seconds: Positive


class ReportSettings(Section, frozen=True, kw_only=True):
    """Looks of a workbook."""

    font: str
    chart: bool
    headlines: tuple[Headline, ...]


class StorageSettings(Section, frozen=True, kw_only=True):
    """How records are stored (archive/docs.md, "The form of a shard")."""

    shard_records: Positive


class CallbackSettings(Section, frozen=True, kw_only=True):
    """The table of callback plans."""

    horizon_days: Count
    ahead_days: Count
    rules: tuple[CallbackRule, ...]


class Settings(Section, frozen=True, kw_only=True, rename={"import_": "import"}):
    """All of `archive.toml`."""

    archive: ArchiveSettings
    phone: PhoneSettings
    recheck: RecheckSettings
    screening: ScreeningSettings
    hours: HoursSettings
    calls: CallSettings
    card: CardSettings
    ticket: TicketSettings
    plan: PlanSettings
    dispatch: DispatchSettings
    complaints: ComplaintSettings
    assignment: AssignmentSettings
    audit: AuditSettings
    event: EventSettings
    visit: VisitSettings
    order: OrderSettings
    grade: GradeSettings
    risk: RiskSettings
    cadence: CadenceSettings
    occasion: OccasionSettings
    message: MessageSettings
    daily: DailySettings
    dedupe: DedupeSettings
    import_: ImportSettings
    report: ReportSettings
    storage: StorageSettings
    callback: CallbackSettings
