"""The customer's file (顾客档案) and its parts."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, ClassVar

import msgspec

from crmkit.records.base import Moment, Record, Rule
from crmkit.records.typed import Coded, CodedCharacter, CodedDay, Dialled
from crmkit.records.work import utc_key
from crmkit.spelling import name_keys, tail_key

SEXES = ("male", "female")
SOURCES = (
    "media-radio", "media-tv", "media-press", "shop", "outreach", "referral", "event", "card", "import",
)  # fmt: skip
PHONE_KINDS = ("mobile", "landline", "service", "foreign")
CHARACTERS = ("knowledge", "lively", "quiet", "rational", "emotional", "bargain")
GRADES = ("A", "B", "C")
HONOUR = ("loves-life", "helps-others", "speaks-well", "supports-cause", "good-effect")  # of an honour customer
TICKS = (*HONOUR, "wide-circle")
CONSENTS = ("contact", "marketing", "health")
NO_CONTACT = ("all", "call", "sms", "wechat", "letter", "visit")
PHONE_STATES = ("", "confirmed", "mismatch", "wrong", "invalid")
NOT_THEIRS = ("wrong", "invalid")  # states of a number at which nobody of that file can be rung
BY_NUMBER = ("call", "sms")  # channels: who refuses one refuses it for everybody on the number
NEEDED = ("contact", "marketing")  # the consents whose refusal stops everything but `core.people.reach.SERVICES`


class Phone(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One number as it was written and as it is dialled."""

    part_key: ClassVar[tuple[str, ...]] = ("e164", "ext")
    merging: ClassVar[Mapping[str, Rule]] = {"raw": "least"}  # two spellings of one number

    raw: str
    e164: str  # "+8613900541731"; the key of this part
    kind: Coded  # one of PHONE_KINDS
    ext: str = ""
    state: Coded = ""  # "" = not confirmed yet; else one of PHONE_STATES


class Consent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the person allowed, when and how (core/docs.md, "Refusals")."""

    part_key: ClassVar[tuple[str, ...]] = ("purpose",)
    merging: ClassVar[Mapping[str, Rule]] = {  # the latest of both decides: `given`
        "given_at": "greatest",
        "how": "later",
        "withdrawn_at": "greatest",
        "withdrawn_how": "later",
    }

    purpose: Coded  # one of CONSENTS
    given_at: Moment | None = None
    how: str = ""  # on what form, in what words it was given
    withdrawn_at: Moment | None = None  # or refused from the start
    withdrawn_how: str = ""

    @property
    def given(self) -> bool:
        """Whether it holds: given, and not withdrawn at that moment or later."""
        return self.given_at is not None and (self.withdrawn_at is None or self.given_at > self.withdrawn_at)


class Tick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A criterion that a person found to be met (core/docs.md, "Customers")."""

    part_key: ClassVar[tuple[str, ...]] = ("name",)
    merging: ClassVar[Mapping[str, Rule]] = {"at": "least", "by": "later", "note": "later"}

    name: Coded  # one of TICKS
    at: Moment | None = None
    by: str = ""  # staff code
    note: str = ""


class Noted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A value that the file keeps beside its own, or why contact was refused: codes and values, worded where shown."""

    part_key: ClassVar[tuple[str, ...]] = ("about", "text", "file", "on")

    about: str  # a field; "age", "referrer" (named, and not on file) or "no-contact"
    text: str = ""  # the value as given, "yes" or "no"; why no contact is wanted
    file: str = ""  # id of the merged file that had it; "" = this one
    on: date | None = None  # when contact was refused
    channels: tuple[str, ...] = ()  # by which it was


class Customer(Record, frozen=True, kw_only=True):
    """One person's file, from first contact on (core/docs.md, "Files")."""

    kind: ClassVar[str] = "customers"
    letter: ClassVar[str] = "C"
    refers: ClassVar[tuple[str, ...]] = ("referrer", "household", "merged_into")
    merging: ClassVar[Mapping[str, Rule]] = {"grade": ("C", "B", "A")}  # computed anew from what both brought along

    name: str = ""
    sex: Coded = ""  # one of SEXES
    phones: tuple[Phone, ...] = ()
    birthday: CodedDay = (
        ""  # "1953-01-02", "--01-02" without a year, "lunar:1953-01-02", "lunar:--08-L15" (L = leap month)
    )
    age_about: int | None = None  # years, on the day of `collected_at`
    address: str = ""
    email: str = ""
    wechat: str = ""
    employer: str = ""
    district: str = ""  # for assignment and the order of a day's visits
    source: Coded = ""  # one of SOURCES
    site: str = ""  # name of the outreach site
    collector: str = ""  # staff code
    collected_at: Moment | None = None
    referrer: str = ""  # id of the customer who referred this one
    owner: str = ""  # staff code
    pinned: bool = False  # chose that staff member: never recycled (core/docs.md, "Assignment")
    stage: Coded = ""  # "" = new, "screened", "buyer", "lost"
    grade: str = ""  # A, B, C
    suspect: bool = False  # a number failed the repeat-phone check: out of the calling lists (core/docs.md, "Repeats")
    household: str = ""  # shared by the members of one household
    shared: bool = False  # a number of this file is also another person's and no decision has been made yet
    do_not_contact: tuple[Coded, ...] = ()  # channels of NO_CONTACT
    released: tuple[str, ...] = ()  # ids of files whose refusal on a number of this one does not hold for it
    deceased: bool = False  # 已故: nothing goes out any more, and the file stays
    deceased_on: date | None = None  # where the day is known
    consents: tuple[Consent, ...] = ()  # keyed by purpose
    external_id: str = ""  # key in the system or sheet the file came from
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # as people wrote them
    noted: tuple[Noted, ...] = ()  # shown with the notes
    ticks: tuple[Tick, ...] = ()  # keyed by name
    # the deep file, which grows over time
    ethnicity: str = ""
    former_employer: str = ""
    family: str = ""
    housing: str = ""
    wedding_day: CodedDay = ""  # written as `birthday` is
    character: CodedCharacter = ""  # one of CHARACTERS
    buying_habits: str = ""
    hobbies: tuple[str, ...] = ()
    needs: str = ""
    service_style: str = ""  # preferred service style
    promotions: str = ""  # attitude to promotions
    health_notes: str = ""  # sensitive: only with a consent of its own
    employment: str = ""  # whether she works, and as what
    colours: str = ""  # favourite colours
    habits: str = ""  # of her day
    values: str = ""  # what matters to her
    resting_hours: str = ""  # her own, as she says them
    best_time: str = ""  # to call
    looks: str = ""  # to recognise her
    met: str = ""  # how and where met
    not_bought: str = ""  # why nothing was bought yet
    education: bool | None = None  # fit (四有): education, means or standing, health awareness, a matching need
    means: bool | None = None
    awareness: bool | None = None
    matching_need: bool | None = None
    merged_into: str = ""  # this file is an alias: the survivor's id

    def refused(self, channel: str) -> bool:
        """Whether the person refused `channel` or all of them, or a consent without which nobody is contacted."""
        return bool({"all", channel} & set(self.do_not_contact)) or any(
            consent.purpose in NEEDED and not consent.given and consent.withdrawn_at is not None
            for consent in self.consents
        )

    def keys(self) -> Iterator[str]:
        """How the person is `called`; phones with their `tail`, those on which a call or text is `refused`, external
        id, household, referrer, owner; `shared` while undecided; `unproved` while no number is confirmed and one was
        not tested; the collection, new or by grade (`graded`).

        An alias has only the file that it was merged into, and its name. A lost file is in nobody's hands; a screened
        one that nobody looks after is `unassigned`.
        """
        yield from name_keys(self.name)
        if self.merged_into:
            yield f"alias:{self.merged_into}"
            return
        refused = bool(self.do_not_contact or self.consents) and any(map(self.refused, BY_NUMBER))
        for phone in self.phones:
            yield f"phone:{phone.e164}"
            yield tail_key(phone.e164)
            if refused and phone.state not in NOT_THEIRS:
                yield f"refused:{phone.e164}"
        if self.external_id:
            yield f"external:{self.external_id}"
        if self.household:
            yield f"household:{self.household}"
        if self.referrer:
            yield f"referrer:{self.referrer}"
        if self.shared:
            yield "shared:"
        states = {phone.state for phone in self.phones}
        if "" in states and "confirmed" not in states and not self.deceased:
            yield "unproved:"
        if self.owner and self.stage != "lost":
            yield f"owner:{self.owner}"
        if not self.owner and self.stage in ("screened", "buyer") and not self.deceased:
            yield "unassigned:"
        collected = self.collected_at or self.created_at
        if self.grade and collected is not None:
            yield f"graded:{self.grade}:{utc_key(collected)}"
        if not self.stage and collected is not None:
            yield f"new:{utc_key(collected)}"


class Touch(Record, frozen=True, kw_only=True):
    """One contact at which a file was collected, or collected again (core/docs.md, "Repeats")."""

    kind: ClassVar[str] = "touches"
    letter: ClassVar[str] = "T"
    refers: ClassVar[tuple[str, ...]] = ("customer", "referrer")
    event: ClassVar[bool] = True

    customer: str
    at: Moment
    source: Coded = ""
    site: str = ""
    collector: str = ""
    referrer: str = ""
    name_given: str = ""  # the name as given this time, where it differs from the file's
    outcome: Coded = ""  # added, repeat, shared
    row: str = ""  # key of the imported row; the same row again changes nothing
    external_id: str = ""  # of that row
    note: str = ""
    key: str = ""  # by which a script named it (--key)
    asked: str = ""  # with a key, a digest of what was asked

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, the imported row it came from, that row's external id, and a script's key."""
        yield f"ref:{self.customer}"
        if self.row:
            yield f"row:{self.row}"
        if self.external_id:
            yield f"external:{self.external_id}"
        if self.key:
            yield f"key:{self.key}"


class PhoneCheck(Record, frozen=True, kw_only=True):
    """The number asked a second time about 30 minutes after collection (core/docs.md, "Repeats")."""

    kind: ClassVar[str] = "rechecks"
    letter: ClassVar[str] = "R"
    refers: ClassVar[tuple[str, ...]] = ("customer",)
    event: ClassVar[bool] = True

    customer: str
    at: Moment
    result: Coded  # match, mismatch, refused, gone
    answer: str = ""  # as said the second time
    e164: Dialled = ""  # of the answer, where it could be read; with -EXT behind it where it has an extension
    by: str = ""  # staff code of who asked

    def keys(self) -> Iterator[str]:
        """The customer it belongs to, who was `asked`."""
        yield f"ref:{self.customer}"
        yield f"asked:{self.customer}"


class Decision(Record, frozen=True, kw_only=True):
    """Two files that a person judged: `distinct` or `household`. The pair is not suggested again."""

    kind: ClassVar[str] = "decisions"
    letter: ClassVar[str] = "D"
    refers: ClassVar[tuple[str, ...]] = ("a", "b")
    merging: ClassVar[Mapping[str, Rule]] = {"at": "least", "by": "later"}

    a: str  # the smaller id
    b: str
    verdict: Coded  # distinct, household
    at: Moment
    by: str = ""
    note: str = ""

    def keys(self) -> Iterator[str]:
        """Both files."""
        yield f"ref:{self.a}"
        yield f"ref:{self.b}"


class Merge(Record, frozen=True, kw_only=True):
    """A merge as it was done, with what is needed to split it again."""

    kind: ClassVar[str] = "merges"
    letter: ClassVar[str] = "M"
    refers: ClassVar[tuple[str, ...]] = ("survivor", "loser")
    merging: ClassVar[Mapping[str, Rule]] = {  # two operators who merge the same pair write the same record
        "at": "least",
        "by": "later",
        "before": "later",
        "others": "later",
        "split_at": "least",
    }

    survivor: str
    loser: str
    at: Moment
    by: str = ""
    before: dict[str, Any] = {}  # the survivor's fields that the merge changed, as they were
    moved: tuple[str, ...] = ()  # ids of the records that moved from the loser to the survivor
    others: dict[str, dict[str, Any]] = {}  # by id of another customer, its fields that the merge changed, as they were
    split_at: Moment | None = None  # set once the two were separated again

    def keys(self) -> Iterator[str]:
        """Both files."""
        yield f"ref:{self.survivor}"
        yield f"ref:{self.loser}"


def age_on(customer: Customer, day: date) -> int | None:
    """Completed years on `day` from a solar birth date with a year, else from the approximate age; None if unknown."""
    if customer.birthday[:1].isdigit():
        with suppress(ValueError):  # what another program wrote there
            born = date.fromisoformat(customer.birthday)
            return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if customer.age_about is None:
        return None
    return customer.age_about + (day.year - customer.collected_at.year if customer.collected_at else 0)
