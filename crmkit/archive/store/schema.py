"""The schema of an archive: a number that rises when the stored form of records changes, and the way up to it.

`archive.toml` names it; an archive that names none has the first. A field that is new, and empty by default, needs no
new number: records without it read as they are. Anything else is a migration, the n-th of `MIGRATIONS`, from schema n
to n + 1. It is pure and gives every clone the same bytes, so that clones that upgrade apart merge as if one had.
"""

from collections.abc import Callable
from pathlib import Path

from crmkit import config
from crmkit.archive.journal import disk
from crmkit.archive.store import stored, strict
from crmkit.archive.store.files import shard_files
from crmkit.archive.store.stored import Documents
from crmkit.errors import DamagedError
from crmkit.i18n import _
from crmkit.records import BY_KIND

Migration = Callable[[str, Documents], Documents]  # the kind of a shard and its documents → its documents


def _without_language(kind: str, documents: Documents) -> Documents:
    from crmkit.archive.store.schema_2 import without_language

    return without_language(kind, documents)


MIGRATIONS: tuple[Migration, ...] = (_without_language,)


def current() -> int:
    """The schema that this crmkit reads and writes."""
    return 1 + len(MIGRATIONS)


def schema_of(settings: config.Table) -> int:
    """The schema that the table of an `archive.toml` names. Raises DamagedError where it is no number."""
    own = settings.get("archive", {})
    schema = own.get("schema", 1) if isinstance(own, dict) else 0
    if not isinstance(schema, int) or schema < 1:
        raise DamagedError(_("{file}: {value} is not a schema").format(file=config.MARKER, value=schema))
    return schema


def check(settings: config.Table) -> None:
    """DamagedError unless the archive with these settings has the current schema."""
    schema = schema_of(settings)
    if schema > current():
        raise DamagedError(
            _("this archive has schema {schema}, and this crmkit knows {known} and older").format(
                schema=schema, known=current()
            ),
            _("install a newer crmkit; nothing was read or changed"),
        )
    if schema < current():
        raise DamagedError(
            _("this archive has schema {schema}, and this crmkit works with {known}").format(
                schema=schema, known=current()
            ),
            _("`crmkit upgrade` brings it up to date; it is a run and can be looked at first with -n"),
        )


def migrated(kind: str, documents: Documents, schema: int) -> Documents:
    """The documents of a shard of `schema` in the current one."""
    for migration in MIGRATIONS[schema - 1 :]:
        documents = migration(kind, documents)
    return documents


def migrated_files(root: Path, identity: str = "") -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of the archive at `root` that the current schema changes: their bytes then, and now.

    `identity` becomes the `archive.id` of one that has none.
    Raises DamagedError for a shard that cannot be read, and for a document that does not come out as a record.
    """
    import tomlkit

    settings = config.read_toml(root / config.MARKER)
    schema = schema_of(settings)
    if schema >= current():
        check(settings)
        return {}, {}
    before = {path: disk.read(root / path) or b"" for path in (config.MARKER, *dict(shard_files(root)))}
    text = tomlkit.parse(before[config.MARKER].decode())
    own = text.setdefault("archive", tomlkit.table())
    own["schema"] = current()
    if identity and not own.get("id"):
        own["id"] = identity
    after = {config.MARKER: tomlkit.dumps(text).encode()}
    for path in before.keys() - after.keys():
        kind = path.partition("/")[0]
        documents = strict.documents(before[path], kind, path)
        changed = migrated(kind, documents, schema)
        if changed != documents:
            after[path] = stored.canonical(kind, changed)
            strict.table(after[path], BY_KIND[kind], path)
    return after, {path: before[path] for path in after}
