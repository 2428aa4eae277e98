"""What the registry remembers of a member's answers, campaign by campaign: a part of the member's state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.census import Answers, CensusAnswered, CensusMissed, CensusSettled, Finding, WhyMissed

CensusOfMember = CensusAnswered | CensusMissed | CensusSettled


class Said(BaseModel):
    """How far one campaign came with one member. `answered_on` is None until they answer; `why` says why not yet.

    `answers` are None where they cannot be read (erased). `settled` says of findings whether they were taken.
    """

    model_config = ConfigDict(frozen=True)

    answered_on: date | None = None
    answers: Answers | None = None
    attempts: int = 0
    why: WhyMissed | None = None
    settled: dict[Finding, bool] = {}


def remember(census: Mapping[str, Said], fact: CensusOfMember, effective: date) -> dict[str, Said]:
    """What is remembered after a fact. Findings are open again when what was said about them is another thing now."""
    said = census.get(fact.campaign_id, Said())
    match fact:
        case CensusAnswered():
            answers = None if is_hidden(fact.answers) else fact.answers
            settled = {one: taken for one, taken in said.settled.items() if _same(one, said.answers, answers)}
            said = Said(answered_on=effective, answers=answers, attempts=said.attempts, settled=settled)
        case CensusMissed():
            said = said.model_copy(update={"attempts": fact.attempt, "why": fact.why})
        case CensusSettled():
            said = said.model_copy(update={"settled": said.settled | dict.fromkeys(fact.findings, fact.taken)})
    return {**census, fact.campaign_id: said}


def about(finding: Finding, answers: Answers | None) -> object:
    """The part of the answers that a finding rests on."""
    if answers is None:
        return None
    match finding:
        case Finding.MOVED_AWAY | Finding.MOVED_ON:
            return answers.away if answers.lives_here is False else None
        case Finding.RETURNED:
            return (answers.back_since,) if answers.lives_here else None
        case Finding.PHONE:
            return answers.phone
        case Finding.ADDRESS:
            return answers.address
        case Finding.FAMILY:
            return answers.family
        case Finding.LIVES_ALONE:
            return answers.lives_alone


def _same(finding: Finding, before: Answers | None, after: Answers | None) -> bool:
    return about(finding, before) == about(finding, after)
