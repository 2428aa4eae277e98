"""The API about records that may be one person: pairs, merging, taking apart, saying that they are two."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.merging import Merge, TellApart, Unmerge
from services.registry.pages import history
from services.registry.pages.common import (
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Waited,
    member_card,
    reading,
    rules,
    within,
)
from services.registry.pages.of_two import merging, of_two, scale, told_apart
from services.registry.pages.plain import answered
from services.registry.project import likeness
from services.shell.acting import facts_of

router = APIRouter(prefix="/api", tags=["duplicates"])


@router.get("/duplicates", dependencies=[Waited])
async def duplicates(
    request: Request, caller: Office, community: str = "", page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """Pairs of members that may be one person, the likeliest first; `strict`: they have the same ID number."""
    rule = rules(request, caller.scope).duplicates
    async with reading(request, caller) as db:
        page = await likeness.pairs(
            db, scale(request, caller.scope), community=within(caller, community), size=page_size, token=page_token
        )
    items = [
        {
            "member_id": row["one"],
            "other_id": row["other"],
            "score": row["score"],
            "alike": row["alike"],
            "strict": likeness.is_strict(row),
            "clause": rule.clause,
        }
        for row in page.items
    ]
    return answered({"items": items, "next_page_token": page.next_token})


@router.post("/members/{member_id}/merge", status_code=201)
async def merge(request: Request, caller: Office, member_id: EntityId, command: Merge) -> Response:
    """This record is the same person as `into`, which stands for both from now on."""
    async with of_two(request, caller, member_id, command.into, "merge") as asked:
        receipt = await merging(request).merge(asked, member_id, command)
    return answered({"facts": facts_of(receipt), "member_id": command.into}, 201)


@router.get("/members/{member_id}/merge", dependencies=[Waited])
async def merged(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Which record stands for this one (`into`, null if none), and what was recorded on it since.

    `may_move`: the fact can go to this record when the two are taken apart.
    """
    await member_card(request, caller, member_id)
    since = await merging(request).since(member_id)
    if since is None:
        return answered({"into": None, "later": []})
    card = await member_card(request, caller, since.kept_id)
    later = [
        history.fact_json(fact) | {"may_move": one.concerns is not None}
        for one, fact in zip(since.later, since.facts, strict=True)
    ]
    return answered({"into": since.kept_id, "into_version": f"REGISTRY:{card['seq']}", "later": later})


@router.post("/members/{member_id}/unmerge", status_code=201)
async def unmerge(request: Request, caller: Office, member_id: EntityId, command: Unmerge) -> Response:
    """This record is another person after all; `moves` are facts of the other one since then that were about this."""
    card = await member_card(request, caller, member_id)
    async with of_two(request, caller, member_id, card["merged_into"] or member_id, "unmerge") as asked:
        receipt = await merging(request).unmerge(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/told-apart", status_code=201)
async def apart(request: Request, caller: Office, member_id: EntityId, command: TellApart) -> Response:
    """Somebody compared this record with `other`: two people. The pair is not shown again for what they share now."""
    receipt = await told_apart(request, caller, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
