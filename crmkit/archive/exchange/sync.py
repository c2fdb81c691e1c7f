"""Taking in what another clone recorded: merged record by record, written as one run, recorded with both histories.

git only stores and transports; it never merges, checks out or filters a file. So a crash is recovered as in any other
run, and no driver, filter or attribute of a hostile repository ever runs.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from msgspec.structs import replace

from crmkit import config
from crmkit.archive.archive import Archive, Done
from crmkit.archive.exchange.commits import Commits, Tree
from crmkit.archive.exchange.create import GITATTRIBUTES
from crmkit.archive.journal import transaction
from crmkit.archive.merge.collisions import Meeting, meetings
from crmkit.archive.merge.merge_trees import is_shard
from crmkit.archive.repository.objects import opened_objects, tree
from crmkit.archive.store import schema, strict
from crmkit.archive.store.shards import is_stray
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import _
from crmkit.records import BY_KIND, Conflict, type_of

OWN = (".gitattributes", ".gitignore")  # no other file of a name that means something to git is taken in


@dataclass(frozen=True)
class Taken:
    """What taking in a commit came to."""

    done: Done  # ids: of the conflicts that came up; counts: records received, records to send, conflicts
    head: str  # the commit that holds both sides' work
    meetings: tuple[Meeting, ...] = ()


def take_in(archive: Archive, theirs: str, name: str, *, run_at: datetime, by: str) -> Taken:
    """Merge the commit `theirs`, fetched from the remote `name`, as one run; "" where the remote is empty.

    Raises CrmkitError for the history of another archive, or if git has not recorded every run yet; DamagedError if
    the other side's files are no archive. Nothing has changed then.
    """
    if transaction.pending(archive.root):
        raise CrmkitError(
            _("git has not recorded the last runs yet, so nothing can be exchanged"),
            _("`crmkit check` says what keeps git from it"),
        )
    tree(archive.git, "HEAD")  # is one of an archive, before git compares it with the files
    ours = archive.git.head()
    with opened_objects(archive.git) as objects:
        commits = Commits(archive.git, objects)
        here = result = commits.tree(ours)
        found: tuple[Meeting, ...] = ()
        known = not theirs or archive.git.succeeds("merge-base", "--is-ancestor", theirs, ours)
        if not known:
            result, found = _merged(commits, ours, theirs, name)
        unlike = [path for path in {**here, **result} if here.get(path) != result.get(path)]
        before, after = commits.read(here, unlike), commits.read(result, unlike)
        paths = [path for path in unlike if before.get(path) != after.get(path)]
        received, sent = commits.differing(here, result), commits.differing(commits.tree(theirs), result)
    conflicts = tuple(sorted(i for i in _open_conflicts(after) if i in received))
    counts = {"received": _records(received), "sent": _records(sent), "conflicts": len(conflicts)}
    done = Done(ids=conflicts, counts=counts, dry_run=archive.dry_run)
    if known or archive.dry_run:
        return Taken(done, ours, found)
    n = counts["received"]
    done = archive.commit_files(
        {path: after.get(path) for path in paths}, {path: before.get(path) for path in paths},
        f"sync merge: {n} {'record' if n == 1 else 'records'}", done, run_at=run_at, by=by, parent=theirs,
    )  # fmt: skip
    head = archive.git.head()
    return Taken(done if head != theirs else replace(done, run=""), head, found)  # moving on to theirs is no run


def _merged(commits: Commits, ours: str, theirs: str, name: str) -> tuple[Tree, tuple[Meeting, ...]]:
    """The files of both sides as one archive, and what came together."""
    here, base = commits.tree(ours), commits.base(ours, theirs)
    with _blaming(name):
        there = commits.tree(theirs)
        settings = commits.settings(there)
    if schema.schema_of(settings) > schema.current():
        schema.check(settings)
    _refuse_another(settings, commits.settings(here), name)
    with _blaming(name):
        _check(commits, here, there, base)
    own = {".gitattributes": commits.made(GITATTRIBUTES.encode())}
    if base == here:
        return there | own, ()
    result, merged = commits.merge(base, here, there)
    return result | own, tuple(meetings(merged))


def _refuse_another(theirs: config.Table, ours: config.Table, name: str) -> None:
    """CrmkitError where both sides name an archive, and not the same one: a copy that became one of its own."""
    there, here = (str(config.dig(settings, "archive.id") or "") for settings in (theirs, ours))
    if there and here and there != here:
        raise CrmkitError(
            _("{remote} is another archive: its archive.id is {theirs}, here it is {ours}").format(
                remote=name, theirs=there, ours=here
            ),
            _("only clones of one archive exchange their work; nothing was taken in"),
        )


def _check(commits: Commits, here: Tree, there: Tree, base: Tree) -> None:
    """Raise CrmkitError, ValueError where what the other side changed since `base` is no archive."""
    folders = {str(folder) for path in {**here, **there} for folder in PurePosixPath(path).parents}
    for path in {**here, **there}:
        if path in folders or not _belongs(path):
            raise DamagedError(_("the file {file}").format(file=path))
    if config.MARKER not in there:
        raise DamagedError(_("no {file}").format(file=config.MARKER))
    changed = commits.read(there, [path for path, blob in there.items() if base.get(path) != blob])
    for path, data in changed.items():
        if is_shard(path):
            strict.table(data, BY_KIND[path.partition("/")[0]], path)
    if config.MARKER in changed:
        config.settings(config.load_layers(config.toml(changed[config.MARKER], config.MARKER)))


@contextmanager
def _blaming(name: str) -> Iterator[None]:
    try:
        yield
    except (CrmkitError, ValueError) as error:
        raise DamagedError(
            _("{remote} holds what no archive holds, and nothing was taken in: {problem}").format(
                remote=name, problem=error
            ),
            _("mend it in the clone that sent it; `crmkit check` there shows the same"),
        ) from None


def _belongs(path: str) -> bool:
    """Whether a path may be written here: none leads out of the archive, into git or into crmkit's own folder."""
    names = [part.casefold() for part in path.split("/")]
    foreign = any(part in ("", ".", "..", ".crmkit") or part.startswith(".git") for part in names)
    return path.isprintable() and not is_stray(path) and (path in OWN or not foreign)


def _open_conflicts(files: dict[str, bytes]) -> Iterable[str]:
    for path, data in files.items():
        if path.startswith(f"{Conflict.kind}/"):
            for identifier, document in strict.documents(data, Conflict.kind, path).items():
                if "resolved_at" not in document:
                    yield identifier


def _records(ids: Iterable[str]) -> int:
    return sum(type_of(identifier) is not Conflict for identifier in ids)
