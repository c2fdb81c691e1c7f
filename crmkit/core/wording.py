"""What a file holds as codes and values, put into words: values that had to give way, why contact was refused.

`Customer.notes` is what people wrote; `Customer.noted` is what crmkit kept, in no language. Both are shown as notes.
"""

from collections.abc import Callable

from crmkit.i18n import N_, Worded, worded
from crmkit.labels import word
from crmkit.records import Assignment, Customer, Order
from crmkit.records.customer import Noted
from crmkit.records.typed import Code

CODES = ("sex", "source", "character", "education", "means", "awareness", "matching_need")  # whose values are codes
SENTENCES = {  # of what is no field of the file, or has a sentence of its own
    "name": N_("name: {text}"),
    "age": N_("age: {text}"),
    "referrer": N_("referred by: {text}"),
    "no-contact": N_("{on} wants no contact ({channels}): {text}"),
}
SIGNS = {"phone": N_("phone asked again: {said}"), "address": N_("address asked again: {said}, not {known}")}
# of a move for which nobody gave a reason
CAUSES = {"left": N_("{before} left"), "no-sale": N_("no sale since {since}")}


def noted(about: str, value: object, file: str = "") -> Noted:
    """A value of the field `about` as it is kept; `file` is the file that had it, where that was another one."""
    return Noted(about=about, text=("yes" if value else "no") if isinstance(value, bool) else str(value), file=file)


def shown(customer: Customer) -> list[str]:
    """All notes of a file, each as one text: what people wrote, then what crmkit kept."""
    return [*customer.notes, *map(in_words, customer.noted)]


def searched(customer: Customer) -> tuple[str, ...]:
    """All that notes of a file tell, without crmkit's own words."""
    return (*customer.notes, *(one.text for one in customer.noted))


def in_words(one: Noted) -> Worded:
    """What was kept, in words."""

    def said(say: Callable[[str], str]) -> str:
        if one.about in SENTENCES:
            told = say(SENTENCES[one.about]).format(text=one.text, on=one.on, channels=", ".join(one.channels))
        else:
            family = "character-" if one.about == "character" else ""
            in_word = one.about in CODES and say is not N_
            told = f"{say(one.about)}: {word(Code(one.text, family)) if in_word else one.text}"
        return f"{told} ({one.file})" if one.file else told

    return worded(said)


def why(move: Assignment) -> str:
    """Why a file was passed on: the reason that somebody gave, else the cause in words, "" for neither."""
    if move.why or move.cause not in CAUSES:
        return move.why
    return worded(lambda say: say(CAUSES[move.cause]).format(before=move.before, since=move.since))


def risk_sign(order: Order) -> Worded:
    """The signs that an order will come back, what somebody saw first."""

    def said(say: Callable[[str], str]) -> str:
        signs = (
            say(SIGNS[one.about]).format(said=one.said, known=one.known)
            if one.about in SIGNS  # a newer crmkit may know more
            else f"{one.about}: {one.said} ({one.known})"
            for one in order.signs
        )
        return "; ".join(text for text in (order.risk_sign, *signs) if text)

    return worded(said)
