"""Stream `certificates`, owned by registry: the book of certificates of one community, its numbers without gaps."""

from __future__ import annotations

from events.facts.base import Fact
from events.facts.member_honours import HonourKind


class CertificatesFact(Fact, owner="registry", stream="certificates"):
    """About one community's book of certificates; the entity is `certificate_book(community)`."""


class CertificateNumbered(CertificatesFact, name="hearth.certificates.number_issued", version=1):
    """The number was given to an award of this member, in the same append as the award. Source: DOMAIN R16.

    Effective on the day of the award, whose year begins the number: `2027-0012`.
    """

    number: str
    member: str
    kind: HonourKind


def certificate_book(community: str) -> str:
    """The entity id of a community's book: `demo.jinqiao` -> `certificates:demo:jinqiao`."""
    return f"certificates:{community.replace('.', ':')}"
