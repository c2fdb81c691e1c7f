"""The settings of an archive as typed values; every default stands in `crmkit/defaults.toml`."""

from typing import Literal

import msgspec


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file; a key it does not know is refused, so that a typo cannot pass for a setting."""


class ArchiveSettings(_Section, frozen=True, kw_only=True):
    """Who keeps this archive."""

    name: str
    branch: str
    tz: str
    lang: Literal["en", "zh"]
    area: str
    schema: int


class RecheckSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 2.2."""

    after_minutes: int


class ScreeningSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 1."""

    max_days: int
    role: str


class WeekSettings(_Section, frozen=True, kw_only=True):
    """Weekdays whose working hours are not `hours.working`; none = no work on that day."""

    mon: tuple[str, ...] | None = None
    tue: tuple[str, ...] | None = None
    wed: tuple[str, ...] | None = None
    thu: tuple[str, ...] | None = None
    fri: tuple[str, ...] | None = None
    sat: tuple[str, ...]
    sun: tuple[str, ...]


class HoursSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 4, quiet hours and working time; ranges are "HH:MM-HH:MM" of local time."""

    open: tuple[str, ...]
    working: tuple[str, ...]
    week: WeekSettings


class CallSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 4."""

    no_answer: tuple[str, ...]
    screening_minutes: int


class CardSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 7; hours."""

    reply: int
    solution: int
    solved: int
    follow_up: int
    working: tuple[str, ...]
    hotline: str


class AssignmentSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 3."""

    how: Literal["turn", "load", "district"]
    role: str
    capacity: int
    pin_grades: tuple[str, ...]
    recycle_months: int
    notice_days: int


class AuditSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 1: the fields that a file must have; a = of a buyer, b = of anybody else."""

    a: tuple[str, ...]
    b: tuple[str, ...]


class EventSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 5."""

    eve_from: str
    eve_until: str
    deliver_days: int
    old_per_new: float


class VisitSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 5 and 8."""

    minutes: int
    units_per_worker_per_day: int


class OrderSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 6."""

    return_days: int
    max_tier_quantity: int


class PlanSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 4 and 8."""

    visit_notice_days: int
    warranty_notice_days: int
    end_notice_days: int
    invoice_days: int
    free_trainings_per_year: int


class ComplaintSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 4."""

    really_solved_days: int


class SurveySettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 9."""

    share: float
    pause_months: int


class GradeSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 10; tiers in yuan within `spend_months`."""

    a_revenue_share: float
    spend_months: int
    silver: int
    gold: int
    star: int


class RiskSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 10: when a silence is longer than usual."""

    factor: float
    min_contacts: int
    min_days: int


class Cadence(_Section, frozen=True, kw_only=True):
    """How often customers of one grade get a letter or a visit (DOMAIN 4)."""

    name: str
    grade: str  # A, B, C
    what: str  # letter, visit
    every: str  # "+6m"
    off: bool = False  # switched off


class CadenceSettings(_Section, frozen=True, kw_only=True):
    """The table of letters and visits."""

    rules: tuple[Cadence, ...]


class Festival(_Section, frozen=True, kw_only=True):
    """A festival on which customers are greeted (DOMAIN 10)."""

    name: str
    date: str  # every year: "--10-01", or by the lunar calendar "lunar:--08-15"
    off: bool = False  # switched off


class OccasionSettings(_Section, frozen=True, kw_only=True):
    """Days to greet on."""

    festivals: tuple[Festival, ...]


class MessageTemplate(_Section, frozen=True, kw_only=True):
    """The text of messages for one occasion (DOMAIN 10)."""

    name: str
    occasion: str  # one of core.templates.OCCASIONS, or "festival:" and the name of one
    text: str  # with {fields}
    lang: Literal["en", "zh"]
    channel: str = "sms"  # one of records.message.CHANNELS
    off: bool = False  # switched off


class MessageSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 10: what messages must and must not say."""

    greetings: tuple[str, ...]
    marketing: tuple[str, ...]
    max_parts: int
    opt_out_words: tuple[str, ...]
    promotion_words: tuple[str, ...]
    health_words: tuple[str, ...]
    allowed_words: tuple[str, ...]
    templates: tuple[MessageTemplate, ...]


class FigureSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 11."""

    referral_good: float
    churn_alarm: float


class DailySettings(_Section, frozen=True, kw_only=True):
    """The morning's run."""

    clock_slack_hours: int


class PrivacySettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 12."""

    retention_months: int


class DedupeSettings(_Section, frozen=True, kw_only=True):
    """DOMAIN 2.1."""

    crowd: int
    shared_numbers: tuple[str, ...]


class ImportSettings(_Section, frozen=True, kw_only=True):
    """What a sheet may be at the most before it is refused."""

    max_rows: int
    max_megabytes: int
    max_columns: int


class ReportSettings(_Section, frozen=True, kw_only=True):
    """Looks of a workbook."""

    font: str
    chart: bool


class StorageSettings(_Section, frozen=True, kw_only=True):
    """DESIGN 3."""

    shard_records: int


class CallbackRule(_Section, frozen=True, kw_only=True):
    """One row of the table of callback plans (DOMAIN 4)."""

    name: str
    trigger: str  # one of core.triggers.TRIGGERS
    purpose: str
    due: str  # "+2d", "+1m", "-30d" from the trigger's day
    sources: tuple[str, ...] = ()  # of the file; none given = every source, "" = a file without one
    grades: tuple[str, ...] = ()  # of the customer, where the trigger tells it; none given = every grade
    after_purpose: str = ""  # of a finished callback or visit: its purpose
    needs: str = ""  # date field of the trigger to count from; without it the rule does not apply
    at: str = ""  # time of day "HH:MM", or the key of [event] that holds it; none given = the first open minute
    until: str = ""  # it serves nobody later: a time of that day, or the end of "+3d" after it; none given = no end
    day_off: Literal["next", "previous", "keep"] = "next"  # where it goes if that day is no working day
    late: Literal["call", "skip"] = "call"  # what if the trigger comes only after the day: call at once, or not at all
    latest: str = ""  # never later than this, "+4d" from the trigger's day, even on a day off
    priority: int = 50
    role: str = ""  # given to staff with this role where the file has no owner
    off: bool = False  # switched off


class CallbackSettings(_Section, frozen=True, kw_only=True):
    """The table of callback plans."""

    horizon_days: int
    ahead_days: int
    rules: tuple[CallbackRule, ...]


class Settings(_Section, frozen=True, kw_only=True, rename={"import_": "import"}):
    """All of `archive.toml`."""

    archive: ArchiveSettings
    recheck: RecheckSettings
    screening: ScreeningSettings
    hours: HoursSettings
    calls: CallSettings
    card: CardSettings
    assignment: AssignmentSettings
    audit: AuditSettings
    event: EventSettings
    visit: VisitSettings
    order: OrderSettings
    plan: PlanSettings
    complaint: ComplaintSettings
    survey: SurveySettings
    grade: GradeSettings
    risk: RiskSettings
    cadence: CadenceSettings
    occasion: OccasionSettings
    message: MessageSettings
    figures: FigureSettings
    daily: DailySettings
    privacy: PrivacySettings
    dedupe: DedupeSettings
    import_: ImportSettings
    report: ReportSettings
    storage: StorageSettings
    callback: CallbackSettings
