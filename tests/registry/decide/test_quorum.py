"""Whether a meeting counts: decision tables, and the same number in whatever order and however late it is computed."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from random import Random

from hypothesis import given as whatever
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.meeting import MeetingKind, NotesTakenBack, Scheduled, SignedIn
from events.facts.meeting_roll import ExclusionTakenBack, NoVote, RollCalled, VoterExcluded, WhyNoVote
from events.facts.member import AwayKind
from services.registry.decide.meeting import CHINA, MEETING, Meeting
from services.registry.decide.quorum import OnRoster, Quorum, called, quorum, roll_of
from tests.registry.decide.people import POLICY
from tests.tables import cases

DAY = date(2026, 11, 18)
RULES = POLICY.meetings
LONG_AGO, LATELY = date(1969, 7, 1), date(2026, 6, 1)
AWAY = {"": None, "near": AwayKind.INTERMITTENT, "card": AwayKind.CARD, "transfer": AwayKind.TEMPORARY_TRANSFER}


def branch_of(row: dict[str, str]) -> list[OnRoster]:
    """The members a row tells of: voters first, so that their ids come first."""
    kinds: list[tuple[str, date, AwayKind | None]] = [
        ("full members", LONG_AGO, None),
        ("near", LONG_AGO, AwayKind.INTERMITTENT),
        ("probationary", date(2027, 6, 1), None),
        ("on card", LONG_AGO, AwayKind.CARD),
        ("transferred", LONG_AGO, AwayKind.TEMPORARY_TRANSFER),
    ]
    people = [(full, away) for column, full, away in kinds for _ in range(int(row[column]))]
    return [OnRoster(f"{number:04d}", LATELY, full, away) for number, (full, away) in enumerate(people)]


@cases("quorum")
def test_a_meeting_counts_or_not(row: dict[str, str]) -> None:
    roll = roll_of(called(branch_of(row), DAY, RULES))
    voters, others = iter(sorted(roll.voters)), iter(sorted(roll.without_vote))
    excluded = list(islice(voters, int(row["left out"])))
    came = [*islice(voters, int(row["came"])), *excluded[: int(row["left out, came"])]]
    there = [*came, *islice(others, int(row["sat in"]))]
    assert len(there) == sum(int(row[name]) for name in ("came", "left out, came", "sat in")), "the row has too few"
    found = quorum(roll, excluded, there, election=row["for"] == "election")
    expected = tuple(int(row[name]) for name in ("counted", "needed", "missing", "sat in"))
    assert (found.voters, found.needed, found.missing, found.guests) == expected
    assert found.reached is (row["counts"] == "yes")
    assert found.present == len(came)
    cited = {found.clause} | ({RULES.exclusion.clause} if excluded else set())
    assert cited | ({roll.clause_voters} if roll.without_vote else set()) == set(row["clause"].split())


@cases("voters")
def test_a_member_has_a_vote_or_not(row: dict[str, str]) -> None:
    joined, full = (date.fromisoformat(row[name]) if row[name] else None for name in ("joined", "full member since"))
    who = OnRoster("z", joined, full, AWAY[row["away"]])
    roll = called([who], date.fromisoformat(row["meeting on"]), RULES)
    assert roll.voters == (("z",) if row["vote"] == "yes" else ())
    assert [one.why for one in roll.without_vote] == ([WhyNoVote(row["why not"])] if row["why not"] else [])
    cited = roll.clause_voters if row["away"] and row["why not"] != "probationary" else roll.clause
    assert cited == row["clause"]


# ── whatever happens in whatever order ───────────────────────────────────────────────────────────────────────────────

PEOPLE = [f"m{number}" for number in range(8)]
ROLL = RollCalled(
    voters=tuple(PEOPLE[:6]),
    without_vote=tuple(NoVote(member_id=one, why=WhyNoVote.PROBATIONARY) for one in PEOPLE[6:]),
    clause_voters="§6.2",
    present_permille=500,
    clause="§6.1",
    election_present_permille=800,
    election_clause="§6.5",
)
AT = datetime(2026, 11, 18, 9, tzinfo=CHINA)
HELD = Scheduled(kind=MeetingKind.GENERAL, branch_id="b3", starts_at=AT, title="党员大会")
EXCLUDED = VoterExcluded(
    member_id="m0",
    approved_by="街道",
    approval_no="1",
    approved_on=DAY,
    voted_on=DAY,
    in_favour=3,
    present=4,
    clause="§6.3",
)
one_of_them = st.sampled_from(PEOPLE)
happenings = st.lists(
    st.one_of(
        one_of_them.map(lambda one: SignedIn(member_ids=(one,))),
        one_of_them.map(lambda one: NotesTakenBack(attended=(one,))),
        st.sampled_from(PEOPLE[:6]).map(lambda one: EXCLUDED.model_copy(update={"member_id": one})),
        st.sampled_from(PEOPLE[:6]).map(lambda one: ExclusionTakenBack(member_id=one)),
    ),
    max_size=30,
)


def after(*facts: Fact) -> Meeting:
    state = MEETING.initial
    for fact in (HELD, ROLL, *facts):
        state = MEETING.evolve(state, fact, DAY)
    return state


def number(state: Meeting, *, election: bool = False) -> Quorum:
    assert state.roll is not None
    return quorum(state.roll, state.excluded, state.present, election=election)


def about_whom(fact: Fact) -> tuple[str, bool]:
    """Whom a fact is about, and whether it is about leaving them out."""
    match fact:
        case SignedIn(member_ids=(who,)) | NotesTakenBack(attended=(who,)):
            return who, False
        case VoterExcluded(member_id=who) | ExclusionTakenBack(member_id=who):
            return who, True
        case _:
            raise AssertionError(fact)


@whatever(happenings, st.randoms(use_true_random=False))
def test_only_what_happened_last_to_each_counts_not_the_order_among_people(facts: list[Fact], chance: Random) -> None:
    """What happened to one person stays in its order; between people any order gives the same number."""
    by_person: dict[tuple[str, bool], list[Fact]] = {}
    for fact in facts:
        by_person.setdefault(about_whom(fact), []).append(fact)
    lines = [list(line) for line in by_person.values()]
    shuffled = []
    while lines:
        line = chance.choice(lines)
        shuffled.append(line.pop(0))
        lines = [rest for rest in lines if rest]
    assert number(after(*facts)) == number(after(*shuffled))
    assert number(after(*facts), election=True) == number(after(*shuffled), election=True)


@whatever(happenings)
def test_the_numbers_agree_with_each_other(facts: list[Fact]) -> None:
    state = after(*facts)
    for election in (False, True):
        found = number(state, election=election)
        assert found.voters + len(found.excluded) == len(ROLL.voters)
        assert found.present <= found.voters
        assert found.present + found.guests == len(state.present)
        assert found.reached is (found.voters > 0 and found.missing == 0)
        assert found.needed * 1000 >= found.voters * (800 if election else 500) > (found.needed - 1) * 1000 - 1
    assert number(state, election=True).needed >= number(state).needed


@whatever(happenings)
def test_computed_again_from_a_snapshot_it_is_the_same_number(facts: list[Fact]) -> None:
    """The shares stand in the fact: a pack of rules that comes later changes no meeting of before."""
    state = after(*facts)
    again = Meeting.model_validate_json(state.model_dump_json())
    assert number(again) == number(state)
