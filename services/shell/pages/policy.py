"""Which rules hold here today, on one page: each value, its clause, the pack it comes from and what that replaces.

Each service shows its own part (`/<service>/panels/policy`) and gives it as JSON; the shell sets them side by side.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from pydantic_core import to_jsonable_python
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller, Role
from services.shell.identity.requires import requires
from services.shell.pages.nav import NavEntry, NavPart
from services.shell.pages.render import fragment, page
from services.shell.policy import Head, Policies
from services.shell.policy.words import ShownRule, ShownValue, shown
from services.shell.problems import FieldError, Invalid, NotFound
from services.shell.reading import within
from services.shell.state import Shell

NAV = NavEntry(N_("规则"), "/policy", part=NavPart.SYSTEM)

Anybody = Annotated[Caller, Depends(requires())]
PlacePath = Annotated[str, Query(pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$", max_length=200)]
Day = Annotated[str, Query(max_length=20)]

shell_router = APIRouter(include_in_schema=False)
service_router = APIRouter()


@shell_router.get("/policy")
async def policy(request: Request, caller: Anybody, community: PlacePath = "", on: Day = "") -> Response:
    """Every service's rules at a place (the caller's own, if none is named) on a day (today)."""
    place, day = within(caller, community) or caller.scope, day_of(on)
    shell: Shell = request.app.state.shell
    panels = await shell.neighbours.panels(request, f"panels/policy?{urlencode({'community': place, 'on': day})}")
    return await page(
        request,
        "policy.html",
        panels=[panel for panel in panels if not panel.down],
        down=[panel.service for panel in panels if panel.down],
        place=place,
        on=day,
        may_choose=chooses(caller),
    )


def chooses(caller: Caller) -> bool:
    """Whether somebody looks after more than one place."""
    return not caller.scope or caller.has(Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR)


@service_router.get("/policy", include_in_schema=False)
async def here(_caller: Anybody) -> Response:
    """The services' rules stand together on one page."""
    return RedirectResponse("/policy", 303)


@service_router.get("/panels/policy", include_in_schema=False)
async def panel(request: Request, caller: Anybody, community: PlacePath = "", on: Day = "") -> Response:
    """This service's part of the page."""
    place, day = within(caller, community) or caller.scope, day_of(on)
    policies, rules = _found(request, place, day)
    sections: dict[str, list[ShownRule]] = {}
    for rule in rules:
        sections.setdefault(rule.section, []).append(rule)
    known = getattr(request.app.state, "places", None)
    own = {pack.head.scope for pack in policies.packs if pack.head.scope and caller.covers(pack.head.scope)}
    return fragment(
        request,
        "policy_panel.html",
        service=request.app.state.service,
        sections=sections,
        place=place,
        on=day,
        next_change=policies.next_change(place, day),
        heads=[pack.head for pack in policies.explained(place, day).layers],
        places=[
            (one, f"/policy?{urlencode({'community': one, 'on': day})}", None, False) for one in sorted(own - {place})
        ],
        trouble=policies.trouble,
        offered=await known(caller.scope) if known and chooses(caller) else (),
    )


@service_router.get("/api/policy", tags=["policy"])
async def policy_json(request: Request, caller: Anybody, community: PlacePath = "", on: Day = "") -> Response:
    """Every value in force at a place on a day, with its clause, the pack it comes from, and what it replaces.

    `packs`: those in force there then, the national one first. `next_change`: from when other rules hold.
    """
    place, day = within(caller, community) or caller.scope, day_of(on)
    policies, rules = _found(request, place, day)
    body = {
        "community": place,
        "on": day,
        "next_change": policies.next_change(place, day),
        "packs": [_head_json(pack.head) | {"sha256": pack.digest} for pack in policies.explained(place, day).layers],
        "items": [_value_json(rule, value) for rule in rules for value in rule.values],
        "next_page_token": "",
    }
    return JSONResponse(to_jsonable_python(body))


def day_of(text: str) -> date:
    """The day in an address; today if none is named. Errors: Invalid."""
    try:
        return date.fromisoformat(text) if text else speech().today
    except ValueError as error:
        raise Invalid([FieldError("on", _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。"))]) from error


def _found(request: Request, place: str, day: date) -> tuple[Policies[Any], list[ShownRule]]:
    policies: Policies[Any] | None = getattr(request.app.state, "policies", None)
    if policies is None:
        raise NotFound()
    return policies, list(shown(policies.explained(place, day), policies.schema, request.app.state.rule_words))


def _value_json(rule: ShownRule, one: ShownValue) -> Mapping[str, Any]:
    return {
        "rule": one.path,
        "value": one.value,
        "text": f"{one.name} {one.text}",
        "clause": rule.clause,
        "clause_words": rule.clause_words,
        "from": _head_json(one.head),
        "replaces": [
            {"value": before.value, "clause": before.clause, "from": _head_json(before.head)} for before in one.before
        ],
    }


def _head_json(head: Head) -> dict[str, Any]:
    return {"pack": head.id, **head.model_dump(exclude={"service"})}
