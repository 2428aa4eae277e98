"""Who goes this week, for programs: the proposal, confirming it, taking it back."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from services.care.decide.rota import ConfirmRota
from services.care.pages.common import EntityId, Office, rules
from services.care.pages.rota import RotaQuery, RotaWork, begun, chosen, confirmed, undone
from services.care.pages.rota_week import Laid
from services.care.rota.week import Placed
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid, Unavailable
from services.shell.reading import Waited, plain_json

api = APIRouter(prefix="/api", tags=["care"])

MADE_SECONDS_MAX: Final = 45.0


class ConfirmBody(ConfirmRota):
    """The lines a person has looked over; all of one community, which may be left out where the caller has only one."""

    community: str = Field(default="", max_length=200)


@api.get("/rota", dependencies=[Waited])
async def rota_json(request: Request, caller: Office, asked: Annotated[RotaQuery, Query()]) -> Response:
    """A week's proposal: who might go where on which day, each with its reasons. Reckoned when asked; writes nothing.

    `settled`: it stands so already. `visits_max` is how many visits a visitor can make in (the rest of) the week.
    """
    community, _places, monday = await chosen(request, caller, asked)
    if not community:
        raise Invalid([FieldError("community", _("请写明哪个社区"))])
    laid, work = await begun(request, caller, community, monday)
    await work.waited(MADE_SECONDS_MAX)
    if work.proposal is None:
        raise Unavailable(_("建议还没有算好。"), retry_after_seconds=10)
    body = {"community": community, "week": monday, "clause": rules(request, community).rota.clause}
    return JSONResponse(plain_json(body | _made(laid, work, asked.visitor)))


def _made(laid: Laid, work: RotaWork, visitor: str) -> dict[str, Any]:
    made = work.proposal
    assert made is not None
    return {
        "rota_id": work.work_id,
        "placings": [_placing(laid, one) for one in made.placed if visitor in ("", one.visitor)],
        "unplaced": [{"visit_id": visit_id, "why": why} for visit_id, why in made.unplaced.items()],
        "waiting": list(made.waiting),
        "visitors": [
            {
                "visitor": share.name,
                "visits": share.visits,
                "calls": share.calls,
                "trips": share.trips,
                "minutes": share.minutes,
                "visits_max": share.room,
            }
            for share in made.shares
        ],
        "familiar": made.familiar,
        "with_usual": made.with_usual,
    }


def _placing(laid: Laid, one: Placed) -> dict[str, Any]:
    row, on = laid.rows[one.visit_id], laid.days[one.day]
    return {
        "visit_id": one.visit_id,
        "member_id": row["member_id"],
        "visitor": one.visitor,
        "on": on,
        "turn": one.turn,
        "settled": (row["assigned"], row["set_for"]) == (one.visitor, on),
        "why": [
            {"code": why.code, "who": why.who or None, "number": why.number or None, "skill": why.skill or None}
            for why in one.why
        ],
    }


@api.post("/rota/confirm", status_code=201)
async def confirm_json(request: Request, caller: Office, command: ConfirmBody) -> Response:
    """These visitors go on these days, in one append; `left_out` says of which visits it could not be said, and why."""
    community, _places, _monday = await chosen(request, caller, RotaQuery(community=command.community))
    if not community:
        raise Invalid([FieldError("community", _("在您的范围内没有这个社区"))])
    receipt, left_out = await confirmed(request, caller, community, command)
    out = [{"visit_id": visit_id, "why": why} for visit_id, why in left_out.items()]
    return JSONResponse(plain_json({"facts": facts_of(receipt), "left_out": out}), 201)


@api.post("/rota/{rota_id}/undo", status_code=201)
async def undo_json(request: Request, caller: Office, rota_id: EntityId) -> Response:
    """What this plan said, and nobody changed since, is as it was."""
    receipt = await undone(request, caller, rota_id)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)
