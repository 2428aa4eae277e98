"""What the home page and the navigation say of raised items: what is late, what is to be told, how much waits."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request

from services.care.pages import voice_words
from services.care.pages.common import OFFICE
from services.care.pages.voice_common import levels_for, voice_rules
from services.care.project import campaigns, voices
from services.care.project.voices import Wanted
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.reading import reading

SHOWN: Final = 5


async def waiting(request: Request, caller: Caller) -> dict[str, Any]:
    """For the office: the few that are late or to be told, the most urgent first."""
    if not caller.has(*OFFICE):
        return {"rows": []}
    today = speech().today
    async with reading(request, caller) as db:
        late = await voices.page(db, Wanted(voices.LATE), today, size=SHOWN)
        tell = await voices.page(db, Wanted(voices.TELL), today, size=SHOWN)
    found = {row["voice_id"]: row for row in (*late.items, *tell.items)}
    rows = sorted(found.values(), key=lambda row: row["due_on"])[:SHOWN]
    return {"rows": rows, "words": voice_words, "rules": voice_rules(request, caller.scope)}


async def figures(request: Request, caller: Caller) -> dict[str, int]:
    """`voices`: what the caller's level has to answer, in the office also what is to be told; there also `follow_ups`,
    what campaigns found out of order. `late`: how many of all these.
    """
    if not caller.has(*OFFICE, Role.SUPERVISOR):
        return {}
    levels = [level.value for level in levels_for(caller)]
    today = speech().today
    async with reading(request, caller) as db:
        found = dict(await voices.figures(db, today, levels, tell=caller.has(*OFFICE)))
        if not caller.has(*OFFICE):
            return found
        tasks = await campaigns.waiting_tasks(db, today)
    return found | {"follow_ups": tasks["follow_ups"], "late": found["late"] + tasks["late"]}
