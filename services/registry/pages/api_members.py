"""The API about members (CONTRACT.md, "HTTP"). Personal numbers are masked; `reveal` shows one and writes it down."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from services.registry.decide.commands import (
    Assign,
    ChangeContact,
    Correct,
    Die,
    Enrol,
    MoveAway,
    PayDues,
    Return,
    SetPensionBasis,
)
from services.registry.decide.policy import CompletenessPolicy
from services.registry.pages import history as told
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Reader,
    Waited,
    doing,
    member_card,
    of_member,
    reading,
    registry,
    rules,
)
from services.registry.pages.completeness import completeness_json
from services.registry.pages.due import dues_sheet
from services.registry.pages.narrowed import Narrowing
from services.registry.pages.plain import answered, fields_of
from services.registry.pages.reveal import Reveal, Secret, revealed
from services.registry.project import register
from services.shell.acting import facts_of
from services.shell.formats import mask_phone

router = APIRouter(prefix="/api/members", tags=["members"])


def member_json(card: dict[str, Any], policy: CompletenessPolicy) -> dict[str, Any]:
    """A card as the API gives it."""
    away = {
        "since": card["away_since"],
        "kind": card["away_kind"],
        "destination": card["away_to"],
        "expected_return": card["expected_return"],
    }
    plain = (
        "member_id", "name", "sex", "ethnicity", "birth", "address", "building", "room", "lives_alone",
        "minimum_living", "joined_on", "full_member_on", "enrolled_on", "kind", "education", "former_unit",
        "former_post", "registered_address", "grid", "skills", "interests", "community", "branch_id",
        "branch", "state", "died_on", "merged_into", "last_seen", "last_contact", "cared_for", "import_id",
    )  # fmt: skip
    return {
        **{name: card.get(name) for name in plain},
        "id_number": card["id_masked"],
        "phone": mask_phone(card["phone"]) if card["phone"] else None,
        "family": [
            relative | {"phone": mask_phone(relative["phone"]) if relative.get("phone") else None}
            for relative in card["family"] or ()
        ],
        "away": away if card["away_since"] else None,
        "completeness": completeness_json(card, policy),
        "version": f"REGISTRY:{card['seq']}",
    }


@router.post("", status_code=201)
async def enrol(request: Request, caller: Office, command: Annotated[Enrol, Body()]) -> Response:
    """Put a person on the roll. The same ID number is the same member."""
    async with doing(request, caller, command.community, "enrol") as asked:
        member_id, receipt = await registry(request).enrol(asked, command)
    return answered({"member_id": member_id, "facts": facts_of(receipt)}, 201)


@router.get("", dependencies=[Waited, Travels])
async def members(
    request: Request, caller: Reader, narrowed: Narrowing, page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """The register by pinyin, or with `below` the least complete cards first.

    `q` is a name, pinyin, initials, the tail of a phone or of an ID number. Without `state`: everybody on the roll,
    here or away. `branch` is a branch's id.
    """
    policy = rules(request, narrowed.community or caller.scope).completeness
    wanted = narrowed.wanted(caller, policy)
    async with reading(request, caller) as db:
        page = await register.cards(db, wanted, size=page_size, token=page_token)
    items = [member_json(card, policy) for card in page.items]
    return answered({"items": items, "next_page_token": page.next_token})


@router.get("/{member_id}", dependencies=[Waited, Travels])
async def member(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """The card now, or as it was on `as_of`, as it was known at `known_at` (a moment, or a day's end)."""
    card = await member_card(request, caller, member_id)
    policy = rules(request, card["community"]).completeness
    return answered(
        member_json(card, policy),
        headers={"ETag": f'"REGISTRY:{card["seq"]}"'},
    )


@router.get("/{member_id}/history", dependencies=[Waited, Travels])
async def history(
    request: Request,
    caller: Reader,
    member_id: EntityId,
    page_token: Annotated[str, Query(pattern="^[0-9]*$", max_length=18)] = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:
    """The member's facts, newest first, as they were written."""
    before = int(page_token) if page_token else None
    async with reading(request, caller) as db:
        page = await told.own_facts(request, db, member_id, before=before, limit=page_size, sealed=False)
    if not page.facts:
        await member_card(request, caller, member_id)
    items = [told.fact_json(one) for one in page.facts]
    return answered({"items": items, "next_page_token": str(page.next_before or ""), "count": page.count})


@router.get("/{member_id}/dues", dependencies=[Waited, Travels])
async def dues(
    request: Request,
    caller: Reader,
    member_id: EntityId,
    first: Annotated[str, Query(alias="from", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")] = "",
    last: Annotated[str, Query(alias="to", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")] = "",
) -> Response:
    """Month by month: what is due and by which clause, what was paid. `state`: paid, due, owing, not_owed, unknown."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, member_id, first, last)
    return answered({"items": [fields_of(one) for one in sheet.months], "owing_fen": sheet.owing_fen})


@router.post("/{member_id}/move-away", status_code=201)
async def move_away(request: Request, caller: Office, member_id: EntityId, command: MoveAway) -> Response:
    """The member leaves for a while; the policy chooses the kind and cites its clause."""
    async with of_member(request, caller, member_id, "move-away") as asked:
        receipt = await registry(request).move_away(asked, member_id, command)
    moved = next((one.fact for one in receipt.facts), None)
    kind = {name: getattr(moved, name, None) for name in ("kind", "clause", "card_until")} if moved else {}
    return answered({"facts": facts_of(receipt), **kind}, 201)


@router.post("/{member_id}/return", status_code=201)
async def come_back(request: Request, caller: Office, member_id: EntityId, command: Return) -> Response:
    """The member is back."""
    async with of_member(request, caller, member_id, "return") as asked:
        receipt = await registry(request).come_back(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/pay-dues", status_code=201)
async def pay_dues(request: Request, caller: Office, member_id: EntityId, command: PayDues) -> Response:
    """Dues of some months were paid; the amount must be what is due. The same month twice is refused."""
    async with of_member(request, caller, member_id, "pay-dues") as asked:
        receipt_no, receipt = await registry(request).pay_dues(asked, member_id, command)
    return answered({"receipt_no": receipt_no, "facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/correct", status_code=201)
async def correct(request: Request, caller: Office, member_id: EntityId, command: Correct) -> Response:
    """What the register says of a field was wrong."""
    async with of_member(request, caller, member_id, "correct") as asked:
        receipt = await registry(request).correct(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/contact", status_code=201)
async def contact(request: Request, caller: Office, member_id: EntityId, command: ChangeContact) -> Response:
    """The person is reached another way; what is left out stays."""
    async with of_member(request, caller, member_id, "contact") as asked:
        receipt = await registry(request).change_contact(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/assign", status_code=201)
async def assign(request: Request, caller: Office, member_id: EntityId, command: Assign) -> Response:
    """The member belongs to a branch, named by its id or its name."""
    async with of_member(request, caller, member_id, "assign") as asked:
        receipt = await registry(request).assign(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/pension-basis", status_code=201)
async def pension_basis(request: Request, caller: Office, member_id: EntityId, command: SetPensionBasis) -> Response:
    """Dues are reckoned from another basic pension."""
    async with of_member(request, caller, member_id, "pension-basis") as asked:
        receipt = await registry(request).set_pension_basis(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/die", status_code=201)
async def die(request: Request, caller: Office, member_id: EntityId, command: Die) -> Response:
    """The member died."""
    async with of_member(request, caller, member_id, "die") as asked:
        receipt = await registry(request).die(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/reveal", status_code=201)
async def reveal(request: Request, caller: Office, member_id: EntityId, command: Reveal) -> Response:
    """One masked detail in clear, after it was written down who saw it and why."""
    secret: Secret = await revealed(request, caller, member_id, command)
    return answered({"what": command.what, "value": secret.value, "facts": facts_of(secret.receipt)}, 201)
