"""`crmkit lead add`: one contact, or many as JSON lines; a known number answers who holds it."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from crmkit.commands.kit.common import DryRun, Force, Format, Session, get_session, written
from crmkit.commands.kit.keys import Key, Keys
from crmkit.commands.kit.lines import BatchLines, Lines, RejectedLines
from crmkit.commands.kit.verbs import verb
from crmkit.core.run import Run
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, holder_of, staff_code
from crmkit.records import Call, Customer, Site, Staff, Touch
from crmkit.records.change import Change, together

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive
    from crmkit.core.collecting.known import Known

Typed = dict[str, list[str]]


@verb(_("Add a file. Example: crmkit lead add --name 张秀英 --phone 13900541731 --source shop"))
def add(
    ctx: typer.Context,
    lines: Lines = "",
    name: Annotated[str, typer.Option("--name")] = "",
    phone: Annotated[list[str] | None, typer.Option("--phone", help=_("In any spelling; repeatable."))] = None,
    source: Annotated[str, typer.Option("--source", help=_("outreach, shop, referral, media-radio ..."))] = "",
    site: Annotated[str, typer.Option("--site", help=_("Outreach point; made if unknown."))] = "",
    collector: Annotated[str, typer.Option("--collector", metavar="STAFF")] = "",
    collected_at: Annotated[str, typer.Option("--collected-at", metavar="TIME", help=_("Default: now."))] = "",
    referrer: Annotated[str, typer.Option("--referrer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    sex: Annotated[str, typer.Option("--sex")] = "",
    birthday: Annotated[str, typer.Option("--birthday", help=_("1953-01-02, 01-02, 农历1953-12-08"))] = "",
    age: Annotated[str, typer.Option("--age", help=_("About, in years."))] = "",
    address: Annotated[str, typer.Option("--address")] = "",
    district: Annotated[str, typer.Option("--district", help=_("For assignment and the order of visits."))] = "",
    note: Annotated[list[str] | None, typer.Option("--note", help=_("Repeatable."))] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help=_("Repeatable."))] = None,
    touch: Annotated[bool, typer.Option("--touch", help=_("On a known number: another contact of that file."))] = False,
    household: Annotated[
        str, typer.Option("--household", metavar="CUSTOMER", help=_("On a known number: another person of that home."))
    ] = "",
    new: Annotated[bool, typer.Option("--new", help=_("On a known number: another person all the same."))] = False,
    key: Key = "",
    rejects: RejectedLines = None,
    force: Force = False,
    dry_run: DryRun = False,
    fmt: Format = "",
) -> None:
    """Add one contact, or with `-` one for each line of standard input."""
    from crmkit.core.collecting.known import Known
    from crmkit.core.phones.phones import crowds

    session = get_session(ctx)
    if touch + bool(household) + new > 1:
        raise UsageError(_("--touch, --household and --new exclude each other"))
    decision = "touch" if touch else "household" if household else "new" if new else ""
    typed: Typed = {
        "name": [name], "phone": phone or [], "source": [source], "site": [site], "collector": [collector],
        "collected_at": [collected_at], "referrer": [referrer], "sex": [sex], "birthday": [birthday], "age": [age],
        "address": [address], "district": [district], "note": note or [], "tag": tag or [], "key": [key],
    }  # fmt: skip
    typed = {key: given for key, values in typed.items() if (given := [value for value in values if value])}
    batch = BatchLines(lines, rejects, force=force) if lines else None
    contact = typed or _asked(session) if batch is None else {}
    with session.writing(dry_run) as archive:
        run = session.run(archive)
        known = Known(crowds=crowds(run.settings))
        changes: list[Change] = []
        keys = Keys(archive, run, Touch, "lead add")

        def take(one: Typed) -> None:
            named = "".join(one.pop("key", ()))
            asked = {"contact": one, "decision": decision, "household": household}
            changes.append(keys.once(named, asked, lambda run: _added(archive, run, known, one, decision, household)))

        if batch:
            batch.each(lambda line: take(typed | _said(line)))
        else:
            take(contact)
        change = together(*changes)
        if batch:
            change = msgspec.structs.replace(change, counts=batch.counts(change.counts))
        done = session.commit(archive, run, change, "lead add")
    written(session, done, fmt)
    if batch:
        batch.finish(dry_run=dry_run)


def _moment(run: Run, text: str) -> datetime:
    """The moment that `text` names; a day alone is taken from its beginning. Raises InvalidError."""
    from crmkit.core.calendar.dates import parse_moment

    return parse_moment(text, run.now, time())


def _added(archive: "Archive", run: Run, known: "Known", contact: Typed, decision: str, household: str) -> Change:
    from crmkit.core.collecting.draft import draft_of
    from crmkit.core.collecting.intake import add as added
    from crmkit.core.people.referring import above

    at = _moment(run, contact["collected_at"][0]) if contact.get("collected_at") else None
    typed = dict(contact)
    if typed.get("collector"):
        typed["collector"] = [staff_code(archive, typed["collector"][0], "--collector")]
    if typed.get("referrer"):
        typed["referrer"] = [find_customer(archive, typed["referrer"][0]).id]
    draft = draft_of(run, typed, at)
    member = find_customer(archive, household) if household else None
    holders = [c for phone in draft.phones for c in archive.find(Customer, f"phone:{phone.e164}")]
    known.learn([*holders, *([member] if member else [])])
    known.learn(above(draft.referrer, lambda identifier: holder_of(archive, identifier)))
    known.learn(archive.find(Site, f"site:{draft.site.casefold()}"))
    known.learn(archive.find(Staff, f"staff:{draft.collector.casefold()}"))
    return added(
        run,
        draft,
        known,
        decision=decision,
        household=known.customer(member.id) if member else None,
        last_contact={c.id: _last_contact(archive, c) for c in holders},
    )


def _last_contact(archive: "Archive", customer: Customer) -> datetime:
    times = [touch.at for touch in archive.of(Touch, customer.id)] + [call.at for call in archive.of(Call, customer.id)]
    return max(times, default=customer.collected_at or customer.created_at or datetime.min)


def _asked(session: Session) -> Typed:
    """Name and number from a person at the terminal. Raises UsageError where there is none."""
    if not session.interactive:
        raise UsageError(_("nothing to add"), _("give --name and --phone, or JSON lines with -"))
    name = typer.prompt(_("name"), err=True, default="", show_default=False)
    return {"name": [name], "phone": [typer.prompt(_("phone"), err=True)]}


def _said(line: dict[str, Any]) -> Typed:
    said = {name: value if isinstance(value, list) else [value] for name, value in line.items()}
    return {name: [_plain(one) for one in given if one not in (None, "")] for name, given in said.items()}


def _plain(value: Any) -> str:
    """A JSON value as text; a number as `lead show -f json` prints it is taken as it was written."""
    return str(value.get("raw") or value.get("e164")) if isinstance(value, dict) else str(value)
