"""A deed: what somebody of the made-up office puts on record, and when. The story is nothing but a list of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from deploy.demo.town import Community
from events.facts.branch import Post
from events.facts.decision import Command
from events.facts.handover import WhyRefused
from events.facts.member import PayMethod
from services.care.decide.campaign_outcome import NoteOutcome
from services.care.decide.visitor import DescribeVisitor, TakeLeave
from services.care.decide.voice import AnswerVoice, PassOn, TakeUp, TellBack
from services.registry.decide.activity import OfferActivity, Spend
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.funds import SpendFunds
from services.registry.decide.meeting import ScheduleMeeting
from services.registry.decide.partner import MakeOffer
from services.registry.decide.post import OpenPost, TakePost
from services.registry.decide.service import AnswerPost, LogHours

ZONE: Final = ZoneInfo("Asia/Shanghai")
MORNING: Final = time(9, 10)


@dataclass(frozen=True, slots=True)
class BringIn:
    """A roster comes in."""

    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody who visits says what they can do, or takes leave; the deed's `who` is the account."""

    what: DescribeVisitor | TakeLeave


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
class ToHandOver:
    """Somebody on a unit's list; without a number the one that the register has."""

    name: str
    id_number: str = ""
    funds_fen: int = 0


@dataclass(frozen=True, slots=True)
class HandOver:
    """A unit hands people over. With somebody refused, the others are taken over and the batch is closed."""

    employer: str
    code: str
    people: Sequence[ToHandOver]
    refused: Mapping[str, tuple[WhyRefused, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetUp:
    """A post of service; `contact` is the branch to turn to, if one is named."""

    post: OpenPost
    contact: str


@dataclass(frozen=True, slots=True)
class InPost:
    """In a post that was set up: somebody takes it or answers, or `people` served there."""

    opened: Deed
    what: TakePost | AnswerPost | LogHours
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfRaised:
    """Something that was raised goes on."""

    raised: Deed
    what: TakeUp | PassOn | AnswerVoice | TellBack


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a campaign for one member."""

    begun: Deed
    what: NoteOutcome


@dataclass(frozen=True, slots=True)
class OnTheMenu:
    """An activity is offered; these signed up, these came, to these doors the material was brought; the money."""

    offer: OfferActivity
    signed: Sequence[str]
    came: Sequence[str] = ()
    doors: Mapping[str, str] = field(default_factory=dict)
    apart_fen: int = 0
    spent: Sequence[Spend] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """A branch is given activity money by the head, and pays; `of` is the activity that payments for one are for."""

    branch: str
    year: int
    spent: Sequence[SpendFunds]
    of: Deed | None = None


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


@dataclass(frozen=True, slots=True)
class Minuted:
    """A meeting that was held voted on a motion, and its minutes were closed. `branch` are the names of its people."""

    called: Deed
    branch: Sequence[str]
    motion: str
    text: str


@dataclass(frozen=True, slots=True)
class OpensHouse:
    """A member who agreed opens the house to the neighbours."""

    agreed_on: date


@dataclass(frozen=True, slots=True)
class InHelp:
    """Help that was begun goes on: assistance, a pairing, a training."""

    begun: Deed
    what: Command


TOGETHER = (Said, SignedIn, Excused, GuestsCame, Offered, PairedWith, OpensHouse)
"""What concerns meetings and the neighbourhood."""

What = (
    Command | BringIn | NameContact | PlaceBelow | Elect | SignedIn | Pay | HandedOut | Answered
    | HandOver | SetUp | InPost | OnTheMenu | Money
    | Said | Offered | PairedWith | Excused | GuestsCame | OpensHouse | Minuted | InHelp
    | OfRaised | Checked
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
            case Minuted(called=called):
                return f"{called.key}/minuted"
            case ScheduleMeeting() as meeting:
                about = f"{meeting.branch}/{meeting.title}"
            case Pay(months=months):
                about = f"{self.who}/{months[0]}"
            case OfRaised(raised=raised, what=what):
                about = f"{raised.key}/{type(what).__name__}"
            case Money(branch=branch, year=year):
                about = f"{branch}/{year}"
            case OnTheMenu(offer=offer):
                about = offer.title
            case SetUp(post=post):
                about = post.name
            case InPost(opened=opened, what=what):
                about = f"{opened.key}/{type(what).__name__}/{self.who}"
            case InHelp(begun=begun, what=what):
                about = f"{begun.key}/{type(what).__name__}/{self.actor}"
            case _:
                about = self.who
        return f"demo/{type(self.what).__name__}/{self.community.code}/{about}/{self.day}"
