"""What tests of plans type: a fleet of three trucks, plans for it, and what became of them."""

from pathlib import Path

WHO = "13900541731"


def cards(fleet):
    return [card["number"] for card in fleet.json("card", "list")]


def sold(fleet, *words, **env):
    return fleet.json("plan", "add", *words, **env)["ids"][0]


def contract(fleet, *words, units=1):
    named = [word for card in cards(fleet)[:units] for word in ("--card", card)]
    usual = ("--every", "3m", "--from", "2026-01-01", "--months", "12", "--price", "120", "--waiting-fee", "80")
    return sold(fleet, "--mode", "contract", *named, *usual, *words)


def prepaid(fleet, *words):
    return sold(fleet, "--mode", "prepaid", "--customer", WHO, "--paid", "1200", *words)


def slots(fleet, plan, *fields, **env):
    return [tuple(one[field] for field in fields) for one in fleet.json("plan", "slots", plan, **env)]


def on(day, time="10:00"):
    return {"CRMKIT_NOW": f"{day}T{time}:00+08:00"}


def unchanged(fleet, code, *words, **env):
    """What is said of a command that is refused, and changes nothing."""
    before = fleet.json("history")[0]
    refused = fleet.fails(code, *words, **env)
    assert fleet.json("history")[0] == before
    assert "Traceback" not in refused.err
    return refused.err


def synced(here, there, **env):
    """Exchange all that two clones did; what they hold of plans is equal then."""
    for shell in (here, there, here):
        shell.ok("-q", "sync", **env)
    folders = [Path(str(shell.archive)) for shell in (here, there)]
    named = ("plans", "steps", "callbacks", "visits")
    found = [
        {str(p.relative_to(folder)): p.read_bytes() for name in named for p in (folder / name).glob("*.json")}
        for folder in folders
    ]
    assert found[0] == found[1] and any(name.startswith("plans/") for name in found[0])
