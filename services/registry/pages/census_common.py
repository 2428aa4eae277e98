"""What the pages of a census share: who may ask, which part of it a visitor sees, who may be sent."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Request

from services.registry.handle.census import Census
from services.registry.pages.common import OFFICE, READERS, registry
from services.registry.project import census
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role, requires
from services.shell.problems import NotFound, Problem
from services.shell.reading import sought

ASKERS: Final = (*OFFICE, Role.VISITOR)
"""Who asks: the office everybody, a visitor the branches that were handed to them."""
SEERS: Final = (*READERS, Role.VISITOR)

Asker = Annotated[Caller, Depends(requires(*ASKERS))]
Seer = Annotated[Caller, Depends(requires(*SEERS))]


def carrying_out(request: Request) -> Census:
    """The command handler of a census."""
    return Census(registry(request))


def own_only(caller: Caller) -> str:
    """The account whose parts alone the caller may see; "" for who sees all of the scope."""
    return "" if caller.has(*READERS) else caller.name


def parts_of(caller: Caller, row: Mapping[str, Any], part: str | None = None) -> Sequence[str] | None:
    """The parts that a list shows: the one asked for, as far as it is the caller's; None are all."""
    mine: Sequence[str] | None = row["mine"] if own_only(caller) else None
    if part is None:
        return mine
    return [part] if mine is None or part in mine else []


async def campaign_row(request: Request, caller: Caller, campaign_id: str) -> dict[str, Any]:
    """A campaign the caller may see; a visitor's only if something in it is theirs. Errors: NotFound."""
    row = await sought(request, caller, lambda db: census.campaign(db, campaign_id, own_only(caller)))
    if row is None:
        raise NotFound(_("在您的范围内没有这次摸底。"))
    return row


async def person_row(request: Request, caller: Caller, row: Mapping[str, Any], member_id: str) -> dict[str, Any]:
    """Somebody this campaign asks, in the caller's part of it. Errors: NotFound."""
    found = await sought(request, caller, lambda db: census.person(db, row, member_id, parts_of(caller, row)))
    if found is None:
        raise NotFound(_("这次摸底里没有这位党员，或者不归您问。"))
    return found


async def who_may_ask(request: Request, community: str) -> dict[str, str]:
    """Account name -> what people call them, of everybody who may ask in this community; none while nobody can say."""
    found: dict[str, str] = {}
    with contextlib.suppress(Problem):
        for account in await request.app.state.shell.identity.accounts.every():
            posts = (grant for grant in account.grants if grant.role in ASKERS)
            if not account.closed and any(_covers(grant.scope, community) for grant in posts):
                found[account.name] = account.display
    return found


def _covers(scope: str, community: str) -> bool:
    return not scope or community == scope or community.startswith(f"{scope}.")
