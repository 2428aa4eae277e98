"""Stream `helper`, owned by care: by whom somebody stands, so that nobody is asked for more than the rules allow.

The entity is `helper_of(kind, who)`. What is known of the members themselves stands in stream `care`.
"""

from __future__ import annotations

from events.facts.base import Fact
from events.facts.care_pairing import HelperKind


class HelperFact(Fact, owner="care", stream="helper"):
    """About one helper."""

    pairing_id: str


class HelpBegun(HelperFact, name="hearth.helper.help_begun", version=1):
    """The helper stands by one more member; written with `HelperPaired`. Source: DOMAIN R15."""

    member_id: str


class HelpEnded(HelperFact, name="hearth.helper.help_ended", version=1):
    """And by this one no more; written with `PairingEnded`. Source: DOMAIN R15."""


def helper_of(kind: HelperKind, who: str) -> str:
    """The entity id of a helper: `helper:account:laoli`."""
    return f"helper:{kind}:{who}"
