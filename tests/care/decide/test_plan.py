from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care import Severity, VisitReason, VisitWay
from services.care.calendar import festival_days
from services.care.decide.plan import Done, Situation, Window, plan, together, visit_for_illness, visit_id_of
from services.care.decide.policy import age_on, policy_of
from services.care.decide.year import Year, Years
from tests.tables import cases

PACK = (Path(__file__).resolve().parents[3] / "services/care/policy/national.toml").read_text()
POLICY = policy_of(PACK)
YEARS = Years(festival_days())
TODAY = date(2026, 11, 21)
YEAR = YEARS.of(POLICY, TODAY)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
births = st.dates(date(1925, 1, 1), date(2005, 12, 31))


def born(age_years: int) -> date:
    return date(TODAY.year - age_years, 1, 1)


def near(situation: Situation, today: date = TODAY, done: Done | None = None) -> list[Window]:
    """What is put on record on a day."""
    year = YEARS.of(POLICY, today)
    return [window for window in plan(situation, done or Done(), year, "m1") if year.is_near(window)]


# ── the table ────────────────────────────────────────────────────────────────────────────────────────────────────


def situation_of(row: dict[str, str]) -> Situation:
    """`born`, `lives` (`alone`, `away since 2026-09-01`, `on the roll since …`, `dead`), `met`."""
    known: dict[str, object] = {"birth": None if row["born"] == "—" else date.fromisoformat(row["born"])}
    words = {"away since": "away_since", "on the roll since": "on_roll_since", "visit": "last_visit"}
    for said in filter(None, (part.strip() for part in f"{row['lives']}; {row['met']}".split(";"))):
        *what, day = said.split(" ")
        match said:
            case "alone":
                known["lives_alone"] = True
            case "dead":
                known["died_on"] = TODAY
            case "—" | "with family":
                continue
            case _:
                known[words.get(" ".join(what), "last_contact")] = date.fromisoformat(day)
    return Situation.model_validate(known)


def written(window: Window) -> str:
    reasons = "+".join(window.reasons)
    clauses = " ".join(dict.fromkeys([window.clause, *(one.clause for one in window.also)]))
    return f"{reasons} {window.way} {window.start:%m-%d}…{window.end:%m-%d} by {window.due:%m-%d} {clauses}"


@cases("care_plan")
def test_what_is_planned_on_a_day(row: dict[str, str]) -> None:
    found = "; ".join(map(written, near(situation_of(row), date.fromisoformat(row["today"])))) or "—"
    assert found == row["is planned"]


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────


class TestTwelveMonths:
    def test_at_eighty_and_alone(self) -> None:
        coming = plan(Situation(birth=date(1940, 3, 7), lives_alone=True), Done(), YEAR)
        visits = [window for window in coming if window.way is VisitWay.HOME]
        calls = [window for window in coming if window.way is VisitWay.CALL]
        assert len(visits) == 13  # a month each, festivals and the birthday on the way
        assert len(calls) == 53
        [spring] = [one for one in visits if one.reason is VisitReason.SPRING_FESTIVAL]
        assert spring.reasons == (VisitReason.SPRING_FESTIVAL, VisitReason.EIGHTY)
        assert (spring.start, spring.due, spring.end) == (date(2027, 2, 1), date(2027, 2, 6), date(2027, 2, 6))
        [dragon] = [one for one in calls if VisitReason.DRAGON_BOAT in one.reasons]
        assert dragon.reasons == (VisitReason.DRAGON_BOAT, VisitReason.ALONE)

    def test_who_is_dead_or_stands_for_nobody_is_asked_for_nothing(self) -> None:
        here = Situation(birth=born(86), lives_alone=True)
        for gone in ({"died_on": TODAY}, {"on_roll": False}, {"merged_into": "m2"}):
            assert plan(here.model_copy(update=gone), Done(), YEAR) == []

    def test_who_is_away_is_greeted_by_telephone(self) -> None:
        coming = plan(Situation(birth=born(86), away_since=date(2026, 9, 1)), Done(), YEAR)
        assert {window.way for window in coming} == {VisitWay.CALL}
        assert {VisitReason.SPRING_FESTIVAL, VisitReason.BIRTHDAY, VisitReason.AWAY} <= {
            reason for window in coming for reason in window.reasons
        }

    def test_the_days_of_the_festivals(self) -> None:
        found = {reason.value: [day for day in days if day.year == 2026] for reason, days in festival_days().items()}
        assert found == {
            "spring_festival": [date(2026, 2, 17)],
            "dragon_boat": [date(2026, 6, 19)],
            "mid_autumn": [date(2026, 9, 25)],
            "double_ninth": [date(2026, 10, 18)],
        }

    @forall(births, days, st.booleans(), st.none() | days, st.none() | days)
    def test_windows_hold_their_due_day_and_reach_into_the_coming_year(
        self, birth: date, today: date, alone: bool, away_since: date | None, on_roll_since: date | None
    ) -> None:
        away = None if away_since is None or away_since > today else away_since
        situation = Situation(birth=birth, lives_alone=alone, away_since=away, on_roll_since=on_roll_since)
        year = YEARS.of(POLICY, today)
        windows = plan(situation, Done(), year)
        assert windows
        assert [one.due for one in windows] == sorted(one.due for one in windows)
        for window in windows:
            assert window.start <= window.due <= window.end
            assert today <= window.end
            assert window.start <= year.until
            assert {window.clause, *(one.clause for one in window.also)} <= POLICY.clauses.keys()
            assert len(set(window.reasons)) == len(window.reasons)
        ids = [visit_id_of("m1", window) for window in windows]
        assert len(set(ids)) == len(ids)

    @forall(births, days, st.booleans(), st.none() | days, st.randoms())
    def test_no_two_plans_of_the_same_facts_differ(
        self, birth: date, today: date, alone: bool, away_since: date | None, chance: Random
    ) -> None:
        situation = Situation(birth=birth, lives_alone=alone, away_since=away_since)
        year = Year(POLICY, festival_days(), today)
        assert plan(situation, Done(), year, "m1") == plan(situation, Done(), YEARS.of(POLICY, today), "m1")
        asked = list(year.windows(birth, lives_alone=alone))
        shuffled = chance.sample(asked, len(asked))
        assert together(asked, 3) == together(shuffled, 3)

    @forall(births, days, st.booleans())
    def test_each_window_is_served_by_one_visit(self, birth: date, today: date, alone: bool) -> None:
        year = YEARS.of(POLICY, today)
        visits = plan(Situation(birth=birth, lives_alone=alone), Done(), year)
        for asked in year.windows(birth, lives_alone=alone):
            serving = [
                visit
                for visit in visits
                if asked.reason in visit.reasons and asked.start <= visit.start and visit.end <= asked.end
            ]
            assert len(serving) == 1, (asked, visits)

    @forall(births, days, days)
    def test_the_same_window_is_the_same_visit_on_whatever_day_it_is_asked(
        self, birth: date, one: date, other: date
    ) -> None:
        asked = [list(YEARS.of(POLICY, today).windows(birth, lives_alone=True)) for today in (one, other)]
        first, second = ({(w.reason, w.start): visit_id_of("m1", w) for w in windows} for windows in asked)
        assert all(first[key] == second[key] for key in first.keys() & second.keys())

    @forall(births, days)
    def test_age_is_that_of_the_day_on_which_a_window_opens(self, birth: date, today: date) -> None:
        for window in YEARS.of(POLICY, today).windows(birth, lives_alone=False):
            age = age_on(birth, window.due if window.reason.value in POLICY.festivals else window.start)
            match window.reason:
                case VisitReason.EIGHTY:
                    assert age >= 80
                case VisitReason.SEVENTY | VisitReason.SPRING_FESTIVAL:
                    assert age >= 70
                case VisitReason.YEARLY:
                    assert age <= 69
                case VisitReason.BIRTHDAY:
                    assert age_on(birth, window.due) == age_on(birth, window.due - timedelta(days=1)) + 1 >= 80
                case _:
                    assert window.reason is VisitReason.DOUBLE_NINTH


class TestIllness:
    @pytest.mark.parametrize(
        ("severity", "due"),
        [
            (Severity.MILD, date(2026, 11, 27)),
            (Severity.SERIOUS, date(2026, 11, 23)),
            (Severity.CRITICAL, date(2026, 11, 21)),
        ],
    )
    def test_within_the_days_of_its_severity(self, severity: Severity, due: date) -> None:
        window = visit_for_illness(severity, date(2026, 11, 20), POLICY, TODAY)
        assert (window.start, window.due, window.clause) == (date(2026, 11, 20), due, "§4.6")

    def test_at_once_when_nobody_knew_in_time(self) -> None:
        window = visit_for_illness(Severity.SERIOUS, date(2026, 11, 1), POLICY, TODAY)
        assert window.due == TODAY

    @forall(st.sampled_from(Severity), days, st.integers(0, 400))
    def test_the_worse_the_sooner(self, severity: Severity, since: date, known_after_days: int) -> None:
        today = since + timedelta(days=known_after_days)
        dues = [visit_for_illness(one, since, POLICY, today).due for one in Severity]
        assert dues == sorted(dues, reverse=True)
        window = visit_for_illness(severity, since, POLICY, today)
        assert window.start <= window.due <= window.end
        assert window.due >= today or window.due == since + timedelta(days=POLICY.illness[severity].days)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1946, 11, 21), date(2026, 11, 20), 79),
        (date(1946, 11, 21), date(2026, 11, 21), 80),
        (date(1948, 2, 29), date(2026, 2, 28), 77),
        (date(1948, 2, 29), date(2026, 3, 1), 78),
    ],
)
def test_age_in_whole_years(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("times = 3\ndue_before_end_days = 10", "times = 2\ndue_before_end_days = 10", "no whole months"),
        ('per = "week"\ntimes = 1', 'per = "week"\ntimes = 2', "a week has one window"),
        ('clause = "§4.8"', 'clause = "§9"', "clauses without words: §9"),
        ("[illness.mild]", "[illness.unheard_of]", "illness"),
        ("[festivals.mid_autumn]", "[festivals.eighty]", "festivals: eighty is none"),
        ("[birthday]", "[birthday]\nlives_alone = true", "goes by age alone"),
    ],
)
def test_a_pack_that_makes_no_sense_is_refused(before: str, after: str, complaint: str) -> None:
    assert before in PACK
    with pytest.raises(ValueError, match=complaint):
        policy_of(PACK.replace(before, after))
