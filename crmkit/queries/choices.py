"""A word that was typed, as one of a closed list."""

from collections.abc import Iterable

from crmkit.core.fields import code_of, one_of_them
from crmkit.errors import UsageError


def one_of(value: str, choices: Iterable[str], sentence: str, family: str = "", *, field: str) -> str:
    """One of `choices`, also by its Chinese word, or "".

    Raises UsageError with `sentence`, which has a {value}; it names the option of the parameter `field`.
    """
    allowed = list(choices)
    value = code_of(value, allowed, family)
    if value and value not in allowed:
        raise UsageError(sentence.format(value=value), one_of_them(allowed, family), field=field)
    return value
