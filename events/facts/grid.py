"""Stream `grid`, owned by registry: the grids (网格) of a community, what each covers, and its grid worker (网格员).

Who lives in which grid is told by the members' own cards, which say its name: once it is called otherwise, its earlier
names mean it too.
"""

from __future__ import annotations

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class GridFact(Fact, owner="registry", stream="grid"):
    """About one grid; the entity is the grid's id."""


class GridWorker(Word):
    """Who walks the grid (网格员), and the phone they answer."""

    name: str | None = None
    phone: str | None = None


class GridFormed(GridFact, name="hearth.grid.formed", version=1):
    """The community has a grid of this name from the effective day on. Source: DOMAIN R5.

    `covers` are beginnings of addresses: a village, a lane, an estate, or one building.
    """

    name: str
    covers: tuple[str, ...] = ()


class GridRenamed(GridFact, name="hearth.grid.renamed", version=1):
    """The grid is called this from the effective day on. Source: DOMAIN R5."""

    name: str


class BoundsDrawn(GridFact, name="hearth.grid.bounds_drawn", version=1):
    """The grid covers exactly this from the effective day on. Source: DOMAIN R5."""

    covers: tuple[str, ...]


class WorkerNamed(GridFact, name="hearth.grid.worker_named", version=1):
    """This person walks the grid from the effective day on; without a name, nobody does. Source: DOMAIN R5."""

    worker: Sealed[Contact, GridWorker]


class GridClosed(GridFact, name="hearth.grid.closed", version=1):
    """There is no such grid any more from the effective day on; the envelope says why. Source: DOMAIN R5."""


class GridReopened(GridFact, name="hearth.grid.reopened", version=1):
    """The grid is there again from the effective day on, as it was. Source: DOMAIN R5."""
