"""The gate of every route. A route without one does not pass its service's tests (`unguarded`)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller, Role
from services.shell.problems import Forbidden, Unauthenticated


class Requires:
    """A dependency that yields the `Caller` or raises 401 / 403 (on a page: leads to sign-in and back)."""

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def __call__(self, request: Request) -> Caller:
        """Who asks. Errors: `Unauthenticated` without a valid session or token, `Forbidden` for other roles."""
        caller: Caller | None = await request.app.state.shell.identity.caller_of(request)
        if caller is None:
            raise Unauthenticated()
        request.state.caller = caller
        if self.roles and caller.role not in self.roles:
            wanted = "、".join(sorted(role.words for role in self.roles))
            raise Forbidden(
                _("这一页是给%(wanted)s的，您现在的岗位是%(role)s。", wanted=wanted, role=caller.role.words)
            )
        return caller


class Public:
    """Marks a route that answers everybody, and says why that is right."""

    def __init__(self, because: str) -> None:
        assert because, "say why this route needs nobody signed in"
        self.because = because

    async def __call__(self) -> None:
        """Lets everybody through."""


def requires(*roles: Role) -> Requires:
    """`Depends(requires(Role.SECRETARY, Role.WORKER))`. No role named: anybody who is signed in."""
    return Requires(frozenset(roles))


def public(because: str) -> Public:
    """`dependencies=[Depends(public("probes carry no credentials"))]`."""
    return Public(because)


# These describe the interface and hold no data of anybody; FastAPI adds them outside the dependency system.
_DESCRIPTIONS = ("/api/openapi.json",)


def unguarded(app: FastAPI) -> list[str]:
    """Every route of the app that neither requires a role nor says why it is public: `METHOD path`, sorted."""
    found = []
    for route in iter_route_contexts(app.routes):
        if type(route.original_route).__name__ == "Mount" or route.path in _DESCRIPTIONS:
            continue  # a mounted application is asked by its own test
        dependant: Dependant | None = getattr(route, "dependant", None)
        if dependant is None or not any(isinstance(call, (Requires, Public)) for call in _calls(dependant)):
            found.append(f"{','.join(sorted(route.methods or {'?'}))} {route.path}")
    return sorted(found)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)
