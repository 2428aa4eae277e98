"""Carries out what concerns the organisation: units get names."""

from __future__ import annotations

from dataclasses import dataclass

from events.facts.unit import above, unit_of
from events.log.command import Asked, Receipt
from services.registry.decide.unit import UNIT, NameUnit, name_unit
from services.registry.handle import Registry


@dataclass(frozen=True)
class Organising:
    """One method per command, beside `Registry` and by its means. Raises what `Commands.act` raises."""

    registry: Registry

    async def name_unit(self, asked: Asked, command: NameUnit) -> Receipt:
        """A unit is called so; the unit above says which levels may stand below it."""
        commands = self.registry.commands
        parent = await commands.state(UNIT, unit_of(above(command.path)))
        return await commands.act(
            asked, UNIT, unit_of(command.path), lambda one: name_unit(one, parent, command, self.registry.today())
        )
