"""What a unit's liaison sees: the people the unit handed over and how they stand, the batches and their receipts.

The account's scope is the unit's own path, which no community lies below: whatever a liaison asks of any other page or
service, row-level security answers with nothing (ADR 33).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.handover import is_employer
from events.log.project.keyset import BadToken
from services.registry.pages import handover_words, words
from services.registry.pages.common import EntityId, Waited, reading
from services.registry.pages.places import places_of
from services.registry.project import handed_over, handover, member
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role, requires
from services.shell.pages import fragment, page
from services.shell.problems import Forbidden, Malformed, NotFound

router = APIRouter(prefix="/handed-over", include_in_schema=False)

Sought = Annotated[str, Query(max_length=60)]
HOME: Final = "/registry/handed-over"
STATES: Final = ("", member.ENROLLED, member.AWAY, member.DEAD)


async def of_one_unit(caller: Annotated[Caller, Depends(requires(Role.LIAISON))]) -> Caller:
    """A liaison of one unit. Errors: Forbidden, for an account that stands for none, or for several."""
    if not is_employer(caller.scope):
        raise Forbidden(
            _("这个账号还没有对应到一个单位，看不到移交人员。"),
            todo=_("请社区书记把移交批次页上的“联络员账号范围”告诉管理员，由管理员改好账号。"),
        )
    return caller


Liaison = Annotated[Caller, Depends(of_one_unit)]


@asynccontextmanager
async def reading_people(request: Request, caller: Caller) -> AsyncIterator[AsyncConnection]:
    """The tables in the scope of the unit and of the communities that its own rows name: for `handed_over.people`.

    What is asked here begins at the unit's rows; of other units there are none in this scope.
    """
    async with reading(request, caller) as db:
        places = await handed_over.places(db)
    async with request.app.state.database.reading([caller.scope, *places]) as db:
        try:
            yield db
        except BadToken as bad:
            raise Malformed(_("这个翻页标记不是本系统给的。"), todo=_("请从第一页重新翻起。")) from bad


@router.get("", dependencies=[Waited])
async def people(
    request: Request, caller: Liaison, q: Sought = "", state: Sought = "", page_token: str = ""
) -> Response:
    """The unit's people and how they stand, and its batches."""
    state = state if state in STATES else ""
    async with reading_people(request, caller) as db:
        found = await handed_over.people(db, q=q, state=state, token=page_token)
        counts = await handed_over.counts(db)
        places = await places_of(db, caller, {one["community"] for one in found.items})
    async with reading(request, caller) as db:
        batches = (await handover.batches(db, of_unit=True)).items
    keep = "".join(f"&{name}={value}" for name, value in (("q", q), ("state", state)) if value)
    return await page(
        request, "handed_over.html", rows=found.items, counts=counts, places=places, batches=batches, q=q, state=state,
        words=words, handover_words=handover_words, word=words.word, total=sum(counts.values()),
        links=[(words.word({"": _("全部"), **words.STATE}, each), f"{HOME}?state={each}",
                counts[each] if each else sum(counts.values()), each == state) for each in STATES],
        next_href=f"{HOME}?page_token={found.next_token}{keep}" if found.next_token else "",
    )  # fmt: skip


@router.get("/batches/{batch_id}", dependencies=[Waited])
async def receipt(request: Request, caller: Liaison, batch_id: EntityId) -> Response:
    """The receipt of one of the unit's batches."""
    async with reading(request, caller) as db:
        row = await handover.batch(db, batch_id, of_unit=True)
        lines = await handover.lines_of(db, batch_id, of_unit=True)
    if row is None:
        raise NotFound(_("在您的范围内没有这一批移交。"))
    async with request.app.state.database.reading(row["community"]) as db:
        place = (await places_of(db, caller, [row["community"]])).called(row["community"])
    return await page(
        request, "handover_receipt.html", row=row, lines=lines, place=place, back=HOME, words=handover_words,
        word=words.word,
    )  # fmt: skip


async def panel(request: Request, caller: Caller) -> Response:
    """A liaison's part of the home page: how the unit's people stand."""
    if not is_employer(caller.scope):
        return fragment(request, "today_liaison.html", counts=None, batches=())
    async with reading_people(request, caller) as db:
        counts = await handed_over.counts(db)
    async with reading(request, caller) as db:
        batches = (await handover.batches(db, of_unit=True, size=3)).items
    return fragment(
        request, "today_liaison.html", counts=counts, batches=batches, words=handover_words, word=words.word
    )
