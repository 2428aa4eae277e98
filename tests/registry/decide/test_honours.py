"""The medal of fifty years: who is due when, what a person says of it, and numbers without gaps."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.certificates import CertificateNumbered
from events.facts.decision import Decision, Decisions
from events.facts.member import AwayKind, CorrectableField, DetailsCorrected, Died
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)
from services.registry.decide import honours as deciding
from services.registry.decide.honours import (
    CERTIFICATES,
    AwardMedal,
    CertificateBook,
    ConfirmRecord,
    Honour,
    SetHonourAside,
)
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.outlook import Candidate, Standing, outlook, year_due
from tests.given import Given, Outcome, given
from tests.registry.decide.people import POLICY, TODAY, enrolled
from tests.tables import cases

RULES = POLICY.honours
CONFIRM = ConfirmRecord(year=2027, decided_by="第三党支部支委会")
CONFIRMED = RecordConfirmed(
    kind=HonourKind.MEDAL, year=2027, since=date(1977, 3, 1), clause="§16.2", decided_by="第三党支部支委会"
)
JUNE = date(2027, 6, 10)
JULY_1 = date(2027, 7, 1)


def old(joined: str = "1976-03-01", full: str | None = "1977-03-01") -> tuple[Fact, date]:
    """Somebody who joined then."""
    return enrolled(joined_on=date.fromisoformat(joined), full_member_on=date.fromisoformat(full) if full else None)


def day_in(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


@cases("honours")
def test_how_somebody_stands_with_the_medal(row: dict[str, str]) -> None:
    one = Candidate(
        joined_on=day_in(row["joined"]),
        full_member_on=day_in(row["full member"]),
        died_on=day_in(row["died"]),
        away_kind=AwayKind(row["away"]) if row["away"] else None,
        found_good={"good": True, "aside": False}.get(row["record"]),
        honoured_on=day_in(row["awarded"]),
    )
    found = outlook(one, int(row["asked"]), RULES)
    standing, _, doubt = row["stands"].partition(": ")
    assert (found.standing, found.clause) == (standing, row["clause"])
    if found.standing is Standing.DOUBTFUL:
        assert found.doubt == doubt
    assert (found.since, found.year) == (day_in(row["since"]), int(row["due"]) if row["due"] else None)


def test_where_a_district_keeps_the_medal_of_those_away_they_are_awarded_there() -> None:
    medal = RULES.medal.model_copy(update={"away_kinds": (AwayKind.CARD,)})
    rules = RULES.model_copy(update={"medal": medal})
    one = Candidate(date(1970, 1, 1), date(1971, 1, 1), away_kind=AwayKind.TEMPORARY_TRANSFER)
    assert (outlook(one, 2027, rules).standing, outlook(one, 2027, rules).clause) == (Standing.ELSEWHERE, "§16.5")


SINCE = st.dates(date(1940, 1, 1), date(2020, 12, 31))


@drawn(SINCE)
def test_everyone_becomes_due_in_exactly_one_year(since: date) -> None:
    year = year_due(since, RULES.medal)
    one = Candidate(joined_on=since, full_member_on=since)
    stands = {asked: outlook(one, asked, RULES).standing for asked in range(year - 3, year + 4)}
    assert [asked for asked, standing in stands.items() if standing is Standing.NOT_YET] == [
        year - 3,
        year - 2,
        year - 1,
    ]
    assert {standing for asked, standing in stands.items() if asked >= year} == {Standing.DUE}
    assert year in {max(2021, since.year + 50), max(2021, since.year + 51)}


@drawn(SINCE, st.integers(-4000, 4000))
def test_a_late_correction_of_the_joining_day_moves_the_year(since: date, days: int) -> None:
    right = since + timedelta(days=days)
    member = MEMBER.evolve(Member(), *old(since.isoformat(), None))
    for field in (CorrectableField.JOINED_ON, CorrectableField.FULL_MEMBER_ON):
        member = MEMBER.evolve(member, DetailsCorrected(field=field, plain=right.isoformat()), TODAY)
    assert deciding.outlook_of(member, 2300, RULES).year == year_due(right, RULES.medal)


def confirming(member: Member) -> Decision:
    return deciding.confirm(member, CONFIRM, RULES, TODAY)


def test_a_person_confirms_once_and_by_another_meeting_again() -> None:
    given(MEMBER, old()).when(confirming).then(CONFIRMED, on=TODAY).then_again_nothing()
    other = CONFIRM.model_copy(update={"decided_by": "社区党委"})
    given(MEMBER, old(), CONFIRMED).when(lambda m: deciding.confirm(m, other, RULES, TODAY)).then(
        CONFIRMED.model_copy(update={"decided_by": "社区党委"}), on=TODAY
    )


def test_nobody_is_confirmed_too_early_in_doubt_or_after_being_set_aside() -> None:
    early = CONFIRM.model_copy(update={"year": 2028})
    given(MEMBER, old()).when(lambda m: deciding.confirm(m, early, RULES, TODAY)).then_refused(
        "confirmed_too_early", clause="§16.1"
    )
    given(MEMBER, old("1968-03-01", None)).when(confirming).then_refused("membership_doubtful", clause="§16.2")
    given(MEMBER, old("1980-03-01", "1981-03-01")).when(confirming).then_refused("not_yet_due", day=JULY_1)
    aside = HonourSetAside(kind=HonourKind.MEDAL, year=2027, why="待查")
    given(MEMBER, old(), aside).when(confirming).then_refused("set_aside", clause="§16.6")
    given(MEMBER, old(), (Died(), TODAY)).when(confirming).then_refused("died_before_award", clause="§16.4")
    given(MEMBER).when(confirming).then_refused("not_enrolled")


def test_setting_aside_and_taking_it_up_again() -> None:
    command = SetHonourAside(year=2027, reason="档案待补")
    given(MEMBER, old()).when(lambda m: deciding.set_aside(m, command, RULES, TODAY)).then(
        HonourSetAside(kind=HonourKind.MEDAL, year=2027, why="档案待补"), on=TODAY
    ).then_again_nothing()
    given(MEMBER, old("1980-03-01", "1981-03-01")).when(
        lambda m: deciding.set_aside(m, command, RULES, TODAY)
    ).then_refused("not_yet_due")
    aside = HonourSetAside(kind=HonourKind.MEDAL, year=2027, why="待查")
    given(MEMBER, old(), aside).when(lambda m: deciding.reconsider(m, TODAY)).then(
        HonourReconsidered(kind=HonourKind.MEDAL), on=TODAY
    ).then_again_nothing()
    medal = Honoured(honour_id="h", kind=HonourKind.MEDAL, number="2026-0001")
    for decide in (
        lambda m: deciding.set_aside(m, command, RULES, TODAY),
        lambda m: deciding.reconsider(m, TODAY),
    ):
        given(MEMBER, old(), medal).when(decide).then_refused("already_honoured", number="2026-0001")


def awarding(*states: object, year: int = 2027, today: date = JUNE, on: date | None = None) -> Decisions:
    book, *members = states
    assert isinstance(book, CertificateBook)
    people = {name: one for name, one in zip(("a", "b"), members, strict=False) if isinstance(one, Member)}
    names = {"a": "甲", "b": "乙"}
    command = AwardMedal(year=year, on=on)
    return deciding.award(book, people, names, command, RULES, today, book_id="book", honour_id="h")


def test_awards_are_numbered_in_order_and_without_gaps() -> None:
    spec = given(
        CERTIFICATES, CertificateNumbered(number="2027-0003", member="x", kind=HonourKind.MEDAL), called="book"
    )
    spec.given(MEMBER, old(), CONFIRMED, called="a").given(MEMBER, old(), CONFIRMED, called="b")
    first, second = (
        Honoured(honour_id="h", kind=HonourKind.MEDAL, number=number, since=date(1977, 3, 1), clause="§16.2")
        for number in ("2027-0004", "2027-0005")
    )
    outcome = spec.when(awarding).then(
        CertificateNumbered(number="2027-0004", member="a", kind=HonourKind.MEDAL),
        CertificateNumbered(number="2027-0005", member="b", kind=HonourKind.MEDAL),
        on=JULY_1,
    )
    assert outcome.then_facts("a") == [(first, JULY_1)]
    assert outcome.then_facts("b") == [(second, JULY_1)]
    outcome.then_again_nothing()


def test_a_year_s_numbers_begin_at_one_and_another_year_s_go_on() -> None:
    book = CertificateBook(last={2026: 7, 2027: 2})
    assert [book.number(2026, 0), book.number(2027, 1), book.number(2028, 0)] == ["2026-0008", "2027-0004", "2028-0001"]


def test_an_award_is_refused_for_all_if_one_may_not_have_it() -> None:
    fine = given(CERTIFICATES, called="book").given(MEMBER, old(), CONFIRMED, called="a")
    fine.given(MEMBER, old(), called="b").when(awarding).then_refused("not_confirmed", who="乙", clause="§16.6")

    def alone(*past: Given, today: date = JUNE, on: date | None = None) -> Outcome:
        spec = given(CERTIFICATES, called="book").given(MEMBER, old(), *past, called="a")
        return spec.when(lambda *states: awarding(*states, today=today, on=on))

    alone(CONFIRMED, today=TODAY).then_refused("awarded_too_early", days=60)
    alone(CONFIRMED, on=date(2027, 2, 1)).then_refused("not_yet_due")
    alone(CONFIRMED, (Died(), date(2027, 6, 1))).then_refused("died_before_award", who="甲")
    alone(HonourSetAside(kind=HonourKind.MEDAL, year=2027, why="x")).then_refused("set_aside", who="甲")


def test_a_slip_is_taken_back_and_its_number_is_not_used_again() -> None:
    medal = Honoured(honour_id="h", kind=HonourKind.MEDAL, number="2027-0001")
    spec = given(MEMBER, old(), CONFIRMED, medal).when(lambda m: deciding.take_back(m, TODAY, honour_id="h"))
    spec.then(HonourTakenBack(honour_id="h", kind=HonourKind.MEDAL, number="2027-0001"), on=TODAY).then_again_nothing()
    given(MEMBER, old()).when(lambda m: deciding.take_back(m, TODAY, honour_id="h")).then_refused("no_honour")
    taken = HonourTakenBack(honour_id="h", kind=HonourKind.MEDAL, number="2027-0001")
    again = given(
        CERTIFICATES, CertificateNumbered(number="2027-0001", member="a", kind=HonourKind.MEDAL), called="book"
    )
    again.given(MEMBER, old(), CONFIRMED, medal, taken, called="a")
    outcome = again.when(lambda *states: deciding.award(
        states[0], {"a": states[1]}, {"a": "甲"}, AwardMedal(year=2027), RULES, JUNE, book_id="book", honour_id="h2"
    ))  # fmt: skip
    outcome.then(CertificateNumbered(number="2027-0002", member="a", kind=HonourKind.MEDAL), on=JULY_1)


def test_another_honour_is_put_on_record_once() -> None:
    command = Honour(kind=HonourKind.EXCELLENT_MEMBER, on=date(2021, 7, 1))
    given(MEMBER, old()).when(lambda m: deciding.honour(m, command, RULES, TODAY, honour_id="h")).then(
        Honoured(honour_id="h", kind=HonourKind.EXCELLENT_MEMBER), on=date(2021, 7, 1)
    ).then_again_nothing()
    same = given(MEMBER, old(), (Honoured(honour_id="g", kind=HonourKind.EXCELLENT_MEMBER), date(2021, 7, 1)))
    same.when(lambda m: deciding.honour(m, command, RULES, TODAY, honour_id="h")).then_nothing()
    for wrong, code in (
        (Honour(kind=HonourKind.MEDAL, on=date(2026, 7, 1)), "not_yet_due"),
        (Honour(kind=HonourKind.OTHER, on=TODAY), "honour_without_title"),
        (Honour(kind=HonourKind.EXCELLENT_MEMBER, on=JULY_1), "in_future"),
    ):
        given(MEMBER, old()).when(
            lambda m, wrong=wrong: deciding.honour(m, wrong, RULES, TODAY, honour_id="h")
        ).then_refused(code)


def test_a_medal_that_was_given_before_there_was_this_register_is_put_on_record_without_a_number() -> None:
    command = Honour(kind=HonourKind.MEDAL, on=date(2022, 7, 1))
    veteran = old("1970-03-01", None)
    given(MEMBER, veteran).when(lambda m: deciding.honour(m, command, RULES, TODAY, honour_id="h")).then(
        Honoured(honour_id="h", kind=HonourKind.MEDAL, since=date(1970, 3, 1), clause="§16.3"), on=command.on
    ).then_again_nothing()
    medal = Honoured(honour_id="g", kind=HonourKind.MEDAL)
    given(MEMBER, veteran, medal).when(lambda m: deciding.honour(m, command, RULES, TODAY, honour_id="h")).then_refused(
        "already_honoured"
    )
    doubtful = old("1960-03-01", None)  # it was given, whatever the card says today
    given(MEMBER, doubtful).when(lambda m: deciding.honour(m, command, RULES, TODAY, honour_id="h")).then(
        Honoured(honour_id="h", kind=HonourKind.MEDAL), on=command.on
    )
