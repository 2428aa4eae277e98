"""What decisions about a member remember of household centres: part of the member's state, from its own facts."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from events.facts.member_centre import CentreJoined, CentreLeft, CentrePart, HostDeclined


class Household(BaseModel):
    """The centre a member belongs to, whether it is the member's own house, and the hosts it must not be."""

    model_config = ConfigDict(frozen=True)

    centre_id: str | None = None
    hosts: bool = False
    declined: tuple[str, ...] = ()

    def after(self, fact: CentrePart) -> Household:
        """The same after a fact."""
        match fact:
            case CentreJoined():
                return self.model_copy(update={"centre_id": fact.centre_id, "hosts": fact.hosts})
            case CentreLeft():
                return self.model_copy(update={"centre_id": None, "hosts": False})
            case HostDeclined():
                return self.model_copy(update={"declined": (*self.declined, fact.host_id)})
            case _:
                kept = tuple(each for each in self.declined if each != fact.host_id)
                return self.model_copy(update={"declined": kept})
