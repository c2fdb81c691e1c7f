"""Two commits of an archive merged as `merge_trees` merges: which files differ, and what both histories began from."""

import hashlib
from collections.abc import Iterable

import msgspec

from crmkit import config
from crmkit.archive.merge.merge_trees import Merged, is_shard, merge_trees
from crmkit.archive.repository.git import Git, GitError
from crmkit.archive.repository.objects import Objects, tree
from crmkit.archive.store import schema, stored, strict
from crmkit.errors import CrmkitError, DamagedError
from crmkit.i18n import _
from crmkit.records import Conflict

Tree = dict[str, str]  # path → name of its bytes
_raw = msgspec.json.Decoder(dict[str, dict[str, msgspec.Raw]])


class Commits:
    """The commits of an archive, with the files that merging them makes."""

    def __init__(self, git: Git, objects: Objects) -> None:
        self.git = git
        self.objects = objects
        self._trees: dict[str, Tree] = {}
        self._settings: dict[str, config.Table] = {}
        self._made: dict[str, bytes] = {}

    def tree(self, commit: str) -> Tree:
        """The files of `commit`; none where it is "", as in an empty repository. Raises DamagedError for a link."""
        if commit and commit not in self._trees:
            entries = tree(self.git, commit)
            for path, entry in entries.items():
                if not entry.regular:
                    raise DamagedError(_("{file} is not a plain file").format(file=path))
            self._trees[commit] = {path: entry.blob for path, entry in entries.items()}
        return self._trees.get(commit, {})

    def settings(self, files: Tree) -> config.Table:
        """What the `archive.toml` among `files` says. InvalidError where it is none."""
        name = files.get(config.MARKER, "")
        if name and name not in self._settings:
            self._settings[name] = config.toml(self._bytes(name), config.MARKER)
        return self._settings.get(name, {})

    def read(self, files: Tree, paths: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those `paths` that are in `files`; records of an older schema as the current one has them."""
        found = {path: self._bytes(files[path]) for path in paths if path in files}
        number = schema.schema_of(self.settings(files))
        return found if number >= schema.current() else {path: _current(path, found[path], number) for path in found}

    def made(self, data: bytes) -> str:
        """A name for bytes that git has not stored."""
        name = hashlib.sha256(data).hexdigest()
        self._made[name] = data
        return name

    def base(self, one: str, other: str) -> Tree:
        """What two commits began from. Raises CrmkitError where they have nothing in common.

        Where two clones took in each other's work before, there are several such commits; what they began from is
        then merged in the same way.
        """
        try:
            bases = sorted(self.git.run("merge-base", "--all", one, other).decode().split())
        except GitError:
            raise CrmkitError(
                _("the remote holds another archive: the two histories have nothing in common"),
                _("`git remote -v` shows its address; an empty repository takes a new archive"),
            ) from None
        files = self.tree(bases[0])
        for another in bases[1:]:
            files, _merged = self.merge(self.base(bases[0], another), files, self.tree(another))
        return files

    def merge(self, base: Tree, ours: Tree, theirs: Tree) -> tuple[Tree, Merged]:
        """The merged files, and how they came about."""
        same = base.items() & ours.items() & theirs.items()
        paths = {p for p in {*base, *ours, *theirs} if (p, ours.get(p)) not in same or p.startswith(Conflict.kind)}
        merged = merge_trees(self.read(base, paths), self.read(ours, paths), self.read(theirs, paths))
        files = {path: name for path, name in ours.items() if path not in paths}
        return files | {path: self.made(data) for path, data in merged.files.items()}, merged

    def differing(self, old: Tree, new: Tree) -> set[str]:
        """The ids of the records that are not the same in both."""
        paths = [path for path, _name in old.items() ^ new.items() if is_shard(path)]
        before, after = (self._records(files, paths) for files in (old, new))
        return {identifier for identifier, _document in before ^ after}

    def _records(self, files: Tree, paths: Iterable[str]) -> set[tuple[str, bytes]]:
        return {
            (identifier, bytes(document))
            for data in self.read(files, paths).values()
            for table in _raw.decode(data).values()
            for identifier, document in table.items()
        }

    def _bytes(self, name: str) -> bytes:
        if name not in self._made:
            self._made[name] = self.objects.read(name)
        return self._made[name]


def _current(path: str, data: bytes, number: int) -> bytes:
    if not is_shard(path):
        return data
    kind = path.partition("/")[0]
    return stored.canonical(kind, schema.migrated(kind, strict.documents(data, kind, path), number))
