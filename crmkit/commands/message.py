"""`crmkit message`: templates and what is wrong with them, and the messages that were sent."""

from collections.abc import Iterable
from typing import Annotated

import typer

from crmkit.commands.kit import options
from crmkit.commands.kit.walk import Context, listing
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import customer_of
from crmkit.records import Message
from crmkit.records.typed import Code, ThingName
from crmkit.result import Row, row

TEMPLATE_COLUMNS = ("name", "occasion", "lang", "channel", "parts", "text")
MESSAGE_COLUMNS = ("id", "at", "customer", "name", "occasion", "channel", "template", "by", "text")
PROBLEM_COLUMNS = ("template", "problem")
WIDTHS = {"text": 60}

Occasion = Annotated[
    str, typer.Option("--occasion", metavar="OCCASION", help=_("An occasion or its key: birthday, birthday:2026."))
]


@listing(
    _("List the templates. Example: crmkit message templates --occasion birthday"), TEMPLATE_COLUMNS, widths=WIDTHS
)
def templates(ctx: Context, occasion: Occasion = "") -> Iterable[Row]:
    """List the templates of archive.toml, with the parts that a usual message takes."""
    from crmkit.core.messages import sms, templates

    run = ctx.run
    known_occasions = [*templates.OCCASIONS, *(one.occasion for one in run.settings.message.templates)]
    occasion = one_of(occasion, dict.fromkeys(known_occasions), _("there is no occasion {value}"), field="occasion")
    rows = []
    for one in run.settings.message.templates:
        known = one.channel == "sms" and not templates.lint(run, [one])
        if occasion in ("", one.occasion):
            parts = sms.parts(templates.sample(run, one)) if known else None
            rows.append({**_plain(one), "name": ThingName(one.name), "parts": parts})
    return rows


@listing(_("What is wrong with the templates. Example: crmkit message lint --exit-code"), PROBLEM_COLUMNS, finds=True)
def lint(ctx: Context) -> Iterable[Row]:
    """List every fault of every template that is not switched off."""
    from crmkit.core.messages import templates

    checked = [one for one in ctx.run.settings.message.templates if not one.off]
    problems = templates.lint(ctx.run, checked)
    ctx.tell(_("templates: {n}, faults: {problems}").format(n=len(checked), problems=len(problems)))
    return [problem._asdict() for problem in problems]


@listing(
    _("List the messages that were sent. Example: crmkit message list --since 2026-11-01"),
    MESSAGE_COLUMNS,
    widths=WIDTHS,
)
def list_(
    ctx: Context,
    customer: options.OfCustomer = "",
    occasion: Occasion = "",
    since: options.Since = "",
    until: options.Until = "",
    staff: options.StaffName = "",
) -> Iterable[Row]:
    """List messages in the order in which they were sent."""
    archive, run = ctx.archive, ctx.run
    first, last = ctx.session.days(since, until, run.now)
    code = staff_code(archive, staff, "--staff") if staff else ""
    whose = find_customer(archive, customer).id if customer else ""
    found = archive.of(Message, whose) if whose else archive.all(Message)
    names = customer_of(archive)
    return [
        row(one, name=names(one.customer).name)
        for one in sorted(found, key=lambda one: (one.at, one.id))
        if code in ("", one.by)
        and first <= one.at.astimezone(run.now.tzinfo).date() <= last
        and f"{one.occasion}:".startswith(f"{occasion}:" if occasion else "")
    ]


def _plain(template: object) -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.to_builtins(template)
    return {**fields, **{name: Code(str(fields[name])) for name in ("occasion", "channel")}}
