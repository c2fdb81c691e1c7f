"""The codes of records in words, for sheets that people read."""

from crmkit.i18n import N_, _

_WORDS = {
    "": "",
    "male": N_("male"),
    "female": N_("female"),
    "media-radio": N_("radio"),
    "media-tv": N_("television"),
    "media-press": N_("newspaper"),
    "shop": N_("shop"),
    "outreach": N_("outreach point"),
    "referral": N_("referral"),
    "event": N_("event"),
    "card": N_("service card"),
    "import": N_("import"),
    "new": N_("new"),
    "screened": N_("screened"),
    "buyer": N_("buyer"),
    "lost": N_("lost"),
    "match": N_("match"),
    "mismatch": N_("mismatch"),
    "refused": N_("refused"),
    "gone": N_("gone"),
    "confirmed": N_("confirmed"),
    "false": N_("false"),
    "repeat": N_("repeated number"),
    "shared": N_("shared number"),
    "suspect": N_("suspect"),
    "screening": N_("screening"),
    "thanks": N_("thanks"),
    "arrival": N_("arrival check"),
    "first-use": N_("first use"),
    "second-use": N_("second use"),
    "installed": N_("installation"),
    "service": N_("after a service"),
    "follow-up": N_("follow-up"),
    "reorder": N_("reorder"),
    "event-eve": N_("evening before the event"),
    "after-event": N_("after the event"),
    "greeting": N_("greeting"),
    "balance": N_("balance due"),
    "plan-visit": N_("plan visit"),
    "renewal": N_("renewal"),
    "complaint": N_("complaint"),
    "cadence": N_("regular call"),
    "manual": N_("own appointment"),
    "reached": N_("reached"),
    "no-answer": N_("no answer"),
    "busy": N_("busy"),
    "wrong-number": N_("wrong number"),
    "invalid-number": N_("number not in service"),
    "declined": N_("declined"),
    "call-later": N_("call later"),
    "dropped": N_("dropped"),
    "in": N_("incoming"),
    "out": N_("outgoing"),
    "open": N_("open"),
    "overdue": N_("overdue"),
    "done": N_("done"),
    "cancelled": N_("cancelled"),
    "stopped": N_("stopped"),
    "active": N_("active"),
    "expired": N_("expired"),
    "replaced": N_("replaced"),
    "void": N_("void"),
    "stand": N_("team stand"),
    "solo": N_("solo"),
    "check-up": N_("gift check-up"),
    "sponsoring": N_("sponsoring"),
    "experience": N_("experience point"),
    "lecture": N_("small lecture"),
}


def label(code: str) -> str:
    """`code` in words of the language in use; the code itself where it is not one of crmkit's."""
    return _(_WORDS.get(code, code))


def yes(value: bool) -> str:
    """`yes`, or nothing."""
    return _("yes") if value else ""
