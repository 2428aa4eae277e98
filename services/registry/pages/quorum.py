"""Whether a meeting counts, for its pages and the API: by the roll as it was called, or would be called now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.member import AwayKind
from services.registry.decide.quorum import OnRoster, Quorum, Roll, called, quorum, roll_of
from services.registry.decide.roll import WITHOUT_ROLL
from services.registry.handle.meetings import Meetings
from services.registry.pages.common import doing, reading, registry, rules, show_own_write
from services.registry.pages.plain import fields_of
from services.registry.project import meeting_roll
from services.shell.formats import local_day
from services.shell.identity import Caller


@dataclass(frozen=True, slots=True)
class Counted:
    """The number for motions and the one for elections. `differs`: called now, the roll would be another one."""

    ordinary: Quorum
    election: Quorum
    roll: Roll
    called: bool
    differs: bool
    people: Sequence[Mapping[str, Any]]
    """Those of the branch as the register knows them now."""


async def counted(request: Request, db: AsyncConnection, row: Mapping[str, Any]) -> Counted | None:
    """How a meeting stands; None for those at which nothing is voted, or that nobody belongs to."""
    if row["kind"] in WITHOUT_ROLL:
        return None
    day = local_day(row["starts_at"])
    known = await meeting_roll.of_meeting(db, row["meeting_id"])
    people = await meeting_roll.roster(db, row, day)
    now = roll_of(called(on_roster(people), day, rules(request, row["community"], day).meetings)) if people else None
    roll = roll_of(known["roll"]) if known["roll"] else now
    if roll is None:
        return None
    return Counted(
        quorum(roll, known["excluded"], known["present"]),
        quorum(roll, known["excluded"], known["present"], election=True),
        roll,
        called=known["roll"] is not None,
        differs=now is not None and now != roll,
        people=people,
    )


def on_roster(people: Sequence[Mapping[str, Any]]) -> list[OnRoster]:
    """Rows of the register as those a roll is called of."""
    return [
        OnRoster(
            one["member_id"],
            one["joined_on"],
            one["full_member_on"],
            AwayKind(one["away_kind"]) if one["away_kind"] else None,
        )
        for one in people
    ]


def quorum_json(found: Counted | None) -> dict[str, Any] | None:
    """The quorum as the API gives it: the number for motions, and the one for elections beside it."""
    if found is None:
        return None
    election = {name: value for name, value in fields_of(found.election).items() if name not in ("excluded", "guests")}
    return {**fields_of(found.ordinary), "election": election, "called": found.called}


async def call_roll(request: Request, caller: Caller, row: Mapping[str, Any], *, again: bool = False) -> bool:
    """Lay down who has a vote, if it is not laid down yet (or `again`); True if it was laid down now. A request that
    signs people in does so by the way: whatever version it was shown is that of the sign-in.
    """
    async with reading(request, caller) as db:
        known = await meeting_roll.of_meeting(db, row["meeting_id"])
        if row["kind"] in WITHOUT_ROLL or (known["roll"] is not None and not again):
            return False
        people = await meeting_roll.roster(db, row, local_day(row["starts_at"]))
    async with doing(request, caller, row["community"], f"call-roll/{row['meeting_id']}") as asked:
        receipt = await Meetings(registry(request)).call_roll(
            replace(asked, expected=None), row["meeting_id"], on_roster(people), again=again
        )
    await show_own_write(request, receipt)
    return bool(receipt.facts)
