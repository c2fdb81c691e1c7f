"""`crmkit init`: make an archive, a new one or out of a backup."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmkit import config, render
from crmkit.commands.kit.common import Format, Session, get_session
from crmkit.commands.kit.options import AreaCode
from crmkit.commands.kit.verbs import verb
from crmkit.errors import CrmkitError, UsageError
from crmkit.i18n import N_, _, clauses, current
from crmkit.interrupts import made
from crmkit.records import Staff
from crmkit.records.change import Change

if TYPE_CHECKING:
    from crmkit.core.run import Run

ROLE = N_("screener, service, technician ...")


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
    hotline: Annotated[str, typer.Option("--hotline", help=_("Telephone printed on cards and slips."))] = "",
    address: Annotated[str, typer.Option("--address", help=_("Of the branch, printed on cards and slips."))] = "",
    staff: Annotated[
        list[str] | None,
        typer.Option("--staff", metavar="CODE:NAME:ROLE", help=_("Who works there; repeatable.")),
    ] = None,
    source: Annotated[
        str,
        typer.Option("--from", metavar="BACKUP|REPOSITORY", help=_("A backup, an archive's folder, a repository.")),
    ] = "",
    fmt: Format = "",
) -> None:
    """Make an archive; at a terminal, ask for what is not given."""
    session = get_session(ctx)
    root = folder.expanduser().absolute()
    session.refuse_unsafe_disk(root)
    if source:
        own = {"--name": name, "--branch": branch, "--tz": tz, "--area": area, "--hotline": hotline}
        _restore(source, root, operator, {**own, "--address": address, "--staff": ",".join(staff or ())})
    else:
        from crmkit.archive.exchange.create import check_branch, create, refuse_filled
        from crmkit.archive.repository.operator import check_operator
        from crmkit.core.phones.numbering_plan import area_code
        from crmkit.core.run import Run

        refuse_filled(root)
        asking = session.interactive and not session.joint
        if asking:
            session.say(_("Enter takes what stands in brackets, or leaves it empty"))
            name = name or session.answer(_("name of the branch"), root.name)
            branch = branch or _until(session, _("branch code on cards, for example BJ"), check_branch)
            operator = operator or _until(session, _("your operator code, for example LN"), check_operator)
            area = area or _until(session, _("area code of landlines, for example 010"), area_code)
            hotline = hotline or session.answer(_("telephone on cards and slips"))
            address = address or session.answer(_("address of the branch"))
        area_code(area)
        zone = tz or "Asia/Shanghai"
        run = Run(now=session.now(zone), by=operator, settings=config.settings(config.load_layers({})))
        people: list[Staff] = []
        for text in staff or ():
            people += _member(run, text.split(":", 2), people)
        if asking and not staff:
            people = _asked(session, run)
        create(
            root,
            name=name or root.name,
            branch=branch,
            operator=operator,
            lang=lang or current(),
            tz=zone,
            area=area,
            run_at=run.now.isoformat(),
            card={key: value for key, value in {"hotline": hotline, "address": address}.items() if value},
        )
        if people:
            _hire(session, root, run, people)
    made(_("the archive {folder} is made").format(folder=folder))
    render.one({"archive": str(folder), N_("settings"): str(folder / config.MARKER)}, fmt)
    session.say(_("next: crmkit -A {folder} lead import FILE").format(folder=folder))


def _until(session: Session, question: str, check: Callable[[str], object]) -> str:
    """An answer that `check` does not refuse; whatever stands there once nothing more comes."""
    while True:
        answer = session.answer(question)
        try:
            check(answer)
        except CrmkitError as problem:
            session.say(clauses((problem.message, problem.hint)))
            if session.ended:
                raise
        else:
            return answer


def _asked(session: Session, run: "Run") -> list[Staff]:
    """The staff that a person at the terminal names, a line each."""
    people: list[Staff] = []
    question = _("staff: code, name, role ({roles}); Enter: no more").format(roles=_(ROLE))
    while answer := session.answer(question):
        try:
            people += _member(run, answer.replace(",", " ").replace("，", " ").split(maxsplit=2), people)
        except CrmkitError as problem:
            session.say(clauses((problem.message, problem.hint)))
    return people


def _member(run: "Run", words: Sequence[str], known: Sequence[Staff]) -> list[Staff]:
    """A member of the staff from code, name and roles. Raises InvalidError, CrmkitError."""
    from crmkit.core import reference

    typed = dict(zip(("code", "name", "roles"), words, strict=False))
    return [one for one in reference.add(run, Staff, typed, known).puts if isinstance(one, Staff)]


def _hire(session: Session, root: Path, run: "Run", people: list[Staff]) -> None:
    from crmkit.archive.archive import opened

    ids = tuple(one.id for one in people)
    with opened(root, exclusive=True, wait=session.wait) as archive:
        session.commit(archive, run, Change(puts=tuple(people), ids=ids, counts={"added": len(people)}), "init")


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
