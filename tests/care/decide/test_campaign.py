"""A campaign opens with its list and is closed; what came of it for each, and what has to be put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.campaign import (
    LISTED_MAX,
    CampaignChanged,
    CampaignClosed,
    CampaignKind,
    CampaignOpened,
    CampaignReopened,
    PeopleListed,
    PersonTakenOff,
    Whom,
)
from events.facts.care_campaign import (
    CampaignAnswered,
    CampaignAnswerTakenBack,
    CheckupDone,
    FollowUpDone,
    FollowUpOpened,
    FollowUpUndone,
    Outcome,
    SafetyChecked,
)
from events.facts.decision import Decision, Happened, Refused
from services.care.decide.campaign import (
    ChangeCampaign,
    CloseCampaign,
    OpenCampaign,
    add_person,
    birthday_between,
    change_campaign,
    close_campaign,
    is_listed,
    open_campaign,
    reopen_campaign,
    take_person_off,
)
from services.care.decide.campaign_outcome import (
    FinishFollowUp,
    NoteOutcome,
    finish_follow_up,
    note_outcome,
    take_outcome_back,
    undo_follow_up,
)
from services.care.decide.campaign_state import CAMPAIGN, Campaign, Part
from services.care.decide.cared import CARE, Cared
from services.care.decide.plan import Situation
from services.care.decide.policy import age_on
from tests.care.decide.test_care import DEAD, HERE
from tests.care.decide.test_plan import POLICY, TODAY, births, days
from tests.given import given
from tests.tables import cases

RULES = POLICY.campaigns
SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 30)
OPEN = OpenCampaign(kind=CampaignKind.SAFETY, title="居家安全", since=SINCE, until=UNTIL, age_min=70)


def begun(kind: CampaignKind = CampaignKind.SAFETY, people: tuple[str, ...] = ("m1",)) -> Campaign:
    """A campaign with these people, as its facts leave it."""
    decided = open_campaign(Campaign(), OPEN.model_copy(update={"kind": kind}), people, RULES, TODAY)
    assert isinstance(decided, Happened)
    campaign = CAMPAIGN.initial
    for fact, on in decided.facts:
        campaign = CAMPAIGN.evolve(campaign, fact, on)
    return campaign


def optional(cell: str) -> str | None:
    return None if cell == "—" else cell


@cases("campaigns")
def test_who_is_listed(row: dict[str, str]) -> None:
    whom = Whom(
        age_min=int(row["age from"]) if optional(row["age from"]) else None,
        age_max=int(row["age to"]) if optional(row["age to"]) else None,
        birthday_within=row["birthday in it"] == "yes",
    )
    birth = date.fromisoformat(row["born"]) if optional(row["born"]) else None
    since, until = date.fromisoformat(row["from"]), date.fromisoformat(row["until"])
    assert is_listed(birth, whom, since, until) is (row["listed"] == "yes")


@forall(births, days, st.integers(0, 400))
def test_a_birthday_lies_in_the_days_and_is_one(birth: date, since: date, span: int) -> None:
    until = since + timedelta(days=span)
    day = birthday_between(birth, since, until)
    if day is None:
        assert span < 366
        return
    assert since <= day <= until
    assert age_on(birth, day) == age_on(birth, day - timedelta(days=1)) + 1


# ── the campaign ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_opens_with_its_list_which_then_stays() -> None:
    people = [f"m{number}" for number in range(LISTED_MAX + 1)]
    outcome = given(CAMPAIGN).when(lambda one: open_campaign(one, OPEN, people, RULES, TODAY))
    (opened, on), (first, _), (second, _) = outcome.then_facts()
    assert opened == CampaignOpened(
        kind=CampaignKind.SAFETY, title="居家安全", until=UNTIL, whom=Whom(age_min=70), clause="§8.1"
    )
    assert on == SINCE
    assert (len(first.member_ids), second.member_ids) == (LISTED_MAX, (people[-1],))
    outcome.then_again_nothing()


@pytest.mark.parametrize(
    ("changes", "people", "code"),
    [
        ({"until": date(2026, 11, 20)}, ("m1",), "ends_before"),
        ({"since": date(2026, 12, 1)}, ("m1",), "ends_before"),
        ({"held_on": date(2026, 12, 1)}, ("m1",), "held_outside"),
        ({}, (), "nobody_listed"),
        ({}, tuple(map(str, range(RULES.people_max + 1))), "too_many"),
    ],
)
def test_it_cannot_open(changes: dict[str, Any], people: tuple[str, ...], code: str) -> None:
    command = OPEN.model_copy(update=changes)
    given(CAMPAIGN).when(lambda one: open_campaign(one, command, people, RULES, TODAY)).then_refused(code)


def test_ages_in_the_wrong_order_are_no_command() -> None:
    with pytest.raises(ValueError, match="age_max"):
        OpenCampaign(kind=CampaignKind.SAFETY, title="x", until=UNTIL, age_min=80, age_max=70)


STOOD = (
    (CampaignOpened(kind=CampaignKind.SAFETY, title="居家安全", until=UNTIL, whom=Whom(), clause="§8.1"), SINCE),
    (PeopleListed(member_ids=("m1", "m2")), SINCE),
)


@pytest.mark.parametrize(
    ("decide", "fact"),
    [
        (
            lambda one: change_campaign(one, ChangeCampaign(title="居家安全", until=date(2026, 12, 5)), TODAY),
            CampaignChanged(title="居家安全", until=date(2026, 12, 5)),
        ),
        (lambda one: close_campaign(one, CloseCampaign(note="都看过了"), TODAY), CampaignClosed(note="都看过了")),
        (
            lambda one: add_person(one, "m3", HERE, RULES, TODAY),
            PeopleListed(member_ids=("m3",), by_hand=True),
        ),
    ],
)
def test_it_changes_and_ends(decide: Callable[[Campaign], Decision], fact: Any) -> None:
    given(CAMPAIGN, *STOOD).when(decide).then(fact, on=TODAY).then_again_nothing()


def test_it_is_opened_again() -> None:
    closed = (*STOOD, (CampaignClosed(), TODAY))
    given(CAMPAIGN, *closed).when(lambda one: reopen_campaign(one, TODAY)).then(
        CampaignReopened(), on=TODAY
    ).then_again_nothing()
    given(CAMPAIGN, *closed).when(lambda one: add_person(one, "m3", HERE, RULES, TODAY)).then_refused("campaign_closed")


def test_only_who_was_added_by_hand_is_taken_off() -> None:
    added = (*STOOD, (PeopleListed(member_ids=("m3",), by_hand=True), TODAY))
    off = given(CAMPAIGN, *added).when(lambda one: take_person_off(one, "m3", Part(), TODAY))
    off.then(PersonTakenOff(member_id="m3"), on=TODAY).then_again_nothing()
    given(CAMPAIGN, *added).when(lambda one: take_person_off(one, "m1", Part(), TODAY)).then_refused(
        "listed_at_opening"
    )
    seen = Part(outcome=Outcome.DONE, on=TODAY)
    given(CAMPAIGN, *added).when(lambda one: take_person_off(one, "m3", seen, TODAY)).then_refused("has_outcome")


@pytest.mark.parametrize(
    "decide",
    [
        lambda one: change_campaign(one, ChangeCampaign(title="x", until=UNTIL), TODAY),
        lambda one: close_campaign(one, CloseCampaign(), TODAY),
        lambda one: reopen_campaign(one, TODAY),
        lambda one: add_person(one, "m1", HERE, RULES, TODAY),
        lambda one: take_person_off(one, "m1", Part(), TODAY),
    ],
)
def test_there_is_none(decide: Callable[[Campaign], Decision]) -> None:
    given(CAMPAIGN).when(decide).then_refused("no_campaign")


# ── one member ───────────────────────────────────────────────────────────────────────────────────────────────────


def noting(campaign: Campaign, command: NoteOutcome, situation: Situation = HERE) -> Callable[[Cared], Decision]:
    return lambda cared: note_outcome(cared, campaign, "c1", "m1", command, situation, RULES, TODAY)


def said(row: dict[str, str]) -> NoteOutcome:
    """The command of a row."""
    more: dict[str, Any] = {}
    match row["more"].split(" "):
        case ["faults", *faults]:
            more["faults"] = tuple(faults)
        case ["follow", "up"]:
            more["follow_up"] = "血压高，一周后复查"
        case ["later", day]:
            more["later_on"] = date.fromisoformat(day)
        case ["transport"]:
            more["transport"] = True
        case _:
            pass
    return NoteOutcome(outcome=Outcome(row["noted"]), on=date.fromisoformat(row["on"]), **more)


def before(row: dict[str, str], campaign: Campaign) -> list[Any]:
    """What was noted the day before."""
    if row["before"] == "—":
        return []
    outcome, _, fault = row["before"].partition(" with ")
    command = NoteOutcome(outcome=Outcome(outcome), on=date(2026, 11, 20), faults=(fault,) if fault else ())
    decided = noting(campaign, command)(Cared())
    assert isinstance(decided, Happened), decided
    return list(decided.facts)


def told(fact: Any) -> str:
    """What came of it, in the words of the table."""
    match fact:
        case SafetyChecked():
            return f"checked, {len(fact.faults)} faults"
        case CheckupDone():
            return "examined"
        case CampaignAnswered():
            return fact.outcome + (", to be fetched" if fact.transport else "")
        case _:
            raise ValueError(fact)


@cases("campaign_outcomes")
def test_what_may_come_of_it(row: dict[str, str]) -> None:
    campaign = begun(CampaignKind(row["kind"]))
    outcome = given(CARE, *before(row, campaign)).when(noting(campaign, said(row)))
    if row["then"].startswith("refused: "):
        outcome.then_refused(row["then"].removeprefix("refused: "))
        return
    if row["then"] == "nothing":
        outcome.then_nothing()
        return
    (fact, on), *tasks = outcome.then_facts()
    assert (told(fact), on.isoformat()) == (row["then"], row["on"])
    assert " ".join(task.due.isoformat() for task, _ in tasks) == (optional(row["tasks until"]) or "")
    assert " ".join(task.clause for task, _ in tasks) == (optional(row["clause"]) or "")
    if row["more"] != "follow up":  # words are sealed, so that nobody can tell whether they are the same
        outcome.then_again_nothing()


def test_who_is_not_listed_or_died_has_no_outcome() -> None:
    done = NoteOutcome(outcome=Outcome.DONE, on=TODAY)
    given(CARE).when(noting(begun(people=("m2",)), done)).then_refused("not_listed")
    given(CARE).when(noting(begun(), done, DEAD)).then_refused("died")
    closed = begun().model_copy(update={"closed_on": TODAY})
    given(CARE).when(noting(closed, done)).then_refused("campaign_closed")


FAULT = FollowUpOpened(campaign_id="c1", follow_up_id="f1", item="stove", due=TODAY, clause="§8.5")
FOUND = (
    (SafetyChecked(campaign_id="c1", items=("stove", "wiring"), faults=("stove",)), TODAY),
    (FAULT, TODAY),
)


def test_a_slip_is_taken_back_with_what_it_led_to() -> None:
    back = given(CARE, *FOUND).when(lambda cared: take_outcome_back(cared, begun(), "c1", TODAY))
    back.then(CampaignAnswerTakenBack(campaign_id="c1", follow_ups=("f1",)), on=TODAY).then_again_nothing()


def test_what_is_put_right_stays_when_the_slip_is_taken_back() -> None:
    done = (FollowUpDone(campaign_id="c1", follow_up_id="f1"), TODAY)
    back = given(CARE, *FOUND, done).when(lambda cared: take_outcome_back(cared, begun(), "c1", TODAY))
    back.then(CampaignAnswerTakenBack(campaign_id="c1"), on=TODAY)


def test_it_is_put_right_and_that_is_undone() -> None:
    finish = FinishFollowUp(on=TODAY, how="换了软管")
    given(CARE, *FOUND).when(lambda cared: finish_follow_up(cared, "c1", "f1", finish, TODAY)).then(
        FollowUpDone(campaign_id="c1", follow_up_id="f1", how="换了软管"), on=TODAY
    ).then_again_nothing()
    done = (FollowUpDone(campaign_id="c1", follow_up_id="f1"), TODAY)
    given(CARE, *FOUND, done).when(lambda cared: undo_follow_up(cared, "c1", "f1", TODAY)).then(
        FollowUpUndone(campaign_id="c1", follow_up_id="f1"), on=TODAY
    ).then_again_nothing()


def test_what_was_never_found_is_not_put_right() -> None:
    finish = FinishFollowUp(on=TODAY + timedelta(days=1))
    for decided in (
        finish_follow_up(Cared(), "c1", "f9", finish, TODAY),
        undo_follow_up(Cared(), "c1", "f9", TODAY),
    ):
        assert isinstance(decided, Refused)
        assert decided.code == "no_follow_up"
    given(CARE, *FOUND).when(lambda cared: finish_follow_up(cared, "c1", "f1", finish, TODAY)).then_refused("in_future")
