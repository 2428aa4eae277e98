"""Stream `nominee`, owned by registry: who a line of a unit's list is about (DOMAIN R2).

Each is an entity of its own, with a key of its own: somebody who was refused, or who is erased, can be forgotten while
the batch and its counts stay.
"""

from __future__ import annotations

from events.facts.base import Fact, Identity, Sealed
from events.facts.people import Word


class NomineeFact(Fact, owner="registry", stream="nominee"):
    """About one line; the entity follows from batch and person, by a keyed hash that tells nobody who it is."""

    batch_id: str
    row: int


class Nominee(Word):
    """A person as the unit wrote them down. `id_number` is as it stood there: the unit may have it wrong, or not."""

    name: str
    id_number: str = ""


class Nominated(NomineeFact, name="hearth.nominee.nominated", version=1):
    """The unit hands this person over. Effective on the day agreed for the batch. Source: DOMAIN R2.

    `employer` is the unit's path: its liaison reads the receipt too.
    """

    employer: str
    funds_fen: int = 0
    person: Sealed[Identity, Nominee]


class Remarked(NomineeFact, name="hearth.nominee.remarked", version=1):
    """What is to be said to the unit about a refusal, besides its reason. Source: DOMAIN R2."""

    note: Sealed[Identity, str]
