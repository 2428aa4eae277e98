"""What the registry's pages share: who may do what, whom a page is about, reading one's own writes, reading forms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Path, Query, Request
from pydantic import BaseModel, BeforeValidator, ValidationError
from starlette.datastructures import FormData

from events.log.command import Asked
from events.log.project.keyset import PAGE_DEFAULT, PAGE_MAX
from services.registry.decide.policy import RegistryPolicy
from services.registry.handle.registry import Registry
from services.registry.pages.organisation_words import SENTENCES
from services.registry.pages.words import complaints
from services.registry.project import meeting, register
from services.shell.acting import asked, told
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.money import fen_of
from services.shell.problems import Invalid, NotFound
from services.shell.reading import Waited, plain_json, reading, show_own_write, sought, within
from services.shell.validation import field_errors

OFFICE: Final = (Role.SECRETARY, Role.WORKER)
"""Who keeps the register."""
READERS: Final = (*OFFICE, Role.SUPERVISOR, Role.AUDITOR)
"""Who reads it; personal numbers stay masked."""


def _then(request: Request, caller: Caller) -> Caller:
    """Who looks at the past reads as an auditor does: nothing is done there."""
    return replace(caller, role=Role.AUDITOR) if in_the_past(request) else caller


def in_the_past(request: Request) -> bool:
    """Whether this request shows another time than now (`as_of.py`)."""
    return hasattr(request.state, "database")


async def _office(request: Request, caller: Annotated[Caller, Depends(requires(*OFFICE))]) -> Caller:
    return _then(request, caller)


async def _reader(request: Request, caller: Annotated[Caller, Depends(requires(*READERS))]) -> Caller:
    return _then(request, caller)


Office = Annotated[Caller, Depends(_office)]
Reader = Annotated[Caller, Depends(_reader)]
EntityId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Day = Annotated[date | None, BeforeValidator(lambda given: given or None)]
"""A day in an address; an emptied field asks for none."""
PageSize = Annotated[int, Query(ge=1, le=PAGE_MAX)]
PAGE_SIZE: Final = PAGE_DEFAULT

M = TypeVar("M", bound=BaseModel)


def registry(request: Request) -> Registry:
    """The command handler of this process."""
    found: Registry = getattr(request.state, "registry", None) or request.app.state.registry
    return found


def rules(request: Request, place: str, on: date | None = None) -> RegistryPolicy:
    """The rules in force in a community today, or on a day.

    What is counted over several communities is counted by the rules of the place that asks (ADR 29).
    """
    return registry(request).policy_at(place, on or speech().today)


async def member_card(request: Request, caller: Caller, member_id: str) -> dict[str, Any]:
    """The card of somebody the caller may see. One that was enrolled a moment ago is waited for. Errors: NotFound."""
    card = await sought(request, caller, lambda db: register.card(db, member_id))
    if card is None and in_the_past(request):
        raise NotFound(_("按当时所知，这位党员那一天还不在册。"), todo=_("请换一个晚一些的日子。"))
    if card is None:
        raise NotFound(_("在您的范围内没有这位党员。"))
    return card


async def meeting_row(request: Request, caller: Caller, meeting_id: str) -> Mapping[str, Any]:
    """A meeting the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: meeting.meeting(db, meeting_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这次会议。"))
    return row


@asynccontextmanager
async def doing(
    request: Request, caller: Caller, community: str, command: str, form: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """The caller's command, and its refusals as problems. A form gives its hidden key and the version it was shown
    with (`version`, a sequence); an API call says both in headers.
    """
    form = form or {}
    request_key = str(form.get("idempotency_key") or "")
    found = asked(request, caller, community, command, key=request_key)
    version = str(form.get("version") or "")
    if version.isdigit():
        found = _expecting(found, int(version))
    async with told(SENTENCES):
        yield found


def _expecting(found: Asked, version: int) -> Asked:
    return Asked(
        actor=found.actor, community=found.community, command=found.command, reason=found.reason, expected=version
    )


@asynccontextmanager
async def of_member(
    request: Request, caller: Caller, member_id: str, command: str, form: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """A command about one member the caller may see, in the member's own community. Errors: NotFound, Forbidden.

    The id stands in the command's name: one key used for two members is two commands.
    """
    card = await member_card(request, caller, member_id)
    async with doing(request, caller, card["community"], f"{command}/{member_id}", form) as found:
        yield found


def read_form(kind: type[M], form: FormData, *, lists: tuple[str, ...] = ()) -> M:
    """A command out of a form: empty fields were not filled in. Errors: Invalid, with a word for each field."""
    given: dict[str, Any] = {}
    for name in set(form) - {"idempotency_key", "version"}:
        values = [value.strip() for value in form.getlist(name) if isinstance(value, str) and value.strip()]
        if values:
            given[name] = values if name in lists else values[-1]
    return read(kind, given)


def read(kind: type[M], given: Mapping[str, Any]) -> M:
    """A command out of what was given. Errors: Invalid."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise Invalid(complaints(field_errors(error.errors(include_url=False)))) from error


__all__ = [
    "OFFICE",
    "PAGE_SIZE",
    "READERS",
    "Day",
    "EntityId",
    "Office",
    "PageSize",
    "Reader",
    "Waited",
    "doing",
    "fen_of",
    "in_the_past",
    "meeting_row",
    "member_card",
    "of_member",
    "plain_json",
    "read",
    "read_form",
    "reading",
    "registry",
    "rules",
    "show_own_write",
    "sought",
    "within",
]
