"""`crmkit lead add`: one contact, or many; a known number answers who holds it."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.common import Session
from crmkit.commands.kit.keys import Key, once
from crmkit.commands.kit.walk import Context, writer
from crmkit.core.run import Run
from crmkit.errors import RepeatError, UsageError
from crmkit.i18n import _
from crmkit.queries.finding import find_customer, holder_of, staff_code
from crmkit.records import Call, Customer, Site, Staff, Touch
from crmkit.records.change import Change
from crmkit.records.customer import SEXES

if TYPE_CHECKING:
    from crmkit.archive.archive import Archive

CONTACT = (
    "name", "phones", "source", "site", "collector", "collected_at", "referrer", "sex", "birthday", "age", "address",
    "district", "email", "wechat", "employer", "external_id", "notes", "tags",
)  # fmt: skip


def _asked(session: Session, given: dict[str, Any]) -> None:
    """Name and number from a person at the terminal, where nothing is given. Raises UsageError where there is none."""
    if any(given[name] for name in CONTACT):
        return
    if not session.interactive:
        raise UsageError(_("nothing to add"), _("give --name and --phone, or JSON lines with -"))
    given["name"] = typer.prompt(_("name"), err=True, default="", show_default=False)
    given["phones"] = [typer.prompt(_("phone"), err=True)]


def _settled(session: Session, known: RepeatError, given: dict[str, Any]) -> bool:
    """What a person at the terminal says of a number on file, put into what was given; False where nobody is there."""
    if not session.interactive or session.joint or not known.holders:
        return False
    choices = {
        "t": _("note it on that file"),
        "h": _("same household"),
        "n": _("another person"),
        "q": _("add nothing"),
    }
    answer = session.letter(str(known), choices)
    if answer == "q":
        raise typer.Exit(known.exit_code)
    given["touch"], given["new"] = answer == "t", answer == "n"
    if answer == "h":
        place = 0 if len(known.holders) == 1 else session.choose(_("whose household"), list(known.holders.values()))
        if place is None:
            raise typer.Exit(known.exit_code)
        given["household"] = list(known.holders)[place]
    return True


@writer(
    _("Add a file. Example: crmkit lead add --name 张秀英 --phone 13900541731 --source shop"),
    many="lines",
    counted="",
    shared=(*CONTACT, "touch", "household", "new"),
    also={"age_about": "age"},
    ask=_asked,
    settle=_settled,
)
def add(
    ctx: Context,
    name: options.Name = "",
    phones: options.Numbers = None,
    source: options.Source = "",
    site: options.SiteName = "",
    collector: options.Collector = "",
    collected_at: Annotated[str, typer.Option("--collected-at", metavar="TIME", help=_("By default now."))] = "",
    referrer: Annotated[str, typer.Option("--referrer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    sex: Annotated[str, typer.Option("--sex", help=options.closed(SEXES))] = "",
    birthday: Annotated[str, typer.Option("--birthday", help=_("1953-01-02, 01-02, 农历1953-12-08"))] = "",
    age: Annotated[str, typer.Option("--age", help=_("About, in years."))] = "",
    address: options.Address = "",
    district: options.District = "",
    email: Annotated[str, typer.Option("--email")] = "",
    wechat: Annotated[str, typer.Option("--wechat")] = "",
    employer: Annotated[str, typer.Option("--employer")] = "",
    external_id: options.ExternalId = "",
    notes: Annotated[list[str] | None, typer.Option("--note", help=_("Repeatable."))] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help=_("Repeatable."))] = None,
    touch: Annotated[bool, typer.Option("--touch", help=_("On a known number: another contact of that file."))] = False,
    household: Annotated[
        str, typer.Option("--household", metavar="CUSTOMER", help=_("On a known number: another person of that home."))
    ] = "",
    new: Annotated[bool, typer.Option("--new", help=_("On a known number: another person all the same."))] = False,
    key: Key = "",
) -> Change:
    """Add one contact; a site that is not known is made."""
    if touch + bool(household) + new > 1:
        raise UsageError(_("--touch, --household and --new exclude each other"))
    ctx.counting = False  # of new files the ids are wanted, of many as well
    decision = "touch" if touch else "household" if household else "new" if new else ""
    contact = {name: ctx.given[name] for name in CONTACT if ctx.given.get(name)}
    typed = {name: value if isinstance(value, list) else [value] for name, value in contact.items()}
    return once(ctx, Touch, key, lambda run: _added(ctx.archive, run, typed, decision, household))


def _added(archive: "Archive", run: Run, typed: dict[str, list[str]], decision: str, household: str) -> Change:
    from crmkit.core.calendar.dates import parse_moment
    from crmkit.core.collecting import intake
    from crmkit.core.collecting.draft import draft_of
    from crmkit.core.collecting.known import Known
    from crmkit.core.people.referring import above
    from crmkit.core.phones.phones import crowds

    at = None
    if "collected_at" in typed:  # a day alone is taken from its beginning
        at = parse_moment(typed["collected_at"][0], run.now, time())
    if "collector" in typed:
        typed = {**typed, "collector": [staff_code(archive, typed["collector"][0], "--collector")]}
    if "referrer" in typed:
        typed = {**typed, "referrer": [find_customer(archive, typed["referrer"][0]).id]}
    draft = draft_of(run, typed, at)
    known = Known(crowds=crowds(run.settings))
    member = find_customer(archive, household) if household else None
    holders = [c for phone in draft.phones for c in archive.find(Customer, f"phone:{phone.e164}")]
    known.learn([*holders, *([member] if member else [])])
    known.learn(above(draft.referrer, lambda identifier: holder_of(archive, identifier)))
    known.learn(archive.find(Site, f"site:{draft.site.casefold()}"))
    known.learn(archive.find(Staff, f"staff:{draft.collector.casefold()}"))
    return intake.add(
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
