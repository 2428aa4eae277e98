"""What the office of a made-up community puts on record: its people, their meetings, dues, moves and deaths."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from deploy.city.chronicle import MINUTE, Chronicle, at
from deploy.city.people import Registrar
from deploy.city.visits import Visits
from events.facts.branch import BranchKind
from events.facts.decision import Happened, Refused
from events.facts.meeting import MeetingKind
from events.facts.member import PayMethod
from events.facts.receipts import receipt_book
from services.registry.decide import branch, meeting, member, receipts
from services.registry.decide.branch import BRANCH, FormBranch
from services.registry.decide.commands import ChangeContact, Die, Enrol, MoveAway, PayDues, Return
from services.registry.decide.days import month_of, months_after, months_between
from services.registry.decide.dues import dues_of
from services.registry.decide.meeting import MEETING, ScheduleMeeting, SignIn
from services.registry.decide.member import MEMBER, Member, Standing
from services.registry.decide.policy import DuesPolicy, RegistryPolicy
from services.registry.decide.receipts import RECEIPTS

BRANCH_MEMBERS: Final = 40
NEWCOMERS, AWAY_AT_FIRST = 0.02, 0.03
"""Of all members: those who come on the roll only later, and those who lived elsewhere already."""
LEAVE, DIE, MOVE_HOUSE = 0.04, 0.012, 0.04
"""Of all members, in a year."""
COMES, COMES_BY_TELEPHONE, PAYS = 0.58, 0.1, 0.93
_MONTHS_AT_A_TIME: Final = (12, 12, 12, 12, 6, 3)
_PLACES: Final = ("深圳市南山区", "杭州市西湖区", "苏州市吴中区", "合肥市蜀山区", "南京市江宁区")
_REASONS: Final = ("随子女居住", "外出务工", "照看孙辈", "回乡居住")
_METHODS: Final = (PayMethod.CASH, PayMethod.WECHAT, PayMethod.WECHAT, PayMethod.TRANSFER, PayMethod.DEDUCTION)
_MORNING, _AFTERNOON = time(9, 0), time(14, 0)


class Office:
    """Plans a community's years into its chronicle."""

    def __init__(self, chronicle: Chronicle, chance: Random, policy: RegistryPolicy, visits: Visits) -> None:
        self._told, self._chance, self._policy, self._visits = chronicle, chance, policy, visits
        self._book = receipt_book(chronicle.code)
        self._secretary = f"{chronicle.code.rpartition('.')[-1]}-secretary"
        self.branches: dict[str, str] = {}
        """Name -> id."""
        self.people: dict[str, str] = {}
        """ID number -> id, of everybody who ever came on the roll."""
        self._members: dict[str, list[str]] = {}

    def plan(self, members: int, community: int) -> None:
        """Everything from the first day on for so many members."""
        registrar = Registrar(self._chance, community, self._told.code)
        self._told.plan(at(self._told.first, time(8, 30)), lambda: self._form_branches(members))
        for place in range(members):
            self._told.plan(self._comes_on(place, members), lambda place=place: self._enrol(registrar, place))  # type: ignore[misc]  # bound now
        self._plan_meetings()

    def _comes_on(self, place: int, members: int) -> datetime:
        if place < members * (1 - NEWCOMERS):
            return at(self._told.first, _MORNING) + timedelta(seconds=place)
        return at(self._some_day(), _MORNING)

    def _some_day(self, first: date | None = None) -> date:
        """A day from the second one (or `first`) to the last."""
        first = first or self._told.first + timedelta(days=1)
        return first + timedelta(days=self._chance.randrange(max(1, (self._told.until - first).days + 1)))

    # ── branches and people ──────────────────────────────────────────────────────────────────────────────────────

    def _form_branches(self, members: int) -> None:
        for number in range(1, max(1, round(members / BRANCH_MEMBERS)) + 1):
            name, entity = f"第{number}党支部", self._told.new_id()
            command = FormBranch(
                name=name,
                community=self._told.code,
                contact_name=f"{number}支部值班",
                contact_phone=f"1390{self._chance.randrange(10**7):07}",
                kind=BranchKind.RESIDENCE,
            )
            formed = branch.form_branch(self._told.state(BRANCH, entity), command, self._told.today)
            self._told.write([(BRANCH, entity, formed)], self._secretary)
            self.branches[name], self._members[entity] = entity, []

    def _enrol(self, registrar: Registrar, place: int) -> None:
        told, chance, today = self._told, self._chance, self._told.today
        branch_id = list(self._members)[place % len(self._members)]
        entity, command = told.new_id(), registrar.somebody(place, branch_id, today)
        enrolled = member.enrol(told.state(MEMBER, entity), command, today)
        if isinstance(enrolled, Refused):
            raise AssertionError(f"a made-up person was refused: {enrolled}")
        if chance.random() < AWAY_AT_FIRST:
            enrolled = self._with_absence(enrolled, today)
        told.write([(MEMBER, entity, enrolled)], self._secretary)
        self.people[command.id_number] = entity
        self._members[branch_id].append(entity)
        self._visits.comes(entity, command)
        self._plan_dues(entity)
        self._plan_turns_of_life(entity, command, registrar)

    def _with_absence(self, enrolled: Happened, today: date) -> Happened:
        """Who lived elsewhere already when the office got to know them: nobody has to be told."""
        state, left = Member(), today - timedelta(days=self._chance.randrange(20, 200))
        for fact, on in enrolled.facts:
            state = member.evolve(state, fact, on)
        gone = member.move_away(state, self._leaving(left), self._policy.away, today, carried_over=True)
        return Happened((*enrolled.facts, *(() if isinstance(gone, Refused) else gone.facts)))

    def _leaving(self, day: date) -> MoveAway:
        chance = self._chance
        return MoveAway(
            since=day,
            expected_return=day + timedelta(days=chance.randrange(60, 400)) if chance.random() < 0.6 else None,
            destination=chance.choice(_PLACES),
            fixed_place=chance.random() < 0.7,
            reason=chance.choice(_REASONS),
        )

    def _plan_turns_of_life(self, entity: str, command: Enrol, registrar: Registrar) -> None:
        """Leaving and coming back, another dwelling, death: how often, the years say."""
        told, chance = self._told, self._chance
        years = (told.until - told.today).days / 365
        old = (command.on or told.today).year - int(command.id_number[6:10]) >= 75
        if chance.random() < LEAVE * years:
            told.plan(at(self._some_day(told.today), _AFTERNOON), lambda: self._leave(entity))
        if chance.random() < MOVE_HOUSE * years:
            change = ChangeContact(phone=registrar.mobile())
            told.plan(at(self._some_day(told.today), _AFTERNOON), lambda: self._move_house(entity, change))
        if chance.random() < (DIE * 4 if old else DIE / 4) * years:
            told.plan(at(self._some_day(told.today), _AFTERNOON), lambda: self._die(entity))

    def _leave(self, entity: str) -> None:
        told, today = self._told, self._told.today
        gone = member.move_away(told.state(MEMBER, entity), self._leaving(today), self._policy.away, today)
        if lines := told.write([(MEMBER, entity, gone)], self._secretary):
            self._visits.went_or_came(entity, lines[-1].fact_id)
            if self._chance.random() < 0.6:
                back = today + timedelta(days=self._chance.randrange(30, 180))
                told.plan(at(back, _MORNING), lambda: self._come_back(entity))

    def _come_back(self, entity: str) -> None:
        told = self._told
        back = member.come_back(told.state(MEMBER, entity), Return(on=told.today), told.today)
        if lines := told.write([(MEMBER, entity, back)], self._secretary):
            self._visits.went_or_came(entity, lines[-1].fact_id)

    def _move_house(self, entity: str, change: ChangeContact) -> None:
        changed = member.change_contact(self._told.state(MEMBER, entity), change, self._told.today)
        self._told.write([(MEMBER, entity, changed)], self._secretary)

    def _die(self, entity: str) -> None:
        died = member.die(self._told.state(MEMBER, entity), Die(on=self._told.today), self._told.today)
        if lines := self._told.write([(MEMBER, entity, died)], self._secretary):
            self._visits.died(entity, lines[-1].fact_id)

    # ── dues ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _plan_dues(self, entity: str) -> None:
        """Most pay a whole year, some by the half-year or the quarter, at its beginning; some are behind.

        Up to when the unit they came from had taken their dues differs.
        """
        if self._chance.random() >= PAYS:
            return
        step = self._chance.choice(_MONTHS_AT_A_TIME)
        first = months_after(self._told.today.replace(day=1), self._chance.randrange(step))
        while first <= self._told.until:
            months = tuple(months_between(month_of(first), month_of(months_after(first, step - 1))))
            day = max(first, self._told.today) + timedelta(days=self._chance.randrange(25))
            moment = at(day, _MORNING) + MINUTE * self._chance.randrange(400)
            self._told.plan(moment, lambda months=months: self._pay(entity, months))  # type: ignore[misc]  # bound now
            first = months_after(first, step)

    def _dues(self, _day: date) -> DuesPolicy:
        return self._policy.dues

    def _pay(self, entity: str, months: Sequence[str]) -> None:
        told = self._told
        state, book = told.state(MEMBER, entity), told.state(RECEIPTS, self._book)
        if state.standing is not Standing.ENROLLED:
            return
        due_fen = sum(month.due_fen for month in dues_of(months, state.terms, self._dues))
        command = PayDues(
            months=tuple(months), amount_fen=due_fen, method=self._chance.choice(_METHODS), paid_on=told.today
        )
        paid = receipts.pay_dues(state, book, command, self._dues, told.today, member_id=entity, book_id=self._book)
        if not isinstance(paid, Refused):
            told.write([(MEMBER, entity, paid[entity]), (RECEIPTS, self._book, paid[self._book])], self._secretary)

    # ── meetings ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _plan_meetings(self) -> None:
        """A general meeting of every branch each quarter, and a lecture in June."""
        first = self._told.first.replace(day=1)
        while first <= self._told.until:
            if first.month % 3 == 2:
                self._plan_meeting(MeetingKind.GENERAL, f"第{first.month // 3 + 1}季度支部党员大会", first)
            if first.month == 6:
                self._plan_meeting(MeetingKind.LECTURE, "七一主题党课", first)
            first = months_after(first, 1)

    def _plan_meeting(self, kind: MeetingKind, title: str, month: date) -> None:
        day = month + timedelta(days=self._chance.randrange(8, 26))
        if day - timedelta(days=7) > self._told.first:
            called = at(day - timedelta(days=7), time(10, 0))
            self._told.plan(called, lambda: self._call(kind, title, day))

    def _call(self, kind: MeetingKind, title: str, day: date) -> None:
        told = self._told
        for branch_id in self._members:
            entity, starts_at = told.new_id(), at(day, _AFTERNOON)
            command = ScheduleMeeting(
                kind=kind, branch=branch_id, starts_at=starts_at, title=title, place="社区党群服务中心"
            )
            called = meeting.schedule(told.state(MEETING, entity), command)
            told.write([(MEETING, entity, called)], self._secretary)
            closes = starts_at + MINUTE * 90
            told.plan(closes, lambda entity=entity, branch_id=branch_id: self._sign_in(entity, branch_id))  # type: ignore[misc]  # bound now

    def _sign_in(self, entity: str, branch_id: str) -> None:
        told = self._told
        states = {one: told.state(MEMBER, one) for one in self._members[branch_id]}
        present = [one for one, state in states.items() if self._comes(state)]
        if not present:
            return
        came = meeting.sign_in(
            told.state(MEETING, entity),
            {one: states[one] for one in present},
            SignIn(member_ids=tuple(present)),
            told.today,
            meeting_id=entity,
        )
        if not isinstance(came, Refused):
            decided = [(MEETING if one == entity else MEMBER, one, it) for one, it in came.items()]
            for line in told.write(decided, self._secretary):
                if line.decider is MEMBER:
                    self._visits.seen_at_meeting(line.entity, line.fact_id)

    def _comes(self, state: Member) -> bool:
        likely = COMES if state.away is None else COMES_BY_TELEPHONE
        return self._chance.random() < likely and state.standing is Standing.ENROLLED
