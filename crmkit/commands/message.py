"""`crmkit message`: templates and what is wrong with them, and the messages that were sent."""

from typing import Annotated

import typer

from crmkit import render
from crmkit.commands.kit.common import Listed, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.i18n import _
from crmkit.queries.choices import one_of
from crmkit.queries.finding import find_customer, staff_code
from crmkit.queries.work import customer_of
from crmkit.records import Message
from crmkit.records.typed import Code
from crmkit.result import row

TEMPLATE_COLUMNS = ("name", "occasion", "lang", "channel", "parts", "text")
MESSAGE_COLUMNS = ("id", "at", "customer", "name", "occasion", "channel", "template", "by", "text")
WIDTHS = {"text": 60}

Occasion = Annotated[str, typer.Option("--occasion", metavar="OCCASION")]


@verb(_("List the templates. Example: crmkit message templates --occasion birthday"))
def templates(
    ctx: typer.Context, occasion: Occasion = "", fmt: Listed = ""
) -> None:  # fmt: skip
    """List the templates of archive.toml, with the parts that a usual message takes."""
    from crmkit.core.messages import sms, templates

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
    known_occasions = [*templates.OCCASIONS, *(one.occasion for one in run.settings.message.templates)]
    occasion = one_of(occasion, dict.fromkeys(known_occasions), _("there is no occasion {value}"))
    rows = []
    for one in run.settings.message.templates:
        known = one.channel == "sms" and not templates.lint(run, [one])
        if occasion in ("", one.occasion):
            parts = sms.parts(templates.sample(run, one)) if known else None
            rows.append({**_plain(one), "parts": parts})
    render.rows(rows, TEMPLATE_COLUMNS, fmt, widths=WIDTHS)


@verb(_("What is wrong with the templates. Example: crmkit message lint --exit-code"))
def lint(
    ctx: typer.Context,
    exit_code: Annotated[bool, typer.Option("--exit-code", help=_("Exit 1 where something is wrong."))] = False,
    fmt: Listed = "",
) -> None:
    """List every fault of every template that is not switched off."""
    from crmkit.core.messages import templates

    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
    checked = [one for one in run.settings.message.templates if not one.off]
    problems = templates.lint(run, checked)
    render.rows([problem._asdict() for problem in problems], ("template", "problem"), fmt)
    session.say(_("{n} templates, {problems} faults").format(n=len(checked), problems=len(problems)))
    if exit_code and problems:
        raise typer.Exit(1)


@verb(_("List the messages that were sent. Example: crmkit message list --since 2026-11-01"))
def list_(
    ctx: typer.Context,
    customer: Annotated[str, typer.Option("--customer", metavar="CUSTOMER", help=_("Id or phone number."))] = "",
    occasion: Annotated[
        str, typer.Option("--occasion", help=_("An occasion or its key: birthday, birthday:2026."))
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help=_("Sent on that day or later."))] = "",
    staff: Annotated[str, typer.Option("--staff", metavar="STAFF", help=_("Sent by."))] = "",
    fmt: Listed = "",
) -> None:
    """List messages in the order in which they were sent."""
    session = get_session(ctx)
    with session.reading() as archive:
        run = session.run(archive)
        first = session.first_day(since, run.now) if since else None
        code = staff_code(archive, staff, "--staff") if staff else ""
        whose = find_customer(archive, customer).id if customer else ""
        found = archive.of(Message, whose) if whose else archive.all(Message)
        names = customer_of(archive)
        rows = [
            row(one, name=names(one.customer).name)
            for one in sorted(found, key=lambda one: (one.at, one.id))
            if code in ("", one.by)
            and (first is None or one.at.astimezone(run.now.tzinfo).date() >= first)
            and f"{one.occasion}:".startswith(f"{occasion}:" if occasion else "")
        ]
    render.rows(rows, MESSAGE_COLUMNS, fmt, widths=WIDTHS)


def _plain(template: object) -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.to_builtins(template)
    return {**fields, **{name: Code(str(fields[name])) for name in ("occasion", "channel")}}
