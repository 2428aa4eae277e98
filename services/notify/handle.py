"""Carries out notify's commands: who is reached how, then load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

from events.facts.decision import Decision
from events.facts.notice import RecipientKind, WhySuppressed
from events.log.command import Asked, CommandRefused, Commands, Receipt
from events.log.envelope import About
from services.notify.decide import notice
from services.notify.decide.commands import Acknowledge, Fail, Intend, Send, Suppress
from services.notify.decide.notice import NOTICE, Notices
from services.notify.decide.person import Person
from services.notify.decide.policy import NotifyPolicy
from services.notify.decide.words import notice_for

_ACCOUNT_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
"""Of an account's name; whoever is written down otherwise has no account to be told by."""


PolicyAt = Callable[[str, date], NotifyPolicy]
"""(place, day) -> the rules in force there on that day."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that waits to be told."""

    notice_id: str
    recipient_id: str
    policy: str


class Directory(Protocol):
    """What notify's tables know, once they have come as far as the facts that matter."""

    async def person(self, member_id: str, after: str) -> Person | None:
        """The member, once the tables have come to the position `after`; of another service's fact, to the end of
        the registry's stream as well. Raises `Unavailable` if that takes too long.
        """
        ...

    async def housemates(self, member_id: str, after: str) -> Sequence[str]:
        """The members who live in this member's home, by the tables as in `person`."""
        ...

    async def pending(self, member_id: str) -> Sequence[Pending]:
        """Everything that waits to be told to this member or about them, notices of this moment included."""
        ...


@dataclass(frozen=True)
class Notify:
    """One method per command. `Asked` says who asks, in which community, and why; `today` is the office's day.

    Every method raises what `Commands.act` raises.
    """

    commands: Commands
    policy_at: PolicyAt
    today: Callable[[], date]
    directory: Directory

    # ── what policies command ────────────────────────────────────────────────────────────────────────────────────

    async def tell(
        self,
        asked: Asked,
        key: str,
        about: About,
        person: Person,
        said: Mapping[str, str | None],
        *,
        suppressed: WhySuppressed | None = None,
    ) -> Receipt | None:
        """Intend the notice that the rule `key` makes of a fact; None if there is nobody whom the rule could tell.

        Once per fact, rule and recipient, however often it is asked for. `suppressed`: why it is not told after all;
        of those who are gone nothing is told anyway, and nothing cheerful to a household in mourning. Words and ways
        are those of today's rules in the community.
        """
        policy = self.policy_at(asked.community, self.today())
        message = policy.messages[key]
        addressee = _addressee(message.recipient, person)
        if addressee is None:
            return None
        recipient_id, phone, address = addressee
        branch = person.branch
        known = {
            "name": person.name,
            "branch": branch.name if branch else None,
            "contact": branch.contact_name if branch else None,
            "phone": branch.contact_phone if branch else None,
            **said,
        }
        command = notice_for(
            policy,
            key,
            recipient_id=recipient_id,
            because=about.id,
            recorded=about.recorded,
            known=known,
            phone=phone,
            address=address,
            about_member=None if message.recipient is RecipientKind.MEMBER else person.member_id,
        )
        once = replace(asked, command=f"{asked.command}/{key}/{recipient_id}")
        if message.recipient is RecipientKind.MEMBER and key in policy.unsaid(person.mourning_since, self.today()):
            suppressed = suppressed or WhySuppressed.MOURNING
        return await self.intend(once, recipient_id, command, suppressed=person.gone or suppressed)

    async def end_pending(
        self, asked: Asked, member_id: str, why: WhySuppressed, rules: Sequence[str] = ()
    ) -> list[Receipt]:
        """Nothing that waits for this member, or is about them, is told any more; with `rules`, only what they made."""
        receipts = []
        for one in await self.directory.pending(member_id):
            if rules and one.policy not in rules:
                continue
            once = replace(asked, command=f"{asked.command}/{one.notice_id}")
            try:
                receipts.append(await self.suppress(once, one.recipient_id, one.notice_id, Suppress(why=why)))
            except CommandRefused:  # somebody told it at this very moment; the others still end
                continue
        return receipts

    async def fall_silent(self, asked: Asked, member_ids: Sequence[str], since: date) -> list[Receipt]:
        """Somebody died on that day in the household of these members: what waits for them and is cheerful, ends."""
        today = self.today()
        unsaid = sorted(self.policy_at(asked.community, today).unsaid(since, today))
        receipts = []
        for member_id in member_ids if unsaid else ():
            receipts += await self.end_pending(asked, member_id, WhySuppressed.MOURNING, unsaid)
        return receipts

    # ── one notice ───────────────────────────────────────────────────────────────────────────────────────────────

    async def intend(
        self, asked: Asked, recipient_id: str, command: Intend, *, suppressed: WhySuppressed | None = None
    ) -> Receipt:
        """The recipient is to be told this."""
        return await self._act(
            asked, recipient_id, lambda n: notice.intend(n, command, self.today(), suppressed=suppressed)
        )

    async def send(self, asked: Asked, recipient_id: str, notice_id: str, command: Send) -> Receipt:
        """It is on its way."""
        return await self._act(asked, recipient_id, lambda n: notice.send(n, notice_id, command, self.today()))

    async def fail(self, asked: Asked, recipient_id: str, notice_id: str, command: Fail) -> Receipt:
        """An attempt did not reach the recipient."""
        return await self._act(asked, recipient_id, lambda n: notice.fail(n, notice_id, command, self.today()))

    async def acknowledge(self, asked: Asked, recipient_id: str, notice_id: str, command: Acknowledge) -> Receipt:
        """The recipient has it."""
        return await self._act(asked, recipient_id, lambda n: notice.acknowledge(n, notice_id, command, self.today()))

    async def suppress(self, asked: Asked, recipient_id: str, notice_id: str, command: Suppress) -> Receipt:
        """It is not to be told."""
        return await self._act(asked, recipient_id, lambda n: notice.suppress(n, notice_id, command, self.today()))

    async def suppress_all(self, asked: Asked, recipient_id: str, command: Suppress) -> Receipt:
        """Nothing that is pending for this recipient is told any more."""
        return await self._act(asked, recipient_id, lambda n: notice.suppress_all(n, command, self.today()))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def person(self, about: About) -> Person | None:
        """Whom a fact is about, as far as everything written until now says."""
        return await self.directory.person(about.entity, about.position)

    async def _act(self, asked: Asked, recipient_id: str, decide: Callable[[Notices], Decision]) -> Receipt:
        return await self.commands.act(asked, NOTICE, recipient_id, decide)


def _addressee(kind: RecipientKind, person: Person) -> tuple[str, str | None, str | None] | None:
    """(recipient id, phone, address) of whom a rule tells; None if nobody is known."""
    match kind:
        case RecipientKind.MEMBER:
            return person.member_id, person.phone, person.address
        case RecipientKind.BRANCH:
            return (person.branch.branch_id, person.branch.contact_phone, None) if person.branch else None
        case RecipientKind.WORKER:
            name = person.visitor or ""
            return (name, None, None) if name and _ACCOUNT_CHARACTERS.issuperset(name) else None
