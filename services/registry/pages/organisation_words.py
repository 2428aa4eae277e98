"""The words for codes of the organisation: levels of units, and why something about them was refused."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from events.facts.unit import UnitLevel
from services.registry.pages import words
from services.registry.pages.words import word
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

LEVEL: Final = {
    UnitLevel.CITY: N_("市"),
    UnitLevel.DISTRICT: N_("区县"),
    UnitLevel.STREET: N_("街道"),
    UnitLevel.COMMUNITY: N_("社区"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Sentences] = {
    **words.SENTENCES,
    "before_last_name": lambda d: _("从%(since)s起才是这个名称，不能写得更早。", since=_on(d.get("since"))),
    "level_not_below": lambda d: _(
        "上一级“%(parent)s”是%(level)s，它下面不能是这一级。",
        parent=d.get("parent"),
        level=word(LEVEL, d.get("parent_level")),
    ),
}
"""Refusal code -> the sentence a person reads; what is refused elsewhere too is said as it is there."""
