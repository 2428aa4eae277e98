"""Pages of the past: what stands on each of them, and how they lead to one another.

A service says that a request is about another time by putting a `Travel` into `request.state.travel` (`page` looks for
it). What the times mean is the service's own matter: here are only the bar in which they are chosen, the notice that
one looks at the past, links that carry the times along, and no forms that would do something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from markupsafe import escape

_MAIN = re.compile(r'(<main id="main".*?</main>)', re.DOTALL)
_LINK = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)("(?! data-now))')
_FORM = r'<form\b[^>]*\bmethod="post"[^>]*>(?:(?!</form>).)*</form>'
_DEED = re.compile(rf"<details\b[^>]*>\s*<summary>[^<]*</summary>\s*{_FORM}\s*</details>|{_FORM}", re.DOTALL)
_ASKING = re.compile(r'<form\b(?![^>]*\bmethod="post")[^>]*\baction="([^"]*)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Travel:
    """Of one request. `as_of` and `known_at` as they stand in the address; `told` says in words what is shown, and is
    empty on a page of the present, which only offers the way.
    """

    path: str
    keep: Mapping[str, str] = field(default_factory=dict)
    """What else stands in the address."""
    as_of: str = ""
    known_at: str = ""
    told: str = ""
    latest: str = ""
    """The last day there is to ask for: today."""
    goes: Callable[[str], bool] = lambda _path: False
    """Whether the page at a path has a past: only there the times are carried."""

    @property
    def now(self) -> str:
        """The same page in the present."""
        return f"{self.path}?{urlencode(self.keep)}" if self.keep else self.path

    @property
    def times(self) -> dict[str, str]:
        """What stands in the address of every page of this time."""
        return {name: value for name, value in (("as_of", self.as_of), ("known_at", self.known_at)) if value}

    def carried(self, html: str) -> str:
        """The page with its links leading on in the same time, and without what would do something today."""
        return _MAIN.sub(lambda main: self._carried(main[0]), html, count=1)

    def _carried(self, main: str) -> str:
        main = _DEED.sub("", main)
        main = _ASKING.sub(self._asking_then, main)
        return _LINK.sub(lambda link: f"{link[1]}{escape(self.leading(unescape(link[2])))}{link[3]}", main)

    def _asking_then(self, form: re.Match[str]) -> str:
        if not self.goes(urlsplit(unescape(form[1])).path) or 'class="as-of"' in form[0]:
            return form[0]
        hidden = (f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in self.times.items())
        return form[0] + "".join(hidden)

    def leading(self, address: str) -> str:
        """An address in the same time, if the page there has a past and the address does not say its own."""
        parts = urlsplit(address)
        if parts.netloc or not self.goes(parts.path):
            return address
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        return urlunsplit(parts._replace(query=urlencode({**self.times, **asked})))
