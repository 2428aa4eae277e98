"""Who left is not lost: the branch is told, and the member gets the branch's contact details (DOMAIN R6, R8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from events.facts.member import MovedAway
from events.facts.notice import WhySuppressed
from events.log.envelope import About
from events.log.react import reaction
from services.notify.decide.words import day_words
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "tell-moved-away"
RULES: Final = ("moved_away.branch", "moved_away.member")
DAY_TOLD: Final = ("moved_away.branch", "away_day.branch")
"""What says on which day somebody left."""
WELCOME: Final = ("returned.member",)
"""What was still to be said about the last return is out of date when the member leaves again."""


def of_a_roster(data: Mapping[str, Any], _notify: Notify) -> bool:
    """Nobody is told of those whom a roster brought in as away."""
    return bool(data.get("carried_over"))


@reaction(POLICY, on=MovedAway, at_sight=of_a_roster)
async def tell_moved_away(fact: MovedAway, about: About, notify: Notify) -> None:
    """Two notices, unless the member was back before they could be given."""
    person = await notify.person(about)
    if person is None:
        return
    asked = asked_by(POLICY, about)
    over = None if person.left_on == about.effective else WhySuppressed.OUT_OF_DATE
    if over is None:
        await notify.end_pending(asked, person.member_id, WhySuppressed.OUT_OF_DATE, WELCOME)
    said = {"day": day_words(about.effective), "destination": fact.destination}
    for rule in RULES:
        await notify.tell(asked, rule, about, person, said, suppressed=over)
