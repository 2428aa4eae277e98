"""What happened to a member, opened: the registry's own facts, and how the API tells one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.member import Assigned, Attended, Enrolled
from events.facts.member_meeting import MeetingPart
from events.log.envelope import Recorded
from services.registry.pages.common import registry
from services.registry.pages.timeline import Names
from services.registry.project import branch, history, meeting, post


@dataclass(frozen=True, slots=True)
class Facts:
    """Some of a member's facts, newest first; how many there are; where the older ones begin."""

    facts: Sequence[Recorded]
    count: int
    next_before: int | None


async def own_facts(
    request: Request,
    db: AsyncConnection,
    member_id: str,
    *,
    before: int | None = None,
    until: datetime | None = None,
    limit: int = 50,
    sealed: bool = True,
) -> Facts:
    """The registry's facts about a member: those below a sequence, those recorded up to a moment."""
    found = await history.newest(db, member_id, before=before, until=until, limit=limit)
    return Facts(await registry(request).opened(found.messages, sealed=sealed), found.count, found.next_before)


async def names_of(db: AsyncConnection, facts: Sequence[Recorded], known: Mapping[str | None, str | None]) -> Names:
    """What the branches and meetings of these facts are called; those known already are not asked for."""
    meetings = {one.fact.meeting_id for one in facts if isinstance(one.fact, Attended | MeetingPart)}
    branches = {one.fact.branch_id for one in facts if isinstance(one.fact, (Assigned, Enrolled))}
    found = {branch_id: name for branch_id, name in known.items() if branch_id and name}
    found |= await branch.names(db, sorted({each for each in branches if each and each not in found}))
    if any(isinstance(one.fact, Assigned) and one.fact.group_id for one in facts):
        found |= await branch.group_names(db, sorted(each for each in branches if each))
    posts = {post_id for one in facts if (post_id := getattr(one.fact, "post_id", None))}
    return Names(found, await meeting.titles(db, sorted(meetings)), await post.names(db, sorted(posts)))


def fact_json(one: Recorded) -> dict[str, Any]:
    """A fact as the API's history gives it. Of what is sealed, only the names of the fields are said."""
    about, fact = one.about, one.fact
    plain = {
        name: value
        for name, value in fact.model_dump(mode="json", exclude=set(fact.SEALED), exclude_none=True).items()
        if not is_hidden(value)
    }
    return {
        "id": about.id,
        "type": about.type,
        "member_id": about.entity,
        "effective": about.effective,
        "recorded": about.recorded,
        "actor": about.actor,
        "reason": about.reason or None,
        "stream": about.log_stream,
        "seq": about.seq,
        "community": about.community,
        "data": plain,
        "sealed": sorted(fact.SEALED),
    }
