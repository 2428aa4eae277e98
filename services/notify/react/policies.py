"""Every policy of notify: what hears which fact."""

from __future__ import annotations

from typing import Final

from events.log.react import Reaction
from services.notify.handle import Notify
from services.notify.react import (
    away_day,
    certification,
    dues_paid,
    ended,
    fell_ill,
    invitation,
    mourning,
    moved_away,
    returned,
)

REACTIONS: Final[tuple[Reaction[Notify], ...]] = (
    moved_away.tell_moved_away,
    away_day.tell_corrected,
    returned.welcome,
    dues_paid.give_receipt,
    invitation.ask_to_come,
    fell_ill.tell_those_who_care,
    certification.remind,
    certification.remind_no_more,
    ended.end_everything,
    mourning.fall_silent,
)
