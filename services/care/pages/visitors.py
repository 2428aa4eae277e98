"""Who may go: the accounts of the people who give care, by name and as they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Final

from fastapi import Request

from services.care.pages.common import CARERS
from services.shell.identity import Caller
from services.shell.identity.accounts import Account
from services.shell.problems import Problem

KNOWN_SECONDS: Final = 30.0
"""Accounts change rarely, and asking for all of them takes a request each."""


async def visitors(request: Request, caller: Caller) -> Mapping[str, str]:
    """Account name -> what people call them, of everybody who may be sent in the caller's scope. Empty if it cannot be
    asked just now: pages then show the names of the accounts.
    """
    return {
        account.name: account.display
        for account in await _accounts(request)
        if not account.closed and any(grant.role in CARERS and _meets(grant.scope, caller) for grant in account.grants)
    }


def choices(known: Mapping[str, str], *chosen: str | None) -> list[tuple[str, str]]:
    """Options of a form: those named first, then everybody else."""
    first = [name for name in dict.fromkeys(chosen) if name]
    rest = sorted(known.keys() - set(first), key=lambda name: known[name])
    return [(name, known.get(name, name)) for name in (*first, *rest)]


def called(known: Mapping[str, str], names: Iterable[str | None]) -> dict[str, str]:
    """What to call these accounts; one that is not known by its own name."""
    return {name: known.get(name, name) for name in names if name}


async def _accounts(request: Request) -> list[Account]:
    at, accounts = getattr(request.app.state, "accounts", (float("-inf"), []))
    if monotonic() - at > KNOWN_SECONDS:
        try:
            accounts = list(await request.app.state.shell.identity.accounts.every())
        except Problem:
            return list(accounts)
        request.app.state.accounts = (monotonic(), accounts)
    return list(accounts)


def _meets(scope: str, caller: Caller) -> bool:
    """Whether a grant reaches into the caller's scope, or the caller's into it."""
    return caller.covers(scope) or not scope or caller.scope == scope or caller.scope.startswith(f"{scope}.")
