"""Stream `centre`, owned by registry: a household where members living nearby meet (党员中心户)."""

from __future__ import annotations

from datetime import date

from events.facts.base import Fact


class CentreFact(Fact, owner="registry", stream="centre"):
    """About one household centre; the entity is the centre's id."""


class CentreDesignated(CentreFact, name="hearth.centre.centre_designated", version=1, published=True):
    """This member opens the house from the effective day on, having agreed to it on `agreed_on`. Source: DOMAIN R4."""

    host_id: str
    agreed_on: date


class CentreClosed(CentreFact, name="hearth.centre.centre_closed", version=1, published=True):
    """The house is no centre any more from the effective day on; the envelope says why. Source: DOMAIN R4.

    Whoever belonged to it is free from then on, whether a `CentreLeft` says so or not.
    """
