"""What can go wrong, each with its exit code: one lower-case sentence naming the value, then a hint.

See commands/docs.md, "Exit codes".
"""

from collections.abc import Mapping, Sequence

from crmkit.i18n import _


class CrmkitError(Exception):
    """Refused, invalid, or not found. `message` names the value and where it stands; `hint` says what would work."""

    exit_code = 1
    code = "refused"

    def __init__(self, message: str, hint: str = "", *, field: str = "", value: str = "") -> None:
        """`field` is that of the value; whoever typed it as an option reads the option's name instead.

        Where only the `value` is known, as typed or a part of that, it is named by the option that holds it.
        """
        super().__init__(message)
        self.problem = message
        self.hint = hint
        self.field = field
        self.value = value

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """The sentence, with the name of the field in front."""
        if not self.field:
            return self.problem
        return _("{field}: {problem}").format(field=self.field, problem=self.problem)


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
    """The phone (or the serial number) is in the archive already; the message says who holds it.

    `holders` says it of each file that has the number, by id: whoever typed it may say what is to be done.
    """

    exit_code = 4
    code = "repeat"

    def __init__(self, message: str, hint: str = "", holders: Mapping[str, str] | None = None) -> None:
        super().__init__(message, hint)
        self.holders = dict(holders or {})


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
