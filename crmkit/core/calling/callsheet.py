"""The call sheet: what an operator needs to know before dialling (DOMAIN 4)."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from crmkit.core import notes
from crmkit.core.callbacks import Work
from crmkit.core.calling import call_history, outlines
from crmkit.core.calling.call_history import History
from crmkit.core.people import names
from crmkit.core.people.reach import dial, warning
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.i18n import N_, _
from crmkit.records import Callback, Customer
from crmkit.records.customer import age_on

# The titles by which elders are addressed in Chinese, and from which age on (years).
_TITLES = {"female": ("女士", "阿姨", 50), "male": ("先生", "叔叔", 60)}
_SPEAK_AS = {
    "media-radio": N_("the programme desk"),
    "media-tv": N_("the programme desk"),
    "media-press": N_("the programme desk"),
    "shop": N_("after-sales service"),
}
_COMPANY = N_("the company")


def call_sheet(
    run: Run, callback: Callback, customer: Customer, history: History, label: Callable[[str], str]
) -> dict[str, Any]:  # fmt: skip
    """The sheet as titles and texts, lists of texts where there are several; `label` puts a code into words."""
    today = run.now.date()
    phone = dial(customer)
    minutes = run.settings.calls.screening_minutes
    return {
        "id": callback.id,
        "customer": customer.id,
        "name": customer.name,
        N_("address_as"): addressed(customer, today),
        "phone": identity(phone) if phone else "",
        N_("refusal"): warning(run, customer),
        N_("other_phones"): [identity(p) for p in customer.phones if p != phone],
        N_("age"): age_on(customer, today),
        "address": customer.address,
        N_("speak_as"): _speak_as(customer, history.referrer),
        "purpose": callback.purpose,
        N_("why"): Work(callback, customer).why(label),
        "due_at": callback.due_at.isoformat(),
        "provisional": callback.provisional,
        N_("until"): callback.until.isoformat() if callback.until else "",
        "owner": callback.owner,
        N_("contacts"): call_history.contacts(history, label),
        "promises": list(call_history.promises(history)),
        N_("planned"): call_history.planned(run, callback, customer, history, label),
        N_("bought"): call_history.bought(run, history, label),
        N_("steps"): [_(step).format(minutes=minutes) for step in outlines.steps(callback.purpose)],
        N_("avoid"): [_(line) for line in outlines.avoid(callback.purpose)],
        "notes": notes.shown(customer),
    }


def one_a_person(sheets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """`sheets` with those of one person made one, at the place of the first: nobody is to be called twice a day.

    It has the reasons and the outlines of all, and what is planned beside them.
    """
    people: dict[str, dict[str, Any]] = {}
    for sheet in sheets:
        first = people.setdefault(sheet["customer"], sheet)
        if first is not sheet:
            people[sheet["customer"]] = first | {
                "why": f"{first['why']}; {sheet['why']}",
                "steps": list(dict.fromkeys((*first["steps"], *sheet["steps"]))),
                "avoid": list(dict.fromkeys((*first["avoid"], *sheet["avoid"]))),
                "planned": [line for line in first["planned"] if line in sheet["planned"]],
            }
    return list(people.values())


def addressed(customer: Customer, today: date) -> str:
    """How to address the person: 张阿姨, 李先生; the name as it is where the sex is not known."""
    given = names.courtesy(customer.name)
    who = names.parts(customer.name)
    sex = customer.sex or who.sex
    if not who.surname or sex not in _TITLES or (given and not given.given and len(customer.name) > len(given.surname)):
        return customer.name
    if not names.is_han(customer.name):
        title = _("Ms {surname}") if sex == "female" else _("Mr {surname}")
        return title.format(surname=who.surname.title())
    title, elder_title, elder_age = _TITLES[sex]
    age = age_on(customer, today)
    return customer.name[: len(who.surname)] + (elder_title if age is not None and age >= elder_age else title)


def _speak_as(customer: Customer, referrer: Customer | None) -> str:
    if customer.source == "referral" and referrer is not None:
        return _("the company, on the recommendation of {name}").format(name=referrer.name)
    return _(_SPEAK_AS.get(customer.source, _COMPANY))
