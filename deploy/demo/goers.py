"""Those who visit in the made-up office: what each can do, who is on leave, and whom somebody does not want."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any, Final

from deploy.demo.deeds import Deed, Said
from deploy.demo.town import JINQIAO, Town
from events.facts.visitor import Skill
from events.log.command import Asked
from services.care.decide.rota import RefuseVisitor
from services.care.decide.visitor import DescribeVisitor, TakeLeave
from services.care.handle.care import Care
from services.care.handle.rota import Rota

CAN: Final = (
    ("visitor", DescribeVisitor(visits_per_week=10, skills=(Skill.COMFORT,), buildings=("金桥路36弄28号",))),
    ("wang", DescribeVisitor(visits_per_week=8, skills=(Skill.MEDICAL,))),
    ("chen", DescribeVisitor(visits_per_week=6, skills=(Skill.AID,))),
)
LEAVE_DAYS: Final = 3
"""王阿姨 is away from tomorrow on."""
REFUSES: Final = ("沈玉兰", RefuseVisitor(visitor="chen", reason="想请女同志来"))


def goers(town: Town) -> Iterator[Deed]:
    """What the office knows of its visitors."""
    for name, said in CAN:
        yield Deed(town.ago(30), JINQIAO, JINQIAO.secretary, Said(said), name, time(10, 5))
    leave = TakeLeave(start=town.anchor + timedelta(days=1), end=town.anchor + timedelta(days=LEAVE_DAYS))
    yield Deed(town.ago(1), JINQIAO, "wang", Said(leave), "wang", time(16, 30))
    name, refuses = REFUSES
    yield Deed(town.ago(20), JINQIAO, JINQIAO.worker, refuses, name, time(15, 40))


async def heard(care: Care, asked: Asked, name: str, said: Any) -> None:
    """What a visitor says of themselves, or their leave, is put on record; anything else is not."""
    match said:
        case Said(what=TakeLeave() as leave):
            await Rota(care).take_leave(asked, name, leave)
        case Said(what=DescribeVisitor() as can):
            await Rota(care).describe(asked, name, can)
        case _:
            return
