"""Who asked leave of which meeting. Whoever came all the same stands in the attendance, and that holds."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text

from events.facts.base import is_hidden
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "excuse",
    MetaData(),
    Column("meeting_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("why", Text),
)

view = View("excuse", version=1, table=table, doc="Who asked leave of which meeting, and why if they said so.")


@view.on(Excused, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(_row: Row | None, fact: Excused, _about: About) -> Row:
    return {"why": None if is_hidden(fact.why) else fact.why}


@view.on(AttendanceTakenBack, keys=lambda fact, about: [(fact.meeting_id, about.entity)])
def _(row: Row | None, fact: AttendanceTakenBack, _about: About) -> Row | None:
    """Whoever is struck from the list is struck from it altogether; a delivery that was none leaves their leave."""
    return row if fact.was is Noted.DELIVERED else None
