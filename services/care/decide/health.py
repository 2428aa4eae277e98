"""How far a member manages by themselves: looked at by a person, graded, known to those who give the care."""

from __future__ import annotations

from datetime import date

from events.facts.care import HealthGraded
from events.facts.decision import Decision, facts, nothing
from services.care.decide.care import not_now
from services.care.decide.cared import Cared
from services.care.decide.commands import GradeHealth
from services.care.decide.plan import Situation


def grade_health(cared: Cared, command: GradeHealth, situation: Situation, today: date) -> Decision:
    """A grade for a day that has come; the same grade for the same day, without a word to it, says nothing new."""
    if refusal := not_now(situation, command.on, today):
        return refusal
    if (cared.health, cared.health_on) == (command.grade, command.on) and command.note is None:
        return nothing()
    return facts(HealthGraded(grade=command.grade, note=command.note), on=command.on)
