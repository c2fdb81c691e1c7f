"""The settings of an archive as typed values; every default stands in `crmkit/defaults.toml`."""

from typing import Literal

from crmkit.records.rows import Cadence, CallbackRule, Festival, MessageTemplate, Section


class ArchiveSettings(Section, frozen=True, kw_only=True):
    """Who keeps this archive."""

    name: str
    branch: str
    tz: str
    lang: Literal["en", "zh"]
    area: str
    schema: int


class RecheckSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 2.2."""

    after_minutes: int


class PhoneSettings(Section, frozen=True, kw_only=True):
    """How telephone numbers are read."""

    mobile: tuple[str, ...]


class ScreeningSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 1."""

    max_days: int
    role: str


class WeekSettings(Section, frozen=True, kw_only=True):
    """Weekdays whose working hours are not `hours.working`; none = no work on that day."""

    mon: tuple[str, ...] | None = None
    tue: tuple[str, ...] | None = None
    wed: tuple[str, ...] | None = None
    thu: tuple[str, ...] | None = None
    fri: tuple[str, ...] | None = None
    sat: tuple[str, ...]
    sun: tuple[str, ...]


class HoursSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 4, quiet hours and working time; ranges are "HH:MM-HH:MM" of local time."""

    open: tuple[str, ...]
    working: tuple[str, ...]
    week: WeekSettings


class CallSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 4."""

    no_answer: tuple[str, ...]
    screening_minutes: int


class CardSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 7; hours."""

    reply: int
    solution: int
    solved: int
    follow_up: int
    working: tuple[str, ...]
    hotline: str


class AssignmentSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 3."""

    how: Literal["turn", "load", "district"]
    role: str
    capacity: int
    pin_grades: tuple[str, ...]
    recycle_months: int
    notice_days: int


class AuditSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 1: the fields that a file must have; a = of a buyer, b = of anybody else."""

    a: tuple[str, ...]
    b: tuple[str, ...]


class EventSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 5."""

    eve_from: str
    eve_until: str
    deliver_days: int
    old_per_new: float


class VisitSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 5 and 8."""

    minutes: int
    units_per_worker_per_day: int


class OrderSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 6."""

    return_days: int
    max_tier_quantity: int


class PlanSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 4 and 8."""

    visit_notice_days: int
    warranty_notice_days: int
    end_notice_days: int
    invoice_days: int
    free_trainings_per_year: int


class ComplaintSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 4."""

    really_solved_days: int


class SurveySettings(Section, frozen=True, kw_only=True):
    """DOMAIN 9."""

    share: float
    pause_months: int


class GradeSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 10; tiers in yuan within `spend_months`."""

    a_revenue_share: float
    spend_months: int
    silver: int
    gold: int
    star: int


class RiskSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 10: when a silence is longer than usual."""

    factor: float
    min_contacts: int
    min_days: int


class CadenceSettings(Section, frozen=True, kw_only=True):
    """The table of letters and visits."""

    due_days: int
    rules: tuple[Cadence, ...]


class OccasionSettings(Section, frozen=True, kw_only=True):
    """Days to greet on."""

    festivals: tuple[Festival, ...]


class MessageSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 10: what messages must and must not say."""

    greetings: tuple[str, ...]
    marketing: tuple[str, ...]
    max_parts: int
    opt_out_words: tuple[str, ...]
    promotion_words: tuple[str, ...]
    health_words: tuple[str, ...]
    allowed_words: tuple[str, ...]
    templates: tuple[MessageTemplate, ...]


class FigureSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 11."""

    referral_good: float
    churn_alarm: float


class DailySettings(Section, frozen=True, kw_only=True):
    """The morning's run."""

    clock_slack_hours: int


class PrivacySettings(Section, frozen=True, kw_only=True):
    """DOMAIN 12."""

    retention_months: int


class DedupeSettings(Section, frozen=True, kw_only=True):
    """DOMAIN 2.1."""

    crowd: int
    shared_numbers: tuple[str, ...]


class ImportSettings(Section, frozen=True, kw_only=True):
    """What a sheet may be at the most before it is refused."""

    max_rows: int
    max_megabytes: int
    max_columns: int
    max_memory_megabytes: int
    max_seconds: int


class ReportSettings(Section, frozen=True, kw_only=True):
    """Looks of a workbook."""

    font: str
    chart: bool


class StorageSettings(Section, frozen=True, kw_only=True):
    """DESIGN 3."""

    shard_records: int


class CallbackSettings(Section, frozen=True, kw_only=True):
    """The table of callback plans."""

    horizon_days: int
    ahead_days: int
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
