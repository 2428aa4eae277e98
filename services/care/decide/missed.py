"""Nobody went: who is to know of it, and why it was so. What was missed stays missed, whatever is said of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.care import MissedExplained
from events.facts.decision import Decision, facts, nothing, refused
from services.care.decide.cared import Cared, Stage
from services.care.decide.commands import ExplainMissed
from services.care.decide.policy import MissedRule


class Level(StrEnum):
    """Who is to look after it now; it only climbs."""

    VISITOR = "visitor"
    SECRETARY = "secretary"
    STREET = "street"


def level_on(due: date, today: date, rule: MissedRule) -> Level | None:
    """Whose matter a visit is that was due on that day and not made; None while it is not late."""
    late = (today - due).days
    if late <= 0:
        return None
    if late >= rule.street_days:
        return Level.STREET
    return Level.SECRETARY if late >= rule.secretary_days else Level.VISITOR


def explain_missed(cared: Cared, visit_id: str, command: ExplainMissed, today: date) -> Decision:
    """Why it was missed; said again otherwise, the latest word counts and the earlier stays in the history."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if visit.stage is not Stage.MISSED:
        return refused("not_missed", stage=visit.stage)
    if visit.missed_why is command.why and command.note is None:
        return nothing()
    return facts(MissedExplained(visit_id=visit_id, why=command.why, note=command.note), on=today)
