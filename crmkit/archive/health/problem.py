"""What `crmkit check` finds."""

import msgspec

from crmkit.i18n import N_

ANEW = N_("make the archive anew from a backup or another clone: crmkit init DIR --from SOURCE")

BROKEN = frozenset(  # codes of problems with which records cannot be relied on; the others need a person
    ("alias", "damaged", "decayed", "history", "misplaced", "missing", "schema", "twice")
)


class Problem(msgspec.Struct, frozen=True):
    """One thing that is not as it should be in an archive."""

    code: str  # kind of problem, in English for scripts
    place: str  # path in the archive; "." for the archive itself
    message: str
    fix: str = ""
