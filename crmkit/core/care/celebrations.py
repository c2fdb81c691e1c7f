"""Whose birthday or wedding day it is: the list of people to greet in the coming days (docs.md: Customers)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crmkit.core.calendar.occasions import BIRTHDAY, Occasion, of_customer
from crmkit.core.people.reach import barred, dial
from crmkit.core.phones.phones import identity
from crmkit.core.run import Run
from crmkit.records import Customer
from crmkit.records.typed import Code, DayOfYear, DialString


def celebrations(run: Run, customers: Iterable[Customer], first: date, last: date) -> list[dict[str, Any]]:
    """A row for each birthday and wedding day from `first` to `last`, in order of days; only who may be greeted.

    `written` is the day as the file has it, solar or lunar; `age` the years completed, None where no year is on file.
    """
    found = [
        _row(customer, occasion)
        for customer in customers
        if not barred(run, customer, "greeting")
        for occasion in of_customer(customer, first, last)
    ]
    return sorted(found, key=lambda row: (row["on"], row["id"], row["occasion"]))


def _row(customer: Customer, occasion: Occasion) -> dict[str, Any]:
    written = customer.birthday if occasion.name == BIRTHDAY else customer.wedding_day
    phone = dial(customer)
    return {
        "id": customer.id,
        "name": customer.name,
        "phone": DialString(identity(phone)) if phone else "",
        "occasion": Code(occasion.name),
        "on": occasion.day.isoformat(),
        "age": occasion.age,
        "calendar": Code("lunar" if written.startswith("lunar:") else "solar"),
        "written": DayOfYear(written),
        "grade": customer.grade,
        "owner": customer.owner,
    }
