"""Pairs of whom somebody said that they are two people, with what they had in common when it was said."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from events.facts.merging import ToldApart
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "apart",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("other_id", Text, primary_key=True),
    community_column(),
    Column("alike", ARRAY(Text), nullable=False),
)

view = View("apart", version=1, table=table, doc="Who was told apart from whom, and what they had in common.")


@view.on(ToldApart, keys=lambda fact, about: [(about.entity, fact.other_id)])
def _(row: Row | None, fact: ToldApart, _about: About) -> Row:
    return {"alike": sorted({*(row["alike"] if row else ()), *(one.value for one in fact.alike)})}
