"""Stream `desk`, owned by registry: what somebody who works with the register has laid out for themselves.

No facts about members. A desk is one account's over one part of the organisation; two posts have two desks.
"""

from __future__ import annotations

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class DeskFact(Fact, owner="registry", stream="desk"):
    """About one desk; the entity is its id, which tells nobody whose it is."""


class NamedFilter(Word):
    """A view of the register under a name of one's own. `query` is what stands in its address behind the `?`."""

    name: str
    query: str


class FilterKept(DeskFact, name="hearth.desk.filter_kept", version=1):
    """This filter is on the desk under its name, in place of another of that name. Source: DOMAIN R1.

    Sealed: what somebody looks for may be a person's name, and so may what they call it.
    """

    kept: Sealed[Contact, NamedFilter]


class FilterDropped(DeskFact, name="hearth.desk.filter_dropped", version=1):
    """The filter of this name is on the desk no longer. Source: DOMAIN R1."""

    dropped: Sealed[Contact, str]


class ColumnsChosen(DeskFact, name="hearth.desk.columns_chosen", version=1):
    """A list of the register is taken out with these columns, in this order, until others are chosen. Source: R1."""

    columns: tuple[str, ...]


class ChangesRead(DeskFact, name="hearth.desk.changes_read", version=1):
    """What had changed in this branch was looked through, as far as two streams had come. Source: DOMAIN R1.

    `through` is a sequence of the registry's own stream, `told` one of care's; 0 and 0 say that nothing was looked at.
    Going back to an earlier place is how a slip is taken back.
    """

    branch_id: str
    through: int
    told: int
