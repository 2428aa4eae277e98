"""Of whom a meeting's roll is called, as the table says."""

from __future__ import annotations

from services.registry.project.meeting_roll import concerned
from tests.tables import cases


@cases("roster")
def test_the_roll_is_called_of_those_the_table_says(row: dict[str, str]) -> None:
    somebody = {"member_id": "z", "group_id": row["group"] or None}
    meeting = {"kind": row["meeting"], "group_id": row["of"] or None, "branch_id": "b1"}
    sitting = {"z"} if row["sits"] == "yes" else {"x"}
    assert [one["member_id"] for one in concerned([somebody], meeting, sitting)] == (
        ["z"] if row["on the roll"] == "yes" else []
    )
