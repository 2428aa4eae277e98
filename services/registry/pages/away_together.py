"""Advice for members who live at one place: form a mobile branch there, or join the one that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.branch import BranchKind
from services.registry.decide.away_places import gathered
from services.registry.pages.common import Reader, Waited, reading, rules, within
from services.registry.pages.plain import answered
from services.registry.project.away_places import destinations, mobile_branches
from services.shell.i18n import gettext as _

api = APIRouter(prefix="/api", tags=["away"])


@dataclass(frozen=True, slots=True)
class Together:
    """Members of one community at one place; `branch` is the mobile branch whose name says that place, if any."""

    community: str
    place: str
    people: list[Mapping[str, Any]]
    clause: str
    branch: Mapping[str, Any] | None

    @property
    def outside(self) -> list[Mapping[str, Any]]:
        """Those who do not belong to that branch."""
        if self.branch is None:
            return self.people
        return [one for one in self.people if one["branch_id"] != self.branch["branch_id"]]

    @property
    def form(self) -> str:
        """Where such a branch is formed, with its name and kind filled in."""
        name = _("驻%(place)s流动党员党支部", place=self.place)
        asked = {"name": name, "kind": BranchKind.MOBILE.value, "community": self.community}
        return f"/registry/branches/new?{urlencode(asked)}"


async def together_in(request: Request, db: AsyncConnection, community: str) -> list[Together]:
    """Every place of every community in scope with enough members; those who all belong to its branch need nothing."""
    rows = await destinations(db, community)
    branches = await mobile_branches(db, community)
    found = []
    for place in dict.fromkeys(row["community"] for row in rows):
        here = {row["member_id"]: row for row in rows if row["community"] == place}
        rule = rules(request, place).away.together
        for one in gathered({member: row["destination"] for member, row in here.items()}, rule):
            there = next((each for each in branches if each["community"] == place and one.place in each["name"]), None)
            people = [here[member] for member in one.members]
            found.append(Together(place, one.place, people, one.clause, there))
    return [one for one in found if one.outside]


@api.get("/away-together", dependencies=[Waited])
async def together(request: Request, caller: Reader, community: str = Query("", max_length=200)) -> Response:
    """Places where enough members live for a mobile branch or group, with the clause; a person decides."""
    async with reading(request, caller) as db:
        found = await together_in(request, db, within(caller, community))
    items = [
        {
            "community": one.community, "place": one.place, "clause": one.clause,
            "members": [{"member_id": each["member_id"], "name": each["name"]} for each in one.people],
            "branch_id": one.branch["branch_id"] if one.branch else None,
        }
        for one in found
    ]  # fmt: skip
    return answered({"items": items, "next_page_token": ""})
