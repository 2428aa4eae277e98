"""The organisation from the top down to each community, with what stands in it; and the names of its units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from events.facts.unit import above
from services.registry.decide.unit import NameUnit
from services.registry.pages import organisation_words, words
from services.registry.pages.branch_life import organising
from services.registry.pages.branches import in_order
from services.registry.pages.common import (
    Reader,
    Waited,
    doing,
    read_form,
    reading,
    show_own_write,
    within,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import places_of
from services.registry.pages.plain import answered
from services.registry.project import branch, organisation, unit
from services.registry.project.organisation import Place
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import done, page
from services.shell.problems import Forbidden, Invalid, NotFound, Refusal

router = APIRouter(tags=["organisation"])

NAMING: Final = (Role.SECRETARY, Role.SUPERVISOR)
"""Who says what a unit is called: who keeps it, and who stands above it."""
Namer = Annotated[Caller, Depends(requires(*NAMING))]
Under = Annotated[str, Query(max_length=200, pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$")]
WHOLE_TREE_MAX: Final = 40
"""Up to so many units stand on one page; of a larger tree only what is directly below."""


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/organisation", dependencies=[Waited], include_in_schema=False)
async def show(request: Request, caller: Reader, under: Under = "") -> Response:
    """The tree below a unit: below the caller's own, if none is named."""
    root = _root(caller, under)
    async with reading(request, caller) as db:
        tree = await organisation.tree(db, root)
        up = [path for path in _chain(root) if caller.covers(path)]
        places = await places_of(db, caller, [*up, *(place.path for place in tree)])
        branches = in_order(await branch.branches(db, root, every=True)) if len(tree) == 1 else []
    top, below = tree[0], tree[1:]
    shown = below if len(below) <= WHOLE_TREE_MAX else [place for place in below if place.depth == 1]
    return await page(
        request, "organisation.html", top=top, rows=shown, more=len(below) - len(shown), up=up[:-1], places=places,
        branches=branches, words=words, levels=organisation_words.LEVEL, may_name=caller.has(*NAMING) and bool(root),
    )  # fmt: skip


@router.get("/organisation/name", include_in_schema=False)
async def naming(request: Request, caller: Namer, path: Under) -> Response:
    """The form to name a unit."""
    known = await _known(request, caller, path)
    begin = {"name": known["name"], "level": known["level"]} if known else {"level": _level_below(path)}
    return await _form(request, path, fresh(request, on=speech().today, **begin))


@router.post("/organisation/name", include_in_schema=False)
async def name(request: Request, caller: Namer) -> Response:
    """Put it on record."""
    sent = await request.form()
    try:
        command = read_form(NameUnit, sent)
        async with doing(request, caller, command.path, f"name-unit/{command.path}", sent) as asked:
            receipt = await organising(request).name_unit(asked, command)
    except (Invalid, Refusal) as problem:
        return await _form(request, str(sent.get("path") or ""), again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已写下名称：%(name)s。", name=command.name) if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/organisation?under={command.path}", told)


async def _form(request: Request, path: str, form: Form) -> Response:
    return await page(
        request,
        "organisation_name.html",
        status=form.status,
        path=path,
        form=form,
        levels=words.options(organisation_words.LEVEL),
    )


def _level_below(path: str) -> str:
    """What a unit so deep in the tree usually is, where the box holds one street and its communities."""
    return "community" if "." in path else "street"


async def _known(request: Request, caller: Caller, path: str) -> Any:
    if not path:
        raise NotFound()
    if not caller.covers(path):
        raise Forbidden(_("这个社区不在您的范围内。"))
    async with reading(request, caller) as db:
        return next((row for row in await unit.units(db, path) if row["path"] == path), None)


def _root(caller: Caller, under: str) -> str:
    """Where the tree begins. Errors: Forbidden, for a unit the caller does not oversee."""
    return under if under and caller.covers(within(caller, under)) else caller.scope


def _chain(path: str) -> Sequence[str]:
    """The units from the top down to a path."""
    found = [path] if path else []
    while found and (parent := above(found[-1])):
        found.append(parent)
    return found[::-1]


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/api/units", dependencies=[Waited])
async def units(request: Request, caller: Reader, under: Under = "") -> Response:
    """The unit named and every unit below it, with what stands in each. `members` are those on the roll."""
    root = _root(caller, under)
    async with reading(request, caller) as db:
        tree = await organisation.tree(db, root)
    return answered({"items": [unit_json(place) for place in tree if place.path], "next_page_token": ""})


def unit_json(place: Place) -> dict[str, Any]:
    """A unit as the API gives it; name and level are null while nobody has named it."""
    counts = {"members": place.members, "away": place.away, "branches": place.branches}
    return {"path": place.path, "name": place.name or None, "level": place.level or None, **counts}


@router.post("/api/units", status_code=201)
async def name_unit(request: Request, caller: Namer, command: NameUnit) -> Response:
    """A unit gets its name, or another one from a day on."""
    async with doing(request, caller, command.path, f"name-unit/{command.path}") as asked:
        receipt = await organising(request).name_unit(asked, command)
    return answered({"path": command.path, "facts": facts_of(receipt)}, 201)
