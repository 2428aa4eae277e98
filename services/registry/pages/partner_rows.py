"""What the pages and the API of partner units have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request

from events.facts.partner import OfferKind, PartnerKind
from events.log.command import Receipt
from services.registry.decide.partner import LeavePartner
from services.registry.handle.partners import Partners
from services.registry.pages.common import Reader, doing, reading, registry, sought, within
from services.registry.project import partner
from services.registry.project.partner import Sought
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid, NotFound

Row = Mapping[str, Any]
NOW, SOON, OVER = "now", "soon", "over"


def partners_of(request: Request) -> Partners:
    """The handler of commands about partner units."""
    return Partners(registry(request))


async def partner_row(request: Request, caller: Caller, partner_id: str) -> Row:
    """A unit the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: partner.partner(db, partner_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这个共建单位。"))
    return row


async def _sought(
    caller: Reader, q: str = "", kind: str = "", offer: str = "", community: str = "", left: bool = False
) -> Sought:
    """What an address asks for; a kind that there is not narrows nothing."""
    return Sought(
        on=speech().today,
        q=q.strip(),
        kind=kind if kind in set(PartnerKind) else "",
        offer=offer if offer in set(OfferKind) else "",
        community=within(caller, community),
        left=left,
    )


Wanted = Annotated[Sought, Depends(_sought)]


def stage_of(offer: Row, today: date) -> str:
    """Whether an offer can be taken up now, later, or no more."""
    if offer["ended_on"] is not None or (offer["until"] is not None and offer["until"] < today):
        return OVER
    return SOON if offer["since"] > today else NOW


def together(branch: Row, unit: Row) -> None:
    """A branch is paired with a unit of its own community. Errors: Invalid, naming the field."""
    if branch["community"] != unit["community"]:
        raise Invalid([FieldError("branch", _("支部和单位不在同一个社区"), _("请在支部的社区里记这个单位。"))])


async def left_by(
    request: Request, caller: Caller, row: Row, command: LeavePartner, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """The unit leaves, with every pairing of it that is known."""
    async with reading(request, caller) as db:
        paired = await partner.pairings_of(db, partner_ids=[row["partner_id"]])
    branches = [each["branch_id"] for each in paired]
    async with doing(request, caller, row["community"], f"leave-partner/{row['partner_id']}", sent) as asked:
        return await partners_of(request).leave(asked, row["partner_id"], command, branches)


async def fitting_partners(request: Request, caller: Caller, community: str, partner_ids: Sequence[str]) -> None:
    """Units that a meeting of a community can be held with. Errors: Invalid, naming the field."""
    async with reading(request, caller) as db:
        rows = [await partner.partner(db, one) for one in dict.fromkeys(partner_ids)]
    if any(row is None or row["left_on"] is not None or row["community"] != community for row in rows):
        raise Invalid([FieldError("partners", _("有一个单位不是这个社区的共建单位"), _("请从列出的单位里选。"))])
