"""What a service's application carries at `app.state.shell` once the shell has taken it in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from starlette.requests import Request

from services.shell.i18n import Speech, choose_language, speech_of
from services.shell.identity.identity import Identity
from services.shell.neighbours import Neighbours
from services.shell.pages.nav import NavEntry
from services.shell.settings import Settings

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Shell:
    """The surroundings of one service's pages. `clock` returns an aware time."""

    service: str
    settings: Settings
    identity: Identity
    templates: Environment
    nav: Sequence[NavEntry]
    neighbours: Neighbours
    clock: Clock

    def speech_for(self, request: Request) -> Speech:
        """The words and the day of a request.

        A page speaks the language of the office until somebody turns the switch, whatever language the computer was
        installed in; a program says in `Accept-Language` what it wants.
        """
        wish = "" if "text/html" in request.headers.get("accept", "") else request.headers.get("accept-language", "")
        language = choose_language(request.cookies.get("lang"), wish, self.settings.language)
        today = self.clock().astimezone(self.settings.zone).date()
        return speech_of(language, self.service, today, self.settings.zone)
