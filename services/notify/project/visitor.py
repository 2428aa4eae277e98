"""Who usually goes to a person, as far as care has published it: of the visits made, the one who was last there."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, MetaData, Table, Text

from events.facts.care import VisitMade, VisitWay
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "visitor",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("visitor", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("was_there", Boolean, nullable=False),
)

view = View("visitor", version=1, table=table, doc="Who usually visits each person.")


@view.on(VisitMade)
def _(row: Row | None, fact: VisitMade, about: About) -> Row:
    """Whoever only telephoned counts when nobody ever went."""
    was_there = fact.way is not VisitWay.CALL
    if row is not None and (row["was_there"], row["since"]) > (was_there, about.effective):
        return row
    return {"visitor": fact.by, "since": about.effective, "was_there": was_there}
