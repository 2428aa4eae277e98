"""Given these facts, then these rows: folds are pure, so their specs need no server."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from events.facts.base import Fact
from events.facts.member import Enrolled
from events.facts.people import Address, ContactCard, Person, Relative, RetirementKind, Sex
from events.log.envelope import About, Recorded
from events.log.project import Row, View

WHO = "0198-member"
MORNING = datetime(2026, 1, 10, 1, 0, tzinfo=UTC)
JAN_10 = date(2026, 1, 10)


def zhang(**differently: Any) -> Enrolled:
    """Zhang Guilan is put on the roll."""
    contact = ContactCard(
        phone="139 1234 8862",
        address=Address(text="金桥路36弄28号101室", building="金桥路36弄28号", room="101室"),
        family=(Relative(name="张伟", relation="儿子", phone="13800002210"),),
        lives_alone=True,
    )
    given: dict[str, Any] = {
        "person": Person(
            name="张桂兰", sex=Sex.FEMALE, id_number="310101194003074X21"[:17] + "1", birth=date(1940, 3, 7)
        ),
        "contact": contact,
        "joined_on": date(1968, 7, 1),
        "kind": RetirementKind.RETIRED,
        "branch_id": "b3",
    }
    return Enrolled(**given | differently)


def recorded(happened: Iterable[Fact | tuple[Fact, date]], entity: str = WHO, first_seq: int = 1) -> list[Recorded]:
    """Facts as the log gives them: one a day of writing, each with its day in life (the day of writing)."""
    numbers = count(first_seq)
    found = []
    for one in happened:
        seq = next(numbers)
        written = MORNING + timedelta(days=seq - 1)
        fact, on = one if isinstance(one, tuple) else (one, written.date())
        found.append(Recorded(_about(fact, entity, on, written, seq), fact))
    return found


def _about(fact: Fact, entity: str, on: date, written: datetime, seq: int) -> About:
    return About(
        id=f"fact-{fact.OWNER}-{seq}", type=fact.TYPE, entity=entity, community="demo.jinqiao", effective=on,
        recorded=written, actor="shuji", correlation="", causation="", command="", reason="", previous="",
        service=fact.OWNER, log_stream=fact.OWNER.upper(), seq=seq,
    )  # fmt: skip


def folded(view: View, *happened: Fact | tuple[Fact, date], entity: str = WHO) -> dict[Any, Row]:
    """The rows of a view after these facts, by key; values as they would come back from the table."""
    rows: dict[Any, Row] = {}
    for one in recorded(happened, entity):
        handler = view.handlers[type(one.fact)]
        keys = handler.keys(one.fact, one.about) if handler.keys else [(one.about.entity,)]
        for key in keys:
            arguments = (rows.get(key), one.fact, one.about, *((key,) if handler.wants_key else ()))
            row = handler.fold(*arguments)
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
    return rows


def row_of(view: View, *happened: Fact | tuple[Fact, date]) -> Row:
    """The one row that these facts make."""
    (row,) = folded(view, *happened).values()
    return row
