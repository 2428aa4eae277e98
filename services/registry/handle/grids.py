"""Carries out the commands about grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from events.facts.decision import Decision, Refused, refused
from events.log.command import Asked, CommandRefused, Receipt
from services.registry.decide import grid
from services.registry.decide.grid import GRID, ChangeGrid, CloseGrid, FormGrid, Grid, Others
from services.registry.handle.registry import Registry, spelt

GRID_NAME: Final = "grid"


@dataclass(frozen=True)
class Grids:
    """One method per command; every one raises what `Commands.act` raises. `others` are the community's other grids
    that stand, as the newest tables know them.
    """

    registry: Registry

    async def form(self, asked: Asked, command: FormGrid, others: Others) -> tuple[str, Receipt]:
        """A grid begins: its id. One that is called so already is the same grid."""
        command = command.model_copy(update={"name": spelt(command.name)})
        planned = grid.form_grid(Grid(), command, others, self.registry.today())
        if isinstance(planned, Refused):  # before the name is claimed for nothing
            raise CommandRefused(planned)
        grid_id = await self.registry.entity_named(asked, GRID_NAME, command.name)
        today = self.registry.today()
        return grid_id, await self._act(asked, grid_id, lambda one: grid.form_grid(one, command, others, today))

    async def change(self, asked: Asked, grid_id: str, command: ChangeGrid, others: Others) -> Receipt:
        """Something of it is otherwise."""
        command = command.model_copy(update={"name": spelt(command.name)})
        today = self.registry.today()
        planned = grid.change_grid(await self.registry.commands.state(GRID, grid_id), command, others, today)
        if isinstance(planned, Refused):  # before the name is claimed for nothing
            raise CommandRefused(planned)
        if not await self.registry.takes_name(asked, GRID_NAME, command.name, grid_id):
            raise CommandRefused(refused("grid_exists", name=command.name))
        return await self._act(asked, grid_id, lambda one: grid.change_grid(one, command, others, today))

    async def close(self, asked: Asked, grid_id: str, command: CloseGrid) -> Receipt:
        """It is no more; no card is changed."""
        asked = replace(asked, reason=command.reason)
        return await self._act(asked, grid_id, lambda one: grid.close_grid(one, self.registry.today()))

    async def reopen(self, asked: Asked, grid_id: str, others: Others) -> Receipt:
        """It is there again."""
        return await self._act(asked, grid_id, lambda one: grid.reopen_grid(one, others, self.registry.today()))

    async def _act(self, asked: Asked, grid_id: str, decide: Callable[[Grid], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, GRID, grid_id, decide)
