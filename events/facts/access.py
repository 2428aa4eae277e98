"""Stream `access`: who read what about whom, and why. Every service writes its own, so it has no single owner."""

from __future__ import annotations

from typing import Final

from events.facts.base import Fact

EVERY_SERVICE: Final = "every"
"""`OWNER` of a stream that each service writes for itself, on its own log stream (`fact.care.access.<member>`)."""


class AccessFact(Fact, owner=EVERY_SERVICE, stream="access"):
    """About reading one record; the entity is the id of the member it is about."""


class RecordRead(AccessFact, name="hearth.access.record_read", version=1):
    """Recorded before a masked detail is shown. Source: DOMAIN R23.

    `who` is the name of the account, `what` the detail (`id_number`, `phone`, `care`), `reason` their own words.
    """

    who: str
    what: str
    reason: str
