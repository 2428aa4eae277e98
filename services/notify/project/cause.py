"""Why somebody is told something: the published facts that notify answers, by id, so that a notice can name its own."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, MetaData, Table, Text

from events.facts.care import FellIll
from events.facts.care_certification import CertificationReminded
from events.facts.member import DuesPaid, MovedAway, Returned
from events.facts.member_away import AwayDayCorrected
from events.facts.member_meeting import Invited
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "cause",
    MetaData(),
    Column("fact_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("effective", Date, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
)

view = View("cause", version=3, table=table, doc="The facts that notices answer: what happened to whom, and when.")

Answered = MovedAway | AwayDayCorrected | Returned | DuesPaid | FellIll | Invited | CertificationReminded


def _its_own(_fact: Answered, about: About) -> list[tuple[str]]:
    """History that was carried over has told nobody anything."""
    return [] if about.carried_over else [(about.id,)]


def _happened(_row: Row | None, _fact: Answered, about: About) -> Row:
    return {
        "member_id": about.entity,
        "type": about.type,
        "effective": about.effective,
        "recorded": about.recorded,
    }


@view.on(MovedAway, keys=lambda fact, about: [] if fact.carried_over else _its_own(fact, about))
def _(row: Row | None, fact: MovedAway, about: About) -> Row:
    """Somebody whom a roster brought in as away is no news to anybody."""
    return _happened(row, fact, about)


for _kind in (AwayDayCorrected, Returned, DuesPaid, FellIll, Invited, CertificationReminded):
    view.on(_kind, keys=_its_own)(_happened)
