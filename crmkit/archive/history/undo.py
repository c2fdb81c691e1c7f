"""Taking a run back, as a run like any other: what it changed is put back by the rule of `reversal`.

Refused where later runs touched the same records or refer to what would go away; the refusal names them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from crmkit import config
from crmkit.archive.archive import Archive, Done
from crmkit.archive.history.history import WITH_FILES, Revision, changed_fields, find, revisions, with_undone
from crmkit.archive.history.reversal import Altered, Item, OverlapError, Place, decide, ids_in, numbered
from crmkit.archive.journal import disk, transaction
from crmkit.archive.repository.objects import Objects, opened_objects, tree
from crmkit.archive.store import schema, stored, strict
from crmkit.archive.store.staging import Files
from crmkit.errors import CrmkitError, DamagedError, InvalidError, NotFoundError
from crmkit.i18n import _
from crmkit.records import BY_KIND

LISTED = 5  # so many ids or runs stand in a refusal; the others are counted

Items = Mapping[str, Item]  # what is in one file, by id; a file that is no shard is one item under its own path


@dataclass(frozen=True)
class UndoPlan:
    """What taking a revision back comes to; nothing has been written."""

    revision: Revision
    files: Files
    before: Files
    done: Done
    kept: tuple[str, ...]  # ids that the run added and that stay, since a number given out once names them


@dataclass(frozen=True)
class Overlay:
    """The archive as it stands, or as it will stand behind plans that are not yet carried out."""

    archive: Archive
    files: Files  # that will be otherwise
    taken: frozenset[str]  # the commits that will have been taken back

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none."""
        return self.files[path] if path in self.files else disk.read(self.archive.root / path)


def _behind(archive: Archive, plans: Sequence[UndoPlan] = ()) -> Overlay:
    files: Files = {}
    for plan in plans:
        files |= plan.files
    return Overlay(archive, files, frozenset(plan.revision.commit for plan in plans))


def target(archive: Archive, name: str = "") -> Revision:
    """The revision to take back: the one named, else the newest run that stands and is no undo itself.

    Raises NotFoundError, and CrmkitError for one that cannot be taken back.
    """
    if transaction.pending(archive.root):
        raise CrmkitError(
            _("git has not recorded the last runs yet, so nothing can be taken back"),
            _("`crmkit check` says what keeps git from it"),
        )
    wanted = find(archive.git, name).commit if name else ""
    for revision, undone_by in with_undone(revisions(archive.git, "--topo-order", "HEAD")):
        if revision.commit == wanted:
            return _takeable(revision, undone_by)
        if not wanted and revision.run and not revision.undoes and not undone_by and len(revision.parents) == 1:
            return revision
    raise NotFoundError(_("there is no run to take back"), _("`crmkit history` lists the runs"))


def chain(archive: Archive, name: str = "") -> list[Revision]:
    """The revision `name` (else the newest run) and every later one that must be taken back before it, newest first.

    A run builds on another if it changed the same fields later, or refers to a record that the other added; and so on.
    Raises as `target`, and CrmkitError if an edit by hand stands in the way.
    """
    first = target(archive, name)
    found, waiting = {first.commit}, [first.commit]
    with opened_objects(archive.git) as objects:
        while waiting:
            revision = _with_files(archive, waiting.pop())
            for later in _building_on(_behind(archive), objects, revision):
                _takeable(later, "")
                if later.commit not in found:
                    found.add(later.commit)
                    waiting.append(later.commit)
    since = revisions(archive.git, "--topo-order", f"{first.commit}^..HEAD")
    return [revision for revision in since if revision.commit in found]


def rehearsed(archive: Archive, revisions_: Iterable[Revision]) -> list[UndoPlan]:
    """The plans that take back `revisions_`, newest first, each after the ones before it; nothing has been written.

    Raises CrmkitError where one of them cannot be taken back, before anything of the others is.
    """
    plans: list[UndoPlan] = []
    for revision in revisions_:
        plans.append(planned(archive, revision.name, plans))
    return plans


def summed(plans: Iterable[UndoPlan]) -> Done:
    """What `plans` come to together: each field as it is now and as it will be, and the records of all steps."""
    changes: dict[str, dict[str, tuple[Any, Any]]] = {}
    counts: Counter[str] = Counter()
    dry_run = False
    for plan in plans:
        counts.update(plan.done.counts)
        dry_run = plan.done.dry_run
        for key, fields in plan.done.changes.items():
            known = changes.setdefault(key, {})
            known |= {name: (known[name][0] if name in known else old, new) for name, (old, new) in fields.items()}
    left = {key: {name: both for name, both in fields.items() if both[0] != both[1]} for key, fields in changes.items()}
    return Done(ids=tuple(changes), counts=dict(counts), changes=left, dry_run=dry_run)


def _building_on(overlay: Overlay, objects: Objects, revision: Revision) -> list[Revision]:
    """The later revisions that keep `revision` from being taken back. CrmkitError for an edit by hand."""
    altered = dict(_altered(objects, revision, _present(overlay, revision)[1]))
    since = set(overlay.archive.git.run("rev-list", "--ancestry-path", f"{revision.commit}..HEAD").decode().split())
    touched = _touching(overlay, objects, revision, [p for p, item in altered.items() if item.now != item.after])
    added = {key for (_path, key), item in altered.items() if item.before is None and item.now is not None}
    holders = {place: () for place in _holders(overlay, revision, added, {}) if place not in altered}
    by_hand = {place: others for place, others in touched.items() if not others}
    if by_hand:
        raise _refusal(revision, by_hand)
    others = (*touched.values(), *_touching(overlay, objects, revision, holders).values())
    return [other for several in others for other in several if other.commit in since]


def _with_files(archive: Archive, commit: str) -> Revision:
    for one in (commit, f"{commit}^"):
        tree(archive.git, one)  # is one of an archive, before git compares the two
    (revision,) = revisions(archive.git, *WITH_FILES, "-n1", commit)
    return revision


def _present(overlay: Overlay, revision: Revision) -> tuple[dict[str, bytes | None], dict[str, Items]]:
    """The files of `revision` as they stand: their bytes, and what is in them."""
    live = {file.path: overlay.read(file.path) for file in revision.files}
    return live, {path: _strict_items(path, data) for path, data in live.items()}


def planned(archive: Archive, name: str = "", earlier: Sequence[UndoPlan] = ()) -> UndoPlan:
    """What taking back the revision `name` (else the newest run) would change, once `earlier` are carried out.

    Raises NotFoundError, CrmkitError.
    """
    overlay = _behind(archive, earlier)
    revision = _with_files(archive, target(archive, name).commit)
    with opened_objects(archive.git) as objects:
        live, present = _present(overlay, revision)
        altered = dict(_altered(objects, revision, present))
        stale = [place for place, item in altered.items() if item.now != item.after]
        _refuse_later(overlay, objects, revision, stale)
        try:
            decided = decide(altered, f"undo {revision.name}")
        except OverlapError:
            raise _refusal(revision, _touching(overlay, objects, revision, stale)) from None
        results = {place: item for place, item in decided.items() if item != altered[place].now}
        files = _files(revision, present, results)
        _refuse_references(overlay, objects, revision, results, files)
    _check(revision, files)
    if not files:
        raise CrmkitError(_("nothing that run {run} did can be taken back").format(run=revision.name))
    return UndoPlan(
        revision=revision,
        files=files,
        before={path: live[path] for path in files},
        done=_done(archive, altered, results),
        kept=tuple(place[1] for place, item in altered.items() if item.before is None and place not in results),
    )


def take_back(archive: Archive, plan: UndoPlan, *, run_at: datetime, by: str) -> Done:
    """Carry out `plan` as a run of its own; with a dry run, only say what would change."""
    if archive.dry_run:
        return plan.done
    n = len(plan.done.ids)
    message = f"undo: {n} {'record' if n == 1 else 'records'}"
    return archive.commit_files(
        plan.files, plan.before, message, plan.done, run_at=run_at, by=by, undoes=plan.revision.name
    )


def _takeable(revision: Revision, undone_by: str) -> Revision:
    if undone_by:
        raise CrmkitError(
            _("run {run} was taken back already, by {other}").format(run=revision.name, other=undone_by),
            _("`crmkit undo {other}` does it again").format(other=undone_by),
        )
    if len(revision.parents) != 1:
        raise CrmkitError(
            _("{run} cannot be taken back: it joins or begins histories").format(run=revision.name),
            _("`crmkit history` lists the runs; take those back"),
        )
    return revision


def _altered(objects: Objects, revision: Revision, present: Mapping[str, Items]) -> Iterable[tuple[Place, Altered]]:
    for path, (old,), new in revision.files:
        before, after = _items(objects, path, old), _items(objects, path, new)
        for key in {**before, **after}:
            if before.get(key) != after.get(key):
                yield (path, key), Altered(before.get(key), after.get(key), present[path].get(key))


def _items(objects: Objects, path: str, blob: str) -> Items:
    if not blob:
        return {}
    data = objects.read(blob)
    if not _is_shard(path):
        return {path: data}
    tables: dict[str, dict[str, Item]] = msgspec.json.decode(data)
    return tables[path.partition("/")[0]]


def _strict_items(path: str, data: bytes | None) -> Items:
    if data is None:
        return {}
    return dict(strict.documents(data, path.partition("/")[0], path)) if _is_shard(path) else {path: data}


def _is_shard(path: str) -> bool:
    return path.partition("/")[0] in BY_KIND


def _files(revision: Revision, present: Mapping[str, Items], results: Mapping[Place, Item | None]) -> Files:
    files: Files = {}
    for path, (old,), _new in revision.files:
        changed = {key: item for (place, key), item in results.items() if place == path}
        items = {key: item for key, item in {**present[path], **changed}.items() if item is not None}
        if changed and _is_shard(path):
            documents = {key: item for key, item in items.items() if isinstance(item, dict)}
            # a shard that the run began goes away with its last document
            files[path] = stored.canonical(path.partition("/")[0], documents) if documents or old else None
        elif changed:
            files[path] = next((item for item in items.values() if isinstance(item, bytes)), None)
    return files


def _refuse_later(overlay: Overlay, objects: Objects, revision: Revision, stale: list[Place]) -> None:
    # what came in from another clone beside the run is no later run: there the fields decide
    if not stale:
        return
    touched = _touching(overlay, objects, revision, stale)
    since = overlay.archive.git.run("rev-list", "--ancestry-path", f"{revision.commit}..HEAD").decode().split()
    later = {
        place: [other for other in others if other.commit in since]
        for place, others in touched.items()
        if not others or any(other.commit in since for other in others)
    }
    if later:
        raise _refusal(revision, later)


def _touching(
    overlay: Overlay, objects: Objects, revision: Revision, places: Iterable[Place]
) -> dict[Place, list[Revision]]:
    """The revisions since `revision` that stand and changed one of `places`, newest first."""
    found: dict[Place, list[Revision]] = {place: [] for place in places}
    paths = sorted({path for path, _key in found})
    since = revisions(overlay.archive.git, "--topo-order", *WITH_FILES, f"{revision.commit}..HEAD", "--", *paths)
    later = list(with_undone(since))
    names = {other.name for other, _undone_by in later}
    for other, undone_by in later:
        if undone_by or other.undoes in names or other.commit in overlay.taken:  # the two cancel out
            continue
        for path, olds, new in other.files:
            befores, after = [_items(objects, path, old) for old in olds], _items(objects, path, new)
            for place, others in found.items():
                sides = [_fields(before.get(place[1])) for before in befores]
                if place[0] == path and changed_fields(sides, _fields(after.get(place[1]))):
                    others.append(other)
    return found


def _refuse_references(
    overlay: Overlay, objects: Objects, revision: Revision, results: Mapping[Place, Item | None], files: Files
) -> None:
    gone = {key for (_path, key), item in results.items() if item is None}
    holders = _holders(overlay, revision, gone, files)
    if holders:
        needed = sorted(set().union(*holders.values()))
        given_out = sorted(key for _path, key in holders if numbered(key))
        if len(given_out) == len(holders):
            raise CrmkitError(
                _(
                    "run {run} cannot be taken back: {kept} stay, since their numbers were given out, "
                    "and name {needed}, which it added"
                ).format(run=revision.name, kept=_listed(given_out, ", "), needed=_listed(needed, ", ")),
                _("take back the runs after it, or change the records with a command"),
            )
        raise _refusal(revision, _touching(overlay, objects, revision, holders), needed)


def _holders(overlay: Overlay, revision: Revision, gone: set[str], files: Files) -> dict[Place, set[str]]:
    """The records, as they will stand with `files`, that name one of the ids `gone`; with those that they name."""
    diff = overlay.archive.git.run("diff-tree", "-r", "-z", "--name-only", revision.commit, "HEAD")
    since = diff.decode().split("\0")
    holders: dict[Place, set[str]] = {}
    for path in filter(_is_shard, {*since, *files} if gone else ()):
        data = files[path] if path in files else overlay.read(path)
        if data is not None and gone & ids_in(data):
            items = _strict_items(path, data)
            holders |= {(path, key): named for key, item in items.items() if (named := gone & ids_in(item))}
    return holders


def _refusal(revision: Revision, touched: Mapping[Place, list[Revision]], needed: Iterable[str] = ()) -> CrmkitError:
    by_run: dict[str, list[str]] = {}
    for (_path, key), others in touched.items():
        for name in [f"{other.name} ({other.command})" for other in others] or [_("an edit by hand")]:
            by_run.setdefault(name, []).append(key)
    listed = _listed([f"{name}: {_listed(keys, ', ')}" for name, keys in by_run.items()], "; ")
    sentence = _("run {run} cannot be taken back: later runs touched the same records ({listed})")
    if needed:
        sentence = _("run {run} cannot be taken back: later runs refer to {needed}, which it added ({listed})")
    return CrmkitError(
        sentence.format(run=revision.name, listed=listed, needed=_listed(list(needed), ", ")),
        _("`crmkit undo {run} --with-later -n` shows what goes with it; or change the records with a command").format(
            run=revision.name
        ),
    )


def _listed(texts: list[str], separator: str) -> str:
    more = [_("{n} more").format(n=len(texts) - LISTED)] if len(texts) > LISTED else []
    return separator.join([*texts[:LISTED], *more])


def _check(revision: Revision, files: Files) -> None:
    try:
        for path, data in files.items():
            if data is not None and _is_shard(path):
                strict.table(data, BY_KIND[path.partition("/")[0]], path)
            elif data is not None and path == config.MARKER:
                settings = config.toml(data, path)
                schema.check(settings)
                config.settings(config.load_layers(settings))
    except (DamagedError, InvalidError) as problem:
        raise CrmkitError(
            _("run {run} cannot be taken back: {problem}").format(run=revision.name, problem=problem.message),
            problem.hint,
        ) from None


def _done(archive: Archive, altered: Mapping[Place, Altered], results: Mapping[Place, Item | None]) -> Done:
    counts = {"restored": 0, "removed": 0, "void": 0}
    for place, item in results.items():
        voided = altered[place].before is None and item is not None
        counts["removed" if item is None else "void" if voided else "restored"] += 1
    changes = {
        key: changed_fields([_fields(altered[path, key].now)], _fields(item)) for (path, key), item in results.items()
    }
    return Done(
        ids=tuple(changes),
        counts={name: n for name, n in counts.items() if n},
        changes=changes,
        dry_run=archive.dry_run,
    )


def _fields(item: Item | None) -> dict[str, Any]:
    if not isinstance(item, bytes):
        return item or {}
    try:
        return config.flat(config.toml(item, config.MARKER))
    except InvalidError:
        return {"sha256": disk.digest(item)}
