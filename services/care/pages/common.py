"""What care's pages share: who may see what, whom a page is about, reading one's own writes, reading forms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Path, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from events.log.command import Asked
from services.care.decide.policy import CarePolicy
from services.care.handle.care import Care
from services.care.pages.words import SENTENCES, RulesOf
from services.care.project import person, visits
from services.shell.acting import asked, told
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.problems import FieldError, Invalid, NotFound
from services.shell.reading import sought
from services.shell.validation import field_errors

OFFICE: Final = (Role.SECRETARY, Role.WORKER)
"""Who organises the care, and sees all of it in their scope."""
CARERS: Final = (*OFFICE, Role.VISITOR)
"""Who gives the care. A visitor sees the visits that are theirs, and of those people what the visit needs."""

Secretary = Annotated[Caller, Depends(requires(Role.SECRETARY))]
Office = Annotated[Caller, Depends(requires(*OFFICE))]
Carer = Annotated[Caller, Depends(requires(*CARERS))]
EntityId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
SOON_DAYS: Final = 7
"""What is due within a week stands on today's page."""

M = TypeVar("M", bound=BaseModel)


def care(request: Request) -> Care:
    """The command handler of this process."""
    found: Care = request.app.state.care
    return found


def rules(request: Request, place: str) -> CarePolicy:
    """The rules in force in a community today."""
    return care(request).policy_at(place, speech().today)


def rules_by_row(request: Request) -> RulesOf:
    """The rules of a row's own community today; they also know the words of every clause that held there before."""
    return lambda row: rules(request, row["community"])


def own_only(caller: Caller) -> str:
    """The account whose visits alone the caller may see; "" for who sees all of the scope."""
    return "" if caller.has(*OFFICE) else caller.name


async def person_row(request: Request, caller: Caller, member_id: str) -> dict[str, Any]:
    """Somebody the caller may see. One that came on the roll a moment ago is waited for. Errors: NotFound."""
    row = await sought(request, caller, lambda db: person.person(db, member_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这位党员。"))
    return row


async def visit_row(request: Request, caller: Caller, visit_id: str) -> dict[str, Any]:
    """A visit the caller may see; a visitor's own, if the caller is one. Errors: NotFound."""
    row = await sought(request, caller, lambda db: visits.one(db, visit_id, speech().today, own_only(caller)))
    if row is None:
        raise NotFound(_("在您的范围内没有这次走访。"))
    return row


def own_deed(caller: Caller, by: str) -> None:
    """A visitor records what they did themselves. Errors: Invalid."""
    if own_only(caller) and by != caller.name:
        raise Invalid([FieldError("by", _("走访员只能记录自己办的走访"), _("请写自己的账号。"))])


@asynccontextmanager
async def doing(
    request: Request, caller: Caller, community: str, command: str, form: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """The caller's command, and its refusals as problems. A form gives its hidden key, an API call a header."""
    found = asked(request, caller, community, command, key=str((form or {}).get("idempotency_key") or ""))
    async with told(SENTENCES):
        yield found


def read_form(kind: type[M], form: FormData, names: Sequence[str], **given: Any) -> M:
    """A command out of the named fields of a form; empty ones were not filled in, and what is `given` is not asked of
    the form. Errors: Invalid, with a word for each field.
    """
    for name in names:
        value = form.get(name)
        if name not in given and isinstance(value, str) and value.strip():
            given[name] = value.strip()
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise Invalid(field_errors(error.errors(include_url=False))) from error
