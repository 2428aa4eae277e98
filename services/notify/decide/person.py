"""What must be known of a member to tell something: to the member, to the branch, to whoever usually visits."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from events.facts.notice import WhySuppressed


class Standing(StrEnum):
    """Whether a member can be told anything."""

    ON_ROLL = "on_roll"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class Known(BaseModel):
    """A piece of what the published facts say."""

    model_config = ConfigDict(frozen=True)


class Branch(Known):
    """The member's branch, and whom it is reached by."""

    branch_id: str
    name: str
    contact_name: str | None = None
    contact_phone: str | None = None


class Person(Known):
    """A member as others may speak of them and reach them: `phone` and `address` are where they are now."""

    member_id: str
    standing: Standing
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    away_since: date | None = None
    left_on: date | None = None
    """The day of leaving as it was first told; `away_since` is as it was corrected."""
    branch: Branch | None = None
    mourning_since: date | None = None
    """The latest death in the member's household, if there was one."""
    visitor: str | None = None
    """The account of whoever usually goes there."""

    @property
    def gone(self) -> WhySuppressed | None:
        """Why nothing is told to or about this member any more; None if it is."""
        match self.standing:
            case Standing.ON_ROLL:
                return None
            case Standing.DEAD:
                return WhySuppressed.DIED
            case Standing.WITHDRAWN:
                return WhySuppressed.WITHDRAWN
