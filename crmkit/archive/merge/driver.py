"""The merge driver: a program that git runs for each file that both sides changed, when somebody types `git merge`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from crmkit import config, i18n, render
from crmkit.archive.merge.merge_trees import is_shard, merge_trees
from crmkit.archive.store import strict
from crmkit.errors import CrmkitError
from crmkit.i18n import _
from crmkit.records import BY_KIND


def merge_one(path: str, base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, list[str]]:
    """The file at `path` as merged, and the places that clashed: what did not stand has no room in one file.

    `base` is empty where both sides made the file. Raises DamagedError.
    """
    if is_shard(path):
        for data in filter(None, (base, ours, theirs)):
            strict.table(data, BY_KIND[path.partition("/")[0]], path)
    merged = merge_trees(*({path: data} if data else {} for data in (base, ours, theirs)))
    return merged.files[path], [" ".join((clash.record, *clash.path)) for clash in merged.clashes]


def main(arguments: Sequence[str]) -> int:
    """Merge the files that git names (%O %A %B) into the second; 1, which git calls a conflict, where values clash."""
    path = arguments[3]
    i18n.use(i18n.guess(dict(os.environ)) or config.language(""))
    try:
        base, ours, theirs = (Path(name).read_bytes() for name in arguments[:3])
        merged, clashes = merge_one(path, base, ours, theirs)
        Path(arguments[1]).write_bytes(merged)
        if clashes:
            raise CrmkitError(
                _("{file}: changed on both sides: {places}").format(file=path, places=", ".join(clashes)),
                _("`git merge --abort`, then `crmkit sync` keeps both sides' values"),
            )
    except CrmkitError as problem:
        render.error(problem, "")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
