"""What went wrong in a reaction, and what follows: once more, when, or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from events.log.envelope import Undecodable
from events.log.port import Conflict, LogError, Unavailable, Unknown
from events.log.project.decode import blame
from events.log.project.session import LOST
from events.log.seal import Tampered
from services.shell.reacting.parking import State

BACK_OFF_SECONDS: Final = (1, 2, 5, 10, 30, 60)
"""Until the next try, after the first, second, … failure; the last one again and again."""
TRIES_MAX: Final = 8
"""For a fault that passes by itself, such as a crowd at one entity."""
OUTAGE_TRIES_MAX: Final = 120
"""For a server that cannot be reached: about two hours. That is nobody's fault but the server's."""
MISTAKE_TRIES_MAX: Final = 3
"""For a mistake in the program, which may still lie in what it was handed at the moment."""

OUTAGE: Final = (Unavailable, Unknown, *LOST)
HOPELESS: Final = (Undecodable, Tampered)


@dataclass(frozen=True, slots=True)
class Fault:
    """How a try failed, in words that quote nothing personal, and how often such a thing is tried at most."""

    error: str
    tries_max: int


def judge(error: Exception) -> Fault:
    """What kind of fault this is."""
    match error:
        case Undecodable() | Tampered():
            return Fault(f"{type(error).__name__}: {error}", 1)
        case Conflict():
            return Fault(f"{type(error).__name__}: {error}", TRIES_MAX)
        case _ if isinstance(error, OUTAGE):
            return Fault(blame(error), OUTAGE_TRIES_MAX)
        case LogError():
            return Fault(f"{type(error).__name__}: {error}", TRIES_MAX)
        case _:
            return Fault(blame(error), MISTAKE_TRIES_MAX)


def what_follows(fault: Fault, tries: int, now: datetime) -> tuple[State, datetime | None]:
    """After `tries` failures: wait until then, or park."""
    if tries >= fault.tries_max:
        return State.PARKED, None
    seconds = BACK_OFF_SECONDS[min(tries, len(BACK_OFF_SECONDS)) - 1]
    return State.WAITING, now + timedelta(seconds=seconds)
