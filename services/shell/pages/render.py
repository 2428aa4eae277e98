"""One template, in the frame, in the reader's words."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    StrictUndefined,
    select_autoescape,
)
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.shell import formats, i18n
from services.shell.identity.caller import Caller
from services.shell.pages import flash
from services.shell.pages.assets import asset
from services.shell.pages.nav import NavLine, lines
from services.shell.pages.travel import Travel

if TYPE_CHECKING:
    from services.shell.state import Shell

_OWN = Path(__file__).parent


@cache
def environment(folder: Path) -> Environment:
    """Templates of a service's `pages` folder, over the shell's. An unknown name in a template is an error."""
    found = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(_OWN)]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        auto_reload=False,
        bytecode_cache=_compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    found.newstyle_gettext = True  # type: ignore[attr-defined]  # the extension adds it
    found.globals.update(_=_say, gettext=_say, ngettext=_say_many, pgettext=_say_in)
    found.filters.update(formats.FILTERS)
    found.globals.update(asset=asset, speech=i18n.speech)
    return found


def _compiled() -> FileSystemBytecodeCache | None:
    """Compiled templates lie where Python keeps its own: a start compiles twenty, which is half a second of work.

    The digest of this file is in their names, because what is set above changes what a template compiles to.
    """
    folder = _OWN / "__pycache__"
    if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
        return None
    settings = sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    return FileSystemBytecodeCache(str(folder), f"template-{settings}-%s.cache")


def _say(msgid: str, /, **values: object) -> str:
    """A sentence for a page. Plain text, so that the page escapes it; values that are HTML already stay as they are."""
    return _filled(i18n.speech().say(msgid), values)


def _say_many(singular: str, plural: str, number: int, /, **values: object) -> str:
    return _filled(i18n.speech().say_many(singular, plural, number), {"num": number, **values})


def _say_in(context: str, msgid: str, /, **values: object) -> str:
    return _filled(i18n.speech().say(msgid, context), values)


def _filled(text: str, values: Mapping[str, object]) -> str:
    if any(hasattr(value, "__html__") for value in values.values()):
        return escape(text) % values
    return text % values if "%" in text else text


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page."""

    caller: Caller | None
    nav: list[NavLine]
    language: str
    tag: str
    other_language: tuple[str, str]
    path: str
    flash: flash.Flash | None


async def page(request: Request, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page. The template sees `frame`, `me` (the caller), `today`, `travel` and the values given."""
    shell: Shell = request.app.state.shell
    frame = await _frame(request, shell)
    travel: Travel | None = getattr(request.state, "travel", None)
    own = {"frame": frame, "me": frame.caller, "today": i18n.speech().today, "travel": travel}
    text = shell.templates.get_template(template).render({**own, **values})
    if travel and travel.told:
        text = travel.carried(text)
    response = HTMLResponse(text, status, headers={"Vary": "Cookie, Accept-Language"})
    if frame.flash:
        flash.forget(response)
    return response


def fragment(request: Request, template: str, /, **values: Any) -> HTMLResponse:
    """A part of a page that another page will hold, such as a panel of the home page."""
    shell: Shell = request.app.state.shell
    caller: Caller | None = getattr(request.state, "caller", None)
    context = {"me": caller, "today": i18n.speech().today, **values}
    return HTMLResponse(shell.templates.get_template(template).render(context))


async def _frame(request: Request, shell: "Shell") -> Frame:
    caller: Caller | None = getattr(request.state, "caller", None)
    nav: list[NavLine] = []
    if caller is not None:
        counts = await shell.neighbours.counts(request, caller)
        nav = lines(shell.nav, caller, request.url.path, counts)
    language = i18n.speech().language
    other = next(code for code in i18n.LANGUAGES if code != language)
    return Frame(
        caller=caller,
        nav=nav,
        language=language,
        tag=i18n.TAGS[language],
        other_language=(other, i18n.LANGUAGES[other]),
        path=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        flash=flash.take(request),
    )
