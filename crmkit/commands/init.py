"""`crmkit init`: make an archive, a new one or out of a backup."""

from pathlib import Path
from typing import Annotated

import typer

from crmkit import config, render
from crmkit.commands.kit.common import Format, get_session
from crmkit.commands.kit.options import AreaCode
from crmkit.commands.kit.verbs import verb
from crmkit.errors import UsageError
from crmkit.i18n import N_, _, current
from crmkit.interrupts import made


@verb(_("Make an archive. Example: crmkit init shop --name 北京分部 --branch BJ --operator LN"))
def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    name: Annotated[str, typer.Option("--name", help=_("Name of the branch."))] = "",
    branch: Annotated[str, typer.Option("--branch", help=_("Branch code on service cards."))] = "",
    operator: Annotated[str, typer.Option("--operator", help=_("Your operator code; kept in this clone only."))] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help=_("Language of messages and workbooks."))] = "",
    tz: Annotated[str, typer.Option("--tz", help=_("Time zone."))] = "",
    area: AreaCode = "",
    source: Annotated[
        str,
        typer.Option("--from", metavar="BACKUP|REPOSITORY", help=_("A backup, an archive's folder, a repository.")),
    ] = "",
    fmt: Format = "",
) -> None:
    """Make an archive."""
    session = get_session(ctx)
    root = folder.expanduser().absolute()
    session.refuse_unsafe_disk(root)
    if source:
        _restore(source, root, operator, {"--name": name, "--branch": branch, "--tz": tz, "--area": area})
    else:
        from crmkit.archive.exchange.create import create

        zone = tz or "Asia/Shanghai"
        create(
            root,
            name=name or root.name,
            branch=branch,
            operator=operator,
            lang=lang or current(),
            tz=zone,
            area=area,
            run_at=session.now(zone).isoformat(),
        )
    made(_("the archive {folder} is made").format(folder=folder))
    render.one({"archive": str(folder), N_("settings"): str(folder / config.MARKER)}, fmt)
    session.say(_("next: crmkit -A {folder} lead import FILE").format(folder=folder))


def _restore(source: str, root: Path, operator: str, settings: dict[str, str]) -> None:
    from crmkit.archive.exchange.backup import is_address, restore

    given = [flag for flag, value in settings.items() if value]
    if given:
        raise UsageError(
            _("{flags}: a backup brings its own settings").format(flags=", ".join(given)),
            _("change them afterwards with `crmkit config --set`"),
        )
    place = source if is_address(source) else Path(source).expanduser().absolute()
    restore(place, root, operator=operator)
