"""How the made-up office carries out what concerns honours, points, reports, appraisals and activities."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from deploy.demo.deeds import OnTheMenu
from events.log.command import Asked, Receipt
from services.registry.decide.activity import Allocate, Deliver
from services.registry.decide.honours import AwardMedal, ConfirmRecord, Honour, SetHonourAside
from services.registry.decide.points import AwardPoints
from services.registry.decide.review import Appraise, SubmitReport
from services.registry.handle.activities import Activities
from services.registry.handle.honours import Honouring
from services.registry.handle.points import Pointing
from services.registry.handle.registry import Registry
from services.registry.handle.review import Reviewing


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


async def on_the_menu(
    registry: Registry, asked: Asked, menu: OnTheMenu, id_of: Callable[[str, str], Awaitable[str]], day: date
) -> None:
    """Each step under a key of its own: one command is one key."""
    acting = Activities(registry)

    def step(name: str) -> Asked:
        return replace(asked, command=f"{asked.command}/{name}")

    activity_id, _ = await acting.offer(asked, menu.offer)
    people = {name: await id_of(asked.community, name) for name in {*menu.signed, *menu.came, *menu.doors}}
    for name in menu.signed:
        await acting.sign_up(step(f"sign-up/{name}"), activity_id, people[name])
    if menu.came:
        came = {people[name]: name for name in menu.came}
        await acting.came(step("came"), activity_id, came, menu.offer.starts_at.date())
    for name, by in menu.doors.items():
        await acting.deliver(step(f"door/{name}"), activity_id, people[name], Deliver(on=day, delivered_by=by))
    if menu.apart_fen:
        await acting.allocate(step("apart"), activity_id, Allocate(amount_fen=menu.apart_fen, source="党建经费"))
    for number, spent in enumerate(menu.spent):
        await acting.spend(step(f"spend/{number}"), activity_id, spent)
