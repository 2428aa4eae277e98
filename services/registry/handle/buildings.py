"""Carries out the commands about where buildings stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from events.facts.building import Datum, buildings_of
from events.log.command import Asked, Receipt
from services.registry.decide import building
from services.registry.decide.building import BUILDINGS, PlaceBuildings, UnplaceBuilding
from services.registry.decide.building_lines import Given, Left, Taken, look
from services.registry.decide.centre_policy import SpotsRule
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Buildings:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def place(self, asked: Asked, command: PlaceBuildings) -> tuple[str, Receipt]:
        """Buildings stand there: the id under which all of it can be taken back."""
        paste_id = await self.registry.entity_of_request(asked)
        today, rule = self.registry.today(), self._rule(asked.community)
        receipt = await self.registry.commands.act(
            asked,
            BUILDINGS,
            buildings_of(asked.community),
            lambda one: building.place(one, command, rule, today, paste_id=paste_id),
        )
        return paste_id, receipt

    async def unplace(self, asked: Asked, command: UnplaceBuilding) -> tuple[str, Receipt]:
        """Where one stands is not known after all: the id under which that can be taken back."""
        paste_id = await self.registry.entity_of_request(asked)
        today = self.registry.today()
        receipt = await self.registry.commands.act(
            asked,
            BUILDINGS,
            buildings_of(asked.community),
            lambda one: building.unplace(one, command, today, paste_id=paste_id),
        )
        return paste_id, receipt

    async def take_back(self, asked: Asked, paste_id: str) -> Receipt:
        """Each building of a paste is again where it was before."""
        today = self.registry.today()
        return await self.registry.commands.act(
            asked, BUILDINGS, buildings_of(asked.community), lambda one: building.take_back(one, paste_id, today)
        )

    async def look(
        self, community: str, lines: Sequence[Given], datum: Datum, as_of: date | None
    ) -> tuple[list[Taken], list[Left]]:
        """What these lines would do; nothing is written."""
        known = await self.registry.commands.state(BUILDINGS, buildings_of(community))
        return look(known, lines, self._rule(community), datum=datum, as_of=as_of or self.registry.today())

    def _rule(self, community: str) -> SpotsRule:
        return self.registry.policy_at(community, self.registry.today()).centres.spots
