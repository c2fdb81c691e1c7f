"""Messages in the operator's language: English is the source, `locale/` holds the others.

Call `use(lang)` once before any command module is imported: help texts are translated when a command is declared.
"""

import gettext as _gettext
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

CATALOGUE = "crmkit"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = {"en": "", "zh": "zh_CN"}

_ENGLISH = _gettext.NullTranslations()
_catalogue: _gettext.NullTranslations = _ENGLISH
_current = "en"


def use(lang: str) -> None:
    """Switch all later messages to `lang`, a key of LANGUAGES."""
    global _catalogue, _current
    _current = lang
    locale = LANGUAGES[lang]
    # typer's own words (Usage, Options, Missing argument) go through the process-wide domain
    os.environ["LANGUAGE"] = locale
    _gettext.bindtextdomain(CATALOGUE, str(LOCALE_DIR))
    _gettext.textdomain(CATALOGUE if locale else "messages")
    _catalogue = _gettext.translation(CATALOGUE, LOCALE_DIR, [locale], fallback=True) if locale else _ENGLISH


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Messages in `lang` for a while: a sheet may be in another language than the talk about it."""
    before = _current
    use(lang)
    try:
        yield
    finally:
        use(before)


def current() -> str:
    """The language in use: a key of LANGUAGES."""
    return _current


def _(message: str) -> str:
    """`message` in the language in use; the English text itself where no translation exists."""
    return _catalogue.gettext(message) if message else ""


def N_(message: str) -> str:
    """Mark `message` for translation where it is defined; `_` it where it is shown."""
    return message


def semicolon() -> str:
    """What stands between entries and sentences in one line."""
    return _("; ")


def clauses(parts: Iterable[str]) -> str:
    """Entries or sentences in one line; what is empty is left out."""
    return semicolon().join(filter(None, parts))


def enumerated(parts: Iterable[str]) -> str:
    """Words that are named side by side."""
    return _(", ").join(parts)


class Worded(str):
    """A text made of codes and values: itself in English, as data says it, and `shown` in the language in use."""

    __slots__ = ("shown",)
    shown: str


def worded(make: Callable[[Callable[[str], str]], str]) -> Worded:
    """The text that `make` puts together with a function that translates."""
    text = Worded(make(N_))
    text.shown = make(_)
    return text


def titled(name: str, title: str = "") -> Worded:
    """A key in data; for people what it is called, `title` or as the title of a column is."""
    text = worded(lambda say: say(name) if name else "")
    text.shown = title or text.shown
    return text


def in_language(text: str) -> str:
    """`text` in the language in use, where it is `Worded`."""
    return text.shown if isinstance(text, Worded) else text


def guess(environ: dict[str, str]) -> str:
    """The language the environment asks for: CRMKIT_LANG, then LC_ALL, LC_MESSAGES, LANG; "" where none names one."""
    if environ.get("CRMKIT_LANG"):
        return environ["CRMKIT_LANG"]
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        language = environ.get(name, "").lower()[:2]
        if environ.get(name):
            return language if language in LANGUAGES else ""
    return ""
