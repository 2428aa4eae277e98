"""Carries out the registry's commands: who is claimed first, then load, decide, append."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from events.facts.access import RecordRead
from events.facts.branch import BranchContact
from events.facts.decision import Decision, Decisions, Refused, nothing, refused
from events.facts.member import CorrectableField, DuesPaid, MonthDue
from events.facts.receipts import receipt_book
from events.log.command import Asked, CommandRefused, Commands, Receipt, Target
from events.log.envelope import Recorded, Undecodable, open_fact, parse
from events.log.port import Message
from events.log.project.store import Pool, claim
from services.registry.decide import branch, desk, meeting, member, receipts
from services.registry.decide.branch import BRANCH, FormBranch, RenameBranch, SetBranchContact
from services.registry.decide.classify import Classify, classify
from services.registry.decide.commands import (
    Assign,
    ChangeAway,
    ChangeContact,
    Correct,
    Die,
    Enrol,
    MoveAway,
    PayDues,
    Return,
    SetPensionBasis,
    WithdrawEnrolment,
)
from services.registry.decide.desk import DESK, ChooseColumns, DropFilter, KeepFilter, ReadChanges
from services.registry.decide.details import ChangeDetails, change_details
from services.registry.decide.dues import DuesRules, DuesTerms, due_of
from services.registry.decide.meeting import MEETING, CancelMeeting, ScheduleMeeting, SignIn
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.policy import RegistryPolicy
from services.registry.decide.receipts import RECEIPTS

PolicyAt = Callable[[str, date], RegistryPolicy]
"""(place, day) -> the rules in force there on that day."""

ID_NUMBER: Final = "id_number"
REQUEST: Final = "request"
BRANCH_NAME: Final = "branch"
DESK_OF: Final = "desk"
_OPENED_AT_ONCE: Final = 200
"""Envelopes opened before others get a turn (about 10 ms)."""
_ID_CHARACTERS: Final = 36
"""The length of a UUID: longer or shorter is a branch's name, not its id."""


@dataclass(frozen=True)
class Registry:
    """One method per command. `Asked` says who asks and under which Idempotency-Key; `today` is the office's day.

    Every method raises what `Commands.act` raises. Creations answer with the entity's id beside the receipt: the same
    key gives the same id, and so does the same ID number or the same branch name.
    """

    commands: Commands
    pool: Pool
    index_key: bytes
    policy_at: PolicyAt
    today: Callable[[], date]

    # ── members ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def enrol(self, asked: Asked, command: Enrol) -> tuple[str, Receipt]:
        """Put a person on the roll. Refused as `already_enrolled` if the number is another name's already."""
        entity = await self._entity_for(asked, ID_NUMBER, self.blind(ID_NUMBER, command.id_number))
        if command.branch is not None:
            command = command.model_copy(update={"branch": await self.branch_id(asked, command.branch)})
        receipt = await self.commands.act(asked, MEMBER, entity, lambda one: member.enrol(one, command, self.today()))
        if not receipt.facts:
            known = await self.state(entity)
            if known.alias.into is not None:  # the number of a record that another one stands for
                entity, known = known.alias.into, await self.state(known.alias.into)
            if known.person is None or known.person.name != command.name:
                raise CommandRefused(refused("already_enrolled", member_id=entity))
        return entity, receipt

    async def withdraw(self, asked: Asked, member_id: str, *, known_elsewhere: bool = False) -> Receipt:
        """Take back an enrolment made by hand, as long as nothing else has happened."""
        command = WithdrawEnrolment()
        return await self._act(
            asked,
            member_id,
            lambda one: member.withdraw_enrolment(one, command, self.today(), known_elsewhere=known_elsewhere),
        )

    async def correct(self, asked: Asked, member_id: str, command: Correct) -> Receipt:
        """Set right what the register has wrong. A corrected ID number must not be somebody else's."""
        if command.field is CorrectableField.ID_NUMBER and command.value:
            holder = await self._claim(ID_NUMBER, self.blind(ID_NUMBER, command.value), member_id)
            if holder != member_id and holder not in (await self.state(member_id)).alias.absorbed:
                raise CommandRefused(refused("already_enrolled", member_id=holder))
        asked = replace(asked, reason=command.reason)
        return await self._act(asked, member_id, lambda one: member.correct(one, command, self.today()))

    async def change_contact(self, asked: Asked, member_id: str, command: ChangeContact) -> Receipt:
        """Reach the person another way."""
        return await self._act(asked, member_id, lambda one: member.change_contact(one, command, self.today()))

    async def change_away(self, asked: Asked, member_id: str, command: ChangeAway) -> Receipt:
        """Somebody who is away lives at another place."""
        return await self._act(asked, member_id, lambda one: member.change_away(one, command, self.today()))

    async def move_away(self, asked: Asked, member_id: str, command: MoveAway) -> Receipt:
        """The member leaves for a while; the policy of the day of leaving chooses how the relation is kept."""
        away = self.policy_at(asked.community, command.since).away
        return await self._act(asked, member_id, lambda one: member.move_away(one, command, away, self.today()))

    async def come_back(self, asked: Asked, member_id: str, command: Return) -> Receipt:
        """The member is back."""
        return await self._act(asked, member_id, lambda one: member.come_back(one, command, self.today()))

    async def assign(self, asked: Asked, member_id: str, command: Assign) -> Receipt:
        """The member belongs to a branch, named by its id or its name."""
        named = Assign(branch=await self.branch_id(asked, command.branch))
        return await self._act(asked, member_id, lambda one: member.assign(one, named, self.today()))

    async def classify(self, asked: Asked, member_id: str, command: Classify) -> Receipt:
        """The member is counted otherwise from a day on."""
        asked = replace(asked, reason=command.reason or asked.reason)
        return await self._act(asked, member_id, lambda one: classify(one, command, self.today()))

    async def change_details(self, asked: Asked, member_id: str, command: ChangeDetails) -> Receipt:
        """What else the card says is otherwise from a day on."""
        asked = replace(asked, reason=command.reason or asked.reason)
        return await self._act(asked, member_id, lambda one: change_details(one, command, self.today()))

    async def set_pension_basis(self, asked: Asked, member_id: str, command: SetPensionBasis) -> Receipt:
        """Dues are reckoned from another pension."""
        return await self._act(asked, member_id, lambda one: member.set_pension_basis(one, command, self.today()))

    async def die(self, asked: Asked, member_id: str, command: Die) -> Receipt:
        """The member died."""
        return await self._act(asked, member_id, lambda one: member.die(one, command, self.today()))

    async def pay_dues(self, asked: Asked, member_id: str, command: PayDues) -> tuple[str, Receipt]:
        """Dues were paid: the receipt's number, and the facts of the member and of the community's receipt book."""
        book_id = receipt_book(asked.community)

        rules = self.dues_rules(asked.community)

        def decide(states: Sequence[Any]) -> Decisions:
            return receipts.pay_dues(
                states[0], states[1], command, rules, self.today(), member_id=member_id, book_id=book_id
            )

        receipt = await self.commands.act_together(asked, [(MEMBER, member_id), (RECEIPTS, book_id)], decide)
        paid = next(one.fact for one in receipt.facts if isinstance(one.fact, DuesPaid))
        return paid.receipt_no, receipt

    # ── branches and meetings ────────────────────────────────────────────────────────────────────────────────────

    async def branch_id(self, asked: Asked, name: str) -> str:
        """The id of a branch for members: one that exists, or the community's branch with that name, formed on first
        use. The name of a branch that was merged means the one that took it over.
        """
        name = spelt(name)
        if len(name) == _ID_CHARACTERS and name.count("-") == 4:  # the shape of a UUID
            if refusal := branch.takes_no_members(await self.commands.state(BRANCH, name)):
                raise CommandRefused(refusal)
            return name
        key = self._name_key(asked, name)
        entity = await self._claim(BRANCH_NAME, key, self.commands.new_id())
        known = await self.commands.state(BRANCH, entity)
        while known.merged_into:
            entity = known.merged_into
            known = await self.commands.state(BRANCH, entity)
        if known.name:
            if refusal := branch.takes_no_members(known):
                raise CommandRefused(refusal)
            return entity
        command = FormBranch(name=name, community=asked.community)
        forming = replace(asked, command=f"form-branch/{key}", expected=None)
        await self.commands.act(
            forming,
            BRANCH,
            entity,
            lambda one: nothing() if one.name else branch.form_branch(one, command, self.today()),
        )
        return entity

    async def form_branch(self, asked: Asked, command: FormBranch) -> tuple[str, Receipt]:
        """A branch begins. A branch that is called so already is the same branch."""
        command = command.model_copy(update={"name": spelt(command.name)})
        entity = await self.branch_called(asked, command.name)
        return entity, await self.commands.act(
            asked, BRANCH, entity, lambda one: branch.form_branch(one, command, self.today())
        )

    async def holder_of_name(self, asked: Asked, name: str) -> str | None:
        """The branch that is, or once was, called so."""
        return await self._holder(BRANCH_NAME, self._name_key(asked, name))

    async def branch_called(self, asked: Asked, name: str) -> str:
        """The id that a new branch of this name has: claimed now, or whoever had the name before."""
        return await self._entity_for(asked, BRANCH_NAME, self._name_key(asked, name))

    async def rename_branch(self, asked: Asked, branch_id: str, command: RenameBranch) -> Receipt:
        """The branch is called otherwise; whoever still says the old name means the same branch."""
        command = command.model_copy(update={"name": spelt(command.name)})
        planned = branch.rename_branch(await self.commands.state(BRANCH, branch_id), command, self.today())
        if isinstance(planned, Refused):  # before the name is claimed for nothing
            raise CommandRefused(planned)
        if await self._claim(BRANCH_NAME, self._name_key(asked, command.name), branch_id) != branch_id:
            raise CommandRefused(refused("already_formed", name=command.name))
        asked = replace(asked, reason=command.reason)
        return await self.commands.act(
            asked, BRANCH, branch_id, lambda one: branch.rename_branch(one, command, self.today())
        )

    async def set_branch_contact(self, asked: Asked, branch_id: str, contact: BranchContact) -> Receipt:
        """Whom the branch's members call."""
        command = SetBranchContact(contact_name=contact.name, contact_phone=contact.phone)
        return await self.commands.act(
            asked, BRANCH, branch_id, lambda one: branch.set_branch_contact(one, command, self.today())
        )

    async def schedule(self, asked: Asked, command: ScheduleMeeting) -> tuple[str, Receipt]:
        """Call a meeting of a branch, named by its id or its name, or of the whole community."""
        entity = await self.entity_of_request(asked)
        if command.branch is not None:
            command = command.model_copy(update={"branch": await self.branch_id(asked, command.branch)})
        groups = (await self.commands.state(BRANCH, command.branch)).groups if command.branch else {}
        return entity, await self.commands.act(
            asked, MEETING, entity, lambda one: meeting.schedule(one, command, groups)
        )

    async def sign_in(self, asked: Asked, meeting_id: str, command: SignIn) -> Receipt:
        """Members took part: one append for the meeting and everybody who signed in."""
        people = tuple(dict.fromkeys(command.member_ids))

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return meeting.sign_in(states[0], members, command, self.today(), meeting_id=meeting_id)

        targets = with_members((MEETING, meeting_id), people)
        return await self.commands.act_together(asked, targets, decide)

    async def cancel_meeting(self, asked: Asked, meeting_id: str, command: CancelMeeting) -> Receipt:
        """The meeting does not take place."""
        return await self.commands.act(
            asked, MEETING, meeting_id, lambda one: meeting.cancel(one, command, self.today())
        )

    # ── one's own desk ───────────────────────────────────────────────────────────────────────────────────────────

    def desk_of(self, account: str, scope: str) -> str:
        """The id of an account's desk over a part of the organisation; nobody can tell from it whose it is."""
        return self.blind(DESK_OF, f"{account}/{scope}")

    async def keep_filter(self, asked: Asked, command: KeepFilter) -> Receipt:
        """A view of the register is kept under a name."""
        return await self._at_desk(asked, lambda one: desk.keep_filter(one, command, self.today()))

    async def drop_filter(self, asked: Asked, command: DropFilter) -> Receipt:
        """It is not kept any longer."""
        return await self._at_desk(asked, lambda one: desk.drop_filter(one, command, self.today()))

    async def choose_columns(self, asked: Asked, command: ChooseColumns) -> Receipt:
        """Lists are taken out with these columns from now on."""
        return await self._at_desk(asked, lambda one: desk.choose_columns(one, command, self.today()))

    async def read_changes(self, asked: Asked, command: ReadChanges) -> Receipt:
        """What changed in a branch is known to the account up to here."""
        return await self._at_desk(asked, lambda one: desk.read_changes(one, command, self.today()))

    async def _at_desk(self, asked: Asked, decide: Callable[[desk.Desk], Decision]) -> Receipt:
        return await self.commands.act(asked, DESK, self.desk_of(asked.actor, asked.community), decide)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def record_read(self, asked: Asked, member_id: str, what: str, reason: str) -> Receipt:
        """Write down who is about to see what, and why; only then may it be shown (DOMAIN R23)."""
        read = RecordRead(who=asked.actor, what=what, reason=reason)
        return await self.commands.note(replace(asked, reason=reason), read.STREAM, member_id, read, self.today())

    async def record_reads(self, asked: Asked, member_ids: Sequence[str], what: str, reason: str) -> None:
        """The same of many people at once: a line in each one's list of who read what. None may be left out."""
        read = RecordRead(who=asked.actor, what=what, reason=reason)
        noted = [(one, read) for one in member_ids]
        await self.commands.note_each(replace(asked, reason=reason), read.STREAM, noted, self.today())

    async def state(self, member_id: str) -> Member:
        """What decisions know of a member, newest facts included."""
        return await self.commands.state(MEMBER, member_id)

    async def states(self, member_ids: Iterable[str]) -> Mapping[str, Member]:
        """What decisions know of members, as far as it is projected: one question for a whole list."""
        known = await self.commands.states.load(list(member_ids), "")
        return {one: Member.model_validate_json(snapshot.state) for one, snapshot in known.snapshots.items()}

    def due(self, community: str, terms: DuesTerms, months: Iterable[str]) -> list[MonthDue | None]:
        """What is due for each of these months in a community; None where no pension was ever put on record."""
        rules = self.dues_rules(community)
        return [due_of(month, terms, rules) for month in months]

    def dues_rules(self, community: str) -> DuesRules:
        """The rules of dues of a community by the day."""
        return lambda day: self.policy_at(community, day).dues

    async def opened(self, messages: Sequence[Message], *, sealed: bool = True) -> list[Recorded]:
        """Stored envelopes as facts, as far as the registry holds the keys; what cannot be read is left out.

        Without `sealed` the sealed fields stay closed, which is quicker.
        """
        parsed = [parse(message) for message in messages]
        if sealed:
            await self.commands.keys.prefetch({(one.about.service, one.about.entity) for one in parsed})
        opener = self.commands.keys.open if sealed else _closed
        found = []
        for number, one in enumerate(parsed, 1):
            if number % _OPENED_AT_ONCE == 0:
                await asyncio.sleep(0)
            try:
                found.append(open_fact(one, opener))
            except Undecodable:  # parked, and shown to the operator
                continue
        return found

    def blind(self, kind: str, value: str) -> str:
        """A keyed hash under which a value can be found again, but not read."""
        return blinded(self.index_key, kind, value)

    def _name_key(self, asked: Asked, name: str) -> str:
        return self.blind(BRANCH_NAME, f"{asked.community}/{name}")

    # ── claims ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Member], Decision]) -> Receipt:
        return await self.commands.act(asked, MEMBER, member_id, decide)

    async def _entity_for(self, asked: Asked, kind: str, key: str) -> str:
        """The entity a creation is about: the one this request made before, the one that holds the key, or a new one.

        A repeated request is answered as the first time, whatever its body says now (ADR 17).
        """
        if not asked.command:
            return await self._claim(kind, key, self.commands.new_id())
        request = self.blind(REQUEST, f"{asked.actor}/{asked.command}")
        made_before = await self._holder(REQUEST, request)
        if made_before is not None:
            return made_before
        return await self._claim(REQUEST, request, await self._claim(kind, key, self.commands.new_id()))

    async def entity_named(self, asked: Asked, kind: str, name: str) -> str:
        """The id that a new thing of this kind and name has in the community: claimed now, or whoever had the name."""
        return await self._entity_for(asked, kind, self.blind(kind, f"{asked.community}/{name}"))

    async def takes_name(self, asked: Asked, kind: str, name: str, entity: str) -> bool:
        """Whether the name is this entity's in the community, now or before."""
        return await self._claim(kind, self.blind(kind, f"{asked.community}/{name}"), entity) == entity

    async def entity_of_request(self, asked: Asked) -> str:
        """The entity that this request begins, or began when it was made before."""
        key = f"{asked.actor}/{asked.command}" if asked.command else self.commands.new_id()
        return await self._claim(REQUEST, self.blind(REQUEST, key), self.commands.new_id())

    async def _claim(self, kind: str, key: str, entity: str) -> str:
        """Who holds the key now: this entity, or whoever was first."""
        async with self.pool.acquire() as connection:
            return (await claim(connection, kind, {key: entity}))[key]

    async def _holder(self, kind: str, key: str) -> str | None:
        async with self.pool.acquire() as connection:
            holder: str | None = await connection.fetchval(
                "SELECT entity FROM claim WHERE kind = $1 AND key = $2", kind, key
            )
        return holder


def blinded(index_key: bytes, kind: str, value: str) -> str:
    """See `Registry.blind`."""
    return hmac.digest(index_key, f"{kind}:{value}".encode(), hashlib.sha256).hex()


def spelt(name: str) -> str:
    """A branch's name without spaces, which nobody writes twice alike."""
    return "".join(name.split())


def with_members(first: Target, people: Iterable[str]) -> list[Target]:
    """This entity and these members, for one append over all of them."""
    return [first, *((MEMBER, one) for one in people)]


def _closed(*_: str) -> None:
    """Opens nothing."""
