"""What one row of a sheet, or one `lead add`, says about a person: read, but not judged yet."""

from datetime import datetime

import msgspec

from crmkit.core.phones.phones import identity
from crmkit.records.customer import Phone


class Draft(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A person as given once. Names of sites, staff and products are as written; empty fields were not given."""

    sheet: str = ""
    row: int = 0  # counted from 1
    content: str = ""  # what the row says, equal however the sheet was saved or sorted; "" = never the same again
    key: str = ""  # by which the row is known again: `rowkeys`
    brief: bool = False  # read only so far that a row taken in before can be told
    error: str = ""  # why the row cannot be taken in, naming the cell

    name: str = ""
    phones: tuple[Phone, ...] = ()
    unread: str = ""  # why no number could be read
    said: tuple[str, ...] = ()  # what was kept as a note only or read with a doubt, naming the cell
    sex: str = ""
    birthday: str = ""  # as in Customer
    age: int | None = None  # about, in years, at `at`
    address: str = ""
    email: str = ""
    wechat: str = ""
    employer: str = ""
    district: str = ""
    source: str = ""  # a code
    site: str = ""
    collector: str = ""
    at: datetime | None = None  # when collected
    referrer: str = ""  # id of a customer
    referrer_name: str = ""
    referrer_phones: tuple[str, ...] = ()  # by `phones.identity`
    product: str = ""  # what was bought
    quantity: int | None = None
    amount: int | None = None  # fen
    external_id: str = ""
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    # the deep file, as in Customer
    ethnicity: str = ""
    former_employer: str = ""
    family: str = ""
    housing: str = ""
    wedding_day: str = ""
    character: str = ""
    buying_habits: str = ""
    hobbies: tuple[str, ...] = ()
    needs: str = ""
    service_style: str = ""
    promotions: str = ""
    health_notes: str = ""  # kept only of those who consented
    met: str = ""
    not_bought: str = ""
    education: bool | None = None
    means: bool | None = None
    awareness: bool | None = None
    matching_need: bool | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers given, by their identity."""
        return tuple(map(identity, self.phones))


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of a row (DESIGN 4): `id` is the customer it is now part of."""

    sheet: str
    row: int
    external_id: str
    outcome: str  # added, repeat, shared, unchanged, rejected
    id: str = ""
    reason: str = ""
