"""Stream `notice`, owned by notify: what somebody must be told, by which way, and whether it reached them.

The entity is the recipient: a member's id, a branch's id, or the name of a worker's account. All the notices of one
recipient stand on one subject, so that two decisions about what to tell a person never pass each other unseen.
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Contact, Fact, Sealed


class NoticeFact(Fact, owner="notify", stream="notice"):
    """About what one recipient is told."""


class RecipientKind(StrEnum):
    """Who the entity is."""

    MEMBER = "member"
    BRANCH = "branch"
    WORKER = "worker"


class Channel(StrEnum):
    """The ways a notice goes that a person works through; each is a list in the outbox."""

    PHONE = "phone"
    PRINT = "print"
    """A printed letter or receipt."""
    DOORSTEP = "doorstep"


class NoticeIntended(NoticeFact, name="hearth.notice.intended", version=1):
    """The recipient is to be told something. Source: DOMAIN R17.

    `policy` is the key of the rule and its text, `because` the id of the fact it answers. `to` is the number or the
    address to reach (none known: somebody must look it up), `text` the words. A rule about somebody else than the
    recipient names them in `about_member`.
    """

    notice_id: str
    policy: str
    because: str
    recipient: RecipientKind
    about_member: str | None = None
    channel: Channel
    to: Sealed[Contact, str | None] = None
    text: Sealed[Contact, str]


class NoticeSent(NoticeFact, name="hearth.notice.sent", version=1, published=True):
    """It is on its way: the letter is printed, the call was made. Whether it arrived is not known by this. Source: R17.

    `provider_ref` is the carrier's own number for it, where the way has a carrier.
    """

    notice_id: str
    channel: Channel
    provider_ref: str | None = None


class NoticeFailed(NoticeFact, name="hearth.notice.failed", version=1, published=True):
    """An attempt did not reach the recipient (`no_answer`, `wrong_number`, `moved`, …). Source: DOMAIN R17."""

    notice_id: str
    channel: Channel
    why: str


class WhySuppressed(StrEnum):
    """Why somebody is not told after all."""

    DIED = "died"
    WITHDRAWN = "withdrawn"
    OUT_OF_DATE = "out_of_date"
    MOURNING = "mourning"
    """Somebody of the household died a short while ago: nothing cheerful is said there."""
    BY_HAND = "by_hand"


class NoticeSuppressed(NoticeFact, name="hearth.notice.suppressed", version=1):
    """The notice is not to be told (any more). Source: DOMAIN R17, "a death cancels everything pending"."""

    notice_id: str
    why: WhySuppressed


class NoticeAcknowledged(NoticeFact, name="hearth.notice.acknowledged", version=1, published=True):
    """The recipient has it: they answered the phone, took the letter, or said so. Source: DOMAIN R17."""

    notice_id: str
    channel: Channel
