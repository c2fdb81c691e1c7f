"""What makes a file of an archive good: each kind of file is read in the one way that finds every fault in it."""

from crmkit import config
from crmkit.archive.exchange.create import FORMER_GITATTRIBUTES, GITATTRIBUTES, GITIGNORE
from crmkit.archive.store import schema, strict
from crmkit.archive.store.shards import kind_of_file
from crmkit.errors import DamagedError, InvalidError
from crmkit.i18n import _
from crmkit.records import BY_KIND, Record

OWN_LINE = b"/.crmkit/"  # of .gitignore: what belongs to one clone is never committed
STANDARD = {".gitattributes": GITATTRIBUTES.encode(), ".gitignore": GITIGNORE.encode()}


def records_in(path: str, data: bytes) -> dict[str, Record]:
    """The records of the file at `path`, none for one that is no shard.

    Raises DamagedError for a file that cannot be used as it is, InvalidError for settings that do not fit.
    """
    kind = kind_of_file(path)
    if kind:
        return strict.table(data, BY_KIND[kind], path).records
    if path == config.MARKER:
        _read_settings(data)
    elif path == ".gitattributes" and data not in (STANDARD[path], FORMER_GITATTRIBUTES.encode()):
        raise DamagedError(_("{file} does not say what crmkit wrote there").format(file=path), _(strict.RESTORE))
    elif path == ".gitignore" and OWN_LINE not in data.splitlines():
        raise DamagedError(_("{file} does not keep .crmkit out of git").format(file=path), _(strict.RESTORE))
    elif path.endswith(".json"):
        strict.calendar(data, path)
    return {}


def _read_settings(data: bytes) -> None:
    try:
        own = config.toml(data, config.MARKER)
    except InvalidError as error:
        raise DamagedError(error.message, _(strict.RESTORE)) from None
    if "archive" not in own:  # as in a file that a power failure left empty
        raise DamagedError(_("{file} has no table [archive]").format(file=config.MARKER), _(strict.RESTORE))
    # what else the user has set for all archives is not this file's fault
    defaults = config.toml(config.defaults_text().encode(), "defaults.toml")
    config.zone_of(config.settings(config.Layers([(config.MARKER, own), ("default", defaults)])).archive.tz)
    schema.check(own)
