"""The proposal page: who might go to which centre, and why. A person ticks, picks another host in place, takes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Receipt
from services.registry.centres.nearness import metres
from services.registry.centres.town import Change, Proposal, Town
from services.registry.decide.centre import AcceptPlacings
from services.registry.pages.centre_town import town_of
from services.registry.pages.centre_words import LEFT_OUT, WHY_NOT
from services.registry.pages.centres import centres_of
from services.registry.pages.common import Office, Waited, doing, read, reading, registry, rules, show_own_write, within
from services.registry.pages.forms import fresh
from services.registry.pages.places import communities
from services.registry.project import centre
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, NotFound
from services.shell.works import Work, Works

router = APIRouter(prefix="/centres/proposal", include_in_schema=False)

TownWork = Work[Town, Proposal]
TownWorks = Works[str, Town, Proposal]
"""By community."""
REFRESH_SECONDS = 2
SHOWN_MAX = 100
"""So many changes are shown at once; the rest after these, or all of them are accepted unseen."""
CHOICES_MAX = 12
"""So many hosts can be picked in place, the nearest ones."""
ALL_MAX = 1000
"""So many changes go into one append (`AcceptPlacings`)."""
NAMED_MAX = 6
"""So many people are named in the line that says what was done; it travels in a cookie."""


def proposals(request: Request) -> TownWorks:
    """The proposals of this process."""
    found: TownWorks = request.app.state.proposals
    return found


async def community_of(request: Request, caller: Caller, community: str) -> tuple[str, list[tuple[str, str]]]:
    """The one community that is meant ("" if it must be chosen), and those there are. Errors: Forbidden."""
    within(caller, community)
    async with reading(request, caller) as db:
        places = await communities(db, caller)
    if community in dict(places):
        return community, places
    return (places[0][0] if len(places) == 1 else ""), places


async def begun(request: Request, caller: Caller, community: str) -> TownWork:
    """The proposal for a community as it is now, made or in the making."""
    async with reading(request, caller) as db:
        town = await town_of(db, community, rules(request, community).centres, speech().today)
    return proposals(request).begin(community, town, registry(request).commands.new_id())


async def still(request: Request, caller: Caller, community: str, work: TownWork) -> bool:
    """Whether the town is still as the proposal saw it."""
    async with reading(request, caller) as db:
        return work.given == await town_of(db, community, rules(request, community).centres, speech().today)


@router.get("", dependencies=[Waited])
async def show(request: Request, caller: Office, community: str = "") -> Response:
    """What might change, and why. Making it is asked for by a button: looking writes and reckons nothing."""
    community, places = await community_of(request, caller, community)
    work = proposals(request).of(community) if community else None
    if work is not None and work.running:
        await work.waited()
    made = work.proposal if work else None
    values: dict[str, Any] = {}
    if work is not None and made is not None:
        async with reading(request, caller) as db:
            values = shown(work, made, await centre.everybody(db, community), await centre.centres(db, community))
        values["outdated"] = not await still(request, caller, community, work)
    running = work is not None and work.running
    return await page(
        request, "centre_proposal.html", community=community, places=places, work=work, made=made, running=running,
        failed=work is not None and not running and made is None, form=fresh(request),
        rule=rules(request, community).centres, refresh_seconds=REFRESH_SECONDS if running else 0, **values,
    )  # fmt: skip


@router.post("")
async def make(request: Request, caller: Office) -> Response:
    """Make one."""
    asked_for = str((await request.form()).get("community") or "")
    community, _places = await community_of(request, caller, asked_for)
    if not community:
        raise NotFound(_("请先选一个社区。"))
    work = await begun(request, caller, community)
    await work.waited()
    said = _("正在计算，这一页会自己更新。") if work.running else _("建议算好了，还没有改动任何人。")
    return done(request, f"/registry/centres/proposal?community={community}", said)


@dataclass(frozen=True, slots=True)
class Line:
    """One change as the page shows it."""

    member_id: str
    name: str
    from_host: str
    centre_id: str
    why: str
    choices: list[tuple[str, str]]


def shown(
    work: TownWork, made: Proposal, people: list[Mapping[str, Any]], houses: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """The proposal in names and words."""
    names = {row["member_id"]: row["name"] or "—" for row in people}
    hosts = {row["centre_id"]: row["host"] or "—" for row in houses}
    return {
        "lines": [
            Line(
                one.member_id,
                names.get(one.member_id, "—"),
                hosts.get(one.came_from or "", ""),
                one.centre_id,
                why(one, names),
                [(each, _("%(name)s家", name=hosts.get(each, "—"))) for each in choices(work.given, one)],
            )
            for one in made.changes[:SHOWN_MAX]
        ],
        "unplaced": [(each, names.get(each, "—"), _(WHY_NOT[code])) for each, code in made.unplaced.items()],
        "asked": [(each, names.get(each, "—")) for each in made.might_be_asked],
        "short": [(hosts.get(each, "—"), lacking, each) for each, lacking in made.short.items()],
    }


def choices(town: Town, change: Change) -> list[str]:
    """The centre that is proposed, and the nearest others whose hosts the member has nothing against."""
    people = {each.member_id: each for each in town.people}
    one = people[change.member_id]
    others = [
        house
        for house in town.houses
        if house.centre_id not in (change.centre_id, change.came_from) and house.host_id not in one.declined
    ]
    others.sort(key=lambda house: metres(one.place, people[house.host_id].place, town.weights.steps))
    return [change.centre_id, *(house.centre_id for house in others[: CHOICES_MAX - 1])]


def why(one: Change, names: Mapping[str, str]) -> str:
    """Why this change, as a person would say it."""
    said = []
    if one.same_building:
        said.append(_("与主人同一楼栋"))
    elif one.measured:
        said.append(_("按坐标离主人家 %(metres)s 米", metres=one.metres))
    if one.metres_before is not None and one.metres_before > one.metres:
        said.append(_("少走约 %(metres)s 米", metres=one.metres_before - one.metres))
    if one.with_known:
        known = [names.get(each, "—") for each in one.with_known[:2]]
        said.append(_("与%(names)s相熟", names="、".join(known)))
    if one.metres_before is None and not one.same_building and not one.measured:
        said.append(_("离主人家约 %(metres)s 米", metres=one.metres))
    return "；".join(said) or _("使各户人数合适")


def ticked(sent: FormData, work: TownWork) -> AcceptPlacings:
    """What was ticked, each with the host picked for it. Errors: Invalid."""
    made = work.proposal
    by_member = {one.member_id: one for one in made.changes} if made else {}
    changes = [
        {
            "member": member_id,
            "came_from": by_member[member_id].came_from,
            "centre": str(sent.get(f"to-{member_id}") or by_member[member_id].centre_id),
        }
        for member_id in (
            list(by_member)[:ALL_MAX] if sent.get("all") else dict.fromkeys(map(str, sent.getlist("take")))
        )
        if member_id in by_member
    ]
    return read(AcceptPlacings, {"proposal_id": work.work_id, "changes": changes})


@router.post("/accept")
async def accept(request: Request, caller: Office) -> Response:
    """Do what was ticked, in one append; who changed meanwhile is left out and named."""
    sent = await request.form()
    community = str(sent.get("community") or "")
    back = f"/registry/centres/proposal?community={community}"
    work = proposals(request).of(community)
    if work is None or work.work_id != sent.get("proposal_id"):
        return done(request, back, _("这份建议已经不在了，没有改动。请重新计算。"))
    try:
        command = ticked(sent, work)
    except Invalid:
        return done(request, back, _("没有勾选任何人，没有改动。"))
    receipt, left_out = await accepted(request, caller, community, command, sent)
    moved = {one.about.entity for one in receipt.facts}
    told = ngettext("已调整 %(num)s 人。", "已调整 %(num)s 人。", len(moved))
    if left_out:
        told += _("没有动的：%(people)s。", people=await _named(request, caller, community, left_out))
    undo = Undo(f"/registry/centres/proposal/{work.work_id}/undo", {"community": community}) if moved else None
    return done(request, "/registry/centres" if moved else back, told, undo=undo)


async def accepted(
    request: Request,
    caller: Caller,
    community: str,
    command: AcceptPlacings,
    sent: Mapping[str, Any] | None = None,
    name: str = "accept-centres",
) -> tuple[Receipt, dict[str, str]]:
    """Changes in one append: the receipt, and who was left out and why."""
    async with doing(request, caller, community, f"{name}/{command.proposal_id}", sent) as asked:
        receipt, left_out = await centres_of(request).place(asked, command)
    await show_own_write(request, receipt)
    return receipt, left_out


async def _named(request: Request, caller: Caller, community: str, left_out: Mapping[str, str]) -> str:
    async with reading(request, caller) as db:
        names = {row["member_id"]: row["name"] for row in await centre.everybody(db, community)}
    said = [f"{names.get(each) or '—'}（{_(LEFT_OUT.get(code, code))}）" for each, code in left_out.items()]
    return "、".join(said[:NAMED_MAX]) + (_(" 等 %(count)s 人", count=len(said)) if len(said) > NAMED_MAX else "")


@router.post("/{proposal_id}/undo")
async def undo(request: Request, caller: Office, proposal_id: str) -> Response:
    """Everybody whom this proposal moved, and nobody else moved since, goes back."""
    receipt, left_out = await undone(request, caller, proposal_id, await request.form())
    told = ngettext("已把 %(num)s 人放回原处。", "已把 %(num)s 人放回原处。", len(receipt.facts))
    if left_out:
        community = receipt.facts[0].about.community if receipt.facts else caller.scope
        told += _("没有动的：%(people)s。", people=await _named(request, caller, community, left_out))
    return done(request, "/registry/centres", told)


async def undone(
    request: Request, caller: Caller, proposal_id: str, sent: Mapping[str, Any] | None = None
) -> tuple[Receipt, dict[str, str]]:
    """Take an accepted proposal back; once more does nothing. Errors: NotFound, when it never moved anybody."""
    back = f"undo-{proposal_id}"
    async with reading(request, caller) as db:
        rows = await centre.brought_by(db, proposal_id)
        taken_back = [] if rows else await centre.brought_by(db, back)
    changes = [{"member": row["member_id"], "came_from": row["centre_id"], "centre": row["came_from"]} for row in rows]
    changes += [{"member": row["member_id"], "centre": row["centre_id"]} for row in taken_back]
    if not changes:
        raise NotFound(_("没有可以撤销的改动。"))
    command = read(AcceptPlacings, {"proposal_id": back, "changes": changes})
    return await accepted(request, caller, (rows or taken_back)[0]["community"], command, sent, "undo-centres")
