"""Who lost somebody of the family, as far as care has published it: the latest day. Whom, stays sealed."""

from __future__ import annotations

from sqlalchemy import Column, Date, MetaData, Table, Text

from events.facts.care_occasion import Bereaved
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "mourning",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("since", Date, nullable=False),
)

view = View("mourning", version=1, table=table, doc="Who lost somebody of the family, and when.")


@view.on(Bereaved)
def _(row: Row | None, _fact: Bereaved, about: About) -> Row:
    return {"since": about.effective if row is None else max(row["since"], about.effective)}
