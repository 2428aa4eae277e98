"""Stream `meeting`, the part about those who did not come: study is brought to their door."""

from __future__ import annotations

from events.facts.meeting import MeetingFact


class StudyBrought(MeetingFact, name="hearth.meeting.study_brought", version=1):
    """What was studied was brought to these members; each has a `StudyDelivered` in the same append. That is attendance
    of its own kind and counts for no quorum. Source: DOMAIN R9.
    """

    member_ids: tuple[str, ...]


class StudyTakenBack(MeetingFact, name="hearth.meeting.study_taken_back", version=1):
    """It was a slip; each of these members has an `AttendanceTakenBack` in the same append. Source: DOMAIN R9."""

    member_ids: tuple[str, ...]
