"""crmkit customer risk, cadence and birthdays, at a desk on Monday 2026-11-23 at 10:00."""

from crmkit.records import Call
from tests.core import desk

QIN, LI, LIU, SUN = (f"C2611-0000000{n}" for n in (1, 2, 3, 4))


def a_call(number, day, customer=QIN):
    return Call(id=f"L2611-{number:08}", customer=customer, at=desk.at(f"{day} 10:00"), outcome="reached")


def test_who_has_been_silent_for_too_long(shop):
    shop.put(*(a_call(n, day) for n, day in enumerate(("2026-07-01", "2026-07-21", "2026-08-10"))))
    assert shop.json("customer", "risk") == []
    (one,) = shop.json("customer", "risk", "--all")
    assert (one["id"], one["last_on"], one["interval"], one["days"]) == (QIN, "2026-08-10", 20.0, 105)
    shop.ok("lead", "edit", QIN, "--set", "stage=buyer", "--set", "owner=WQ")
    assert [one["id"] for one in shop.json("customer", "risk", "--owner", "WQ")] == [QIN]
    assert shop.json("customer", "risk", "--owner", "LN") == []


def test_who_is_due_for_a_letter_or_a_visit(shop):
    old = ["--set", "collected_at=2025-06-01 10:00"]
    shop.ok("lead", "edit", QIN, "--set", "grade=A", *old)
    shop.ok("lead", "edit", LI, "--set", "grade=B", *old)
    shop.ok("lead", "edit", SUN, "--set", "grade=B", *old)
    assert [(one["id"], one["what"]) for one in shop.json("customer", "cadence")] == [
        (QIN, "visit"),
        (LI, "letter"),
        (LI, "visit"),
    ]
    assert [one["id"] for one in shop.json("customer", "cadence", "--what", "letter")] == [LI]
    assert shop.json("customer", "cadence", "--on", "2025-11-30") == []
    shop.fails(2, "customer", "cadence", "--what", "gift")


def test_birthdays_by_both_calendars_pass_the_gate(shop):
    shop.ok("lead", "edit", QIN, "--set", "birthday=lunar:1953-10-15")
    shop.ok("lead", "edit", LI, "--set", "birthday=1950-11-25", "--set", "wedding_day=1975-11-30")
    for barred in (LIU, SUN):
        shop.ok("lead", "edit", barred, "--set", "birthday=1950-11-23")
    (one,) = shop.json("customer", "birthdays")
    assert (one["id"], one["on"], one["calendar"], one["age"]) == (QIN, "2026-11-23", "lunar", 73)
    soon = shop.json("customer", "birthdays", "--within", "7d")
    assert [(one["id"], one["occasion"], one["age"]) for one in soon] == [
        (QIN, "birthday", 73),
        (LI, "birthday", 76),
        (LI, "wedding", 51),
    ]
    shop.fails(1, "customer", "birthdays", "--within", "soon")


def test_festivals_of_the_days_are_said(shop):
    ran = shop.ok("customer", "birthdays", "--on", "2026-09-25", "--within", "6d")
    assert ran.err.splitlines() == ["2026-09-25: Mid-Autumn Festival", "2026-10-01: National Day"]
