"""What a meeting of the made-up office decides: the roll is called, a motion is voted, the minutes are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deploy.demo.deeds import Minuted
from events.log.command import Asked
from services.registry.decide.meeting import MEETING, Meeting
from services.registry.decide.minutes import FreezeMinutes, RecordVote
from services.registry.decide.quorum import OnRoster, quorum
from services.registry.handle.meetings import Meetings
from services.registry.handle.registry import Registry


async def minuted(registry: Registry, asked: Asked, meeting_id: str, what: Minuted, members: Sequence[str]) -> None:
    """Carry it out; `members` are the branch's people. Without a quorum nothing is voted."""
    handler, roster = Meetings(registry), []
    for member_id in members:
        known = await registry.state(member_id)
        away = known.away.kind if known.away else None
        roster.append(OnRoster(member_id, known.joined_on, known.full_member_on, away))
    await handler.call_roll(_step(asked, "roll"), meeting_id, roster)
    held: Meeting = await registry.commands.state(MEETING, meeting_id)
    if held.roll is not None and (now := quorum(held.roll, held.excluded, held.present)).reached:
        in_favour = now.present - (2 * (now.present - 1) > now.voters)  # somebody abstains where that changes nothing
        counts = RecordVote(motion=what.motion, in_favour=in_favour, abstain=now.present - in_favour)
        await handler.vote(_step(asked, "vote"), meeting_id, counts)
    await handler.freeze(_step(asked, "freeze"), meeting_id, FreezeMinutes(text=what.text))


def _step(asked: Asked, name: str) -> Asked:
    return replace(asked, command=f"{asked.command}/{name}")
