"""How often the regular meetings are held."""

from __future__ import annotations

from datetime import date

from events.facts.meeting import MeetingKind
from services.registry.decide.targets import Target, targets
from tests.registry.decide.people import POLICY
from tests.tables import cases


@cases("targets")
def test_a_branch_is_so_far(row: dict[str, str]) -> None:
    kind, day = MeetingKind(row["kind"]), date.fromisoformat(row["looked at on"])
    found = targets(
        {kind: int(row["held"])}, POLICY.meetings.targets, day, led=row["committee"] == "yes", groups=int(row["groups"])
    )
    mine = [one for one in found if one.kind is kind]
    if row["needed"] == "0":
        assert mine == []
        return
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    assert mine == [Target(kind, first, last, int(row["held"]), int(row["needed"]), row["clause"])]
    assert mine[0].missing == int(row["missing"])
