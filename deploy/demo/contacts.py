"""Whom the office of the made-up town rings up by itself, and what comes of it; the certifications for the pension."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Final

from deploy.demo.chance import chance
from deploy.demo.deeds import Deed
from deploy.demo.office import Office
from deploy.demo.town import JINQIAO, Town
from deploy.demo.whereabouts import Whereabouts
from events.facts.member_contact import ContactOutcome, ContactWay
from services.care.react.certifier import Certifier
from services.registry.decide.contact import TryContact

OF_CAST: Final = (
    ("王德明", 9, ContactWay.PHONE, ContactOutcome.NOT_REACHED, "关机，改天再打"),
    ("王德明", 4, ContactWay.FAMILY, ContactOutcome.NOT_REACHED, "儿子电话没人接"),
)
OF_OTHERS: Final = (
    (33, ContactWay.PHONE, ContactOutcome.REACHED, "身体好，月底要去女儿家住几天"),
    (20, ContactWay.MESSAGE, ContactOutcome.REACHED, None),
    (13, ContactWay.PHONE, ContactOutcome.WRONG_NUMBER, "接的是别人，说号码用了半年了"),
    (7, ContactWay.FAMILY, ContactOutcome.REACHED, "女儿说在午睡，让转告"),
    (3, ContactWay.PHONE, ContactOutcome.NOT_REACHED, None),
)
"""They are people of the roster who are at home, whoever that is."""
DONE_SHARE: Final = 0.85
"""So many of those whose turn it is certify within some weeks."""


def contacts(town: Town, where: Whereabouts) -> Iterator[Deed]:
    """The calls that care did not ask for."""
    for name, ago, way, outcome, note in OF_CAST:
        on = town.ago(ago)
        yield Deed(
            on, JINQIAO, JINQIAO.worker, TryContact(outcome=outcome, way=way, on=on, note=note), name, time(10, 30)
        )
    here = [one for one in town.jinqiao if not one.away and where.at_home(one, town.anchor)]
    here.sort(key=lambda one: chance(one.name, "rung up"))
    for one, (ago, way, outcome, said) in zip(here, OF_OTHERS, strict=False):
        on = town.ago(ago)
        command = TryContact(outcome=outcome, way=way, on=on, note=said)
        yield Deed(on, JINQIAO, JINQIAO.worker, command, one.name, time(10, 40))


def certifier_of(office: Office) -> Certifier:
    """Who looks whose certification for the pension is due."""
    found: Certifier = office.services["care"].state.certifier
    return found
