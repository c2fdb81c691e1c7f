"""What can go wrong, each with its exit code: one lower-case sentence naming the value, then a hint.

See commands/docs.md, "Exit codes".
"""

from collections.abc import Mapping, Sequence


class CrmkitError(Exception):
    """Refused, invalid, or not found. `message` names the value and where it stands; `hint` says what would work."""

    exit_code = 1
    code = "refused"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFoundError(CrmkitError):
    """No such record, file or archive."""

    code = "not-found"


class InvalidError(CrmkitError):
    """A value that is not acceptable: it was never guessed, and nothing was changed."""

    code = "invalid"


class UsageError(CrmkitError):
    """The command line itself is off."""

    exit_code = 2
    code = "usage"


class AmbiguousError(CrmkitError):
    """An id prefix, name or phone that fits several records; `choices` tells them apart: a line, and data."""

    exit_code = 3
    code = "ambiguous"

    def __init__(self, message: str, hint: str = "", choices: Mapping[str, Mapping[str, str]] | None = None) -> None:
        super().__init__(message, hint)
        self.choices = dict(choices or {})


class RepeatError(CrmkitError):
    """The phone (or the serial number) is in the archive already; the message says who holds it."""

    exit_code = 4
    code = "repeat"


class PartialError(CrmkitError):
    """A batch was done in part; the rejects file holds the rest with its reasons."""

    exit_code = 5
    code = "partial"


class SavedError(CrmkitError):
    """Saved, but what comes after it failed: the result could not be printed, or a file not be written.

    Never to be repeated as a refusal may be; `runs` names what was saved.
    """

    exit_code = 7
    code = "saved"

    def __init__(self, message: str, hint: str = "", runs: Sequence[str] = ()) -> None:
        super().__init__(message, hint)
        self.runs = tuple(runs)


class DamagedError(CrmkitError):
    """The archive is damaged or needs a person to decide."""

    exit_code = 6
    code = "damaged"


class LeftOutError(CrmkitError):
    """A mistake of crmkit's own: the answer is without the records that the message names."""

    exit_code = 6
    code = "left-out"


class StoppedError(CrmkitError):
    """Ctrl-C; the message says what was saved by then."""

    exit_code = 130
    code = "interrupted"


class BusyError(CrmkitError):
    """The lock was not had in time; the message names the holder."""

    exit_code = 75
    code = "busy"
