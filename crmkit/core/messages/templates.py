"""Message templates (短信模板): their fields, and what must not stand in them (docs.md: Customers)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import NamedTuple

from crmkit.core.calendar.occasions import BIRTHDAY, FESTIVAL, WEDDING
from crmkit.core.data import table
from crmkit.core.messages import sms
from crmkit.core.people import names
from crmkit.core.run import Run
from crmkit.errors import InvalidError
from crmkit.i18n import _
from crmkit.records.message import CHANNELS
from crmkit.records.rows import MessageTemplate

ANY_FESTIVAL = FESTIVAL.rstrip(":")
EVENT_OCCASIONS = ("event-invitation", "event-reminder", "event-thanks")
OCCASIONS = (
    BIRTHDAY, WEDDING, ANY_FESTIVAL, "season", "keep-in-touch", "letter", "thanks", "reminder", *EVENT_OCCASIONS,
)  # fmt: skip
ALWAYS = ("name", "address_as", "branch", "hotline", "staff")
OF_EVENT = ("event", "day", "time", "place", "route", "invitation")
SAMPLE = "王秀英"


class TemplateProblem(NamedTuple):
    """Something wrong with one template."""

    template: str
    problem: str  # in the operator's language


def fields_of(occasion: str) -> tuple[str, ...]:
    """What {fields} a template for `occasion` may have."""
    if occasion in (BIRTHDAY, WEDDING):
        return (*ALWAYS, "years")
    if occasion.partition(":")[0] == ANY_FESTIVAL:
        return (*ALWAYS, "festival")
    return (*ALWAYS, *OF_EVENT) if occasion in EVENT_OCCASIONS else ALWAYS


def lint(run: Run, templates: Iterable[MessageTemplate]) -> list[TemplateProblem]:
    """Every problem of `templates`, in their order."""
    return [TemplateProblem(one.name, problem) for one in templates for problem in _problems(run, one, {})]


def check(run: Run, template: MessageTemplate, shared: Mapping[str, str]) -> None:
    """Raise InvalidError with the first thing that is wrong with `template`, its `shared` fields filled in.

    A person's own fields are not checked: there are people called 包好.
    """
    for problem in _problems(run, template, shared):
        raise InvalidError(
            _("template {name}: {problem}").format(name=template.name, problem=problem),
            _("mend it in archive.toml under [[message.templates]]; `crmkit message lint` tells everything"),
        )


def choose(run: Run, occasion: str, name: str = "") -> MessageTemplate:
    """The template called `name`, else the first one for `occasion` in the archive's language. Raises InvalidError.

    For a festival without a template of its own, the first one for any festival.
    """
    usable = [one for one in run.settings.message.templates if not one.off]
    if name:
        named = [one for one in usable if one.name == name]
        if not named or named[0].occasion not in _serving(occasion):
            raise InvalidError(
                _("there is no template {name} for {occasion}").format(name=name, occasion=occasion),
                _("`crmkit message templates` lists them"),
            )
        return named[0]
    lang = run.settings.archive.lang
    for wanted in _serving(occasion):
        for one in usable:
            if one.occasion == wanted and one.lang == lang:
                return one
    raise InvalidError(
        _("there is no template for {occasion} in the language {lang}").format(occasion=occasion, lang=lang),
        _("add one to archive.toml under [[message.templates]]"),
    )


def sample(run: Run, template: MessageTemplate) -> str:
    """The text as somebody with a usual name would get it; what is not known here is as long as SAMPLE."""
    known = {"branch": run.settings.archive.name, "hotline": run.settings.card.hotline}
    return template.text.format(**dict.fromkeys(fields_of(template.occasion), SAMPLE) | known)


def used_fields(text: str) -> list[str]:
    """What stands between the braces of `text`, each once. Raises ValueError where the braces do not match."""
    found = []
    for _literal, field, form, conversion in Formatter().parse(text):
        if field is not None:
            found.append(field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else ""))
    return list(dict.fromkeys(found))


def mentioned(text: str, words: Iterable[str]) -> str:
    """The first of `words` that stands in `text`, "" for none.

    Chinese words are found through spaces, punctuation, full width and traditional characters; others as whole words.
    """
    plain, joined = _plain(text)
    for word in words:
        wanted = word.casefold()
        if (wanted in joined) if names.is_han(word) else re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain):
            return word
    return ""


def matched(text: str, patterns: Iterable[str], allowed: Iterable[str] = ()) -> str:
    """What in `text` one of the regular expressions `patterns` fits, "" for nothing; spelt as for `mentioned`.

    What contains one of the words `allowed` does not count.
    """
    plain, _joined = _plain(text)
    clauses = [re.sub(r"[\W_]+", "", clause) for clause in re.split("[,。!?;:\n]", plain)]
    for pattern in patterns:
        for clause in clauses if names.is_han(pattern) else [plain]:
            for found in re.finditer(pattern, clause):
                if not any(word.casefold() in found[0] for word in allowed):
                    return found[0].strip()
    return ""


def _plain(text: str) -> tuple[str, str]:
    """`text` in small simplified letters of usual width, and the same without spaces and punctuation."""
    plain = names.simplified(unicodedata.normalize("NFKC", text).casefold())
    return plain, re.sub(r"[\W_]+", "", plain)


def _patterns(kind: str) -> list[str]:
    """The regular expressions of `kind` in `core/data/message_words.tsv`."""
    return [row[1] for row in table("message_words.tsv") if row[0] == f"{kind}-pattern"]


def _serving(occasion: str) -> tuple[str, ...]:
    return (occasion, ANY_FESTIVAL) if occasion.startswith(FESTIVAL) else (occasion,)


def _problems(run: Run, template: MessageTemplate, shared: Mapping[str, str]) -> Iterator[str]:
    settings = run.settings.message
    festivals = [FESTIVAL + one.name for one in run.settings.occasion.festivals]
    if template.occasion not in (*OCCASIONS, *festivals):
        yield _("there is no occasion {value}").format(value=template.occasion)
    if template.channel not in CHANNELS:
        yield _("there is no channel {value}").format(value=template.channel)
    yield from _field_problems(run, template)
    yield from _word_problems(run, template, shared)
    name = run.settings.archive.name
    if not name:
        yield _("nobody could tell who sends it: the setting archive.name is empty")
    elif "{branch}" not in template.text and name not in template.text:
        yield _("it does not name the sender: put {field} into it").format(field="{branch}")
    if template.occasion in settings.marketing and not mentioned(template.text, settings.opt_out_words):
        yield _("it does not say how to stop such messages, with one of: {words}").format(
            words=", ".join(settings.opt_out_words)
        )


def _field_problems(run: Run, template: MessageTemplate) -> Iterator[str]:
    try:
        used = used_fields(template.text)
    except ValueError:
        yield _("its braces do not match")
        return
    known = fields_of(template.occasion)
    unknown = [field for field in used if field not in known]
    for field in unknown:
        yield _("there is no field {field}, only {choices}").format(
            field="{" + field + "}", choices=" ".join("{" + one + "}" for one in known)
        )
    if "hotline" in used and not run.settings.card.hotline:
        yield _("it gives the {field}, and the setting card.hotline is empty").format(field="{hotline}")
    most = run.settings.message.max_parts
    length = 0 if unknown or template.channel != "sms" else sms.parts(sample(run, template))
    if length > most:
        yield _("it is sent in {n} parts; the most is {most}").format(n=length, most=most)


def _word_problems(run: Run, template: MessageTemplate, shared: Mapping[str, str]) -> Iterator[str]:
    settings, text = run.settings.message, template.text
    for field, value in shared.items():
        text = text.replace("{" + field + "}", value)
    claim = mentioned(text, _words("health", settings.health_words, settings.allowed_words))
    if claim:
        yield _("'{word}' claims an effect on health").format(word=claim)
    is_greeting = template.occasion.partition(":")[0] in settings.greetings
    words = _words("promotion", settings.promotion_words, settings.allowed_words) if is_greeting else ()
    patterns = _patterns("promotion") if is_greeting else ()
    promotion = mentioned(text, words) or matched(text, patterns, settings.allowed_words)
    if promotion:
        yield _("'{word}' is promotion, and a greeting carries none").format(word=promotion)


def _words(kind: str, more: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """The words of `kind` in `core/data/message_words.tsv` and `more` of the archive's own, without those `allowed`."""
    known = [word for row in table("message_words.tsv") if row[0] == kind for word in row[1].split("|")]
    return [word for word in [*known, *more] if word not in allowed]
