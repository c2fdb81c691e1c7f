"""The day's calls of each staff member: a table to fill in, and pages to print with what to know before dialling."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from crmkit.core.calling.callsheet import one_per_customer
from crmkit.i18n import _, in_language
from crmkit.labels import label
from crmkit.records.settings import Settings
from crmkit.records.work import MOODS, OUTCOMES
from crmkit.sheets.read.staff_sheets import CALLBACKS
from crmkit.sheets.write.book import Workbook
from crmkit.sheets.write.forms import (
    BOX,
    GAP,
    TALL,
    Field,
    FormLine,
    add_block,
    add_page,
    declare_styles,
    packed,
    side_by_side,
    ticks,
)
from crmkit.sheets.write.staff_sheets import add_table

Sheet = Mapping[str, Any]  # as `core.callsheet.call_sheet` makes it


def call_pages(
    sheets: Mapping[str, Sequence[Sheet]], day: date, names: Mapping[str, str], settings: Settings, made_at: datetime
) -> Workbook:
    """The call sheets of each owner (by staff code, in calling order) as a workbook: the table, a sheet for each page.

    The table has a row for each callback; on paper those to one person are one. `names` are those of staff, by code.
    """
    book = Workbook(title=_("Call sheets"), font=settings.report.font, made_at=made_at)
    declare_styles(book)
    if any(sheets.values()):
        add_table(book, CALLBACKS, [_row(call, made_at) for calls in sheets.values() for call in calls])
    shared = _of_one_number(sheets)
    number = 0
    for code, planned in sheets.items():
        calls = one_per_customer(planned)
        blocks = {
            call["id"]: _block(place, call, shared.get(call["phone"], {}), day, made_at)
            for place, call in enumerate(calls, 1)
        }
        who = " ".join(part for part in (code, names.get(code, "")) if part) or _("nobody yet")
        heading = _("Calls of {day:%Y-%m-%d}: {who}, {count} in all").format(day=day, who=who, count=len(calls))
        for page_blocks in packed(blocks):
            number += 1
            page = add_page(book, f"{number}", heading, _("Tick the outcome, write down what was said and agreed."))
            for identifier in page_blocks:
                add_block(book, page, blocks[identifier], identifier)
    if not number:
        add_page(book, "1", _("Calls of {day:%Y-%m-%d}").format(day=day), _("There is nobody to call."))
    return book


def _row(sheet: Sheet, made_at: datetime) -> dict[str, object]:
    """What the table says of one callback."""
    due = datetime.fromisoformat(sheet["due_at"]).astimezone(made_at.tzinfo)
    return {**sheet, "due_at": f"{due:%Y-%m-%d %H:%M}"}


def _of_one_number(sheets: Mapping[str, Sequence[Sheet]]) -> dict[str, dict[str, str]]:
    """The numbers on which several people are to be called, with their names by id."""
    people: dict[str, dict[str, str]] = {}
    for calls in sheets.values():
        for sheet in calls:
            people.setdefault(sheet["phone"], {})[sheet["customer"]] = sheet["name"] or sheet["customer"]
    return {phone: named for phone, named in people.items() if phone and len(named) > 1}


def _block(number: int, sheet: Sheet, shared: Mapping[str, str], day: date, made_at: datetime) -> list[FormLine]:
    """One callback: who, why, what is known, what to say, and the fields to fill in.

    `shared` are the people who are called on the same number that day, by id.
    """
    name, spoken = sheet["name"], sheet["address_as"]
    who = name if spoken in ("", name) else f"{name} ({spoken})"
    age = "" if sheet["age"] is None else _("{age} years").format(age=sheet["age"])
    speak = " · ".join(part for part in (_("as {desk}").format(desk=sheet["speak_as"]), age, sheet["address"]) if part)
    others = [other for identifier, other in shared.items() if identifier != sheet["customer"]]
    mind = [_("Called on the same number today: {names}").format(names=", ".join(others))] if others else []
    mind += [sheet["refusal"]] if sheet["refusal"] else []
    mind += [_("With it: {ids}").format(ids=", ".join(sheet["also"]))] if sheet.get("also") else []
    return [
        FormLine(
            (
                Field(f"{number}   {_window(sheet, day, made_at)}", "head", 2),
                Field(who, "head", 2),
                Field(sheet["dial"], "head", 2),
                Field(sheet["why"], "head", 2),
            )
        ),
        FormLine((Field(_("Speak"), "label"), Field(speak, "value", 7))),
        *([FormLine((Field(_("Mind"), "label"), Field("\n".join(mind), "doubt", 7)))] if mind else []),
        side_by_side(_known(sheet), _to_say(sheet)),
        *ticks(OUTCOMES),
        FormLine(
            (
                Field(_("Time, length"), "label"),
                Field(_("        :                 min"), "hint box", 2),
                Field(_("Mood"), "label"),
                *(Field(f"{BOX} {label(mood)}", "point") for mood in MOODS),
            ),
            TALL,
        ),
        FormLine((Field(_("Said"), "label"), Field("", "value", 7)), TALL),
        FormLine(
            (
                Field(_("Promise"), "label"),
                Field("", "value", 3),
                Field(_("Next"), "label"),
                Field(_("        /                 :"), "hint box", 3),
            ),
            TALL,
        ),
        FormLine((), GAP),
    ]


def _known(sheet: Sheet) -> list[str]:
    """What is on file, a line each, under its title."""
    known = (
        (_("Contacts"), sheet["contacts"]),
        (_("Promised"), sheet["promises"]),
        (_("Planned"), sheet["planned"]),
        (_("Purchases"), sheet["bought"]),
        (_("Notes"), map(in_language, sheet["notes"])),
    )
    return [_("{title}: {text}").format(title=title, text=line) for title, lines in known for line in lines]


def _to_say(sheet: Sheet) -> list[str]:
    """The outline step by step, then what to leave."""
    steps = [f"{number}. {step}" for number, step in enumerate(sheet["steps"], 1)]
    return [*steps, _("{title}: {text}").format(title=_("Do not"), text=" · ".join(sheet["avoid"]))]


def _window(sheet: Sheet, day: date, made_at: datetime) -> str:
    """From when on to call, and until when where that has an end; with the day where it is not `day`."""
    due = datetime.fromisoformat(sheet["due_at"]).astimezone(made_at.tzinfo)
    text = f"{due:%H:%M}" if due.date() == day else f"{due:%m-%d %H:%M}"
    if sheet["until"]:
        until = datetime.fromisoformat(sheet["until"]).astimezone(made_at.tzinfo)
        text += f"–{until:%H:%M}" if until.date() == due.date() else ""
    return f"{text} ({label('provisional')})" if sheet["provisional"] else text
