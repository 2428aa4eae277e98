from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from events.facts.unit import Named, UnitLevel
from services.registry.decide.unit import UNIT, NameUnit, name_unit
from tests.given import given
from tests.registry.decide.people import TODAY

STREET = Named(path="demo", name="示范街道", level=UnitLevel.STREET)
JINQIAO = Named(path="demo.jinqiao", name="金桥社区", level=UnitLevel.COMMUNITY)
COMMAND = NameUnit(path="demo.jinqiao", name="金桥社区")


def test_a_community_gets_its_name_once() -> None:
    given(UNIT).given(UNIT, STREET, called="street").when(
        lambda one, street: name_unit(one, street, COMMAND, TODAY)
    ).then(JINQIAO, on=TODAY).then_again_nothing()


def test_it_is_called_otherwise_from_a_day_on() -> None:
    command = NameUnit(path="demo.jinqiao", name="金桥新村社区", on=date(2026, 11, 1))
    given(UNIT, JINQIAO).given(UNIT, called="street").when(
        lambda one, street: name_unit(one, street, command, TODAY)
    ).then(
        Named(path="demo.jinqiao", name="金桥新村社区", level=UnitLevel.COMMUNITY), on=date(2026, 11, 1)
    ).then_again_nothing()


def test_not_tomorrow_and_not_before_it_was_called_what_it_is() -> None:
    known = given(UNIT, (JINQIAO, date(2026, 11, 5))).given(UNIT, called="street")
    for on, code in ((date(2026, 11, 22), "in_future"), (date(2026, 11, 1), "before_last_name")):
        command = NameUnit(path="demo.jinqiao", name="金桥新村", on=on)
        known.when(lambda one, street, command=command: name_unit(one, street, command, TODAY)).then_refused(code)


@pytest.mark.parametrize("level", [UnitLevel.CITY, UnitLevel.STREET])
def test_a_unit_stands_below_the_one_it_belongs_to(level: UnitLevel) -> None:
    command = NameUnit(path="demo.jinqiao", name="金桥", level=level)
    given(UNIT).given(UNIT, STREET, called="street").when(
        lambda one, street: name_unit(one, street, command, TODAY)
    ).then_refused("level_not_below", parent="示范街道")


@pytest.mark.parametrize("wrong", [{"path": ".."}, {"path": "a b"}, {"name": " "}, {"level": "village"}])
def test_what_is_no_unit_is_no_command(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NameUnit.model_validate({"path": "demo.jinqiao", "name": "金桥社区"} | wrong)
