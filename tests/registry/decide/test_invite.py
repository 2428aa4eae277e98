"""Members are asked to come to a meeting."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from events.facts.meeting import Cancelled, MeetingKind, MembersInvited, Scheduled
from events.facts.member_meeting import Invited
from services.registry.decide.invite import Invite, invite
from services.registry.decide.meeting import CHINA, MEETING
from services.registry.decide.member import MEMBER
from tests.given import Outcome, given
from tests.registry.decide.people import enrolled

DAY, TODAY = date(2026, 11, 25), date(2026, 11, 21)
AT = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
CALLED = (Scheduled(kind=MeetingKind.GENERAL, branch_id="b3", starts_at=AT, title="党员大会", place="202 室"), DAY)


def inviting(*past: Any, who: Any = None, today: date = TODAY) -> Outcome:
    spec = given(MEETING, CALLED, *past, called="m").given(MEMBER, *([who] if who else []), called="z")
    command = Invite(member_ids=("z",))
    return spec.when(lambda one, member: invite(one, {"z": member}, command, today, meeting_id="m"))


def test_who_is_asked_learns_what_when_and_where_once() -> None:
    asked = Invited(meeting_id="m", title="党员大会", starts_at=AT.astimezone(CHINA), place="202 室")
    inviting(who=enrolled()).then(asked, on=TODAY, of="z").then(
        MembersInvited(member_ids=("z",)), on=TODAY, of="m"
    ).then_again_nothing()


def test_nobody_is_asked_to_what_is_over_or_called_off() -> None:
    inviting(who=enrolled(), today=DAY).then(MembersInvited(member_ids=("z",)), on=DAY, of="m")
    inviting(who=enrolled(), today=date(2026, 11, 26)).then_refused("meeting_over", day=DAY)
    inviting(Cancelled(), who=enrolled()).then_refused("cancelled")
    inviting().then_refused("not_on_roll", member_ids=["z"])
