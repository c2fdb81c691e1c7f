"""What to say and what not to do, by the purpose of a call. `{minutes}` is `screening_minutes`.

See docs.md: Staff, Calls, Events.
"""

from crmkit.i18n import N_

_GREET = N_("greet by name, say who is calling, ask whether it is a good time")
_CLOSE = N_("repeat what was agreed, thank, let the other hang up first")

STEPS: dict[str, tuple[str, ...]] = {
    "screening": (
        N_("ask how they heard of us; confirm name, number and district"),
        N_("ask what they need and what they have tried; listen, note it in their words"),
        N_("ask whether and when they like to be called; finish within {minutes} minutes"),
    ),
    "thanks": (
        N_("thank for the order; repeat what was ordered, the amount and the delivery day"),
        N_("say how to reach after-sales service"),
    ),
    "arrival": (
        N_("ask whether everything arrived, complete and undamaged"),
        N_("go through the first steps of use; agree when to call about it"),
    ),
    "first-use": (
        N_("ask how it went: reaction, how and how often it is used"),
        N_("correct the use where needed, by the manual only"),
        N_("anything unwell: stop using it, see a doctor, report it today"),
    ),
    "second-use": (
        N_("ask for the effect as they feel it, the dosage, the needs that are left"),
        N_("ask for complaints, and take each one down"),
    ),
    "installed": (
        N_("ask whether they are satisfied, and whether everything was as promised"),
        N_("ask whether the fitter was on time, explained the use and left the place clean"),
    ),
    "service": (
        N_("ask the five questions: solved? on time? attitude? skill? charged, and how much?"),
        N_("a charge above the price list is paid back: say so"),
    ),
    "follow-up": (
        N_("ask whether the fault has come back"),
        N_("the same fault again: the unit is replaced, agree on the day"),
    ),
    "reorder": (
        N_("ask how much is left and whether they want to go on"),
        N_("say the price and the delivery day; no is an answer"),
    ),
    "warm-up": (
        N_("ask how they are; tell what the event is about and who speaks"),
        N_("ask whether the subject and the day would suit them; no need to decide yet"),
    ),
    "invite": (
        N_("invite: what, when, where, for how long; ask who comes along"),
        N_("take down yes or no; a no needs no reason"),
    ),
    "invitation-card": (
        N_("agree when the invitation card is handed over; confirm the address"),
        N_("entry is by its number: ask to bring it along"),
    ),
    "event-eve": (
        N_("remind of time, place and route; say what the weather will be"),
        N_("ask who comes along and whether they need help on the way"),
    ),
    "after-event": (
        N_("thank for coming; ask how they liked it and what stayed open"),
        N_("answer questions; offer material, press for nothing"),
    ),
    "greeting": (N_("wish well for the day, in one or two sentences of your own"), N_("ask how they are, and listen")),
    "balance": (
        N_("confirm the day, the address and the amount still open"),
        N_("say who comes, and that every payment is counted in their presence and receipted"),
    ),
    "plan-visit": (
        N_("agree on the day and the hour; confirm the address and that the unit can be reached"),
        N_("say who comes and how long it takes"),
    ),
    "renewal": (
        N_("say when the warranty or the plan ends, and what that means"),
        N_("offer the renewal with its price; without it service goes on at list price"),
    ),
    "complaint": (
        N_("ask whether it is really solved, and let them finish"),
        N_("not satisfied: apologise, take down what they wish, name the next step and its day"),
    ),
    "cadence": (N_("ask how they are and how the product serves them"), N_("note what has changed at home")),
    "manual": (N_("take up what was agreed last time"),),
}

AVOID: dict[str, tuple[str, ...]] = {
    "screening": (N_("no selling in this call"),),
    "greeting": (N_("no promotion in this call"),),
    "first-use": (N_("no medical advice"),),
    "second-use": (N_("no medical advice"),),
    "after-event": (N_("no pressure, no limited offers"),),
    "complaint": (N_("no excuses, no blame"),),
}
ALWAYS_AVOID = (
    N_("no exaggerated effects, no promise of a cure"),
    N_("nothing against other products"),
    N_("no arguing"),
    N_("no second call after a no"),
)


def steps(purpose: str) -> tuple[str, ...]:
    """The steps of a call, in order, for translation; an unknown purpose has no steps of its own."""
    return (_GREET, *STEPS.get(purpose, ()), _CLOSE)


def avoid(purpose: str) -> tuple[str, ...]:
    """What not to do in this call, for translation."""
    return (*AVOID.get(purpose, ()), *ALWAYS_AVOID)
