"""Options that take one of a few words."""

from collections.abc import Iterable

from crmkit.errors import UsageError
from crmkit.i18n import _


def one_of(value: str, choices: Iterable[str], sentence: str) -> str:
    """`value`, "" or one of `choices`. Raises UsageError with `sentence`, which has a {value}, and the choices."""
    allowed = list(choices)
    if value and value not in allowed:
        raise UsageError(sentence.format(value=value), _("one of: {choices}").format(choices=", ".join(allowed)))
    return value
