"""The register: who is on the roll, found, narrowed, paged and exported; and putting somebody on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from events.facts.branch import BranchKind
from services.registry.decide.commands import Enrol
from services.registry.pages import bulk_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
    Office,
    Reader,
    Waited,
    doing,
    fen_of,
    read,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.completeness import percent_of
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.narrowed import HELD_BY, Narrowed, Narrowing
from services.registry.pages.places import communities, communities_to_fill
from services.registry.pages.way_back import REGISTER, Way, row_name
from services.registry.project import branch, desk, grid, member, register
from services.shell.i18n import gettext as _
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal

router = APIRouter(include_in_schema=False)

ON_LIST: Final = {"": member.ON_ROLL, "all": member.STATES}
"""The states of those on the list, where it is not one state alone."""
PLACES_MAX: Final = 20
"""Communities whose branches are offered together."""
BELOW: Final = (100, 80, 60, 40)
"""The shares of completeness (percent) the page offers to look below."""


@router.get("/")
async def front(_caller: Reader) -> Response:
    """The registry begins with the register."""
    return RedirectResponse(REGISTER, 303)


@router.get("/members", dependencies=[Waited, Travels])
async def members(
    request: Request, caller: Reader, narrowed: Narrowing, page_token: str = "", pick: bool = False
) -> Response:
    """A page of the register; with `pick` its rows can be ticked, to change many at once."""
    policy = rules(request, narrowed.community or caller.scope).completeness
    wanted = narrowed.wanted(caller, policy)
    async with reading(request, caller) as db:
        found = await register.cards(db, wanted, size=PAGE_SIZE, token=page_token)
        counts = await register.counts(db, wanted)
        places = await communities(db, caller)
        branches = await _branches_to_choose(db, narrowed, wanted, len(places))
        grids = await _grids_to_choose(db, wanted, len(places)) if pick and caller.has(*OFFICE) else []
        laid = await desk.laid_out(db, registry(request).desk_of(caller.name, caller.scope))
    picking = "1" if pick else ""
    return await page(
        request,
        "members.html",
        rows=found.items,
        counts=counts,
        on_roll=sum(counts[each] for each in member.ON_ROLL),
        branches=branches,
        places=places if len(places) > 1 else [],
        belows=BELOW,
        percent=(lambda card: percent_of(card, policy)) if narrowed.below else None,
        q=narrowed.q,
        kept=narrowed.kept,
        chosen=next((each for each in branches if each["code"] == narrowed.branch), None),
        place=dict(places).get(narrowed.community, ""),
        placed=dict(places) if len(places) > 1 else {},
        next_href=narrowed.href(page_token=found.next_token, pick=picking) if found.next_token else "",
        first_href=narrowed.href(pick=picking) if page_token else "",
        href=partial(narrowed.href, pick=picking),
        export_href=narrowed.href("/registry/members/export"),
        filters=laid.filters,
        narrowed_to=narrowed.query,
        filter_action=narrowed.href("/registry/members/filters"),
        drop_action=narrowed.href("/registry/members/filters/drop"),
        way=Way(narrowed.href(page_token=page_token, pick=picking)),
        picking=pick and caller.has(*OFFICE),
        pick_href=narrowed.href(page_token=page_token, pick="" if pick else "1"),
        bulk_action=narrowed.href("/registry/bulk"),
        changes=bulk_words.choices([each for each in branches if each["kind"] != BranchKind.GENERAL], grids),
        found=sum(counts[each] for each in ON_LIST.get(narrowed.state, [narrowed.state])),
        row_name=row_name,
        may_write=caller.has(*OFFICE),
        word=words.word,
        words=words,
    )


async def _grids_to_choose(db: AsyncConnection, wanted: register.Wanted, places: int) -> list[str]:
    """The names of the grids people may be put into; of several communities, only those of the one chosen."""
    if places > 1 and not wanted.community:
        return []
    return [one["name"] for one in await grid.grids(db, wanted.community)]


async def _branches_to_choose(
    db: AsyncConnection, narrowed: Narrowed, wanted: register.Wanted, places: int
) -> list[dict[str, Any]]:
    """The branches to narrow the list by. Nobody finds theirs among those of a city: first comes the community."""
    community = wanted.community
    if narrowed.branch and (chosen := await branch.branch(db, wanted.branch_id or wanted.general_id)):
        community = chosen["community"]
    elif places > PLACES_MAX and not narrowed.community:
        return []
    return [one | {"code": _code_of(one)} for one in await branch.to_choose(db, community)]


def _code_of(one: Mapping[str, Any]) -> str:
    """What the address says for a branch."""
    return f"{HELD_BY}{one['branch_id']}" if one["kind"] == BranchKind.GENERAL else str(one["branch_id"])


@router.get("/members/new")
async def new(request: Request, caller: Office) -> Response:
    """The form to put somebody on the roll."""
    return await _form(request, caller, fresh(request, sex="", kind="retired", community=caller.scope))


@router.post("/members/new")
async def enrol(request: Request, caller: Office) -> Response:
    """Put somebody on the roll."""
    form = await request.form()
    try:
        command = _enrol_of(form)
        async with doing(request, caller, command.community, "enrol", form) as asked:
            member_id, receipt = await registry(request).enrol(asked, command)
    except (Invalid, Refusal) as problem:
        known = str(problem.more.get("details", {}).get("member_id", ""))
        return await _form(request, caller, again(request, form, problem), known)
    await show_own_write(request, receipt)
    undo = Undo(f"/registry/members/{member_id}/withdraw")
    return done(request, f"/registry/members/{member_id}", _("已登记%(name)s入册。", name=command.name), undo=undo)


def _enrol_of(form: Any) -> Enrol:
    """The command of the form: one relative, the pension in yuan."""
    text = {name: value.strip() for name, value in form.items() if isinstance(value, str) and value.strip()}
    for name in ("idempotency_key", "version"):
        text.pop(name, None)
    given: dict[str, Any] = {name: value for name, value in text.items() if not name.startswith("family_")}
    relative = {name.removeprefix("family_"): value for name, value in text.items() if name.startswith("family_")}
    if relative:
        given["family"] = [{"name": "—", **relative}]
    given["lives_alone"] = "lives_alone" in text
    given["minimum_living"] = "minimum_living" in text
    pension = given.pop("pension", None)
    if pension is not None:
        try:
            given["pension_basis_fen"] = fen_of(pension)
        except ValueError as error:
            raise Invalid([FieldError("pension", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error
    return read(Enrol, given)


async def _form(request: Request, caller: Office, form: Form, known: str = "") -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db)
        places = await communities_to_fill(db, caller)
    return await page(
        request,
        "enrol.html",
        status=form.status,
        form=form,
        branches=branches,
        place_options=places,
        known=known,
        words=words,
    )
