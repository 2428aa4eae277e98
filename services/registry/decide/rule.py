"""What every rule of a pack is: frozen, and nothing in it that nobody knows."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Rule(BaseModel):
    """One rule of a pack."""

    model_config = ConfigDict(frozen=True, extra="forbid")
