"""Who lived with somebody who died is looked after: a visit of condolence, to wife or husband several (DOMAIN R13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from events.facts.member import Died
from events.log.command import CommandRefused
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import ReportBereavement
from services.care.handle.care import Care
from services.care.react.asking import asked_by

POLICY: Final = "care-for-those-left"


@reaction(POLICY, on=Died)
async def tell_of_the_loss(_fact: Died, about: About, care: Care) -> None:
    """Put the bereavement on the record of every member of the same home; the visits come with it."""
    asked = asked_by(POLICY, about)
    unnamed = care.policy_at(about.community, about.effective).spouse.housemate
    for mate in await care.housemates(about.entity, about.position):
        command = ReportBereavement(on=about.effective, whom=mate.relation or unnamed)
        try:
            await care.report(replace(asked, command=f"{asked.command}/{mate.member_id}"), mate.member_id, command)
        except CommandRefused:  # that record came to stand for nobody at this very moment; the others are still told
            continue
