"""By what the register is narrowed: what an address says, for the page, the worksheet and the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Query

from services.registry.decide.policy import CompletenessPolicy
from services.registry.pages.common import within
from services.registry.pages.completeness import incomplete
from services.registry.project.register import Wanted
from services.shell.identity import Caller

HELD_BY: Final = "within:"
"""Before the id of a general branch, to which nobody belongs but through the branches that it holds."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked for. `branch`: a branch's id, or `within:` and that of a general branch, for the
    members of the branches it holds. `below`: only cards less complete than so many percent, the least
    complete first. `state`: without it everybody on the roll, here or away.
    """

    q: Annotated[str, Query(max_length=100, description="Name, pinyin, initials, tail of a phone or ID number.")] = ""
    state: Annotated[str, Query(pattern="^(enrolled|away|dead|withdrawn|all|)$")] = ""
    branch: Annotated[str, Query(max_length=71)] = ""
    community: Annotated[str, Query(max_length=200)] = ""
    below: Annotated[str, Query(pattern="^([1-9][0-9]?|100|)$")] = ""

    def wanted(self, caller: Caller, policy: CompletenessPolicy) -> Wanted:
        """The question to the register, about the caller's scope at most, so that an index can answer it.

        Errors: Forbidden, for a community out of the scope.
        """
        place = within(caller, self.community)
        branch = self.branch.replace("\x00", "")
        general_id = branch.removeprefix(HELD_BY) if branch.startswith(HELD_BY) else ""
        return Wanted(
            self.q.replace("\x00", ""),
            self.state,
            "" if general_id else branch,
            general_id,
            caller.scope if caller.scope.startswith(place) else place,
            incomplete=incomplete(self.below, policy),
        )

    @property
    def kept(self) -> dict[str, str]:
        """Everything but what was typed, by its name in an address."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "q"}

    @property
    def query(self) -> str:
        """What asks for this, behind the `?` of an address; "" for the whole roll."""
        return self.href("").removeprefix("?")

    def href(self, path: str = "/registry/members", **differently: str) -> str:
        """The address that asks for this, or for something a little different."""
        given = {name: value for name, value in {"q": self.q, **self.kept, **differently}.items() if value}
        return f"{path}?{urlencode(given)}" if given else path


Narrowing = Annotated[Narrowed, Depends()]
