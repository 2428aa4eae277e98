"""What a day brings a box: some hundred people on the roll, and to one after the other what happens to people.

Of a hundred facts 39 say who attended a meeting, 30 who paid dues (a receipt is to be sent to each), 20 how somebody is
reached now, 5 who moved away (visits are cancelled and calls planned, branch and member are told), 5 who returned (the
other way round), 1 who belongs to another branch. With every 50th of them care is told of an illness over its API (a
visit is planned, branch and visitor are told). The demo's four months of an office are much the same: 254 attended, 284
paid, some 44 moved away, 38 returned, 12 fell ill.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from deploy.bench.ground import DAY, Ground, Pen, card, enrolled, new_id
from events.facts.base import Fact
from events.facts.branch import BranchContact, Formed
from events.facts.member import (
    Assigned,
    Attended,
    AwayKind,
    ContactChanged,
    DuesAmount,
    DuesPaid,
    MonthDue,
    MovedAway,
    PayMethod,
    Returned,
)
from events.log.port import Write

SHARES: Final[dict[type[Fact], int]] = {
    Attended: 39,
    DuesPaid: 30,
    ContactChanged: 20,
    MovedAway: 5,
    Returned: 5,
    Assigned: 1,
}
"""Of a hundred facts."""
DEEDS_PER_ILLNESS: Final = 50
BRANCHES: Final = 4


@dataclass(frozen=True, slots=True)
class Deed:
    """One fact that is ready to be appended behind what its person's pen wrote before."""

    pen: Pen
    write: Write

    async def append(self, ground: Ground) -> int:
        """Append it; its sequence."""
        (seq,) = await ground.log.append("REGISTRY", [self.write._replace(expected=self.pen.seq)])
        self.pen.seq = seq
        return seq


class Day:
    """People of a box, and deeds of theirs."""

    def __init__(self, ground: Ground, people: int) -> None:
        """Nobody is on the roll before `begin`."""
        self._ground = ground
        self.people = [Pen(ground.keys, new_id()) for _ in range(people)]
        self._branches = [Pen(ground.keys, new_id()) for _ in range(BRANCHES)]
        self._at_home = deque(self.people)
        self._away: deque[Pen] = deque()

    async def begin(self) -> None:
        """Branches are formed, and everybody comes on the roll as a roster brings them."""
        await self._ground.keys.ensure([pen.entity for pen in (*self._branches, *self.people)])
        contact = BranchContact(name="王书记", phone="02150001111")
        formed = [pen.write(Formed(name=f"第{n}支部", contact=contact)) for n, pen in enumerate(self._branches, 1)]
        await self._ground.log.append("REGISTRY", formed)
        writes = [
            pen.write(enrolled(number, branch_id=self._branch(number), import_id="bench", row=number))
            for number, pen in enumerate(self.people)
        ]
        for pen, seq in zip(self.people, await self._ground.log.append("REGISTRY", writes), strict=True):
            pen.seq = seq

    def deeds(self, count: int) -> list[Deed]:
        """So many deeds in the order of the day; the same in every run but for the ids."""
        chance = random.Random(2026)  # noqa: S311 - a made-up day, nothing secret
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        found = []
        for number in range(count):
            if number % len(kinds) == 0:
                chance.shuffle(kinds)
            found.append(self._deed(kinds[number % len(kinds)], number))
        return found

    def _branch(self, number: int) -> str:
        return self._branches[number % BRANCHES].entity

    def _deed(self, kind: type[Fact], number: int) -> Deed:
        if kind is Returned and not self._away:
            kind = MovedAway
        pen = (self._away if kind is Returned else self._at_home).popleft()
        (self._away if kind is MovedAway else self._at_home).append(pen)
        return Deed(pen, pen.write(self._made_up(kind, number)))

    def _made_up(self, kind: type[Fact], number: int) -> Fact:
        facts: Sequence[Fact] = (
            Attended(meeting_id=str(UUID(int=DAY.toordinal()))),
            _paid(number),
            ContactChanged(contact=card(number)),
            MovedAway(kind=AwayKind.CARD, clause="R6", destination="杭州市", fixed_place=True, reason="带孙辈"),
            Returned(report="一切都好"),
            Assigned(branch_id=self._branch(number)),
        )
        return next(fact for fact in facts if type(fact) is kind)


def _paid(number: int) -> DuesPaid:
    """A payment of some month to come: no member pays the same month twice."""
    month = f"{2030 + number // 12}-{number % 12 + 1:02}"
    amount = DuesAmount(total_fen=1710, months=(MonthDue(month=month, due_fen=1710, clause="R10"),))
    return DuesPaid(months=(month,), amount=amount, receipt_no=f"2026-{number:04}", method=PayMethod.WECHAT)
