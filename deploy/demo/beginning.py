"""The first days of the made-up office: branches, the roster, the people it lacked, what dues are reckoned from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Final

from deploy.demo.chance import between
from deploy.demo.deeds import BringIn, Deed, NameContact
from deploy.demo.town import CAST, JINQIAO, SHIQUAN, STREET, Town, enrolment, roster, small_roster, workday
from events.facts.member import CorrectableField
from events.facts.unit import UnitLevel
from services.registry.decide.commands import ChangeContact, Correct, SetPensionBasis
from services.registry.decide.unit import NameUnit

_WAGE_FEN: Final = (310_000, 780_000)


def beginning(town: Town) -> Iterator[Deed]:
    """Everything that has to be so before people come and go."""
    first = town.first
    yield from _names(town)
    for community, filename, content in (
        (JINQIAO, "金桥社区党员花名册.xlsx", roster()),
        (SHIQUAN, "石泉社区党员花名册.xlsx", small_roster(first)),
    ):
        yield Deed(first, community, community.secretary, BringIn(filename, content), at=time(9, 0))
        for branch in community.branches:
            contact = NameContact(branch.name, branch.secretary, branch.phone)
            yield Deed(first, community, community.secretary, contact, branch.name, time(9, 30))
    for place, one in enumerate(CAST):
        day = workday(first + timedelta(days=1 + place // 5))
        yield Deed(day, JINQIAO, JINQIAO.worker, enrolment(one, town.anchor), one.name, time(14, 5 + place))
    yield from _wages(town)
    yield from _of_zhang_guilan(town)


def _names(town: Town) -> Iterator[Deed]:
    """What the street and its communities are called."""
    units = [
        NameUnit(path=STREET[0], name=STREET[1], level=UnitLevel.STREET),
        *(NameUnit(path=each.code, name=each.name) for each in (JINQIAO, SHIQUAN)),
    ]
    for unit in units:
        yield Deed(town.first, JINQIAO, "supervisor", unit, unit.path, time(8, 30))


def _wages(town: Town) -> Iterator[Deed]:
    """Those who still work have no pension in the roster: what their dues are reckoned from is asked for."""
    for one in town.people:
        if one.basis_fen is None:
            basis_fen = between(*_WAGE_FEN, one.name, "wage") // 1000 * 1000
            day = workday(town.first + timedelta(days=between(3, 12, one.name, "asked")))
            command = SetPensionBasis(basis_fen=basis_fen, since=town.first)
            yield Deed(day, one.community, one.community.worker, command, one.name, time(15, 30))


def _of_zhang_guilan(town: Town) -> Iterator[Deed]:
    name = CAST[0].name
    landline = ChangeContact(note="座机 6271 0318；儿子周末在，平时请先打座机")
    yield Deed(town.ago(121), JINQIAO, JINQIAO.worker, landline, name, time(10, 20))
    corrected = Correct(field=CorrectableField.JOINED_ON, value="1968-06-18", reason="与本人档案核对")
    yield Deed(town.ago(44), JINQIAO, JINQIAO.secretary, corrected, name, time(11, 5))
