"""Taking two records apart again: what was recorded since is gone through, and a person says what belongs where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.base import Fact, is_hidden
from events.facts.member import Assigned, Attended, ContactChanged
from events.facts.member_meeting import MeetingPart
from services.registry.decide.merging import Unmerge
from services.registry.handle.merging import Since
from services.registry.pages.common import EntityId, Office, Waited, member_card, read_form, reading, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.of_two import merging, of_two
from services.registry.pages.timeline import Line, Names, line_of, signed
from services.registry.project import branch, meeting
from services.shell.formats import mask_phone
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that was recorded since, and whether it can go to the other record."""

    line: Line
    may_move: bool
    detail: str
    """What the timeline does not say, masked as on the card."""


@router.get("/members/{member_id}/unmerge", dependencies=[Waited])
async def ask(request: Request, caller: Office, member_id: EntityId) -> Response:
    """What was recorded on the record that stands for this one."""
    return await _page(request, caller, member_id, fresh(request))


@router.post("/members/{member_id}/unmerge")
async def take_apart(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Two people after all."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(Unmerge, sent, lists=("moves",))
        async with of_two(request, caller, member_id, card["merged_into"] or member_id, "unmerge", sent) as asked:
            receipt = await merging(request).unmerge(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已分开，两份都恢复成原来的样子。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/members/{member_id}", told)


async def _page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    since = await merging(request).since(member_id)
    kept = await member_card(request, caller, since.kept_id) if since else None
    return await page(
        request,
        "unmerge.html",
        status=form.status,
        card=card,
        kept=kept,
        version=since.seq if since else 0,
        choices=await _choices(request, caller, since) if since else [],
        chosen=_listed(form["moves"]),
        form=form,
    )


async def _choices(request: Request, caller: Caller, since: Since) -> list[Choice]:
    facts = [one.fact for one in since.facts]
    async with reading(request, caller) as db:
        branches = await branch.names(db, [each.branch_id for each in facts if isinstance(each, Assigned)])
        meetings = await meeting.titles(
            db, [each.meeting_id for each in facts if isinstance(each, Attended | MeetingPart)]
        )
    names = Names(branches, meetings)
    lines = await signed(request, [line_of(one, names) for one in since.facts])
    return [
        Choice(line, one.concerns is not None, _detail(one.fact)) for line, one in zip(lines, since.later, strict=True)
    ]


def _detail(fact: Fact) -> str:
    if not isinstance(fact, ContactChanged) or is_hidden(fact.contact):
        return ""
    phone, address = fact.contact.phone, fact.contact.address
    return " · ".join(filter(None, (mask_phone(phone) if phone else "", address.text if address else "")))


def _listed(sent: Any) -> list[str]:
    return [sent] if isinstance(sent, str) else list(sent)
