"""Who is seriously ill, or in hospital, is proposed for assistance; a person decides (DOMAIN R13, R15)."""

from __future__ import annotations

from typing import Final

from events.facts.base import is_hidden
from events.facts.care import FellIll, Severity
from events.facts.care_assistance import AssistanceKind
from events.facts.care_occasion import Hospitalised
from events.facts.ids import derived_uuid7
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.assistance_commands import ProposeAssistance
from services.care.handle.assistance import Assisting
from services.care.handle.care import Care
from services.care.react.asking import asked_by

AFTER_ILLNESS: Final = "assistance-after-illness"
IN_HOSPITAL: Final = "assistance-in-hospital"


@reaction(AFTER_ILLNESS, on=FellIll)
async def propose_to_the_ill(fact: FellIll, about: About, care: Care) -> None:
    """A flag, when the illness is one of those that the rules name."""
    if not is_hidden(fact.severity):  # the person was erased meanwhile
        await _propose(AFTER_ILLNESS, fact.severity, about, care)


@reaction(IN_HOSPITAL, on=Hospitalised)
async def propose_in_hospital(_fact: Hospitalised, about: About, care: Care) -> None:
    """Nobody goes to hospital for a trifle: it is taken for a serious illness, as for the visit."""
    await _propose(IN_HOSPITAL, Severity.SERIOUS, about, care)


async def _propose(policy: str, severity: Severity, about: About, care: Care) -> None:
    if severity not in care.policy_at(about.community, about.effective).assistance.proposal.severities:
        return
    command = ProposeAssistance(
        assistance_id=derived_uuid7(about.recorded, about.id, policy), kind=AssistanceKind.ILLNESS, because=about.id
    )
    await Assisting(care).propose(asked_by(policy, about), about.entity, command, about.position)
