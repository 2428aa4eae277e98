"""Carries out care's commands: what is known of the person, then load, decide, append."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from events.facts.access import RecordRead
from events.facts.decision import Decision, Happened, nothing
from events.log.command import Asked, Commands, Plan, Receipt
from events.log.envelope import Recorded, Undecodable, open_fact, parse
from events.log.port import Message
from services.care.decide import care, health, missed, occasion
from services.care.decide.cared import CARE, Cared, done
from services.care.decide.commands import (
    AssignVisitor,
    CancelVisit,
    CancelVisits,
    ExplainMissed,
    GradeHealth,
    NoteContact,
    PlanIllnessVisit,
    RecordVisit,
    Recover,
    ReportBereavement,
    ReportDischarge,
    ReportHardship,
    ReportHospital,
    ReportIllness,
)
from services.care.decide.feed import FEED, OpenFeed, open_feed, revoke_feed
from services.care.decide.plan import Situation, plan
from services.care.decide.policy import CarePolicy
from services.care.decide.window import Window
from services.care.decide.year import Year, Years

PolicyAt = Callable[[str, date], CarePolicy]
"""(place, day) -> the rules in force there on that day."""

UNKNOWN: Final = Situation(on_roll=False)
"""Somebody of whom the registry has published nothing."""

Occasion = ReportHospital | ReportDischarge | ReportHardship | ReportBereavement
OCCASIONS: Final[Mapping[type, Callable[..., Decision]]] = {
    ReportHospital: occasion.report_hospital,
    ReportDischarge: occasion.report_discharge,
    ReportHardship: occasion.report_hardship,
    ReportBereavement: occasion.report_bereavement,
}

Situations = Callable[[Sequence[str], str], Awaitable[Mapping[str, Situation]]]
"""(members, `STREAM:seq` or "") -> what is known of each, once the tables have come as far as that position."""


class Housemate(NamedTuple):
    """A member of the same home; `relation` is what the one asked about is to them, "" if nobody has said."""

    member_id: str
    relation: str


Housemates = Callable[[str, str], Awaitable[Sequence[Housemate]]]
"""(member, `STREAM:seq`) -> who lives in the member's home, once the tables have come as far as that position."""


@dataclass(frozen=True)
class Care:
    """One method per command. `Asked` says who asks, in which community, and why; `today` is the office's day.

    Every method raises what `Commands.act` raises. `plan_soon` asks for the calendar's rules to be gone through
    shortly, for many people at once.
    """

    commands: Commands
    policy_at: PolicyAt
    today: Callable[[], date]
    situations: Situations
    plan_soon: Callable[[], None]
    years: Years
    housemates: Housemates

    # ── illness ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def report_illness(self, asked: Asked, member_id: str, command: ReportIllness) -> Receipt:
        """The member fell ill, or became worse. The visit is planned by the policy that hears of it."""
        situation = await self.situation(member_id)
        return await self._act(asked, member_id, lambda c: care.report_illness(c, command, situation, self.today()))

    async def recover(self, asked: Asked, member_id: str, command: Recover) -> Receipt:
        """The member is well again."""
        return await self._act(asked, member_id, lambda c: care.recover(c, command, self.today()))

    async def report(self, asked: Asked, member_id: str, command: Occasion) -> Receipt:
        """Something befell the member; the visit it calls for is planned with it, by the rules of that day."""
        situation = await self.situation(member_id)
        rules, today = self.policy_at(asked.community, command.on), self.today()
        decide = OCCASIONS[type(command)]
        return await self._act(asked, member_id, lambda c: decide(c, member_id, command, situation, rules, today))

    async def grade_health(self, asked: Asked, member_id: str, command: GradeHealth) -> Receipt:
        """Somebody looked how far the member manages by themselves."""
        situation = await self.situation(member_id)
        return await self._act(asked, member_id, lambda c: health.grade_health(c, command, situation, self.today()))

    async def plan_illness_visit(
        self, asked: Asked, member_id: str, command: PlanIllnessVisit, after: str = ""
    ) -> Receipt:
        """Plan the visit within the days that the severity asks for, by the rules of the day of falling ill."""
        situation = await self.situation(member_id, after)
        rules = self.policy_at(asked.community, command.since)
        return await self._act(
            asked,
            member_id,
            lambda c: care.plan_illness_visit(c, command, situation, rules, self.today()),
        )

    # ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def assign(self, asked: Asked, member_id: str, visit_id: str, command: AssignVisitor) -> Receipt:
        """Somebody else goes."""
        return await self._act(asked, member_id, lambda c: care.assign_visitor(c, visit_id, command, self.today()))

    async def record(self, asked: Asked, member_id: str, visit_id: str, command: RecordVisit) -> Receipt:
        """Somebody went, and this is what was said."""
        counts = self.policy_at(asked.community, command.made_on).together.visit_counts
        return await self._act(
            asked, member_id, lambda c: care.record_visit(c, visit_id, command, self.today(), visit_counts=counts)
        )

    async def cancel(self, asked: Asked, member_id: str, visit_id: str, command: CancelVisit) -> Receipt:
        """A person decided that this visit is not needed, and says why."""
        asked = replace(asked, reason=command.reason)
        return await self._act(asked, member_id, lambda c: care.cancel_visit(c, visit_id, self.today()))

    async def explain_missed(self, asked: Asked, member_id: str, visit_id: str, command: ExplainMissed) -> Receipt:
        """Somebody says why a visit was missed."""
        return await self._act(asked, member_id, lambda c: missed.explain_missed(c, visit_id, command, self.today()))

    async def cancel_all(self, asked: Asked, member_id: str, command: CancelVisits) -> Receipt:
        """Nothing planned is needed any more."""
        return await self._act(asked, member_id, lambda c: care.cancel_visits(c, command, self.today()))

    async def note_contact(self, asked: Asked, member_id: str, command: NoteContact) -> Receipt:
        """The member was met elsewhere: nobody needs to telephone, if the rules of that day count it."""
        counts = self.policy_at(asked.community, command.on).contact.counts
        return await self._act(
            asked, member_id, lambda c: care.note_contact(c, command) if command.how in counts else nothing()
        )

    async def open_feed(self, asked: Asked, feed_id: str, command: OpenFeed) -> Receipt:
        """A calendar program may read a visitor's visits at a secret address."""
        return await self.commands.act(asked, FEED, feed_id, lambda feed: open_feed(feed, command, self.today()))

    async def revoke_feed(self, asked: Asked, feed_id: str) -> Receipt:
        """It may no longer."""
        return await self.commands.act(asked, FEED, feed_id, lambda feed: revoke_feed(feed, self.today()))

    # ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────

    async def replan(self, asked: Asked, member_id: str, after: str = "") -> Receipt:
        """Plan what the rules ask for now; drop what does not fit where the person is any more.

        `after` is the position of the fact that changed the situation; that fact's id is `asked.causation`.
        """
        situation = await self.situation(member_id, after)
        year, because = self.year(asked.community), asked.causation
        return await self._act(asked, member_id, lambda c: care.replan(c, member_id, situation, year, because=because))

    async def plan_ahead(self, asked: Asked, people: Mapping[str, Situation]) -> Receipt:
        """`replan` for several people of one community, in one append."""
        year = self.year(asked.community)
        return await self._act_for_all(
            asked, list(people), lambda one, cared: care.replan(cared, one, people[one], year)
        )

    async def mark_missed(self, asked: Asked, member_ids: Sequence[str]) -> Receipt:
        """Windows that closed with nobody having gone, for several people of one community."""
        today = self.today()
        return await self._act_for_all(asked, member_ids, lambda _one, cared: care.mark_missed(cared, today))

    def year(self, community: str) -> Year:
        """What the rules of a community ask of anybody from today on."""
        today = self.today()
        return self.years.of(self.policy_at(community, today), today)

    async def coming(self, member_id: str, community: str) -> list[Window]:
        """Every visit and call that is due in the coming twelve months by what is known now, by due day."""
        situation = await self.situation(member_id)
        return plan(situation, done(await self.state(member_id)), self.year(community), member_id)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def record_read(self, asked: Asked, member_id: str, what: str, reason: str) -> Receipt:
        """Write down who is about to see what, and why; only then may it be shown (DOMAIN R23)."""
        read = RecordRead(who=asked.actor, what=what, reason=reason)
        return await self.commands.note(replace(asked, reason=reason), read.STREAM, member_id, read, self.today())

    async def opened(self, messages: Iterable[Message]) -> list[Recorded]:
        """Stored envelopes as facts, their keys asked for together; what cannot be read is left out."""
        parsed = [parse(message) for message in messages]
        await self.commands.keys.prefetch({(one.about.service, one.about.entity) for one in parsed})
        found = []
        for one in parsed:
            try:
                found.append(open_fact(one, self.commands.keys.open))
            except Undecodable:  # parked, and shown to the operator
                continue
        return found

    async def situation(self, member_id: str, after: str = "") -> Situation:
        """What is known of one member."""
        return (await self.situations([member_id], after)).get(member_id, UNKNOWN)

    async def state(self, member_id: str) -> Cared:
        """What decisions know of a member's care, newest facts included."""
        return await self.commands.state(CARE, member_id)

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Cared], Decision]) -> Receipt:
        return await self.commands.act(asked, CARE, member_id, decide)

    async def _act_for_all(
        self, asked: Asked, member_ids: Sequence[str], decide: Callable[[str, Cared], Decision]
    ) -> Receipt:
        """Who cannot be cared for any more does not stop the others."""

        def plan(states: Sequence[Any]) -> Plan:
            decided = {one: decide(one, cared) for one, cared in zip(member_ids, states, strict=True)}
            return {one: it if isinstance(it, Happened) else nothing() for one, it in decided.items()}

        return await self.commands.act_together(asked, [(CARE, one) for one in member_ids], plan)
