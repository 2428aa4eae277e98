"""Given these facts, when this is decided, then these facts (or nothing, or a refusal): the specs of every decider.

    given(MEMBER, enrolled(), moved_away(on=MAY_1))
        .when(lambda member: come_back(member, Return(on=JUNE_1), TODAY))
        .then(Returned(), on=JUNE_1)
        .then_again_nothing()

States go through JSON between the facts and the decision, as they do in a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from events.facts.base import Fact
from events.facts.decision import Decider, Decision, Decisions, Happened, Refused

SOME_DAY = date(2026, 1, 5)
"""The effective day of a given fact whose day does not matter."""

Given = Fact | tuple[Fact, date]
Decide = Callable[..., Decision | Decisions]


@dataclass
class Entity:
    """One entity under test."""

    decider: Decider[Any]
    state: Any

    def evolve(self, fact: Fact, effective: date) -> None:
        state = self.decider.evolve(self.state, fact, effective)
        self.state = self.decider.model.model_validate_json(state.model_dump_json())
        assert self.state == state, "the state does not survive its snapshot"


@dataclass
class Spec:
    """Entities with a past."""

    entities: dict[str, Entity] = field(default_factory=dict)

    def given(self, decider: Decider[Any], *past: Given, called: str = "") -> Self:
        """One more entity; the decision gets the states in the order they were given."""
        entity = Entity(decider, decider.initial)
        for one in past:
            fact, effective = one if isinstance(one, tuple) else (one, SOME_DAY)
            entity.evolve(fact, effective)
        self.entities[called or decider.stream] = entity
        return self

    def when(self, decide: Decide) -> Outcome:
        """Decide; `decide` gets the state of each entity."""
        return Outcome(self, decide, self._decided(decide))

    def _decided(self, decide: Decide) -> Mapping[str, Happened] | Refused:
        decision = decide(*(entity.state for entity in self.entities.values()))
        return {next(iter(self.entities)): decision} if isinstance(decision, Happened) else decision


@dataclass
class Outcome:
    """What was decided. Every `then` may be followed by another."""

    spec: Spec
    decide: Decide
    decided: Mapping[str, Happened] | Refused

    def then(self, *facts: Fact, on: date | None = None, of: str = "") -> Self:
        """Exactly these facts happened to the entity (the first one unless `of` names it), all of them on that day."""
        happened = self._happened(of)
        assert [fact for fact, _ in happened] == list(facts)
        if on is not None:
            assert {effective for _, effective in happened} == {on}
        return self

    def then_facts(self, of: str = "") -> list[tuple[Any, date]]:
        """What happened, to be looked at more closely."""
        return self._happened(of)

    def then_nothing(self) -> Self:
        """It was so already."""
        assert not isinstance(self.decided, Refused), self.decided
        assert not [happened for happened in self.decided.values() if happened.facts]
        return self

    def then_refused(self, code: str, **details: Any) -> Self:
        """No, and why; of the details only those named here are compared."""
        assert isinstance(self.decided, Refused), self.decided
        assert self.decided.code == code
        assert {name: self.decided.details.get(name) for name in details} == details
        return self

    def then_again_nothing(self) -> Self:
        """The same once more does nothing."""
        return self._again().then_nothing()

    def then_again_refused(self, code: str, **details: Any) -> Self:
        """The same once more is refused."""
        return self._again().then_refused(code, **details)

    def _happened(self, of: str) -> list[tuple[Any, date]]:
        assert not isinstance(self.decided, Refused), self.decided
        happened = self.decided.get(of or next(iter(self.spec.entities)))
        return [] if happened is None else list(happened.facts)

    def _again(self) -> Self:
        assert not isinstance(self.decided, Refused), self.decided
        for entity, happened in self.decided.items():
            for fact, effective in happened.facts:
                self.spec.entities[entity].evolve(fact, effective)
        return type(self)(self.spec, self.decide, self.spec._decided(self.decide))


def given(decider: Decider[Any], *past: Given, called: str = "") -> Spec:
    """An entity with these facts behind it; a fact alone happened on `SOME_DAY`."""
    return Spec().given(decider, *past, called=called)
