"""`crmkit phone`: read telephone numbers in any spelling. It needs no archive."""

import codecs
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Annotated

import typer

from crmkit import config, render
from crmkit.commands.kit.common import Session, get_session
from crmkit.commands.kit.options import AreaCode
from crmkit.commands.kit.verbs import verb
from crmkit.core.phones import phones
from crmkit.core.phones.numbering_plan import area_code
from crmkit.errors import NotFoundError
from crmkit.i18n import _
from crmkit.records.settings import Settings
from crmkit.result import Row


@verb(_("Read numbers, one JSON line each. Example: crmkit phone parse '138-0013-8000转801'"))
def parse(
    texts: Annotated[list[str], typer.Argument(metavar="NUMBER...|-", help=_("A cell or answer; - reads lines."))],
    ctx: typer.Context,
    region: Annotated[str, typer.Option("--region", help=_("Country of numbers without a country code."))] = "CN",
    area: AreaCode = "",
) -> None:
    """Print what is read from each text: numbers in E.164 with kind and extension, and why anything was not read."""
    country, settings = phones.check_region(region.upper()), _settings(get_session(ctx))
    local = area_code(area) if area else settings.archive.area
    for text in _lines(texts):
        reading = phones.read(text, region=country, area=local, mobile=settings.phone.mobile)
        sys.stdout.write(render.json_text(_row(text, reading)))


def _row(text: str, reading: phones.Reading) -> Row:
    numbers = [{"e164": n.e164, "kind": n.kind, "ext": n.ext} for n in reading.numbers]
    reason = "; ".join(filter(None, (reading.reason, reading.repair)))
    return {"raw": text, "numbers": numbers, "reason": reason, "verdict": reading.verdict}


def _settings(session: Session) -> Settings:
    """The settings of the archive; the defaults where there is none."""
    try:
        marker = session.root / config.MARKER
    except NotFoundError:
        if session.given.get("archive"):
            raise
        return config.settings(config.load_layers({}))
    return config.settings(config.load_layers(config.read_toml(marker)))


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Each text typed, and each line of stdin for `-`."""
    for text in texts:
        if text == "-":
            yield from map(_decoded, _typed_in(sys.stdin.buffer))
        else:
            yield _decoded(text)


def _typed_in(stream: IO[bytes]) -> Iterator[str]:
    """The lines of `stream` as they come, in UTF-8 or GB18030; in UTF-16 where it begins with that mark."""
    first = stream.readline()
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield from (first + stream.read()).decode("utf-16", errors="replace").splitlines()
        return
    for line in chain([first.removeprefix(codecs.BOM_UTF8)] if first else [], stream):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = line.decode("gb18030", errors="replace")
        yield text.removesuffix("\n").removesuffix("\r")


def _decoded(line: str) -> str:
    """A line that is a JSON string as the text it stands for; any other as it is."""
    if not line.startswith('"'):
        return line
    try:
        return str(json.loads(line))
    except ValueError:
        return line
