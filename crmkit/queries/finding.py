"""How commands find what the operator names: staff by code or name, records by id, customers as one thinks of them."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import time
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from crmkit.core.fields import shown
from crmkit.errors import AmbiguousError, InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.records import BELONGING, Callback, Customer, Product, Record, Site, Staff, owner_of, type_of
from crmkit.records.base import ID_TAIL, typed_id
from crmkit.records.customer import NOT_THEIRS
from crmkit.spelling import tail_key

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive
    from crmkit.core.leads import LeadNames
    from crmkit.core.run import Run

R = TypeVar("R", bound=Record)
SHORTEST_TAIL = 4  # digits at the end of a number by which somebody is sought
MOST = 2000  # keys of the index that are looked through for one beginning of a name
LOOKED_AT = 50  # files that are read to see who is meant
LISTED = 9  # of which one can be chosen


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
            _("no {kind} record has the id {id}").format(kind=_(record_type.kind), id=shown(text)),
            _("give the id, or its first characters (4 or more)"),
        )
    if len(ids) > 1:
        raise AmbiguousError(
            _("{id} fits several records: {ids}").format(id=text, ids=", ".join(ids)), _("give more characters")
        )
    return archive.get(record_type, ids[0])


class Asking(Protocol):
    """Whoever typed the command: hears who was found by less than an id or a whole number, and says who is meant."""

    def found(self, line: str) -> None:
        """Hear who was found."""

    def choose(self, question: str, lines: Sequence[str]) -> int | None:
        """The place of the line that is meant; None where nobody can be asked, or none of them is."""


_asking: Asking | None = None  # one process is one command, and one person's


def ask(somebody: Asking | None) -> None:
    """Turn to `somebody` from now on."""
    global _asking
    _asking = somebody


def chosen(question: str, lines: Sequence[str]) -> int | None:
    """The place of the line that is meant, as a person says who can be asked; else None."""
    return _asking.choose(question, lines) if _asking is not None else None


def find_customer(archive: "Archive", text: str) -> Customer:
    """The customer as one thinks of them; an alias gives its survivor. Raises NotFoundError, AmbiguousError.

    By id or the beginning of one, also of a record that belongs to them; a number in any spelling, its last four digits
    or more; the number of a card or an invitation, the serial number of what they bought; a name, a part of it, its
    sound or initials (`core.people.called`). The first of these by which there is anybody counts.
    """
    typed = text.strip()
    if not typed:
        raise NotFoundError(_("no customer is named"), _("give an id, a phone number or a name"))
    owner = _owner(archive, typed_id(typed))
    if owner is not None:
        return owner
    digits = any(map(str.isdigit, typed))
    people, why = _holders(archive, typed) if digits else ([], "")
    if len(people) == 1:
        return people[0]
    people = people or (_with_number(archive, typed) if digits else [])
    more = False
    if not people:
        people, more = _called(archive, typed)
    if not people:
        raise NotFoundError(
            _("no customer has the id, number or name {value}").format(value=shown(text)) + why,
            _("`crmkit lead list --text WORD` looks through names, addresses and notes"),
        )
    return _meant(typed, people, more)


def is_customer(archive: "Archive", text: str) -> bool:
    """Whether `text` names a customer, or several."""
    try:
        find_customer(archive, text)
    except NotFoundError:
        return False
    except AmbiguousError:
        pass
    return True


def _owner(archive: "Archive", identifier: str) -> Customer | None:
    """The customer with this id or to whom the record with it belongs; the beginning will do. AmbiguousError."""
    kind = type_of(identifier)
    if (kind is not Customer and kind not in BELONGING) or len(identifier) < 4:
        return None
    if not archive.index.ids_starting(identifier):
        return None
    record = find_record(archive, kind, identifier)
    return survivor(archive, record) if isinstance(record, Customer) else holder_of(archive, owner_of(record))


def _holders(archive: "Archive", text: str) -> tuple[list[Customer], str]:
    """Whoever has the number, in any spelling, and why there is no number in it."""
    from crmkit.core.phones import phones

    reading = phones.read(text, area=archive.settings.archive.area)
    found = {
        holder.id: holder
        for number in reading.numbers
        for holder in archive.find(Customer, f"phone:{number.e164}")
        if phones.has(holder.phones, number)
    }
    return list(found.values()), f" ({reading.reason})" if reading.reason else ""


def _with_number(archive: "Archive", text: str) -> list[Customer]:
    """Those whose telephone number ends so, or who have the card, the invitation or the unit with that number."""
    digits = "".join(text.split()).replace("-", "")
    if digits.isdecimal() and digits.isascii() and len(digits) >= SHORTEST_TAIL:
        found = [i for _key, i in archive.index.keyed(tail_key(digits), MOST)]
        people = [archive.get(Customer, i) for i in dict.fromkeys(found)]
        people = [one for one in people if any(phone.e164.endswith(digits) for phone in one.phones)]
        if people:
            return people
    from crmkit.core.numbers import card_numbers, invitation_numbers

    numbers = {f"serial:{text.casefold()}"}
    with suppress(InvalidError):
        numbers.add(f"number:{card_numbers.parse(text)}")
    with suppress(InvalidError):
        numbers |= {f"number:{one.casefold()}" for one in invitation_numbers.readings(text)}
    owners = [owner_of(one) for key in sorted(numbers) for kind in BELONGING for one in archive.find(kind, key)]
    return _living(archive, owners)


def _called(archive: "Archive", text: str) -> tuple[list[Customer], bool]:
    """Those whose name fits best, and whether there may be more of them than were looked at."""
    from crmkit.core.people import called

    if not any(map(str.isalpha, text)):
        return [], False
    found, more = _by_name(archive, text)
    name, sex = called.without_title(text)
    if found or not name:
        return _living(archive, found), more
    found, more = _by_name(archive, name)
    people = _living(archive, found)
    return [one for one in people if not sex or one.sex in ("", sex)], more


def _by_name(archive: "Archive", text: str) -> tuple[list[str], bool]:
    """The ids of those whose name fits best, the newest first, and whether there may be more."""
    from crmkit.core.people import called

    sought, more = called.folded(text), False
    alone = called.one_part(sought)  # a surname picks nobody: 张, and 吴昂 typed wang, are among all who begin so
    fitting: dict[int, dict[str, None]] = {}
    for letters in called.beginnings(text):
        if len(letters) == 1 and fitting and not alone:  # as good as everybody: only if no longer reading fits
            break
        keys = archive.index.keyed(f"called:{letters}", MOST)
        more |= len(keys) == MOST
        for key, identifier in keys:
            how = called.fit(sought, key.partition(" ")[2])
            if how is not None:
                fitting.setdefault(max(how, called.BEGINS) if alone else how, {})[identifier] = None
    best = fitting[min(fitting)] if fitting else {}
    return sorted(best, key=lambda identifier: identifier[-ID_TAIL:], reverse=True), more and bool(best)


def _living(archive: "Archive", identifiers: Iterable[str]) -> list[Customer]:
    """The files with these ids, those that they were merged into instead, each once; of very many only the first."""
    found = (holder_of(archive, identifier) for identifier in islice(dict.fromkeys(identifiers), LOOKED_AT))
    return list({one.id: one for one in found}.values())


def _meant(text: str, people: Sequence[Customer], more: bool) -> Customer:
    """Who of several is meant: the only one, or whom a person chooses. Raises AmbiguousError."""
    choices = dict(map(told_apart, people[:LISTED]))
    lines = list(choices)
    if len(people) == 1 and not more:
        if _asking is not None:
            _asking.found(lines[0])
        return people[0]
    many = more or len(people) >= LOOKED_AT
    sentence = (_("{value} fits more than {n} customers") if many else _("{value} fits {n} customers")).format(
        value=text, n=len(people)
    )
    place = chosen(sentence, lines)
    if place is None:
        raise AmbiguousError(sentence, _("give the id, or more of the name or the number"), choices)
    return people[place]


def told_apart(customer: Customer) -> tuple[str, dict[str, str]]:
    """What tells a customer from others of that name, as a line and as data; the number is half hidden."""
    from crmkit.core.phones.phones import masked, national
    from crmkit.labels import label

    at = customer.collected_at or customer.created_at
    facts = {
        "id": customer.id,
        "name": customer.name,
        "phone": masked(national(customer.phones[0])) if customer.phones else "",
        "address": customer.address,
        "source": customer.source,
        "site": customer.site,
        "collected_at": at.date().isoformat() if at else "",
    }
    return "  ".join(filter(None, (facts | {"source": label(customer.source)}).values())), facts


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
        self.files: dict[str, Customer] = {}  # that were read at once, by id
        self.crowds: frozenset[str] | None = None

    def at_once(self) -> "Refusals":
        """The same with all that was refused read now, for whoever goes on asking once the archive is closed."""
        self.ids = self.archive.index.ids_by_value("refused")
        known = self.archive.records(identifier for ids in self.ids.values() for identifier in ids)
        self.files = {one.id: one for one in known if isinstance(one, Customer)}
        return self

    def __call__(self, number: str) -> list[Customer]:
        """Those of one number (`phones.identity`); nobody for the number of an office that many people share."""
        line = number.partition("-")[0]  # the index has no extensions
        self.asked += 1
        if self.asked == self.MANY and self.ids is None:
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
        if number in self.crowds:
            return []
        found = [self.files.get(i) or self.archive.get(Customer, i) for i in ids]
        return [one for one in found if any(identity(p) == number and p.state not in NOT_THEIRS for p in one.phones)]


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


def find_product(archive: "Archive", text: str) -> Product:
    """The product by code, name or id. Raises AmbiguousError; NotFoundError that names those that read alike."""
    try:
        return named(archive, "product", Product, text)
    except NotFoundError as unknown:
        from difflib import get_close_matches

        known = {name.casefold(): one.code for one in archive.all(Product) for name in (one.code, one.name) if name}
        near = dict.fromkeys(known[name] for name in get_close_matches(text.casefold(), known))
        if not near:
            raise
        hint = _("did you mean {codes}?").format(codes=", ".join(near))
        raise NotFoundError(unknown.message, hint) from None


def site_name(archive: "Archive", text: str) -> str:
    """The present name of the outreach point that `text` names. Raises NotFoundError, AmbiguousError."""
    return named(archive, "site", Site, text).name


def lead_names(archive: "Archive", run: "Run", flag: str) -> "LeadNames":
    """The look-ups that editing a file needs; `flag` is what an error about a staff member names."""
    from crmkit.core.calendar.dates import parse_moment
    from crmkit.core.leads import LeadNames

    return LeadNames(
        staff=lambda text: staff_code(archive, text, flag),
        site=lambda text: site_name(archive, text),
        customer=lambda text: find_customer(archive, text).id,
        moment=lambda text: parse_moment(text, run.now, time()),
        holders=lambda number: archive.find(Customer, f"phone:{number}"),
        file=lambda identifier: holder_of(archive, identifier),
        callbacks=lambda file: archive.of(Callback, file),
    )
