"""A deed: what somebody of the made-up office puts on record, and when. The story is nothing but a list of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from deploy.demo.town import Community
from events.facts.branch import Post
from events.facts.decision import Command
from events.facts.member import PayMethod
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.meeting import ScheduleMeeting
from services.registry.decide.partner import MakeOffer

ZONE: Final = ZoneInfo("Asia/Shanghai")
MORNING: Final = time(9, 10)


@dataclass(frozen=True, slots=True)
class BringIn:
    """A roster comes in."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NameContact:
    """Whom the members of a branch call."""

    branch: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class PlaceBelow:
    """A branch belongs to a general branch; both are named."""

    branch: str
    general: str


@dataclass(frozen=True, slots=True)
class Elect:
    """A branch has elected its committee: names of members, and their posts."""

    branch: str
    on: date
    seats: Sequence[tuple[str, Post]]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A meeting that had been called was held; these came."""

    called: Deed
    present: Sequence[str]


@dataclass(frozen=True, slots=True)
class Pay:
    """Dues of these months; how much, the policy says. `again`: they are paid already, so this will be refused."""

    months: tuple[str, ...]
    method: PayMethod
    payer: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class HandedOut:
    """In a census that was begun, these accounts ask the people of a branch."""

    begun: Deed
    branch: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody was asked in a census that was begun, and answered or was not met."""

    begun: Deed
    what: RecordAnswers | RecordMissed


@dataclass(frozen=True, slots=True)
class Offered:
    """A partner unit offers something."""

    unit: str
    offer: MakeOffer


@dataclass(frozen=True, slots=True)
class PairedWith:
    """A branch and a partner unit work together."""

    unit: str
    branch: str


@dataclass(frozen=True, slots=True)
class Excused:
    """Somebody asked leave of a meeting that had been called."""

    called: Deed
    why: str


@dataclass(frozen=True, slots=True)
class GuestsCame:
    """So many guests came to a meeting from each partner unit."""

    called: Deed
    guests: Mapping[str, int]


What = (
    Command | BringIn | NameContact | PlaceBelow | Elect | SignedIn | Pay | HandedOut | Answered
    | Offered | PairedWith | Excused | GuestsCame
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed. `who` is the name of the member it is about, if it is about one."""

    day: date
    community: Community
    actor: str
    what: What
    who: str = ""
    at: time = MORNING

    @property
    def moment(self) -> datetime:
        """When it is written down."""
        return datetime.combine(self.day, self.at, ZONE)

    @property
    def key(self) -> str:
        """Its Idempotency-Key: carried out again, it is the same deed."""
        match self.what:
            case SignedIn(called=called):
                return f"{called.key}/signed-in"
            case ScheduleMeeting() as meeting:
                about = f"{meeting.branch}/{meeting.title}"
            case Pay(months=months):
                about = f"{self.who}/{months[0]}"
            case _:
                about = self.who
        return f"demo/{type(self.what).__name__}/{self.community.code}/{about}/{self.day}"
