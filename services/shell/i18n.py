"""Words of the pages: Chinese in the source, English from `services/<service>/locale/en/LC_MESSAGES/messages.po`.

Texts are interpolated with `%(name)s`, so a literal per cent sign is written `%%`, in templates and in Python
alike.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"zh": "中文", "en": "English"}
TAGS: Mapping[str, str] = {"zh": "zh-CN", "en": "en"}
_SERVICES = Path(__file__).parent.parent

Messages = Mapping[tuple[str, str], tuple[str, ...]]


def read_catalogue(path: Path) -> Messages:
    """(context, msgid) → translations, one per plural form; fuzzy and empty ones are left out. No file, no messages."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for message in catalogue:
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(forms) and not message.fuzzy:
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            found[message.context or "", msgid] = tuple(str(form) for form in forms)
    return found


@cache
def catalogue(service: str, language: str) -> Messages:
    """The service's own words over the shell's. Read once per process."""
    own = read_catalogue(_SERVICES / service / "locale" / language / "LC_MESSAGES" / "messages.po")
    return own if service == "shell" else {**catalogue("shell", language), **own}


@dataclass(frozen=True, slots=True)
class Speech:
    """In which words, and on which day, the present request is answered."""

    language: str
    service: str
    today: date
    zone: ZoneInfo
    messages: Messages = field(default_factory=dict, repr=False)

    def say(self, msgid: str, context: str = "") -> str:
        """The translation, or the Chinese words themselves."""
        return self.messages.get((context, msgid), (msgid,))[0]

    def say_many(self, singular: str, plural: str, number: int) -> str:
        """Chinese has one form; English takes the second for everything but one."""
        forms = self.messages.get(("", singular))
        if forms is None:
            return singular if number == 1 else plural
        return forms[0] if number == 1 else forms[-1]


_speech: ContextVar[Speech] = ContextVar("speech")
_SILENT = Speech("zh", "shell", date.min, ZoneInfo("Asia/Shanghai"))


def speech() -> Speech:
    """The speech of the present request; outside one, Chinese."""
    return _speech.get(_SILENT)


def speech_of(language: str, service: str, today: date, zone: ZoneInfo) -> Speech:
    """A speech with the words of that service."""
    messages = {} if language == "zh" else catalogue(service, language)
    return Speech(language, service, today, zone, messages)


@contextmanager
def speaking(chosen: Speech) -> Iterator[None]:
    """Everything inside is said that way."""
    token = _speech.set(chosen)
    try:
        yield
    finally:
        _speech.reset(token)


def gettext(msgid: str, /, **values: object) -> str:
    """Translate now. Import it as `_` so that extraction finds the words."""
    return speech().say(msgid) % values


def ngettext(singular: str, plural: str, number: int, /, **values: object) -> str:
    """Translate with a number; `%(num)s` is the number."""
    return speech().say_many(singular, plural, number) % {"num": number, **values}


def pgettext(context: str, msgid: str, /, **values: object) -> str:
    """Translate a word whose English depends on the place it stands in."""
    return speech().say(msgid, context) % values


def N_(msgid: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark words for extraction that are translated later, when a page is made."""
    return msgid


def say_for(service: str, msgid: str) -> str:
    """Words of another service in the present language (navigation entries belong to the service that gave them)."""
    language = speech().language
    return msgid if language == "zh" else catalogue(service, language).get(("", msgid), (msgid,))[0]


def choose_language(cookie: str | None, accept: str, default: str) -> str:
    """The switch (a cookie) wins, then the wish of `Accept-Language`, then the default.

    Unknown languages are passed over.
    """
    if cookie is not None and cookie in LANGUAGES:
        return cookie
    wishes: list[tuple[float, str]] = []
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        language = tag.split("-")[0].lower()
        if language in LANGUAGES and weight > 0:
            wishes.append((weight, language))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else default
