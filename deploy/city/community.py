"""One community from its first day to the last: what is written down, and whom the register has to recognise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from deploy.city.chronicle import Act, Chronicle
from deploy.city.office import Office
from deploy.city.plan import CityPlan, Place
from deploy.city.visits import Visits
from services.care.decide.policy import CarePolicy
from services.care.decide.policy import policy_of as care_policy_of
from services.care.settings import CareSettings
from services.registry.decide.policy import RegistryPolicy
from services.registry.decide.policy import policy_of as registry_policy_of
from services.registry.settings import RegistrySettings


@dataclass(frozen=True, slots=True)
class Rules:
    """The packs of both services, as they come with the product."""

    registry: RegistryPolicy
    care: CarePolicy

    @classmethod
    def national(cls) -> Rules:
        """The national defaults."""
        registry, care = (
            kind.model_fields[name].default.read_text("utf-8")
            for kind, name in ((RegistrySettings, "registry_policy"), (CareSettings, "care_policy"))
        )
        return cls(registry_policy_of(registry), care_policy_of(care))


@dataclass(frozen=True, slots=True)
class Told:
    """A community's history: its acts in the order of their moments."""

    place: Place
    acts: Sequence[Act]
    people: Mapping[str, str]
    """ID number -> member."""
    branches: Mapping[str, str]
    """Name -> branch."""


def told(plan: CityPlan, place: Place, rules: Rules) -> Told:
    """Tell of a community; the others do not matter for it."""
    chance = Random(f"{plan.seed}/{place.number}")  # noqa: S311 - made-up people, no secret
    chronicle = Chronicle(str(plan.seed), place.code, plan.first, plan.until)
    visits = Visits(chronicle, chance, rules.care)
    office = Office(chronicle, chance, rules.registry, visits)
    office.plan(plan.members, place.number)
    visits.plan()
    acts = chronicle.tell()
    return Told(place, acts, office.people, office.branches)
