"""`crmkit config`: every setting with its value and where it came from; set one."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from crmkit import config, render
from crmkit.archive.repository.operator import CLONE, operator_of, set_operator
from crmkit.archive.settings import change_settings
from crmkit.commands.kit.common import DryRun, Listed, Session, get_session
from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import _
from crmkit.interrupts import made


@verb(_("Every setting with its source; or set one. Example: crmkit config --set card.reply=4"))
def config_(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--show", help=_("Show every setting (the default)."))] = False,
    assignment: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=_("operator=LN, or a key of archive.toml."))
    ] = None,
    dry_run: DryRun = False,
    fmt: Listed = "",
) -> None:
    """Show the settings and their sources; or set some."""
    session = get_session(ctx)
    if not assignment:
        render.rows(_shown(session), ("key", "value", "source"), fmt)
        return
    if show:
        raise UsageError(_("either --show or --set"))
    pairs = [pair.partition("=") for pair in assignment]
    for pair, (_key, equals, _value) in zip(assignment, pairs, strict=True):
        if not equals:
            raise UsageError(_("{value} is not KEY=VALUE").format(value=pair))
    _set(session, {key.strip(): value.strip() for key, _equals, value in pairs}, dry_run)


def _shown(session: Session) -> list[dict[str, Any]]:
    root, source = config.find_archive(str(session.given.get("archive") or ""), os.environ, Path.cwd())
    layers = _layers(session)
    rows: list[dict[str, Any]] = [{"key": "archive", "value": str(root), "source": source}]
    for name in ("now", "by", "lang", "format", "wait"):
        rows.append({"key": name, "value": session.option(name), "source": session.source(name)})
    rows.append({"key": "operator", "value": operator_of(root), "source": CLONE})
    for key, value in config.flat(layers.merged()).items():
        named = {f"{key}.{one['name']}": one for one in value} if config.named_tables(value) else {key: value}
        rows += [{"key": name, "value": one, "source": layers.source(key)} for name, one in named.items()]
    return rows


def _layers(session: Session) -> config.Layers:
    if session.given.get("as_of"):
        with session.reading() as past:
            return past.layers
    # not opened: what is wrong with a setting shall be found here
    return config.load_layers(config.read_toml(session.root / config.MARKER))


def _set(session: Session, values: dict[str, str], dry_run: bool) -> None:
    with session.writing(dry_run) as archive:
        operator = values.pop("operator", None)
        if operator is not None and not dry_run:
            set_operator(archive.root, operator)
            made(_("the operator code is saved"))
        if values:
            run = session.run(archive)
            done = change_settings(archive, values, run_at=run.now, by=run.by)
            session.say(_("saved in {file}").format(file=config.MARKER) if done.run else _("nothing to change"))
