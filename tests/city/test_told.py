"""What is told of a city: repeatable, plausible, and nothing that the services' decisions would not allow."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from deploy.city.chronicle import Act
from deploy.city.community import Told, told
from deploy.city.plan import CityPlan
from events.facts.base import Fact
from events.facts.care import FellIll, Recovered, VisitMade, VisitPlanned
from events.facts.decision import Happened
from events.facts.meeting import SignedIn
from events.facts.member import Attended, Died, DuesPaid, Enrolled, MovedAway, Returned
from events.facts.receipts import NumberIssued, receipt_book
from services.care.decide import care
from services.care.decide.commands import RecordVisit, Recover, ReportIllness
from services.care.decide.plan import Situation
from services.registry.decide import meeting, member, receipts
from services.registry.decide.commands import Die, PayDues, Return
from services.registry.decide.meeting import CHINA, MEETING, SignIn
from services.registry.decide.member import MEMBER, Standing
from services.registry.decide.receipts import RECEIPTS
from services.registry.decide.values import id_number_of
from tests.city.towns import RULES, SMALL, stories


def facts_of(stories_: list[Told]) -> list[Fact]:
    return [line.fact for story in stories_ for act in story.acts for line in act.lines]


def test_the_same_seed_and_last_day_make_the_same_city() -> None:
    again = [told(SMALL, place, RULES) for place in SMALL.places()]
    assert again == list(stories())
    other = CityPlan(**SMALL.model_dump() | {"seed": 8})
    assert told(other, next(other.places()), RULES).people.keys() != stories()[0].people.keys()


def test_a_community_does_not_depend_on_how_many_others_there_are() -> None:
    alone = CityPlan(**SMALL.model_dump() | {"communities": 1})
    assert told(alone, next(alone.places()), RULES) == stories()[0]


def test_every_kind_of_thing_happens() -> None:
    kinds = Counter(type(fact) for fact in facts_of(list(stories(CityPlan(**SMALL.model_dump() | {"members": 300})))))
    wanted = (Enrolled, MovedAway, Returned, Attended, DuesPaid, Died, FellIll, Recovered, VisitPlanned, VisitMade)
    assert [kind.__name__ for kind in wanted if not kinds[kind]] == []
    assert kinds[NumberIssued] == kinds[DuesPaid]
    assert sum(kinds.values()) > 10 * 600, "ten facts a member and year"


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.place.code)
def test_everything_is_written_in_order_and_within_the_years(story: Told) -> None:
    moments = [act.recorded for act in story.acts]
    assert moments == sorted(moments)
    assert SMALL.first <= moments[0].astimezone(CHINA).date() <= moments[-1].astimezone(CHINA).date() <= SMALL.until
    for act in story.acts:
        assert all(
            line.effective <= act.recorded.astimezone(CHINA).date() or _may_lie_ahead(line.fact) for line in act.lines
        )
    ids = [line.fact_id for act in story.acts for line in act.lines]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=lambda fact_id: fact_id[:13]), "ids carry their moment"


def _may_lie_ahead(fact: Fact) -> bool:
    return fact.NAME == "hearth.meeting.scheduled"


def test_nobody_has_the_number_of_somebody_real_or_of_somebody_else() -> None:
    numbers = [number for story in stories() for number in story.people]
    assert len(set(numbers)) == len(numbers) == SMALL.communities * SMALL.members
    assert [number for number in numbers if id_number_of(number) != number or not number.startswith("66")] == []


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.place.code)
def test_receipts_are_numbered_without_gaps(story: Told) -> None:
    issued = [line.fact.number for act in story.acts for line in act.lines if isinstance(line.fact, NumberIssued)]
    serials = {year: count(1) for year in sorted({number[:4] for number in issued})}
    assert issued == [f"{number[:4]}-{next(serials[number[:4]]):04}" for number in issued]


class Replay:
    """The states of a story, act after act, and what decisions say of each act just before it."""

    def __init__(self, story: Told) -> None:
        self.states: dict[tuple[str, str], Any] = {}
        self.book = receipt_book(story.place.code)
        self.asked: Counter[str] = Counter()

    def state(self, decider: Any, entity: str) -> Any:
        return self.states.get((decider.stream, entity), decider.initial)

    def apply(self, act: Act) -> None:
        for line in act.lines:
            key = (line.decider.stream, line.entity)
            state = line.decider.evolve(self.states.get(key, line.decider.initial), line.fact, line.effective)
            self.states[key] = state

    def decided(self, act: Act) -> dict[str, list[tuple[Fact, date]]] | None:
        """What the services decide when they are asked for what this act did; None if it is not asked again here."""
        first, today = act.lines[0], act.recorded.astimezone(CHINA).date()
        one, fact = self.state(first.decider, first.entity), first.fact
        decision: Any
        match fact:
            case DuesPaid():
                command = PayDues(
                    months=fact.months,
                    amount_fen=fact.amount.total_fen,
                    method=fact.method,
                    paid_on=first.effective,
                    payer=fact.payer,
                )
                decision = receipts.pay_dues(
                    one,
                    self.state(RECEIPTS, self.book),
                    command,
                    lambda _day: RULES.registry.dues,
                    today,
                    member_id=first.entity,
                    book_id=self.book,
                )
            case Attended(meeting_id=meeting_id):
                people = [line.entity for line in act.lines if isinstance(line.fact, Attended)]
                members = {entity: self.state(MEMBER, entity) for entity in people}
                held = self.state(MEETING, meeting_id)
                sign_in = SignIn(member_ids=tuple(people))
                decision = meeting.sign_in(held, members, sign_in, today, meeting_id=meeting_id)
            case Returned():
                decision = member.come_back(one, Return(on=first.effective), today)
            case Died():
                decision = member.die(one, Die(on=first.effective), today)
            case FellIll():
                report = ReportIllness(
                    severity=fact.severity, since=first.effective, hospital=fact.hospital, note=fact.note
                )
                decision = care.report_illness(one, report, Situation(), today)
            case Recovered():
                decision = care.recover(one, Recover(on=first.effective), today)
            case VisitMade(visit_id=str(visit_id)):
                said = next((line.fact.answers for line in act.lines if hasattr(line.fact, "answers")), None)
                record = RecordVisit(made_on=first.effective, by=fact.by, **said.model_dump() if said else {})
                decision = care.record_visit(one, visit_id, record, today)
            case _:
                return None
        self.asked[type(fact).__name__] += 1
        decided = {first.entity: decision} if isinstance(decision, Happened) else decision
        assert isinstance(decided, dict), f"{fact!r} was refused: {decision}"
        return {entity: list(happened.facts) for entity, happened in decided.items() if happened.facts}


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.place.code)
def test_decisions_asked_again_say_the_same(story: Told) -> None:
    replay = Replay(story)
    for act in story.acts:
        decided = replay.decided(act)
        if decided is not None:
            written: dict[str, list[tuple[Fact, date]]] = {}
            for line in act.lines:
                written.setdefault(line.entity, []).append((line.fact, line.effective))
            assert decided == written
        replay.apply(act)
    assert {"DuesPaid", "Attended", "VisitMade"} <= replay.asked.keys()
    on_roll = [one for key, one in replay.states.items() if key[0] == "member" and one.standing is Standing.ENROLLED]
    assert len(on_roll) > SMALL.members * 0.9


def test_meetings_have_signed_in_whom_they_name() -> None:
    for story in stories():
        for act in story.acts:
            signed = [line.fact for line in act.lines if isinstance(line.fact, SignedIn)]
            present = [line.entity for line in act.lines if isinstance(line.fact, Attended)]
            assert [list(fact.member_ids) for fact in signed] == ([present] if present else [])


def test_a_longer_history_is_longer() -> None:
    two = CityPlan(**SMALL.model_dump() | {"years": 2})
    assert two.first == SMALL.first - timedelta(days=365)
    assert len(facts_of([told(two, next(two.places()), RULES)])) > 1.25 * len(facts_of([stories()[0]]))
