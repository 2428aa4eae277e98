from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care import Severity, VisitReason, VisitWay
from services.care.decide.plan import Situation, cadence_windows, visit_for_illness, visit_id_of
from services.care.decide.policy import age_on, policy_of

PACK = (Path(__file__).resolve().parents[3] / "services/care/policy/national.toml").read_text()
POLICY = policy_of(PACK)
TODAY = date(2026, 11, 21)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
births = st.dates(date(1925, 1, 1), date(2005, 12, 31))


def born(age_years: int) -> date:
    return date(TODAY.year - age_years, 1, 1)


class TestCadence:
    def test_at_eighty_three_windows_a_quarter(self) -> None:
        [window] = cadence_windows(Situation(birth=born(86)), TODAY, POLICY)
        assert (window.reason, window.way, window.clause) == (VisitReason.EIGHTY, VisitWay.HOME, "§4.2")
        assert (window.start, window.due, window.end) == (date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 30))

    def test_at_seventy_one_window_a_half_year(self) -> None:
        [window] = cadence_windows(Situation(birth=born(74)), TODAY, POLICY)
        assert (window.reason, window.clause) == (VisitReason.SEVENTY, "§4.1")
        assert (window.start, window.due, window.end) == (date(2026, 7, 1), date(2026, 12, 1), date(2026, 12, 31))

    @pytest.mark.parametrize("birth", [born(40), None])
    def test_everybody_once_a_year(self, birth: date | None) -> None:
        [window] = cadence_windows(Situation(birth=birth), TODAY, POLICY)
        assert (window.reason, window.start, window.end) == (VisitReason.YEARLY, date(2026, 1, 1), date(2026, 12, 31))

    def test_at_eighty_and_alone_a_call_every_week_besides(self) -> None:
        windows = cadence_windows(Situation(birth=born(86), lives_alone=True), TODAY, POLICY)
        calls = [window for window in windows if window.reason is VisitReason.ALONE]
        assert [(call.start, call.due, call.end) for call in calls] == [
            (date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 22)),
            (date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)),
        ]
        assert {call.way for call in calls} == {VisitWay.CALL}
        assert not cadence_windows(Situation(birth=born(79), lives_alone=True), TODAY, POLICY)[1:]

    def test_a_call_is_left_out_when_the_person_was_met_in_its_week(self) -> None:
        met = Situation(birth=born(86), lives_alone=True, last_contact=date(2026, 11, 18))
        starts = [w.start for w in cadence_windows(met, TODAY, POLICY) if w.reason is VisitReason.ALONE]
        assert starts == [date(2026, 11, 23)]

    def test_who_lives_elsewhere_is_called_every_thirty_days_instead(self) -> None:
        away = Situation(birth=born(86), lives_alone=True, away_since=date(2026, 9, 1))
        [window] = cadence_windows(away, TODAY, POLICY)
        assert (window.reason, window.way, window.clause) == (VisitReason.AWAY, VisitWay.CALL, "§4.8")
        assert (window.start, window.due, window.end) == (date(2026, 10, 31), date(2026, 11, 19), date(2026, 11, 29))

    def test_a_newcomer_is_due_at_the_end_of_the_first_window(self) -> None:
        [window] = cadence_windows(Situation(birth=born(86), on_roll_since=TODAY), TODAY, POLICY)
        assert window.due == window.end == date(2026, 11, 30)

    @forall(births, days, st.booleans(), st.none() | days, st.none() | days)
    def test_windows_hold_their_due_day_and_touch_what_is_planned_now(
        self, birth: date, today: date, alone: bool, away_since: date | None, on_roll_since: date | None
    ) -> None:
        away = None if away_since is None or away_since > today else away_since
        situation = Situation(birth=birth, lives_alone=alone, away_since=away, on_roll_since=on_roll_since)
        windows = cadence_windows(situation, today, POLICY)
        assert windows
        for window in windows:
            assert window.start <= window.due <= window.end
            assert window.end >= today
            assert window.start <= today + timedelta(days=POLICY.plan_ahead_days)
            assert window.clause in POLICY.clauses
        ids = [visit_id_of("m1", window) for window in windows]
        assert len(set(ids)) == len(ids)

    @forall(births, days, days)
    def test_the_same_window_is_the_same_visit_on_whatever_day_it_is_asked(
        self, birth: date, one: date, other: date
    ) -> None:
        situation = Situation(birth=birth)
        first = {(w.reason, w.start): visit_id_of("m1", w) for w in cadence_windows(situation, one, POLICY)}
        second = {(w.reason, w.start): visit_id_of("m1", w) for w in cadence_windows(situation, other, POLICY)}
        assert all(first[key] == second[key] for key in first.keys() & second.keys())

    @forall(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    def test_at_eighty_every_day_of_a_quarter_lies_in_one_of_its_three_windows(self, today: date) -> None:
        open_today = [w for w in cadence_windows(Situation(birth=born(90)), today, POLICY) if w.contains(today)]
        assert len(open_today) == 1
        assert (open_today[0].start.month, open_today[0].end.month) == (today.month, today.month)


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
    ],
)
def test_a_pack_that_makes_no_sense_is_refused(before: str, after: str, complaint: str) -> None:
    assert before in PACK
    with pytest.raises(ValueError, match=complaint):
        policy_of(PACK.replace(before, after))
