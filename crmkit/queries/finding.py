"""How commands find what the operator names: staff by code or name, records by id, customers by phone as well."""

from typing import TYPE_CHECKING, TypeVar

from crmkit.core.fields import shown
from crmkit.errors import AmbiguousError, InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.records import Customer, Record, Site, Staff, type_of
from crmkit.records.base import typed_id
from crmkit.records.customer import NOT_THEIRS

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive

R = TypeVar("R", bound=Record)


def find_staff(archive: "Archive", text: str, flag: str) -> Staff:
    """The staff member whose code or name is `text`. Raises NotFoundError, AmbiguousError."""
    found = archive.find(Staff, f"staff:{text.casefold()}")
    if not found:
        raise NotFoundError(
            _("{flag}: nobody on the staff has the code or name {value}").format(flag=flag, value=text),
            _("`crmkit staff list` shows the codes; `crmkit staff add --code CODE --name NAME` adds one"),
        )
    if len({staff.code for staff in found}) > 1:
        raise AmbiguousError(
            _("{flag}: {value} fits several: {codes}").format(
                flag=flag, value=text, codes=", ".join(staff.code for staff in found)
            )
        )
    return found[0]


def staff_code(archive: "Archive", text: str, flag: str) -> str:
    """The code of `find_staff`, whether they are here or left. Raises as that does."""
    return find_staff(archive, text, flag).code


def staff_at_work(archive: "Archive", text: str, flag: str) -> str:
    """The code of `find_staff`, who is to do something. Raises InvalidError for somebody who left."""
    staff = find_staff(archive, text, flag)
    if staff.left:
        raise InvalidError(_("{code} does not work here any more").format(code=staff.code))
    return staff.code


def find_record(archive: "Archive", record_type: type[R], text: str) -> R:
    """The record whose id is `text` or begins with it (4 characters or more). NotFoundError, AmbiguousError."""
    wanted = typed_id(text)
    known = len(wanted) >= 4 and type_of(wanted) is record_type
    ids = archive.index.ids_starting(wanted) if known else []
    if wanted in ids:
        ids = [wanted]
    if not ids:
        raise NotFoundError(
            _("no {kind} record has the id {id}").format(kind=record_type.kind, id=shown(text)),
            _("give the id, or its first characters (4 or more)"),
        )
    if len(ids) > 1:
        raise AmbiguousError(
            _("{id} fits several records: {ids}").format(id=text, ids=", ".join(ids)), _("give more characters")
        )
    return archive.get(record_type, ids[0])


def find_customer(archive: "Archive", text: str) -> Customer:
    """The customer by id, unique prefix of an id, or phone number in any spelling; an alias gives its survivor.

    Raises NotFoundError, AmbiguousError.
    """
    if type_of(typed_id(text)):
        return survivor(archive, find_record(archive, Customer, text))
    if not text.strip():
        raise NotFoundError(_("no customer is named"), _("give an id or a phone number"))
    from crmkit.core.phones import phones

    reading = phones.read(text, area=archive.settings.archive.area)
    holders: dict[str, Customer] = {}
    for number in reading.numbers:
        for holder in archive.find(Customer, f"phone:{number.e164}"):
            if phones.has(holder.phones, number):
                holders[holder.id] = holder
    if not holders:
        why = f" ({reading.reason})" if reading.reason else ""
        raise NotFoundError(
            _("no customer has the id or phone {value}").format(value=text) + why,
            _("`crmkit lead list --text NAME -f ids` finds the id"),
        )
    if len(holders) > 1:
        listed = ", ".join(f"{c.id} {c.name}" for c in holders.values())
        raise AmbiguousError(_("{value} is held by several: {ids}").format(value=text, ids=listed), _("give the id"))
    return next(iter(holders.values()))


def holders_of(archive: "Archive", number: str) -> list[Customer]:
    """The customers who have a number (`phones.identity`)."""
    from crmkit.core.phones.phones import identity, line_of

    found = archive.find(Customer, f"phone:{line_of(number)}")
    return [one for one in found if number in map(identity, one.phones)]


class Refusals:
    """The customers who have a number and refused anything, by number: the look-up that `Run.refusers` gives rules.

    A command about one record asks the index for its numbers. Whoever asks for many takes all that was refused at once.
    """

    MANY = 50  # look-ups from which on that is the quicker way

    def __init__(self, archive: "Archive") -> None:
        self.archive = archive
        self.asked = 0
        self.ids: dict[str, list[str]] | None = None  # by number
        self.crowds: frozenset[str] | None = None

    def __call__(self, number: str) -> list[Customer]:
        """Those of one number (`phones.identity`); nobody for the number of an office that many people share."""
        line = number.partition("-")[0]  # the index has no extensions
        self.asked += 1
        if self.asked == self.MANY:
            self.ids = self.archive.index.ids_by_value("refused")
        ids = self.archive.index.ids(f"refused:{line}") if self.ids is None else self.ids.get(line, [])
        if self.archive.uncommitted.records:  # what was refused a line before is refused
            ids = [one.id for one in self.archive.find(Customer, f"refused:{line}")]
        if not ids:
            return []
        from crmkit.core.phones.phones import identity

        if self.crowds is None:
            from crmkit.core.phones.phones import crowds

            self.crowds = crowds(self.archive.settings)
        found = [self.archive.get(Customer, i) for i in ids] if number not in self.crowds else []
        return [one for one in found if any(identity(p) == number and p.state not in NOT_THEIRS for p in one.phones)]


def sharing_refused(archive: "Archive") -> list[Customer]:
    """The customers who have a number on which somebody else refused something."""
    return [archive.get(Customer, identifier) for identifier in archive.index.ids_sharing("refused", "phone")]


def holder_of(archive: "Archive", identifier: str) -> Customer:
    """The customer with this id; an alias gives its survivor. Raises NotFoundError."""
    return survivor(archive, archive.get(Customer, identifier))


def survivor(archive: "Archive", customer: Customer) -> Customer:
    """The file that `customer` was merged into, however often; itself where it was not."""
    while customer.merged_into:
        customer = archive.get(Customer, customer.merged_into)
    return customer


def named(archive: "Archive", noun: str, record_type: type[R], text: str) -> R:
    """The record by code, name, id or prefix of an id. Raises NotFoundError, AmbiguousError."""
    found = archive.find(record_type, f"{noun}:{text.casefold()}")
    if len(found) > 1:
        raise AmbiguousError(
            _("{value} fits several: {ids}").format(value=text, ids=", ".join(r.id for r in found)), _("give the id")
        )
    if found:
        return found[0]
    try:
        record: R = find_record(archive, record_type, text)
    except NotFoundError:
        raise NotFoundError(
            _("there is no {noun} {value}").format(noun=_(noun), value=shown(text)),
            _("`crmkit {noun} list` shows them").format(noun=noun),
        ) from None
    return record


def site_name(archive: "Archive", text: str) -> str:
    """The present name of the outreach point that `text` names. Raises NotFoundError, AmbiguousError."""
    site = named(archive, "site", Site, text)
    return site.name if isinstance(site, Site) else ""
