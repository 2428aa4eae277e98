"""The commands about honours, points, reports and appraisals, each carried out for one member of the made-up office."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from events.log.command import Asked, Receipt
from services.registry.decide.honours import AwardMedal, ConfirmRecord, Honour, SetHonourAside
from services.registry.decide.points import AwardPoints
from services.registry.decide.review import Appraise, SubmitReport
from services.registry.handle import Registry
from services.registry.merits import Honouring, Pointing, Reviewing


def deserving(registry: Registry) -> Mapping[type, Callable[..., Any]]:
    """By the command: (asked, member id, command) -> done."""
    honouring, reviewing = Honouring(registry), Reviewing(registry)

    async def award(asked: Asked, member_id: str, command: AwardMedal) -> tuple[str, Receipt]:
        return await honouring.award(asked, {member_id: member_id}, command)

    async def appraise(asked: Asked, member_id: str, command: Appraise) -> Receipt:
        return await reviewing.appraise(asked, {member_id: member_id}, {member_id: command})

    return {
        Honour: honouring.honour,
        ConfirmRecord: honouring.confirm,
        SetHonourAside: honouring.set_aside,
        AwardMedal: award,
        AwardPoints: Pointing(registry).award,
        SubmitReport: reviewing.submit,
        Appraise: appraise,
    }
