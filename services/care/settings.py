"""What care can be told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.shell.settings import Settings

_OWN = Path(__file__).parent / "policy" / "national.toml"


class CareSettings(Settings):
    """The shell's settings, and care's rules."""

    care_policy: Path = Field(default=_OWN, description="The pack of rules (TOML).")
    plan_every_seconds: float = Field(default=3600, gt=0, description="How often what is overdue is looked for.")
    certify_first_seconds: float = Field(
        default=60, ge=0, description="After the start: when whose pension certification is due is first looked for."
    )
    plan_quiet_seconds: float = Field(
        default=5, ge=0, description="After a roster: plan when nobody has been enrolled for so long."
    )
