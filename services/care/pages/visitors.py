"""Who may go: the accounts of the people who give care, by name and as they are called."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Final

from fastapi import FastAPI, Request

from services.care.pages.common import CARERS
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.identity.accounts import Account
from services.shell.problems import NotFound, Problem, Unavailable

KNOWN_SECONDS: Final = 30.0
"""Accounts change rarely, and asking for all of them takes a request each."""
FIRST_SECONDS_MAX: Final = 0.3


async def visitors(request: Request, caller: Caller) -> Mapping[str, str]:
    """Account name -> what people call them, of everybody who may be sent in the caller's scope. Empty if it cannot be
    asked just now: pages then show the names of the accounts.
    """
    return {
        account.name: account.display
        for account in await _accounts(request)
        if not account.closed and any(grant.role in CARERS and _meets(grant.scope, caller) for grant in account.grants)
    }


async def who_may_go(request: Request, community: str) -> Mapping[str, tuple[str, bool]]:
    """Account name -> what people call them, and whether visiting is their post, of everybody who may be sent there.

    Errors: Unavailable, while nobody can be asked.
    """
    known = await _accounts(request)
    if not known:
        raise Unavailable(retry_after_seconds=30)
    found = {}
    for account in known:
        roles = {grant.role for grant in account.grants if grant.role in CARERS and _reaches(grant.scope, community)}
        if roles and not account.closed:
            found[account.name] = (account.display, Role.VISITOR in roles)
    return found


async def post_of(request: Request, caller: Caller, name: str) -> tuple[str, str]:
    """What people call this visitor, and the place that what is said of them belongs to. Errors: NotFound."""
    found = {account.name: account for account in await _accounts(request) if not account.closed}.get(name)
    scopes = (
        [grant.scope for grant in found.grants if grant.role in CARERS and _meets(grant.scope, caller)] if found else []
    )
    if found is not None and scopes:
        return found.display, next((scope for scope in scopes if caller.covers(scope)), caller.scope)
    if name == caller.name:
        return caller.display, caller.scope
    raise NotFound(_("在您的范围内没有这个走访的人。"))


async def is_open(request: Request, name: str) -> bool:
    """Whether the account of this name may be used. Errors: Unavailable, while nobody can be asked."""
    known = await _accounts(request)
    if not known:
        raise Unavailable(retry_after_seconds=30)
    return any(account.name == name and not account.closed for account in known)


def choices(known: Mapping[str, str], *chosen: str | None) -> list[tuple[str, str]]:
    """Options of a form: those named first, then everybody else."""
    first = [name for name in dict.fromkeys(chosen) if name]
    rest = sorted(known.keys() - set(first), key=lambda name: known[name])
    return [(name, known.get(name, name)) for name in (*first, *rest)]


def called(known: Mapping[str, str], names: Iterable[str | None]) -> dict[str, str]:
    """What to call these accounts; one that is not known by its own name."""
    return {name: known.get(name, name) for name in names if name}


async def _accounts(request: Request) -> list[Account]:
    """As they were known lately; asked anew beside the request, which waits for them only the first time, not long."""
    app = request.app
    at, known = getattr(app.state, "accounts", (float("-inf"), []))
    if monotonic() - at > KNOWN_SECONDS:
        asking: asyncio.Task[None] | None = getattr(app.state, "asking_accounts", None)
        if asking is None or asking.done():
            asking = app.state.asking_accounts = asyncio.create_task(_ask(app), name="care asks for accounts")
        if not known:
            await asyncio.wait([asking], timeout=FIRST_SECONDS_MAX)
            _at, known = getattr(app.state, "accounts", (at, known))
    return list(known)


async def _ask(app: FastAPI) -> None:
    with contextlib.suppress(Problem):  # not now: the names of the accounts are shown instead
        found = await app.state.shell.identity.accounts.every()
        app.state.accounts = (monotonic(), found)


def _reaches(scope: str, community: str) -> bool:
    """Whether somebody of that scope may go into this community."""
    return not scope or community == scope or community.startswith(f"{scope}.")


def _meets(scope: str, caller: Caller) -> bool:
    """Whether a grant reaches into the caller's scope, or the caller's into it."""
    return caller.covers(scope) or not scope or caller.scope == scope or caller.scope.startswith(f"{scope}.")
